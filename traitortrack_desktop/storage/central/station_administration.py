"""Stations as an administrator keeps them: named, moved, revoked, restored, and let in by one-time codes.

Needs the owner's address, never a station's. What a window does goes through the same functions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from traitortrack_desktop.domain.accounts import LONGEST_STATION_NAME, StationAct, StationRecord
from traitortrack_desktop.domain.roles import DISPATCH_AREAS
from traitortrack_desktop.storage.central.engine import OWNER, owner_connection
from traitortrack_desktop.storage.central.enrolment import enrolment_code_hash, new_enrolment_code
from traitortrack_desktop.storage.central.people_rows import station_record

_READY = text("SELECT to_regclass('station.enrolment_code') IS NOT NULL")
_LIST = text("SELECT * FROM station.stations_list()")
_MAKE = text(f"SELECT station.make_code(NULL, {OWNER}, :name, :area, :hash)")
_CHANGE = text(f"""
    SELECT station.change_station(
        NULL, {OWNER}, :act, CAST(:station AS uuid), CAST(:values AS jsonb))
""")
_PROBLEMS = {
    "not_found": "there is no such station any more",
    "bad_name": (
        f"a station's name is one line of 1 to {LONGEST_STATION_NAME} characters without blanks around it"
    ),
    "unknown_area": f"there is no such area; the areas are {', '.join(DISPATCH_AREAS)}",
}


class StationNotPossibleError(ValueError):
    """It cannot be done; the text says why, for whoever typed the command."""


class NoCodesYetError(StationNotPossibleError):
    """The centre is of a release before one-time codes: stations enrol there without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """A one-time code as it is printed; *good_until* is aware UTC."""

    code: str = field(repr=False)
    good_until: datetime
    name: str | None = None
    area: str | None = None


def list_stations(url: str) -> tuple[StationRecord, ...]:
    """Return all stations by name. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        _require_ready(connection)
        return _stations(connection)


def make_enrolment_code(url: str, *, name: str | None = None, area: str | None = None) -> EnrolmentCode:
    """Make a one-time code for a new station, which will have *name* and *area*.

    Raises :class:`StationNotPossibleError` or the errors of ``services.ports``.
    """
    require_name_and_area(name, area)
    code = new_enrolment_code()
    with owner_connection(url) as connection:
        _require_ready(connection)
        values = {"name": name, "area": area, "hash": enrolment_code_hash(code)}
        good_until = connection.scalar(_MAKE, values)
    assert good_until is not None
    return EnrolmentCode(code=code, good_until=good_until.astimezone(UTC), name=name, area=area)


def require_name_and_area(name: str | None, area: str | None) -> None:
    """Raise :class:`StationNotPossibleError` unless a station may be called so and stand there."""
    if name is not None and not (
        1 <= len(name) <= LONGEST_STATION_NAME and name == name.strip() and name.isprintable()
    ):
        raise StationNotPossibleError(_PROBLEMS["bad_name"])
    if area is not None and area not in DISPATCH_AREAS:
        raise StationNotPossibleError(_PROBLEMS["unknown_area"])


def change_station(
    url: str, act: StationAct, station: str, values: Mapping[str, str | None] | None = None
) -> StationRecord:
    """Do *act* to the *station* of that id or name, and return it as it is then.

    Raises :class:`StationNotPossibleError` or the errors of ``services.ports``.
    """
    with owner_connection(url) as connection:
        _require_ready(connection)
        found = _named(_stations(connection), station)
        problem = connection.scalar(
            _CHANGE, {"act": act, "station": str(found.id), "values": json.dumps(dict(values or {}))}
        )
        if problem is not None:
            raise StationNotPossibleError(_PROBLEMS[problem])
        return _named(_stations(connection), str(found.id))


def _require_ready(connection: Connection) -> None:
    if not connection.scalar(_READY):
        raise NoCodesYetError(
            "the centre is of a release without one-time codes: run traitortrack-desktop db upgrade first"
        )


def _stations(connection: Connection) -> tuple[StationRecord, ...]:
    return tuple(station_record(row) for row in connection.execute(_LIST))


def _named(stations: tuple[StationRecord, ...], wanted: str) -> StationRecord:
    """Return the station of that id, or the only one of that name."""
    by_id = [station for station in stations if str(station.id) == wanted.lower()]
    found = by_id or [station for station in stations if station.name.casefold() == wanted.casefold()]
    if not found:
        raise StationNotPossibleError(f"there is no station {wanted} (see stations list)")
    if len(found) > 1:
        raise StationNotPossibleError(f"{len(found)} stations are called {wanted}: give the id of one")
    return found[0]
