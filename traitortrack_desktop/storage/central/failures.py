"""How the centre's errors are told apart: by SQLSTATE, never by the name of an exception."""

from psycopg2 import Error as DriverError
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
)

NOT_ENROLLED = "TT001"
WRONG_ROLE = "TT002"
RAISED_BY_A_TRIGGER = "P0001"

CentreError = CentreUnreachableError | CentreMismatchError | EntriesNotAcceptableError

_MISMATCH = {
    "42883": "the centre lacks a function that this program needs",
    "42P01": "the centre lacks a table that this program needs",
    "42703": "the centre lacks a column that this program needs",
    "42501": "the station's account may not do this at the centre",
    "3F000": "the centre lacks the station's schema",
    "3D000": "there is no such database at the centre",
    NOT_ENROLLED: "this station is not enrolled at the centre",
    WRONG_ROLE: "this station is enrolled for another account, or was revoked",
}
_NOT_SIGNED_IN = "the centre refuses the station's account"
_REFUSED_AT_THE_DOOR = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
)
"""libpq gives no SQLSTATE for a refused connection; the server's English text is all there is."""


def sqlstate(error: DBAPIError | DriverError) -> str | None:
    """Return the SQLSTATE, ``None`` when the server did not answer."""
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    return driver_error.pgcode if isinstance(driver_error, DriverError) else None


def centre_error(error: DBAPIError | DriverError) -> CentreError:
    """Return what *error* means for a station. The text is for IT and holds no password and no data.

    Anything not known for certain counts as no answer: then the same entries are offered again.
    """
    state = sqlstate(error)
    if state is None:
        if any(text in str(error) for text in _REFUSED_AT_THE_DOOR):
            return CentreMismatchError(_NOT_SIGNED_IN)
        return CentreUnreachableError("the centre does not answer")
    if state in _MISMATCH:
        return CentreMismatchError(f"{_MISMATCH[state]} ({state})")
    if state.startswith("28"):
        return CentreMismatchError(f"{_NOT_SIGNED_IN} ({state})")
    if state.startswith("42"):
        return CentreMismatchError(f"the centre does not fit this program ({state})")
    if state[:2] in {"22", "23"} or state == RAISED_BY_A_TRIGGER:
        return EntriesNotAcceptableError(f"the centre could not read these entries ({state})")
    return CentreUnreachableError(f"the centre cannot answer now ({state})")
