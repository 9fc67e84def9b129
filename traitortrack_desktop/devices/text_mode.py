"""Tells a scanner from a person while keys go into a text field: holds keys until it is sure. Pure.

A person's keys come to the field a moment late and in order; a scan's never do, nor the Enter behind
it. Here alone time decides, because nothing else can. What a person typed is never made a reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from traitortrack_desktop.devices.key_characters import (
    KEYPAD_DIGITS,
    MODIFIER_CODES,
    KeyStroke,
    character_of,
)
from traitortrack_desktop.devices.key_readings import (
    KeyCollector,
    Reading,
    ReadingRules,
    milliseconds_between,
)
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import KeyLine

FEWEST_CHARACTERS = 6
SCAN_MEAN_SHARE = 0.8
"""Of the hold gap: what the mean gap of a scan is at most (40 ms where keys are held for 50)."""
END_AFTER_MS = 120
PART_MEAN_MS = 25
"""So fast nobody types: what has no end then is a part of a scan."""
_SEPARATORS = "\x04\x1c\x1d\x1e\x1f"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Generic[_T]):
    """What is to be done now: *replay* what was held, in order, then let the key itself pass or not.

    *scanned* are the strokes of *readings*, with whether they went down; never what a person typed.
    """

    passes: bool = False
    replay: tuple[_T, ...] = ()
    readings: tuple[Reading, ...] = ()
    scanned: tuple[tuple[KeyStroke, bool], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What a field leaves to whoever reads on without one.

    *strokes* were held, with whether they went down; a reading of them *lacks_a_key* that went elsewhere.
    *part_ended_ms* is when a part was told whose rest may still come.
    """

    strokes: tuple[tuple[KeyStroke, bool], ...]
    lacks_a_key: bool
    part_ended_ms: int | None


class TextMode(Generic[_T]):
    """Decides about the keys for one text field. *held* is what stands for a key when it is given back."""

    def __init__(self, lines: Sequence[KeyLine]) -> None:
        self.read_as(lines)
        self._framed: KeyCollector | None = None
        self._held: list[_T] = []
        self._strokes: list[tuple[KeyStroke, bool]] = []
        self._lacks_a_key = False
        self._is_a_rest = False
        self._swallowed: set[int] = set()
        self._passed: set[int] = set()
        self._typed_ms: int | None = None
        self._scan_ended_ms: int | None = None
        self._part_ended_ms: int | None = None

    def read_as(self, lines: Sequence[KeyLine]) -> None:
        """Decide from now on as the scanners of *lines* send; nothing may be held."""
        self._rules = ReadingRules.for_lines(lines)
        self._hold_ms = self._rules.hold_gap_ms
        self._end_ms = max(END_AFTER_MS, 2 * self._hold_ms)

    def part_ended(self, at_ms: int | None) -> None:
        """A part was told that ended at *at_ms*: its rest is no text and no whole reading."""
        self._part_ended_ms = at_ms

    @property
    def wait_ms(self) -> int | None:
        """How long after the last key :meth:`silence` is to be called, ``None`` where nothing is held."""
        if self._framed is not None:
            return self._framed.silence_ms
        if not self._strokes:
            return None
        return self._end_ms if self._is_scan() or self._is_part() else self._hold_ms

    def press(self, stroke: KeyStroke, held: _T) -> Settled[_T]:
        """Take a key that went down."""
        if stroke.code in MODIFIER_CODES:
            return self._modifier(stroke, down=True)
        if self._framed is not None or self._rules.is_start(stroke):
            return self._into_frame(stroke)
        if stroke.repeated or stroke.at_ms is None:
            return self._pass_unless_swallowed(stroke)
        if self._continues_what_was_swallowed(stroke):
            self._swallowed.add(stroke.code)
            return Settled()
        if self._rules.is_end(stroke):
            return self._end(stroke)
        broken = self._after_gap(stroke)
        if broken.readings and self._continues_what_was_swallowed(stroke):
            self._swallowed.add(stroke.code)
            return broken
        if not self._is_character(stroke):
            return self._pass(stroke, broken)
        self._hold(stroke, held)
        return broken

    def release(self, stroke: KeyStroke, held: _T) -> Settled[_T]:
        """Take a key that came up."""
        if stroke.code in MODIFIER_CODES:
            return self._modifier(stroke, down=False)
        if self._framed is not None and stroke.code not in self._passed:
            self._framed.release(stroke)
            self._strokes.append((stroke, False))
        if stroke.code in self._swallowed:
            self._swallowed.discard(stroke.code)
            self._passed.discard(stroke.code)
            return Settled()
        if stroke.code in self._passed:
            self._passed.discard(stroke.code)
            return Settled(passes=True)
        if any(down and each.code == stroke.code for each, down in self._strokes):
            self._strokes.append((stroke, False))
            self._held.append(held)
            return Settled()
        if stroke.code:
            self.missed(stroke.at_ms)
        return Settled(passes=True)

    def missed(self, at_ms: int | None) -> None:
        """A key went elsewhere, for instance to an input method; a scan that has it lacks it."""
        if self._strokes:
            self._lacks_a_key = True
        else:
            self._typed_ms = at_ms

    def silence(self) -> Settled[_T]:
        """Decide about what is held, because nothing more came for :attr:`wait_ms`."""
        if self._framed is not None:
            framed, self._framed = self._framed, None
            self._forget()
            readings = framed.give_up()
            if readings:
                self._part_ended_ms = readings[-1].ended_ms
            return Settled(readings=readings)
        if self._is_part():
            return self._part()
        return Settled(replay=self._give_back())

    def hold_aside(self, held: _T) -> bool:
        """Hold something that is no key in its place among the keys; return whether any are held."""
        if self._strokes and self._framed is None:
            self._held.append(held)
        return bool(self._strokes)

    def takes(self, stroke: KeyStroke) -> bool:
        """Whether *stroke* would be held or swallowed now, so that no shortcut may have it."""
        if self._framed is not None or self._rules.is_start(stroke):
            return True
        if self._rules.is_end(stroke):
            return bool(self._strokes) or self._is_just_after_a_scan(stroke)
        return self._is_character(stroke) and not stroke.repeated

    def hand_over(self) -> HandedOver:
        """The field lost the keyboard, perhaps in the middle: return what no field gets now."""
        handed = HandedOver(
            strokes=tuple(self._strokes),
            lacks_a_key=self._lacks_a_key,
            part_ended_ms=self._part_ended_ms,
        )
        self._framed, self._part_ended_ms = None, None
        self._forget()
        return handed

    def typed_just_before(self, stroke: KeyStroke) -> bool:
        """Whether a field was given characters so shortly before *stroke* that they may belong together."""
        gap = milliseconds_between(self._typed_ms, stroke.at_ms)
        return gap is not None and gap <= self._rules.partial_gap_ms

    # -- one key

    def _modifier(self, stroke: KeyStroke, *, down: bool) -> Settled[_T]:
        if self._strokes:
            self._strokes.append((stroke, down))
        if self._framed is None:
            return Settled(passes=True)
        readings = (self._framed.press if down else self._framed.release)(stroke)
        return replace(self._framed_so_far(stroke, readings), passes=True)

    def _into_frame(self, stroke: KeyStroke) -> Settled[_T]:
        """Take a key between STX and the end, which is a scanner's whatever its time is."""
        given_back = self._give_back() if self._framed is None else ()
        self._framed = self._framed or KeyCollector(self._rules)
        self._strokes.append((stroke, True))
        self._swallowed.add(stroke.code)
        settled = self._framed_so_far(stroke, self._framed.press(stroke))
        return replace(settled, replay=given_back)

    def _framed_so_far(self, stroke: KeyStroke, readings: tuple[Reading, ...]) -> Settled[_T]:
        if not readings:
            return Settled()
        scanned = tuple(self._strokes)
        self._strokes.clear()
        if self._framed is None or not self._framed.is_collecting:
            self._framed, self._scan_ended_ms, self._part_ended_ms = None, stroke.at_ms, None
        return Settled(readings=readings, scanned=scanned)

    def _pass_unless_swallowed(self, stroke: KeyStroke) -> Settled[_T]:
        if stroke.code in self._swallowed:
            return Settled()
        return self._pass(stroke, Settled(replay=self._give_back()))

    def _pass(self, stroke: KeyStroke, before: Settled[_T]) -> Settled[_T]:
        """Let a key go to the field, and everything before it that is held."""
        self._passed.add(stroke.code)
        return replace(before, passes=True, replay=before.replay + self._give_back())

    def _hold(self, stroke: KeyStroke, held: _T) -> None:
        if not self._strokes:
            self._lacks_a_key = self.typed_just_before(stroke)
            self._is_a_rest = self._rules.is_rest_of(self._part_ended_ms, stroke)
        self._strokes.append((stroke, True))
        self._held.append(held)

    def _is_character(self, stroke: KeyStroke) -> bool:
        if stroke.code in self._rules.separator_codes:
            return bool(self._strokes)
        if stroke.alt:
            return stroke.code in KEYPAD_DIGITS
        char = character_of(stroke)
        if stroke.control:
            return bool(char) and (char in _SEPARATORS or bool(self._strokes))
        return char.isprintable() and bool(char) and bool(stroke.text or self._strokes)

    # -- what the times say

    def _characters(self) -> list[KeyStroke]:
        return [stroke for stroke, down in self._strokes if down and stroke.code not in MODIFIER_CODES]

    def _mean_ms(self) -> float | None:
        strokes = self._characters()
        if len(strokes) < FEWEST_CHARACTERS:
            return None
        passed = milliseconds_between(strokes[0].at_ms, strokes[-1].at_ms)
        return None if passed is None else passed / (len(strokes) - 1)

    def _is_scan(self) -> bool:
        mean = self._mean_ms()
        return mean is not None and mean <= self._hold_ms * SCAN_MEAN_SHARE

    def _is_part(self) -> bool:
        mean = self._mean_ms()
        return mean is not None and mean <= PART_MEAN_MS

    def _gap_before(self, stroke: KeyStroke) -> int | None:
        strokes = self._characters()
        return milliseconds_between(strokes[-1].at_ms, stroke.at_ms) if strokes else None

    def _after_gap(self, stroke: KeyStroke) -> Settled[_T]:
        gap = self._gap_before(stroke)
        if not self._strokes or (gap is not None and gap <= self._hold_ms):
            return Settled()
        return self.silence()

    def _continues_what_was_swallowed(self, stroke: KeyStroke) -> bool:
        """Whether a key is the rest of a part that was told already, or a scan's second end."""
        is_end = self._rules.is_end(stroke)
        gap = milliseconds_between(self._part_ended_ms, stroke.at_ms)
        if gap is not None and gap <= self._rules.partial_gap_ms:
            self._part_ended_ms = None if is_end else stroke.at_ms
            self._scan_ended_ms = stroke.at_ms if is_end else self._scan_ended_ms
            return True
        if not self._rules.is_rest_of(self._part_ended_ms, stroke):
            self._part_ended_ms = None
        return is_end and not self._strokes and self._is_just_after_a_scan(stroke)

    def _is_just_after_a_scan(self, stroke: KeyStroke) -> bool:
        ended = self._scan_ended_ms if self._part_ended_ms is None else self._part_ended_ms
        within_ms = self._end_ms if self._part_ended_ms is None else self._rules.partial_gap_ms
        gap = milliseconds_between(ended, stroke.at_ms)
        return gap is not None and gap <= within_ms

    # -- decisions

    def _end(self, stroke: KeyStroke) -> Settled[_T]:
        gap = self._gap_before(stroke)
        if gap is None or gap > self._end_ms or not self._is_scan():
            broken: Settled[_T] = self.silence() if self._is_part() else Settled()
            if broken.readings and self._continues_what_was_swallowed(stroke):
                self._swallowed.add(stroke.code)
                return broken
            passed = self._pass(stroke, broken)
            self._typed_ms = None
            return passed
        self._strokes.append((stroke, True))
        self._scan_ended_ms, self._typed_ms, self._part_ended_ms = stroke.at_ms, None, None
        return self._read()

    def _part(self) -> Settled[_T]:
        self._part_ended_ms = self._characters()[-1].at_ms
        return replace(self._read(), scanned=())

    def _read(self) -> Settled[_T]:
        """Make a reading of what is held; no field ever sees it."""
        collector, readings = KeyCollector(self._rules), list[Reading]()
        for stroke, down in self._strokes:
            readings += (collector.press if down else collector.release)(stroke)
            (self._swallowed.add if down else self._swallowed.discard)(stroke.code)
        readings += collector.give_up()
        if self._lacks_a_key:
            readings = [replace(reading, lacks_a_key=True) for reading in readings]
        if self._is_a_rest:
            readings = [replace(reading, kind=FrameKind.PARTIAL, is_a_rest=True) for reading in readings]
        scanned = tuple(self._strokes)
        self._forget()
        return Settled(readings=tuple(readings), scanned=scanned)

    def _give_back(self) -> tuple[_T, ...]:
        held = tuple(self._held)
        if self._strokes:
            self._typed_ms = self._characters()[-1].at_ms
        for stroke, down in self._strokes:
            (self._passed.add if down else self._passed.discard)(stroke.code)
        self._forget()
        return held

    def _forget(self) -> None:
        self._held.clear()
        self._strokes.clear()
        self._lacks_a_key = self._is_a_rest = False
