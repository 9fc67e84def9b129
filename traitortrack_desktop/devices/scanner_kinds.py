"""Which class reads which kind of scanner, in use and during the set-up.

What reads HID devices is only imported for a station that has such a scanner, or in the set-up.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Protocol

from traitortrack_desktop.devices.line_detection import SetUpListener
from traitortrack_desktop.devices.serial_ports import PortWatch
from traitortrack_desktop.devices.serial_scanner import SerialScanner
from traitortrack_desktop.devices.sources import STOP_SECONDS, NoTap, Outlets, ScannerSource
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import KEYBOARD, Connection, ScannerProfile
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

KEYBOARD_DEVICE = AttachedDevice(
    connection=Connection.KEYBOARD, identity=KEYBOARD, place=KEYBOARD.key, label=""
)


class Listener(Protocol):
    """Listens to one device during the set-up."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def ask_to_stop(self) -> None:
        """Have it end; returns at once."""
        ...

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """End; returns when the device is let go of, or the time is over and it hangs."""
        ...


def source_for(
    profile: ScannerProfile, outlets: Outlets, watch: PortWatch, *, reopens: bool
) -> ScannerSource | None:
    """Return what reads the scanner of *profile*; ``None`` where the window does.

    *reopens* says that somebody may have read it until just now.
    """
    if profile.connection is Connection.SERIAL:
        return SerialScanner(
            source=profile.source,
            name=profile.name,
            role=profile.role,
            line=profile.serial,
            place=partial(watch.place_of, profile.identity),
            outlets=outlets,
            reconnect_hold=True,
            reopens=reopens,
        )
    if profile.connection is Connection.HID_POS:
        from traitortrack_desktop.devices.hid_pos import HidPosScanner  # noqa: PLC0415

        return HidPosScanner(profile, outlets, reconnect_hold=True)
    if profile.connection is Connection.INPUT_DEVICE and sys.platform == "linux":
        from traitortrack_desktop.devices.evdev_scanner import EvdevScanner  # noqa: PLC0415

        return EvdevScanner(profile, outlets, reconnect_hold=True)
    return None


def attached_hid_devices() -> tuple[AttachedDevice, ...]:
    """Return what is attached beside serial ports, as far as the optional parts are installed."""
    from traitortrack_desktop.devices.hid_devices import attached_hid_pos  # noqa: PLC0415

    if sys.platform != "linux":
        return attached_hid_pos()
    from traitortrack_desktop.devices.input_nodes import attached_input_devices  # noqa: PLC0415

    return attached_hid_pos() + attached_input_devices()


def listener_for(device: AttachedDevice, heard: Callable[[HeardReading], None]) -> Listener | None:
    """Return what listens to *device* during the set-up; ``None`` where the window does."""
    if device.connection is Connection.SERIAL:
        return SetUpListener(device, heard)
    if device.connection is Connection.HID_POS:
        return _hid_pos_listener(device, heard)
    if device.connection is Connection.INPUT_DEVICE and sys.platform == "linux":
        from traitortrack_desktop.devices.input_listener import InputDeviceListener  # noqa: PLC0415

        return InputDeviceListener(device, heard)
    return None


def _hid_pos_listener(device: AttachedDevice, heard: Callable[[HeardReading], None]) -> Listener:
    from traitortrack_desktop.devices.hid_pos import HidPosScanner  # noqa: PLC0415

    def hand_on(frame: ScanFrame) -> None:
        heard(HeardReading(device=device, raw=frame.raw, kind=frame.kind))

    profile = ScannerProfile(name=device.label, connection=device.connection, identity=device.identity)
    return HidPosScanner(profile, Outlets(submit=hand_on, changed=lambda _: None, tap=NoTap()))
