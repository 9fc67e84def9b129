"""Reads a small file that holds a secret, and refuses one that others can read. Any thread.

Looked at is the open file, so that nothing is exchanged between the look and the reading.
"""

import os
import stat
import sys
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody writes to would hold everything up
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PrivateFileError(Exception):
    """The file cannot be used; the text names it and says why, for IT, and quotes nothing of it."""


def read_private(path: Path, *, most_bytes: int) -> bytes:
    """Return what *path* holds. On Windows its rights are those of its folder, and not looked at.

    Raises ``FileNotFoundError``, and :class:`PrivateFileError` for a file that is not this account's own,
    that others may read or change, that is larger than *most_bytes*, or that cannot be read.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _NOT_WAITING | _BINARY), "rb") as file:
            problem = problem_of(os.fstat(file.fileno()))
            content = b"" if problem else file.read(most_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PrivateFileError(f"{path} cannot be read: {error.strerror}") from None
    if problem:
        raise PrivateFileError(f"{path} {problem}")
    if len(content) > most_bytes:
        raise PrivateFileError(f"{path} is too large to hold a secret")
    return content


if sys.platform == "win32":

    def problem_of(found: os.stat_result) -> str | None:
        """Return why a file must not be used, ``None`` when it may be."""
        return None if stat.S_ISREG(found.st_mode) else "is no file"

else:

    def problem_of(found: os.stat_result) -> str | None:
        """Return why a file must not be used, ``None`` when it may be.

        One of root may be readable by a group, as secrets are that a system hands to a service.
        """
        if not stat.S_ISREG(found.st_mode):
            return "is no file"
        if found.st_uid not in {os.geteuid(), 0}:
            return "belongs to somebody else: it must be this account's own"
        tolerated = stat.S_IRGRP if found.st_uid == 0 and os.geteuid() != 0 else 0
        if found.st_mode & _OTHERS & ~tolerated:
            return "may be read or changed by others: chmod 600 it, and change the password"
        return None
