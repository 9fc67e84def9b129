"""kill -9 at any moment: what was acknowledged is there, in both copies, without a gap."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import journal_writer
from fakes.memory_journal import DEVICE, SteppingClock

from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.line_file import read_lines
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.verify import journal_status, verify_journal

WRITER = str(Path(journal_writer.__file__))


def killed_writer(directory: Path, *where: object) -> int:
    """Run the writer until it kills itself and return the last number it acknowledged."""
    done = subprocess.run(
        [sys.executable, WRITER, str(directory), *map(str, where)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -9, done.stderr.decode()
    return int(done.stdout.split()[-1]) if done.stdout else 0


def writer_killed_after(directory: Path, acknowledgements: int, delay_reads: int) -> int:
    """Run the writer, kill it after that many acknowledgements, and return the last one it wrote."""
    process = subprocess.Popen([sys.executable, WRITER, str(directory)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    read = [process.stdout.readline() for _ in range(acknowledgements)]
    # Some work that takes an uneven time, so that the kill falls anywhere in an append.
    sum(range(delay_reads))
    process.kill()
    rest = process.stdout.read().split(b"\n")
    process.wait()
    process.stdout.close()
    return int([*read, *rest[:-1]][-1])


def opened_again(directory: Path) -> int:
    """Open and close the journal and return its last number."""
    journal = SqliteJournal.open(directory, device=DEVICE, station="s", clock=SteppingClock())
    last = journal.work_state().last_seq
    assert journal.recovered is None
    journal.close()
    return last


def lines_of(directory: Path) -> list[int]:
    return [line.entry().seq for line in read_lines(Places(directory).lines) if line is not None]


@pytest.mark.parametrize("nth", [1, 2, 7])
@pytest.mark.parametrize(("point", "stored_beyond"), [("uncommitted", 0), ("committed", 1), ("lined", 1)])
def test_after_a_kill_at_that_point_every_acknowledged_entry_is_there(
    tmp_path: Path, point: str, stored_beyond: int, nth: int
) -> None:
    acknowledged = killed_writer(tmp_path, point, nth)
    assert acknowledged == nth - 1
    assert opened_again(tmp_path) == acknowledged + stored_beyond


@pytest.mark.parametrize("point", ["uncommitted", "committed", "lined"])
def test_after_a_kill_at_that_point_the_line_file_is_made_equal(tmp_path: Path, point: str) -> None:
    killed_writer(tmp_path, point, 5)
    last = opened_again(tmp_path)
    assert lines_of(tmp_path) == list(range(1, last + 1))


def test_kills_at_random_moments_lose_nothing_and_leave_no_gap(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    for _ in range(15):
        acknowledged = writer_killed_after(tmp_path, chance.randint(1, 60), chance.randint(0, 60_000))
        last = opened_again(tmp_path)
        assert last >= acknowledged
        assert verify_journal(tmp_path).problems == ()
        assert lines_of(tmp_path) == list(range(1, last + 1))


def test_a_killed_station_s_journal_can_be_examined_without_starting_one(tmp_path: Path) -> None:
    acknowledged = killed_writer(tmp_path, "lined", 9)
    status = journal_status(tmp_path)
    assert (status.entries, status.gaps, status.integrity) == (acknowledged + 1, (), "ok")


@pytest.mark.parametrize(("point", "nth"), [("uncommitted", 7), ("committed", 7), ("uncommitted", 19)])
def test_after_a_kill_an_entry_is_found_by_all_its_codes_or_is_not_there(
    tmp_path: Path, point: str, nth: int
) -> None:
    killed_writer(tmp_path, point, nth)
    opened_again(tmp_path)
    assert verify_journal(tmp_path).problems == ()
