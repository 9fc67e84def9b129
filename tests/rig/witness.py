"""Keeps what a source tells, for the checks to look at."""

import threading

from guns import wait_for

from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem


class Witness:
    """The outlets of one source, and what came out of them."""

    def __init__(self) -> None:
        self.frames: list[ScanFrame] = []
        self.lights: list[tuple[bool, ScannerProblem | None]] = []
        self.bytes = b""
        self.keys = 0
        self.may_go_on = threading.Event()
        """Cleared by a check to hold the source up with its first reading."""
        self.may_go_on.set()

    @property
    def outlets(self) -> Outlets:
        return Outlets(submit=self._submit, changed=self._changed, tap=self)

    @property
    def readings(self) -> list[tuple[FrameKind, str]]:
        return [(frame.kind, frame.raw.decode("ascii", "backslashreplace")) for frame in self.frames]

    def sees(self, *readings: tuple[FrameKind, str], seconds: float = 10) -> None:
        """Wait for *readings*; AssertionError with what came instead."""
        try:
            wait_for(lambda: len(self.frames) >= len(readings), seconds=seconds)
        finally:
            assert self.readings == list(readings), f"came: {self.readings}, {self.bytes!r}"

    def sees_light(self, *, ready: bool, problem: ScannerProblem | None = None, seconds: float = 10) -> None:
        """Wait until the scanner's light is so; AssertionError with its history when it is not."""
        try:
            wait_for(lambda: self.lights and self.lights[-1] == (ready, problem), seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"the light was never {ready, problem}: {self.lights}") from error

    def _submit(self, frame: ScanFrame) -> None:
        self.frames.append(frame)
        assert self.may_go_on.wait(30)

    def _changed(self, event: ScannerChanged) -> None:
        self.lights.append((event.ready, event.problem))

    # -- the tap

    def bytes_came(self, source: str, data: bytes, at_ms: int) -> None:
        self.bytes += data

    def key_came(self, source: str, stroke: KeyStroke, *, down: bool) -> None:
        self.keys += down

    def framed(self, frame: ScanFrame) -> None:
        pass
