"""What is asked of Windows about Raw Input and its keyboards. GUI thread; only made on Windows."""

import ctypes
import sys
from collections.abc import Sequence
from typing import Protocol

from traitortrack_desktop.devices.raw_input import (
    RIM_TYPEKEYBOARD,
    RawInputDevice,
    RawInputDeviceListEntry,
    RawInputHeader,
    every_keyboard,
)

_RID_INPUT, _RIDI_DEVICENAME = 0x10000003, 0x20000007
_QS_KEY, _QS_RAWINPUT = 0x0001, 0x0400
_FAILED = 0xFFFFFFFF


class RawInputCalls(Protocol):
    """What is asked. Everything may raise ``OSError``."""

    def register(self, window: int) -> None:
        """Have WM_INPUT of every keyboard sent to *window*, also when another program has the focus."""
        ...

    def unregister(self) -> None:
        """Have none sent any more."""
        ...

    def data(self, handle: int) -> bytes:
        """Return the RAWINPUT that the lParam of a WM_INPUT stands for."""
        ...

    def keyboards(self) -> Sequence[int]:
        """Return the handles of the keyboards that are attached."""
        ...

    def device_name(self, device: int) -> str:
        """Return the name of a device."""
        ...

    def message_time_ms(self) -> int:
        """Return the time of the message that is being handled."""
        ...

    def now_ms(self) -> int:
        """Return the time now, on the clock of the messages."""
        ...

    def keys_wait(self) -> bool:
        """Whether keys have come that were not handled yet."""
        ...


if sys.platform == "win32":

    class Windows:
        """The calls of user32 and kernel32."""

        def __init__(self) -> None:
            self._user = ctypes.WinDLL("user32", use_last_error=True)
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._user.GetRawInputData.argtypes = (
                ctypes.c_void_p,
                ctypes.c_uint32,
                ctypes.c_void_p,
                ctypes.c_void_p,
                ctypes.c_uint32,
            )
            self._user.GetRawInputDeviceInfoW.argtypes = (
                ctypes.c_void_p,
                ctypes.c_uint32,
                ctypes.c_void_p,
                ctypes.c_void_p,
            )
            for call in (self._user.GetRawInputData, self._user.GetRawInputDeviceInfoW):
                call.restype = ctypes.c_uint32
            self._user.GetRawInputDeviceList.restype = ctypes.c_uint32
            self._user.GetMessageTime.restype = ctypes.c_uint32
            self._user.GetQueueStatus.restype = ctypes.c_uint32
            self._kernel.GetTickCount.restype = ctypes.c_uint32

        def register(self, window: int) -> None:
            """Have WM_INPUT of every keyboard sent to *window*, also when another program has the focus."""
            self._register(window)

        def unregister(self) -> None:
            """Have none sent any more."""
            self._register(0)

        def data(self, handle: int) -> bytes:
            """Return the RAWINPUT that the lParam of a WM_INPUT stands for."""
            size = ctypes.c_uint32(0)
            header = ctypes.sizeof(RawInputHeader)
            self._check(
                self._user.GetRawInputData(handle, _RID_INPUT, None, ctypes.byref(size), header) != _FAILED
            )
            buffer = ctypes.create_string_buffer(size.value)
            read = self._user.GetRawInputData(handle, _RID_INPUT, buffer, ctypes.byref(size), header)
            self._check(read != _FAILED)
            return buffer.raw[:read]

        def keyboards(self) -> Sequence[int]:
            """Return the handles of the keyboards that are attached."""
            size = ctypes.sizeof(RawInputDeviceListEntry)
            count = ctypes.c_uint32(0)
            self._check(self._user.GetRawInputDeviceList(None, ctypes.byref(count), size) != _FAILED)
            entries = (RawInputDeviceListEntry * (count.value + 8))()
            count.value += 8
            found = self._user.GetRawInputDeviceList(entries, ctypes.byref(count), size)
            self._check(found != _FAILED)
            return [entry.hDevice for entry in entries[:found] if entry.dwType == RIM_TYPEKEYBOARD]

        def device_name(self, device: int) -> str:
            """Return the name of a device."""
            length = ctypes.c_uint32(0)
            self._user.GetRawInputDeviceInfoW(device, _RIDI_DEVICENAME, None, ctypes.byref(length))
            name = ctypes.create_unicode_buffer(length.value + 1)
            read = self._user.GetRawInputDeviceInfoW(device, _RIDI_DEVICENAME, name, ctypes.byref(length))
            self._check(read != _FAILED)
            return name.value

        def message_time_ms(self) -> int:
            """Return the time of the message that is being handled."""
            return int(self._user.GetMessageTime())

        def now_ms(self) -> int:
            """Return the time now, on the clock of the messages."""
            return int(self._kernel.GetTickCount())

        def keys_wait(self) -> bool:
            """Whether keys have come that were not handled yet."""
            return bool(self._user.GetQueueStatus(_QS_KEY | _QS_RAWINPUT) >> 16)

        def _register(self, window: int) -> None:
            asked = every_keyboard(window)
            size = ctypes.sizeof(RawInputDevice)
            self._check(bool(self._user.RegisterRawInputDevices(ctypes.byref(asked), 1, size)))

        def _check(self, succeeded: bool) -> None:
            if not succeeded:
                raise ctypes.WinError(ctypes.get_last_error())
