"""Windows as far as Raw Input goes: messages built byte by byte as 64-bit Windows lays them out."""

import ctypes
import struct

WM_INPUT_DEVICE_CHANGE, WM_INPUT, WM_KEYDOWN, WM_KEYUP = 0xFE, 0xFF, 0x100, 0x101
BREAK, E0 = 1, 2
WINDOW = 0x5_0001


def raw_input(device, make_code, *, flags=0, message=WM_KEYDOWN, vkey=0x41, sink=0, kind=1):
    """RAWINPUT of a keyboard: a header of 24 bytes, the key in 16."""
    header = struct.pack("<IIQQ", kind, 40, device, sink)
    return header + struct.pack("<HHHHII", make_code, flags, 0, vkey, message, 0)


def message(number, *, wparam=0, lparam=0, time=0, hwnd=WINDOW):
    """MSG: 48 bytes, of which the last 4 are padding."""
    return struct.pack("<QIIQqIii4x", hwnd, number, 0, wparam, lparam, time, 0, 0)


def key_data(scan_code, *, up=False):
    """The lParam of WM_KEYDOWN and WM_KEYUP."""
    extended = 1 << 24 if scan_code & 0x100 else 0
    return 1 | (scan_code & 0xFF) << 16 | extended | (0xC0000000 if up else 0)


class FakeWindows:
    """The calls, and the two stages at which a message passes a native filter of Qt."""

    def __init__(self):
        self.names = {}
        self.registered = None
        self.waits = False
        self.now = 1000
        self._data = {}
        self._next = 0x7000_0000_0000
        self.filter = None

    # -- RawInputCalls

    def register(self, window):
        self.registered = window

    def unregister(self):
        self.registered = None

    def data(self, handle):
        if handle not in self._data:
            raise OSError(6, "The handle is invalid")
        return self._data.pop(handle)

    def keyboards(self):
        return list(self.names)

    def device_name(self, device):
        return self.names[device]

    def message_time_ms(self):
        return self.now % 2**32

    def now_ms(self):
        return self.now % 2**32

    def keys_wait(self):
        return self.waits

    # -- what the system does

    def plug_in(self, device, name):
        self.names[device] = name
        self.send(WM_INPUT_DEVICE_CHANGE, wparam=1, lparam=device)

    def unplug(self, device):
        del self.names[device]
        self.send(WM_INPUT_DEVICE_CHANGE, wparam=2, lparam=device)

    def key(self, device, code, *, up=False, focused=True):
        """One key of *device*; return whether its ordinary message was swallowed."""
        self.raw(device, code, up=up, focused=focused)
        return self.legacy(code, up=up) if focused else None

    def raw(self, device, code, *, up=False, focused=True):
        flags = (BREAK if up else 0) | (E0 if code & 0x100 else 0)
        self._next += 16
        self._data[self._next] = raw_input(device, code & 0xFF, flags=flags, sink=0 if focused else 1)
        self.send(WM_INPUT, wparam=0 if focused else 1, lparam=self._next)

    def legacy(self, code, *, up=False):
        return self.send(WM_KEYUP if up else WM_KEYDOWN, wparam=0x41, lparam=key_data(code, up=up))

    def send(self, number, *, wparam=0, lparam=0, stages=("windows_dispatcher_MSG", "windows_generic_MSG")):
        """Pass a message through the stages (the second has no time); return whether it was swallowed."""
        for stage in stages:
            time = self.now % 2**32 if "dispatcher" in stage else 0xDEAD
            buffer = ctypes.create_string_buffer(message(number, wparam=wparam, lparam=lparam, time=time))
            swallowed, _ = self.filter.nativeEventFilter(stage.encode(), ctypes.addressof(buffer))
            if swallowed:
                return True
        return False

    def type_text(self, device, text, us, *, gap_ms=4, focused=True):
        """Press and release each key; return how many of the ordinary messages were swallowed."""
        swallowed = 0
        for char in text:
            self.now += gap_ms
            for up in (False, True):
                swallowed += bool(self.key(device, us[char], up=up, focused=focused))
        return swallowed
