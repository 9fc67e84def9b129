"""A data folder that was restored from an older backup, or that works twice: nothing gets lost unseen."""

import shutil

from fakes.central_rows import children_by_parent, rows, wrong_counters
from fakes.headless_station import HeadlessStation, run_program


def shift(url, data_dir, *codes):
    """Scan *codes* one after another, each answered before the next; return (code, why it was refused)."""
    answers = []
    with HeadlessStation(url, data_dir) as station:
        for code in codes:
            scan = station.scan(code)
            station.wait_until_posted()
            answers.append((code, next(e["reason"] for e in station.events if is_answer(e, scan["seq"]))))
        station.finish()
    return answers


def is_answer(event, seq):
    return event["event"] == "receipt" and event["seq"] == seq


def refused(answers):
    return [(code, reason) for code, reason in answers if reason is not None]


def test_after_a_restore_one_scan_is_called_back_and_the_others_count(central_url, tmp_path):
    shift(central_url, tmp_path / "live", "SB10001", "C001", "C002")
    shutil.copytree(tmp_path / "live", tmp_path / "backup")
    shift(central_url, tmp_path / "live", "C003", "C004", "C005")

    answers = shift(central_url, tmp_path / "backup", "C006", "TT-CMD-UNDERSTOOD", "C006", "C007")
    later = shift(central_url, tmp_path / "backup", "C008", "TT-CMD-UNDO")

    assert refused(answers) == [("C006", "conflicting_repeat")]
    assert refused(later) == []
    assert children_by_parent(central_url) == {"SB10001": [f"C00{number}" for number in range(1, 8)]}
    assert wrong_counters(central_url) == []
    verified = run_program("journal", "verify", data_dir=tmp_path / "backup")
    assert (verified.returncode, verified.stderr) == (0, b"")


def test_what_was_scanned_after_a_restore_without_the_centre_is_called_back_one_by_one(central_url, tmp_path):
    shift(central_url, tmp_path / "live", "SB10001", "C001")
    shutil.copytree(tmp_path / "live", tmp_path / "backup")
    shift(central_url, tmp_path / "live", "C002", "C003")
    run_program(
        "station", "--headless", "--scans", "-", "--drain", "0",
        url="postgresql://nobody@127.0.0.1:1/nothing",
        data_dir=tmp_path / "backup",
        stdin=b"C004\nC005\nC006\n",
    )  # fmt: skip

    answers = shift(central_url, tmp_path / "backup", "C007")

    assert refused(answers) == []
    assert children_by_parent(central_url) == {"SB10001": ["C001", "C002", "C003", "C006", "C007"]}
    assert wrong_counters(central_url) == []
    told = run_program("journal", "status", "--json", data_dir=tmp_path / "backup")
    assert b'"refused": 2' in told.stdout


def test_two_copies_that_work_at_once_end_up_apart(central_url, tmp_path):
    shift(central_url, tmp_path / "first", "SB10001")
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    with (
        HeadlessStation(central_url, tmp_path / "first") as first,
        HeadlessStation(central_url, tmp_path / "second") as second,
    ):
        for number in range(5):
            for station, mark in ((first, "A"), (second, "B")):
                station.scan(f"{mark}00{number}")
                station.wait_until_posted()
    assert children_by_parent(central_url) == {
        "SB10001": [*(f"A00{n}" for n in range(5)), *(f"B00{n}" for n in range(1, 5))]
    }
    outcomes = rows(central_url, "SELECT outcome, reason, count(*) AS n FROM station.entry GROUP BY 1, 2")
    assert {(row["outcome"], row["reason"]): row["n"] for row in outcomes} == {("posted", None): 10}
