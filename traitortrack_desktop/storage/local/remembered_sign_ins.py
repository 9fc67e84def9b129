"""Who may sign in at this station while the centre cannot be asked: one small file beside the journal.

The file is sealed with the station's sign-in key: a byte changed, another computer's key or no key at all
make it a file in which nobody is remembered. Any thread but the GUI's, one at a time; no method raises.
Badges are looked up in memory by the intake, which waits for nothing.
"""

import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from traitortrack_desktop.domain.operators import Badge
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.sign_in_key import KEY_BYTES, SignInKey
from traitortrack_desktop.services.account_secrets import slow_digest
from traitortrack_desktop.services.ports import Clock
from traitortrack_desktop.storage.local.remembered_badge import RememberedBadge
from traitortrack_desktop.storage.local.remembered_file import (
    Memories,
    NotUnderstoodError,
    opened,
    sealed,
)
from traitortrack_desktop.storage.local.remembered_person import RememberedPerson, may_be_remembered

FILE_NAME = "remembered-sign-ins"
SALT_BYTES = 16
_NOBODYS_KEY, _NOBODYS_SALT = bytes(KEY_BYTES), bytes(SALT_BYTES)
_CONFIRMED_FOR = timedelta(hours=1)
"""A badge that was accepted so lately is not written anew: people change places many times in a shift."""
_PASSWORD, _PIN = b"verifier", b"pin verifier"

_log = logging.getLogger(__name__)
_Kept = Callable[[Memories], Mapping[str, RememberedPerson]]
_With = Callable[[Memories, RememberedPerson], Memories]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Badges:
    """What the intake looks badges up in: made anew with every change, never changed."""

    key: bytes = field(default=b"", repr=False)
    by_look_up: Mapping[bytes, RememberedBadge] = field(default_factory=dict, repr=False)


class RememberedInFile:
    """A ``RememberedSignIns`` in *directory*; *days* 0 remembers nobody."""

    def __init__(self, directory: Path, *, key: SignInKey, clock: Clock, days: int) -> None:
        self.days = days
        self._path = directory / FILE_NAME
        self._key = key
        self._clock = clock
        self._lock = threading.Lock()
        self._badges = _Badges()

    def load(self) -> None:
        """Read the badges into memory; see ``RememberedSignIns``."""
        if self.days:
            with self._lock:
                self._key_and_memories()

    def remember(self, person: Person, password: str) -> None:
        """Remember that *person* signed in at the centre just now; see ``RememberedSignIns``."""
        self._keep(person, lambda kept, key: kept.with_person(self._memory(person, password, key, _PASSWORD)))

    def remember_badge(self, badge: Badge, code: str) -> None:
        """Remember that the centre accepted *badge* just now."""

        def added(kept: Memories, key: bytes) -> Memories:
            look_up = _look_up(code, key)
            return kept.with_badge(RememberedBadge(badge=badge, at=self._clock(), look_up=look_up))

        self._keep(badge.person, added)

    def remember_pin(self, badge: Badge, pin: str) -> None:
        """Remember that the centre accepted *pin* just now."""
        person = badge.person
        self._keep(person, lambda kept, key: kept.with_pin(self._memory(person, pin, key, _PIN)))

    def confirm_badge(self, badge: UUID) -> None:
        """Keep that the centre accepted that remembered badge once more."""
        with self._lock:
            key, memories = self._key_and_memories()
            memory = memories.badges.get(badge) if memories is not None else None
            now = self._clock()
            if key is None or memories is None or memory is None or now < memory.at + _CONFIRMED_FOR:
                return
            try:
                self._write(memories.with_badge(memory.accepted_again(now)), key)
            except OSError as problem:
                _log.warning("A badge could not be remembered: %s", problem.strerror)

    def forget(self, username: str) -> None:
        """Forget *username*: everybody, where the file cannot be read or written."""
        self._drop(lambda kept, _key: kept.without(username) if kept.knows(username) else kept)

    def forget_password(self, username: str, only: str | None = None) -> None:
        """Forget the password of *username*, or *only* that one; see :meth:`forget`."""

        def left(kept: Memories, key: bytes) -> Memories:
            meant = _is_meant(kept.people.get(username), only, key, _PASSWORD)
            return kept.without_password(username) if meant else kept

        self._drop(left)

    def forget_badge(self, badge: UUID) -> None:
        """Forget that badge; see :meth:`forget`."""
        self._drop(lambda kept, _key: kept.without_badge(badge) if badge in kept.badges else kept)

    def forget_pin(self, badge: Badge, only: str | None = None) -> None:
        """Forget the PIN of the person of *badge*, or *only* that one; see :meth:`forget`."""
        name = badge.person.username

        def left(kept: Memories, key: bytes) -> Memories:
            return kept.without_pin(name) if _is_meant(kept.pins.get(name), only, key, _PIN) else kept

        self._drop(left)

    def person_with(self, username: str, password: str) -> Person | None:
        """Return the person whose name and password these are; see ``RememberedSignIns``.

        The attempt is on disk before the password is looked at. A name that nobody has costs the same
        work, so that the time tells nothing.
        """
        return self._tried(username, password, _PASSWORD, lambda kept: kept.people, Memories.with_person)

    def holder_with_pin(self, badge: Badge, pin: str) -> Person | None:
        """Return the person of *badge* where *pin* is the remembered one; see :meth:`person_with`."""
        return self._tried(badge.person.username, pin, _PIN, lambda kept: kept.pins, Memories.with_pin)

    def badge_with(self, code: str) -> Badge | None:
        """Return the remembered badge that has this code: of memory, and without any lock."""
        badges = self._badges
        if not badges.by_look_up:
            return None
        memory = badges.by_look_up.get(_look_up(code, badges.key))
        return memory.badge if memory is not None and memory.counts(self._clock(), self.days) else None

    # -- how

    def _keep(self, person: Person, change: Callable[[Memories, bytes], Memories]) -> None:
        if not self.days or not may_be_remembered(person):
            self.forget(person.username)
            return
        with self._lock:
            try:
                key = self._key.read_or_make()
                self._write(change(self._recent(), key), key)
            except (OSError, ValueError) as problem:
                _log.warning("A sign-in could not be remembered: %s", _cause(problem))

    def _drop(self, change: Callable[[Memories, bytes], Memories]) -> None:
        with self._lock:
            key, memories = self._key_and_memories()
            if not self.days or key is None or memories is None:
                self._remove()
                return
            left = change(memories, key)
            if left is not memories:
                try:
                    self._write(left, key)
                except OSError:
                    self._remove()

    def _tried(self, username: str, secret: str, label: bytes, kept: _Kept, put: _With) -> Person | None:
        if not self.days:
            return None
        with self._lock:
            key, memories = self._key_and_memories()
            memories = memories or Memories()
            memory, now = kept(memories).get(username), self._clock()
            try:
                if key is None or memory is None or not memory.may_try(now, self.days):
                    if key is not None and memories != Memories():
                        self._write(memories, key)
                    _verifier(secret, _NOBODYS_SALT, _NOBODYS_KEY, label)
                    return None
                self._write(put(memories, memory.after_attempt(now)), key)
                if not hmac.compare_digest(_verifier(secret, memory.salt, key, label), memory.verifier):
                    return None
                self._write(put(memories, memory.after_success()), key)
            except (OSError, ValueError) as problem:
                _log.warning("Nobody can sign in without the centre: %s", _cause(problem))
                return None
            return memory.person

    def _memory(self, person: Person, secret: str, key: bytes, label: bytes) -> RememberedPerson:
        salt = secrets.token_bytes(SALT_BYTES)
        verifier = _verifier(secret, salt, key, label)
        return RememberedPerson(person=person, at=self._clock(), salt=salt, verifier=verifier)

    def _recent(self) -> Memories:
        """Return who is remembered and could still sign in; the centre has just been asked."""
        oldest = self._clock() - timedelta(days=self.days)
        memories = self._key_and_memories()[1] or Memories()
        return replace(
            memories,
            people=_since(oldest, memories.people),
            pins=_since(oldest, memories.pins),
            badges={number: kept for number, kept in memories.badges.items() if kept.at >= oldest},
        )

    def _key_and_memories(self) -> tuple[bytes | None, Memories | None]:
        """Return the key and who is remembered, which is ``None`` where the file cannot be understood."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            self._badges = _Badges()
            return None, Memories()
        except OSError:
            return self._key.read(), None
        key = self._key.read()
        try:
            memories = opened(content, key) if key is not None else None
        except NotUnderstoodError:
            memories = None
        self._look_up_in(memories or Memories(), key or b"")
        return key, memories

    def _write(self, memories: Memories, key: bytes) -> None:
        self._look_up_in(memories, key)
        write_durably(self._path, sealed(memories, key))

    def _look_up_in(self, memories: Memories, key: bytes) -> None:
        by_look_up = {memory.look_up: memory for memory in memories.badges.values()}
        self._badges = _Badges(key=key, by_look_up=by_look_up)

    def _remove(self) -> None:
        self._badges = _Badges()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as problem:
            _log.warning("Remembered sign-ins could not be removed: %s", problem.strerror)


def _since(oldest: datetime, kept: Mapping[str, RememberedPerson]) -> dict[str, RememberedPerson]:
    return {name: memory for name, memory in kept.items() if memory.at >= oldest}


def _is_meant(memory: RememberedPerson | None, only: str | None, key: bytes, label: bytes) -> bool:
    """Whether *memory* is there, and of the secret *only* where one is given."""
    if memory is None or only is None:
        return memory is not None
    return hmac.compare_digest(_verifier(only, memory.salt, key, label), memory.verifier)


def _look_up(code: str, key: bytes) -> bytes:
    """Return what a badge is found by: a code has 79 random bits, so nothing slow is needed."""
    return hmac.digest(key, b"badge" + code.encode("ascii", "backslashreplace"), "sha256")


def _verifier(secret: str, salt: bytes, key: bytes, label: bytes) -> bytes:
    return hmac.digest(key, label + slow_digest(secret, salt), "sha256")


def _cause(problem: OSError | ValueError) -> str | None:
    """Return what the log may say; an error of the cryptography is named without its text."""
    return problem.strerror if isinstance(problem, OSError) else type(problem).__name__
