"""SQLite connections of the journal: the one that writes, and those that only read.

Exactly one connection writes and checkpoints: SQLite before 3.51.3 can damage a write-ahead log
when two of them do. Readers are opened read-only, so they never checkpoint.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from traitortrack_desktop.storage.local.places import Places

_BUSY_TIMEOUT_MS = 5000

_WRITER_PRAGMAS: tuple[tuple[str, object], ...] = (
    ("synchronous", 2),
    ("wal_autocheckpoint", 1000),
    ("busy_timeout", _BUSY_TIMEOUT_MS),
    ("foreign_keys", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    # Only macOS knows a difference: there fsync does not reach the disk.
    ("fullfsync", 1),
    ("checkpoint_fullfsync", 1),
)

_DAMAGE_CODES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


class PragmaError(sqlite3.Error):
    """SQLite did not take over a setting that the journal's promise rests on."""


def open_writer(path: Path) -> sqlite3.Connection:
    """Return the writing connection to an existing database, settings made and read back.

    Raises ``sqlite3.Error``.
    """
    connection = _connect(path, "rw")
    try:
        _set(connection, "journal_mode", "wal")
        for name, value in _WRITER_PRAGMAS:
            _set(connection, name, value)
    except BaseException:
        connection.close()
        raise
    return connection


def open_builder(path: Path) -> sqlite3.Connection:
    """Return a connection that makes a new database in one file, without a write-ahead log."""
    connection = _connect(path, "rwc")
    _set(connection, "journal_mode", "delete")
    _set(connection, "synchronous", 2)
    return connection


def open_reader(places: Places) -> sqlite3.Connection:
    """Return a connection that cannot write, also while a station runs. Raises ``sqlite3.Error``."""
    try:
        return _checked_reader(places.database, "ro")
    except sqlite3.OperationalError:
        if _has_content(places.wal):
            raise
        # A directory that takes no files, and nothing that waits in a log: the database stands alone.
        return _checked_reader(places.database, "ro&immutable=1")


def _checked_reader(path: Path, mode: str) -> sqlite3.Connection:
    connection = _connect(path, mode)
    try:
        _set(connection, "busy_timeout", _BUSY_TIMEOUT_MS)
        _set(connection, "query_only", 1)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # check_same_thread: opened at start-up, used by the one thread that owns it.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    # All our text is ASCII; a damaged value must reach the hash check instead of failing in between.
    connection.text_factory = _latin_text
    return connection


def _latin_text(value: bytes) -> str:
    return value.decode("latin-1")


def _set(connection: sqlite3.Connection, name: str, value: object) -> None:
    connection.execute(f"PRAGMA {name} = {value}")
    row = connection.execute(f"PRAGMA {name}").fetchone()
    if row is None or row[0] != value:
        raise PragmaError(f"SQLite did not accept {name} = {value} (it says {row and row[0]})")


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do the block as one write: all of it on disk at the end, or nothing. Raises ``sqlite3.Error``."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextlib.contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let every query of the block see the same state."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def is_damage(error: sqlite3.Error) -> bool:
    """Return whether *error* says that the file is damaged, not that the disk is full or busy."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return False
    missing_table = code == sqlite3.SQLITE_ERROR and "no such" in str(error)
    return (code & 0xFF) in _DAMAGE_CODES or missing_table
