"""Bytes from a scanner into frames: framed on the terminator, never on time. Pure.

CR, LF and CRLF end a frame, also when CR and LF come in different reads. What has no terminator
is never submitted as whole and never glued to the next reading.
"""

import re

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

LONGEST_FRAME_BYTES = 8192
"""Longer than any symbology carries (a QR code holds 7,089 digits)."""

_TERMINATOR = re.compile(rb"\r\n?|\n")


class LineFramer:
    """Cuts the byte stream of one source into frames.

    With *keep_empty* an empty line is a frame of its own, as in a file of codes; a scanner's
    empty lines are only doubled terminators.
    """

    def __init__(self, source: str, *, keep_empty: bool = False) -> None:
        self._source = source
        self._keep_empty = keep_empty
        self._buffer = bytearray()
        self._too_long = False
        self._ended_on_cr = False

    @property
    def holds_part(self) -> bool:
        """Whether bytes wait for their terminator."""
        return bool(self._buffer)

    def feed(self, data: bytes, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """Return the frames that *data* completes, in order."""
        if self._ended_on_cr and data:
            data = data.removeprefix(b"\n")
            self._ended_on_cr = False
        frames: list[ScanFrame] = []
        start = 0
        for terminator in _TERMINATOR.finditer(data):
            self._keep(data[start : terminator.start()])
            frames.extend(self._take(FrameKind.COMPLETE, ended_ms))
            start = terminator.end()
        self._keep(data[start:])
        if data:
            self._ended_on_cr = data.endswith(b"\r")
        return frames

    def cut_off(self, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """The source fell silent or vanished: what is held is reported as a part, and forgotten."""
        return self._take(FrameKind.PARTIAL, ended_ms) if self._buffer else []

    def end_of_file(self) -> list[ScanFrame]:
        """A file ended: its last line is whole also without a terminator."""
        return self._take(FrameKind.COMPLETE, None) if self._buffer else []

    def _keep(self, part: bytes) -> None:
        room = LONGEST_FRAME_BYTES - len(self._buffer)
        self._too_long = self._too_long or len(part) > room
        self._buffer += part[:room]

    def _take(self, kind: FrameKind, ended_ms: int | None) -> list[ScanFrame]:
        raw, too_long = bytes(self._buffer), self._too_long
        self._buffer.clear()
        self._too_long = False
        if not raw and not self._keep_empty:
            return []
        kind = FrameKind.OVERSIZE if too_long else kind
        return [ScanFrame(source=self._source, raw=raw, kind=kind, ended_ms=ended_ms)]
