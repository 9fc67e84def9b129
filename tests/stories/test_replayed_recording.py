"""A recording in, verdicts and central rows out."""

import json

import pytest
from fakes.central_rows import children_by_parent
from fakes.headless_station import ROOT, run_program


def case(identifier, at_ms, data, **more):
    events = [[at_ms, data.hex()]] if data else []
    return json.dumps(
        {"id": identifier, "source": "bytes", "device": "left", "session": "s", "events": events} | more
    )


@pytest.fixture
def recording(tmp_path):
    def write(*lines):
        path = tmp_path / "recording.jsonl"
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def play(url, tmp_path, path):
    done = run_program(
        "station", "--headless", "--json", "--scans", f"replay:{path}", "--drain", "30",
        url=url, data_dir=tmp_path / "data", stdin=b"",
    )  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, [e for e in events if e["event"] == "scan"], done.stderr.decode()


def test_a_recording_is_scanned_like_the_scanner_it_came_from(central_url, tmp_path, recording):
    path = recording(
        case("1", 0, b"SB10001\r"),
        case("2", 500, b"AB12C\r"),
        case("3", 900, b"AB1"),
        case("4", 1700, b"AB12D\r\n"),
    )
    code, scans, stderr = play(central_url, tmp_path, path)
    assert (code, stderr) == (0, "")
    assert [(scan["code"], scan["verdict"]) for scan in scans] == [
        ("SB10001", "accepted"),
        ("AB12C", "accepted"),
        ("AB1", "refused"),
        ("AB12D", "accepted"),
    ]
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}


def test_the_rules_about_times_see_the_recorded_ones(central_url, tmp_path, recording):
    path = recording(
        case("1", 0, b"SB10001\r"), case("2", 1000, b"AB12C\r"), case("3", 1200, b"AB12C\r")
    )  # fmt: skip
    _, scans, _ = play(central_url, tmp_path, path)
    assert [scan["reason"] for scan in scans] == [None, None, "read_twice"]


def test_withheld_readings_are_told_on_standard_error(central_url, tmp_path, recording):
    path = recording(case("1", 0, b"SB10001\r"), case("2", 0, b"", withheld=True), case("3", 900, b"AB12C\r"))
    code, scans, stderr = play(central_url, tmp_path, path)
    assert (code, len(scans)) == (0, 2)
    assert stderr == "withheld readings that were left out: 1\n"


def test_a_file_that_is_no_recording_is_one_clear_line_and_no_scan(central_url, tmp_path, recording):
    path = recording(case("1", 0, b"SB10001\r"), "SB10001")
    code, scans, stderr = play(central_url, tmp_path, path)
    assert (code, scans) == (2, [])
    assert stderr.count("\n") == 1
    assert "line 2" in stderr


def test_a_recording_that_is_not_there_is_one_clear_line(central_url, tmp_path):
    code, scans, stderr = play(central_url, tmp_path, tmp_path / "nothing.jsonl")
    assert (code, scans) == (2, [])
    assert stderr.count("\n") == 1


def test_a_file_of_the_corpus_can_be_played(central_url, tmp_path, recording):
    corpus = (ROOT / "tests" / "corpus" / "bytes-text.jsonl").read_text().splitlines()
    path = recording(*[line for line in corpus if '"id":"T03' in line])
    code, scans, _ = play(central_url, tmp_path, path)
    assert code == 0
    assert [scan["code"] for scan in scans] == ["AB12C", "AB 12C"]
