"""Emulated scanners, as Linux drivers see them: USB gadgets on dummy ports, and a HID device through uhid.

Runs as root in the guest of :mod:`run_rig`. A USB gun is plugged into a port of ``dummy_hcd``; on the
other side of that port sit the very drivers that serve a real scanner.
"""

import errno
import os
import select
import struct
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

VENDOR = 0x1EAB
SERIAL_PRODUCT, KEYBOARD_PRODUCT, POS_PRODUCT = 0x0106, 0x0022, 0x0010
LEFT, RIGHT = 0, 1
"""USB ports; the dummy controllers 2 and 3 are further ones."""

_GADGETS = Path("/sys/kernel/config/usb_gadget")

_KEYBOARD_DESCRIPTOR = bytes.fromhex(
    "05010906a101"  # generic desktop, keyboard, application
    "050719e029e71500250175019508 8102"  # eight modifier keys
    "950175088101"  # one byte for nothing
    "95057501050819012905 9102 950175039101"  # lamps
    "95067508150025650507190029658100"  # six keys
    "c0"
)
_ENTER, _LEFT_SHIFT = 0x28, 0x02
_US_KEYS = (
    (0x04, "abcdefghijklmnopqrstuvwxyz1234567890", "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()"),
    (0x2C, " -=[]\\", " _+{}|"),
    (0x33, ";'`,./", ':"~<>?'),
)
"""From a usage on: the characters of the keys, alone and with Shift."""

POS_REPORT_ID, POS_DATA_BYTES = 2, 56
_POS_DESCRIPTOR = bytes.fromhex(
    "058c0902a101"  # bar code scanner, application
    "8502"  # report 2
    "0912a102"  # scanned data report, logical
    "150026ff007508"
    "0501093b95018102"  # number of data bytes
    "058c953809fe8102"  # decoded data
    "950109fb810209fc810209fd8102"  # symbology identifier, three characters
    "95028103"  # two bytes for nothing
    "25017501950109ff8102"  # decoded data continued
    "75078103"
    "c0c0"
)

T = TypeVar("T")


def wait_for(look: Callable[[], T], *, seconds: float = 10) -> T:
    """Return the first true answer of *look*; AssertionError when none comes within *seconds*."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.01)
    return found


def _nodes(shown_as: str, is_mine: Callable[[Path], bool]) -> list[str]:
    """Return the device files of what *is_mine* among *shown_as*, below ``/sys/class``."""
    nodes = []
    for shown in sorted(Path("/sys/class").glob(shown_as)):
        with suppress(OSError):  # it was unplugged just now
            nodes += [_node_of(shown)] if is_mine(shown) else []
    return nodes


def _node_of(device: Path) -> str:
    """Return the device file of what stands at *device* in ``/sys``."""
    named = next(line for line in _lines(device / "uevent") if line.startswith("DEVNAME="))
    return f"/dev/{named.removeprefix('DEVNAME=')}"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


class UsbGun:
    """A scanner on a USB cable."""

    product: int
    shown_as: str
    """What the computer shows it as, below ``/sys/class``."""

    def __init__(self, serial: str, port: int, *functions: str) -> None:
        self.serial = serial
        self.port = port
        self._folder = _GADGETS / f"{serial}-{port}"
        self._folder.mkdir()
        self._write("idVendor", f"{VENDOR:#06x}")
        self._write("idProduct", f"{self.product:#06x}")
        self._write("strings/0x409/serialnumber", serial)
        self._write("strings/0x409/manufacturer", "Rig")
        self._write("strings/0x409/product", "Rig Scanner")
        self._write("configs/c.1/MaxPower", "100")
        self.functions = [self._folder / "functions" / name for name in functions]
        for function in self.functions:
            function.mkdir()
            self._configure(function)
            (self._folder / "configs/c.1" / function.name).symlink_to(function)

    def _configure(self, function: Path) -> None:
        """Set up a function before it is put into the configuration."""

    @property
    def nodes(self) -> list[str]:
        """The device files that the computer shows for it, by its port."""
        return _nodes(self.shown_as, lambda shown: f"/dummy_hcd.{self.port}/" in str(shown.readlink()))

    def _write(self, name: str, value: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(value)

    def plug(self, port: int | None = None) -> None:
        """Push the plug in, into *port* if one is named; returns when the computer shows the gun."""
        self.port = self.port if port is None else port
        self._write("UDC", f"dummy_udc.{self.port}")
        wait_for(lambda: all(Path(node).exists() for node in self.nodes) and self.nodes)

    def unplug(self) -> None:
        """Pull the plug; returns when the computer has noticed."""
        try:
            self._write("UDC", "\n")
        except OSError as error:
            if error.errno != errno.ENODEV:  # was not plugged in
                raise
        wait_for(lambda: not self.nodes)

    def throw_away(self) -> None:
        """Unplug, and leave nothing behind."""
        self.unplug()
        for function in self.functions:
            (self._folder / "configs/c.1" / function.name).unlink()
            function.rmdir()
        for folder in ("configs/c.1", "strings/0x409", "."):
            (self._folder / folder).rmdir()


class SerialGun(UsbGun):
    """A scanner in COM mode (USB-CDC)."""

    product = SERIAL_PRODUCT
    shown_as = "tty/ttyACM*"

    def __init__(self, serial: str, port: int) -> None:
        super().__init__(serial, port, "acm.0")
        self._handle: int | None = None

    def plug(self, port: int | None = None) -> None:
        super().plug(port)
        number = (self.functions[0] / "port_num").read_text().strip()
        self._handle = os.open(f"/dev/ttyGS{number}", os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._handle)

    def unplug(self) -> None:
        super().unplug()
        if self._handle is not None:  # sooner, closing would wait until the computer has read everything
            os.close(self._handle)
            self._handle = None

    def send(self, data: bytes) -> None:
        """Send *data*, as much at a time as the cable takes."""
        assert self._handle is not None
        while data:
            data = data[os.write(self._handle, data) :]

    def heard(self, seconds: float = 2) -> bytes:
        """Return what the computer sends to the gun; AssertionError when nothing comes."""
        assert self._handle is not None
        readable, _, _ = select.select([self._handle], [], [], seconds)
        assert readable, "the gun heard nothing"
        return os.read(self._handle, 4096)


class HidGun(UsbGun):
    """A scanner of USB's class of input devices."""

    descriptor: bytes
    report_length: int

    def __init__(self, serial: str, port: int, *, interfaces: int = 1) -> None:
        super().__init__(serial, port, *(f"hid.{number}" for number in range(interfaces)))

    def _configure(self, function: Path) -> None:
        (function / "report_length").write_text(str(self.report_length))
        (function / "report_desc").write_bytes(self.descriptor)

    def report(self, *reports: bytes, interface: int = 0, pause_seconds: float = 0) -> None:
        """Send *reports*, each followed by a pause; returns when the computer has taken all but the last."""
        number = (self.functions[interface] / "dev").read_text().strip()
        handle = os.open(_node_of(Path("/sys/dev/char", number)), os.O_RDWR)
        try:
            for each in reports:
                os.write(handle, each)
                time.sleep(pause_seconds)
        finally:
            os.close(handle)


class KeyboardGun(HidGun):
    """A scanner that types, as most come out of the box."""

    product = KEYBOARD_PRODUCT
    descriptor = _KEYBOARD_DESCRIPTOR
    report_length = 8
    shown_as = "input/event*"

    def type(
        self, text: str, *, enter: bool = True, interface: int = 0, pause_seconds: float = 0.002
    ) -> None:
        """Type *text*; a report for each key going down and one for all keys going up, each with a pause."""
        strokes = [_stroke(character) for character in text] + ([(0, _ENTER)] if enter else [])
        reports = (report for stroke in strokes for report in (_keys(*stroke), _keys(0, 0)))
        self.report(*reports, interface=interface, pause_seconds=pause_seconds)


def _keys(modifiers: int, usage: int) -> bytes:
    return bytes((modifiers, 0, usage, 0, 0, 0, 0, 0))


def _stroke(character: str) -> tuple[int, int]:
    """Return modifiers and usage of the key for *character* on a US keyboard."""
    for first_usage, plain, shifted in _US_KEYS:
        if character in plain:
            return 0, first_usage + plain.index(character)
        if character in shifted:
            return _LEFT_SHIFT, first_usage + shifted.index(character)
    raise ValueError(f"no key for {character!r}")


def pos_reports(text: str) -> list[bytes]:
    """Return the reports of one Code 128; all but the last say that it goes on."""
    data = text.encode()
    parts = [data[at : at + POS_DATA_BYTES] for at in range(0, len(data), POS_DATA_BYTES)]
    return [
        bytes((POS_REPORT_ID, len(part)))
        + part.ljust(POS_DATA_BYTES, b"\0")
        + b"]C0\0\0"
        + bytes((number < len(parts),))
        for number, part in enumerate(parts, start=1)
    ]


class UsbPosGun(HidGun):
    """A HID-POS scanner on a cable."""

    product = POS_PRODUCT
    descriptor = _POS_DESCRIPTOR
    report_length = 64
    shown_as = "hidraw/hidraw*"


class PosGun:
    """A HID-POS scanner without a cable, as Bluetooth's own driver would show it (uhid)."""

    _CREATE, _DESTROY, _INPUT = 11, 1, 12
    _BLUETOOTH = 5

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self._handle: int | None = None

    @property
    def nodes(self) -> list[str]:
        """The device files that the computer shows for it."""
        mine = f"HID_UNIQ={self.serial}"
        return _nodes("hidraw/hidraw*", lambda shown: mine in _lines(shown / "device/uevent"))

    def plug(self) -> None:
        """Come into reach."""
        self._handle = os.open("/dev/uhid", os.O_RDWR)
        names = struct.pack("<128s64s64s", b"Rig POS Scanner", b"rig/pos", self.serial.encode())
        numbers = struct.pack(
            "<HHIIII", len(_POS_DESCRIPTOR), self._BLUETOOTH, VENDOR, POS_PRODUCT, 0x0100, 0
        )
        self._write(self._CREATE, names + numbers + _POS_DESCRIPTOR)
        wait_for(lambda: self.nodes)

    def report(self, *reports: bytes) -> None:
        """Send *reports*, one at a time."""
        for each in reports:
            self._write(self._INPUT, struct.pack("<H", len(each)) + each)

    def unplug(self) -> None:
        """Go out of reach."""
        if self._handle is None:
            return
        self._write(self._DESTROY, b"")
        os.close(self._handle)
        self._handle = None

    throw_away = unplug

    def _write(self, kind: int, content: bytes) -> None:
        assert self._handle is not None
        os.write(self._handle, struct.pack("<I", kind) + content)
