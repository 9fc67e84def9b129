"""Accounts, badges, sessions, stations and the audit as an administrator sees them. Pure.

The rules are the web application's: a dispatcher needs an area, nobody changes the own role or disables
oneself, the last administrator stays one. The centre decides; what it answers is named here.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

LEAST_PASSWORD_CHARACTERS = 8
PIN_DIGITS = 6
"""A PIN is exactly so many digits; the same digit over and over, or a run of neighbours, is none."""
MOST_DISPATCHERS_OF_AN_AREA = 10
PAGE = 50


class AccountAct(StrEnum):
    """What an administrator may do to an account; the names are those of the centre's function."""

    CREATE = "create"
    """*values*: email (may be left out), password_hash, role, area."""
    EDIT = "edit"
    """*values*: any of email, role, area; what is not named stays."""
    DISABLE = "disable"
    ENABLE = "enable"
    UNLOCK = "unlock"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a name
    """*values*: password_hash. A lock and every open session end: somebody else may know the old one."""
    MAKE_BADGE = "make_badge"
    """*values*: code_hash (hex), expires_at (ISO, may be left out). Older badges of that person end."""
    REVOKE_BADGES = "revoke_badges"
    SET_PIN = "set_pin"
    """*values*: pin_hash."""
    REMOVE_PIN = "remove_pin"
    END_SESSIONS = "end_sessions"
    """Every open session of that person, at every station."""


class AccountProblem(StrEnum):
    """Why the centre did not do it."""

    NOT_FOUND = "not_found"
    NAME_TAKEN = "name_taken"
    EMAIL_TAKEN = "email_taken"
    BAD_NAME = "bad_name"
    BAD_EMAIL = "bad_email"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_AREA = "unknown_area"
    AREA_NEEDED = "area_needed"
    AREA_FULL = "area_full"
    OWN_ROLE = "own_role"
    OWN_ACCOUNT = "own_account"
    LAST_ADMINISTRATOR = "last_administrator"
    OPEN_BILLS = "open_bills"
    """A biller with bills that are not completed keeps the role."""
    PIN_NOT_FOR_ROLE = "pin_not_for_role"
    """Only a biller adds a PIN to a badge: an administrator types the password."""
    BADGE_TAKEN = "badge_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """One change, asked for; *values* as :class:`AccountAct` says, secrets as hashes only."""

    act: AccountAct
    username: str
    values: Mapping[str, str | None] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account without its secrets. Times are aware UTC; *locked_until* lies in the future."""

    id: int
    username: str
    email: str
    role: str
    area: str | None
    verified: bool
    """``False``: disabled, or never confirmed; signing in is refused."""
    locked_until: datetime | None = None
    two_factor: bool = False
    has_pin: bool = False
    badge_made_at: datetime | None = None
    """Of the badge that counts now, if there is one."""
    badge_expires_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    """At a station."""
    open_sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPage:
    """Accounts in the order of their names; *next_after* is the cursor of the next page, if there is one."""

    accounts: tuple[Account, ...]
    next_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which rows of the audit: every field that is given has to fit. *action* may end with ``*``.

    *since* and *until* are aware; *request* is an entry's id in the ledger.
    """

    username: str | None = None
    action: str | None = None
    entity_type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    request: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row of the web application's audit, whoever wrote it. *at* is aware UTC.

    What is not a JSON object there stands under the key ``text``.
    """

    id: int
    at: datetime
    username: str | None
    action: str
    entity_type: str
    entity_id: int | None
    details: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    address: str | None = None
    request: str | None = None
    """Of a row that a station's entry made: the entry's id in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Rows, newest first; *next_before* is the cursor of the next page, if there is one."""

    rows: tuple[AuditRow, ...]
    next_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """One sign-in at a station. Times are aware UTC."""

    id: UUID
    username: str
    station: str
    way: str
    rights: str
    started_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


LONGEST_STATION_NAME = 64
"""In characters, on one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRecord:
    """One enrolled station. Times are aware UTC."""

    id: UUID
    name: str
    area: str | None
    version: str
    account: str
    """The database account by which it comes."""
    enrolled_at: datetime
    last_seen_at: datetime
    operator: str | None = None
    """Who has an open session there, the newest one."""
    revoked_at: datetime | None = None
    revoked_by: str | None = None


class StationAct(StrEnum):
    """What an administrator may do to a station."""

    RENAME = "rename"
    """*values*: name."""
    MOVE = "move"
    """*values*: area, ``None`` for none."""
    REVOKE = "revoke"
    RESTORE = "restore"


class StationProblem(StrEnum):
    """Why the centre did not do it."""

    NOT_FOUND = "not_found"
    BAD_NAME = "bad_name"
    UNKNOWN_AREA = "unknown_area"


class OwnPasswordAnswer(StrEnum):
    """What became of the wish for another password."""

    CHANGED = "changed"
    REFUSED = "refused"
    """The old one was wrong."""
    LOCKED = "locked"
    """Too many wrong ones: the account has to wait."""


class PasswordPart(StrEnum):
    """What a password has to have, by the web application's rule."""

    LENGTH = "length"
    """:data:`LEAST_PASSWORD_CHARACTERS`."""
    UPPER = "upper"
    LOWER = "lower"
    DIGIT = "digit"
    SPECIAL = "special"


_PASSWORD_PARTS = {
    PasswordPart.LENGTH: re.compile(rf"(?s).{{{LEAST_PASSWORD_CHARACTERS}}}"),
    PasswordPart.UPPER: re.compile(r"[A-Z]"),
    PasswordPart.LOWER: re.compile(r"[a-z]"),
    PasswordPart.DIGIT: re.compile(r"[0-9]"),
    PasswordPart.SPECIAL: re.compile(r"[^A-Za-z0-9\s]"),
}


def missing_in_password(password: str) -> tuple[PasswordPart, ...]:
    """Return what *password* lacks."""
    return tuple(part for part, pattern in _PASSWORD_PARTS.items() if not pattern.search(password))


def pin_is_good(pin: str) -> bool:
    """Return whether *pin* may be one: see :data:`PIN_DIGITS`."""
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin, re.ASCII):
        return False
    steps = {int(b) - int(a) for a, b in itertools.pairwise(pin)}
    return steps not in ({0}, {1}, {-1})
