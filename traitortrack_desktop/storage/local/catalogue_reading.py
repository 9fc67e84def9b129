"""Look-ups in the catalogue, on the intake thread: over a connection of its own, without ever waiting."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.services.catalogue import UNKNOWN, Known
from traitortrack_desktop.storage.local.catalogue_file import CatalogueFile
from traitortrack_desktop.storage.local.catalogue_rows import BagRow, bag_of, open_catalogue_reader
from traitortrack_desktop.storage.local.connections import is_damage

_UNIX_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)


class CatalogueReader:
    """Reads the file that is used now; *damaged* is called once for a file that cannot be read."""

    def __init__(self, damaged: Callable[[], None]) -> None:
        self._tell_damaged = damaged
        self._file: CatalogueFile | None = None
        self._connection: sqlite3.Connection | None = None
        self._unreadable_told = False

    def known(self, file: CatalogueFile | None, code: str) -> Known:
        """Return what *file* says about *code*; never raises and never waits."""
        standing = file.standing if file is not None else None
        if file is None or standing is None or standing.as_of is None:
            self.close()
            return UNKNOWN
        try:
            row = bag_of(self._connected(file), code)
        except (sqlite3.Error, OSError) as error:
            self._cannot_read(file, error)
            return UNKNOWN
        self._unreadable_told = False
        if row is None:
            return Known(as_of=standing.as_of, posted_seq=standing.posted_seq)
        if row[1] is not None and row[2] is None:  # in a parent that nobody knows the code of
            return UNKNOWN
        return Known(
            fact=_fact(code, row, standing.as_of), as_of=standing.as_of, posted_seq=standing.posted_seq
        )

    def close(self) -> None:
        """Close the connection; the next look-up opens another."""
        connection, self._connection = self._connection, None
        self._file = None
        if connection is not None:
            connection.close()

    def _connected(self, file: CatalogueFile) -> sqlite3.Connection:
        if self._connection is None or self._file is not file:
            self.close()
            self._connection = open_catalogue_reader(file.path)
            self._file = file
        return self._connection

    def _cannot_read(self, file: CatalogueFile, error: sqlite3.Error | OSError) -> None:
        self.close()
        if not self._unreadable_told:
            self._unreadable_told = True
            _log.warning("The catalogue cannot be read; bags count as unknown: %s", error)
        if isinstance(error, sqlite3.Error) and is_damage(error) and not file.damaged:
            file.damaged = True
            self._tell_damaged()


def _fact(code: str, row: BagRow, as_of: datetime) -> BagFact:
    kind, _, parent_code, since, count, completed = row
    return BagFact(
        code=code,
        kind=kind,
        parent=parent_code if kind == "child" else None,
        since=_moment(since) if since is not None else None,
        count=count,
        completed=completed,
        as_of=as_of,
        from_centre=True,
    )


def _moment(unix_seconds: int) -> datetime | None:
    """Return the time in UTC; ``None`` for one that no calendar here reaches."""
    try:
        return _UNIX_BEGINNING + timedelta(seconds=unix_seconds)
    except (OverflowError, TypeError):
        return None
