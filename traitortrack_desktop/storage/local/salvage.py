"""A damaged journal is set aside whole, and everything readable goes on in a new one.

Salvaged entries keep their identity, epoch and number, so the centre recognises those it has
already seen. The new epoch counts on after the highest number found: a number means one entry
for as long as the station lives, and receipts, work state and remembered facts need no second
notion. Runs once, at the opening, before anything else uses the files.

The replacement is finished under another name before the damaged files are moved, so a kill at
any moment leaves either the damaged journal or the finished replacement.
"""

import contextlib
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.environment.durable_files import sync_directory
from traitortrack_desktop.storage.local.connections import open_builder, open_reader, transaction
from traitortrack_desktop.storage.local.line_file import read_lines
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import entry_of, receipt_of, stored
from traitortrack_desktop.storage.local.records import DamagedRecordError, KeptReceipt, StoredEntry
from traitortrack_desktop.storage.local.schema import migrate
from traitortrack_desktop.storage.local.writing import add_entry, add_receipt, begin_epoch

_SCAN = "SELECT seq, payload, previous_hash, hash FROM entries NOT INDEXED ORDER BY seq {order}"
_ONE = "SELECT seq, payload, previous_hash, hash FROM entries NOT INDEXED WHERE seq = ?"
_RECEIPTS = """
    SELECT position, seq, payload, hash FROM receipts NOT INDEXED ORDER BY position {order}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReport:
    """What was done about a damaged journal.

    *missing* lists lost numbers as first and last; *contradicting* the numbers for which the line
    file held another entry than the database. The database's went on, the other is set aside.
    """

    problem: str
    set_aside: Path
    entries: int
    receipts: int
    missing: tuple[tuple[int, int], ...]
    contradicting: tuple[int, ...]


@dataclass(slots=True)
class Salvaged:
    """What could be read: entries and receipts by number, each proved by its hash."""

    entries: dict[int, tuple[JournalEntry, StoredEntry]] = field(default_factory=dict)
    receipts: dict[int, KeptReceipt] = field(default_factory=dict)
    contradicting: set[int] = field(default_factory=set)

    @property
    def last_seq(self) -> int:
        """The highest number found."""
        return max(self.entries, default=0)

    def missing(self) -> tuple[tuple[int, int], ...]:
        """Return the holes in the numbers, from 1 to the highest found."""
        return holes(sorted(self.entries))


def holes(numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """Return the gaps in ascending *numbers*, which should begin at 1, as first and last missing."""
    found, expected = [], 1
    for number in numbers:
        if number > expected:
            found.append((expected, number - 1))
        expected = number + 1
    return tuple(found)


def read_what_is_left(places: Places) -> Salvaged:
    """Return everything in both files that proves itself by its hash. Raises ``OSError``."""
    salvaged = Salvaged()
    with contextlib.suppress(sqlite3.Error):
        connection = open_reader(places)
        try:
            _read_entries(connection, salvaged)
            _read_line_file(places, salvaged)
            _read_single_entries(connection, salvaged)
            _read_receipts(connection, salvaged)
        finally:
            connection.close()
    _read_line_file(places, salvaged)
    return salvaged


def replace_damaged(places: Places, *, device: DeviceId, at: datetime, problem: str) -> RecoveryReport:
    """Build a new journal from what is left and put it in place of the damaged one.

    Raises ``OSError`` or ``sqlite3.Error`` when the new one cannot be written; the damaged files
    then stay where they are.
    """
    salvaged = read_what_is_left(places)
    build(places, salvaged, device=device, at=at)
    places.building.replace(places.ready)
    sync_directory(places.directory)
    set_aside = finish_replacement(places, at=at)
    assert set_aside is not None
    return RecoveryReport(
        problem=problem,
        set_aside=set_aside,
        entries=len(salvaged.entries),
        receipts=len(salvaged.receipts),
        missing=salvaged.missing(),
        contradicting=tuple(sorted(salvaged.contradicting)),
    )


def build(places: Places, salvaged: Salvaged, *, device: DeviceId, at: datetime) -> None:
    """Make a whole new database under :attr:`Places.building`, holding what was *salvaged*."""
    places.building.unlink(missing_ok=True)
    places.building.with_name(places.building.name + "-journal").unlink(missing_ok=True)
    connection = open_builder(places.building)
    try:
        migrate(connection)
        with transaction(connection):
            _fill(connection, salvaged)
            begin_epoch(connection, device=device, first_seq=salvaged.last_seq + 1, at=at)
    finally:
        connection.close()


def finish_replacement(places: Places, *, at: datetime) -> Path | None:
    """Move the damaged files aside and a finished replacement in; ``None`` when there is none.

    Safe to repeat after a kill at any point.
    """
    if not places.ready.exists():
        return None
    folder = set_aside(places, (places.database, places.wal, places.wal_index, places.lines), at=at)
    places.ready.replace(places.database)
    sync_directory(places.directory)
    return folder


def set_aside(places: Places, files: tuple[Path, ...], *, at: datetime) -> Path:
    """Move *files*, as far as they exist, together into a new folder, and return the folder."""
    folder = _new_folder(places, at)
    for path in files:
        if path.exists():
            path.replace(folder / path.name)
    sync_directory(folder)
    sync_directory(places.set_aside)
    sync_directory(places.directory)
    return folder


def _new_folder(places: Places, at: datetime) -> Path:
    name = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 10_000):
        folder = places.set_aside / (name if number == 1 else f"{name}-{number}")
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
    raise FileExistsError(f"no free folder for {name} in {places.set_aside}")


def _read_entries(connection: sqlite3.Connection, salvaged: Salvaged) -> None:
    """Read from both ends up to the first page that cannot be read."""
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error):
            for row in connection.execute(_SCAN.format(order=order)):
                _keep(salvaged, row)


def _read_single_entries(connection: sqlite3.Connection, salvaged: Salvaged) -> None:
    """Try every number that is still missing by itself."""
    for first, last in salvaged.missing():
        for seq in range(first, last + 1):
            with contextlib.suppress(sqlite3.Error):
                for row in connection.execute(_ONE, (seq,)):
                    _keep(salvaged, row)


def _read_line_file(places: Places, salvaged: Salvaged) -> None:
    for line in read_lines(places.lines):
        if line is not None:
            entry = line.entry()
            known, _ = salvaged.entries.setdefault(entry.seq, (entry, line))
            if known.hash != entry.hash:
                salvaged.contradicting.add(entry.seq)


def _read_receipts(connection: sqlite3.Connection, salvaged: Salvaged) -> None:
    found: dict[int, KeptReceipt] = {}
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error):
            for position, seq, payload, own_hash in connection.execute(_RECEIPTS.format(order=order)):
                if seq in salvaged.entries and isinstance(position, int):
                    with contextlib.suppress(DamagedRecordError):
                        found[position] = receipt_of(payload, own_hash, salvaged.entries[seq][0].hash)
    for position in sorted(found):
        salvaged.receipts.setdefault(found[position].receipt.seq, found[position])


def _keep(salvaged: Salvaged, row: tuple[object, ...]) -> None:
    with contextlib.suppress(DamagedRecordError):
        entry = entry_of(row)
        salvaged.entries.setdefault(entry.seq, (entry, stored(row[1:4])))


def _fill(connection: sqlite3.Connection, salvaged: Salvaged) -> None:
    for seq in sorted(salvaged.entries):
        add_entry(connection, *salvaged.entries[seq])
    complete = _complete_through(salvaged)
    for kept in salvaged.receipts.values():
        entry, _ = salvaged.entries[kept.receipt.seq]
        add_receipt(connection, entry, replace(kept, complete_through=complete))


def _complete_through(salvaged: Salvaged) -> int:
    complete = 0
    for seq in sorted(salvaged.entries):
        if seq not in salvaged.receipts:
            return seq - 1
        complete = seq
    return complete
