"""Bytes from a scanner into frames: framed on the terminator, never on time where there is one. Pure.

What has no terminator is never submitted as whole and never glued to the next reading. Bytes that no code
has make a frame garbled, and what is talk between a modem and another program is marked as noise; no byte
is ever taken out of a reading. However much comes, one frame is held and no more of it than
``LONGEST_FRAME_BYTES``.
"""

import re

from traitortrack_desktop.devices.line_noise import (
    NOISE_GOES_ON_MS,
    is_garbage,
    is_modem_talk,
    may_answer_modem_talk,
)
from traitortrack_desktop.devices.ssi import SsiFramer
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import ScannerRole, SerialLine, Terminator

LONGEST_FRAME_BYTES = 8192
"""Longer than any symbology carries (a QR code holds 7,089 digits)."""

_LINE_ENDS = {
    Terminator.ANY_LINE_END: re.compile(rb"\r\n?|\n"),
    Terminator.CR: re.compile(rb"\r"),
    Terminator.LF: re.compile(rb"\n"),
    Terminator.CR_LF: re.compile(rb"\r\n"),
}
_STX = 2
_STX_OR_ETX = re.compile(rb"[\x02\x03]")
_LAST_CONTROL = 0x1F


class _Reading:
    """What came of one reading so far, in bounded memory.

    *as_it_is* is for files: nothing is taken off its ends and nothing judged. *of_lines* says that a line
    end inside is no data.
    """

    def __init__(
        self, source: str, role: ScannerRole, *, as_it_is: bool = False, of_lines: bool = True
    ) -> None:
        self._source = source
        self._role = role
        self._as_it_is = as_it_is
        self._of_lines = of_lines
        self._buffer = bytearray()
        self._started_ms: int | None = None
        self._too_long = False
        self._doubtful = False
        self._noise_ms: int | None = None

    def __bool__(self) -> bool:
        return bool(self._buffer)

    @property
    def is_printable_somewhere(self) -> bool:
        return any(byte > _LAST_CONTROL for byte in self._buffer)

    def keep(self, part: bytes, at_ms: int | None) -> None:
        if not self._buffer:
            self._started_ms = at_ms
        room = LONGEST_FRAME_BYTES - len(self._buffer)
        self._too_long = self._too_long or len(part) > room
        self._buffer += part[:room]

    def doubt(self) -> None:
        self._doubtful = True

    def forget(self) -> None:
        self._buffer.clear()
        self._too_long = self._doubtful = False

    def take(self, kind: FrameKind, ended_ms: int | None) -> list[ScanFrame]:
        """Return the reading as a frame of *kind*, or worse, and begin anew; empty when there was none."""
        raw = bytes(self._buffer)
        if not self._as_it_is:
            raw = raw.strip(b"\r\n")
            kind = self._judged(raw, kind, ended_ms)
        if self._too_long:
            kind = FrameKind.OVERSIZE
        self.forget()
        if not raw and not self._as_it_is:
            return []
        started_ms = self._started_ms
        return [
            ScanFrame(
                source=self._source,
                raw=raw,
                kind=kind,
                started_ms=started_ms,
                ended_ms=ended_ms,
                role=self._role,
            )
        ]

    def _judged(self, raw: bytes, kind: FrameKind, ended_ms: int | None) -> FrameKind:
        whole = kind is not FrameKind.PARTIAL
        if is_modem_talk(raw, whole=whole):
            self._noise_ms = ended_ms
            return FrameKind.NOISE
        if whole and may_answer_modem_talk(raw) and self._is_soon_after_noise(ended_ms):
            return FrameKind.NOISE
        if is_garbage(raw, of_lines=self._of_lines):
            return FrameKind.GARBLED
        return FrameKind.PARTIAL if self._doubtful and kind is FrameKind.COMPLETE else kind

    def _is_soon_after_noise(self, at_ms: int | None) -> bool:
        if self._noise_ms is None or at_ms is None:
            return False
        return at_ms - self._noise_ms <= NOISE_GOES_ON_MS


class LineFramer:
    """Cuts the byte stream of one source at its line ends.

    Once a scanner's own terminator is learned the other line ends are data: at the edge of a reading they
    are the other half of a terminator and go with it, inside they make it garbled. With *keep_empty* an
    empty line is a frame of its own and no line is judged, as in a file of codes; a scanner's empty lines
    are only doubled terminators.
    """

    def __init__(
        self,
        source: str,
        *,
        end: Terminator = Terminator.ANY_LINE_END,
        role: ScannerRole = ScannerRole.ANY,
        keep_empty: bool = False,
    ) -> None:
        self._end = _LINE_ENDS[end]
        self._ends_on_both = end is Terminator.CR_LF
        self._ends_on_any = end is Terminator.ANY_LINE_END
        self._reading = _Reading(source, role, as_it_is=keep_empty)
        self._came_cr = False
        """The last byte was a CR whose LF may still come."""

    @property
    def holds_part(self) -> bool:
        """Whether bytes wait for their terminator."""
        return bool(self._reading) or (self._ends_on_both and self._came_cr)

    def feed(self, data: bytes, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """Return the frames that *data* completes, in order."""
        data = self._after_cr(data)
        frames: list[ScanFrame] = []
        start = 0
        for terminator in self._end.finditer(data):
            self._reading.keep(data[start : terminator.start()], ended_ms)
            frames.extend(self._reading.take(FrameKind.COMPLETE, ended_ms))
            start = terminator.end()
        rest = data[start:]
        if data:
            self._came_cr = data.endswith(b"\r")
        if self._ends_on_both and self._came_cr:
            rest = rest.removesuffix(b"\r")
        self._reading.keep(rest, ended_ms)
        return frames

    def doubt(self) -> None:
        """What is held and what comes now may be two readings: it is whole for nobody."""
        if self._reading:
            self._reading.doubt()

    def doubt_beginning(self) -> None:
        """What comes now may lack its beginning: it is whole for nobody."""
        self._reading.doubt()

    def cut_off(self, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """The source fell silent or vanished: what is held is reported as a part, and forgotten."""
        if self._ends_on_both:
            self._came_cr = False
        return self._reading.take(FrameKind.PARTIAL, ended_ms) if self._reading else []

    def end_of_file(self) -> list[ScanFrame]:
        """A file ended: its last line is whole also without a terminator."""
        return self._reading.take(FrameKind.COMPLETE, None) if self._reading else []

    def _after_cr(self, data: bytes) -> bytes:
        if not (self._came_cr and data):
            return data
        self._came_cr = False
        if self._ends_on_both:
            return b"\r" + data
        return data.removeprefix(b"\n") if self._ends_on_any else data


class StxEtxFramer:
    """Takes what stands between STX and ETX.

    A second STX begins anew, and what stood before it is a part. What stands between the frames is
    reported as garbled where anything of it could be printed, and forgotten where not.
    """

    def __init__(self, source: str, *, role: ScannerRole = ScannerRole.ANY) -> None:
        self._reading = _Reading(source, role, of_lines=False)
        self._inside = False

    @property
    def holds_part(self) -> bool:
        """Whether a frame has begun, or something stands outside of one."""
        return self._inside or bool(self._reading)

    def feed(self, data: bytes, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """Return the frames that *data* completes, in order."""
        frames: list[ScanFrame] = []
        start = 0
        for mark in _STX_OR_ETX.finditer(data):
            begins = data[mark.start()] == _STX
            self._reading.keep(data[start : mark.start()], ended_ms)
            frames.extend(self._take(FrameKind.PARTIAL if begins else FrameKind.COMPLETE, ended_ms))
            self._inside = begins
            start = mark.end()
        self._reading.keep(data[start:], ended_ms)
        return frames

    def doubt(self) -> None:
        """What is held and what comes now may be two readings: it is whole for nobody."""
        if self._inside:
            self._reading.doubt()

    def cut_off(self, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """The source fell silent or vanished: what is held is reported, and forgotten."""
        frames = self._take(FrameKind.PARTIAL, ended_ms)
        self._inside = False
        return frames

    def _take(self, kind: FrameKind, ended_ms: int | None) -> list[ScanFrame]:
        if self._inside:
            return self._reading.take(kind, ended_ms)
        if self._reading.is_printable_somewhere:
            return self._reading.take(FrameKind.GARBLED, ended_ms)
        self._reading.forget()
        return []


class SilenceFramer:
    """Takes what comes between two pauses: the last resort, for scanners that send no terminator."""

    def __init__(self, source: str, *, role: ScannerRole = ScannerRole.ANY) -> None:
        self._reading = _Reading(source, role)

    @property
    def holds_part(self) -> bool:
        """Whether something waits for its pause."""
        return bool(self._reading)

    def feed(self, data: bytes, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """Keep *data*; nothing but a pause completes it."""
        self._reading.keep(data, ended_ms)
        return []

    def doubt(self) -> None:
        """A pause may have gone unseen in what comes now: it is whole for nobody."""
        self._reading.doubt()

    def doubt_beginning(self) -> None:
        """What comes now may lack its beginning: it is whole for nobody."""
        self._reading.doubt()

    def pause(self, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """A pause passed: what is held is whole."""
        return self._reading.take(FrameKind.COMPLETE, ended_ms) if self._reading else []

    def cut_off(self, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """The source vanished before its pause: what is held is reported as a part, and forgotten."""
        return self._reading.take(FrameKind.PARTIAL, ended_ms) if self._reading else []


Framer = LineFramer | StxEtxFramer | SilenceFramer | SsiFramer


def framer_for(line: SerialLine, source: str, role: ScannerRole = ScannerRole.ANY) -> Framer:
    """Return what frames the bytes of a scanner that sends like *line*."""
    match line.terminator:
        case Terminator.STX_ETX:
            return StxEtxFramer(source, role=role)
        case Terminator.SSI:
            return SsiFramer(source, role)
        case Terminator.SILENCE:
            return SilenceFramer(source, role=role)
        case _:
            return LineFramer(source, end=line.terminator, role=role)
