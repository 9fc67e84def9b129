"""What the journal promises about its files: settings, append-only, versions, one writer, readers."""

import json
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from fakes.decisions import added, opened, refused
from fakes.memory_journal import DEVICE, START, MemoryJournal, SteppingClock

from traitortrack_desktop.domain.entries import (
    BagFact,
    EntryKind,
    Outcome,
    Receipt,
    canonical_json,
    entry_payload,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.single_instance import AlreadyRunningError
from traitortrack_desktop.services.ports import JournalTooNewError, JournalUnreadableError
from traitortrack_desktop.storage.local import journal as journal_module
from traitortrack_desktop.storage.local import reading, standing
from traitortrack_desktop.storage.local.connections import open_reader, open_writer
from traitortrack_desktop.storage.local.exporting import export_journal
from traitortrack_desktop.storage.local.histories import SqliteHistories
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries
from traitortrack_desktop.storage.local.records import StoredEntry
from traitortrack_desktop.storage.local.verify import journal_status, verify_journal
from traitortrack_desktop.storage.local.writing import add_entry


def open_in(directory: Path, **settings: object) -> SqliteJournal:
    defaults: dict[str, object] = {"device": DEVICE, "station": "Station 7", "clock": SteppingClock()}
    return SqliteJournal.open(directory, **(defaults | settings))  # type: ignore[arg-type]


def put(journal: SqliteJournal, *, raw: bytes = b"SB10001", operator: str | None = "ravi") -> None:
    journal.append(opened("SB10001"), operator=operator, source="keyboard", raw=raw)


def one_entry(directory: Path) -> None:
    journal = open_in(directory)
    put(journal)
    journal.close()


def everything_in(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name != "journal.lock"
    }


# -- settings and append-only


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("user_version", 3)],
)
def test_the_writing_connection_has_the_settings_the_promise_rests_on(
    tmp_path: Path, pragma: str, value: object
) -> None:
    one_entry(tmp_path)
    connection = open_writer(Places(tmp_path).database)
    assert connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value
    connection.close()


@pytest.mark.parametrize("table", ["entries", "receipts"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET payload = '{{}}'", "DELETE FROM {}"])
def test_nothing_stored_can_be_changed_or_deleted(tmp_path: Path, table: str, statement: str) -> None:
    journal = open_in(tmp_path)
    put(journal)
    journal.record_receipts([Receipt(seq=1, outcome=Outcome.POSTED)])
    journal.close()
    connection = open_writer(Places(tmp_path).database)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement.format(table))
    connection.close()


def test_a_reading_connection_cannot_write(tmp_path: Path) -> None:
    one_entry(tmp_path)
    connection = open_reader(Places(tmp_path))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("INSERT INTO openings (at, program) VALUES ('', '')")
    connection.close()


def test_a_reading_connection_is_told_to_only_query(tmp_path: Path) -> None:
    one_entry(tmp_path)
    connection = open_reader(Places(tmp_path))
    assert connection.execute("PRAGMA query_only").fetchone() == (1,)
    connection.close()


def test_a_reader_that_stays_last_leaves_the_write_ahead_log_alone(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    waiting = SqliteWaitingEntries(tmp_path)
    put(journal)
    assert len(waiting.first(1)) == 1
    journal.close()
    database = Places(tmp_path).database.read_bytes()
    waiting.close()
    assert Places(tmp_path).database.read_bytes() == database


# -- versions


def made_newer(directory: Path, *, checkpointed: bool) -> sqlite3.Connection:
    """Raise the schema version in the file, or only in the log beside it."""
    one_entry(directory)
    connection = sqlite3.connect(Places(directory).database, isolation_level=None)
    connection.execute("PRAGMA user_version = 99")
    if checkpointed:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


@pytest.mark.parametrize("checkpointed", [True, False])
def test_a_newer_journal_is_refused(tmp_path: Path, checkpointed: bool) -> None:
    connection = made_newer(tmp_path, checkpointed=checkpointed)
    with pytest.raises(JournalTooNewError, match="newer program"):
        open_in(tmp_path)
    connection.close()


def test_a_refused_newer_journal_is_not_touched(tmp_path: Path) -> None:
    made_newer(tmp_path, checkpointed=True).close()
    before = everything_in(tmp_path)
    with pytest.raises(JournalTooNewError):
        open_in(tmp_path)
    assert everything_in(tmp_path) == before


def test_a_newer_journal_in_the_log_is_not_touched_either(tmp_path: Path) -> None:
    connection = made_newer(tmp_path, checkpointed=False)
    before = everything_in(tmp_path)
    with pytest.raises(JournalTooNewError):
        open_in(tmp_path)
    assert everything_in(tmp_path) == before
    connection.close()


def test_examining_refuses_a_newer_journal_too(tmp_path: Path) -> None:
    made_newer(tmp_path, checkpointed=True).close()
    with pytest.raises(JournalTooNewError):
        journal_status(tmp_path)


@pytest.mark.parametrize("key_and_value", [{"kind": "weigh_bag"}, {"v": 2}])
def test_entries_that_only_a_newer_program_understands_are_not_salvaged_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key_and_value: dict[str, object]
) -> None:
    journal = open_in(tmp_path)
    with monkeypatch.context() as newer:
        newer.setattr(journal_module, "entry_payload", lambda entry: entry_payload(entry) | key_and_value)
        put(journal)
    journal.close()
    before = everything_in(tmp_path)
    with pytest.raises(JournalTooNewError, match="newer program"):
        open_in(tmp_path)
    assert everything_in(tmp_path) == before


# -- who writes


def test_a_second_opener_is_refused_while_the_journal_is_open(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    with pytest.raises(AlreadyRunningError):
        open_in(tmp_path)
    journal.close()


def test_it_can_be_opened_again_after_closing(tmp_path: Path) -> None:
    one_entry(tmp_path)
    one_entry(tmp_path)
    assert journal_status(tmp_path).last_seq == 2


def test_another_device_s_journal_goes_on_in_an_epoch_of_its_own(tmp_path: Path) -> None:
    one_entry(tmp_path)
    journal = open_in(tmp_path, device=DeviceId(uuid4()))
    entry = journal.append(opened("SB10002"), operator="ravi", source="keyboard", raw=b"")
    journal.close()
    assert (entry.seq, entry.previous_hash) == (2, bytes(32))
    assert verify_journal(tmp_path).problems == ()


def test_the_epoch_stays_the_same_over_restarts(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    epoch = journal.epoch
    journal.close()
    journal = open_in(tmp_path)
    assert journal.epoch == epoch
    journal.close()


def test_ids_do_not_go_back_when_the_clock_was_set_back_over_a_restart(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    before = journal.append(opened("SB10001"), operator=None, source="keyboard", raw=b"")
    journal.close()
    journal = open_in(tmp_path, clock=SteppingClock(START - timedelta(days=400)))
    after = journal.append(added("SB10001", "AB12C"), operator=None, source="keyboard", raw=b"")
    journal.close()
    assert after.id > before.id


# -- what comes back


@pytest.mark.parametrize("raw", [b"", b"\x00", "🧵\u00df".encode(), bytes(range(256)) * 2])
def test_whatever_was_read_comes_back_byte_for_byte(tmp_path: Path, raw: bytes) -> None:
    journal = open_in(tmp_path)
    entry = journal.append(
        refused("?", Reason.UNREADABLE), operator="Zoë \ud83d", source="/dev/tty🧵", raw=raw
    )
    journal.close()
    waiting = SqliteWaitingEntries(tmp_path)
    assert list(waiting.first(1)) == [entry]
    waiting.close()


def test_names_that_no_database_can_hold_are_escaped(tmp_path: Path) -> None:
    journal = open_in(tmp_path, station="Dock\0")
    entry = journal.append(opened("SB10001"), operator="ash\udce9", source="caf\udce9.txt\U0001f600", raw=b"")
    journal.close()
    assert (entry.operator, entry.station, entry.source) == (
        "ash\\udce9",
        "Dock\\x00",
        "caf\\udce9.txt\U0001f600",
    )


def test_a_fact_in_a_receipt_comes_back_whole(tmp_path: Path) -> None:
    told = BagFact(
        code="AB12C", kind="child", parent="SB7", since=START, by="Zoë", as_of=START, from_centre=True
    )
    journal = open_in(tmp_path)
    put(journal)
    journal.append(added("SB10001", "AB12C"), operator="ravi", source="keyboard", raw=b"")
    journal.record_receipts(
        [Receipt(seq=2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, fact=told)]
    )
    journal.close()
    journal = open_in(tmp_path)
    assert journal.work_state().attention[0].fact == told
    journal.close()


def test_nothing_waits_before_there_is_a_journal(tmp_path: Path) -> None:
    waiting = SqliteWaitingEntries(tmp_path)
    assert waiting.first(10) == ()
    one_entry(tmp_path)
    assert len(waiting.first(10)) == 1
    waiting.close()


def test_the_delivery_thread_reads_while_the_intake_writes(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    written, seen = threading.Event(), []

    def deliver() -> None:
        waiting = SqliteWaitingEntries(tmp_path)
        while len(seen) < 200:
            last = written.is_set()
            seen[:] = [entry.seq for entry in waiting.first(1000)]
            if last:
                break
        waiting.close()

    thread = threading.Thread(target=deliver)
    thread.start()
    for _ in range(200):
        put(journal)
    written.set()
    thread.join()
    journal.close()
    assert seen == list(range(1, 201))


# -- examining and exporting


def test_status_counts_what_the_centre_already_had_as_posted(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    for _ in range(4):
        put(journal)
    journal.record_receipts(
        [
            Receipt(seq=1, outcome=Outcome.POSTED),
            Receipt(seq=2, outcome=Outcome.ALREADY_POSTED),
            Receipt(seq=3, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL),
        ]
    )
    status = journal_status(tmp_path)
    assert (status.entries, status.posted, status.refused, status.pending) == (4, 2, 1, 1)
    assert (status.last_seq, status.gaps, status.integrity) == (4, (), "ok")
    journal.close()


def test_status_of_an_empty_directory_is_nothing_at_all(tmp_path: Path) -> None:
    assert journal_status(tmp_path).entries == 0
    assert list(tmp_path.iterdir()) == []


def test_verify_without_a_journal_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalUnreadableError, match="no journal"):
        verify_journal(tmp_path)


def test_verify_finds_nothing_wrong_while_the_station_runs(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    put(journal)
    journal.record_receipts([Receipt(seq=1, outcome=Outcome.POSTED)], centre="7401/1")
    report = verify_journal(tmp_path)
    assert (report.entries, report.receipts, report.problems) == (1, 1, ())
    journal.close()


def test_verify_notices_index_columns_that_say_something_else(tmp_path: Path) -> None:
    one_entry(tmp_path)
    connection = sqlite3.connect(Places(tmp_path).database)
    with connection:
        connection.execute("DROP TRIGGER entries_update")
        connection.execute("UPDATE entries SET parent = 'SB99999'")
    connection.close()
    assert verify_journal(tmp_path).problems == ("entry 1: its index columns do not match it",)


def test_verify_notices_a_hole(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    for _ in range(5):
        put(journal)
    journal.close()
    connection = sqlite3.connect(Places(tmp_path).database)
    with connection:
        connection.execute("DROP TRIGGER entries_delete")
        connection.execute("DELETE FROM entries WHERE seq IN (3, 4)")
    connection.close()
    assert "entries 3 to 4 are missing" in verify_journal(tmp_path).problems


def test_verify_notices_a_broken_chain(tmp_path: Path) -> None:
    open_in(tmp_path).close()
    first, second = MemoryJournal(), MemoryJournal(station="elsewhere")
    for journal in (first, second):
        for _ in range(2):
            journal.append(opened("SB10001"), operator="ravi", source="keyboard", raw=b"")
    connection = open_writer(Places(tmp_path).database)
    for entry in (first.entries[0], second.entries[1]):
        payload = canonical_json(entry_payload(entry))
        stored = StoredEntry(payload=payload, previous_hash=entry.previous_hash, hash=entry.hash)
        add_entry(connection, entry, stored)
    connection.close()
    assert "entry 2: the chain is broken before it" in verify_journal(tmp_path).problems


def test_the_export_holds_every_entry_with_its_receipt(tmp_path: Path) -> None:
    journal = open_in(tmp_path)
    entry = journal.append(opened("SB10001"), operator="ravi", source="keyboard", raw=b"\x00SB10001")
    put(journal)
    journal.record_receipts([Receipt(seq=1, outcome=Outcome.POSTED, count=0)], centre="7401/1")
    assert export_journal(tmp_path, tmp_path / "out.jsonl") == 2
    first, second = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert first["entry"] == entry_payload(entry)
    assert bytes.fromhex(first["entry"]["raw"]) == b"\x00SB10001"
    assert (first["receipt"]["outcome"], first["receipt"]["centre"]) == ("posted", "7401/1")
    assert second["receipt"] is None
    journal.close()


# -- cost


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How SQLite answers each query that runs at start or at a scan."""
    directory = tmp_path_factory.mktemp("plans")
    one_entry(directory)
    connection = open_reader(Places(directory))
    queries = {
        "last entry": reading.LAST_ENTRY,
        "entries from": reading.ENTRIES_FROM,
        "last receipt": reading.LAST_RECEIPT,
        "waiting": reading.WAITING,
        "waiting count": reading.WAITING_COUNT,
        "last opening": standing.LAST_OPENING,
        "receipts from": standing.RECEIPTS_FROM,
        "last refused for": standing.LAST_REFUSED_FOR,
        "acknowledged between": standing.ACKNOWLEDGED_BETWEEN,
        "unresolved": standing.UNRESOLVED,
        "held": standing.HELD,
        **SqliteHistories.queries([EntryKind.ADD_CHILD, EntryKind.MOVE_CHILDREN]),
    }
    found = {
        name: "\n".join(
            row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + query, (1,) * query.count("?"))
        )
        for name, query in queries.items()
    }
    connection.close()
    return found


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("entries from", "SEARCH entries USING INTEGER PRIMARY KEY (rowid>?)"),
        ("waiting", "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)"),
        ("waiting count", "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)"),
        ("receipts from", "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)"),
        ("last refused for", "SEARCH entries USING INDEX entries_refused (reason=? AND seq<?)"),
        (
            "acknowledged between",
            "SEARCH entries USING INDEX entries_resolving (resolves=? AND seq>? AND seq<?)",
        ),
        ("unresolved", "SCAN r USING INDEX receipts_for_attention"),
        ("held", "SEARCH h USING INDEX entries_refused (reason=?)"),
        ("held", "SEARCH a USING INDEX entries_resolving (resolves=? AND seq>?)"),
        ("child", "SEARCH e USING INDEX entries_of_child (child=? AND seq<?)"),
        ("parent", "SEARCH e USING INDEX entries_of_parent (parent=? AND seq<?)"),
        ("mention", "SEARCH m USING PRIMARY KEY (code=? AND seq<?)"),
        ("last opening", "SEARCH desks_begun"),
    ],
)
def test_a_query_of_every_scan_or_start_follows_an_index(plans: dict[str, str], query: str, way: str) -> None:
    assert way in plans[query]


@pytest.mark.parametrize(
    ("query", "way"),
    [("last entry", "SCAN entries"), ("last receipt", "SCAN r"), ("last opening", "entries_opening")],
)
def test_the_newest_row_is_taken_from_the_end_without_sorting(
    plans: dict[str, str], query: str, way: str
) -> None:
    assert way in plans[query]
    assert "TEMP B-TREE" not in plans[query]


@pytest.mark.parametrize("query", ["waiting", "child", "parent", "mention", "unresolved", "held"])
def test_a_query_that_stops_early_does_not_sort_first(plans: dict[str, str], query: str) -> None:
    assert "TEMP B-TREE" not in plans[query]
