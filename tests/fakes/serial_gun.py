"""The scanner's end of a pseudo-terminal, and what a source tells."""

import contextlib
import os
import pty
import select
import threading
import time
import tty
from pathlib import Path

from traitortrack_desktop.devices import serial_scanner
from traitortrack_desktop.devices.serial_scanner import SerialScanner
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.scanners import ScannerRole, SerialLine

PATIENCE_SECONDS = 10


def until(holds):
    """Return when *holds* does; for what tells nobody."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def try_again_soon(monkeypatch):
    """Let every source look for its port at once after a loss, where nobody asks when."""
    monkeypatch.setattr(serial_scanner, "_RETRY_SECONDS", (0.05,))


class PtyGun:
    """A scanner on a port that this process may open, unplug and plug in again under another name."""

    def __init__(self):
        self.end = self.path = None
        self.plug_in()

    def plug_in(self):
        self.end, station_end = pty.openpty()
        tty.setraw(station_end)
        self.path = os.ttyname(station_end)
        os.close(station_end)

    def place(self):
        return self.path if self.path and Path(self.path).exists() else None

    def send(self, *parts):
        for part in parts:
            sent = 0
            while sent < len(part):
                sent += os.write(self.end, part[sent:])

    def heard(self, size, seconds=PATIENCE_SECONDS):
        """Return what the station wrote as soon as it is *size* bytes, or what it is then."""
        data = b""
        until = time.monotonic() + seconds
        while len(data) < size and (left := until - time.monotonic()) > 0:
            if select.select([self.end], [], [], left)[0]:
                data += os.read(self.end, 4096)
        return data

    def unplug(self):
        if self.end is not None:
            os.close(self.end)
            self.end = None

    def gone(self):
        with contextlib.suppress(OSError):
            self.unplug()


class Told:
    """What a source told, with the means to wait for it."""

    def __init__(self):
        self.frames, self.lights, self.chunks, self.tapped = [], [], [], []
        self.submits = self.frames.append
        self._changed = threading.Condition()
        self.outlets = Outlets(submit=self._submit, changed=self._light, tap=self)

    def _submit(self, frame):
        with self._changed:
            self._changed.notify_all()
            self.submits(frame)

    def _light(self, light):
        with self._changed:
            self.lights.append(light)
            self._changed.notify_all()

    def bytes_came(self, source, data, at_ms):
        with self._changed:
            self.chunks.append(data)
            self._changed.notify_all()

    def framed(self, frame):
        self.tapped.append(frame)

    def wait_until(self, holds, seconds=PATIENCE_SECONDS):
        with self._changed:
            assert self._changed.wait_for(holds, seconds), (self.lights, self.frames[-5:])

    def wait_for_frames(self, count):
        self.wait_until(lambda: len(self.frames) >= count)
        return [(frame.kind.value, frame.raw) for frame in self.frames]

    def wait_for_bytes(self, count):
        self.wait_until(lambda: sum(map(len, self.chunks)) >= count)

    def wait_for_light(self, *, ready, problem=None):
        self.wait_until(
            lambda: self.lights and (self.lights[-1].ready, self.lights[-1].problem) == (ready, problem)
        )


@contextlib.contextmanager
def scanning(told, place, *, ready=True, line=None, reconnect_hold=False, name="left", **more):
    """A started source that reads the port at *place* and is stopped at the end."""
    scanner = SerialScanner(
        source=f"usb:{name}",
        name=name,
        role=ScannerRole.CHILDREN,
        line=line or SerialLine(),
        place=place,
        outlets=told.outlets,
        reconnect_hold=reconnect_hold,
        **more,
    )
    scanner.start()
    try:
        if ready:
            told.wait_for_light(ready=True)
        yield scanner
    finally:
        scanner.stop()
