"""How the centre's errors are told apart: by SQLSTATE, never by the name of an exception.

What is told is for IT: what was found, and which command helps. It holds no password and no data.
"""

import re

from psycopg2 import Error as DriverError
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.domain.enrolment_codes import EnrolmentRefusal, enrolment_refusal
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreTrouble,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    NotPermittedError,
)
from traitortrack_desktop.storage.central.tls_failures import tls_trouble

NOT_ENROLLED = "TT001"
WRONG_ROLE = "TT002"
UNSAFE_TRIGGERS = "TT004"
NO_IDS_LEFT = "TT005"
NOT_AN_ADMINISTRATOR = "TT006"
NOT_ALLOWED = "42501"
READ_ONLY = "25006"
NO_DATABASE = "3D000"
NOT_LET_IN = "28000"
NO_PASSWORD = "28P01"  # noqa: S105 - a state
RAISED_BY_A_TRIGGER = "P0001"
LOST_TO_OTHERS = frozenset({"40001", "40P01", "55P03"})
"""Lost a race, deadlocked, or no lock to be had: rolled back as a whole, and worth the same try again."""

CentreError = CentreUnreachableError | CentreMismatchError | EntriesNotAcceptableError | NotPermittedError

_UPGRADE = "run traitortrack-desktop db upgrade there"
_LACKS = f"the centre lacks a {{}} that this program needs: {_UPGRADE}, or update this program"
_NOT_SIGNED_IN = (
    "the centre refuses the station's account: check its name and its password (or its certificate),"
    " or renew it by traitortrack-desktop db grant"
)
_MISMATCH = {
    "42883": _LACKS.format("function"),
    "42P01": _LACKS.format("table"),
    "42703": _LACKS.format("column"),
    "3F000": f"the centre is not prepared for stations: {_UPGRADE}",
    NOT_ALLOWED: "this account may not work as a station: run traitortrack-desktop db grant for it",
    READ_ONLY: "the database can only be read, as a standby can: give the address of the one that is written",
    NO_DATABASE: "there is no database of this name at the centre: check the address",
    NO_PASSWORD: (
        "the centre asks for the password of the database account, or refuses it: traitortrack-desktop"
        " secrets show tells where one was looked for, secrets set stores it"
    ),
    NOT_ENROLLED: "this station is not enrolled at the centre",
    UNSAFE_TRIGGERS: (
        "objects of others are, or everybody may create some, beside the web application's tables, which its"
        " triggers make unsafe: drop them or give them to the tables' owner, and revoke CREATE on that"
        " schema from PUBLIC, or run traitortrack-desktop db upgrade --unblock-statistics there"
    ),
    NO_IDS_LEFT: (
        "there are no ids left for new rows at the centre, in one of the tables bag, link and scan: an"
        " administrator of the database has to set that table's sequence back (db audit names what is odd)"
    ),
    WRONG_ROLE: "this station belongs to another account at the centre, or was revoked: use its own account",
}
_NEEDS_A_CODE = (
    "an administrator makes one (traitortrack-desktop stations code), and traitortrack-desktop stations enrol"
    " takes it at this station"
)
_STATION_REFUSED: dict[EnrolmentRefusal, tuple[CentreTrouble | None, str]] = {
    EnrolmentRefusal.REVOKED: (
        CentreTrouble.REVOKED,
        "this station was revoked at the centre: what is scanned stays stored here, and is sent when an"
        " administrator restores it (traitortrack-desktop stations restore)",
    ),
    EnrolmentRefusal.OTHER_ACCOUNT: (
        CentreTrouble.OTHER_ACCOUNT,
        "this station was enrolled with another database account: use that one's address, or remove the"
        " file device-id from its data folder and enrol it as a new station",
    ),
    EnrolmentRefusal.CODE_NEEDED: (
        CentreTrouble.NOT_ENROLLED,
        f"this station is not enrolled at the centre and needs a one-time code: {_NEEDS_A_CODE}",
    ),
    EnrolmentRefusal.CODE_WRONG: (
        CentreTrouble.CODE_REFUSED,
        f"this station's one-time code is not one that the centre made; {_NEEDS_A_CODE}",
    ),
    EnrolmentRefusal.CODE_USED: (
        CentreTrouble.CODE_REFUSED,
        f"this station's one-time code was used before, so it needs a new one: {_NEEDS_A_CODE}",
    ),
    EnrolmentRefusal.CODE_EXPIRED: (
        CentreTrouble.CODE_REFUSED,
        f"this station's one-time code is too old, so it needs a new one: {_NEEDS_A_CODE}",
    ),
    EnrolmentRefusal.CODE_WAIT: (
        CentreTrouble.CODE_REFUSED,
        "too many wrong one-time codes came from this database account: try again in 15 minutes",
    ),
}
"""What the centre says of a station, as DETAIL of its error or as the answer to an enrolment."""
_OWNER_LACKS_RIGHTS = (
    "the station's functions lack rights at the centre ({}): an administrator of the server has to give"
    " their owner rights on the web application's tables"
)
_OWNER_NOT_ALLOWED = (
    "this account may not do that ({}): use the address of the owner of the database's tables"
)
_REFUSED_AT_THE_DOOR = {
    r'database ".*" does not exist': NO_DATABASE,
    r'permission denied for database ".*"': NOT_ALLOWED,
    "password authentication failed": NOT_LET_IN,
    "no password supplied": NO_PASSWORD,
    r"no pg_hba\.conf entry": NOT_LET_IN,
    "is not permitted to log in": NOT_LET_IN,
    r'role ".*" does not exist': NOT_LET_IN,
}
"""libpq gives no SQLSTATE for a refused connection; the server's English text is all there is."""
_ONLY_READ = ("session is read-only", "server is in hot standby mode")


def sqlstate(error: DBAPIError | DriverError) -> str | None:
    """Return the SQLSTATE, ``None`` when no server answered, or none in words that are known."""
    driver_error = _of_driver(error)
    if driver_error is None or driver_error.pgcode is not None:
        return driver_error.pgcode if driver_error is not None else None
    return _at_the_door(str(driver_error))


def leave_out_values(error: DBAPIError | DriverError) -> None:
    """Cut the text of *error* down to what the server says is wrong.

    The rest quotes the statement and whole rows, and so hashes, proofs and codes.
    """
    driver_error = _of_driver(error)
    primary = driver_error.diag.message_primary if driver_error is not None else None
    if driver_error is not None and primary is not None:
        driver_error.args = (primary,)
        if isinstance(error, DBAPIError):
            error.args = (primary,)


def from_within(error: DBAPIError | DriverError) -> bool:
    """Return whether it happened inside a function of the centre, and not at the call."""
    driver_error = _of_driver(error)
    return driver_error is not None and bool(driver_error.diag.context)


def centre_error(error: DBAPIError | DriverError) -> CentreError:
    """Return what *error* means for a station.

    Anything not known for certain counts as no answer: then the same entries are offered again.
    """
    trouble = tls_trouble(str(_of_driver(error))) if _is_of_connecting(error) else None
    if trouble is not None:
        return CentreMismatchError(trouble)
    state = sqlstate(error)
    if state is None:
        return CentreUnreachableError("the centre does not answer")
    if state == NOT_ALLOWED and from_within(error):
        return CentreMismatchError(f"{_OWNER_LACKS_RIGHTS.format(_said(error))} ({state})")
    if state in {NOT_ENROLLED, WRONG_ROLE}:
        return _station_refused(state, refusal_of(error))
    if state == NOT_AN_ADMINISTRATOR:
        return NotPermittedError(f"the session has ended, or gives no right to this ({state})")
    if state in _MISMATCH:
        return CentreMismatchError(f"{_MISMATCH[state]} ({state})")
    if state.startswith("28"):
        return CentreMismatchError(f"{_NOT_SIGNED_IN} ({state})")
    if state.startswith("42"):
        return CentreMismatchError(
            f"the centre does not fit this program: see traitortrack-desktop db check ({state})"
        )
    if state[:2] in {"22", "23", "54"} or state == RAISED_BY_A_TRIGGER:
        return EntriesNotAcceptableError(f"the centre could not read these entries ({state})")
    return CentreUnreachableError(f"the centre cannot answer now ({state})")


class EnrolmentRefusedError(CentreMismatchError):
    """The centre does not let this station in. *reason* is ``None`` for one of a later release."""

    def __init__(self, reason: EnrolmentRefusal | None) -> None:
        said = _station_refused(WRONG_ROLE, reason)
        super().__init__(str(said), trouble=said.trouble)
        self.reason = reason


def refusal_of(error: DBAPIError | DriverError) -> EnrolmentRefusal | None:
    """Return which of its reasons the centre gave with TT001 or TT002; ``None`` from an older one."""
    return enrolment_refusal(_detail(error)) if sqlstate(error) in {NOT_ENROLLED, WRONG_ROLE} else None


def owner_error(error: DBAPIError | DriverError) -> CentreError:
    """Return what *error* means for a command of the owner."""
    if sqlstate(error) == NOT_ALLOWED:
        return CentreMismatchError(f"{_OWNER_NOT_ALLOWED.format(_said(error))} ({NOT_ALLOWED})")
    return centre_error(error)


def _station_refused(state: str, reason: EnrolmentRefusal | None) -> CentreMismatchError:
    trouble, sentence = (None, _MISMATCH[state]) if reason is None else _STATION_REFUSED[reason]
    if trouble is None and state == NOT_ENROLLED:
        trouble = CentreTrouble.NOT_ENROLLED
    return CentreMismatchError(f"{sentence} ({state})", trouble=trouble)


def _detail(error: DBAPIError | DriverError) -> str | None:
    driver_error = _of_driver(error)
    return driver_error.diag.message_detail if driver_error is not None else None


def _of_driver(error: DBAPIError | DriverError) -> DriverError | None:
    found = error.orig if isinstance(error, DBAPIError) else error
    return found if isinstance(found, DriverError) else None


def _is_of_connecting(error: DBAPIError | DriverError) -> bool:
    driver_error = _of_driver(error)
    return driver_error is not None and driver_error.pgcode is None


def _said(error: DBAPIError | DriverError) -> str:
    """Return the server's own words about a missing right: names of its objects, no data."""
    driver_error = _of_driver(error)
    return (driver_error.diag.message_primary or "" if driver_error is not None else "").strip()


def _at_the_door(text: str) -> str | None:
    """Return the SQLSTATE that the server will have had in mind.

    Of several servers one that takes writes may be starting: only when all say that they are standbys
    is that what is the matter.
    """
    answers = re.findall(r"failed: (.*)", text)
    if answers and all(any(words in answer for words in _ONLY_READ) for answer in answers):
        return READ_ONLY
    return next((state for words, state in _REFUSED_AT_THE_DOOR.items() if re.search(words, text)), None)
