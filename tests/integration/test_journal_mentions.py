"""Codes that entries are found by, and the work at desks: written with the entry, in older journals too."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fakes.decisions import added, edited, finding, moved, opened, relabelled
from fakes.desk_decisions import attached, bill_opened, return_opened
from fakes.memory_journal import DEVICE, SteppingClock

from traitortrack_desktop.domain.entries import Decision, Outcome, Receipt
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.schema import VERSION
from traitortrack_desktop.storage.local.verify import verify_journal

TICKET = "RTN-20260301-00A1"
WORK = (
    opened("SB10001"),
    added("SB10001", "C1"),
    moved("SB10002", "C1", "C2", origin="SB10001"),
    edited("SB10002", added=("C3",), removed=("C4",)),
    relabelled("C1", "N1", parent=False),
    bill_opened("Bill-7"),
    attached("Bill-7", "SB10002"),
    return_opened(TICKET),
)
MENTIONS = {
    ("C1", 3), ("C2", 3), ("SB10001", 3), ("C3", 4), ("C4", 4), ("C1", 5),
    ("BILL-7", 6), ("BILL-7", 7), (TICKET, 8),
}  # fmt: skip


def open_in(directory: Path) -> SqliteJournal:
    return SqliteJournal.open(directory, device=DEVICE, station="s", clock=SteppingClock())


def put(journal: SqliteJournal, *decisions: Decision) -> None:
    for decision in decisions:
        journal.append(decision, operator="ravi", source="gun", raw=b"")


def file_of(directory: Path) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(Places(directory).database, isolation_level=None))


def found_in(directory: Path) -> tuple[set[tuple[str, int]], list[int]]:
    with file_of(directory) as connection:
        mentions = set(connection.execute("SELECT code, seq FROM mentions").fetchall())
        return mentions, [row[0] for row in connection.execute("SELECT seq FROM desks_begun ORDER BY seq")]


def as_before(directory: Path, version: int) -> None:
    """Make the journal what a program of the last release left."""
    with file_of(directory) as connection:
        for table in ("mentions", "desks_begun"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute(f"PRAGMA user_version = {version}")


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    journal = open_in(tmp_path)
    put(journal, *WORK)
    journal.close()
    return tmp_path


def test_every_code_that_no_column_holds_is_found_by(worked: Path) -> None:
    assert found_in(worked) == (MENTIONS, [6, 8])


def test_a_code_that_the_centre_gives_is_found_by_too(worked: Path) -> None:
    journal = open_in(worked)
    journal.record_receipts([Receipt(seq=8, outcome=Outcome.POSTED, ticket="RTN-20260301-FFFF")])
    journal.close()

    assert found_in(worked)[0] == MENTIONS | {("RTN-20260301-FFFF", 8)}
    assert verify_journal(worked).problems == ()


def test_verify_finds_nothing_wrong_with_them(worked: Path) -> None:
    assert verify_journal(worked).problems == ()


@pytest.mark.parametrize("table", ["mentions", "desks_begun"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET seq = 99", "DELETE FROM {}"])
def test_they_cannot_be_changed_or_deleted(worked: Path, table: str, statement: str) -> None:
    with file_of(worked) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement.format(table))


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("DELETE FROM mentions WHERE code = 'C3'", "entry 4: it is not found by C3"),
        ("DELETE FROM desks_begun WHERE seq = 6", "entry 6: its work is not found again"),
        ("INSERT INTO mentions VALUES ('C9', 2)", "codes are found by entries that are not about them"),
        ("INSERT INTO desks_begun VALUES (1)", "codes are found by entries that are not about them"),
    ],
)
def test_verify_notices_what_is_missing_or_too_much(worked: Path, damage: str, problem: str) -> None:
    with file_of(worked) as connection:
        for table in ("mentions", "desks_begun"):
            connection.execute(f"DROP TRIGGER {table}_DELETE")
        connection.execute(damage)

    assert verify_journal(worked).problems == (problem,)


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_journal_is_taken_over_and_goes_on(tmp_path: Path, version: int) -> None:
    journal = open_in(tmp_path)
    put(journal, *WORK[:2])
    journal.close()
    as_before(tmp_path, version)
    assert verify_journal(tmp_path).problems == ()

    journal = open_in(tmp_path)
    put(journal, *WORK[2:])
    parent, state = journal.bag_memory("SB10001"), journal.work_state()
    journal.close()

    with file_of(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert parent is not None
    assert parent.fact is not None
    assert parent.fact.count == 0
    assert state.ticket is not None
    assert found_in(tmp_path) == (MENTIONS, [6, 8])
    assert verify_journal(tmp_path).problems == ()


def test_a_salvaged_journal_is_found_by_the_same_codes(worked: Path) -> None:
    Places(worked).database.unlink()
    journal = open_in(worked)
    assert journal.recovered is not None
    journal.close()

    assert found_in(worked) == (MENTIONS, [6, 8])


def test_entries_that_only_the_line_file_has_are_found_by_their_codes(worked: Path) -> None:
    with file_of(worked) as connection:
        for table in ("mentions", "desks_begun", "entries"):
            connection.execute(f"DROP TRIGGER {table}_DELETE")
            connection.execute(f"DELETE FROM {table} WHERE seq > 6")
            connection.execute(
                f"CREATE TRIGGER {table}_DELETE BEFORE DELETE ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
            )
    open_in(worked).close()

    assert found_in(worked) == (MENTIONS, [6, 8])


def test_the_fold_begins_at_the_last_desk(worked: Path) -> None:
    journal = open_in(worked)
    put(journal, finding())
    state = journal.work_state()
    journal.close()

    assert state.ticket is not None
    assert (state.ticket.code, state.parent, state.finding) == (TICKET, None, True)
