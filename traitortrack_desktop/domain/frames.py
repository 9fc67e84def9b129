"""One reading of a scanner, as the devices hand it on: bytes, and whether they are whole."""

from dataclasses import dataclass
from enum import StrEnum

from traitortrack_desktop.domain.scanners import ScannerRole


class FrameKind(StrEnum):
    """Whether the reading is whole. Only a complete or typed frame may become a bag code."""

    COMPLETE = "complete"
    TYPED = "typed"
    """Whole, but its characters came as slowly as a person types."""
    PARTIAL = "partial"
    """No terminator came: never submitted, never glued to the next reading."""
    OVERSIZE = "oversize"
    """More bytes than any code has; the rest up to the terminator was thrown away."""
    GARBLED = "garbled"
    """Bytes that no code has (wrong line settings), or the characters of two scanners mixed."""
    NOISE = "noise"
    """No reading at all: a modem command of another program, or what a scanner answers to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFrame:
    """What one trigger pull delivered.

    *raw* holds the bytes without prefix and terminator (cut to the framer's limit when oversize),
    *source* names the scanner, for instance ``keyboard``, ``/dev/ttyS0`` or ``usb:1eab:0022:A17``
    (``ScannerProfile.source``). *started_ms* and *ended_ms* are when its first and last character came,
    on a clock of that source in milliseconds that may wrap at 32 bits; ``None`` for files, pipes and
    keys, where the same text twice in a row is meant. *after_reconnect* marks a reading that came out
    of the scanner's memory together with others when it was connected again: it is held for a person.
    """

    source: str
    raw: bytes
    kind: FrameKind = FrameKind.COMPLETE
    started_ms: int | None = None
    ended_ms: int | None = None
    role: ScannerRole = ScannerRole.ANY
    after_reconnect: bool = False
