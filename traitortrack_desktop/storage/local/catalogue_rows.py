"""The catalogue's tables: all SQL on them."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local.connections import is_damage

NEWEST_FORMAT = 1
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
    CREATE TABLE bill (id INTEGER PRIMARY KEY, code TEXT, status TEXT, capacity INTEGER, linked INTEGER);
"""
_INDEX = "CREATE INDEX IF NOT EXISTS bag_code ON bag (code)"
"""Made after the rows: several times faster, and nobody looks codes up before."""

_ADD_BAG = "INSERT OR REPLACE INTO bag VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_PARENT = "INSERT OR IGNORE INTO bag (id, code, kind) VALUES (?, ?, 'p')"
_ADD_BILL = "INSERT OR REPLACE INTO bill VALUES (?, ?, ?, ?, ?)"
_OLDEST_BAG = """
    SELECT b.kind, b.parent, inside.code, b.since, b.count, b.completed
    FROM bag AS b LEFT JOIN bag AS inside ON inside.id = b.parent
    WHERE b.code = ?
    ORDER BY b.id LIMIT 1
"""
_SHORT = {"child": "c", "parent": "p"}
_LONG = {"c": "child", "p": "parent"}

BagRow = tuple[str | None, int | None, str | None, int | None, int | None, bool]
"""Kind, parent id and code, since, count, completed."""


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
    connection.execute(_INDEX)


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


def apply_changes(connection: sqlite3.Connection, changes: CentreChanges) -> None:
    """Make the rows what *changes* say."""
    add_bags(connection, changes.bags)
    # The parent's own row may come with a later page.
    connection.executemany(_ADD_PARENT, ((number, code) for number, code in changes.parents.items() if code))
    without_code = (bag[0] for bag in changes.bags if not bag[1])
    connection.executemany(
        "DELETE FROM bag WHERE id = ?", ((gone,) for gone in (*changes.gone, *without_code))
    )
    add_bills(connection, changes.bills)
    connection.executemany("DELETE FROM bill WHERE id = ?", ((gone,) for gone in changes.bills_gone))


def bag_of(connection: sqlite3.Connection, code: str) -> BagRow | None:
    """Return the oldest bag called *code*."""
    row = connection.execute(_OLDEST_BAG, (code,)).fetchone()
    if row is None:
        return None
    kind, parent, parent_code, since, count, completed = row
    return _LONG.get(kind, kind), parent, parent_code, since, count, completed is not None
