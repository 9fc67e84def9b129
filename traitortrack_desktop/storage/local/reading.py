"""What the journal answers about entries and receipts: short, indexed queries.

:class:`SqliteWaitingEntries` is the reading side for the delivery thread.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.services.ports import JournalUnreadableError
from traitortrack_desktop.storage.local.connections import open_reader
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.records import (
    DamagedRecordError,
    KeptReceipt,
    StoredEntry,
    StoredReceipt,
)

LAST_ENTRY = """
    SELECT seq, payload, previous_hash, hash FROM entries ORDER BY seq DESC LIMIT 1
"""

ENTRY = """
    SELECT seq, payload, previous_hash, hash FROM entries WHERE seq = ?
"""

ENTRIES_FROM = """
    SELECT seq, payload, previous_hash, hash FROM entries WHERE seq >= ? ORDER BY seq
"""

LAST_RECEIPT = """
    SELECT r.payload, r.hash, e.hash
    FROM receipts AS r JOIN entries AS e ON e.seq = r.seq
    ORDER BY r.position DESC LIMIT 1
"""

WAITING = """
    SELECT e.seq, e.payload, e.previous_hash, e.hash
    FROM entries AS e LEFT JOIN receipts AS r ON r.seq = e.seq
    WHERE e.seq > ? AND r.seq IS NULL
    ORDER BY e.seq
    LIMIT ?
"""

WAITING_NUMBERS = """
    SELECT e.seq
    FROM entries AS e LEFT JOIN receipts AS r ON r.seq = e.seq
    WHERE e.seq > ? AND r.seq IS NULL
    ORDER BY e.seq
"""

LAST_NUMBER = "SELECT coalesce(max(seq), 0) FROM entries"

WAITING_COUNT = f"SELECT count(*) FROM ({WAITING_NUMBERS})"  # noqa: S608 - joined from constants


ANSWERED = """
    SELECT e.seq, e.payload, e.previous_hash, e.hash, r.payload, r.hash
    FROM entries AS e LEFT JOIN receipts AS r ON r.seq = e.seq
"""
"""Entries with their receipts; a condition and an order follow."""


def stored(row: Sequence[object]) -> StoredEntry:
    """Return the entry in columns ``payload, previous_hash, hash``, not yet checked.

    Raises :class:`DamagedRecordError` when a column has the wrong type.
    """
    payload, previous_hash, own_hash = row
    if not (isinstance(payload, str) and isinstance(previous_hash, bytes) and isinstance(own_hash, bytes)):
        raise DamagedRecordError("an entry's columns have the wrong types")
    return StoredEntry(payload=payload, previous_hash=previous_hash, hash=own_hash)


def entry_of(row: Sequence[object]) -> JournalEntry:
    """Return the entry in columns ``seq, payload, previous_hash, hash``.

    Raises :class:`DamagedRecordError` when it does not match its hash or its place.
    """
    entry = stored(row[1:4]).entry()
    if entry.seq != row[0]:
        raise DamagedRecordError(f"entry {entry.seq} lies at place {row[0]}")
    return entry


def receipt_of(payload: object, own_hash: object, entry_hash: object) -> KeptReceipt:
    """Return the receipt in the given columns. Raises :class:`DamagedRecordError`."""
    if not (isinstance(payload, str) and isinstance(own_hash, bytes) and isinstance(entry_hash, bytes)):
        raise DamagedRecordError("a receipt's columns have the wrong types")
    return StoredReceipt(payload=payload, hash=own_hash).kept(entry_hash)


def answered_of(row: Sequence[object]) -> tuple[JournalEntry, KeptReceipt | None]:
    """Return entry and receipt in the columns of :data:`ANSWERED`. Raises :class:`DamagedRecordError`."""
    kept = receipt_of(row[4], row[5], row[3]) if row[4] is not None else None
    return entry_of(row[:4]), kept


def last_entry(connection: sqlite3.Connection) -> JournalEntry | None:
    """Return the newest entry."""
    row = connection.execute(LAST_ENTRY).fetchone()
    return entry_of(row) if row is not None else None


def entry_at(connection: sqlite3.Connection, seq: int) -> JournalEntry | None:
    """Return the entry with number *seq*."""
    row = connection.execute(ENTRY, (seq,)).fetchone()
    return entry_of(row) if row is not None else None


def complete_through(connection: sqlite3.Connection) -> int:
    """Return the number up to which every entry has a receipt, as the last receipt knew it."""
    row = connection.execute(LAST_RECEIPT).fetchone()
    return receipt_of(*row).complete_through if row is not None else 0


def waiting_entries(connection: sqlite3.Connection, limit: int = -1) -> Iterator[JournalEntry]:
    """Yield entries without receipt, oldest first; each is checked against its hash."""
    for row in connection.execute(WAITING, (complete_through(connection), limit)):
        yield entry_of(row)


def waiting_count(connection: sqlite3.Connection) -> int:
    """Return how many entries have no receipt."""
    (count,) = connection.execute(WAITING_COUNT, (complete_through(connection),)).fetchone()
    return int(count)


def answered_up_to(connection: sqlite3.Connection) -> int:
    """Return the number before the first entry without receipt, or that of the newest entry."""
    begun = connection.execute(f"{WAITING_NUMBERS} LIMIT 1", (complete_through(connection),)).fetchone()
    return int(begun[0]) - 1 if begun is not None else int(connection.execute(LAST_NUMBER).fetchone()[0])


class JournalConnection:
    """A connection that cannot write to the journal of a directory, opened when it is needed. One thread."""

    def __init__(self, directory: Path) -> None:
        self._places = Places(directory)
        self._connection: sqlite3.Connection | None = None
        self._file_number = 0

    def current(self) -> sqlite3.Connection:
        """Return a connection to the file that stands there now: a damaged one may have been replaced.

        Raises ``FileNotFoundError`` before there is a journal, ``OSError`` and ``sqlite3.Error``.
        """
        file_number = os.stat(self._places.database).st_ino  # noqa: PTH116 - once per call, no detour
        if self._connection is None or file_number != self._file_number:
            self.close()
            self._connection = open_reader(self._places)
            self._file_number = file_number
        return self._connection

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class SqliteWaitingEntries:
    """Entries without receipt, over a connection that cannot write. One thread uses one object."""

    def __init__(self, directory: Path) -> None:
        self._journal = JournalConnection(directory)

    def first(self, limit: int) -> Sequence[JournalEntry]:
        """Return up to *limit* entries without receipt, oldest first; none before there is a journal.

        Raises :class:`JournalUnreadableError`; nothing that fails its hash is ever returned.
        """
        try:
            return tuple(waiting_entries(self._journal.current(), limit))
        except FileNotFoundError:
            return ()
        except (sqlite3.Error, DamagedRecordError, OSError) as error:
            self.close()
            raise JournalUnreadableError(f"the journal cannot be read: {error}") from error

    def answered_up_to(self) -> int:
        """Return the number up to which every entry has its receipt. Raises as :meth:`first` does."""
        try:
            return answered_up_to(self._journal.current())
        except FileNotFoundError:
            return 0
        except (sqlite3.Error, DamagedRecordError, OSError) as error:
            self.close()
            raise JournalUnreadableError(f"the journal cannot be read: {error}") from error

    def close(self) -> None:
        """Close the file; a later call of :meth:`first` opens it again."""
        self._journal.close()
