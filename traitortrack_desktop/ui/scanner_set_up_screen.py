"""The set-up screen of the scanners, reached from the menu of the scan screen. GUI thread.

It has buttons for a finger or a mouse, and one text field, so that no scan can press or change anything.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from traitortrack_desktop.domain.scanners import Feedback
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.scanner_set_up import scanner_set_up_view
from traitortrack_desktop.presentation.scanner_set_up_state import ScannerPage, ScannerSetUpView
from traitortrack_desktop.presentation.sizes import sizes_for
from traitortrack_desktop.services.scanner_desk import HeardReading, ScannerDesk
from traitortrack_desktop.ui.scanner_set_up_controller import ScannerSetUpController
from traitortrack_desktop.ui.scanner_set_up_pages import CodePage, GuidePage, ListPage, NamePage, Page
from traitortrack_desktop.ui.scanner_set_up_presses import PressButton, PressRow
from traitortrack_desktop.ui.scanner_set_up_zones import HeadingZone, SayingZone
from traitortrack_desktop.ui.zones.zone import Zone


class ScannerSetUpScreen(QWidget):
    """Call :meth:`begin` when it is shown; it ends by itself and emits :attr:`left` when the person goes.

    *set_up_code_svg* draws the set-up codes, *test_code_svg* a single code of the test where the station can
    show it, *print_sheet* writes and opens the sheet and returns its file or ``None``. *signals* is what
    scanners of each maker can answer with.
    """

    left = Signal()
    sounded = Signal(object)
    """The ``SoundRole`` that a reading deserves."""

    def __init__(
        self,
        desk: ScannerDesk,
        wording: Wording,
        palette_: Palette,
        *,
        set_up_code_svg: Callable[[], str],
        print_sheet: Callable[[], Path | None],
        signals: Mapping[str, Feedback],
        test_code_svg: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        words = wording.scanner_set_up
        self._words, self._colours = words, palette_
        self._set_up_code_svg, self._test_code_svg = set_up_code_svg, test_code_svg
        self.controller = ScannerSetUpController(desk, words, signals=signals, print_sheet=print_sheet)
        sizes = sizes_for(0, 0)
        self.heading, self.saying = HeadingZone(palette_, sizes), SayingZone(palette_, sizes)
        self.list_page, self.code_page = ListPage(palette_, sizes, words), CodePage(palette_, sizes)
        self.name_page, self.guide_page = NamePage(palette_, sizes, words), GuidePage(palette_, sizes)
        self.keys = PressRow(palette_, sizes)
        self._pages: tuple[Page, ...] = (self.list_page, self.code_page, self.name_page, self.guide_page)
        self._stack, self._column = QStackedWidget(), QVBoxLayout(self)
        self._shown: ScannerPage | None = None
        self._lay_out()
        self._connect()
        self.show_facts()

    def begin(self) -> None:
        """Listen for the set-up. Takes the scanners away from the work until :meth:`end`."""
        self.controller.begin()

    def end(self) -> None:
        """Give the scanners back to the work; may be called more than once."""
        self._leave_the_field()
        self.controller.end()

    def take_reading(self, reading: HeardReading) -> None:
        """Take a reading on the GUI thread, beside those that come from the desk."""
        self.controller.take_reading(reading)

    def notice_sign_of_life(self) -> None:
        """Show in the guide that something came, before it is a reading. GUI thread."""
        self.controller.notice_sign_of_life()

    def set_listening(self, *, listening: bool) -> None:
        """Say whether this window gets the keyboard."""
        self.controller.take_listening(listening=listening)

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self._take_looks()
        self.update()

    def show_facts(self) -> None:
        """Show what is known now."""
        view = scanner_set_up_view(self.controller.facts, self._words)
        self.heading.show_heading(view.step, view.instruction)
        self.saying.show_saying(view.saying)
        self.saying.setVisible(view.page is not ScannerPage.GUIDE)
        self.keys.show_presses(view.presses)
        page = next(page for page in self._pages if view.page in page.shown_for)
        page.show_view(view)
        if page is self.code_page:
            self.code_page.show_code(self._svg(view))
        if view.page is not self._shown:
            self._shown = view.page
            self._leave_the_field()
            self._stack.setCurrentWidget(page)

    def cut_off(self) -> list[str]:
        """Return the texts that had no room when they were last painted, for tests."""
        zones = [zone for zone in self.findChildren(Zone) if zone.isVisible()]
        buttons = [button for button in self.findChildren(PressButton) if button.isVisible()]
        return [text for zone in zones for text in zone.cut_off] + [
            button.press_.label for button in buttons if button.is_cut_off
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._take_looks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take a key that nobody wanted for a sign of life."""
        self.controller.notice_sign_of_life()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint what lies between the zones."""
        QPainter(self).fillRect(self.rect(), QColor(self._colours.window.ground))

    def _svg(self, view: ScannerSetUpView) -> str:
        if view.page is ScannerPage.CODE:
            return self._set_up_code_svg()
        if view.test_code and self._test_code_svg is not None:
            return self._test_code_svg(view.test_code)
        return ""

    def _leave_the_field(self) -> None:
        self.name_page.line.clearFocus()

    def _connect(self) -> None:
        self.controller.facts_changed.connect(self.show_facts)
        self.controller.left.connect(self.left)
        self.controller.sounded.connect(self.sounded)
        self.keys.pressed.connect(self.controller.act)
        for page in self._pages:
            page.pressed.connect(self.controller.act)
        self.name_page.named.connect(self.controller.take_name)

    def _lay_out(self) -> None:
        for page in self._pages:
            self._stack.addWidget(page)
        self._column.addWidget(self.heading)
        self._column.addWidget(self._stack, 1)
        self._column.addWidget(self.saying)
        self._column.addWidget(self.keys)

    def _take_looks(self) -> None:
        sizes = sizes_for(self.width(), self.height())
        self._column.setSpacing(sizes.gap)
        edge = round(sizes.gap * 1.2)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self.heading.setFixedHeight(round(sizes.instruction_height * 1.1))
        self.saying.setFixedHeight(round(sizes.line * 6.4))
        for zone in (self.heading, self.saying):
            zone.take_looks(self._colours, sizes)
        for page in self._pages:
            page.take_looks(self._colours, sizes)
        self.keys.take_looks(self._colours, sizes)
