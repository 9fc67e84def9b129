"""One program at a time for one data directory.

The lock belongs to the operating system: it is gone when the holder ends, however it ends. The
file that carries it stays, so its presence means nothing. Any thread; keep the lock open for as
long as the work lasts, and never hand it to a forked process.
"""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class AlreadyRunningError(Exception):
    """Another program holds the lock."""


class InstanceLock:
    """A held lock; :meth:`release` or the end of the process frees it."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor: int | None = descriptor
        self.path = path

    @classmethod
    def acquire(cls, path: Path) -> Self:
        """Take the lock that *path* carries, creating the file and its directory when missing.

        Raises :class:`AlreadyRunningError` at once when it is held, also by this process, and
        ``OSError`` when the file cannot be opened.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise AlreadyRunningError(
                f"a station is already running on {path.parent}; close that one first"
            ) from error
        return cls(descriptor, path)

    def release(self) -> None:
        """Free the lock. A second call does nothing."""
        if self._descriptor is not None:
            _unlock(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
