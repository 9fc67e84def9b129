"""The catalogue's tables: all SQL on them."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local.connections import is_damage

NEWEST_FORMAT = 2
"""2 keeps what a station finds things by: the rows of an older one are loaded anew."""
_CACHE_KIB = 8192
_BUSY_SECONDS = 0.25
_LARGEST_LOG_BYTES = 4 * 1024 * 1024
"""A first load makes it ten times as large; after that it is cut to this."""

_TABLES = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE bag (
        id        INTEGER PRIMARY KEY,
        code      TEXT NOT NULL,
        kind      TEXT,      -- c: child, p: parent, or another text in full
        parent    INTEGER,   -- id of the bag it is in
        since     INTEGER,   -- seconds of Unix time, UTC
        count     INTEGER,
        completed INTEGER,
        bill      INTEGER    -- id of the bill it is on
    );
    CREATE TABLE bill (
        id          INTEGER PRIMARY KEY,
        code        TEXT,
        status      TEXT,
        capacity    INTEGER,
        linked      INTEGER,
        created     INTEGER,   -- seconds of Unix time, UTC
        by          TEXT,
        description TEXT,
        destination TEXT,
        vehicle     TEXT,
        children    INTEGER,   -- as of the bill's last change; what stands on it tells better
        expected    INTEGER
    );
    CREATE TABLE holder (
        bag     INTEGER PRIMARY KEY,
        station TEXT,
        device  TEXT,
        by      TEXT,
        since   TEXT,
        until   TEXT
    );
"""
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS bag_code ON bag (code)",
    "CREATE INDEX IF NOT EXISTS bag_end ON bag (substr(code, -4))",
    "CREATE INDEX IF NOT EXISTS bag_parent ON bag (parent) WHERE parent IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS bag_bill ON bag (bill) WHERE bill IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS bag_parents ON bag (id) WHERE kind = 'p'",
    "CREATE INDEX IF NOT EXISTS bill_code ON bill (upper(code))",
    "CREATE INDEX IF NOT EXISTS bill_made ON bill (coalesce(created, 0), id)",
)
"""Made after the rows: several times faster, and nobody looks codes up before."""

_ADD_BAG = "INSERT OR REPLACE INTO bag VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_PARENT = "INSERT OR IGNORE INTO bag (id, code, kind) VALUES (?, ?, 'p')"
_ADD_BILL = """
    INSERT INTO bill (id, code, status, capacity, linked) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        code = excluded.code, status = excluded.status, capacity = excluded.capacity, linked = excluded.linked
"""
_DETAILS = ("created", "by", "description", "destination", "vehicle", "children", "expected")
_SET_DETAILS = f"UPDATE bill SET {', '.join(f'{name} = ?' for name in _DETAILS)} WHERE id = ?"  # noqa: S608
_HOLDER = ("station", "device", "by", "since", "until")
_SET_HOLDER = "INSERT OR REPLACE INTO holder VALUES (?, ?, ?, ?, ?, ?)"
_OLDEST_BAG = """
    SELECT b.kind, b.parent, inside.code, b.since, b.count, b.completed, bill.code, bill.status,
           h.station, h.device, h.by, h.since, h.until, b.id
    FROM bag AS b
    LEFT JOIN bag AS inside ON inside.id = b.parent
    LEFT JOIN bill ON bill.id = b.bill
    LEFT JOIN holder AS h ON h.bag = b.id
    WHERE b.code = ?
    ORDER BY b.id LIMIT 1
"""
_OLDEST_BILL = """
    SELECT id, code, status, capacity, linked, created, by, description, destination, vehicle
    FROM bill WHERE upper(code) = upper(?)
    ORDER BY id LIMIT 1
"""
_ON_BILL = """
    SELECT count(*), coalesce(sum(count), 0), coalesce(sum(CASE
        WHEN upper(code) GLOB 'M[0-9][0-9][0-9]-[0-9]*' OR upper(code) GLOB 'M[0-9][0-9][0-9][0-9]-[0-9]*'
        THEN 15 ELSE 30 END), 0)
    FROM bag WHERE bill = ?
"""
_SHORT = {"child": "c", "parent": "p"}
_LONG = {"c": "child", "p": "parent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BagRow:
    """What the file holds of a bag. *since* is in seconds of Unix time, *holder* as the centre told it."""

    number: int
    kind: str | None
    parent: int | None
    parent_code: str | None
    since: int | None
    count: int | None
    completed: bool
    bill: str | None
    bill_status: str | None
    holder: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """What the file holds of a bill; *linked*, *children* and *expected_kg* are of the bags on it."""

    number: int
    code: str
    status: str | None
    capacity: int | None
    created: int | None
    by: str | None
    description: str | None
    destination: str | None
    vehicle: str | None
    linked: int
    children: int
    expected_kg: int


def all_files(path: Path) -> tuple[Path, ...]:
    """Return *path* and what SQLite keeps beside it."""
    return tuple(path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm", "-journal"))


def make_catalogue(path: Path) -> None:
    """Make a catalogue without rows at *path*. Raises ``sqlite3.Error``."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {NEWEST_FORMAT}; COMMIT")


def open_catalogue(path: Path) -> sqlite3.Connection:
    """Return the writing connection. Raises ``sqlite3.Error``, and ``ValueError`` for another format."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_SECONDS,
    )
    try:
        connection.execute("PRAGMA journal_mode = wal")
        # A power cut may cost the newest changes, never the file: the cursor goes back with them.
        connection.execute("PRAGMA synchronous = normal")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_LOG_BYTES}")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != NEWEST_FORMAT:
            raise ValueError(f"the catalogue has format {version}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_catalogue_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write and waits for nobody. Raises ``sqlite3.Error``."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=0.0,
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


def is_whole(path: Path) -> bool:
    """Read the whole file and return whether nothing in it is damaged; seconds for a million bags."""
    try:
        with contextlib.closing(open_catalogue_reader(path)) as connection:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return not is_damage(error)
    return bool(answer == "ok")


def finish_tables(connection: sqlite3.Connection) -> None:
    """Make what look-ups need."""
    for index in _INDEXES:
        connection.execute(index)


def read_meta(connection: sqlite3.Connection) -> dict[str, str | int | None]:
    """Return what is kept about the copy as a whole; empty for a new one."""
    return dict(connection.execute("SELECT name, value FROM meta").fetchall())


def write_meta(connection: sqlite3.Connection, meta: Mapping[str, str | int | None]) -> None:
    """Keep *meta*."""
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())


def add_bags(connection: sqlite3.Connection, rows: Sequence[CatalogueRow]) -> None:
    """Keep *rows* that have a code; the columns turn numbers that came as text into numbers."""
    connection.executemany(_ADD_BAG, _shortened(rows))


def _shortened(rows: Sequence[CatalogueRow]) -> Iterator[CatalogueRow]:
    for number, code, kind, *rest in rows:
        if code:
            yield (number, code, _SHORT.get(str(kind), kind), *rest)


def add_bills(connection: sqlite3.Connection, rows: Sequence[CatalogueRow]) -> None:
    """Keep *rows*."""
    connection.executemany(_ADD_BILL, rows)


def add_bill_details(connection: sqlite3.Connection, rows: Sequence[CatalogueRow]) -> None:
    """Keep what *rows* say of bills that are there: id, and the columns from ``created`` on."""
    connection.executemany(_SET_DETAILS, ((*row[1:], row[0]) for row in rows))


def set_holders(connection: sqlite3.Connection, holders: Mapping[int, Mapping[str, Any] | None]) -> None:
    """Make who has a parent open what *holders* say of it."""
    connection.executemany("DELETE FROM holder WHERE bag = ?", ((bag,) for bag in holders))
    told = ((bag, *(holder.get(name) for name in _HOLDER)) for bag, holder in holders.items() if holder)
    connection.executemany(_SET_HOLDER, told)


def apply_changes(connection: sqlite3.Connection, changes: CentreChanges) -> None:
    """Make the rows what *changes* say."""
    add_bags(connection, changes.bags)
    # The parent's own row may come with a later page.
    connection.executemany(_ADD_PARENT, ((number, code) for number, code in changes.parents.items() if code))
    without_code = (bag[0] for bag in changes.bags if not bag[1])
    connection.executemany(
        "DELETE FROM bag WHERE id = ?", ((gone,) for gone in (*changes.gone, *without_code))
    )
    connection.executemany("DELETE FROM holder WHERE bag = ?", ((gone,) for gone in changes.gone))
    add_bills(connection, changes.bills)
    add_bill_details(
        connection,
        [(number, *(told.get(name) for name in _DETAILS)) for number, told in changes.bill_details.items()],
    )
    set_holders(connection, changes.holders)
    connection.executemany("DELETE FROM bill WHERE id = ?", ((gone,) for gone in changes.bills_gone))


def bag_of(connection: sqlite3.Connection, code: str) -> BagRow | None:
    """Return the oldest bag called *code*."""
    row = connection.execute(_OLDEST_BAG, (code,)).fetchone()
    if row is None:
        return None
    kind, parent, parent_code, since, count, completed, bill, status, *holder, number = row
    return BagRow(
        number=number,
        kind=_LONG.get(kind, kind),
        parent=parent,
        parent_code=parent_code,
        since=since,
        count=count,
        completed=completed is not None,
        bill=bill,
        bill_status=status,
        holder=_holder_told(holder),
    )


def bill_of(connection: sqlite3.Connection, code: str) -> BillRow | None:
    """Return the oldest bill called *code*, in any case."""
    row = connection.execute(_OLDEST_BILL, (code,)).fetchone()
    return bill_row(connection, row) if row is not None else None


def bill_row(connection: sqlite3.Connection, row: Sequence[Any]) -> BillRow:
    """Return a bill out of its columns, with the totals of what stands on it.

    The columns are ``id, code, status, capacity, linked, created, by, description, destination, vehicle``.
    """
    number, code, status, capacity, _, *details = row
    created, by, description, destination, vehicle = details
    linked, children, expected = connection.execute(_ON_BILL, (number,)).fetchone()
    return BillRow(
        number=number,
        code=code or "",
        status=status,
        capacity=capacity,
        created=created,
        by=by,
        description=description,
        destination=destination,
        vehicle=vehicle,
        linked=linked,
        children=children,
        expected_kg=expected,
    )


def _holder_told(columns: Sequence[Any]) -> dict[str, Any] | None:
    if columns[0] is None:
        return None
    return {name: value for name, value in zip(_HOLDER, columns, strict=True) if value is not None}
