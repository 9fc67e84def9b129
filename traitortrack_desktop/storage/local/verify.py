"""Is the journal whole? A count for every day, and an examination of every byte that matters.

Both read only, also while a station runs, and cost time in proportion to the journal.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from traitortrack_desktop.domain.entries import NO_HASH, JournalEntry, Receipt
from traitortrack_desktop.services.ports import JournalUnreadableError
from traitortrack_desktop.storage.local.connections import open_reader, snapshot
from traitortrack_desktop.storage.local.line_file import read_lines
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import entry_at, entry_of, receipt_of, waiting_entries
from traitortrack_desktop.storage.local.records import DamagedRecordError
from traitortrack_desktop.storage.local.salvage import holes
from traitortrack_desktop.storage.local.schema import recognise
from traitortrack_desktop.storage.local.writing import (
    begins_desk,
    finding_columns,
    mentioned_codes,
    told_code,
)

_COUNTS = """
    SELECT (SELECT count(*) FROM entries),
           (SELECT count(*) FROM receipts WHERE outcome <> 'refused'),
           (SELECT count(*) FROM receipts WHERE outcome = 'refused'),
           (SELECT coalesce(max(seq), 0) FROM entries)
"""

_ALL_ENTRIES = """
    SELECT seq, payload, previous_hash, hash, kind, verdict, reason, parent, child, resolves
    FROM entries ORDER BY seq
"""

_ALL_RECEIPTS = """
    SELECT r.seq, r.payload, r.hash, e.hash
    FROM receipts AS r LEFT JOIN entries AS e ON e.seq = r.seq
    ORDER BY r.position
"""

_HAS_MENTIONS = "SELECT count(*) FROM sqlite_master WHERE name IN ('mentions', 'desks_begun')"
"""A journal that was written before there were any is examined as it is."""

_MENTION = "SELECT 1 FROM mentions WHERE code = ? AND seq = ?"
_DESK = "SELECT 1 FROM desks_begun WHERE seq = ?"
_FOUND_BY = "SELECT (SELECT count(*) FROM mentions), (SELECT count(*) FROM desks_begun)"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalStatus:
    """What a journal holds. *gaps* are missing numbers as (first, last).

    ``entries == posted + refused + pending``; what the centre had already counts as posted.
    *integrity* is ``ok`` or says what is damaged.
    """

    entries: int
    posted: int
    refused: int
    pending: int
    last_seq: int
    gaps: tuple[tuple[int, int], ...]
    integrity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """The result of an examination; *problems* is empty when all is well."""

    entries: int
    receipts: int
    gaps: tuple[tuple[int, int], ...]
    problems: tuple[str, ...]


def journal_status(directory: Path) -> JournalStatus:
    """Count what the journal in *directory* holds; a directory without one holds nothing.

    Raises ``JournalTooNewError`` and ``JournalUnreadableError``.
    """
    places = Places(directory)
    if not places.database.exists() and not places.lines.exists():
        return JournalStatus(entries=0, posted=0, refused=0, pending=0, last_seq=0, gaps=(), integrity="ok")
    connection = open_to_read(places)
    try:
        with snapshot(connection):
            entries, posted, refused, last_seq = connection.execute(_COUNTS).fetchone()
            numbers = [row[0] for row in connection.execute("SELECT seq FROM entries ORDER BY seq")]
            integrity = _integrity(connection)
    except sqlite3.Error as error:
        raise JournalUnreadableError(f"{places.database} is damaged: {error}") from error
    finally:
        connection.close()
    return JournalStatus(
        entries=entries,
        posted=posted,
        refused=refused,
        pending=entries - posted - refused,
        last_seq=last_seq,
        gaps=holes(numbers),
        integrity=integrity,
    )


def verify_journal(directory: Path) -> VerifyReport:
    """Examine every page, hash, link of the chain, number, and line of the journal in *directory*.

    Raises ``JournalTooNewError`` and ``JournalUnreadableError`` when there is nothing to examine.
    """
    places = Places(directory)
    connection = open_to_read(places)
    examination = _Examination(places, connection)
    try:
        with snapshot(connection):
            return examination.run()
    finally:
        connection.close()


def open_to_read(places: Places) -> sqlite3.Connection:
    """Return a reading connection to a journal that this program knows.

    Raises ``JournalTooNewError`` and ``JournalUnreadableError``.
    """
    if not places.database.exists():
        raise JournalUnreadableError(f"there is no journal in {places.directory}")
    if not recognise(places):
        raise JournalUnreadableError(f"{places.database} is destroyed, or not a journal")
    try:
        return open_reader(places)
    except sqlite3.Error as error:
        raise JournalUnreadableError(f"{places.database} cannot be opened: {error}") from error


def _integrity(connection: sqlite3.Connection) -> str:
    try:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        for _entry in waiting_entries(connection):
            pass
    except (DamagedRecordError, sqlite3.DatabaseError) as error:
        return str(error)
    return str(answer)


class _Examination:
    def __init__(self, places: Places, connection: sqlite3.Connection) -> None:
        self._places = places
        self._connection = connection
        self._problems: list[str] = []
        self._hashes: dict[int, bytes] = {}
        self._has_mentions = False
        self._mentioned = self._desks = 0

    def run(self) -> VerifyReport:
        receipts = 0
        try:
            self._pages()
            self._has_mentions = self._connection.execute(_HAS_MENTIONS).fetchone()[0] == 2
            self._entries()
            receipts = self._receipts()
            self._nothing_else_is_found()
        except sqlite3.Error as error:
            self._problems.append(f"the database cannot be read on: {error}")
        gaps = holes(list(self._hashes))
        self._problems += [f"entries {first} to {last} are missing" for first, last in gaps]
        self._lines()
        return VerifyReport(
            entries=len(self._hashes), receipts=receipts, gaps=gaps, problems=tuple(self._problems)
        )

    def _pages(self) -> None:
        for (answer,) in self._connection.execute("PRAGMA integrity_check"):
            if answer != "ok":
                self._problems.append(f"pages: {answer}")

    def _entries(self) -> None:
        previous: JournalEntry | None = None
        for row in self._connection.execute(_ALL_ENTRIES):
            seq = row[0]
            self._hashes[seq] = row[3]
            try:
                entry = entry_of(row[:4])
            except DamagedRecordError as error:
                self._problems.append(f"entry {seq}: {error}")
                previous = None
                continue
            if _as_read(finding_columns(entry)) != row[4:]:
                self._problems.append(f"entry {seq}: its index columns do not match it")
            self._is_found(entry)
            self._chain(previous, entry)
            previous = entry

    def _is_found(self, entry: JournalEntry) -> None:
        """Look for the rows that *entry* is found by."""
        if not self._has_mentions:
            return
        codes = mentioned_codes(entry)
        for code in sorted(codes):
            self._mention(code, entry.seq)
        if begins_desk(entry):
            self._desks += 1
            if self._connection.execute(_DESK, (entry.seq,)).fetchone() is None:
                self._problems.append(f"entry {entry.seq}: its work is not found again")

    def _mention(self, code: str, seq: int) -> None:
        self._mentioned += 1
        if self._connection.execute(_MENTION, (code, seq)).fetchone() is None:
            self._problems.append(f"entry {seq}: it is not found by {code}")

    def _nothing_else_is_found(self) -> None:
        if not self._has_mentions or self._problems:
            return
        if self._connection.execute(_FOUND_BY).fetchone() != (self._mentioned, self._desks):
            self._problems.append("codes are found by entries that are not about them")

    def _chain(self, previous: JournalEntry | None, entry: JournalEntry) -> None:
        if previous is not None and previous.epoch != entry.epoch:
            if entry.previous_hash != NO_HASH:
                self._problems.append(f"entry {entry.seq}: the first of its epoch does not begin a chain")
        elif previous is not None and previous.seq == entry.seq - 1:
            if entry.previous_hash != previous.hash:
                self._problems.append(f"entry {entry.seq}: the chain is broken before it")
        elif entry.seq == 1 and entry.previous_hash != NO_HASH:
            self._problems.append("entry 1: it does not begin the chain")

    def _receipts(self) -> int:
        count = 0
        for seq, payload, own_hash, entry_hash in self._connection.execute(_ALL_RECEIPTS):
            count += 1
            try:
                kept = receipt_of(payload, own_hash, entry_hash)
                if kept.receipt.seq != seq:
                    self._problems.append(f"receipt {seq}: it belongs to entry {kept.receipt.seq}")
                elif self._has_mentions and kept.receipt.ticket is not None:
                    self._told(kept.receipt)
            except DamagedRecordError as error:
                self._problems.append(f"receipt {seq}: {error}")
        return count

    def _told(self, receipt: Receipt) -> None:
        entry = entry_at(self._connection, receipt.seq)
        told = told_code(entry, receipt) if entry is not None else None
        if entry is not None and told is not None and told not in mentioned_codes(entry):
            self._mention(told, receipt.seq)

    def _lines(self) -> None:
        """Compare the line file; the last line may still be on its way, or be written at the next start."""
        last_seq = max(self._hashes, default=0)
        seen = set()
        for number, line in enumerate(read_lines(self._places.lines), start=1):
            if line is None:
                self._problems.append(f"line {number}: damaged")
                continue
            seq = line.entry().seq
            seen.add(seq)
            if seq <= last_seq and self._hashes.get(seq) != line.hash:
                self._problems.append(f"line {number}: entry {seq} differs from the database")
        missing = [seq for seq in self._hashes if seq not in seen and seq != last_seq]
        self._problems += [f"line file: entry {seq} is missing" for seq in missing[:20]]


def _as_read(columns: tuple[str | int | None, ...]) -> tuple[str | int | None, ...]:
    """Return *columns* as the lenient text decoding of the connection gives them back."""
    return tuple(value.encode().decode("latin-1") if isinstance(value, str) else value for value in columns)
