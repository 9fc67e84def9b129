import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from traitortrack_desktop.environment.crash_reports import CrashReport, CrashReports

CRASHES_HARD = """
import ctypes, pathlib, sys
from traitortrack_desktop.environment.crash_reports import CrashReports
CrashReports(pathlib.Path(sys.argv[1])).start()
def scan_handler():
    ctypes.string_at(0)
scan_handler()
"""
ENDS_WELL = """
import pathlib, sys
from traitortrack_desktop.environment.crash_reports import CrashReports
reports = CrashReports(pathlib.Path(sys.argv[1]))
print(reports.start())
reports.stop()
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(folder)], check=False, capture_output=True, text=True, timeout=60
    )


class Seen:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.reports: list[CrashReport] = []

    def __call__(self, report: CrashReport) -> None:
        self.reports.append(report)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def hooks(tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Iterator[CrashReports]:
    # The test runner's own fault handler keeps its file.
    monkeypatch.setattr("faulthandler.enable", lambda *_args, **_options: None)
    monkeypatch.setattr("faulthandler.disable", lambda: None)
    reports = CrashReports(tmp_path, listener=seen)
    reports.start()
    yield reports
    reports.stop()


def raise_defect() -> None:
    raise ZeroDivisionError("in the weight of postgresql://u:pw@h/db")


def caught_defect() -> ZeroDivisionError:
    try:
        raise_defect()
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_an_exception_nobody_caught_becomes_a_report(hooks: CrashReports, seen: Seen) -> None:
    error = caught_defect()

    sys.excepthook(type(error), error, error.__traceback__)

    [report] = seen.reports
    assert report.path is not None
    assert report.path.read_text(encoding="utf-8") == report.text
    assert "raise_defect" in report.text
    assert "TraitorTrack Desktop" in report.text


def test_a_report_holds_no_secret(hooks: CrashReports) -> None:
    report = hooks.record(caught_defect(), thread="intake")

    assert "postgresql://u:***@h/db" in report.text


def test_an_exception_on_another_thread_becomes_a_report_that_names_it(
    hooks: CrashReports, seen: Seen
) -> None:
    thread = threading.Thread(target=raise_defect, name="delivery")
    thread.start()
    thread.join()

    assert [report.thread for report in seen.reports] == ["delivery"]


def test_an_exception_in_a_finaliser_becomes_a_report(hooks: CrashReports, seen: Seen) -> None:
    class Broken:
        def __del__(self) -> None:
            raise_defect()

    Broken()
    gc.collect()

    assert len(seen.reports) == 1


def test_a_thread_that_exits_on_purpose_is_no_defect(hooks: CrashReports, seen: Seen) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()

    assert seen.reports == []


def test_a_defect_that_repeats_does_not_fill_the_disk(
    hooks: CrashReports, tmp_path: Path, seen: Seen
) -> None:
    for _ in range(30):
        hooks.record(caught_defect(), thread="intake")

    assert len(list(tmp_path.glob("crash-*.txt"))) == 20
    assert len(seen.reports) == 30


def test_reports_of_long_ago_are_forgotten(hooks: CrashReports, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"crash-20200101T0000{number:02}-01.txt").touch()

    newest = hooks.record(caught_defect(), thread="intake").path

    assert newest is not None
    assert newest.exists()
    assert len(list(tmp_path.glob("crash-*.txt"))) == 50


def test_a_report_that_cannot_be_written_is_told_all_the_same(
    hooks: CrashReports, tmp_path: Path, seen: Seen
) -> None:
    hooks._folder = tmp_path / "gone"

    hooks.record(caught_defect(), thread="intake")

    assert [report.path for report in seen.reports] == [None]


def test_the_stop_gives_the_hooks_back(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, threading\n"
        "from traitortrack_desktop.environment.crash_reports import CrashReports\n"
        "before = (sys.excepthook, threading.excepthook, sys.unraisablehook)\n"
        "reports = CrashReports(pathlib.Path(sys.argv[1]))\n"
        "reports.start()\n"
        "assert (sys.excepthook, threading.excepthook, sys.unraisablehook) != before\n"
        "reports.stop()\n"
        "assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before\n"
    )

    assert run(program, tmp_path).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told otherwise there")
def test_the_stacks_of_a_process_that_died_are_handed_to_the_next_start(tmp_path: Path) -> None:
    assert run(CRASHES_HARD, tmp_path).returncode < 0

    told = run(ENDS_WELL, tmp_path).stdout.strip()

    assert "scan_handler" in Path(told).read_text(encoding="utf-8")


def test_a_process_that_ended_well_leaves_nothing_behind(tmp_path: Path) -> None:
    assert run(ENDS_WELL, tmp_path).stdout.strip() == "None"
    assert list(tmp_path.iterdir()) == []
