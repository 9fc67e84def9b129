"""The journal's tables, their migrations, and how a file is recognised before SQLite touches it."""

import sqlite3
import struct
from pathlib import Path

from traitortrack_desktop.services.ports import JournalTooNewError, JournalUnreadableError
from traitortrack_desktop.storage.local.connections import transaction
from traitortrack_desktop.storage.local.places import Places

APPLICATION_ID = 0x54546A31
"""``TTj1``; stands in the file header at byte 68."""

_FIRST = (
    """
    CREATE TABLE epochs (
        number     INTEGER PRIMARY KEY,
        epoch      TEXT NOT NULL UNIQUE,
        device     TEXT NOT NULL,
        first_seq  INTEGER NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    # The columns after the hash repeat parts of the payload, only for finding; the payload decides.
    # No AUTOINCREMENT: the number is part of the hashed payload, so it is known before the insert.
    """
    CREATE TABLE entries (
        seq           INTEGER PRIMARY KEY,
        payload       TEXT NOT NULL,
        previous_hash BLOB NOT NULL,
        hash          BLOB NOT NULL,
        kind          TEXT NOT NULL,
        verdict       TEXT NOT NULL,
        reason        TEXT,
        parent        TEXT,
        child         TEXT,
        resolves      INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE receipts (
        position  INTEGER PRIMARY KEY,
        seq       INTEGER NOT NULL UNIQUE REFERENCES entries (seq),
        after_seq INTEGER NOT NULL,
        outcome   TEXT NOT NULL,
        attention INTEGER NOT NULL,
        payload   TEXT NOT NULL,
        hash      BLOB NOT NULL
    ) STRICT
    """,
    # Written at every opening, to find out whether the disk takes it.
    "CREATE TABLE openings (number INTEGER PRIMARY KEY, at TEXT NOT NULL, program TEXT NOT NULL) STRICT",
    "CREATE INDEX entries_opening ON entries (seq) WHERE kind = 'open_parent' AND verdict = 'accepted'",
    """
    CREATE INDEX entries_of_parent ON entries (parent, seq)
    WHERE verdict = 'accepted' AND parent IS NOT NULL
    """,
    "CREATE INDEX entries_of_child ON entries (child, seq) WHERE child IS NOT NULL",
    "CREATE INDEX entries_resolving ON entries (resolves, seq) WHERE resolves IS NOT NULL",
    "CREATE INDEX entries_refused ON entries (reason, seq) WHERE verdict = 'refused'",
    "CREATE INDEX receipts_for_attention ON receipts (position) WHERE attention = 1",
    *(
        f"""
        CREATE TRIGGER {table}_{event} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END
        """
        for table in ("entries", "receipts")
        for event in ("UPDATE", "DELETE")
    ),
)

_NEW_KINDS_OF_ENTRIES = ()
"""Sign-ins and overrides: only the version changes, so that an older program leaves the file alone."""

_CORRECTIONS_BILLS_RETURNS = (
    # Rows for finding, as the columns of entries are: the payload decides. No older entry needs any, so
    # that a journal of a million entries is migrated at once.
    """
    CREATE TABLE mentions (
        code TEXT NOT NULL,
        seq  INTEGER NOT NULL REFERENCES entries (seq),
        PRIMARY KEY (code, seq)
    ) STRICT, WITHOUT ROWID
    """,
    # An index over entries of new kinds would read every entry there is to find none.
    "CREATE TABLE desks_begun (seq INTEGER PRIMARY KEY REFERENCES entries (seq)) STRICT",
    *(
        f"""
        CREATE TRIGGER {table}_{event} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END
        """
        for table in ("mentions", "desks_begun")
        for event in ("UPDATE", "DELETE")
    ),
)
"""``mentions``: every code that an entry is about and that stands in neither of its columns.
``desks_begun``: entries that the fold may begin at, beside opened parents."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _NEW_KINDS_OF_ENTRIES, _CORRECTIONS_BILLS_RETURNS)
"""Statements that lead from version *n* to *n + 1*; never changed once released."""

VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to :data:`VERSION`, one transaction for each step. Raises ``sqlite3.Error``."""
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    for version in range(found, VERSION):
        with transaction(connection):
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {version + 1}")


_HEADER_BYTES = 100
_WAL_HEADER_BYTES = 32
_WAL_FRAME_BYTES = 24


def recognise(places: Places) -> bool:
    """Return whether the database file is a journal of ours, by reading bytes only.

    ``False`` means: not a SQLite file at all, perhaps one whose first page was destroyed. Raises
    :class:`JournalTooNewError` for a newer program's journal and :class:`JournalUnreadableError`
    for another program's database. Changes nothing, also no file beside it.
    """
    header = _read(places.database, 0, _HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(b"SQLite format 3\0"):
        return False
    application_id = struct.unpack_from(">I", header, 68)[0]
    if application_id != APPLICATION_ID:
        raise JournalUnreadableError(f"{places.database} is not a journal of this program")
    version = max([struct.unpack_from(">I", header, 60)[0], *_versions_in_wal(places.wal)])
    if version > VERSION:
        raise JournalTooNewError(
            f"{places.database} was written by a newer program (version {version}, this one knows {VERSION})"
        )
    return True


def _versions_in_wal(path: Path) -> list[int]:
    """Return the schema versions in first pages that wait in the write-ahead log."""
    try:
        header = _read(path, 0, _WAL_HEADER_BYTES)
        size = path.stat().st_size
    except FileNotFoundError:
        return []
    if len(header) < _WAL_HEADER_BYTES:
        return []
    page_bytes, salts = struct.unpack_from(">I", header, 8)[0], header[16:24]
    found = []
    step = _WAL_FRAME_BYTES + max(512, page_bytes)
    with path.open("rb") as file:
        for offset in range(_WAL_HEADER_BYTES, size - step + 1, step):
            file.seek(offset)
            frame = file.read(_WAL_FRAME_BYTES + 64)
            if struct.unpack_from(">I", frame)[0] == 1 and frame[8:16] == salts:
                found.append(struct.unpack_from(">I", frame, _WAL_FRAME_BYTES + 60)[0])
    return found


def _read(path: Path, offset: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(count)
