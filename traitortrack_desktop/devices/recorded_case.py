"""One line of a recording of scanner input, as a value. Pure.

``case_format`` reads and writes it.
"""

from dataclasses import dataclass
from enum import StrEnum

from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import KeyLine, ScannerRole, SerialLine


class InputSource(StrEnum):
    """What the events of a case are."""

    BYTES = "bytes"
    REPORTS = "reports"
    KEYS = "keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesEvent:
    """Bytes that were read at once."""

    at_ms: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEvent:
    """A key going down or up. Without *explicit*, Shift, Ctrl and Alt are those of the events before it."""

    at_ms: int
    stroke: KeyStroke
    down: bool
    explicit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFrame:
    """A frame that must come; *raw* or *length* where either is told, *source* where it is not the device.

    *means* is what the usual rules make of it, for instance ``child AB12C`` or ``unusable unreadable``.
    """

    kind: FrameKind
    source: str = ""
    means: str = ""
    raw: bytes | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One of several keyboard wedges that are told apart by their prefixes."""

    line: KeyLine
    role: ScannerRole = ScannerRole.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCase:
    """A reading, or several that came together.

    Empty *session*: it stands alone. *senders* are all wedges behind the keys where there are several.
    *unplugged*: the scanner went away before the reading ended. *held_up*: nobody looked in the pauses
    between the events. *doubted*: what looks whole was told as a part, because its beginning may not have
    been heard. *as_terminal*: the port was just opened, and a line ended at CR and at LF alike.
    """

    id: str
    source: InputSource
    device: str
    events: tuple[BytesEvent | KeyEvent, ...] = ()
    expect: tuple[ExpectedFrame, ...] = ()
    at: str = ""
    session: str = ""
    line: SerialLine | KeyLine
    senders: tuple[Sender, ...] = ()
    role: ScannerRole = ScannerRole.ANY
    after_reconnect: bool = False
    unplugged: bool = False
    held_up: bool = False
    doubted: bool = False
    as_terminal: bool = False
    dropped: int = 0
    withheld: bool = False
    note: str = ""


def expected_of(frame: ScanFrame, device: str) -> ExpectedFrame:
    """Return what *frame* will have to be when what *device* sent is played again."""
    return ExpectedFrame(
        kind=frame.kind, raw=frame.raw, source="" if frame.source == device else frame.source
    )
