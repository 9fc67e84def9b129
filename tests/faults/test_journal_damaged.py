"""Damaged files: found, set aside whole, and everything readable goes on under its own identity."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from fakes.decisions import acknowledged, added, opened
from fakes.memory_journal import DEVICE, SteppingClock

from traitortrack_desktop.domain.entries import JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import JournalUnreadableError, JournalUnwritableError
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.line_file import read_lines
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries
from traitortrack_desktop.storage.local.verify import journal_status, verify_journal

PAGE_BYTES = 4096


def open_in(directory: Path) -> SqliteJournal:
    return SqliteJournal.open(directory, device=DEVICE, station="s", clock=SteppingClock())


def fill(journal: SqliteJournal, count: int, operator: str = "ravi") -> list[JournalEntry]:
    return [
        journal.append(
            opened(f"SB{number:05}")
            if number % 25 == 0
            else added(f"SB{number // 25 * 25:05}", f"C{number:06}"),
            operator=operator,
            source="keyboard",
            raw=b"%d" % number,
        )
        for number in range(count)
    ]


def filled(directory: Path, count: int, answered: int) -> list[JournalEntry]:
    journal = open_in(directory)
    entries = fill(journal, count)
    journal.record_receipts(
        [Receipt(seq=seq, outcome=Outcome.POSTED, count=1) for seq in range(1, answered + 1)]
    )
    journal.close()
    return entries


def flip(path: Path, needle: bytes, *, offset: int = 0) -> None:
    """Flip one bit of the byte *offset* after the last place where *needle* stands."""
    content = bytearray(path.read_bytes())
    place = content.rfind(needle)
    assert place >= 0
    content[place + offset] ^= 1
    path.write_bytes(content)


def overwrite(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    path.write_bytes(content)


def page_of(directory: Path, needle: bytes, part: float) -> int:
    """Return the page on which *needle* stands, *part* of the way through all that hold it."""
    content = Places(directory).database.read_bytes()
    pages = [
        number
        for number in range(1, len(content) // PAGE_BYTES)
        if needle in content[number * PAGE_BYTES : (number + 1) * PAGE_BYTES]
    ]
    return pages[int(part * len(pages))]


def waiting_in(directory: Path) -> list[JournalEntry]:
    waiting = SqliteWaitingEntries(directory)
    try:
        return list(waiting.first(100_000))
    finally:
        waiting.close()


def lines_of(directory: Path) -> list[int]:
    return [line.entry().seq for line in read_lines(Places(directory).lines) if line is not None]


# -- a flipped bit


def test_a_flipped_bit_in_an_answered_entry_is_found_by_verify(tmp_path: Path) -> None:
    filled(tmp_path, 60, 60)
    flip(Places(tmp_path).database, b'"code":"C000007"', offset=12)
    problems = verify_journal(tmp_path).problems
    assert any("entry 8: an entry does not match its hash" in problem for problem in problems)


def test_a_flipped_bit_in_a_receipt_is_found_by_verify(tmp_path: Path) -> None:
    filled(tmp_path, 6, 6)
    flip(Places(tmp_path).database, b'"outcome":"posted","received_at":"2026', offset=34)
    assert any("receipt" in problem for problem in verify_journal(tmp_path).problems)


def test_a_flipped_bit_in_the_line_file_is_found_by_verify(tmp_path: Path) -> None:
    filled(tmp_path, 6, 6)
    flip(Places(tmp_path).lines, b'"code":"C000003"', offset=10)
    assert "line 4: damaged" in verify_journal(tmp_path).problems


def test_a_flipped_bit_in_a_waiting_entry_is_found_at_start_and_undone_from_the_line_file(
    tmp_path: Path,
) -> None:
    entries = filled(tmp_path, 700, 40)
    flip(Places(tmp_path).database, b'"code":"C000055"', offset=12)
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert journal.recovered.missing == ()
    assert waiting_in(tmp_path) == entries[40:]
    journal.close()


def test_a_flipped_bit_is_shown_by_status(tmp_path: Path) -> None:
    filled(tmp_path, 60, 40)
    flip(Places(tmp_path).database, b'"code":"C000055"', offset=12)
    assert journal_status(tmp_path).integrity == "an entry does not match its hash"


def test_damage_met_while_running_is_repaired_when_opened_anew(tmp_path: Path) -> None:
    filled(tmp_path, 700, 700)
    flip(Places(tmp_path).database, b'"code":"C000007"', offset=12)
    journal = open_in(tmp_path)
    with pytest.raises(JournalUnwritableError):
        journal.bag_memory("C000007")
    journal.reopen()
    memory = journal.bag_memory("C000007")
    assert memory is not None
    assert memory.fact is not None
    assert memory.fact.parent == "SB00000"
    journal.close()


# -- destroyed files


def test_after_a_destroyed_first_page_the_line_file_gives_back_every_entry(tmp_path: Path) -> None:
    entries = filled(tmp_path, 300, 100)
    overwrite(Places(tmp_path).database, 0)
    journal = open_in(tmp_path)
    assert waiting_in(tmp_path) == entries
    journal.close()


def test_after_a_destroyed_page_the_receipts_that_can_be_read_are_kept(tmp_path: Path) -> None:
    entries = filled(tmp_path, 600, 600)
    overwrite(Places(tmp_path).database, 30)
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert (journal.recovered.entries, journal.recovered.missing) == (len(entries), ())
    assert journal.recovered.receipts > 300
    journal.close()


def test_answers_that_cannot_be_read_any_more_are_asked_for_again(tmp_path: Path) -> None:
    filled(tmp_path, 600, 600)
    overwrite(Places(tmp_path).database, page_of(tmp_path, b'"outcome":"posted","received_at"', 0.5))
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert journal.recovered.receipts < 600
    assert len(waiting_in(tmp_path)) == 600 - journal.recovered.receipts == journal.backlog().pending
    journal.close()


def test_entries_between_two_destroyed_pages_are_read_one_by_one(tmp_path: Path) -> None:
    filled(tmp_path, 600, 0)
    Places(tmp_path).lines.unlink()
    for code in (b'"code":"C000201"', b'"code":"C000401"'):
        overwrite(Places(tmp_path).database, page_of(tmp_path, code, 0))
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert len(journal.recovered.missing) == 2
    assert journal.recovered.entries > 570
    journal.close()


def test_a_log_without_its_database_is_not_played_into_a_new_one(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    fill(journal, 5)
    log = Places(tmp_path).wal.read_bytes()
    journal.close()
    for path in (Places(tmp_path).database, Places(tmp_path).lines):
        path.unlink()
    Places(tmp_path).wal.write_bytes(log)
    journal = open_in(tmp_path)
    assert journal.work_state().last_seq == 0
    journal.close()
    assert [path.read_bytes() for path in Places(tmp_path).set_aside.glob("*/*-wal")] == [log]


def test_a_missing_database_is_made_again_from_the_line_file(tmp_path: Path) -> None:
    entries = filled(tmp_path, 30, 0)
    Places(tmp_path).database.unlink()
    journal = open_in(tmp_path)
    assert waiting_in(tmp_path) == entries
    journal.close()


def test_a_truncated_database_is_made_again(tmp_path: Path) -> None:
    entries = filled(tmp_path, 300, 0)
    database = Places(tmp_path).database
    content = database.read_bytes()
    database.write_bytes(content[: len(content) * 3 // 4])
    journal = open_in(tmp_path)
    assert waiting_in(tmp_path) == entries
    journal.close()


def test_with_both_files_damaged_what_either_holds_is_kept_and_what_is_lost_is_named(tmp_path: Path) -> None:
    filled(tmp_path, 60, 0)
    for path in (Places(tmp_path).database, Places(tmp_path).lines):
        flip(path, b'"code":"C000055"', offset=12)
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert journal.recovered.missing == ((56, 56),)
    assert journal.recovered.entries == 59
    journal.close()
    assert journal_status(tmp_path).gaps == ((56, 56),)


def test_the_work_goes_on_where_it_stood(tmp_path: Path) -> None:
    filled(tmp_path, 60, 55)
    before = open_in(tmp_path)
    state = before.work_state()
    before.close()
    overwrite(Places(tmp_path).database, 0)
    journal = open_in(tmp_path)
    parent, expected = journal.work_state().parent, state.parent
    assert parent is not None
    assert expected is not None
    assert [change.child for change in parent.children] == [change.child for change in expected.children]
    journal.close()


def test_new_entries_go_on_in_a_new_epoch_after_the_highest_number(tmp_path: Path) -> None:
    entries = filled(tmp_path, 60, 0)
    overwrite(Places(tmp_path).database, 0)
    journal = open_in(tmp_path)
    (entry,) = fill(journal, 1)
    assert entry.seq == 61
    assert entry.epoch != entries[-1].epoch
    assert entry.id > entries[-1].id
    journal.close()
    assert verify_journal(tmp_path).problems == ()


def test_an_entry_that_only_the_line_file_has_right_after_salvage_is_taken_in(tmp_path: Path) -> None:
    filled(tmp_path, 60, 0)
    overwrite(Places(tmp_path).database, 0)
    open_in(tmp_path).close()
    salvaged = Places(tmp_path).database.read_bytes()
    entries = filled(tmp_path, 2, 0)
    Places(tmp_path).database.write_bytes(salvaged)
    journal = open_in(tmp_path)
    assert journal.recovered is None
    assert waiting_in(tmp_path)[60:] == entries
    journal.close()


def test_the_damaged_files_are_kept_whole(tmp_path: Path) -> None:
    filled(tmp_path, 60, 0)
    places = Places(tmp_path)
    overwrite(places.database, 0)
    before = {path.name: path.read_bytes() for path in (places.database, places.lines)}
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    folder = journal.recovered.set_aside
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before} == before
    journal.close()


def test_a_salvaged_journal_opens_quietly_the_next_time(tmp_path: Path) -> None:
    filled(tmp_path, 60, 0)
    overwrite(Places(tmp_path).database, 0)
    open_in(tmp_path).close()
    journal = open_in(tmp_path)
    assert journal.recovered is None
    journal.close()


def test_a_kill_between_moving_away_and_putting_in_place_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = filled(tmp_path, 60, 0)
    overwrite(Places(tmp_path).database, 0)
    original = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if self == Places(tmp_path).ready:
            raise KeyboardInterrupt
        return original(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            open_in(tmp_path)
    journal = open_in(tmp_path)
    assert waiting_in(tmp_path) == entries
    journal.close()


def test_a_reader_that_was_open_sees_the_new_file(tmp_path: Path) -> None:
    entries = filled(tmp_path, 60, 0)
    waiting = SqliteWaitingEntries(tmp_path)
    assert len(waiting.first(1)) == 1
    overwrite(Places(tmp_path).database, 0)
    journal = open_in(tmp_path)
    (entry,) = fill(journal, 1)
    assert list(waiting.first(100)) == [*entries, entry]
    waiting.close()
    journal.close()


# -- the line file


def test_a_torn_last_line_is_cut_off_and_written_again(tmp_path: Path) -> None:
    filled(tmp_path, 10, 0)
    lines = Places(tmp_path).lines
    lines.write_bytes(lines.read_bytes()[:-40])
    open_in(tmp_path).close()
    assert lines_of(tmp_path) == list(range(1, 11))
    assert verify_journal(tmp_path).problems == ()


def test_a_missing_line_file_is_written_again(tmp_path: Path) -> None:
    filled(tmp_path, 10, 0)
    Places(tmp_path).lines.unlink()
    open_in(tmp_path).close()
    assert lines_of(tmp_path) == list(range(1, 11))


def test_a_damaged_line_file_is_set_aside_and_written_again(tmp_path: Path) -> None:
    filled(tmp_path, 10, 0)
    flip(Places(tmp_path).lines, b'"code":"C000003"', offset=10)
    open_in(tmp_path).close()
    assert lines_of(tmp_path) == list(range(1, 11))
    assert len(list(Places(tmp_path).set_aside.glob("*/journal.lines"))) == 1


@pytest.mark.parametrize("lost", [1, 900])
def test_entries_that_only_the_line_file_has_are_taken_in(tmp_path: Path, lost: int) -> None:
    journal = open_in(tmp_path)
    fill(journal, 5)
    journal.close()
    older = tmp_path / "older"
    shutil.copy(Places(tmp_path).database, older)
    journal = open_in(tmp_path)
    entries = fill(journal, lost)
    journal.close()
    shutil.copy(older, Places(tmp_path).database)
    journal = open_in(tmp_path)
    assert journal.recovered is None
    assert waiting_in(tmp_path)[5:] == entries
    assert journal.backlog().pending == 5 + lost
    journal.close()
    assert verify_journal(tmp_path).problems == ()


def test_a_database_and_a_line_file_that_went_different_ways_are_both_salvaged(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    fill(journal, 5)
    journal.close()
    older = tmp_path / "older"
    shutil.copy(Places(tmp_path).database, older)
    filled(tmp_path, 9, 0)
    lines = Places(tmp_path).lines.read_bytes()
    shutil.copy(older, Places(tmp_path).database)
    Places(tmp_path).lines.unlink()
    other = open_in(tmp_path)
    fill(other, 2, operator="meena")
    other.close()
    Places(tmp_path).lines.write_bytes(lines)
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert journal.recovered.contradicting == (6, 7)
    assert journal.work_state().last_seq == 14
    journal.close()


# -- not ours


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    Places(tmp_path).database.write_bytes(b"minutes of the meeting\n" * 100)
    before = Places(tmp_path).database.read_bytes()
    with pytest.raises(JournalUnreadableError, match="not a journal"):
        open_in(tmp_path)
    assert Places(tmp_path).database.read_bytes() == before


def test_another_program_s_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    connection = sqlite3.connect(Places(tmp_path).database)
    connection.execute("CREATE TABLE entries (seq INTEGER)")
    connection.close()
    before = Places(tmp_path).database.read_bytes()
    with pytest.raises(JournalUnreadableError, match="not a journal of this program"):
        open_in(tmp_path)
    assert Places(tmp_path).database.read_bytes() == before


def test_an_acknowledged_refusal_stays_acknowledged_after_a_damaged_page(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    fill(journal, 60)
    refusal = Receipt(seq=2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    journal.record_receipts([refusal])
    journal.append(acknowledged(2), operator="ravi", source="keyboard", raw=b"")
    journal.close()
    flip(Places(tmp_path).database, b'"code":"C000055"', offset=12)
    journal = open_in(tmp_path)
    assert journal.recovered is not None
    assert journal.work_state().attention == ()
    journal.close()
