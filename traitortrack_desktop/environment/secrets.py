"""The station's secrets in the system's own key ring.

Only back ends that this module names are asked, each on a thread of its own with a time limit: a key ring
may put up a prompt and wait for ever. A library's own choice is not used, since it may be a plain file or
may ask on standard input. Without a key ring the answer is :class:`NoKeyRing`, never a file of this module.
"""

import contextlib
import importlib
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, cast

import keyring.errors

MAX_SECRET_CHARACTERS = 1200
"""Windows keeps at most 2,560 bytes of UTF-16 and reports more as a garbled message."""

_CALL_SECONDS = 5.0
_BACK_ENDS = {
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
    "darwin": ("keyring.backends.macOS.Keyring",),
    "linux": ("keyring.backends.SecretService.Keyring", "keyring.backends.kwallet.DBusKeyring"),
}


class BackEnd(Protocol):
    """What is used of a key ring's back end."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret or ``None``."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Keep it no longer. Raises ``keyring.errors.PasswordDeleteError`` when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What the key ring holds; ``None`` when it holds nothing under that name."""

    value: str | None = None

    def __repr__(self) -> str:
        """Never the secret."""
        return f"Secret(held={self.value is not None})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKeyRing:
    """Nothing that keeps secrets could be used; *problem* says why, for IT.

    *absent* when there is none at all on this computer, which therefore holds nothing either.
    """

    problem: str
    absent: bool = False


class KeptPasswords(Protocol):
    """Passwords by user name, wherever they are kept. Each call may take some seconds."""

    def read(self, username: str) -> Secret | NoKeyRing:
        """Return the password of *username*."""
        ...

    def store(self, username: str, secret: str) -> Secret | NoKeyRing:
        """Keep it. Raises :class:`SecretTooLongError`."""
        ...


class SecretTooLongError(ValueError):
    """The secret is longer than every key ring takes."""


BackEndFinder = Callable[[], BackEnd | None]


class _KeptSecrets:
    """Secrets of one kind by user name, from any thread; each call blocks *timeout_seconds* at most."""

    _service: ClassVar[str]

    def __init__(self, *, find: BackEndFinder | None = None, timeout_seconds: float = _CALL_SECONDS) -> None:
        self._find = find or usable_back_end
        self._timeout_seconds = timeout_seconds

    def read(self, username: str) -> Secret | NoKeyRing:
        """Return the secret kept for *username*."""

        def ask(back_end: BackEnd) -> Secret:
            return Secret(value=back_end.get_password(self._service, username))

        return self._asked(ask)

    def store(self, username: str, secret: str) -> Secret | NoKeyRing:
        """Keep *secret* for *username*. Raises :class:`SecretTooLongError`."""
        if len(secret) > MAX_SECRET_CHARACTERS:
            raise SecretTooLongError(f"a secret may have at most {MAX_SECRET_CHARACTERS} characters")

        def ask(back_end: BackEnd) -> Secret:
            back_end.set_password(self._service, username, secret)
            return Secret(value=secret)

        return self._asked(ask)

    def forget(self, username: str) -> Secret | NoKeyRing:
        """Keep nothing for *username* any more; it is no failure when there was nothing."""

        def ask(back_end: BackEnd) -> Secret:
            with contextlib.suppress(keyring.errors.PasswordDeleteError):
                back_end.delete_password(self._service, username)
            return Secret()

        return self._asked(ask)

    def _asked(self, ask: Callable[[BackEnd], Secret]) -> Secret | NoKeyRing:
        answers: queue.SimpleQueue[Secret | NoKeyRing] = queue.SimpleQueue()
        worker = threading.Thread(
            target=lambda: answers.put(_answer(self._find, ask)), name="key-ring", daemon=True
        )
        worker.start()
        try:
            return answers.get(timeout=self._timeout_seconds)
        except queue.Empty:
            return NoKeyRing(problem=f"the key ring did not answer within {self._timeout_seconds:g} seconds")


class DatabasePasswords(_KeptSecrets):
    """Database passwords by the database's user name."""

    _service = "TraitorTrack Station/database"


class SignInKeys(_KeptSecrets):
    """The keys of ``environment.sign_in_key`` by device identity."""

    _service = "TraitorTrack Station/sign-in key"


def usable_back_end(names: Sequence[str] | None = None) -> BackEnd | None:
    """Return the first of the allowed back ends that works here. May block on the system's message bus."""
    if names is None:
        names = _BACK_ENDS.get(sys.platform, ())
    for name in names:
        module_name, class_name = name.rsplit(".", 1)
        back_end_class = getattr(importlib.import_module(module_name), class_name)
        if back_end_class.viable:
            back_end = back_end_class()
            if sys.platform == "win32":
                back_end.persist = "local machine"  # otherwise it roams with the Windows profile
            return cast(BackEnd, back_end)
    return None


def _answer(find: BackEndFinder, ask: Callable[[BackEnd], Secret]) -> Secret | NoKeyRing:
    """Run on the worker: whatever a back end raises is an answer too."""
    try:
        back_end = find()
        if back_end is None:
            return NoKeyRing(problem="this computer has no key ring that the station may use", absent=True)
        return ask(back_end)
    except keyring.errors.KeyringLocked:
        return NoKeyRing(problem="the key ring is locked")
    except keyring.errors.InitError:
        return NoKeyRing(
            problem="the key ring cannot be opened: it was never set up, or nobody can unlock it"
        )
    except Exception as problem:  # noqa: BLE001 - top of a thread; D-Bus libraries raise types of their own
        return NoKeyRing(problem=f"the key ring failed: {type(problem).__name__}")
