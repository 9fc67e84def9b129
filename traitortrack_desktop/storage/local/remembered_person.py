"""Somebody who signed in at the centre from here, and the rules for doing so again without it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from traitortrack_desktop.domain.roles import Person, Role

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)


def may_be_remembered(person: Person) -> bool:
    """Return whether *person* may sign in without the centre at all: an administrator may not."""
    return person.role != Role.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedPerson:
    """One person's memory. *at* is the last sign-in at the centre; *verifier* is useless without the key.

    *failures* counts attempts since then that did not end with the right password, the last of them at
    *failed_at*. Times are aware UTC.
    """

    person: Person
    at: datetime
    salt: bytes
    verifier: bytes
    failures: int = 0
    failed_at: datetime | None = None

    def may_try(self, now: datetime, days: int) -> bool:
        """Return whether a password may be tried at *now*; never when the clock was set back behind *at*."""
        recent = self.at <= now <= self.at + timedelta(days=days)
        return recent and may_be_remembered(self.person) and not self._is_locked(now)

    def after_attempt(self, now: datetime) -> Self:
        """Return the memory with one more attempt, which counts as failed until it has succeeded."""
        lock_is_over = self.failures >= FAILURES_ALLOWED and not self._is_locked(now)
        return replace(self, failures=1 if lock_is_over else self.failures + 1, failed_at=now)

    def after_success(self) -> Self:
        """Return the memory after the right password."""
        return replace(self, failures=0, failed_at=None)

    def _is_locked(self, now: datetime) -> bool:
        failed_at = self.failed_at
        return self.failures >= FAILURES_ALLOWED and failed_at is not None and now < failed_at + LOCKED_FOR


def to_json(memory: RememberedPerson) -> dict[str, Any]:
    """Return *memory* as values of JSON."""
    return {
        "username": memory.person.username,
        "role": memory.person.role,
        "area": memory.person.area,
        "at": memory.at.isoformat(),
        "salt": memory.salt.hex(),
        "verifier": memory.verifier.hex(),
        "failures": memory.failures,
        "failed_at": memory.failed_at.isoformat() if memory.failed_at is not None else None,
    }


def from_json(said: dict[str, Any]) -> RememberedPerson:
    """Return the memory in *said*. Raises ``ValueError``, ``TypeError`` or ``KeyError`` where it is none."""
    failed_at = said["failed_at"]
    return RememberedPerson(
        person=Person(username=said["username"], role=said["role"], area=said["area"]),
        at=datetime.fromisoformat(said["at"]),
        salt=bytes.fromhex(said["salt"]),
        verifier=bytes.fromhex(said["verifier"]),
        failures=int(said["failures"]),
        failed_at=datetime.fromisoformat(failed_at) if failed_at is not None else None,
    )
