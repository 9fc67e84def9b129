"""What the set-up screen may do with the scanners of this station."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    Connection,
    DeviceIdentity,
    ScannerProfile,
    SerialLine,
)
from traitortrack_desktop.services.events import ScannerProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedDevice:
    """Something attached to this computer that may be a scanner.

    *place* is what it is called now (``/dev/ttyACM0``, ``COM3``, ``/dev/input/event7``), *label* what its
    maker calls it. *problem* says why it cannot be listened to.
    """

    connection: Connection
    identity: DeviceIdentity
    place: str
    label: str
    problem: ScannerProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardReading:
    """One reading during set-up, as it came; it never becomes a scan.

    *raw* has everything, also prefix and terminator; *line* is the serial line it was understood with.
    For keys *codes* are the set-1 scan codes and *text* what the layout makes of them; *gaps_ms* are the
    times between them. *terminated* is false when a pause ended it.
    """

    device: AttachedDevice
    raw: bytes
    kind: FrameKind = FrameKind.COMPLETE
    terminated: bool = True
    line: SerialLine | None = None
    codes: tuple[int, ...] = ()
    text: str = ""
    gaps_ms: tuple[int, ...] = ()


class ScannerDesk(Protocol):
    """The scanners. Every method returns at once and may be called from the GUI thread."""

    def attached(self) -> Sequence[AttachedDevice]:
        """Return what was attached when it was last looked at."""
        ...

    def look_again(self) -> None:
        """Look in the background what is attached; the set-up hears of it by *changed*."""
        ...

    def profiles(self) -> Sequence[ScannerProfile]:
        """Return the scanners of this station."""
        ...

    def save(self, profile: ScannerProfile) -> None:
        """Add *profile*, or put it in the place of the one with the same source or name, and use it at once.

        Raises ``services.ports.ProfilesUnwritableError``.
        """
        ...

    def forget(self, source: str) -> None:
        """Use that scanner no more. Raises ``services.ports.ProfilesUnwritableError``."""
        ...

    def listen_for_set_up(self, heard: Callable[[HeardReading], None], changed: Callable[[], None]) -> None:
        """Listen to everything attached, also to what is not paired; nothing is grabbed.

        Until :meth:`end_set_up` readings go to *heard* instead of becoming scans. Both are called on
        threads of the devices.
        """
        ...

    def hear_keyboard(self, reading: HeardReading) -> None:
        """Take a reading of the keyboard wedge, which only the window sees, into the set-up."""
        ...

    def end_set_up(self) -> None:
        """Use the scanners of this station as before."""
        ...

    def record(self, *, on: bool) -> Path | None:
        """Begin or end recording what the scanners send; return the file, ``None`` where it cannot be."""
        ...

    @property
    def records_to(self) -> Path | None:
        """The file that is written to; a recording may end by itself, which *changed* tells."""
        ...
