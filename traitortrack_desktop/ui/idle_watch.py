"""Notices that nobody did anything at this station for a while. GUI thread."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.Wheel,
    }
)


class IdleWatch(QObject):
    """Emits :attr:`grew_idle` once, *minutes* after the last key, press or :meth:`saw_somebody`; 0 is never.

    It watches only between :meth:`watch` on and off.
    """

    grew_idle = Signal()

    def __init__(self, minutes: float, parent: QObject) -> None:
        super().__init__(parent)
        self._minutes = minutes
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(minutes * 60_000))
        self._timer.timeout.connect(self.grew_idle)
        self._watching = False

    def install(self, application: QGuiApplication) -> None:
        """Begin to see what people do with the application."""
        if self._minutes > 0:
            application.installEventFilter(self)

    def remove(self, application: QGuiApplication) -> None:
        """See nothing any more."""
        self.watch(on=False)
        application.removeEventFilter(self)

    def watch(self, *, on: bool) -> None:
        """Count the time, or do not: while nobody is signed in, or the station is locked already."""
        if on and not self._watching and self._minutes > 0:
            self._timer.start()
        elif not on:
            self._timer.stop()
        self._watching = on

    def saw_somebody(self) -> None:
        """Somebody did something that is no event of a window, for instance scanned."""
        if self._watching and self._minutes > 0:
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Let everything pass."""
        if event.type() in _ACTIVITY:
            self.saw_somebody()
        return False
