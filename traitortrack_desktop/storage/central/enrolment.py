"""How a station becomes known to the centre: one place for posting, for signing in and for the set-up.

A new station needs a one-time code of an administrator, unless it comes as the owner of the schema. A centre
before schema 0007 knows no codes: there a station enrols as it always did.
"""

import contextlib
import hashlib
import secrets

from psycopg2.errors import UndefinedFunction
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from traitortrack_desktop.domain.enrolment_codes import (
    ALPHABET,
    CHARACTERS,
    EnrolmentRefusal,
    as_printed,
    enrolment_code,
    enrolment_refusal,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.storage.central.engine import STATEMENT_LIMIT, CentralDatabase
from traitortrack_desktop.storage.central.failures import EnrolmentRefusedError

_ENROL = STATEMENT_LIMIT + "SELECT station.enrol_station(%s, %s, %s, %s)"
_ENROL_WITHOUT_CODES = STATEMENT_LIMIT + "SELECT station.enrol_device(%s, %s, %s)"
_NEVER_RIGHT = frozenset(
    {EnrolmentRefusal.CODE_WRONG, EnrolmentRefusal.CODE_USED, EnrolmentRefusal.CODE_EXPIRED}
)


class Enrolment:
    """Enrols the station *device*, by its one-time *code* if the centre asks for one.

    A code that was refused is not offered again: the centre counts wrong ones for all stations of an
    account, and this one asks again every few seconds. One thread at a time.
    """

    def __init__(self, *, device: DeviceId, name: str, version: str, code: str | None = None) -> None:
        self._device, self._name, self._version = device, name, version
        self._code = enrolment_code(code) if code else None
        self._refused = EnrolmentRefusal.CODE_WRONG if code and self._code is None else None

    def enrol(self, cursor: Cursor, device: DeviceId | None = None) -> None:
        """Enrol, or renew what the centre knows; *cursor* is in autocommit (``CentralDatabase.delivery``).

        *device* is another one than this station is now: one that it was when it journalled.
        Raises :class:`EnrolmentRefusedError`, which has a ``trouble``, or the driver's errors.
        """
        device = device or self._device
        answer = self._asked(cursor, device)
        if answer is None:
            return
        refused = enrolment_refusal(answer)
        if refused is EnrolmentRefusal.CODE_NEEDED:
            refused = self._refused or refused
        elif refused in _NEVER_RIGHT:
            self._refused, self._code = refused, None
        raise EnrolmentRefusedError(refused)

    def _asked(self, cursor: Cursor, device: DeviceId) -> str | None:
        try:
            cursor.execute(_ENROL, (str(device), self._name, self._version, self._code))
        except UndefinedFunction:
            cursor.execute(_ENROL_WITHOUT_CODES, (str(device), self._name, self._version))
            return None
        row = cursor.fetchone()
        return row[0] if row is not None else None


def enrol_now(url: str, enrolment: Enrolment) -> None:
    """Enrol at the centre at *url*, which is a station's address.

    Raises ``EnrolmentRefusedError``, the errors of ``services.ports``, and ``UnusableAddressError``.
    """
    with (
        contextlib.closing(CentralDatabase(url, application="traitortrack enrolment")) as database,
        database.delivery() as cursor,
    ):
        enrolment.enrol(cursor)


def new_enrolment_code() -> str:
    """Return a new one-time code, as it is printed."""
    return as_printed("".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS)))


def enrolment_code_hash(code: str) -> bytes:
    """Return what the centre keeps of *code*. Raises ``ValueError`` when it is none."""
    meant = enrolment_code(code)
    if meant is None:
        raise ValueError("that is no enrolment code")
    return hashlib.sha256(meant.encode()).digest()
