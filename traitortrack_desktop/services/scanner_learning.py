"""What readings of the set-up code tell about the scanner that sent them: pure.

A reading teaches only when it holds the whole code exactly; everything else is a trouble with a name.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    SET_UP_CODE,
    SET_UP_CODE_WITH_SEPARATOR,
    Connection,
    KeyDecoding,
    KeyLine,
    SerialLine,
    Terminator,
)
from traitortrack_desktop.services.scanner_desk import HeardReading

SLOWEST_SCANNER_MEAN_MS = 100
"""Whoever needs more for a character is a person: fast typists need about 120 (Aalto, 136 million keys)."""
_WIRELESS_FROM_MS = 45
"""A wired gun polled every 10 ms sends a capital letter in up to 40 ms."""
_WIRELESS_PARTIAL_GAP_MS = 1000

_STX, _ETX = "\x02", "\x03"
_LINE_ENDS = {"\r\n": Terminator.CR_LF, "\r": Terminator.CR, "\n": Terminator.LF}
_AIM_IDENTIFIER = re.compile(r"\][A-Za-z][0-9A-Za-z]\Z")
_AFTER_THE_CODE = re.compile(r'"(.*)Z9', re.DOTALL)
_ALIKE = re.compile(r"TT.{0,2}SETUP", re.DOTALL)
_FUNCTION_KEYS = frozenset({*range(59, 69), 87, 88, *range(100, 111)})
"""F1 to F10, F11, F12, F13 to F23 in set 1: what some scanners press for GS."""
_T = TypeVar("_T")


class ScannerTrouble(StrEnum):
    """Why the set-up of a scanner does not go on; its words live in ``presentation.wording``."""

    OTHER_CODE = "other_code"
    CUT_OFF = "cut_off"
    """Characters are missing, or nothing ended the reading."""
    GARBLED = "garbled"
    ENDLESS = "endless"
    TYPED = "typed"
    CAPS_LOCK = "caps_lock"
    LETTER_CASE = "letter_case"
    """The scanner changes small letters into capitals, or the other way round."""
    LAYOUT = "layout"
    """The scanner presses the keys of another country's keyboard than this computer has."""
    NO_END = "no_end"
    """A keyboard wedge without Enter or Tab after the code."""
    MORE_AROUND_IT = "more_around_it"
    """Characters before or after the code that cannot be told from a code."""
    NOT_ALIKE = "not_alike"
    """The readings differ in what stands around the code."""
    OTHER_SCANNER = "other_scanner"
    ALREADY_HERE = "already_here"
    NEEDS_PREFIX = "needs_prefix"
    """Two keyboard wedges that only the window sees, and not each has its own prefix."""
    PREFIX_TAKEN = "prefix_taken"
    UNPLUGGED = "unplugged"
    NAME_EMPTY = "name_empty"
    NAME_TAKEN = "name_taken"
    NOT_A_TEST_CODE = "not_a_test_code"
    SPOILED = "spoiled"
    """A reading of the test that is none of its codes."""
    COUNTED_ALREADY = "counted_already"
    TEST_FAILED = "test_failed"
    NOT_SAVED = "not_saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One exact reading of the set-up code.

    *prefixes* has what came before it, for each way to decode that gives it exactly; *separator* is what
    came for GS, ``None`` where the code that was read has none.
    """

    prefixes: Mapping[KeyDecoding, str]
    terminator: Terminator
    end_code: int | None
    separator: str | None
    gaps_ms: tuple[int, ...]
    line: SerialLine | None
    caps_lock: bool
    other_layout: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """How a scanner sends. *separator_known* is false until a code with a GS inside was read."""

    keys: KeyLine
    serial: SerialLine
    p99_ms: int | None
    mean_ms: int | None
    wireless: bool
    separator_known: bool
    separator_lost: bool
    caps_lock: bool
    other_layout: bool


def lesson_of(reading: HeardReading) -> Lesson | ScannerTrouble | None:
    """Return what *reading* teaches, why it teaches nothing, or ``None`` when it is no reading at all."""
    if reading.kind is FrameKind.NOISE:
        return None
    found = {decoding: _found_in(text) for decoding, text in _bodies(reading).items()}
    exact = {decoding: place for decoding, place in found.items() if place is not None}
    if not exact:
        return _why_nothing(reading)
    if was_typed(reading, SLOWEST_SCANNER_MEAN_MS):
        return ScannerTrouble.TYPED
    whole = {decoding: place for decoding, place in exact.items() if not isinstance(place, ScannerTrouble)}
    if not whole or not _may_have_prefix(reading, [place[0] for place in whole.values()]):
        return ScannerTrouble.MORE_AROUND_IT
    if sends_keys(reading) and not reading.terminated:
        return ScannerTrouble.NO_END
    separator = next(iter(whole.values()))[1]
    return Lesson(
        prefixes={decoding: prefix for decoding, (prefix, _) in whole.items()},
        terminator=_terminator(reading),
        end_code=reading.codes[-1] if reading.codes and reading.terminated else None,
        separator=_pressed_for_separator(reading) if separator == "" else separator,
        gaps_ms=reading.gaps_ms,
        line=reading.line,
        caps_lock=SET_UP_CODE in reading.text.swapcase(),
        other_layout=bool(reading.text) and SET_UP_CODE not in reading.text,
    )


def learn_from(lessons: Sequence[Lesson]) -> Learned | ScannerTrouble:
    """Return what all of *lessons* (one or more) say together."""
    decoding = next((way for way in KeyDecoding if all(way in each.prefixes for each in lessons)), None)
    if decoding is None:
        return ScannerTrouble.NOT_ALIKE
    prefix = _the_same([each.prefixes[decoding] for each in lessons])
    terminator = _the_same([each.terminator for each in lessons])
    if prefix is None or terminator is None:
        return ScannerTrouble.NOT_ALIKE
    separators = {each.separator for each in lessons if each.separator is not None}
    if len(separators) > 1:
        return ScannerTrouble.NOT_ALIKE
    separator = next(iter(separators), "\x1d")
    keys = _key_line(lessons, decoding, prefix, separator)
    line = lessons[-1].line or SerialLine()
    gaps = sorted(chain.from_iterable(each.gaps_ms for each in lessons))
    return Learned(
        keys=keys,
        serial=replace(line, terminator=terminator),
        p99_ms=_p99(gaps) if gaps else None,
        mean_ms=round(sum(gaps) / len(gaps)) if gaps else None,
        wireless=_is_wireless(gaps) or line.wireless,
        separator_known=bool(separators),
        separator_lost=separator == "",
        caps_lock=any(each.caps_lock for each in lessons),
        other_layout=any(each.other_layout for each in lessons),
    )


def content_of(reading: HeardReading, learned: Learned) -> str | None:
    """Return the code in *reading*, ``None`` when it does not begin with the prefix."""
    body = _bodies(reading).get(learned.keys.decoding, "")
    if not body.startswith(learned.keys.prefix):
        return None
    body = body[len(learned.keys.prefix) :]
    return body[3:] if _AIM_IDENTIFIER.match(body[:3]) else body


def sends_keys(reading: HeardReading) -> bool:
    """Whether the scanner is a keyboard to this computer."""
    return reading.device.connection in {Connection.KEYBOARD, Connection.INPUT_DEVICE}


def was_typed(reading: HeardReading, slowest_mean_ms: int) -> bool:
    """Whether the characters came as slowly as a person types."""
    if not sends_keys(reading):
        return False
    gaps = reading.gaps_ms
    slow = bool(gaps) and sum(gaps) / len(gaps) > slowest_mean_ms
    return slow or (not gaps and reading.kind is FrameKind.TYPED)


def shown(reading: HeardReading) -> str:
    """Return what came, as far as it can be shown in one line."""
    text = next((body for body in _bodies(reading).values() if body), "")
    short = text if len(text) <= 40 else f"{text[:39]}…"
    return "".join(char if char.isprintable() else "·" for char in short)


# -- one reading


def _bodies(reading: HeardReading) -> dict[KeyDecoding, str]:
    """Return what may hold the code, without what ended it, for each way to decode."""
    bodies = {KeyDecoding.SCAN_CODE: _without_end(reading.raw.decode("utf-8", "surrogateescape"), reading)}
    if reading.text:
        bodies[KeyDecoding.TEXT] = _without_end(reading.text, reading)
    return bodies


def _without_end(text: str, reading: HeardReading) -> str:
    body = text.rstrip("\r\n\t" if sends_keys(reading) else "\r\n")
    if _is_between_stx_and_etx(reading, body):
        return body[1:-1]
    return body


def _is_between_stx_and_etx(reading: HeardReading, body: str) -> bool:
    return not sends_keys(reading) and body.startswith(_STX) and body.endswith(_ETX)


def _found_in(body: str) -> tuple[str, str | None] | ScannerTrouble | None:
    """Return prefix and separator around the set-up code, ``None`` where it is not, exactly."""
    head, code, tail = body.partition(SET_UP_CODE)
    if not code:
        return None
    prefix = _AIM_IDENTIFIER.sub("", head)
    if not tail:
        return prefix, None
    around = _AFTER_THE_CODE.fullmatch(tail)
    if around is None or len(around[1]) > 1:
        return ScannerTrouble.MORE_AROUND_IT
    return prefix, around[1]


def _may_have_prefix(reading: HeardReading, prefixes: Sequence[str]) -> bool:
    """A prefix is known for keys only; one with an AIM identifier in front differs from code to code."""
    if not sends_keys(reading):
        return not any(prefixes)
    return not any(_AIM_IDENTIFIER.match(prefix[:3]) or len(prefix) > 8 for prefix in prefixes)


def _terminator(reading: HeardReading) -> Terminator:
    if reading.line is not None and reading.line.terminator is Terminator.SSI:
        return Terminator.SSI
    text = reading.raw.decode("utf-8", "surrogateescape")
    if _is_between_stx_and_etx(reading, text.rstrip("\r\n")):
        return Terminator.STX_ETX
    end = next((kind for end, kind in _LINE_ENDS.items() if text.endswith(end)), None)
    return end or (Terminator.ANY_LINE_END if reading.terminated else Terminator.SILENCE)


def _pressed_for_separator(reading: HeardReading) -> str:
    pressed = [code for code in reading.codes if code in _FUNCTION_KEYS]
    return f"key:{pressed[0]}" if len(pressed) == 1 else ""


def _why_nothing(reading: HeardReading) -> ScannerTrouble:
    bodies = [body for body in _bodies(reading).values() if body]
    if reading.kind is FrameKind.OVERSIZE:
        return ScannerTrouble.ENDLESS
    if any(SET_UP_CODE in body.swapcase() for body in bodies):
        return ScannerTrouble.CAPS_LOCK
    if any(SET_UP_CODE.upper() in body.upper() for body in bodies):
        return ScannerTrouble.LETTER_CASE
    whole_lengths = {len(SET_UP_CODE), len(SET_UP_CODE_WITH_SEPARATOR)}
    if any(_ALIKE.match(body) and len(body) in whole_lengths for body in bodies):
        return ScannerTrouble.LAYOUT
    if reading.kind is FrameKind.PARTIAL or any(_is_part(body) for body in bodies):
        return ScannerTrouble.CUT_OFF
    if reading.kind is FrameKind.GARBLED:
        return ScannerTrouble.GARBLED
    if any(_ALIKE.search(body) for body in bodies):
        return ScannerTrouble.LAYOUT
    return ScannerTrouble.OTHER_CODE


def _is_part(body: str) -> bool:
    """Whether *body* is the set-up code with characters missing."""
    rest = iter(SET_UP_CODE_WITH_SEPARATOR)
    return len(body) >= 6 and all(char in rest for char in body)


# -- all readings


def _key_line(lessons: Sequence[Lesson], decoding: KeyDecoding, prefix: str, separator: str) -> KeyLine:
    line = KeyLine(decoding=decoding, prefix=prefix, separator="" if separator == "\x1d" else separator)
    ends = frozenset(each.end_code for each in lessons if each.end_code is not None)
    if ends:
        line = replace(line, terminator_codes=ends)
    gaps = sorted(chain.from_iterable(each.gaps_ms for each in lessons))
    if not gaps:
        return line
    return replace(
        line,
        hold_gap_ms=_clamped(1.5 * _p99(gaps), 30, 90),
        typed_mean_ms=_clamped(2 * sum(gaps) / len(gaps), 60, 150),
        partial_gap_ms=_WIRELESS_PARTIAL_GAP_MS if _is_wireless(gaps) else line.partial_gap_ms,
    )


def _p99(gaps: Sequence[int]) -> int:
    return gaps[math.ceil(0.99 * len(gaps)) - 1]


def _is_wireless(gaps: Sequence[int]) -> bool:
    return bool(gaps) and _p99(gaps) > _WIRELESS_FROM_MS


def _clamped(value: float, least: int, most: int) -> int:
    return min(most, max(least, round(value)))


def _the_same(values: Sequence[_T]) -> _T | None:
    return values[0] if all(value == values[0] for value in values) else None
