"""What the system says about its serial ports, and which of them a certain scanner is on.

On Linux :func:`list_ports` takes milliseconds. On Windows it may take seconds, with all threads of the
process standing still: there it is called in the process of ``devices.port_process`` alone.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from serial.tools.list_ports import comports

from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice

_KERNEL = Path("/sys/class/tty")
_NO_HARDWARE = "0"
"""What the kernel calls the type of a port that it only reserved a name for."""

_OTHER_END_OF_A_GADGET = re.compile(r"/dev/ttyGS\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """One port as the system lists it; *place* is its name now. What only USB ports have may be ``None``."""

    place: str
    label: str
    vendor: int | None = None
    product: int | None = None
    serial: str | None = None
    location: str | None = None
    is_forbidden: bool = False
    """This user may not open it; only Linux says so beforehand."""

    @property
    def _unit(self) -> tuple[int | None, int | None, str | None]:
        return self.vendor, self.product, self.serial


def list_ports(kernel: Path = _KERNEL) -> tuple[SerialPort, ...]:
    """Ask the system for its ports, in order of their names. Leaves out those without hardware.

    *kernel* is where Linux tells about its terminals.
    """
    ports = (
        SerialPort(
            place=port.device,
            label=_label(port.product, port.description, port.device),
            vendor=port.vid,
            product=port.pid,
            serial=port.serial_number or None,
            location=port.location or None,
            is_forbidden=_is_forbidden(port.device),
        )
        for port in comports()
        if _has_hardware(port.device, kernel)
    )
    return tuple(sorted(ports, key=lambda port: _in_numbers(port.place)))


def devices_of(ports: Sequence[SerialPort]) -> tuple[AttachedDevice, ...]:
    """Return *ports* as the set-up shows them."""
    units = Counter(port._unit for port in ports)
    return tuple(
        AttachedDevice(
            connection=Connection.SERIAL,
            identity=_identity(port, is_only_one=units[port._unit] == 1),
            place=port.place,
            label=port.label,
            problem=ScannerProblem.NO_PERMISSION if port.is_forbidden else None,
        )
        for port in ports
    )


def place_among(identity: DeviceIdentity, ports: Iterable[SerialPort]) -> str | None:
    """Return what the port of *identity* is called now; ``None`` while it is not there, or not for certain.

    A serial number that several devices share (makers print the same into all) says nothing, and the USB
    place decides. A port that is no USB device, also a Bluetooth one, is known by its name alone.
    """
    if identity.vendor is None:
        return place_of_name(identity.name)
    same_model = [
        port for port in ports if (port.vendor, port.product) == (identity.vendor, identity.product)
    ]
    if identity.serial:
        same_model = [port for port in same_model if port.serial == identity.serial]
        if len(same_model) == 1:
            return same_model[0].place
    found = [port for port in same_model if _is_where(identity, port)]
    return found[0].place if len(found) == 1 else None


def place_of_name(name: str | None) -> str | None:
    """Return *name* while there is such a port; on Windows always, where only opening it would tell."""
    only_opening_tells = sys.platform == "win32"
    return name if name and (only_opening_tells or Path(name).exists()) else None


def _identity(port: SerialPort, *, is_only_one: bool) -> DeviceIdentity:
    if port.vendor is None:
        return DeviceIdentity(name=port.place)
    serial = port.serial if is_only_one else None
    return DeviceIdentity(
        vendor=port.vendor,
        product=port.product,
        serial=serial,
        location=port.location,
        name=None if serial or port.location else port.place,
    )


def _is_where(identity: DeviceIdentity, port: SerialPort) -> bool:
    if identity.location:
        return port.location == identity.location
    return identity.name is not None and port.place == identity.name


def _has_hardware(place: str, kernel: Path) -> bool:
    if _OTHER_END_OF_A_GADGET.fullmatch(place):
        return False
    try:
        kind = (kernel / Path(place).name / "type").read_text(encoding="ascii")
    except OSError:
        return True
    return kind.strip() != _NO_HARDWARE


def _is_forbidden(place: str) -> bool:
    return Path(place).exists() and not os.access(place, os.R_OK | os.W_OK)


def _label(product: str | None, description: str, place: str) -> str:
    """What its maker calls it; pyserial says ``n/a`` where it knows nothing."""
    if product:
        return product
    return description if description and description != "n/a" else place


def _in_numbers(place: str) -> tuple[str, int]:
    """Sort ``COM10`` behind ``COM9``."""
    digits = re.search(r"\d+$", place)
    return (place[: digits.start()], int(digits.group())) if digits else (place, -1)
