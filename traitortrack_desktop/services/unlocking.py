"""Unlocking by password while the centre is away: by whoever is signed in, from memory only. Any thread."""

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from uuid import UUID

from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.services.account_secrets import slow_digest

ATTEMPTS = 5
WAIT_SECONDS = 900.0
"""So long nobody may try any more after so many wrong attempts."""


class UnlockVerifier:
    """Knows the password of the one session that began with it, until another session begins or it ends."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._session: UUID | None = None
        self._salt = self._made = b""
        self._failures = 0
        self._failed_at = float("-inf")

    def keep(self, session: OperatorSession, password: str) -> None:
        """Keep that *session* began with *password*, in a form that does not give it away."""
        salt = secrets.token_bytes(16)
        made = slow_digest(password, salt)
        with self._lock:
            self._session, self._salt, self._made = session.id, salt, made
            self._failures = 0

    def renew(self, session: UUID, password: str) -> None:
        """Keep *password* instead, where it is *session* whose password is kept: it was changed."""
        salt = secrets.token_bytes(16)
        made = slow_digest(password, salt)
        with self._lock:
            if self._session == session:
                self._salt, self._made = salt, made
                self._failures = 0

    def forget(self) -> None:
        """Forget what is kept."""
        with self._lock:
            self._session, self._salt, self._made = None, b"", b""

    def fits(self, session: OperatorSession, password: str) -> bool:
        """Return whether *session* began with *password*; ``False`` too after too many wrong attempts."""
        with self._lock:
            if self._session != session.id or self._must_wait():
                return False
            self._failures += 1
            self._failed_at = self._seconds()
            right = hmac.compare_digest(slow_digest(password, self._salt), self._made)
            if right:
                self._failures = 0
        return right

    def _must_wait(self) -> bool:
        if self._failures < ATTEMPTS:
            return False
        if self._seconds() - self._failed_at < WAIT_SECONDS:
            return True
        self._failures = 0
        return False
