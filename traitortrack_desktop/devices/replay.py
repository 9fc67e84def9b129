"""Plays a recording of scanner input again, with its pauses, through the framers that live scanners have.

What becomes of the events depends on their recorded times alone, so that partial readings, repetitions
and batches are the same at any speed. Runs on the thread that calls it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from traitortrack_desktop.devices.case_format import MalformedCaseError, parse_case
from traitortrack_desktop.devices.recorded_case import BytesEvent, KeyEvent, RecordedCase
from traitortrack_desktop.devices.replayed_framing import framing_for
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

_PAUSE_BETWEEN_SESSIONS_MS = 3000
"""Longer than any rule about readings that follow one another looks back."""

_LONGEST_SLEEP_SECONDS = 0.5
"""On Windows a longer one cannot be interrupted."""

_log = logging.getLogger(__name__)


class RecordingError(Exception):
    """A file is no recording; the message names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedFrame:
    """A frame, the case whose events were being played, and when it came (milliseconds of playing)."""

    frame: ScanFrame
    case: RecordedCase
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What was played. *withheld* readings were secret and are not in the recording."""

    frames: int
    withheld: int


def read_recording(path: str | Path) -> list[RecordedCase]:
    """Return the cases of a file. Raises ``OSError`` and :class:`RecordingError`."""
    cases = []
    for number, line in enumerate(Path(path).read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            case = parse_case(line.decode("utf-8"))
            framing_for(case)
        except (ValueError, MalformedCaseError) as error:
            raise RecordingError(f"{path}, line {number}: {error}") from error
        cases.append(case)
    return cases


def replay(
    path: str | Path,
    submit: Callable[[ScanFrame], None],
    *,
    speed: float = 1.0,
    wait: Callable[[float], None] | None = None,
) -> Replayed:
    """Submit what the recording at *path* gives, *speed* times as fast as it was recorded.

    *wait* waits for so many seconds. Nothing is submitted from a file that is no recording: raises
    ``OSError`` and :class:`RecordingError`.
    """
    cases = read_recording(path)
    wait = wait or _sleep
    frames, played_ms = 0, 0
    for played in play(cases):
        if played.at_ms > played_ms:
            wait((played.at_ms - played_ms) / 1000 / speed)
            played_ms = played.at_ms
        submit(played.frame)
        frames += 1
    withheld = sum(case.withheld for case in cases)
    if withheld:
        _log.info("%s: %d readings are withheld and were left out", path, withheld)
    return Replayed(frames=frames, withheld=withheld)


def play(cases: Iterable[RecordedCase]) -> Iterator[PlayedFrame]:
    """Yield the frames that *cases* give, in the order of their times. Pure."""
    played_ms, last_ms = 0, None
    for session in _sessions(cases):
        moments = _in_order(session)
        first_ms = moments[0].at_ms if moments else 0
        shift_ms = 0 if last_ms is None else max(0, last_ms + _PAUSE_BETWEEN_SESSIONS_MS - first_ms)
        end_ms = first_ms + shift_ms
        for at_ms, frame, case in _play_session(moments, shift_ms):
            yield PlayedFrame(frame=frame, case=case, at_ms=played_ms + at_ms - first_ms - shift_ms)
            end_ms = max(end_ms, at_ms)
        played_ms += end_ms - first_ms - shift_ms + _PAUSE_BETWEEN_SESSIONS_MS
        last_ms = end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """An event of a device. Without event its case is withheld, or the device went away.

    *goes_on*: nobody looked between this event and the next, so that no silence was noticed.
    """

    at_ms: int
    case: RecordedCase
    event: BytesEvent | KeyEvent | None
    goes_on: bool = False


def _sessions(cases: Iterable[RecordedCase]) -> Iterator[Sequence[RecordedCase]]:
    numbered = enumerate(cases)
    for _, session in groupby(numbered, lambda pair: pair[1].session or pair[0]):
        yield [case for _, case in session]


def _in_order(session: Sequence[RecordedCase]) -> list[_Moment]:
    """Return the events of all devices by time; those of one device stay in the order of the file."""
    latest: dict[str, int] = {}
    moments = []
    for case in session:
        at_ms = latest.get(case.device, 0)
        for left, event in enumerate(case.events, start=1 - len(case.events)):
            at_ms = max(at_ms, event.at_ms)
            goes_on = case.held_up and left < 0
            moments.append(_Moment(at_ms=at_ms, case=case, event=event, goes_on=goes_on))
        if case.withheld or case.unplugged:
            moments.append(_Moment(at_ms=at_ms, case=case, event=None))
        latest[case.device] = at_ms
    return sorted(moments, key=lambda moment: moment.at_ms)


def _play_session(moments: Iterable[_Moment], shift_ms: int) -> Iterator[tuple[int, ScanFrame, RecordedCase]]:
    devices: dict[str, _Device] = {}
    for moment in moments:
        at_ms = moment.at_ms + shift_ms
        yield from _fallen_silent(devices.values(), at_ms)
        device = devices.get(moment.case.device)
        if device is None:
            device = devices[moment.case.device] = _Device(moment.case)
        yield from device.take(moment, at_ms, shift_ms)
    yield from _fallen_silent(devices.values(), None)


def _fallen_silent(
    devices: Iterable["_Device"], now_ms: int | None
) -> Iterator[tuple[int, ScanFrame, RecordedCase]]:
    """Yield what devices give up that were silent for too long by *now_ms*; all of them at the end."""
    due = [(at_ms, device) for device in devices if (at_ms := device.silent_at_ms) is not None]
    for at_ms, device in sorted(due, key=lambda pair: pair[0]):
        if now_ms is None or at_ms <= now_ms:
            yield from device.fall_silent(at_ms)


class _Device:
    """One device of a session."""

    def __init__(self, case: RecordedCase) -> None:
        self._case = case
        self._framing = framing_for(case)
        self._last_ms = 0
        self._goes_on = False
        self._owed = len(case.expect)
        self._doubts = case.doubted

    @property
    def silent_at_ms(self) -> int | None:
        """When it will have been silent for too long, if something waits for its end."""
        after_ms = self._framing.silent_after_ms
        return None if after_ms is None or self._goes_on else self._last_ms + after_ms

    def take(
        self, moment: _Moment, at_ms: int, shift_ms: int
    ) -> Iterator[tuple[int, ScanFrame, RecordedCase]]:
        """Play one event, or pass over a withheld reading."""
        if moment.event is None:
            yield from self._cut(moment.case)
            return
        if moment.case is not self._case:
            self._case, self._owed = moment.case, len(moment.case.expect)
            self._doubts = moment.case.doubted
        # Who looks at a port that was just opened reads it as a terminal no more.
        looked = not self._goes_on and not moment.case.as_terminal
        self._goes_on, self._last_ms = moment.goes_on, at_ms
        came_ms = moment.event.at_ms + shift_ms
        yield from self._told(self._framing.feed(moment.event, came_ms, looked=looked), at_ms)

    def _cut(self, case: RecordedCase) -> Iterator[tuple[int, ScanFrame, RecordedCase]]:
        """Begin anew; what began in recorded events and ended in withheld ones is withheld as a whole."""
        at_ms, owes = self.silent_at_ms, self._owed > 0
        if owes and at_ms is not None:
            if case.unplugged:
                yield from self._told(self._framing.gone(), self._last_ms)
            else:
                yield from self.fall_silent(at_ms)
        if owes or case.withheld:
            self._framing = framing_for(case)

    def fall_silent(self, at_ms: int) -> Iterator[tuple[int, ScanFrame, RecordedCase]]:
        """Give up what was begun."""
        yield from self._told(self._framing.fall_silent(at_ms), at_ms)

    def _told(self, frames: Iterable[ScanFrame], at_ms: int) -> Iterator[tuple[int, ScanFrame, RecordedCase]]:
        case = self._case
        for frame in frames:
            self._owed -= 1
            doubted, self._doubts = self._doubts, False
            kind = FrameKind.PARTIAL if doubted and frame.kind is FrameKind.COMPLETE else frame.kind
            told = replace(frame, kind=kind, role=case.role, after_reconnect=case.after_reconnect)
            yield at_ms, told, case


def _sleep(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _LONGEST_SLEEP_SECONDS))
