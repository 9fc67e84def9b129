"""The demo's part of the window: has a shift worked through in it and ends in time. GUI thread only."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from traitortrack_desktop.simulation.shift import Pause, Step
from traitortrack_desktop.ui.application import run_event_loop
from traitortrack_desktop.ui.shift_player import Line, ShiftPlayer
from traitortrack_desktop.ui.simulated_scanner import SimulatedScanner

PICTURE_STEPS_LEFT = 9
"""The picture is taken so many steps before the end: the last parent is nearly full then."""

_FIRST_PAUSE_MS = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What happens while the window is open.

    *settled* tells whether everything typed so far is stored and answered by the centre, *may_type*
    whether somebody is signed in. *began* is called when the window handles events. *seconds* ends
    the show by itself, *ends_after_shift* when the last step is done; otherwise it lasts until the
    window is closed.
    """

    steps: tuple[Step, ...]
    line: Line
    settled: Callable[[], bool]
    may_type: Callable[[], bool]
    began: Callable[[], None]
    speed: float
    seconds: float | None
    ends_after_shift: bool
    picture: Path | None


class _Focus:
    """Whether a gun's keys would reach this program now, as far as can be known.

    On a screen where no program ever gets the keyboard (one without a window manager) they do.
    """

    def __init__(self) -> None:
        self._had_it = False

    def is_here(self) -> bool:
        """Return whether to type."""
        active = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        self._had_it = self._had_it or active
        return active or not self._had_it


def run_show(window: QWidget, show: Show) -> None:
    """Run the event loop with *window*, which is shown already, until the show is over."""
    application = QCoreApplication.instance()
    handle = window.windowHandle()
    assert application is not None
    assert handle is not None
    focus = _Focus()
    player = ShiftPlayer(
        (Pause(milliseconds=_FIRST_PAUSE_MS), *show.steps),
        scanner=SimulatedScanner(handle),
        line=show.line,
        settled=show.settled,
        may_type=lambda: show.may_type() and focus.is_here(),
        speed=show.speed,
    )

    def picture(steps_left: int) -> None:
        if steps_left == PICTURE_STEPS_LEFT and show.picture is not None:
            window.grab().save(str(show.picture))

    player.progressed.connect(picture)
    if show.ends_after_shift:
        player.finished.connect(application.quit)
    if show.seconds is not None:
        QTimer.singleShot(round(show.seconds * 1000), application, application.quit)
    QTimer.singleShot(0, application, show.began)
    player.start()
    run_event_loop()
    player.stop()
