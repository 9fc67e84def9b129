"""kill -9 between two codes that are placed: the rest is still held, and nothing is placed twice."""

import subprocess
import sys
from pathlib import Path

import pytest
from fakes import killed_placing
from fakes.intake_bench import IntakeBench
from fakes.killed_placing import CODES
from fakes.memory_journal import DEVICE, SteppingClock

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.verify import verify_journal


def killed(directory, point, nth):
    program = str(Path(killed_placing.__file__))
    done = subprocess.run(
        [sys.executable, program, str(directory), point, str(nth)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -9, done.stderr.decode()


@pytest.fixture
def reopen(tmp_path):
    opened = []

    def reopen():
        journal = SqliteJournal.open(tmp_path, device=DEVICE, station="s", clock=SteppingClock())
        opened.append(journal)
        return IntakeBench(journal)

    yield reopen
    for journal in opened:
        journal.close()


@pytest.mark.parametrize("nth", [1, 3, 6])
@pytest.mark.parametrize(("point", "placed_beyond"), [("uncommitted", 0), ("committed", 1), ("lined", 1)])
def test_the_rest_is_still_held_and_nothing_is_placed_twice(tmp_path, reopen, point, placed_beyond, nth):
    killed(tmp_path, point, nth)
    bench = reopen()
    placed = nth - 1 + placed_beyond
    assert [change.child for change in bench.state.parent.children] == CODES[:placed]
    assert [reading.code for reading in bench.state.held] == CODES[placed:]

    decisions = bench.press(Command.PLACE)
    assert [decision.child for decision in decisions if decision.child] == CODES[placed:]
    assert [change.child for change in bench.state.parent.children] == CODES
    assert bench.state.held == ()
    assert verify_journal(tmp_path).problems == ()


def test_a_damaged_journal_holds_what_is_left_of_what_was_held(tmp_path, reopen):
    """Remarks and held readings go through the line file like everything else."""
    bench = reopen()
    bench.pour(" ".join(CODES))
    bench.scan("SB10001")
    bench.journal.close()
    (tmp_path / "journal.sqlite").write_bytes(b"not a database at all" * 500)
    again = reopen()
    assert again.journal.recovered is not None
    assert [reading.code for reading in again.state.held] == CODES
    assert verify_journal(tmp_path).problems == ()
