"""One reading of a scanner, as the devices hand it on: bytes, and whether they are whole."""

from dataclasses import dataclass
from enum import StrEnum


class FrameKind(StrEnum):
    """Whether the reading is whole. Only a complete frame may become a bag code."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """No terminator came: never submitted, never glued to the next reading."""
    OVERSIZE = "oversize"
    """More bytes than any code has; the rest up to the terminator was thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFrame:
    """What one trigger pull delivered.

    *raw* holds the bytes without the terminator (cut to the framer's limit when oversize),
    *source* names the scanner, for instance ``keyboard`` or ``/dev/ttyACM0``. *ended_ms* is when the
    reading ended, on a clock of that source in milliseconds; ``None`` for files, pipes and keys,
    where the same text twice in a row is meant.
    """

    source: str
    raw: bytes
    kind: FrameKind = FrameKind.COMPLETE
    ended_ms: int | None = None
