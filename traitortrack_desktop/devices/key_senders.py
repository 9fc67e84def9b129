"""Which scanner a reading of the keyboard came from, and whether it can be trusted. Pure.

All keyboard wedges arrive as one keyboard. One needs no mark. Several are told apart by the prefix
each was programmed to send, and since their keys may come mixed, a reading counts only when nothing
in it can be another scanner's; anything else is refused visibly.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from traitortrack_desktop.devices.key_characters import (
    UNDECODABLE,
    KeyStroke,
    character_of,
    characters_of_same_key,
    needs_a_modifier,
)
from traitortrack_desktop.devices.key_readings import (
    REST_WITHIN_MS,
    Reading,
    milliseconds_between,
    separator_code,
)
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    KeyLine,
    ScannerProfile,
    ScannerRole,
)

GROUP_SEPARATOR = "\x1d"
_REFUSED_ANYHOW = frozenset({FrameKind.PARTIAL, FrameKind.OVERSIZE})


class Senders(Protocol):
    """The scanners that may be behind one stream of keys."""

    @property
    def lines(self) -> Sequence[KeyLine]:
        """How each of them sends."""
        ...

    def frame(self, reading: Reading) -> ScanFrame:
        """Return what *reading* is."""
        ...


class OneSender:
    """A stream with one scanner behind it, as far as anybody said; its prefix is taken off.

    With *others_may_type* a scanner that nobody set up may type into it as well: keys that cross those of
    another refuse a reading, and one without the prefix that a scanner has can only be typed by hand.
    """

    def __init__(
        self,
        source: str,
        line: KeyLine,
        role: ScannerRole = ScannerRole.ANY,
        *,
        others_may_type: bool = False,
    ) -> None:
        self._source, self._line, self._role = source, line, role
        self._others_may_type = others_may_type
        self._mixed_ended_ms: int | None = None

    @property
    def lines(self) -> Sequence[KeyLine]:
        """The one line."""
        return (self._line,)

    def frame(self, reading: Reading) -> ScanFrame:
        """Return the frame; typed where the keys came slowly and without the prefix."""
        text = text_of(reading.strokes, self._line)
        kind = reading.kind
        has_prefix = text.startswith(self._line.prefix)
        by_hand = not (self._line.prefix and has_prefix) and _is_slow(reading, self._line)
        mixed = reading.crossed or self._is_rest_of_a_mixed_one(reading)
        foreign = self._others_may_type and not by_hand and (mixed or not has_prefix)
        self._mixed_ended_ms = reading.ended_ms if foreign and mixed else None
        if kind is FrameKind.COMPLETE and (reading.lacks_a_key or UNDECODABLE in text or foreign):
            kind = FrameKind.GARBLED
        elif kind is FrameKind.COMPLETE and by_hand:
            kind = FrameKind.TYPED
        return _frame(reading, text.removeprefix(self._line.prefix), kind, self._source, self._role)

    def _is_rest_of_a_mixed_one(self, reading: Reading) -> bool:
        gap = milliseconds_between(self._mixed_ended_ms, reading.started_ms)
        return gap is not None and gap < REST_WITHIN_MS


class SeveralSenders:
    """Two or more keyboard wedges on one keyboard, each with a prefix of its own.

    What cannot be seen: a system that reports a key only once although two scanners press it in the
    same instant. Then the keys overlap, which refuses the reading as well.
    """

    def __init__(self, profiles: Sequence[ScannerProfile]) -> None:
        self._profiles = tuple(profiles)
        leads = {profile.keys.prefix[0] for profile in profiles if profile.keys.prefix}
        self._lead_keys = frozenset().union(*map(characters_of_same_key, leads))
        self._modifiers_may_mix = any(map(needs_a_modifier, leads))
        self._partial_gap_ms = max(profile.keys.partial_gap_ms for profile in profiles)
        self._open = 0
        self._last_ms: int | None = None

    @property
    def lines(self) -> Sequence[KeyLine]:
        """The line of each."""
        return [profile.keys for profile in self._profiles]

    def frame(self, reading: Reading) -> ScanFrame:
        """Return the frame of the scanner whose prefix it carries, or a garbled one of the keyboard."""
        matching = [profile for profile in self._profiles if _carries(reading, profile)]
        begun = 1 + self._leads_beyond(reading, matching[0]) if matching else self._leads_in(reading)
        follows_on = self._count_open(reading, begun)
        if len(matching) != 1:
            text = text_of(reading.strokes, self._profiles[0].keys)
            kind = reading.kind if reading.kind in _REFUSED_ANYHOW else FrameKind.GARBLED
            return _frame(reading, text, kind, KEYBOARD.key, ScannerRole.ANY)
        (profile,) = matching
        text = text_of(reading.strokes, profile.keys)
        kind = reading.kind
        if kind is FrameKind.COMPLETE and (follows_on or begun > 1 or self._is_mixed(reading, text)):
            kind = FrameKind.GARBLED
        source = KEYBOARD.key if kind is FrameKind.GARBLED else profile.source
        role = ScannerRole.ANY if kind is FrameKind.GARBLED else profile.role
        return _frame(reading, text.removeprefix(profile.keys.prefix), kind, source, role)

    def _count_open(self, reading: Reading, begun: int) -> bool:
        """Count the readings *begun* and not ended; return whether one was open before this one.

        Every prefix opens one and every end closes one. A long silence closes all.
        """
        gap = milliseconds_between(self._last_ms, reading.started_ms)
        if gap is None or gap > self._partial_gap_ms:
            self._open = 0
        before = self._open
        self._last_ms = reading.ended_ms
        self._open = max(0, before + begun - 1) if reading.end is not None else 0
        return before > 0

    def _is_mixed(self, reading: Reading, text: str) -> bool:
        if reading.overlapped or reading.lacks_a_key or UNDECODABLE in text:
            return True
        return self._modifiers_may_mix and reading.shares_a_modifier

    def _leads_beyond(self, reading: Reading, profile: ScannerProfile) -> int:
        own = replace(reading, strokes=reading.strokes[: len(profile.keys.prefix)])
        return self._leads_in(reading) - self._leads_in(own)

    def _leads_in(self, reading: Reading) -> int:
        """Count the keys with which a prefix may begin, also where another scanner's Shift changed them."""
        first = reading.strokes[0].code
        return sum(
            (stroke.code != 0 and stroke.code == first) or character_of(stroke) in self._lead_keys
            for stroke in reading.strokes
        )


def senders_of(profiles: Sequence[ScannerProfile]) -> Senders:
    """Return who may be behind the keyboard that the window sees, given the scanners of the station."""
    wedges = [profile for profile in profiles if profile.connection is Connection.KEYBOARD]
    if len(wedges) > 1:
        return SeveralSenders(wedges)
    if wedges:
        return OneSender(wedges[0].source, wedges[0].keys, wedges[0].role, others_may_type=True)
    return OneSender(KEYBOARD.key, KeyLine(), others_may_type=True)


def text_of(strokes: Sequence[KeyStroke], line: KeyLine) -> str:
    """Return the characters of *strokes* as a scanner on *line* means them, its prefix included."""
    key = separator_code(line)
    text = "".join(
        GROUP_SEPARATOR if key and stroke.code == key else character_of(stroke, line.decoding)
        for stroke in strokes
    )
    return text.replace(line.separator, GROUP_SEPARATOR) if line.separator and not key else text


def _carries(reading: Reading, profile: ScannerProfile) -> bool:
    prefix = profile.keys.prefix
    return bool(prefix) and text_of(reading.strokes[: len(prefix)], profile.keys).startswith(prefix)


def _is_slow(reading: Reading, line: KeyLine) -> bool:
    mean = reading.mean_gap_ms
    return mean is not None and mean > line.typed_mean_ms


def _frame(reading: Reading, text: str, kind: FrameKind, source: str, role: ScannerRole) -> ScanFrame:
    return ScanFrame(
        source=source,
        raw=text.encode("utf-8", errors="surrogatepass"),
        kind=kind,
        started_ms=reading.started_ms,
        ended_ms=reading.ended_ms,
        role=role,
    )
