"""A big journal: opening looks at the end of it, not at all of it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.decisions import added, opened
from fakes.memory_journal import DEVICE, EPOCH, MemoryJournal, SteppingClock

from traitortrack_desktop.domain.entries import Outcome, Receipt, canonical_json, entry_payload
from traitortrack_desktop.storage.local import connections, opening
from traitortrack_desktop.storage.local.connections import transaction
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.line_file import LineFile
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.records import KeptReceipt, StoredEntry
from traitortrack_desktop.storage.local.writing import add_entry, add_receipt


def make(directory: Path, size: int) -> None:
    """Make a journal of *size* entries, all but the last hundred answered, in one transaction."""
    open_in(directory).close()
    plain, clock = MemoryJournal(), SteppingClock()
    connection = connections.open_writer(Places(directory).database)
    connection.execute("UPDATE epochs SET epoch = ?", (str(EPOCH),))
    lines = LineFile.open(Places(directory).lines)
    with transaction(connection):
        stored = [_store(connection, plain, number) for number in range(size)]
        for entry in plain.entries[:-100]:
            receipt = Receipt(seq=entry.seq, outcome=Outcome.POSTED, count=1)
            kept = KeptReceipt(
                receipt=receipt, after_seq=size, complete_through=size - 100, received_at=clock.now
            )
            add_receipt(connection, entry, kept)
    lines.append(stored)
    lines.close()
    connection.close()


def _store(connection: sqlite3.Connection, plain: MemoryJournal, number: int) -> StoredEntry:
    parent = f"SB{number // 25:05}"
    decision = opened(parent) if number % 25 == 0 else added(parent, f"C{number:07}")
    entry = plain.append(decision, operator="ravi", source="keyboard", raw=b"")
    stored = StoredEntry(
        payload=canonical_json(entry_payload(entry)), previous_hash=entry.previous_hash, hash=entry.hash
    )
    add_entry(connection, entry, stored)
    return stored


def open_in(directory: Path) -> SqliteJournal:
    return SqliteJournal.open(directory, device=DEVICE, station="s", clock=SteppingClock())


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the work of SQLite's virtual machine, in hundreds of instructions."""
    counted = 0
    original = connections._connect

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def connect(path: Path, mode: str) -> sqlite3.Connection:
        connection = original(path, mode)
        connection.set_progress_handler(count, 100)
        return connection

    monkeypatch.setattr(connections, "_connect", connect)

    def take() -> int:
        nonlocal counted
        taken, counted = counted, 0
        return taken

    return take


def test_opening_and_appending_cost_the_same_after_a_hundred_thousand_entries(
    tmp_path: Path, steps: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The page check reads the whole file on purpose, and only up to a size.
    monkeypatch.setattr(opening, "QUICK_CHECK_BYTES", 0)
    costs = []
    for size in (1_000, 100_000):
        directory = tmp_path / str(size)
        make(directory, size)
        steps()
        journal = open_in(directory)
        opened_in_steps = steps()
        for number in range(100):
            journal.bag_memory(f"C{number:07}")
            journal.append(added("SB00001", f"D{number:07}"), operator="ravi", source="keyboard", raw=b"")
        costs.append((opened_in_steps, steps()))
        assert journal.backlog().pending == 200
        journal.close()
    (small_opening, small_appending), (large_opening, large_appending) = costs
    assert large_opening <= small_opening * 1.2
    assert large_appending <= small_appending * 1.2
