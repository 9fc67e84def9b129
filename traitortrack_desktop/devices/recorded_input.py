"""What one scanner sent since its last reading, kept until its frame comes: one line of a recording.

Pure, and bounded however much comes. Decides what of it is a secret and is not written.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from traitortrack_desktop.devices.keystrokes import KeyStroke, character_of
from traitortrack_desktop.devices.recorded_case import (
    BytesEvent,
    InputSource,
    KeyEvent,
    RecordedCase,
    Sender,
    expected_of,
)
from traitortrack_desktop.devices.replay import play
from traitortrack_desktop.devices.timed_framing import pause_of
from traitortrack_desktop.domain.badge_traces import may_hold_badge
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    KeyLine,
    ScannerProfile,
    SerialLine,
    Terminator,
)

KEPT_OF_A_READING = 16 * 1024
"""Bytes or keys kept of an endless reading, more than any framer keeps; and of its end a quarter of it."""

_BY_HAND = frozenset({FrameKind.PARTIAL, FrameKind.TYPED})
"""Keys that a person may have pressed, perhaps a password in the wrong place."""

_ENDS = {
    Terminator.ANY_LINE_END: b"\r\n",
    Terminator.CR: b"\r",
    Terminator.LF: b"\n",
    Terminator.CR_LF: b"\n",
    Terminator.STX_ETX: b"\x02\x03",
    Terminator.SSI: bytes(range(256)),
    Terminator.SILENCE: b"",
}

_LARGEST_DRIFT_MS = 60_000
_WRAP = 1 << 32


def blank_case(
    source: str, kind: InputSource, profiles: Sequence[ScannerProfile], session: str
) -> RecordedCase:
    """Return a case of *source* without its reading: what replay has to know of the scanner."""
    wedges = [profile for profile in profiles if profile.connection is Connection.KEYBOARD]
    profile = next((profile for profile in profiles if profile.source == source), None)
    line: SerialLine | KeyLine = profile.serial if profile is not None else SerialLine()
    if kind is InputSource.KEYS:
        line = profile.keys if profile is not None else KeyLine()
    elif profile is not None and profile.connection is Connection.HID_POS:
        kind = InputSource.REPORTS
    told_apart = source == KEYBOARD.key and any(wedge.source != source for wedge in wedges)
    return RecordedCase(
        id="",
        source=kind,
        device=source,
        session=session,
        line=line,
        senders=tuple(Sender(line=wedge.keys, role=wedge.role) for wedge in wedges) if told_apart else (),
    )


@dataclass(slots=True)
class SourceClock:
    """Puts the clock of one source, which may wrap at 32 bits, on that of the recording."""

    last_at_ms: int | None = None
    last_recorded_ms: int = 0

    def recorded(self, at_ms: int | None, now_ms: int) -> int:
        """Return when something came that was stamped *at_ms*."""
        recorded_ms = now_ms
        if at_ms is not None and self.last_at_ms is not None:
            gap_ms = (at_ms - self.last_at_ms + _WRAP // 2) % _WRAP - _WRAP // 2
            by_source = self.last_recorded_ms + gap_ms
            if abs(by_source - now_ms) <= _LARGEST_DRIFT_MS:
                recorded_ms = by_source
        recorded_ms = max(0, recorded_ms)
        self.last_at_ms, self.last_recorded_ms = at_ms, recorded_ms
        return recorded_ms


@dataclass(slots=True)
class _Kept:
    """The events since the last frame: the first and the last of an endless reading."""

    first: list[BytesEvent | KeyEvent] = field(default_factory=list)
    last: deque[BytesEvent | KeyEvent] = field(default_factory=deque)
    first_size: int = 0
    last_size: int = 0
    dropped: int = 0

    def add(self, event: BytesEvent | KeyEvent) -> None:
        """Keep *event*, perhaps in the place of an older one."""
        size = _size(event)
        if not self.last and self.first_size + size <= KEPT_OF_A_READING:
            self.first.append(event)
            self.first_size += size
            return
        self.last.append(event)
        self.last_size += size
        while self.last_size > KEPT_OF_A_READING // 4:
            left_out = _size(self.last.popleft())
            self.last_size -= left_out
            self.dropped += left_out

    @property
    def events(self) -> tuple[BytesEvent | KeyEvent, ...]:
        """Return them in order. What was left out must not look like a silence."""
        if not self.dropped:
            return (*self.first, *self.last)
        go_on_ms = self.last[0].at_ms
        return (*(replace(event, at_ms=go_on_ms) for event in self.first), *self.last)


class RecordedInput:
    """What came from one source since its last frame."""

    def __init__(self, blank: RecordedCase) -> None:
        self.clock = SourceClock()
        self._blank = blank
        self._are_keys = blank.source is InputSource.KEYS
        self._kept = _Kept()
        self._parts = b""
        self._is_whole = False  # the recording may have begun in the middle of a reading
        self._as_terminal = False

    def keep_bytes(self, data: bytes, at_ms: int) -> None:
        """Keep bytes that were read at once; what is longer than any framer keeps is cut."""
        step = KEPT_OF_A_READING // 8
        for start in range(0, len(data), step):
            self._kept.add(BytesEvent(at_ms=at_ms, data=data[start : start + step]))

    def keep_key(self, stroke: KeyStroke, at_ms: int, *, down: bool) -> None:
        """Keep a key."""
        self._kept.add(KeyEvent(at_ms=at_ms, stroke=stroke, down=down, explicit=True))

    def take(self, frame: ScanFrame, now_ms: int) -> RecordedCase:
        """Return the case of *frame*, without its content if that is or may be a secret."""
        kept, self._kept = self._kept, _Kept()
        events = kept.events
        if self._are_keys and frame.kind is FrameKind.PARTIAL:
            events = self._without_the_next(events, frame.ended_ms)
        case = replace(
            self._blank,
            role=frame.role,
            after_reconnect=frame.after_reconnect,
            events=events,
            expect=(expected_of(frame, self._blank.device),),
            dropped=kept.dropped,
            unplugged=frame.kind is not FrameKind.COMPLETE and self._was_cut(events, now_ms),
        )
        if not self._are_keys:
            fresh = not self._is_whole or self._as_terminal
            case = _as_it_was_read(case, frame, fresh=fresh)
            self._as_terminal = case.as_terminal
        parts = self._parts + frame.raw
        self._parts = parts[-KEPT_OF_A_READING:] if frame.kind is FrameKind.PARTIAL else b""
        if self._are_keys and frame.kind in _BY_HAND:
            return self._withheld(case, note=_pace(frame.kind, events))
        if _may_be_badge(frame, events, parts):
            return self._withheld(case)
        if not (self._is_whole and (events or not self._are_keys)) and not _gives(case, frame):
            return self._withheld(case, note="its beginning is not in the recording")
        self._is_whole = True
        return case

    def _was_cut(self, events: Sequence[BytesEvent | KeyEvent], now_ms: int) -> bool:
        """Whether neither a terminator nor a silence can have ended a reading by now."""
        line = self._blank.line
        if not isinstance(line, SerialLine) or not events:
            return False
        last = events[-1]
        ends = isinstance(last, BytesEvent) and any(byte in _ENDS[line.terminator] for byte in last.data)
        return not ends and now_ms - self.clock.last_recorded_ms < pause_of(line)

    def _without_the_next(
        self, events: tuple[BytesEvent | KeyEvent, ...], ended_ms: int | None
    ) -> tuple[BytesEvent | KeyEvent, ...]:
        """Leave out the key after the silence that ended a reading: it begins the next one."""
        for event in events:
            if isinstance(event, KeyEvent) and _is_later(event.stroke.at_ms, ended_ms):
                self._kept.add(event)
        return tuple(
            event
            for event in events
            if not (isinstance(event, KeyEvent) and _is_later(event.stroke.at_ms, ended_ms))
        )

    def _withheld(self, case: RecordedCase, note: str = "") -> RecordedCase:
        self._is_whole = False
        return replace(
            case,
            events=(),
            expect=(),
            dropped=0,
            unplugged=False,
            held_up=False,
            doubted=False,
            as_terminal=False,
            withheld=True,
            note=note,
        )


def _may_be_badge(frame: ScanFrame, events: Sequence[BytesEvent | KeyEvent], parts: bytes) -> bool:
    keys = [event.stroke for event in events if isinstance(event, KeyEvent) and event.down]
    seen = (
        parts,
        b"".join(event.data for event in events if isinstance(event, BytesEvent)),
        "".join(map(character_of, keys)).encode("utf-8", "surrogatepass"),
        "".join(stroke.text for stroke in keys).encode("utf-8", "surrogatepass"),
    )
    return any(may_hold_badge(data, mixed=frame.kind is FrameKind.GARBLED) for data in seen)


def _pace(kind: FrameKind, events: Sequence[BytesEvent | KeyEvent]) -> str:
    """Say how fast the keys came, which is what is to be known of a slow scanner."""
    times = [event.at_ms for event in events if isinstance(event, KeyEvent) and event.down]
    gaps = max(1, len(times) - 1)
    return f"{kind}, a key every {(times[-1] - times[0]) // gaps} ms" if times else str(kind)


def _gives(case: RecordedCase, frame: ScanFrame) -> bool:
    """Whether the events of *case* alone begin with *frame*: nothing of it lies in a withheld reading."""
    first = next(play([case]), None)
    return first is not None and (first.frame.kind, first.frame.raw) == (frame.kind, frame.raw)


def _as_it_was_read(case: RecordedCase, frame: ScanFrame, *, fresh: bool) -> RecordedCase:
    """Return *case* with what its events do not show: that its reader was held up, or doubted it.

    Only a *fresh* port may have been read as a terminal: nothing came before, or that was read so too.
    """
    times = [event.at_ms for event in case.events]
    pause_ms = pause_of(case.line) if isinstance(case.line, SerialLine) else 0
    has_pause = any(later - earlier >= pause_ms for earlier, later in pairwise(times))
    if not has_pause and frame.kind is not FrameKind.PARTIAL and not fresh:
        return case
    readings = (
        case,
        replace(case, held_up=True),
        replace(case, doubted=True),
        replace(case, as_terminal=fresh),
    )
    return next((reading for reading in readings if _gives(reading, frame)), case)


def _is_later(at_ms: int | None, ended_ms: int | None) -> bool:
    return at_ms is not None and ended_ms is not None and 0 < (at_ms - ended_ms) % _WRAP < _WRAP // 2


def _size(event: BytesEvent | KeyEvent) -> int:
    return len(event.data) if isinstance(event, BytesEvent) else 1 + len(event.stroke.text)
