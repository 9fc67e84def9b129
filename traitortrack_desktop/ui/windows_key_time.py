"""The true time of a key on Windows, where Qt stamps keys only when it comes to handle them. GUI thread.

Windows says when the message being handled went into the queue: 32 bits of milliseconds, in steps of 10
to 16. Qt makes its own events of several messages before it handles the first, so the times are kept
until the event of the same key asks for its own.
"""

import sys
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

from traitortrack_desktop.devices.raw_input import Message

_DOWN, _UP = frozenset({0x0100, 0x0104}), frozenset({0x0101, 0x0105})
"""WM_KEYDOWN and WM_KEYUP, and the same two with Alt (WM_SYS…)."""

_NATIVE_SCAN_CODE = 0x1FF
"""What Qt calls the native scan code: the code, and 0x100 for keys beside the main block."""

_KEPT = 1024


class WindowsKeyTime(QAbstractNativeEventFilter):
    """Remembers when keys went down and up; *message_time_ms* is Windows' ``GetMessageTime``."""

    def __init__(self, message_time_ms: Callable[[], int]) -> None:
        super().__init__()
        self._message_time_ms = message_time_ms
        self._times: deque[tuple[int, bool, int]] = deque(maxlen=_KEPT)

    def at_ms(self, native_scan_code: int, down: bool) -> int | None:
        """Return when that key went down or up, asked in the order in which keys did; ``None`` if unseen.

        Qt asks for one key twice, as a shortcut and as itself.
        """
        asked = (native_scan_code, down)
        for place, (code, was_down, at_ms) in enumerate(self._times):
            if (code, was_down) == asked:
                for _ in range(place):
                    self._times.popleft()
                return at_ms
        return None

    def nativeEventFilter(
        self, event_type: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> object:
        """Look at a message and let it pass."""
        kind = event_type.data() if isinstance(event_type, QByteArray) else event_type
        if kind == b"windows_generic_MSG" and message:
            came = Message.from_address(int(message))
            if came.message in _DOWN | _UP:
                code = came.lParam >> 16 & _NATIVE_SCAN_CODE
                self._times.append((code, came.message in _DOWN, self._message_time_ms()))
        return False, 0


def windows_key_time(application: QCoreApplication) -> WindowsKeyTime | None:
    """Begin to take the times of keys from Windows; ``None`` elsewhere, where Qt has them."""
    if sys.platform == "win32":
        from traitortrack_desktop.devices.raw_input_calls import Windows  # noqa: PLC0415

        key_time = WindowsKeyTime(Windows().message_time_ms)
        application.installNativeEventFilter(key_time)
        return key_time
    return None
