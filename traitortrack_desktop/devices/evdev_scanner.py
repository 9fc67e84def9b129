"""A keyboard wedge on Linux that is read as a device of its own: one thread per scanner.

It is grabbed, so that nothing it sends reaches the desktop, whatever window is active and whatever the
layout is. Only the scanner that was paired is ever opened, let alone grabbed: a grabbed keyboard is
dead for everybody else. Without the grab it is not read at all, because its codes would come twice.
"""

import errno
import logging
import os
import selectors
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from traitortrack_desktop.devices.device_keys import DeviceKeys
from traitortrack_desktop.devices.input_nodes import (
    EV_KEY,
    EV_SYN,
    GONE,
    SYN_DROPPED,
    SYN_REPORT,
    InputDeviceDescription,
    InputDevices,
    InputNode,
    KernelEvent,
    LinuxInputDevices,
    closing,
    is_evdev_there,
    milliseconds_of,
    take_all,
)
from traitortrack_desktop.devices.recognition import the_paired_one
from traitortrack_desktop.devices.source_thread import FIRST_RETRY_SECONDS, SourceThread, UnreachableError
from traitortrack_desktop.devices.sources import STOP_SECONDS, Outlets
from traitortrack_desktop.domain.scanners import ScannerProfile
from traitortrack_desktop.services.events import ScannerProblem

_LONGEST_WAIT_SECONDS = 0.2
_UP, _HELD = 0, 2
_KEYS_UP_WITHIN_SECONDS = 1.0
_SETTLE_SECONDS = 0.3

_log = logging.getLogger(__name__)


class EvdevScanner:
    """Reads one paired scanner until stopped. Times of its frames: the kernel's monotonic clock.

    After a loss the first readings wait until it shows whether they come out of the scanner's memory; with
    *reconnect_hold* also after the start.
    """

    def __init__(
        self,
        profile: ScannerProfile,
        outlets: Outlets,
        *,
        devices: InputDevices | None = None,
        reconnect_hold: bool = False,
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self._profile = profile
        self._outlets = outlets
        self._devices = devices or LinuxInputDevices()
        self._reconnect_hold = reconnect_hold
        self._was_open = False
        self._wake_read, self._wake_write = -1, -1
        self._thread = SourceThread(
            profile, outlets, self._serve, wake=self._wake, first_retry_seconds=first_retry_seconds
        )

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
        self._wake_read, self._wake_write = os.pipe()
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have it let go of the scanner and end; returns at once."""
        self._thread.ask_to_stop()

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """Let go of the scanner and end the thread; returns when that is done or the time is over."""
        if not self._thread.stop(within_seconds=within_seconds):
            return  # It still looks at the pipe.
        for end in (self._wake_read, self._wake_write):
            if end >= 0:
                os.close(end)
        self._wake_read, self._wake_write = -1, -1

    def answer(self, *, good: bool) -> None:
        """Do nothing: a keyboard has no way back."""

    def _wake(self) -> None:
        if self._wake_write >= 0:
            os.write(self._wake_write, b"\0")

    def _serve(self) -> None:
        device = self._paired_device()
        with ExitStack() as stack:
            nodes = [stack.enter_context(self._grabbed(device, path)) for path in device.paths]
            keys = DeviceKeys(
                self._profile,
                self._outlets,
                opened_ms=_now_ms(),
                holds=self._reconnect_hold or self._was_open,
                after_loss=self._was_open,
            )
            stack.callback(lambda: keys.cut_off(lost=not self._thread.stopping.is_set()))
            self._was_open = True
            try:
                self._read(nodes, keys)
            except OSError as error:
                raise UnreachableError(_problem(error, ScannerProblem.LOST)) from error

    def _paired_device(self) -> InputDeviceDescription:
        if not is_evdev_there():
            raise UnreachableError(ScannerProblem.UNSUPPORTED)
        device = self._found()
        if device is not None and not device.may_be_read:
            # A device that just appeared gets its rights only a moment later.
            self._thread.stopping.wait(_SETTLE_SECONDS)
            device = self._found()
        if device is None:
            raise UnreachableError(ScannerProblem.MISSING)
        if not device.may_be_read:
            raise UnreachableError(ScannerProblem.NO_PERMISSION)
        return device

    def _found(self) -> InputDeviceDescription | None:
        described = self._devices.described()
        return the_paired_one(self._profile.identity, [(each.identity, each) for each in described])

    @contextmanager
    def _grabbed(self, device: InputDeviceDescription, path: str) -> Iterator[InputNode]:
        try:
            node = self._devices.open(path)
        except OSError as error:
            raise UnreachableError(_problem(error, ScannerProblem.MISSING)) from error
        with closing(node):
            if not device.has(node):
                raise UnreachableError(ScannerProblem.MISSING)
            self._grab(node)
            try:
                yield node
            finally:
                with suppress(OSError):  # It may be gone.
                    node.ungrab()

    def _grab(self, node: InputNode) -> None:
        """Grab it while no key is down, whose coming up the desktop would miss."""
        try:
            deadline = time.monotonic() + _KEYS_UP_WITHIN_SECONDS
            while node.active_keys() and time.monotonic() < deadline and not self._thread.stopping.is_set():
                time.sleep(0.002)
            node.grab()
            take_all(node, lambda _: None)  # What came until now the desktop has had too.
        except OSError as error:
            raise UnreachableError(_problem(error, ScannerProblem.MISSING)) from error

    def _read(self, nodes: Sequence[InputNode], keys: DeviceKeys) -> None:
        events = _Events(keys)
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ)
            for node in nodes:
                selector.register(node.fileno(), selectors.EVENT_READ, node)
            while self._thread.goes_round():
                looked_ms = _now_ms()
                if keys.counts(looked_ms):
                    self._thread.tell_ready()
                for key, _ in selector.select(_LONGEST_WAIT_SECONDS):
                    if key.data is not None:
                        take_all(key.data, events.take)
                # A later time would call a stall of this thread a silence of the scanner.
                keys.time_passed(looked_ms)


class _Events:
    """Events of one connection: which of them are keys, and when the kernel dropped some."""

    def __init__(self, keys: DeviceKeys) -> None:
        self._keys = keys
        self._dropping = False

    def take(self, event: KernelEvent) -> None:
        """Take one event of the kernel."""
        at_ms = milliseconds_of(event)
        if event.type == EV_SYN and event.code == SYN_DROPPED:
            self._dropping = True
            self._keys.lost(at_ms)
        elif event.type == EV_SYN and event.code == SYN_REPORT:
            self._dropping = False
        elif event.type == EV_KEY and not self._dropping:
            self._keys.take(event.code, down=event.value != _UP, repeated=event.value == _HELD, at_ms=at_ms)


def _problem(error: OSError, otherwise: ScannerProblem) -> ScannerProblem:
    if error.errno in {errno.EACCES, errno.EPERM}:
        return ScannerProblem.NO_PERMISSION
    if error.errno == errno.EBUSY:
        return ScannerProblem.BUSY
    if error.errno in GONE or error.errno == errno.ENOENT:
        return otherwise
    return ScannerProblem.FAILED


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
