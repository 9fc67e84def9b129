"""The administrator that a new centre begins with: the account ``admin``.

Needs the owner's address. A password that stands is never overwritten unless that was asked for.
"""

from enum import StrEnum

from sqlalchemy import Connection, text
from werkzeug.security import check_password_hash

from traitortrack_desktop.domain.accounts import AccountAct
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.user_administration import change_account_by, hashed_password

FIRST_ADMINISTRATOR = "admin"
_EMAIL = "admin@traitortrack.com"

_HAS_ADMINISTRATOR = text("""SELECT EXISTS (SELECT FROM "user" WHERE role = 'admin')""")
_FOUND = text("""
    SELECT password_hash, coalesce(role, '') AS role, coalesce(verified, false) AS verified
    FROM "user" WHERE username = :username ORDER BY id LIMIT 1
""")


class AdministratorFound(StrEnum):
    """What became of the password that was given."""

    MADE = "made"
    """There was no administrator: ``admin`` is one now."""
    RESET = "reset"
    """``admin`` has this password now, may sign in, and is an administrator."""
    SAME = "same"
    """``admin`` has this password already."""
    DIFFERS = "differs"
    """``admin`` has another password, which stands."""
    OTHERS = "others"
    """There are administrators, and none of them is called ``admin``: nothing was done."""
    NOT_ONE = "not_one"
    """``admin`` is there and is no administrator, or is disabled: nothing was done."""


def has_administrator(url: str) -> bool:
    """Return whether anybody is one. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        return bool(connection.scalar(_HAS_ADMINISTRATOR))


def first_administrator(url: str, password: str, *, reset: bool = False) -> AdministratorFound:
    """Make the account ``admin`` where there is no administrator; with *reset* give it this *password*.

    Raises ``AccountNotPossibleError``, or the errors of ``services.ports``.
    """
    with owner_connection(url) as connection:
        found = connection.execute(_FOUND, {"username": FIRST_ADMINISTRATOR}).one_or_none()
        if found is None:
            if connection.scalar(_HAS_ADMINISTRATOR) and not reset:
                return AdministratorFound.OTHERS
            _make(connection, password)
            return AdministratorFound.MADE
        if reset:
            _reset(connection, password, role=found.role)
            return AdministratorFound.RESET
        if found.role != Role.ADMIN or not found.verified:
            return AdministratorFound.NOT_ONE
        same = _fits(found.password_hash, password)
        return AdministratorFound.SAME if same else AdministratorFound.DIFFERS


def _make(connection: Connection, password: str) -> None:
    values = {"email": _EMAIL, "password_hash": hashed_password(password), "role": str(Role.ADMIN)}
    change_account_by(connection, AccountAct.CREATE, FIRST_ADMINISTRATOR, values)


def _reset(connection: Connection, password: str, *, role: str) -> None:
    values = {"password_hash": hashed_password(password)}
    change_account_by(connection, AccountAct.RESET_PASSWORD, FIRST_ADMINISTRATOR, values)
    change_account_by(connection, AccountAct.ENABLE, FIRST_ADMINISTRATOR, {})
    if role != Role.ADMIN:
        change_account_by(connection, AccountAct.EDIT, FIRST_ADMINISTRATOR, {"role": str(Role.ADMIN)})


def _fits(hashed: str, password: str) -> bool:
    try:
        return check_password_hash(hashed, password)
    except ValueError:
        return False
