"""Who may sign in at this station while the centre cannot be asked: one small file beside the journal.

The file is sealed with the station's sign-in key: a byte changed, another computer's key or no key at all
make it a file in which nobody is remembered. Any thread but the GUI's, one at a time; no method raises.
"""

import hashlib
import hmac
import json
import logging
import secrets
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.sign_in_key import KEY_BYTES, SignInKey
from traitortrack_desktop.services.ports import Clock
from traitortrack_desktop.storage.local.remembered_person import (
    RememberedPerson,
    from_json,
    may_be_remembered,
    to_json,
)

FILE_NAME = "remembered-sign-ins"
SALT_BYTES = 16
_SCRYPT_BYTES_OF_MEMORY = 64 * 2**20
_NOBODYS_KEY, _NOBODYS_SALT = bytes(KEY_BYTES), bytes(SALT_BYTES)

_log = logging.getLogger(__name__)
_People = Mapping[str, RememberedPerson]


class RememberedInFile:
    """A ``RememberedSignIns`` in *directory*; *days* 0 remembers nobody."""

    def __init__(self, directory: Path, *, key: SignInKey, clock: Clock, days: int) -> None:
        self.days = days
        self._path = directory / FILE_NAME
        self._key = key
        self._clock = clock
        self._lock = threading.Lock()

    def remember(self, person: Person, password: str) -> None:
        """Remember that *person* signed in at the centre just now; see ``RememberedSignIns``."""
        if not self.days or not may_be_remembered(person):
            self.forget(person.username)
            return
        with self._lock:
            try:
                key = self._key.read_or_make()
                self._write({**self._recent(), person.username: self._memory(person, password, key)}, key)
            except (OSError, ValueError) as problem:
                _log.warning("A sign-in could not be remembered: %s", _cause(problem))

    def forget(self, username: str) -> None:
        """Forget *username*: everybody, where the file cannot be read or written."""
        with self._lock:
            key, people = self._key_and_people()
            if not self.days or key is None or people is None:
                self._remove()
            elif username in people:
                try:
                    self._write({name: people[name] for name in people if name != username}, key)
                except OSError:
                    self._remove()

    def person_with(self, username: str, password: str) -> Person | None:
        """Return the person whose name and password these are; see ``RememberedSignIns``.

        The attempt is on disk before the password is looked at. A name that nobody has costs the same
        work, so that the time tells nothing.
        """
        if not self.days:
            return None
        with self._lock:
            key, people = self._key_and_people()
            try:
                return self._person_with(username, password, people or {}, key)
            except (OSError, ValueError) as problem:
                _log.warning("Nobody can sign in without the centre: %s", _cause(problem))
                return None

    def _person_with(self, username: str, password: str, people: _People, key: bytes | None) -> Person | None:
        memory, now = people.get(username), self._clock()
        if key is None or memory is None or not memory.may_try(now, self.days):
            if key is not None and people:
                self._write(people, key)
            _verifier(password, _NOBODYS_SALT, _NOBODYS_KEY)
            return None
        self._write({**people, username: memory.after_attempt(now)}, key)
        if not hmac.compare_digest(_verifier(password, memory.salt, key), memory.verifier):
            return None
        self._write({**people, username: memory.after_success()}, key)
        return memory.person

    def _memory(self, person: Person, password: str, key: bytes) -> RememberedPerson:
        salt = secrets.token_bytes(SALT_BYTES)
        return RememberedPerson(
            person=person, at=self._clock(), salt=salt, verifier=_verifier(password, salt, key)
        )

    def _recent(self) -> _People:
        """Return who is remembered and could still sign in; the centre has just been asked."""
        oldest = self._clock() - timedelta(days=self.days)
        people = self._key_and_people()[1] or {}
        return {name: memory for name, memory in people.items() if memory.at >= oldest}

    def _key_and_people(self) -> tuple[bytes | None, _People | None]:
        """Return the key and who is remembered, which is ``None`` where the file cannot be understood."""
        try:
            seal, body = self._path.read_bytes().split(b"\n", 1)
        except FileNotFoundError:
            return None, {}
        except (OSError, ValueError):
            return self._key.read(), None
        key = self._key.read()
        if key is None or not hmac.compare_digest(seal, _seal(body, key)):
            return key, None
        try:
            memories = [from_json(said) for said in json.loads(body)]
        except (ValueError, TypeError, KeyError):
            return key, None
        return key, {memory.person.username: memory for memory in memories}

    def _write(self, people: _People, key: bytes) -> None:
        body = json.dumps([to_json(memory) for memory in people.values()]).encode()
        write_durably(self._path, _seal(body, key) + b"\n" + body)

    def _remove(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as problem:
            _log.warning("Remembered sign-ins could not be removed: %s", problem.strerror)


def _verifier(password: str, salt: bytes, key: bytes) -> bytes:
    slow = hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=2**15,
        r=8,
        p=1,
        maxmem=_SCRYPT_BYTES_OF_MEMORY,
    )
    return hmac.digest(key, b"verifier" + slow, "sha256")


def _cause(problem: OSError | ValueError) -> str | None:
    """Return what the log may say; an error of the cryptography is named without its text."""
    return problem.strerror if isinstance(problem, OSError) else type(problem).__name__


def _seal(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"file" + body, "sha256").hex().encode("ascii")
