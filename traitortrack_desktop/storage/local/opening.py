"""How the journal is opened: recognise, connect, check, repair; start-up and re-opening only."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from traitortrack_desktop import __version__
from traitortrack_desktop.domain.entries import NO_HASH, JournalEntry
from traitortrack_desktop.domain.identifiers import DeviceId, JournalEpoch
from traitortrack_desktop.environment.durable_files import sync_directory
from traitortrack_desktop.services.ports import JournalUnreadableError
from traitortrack_desktop.storage.local.connections import is_damage, open_writer, transaction
from traitortrack_desktop.storage.local.line_file import LineFile, read_lines
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import (
    ENTRIES_FROM,
    entry_at,
    last_entry,
    stored,
    waiting_entries,
)
from traitortrack_desktop.storage.local.records import DamagedRecordError, StoredEntry
from traitortrack_desktop.storage.local.salvage import (
    RecoveryReport,
    Salvaged,
    build,
    finish_replacement,
    replace_damaged,
    set_aside,
)
from traitortrack_desktop.storage.local.schema import migrate, recognise
from traitortrack_desktop.storage.local.standing import standing_work
from traitortrack_desktop.storage.local.writing import add_entry, begin_epoch

QUICK_CHECK_BYTES = 256 * 1024 * 1024
"""Above this size the page check at start is left to ``verify``; it reads the whole file."""


@dataclass(slots=True, kw_only=True)
class OpenFiles:
    """The open journal: its one writing connection, its line file, and where it stands."""

    connection: sqlite3.Connection
    lines: LineFile
    epoch: JournalEpoch
    first_seq: int
    last: JournalEntry | None
    recovered: RecoveryReport | None

    def close(self) -> None:
        """Close both files."""
        self.connection.close()
        self.lines.close()


def open_files(places: Places, *, device: DeviceId, at: datetime, thorough: bool = False) -> OpenFiles:
    """Open the journal in *places*, making it at the first use and repairing what is damaged.

    *thorough* checks every entry, not only those that matter now. Raises ``JournalTooNewError``
    and ``JournalUnreadableError`` (files untouched), ``sqlite3.Error`` and ``OSError`` when the
    disk does not take it.
    """
    finish_replacement(places, at=at)
    problem = _find_or_make(places, device=device, at=at)
    if problem is None:
        try:
            return _open_checked(places, device=device, at=at, recovered=None, thorough=thorough)
        except DamagedRecordError as error:
            problem = str(error)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            problem = str(error)
    report = replace_damaged(places, device=device, at=at, problem=problem)
    return _open_checked(places, device=device, at=at, recovered=report, thorough=False)


def _find_or_make(places: Places, *, device: DeviceId, at: datetime) -> str | None:
    """Make sure that a journal is there; return what is wrong when it has to be salvaged."""
    has_lines = any(line is not None for line in read_lines(places.lines))
    if not places.database.exists() or places.database.stat().st_size == 0:
        if has_lines:
            return "the database file is missing or empty"
        _make(places, device=device, at=at)
        return None
    try:
        if recognise(places):
            return None
    except JournalUnreadableError:
        if not has_lines:
            raise
    if has_lines:
        return "the database file is destroyed"
    raise JournalUnreadableError(
        f"{places.database} is not a journal, and there is no line file to restore one from; "
        "move it to another folder and start again"
    )


def _make(places: Places, *, device: DeviceId, at: datetime) -> None:
    """Make a first journal. A log that was left alone would be replayed into it: it goes aside."""
    if places.wal.exists() or places.wal_index.exists():
        set_aside(places, (places.database, places.wal, places.wal_index), at=at)
    build(places, Salvaged(), device=device, at=at)
    places.building.replace(places.database)
    sync_directory(places.directory)


def _open_checked(
    places: Places, *, device: DeviceId, at: datetime, recovered: RecoveryReport | None, thorough: bool
) -> OpenFiles:
    connection = open_writer(places.database)
    try:
        migrate(connection)
        _check(connection, places, thorough=thorough)
        lines = LineFile.open(places.lines)
        try:
            lines = _reconcile(connection, lines, places, at=at)
            epoch, first_seq = _current_epoch(connection, device=device, at=at)
            _prove_writable(connection, at)
            return OpenFiles(
                connection=connection,
                lines=lines,
                epoch=epoch,
                first_seq=first_seq,
                last=last_entry(connection),
                recovered=recovered,
            )
        except BaseException:
            lines.close()
            raise
    except BaseException:
        connection.close()
        raise


def _check(connection: sqlite3.Connection, places: Places, *, thorough: bool) -> None:
    """Raise :class:`DamagedRecordError` or ``sqlite3.Error`` unless the file can be worked with."""
    if thorough or places.database.stat().st_size <= QUICK_CHECK_BYTES:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise DamagedRecordError(f"the database is damaged: {answer}")
    if connection.execute("SELECT count(*) FROM epochs").fetchone()[0] == 0:
        raise DamagedRecordError("the database holds no epoch")
    for _entry in waiting_entries(connection):
        pass
    standing_work(connection)
    if thorough:
        for row in connection.execute(ENTRIES_FROM, (0,)):
            stored(row[1:]).entry()


def _current_epoch(
    connection: sqlite3.Connection, *, device: DeviceId, at: datetime
) -> tuple[JournalEpoch, int]:
    """Return the epoch that new entries belong to; data of another device is never continued."""
    epoch, owner, first_seq = connection.execute(
        "SELECT epoch, device, first_seq FROM epochs ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if owner == str(device):
        return JournalEpoch(UUID(epoch)), int(first_seq)
    last = last_entry(connection)
    first_seq = last.seq + 1 if last is not None else 1
    with transaction(connection):
        return begin_epoch(connection, device=device, first_seq=first_seq, at=at), first_seq


def _prove_writable(connection: sqlite3.Connection, at: datetime) -> None:
    with transaction(connection):
        connection.execute("INSERT INTO openings (at, program) VALUES (?, ?)", (at.isoformat(), __version__))


# -- the line file


def _reconcile(connection: sqlite3.Connection, lines: LineFile, places: Places, *, at: datetime) -> LineFile:
    """Make both copies equal at their ends, and return the line file to go on with.

    Lines that are missing are written again; lines that continue the chain beyond the database
    are entries it lost, and are taken in. A line file that does not belong to the database is set
    aside and written anew, unless it knows entries that the database does not: then both are
    salvaged.
    """
    last = last_entry(connection)
    tail = lines.tail()
    beyond = _beyond(tail, places, last.seq if last is not None else 0)
    if _agree(connection, tail):
        if beyond and not _continues(connection, last, beyond):
            raise DamagedRecordError("the line file knows entries that do not continue the database")
        if beyond:
            with transaction(connection):
                for line in beyond:
                    add_entry(connection, line.entry(), line)
        else:
            lines.append(_stored_from(connection, _last_seq(tail) + 1))
        return lines
    if beyond:
        raise DamagedRecordError("the line file and the database contradict each other")
    lines.close()
    set_aside(places, (places.lines,), at=at)
    fresh = LineFile.open(places.lines)
    fresh.append(_stored_from(connection, 0))
    return fresh


def _last_seq(tail: list[StoredEntry | None]) -> int:
    last = tail[-1] if tail else None
    return last.entry().seq if last is not None else 0


def _agree(connection: sqlite3.Connection, tail: list[StoredEntry | None]) -> bool:
    """Return whether every line of *tail* is whole and, as far as the database goes, the same there."""
    for line in tail:
        if line is None:
            return False
        entry = entry_at(connection, line.entry().seq)
        if entry is not None and entry.hash != line.hash:
            return False
    return True


def _beyond(tail: list[StoredEntry | None], places: Places, last_seq: int) -> list[StoredEntry]:
    """Return the lines numbered after *last_seq*, from the whole file when the tail begins later."""
    whole = [line for line in tail if line is not None]
    if not any(line.entry().seq > last_seq for line in whole):
        return []
    if whole[0].entry().seq > last_seq + 1:
        whole = [line for line in read_lines(places.lines) if line is not None]
    return [line for line in whole if line.entry().seq > last_seq]


def _continues(connection: sqlite3.Connection, last: JournalEntry | None, beyond: list[StoredEntry]) -> bool:
    """Return whether *beyond* goes on where the database ends: number, epoch and chain."""
    epoch, first_seq = connection.execute(
        "SELECT epoch, first_seq FROM epochs ORDER BY number DESC LIMIT 1"
    ).fetchone()
    starts_epoch = last is None or str(last.epoch) != epoch
    expected_hash = NO_HASH if starts_epoch or last is None else last.hash
    expected_seq = first_seq if starts_epoch or last is None else last.seq + 1
    entries = [line.entry() for line in beyond]
    return (
        entries[0].seq == expected_seq
        and entries[0].previous_hash == expected_hash
        and all(str(entry.epoch) == epoch for entry in entries)
        and all(b.seq == a.seq + 1 and b.previous_hash == a.hash for a, b in pairwise(entries))
    )


def _stored_from(connection: sqlite3.Connection, seq: int) -> Iterator[StoredEntry]:
    for row in connection.execute(ENTRIES_FROM, (seq,)):
        yield stored(row[1:])
