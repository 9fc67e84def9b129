"""Codes from a file or from standard input, one a line. Runs on the thread that calls it."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from traitortrack_desktop.devices.framing import LineFramer
from traitortrack_desktop.domain.frames import ScanFrame

STANDARD_INPUT = "-"
_CHUNK_BYTES = 65536


def read_codes(source: str, submit: Callable[[ScanFrame], None]) -> None:
    """Submit every line of *source* (a path, or ``-`` for standard input) until it ends.

    Lines are submitted as they arrive. Raises ``OSError`` when the file cannot be read.
    """
    if source == STANDARD_INPUT:
        _read_stream(sys.stdin.buffer, "stdin", submit)
        return
    with Path(source).open("rb") as stream:
        _read_stream(stream, source, submit)


def _read_stream(
    stream: BinaryIO | io.BufferedReader, name: str, submit: Callable[[ScanFrame], None]
) -> None:
    framer = LineFramer(name, keep_empty=True)
    while chunk := _available(stream):
        for frame in framer.feed(chunk):
            submit(frame)
    for frame in framer.end_of_file():
        submit(frame)


def _available(stream: BinaryIO | io.BufferedReader) -> bytes:
    """Return what is there now instead of waiting for a full chunk."""
    if isinstance(stream, io.BufferedReader):
        return stream.read1(_CHUNK_BYTES)
    return stream.read(_CHUNK_BYTES)
