"""The framers that live scanners have, for the events of a recording. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.hid_report import CONTINUED_WITHIN_MS, ReportFramer
from traitortrack_desktop.devices.keystrokes import KeystrokeFramer, senders_of
from traitortrack_desktop.devices.recorded_case import (
    BytesEvent,
    InputSource,
    KeyEvent,
    RecordedCase,
    Sender,
)
from traitortrack_desktop.devices.timed_framing import TimedFramer, pause_of
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import KEYBOARD, Connection, KeyLine, ScannerProfile, SerialLine


class Framing(Protocol):
    """The framer of some sort of input."""

    @property
    def silent_after_ms(self) -> int | None:
        """After which silence what is held is given up; ``None`` while nothing is."""
        ...

    def feed(self, event: BytesEvent | KeyEvent, at_ms: int, *, looked: bool) -> Iterable[ScanFrame]:
        """Take an event; *looked*: it was seen that nothing came before it."""
        ...

    def fall_silent(self, at_ms: int) -> Iterable[ScanFrame]:
        """Give up what is held."""
        ...

    def gone(self) -> Iterable[ScanFrame]:
        """The scanner went away: give up what is held."""
        ...


class _BytesFraming:
    """A serial line."""

    def __init__(self, source: str, line: SerialLine, *, as_terminal: bool) -> None:
        self._timed = TimedFramer(line, source, opened_as_terminal=as_terminal)
        self._pause_ms = pause_of(line)

    @property
    def silent_after_ms(self) -> int | None:
        return self._pause_ms if self._timed.framer.holds_part else None

    def feed(self, event: BytesEvent | KeyEvent, at_ms: int, *, looked: bool) -> Iterable[ScanFrame]:
        assert isinstance(event, BytesEvent)
        quiet = self._timed.quiet(at_ms) if looked else ()
        return [*quiet, *self._timed.came(event.data, at_ms)]

    def fall_silent(self, at_ms: int) -> Iterable[ScanFrame]:
        return self._timed.quiet(at_ms)

    def gone(self) -> Iterable[ScanFrame]:
        return self._timed.gone()


class _ReportsFraming:
    """A HID-POS scanner."""

    def __init__(self, source: str) -> None:
        self._framer = ReportFramer(source, layout=None)

    @property
    def silent_after_ms(self) -> int | None:
        return CONTINUED_WITHIN_MS + 1 if self._framer.is_collecting else None

    def feed(self, event: BytesEvent | KeyEvent, at_ms: int, *, looked: bool) -> Iterable[ScanFrame]:  # noqa: ARG002
        assert isinstance(event, BytesEvent)
        return self._framer.feed(event.data, at_ms)

    def fall_silent(self, at_ms: int) -> Iterable[ScanFrame]:
        return self._framer.silence(at_ms)

    def gone(self) -> Iterable[ScanFrame]:
        return self._framer.cut_off()


class _KeysFraming:
    """A keyboard wedge, or several on one keyboard."""

    def __init__(self, source: str, line: KeyLine, senders: Sequence[Sender]) -> None:
        wedges = [_wedge(number, sender) for number, sender in enumerate(senders)]
        self._framer = KeystrokeFramer(source, line=line, senders=senders_of(wedges) if wedges else None)
        self._held = HeldKeys()

    @property
    def silent_after_ms(self) -> int | None:
        return self._framer.silence_ms + 1 if self._framer.is_collecting else None

    def feed(self, event: BytesEvent | KeyEvent, at_ms: int, *, looked: bool) -> Iterable[ScanFrame]:  # noqa: ARG002
        assert isinstance(event, KeyEvent)
        stamp = at_ms % (1 << 32)
        if event.explicit:
            stroke = replace(event.stroke, at_ms=stamp)
        else:
            stroke = self._held.stroke(event.stroke.code, down=event.down, at_ms=stamp)
        return self._framer.press(stroke) if event.down else self._framer.release(stroke)

    def fall_silent(self, at_ms: int) -> Iterable[ScanFrame]:  # noqa: ARG002 - its keys have their times
        return self._framer.give_up()

    def gone(self) -> Iterable[ScanFrame]:
        return self._framer.give_up()


def _wedge(number: int, sender: Sender) -> ScannerProfile:
    return ScannerProfile(
        name=str(number),
        connection=Connection.KEYBOARD,
        identity=KEYBOARD,
        role=sender.role,
        keys=sender.line,
    )


def framing_for(case: RecordedCase) -> Framing:
    """Return what frames the events of *case*. Raises ``ValueError`` for a line that no scanner has."""
    if isinstance(case.line, KeyLine):
        return _KeysFraming(case.device, case.line, case.senders)
    if case.source is InputSource.REPORTS:
        return _ReportsFraming(case.device)
    return _BytesFraming(case.device, case.line, as_terminal=case.as_terminal)
