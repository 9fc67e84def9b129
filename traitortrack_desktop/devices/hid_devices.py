"""The scanners of USB usage page 0x8C that are attached, as hidapi and the kernel describe them.

hidapi is an optional part of the program and only loaded when it is asked for.
"""

import importlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from traitortrack_desktop.devices.hid_report import USAGE_PAGE, ReportLayout, layout_of
from traitortrack_desktop.devices.optional_library import is_installed
from traitortrack_desktop.devices.recognition import distinct
from traitortrack_desktop.devices.source_thread import UnreachableError
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice

_USB_PLACE = re.compile(r"\d+-\d+(?:\.\d+)*")
_WINDOWS_INSTANCE = re.compile(r"\\\\\?\\hid#[^#]*#([^#]*)#", re.IGNORECASE)


class HidHandle(Protocol):
    """An open device of hidapi. Everything may raise ``OSError``, without a number."""

    def read(self, max_length: int, timeout_ms: int) -> Sequence[int]:
        """Return one report, nothing after *timeout_ms* (0 would wait for ever)."""
        ...

    def get_report_descriptor(self) -> Sequence[int]:
        """Return the report descriptor."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class HidLibrary(Protocol):
    """What is used of hidapi."""

    def enumerate(self) -> Sequence[Mapping[str, Any]]:
        """Return a description of every HID device."""
        ...

    def open(self, path: bytes) -> HidHandle:
        """Open one; ``OSError`` without a number when that is not possible."""
        ...


class Hidapi:
    """The real one. On Linux the module ``hidraw`` of hidapi, elsewhere ``hid``."""

    def __init__(self) -> None:
        self._module: Any = importlib.import_module(_module_name())

    def enumerate(self) -> Sequence[Mapping[str, Any]]:
        """Return a description of every HID device."""
        return cast("Sequence[Mapping[str, Any]]", self._module.enumerate())

    def open(self, path: bytes) -> HidHandle:
        """Open one."""
        device = self._module.device()
        device.open_path(path)
        return cast("HidHandle", device)


def is_hidapi_there() -> bool:
    """Whether the part of the program that reads HID-POS scanners is installed."""
    return is_installed(_module_name())


def hidapi() -> HidLibrary:
    """Return the library. Raises :class:`UnreachableError` where it is not installed."""
    if not is_hidapi_there():
        raise UnreachableError(ScannerProblem.UNSUPPORTED)
    return Hidapi()


def attached_hid_pos(library: HidLibrary | None = None) -> tuple[AttachedDevice, ...]:
    """Return every device of usage page 0x8C; none where hidapi is not installed."""
    if library is None and not is_hidapi_there():
        return ()
    devices = [device for device, _ in described(library or hidapi())]
    identities = distinct([device.identity for device in devices])
    return tuple(
        replace(device, identity=identity) for device, identity in zip(devices, identities, strict=True)
    )


def described(library: HidLibrary) -> list[tuple[AttachedDevice, bytes]]:
    """Return the scanners as they describe themselves, with the path to open each."""
    entries = {bytes(each["path"]): each for each in library.enumerate() if each["usage_page"] == USAGE_PAGE}
    return [
        (
            AttachedDevice(
                connection=Connection.HID_POS,
                identity=_identity(path, entry),
                place=os.fsdecode(path),
                label=entry["product_string"] or "",
                problem=None if _may_be_read(path) else ScannerProblem.NO_PERMISSION,
            ),
            path,
        )
        for path, entry in entries.items()
    ]


@dataclass(frozen=True, slots=True)
class _Sysfs:
    """What the kernel says about a hidraw node, without opening it."""

    folder: Path

    @classmethod
    def of(cls, path: bytes) -> "_Sysfs":
        return cls(Path("/sys/class/hidraw") / Path(os.fsdecode(path)).name / "device")

    def usb_place(self) -> str | None:
        places = [part for part in self.folder.resolve().parts if _USB_PLACE.fullmatch(part)]
        return places[-1] if places else None

    def report_descriptor(self) -> bytes | None:
        try:
            return (self.folder / "report_descriptor").read_bytes()
        except OSError:
            return None


def report_layout(handle: HidHandle, path: bytes) -> ReportLayout | None:
    """Return where the fields of the reports are, as far as the scanner says so."""
    descriptor = _Sysfs.of(path).report_descriptor() if is_linux() else None
    if descriptor is None:
        try:
            descriptor = bytes(handle.get_report_descriptor())
        except (OSError, ValueError, AttributeError):  # Not every platform and version can tell.
            return None
    return layout_of(descriptor)


def _identity(path: bytes, entry: Mapping[str, Any]) -> DeviceIdentity:
    return DeviceIdentity(
        vendor=entry["vendor_id"],
        product=entry["product_id"],
        serial=entry["serial_number"] or None,
        location=_location(path),
        name=entry["product_string"] or None,
    )


def _location(path: bytes) -> str | None:
    if is_linux():
        return _Sysfs.of(path).usb_place()
    instance = _WINDOWS_INSTANCE.match(os.fsdecode(path))
    return instance[1].lower() if instance else None


def _may_be_read(path: bytes) -> bool:
    return not is_linux() or not Path(os.fsdecode(path)).exists() or os.access(path, os.R_OK | os.W_OK)


def _module_name() -> str:
    return "hidraw" if is_linux() else "hid"


def is_linux() -> bool:
    """Whether the kernel describes the devices itself."""
    return sys.platform.startswith("linux")
