"""The window of the first set-up, which closes itself when the station can open. GUI thread."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow

from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.services.password_question import PasswordWanted
from traitortrack_desktop.services.set_up import CentreAccess, SetUpAnswer, SetUpControls, SetUpDone
from traitortrack_desktop.ui.main_window import SMALLEST_HEIGHT, SMALLEST_WIDTH
from traitortrack_desktop.ui.password_screen import PasswordScreen
from traitortrack_desktop.ui.set_up_screen import SetUpScreen


class _Bridge(QObject):
    """Where the background reaches the window; whoever still works holds it and so keeps it alive."""

    answered = Signal(object)

    def answer(self, answer: SetUpAnswer) -> None:
        """Pass *answer* on to the GUI thread."""
        self.answered.emit(answer)


class SetUpWindow(QMainWindow):
    """Asks for the way to the centre, or for the password *wanted* alone.

    :attr:`done` says what was found; ``None`` when the person left.
    """

    def __init__(
        self,
        controls: SetUpControls,
        wording: Wording,
        *,
        theme: Theme,
        station: str,
        version: str,
        wanted: PasswordWanted | None = None,
    ) -> None:
        super().__init__()
        self.done: SetUpDone | None = None
        self._controls, self._bridge, self._is_open = controls, _Bridge(), True
        self.setWindowTitle(wording.labels.window_title)
        self.setMinimumSize(SMALLEST_WIDTH, SMALLEST_HEIGHT)
        self.screen_: SetUpScreen | PasswordScreen = (
            PasswordScreen(PALETTES[theme], wording, wanted, version=version)
            if wanted is not None
            else SetUpScreen(PALETTES[theme], wording, station=station, version=version)
        )
        self.setCentralWidget(self.screen_)
        self.screen_.submitted.connect(self._ask)
        self.screen_.gone_on.connect(self.close)
        self._bridge.answered.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hear no answer any more."""
        self._is_open = False
        super().closeEvent(event)

    def _ask(self, access: CentreAccess) -> None:
        self._controls.connect(access, self._bridge.answer)

    def _take(self, answer: SetUpAnswer) -> None:
        if not self._is_open:
            return
        if not isinstance(answer, SetUpDone):
            self.screen_.ask_again(answer)
            return
        self.done = answer
        if answer.password_kept:
            self.close()
        else:
            self.screen_.ask_to_go_on()
