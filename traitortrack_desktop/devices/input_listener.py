"""Listens to a keyboard-like device during the set-up, on a thread of its own, without grabbing it.

Whoever uses the device keeps it: the desktop sees every key as before.
"""

import logging
import os
import selectors
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from traitortrack_desktop.devices.heard_keys import HeardKeys
from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.input_nodes import (
    EV_KEY,
    EV_SYN,
    SYN_DROPPED,
    InputDevices,
    InputNode,
    KernelEvent,
    LinuxInputDevices,
    closing,
    milliseconds_of,
    take_all,
)
from traitortrack_desktop.devices.sources import STOP_SECONDS
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

_LONGEST_WAIT_SECONDS = 0.2

_log = logging.getLogger(__name__)


class InputDeviceListener:
    """Tells *heard*, on its thread, the readings of one device until stopped or until it is unplugged."""

    def __init__(
        self,
        device: AttachedDevice,
        heard: Callable[[HeardReading], None],
        *,
        devices: InputDevices | None = None,
    ) -> None:
        self._device = device
        self._devices = devices or LinuxInputDevices()
        self._keys = HeardKeys(device, heard)
        self._held = HeldKeys()
        self._stopping = threading.Event()
        self._wake_read, self._wake_write = -1, -1
        self._thread = threading.Thread(target=self._run, name=f"listening to {device.place}", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._wake_read, self._wake_write = os.pipe()
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have it close the device and end; returns at once."""
        self._stopping.set()
        if self._wake_write >= 0:
            os.write(self._wake_write, b"\0")

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """Close the device and end the thread; returns when that is done or the time is over."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(within_seconds)
        if self._wake_write < 0 or self._thread.is_alive():
            return
        for end in (self._wake_read, self._wake_write):
            os.close(end)
        self._wake_read, self._wake_write = -1, -1

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                self._listen([stack.enter_context(closing(self._open(path))) for path in self._paths()])
        except (OSError, ModuleNotFoundError) as error:
            _log.info("%s: %s", self._device.place, error)
        finally:
            self._keys.forget()

    def _paths(self) -> tuple[str, ...]:
        """Return every node of the device."""
        described = self._devices.described()
        return next((each.paths for each in described if self._device.place in each.paths), ())

    def _open(self, path: str) -> InputNode:
        return self._devices.open(path)

    def _listen(self, nodes: list[InputNode]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_read, selectors.EVENT_READ)
            for node in nodes:
                selector.register(node.fileno(), selectors.EVENT_READ, node)
            while not self._stopping.is_set():
                looked_ms = time.monotonic_ns() // 1_000_000
                for key, _ in selector.select(_LONGEST_WAIT_SECONDS):
                    if key.data is not None:
                        take_all(key.data, self._take)
                self._keys.time_passed(looked_ms)

    def _take(self, event: KernelEvent) -> None:
        if event.type == EV_SYN and event.code == SYN_DROPPED:
            self._held.forget()
            self._keys.forget()
        elif event.type == EV_KEY:
            down = event.value != 0
            stroke = self._held.stroke(
                event.code, down=down, at_ms=milliseconds_of(event), repeated=event.value == 2
            )
            self._keys.take(stroke, down=down)
