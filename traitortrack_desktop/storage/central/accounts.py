"""Signing in with an account of the web application. May be called from any thread, not the GUI's: hashing
takes a tenth of a second, and the centre takes as long as it takes.

The stored hash stays at the centre, which compares it with what this station makes of the password
(decision 16), and counts each attempt before it looks at it (decision 17): hence two calls.
"""

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg2 import Error as DriverError
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    SignedIn,
    SignInRefused,
)
from traitortrack_desktop.storage.central.engine import CentralDatabase
from traitortrack_desktop.storage.central.enrolment import Enrolment
from traitortrack_desktop.storage.central.failures import NOT_ENROLLED, sqlstate
from traitortrack_desktop.storage.central.last_release_accounts import LastReleaseAccounts
from traitortrack_desktop.storage.central.password_proof import proof_of

# Each statement has to see what others committed before it, whatever a database is set to.
_EXACTLY = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
_CHALLENGE = text("SELECT station.sign_in_challenge(:device, :username)")
_SIGN_IN = text(_EXACTLY + "SELECT station.sign_in(:device, :session, :username, :proof, :code)")
_BADGE = text(_EXACTLY + "SELECT station.badge_sign_in(:device, :session, :code_hash)")
_PIN_CHALLENGE = text("SELECT station.pin_challenge(:device, :badge)")
_PIN = text(_EXACTLY + "SELECT station.pin_sign_in(:device, :session, :badge, :proof)")

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
        name = _askable(username.strip())
        try:
            challenge = self._ask(_CHALLENGE, {"username": name})
        except CentreMismatchError as mismatch:
            if _state(mismatch) != _NO_FUNCTION:
                raise
            return self._last_release.sign_in(name, password, session=session)
        proof = self._proof(challenge, password, session)
        code = code and _askable(code)
        return self._looked_at(_SIGN_IN, session, {"username": name, "proof": proof, "code": code})

    def sign_in_with_badge(self, code: str, *, session: UUID) -> SignedIn | SignInRefused:
        """Ask whose badge has the whole *code*; see ``services.ports.Accounts``."""
        code_hash = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        answer = self._ask(_BADGE, {"session": str(session), "code_hash": code_hash})
        return _sign_in_answer(session, answer)

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
        values = {**values, "session": str(session)}
        answer = self._ask(statement, values)
        if answer["outcome"] == "counted":
            answer = self._counted(statement, values)
        return _sign_in_answer(session, answer)

    def _counted(self, statement: TextClause, values: _Values) -> Mapping[str, Any]:
        try:
            return self._ask(statement, values)
        except CentreUnreachableError:  # it is counted already: not for nothing
            answer = self._ask(statement, values)
        # What was no failure was forgotten with the answer that got lost, and is counted anew.
        return self._ask(statement, values) if answer["outcome"] == "counted" else answer

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


def _askable(name: str) -> str:
    """Return *name* as the server can hold it: it takes no NUL and no half of a character."""
    return "".join(
        "\ufffd" if character == "\x00" or "\ud800" <= character <= "\udfff" else character
        for character in name
    )


def _state(mismatch: CentreMismatchError) -> str | None:
    cause = mismatch.__cause__
    return sqlstate(cause) if isinstance(cause, DBAPIError | DriverError) else None


def _sign_in_answer(session: UUID, answer: Mapping[str, Any]) -> SignedIn | SignInRefused:
    outcome = answer["outcome"]
    if outcome == "signed_in":
        return _signed_in(session, answer)
    if outcome == "counted":
        raise CentreUnreachableError("the centre took too long to look at a sign-in")
    return SignInRefused(
        locked_until=_moment(answer.get("until")),
        not_verified=outcome == "not_verified",
        code_needed=outcome == "code_needed",
        code_wrong=outcome == "code_wrong",
        badge_not_valid=outcome == Reason.BADGE_NOT_VALID,
    )


def _signed_in(session: UUID, answer: Mapping[str, Any]) -> SignedIn:
    person = Person(
        username=answer["person"]["username"],
        role=answer["person"]["role"],
        area=answer["person"].get("area"),
    )
    badge = None
    if (told := answer.get("badge")) is not None:
        badge = Badge(
            id=UUID(told["id"]),
            person=person,
            expires_at=_moment(told.get("expires_at")),
            has_pin=told["has_pin"],
        )
    return SignedIn(
        session=OperatorSession(
            id=session,
            person=person,
            way=SignInWay(answer["way"]),
            rights=Rights(answer["rights"]),
            badge=badge.id if badge is not None else None,
        ),
        badge=badge,
    )


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told is not None else None
