"""A scanner that sends reports instead of keys (HID-POS, USB usage page 0x8C): one thread per scanner.

Opened, read and closed on this thread only, as hidapi needs it, with a finite timeout. What it sends
reaches no window. On Windows the system's own driver may keep such a scanner to itself.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from traitortrack_desktop.devices.frame_gate import FrameGate
from traitortrack_desktop.devices.hid_devices import (
    HidHandle,
    HidLibrary,
    described,
    hidapi,
    is_linux,
    report_layout,
)
from traitortrack_desktop.devices.hid_report import (
    CONTINUED_WITHIN_MS,
    ReportFramer,
    ReportLayout,
)
from traitortrack_desktop.devices.recognition import the_paired_one
from traitortrack_desktop.devices.reconnect_hold import ReconnectHold
from traitortrack_desktop.devices.source_thread import FIRST_RETRY_SECONDS, SourceThread, UnreachableError
from traitortrack_desktop.devices.sources import STOP_SECONDS, Outlets
from traitortrack_desktop.domain.scanners import ScannerProfile
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice

READ_TIMEOUT_MS = 200
_LONGEST_REPORT_BYTES = 1024


class HidPosScanner:
    """Reads one paired scanner until stopped. Times of its frames: ``time.monotonic``."""

    def __init__(
        self,
        profile: ScannerProfile,
        outlets: Outlets,
        *,
        library: Callable[[], HidLibrary] = hidapi,
        reconnect_hold: bool = False,
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self._profile = profile
        self._outlets = outlets
        self._library = library
        self._reconnect_hold = reconnect_hold
        self._was_open = False
        self._thread = SourceThread(profile, outlets, self._serve, first_retry_seconds=first_retry_seconds)

    @property
    def source(self) -> str:
        """What its frames carry as ``source``."""
        return self._profile.source

    @property
    def last_alive(self) -> float | None:
        """When its thread last went round; ``None`` when it has ended."""
        return self._thread.last_alive

    def start(self) -> None:
        """Begin to read; returns at once."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have it let go of the scanner and end; returns at once."""
        self._thread.ask_to_stop()

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """Let go of the scanner and end the thread; returns when that is done or the time is over."""
        self._thread.stop(within_seconds=within_seconds)

    def answer(self, *, good: bool) -> None:
        """Do nothing: its own signal is not known."""

    def _serve(self) -> None:
        library = self._library()
        device, path = self._paired_device(library)
        handle = _open(library, path, device)
        try:
            reading = _ReportReading(
                self._profile,
                self._outlets,
                report_layout(handle, path),
                opened_ms=_now_ms(),
                holds=self._reconnect_hold or self._was_open,
                after_loss=self._was_open,
            )
            self._was_open = True
            try:
                self._read(handle, reading)
            finally:
                reading.cut_off(lost=not self._thread.stopping.is_set())
        except (OSError, ValueError) as error:  # hidapi raises ValueError on what it has closed itself.
            raise UnreachableError(ScannerProblem.LOST) from error
        finally:
            with suppress(OSError):
                handle.close()

    def _paired_device(self, library: HidLibrary) -> tuple[AttachedDevice, bytes]:
        scanners = described(library)
        found = the_paired_one(self._profile.identity, [(each[0].identity, each) for each in scanners])
        if found is None:
            raise UnreachableError(ScannerProblem.MISSING)
        if found[0].problem is not None:
            raise UnreachableError(found[0].problem)
        return found

    def _read(self, handle: HidHandle, reading: "_ReportReading") -> None:
        while self._thread.goes_round():
            asked_ms = _now_ms()
            if reading.counts(asked_ms):
                self._thread.tell_ready()
            report = bytes(handle.read(_LONGEST_REPORT_BYTES, READ_TIMEOUT_MS))
            if report:
                reading.take(report, _now_ms())
            else:
                # A later time would call a stall of this thread a silence of the scanner.
                reading.time_passed(asked_ms)


class _ReportReading:
    """Reports of one connection into frames, in order."""

    def __init__(
        self,
        profile: ScannerProfile,
        outlets: Outlets,
        layout: ReportLayout | None,
        *,
        opened_ms: int,
        holds: bool,
        after_loss: bool,
    ) -> None:
        self._profile = profile
        self._outlets = outlets
        self._framer = ReportFramer(profile.source, layout, role=profile.role)
        self._gate = FrameGate(
            outlets,
            hold=ReconnectHold(opened_ms, after_loss=after_loss) if holds else None,
            doubted_until_ms=opened_ms + CONTINUED_WITHIN_MS,
        )
        self._last_ms = opened_ms

    def counts(self, now_ms: int) -> bool:
        """Whether a reading that begins now is taken for a whole one."""
        return self._gate.counts(now_ms)

    def take(self, report: bytes, at_ms: int) -> None:
        """Take one report."""
        self._last_ms = at_ms
        self._outlets.tap.bytes_came(self._profile.source, report, at_ms)
        self._gate.hand_on(self._framer.feed(report, at_ms), at_ms)

    def time_passed(self, now_ms: int) -> None:
        """Nothing more has come until now."""
        self._gate.hand_on(self._framer.silence(now_ms), now_ms)
        self._gate.time_passed(now_ms, is_under_way=self._framer.is_collecting)

    def cut_off(self, *, lost: bool) -> None:
        """The scanner is let go of or was *lost*: what was begun is a part."""
        self._gate.hand_on(self._framer.cut_off(), self._last_ms)
        self._gate.end(lost=lost)


def _open(library: HidLibrary, path: bytes, device: AttachedDevice) -> HidHandle:
    try:
        return library.open(path)
    except OSError as error:
        # hidapi gives no reason. It was there and may be read a moment ago.
        gone = is_linux() and not Path(device.place).exists()
        raise UnreachableError(ScannerProblem.MISSING if gone else ScannerProblem.BUSY) from error


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
