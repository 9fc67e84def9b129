"""Input devices that behave as evdev's do: what they return, what they raise, and when."""

import contextlib
import errno
import os
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from types import SimpleNamespace

from traitortrack_desktop.devices.input_nodes import InputDeviceDescription
from traitortrack_desktop.domain.scanners import DeviceIdentity

EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
LEFT_SHIFT = 42
US = {char: 2 + i for i, char in enumerate("1234567890-=")}
US |= {char: 16 + i for i, char in enumerate("qwertyuiop[]")}
US |= {char: 30 + i for i, char in enumerate("asdfghjkl;'`")}
US |= {char: 44 + i for i, char in enumerate("zxcvbnm,./")}
US |= {" ": 57, "\n": 28, "\t": 15}
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~<>?', "1234567890-=[];'`,./", strict=False)) | {"~": "`"}
BUFFER_EVENTS = 64
LATER_MS = 10_000
"""Keys come long after the grab, unless a test says otherwise."""


def oserror(number):
    return OSError(number, os.strerror(number))


class FakeNode:
    """An open event node of a gun, or a keyboard."""

    def __init__(self, device, path):
        self.path = path
        self.info = SimpleNamespace(vendor=device.identity.vendor, product=device.identity.product)
        self.phys = f"{device.identity.location or ''}/input0"
        self.uniq = device.identity.serial or ""
        self._device = device
        self._ours, self._theirs = socket.socketpair()
        self._events = deque()
        self._lock = threading.Lock()
        self.is_grabbed = False
        self.is_closed = False

    def fileno(self):
        return self._ours.fileno()

    def read(self):
        self._check()
        with self._lock:
            if not self._events:
                raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
            batch = [self._events.popleft() for _ in range(min(BUFFER_EVENTS, len(self._events)))]
            if not self._events:
                self._ours.recv(4096)
        yield from batch

    def grab(self):
        self._check()
        if self._device.grabbed_elsewhere or self.path in self._device.grabbed:
            raise oserror(errno.EBUSY)
        self._device.grabbed.add(self.path)
        self._device.grab_history.append(self.path)
        self.is_grabbed = True

    def ungrab(self):
        self._check()
        if not self.is_grabbed:
            raise oserror(errno.EINVAL)
        self._release()

    def active_keys(self):
        self._check()
        return self._device.active_keys.pop(0) if self._device.active_keys else []

    def close(self):
        if not self.is_closed:
            self.is_closed = True
            self._release()
            self._ours.close()
            self._theirs.close()

    def _release(self):
        if self.is_grabbed:
            self._device.grabbed.discard(self.path)
            self.is_grabbed = False

    def _check(self):
        if self.is_closed:
            raise oserror(errno.EBADF)
        if not self._device.plugged_in:
            raise oserror(errno.ENODEV)

    # -- the other end

    def put(self, events):
        with self._lock:
            if not self._events:
                self._theirs.send(b"\0")
            self._events.extend(events)

    def hang_up(self):
        with contextlib.suppress(OSError):  # Its reader may have closed it already.
            self._theirs.send(b"\0")


@dataclass
class FakeDevice:
    """A gun or a keyboard with one or more event nodes."""

    identity: DeviceIdentity
    paths: tuple = ("/dev/input/event7",)
    has_letters: bool = True
    may_be_read: bool = True
    plugged_in: bool = True
    grabbed_elsewhere: bool = False
    active_keys: list = field(default_factory=list)
    grabbed: set = field(default_factory=set)
    grab_history: list = field(default_factory=list)
    opened: list = field(default_factory=list)
    at_ms: int = 0

    def __post_init__(self):
        self.at_ms = time.monotonic_ns() // 1_000_000 + LATER_MS

    @property
    def nodes(self):
        return [node for node in self.opened if not node.is_closed]

    def unplug(self):
        self.plugged_in = False
        for node in self.nodes:
            node.hang_up()

    def plug_in(self, *paths):
        self.paths = paths or self.paths
        self.plugged_in = True
        self.at_ms += LATER_MS

    def type_text(self, text, *, gap_ms=2, node=0):
        events = [event for char in text for event in self._char(char, gap_ms)]
        self.nodes[node].put(events)

    def drop(self):
        """The kernel's buffer ran over."""
        self.nodes[0].put([self._event(EV_SYN, SYN_DROPPED, 0), self._event(EV_KEY, 30, 1), self._syn()])

    def hold(self, char, times):
        code = US[char]
        self.nodes[0].put(
            [self._key(code, 1), *(self._key(code, 2) for _ in range(times)), self._key(code, 0)]
        )

    def _char(self, char, gap_ms):
        shifted = char.isupper() or char in SHIFTED
        code = US[SHIFTED.get(char, char.lower())]
        self.at_ms += gap_ms
        shift = [self._key(LEFT_SHIFT, 1), self._syn()] if shifted else []
        unshift = [self._key(LEFT_SHIFT, 0), self._syn()] if shifted else []
        return [*shift, self._key(code, 1), self._syn(), self._key(code, 0), self._syn(), *unshift]

    def _key(self, code, value):
        return self._event(EV_KEY, code, value)

    def _syn(self):
        return self._event(EV_SYN, SYN_REPORT, 0)

    def _event(self, kind, code, value):
        return SimpleNamespace(
            sec=self.at_ms // 1000, usec=self.at_ms % 1000 * 1000 + 999, type=kind, code=code, value=value
        )


class FakeInputDevices:
    """What is attached to this computer."""

    def __init__(self, *devices):
        self.devices = list(devices)
        self.open_error = None

    def described(self):
        return [
            InputDeviceDescription(
                identity=device.identity,
                label="A gun",
                paths=device.paths,
                has_letters=device.has_letters,
                may_be_read=device.may_be_read,
            )
            for device in self.devices
            if device.plugged_in
        ]

    def open(self, path):
        if self.open_error is not None:
            raise oserror(self.open_error)
        device = next((each for each in self.devices if path in each.paths and each.plugged_in), None)
        if device is None:
            raise oserror(errno.ENOENT)
        if not device.may_be_read:
            raise oserror(errno.EACCES)
        node = FakeNode(device, path)
        device.opened.append(node)
        return node

    @property
    def grabbed(self):
        """Every path that was grabbed at any time."""
        return sorted(path for device in self.devices for path in device.grab_history)
