"""What the file of remembered sign-ins holds: people by password, people by PIN, and badges. Pure.

Version 1, of the first release, is a list of people only.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from traitortrack_desktop.storage.local.remembered_badge import (
    RememberedBadge,
    badge_from_json,
    badge_to_json,
)
from traitortrack_desktop.storage.local.remembered_person import RememberedPerson, from_json, to_json

VERSION = 2


class NotUnderstoodError(Exception):
    """The bytes are no such file, were changed, or are of another station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memories:
    """Everybody who is remembered: *people* and *pins* by name, *badges* by number."""

    people: Mapping[str, RememberedPerson] = field(default_factory=dict)
    pins: Mapping[str, RememberedPerson] = field(default_factory=dict)
    badges: Mapping[UUID, RememberedBadge] = field(default_factory=dict)

    def knows(self, username: str) -> bool:
        """Return whether anything of *username* is kept."""
        of_badges = any(kept.badge.person.username == username for kept in self.badges.values())
        return username in self.people or username in self.pins or of_badges

    def without(self, username: str) -> Self:
        """Return what is left when nothing of *username* is."""
        return replace(
            self,
            people={name: kept for name, kept in self.people.items() if name != username},
            pins={name: kept for name, kept in self.pins.items() if name != username},
            badges={n: kept for n, kept in self.badges.items() if kept.badge.person.username != username},
        )

    def with_person(self, memory: RememberedPerson) -> Self:
        """Return it with *memory* of a password."""
        return replace(self, people={**self.people, memory.person.username: memory})

    def with_pin(self, memory: RememberedPerson) -> Self:
        """Return it with *memory* of a PIN."""
        return replace(self, pins={**self.pins, memory.person.username: memory})

    def without_password(self, username: str) -> Self:
        """Return it without the password of *username*."""
        return replace(self, people={name: kept for name, kept in self.people.items() if name != username})

    def without_pin(self, username: str) -> Self:
        """Return it without the PIN of *username*."""
        return replace(self, pins={name: kept for name, kept in self.pins.items() if name != username})

    def with_badge(self, memory: RememberedBadge) -> Self:
        """Return it with *memory* of a badge; a person has one."""
        username = memory.badge.person.username
        others = {n: kept for n, kept in self.badges.items() if kept.badge.person.username != username}
        return replace(self, badges={**others, memory.badge.id: memory})

    def without_badge(self, badge: UUID) -> Self:
        """Return it without that badge."""
        return replace(self, badges={number: kept for number, kept in self.badges.items() if number != badge})


def sealed(memories: Memories, key: bytes) -> bytes:
    """Return the file."""
    body = json.dumps(
        {
            "version": VERSION,
            "people": [to_json(memory) for memory in memories.people.values()],
            "pins": [to_json(memory) for memory in memories.pins.values()],
            "badges": [badge_to_json(memory) for memory in memories.badges.values()],
        }
    ).encode()
    return _seal(body, key) + b"\n" + body


def opened(content: bytes, key: bytes) -> Memories:
    """Return what stands in the file. Raises :class:`NotUnderstoodError`."""
    seal, _, body = content.partition(b"\n")
    if not hmac.compare_digest(seal, _seal(body, key)):
        raise NotUnderstoodError
    try:
        said = json.loads(body)
        return _of_first_release(said) if isinstance(said, list) else _memories(said)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotUnderstoodError from error


def _of_first_release(said: list[Any]) -> Memories:
    return Memories(people=_by_name(from_json(person) for person in said))


def _memories(said: dict[str, Any]) -> Memories:
    if said["version"] != VERSION:
        raise NotUnderstoodError
    badges = [badge_from_json(badge) for badge in said["badges"]]
    return Memories(
        people=_by_name(map(from_json, said["people"])),
        pins=_by_name(map(from_json, said["pins"])),
        badges={memory.badge.id: memory for memory in badges},
    )


def _by_name(memories: Iterable[RememberedPerson]) -> dict[str, RememberedPerson]:
    return {memory.person.username: memory for memory in memories}


def _seal(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"file" + body, "sha256").hex().encode("ascii")
