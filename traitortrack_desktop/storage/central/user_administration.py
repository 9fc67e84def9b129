"""Accounts as an administrator keeps them: ``user add``, ``user list`` and the first administrator.

Needs the owner's address, never a station's.
"""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text
from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role
from traitortrack_desktop.storage.central.engine import owner_connection

LEAST_PASSWORD_CHARACTERS = 8
FIRST_ADMINISTRATOR = "admin"
_USERNAME = re.compile(r"[A-Za-z0-9_]{3,20}", re.ASCII)
_KINDS_OF_CHARACTERS = {
    "an upper-case letter": re.compile(r"[A-Z]"),
    "a lower-case letter": re.compile(r"[a-z]"),
    "a digit": re.compile(r"[0-9]"),
    "a special character": re.compile(r"[^A-Za-z0-9\s]"),
}

_TAKEN = text("""
    SELECT CASE WHEN username = :username THEN 'user name' ELSE 'e-mail address' END
    FROM "user" WHERE username = :username OR email = :email
    LIMIT 1
""")
_ADD = text("""
    INSERT INTO "user" (
        username, email, password_hash, role, dispatch_area, verified, created_at,
        failed_login_attempts, two_fa_enabled
    )
    VALUES (:username, :email, :password_hash, :role, :area, true, :created_at, 0, false)
    ON CONFLICT DO NOTHING
    RETURNING id
""")
_LIST = text("""
    SELECT username, email, coalesce(role, 'dispatcher') AS role, dispatch_area AS area,
           coalesce(verified, false) AS verified, locked_until
    FROM "user"
    ORDER BY username
""")
_HAS_ADMINISTRATOR = text("""SELECT EXISTS (SELECT FROM "user" WHERE role = 'admin')""")


class AccountNotPossibleError(ValueError):
    """The account cannot be made; the text says why, for whoever typed the command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """An account without its secrets. *locked_until* is aware UTC and in the future, or ``None``."""

    username: str
    email: str
    role: str
    area: str | None
    verified: bool
    locked_until: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return the account as JSON values."""
        locked_until = self.locked_until.isoformat() if self.locked_until else None
        return {**asdict(self), "locked_until": locked_until}


def password_weakness(password: str) -> str | None:
    """Return what *password* lacks, ``None`` when it is good enough (the web application's rule)."""
    if len(password) < LEAST_PASSWORD_CHARACTERS:
        return f"the password needs at least {LEAST_PASSWORD_CHARACTERS} characters"
    missing = [name for name, pattern in _KINDS_OF_CHARACTERS.items() if not pattern.search(password)]
    return f"the password needs {', '.join(missing)}" if missing else None


def add_user(
    url: str, *, username: str, password: str, role: str, area: str | None = None, email: str | None = None
) -> None:
    """Make a verified account. Without *email* it gets an address that can never be anybody's.

    Raises :class:`AccountNotPossibleError`, or the errors of ``services.ports``.
    """
    _require_usable(username, password, role, area)
    with owner_connection(url) as connection:
        address = email or f"{username}@station.invalid"
        _insert(connection, username=username, password=password, role=role, area=area, email=address)


def make_first_administrator(url: str, password: str) -> bool:
    """Make the account ``admin`` when there is no administrator; return whether it was made.

    Raises :class:`AccountNotPossibleError`, or the errors of ``services.ports``.
    """
    _require_usable(FIRST_ADMINISTRATOR, password, Role.ADMIN, None)
    with owner_connection(url) as connection:
        if connection.scalar(_HAS_ADMINISTRATOR):
            return False
        _insert(
            connection,
            username=FIRST_ADMINISTRATOR,
            password=password,
            role=Role.ADMIN,
            area=None,
            email="admin@traitortrack.com",
        )
        return True


def has_administrator(url: str) -> bool:
    """Return whether anybody is one. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        return bool(connection.scalar(_HAS_ADMINISTRATOR))


def list_users(url: str) -> tuple[UserRow, ...]:
    """Return all accounts in the order of their names. Raises the errors of ``services.ports``."""
    now = datetime.now(UTC)
    with owner_connection(url) as connection:
        return tuple(
            UserRow(
                username=row.username,
                email=row.email,
                role=row.role,
                area=row.area,
                verified=row.verified,
                locked_until=_future(row.locked_until, now),
            )
            for row in connection.execute(_LIST)
        )


def _require_usable(username: str, password: str, role: str, area: str | None) -> None:
    problems = [
        None if _USERNAME.fullmatch(username) else "a user name has 3 to 20 letters, digits or underscores",
        None if role in set(Role) else f"there is no role {role!r}; the roles are {', '.join(Role)}",
        _area_problem(role, area),
        password_weakness(password),
    ]
    for problem in problems:
        if problem is not None:
            raise AccountNotPossibleError(problem)


def _area_problem(role: str, area: str | None) -> str | None:
    if area is not None and area not in DISPATCH_AREAS:
        return f"there is no area {area!r}; the areas are {', '.join(DISPATCH_AREAS)}"
    if role == Role.DISPATCHER and area is None:
        return "a dispatcher needs an area"
    return None


def _insert(
    connection: Connection, *, username: str, password: str, role: str, area: str | None, email: str
) -> None:
    values = {
        "username": username,
        "email": email,
        "password_hash": generate_password_hash(password),
        "role": str(role),
        "area": area,
        "created_at": datetime.now(UTC).replace(tzinfo=None),
    }
    if connection.execute(_ADD, values).first() is not None:
        return
    taken = connection.execute(_TAKEN, {"username": username, "email": email}).scalar_one()
    name = username if taken == "user name" else email
    raise AccountNotPossibleError(f"the {taken} {name!r} is taken")


def _future(moment: datetime | None, now: datetime) -> datetime | None:
    if moment is None:
        return None
    aware = moment.replace(tzinfo=UTC)
    return aware if aware > now else None
