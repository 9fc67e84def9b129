"""Strokes of keys into readings: where one begins and ends, and what speaks against it. Pure.

A reading ends at a key that ends readings, however slowly its characters come; a long silence inside
makes it partial, and a partial reading is told but never joined to the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from traitortrack_desktop.devices.key_characters import (
    ALT_CODES,
    CONTROL_CODES,
    ENTER,
    MODIFIER_CODES,
    SHIFT_CODES,
    TAB,
    UNDECODABLE,
    AltNumpad,
    KeyStroke,
    character_of,
)
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import KeyLine

STX, ETX = "\x02", "\x03"
MAX_FRAME_CHARACTERS = 8192
STX_SILENCE_MS = 5000
"""A reading that began with STX ends at its end however long it takes; this only ends a broken one."""
REST_WITHIN_MS = 200
"""What begins so soon after a reading was given up is its rest, which may be a code of its own."""
_WRAP, _A_LITTLE_MS = 1 << 32, 10_000
_CODE_OF_CONTROL = {"\r": ENTER, "\n": ENTER, "\t": TAB}
_KEY = "key:"


def milliseconds_between(earlier: int | None, later: int | None) -> int | None:
    """Return the time between two 32-bit stamps, 0 where *later* is a little older, or ``None``.

    Beyond 49 days it is anything; a station that runs so long must not mistake that for "just now".
    """
    if earlier is None or later is None:
        return None
    gap = (later - earlier) % _WRAP
    return gap if gap < _WRAP - _A_LITTLE_MS else 0


def separator_code(line: KeyLine) -> int:
    """Return the code of the key that stands for GS on *line*, 0 where none does."""
    return int(line.separator.removeprefix(_KEY)) if line.separator.startswith(_KEY) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """What begins and ends a reading, whichever scanner it comes from."""

    terminator_codes: frozenset[int]
    separator_codes: frozenset[int]
    partial_gap_ms: int
    hold_gap_ms: int
    typed_mean_ms: int
    begins_with_stx: bool
    is_one_scanner: bool
    """Whether an STX inside a reading can only be the same scanner's, beginning anew."""

    @classmethod
    def for_lines(cls, lines: Iterable[KeyLine]) -> "ReadingRules":
        """Return the rules that suit every one of *lines*."""
        lines = tuple(lines) or (KeyLine(),)
        return cls(
            terminator_codes=frozenset().union(*(line.terminator_codes for line in lines)),
            separator_codes=frozenset(map(separator_code, lines)) - {0},
            partial_gap_ms=max(line.partial_gap_ms for line in lines),
            hold_gap_ms=max(line.hold_gap_ms for line in lines),
            typed_mean_ms=max(line.typed_mean_ms for line in lines),
            begins_with_stx=any(line.prefix.startswith(STX) for line in lines),
            is_one_scanner=len(lines) == 1,
        )

    def is_end(self, stroke: KeyStroke) -> bool:
        """Whether *stroke* ends readings: such a key, or the control character it stands for."""
        if stroke.code in self.terminator_codes:
            return True
        char = character_of(stroke)
        return _CODE_OF_CONTROL.get(char) in self.terminator_codes

    def is_start(self, stroke: KeyStroke) -> bool:
        """Whether *stroke* is the STX that every reading begins with."""
        return self.begins_with_stx and character_of(stroke) == STX

    def is_rest_of(self, part_ended_ms: int | None, stroke: KeyStroke) -> bool:
        """Whether what begins with *stroke* may be the rest of a part that ended then."""
        gap = milliseconds_between(part_ended_ms, stroke.at_ms)
        return gap is not None and gap < self.partial_gap_ms + REST_WITHIN_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one trigger pull sent, stroke by stroke (one for each character), without its end.

    *kind* is COMPLETE, PARTIAL or OVERSIZE; *started_ms* and *ended_ms* are the times of the first
    character and of the last key. *is_a_rest* says that it began so soon behind a part that it may be the
    rest of that. *lacks_a_key* says that a key has no character, or came up and nobody
    had seen it going down. *overlapped* says that a key went down while another was down, *crossed* that
    the other was then seen coming up, *shares_a_modifier* that one Shift or Ctrl served two characters or
    was still held at the end: what two scanners at once look like.
    """

    strokes: tuple[KeyStroke, ...]
    kind: FrameKind
    end: KeyStroke | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    is_a_rest: bool = False
    lacks_a_key: bool = False
    overlapped: bool = False
    crossed: bool = False
    shares_a_modifier: bool = False

    @property
    def mean_gap_ms(self) -> float | None:
        """Return the mean time from key to key, the ending one included."""
        passed = milliseconds_between(self.started_ms, self.ended_ms)
        gaps = len(self.strokes) - (self.end is None)
        return passed / gaps if passed is not None and gaps > 0 else None


@dataclass(slots=True)
class _Begun:
    """The reading that is being collected."""

    strokes: list[KeyStroke] = field(default_factory=list)
    down: set[int] = field(default_factory=set)
    passed_over: set[int] = field(default_factory=set)
    """Keys that were down when another one went down."""
    started_ms: int | None = None
    from_stx: bool = False
    too_long: bool = False
    is_a_rest: bool = False
    lacks_a_key: bool = False
    overlapped: bool = False
    crossed: bool = False
    shares_a_modifier: bool = False
    modified_last: bool = False
    fresh_modifier: bool = False


class KeyCollector:
    """Collects strokes into readings. Not thread-safe; one for each stream of keys."""

    def __init__(self, rules: ReadingRules) -> None:
        self.rules = rules
        self._down: set[int] = set()
        self._last_ms: int | None = None
        self._part_ended_ms: int | None = None
        self._numpad = AltNumpad()
        self._composed_last = False
        self._begun = _Begun()

    @property
    def is_collecting(self) -> bool:
        """Whether a reading has begun and not ended."""
        return bool(self._begun.strokes) or self._numpad.has_digits

    @property
    def silence_ms(self) -> int:
        """How long a silence makes the reading partial."""
        return STX_SILENCE_MS if self._begun.from_stx else self.rules.partial_gap_ms

    def is_amid(self, stroke: KeyStroke) -> bool:
        """Whether *stroke* comes so fast inside a reading that only a scanner can have sent it."""
        gap = milliseconds_between(self._last_ms, stroke.at_ms)
        if not self.is_collecting:
            return False
        slowest_ms = max(self.rules.hold_gap_ms, self.rules.typed_mean_ms)
        return stroke.code in self.rules.separator_codes or (gap is not None and gap <= slowest_ms)

    def press(self, stroke: KeyStroke) -> tuple[Reading, ...]:
        """Take a key that went down; return the readings it ends: none, one, or a partial one and one."""
        ended = self._silence_before(stroke)
        if stroke.repeated:
            return ended
        if stroke.code in MODIFIER_CODES:
            self._begun.fresh_modifier = (
                self._begun.fresh_modifier or stroke.code in SHIFT_CODES | CONTROL_CODES
            )
            return ended
        self._down.add(stroke.code)
        if stroke.alt and self._numpad.take(stroke):
            self._touch(stroke)
            return ended
        if self._is_echo(stroke):
            return ended
        return ended + self._compose(stroke) + self._take(stroke)

    def release(self, stroke: KeyStroke) -> tuple[Reading, ...]:
        """Take a key that came up; return the reading that ends with it, which only Alt can do."""
        if stroke.code in ALT_CODES:
            composes = self._numpad.has_digits
            ended = self._compose(stroke)
            self._composed_last = composes
            return ended
        if stroke.code in self._down:
            self._down.discard(stroke.code)
            self._begun.down.discard(stroke.code)
            self._begun.crossed |= stroke.code in self._begun.passed_over
        elif stroke.code and stroke.code not in MODIFIER_CODES and self._begun.strokes:
            self._begun.lacks_a_key = True
        return ()

    def give_up(self) -> tuple[Reading, ...]:
        """Return what was begun as a partial reading, because nothing more comes."""
        begun = self._numpad.compose()
        if begun:
            self._keep(KeyStroke(code=0, text=UNDECODABLE, at_ms=self._last_ms))
        part = self._end(FrameKind.PARTIAL, None)
        if part:
            self.part_ended(self._last_ms)
        return part

    def part_ended(self, at_ms: int | None) -> None:
        """A part of a scan ended at *at_ms*: what begins so soon behind it is no whole reading."""
        self._part_ended_ms = at_ms

    def miss_a_key(self) -> None:
        """A key that may belong to the reading went elsewhere."""
        self._begun.lacks_a_key = True

    # -- one character

    def _take(self, stroke: KeyStroke) -> tuple[Reading, ...]:
        if self.rules.is_end(stroke):
            self._goes_down(stroke)
            self._begun.shares_a_modifier |= bool(self._begun.strokes) and (stroke.shift or stroke.control)
            self._touch(stroke)
            return self._end(FrameKind.COMPLETE, stroke)
        char = character_of(stroke)
        if self._begun.from_stx and char == ETX:
            self._goes_down(stroke)
            self._touch(stroke)
            return self._end(FrameKind.COMPLETE, stroke)
        anew = self.rules.is_one_scanner and self.rules.is_start(stroke)
        given_up = self.give_up() if anew else ()
        is_separator = stroke.code in self.rules.separator_codes
        if is_separator or (char and not self._is_stray(stroke, char)):
            self._goes_down(stroke)
            self._keep(stroke)
        elif self.is_collecting:
            self._begun.lacks_a_key = True
        return given_up

    def _is_stray(self, stroke: KeyStroke, char: str) -> bool:
        """Whether a key such as Delete was pressed for itself; inside a reading it spoils the code."""
        return not self._begun.strokes and not stroke.control and not char.isprintable()

    def _keep(self, stroke: KeyStroke) -> None:
        if not self._begun.strokes:
            self._begun.started_ms = stroke.at_ms
            self._begun.is_a_rest = self._is_a_rest(stroke)
            self._begun.from_stx = self.rules.is_start(stroke)
        modified = stroke.shift or stroke.control
        self._begun.shares_a_modifier |= (
            modified and self._begun.modified_last and not self._begun.fresh_modifier
        )
        self._begun.modified_last, self._begun.fresh_modifier = modified, False
        self._touch(stroke)
        if len(self._begun.strokes) < MAX_FRAME_CHARACTERS:
            self._begun.strokes.append(stroke)
        else:
            self._begun.too_long = True

    def _is_a_rest(self, stroke: KeyStroke) -> bool:
        """Whether *stroke* begins what may be the rest of the reading that was given up before it."""
        part_ended_ms, self._part_ended_ms = self._part_ended_ms, None
        return not self.rules.is_start(stroke) and self.rules.is_rest_of(part_ended_ms, stroke)

    def _goes_down(self, stroke: KeyStroke) -> None:
        if stroke.code:
            self._begun.passed_over |= self._begun.down - {stroke.code}
            self._begun.overlapped |= bool(self._begun.passed_over)
            self._begun.down.add(stroke.code)

    # -- Alt and the keypad

    def _compose(self, stroke: KeyStroke) -> tuple[Reading, ...]:
        """End a character begun with Alt, because Alt came up or another key went down."""
        char = self._numpad.compose()
        if not char:
            return ()
        return self._take(KeyStroke(code=0, text=char, control=char < " ", at_ms=stroke.at_ms))

    def _is_echo(self, stroke: KeyStroke) -> bool:
        """Whether Windows adds the character that it composed itself."""
        echo = self._composed_last and stroke.code == 0 and bool(stroke.text)
        self._composed_last = False
        return echo

    # -- the end

    def _touch(self, stroke: KeyStroke) -> None:
        self._last_ms = stroke.at_ms

    def _silence_before(self, stroke: KeyStroke) -> tuple[Reading, ...]:
        gap = milliseconds_between(self._last_ms, stroke.at_ms) if self.is_collecting else None
        return self.give_up() if gap is not None and gap > self.silence_ms else ()

    def _end(self, kind: FrameKind, end: KeyStroke | None) -> tuple[Reading, ...]:
        strokes = tuple(self._begun.strokes)
        kind = FrameKind.PARTIAL if self._begun.is_a_rest else kind
        reading = Reading(
            strokes=strokes,
            kind=FrameKind.OVERSIZE if self._begun.too_long else kind,
            end=end,
            started_ms=self._begun.started_ms,
            ended_ms=self._last_ms,
            is_a_rest=self._begun.is_a_rest,
            lacks_a_key=self._begun.lacks_a_key,
            overlapped=self._begun.overlapped,
            crossed=self._begun.crossed,
            shares_a_modifier=self._begun.shares_a_modifier,
        )
        self._begun = _Begun()
        return (reading,) if strokes else ()
