"""Waits for the silence behind keys, fairly also when the window was busy meanwhile. GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Qt

from traitortrack_desktop.ui.action_key_presses import single_shot

_LATE_MS, _GRACE_MS, _MOST_GRACES = 20, 10, 2


class SilenceTimer:
    """Calls *passed* when nothing came for so long.

    Timers go off before the keys that wait behind a stall of the window, so that one that is late
    waits a little again, to let them through.
    """

    def __init__(self, parent: QObject, passed: Callable[[], None]) -> None:
        self._passed = passed
        self._timer = single_shot(parent, self._went_off)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._since = QElapsedTimer()
        self._wait_ms = 0
        self._graces = 0

    def wait(self, milliseconds: int | None) -> None:
        """Begin to wait anew; for nothing when ``None``."""
        self._graces = 0
        if milliseconds is None:
            self._timer.stop()
            return
        self._wait_ms = milliseconds
        self._since.start()
        self._timer.start(milliseconds)

    def _went_off(self) -> None:
        late_ms = self._since.elapsed() - self._wait_ms - self._graces * _GRACE_MS
        if late_ms > _LATE_MS and self._graces < _MOST_GRACES:
            self._graces += 1
            self._timer.start(_GRACE_MS)
            return
        self._passed()
