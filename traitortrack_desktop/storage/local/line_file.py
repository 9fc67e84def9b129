"""The journal's second copy: every entry once more as a line of JSON, forced to disk one by one.

It shares nothing with SQLite's pages, so a destroyed database costs no entry. Written by the
thread that owns the journal; read by anybody.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from traitortrack_desktop.environment.durable_files import sync_directory
from traitortrack_desktop.storage.local.records import DamagedRecordError, StoredEntry, entry_from_line

_TAIL_BYTES = 256 * 1024
_BLOCK_BYTES = 64 * 1024

_sync = getattr(os, "fdatasync", os.fsync)
_BINARY = getattr(os, "O_BINARY", 0)


class LineFile:
    """The line file, open for appending."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self.path = path

    @classmethod
    def open(cls, path: Path) -> "LineFile":
        """Open *path*, making it when missing and cutting off a last line that has no end.

        Raises ``OSError``.
        """
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
        lines = cls(descriptor, path)
        try:
            if is_new:
                sync_directory(path.parent)
            lines._cut_torn_end()
        except BaseException:
            lines.close()
            raise
        return lines

    def append(self, entries: Iterable[StoredEntry]) -> None:
        """Add a line for each entry and force them to disk. Raises ``OSError``."""
        block = bytearray()
        for entry in entries:
            block += entry.line()
            if len(block) >= _BLOCK_BYTES:
                self._write(block)
                block.clear()
        self._write(block)
        _sync(self._descriptor)

    def tail(self) -> list[StoredEntry | None]:
        """Return the last lines (256 KiB of them), oldest first; ``None`` for one that is no entry."""
        size = os.fstat(self._descriptor).st_size
        start = max(0, size - _TAIL_BYTES)
        with self.path.open("rb") as file:
            file.seek(start)
            lines = file.read(size - start).splitlines()
        return [_whole(line) for line in (lines[1:] if start else lines)]

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _write(self, block: bytes | bytearray) -> None:
        rest = memoryview(bytes(block))
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _cut_torn_end(self) -> None:
        end = os.lseek(self._descriptor, 0, os.SEEK_END)
        position = end
        while position > 0:
            start = max(0, position - _BLOCK_BYTES)
            os.lseek(self._descriptor, start, os.SEEK_SET)
            found = os.read(self._descriptor, position - start).rfind(b"\n")
            if found >= 0:
                position = start + found + 1
                break
            position = start
        if position < end:
            os.ftruncate(self._descriptor, position)
            _sync(self._descriptor)


def read_lines(path: Path) -> Iterator[StoredEntry | None]:
    """Yield every line in order; ``None`` for one that is no entry or does not match its hash.

    A last line without an end is left out. A missing file has no lines. Raises ``OSError``.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            if line.endswith(b"\n"):
                yield _whole(line)


def _whole(line: bytes) -> StoredEntry | None:
    try:
        stored = entry_from_line(line)
        stored.entry()
    except DamagedRecordError:
        return None
    return stored
