"""Where a recording is plugged in while the scanners go on. Called on the reading threads."""

from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.devices.sources import NoTap, RawTap
from traitortrack_desktop.domain.frames import ScanFrame


class TapSwitch:
    """A ``RawTap`` that passes everything on to *to*, which may change at any time."""

    def __init__(self) -> None:
        self.to: RawTap = NoTap()

    def bytes_came(self, source: str, data: bytes, at_ms: int) -> None:
        """Pass on some bytes."""
        self.to.bytes_came(source, data, at_ms)

    def key_came(self, source: str, stroke: KeyStroke, *, down: bool) -> None:
        """Pass on a key."""
        self.to.key_came(source, stroke, down=down)

    def framed(self, frame: ScanFrame) -> None:
        """Pass on a frame."""
        self.to.framed(frame)
