"""A disk that takes nothing more: refused loudly, nothing acknowledged missing, goes on afterwards."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.decisions import added, opened
from fakes.memory_journal import DEVICE, SteppingClock
from fakes.small_disk import SmallDisk, small_disk

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.services.ports import JournalUnwritableError
from traitortrack_desktop.storage.local import journal as journal_module
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.line_file import LineFile
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries
from traitortrack_desktop.storage.local.verify import verify_journal


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 3000) as made:
        yield made


def open_in(directory: Path) -> SqliteJournal:
    return SqliteJournal.open(directory, device=DEVICE, station="s", clock=SteppingClock())


def put(journal: SqliteJournal, number: int) -> JournalEntry:
    decision = opened("SB10001") if number == 0 else added("SB10001", f"C{number:05}")
    return journal.append(decision, operator="ravi", source="keyboard", raw=b"x" * 200)


def put_until_refused(journal: SqliteJournal) -> list[JournalEntry]:
    acknowledged: list[JournalEntry] = []
    while True:
        try:
            acknowledged.append(put(journal, len(acknowledged)))
        except JournalUnwritableError:
            return acknowledged


def waiting_in(directory: Path) -> list[JournalEntry]:
    waiting = SqliteWaitingEntries(directory)
    try:
        return list(waiting.first(100_000))
    finally:
        waiting.close()


def test_on_a_full_disk_nothing_acknowledged_is_missing(disk: SmallDisk) -> None:
    journal = open_in(disk.path)
    acknowledged = put_until_refused(journal)
    assert len(acknowledged) > 100
    assert waiting_in(disk.path)[: len(acknowledged)] == acknowledged
    journal.close()


def test_after_a_failure_nothing_is_stored_until_it_was_opened_anew(disk: SmallDisk) -> None:
    journal = open_in(disk.path)
    disk.fill()
    put_until_refused(journal)
    disk.free()
    with pytest.raises(JournalUnwritableError, match="not been opened anew"):
        put(journal, 1)
    journal.close()


def test_it_cannot_be_opened_anew_while_the_disk_is_full(disk: SmallDisk) -> None:
    journal = open_in(disk.path)
    disk.fill()
    put_until_refused(journal)
    with pytest.raises(JournalUnwritableError):
        journal.reopen()
    journal.close()


def test_once_space_is_free_it_goes_on_with_the_next_number_and_a_whole_chain(disk: SmallDisk) -> None:
    journal = open_in(disk.path)
    acknowledged = [put(journal, number) for number in range(5)]
    disk.fill()
    acknowledged += put_until_refused(journal)
    disk.free()
    journal.reopen()
    last = journal.work_state().last_seq
    assert last >= len(acknowledged)
    assert put(journal, 1).seq == last + 1
    journal.close()
    assert verify_journal(disk.path).problems == ()


def test_a_journal_cannot_be_begun_on_a_full_disk(disk: SmallDisk) -> None:
    disk.fill()
    with pytest.raises(JournalUnwritableError):
        open_in(disk.path)


def test_a_journal_cannot_be_opened_on_a_read_only_disk(disk: SmallDisk) -> None:
    journal = open_in(disk.path)
    put(journal, 0)
    journal.close()
    disk.make_read_only()
    with pytest.raises(JournalUnwritableError):
        open_in(disk.path)


def test_what_lies_on_a_read_only_disk_can_still_be_examined(disk: SmallDisk) -> None:
    journal = open_in(disk.path)
    put(journal, 0)
    journal.close()
    disk.make_read_only()
    assert verify_journal(disk.path).entries == 1


def test_an_entry_whose_line_could_not_be_written_is_not_acknowledged_and_keeps_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = open_in(tmp_path)
    put(journal, 0)

    def fail(self: LineFile, entries: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "append", fail)
        with pytest.raises(JournalUnwritableError, match="No space left"):
            put(journal, 1)
    journal.reopen()
    assert journal.work_state().last_seq == 2
    assert put(journal, 2).seq == 3
    journal.close()
    assert verify_journal(tmp_path).problems == ()


@pytest.mark.parametrize(("committed", "next_number"), [(True, 3), (False, 2)])
def test_after_a_commit_of_unknown_outcome_no_number_stands_for_two_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed: bool, next_number: int
) -> None:
    journal = open_in(tmp_path)
    put(journal, 0)

    @contextlib.contextmanager
    def fail(connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        yield
        if committed:
            connection.execute("COMMIT")
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(journal_module, "transaction", fail)
        with pytest.raises(JournalUnwritableError, match="disk I/O error"):
            put(journal, 1)
    journal.reopen()
    assert put(journal, 2).seq == next_number
    journal.close()
    assert verify_journal(tmp_path).problems == ()


def test_a_line_that_was_half_written_is_repaired_when_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = open_in(tmp_path)
    put(journal, 0)

    def tear(self: LineFile, block: bytes) -> None:
        with Places(tmp_path).lines.open("ab") as file:
            file.write(bytes(block)[:100])
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "_write", tear)
        with pytest.raises(JournalUnwritableError):
            put(journal, 1)
    journal.reopen()
    put(journal, 2)
    journal.close()
    assert verify_journal(tmp_path).problems == ()


def test_a_directory_that_cannot_be_made_is_told_as_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalUnwritableError):
        open_in(tmp_path / "file" / "journal")
