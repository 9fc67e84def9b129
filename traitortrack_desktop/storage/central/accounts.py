"""Signing in with an account of the web application. May be called from any thread, not the GUI's: hashing
takes a tenth of a second, and the centre takes as long as it takes.

The stored hash stays at the centre, which compares it with what this station makes of the password
(decision 16), and counts each attempt before it looks at it (decision 17): hence two calls.
"""

import threading
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg2 import Error as DriverError
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.operators import Badge
from traitortrack_desktop.services.account_secrets import badge_code_hash
from traitortrack_desktop.services.ports import CentreMismatchError, SignedIn, SignInRefused
from traitortrack_desktop.storage.central.engine import EXACTLY, CentralDatabase
from traitortrack_desktop.storage.central.enrolment import Enrolment
from traitortrack_desktop.storage.central.failures import NOT_ENROLLED, sqlstate
from traitortrack_desktop.storage.central.last_release_accounts import LastReleaseAccounts
from traitortrack_desktop.storage.central.password_proof import proof_of
from traitortrack_desktop.storage.central.people_rows import storable
from traitortrack_desktop.storage.central.sign_in_answers import looked_at, sign_in_answer

_CHALLENGE = text("SELECT station.sign_in_challenge(:device, :username)")
_SIGN_IN = text(EXACTLY + "SELECT station.sign_in(:device, :session, :username, :proof, :code)")
_BADGE = text(EXACTLY + "SELECT station.badge_sign_in(:device, :session, :code_hash)")
_PIN_CHALLENGE = text("SELECT station.pin_challenge(:device, :badge)")
_PIN = text(EXACTLY + "SELECT station.pin_sign_in(:device, :session, :badge, :proof)")

_NO_FUNCTION = "42883"

_Values = Mapping[str, str | None]


class CentralAccounts:
    """An ``Accounts`` for the station *device* over the centre at *url*; connects when it is first needed.

    A station that the centre does not know yet is enrolled, by its one-time *enrolment_code* where the
    centre wants one.
    """

    def __init__(
        self,
        url: str,
        *,
        device: DeviceId,
        station_name: str,
        version: str,
        enrolment_code: str | None = None,
    ) -> None:
        self._database = CentralDatabase(url, application="traitortrack sign-in")
        self._device = str(device)
        self._enrolment = Enrolment(device=device, name=station_name, version=version, code=enrolment_code)
        self._enrolling = threading.Lock()
        self._last_release = LastReleaseAccounts(self._database)

    def sign_in(
        self, username: str, password: str, *, session: UUID, code: str | None = None
    ) -> SignedIn | SignInRefused:
        """Ask with name and password; see ``services.ports.Accounts``."""
        name = storable(username.strip())
        try:
            challenge = self._ask(_CHALLENGE, {"username": name})
        except CentreMismatchError as mismatch:
            if _state(mismatch) != _NO_FUNCTION:
                raise
            return self._last_release.sign_in(name, password, session=session)
        proof = self._proof(challenge, password, session)
        code = code and storable(code)
        return self._looked_at(_SIGN_IN, session, {"username": name, "proof": proof, "code": code})

    def sign_in_with_badge(self, code: str, *, session: UUID) -> SignedIn | SignInRefused:
        """Ask whose badge has the whole *code*; see ``services.ports.Accounts``."""
        answer = self._ask(_BADGE, {"session": str(session), "code_hash": badge_code_hash(code)})
        return sign_in_answer(session, answer)

    def sign_in_with_pin(self, badge: Badge, pin: str, *, session: UUID) -> SignedIn | SignInRefused:
        """Ask for a biller's full rights; see ``services.ports.Accounts``."""
        challenge = self._ask(_PIN_CHALLENGE, {"badge": str(badge.id)})
        proof = self._proof(challenge, pin, session)
        return self._looked_at(_PIN, session, {"badge": str(badge.id), "proof": proof})

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _proof(self, challenge: Mapping[str, str], secret: str, session: UUID) -> str:
        return proof_of(challenge["method"], challenge["salt"], secret, device=self._device, session=session)

    def _looked_at(self, statement: TextClause, session: UUID, values: _Values) -> SignedIn | SignInRefused:
        """Have the attempt counted, and then looked at. The same question again does no harm."""
        told = {**values, "session": str(session)}
        return sign_in_answer(session, looked_at(lambda: self._ask(statement, told)))

    def _ask(self, statement: TextClause, values: _Values) -> Mapping[str, Any]:
        try:
            return self._answer(statement, values)
        except CentreMismatchError as mismatch:
            if _state(mismatch) != NOT_ENROLLED:
                raise
        with self._enrolling, self._database.delivery() as cursor:
            self._enrolment.enrol(cursor)
        return self._answer(statement, values)

    def _answer(self, statement: TextClause, values: _Values) -> Mapping[str, Any]:
        with self._database.session() as session:
            answer: Mapping[str, Any] = session.execute(
                statement, {**values, "device": self._device}
            ).scalar_one()
        return answer


def _state(mismatch: CentreMismatchError) -> str | None:
    cause = mismatch.__cause__
    return sqlstate(cause) if isinstance(cause, DBAPIError | DriverError) else None
