"""Windows tells every window when something was plugged in or out. GUI thread; only on Windows."""

from collections.abc import Callable

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QTimer

from traitortrack_desktop.devices.raw_input import Message

WM_DEVICECHANGE = 0x0219
DBT_DEVNODES_CHANGED, DBT_DEVICEARRIVAL, DBT_DEVICEREMOVECOMPLETE = 0x0007, 0x8000, 0x8004

_TOLD = frozenset({DBT_DEVNODES_CHANGED, DBT_DEVICEARRIVAL, DBT_DEVICEREMOVECOMPLETE})
_SETTLED_AFTER_MS = 300
"""One plug makes a dozen messages, and its port opens only a moment later."""


class WindowsDeviceChange(QAbstractNativeEventFilter):
    """Calls *look_again* once for every plugging in or out."""

    def __init__(self, look_again: Callable[[], None]) -> None:
        super().__init__()
        self._settled = QTimer()
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLED_AFTER_MS)
        self._settled.timeout.connect(look_again)

    def start(self, application: QCoreApplication) -> None:
        """Begin to see the messages."""
        application.installNativeEventFilter(self)

    def stop(self, application: QCoreApplication) -> None:
        """See them no more."""
        application.removeNativeEventFilter(self)
        self._settled.stop()

    def nativeEventFilter(  # type: ignore[override]
        self, event_type: QByteArray | bytes, message: int
    ) -> tuple[bool, int]:
        """Look at one message; none is swallowed."""
        stage = bytes(event_type) if isinstance(event_type, bytes) else bytes(event_type.data())
        if stage == b"windows_generic_MSG":
            came = Message.from_address(int(message))
            if came.message == WM_DEVICECHANGE and came.wParam in _TOLD:
                self._settled.start()
        return False, 0
