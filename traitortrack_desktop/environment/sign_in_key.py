"""The secret without which remembered sign-ins are useless: 32 random bytes, made once for each station.

It lives in the system's key ring, or in a file in the data folder where there is none. The file counts
when it is there, so that a key ring that comes and goes never makes a second key. Any thread.
"""

import logging
import secrets
from pathlib import Path

from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.secrets import NoKeyRing, SignInKeys

KEY_BYTES = 32
FILE_NAME = "sign-in-key"

_log = logging.getLogger(__name__)


class SignInKey:
    """The key of the station *name* whose data folder is *directory*."""

    def __init__(self, directory: Path, name: str, *, key_ring: SignInKeys | None = None) -> None:
        self._path = directory / FILE_NAME
        self._name = name
        self._key_ring = key_ring or SignInKeys()
        self._known: bytes | None = None
        self._key_ring_answers = False

    def read(self) -> bytes | None:
        """Return the key, or ``None`` when there is none that can be read. May wait for the key ring."""
        if self._known is None:
            self._known = self._kept()
        return self._known

    def read_or_make(self) -> bytes:
        """Return the key, making one where none can be read. Raises ``OSError``."""
        return self.read() or self._made()

    def _kept(self) -> bytes | None:
        self._key_ring_answers = False
        try:
            return _key(self._path.read_text(encoding="ascii", errors="replace"))
        except FileNotFoundError:
            kept = self._key_ring.read(self._name)
        except OSError as problem:
            _log.warning("The sign-in key cannot be read: %s", problem.strerror)
            return None
        if isinstance(kept, NoKeyRing):
            return None
        self._key_ring_answers = True
        return _key(kept.value or "")

    def _made(self) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        # A key ring that has just failed is not asked again: it might take its time, or hold a key.
        if not self._key_ring_answers or isinstance(self._key_ring.store(self._name, key.hex()), NoKeyRing):
            _log.info("The sign-in key is kept in a file of the data folder")
            write_durably(self._path, f"{key.hex()}\n".encode("ascii"))
        self._known = key
        return key


def _key(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
