"""Readings that come out of a scanner's memory when it is connected again. Pure, told the time by its caller.

Guns that were out of reach send what they kept, sometimes hundreds of codes, and arrival says nothing
about when and where they were read. So the first readings after a connection wait until it shows whether
they are a memory or a person at work.
"""

from dataclasses import replace

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

HOLD_MS = 3000
QUIET_MS = 1000
MEMORY_FROM = 5
"""So many whole readings without a quiet second are a memory."""


class ReconnectHold:
    """Holds the readings of one connection that was made at *opened_ms*, and lets them go in order."""

    def __init__(self, opened_ms: int) -> None:
        self._until_ms = opened_ms + HOLD_MS
        self._last_ms = opened_ms
        self._held: list[ScanFrame] = []
        self._is_memory = False

    def take(self, frame: ScanFrame, now_ms: int) -> list[ScanFrame]:
        """Take one reading; return those that go on now."""
        self._last_ms = now_ms
        if self._is_memory:
            return [_from_memory(frame)]
        if not self._held and now_ms >= self._until_ms:
            return [frame]
        self._held.append(frame)
        if sum(held.kind is FrameKind.COMPLETE for held in self._held) < MEMORY_FROM:
            return []
        self._is_memory = True
        return [_from_memory(held) for held in self._take_held()]

    def passed(self, now_ms: int) -> list[ScanFrame]:
        """Nothing has come and nothing waits at the port: return those that a quiet second lets go."""
        if now_ms - self._last_ms < QUIET_MS:
            return []
        self._is_memory = False
        return self._take_held()

    def release(self) -> list[ScanFrame]:
        """The connection ended: return all that is held."""
        return self._take_held()

    def _take_held(self) -> list[ScanFrame]:
        held, self._held = self._held, []
        return held


def _from_memory(frame: ScanFrame) -> ScanFrame:
    return replace(frame, after_reconnect=True)
