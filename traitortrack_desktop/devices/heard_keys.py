"""Keys of a device that is not paired, listened to during the set-up: pure, told the time by its caller.

The device may be the keyboard on which somebody types a password. So nothing is kept longer than one
reading, and what a reading says is only handed on when it is a code of the set-up. Of another one that
came as fast as only a scanner sends, it is only told that it came.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from traitortrack_desktop.devices.key_characters import KeyStroke, character_of
from traitortrack_desktop.devices.key_readings import (
    KeyCollector,
    Reading,
    ReadingRules,
    milliseconds_between,
)
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import KeyLine
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

LONGEST_READING = 256
"""Strokes. No code of the set-up, with whatever a scanner adds to it, is longer."""
SILENCE_MS = 1000

_FUNCTION_KEYS = frozenset({*range(59, 69), 87, 88, *range(100, 111)})
"""Some scanners press one in the place of GS."""
_SET_UP_CODE = re.compile(r"TT.{0,2}(?:SETUP|TEST)", re.IGNORECASE | re.DOTALL)
"""Also where letter case or layout changed it: no less is needed to say what is wrong."""
_ONLY_A_SCANNER_MEAN_MS, _ONLY_A_SCANNER_STROKES = 50, 6

_ENDING_CHARACTERS = {28: "\r", 96: "\r", 0x11C: "\r", 15: "\t"}
_RULES = replace(
    ReadingRules.for_lines([KeyLine()]), separator_codes=_FUNCTION_KEYS, partial_gap_ms=SILENCE_MS
)


class HeardKeys:
    """Collects the keys of *device* into readings of the set-up. Times: one clock that does not wrap."""

    def __init__(self, device: AttachedDevice, heard: Callable[[HeardReading], None]) -> None:
        self._device = device
        self._heard = heard
        self._collector = KeyCollector(_RULES)
        self._last_ms: int | None = None
        self._strokes = 0

    @property
    def keeps_something(self) -> bool:
        """Whether a reading has begun and not ended."""
        return self._collector.is_collecting

    def take(self, stroke: KeyStroke, *, down: bool) -> None:
        """Take a key that went down or came up."""
        self._last_ms = stroke.at_ms
        self._strokes += down
        ended = self._collector.press(stroke) if down else self._collector.release(stroke)
        for reading in ended:
            self._tell(reading)
        if self._strokes > LONGEST_READING:
            self.forget()
        if not self._collector.is_collecting:
            self._strokes = 0

    def time_passed(self, now_ms: int) -> None:
        """Nothing more has come until now."""
        silent = self._last_ms is not None and now_ms - self._last_ms > SILENCE_MS
        if silent and self._collector.is_collecting:
            self.forget(tell=True)

    def forget(self, *, tell: bool = False) -> None:
        """Keep nothing of what was begun."""
        for reading in self._collector.give_up():
            if tell:
                self._tell(reading)
        self._strokes = 0

    def _tell(self, reading: Reading) -> None:
        ended = (reading.end,) if reading.end is not None else ()
        text = "".join(map(character_of, reading.strokes))
        if _SET_UP_CODE.search(text):
            self._heard(self._heard_reading(text, (*reading.strokes, *ended), terminated=bool(ended)))
        elif _only_a_scanner_sends(reading):
            self._heard(HeardReading(device=self._device, raw=b"", terminated=bool(ended)))

    def _heard_reading(self, text: str, strokes: tuple[KeyStroke, ...], *, terminated: bool) -> HeardReading:
        gaps = (milliseconds_between(one.at_ms, other.at_ms) for one, other in pairwise(strokes))
        end = _ENDING_CHARACTERS.get(strokes[-1].code, "") if terminated else ""
        return HeardReading(
            device=self._device,
            raw=(text + end).encode("utf-8", "surrogatepass"),
            kind=FrameKind.COMPLETE,
            terminated=terminated,
            codes=tuple(stroke.code for stroke in strokes),
            gaps_ms=tuple(gap or 0 for gap in gaps),
        )


def _only_a_scanner_sends(reading: Reading) -> bool:
    mean = reading.mean_gap_ms
    fast = mean is not None and mean <= _ONLY_A_SCANNER_MEAN_MS
    return fast and len(reading.strokes) >= _ONLY_A_SCANNER_STROKES
