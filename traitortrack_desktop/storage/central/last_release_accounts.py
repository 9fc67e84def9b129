"""Signing in at a centre that was not upgraded yet, as the last release did: it hands out the one hash.

Any thread but the GUI's.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from werkzeug.security import check_password_hash

from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import SignedIn, SignInRefused
from traitortrack_desktop.storage.central.engine import CentralDatabase

_ACCOUNT = text("SELECT * FROM station.account_for_sign_in(:username)")
_RECORD = text("SELECT station.record_sign_in(:username, :ok)")
_NOBODYS_HASH = f"scrypt:32768:8:1${'nobody' * 2}${'0' * 128}"
"""Checked for a name that nobody has, so that the answer takes as long as for a wrong password."""


class LastReleaseAccounts:
    """Checks a password here, over the connections of *database*, which stay its owner's."""

    def __init__(self, database: CentralDatabase) -> None:
        self._database = database

    def sign_in(self, username: str, password: str, *, session: UUID) -> SignedIn | SignInRefused:
        """Check *password*; see ``services.ports.Accounts``.

        The order is the web application's: the lock before the password, ``verified`` after it.
        """
        account = self._account(username)
        if account is None:
            _matches(_NOBODYS_HASH, password)
            return SignInRefused()
        if account.locked_until is not None:
            return SignInRefused(locked_until=account.locked_until)
        if not _matches(account.password_hash, password):
            return SignInRefused(locked_until=self._record(username, ok=False))
        if not account.verified:
            return SignInRefused(not_verified=True)
        self._record(username, ok=True)
        person = Person(username=account.username, role=account.role or "dispatcher", area=account.area)
        return SignedIn(
            session=OperatorSession(id=session, person=person, way=SignInWay.PASSWORD, rights=Rights.FULL)
        )

    def _account(self, username: str) -> Row[Any] | None:
        with self._database.session() as session:
            return session.execute(_ACCOUNT, {"username": username}).one_or_none()

    def _record(self, username: str, *, ok: bool) -> datetime | None:
        with self._database.session() as session:
            locked_until: datetime | None = session.scalar(_RECORD, {"username": username, "ok": ok})
        return locked_until


def _matches(password_hash: str, password: str) -> bool:
    try:
        return check_password_hash(password_hash, password)
    except ValueError:
        # A method that this library does not know: nobody gets in with it.
        return False
