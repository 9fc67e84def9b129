"""What everything that reads a scanner has in common, and what it tells beside its frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.services.events import ScannerChanged

STOP_SECONDS = 5.0
"""Longer than a source needs that does not hang."""


class ScannerSource(Protocol):
    """One scanner being read, on a thread of its own."""

    @property
    def source(self) -> str:
        """What its frames carry as ``source``."""
        ...

    @property
    def last_alive(self) -> float | None:
        """When its thread last went round, in seconds of ``time.monotonic``; ``None`` when it has ended."""
        ...

    def start(self) -> None:
        """Begin to read; returns at once."""
        ...

    def ask_to_stop(self) -> None:
        """Have it let go of the device and end; returns at once. From then on its light is told by others."""
        ...

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """Ask it to stop; returns when it has, or when the time is over and it hangs in its device."""
        ...

    def answer(self, *, good: bool) -> None:
        """Have the scanner give its own signal, where it has one. Any thread; returns at once."""
        ...


class RawTap(Protocol):
    """Sees what comes from scanners before anything is made of it. Called on the reading threads.

    *at_ms* are milliseconds on the clock that stamps the frames of that source.
    """

    def bytes_came(self, source: str, data: bytes, at_ms: int) -> None:
        """Some bytes of a port or a report."""
        ...

    def key_came(self, source: str, stroke: KeyStroke, *, down: bool) -> None:
        """A key went down or up."""
        ...

    def framed(self, frame: ScanFrame) -> None:
        """What came from this source since the last frame became this one."""
        ...


class NoTap:
    """Nobody looks."""

    def bytes_came(self, source: str, data: bytes, at_ms: int) -> None:
        """Do nothing."""

    def key_came(self, source: str, stroke: KeyStroke, *, down: bool) -> None:
        """Do nothing."""

    def framed(self, frame: ScanFrame) -> None:
        """Do nothing."""


def _nobody_waits(source: str, holds: bool) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """Where a source puts what it has; called on its thread, must not block.

    *holds* is told when it begins to hold readings back, and when it has submitted what it held.
    """

    submit: Callable[[ScanFrame], None]
    changed: Callable[[ScannerChanged], None]
    tap: RawTap
    holds: Callable[[str, bool], None] = _nobody_waits
