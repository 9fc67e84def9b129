"""A badge that the centre accepted at this station lately, and when it counts again without asking. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from traitortrack_desktop.domain.operators import Badge
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.storage.local.remembered_person import may_be_remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedBadge:
    """*at* is when the centre accepted it last; *look_up* is made of the code and useless without the key."""

    badge: Badge
    at: datetime
    look_up: bytes = field(repr=False)

    def counts(self, now: datetime, days: int) -> bool:
        """Return whether it signs in at *now*; never when the clock was set back behind *at*."""
        badge = self.badge
        expired = badge.expires_at is not None and badge.expires_at <= now
        recent = self.at <= now <= self.at + timedelta(days=days)
        return recent and not expired and may_be_remembered(badge.person)

    def accepted_again(self, now: datetime) -> Self:
        """Return it as of *now*."""
        return replace(self, at=now)


def badge_to_json(memory: RememberedBadge) -> dict[str, Any]:
    """Return *memory* as values of JSON."""
    badge = memory.badge
    return {
        "id": str(badge.id),
        "username": badge.person.username,
        "role": badge.person.role,
        "area": badge.person.area,
        "expires_at": badge.expires_at.isoformat() if badge.expires_at is not None else None,
        "has_pin": badge.has_pin,
        "at": memory.at.isoformat(),
        "look_up": memory.look_up.hex(),
    }


def badge_from_json(said: dict[str, Any]) -> RememberedBadge:
    """Return the memory in *said*. Raises ``ValueError``, ``TypeError`` or ``KeyError`` where it is none."""
    expires_at = said["expires_at"]
    return RememberedBadge(
        badge=Badge(
            id=UUID(said["id"]),
            person=Person(username=said["username"], role=said["role"], area=said["area"]),
            expires_at=datetime.fromisoformat(expires_at) if expires_at is not None else None,
            has_pin=bool(said["has_pin"]),
        ),
        at=datetime.fromisoformat(said["at"]),
        look_up=bytes.fromhex(said["look_up"]),
    )
