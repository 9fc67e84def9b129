"""What Windows says with WM_INPUT: which device a key came from. Pure; written for 64-bit Windows.

Structures have explicit widths, so that they are the same wherever this is read and tested. Nothing
here calls Windows; ``ui.windows_raw_input`` does.
"""

import ctypes
import re
from collections import deque
from dataclasses import dataclass

from traitortrack_desktop.domain.scanners import DeviceIdentity

WM_INPUT_DEVICE_CHANGE, WM_INPUT = 0x00FE, 0x00FF
WM_KEYDOWN, WM_KEYUP, WM_SYSKEYDOWN, WM_SYSKEYUP = 0x0100, 0x0101, 0x0104, 0x0105
KEYS_DOWN = frozenset({WM_KEYDOWN, WM_SYSKEYDOWN})
LEGACY_KEYS = KEYS_DOWN | {WM_KEYUP, WM_SYSKEYUP}
RIM_TYPEKEYBOARD = 1

PAIRED_WITHIN_MS = 500
"""A legacy message follows its WM_INPUT at once; what waits longer belongs to another window."""

_DESKTOP_PAGE, _KEYBOARD_USAGE = 0x01, 0x06
_RIDEV_REMOVE, _RIDEV_INPUTSINK, _RIDEV_DEVNOTIFY = 0x0001, 0x0100, 0x2000
_BREAK, _E0, _E1 = 1, 2, 4
_RIM_INPUT = 0
_OVERRUN = 0xFF
_EXTENDED = 0x100
_MOST_WAITING = 256
_WRAP = 1 << 32

_DEVICE_NAME = re.compile(
    r"\\\\\?\\(?P<bus>[^#]+)#(?P<hardware>[^#]+)#(?P<instance>[^#]+)(?:#.*)?", re.IGNORECASE
)
_HARDWARE = re.compile(r"VID[_&](?P<vendor>[0-9A-F]{4,8})[_&]PID[_&](?P<product>[0-9A-F]{4})", re.IGNORECASE)


class RawInputHeader(ctypes.Structure):
    """RAWINPUTHEADER."""

    _fields_ = (
        ("dwType", ctypes.c_uint32),
        ("dwSize", ctypes.c_uint32),
        ("hDevice", ctypes.c_uint64),
        ("wParam", ctypes.c_uint64),
    )


class RawKeyboard(ctypes.Structure):
    """RAWKEYBOARD."""

    _fields_ = (
        ("MakeCode", ctypes.c_uint16),
        ("Flags", ctypes.c_uint16),
        ("Reserved", ctypes.c_uint16),
        ("VKey", ctypes.c_uint16),
        ("Message", ctypes.c_uint32),
        ("ExtraInformation", ctypes.c_uint32),
    )


class RawKeyboardInput(ctypes.Structure):
    """RAWINPUT of a keyboard."""

    _fields_ = (("header", RawInputHeader), ("keyboard", RawKeyboard))


class RawInputDevice(ctypes.Structure):
    """RAWINPUTDEVICE: what is asked for."""

    _fields_ = (
        ("usUsagePage", ctypes.c_uint16),
        ("usUsage", ctypes.c_uint16),
        ("dwFlags", ctypes.c_uint32),
        ("hwndTarget", ctypes.c_uint64),
    )


def every_keyboard(window: int) -> RawInputDevice:
    """Return what asks for the keys of every keyboard, also while another program has the focus.

    Never with RIDEV_NOLEGACY: that would silence every keyboard for this program. *window* 0: ask no more.
    """
    flags = _RIDEV_INPUTSINK | _RIDEV_DEVNOTIFY if window else _RIDEV_REMOVE
    return RawInputDevice(_DESKTOP_PAGE, _KEYBOARD_USAGE, flags, window)


class RawInputDeviceListEntry(ctypes.Structure):
    """RAWINPUTDEVICELIST: what is attached."""

    _fields_ = (("hDevice", ctypes.c_uint64), ("dwType", ctypes.c_uint32), ("padding", ctypes.c_uint32))


class Message(ctypes.Structure):
    """MSG."""

    _fields_ = (
        ("hwnd", ctypes.c_uint64),
        ("message", ctypes.c_uint32),
        ("padding", ctypes.c_uint32),
        ("wParam", ctypes.c_uint64),
        ("lParam", ctypes.c_int64),
        ("time", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RawKey:
    """One key of one device. *code* is the set-1 scan code, with 0x100 for the second set of keys.

    *lost_before* says that the device overran: keys are missing. *device* 0: some program made it up.
    *in_foreground*: the window has the focus, so that a legacy message follows.
    """

    device: int
    code: int
    down: bool
    in_foreground: bool = True
    lost_before: bool = False


def raw_key(data: bytes) -> RawKey | None:
    """Return the key in the data of a WM_INPUT, ``None`` for anything else than a key."""
    if len(data) < ctypes.sizeof(RawKeyboardInput):
        return None
    read = RawKeyboardInput.from_buffer_copy(data)
    if read.header.dwType != RIM_TYPEKEYBOARD:
        return None
    keyboard = read.keyboard
    if keyboard.MakeCode == _OVERRUN:
        return RawKey(device=read.header.hDevice, code=0, down=True, lost_before=True)
    if not keyboard.MakeCode or keyboard.Flags & _E1:
        return None
    return RawKey(
        device=read.header.hDevice,
        code=keyboard.MakeCode & 0xFF | (_EXTENDED if keyboard.Flags & _E0 else 0),
        down=not keyboard.Flags & _BREAK,
        in_foreground=read.header.wParam == _RIM_INPUT,
    )


def legacy_code(key_data: int) -> int:
    """Return the scan code in the lParam of a WM_KEYDOWN or WM_KEYUP, as :class:`RawKey` has it."""
    return key_data >> 16 & 0xFF | (_EXTENDED if key_data >> 24 & 1 else 0)


def identity_of(device_name: str) -> DeviceIdentity | None:
    r"""Return who ``\\?\HID#VID_1EAB&PID_0022&MI_00#7&1a2b3c&0&0000#{…}`` is, ``None`` for no USB device.

    The instance stands for the place: Windows gives a keyboard's serial number to its parent only, and
    makes the instance of the parent's. So it is the same again in the same place.
    """
    name = _DEVICE_NAME.fullmatch(device_name)
    hardware = _HARDWARE.search(name["hardware"]) if name is not None else None
    if name is None or hardware is None:
        return None
    return DeviceIdentity(
        vendor=int(hardware["vendor"][-4:], 16),
        product=int(hardware["product"], 16),
        location=name["instance"].lower(),
        name=device_name,
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    code: int
    down: bool
    is_scanner: bool
    at_ms: int


class LegacyPairing:
    """Finds to each legacy key message the WM_INPUT before it, which knows the device.

    Both come for each key, in order, when the window has the focus; without it only WM_INPUT comes.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque(maxlen=_MOST_WAITING)

    def came(self, key: RawKey, *, is_scanner: bool, at_ms: int) -> None:
        """Remember a key until its legacy message comes."""
        if key.in_foreground:
            self._waiting.append(_Waiting(key.code, key.down, is_scanner, at_ms))

    def is_scanners(self, code: int, *, down: bool, at_ms: int) -> bool:
        """Whether a legacy message is the key of a scanner; each is answered for once."""
        self._forget_before(at_ms)
        found = next((each for each in self._waiting if (each.code, each.down) == (code, down)), None)
        if found is None:
            return False
        self._waiting.remove(found)
        return found.is_scanner

    def _forget_before(self, at_ms: int) -> None:
        while self._waiting and _age(self._waiting[0].at_ms, at_ms) > PAIRED_WITHIN_MS:
            self._waiting.popleft()


class UnwrappedTime:
    """Makes of the 32-bit milliseconds of Windows, which wrap every 49.7 days, ones that do not."""

    def __init__(self) -> None:
        self._latest_ms: int | None = None

    def of(self, stamp_ms: int) -> int:
        """Return *stamp_ms*; one that is a little older than the last one may come too."""
        if self._latest_ms is None:
            self._latest_ms = stamp_ms
        since = (stamp_ms - self._latest_ms) % _WRAP
        if since >= _WRAP // 2:
            return self._latest_ms + since - _WRAP
        self._latest_ms += since
        return self._latest_ms


def _age(earlier_ms: int, later_ms: int) -> int:
    age = (later_ms - earlier_ms) % _WRAP
    return age if age < _WRAP // 2 else 0
