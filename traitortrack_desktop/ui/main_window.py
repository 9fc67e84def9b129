"""The window: the sign-in screen or the scan screen, and what joins them to the station. GUI thread."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.roles import role_of
from traitortrack_desktop.presentation.actions import SHEETS
from traitortrack_desktop.presentation.find_acts import FindTab
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.scan_card import scan_card_state
from traitortrack_desktop.presentation.screen_facts import Surroundings, leaves_the_last_result
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.presentation.sound_roles import SoundRole, is_stopped
from traitortrack_desktop.services.events import (
    OperatorChanged,
    ScanDecided,
    StationEvent,
    StationLockChanged,
    StorageFailed,
)
from traitortrack_desktop.services.station import StationControls
from traitortrack_desktop.ui.action_keys import ActionKeys
from traitortrack_desktop.ui.bridge import StationBridge
from traitortrack_desktop.ui.finding_place import FindingPlace, MakeFindingPlace
from traitortrack_desktop.ui.idle_watch import IdleWatch
from traitortrack_desktop.ui.keyboard_scanner import KeyboardScanner
from traitortrack_desktop.ui.menu import Menu
from traitortrack_desktop.ui.people_screens import MakeOfficePlace, PeopleScreens
from traitortrack_desktop.ui.printed_commands import PrintCommands
from traitortrack_desktop.ui.scan_card import ScanCard
from traitortrack_desktop.ui.scan_controller import ScanController
from traitortrack_desktop.ui.scan_screen import ScanScreen
from traitortrack_desktop.ui.scanners import Scanners, keyboard_scans, scanner_screen
from traitortrack_desktop.ui.sounds import Sound
from traitortrack_desktop.ui.theme import dress

_LOOK_AGAIN_MS = 300
_FIND = Command.FIND.encode("ascii")
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
        idle_lock_minutes: float = 0,
        office: MakeOfficePlace | None = None,
        own_password: MakeOfficePlace | None = None,
        find: MakeFindingPlace | None = None,
        print_commands: PrintCommands | None = None,
    ) -> None:
        super().__init__()
        self._station, self._tongue, self._now, self._theme = station, tongue, now, theme
        self._scans_without_operator = not sign_in_required
        palette, wording = PALETTES[theme], tongue.wording
        self.setWindowTitle(wording.labels.window_title)
        self.setMinimumSize(SMALLEST_WIDTH, SMALLEST_HEIGHT)
        self.scan_screen = ScanScreen(palette, viewing_distance_metres=viewing_distance_metres)
        self.scan_card = ScanCard(palette, viewing_distance_metres=viewing_distance_metres)
        submit = scanners.submit if scanners is not None else station.submit
        self._bridge = StationBridge(station)
        self.people = PeopleScreens(
            station,
            self._bridge,
            submit,
            tongue=tongue,
            palette_=palette,
            now=now,
            version=version,
            office=office,
            own_password=own_password,
        )
        self.sign_in_screen = self.people.sign_in
        self._stack = QStackedWidget()
        for screen in (*self.people.screens, self.scan_screen, self.scan_card):
            self._stack.addWidget(screen)
        self.find_place = find(station, tongue, palette, now) if find is not None else None
        self._find_tab = FindTab.FIND
        if self.find_place is not None:
            self._stack.addWidget(self.find_place)
        self._scanners, self._print_commands, self._sheet_told = scanners, print_commands, ""
        self.scanner_screen = scanner_screen(scanners, wording, palette)
        if self.scanner_screen is not None:
            self._stack.addWidget(self.scanner_screen)
        self.setCentralWidget(self._stack)
        around = Surroundings(
            station=station.name,
            version=version,
            capacity=capacity,
            dark=theme is Theme.DARK,
            has_office=office is not None,
            has_own_password=own_password is not None,
            has_find=find is not None,
            has_sheets=print_commands is not None,
        )
        self.controller = ScanController(self.scan_screen, around, tongue=tongue, now=now, sound=sound)
        self._submit = submit
        self._actions = ActionKeys(submit, self, acts=self.controller.acts_by_key)
        self._keyboard = KeyboardScanner(
            submit,
            self._actions,
            self,
            tap=scanners.tap if scanners is not None else None,
            key_time=scanners.key_time if scanners is not None else None,
        )
        self._idle = IdleWatch(idle_lock_minutes, self)
        acts: dict[MenuItem, Callable[[], object]] = {
            MenuItem.THEME: self._change_theme,
            MenuItem.SCANNERS: self._show_scanners,
            MenuItem.SIGN_OUT: station.sign_out,
            MenuItem.QUIT: self.close,
            MenuItem.LOCK: station.lock,
            MenuItem.OWN_RIGHTS: self.people.choose_own_rights,
            MenuItem.OVERRIDE: self.people.choose_override,
            MenuItem.OFFICE: self.people.choose_office,
            MenuItem.CARD: self._turn_card,
            MenuItem.BILLS: lambda: self._find(FindTab.BILLS),
            MenuItem.RETURNS: lambda: self._find(FindTab.RETURNS),
            MenuItem.BAGS: lambda: self._find(FindTab.BAGS),
            MenuItem.REFUSALS: lambda: self._find(FindTab.REFUSALS),
        }
        self._menu = Menu(self.controller, wording, acts)
        self._connect()
        self._show_where_it_stands()

    @property
    def is_scanning(self) -> bool:
        """Whether the scan screen, or its card, is shown, and the keyboard therefore is a scanner."""
        return self._stack.currentWidget() in {self.scan_screen, self.scan_card}

    # -- joining

    def _connect(self) -> None:
        queued = Qt.ConnectionType.QueuedConnection
        self._bridge.event_happened.connect(self._take_event, queued)
        self._bridge.sign_in_answered.connect(self.people.take_answer, queued)
        self.people.wanted.connect(self._show_form)
        self.people.left.connect(self._show_where_it_stands)
        self._idle.grew_idle.connect(self._station.lock)
        self.scan_screen.keys.key_pressed.connect(self._touch)
        self.scan_card.key_pressed.connect(self._actions.act_down)
        for keys in (self.scan_screen.keys, self.scan_card):
            keys.key_released.connect(self._actions.act_up)
        if self.find_place is not None:
            self.find_place.left.connect(self._leave_find, queued)
        self._actions.menu_chosen.connect(self._choose)
        self._actions.hold_progressed.connect(self._show_held)
        if self.scanner_screen is not None:
            self.scanner_screen.left.connect(self._leave_scanners)
            self.scanner_screen.sounded.connect(self.controller.sound)
        application = _application()
        application.applicationStateChanged.connect(self._take_activation)
        self._keyboard.install(application)
        self._idle.install(application)

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
        self._bridge.sign_in_answered.disconnect(self.people.take_answer)
        self.people.close()
        if self.find_place is not None:
            self.find_place.end()
        self.controller.stop()
        self._actions.let_go()
        application = _application()
        self._keyboard.listen(on=False)
        self._keyboard.remove(application)
        self._idle.remove(application)
        application.applicationStateChanged.disconnect(self._take_activation)
        super().closeEvent(event)

    # -- what comes in

    def _take_event(self, event: StationEvent) -> None:
        was_finding = self.controller.facts.work.finding
        self.controller.take(event)
        self.people.take_facts(self.controller.facts)
        if self.find_place is not None:
            self.find_place.take_facts(self.controller.facts)
        match event:
            case OperatorChanged():
                self._end_scanner_set_up()
                self._end_find()
                self._show_where_it_stands()
                if event.person is None and event.ended is not None and not self._scans_without_operator:
                    self.people.begin_sign_in(event.ended)
            case StationLockChanged():
                self._end_scanner_set_up()
                self._show_where_it_stands()
            case ScanDecided():
                self._forget_the_list(event, was_finding=was_finding)
                self._take_scan(event)
            case StorageFailed():
                self.people.tell_storage(self._stack.currentWidget())
            case _:
                pass
        self._follow_the_work()
        if self._is_finding_shown and self.find_place is not None:
            self.find_place.take_event(event)

    @property
    def _is_finding_shown(self) -> bool:
        return self.find_place is not None and self._stack.currentWidget() is self.find_place

    def _follow_the_work(self) -> None:
        """Go to what is found, or back, as the work stands; keep the card as it should be."""
        if self._is_finding_shown != self._wants_find and (self.is_scanning or self._is_finding_shown):
            self._show_work()
        elif self._stack.currentWidget() is self.scan_card:
            self._show_card()

    def _forget_the_list(self, event: ScanDecided, *, was_finding: bool) -> None:
        """Forget which list was chosen once finding ended or came to nothing, not for a scan before it."""
        came_to_nothing = event.entry.raw == _FIND
        if not event.state.finding and (was_finding or came_to_nothing):
            self._find_tab = FindTab.FIND

    def _take_scan(self, event: ScanDecided) -> None:
        """A scan leads back from every card to its result; at the door it is told in words."""
        self._idle.saw_somebody()
        shown = self._stack.currentWidget()
        if shown is self.scan_card and not leaves_the_last_result(event.entry):
            self._show_work()
        elif shown in {self.people.sign_in, self.people.lock}:
            self.people.tell_scan(event, shown)
        elif shown in self.people.screens and not leaves_the_last_result(event.entry):
            self._show_where_it_stands()

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

    def _show_where_it_stands(self) -> None:
        """Show the screen of the moment: sign-in, lock or scan screen."""
        facts = self.controller.facts
        self.people.end()
        self._idle.watch(on=facts.operator is not None and not facts.locked)
        if facts.operator is None and not self._scans_without_operator:
            self._show_form(self.people.sign_in)
            self.people.begin_sign_in()
        elif facts.locked:
            self._show_form(self.people.lock)
            self.people.begin_lock()
        else:
            self._show_work()

    @property
    def _wants_find(self) -> bool:
        """Whether finding is shown: not while something urgent stands on the scan screen."""
        facts = self.controller.facts
        urgent = is_stopped(facts.work) or facts.storage_problem is not None or facts.locked
        signed_in = facts.operator is not None or self._scans_without_operator
        return self.find_place is not None and facts.work.finding and signed_in and not urgent

    def _show_work(self) -> None:
        """Show what the station works at: finding, or the scan screen."""
        self.controller.set_around(card_open=False)
        if self._wants_find and self.find_place is not None:
            self._show_find(self.find_place)
        else:
            self._show_scan_screen(self.scan_screen)

    def _show_find(self, place: FindingPlace) -> None:
        """Show finding: its fields are typed into, and what is scanned is looked up by the station."""
        if self._is_finding_shown:
            return
        self._keyboard.listen(on=False)
        self._keyboard.reveal(on=True)
        self.controller.wake(on=True)
        self._stack.setCurrentWidget(place)
        place.take_facts(self.controller.facts)
        place.begin(self._find_tab)

    def _end_find(self) -> None:
        """What somebody looked at is not for whoever comes next: it begins anew, if it goes on at all."""
        self._find_tab = FindTab.FIND
        if self._is_finding_shown:
            self._show_scan_screen(self.scan_screen)

    def _find(self, tab: FindTab) -> None:
        """Begin to find, with *tab* on top, by the command that a barcode or a key gives too."""
        self._find_tab = tab
        self._submit(ScanFrame(source="keys", raw=_FIND))

    def _leave_find(self) -> None:
        if self.controller.facts.work.finding:
            self._submit(ScanFrame(source="keys", raw=Command.LEAVE.encode("ascii")))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave finding by the keys that leave it everywhere, where its own fields did not want them."""
        ways_out = {Qt.Key.Key_Escape, Qt.Key.Key_F8}
        if self._is_finding_shown and event.key() in ways_out:
            self._leave_find()
        else:
            super().keyPressEvent(event)

    def _touch(self, act: Command | MenuItem | str) -> None:
        """Do what a button means, unless it came up under the finger because of a scan."""
        if not self.controller.is_asleep(act):
            self._actions.act_down(act)

    def _choose(self, item: MenuItem) -> None:
        """Do what the menu's key means; the menu is on the scan screen, not on the card."""
        if item in SHEETS:
            self._print_sheet(SHEETS[item])
            return
        if item is MenuItem.MENU and self._stack.currentWidget() is self.scan_card:
            self._show_work()
        self._menu.choose(item)

    def _turn_card(self) -> None:
        """Show what can be scanned now, or go back from it."""
        if self._stack.currentWidget() is self.scan_card:
            self._show_work()
        elif self.is_scanning:
            self._sheet_told = ""
            self._show_card()

    def _print_sheet(self, language: str) -> None:
        """Print what whoever is signed in may scan, and say on the card where it is."""
        person = self.controller.facts.operator
        on_the_card = self._stack.currentWidget() is self.scan_card
        if self._print_commands is None or person is None or not on_the_card:
            return
        path = self._print_commands(role_of(person.role), language)
        words = self._tongue.wording.card
        self._sheet_told = words.sheet_made.format(path=path) if path is not None else words.no_sheet
        self._show_card()

    def _show_card(self) -> None:
        around = self.controller.around
        state = scan_card_state(
            self.controller.facts, self._tongue, has_sheets=around.has_sheets, told=self._sheet_told
        )
        self.scan_card.show_state(state)
        self.controller.set_around(card_open=True)
        self._show_scan_screen(self.scan_card)

    def _show_scan_screen(self, screen: QWidget) -> None:
        if self.find_place is not None:
            self.find_place.end()
        self._stack.setCurrentWidget(screen)
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()
        self._read_for_scanning(on=True)

    def _show_form(self, form: QWidget) -> None:
        """Show a screen with text fields: what a scanner reads meanwhile may be a secret."""
        self.controller.set_around(card_open=False)
        if self.find_place is not None:
            self.find_place.end()
        self._read_for_scanning(on=False)
        self._stack.setCurrentWidget(form)

    def _read_for_scanning(self, *, on: bool) -> None:
        self._keyboard.listen(on=on)
        self._keyboard.reveal(on=on)
        self.controller.wake(on=on)

    def _change_theme(self) -> None:
        self.take_theme(Theme.LIGHT if self._theme is Theme.DARK else Theme.DARK)

    def _show_scanners(self) -> None:
        """Set scanners up: until that is left, nothing that is read is a scan."""
        if self._scanners is None or self.scanner_screen is None:
            return
        self.controller.set_around(card_open=False)
        self._keyboard.listen(on=False)
        self._keyboard.hear(self._scanners.desk.hear_keyboard)
        self.controller.wake(on=False)
        self._stack.setCurrentWidget(self.scanner_screen)
        self.scanner_screen.begin()

    def _leave_scanners(self) -> None:
        self._end_scanner_set_up()
        self._show_where_it_stands()

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
        self.scan_card.take_palette(palette)
        if self.find_place is not None:
            self.find_place.take_palette(palette)
        self.people.take_palette(palette)
        if self.scanner_screen is not None:
            self.scanner_screen.take_palette(palette)
        self.controller.set_around(dark=theme is Theme.DARK)

    def _show_held(self, share: float) -> None:
        for keys in (self.scan_screen.keys, self.scan_card):
            button = keys.button_of(Command.UNDERSTOOD)
            if button is not None:
                button.show_held(share)


def _application() -> QApplication:
    application = QGuiApplication.instance()
    assert isinstance(application, QApplication)
    return application
