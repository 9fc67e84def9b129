"""Small files that must survive a power cut: whole or not there at all, never half. Any thread."""

import os
import sys
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would write each line feed as two characters


def write_durably(path: Path, content: bytes) -> None:
    """Put *content* at *path*, readable by the owner only, all of it or nothing. Raises ``OSError``."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)  # whatever lies there keeps its rights, or is somebody else's link
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


if sys.platform == "win32":

    def sync_directory(directory: Path) -> None:
        """Do nothing: there the file system's own journal orders names."""

else:

    def sync_directory(directory: Path) -> None:
        """Make names created, renamed or removed in *directory* durable. Raises ``OSError``."""
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
