"""The first load of the catalogue: page after page of bags by COPY, over a connection of its own.

Used by the loader thread. A page has to come within the limits of a statement also over a slow line:
how large it may be, the caller finds out.
"""

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from psycopg2 import Error as DriverError
from psycopg2.extensions import connection as RawConnection  # noqa: N812
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from traitortrack_desktop.services.catalogue import LoadStart
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges, CentreMismatchError
from traitortrack_desktop.storage.central.engine import CentralDatabase
from traitortrack_desktop.storage.central.failures import NOT_ALLOWED, sqlstate

_START = text("SELECT station.catalogue_start()")
_BAGS = "COPY (SELECT * FROM station.catalogue_page(%d, %d)) TO STDOUT WITH (NULL '', ENCODING '%s')"
_BILLS = "COPY (SELECT * FROM station.catalogue_bills(%d, %d)) TO STDOUT WITH (NULL '', ENCODING '%s')"
_BILL_DETAILS = (
    "COPY (SELECT * FROM station.catalogue_bill_details(%d, %d)) TO STDOUT WITH (NULL '', ENCODING '%s')"
)
_HOLDERS = text("SELECT station.catalogue_holders()")
_BILLS_AT_ONCE = 20_000
_NO_ENCODING = "SQL_ASCII"
_NO_SUCH_FUNCTION = "42883"
_NOT_ALLOWED = (
    "this account has no right to it: run traitortrack-desktop db grant for it"
    f" ({NOT_ALLOWED}); scanning and posting do not need it"
)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class CentralCatalogueSource:
    """A ``CatalogueSource`` at *url*; the connection is opened when it is first needed."""

    def __init__(self, url: str, *, station_name: str) -> None:
        self._url = url
        self._application = f"traitortrack load {station_name}"
        self._database: CentralDatabase | None = None

    def start(self) -> LoadStart | None:
        """Return where a load begins; ``None`` when the centre's feed would not be whole."""
        with self._reading() as session:
            answer: dict[str, Any] | None = session.execute(_START).scalar()
        if answer is None:
            return None
        return LoadStart(
            cursor=answer["cursor"],
            centre=answer["centre"],
            highest=answer["highest"],
            rows=answer["rows"],
        )

    def bags(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        """Return up to *limit* bags with ids above *after*, ascending."""
        return self._copied(_BAGS, after, limit)

    def bills(self) -> Sequence[CatalogueRow]:
        """Return all bills."""
        found: list[CatalogueRow] = []
        while True:
            after = int(found[-1][0] or 0) if found else 0
            page = self._copied(_BILLS, after, _BILLS_AT_ONCE)
            found += page
            if len(page) < _BILLS_AT_ONCE:
                return found

    def bill_details(self, after: int, limit: int) -> Sequence[CatalogueRow]:
        """Return what else is known of up to *limit* bills with ids above *after*, ascending.

        Id, created (Unix seconds), by, description, destination, vehicle, children, expected kilograms.
        A centre of the last release knows none.
        """
        try:
            return self._copied(_BILL_DETAILS, after, limit)
        except CentreMismatchError as problem:
            if _is_of_the_last_release(problem):
                return ()
            raise

    def holders(self) -> Mapping[int, Mapping[str, Any]]:
        """Return which parents are open at a station, by id; a centre of the last release knows none."""
        try:
            with self._reading() as session:
                return _by_id(session.execute(_HOLDERS).scalar())
        except CentreMismatchError as problem:
            if _is_of_the_last_release(problem):
                return {}
            raise

    def close(self) -> None:
        """Give the connection back; the next question opens another."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _opened(self) -> CentralDatabase:
        if self._database is None:
            self._database = CentralDatabase(self._url, application=self._application)
        return self._database

    def _copied(self, statement: str, after: int, limit: int) -> list[CatalogueRow]:
        received = io.BytesIO()
        with self._reading() as session:
            raw = cast(RawConnection, session.connection().connection.driver_connection)
            # A database without an encoding turns nothing into another: it gives the bytes it was given.
            server = raw.info.parameter_status("server_encoding")
            encoding = _NO_ENCODING if server == _NO_ENCODING else "UTF8"
            with raw.cursor() as cursor:
                cursor.copy_expert(statement % (after, limit, encoding), received)
        return [_row(line) for line in received.getvalue().decode(errors="replace").split("\n")[:-1]]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with self._opened().session() as session:
                yield session
        except CentreMismatchError as problem:
            cause = problem.__cause__
            if isinstance(cause, DBAPIError | DriverError) and sqlstate(cause) == NOT_ALLOWED:
                raise CentreMismatchError(_NOT_ALLOWED) from cause
            raise


def _is_of_the_last_release(problem: CentreMismatchError) -> bool:
    """Return whether the centre only lacks the function that was called."""
    cause = problem.__cause__
    return isinstance(cause, DBAPIError | DriverError) and sqlstate(cause) == _NO_SUCH_FUNCTION


def _by_id(answer: Mapping[str, Any] | None) -> dict[int, Any]:
    return {int(number): told for number, told in (answer or {}).items()}


def _row(line: str) -> CatalogueRow:
    columns: list[str | None] = [column or None for column in line.split("\t")]
    if "\\" in line:
        columns = [_unescaped(column) if column else None for column in columns]
    return columns


def _unescaped(column: str) -> str:
    """Return *column* with COPY's escapes undone."""
    first, *others = column.split("\\")
    parts, pending = [first], iter(others)
    for part in pending:
        if part == "":  # two of them stand for one
            parts.append("\\" + next(pending, ""))
        else:
            parts.append(_ESCAPED.get(part[0], part[0]) + part[1:])
    return "".join(parts)


def changes_of(answer: dict[str, Any]) -> CentreChanges:
    """Return what ``station.changes_since`` answered."""
    if answer.get("reload"):
        return CentreChanges(reload=True)
    bags = answer["bags"] or ()
    return CentreChanges(
        cursor=answer["cursor"],
        more=answer["more"],
        bags=tuple((*bag[:4], *bag[5:]) for bag in bags),
        parents={bag[3]: bag[4] for bag in bags if bag[3] is not None and bag[4] is not None},
        gone=tuple(answer["gone"] or ()),
        bills=tuple(tuple(bill) for bill in answer["bills"] or ()),
        bills_gone=tuple(answer["bills_gone"] or ()),
        bill_details=_by_id(answer.get("bill_details")),
        holders=_by_id(answer.get("holders")),
    )
