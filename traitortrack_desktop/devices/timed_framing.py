"""A framer and the pauses of its line: which silence ends a reading, told the time by its caller. Pure."""

from traitortrack_desktop.devices.framing import Framer, LineFramer, SilenceFramer, framer_for
from traitortrack_desktop.devices.ssi import SsiFramer
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import ScannerRole, SerialLine, Terminator

PARTIAL_AFTER_MS, PARTIAL_AFTER_MS_WIRELESS = 500, 1500
"""A reading without its terminator is a part after this long."""

PAUSE_MS, PAUSE_MS_WIRELESS = 60, 300
"""What ends a reading where nothing else does."""

REST_WITHIN_MS = 200
"""What begins so soon after a reading was given up is its rest, which may be a code of its own: nobody pulls
the trigger again before he was told.
"""


def pause_of(line: SerialLine) -> int:
    """Return the milliseconds of silence that end a reading on *line*, whole or as a part."""
    if line.terminator is Terminator.SILENCE:
        return PAUSE_MS_WIRELESS if line.wireless else PAUSE_MS
    return PARTIAL_AFTER_MS_WIRELESS if line.wireless else PARTIAL_AFTER_MS


class TimedFramer:
    """Frames what one port gives. Call :meth:`came` or :meth:`quiet` several times in every pause.

    A caller that was held up longer than a pause cannot know when the bytes came that it finds, nor whether
    they belong to those it has: such a reading is reported as a part instead of being glued or cut. So is
    one with a pause inside that ended before anybody looked, and the first one when it begins before
    *doubted_until_ms*: it may have begun before anybody listened.

    With *opened_as_terminal* the port was in a terminal's state while it was opened, in which every CR
    comes as LF: until the first quiet a line ends at either.
    """

    def __init__(
        self,
        line: SerialLine,
        source: str,
        role: ScannerRole = ScannerRole.ANY,
        *,
        doubted_until_ms: int | None = None,
        opened_as_terminal: bool = False,
    ) -> None:
        self._settled_framer = framer_for(line, source, role)
        self.framer: Framer = self._settled_framer
        if opened_as_terminal and line.terminator in {Terminator.CR, Terminator.CR_LF}:
            self.framer = LineFramer(source, role=role)
        self._pause_ms = pause_of(line)
        self._doubted_until_ms = doubted_until_ms
        self._last_byte_ms = 0
        self._part_ended_ms: int | None = None
        self._looked_ms: int | None = None

    def counts(self, now_ms: int) -> bool:
        """Whether a reading that begins now is taken for a whole one."""
        return self._doubted_until_ms is None or now_ms >= self._doubted_until_ms

    def came(self, data: bytes, now_ms: int) -> list[ScanFrame]:
        """Return the frames that *data*, not empty, completes."""
        if not isinstance(self.framer, SsiFramer) and self._may_have_paused(now_ms):
            self.framer.doubt()
        if isinstance(self.framer, LineFramer | SilenceFramer) and self._may_lack_its_beginning(now_ms):
            self.framer.doubt_beginning()
        self._doubted_until_ms = self._part_ended_ms = None
        self._looked_ms = self._last_byte_ms = now_ms
        return self.framer.feed(data, ended_ms=now_ms)

    def quiet(self, now_ms: int) -> list[ScanFrame]:
        """Nothing has come and nothing waits at the port: return what a pause ended, if there was one."""
        self._looked_ms = now_ms
        if not self.framer.holds_part:
            self.framer = self._settled_framer
            return []
        if now_ms - self._last_byte_ms < self._pause_ms:
            return []
        if isinstance(self.framer, SilenceFramer):
            return self.framer.pause(ended_ms=self._last_byte_ms)
        self._part_ended_ms = self._last_byte_ms
        return self.framer.cut_off(ended_ms=self._last_byte_ms)

    def gone(self) -> list[ScanFrame]:
        """The port vanished: return the part that is held."""
        return self.framer.cut_off(ended_ms=self._last_byte_ms)

    def _may_lack_its_beginning(self, now_ms: int) -> bool:
        if self._doubted_until_ms is not None and now_ms < self._doubted_until_ms:
            return True
        part_ms = self._part_ended_ms
        return part_ms is not None and now_ms - part_ms < self._pause_ms + REST_WITHIN_MS

    def _may_have_paused(self, now_ms: int) -> bool:
        """Whether the caller was held up, or there was a pause since the last byte that nobody looked at."""
        held_up = self._looked_ms is not None and now_ms - self._looked_ms > self._pause_ms
        return held_up or (self.framer.holds_part and now_ms - self._last_byte_ms >= self._pause_ms)
