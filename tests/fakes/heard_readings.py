"""Readings as devices deliver them to the set-up of a scanner, and the devices they come from."""

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    SET_UP_CODE,
    SET_UP_CODE_WITH_SEPARATOR,
    Connection,
    DeviceIdentity,
    SerialLine,
)
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

ENTER = 28
LINE = SerialLine()
WINDOW_KEYBOARD = AttachedDevice(
    connection=Connection.KEYBOARD, identity=KEYBOARD, place="keyboard", label="Keyboard"
)
CODE, CODE_WITH_SEPARATOR = SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR


def serial_gun(serial="A17", *, place="/dev/ttyACM0", label="Gryphon GD4500", problem=None):
    identity = DeviceIdentity(vendor=0x05F9, product=0x4204, serial=serial, location="1-1.2")
    return AttachedDevice(
        connection=Connection.SERIAL, identity=identity, place=place, label=label, problem=problem
    )


def key_gun(serial="K1", *, place="/dev/input/event7", problem=None):
    identity = DeviceIdentity(vendor=0x1EAB, product=0x0022, serial=serial, location="1-1.3")
    return AttachedDevice(
        connection=Connection.INPUT_DEVICE,
        identity=identity,
        place=place,
        label="NLS Scanner",
        problem=problem,
    )


def sent(raw, device=None, *, end=b"\r", line=LINE, **more):
    """A reading of a serial scanner."""
    data = raw.encode() if isinstance(raw, str) else raw
    return HeardReading(
        device=device or serial_gun(), raw=data + end, line=line, terminated=bool(end), **more
    )


def keyed(raw, device=WINDOW_KEYBOARD, *, text=None, codes=None, end=ENTER, gap_ms=8, gaps_ms=None, **more):
    """A reading of a keyboard wedge: *raw* by the place of the keys, *text* by the layout."""
    pressed = tuple(codes) if codes is not None else tuple(30 for _ in raw)
    return HeardReading(
        device=device,
        raw=raw.encode("utf-8", "surrogateescape"),
        text=raw if text is None and device is WINDOW_KEYBOARD else (text or ""),
        codes=(*pressed, end) if end is not None else pressed,
        gaps_ms=tuple(gap_ms for _ in pressed) if gaps_ms is None else tuple(gaps_ms),
        terminated=more.pop("terminated", end is not None),
        kind=more.pop("kind", FrameKind.COMPLETE),
        **more,
    )
