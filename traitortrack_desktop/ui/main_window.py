"""The window: the sign-in screen or the scan screen, and what joins them to the station. GUI thread."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import PALETTES, Palette, Theme
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_facts import Surroundings
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.presentation.sign_in import sign_in_problem
from traitortrack_desktop.presentation.sound_roles import SoundRole
from traitortrack_desktop.services.events import OperatorChanged, StationEvent
from traitortrack_desktop.services.station import SignInAnswer, StationControls
from traitortrack_desktop.ui.action_keys import ActionKeys
from traitortrack_desktop.ui.bridge import StationBridge
from traitortrack_desktop.ui.keyboard_scanner import KeyboardScanner
from traitortrack_desktop.ui.scan_controller import ScanController
from traitortrack_desktop.ui.scan_screen import ScanScreen
from traitortrack_desktop.ui.scanner_set_up_screen import ScannerSetUpScreen
from traitortrack_desktop.ui.scanners import Scanners, keyboard_scans
from traitortrack_desktop.ui.sign_in_screen import SignInScreen
from traitortrack_desktop.ui.sounds import Sound
from traitortrack_desktop.ui.theme import dress

_LOOK_AGAIN_MS = 300
SMALLEST_WIDTH, SMALLEST_HEIGHT = 1024, 640


class MainWindow(QMainWindow):
    """One station's window. Make it before the station starts, so that it hears ``WorkResumed``."""

    def __init__(
        self,
        station: StationControls,
        *,
        tongue: Tongue,
        theme: Theme,
        now: Callable[[], datetime],
        sound: Sound,
        version: str,
        capacity: int = 30,
        sign_in_required: bool = True,
        viewing_distance_metres: float = 2.0,
        scanners: Scanners | None = None,
    ) -> None:
        super().__init__()
        self._station, self._tongue, self._now, self._theme = station, tongue, now, theme
        self._scans_without_operator = not sign_in_required
        palette, wording = PALETTES[theme], tongue.wording
        self.setWindowTitle(wording.labels.window_title)
        self.setMinimumSize(SMALLEST_WIDTH, SMALLEST_HEIGHT)
        self.scan_screen = ScanScreen(
            palette, wording.labels, viewing_distance_metres=viewing_distance_metres
        )
        self.sign_in_screen = SignInScreen(palette, wording, station=station.name, version=version)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.sign_in_screen)
        self._stack.addWidget(self.scan_screen)
        self._scanners = scanners
        self.scanner_screen = _scanner_screen(scanners, wording, palette)
        if self.scanner_screen is not None:
            self._stack.addWidget(self.scanner_screen)
        self.setCentralWidget(self._stack)
        around = Surroundings(
            station=station.name, version=version, capacity=capacity, dark=theme is Theme.DARK
        )
        self.controller = ScanController(self.scan_screen, around, tongue=tongue, now=now, sound=sound)
        submit = scanners.submit if scanners is not None else station.submit
        self._actions = ActionKeys(submit, self)
        self._keyboard = KeyboardScanner(
            submit,
            self._actions,
            self,
            tap=scanners.tap if scanners is not None else None,
            key_time=scanners.key_time if scanners is not None else None,
        )
        self._bridge = StationBridge(station)
        self._connect()
        self._show_screen(scanning=self._scans_without_operator)

    @property
    def is_scanning(self) -> bool:
        """Whether the scan screen is shown, and the keyboard therefore is a scanner."""
        return self._stack.currentWidget() is self.scan_screen

    # -- joining

    def _connect(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._bridge.event_happened.connect(self._take_event, queued)
        self._bridge.sign_in_answered.connect(self._take_answer, queued)
        self.sign_in_screen.submitted.connect(self._bridge.sign_in)
        self.scan_screen.keys.key_pressed.connect(self._actions.act_down)
        self.scan_screen.keys.key_released.connect(self._actions.act_up)
        self._actions.menu_chosen.connect(self._choose)
        self._actions.hold_progressed.connect(self._show_held)
        if self.scanner_screen is not None:
            self.scanner_screen.left.connect(self._leave_scanners)
            self.scanner_screen.sounded.connect(self.controller.sound)
        application = _application()
        application.applicationStateChanged.connect(self._take_activation)
        self._keyboard.install(application)

    def showEvent(self, event: QShowEvent) -> None:
        """Look a moment later whether the window system gave us the keyboard at all."""
        super().showEvent(event)
        QTimer.singleShot(_LOOK_AGAIN_MS, self, self._look_at_activation)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let go of everything that would outlive the window."""
        if self.scanner_screen is not None:
            self.scanner_screen.end()
        self._bridge.close()
        self._bridge.event_happened.disconnect(self._take_event)
        self._bridge.sign_in_answered.disconnect(self._take_answer)
        self.controller.stop()
        self._actions.let_go()
        application = _application()
        self._keyboard.listen(on=False)
        self._keyboard.remove(application)
        application.applicationStateChanged.disconnect(self._take_activation)
        super().closeEvent(event)

    # -- what comes in

    def _take_event(self, event: StationEvent) -> None:
        self.controller.take(event)
        if isinstance(event, OperatorChanged):
            self._end_scanner_set_up()
            self._show_screen(scanning=event.person is not None or self._scans_without_operator)

    def _take_answer(self, answer: SignInAnswer) -> None:
        problem = sign_in_problem(answer, now=self._now(), tongue=self._tongue)
        if problem:
            self.sign_in_screen.ask_again(problem)

    def _take_activation(self, state: Qt.ApplicationState) -> None:
        listening = state == Qt.ApplicationState.ApplicationActive
        if listening == self.controller.around.listening:
            return
        self.controller.set_around(listening=listening)
        if self.scanner_screen is not None:
            self.scanner_screen.set_listening(listening=listening)
        self._actions.let_go()
        if not self.controller.around.hears_scans and self.is_scanning:
            self.controller.sound(SoundRole.SYSTEM)

    def _look_at_activation(self) -> None:
        self._take_activation(_application().applicationState())

    # -- screens and menu

    def _show_screen(self, *, scanning: bool) -> None:
        if scanning:
            self._stack.setCurrentWidget(self.scan_screen)
            focused = QApplication.focusWidget()
            if focused is not None:
                focused.clearFocus()
        else:
            self._stack.setCurrentWidget(self.sign_in_screen)
            self.sign_in_screen.begin()
        self._keyboard.listen(on=scanning)
        self._keyboard.reveal(on=scanning)
        self.controller.wake(on=scanning)

    def _choose(self, item: MenuItem) -> None:
        menu_open = self.controller.around.menu_open
        if item is MenuItem.MENU:
            self.controller.set_around(menu_open=not menu_open)
            return
        if not menu_open:
            return
        self.controller.set_around(menu_open=False)
        if item is MenuItem.THEME:
            self.take_theme(Theme.LIGHT if self._theme is Theme.DARK else Theme.DARK)
        elif item is MenuItem.SCANNERS:
            self._show_scanners()
        elif item is MenuItem.SIGN_OUT:
            self._station.sign_out()
        else:
            self.close()

    def _show_scanners(self) -> None:
        """Set scanners up: until that is left, nothing that is read is a scan."""
        if self._scanners is None or self.scanner_screen is None:
            return
        self._keyboard.listen(on=False)
        self._keyboard.hear(self._scanners.desk.hear_keyboard)
        self.controller.wake(on=False)
        self._stack.setCurrentWidget(self.scanner_screen)
        self.scanner_screen.begin()

    def _leave_scanners(self) -> None:
        self._end_scanner_set_up()
        self._show_screen(scanning=True)

    def _end_scanner_set_up(self) -> None:
        """Have what is read be scans again, however the set-up was left."""
        if self.scanner_screen is not None:
            self.scanner_screen.end()
            self._keyboard.hear(None)
            self.take_profiles()

    def take_profiles(self) -> None:
        """Read the keyboard as the scanners of this station send, once they are known."""
        if self._scanners is not None:
            profiles = self._scanners.desk.profiles()
            self._keyboard.take_profiles(profiles)
            self.controller.set_around(keyboard_scans=keyboard_scans(profiles))

    def take_theme(self, theme: Theme) -> None:
        """Show the whole window in *theme*."""
        self._theme = theme
        palette = PALETTES[theme]
        dress(_application(), theme)
        self.scan_screen.take_palette(palette)
        self.sign_in_screen.take_palette(palette)
        if self.scanner_screen is not None:
            self.scanner_screen.take_palette(palette)
        self.controller.set_around(dark=theme is Theme.DARK)

    def _show_held(self, share: float) -> None:
        button = self.scan_screen.keys.button_of(Command.UNDERSTOOD)
        if button is not None:
            button.show_held(share)


def _scanner_screen(
    scanners: Scanners | None, wording: Wording, palette: Palette
) -> ScannerSetUpScreen | None:
    if scanners is None:
        return None
    return ScannerSetUpScreen(
        scanners.desk,
        wording,
        palette,
        set_up_code_svg=scanners.set_up_code_svg,
        test_code_svg=scanners.test_code_svg,
        print_sheet=scanners.print_sheet,
        signals=scanners.signals,
    )


def _application() -> QApplication:
    application = QGuiApplication.instance()
    assert isinstance(application, QApplication)
    return application
