"""Who works at a station, how they showed who they are, and the session of their work. Pure."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from traitortrack_desktop.domain.roles import Operation, Person, Rights, may

BADGE_PREFIX = "TT-BADGE-"
BADGE_DIGITS = 24
"""As many decimal digits as a badge has behind its prefix: 79 random bits, two digits a bar of Code 128."""
BADGE_DAYS = 365
"""How long a badge is good where nobody says otherwise."""
MOST_BADGE_DAYS = 3650
_BADGE = re.compile(rf"{BADGE_PREFIX}[0-9]{{{BADGE_DIGITS}}}", re.ASCII)


class SignInWay(StrEnum):
    """How somebody showed who they are."""

    PASSWORD = "password"  # noqa: S105 - a name
    """Asked at the centre, with a code where an administrator uses one."""
    BADGE = "badge"
    """Known at this station, or asked at the centre; checked there again when it is posted."""
    PIN = "pin"
    """A badge and the PIN of a biller, asked at the centre."""
    REMEMBERED_PASSWORD = "remembered_password"  # noqa: S105
    """Without the centre, by what this station remembers."""
    REMEMBERED_PIN = "remembered_pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSession:
    """One sign-in of one person at one station. *id* is random, made by the station at the sign-in.

    *badge* is the number of the badge (not its code) where one was scanned.
    """

    id: UUID = field(repr=False)
    person: Person
    way: SignInWay
    rights: Rights
    badge: UUID | None = None

    @property
    def without_centre(self) -> bool:
        """Whether only this station could say who it is."""
        return self.way in {SignInWay.REMEMBERED_PASSWORD, SignInWay.REMEMBERED_PIN}

    def may(self, operation: Operation) -> bool:
        """Whether its person may do *operation* now; the centre decides again."""
        return may(self.person.role, self.rights, operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What is known of a scanned badge: whose it is. *expires_at* is aware UTC, ``None`` for never.

    *has_pin* tells whether its person may add a PIN.
    """

    id: UUID
    person: Person
    expires_at: datetime | None = None
    has_pin: bool = False


def badge_code(text: str) -> str | None:
    """Return *text* as a badge's whole code, ``None`` when it is none."""
    folded = text.strip().upper()
    return folded if _BADGE.fullmatch(folded) else None
