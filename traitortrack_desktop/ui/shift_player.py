"""Works through a recorded shift with the simulated scanner, at hand speed or faster. GUI thread only."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from traitortrack_desktop.presentation.actions import KEYS
from traitortrack_desktop.simulation.shift import (
    AwaitDelivery,
    CutLine,
    Pause,
    Press,
    RestoreLine,
    Scan,
    Step,
)
from traitortrack_desktop.ui.simulated_scanner import SimulatedScanner

BROKEN_READING_MS = 1000
"""How long a reading without its end is left alone, at any speed, so that it is noticed as broken."""

_POLL_MS = 30


class Line(Protocol):
    """The connection to the centre, as far as a shift touches it."""

    def cut(self) -> None:
        """Break it."""
        ...

    def restore(self) -> None:
        """Mend it."""
        ...


class ShiftPlayer(QObject):
    """Works through a shift, a step at a time, at hand speed times *speed*.

    *settled* tells whether everything typed so far is stored and answered by the centre, *may_type*
    whether the keys would reach the scan screen now; until they would, the player holds its hand.
    """

    finished = Signal()
    progressed = Signal(int)
    """How many steps are left."""

    def __init__(
        self,
        steps: Iterable[Step],
        *,
        scanner: SimulatedScanner,
        line: Line,
        settled: Callable[[], bool],
        may_type: Callable[[], bool] = lambda: True,
        speed: float = 1.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._steps = deque(steps)
        self._scanner = scanner
        self._line = line
        self._settled = settled
        self._may_type = may_type
        self._speed = speed
        self._reading_is_broken = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begin; ``finished`` comes after the last step."""
        self._timer.start(0)

    def stop(self) -> None:
        """Do nothing more."""
        self._steps.clear()
        self._timer.stop()

    def _go_on(self) -> None:
        if not self._steps:
            self.finished.emit()
            return
        if not self._may_type():
            self._timer.start(_POLL_MS)
            return
        pause = self._do(self._steps.popleft())
        self.progressed.emit(len(self._steps))
        self._timer.start(pause)

    def _do(self, step: Step) -> int:
        """Do *step* and return after how many milliseconds the next one comes."""
        match step:
            case Scan():
                self._scanner.type_code(step.text, whole=step.whole)
                self._reading_is_broken = not step.whole
            case Press():
                self._scanner.press(Qt.Key[f"Key_{KEYS[step.command]}"])
            case Pause():
                return self._rest(step.milliseconds)
            case CutLine():
                self._line.cut()
            case RestoreLine():
                self._line.restore()
            case AwaitDelivery():
                return self._wait()
        return 0

    def _rest(self, milliseconds: int) -> int:
        self._scanner.rest(milliseconds)
        pause = round(milliseconds / self._speed)
        if self._reading_is_broken:
            self._reading_is_broken = False
            return max(pause, BROKEN_READING_MS)
        return pause

    def _wait(self) -> int:
        if self._settled():
            return 0
        self._steps.appendleft(AwaitDelivery())
        return _POLL_MS
