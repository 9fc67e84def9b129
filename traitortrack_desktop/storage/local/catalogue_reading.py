"""Look-ups in the catalogue, on the intake thread: over a connection of its own, without ever waiting."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from traitortrack_desktop.domain.bills import BillFact, BillStatus, bill_status
from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.services.catalogue import UNKNOWN, UNKNOWN_BILL, Known, KnownBill, holder_of
from traitortrack_desktop.storage.local.catalogue_file import CatalogueFile
from traitortrack_desktop.storage.local.catalogue_rows import (
    BagRow,
    BillRow,
    bag_of,
    bill_of,
    open_catalogue_reader,
)
from traitortrack_desktop.storage.local.connections import is_damage

Answer = TypeVar("Answer")

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
        if standing is None or standing.as_of is None:
            self.close()
            return UNKNOWN
        found = self.asked(file, lambda connection: (bag_of(connection, code),))
        if found is None:
            return UNKNOWN
        (row,) = found
        if row is None:
            return Known(as_of=standing.as_of, posted_seq=standing.posted_seq)
        if row.parent is not None and row.parent_code is None:  # in a parent that nobody knows the code of
            return UNKNOWN
        return Known(
            fact=bag_fact(code, row, standing.as_of), as_of=standing.as_of, posted_seq=standing.posted_seq
        )

    def known_bill(self, file: CatalogueFile | None, code: str) -> KnownBill:
        """Return what *file* says about the bill *code*; never raises and never waits."""
        standing = file.standing if file is not None else None
        if standing is None or standing.as_of is None:
            return UNKNOWN_BILL
        found = self.asked(file, lambda connection: (bill_of(connection, code),))
        if found is None:
            return UNKNOWN_BILL
        fact = bill_fact(found[0], standing.as_of) if found[0] is not None else None
        return KnownBill(fact=fact, as_of=standing.as_of, posted_seq=standing.posted_seq)

    def asked(
        self, file: CatalogueFile | None, question: Callable[[sqlite3.Connection], Answer]
    ) -> Answer | None:
        """Return the answer to *question*, ``None`` where *file* cannot be read now; never raises."""
        if file is None or file.standing.as_of is None:
            self.close()
            return None
        try:
            answer = question(self._connected(file))
        except (sqlite3.Error, OSError) as error:
            self._cannot_read(file, error)
            return None
        self._unreadable_told = False
        return answer

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


def bag_fact(code: str, row: BagRow, as_of: datetime) -> BagFact:
    """Return *row* as a fact."""
    is_parent = row.kind == "parent"
    return BagFact(
        code=code,
        kind=row.kind,
        parent=row.parent_code if row.kind == "child" else None,
        since=moment_of(row.since),
        count=row.count,
        completed=row.completed,
        as_of=as_of,
        from_centre=True,
        bill=row.bill if is_parent else None,
        bill_completed=is_parent and row.bill_status == BillStatus.COMPLETED,
        holder=holder_of(row.holder),
    )


def bill_fact(row: BillRow, as_of: datetime) -> BillFact:
    """Return *row* as a fact."""
    return BillFact(
        code=row.code,
        status=bill_status(row.status),
        capacity=row.capacity,
        linked=row.linked,
        children=row.children,
        expected_kg=row.expected_kg,
        destination=row.destination,
        vehicle=row.vehicle,
        as_of=as_of,
        from_centre=True,
    )


def moment_of(unix_seconds: int | None) -> datetime | None:
    """Return the time in UTC; ``None`` for one that no calendar here reaches."""
    if unix_seconds is None:
        return None
    try:
        return _UNIX_BEGINNING + timedelta(seconds=unix_seconds)
    except (OverflowError, TypeError):
        return None
