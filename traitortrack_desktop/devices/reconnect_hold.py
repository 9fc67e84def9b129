"""Readings that come out of a scanner's memory when it is connected again. Pure, told the time by its caller.

Guns that were out of reach send what they kept, sometimes hundreds of codes, and arrival says nothing
about when and where they were read. So the first readings after a connection wait until it shows whether
they are a memory or a person at work: a memory pours, a hand pauses between the end of one reading and
the beginning of the next. What does neither is held as a memory, which a person can still place.
"""

from dataclasses import replace

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

HOLD_MS = 3000
"""So long after a connection, or after a memory, it is looked at how readings follow each other."""

HAND_PAUSE_MS = 500
"""A hand that aims and pulls the trigger again pauses so long at least; memories were seen to pause 300 ms
at most. A reading waits no longer than this and one look for what follows it.
"""

MEMORY_FROM = 5
"""So many whole readings without a hand's pause are a memory."""

QUIET_MS, QUIET_MS_WIRELESS = 1000, 2000
"""What ends a memory: longer than a line's own pause, which on the air is 1500 ms."""

_WHOLE = frozenset({FrameKind.COMPLETE, FrameKind.TYPED})


class ReconnectHold:
    """Holds the readings of one connection that was made at *opened_ms*, and lets them go in order.

    With *after_loss* it is a connection after another one that was lost. Frames carry times of the clock
    of *opened_ms*, or none. Call :meth:`passed` at least twice in every ``HAND_PAUSE_MS``: a pause longer
    than that in which nobody looked is none, because what came meanwhile may have come at any time.
    """

    def __init__(self, opened_ms: int, *, after_loss: bool = False, quiet_ms: int = QUIET_MS) -> None:
        self._until_ms = opened_ms + HOLD_MS
        self._after_loss = after_loss
        self._quiet_ms = quiet_ms
        self._ended_ms = opened_ms
        self._quiet_until_ms = opened_ms
        self._held: list[ScanFrame] = []
        self._is_memory = False

    @property
    def is_holding(self) -> bool:
        """Whether readings wait; the last one that was taken is then among them."""
        return bool(self._held)

    def take(self, frame: ScanFrame, now_ms: int) -> list[ScanFrame]:
        """Take one reading; return those that go on now."""
        began_ms = _within(self._ended_ms, frame.started_ms, now_ms)
        was_looked_at = began_ms - self._quiet_until_ms < HAND_PAUSE_MS
        gone = self.passed(began_ms if was_looked_at else self._quiet_until_ms)
        self._ended_ms = self._quiet_until_ms = _within(began_ms, frame.ended_ms, now_ms)
        if self._is_memory:
            return [*gone, _from_memory(frame)]
        if not self._held and began_ms >= self._until_ms:
            return [*gone, frame]
        self._held.append(frame)
        if sum(held.kind in _WHOLE for held in self._held) < MEMORY_FROM:
            return gone
        self._is_memory = True
        return gone + [_from_memory(held) for held in self._take_held()]

    def passed(self, now_ms: int, *, is_under_way: bool = False) -> list[ScanFrame]:
        """Nothing waits at the port, *is_under_way* but a begun reading: return what that lets go."""
        if is_under_way:
            return []
        self._quiet_until_ms = now_ms
        pause_ms = now_ms - self._ended_ms
        if pause_ms < (self._quiet_ms if self._is_memory else HAND_PAUSE_MS):
            return []
        if self._is_memory:
            self._is_memory = False
            self._until_ms = now_ms + HOLD_MS
        return self._take_held()

    def release(self, *, lost: bool) -> list[ScanFrame]:
        """The connection ended or was *lost*: return all that is held, beside a loss for a person to place.

        A link that flaps while a memory is emptied gives a few readings each time.
        """
        held = self._take_held()
        return [_from_memory(each) for each in held] if lost or self._after_loss else held

    def _take_held(self) -> list[ScanFrame]:
        held, self._held = self._held, []
        return held


def _from_memory(frame: ScanFrame) -> ScanFrame:
    return replace(frame, after_reconnect=True)


def _within(earliest_ms: int, at_ms: int | None, now_ms: int) -> int:
    """Return *at_ms* if it is a time between the two, else *now_ms*."""
    return at_ms if at_ms is not None and earliest_ms <= at_ms <= now_ms else now_ms
