"""Between a scanner that was just connected and the station: what its first readings may be. Pure.

The very first may be the end of one whose beginning nobody heard: it is made a part, because the rest of
a code can be another code. The next may come out of the scanner's memory (``reconnect_hold``).
"""

from collections.abc import Sequence
from dataclasses import replace

from traitortrack_desktop.devices.reconnect_hold import ReconnectHold
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

_WHOLE = frozenset({FrameKind.COMPLETE, FrameKind.TYPED})


class FrameGate:
    """Hands on the frames of one connection in order. Times are those of the frames.

    A reading that begins before *doubted_until_ms* is no whole one, if it is the first.
    """

    def __init__(self, outlets: Outlets, *, hold: ReconnectHold | None, doubted_until_ms: int) -> None:
        self._outlets = outlets
        self._hold = hold
        self._holds = False
        self._source = ""
        self._doubted_until_ms: int | None = doubted_until_ms

    def counts(self, now_ms: int) -> bool:
        """Whether a reading that begins now is taken for a whole one."""
        return self._doubted_until_ms is None or now_ms >= self._doubted_until_ms

    def doubt_until(self, at_ms: int) -> None:
        """Something was lost: what begins before *at_ms* may be the end of it."""
        self._doubted_until_ms = at_ms

    def hand_on(self, frames: Sequence[ScanFrame], now_ms: int) -> None:
        """Pass *frames*, or hold them until it shows what they are."""
        for frame in map(self._without_doubt, frames):
            self._source = frame.source
            self._outlets.tap.framed(frame)
            self._submit([frame] if self._hold is None else self._hold.take(frame, now_ms))

    def time_passed(self, now_ms: int, *, is_under_way: bool) -> None:
        """Nothing more has come until now, *is_under_way* but the beginning of a reading."""
        if self._hold is not None:
            self._submit(self._hold.passed(now_ms, is_under_way=is_under_way))

    def end(self, *, lost: bool) -> None:
        """The connection ended, or was *lost*."""
        self._submit(self._hold.release(lost=lost) if self._hold is not None else ())

    def _without_doubt(self, frame: ScanFrame) -> ScanFrame:
        until_ms, self._doubted_until_ms = self._doubted_until_ms, None
        if until_ms is None or frame.started_ms is None or frame.started_ms >= until_ms:
            return frame
        return replace(frame, kind=FrameKind.PARTIAL) if frame.kind in _WHOLE else frame

    def _submit(self, frames: Sequence[ScanFrame]) -> None:
        for frame in frames:
            self._outlets.submit(frame)
        holds = self._hold is not None and self._hold.is_holding
        if holds != self._holds:
            self._holds = holds
            self._outlets.holds(self._source, holds)
