"""Bytes in, verdicts and central rows out, as tables."""

import json
import random
import threading

import pytest
from fakes.central_rows import bag_count, children_by_parent, ledger, rows, wrong_counters
from fakes.headless_station import HeadlessStation, run_program


def scan_lines(url, data_dir, text, **extra):
    """Run a headless station over *text*; return (exit code, events, standard error)."""
    done = run_program(
        "station",
        "--headless",
        "--json",
        "--scans",
        "-",
        "--drain",
        "30",
        url=url,
        data_dir=data_dir,
        stdin=text if isinstance(text, bytes) else text.encode(),
        **extra,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def scans(events):
    return [event for event in events if event["event"] == "scan"]


def test_a_parent_and_two_children_reach_the_centre(central_url, tmp_path):
    code, events, _ = scan_lines(central_url, tmp_path, "SB10001\nAB12C\nAB12D\n")
    assert code == 0
    assert events[-1] == {"event": "summary", "captured": 3, "posted": 3, "refused": 0, "pending": 0}
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}
    (parent,) = rows(central_url, "SELECT child_count, weight_kg, status FROM bag WHERE type = 'parent'")
    assert parent == {"child_count": 2, "weight_kg": 2.0, "status": "pending"}
    (counted,) = rows(central_url, "SELECT count(parent_bag_id) AS p, count(child_bag_id) AS c FROM scan")
    assert counted == {"p": 1, "c": 2}
    assert ledger(central_url) == [("posted", None)] * 3


@pytest.mark.parametrize("same_station", [True, False])
def test_the_same_codes_again_change_nothing_and_say_why(central_url, tmp_path, same_station):
    scan_lines(central_url, tmp_path / "a", "SB10001\nAB12C\nAB12D\n")
    again = tmp_path / ("a" if same_station else "b")
    code, events, _ = scan_lines(central_url, again, "SB10001\nAB12C\nAB12D\n")
    assert code == 0
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}
    assert wrong_counters(central_url) == []
    children = [reason for outcome, reason in ledger(central_url) if outcome == "refused"]
    assert children.count("already_in_this_parent") == 2
    assert all(event["message"] for event in scans(events))


def test_what_the_operator_is_told_is_a_line_for_each_code_in_order(central_url, tmp_path):
    _, events, _ = scan_lines(central_url, tmp_path, "SB10001\nAB12C\nAB12C\nnope!\n")
    assert [
        (e["seq"], e["code"], e["verdict"], e["reason"], e["parent"], e["count"], e["capacity"])
        for e in scans(events)
    ] == [
        (1, "SB10001", "accepted", None, "SB10001", 0, 30),
        (2, "AB12C", "accepted", None, "SB10001", 1, 30),
        (3, "AB12C", "refused", "already_in_this_parent", "SB10001", 1, 30),
        (4, "NOPE!", "refused", "unknown_code", "SB10001", 1, 30),
    ]


def test_thirty_children_complete_a_parent_and_the_31st_is_refused(central_url, tmp_path):
    codes = ["SB10001", *(f"C{number:03}" for number in range(31))]
    _, events, _ = scan_lines(central_url, tmp_path, "\n".join(codes))
    assert [event["reason"] for event in scans(events)] == [None] * 31 + ["parent_full"]
    (parent,) = rows(central_url, "SELECT child_count, status FROM bag WHERE type = 'parent'")
    assert parent == {"child_count": 30, "status": "completed"}


def test_undo_and_early_close_reach_the_centre(central_url, tmp_path):
    text = "SB10001\nAB12C\nAB12D\nTT-CMD-UNDO\nTT-CMD-CLOSE\nTT-CMD-CLOSE\nSB10002\nAB12D\n"
    _, events, _ = scan_lines(central_url, tmp_path, text)
    assert events[-1]["refused"] == 0
    assert children_by_parent(central_url) == {"SB10001": ["AB12C"], "SB10002": ["AB12D"]}


def test_a_child_in_another_parent_names_it_when_and_who(central_url, tmp_path):
    scan_lines(central_url, tmp_path / "a", "SB10001\nAB12C\n", TRAITORTRACK_USER="asha")
    _, events, _ = scan_lines(central_url, tmp_path / "a", "TT-CMD-CLOSE\nTT-CMD-CLOSE\nSB10002\nAB12C\n")
    refused = scans(events)[-1]
    assert refused["reason"] == "child_in_other_parent"
    assert "SB10001" in refused["message"]
    assert "asha" in refused["message"]


def test_an_unreachable_centre_leaves_entries_waiting_with_exit_code_3(central_url, tmp_path):
    dead = "postgresql://nobody@127.0.0.1:1/nothing"
    done = run_program(
        "station",
        "--headless",
        "--json",
        "--scans",
        "-",
        "--drain",
        "0",
        url=dead,
        data_dir=tmp_path,
        stdin=b"SB10001\nAB12C\n",
    )
    assert done.returncode == 3
    code, _, _ = scan_lines(central_url, tmp_path, "AB12D\n")
    assert code == 0
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
def test_a_time_to_drain_that_is_none_is_wrong_usage(tmp_path, seconds):
    done = run_program(
        "station", "--headless", "--scans", "-", "--drain", seconds, data_dir=tmp_path, stdin=b""
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(central_url, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run_program(
        "station", "--headless", "--scans", "-", url=central_url, data_dir=tmp_path / "file" / "x", stdin=b""
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


def test_ten_thousand_lines_of_noise_are_refused_and_reach_no_bag_table(central_url, tmp_path):
    noise = random.Random(7)
    lines = [noise.randbytes(noise.randrange(40)).translate(None, b"\r\n") + b"\xfe" for _ in range(10_000)]
    oddities = [b"", b"   ", b"AB12\x00C", "AB12😀".encode(), b"x" * 1_000_000, b"\xff" * 300]
    code, events, stderr = scan_lines(central_url, tmp_path, b"SB10001\n" + b"\n".join([*oddities, *lines]))
    assert (code, stderr) == (0, "")
    assert {event["verdict"] for event in scans(events)[1:]} == {"refused"}
    assert bag_count(central_url) == 1
    assert events[-1]["pending"] == 0
    assert len(ledger(central_url)) == len(scans(events)) >= 10_000


def test_two_stations_add_the_same_child_at_the_same_moment(central_url, tmp_path):
    with (
        HeadlessStation(central_url, tmp_path / "a", TRAITORTRACK_USER="asha") as first,
        HeadlessStation(central_url, tmp_path / "b", TRAITORTRACK_USER="ravi") as second,
    ):
        first.scan("SB10001")
        second.scan("SB10002")
        for station in (first, second):
            station.wait_until_posted()
        both = threading.Barrier(2)

        def scan(station):
            both.wait()
            station.scan("AB12C")
            station.wait_until_posted()

        threads = [threading.Thread(target=scan, args=[station]) for station in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers = [
            next(e for e in reversed(station.events) if e["event"] == "receipt")
            for station in (first, second)
        ]
    assert sorted(answer["outcome"] for answer in answers) == ["posted", "refused"]
    assert [a["reason"] for a in answers if a["outcome"] == "refused"] == ["child_in_other_parent"]
    assert sum(len(children) for children in children_by_parent(central_url).values()) == 1
