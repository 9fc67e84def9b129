"""What the readings of a scanner say about it: garbled, endless, taken for a modem. Pure."""

from traitortrack_desktop.devices.framing import LONGEST_FRAME_BYTES
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.services.events import ScannerProblem

BAD_READINGS = 3
"""So many in a row are no accident."""

_BAD = frozenset({FrameKind.GARBLED, FrameKind.PARTIAL, FrameKind.OVERSIZE})


class ScannerHealth:
    """Follows one connection. Every problem lasts until a whole reading comes."""

    def __init__(self, *, shared: bool = False) -> None:
        self._bad_in_a_row = 0
        self._bytes_without_frame = 0
        self._is_modem = False
        self._is_endless = False
        self._is_shared = shared

    @property
    def problem(self) -> ScannerProblem | None:
        """Return what is wrong although the scanner is heard."""
        if self._is_endless:
            return ScannerProblem.ENDLESS
        if self._bad_in_a_row >= BAD_READINGS:
            return ScannerProblem.GARBLED
        if self._is_modem:
            return ScannerProblem.MODEM
        return ScannerProblem.SHARED if self._is_shared else None

    def came(self, size: int) -> None:
        """So many bytes came; call before their frames."""
        self._bytes_without_frame += size

    def rests(self, *, holds_part: bool) -> None:
        """Every frame of what came is told; more than one reading's bytes without one are endless."""
        if not holds_part:
            self._bytes_without_frame = 0
        elif self._bytes_without_frame > LONGEST_FRAME_BYTES:
            self._is_endless = True

    def framed(self, frame: ScanFrame) -> None:
        """A frame was made."""
        self._bytes_without_frame = 0
        if frame.kind is FrameKind.NOISE:
            self._is_modem = True
        elif frame.kind in _BAD:
            self._bad_in_a_row += 1
        else:
            self._bad_in_a_row = 0
            self._is_modem = self._is_endless = self._is_shared = False
