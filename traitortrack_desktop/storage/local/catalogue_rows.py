"""The catalogue's tables: all SQL on them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from traitortrack_desktop.services.catalogue import CatalogueRow
from traitortrack_desktop.services.ports import CentreChanges

NEWEST_FORMAT = 1
_FILE = "catalogue.sqlite"
_CACHE_KIB = 8192

_TABLES = """
    DROP TABLE IF EXISTS meta;
    DROP TABLE IF EXISTS bag;
    DROP TABLE IF EXISTS bill;
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


def catalogue_files(directory: Path) -> tuple[Path, ...]:
    """Return the files that belong to the catalogue."""
    return tuple(directory / f"{_FILE}{end}" for end in ("", "-wal", "-shm"))


def open_catalogue(directory: Path, *, create: bool = False) -> sqlite3.Connection:
    """Return the writing connection to a whole catalogue, or to a new one without rows.

    Raises ``sqlite3.Error``, and ``ValueError`` for a file of a newer program.
    """
    path = directory / _FILE
    new = create or not path.exists() or path.stat().st_size == 0
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
    try:
        connection.execute("PRAGMA journal_mode = wal")
        # A power cut may cost the newest changes, never the file: the cursor goes back with them.
        connection.execute("PRAGMA synchronous = normal")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if new:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {NEWEST_FORMAT}; COMMIT")
        _check(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_catalogue_reader(directory: Path) -> sqlite3.Connection:
    """Return a connection that cannot write and waits for nobody. Raises ``sqlite3.Error``."""
    uri = (directory / _FILE).absolute().as_uri()
    connection = sqlite3.connect(
        f"{uri}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=0.0
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != NEWEST_FORMAT:
        raise ValueError(f"the catalogue has format {version}")
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise sqlite3.DatabaseError(answer)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables empty, inside the caller's transaction."""
    for statement in _TABLES.split(";"):
        connection.execute(statement)


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
    """Keep *rows*; the columns turn numbers that came as text into numbers."""
    connection.executemany(_ADD_BAG, _shortened(rows))


def _shortened(rows: Sequence[CatalogueRow]) -> Iterator[CatalogueRow]:
    for number, code, kind, *rest in rows:
        yield (number, code, _SHORT.get(str(kind), kind), *rest)


def add_bills(connection: sqlite3.Connection, rows: Sequence[CatalogueRow]) -> None:
    """Keep *rows*."""
    connection.executemany(_ADD_BILL, rows)


def apply_changes(connection: sqlite3.Connection, changes: CentreChanges) -> None:
    """Make the rows what *changes* say."""
    add_bags(connection, changes.bags)
    # The parent's own row may come with a later page.
    connection.executemany(_ADD_PARENT, changes.parents.items())
    connection.executemany("DELETE FROM bag WHERE id = ?", ((gone,) for gone in changes.gone))
    add_bills(connection, changes.bills)
    connection.executemany("DELETE FROM bill WHERE id = ?", ((gone,) for gone in changes.bills_gone))


def bag_of(connection: sqlite3.Connection, code: str) -> BagRow | None:
    """Return the oldest bag called *code*."""
    row = connection.execute(_OLDEST_BAG, (code,)).fetchone()
    if row is None:
        return None
    kind, parent, parent_code, since, count, completed = row
    return _LONG.get(kind, kind), parent, parent_code, since, count, completed is not None
