"""The input devices of Linux, as the kernel describes them, and the opening of one of them.

What is attached is read from sysfs, which everybody may read: so nothing has to be opened to find the
paired scanner, and one without permission can be told from one that is not there. A scanner may have
several event nodes; those of one device that can press Enter belong together.
"""

import errno
import importlib
import os
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from traitortrack_desktop.devices.optional_library import is_installed
from traitortrack_desktop.devices.recognition import distinct
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice

KEY_ENTER, KEY_KP_ENTER, KEY_A, KEY_Z = 28, 96, 30, 44
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
GONE = frozenset({errno.ENODEV, errno.EBADF, errno.EIO})
"""What the kernel answers when the device is not there any more."""

_SET_CLOCK = 0x400445A0
"""EVIOCSCLOCKID: which clock stamps the events (linux/input.h)."""
_CLOCK_MONOTONIC = 1


class KernelEvent(Protocol):
    """One ``input_event``."""

    sec: int
    usec: int
    type: int
    code: int
    value: int


class NodeInfo(Protocol):
    """Who made the device."""

    vendor: int
    product: int


class InputNode(Protocol):
    """An open event node, as ``evdev.InputDevice`` is one. Everything may raise ``OSError``.

    *phys* and *uniq* are the kernel's own of the node that is open, whatever its path is called now.
    """

    info: NodeInfo
    phys: str
    uniq: str

    def fileno(self) -> int:
        """The file to wait for."""
        ...

    def read(self) -> Iterable[KernelEvent]:
        """Return what has come; ``BlockingIOError`` when nothing has. Errors come while iterating."""
        ...

    def grab(self) -> None:
        """Take the events away from everybody else; ``EBUSY`` when somebody has."""
        ...

    def ungrab(self) -> None:
        """Let everybody have them again."""
        ...

    def active_keys(self) -> Sequence[int]:
        """Return the keys that are down now."""
        ...

    def close(self) -> None:
        """Close it; the kernel ends a grab with it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDeviceDescription:
    """One device with all event nodes that can press Enter. *has_letters*: it can type."""

    identity: DeviceIdentity
    label: str
    paths: tuple[str, ...]
    has_letters: bool
    may_be_read: bool

    def has(self, node: InputNode) -> bool:
        """Whether *node* is one of this device: its path may have become another device's meanwhile."""
        return (
            (node.info.vendor, node.info.product) == (self.identity.vendor, self.identity.product)
            and _place(node.phys) == self.identity.location
            and (self.identity.serial or "") == node.uniq.strip()
        )


def milliseconds_of(event: KernelEvent) -> int:
    """Return when *event* happened, on the clock that stamps it."""
    return event.sec * 1000 + event.usec // 1000


def take_all(node: InputNode, take: Callable[[KernelEvent], None]) -> None:
    """Give *take* everything that waits in *node*. Raises ``OSError`` when it is gone."""
    with suppress(BlockingIOError):
        while True:
            for event in node.read():
                take(event)


@contextmanager
def closing(node: InputNode) -> Iterator[InputNode]:
    """Close *node* at the end, also where it is gone."""
    try:
        yield node
    finally:
        with suppress(OSError):
            node.close()


class InputDevices(Protocol):
    """The input devices of this computer."""

    def described(self) -> Sequence[InputDeviceDescription]:
        """Return those that can press Enter. Opens none."""
        ...

    def open(self, path: str) -> InputNode:
        """Open a node, with events stamped by the monotonic clock.

        Raises ``OSError``, and ``ModuleNotFoundError`` where evdev is not installed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    path: str
    vendor: int
    product: int
    serial: str | None
    location: str | None
    label: str
    has_letters: bool
    may_be_read: bool


class LinuxInputDevices:
    """What ``/sys/class/input`` says, and what evdev opens."""

    def __init__(self, sysfs: Path = Path("/sys/class/input"), dev: Path = Path("/dev/input")) -> None:
        self._sysfs = sysfs
        self._dev = dev

    def described(self) -> Sequence[InputDeviceDescription]:
        """Return those that can press Enter. Opens none."""
        devices: dict[tuple[object, ...], list[_Node]] = {}
        for folder in sorted(self._sysfs.glob("event*"), key=lambda folder: int(folder.name[5:] or 0)):
            node = self._node(folder)
            if node is not None:
                key = (node.vendor, node.product, node.serial, node.location or node.path)
                devices.setdefault(key, []).append(node)
        return [_described(nodes) for nodes in devices.values()]

    def open(self, path: str) -> InputNode:
        """Open a node, with events stamped by the monotonic clock."""
        evdev = importlib.import_module("evdev")
        node = cast("InputNode", evdev.InputDevice(path, readonly=True))
        _stamp_monotonically(node)
        return node

    def _node(self, folder: Path) -> _Node | None:
        device = folder / "device"
        try:
            keys = _bits((device / "capabilities" / "key").read_text())
            vendor, product = (int((device / "id" / name).read_text(), 16) for name in ("vendor", "product"))
            name, phys, uniq = ((device / name).read_text().strip() for name in ("name", "phys", "uniq"))
        except (OSError, ValueError):
            return None  # It was unplugged meanwhile.
        if not keys >> KEY_ENTER & 1 and not keys >> KEY_KP_ENTER & 1:
            return None
        path = self._dev / folder.name
        return _Node(
            path=str(path),
            vendor=vendor,
            product=product,
            serial=uniq or None,
            location=_place(phys),
            label=name,
            has_letters=all(keys >> code & 1 for code in (KEY_A, KEY_Z)),
            may_be_read=os.access(path, os.R_OK),
        )


def attached_input_devices(devices: InputDevices | None = None) -> tuple[AttachedDevice, ...]:
    """Return every device that can type and press Enter, scanner or keyboard; none outside Linux."""
    if not _is_linux():
        return ()
    described = [each for each in (devices or LinuxInputDevices()).described() if each.has_letters]
    identities = distinct([each.identity for each in described])
    return tuple(
        AttachedDevice(
            connection=Connection.INPUT_DEVICE,
            identity=identity,
            place=each.paths[0],
            label=each.label,
            problem=_problem(each),
        )
        for identity, each in zip(identities, described, strict=True)
    )


def is_evdev_there() -> bool:
    """Whether the part of the program that reads input devices is installed."""
    return is_installed("evdev")


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def _problem(device: InputDeviceDescription) -> ScannerProblem | None:
    if not is_evdev_there():
        return ScannerProblem.UNSUPPORTED
    return None if device.may_be_read else ScannerProblem.NO_PERMISSION


def _identity(node: _Node) -> DeviceIdentity:
    return DeviceIdentity(
        vendor=node.vendor, product=node.product, serial=node.serial, location=node.location, name=node.label
    )


def _described(nodes: Sequence[_Node]) -> InputDeviceDescription:
    return InputDeviceDescription(
        identity=_identity(nodes[0]),
        label=nodes[0].label,
        paths=tuple(node.path for node in nodes),
        has_letters=any(node.has_letters for node in nodes),
        may_be_read=all(node.may_be_read for node in nodes),
    )


def _place(phys: str) -> str | None:
    """Return where a device is plugged in: its ``phys`` without the part that names the node."""
    return phys.partition("/")[0] or None


def _bits(words: str) -> int:
    """Return the bit field that sysfs prints as words of a C ``long``, the highest first."""
    width = struct.calcsize("l") * 8
    bits = 0
    for word in words.split():
        bits = bits << width | int(word, 16)
    return bits


def _stamp_monotonically(node: InputNode) -> None:
    """Stamp events by the clock that no one sets, which ``time.monotonic`` reads too."""
    if sys.platform == "linux":
        fcntl = importlib.import_module("fcntl")
        fcntl.ioctl(node.fileno(), _SET_CLOCK, struct.pack("i", _CLOCK_MONOTONIC))
