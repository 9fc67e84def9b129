"""The set-up screen in the window, with the keys of a real wedge."""

import pytest
from fakes.fake_scanner_desk import FakeScannerDesk
from fakes.heard_readings import CODE
from fakes.shown_screens import started
from fakes.wedge_keys import ENTER, PLACES, SHIFT, scan
from PySide6.QtCore import QEvent, Qt

from traitortrack_desktop.documents.barcodes import code_128_svg, set_up_code_svg
from traitortrack_desktop.presentation.scanner_acts import ScannerAct
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.services.scanner_set_up import TEST_CODES, ScannerStep
from traitortrack_desktop.ui.scanner_set_up_presses import PressButton
from traitortrack_desktop.ui.scanners import Scanners

DOWN, UP = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress), (QEvent.Type.KeyRelease,)
CHARACTERS = {place: char for char, place in PLACES.items()}


def pressed(code, *, shift):
    """Key, scan code and text of a key event as Qt has them on a US keyboard."""
    if code == SHIFT:
        return Qt.Key.Key_Shift, code, ""
    if code == ENTER:
        return Qt.Key.Key_Return, code, "\r"
    char = CHARACTERS[code, shift]
    return ord(char.upper()), code, char


class DeskThatHearsKeys(FakeScannerDesk):
    def hear_keyboard(self, reading):
        if self.listening is not None:
            self.send(reading)


@pytest.fixture
def desk():
    return DeskThatHearsKeys()


@pytest.fixture
def window(qtbot, open_window, station, desk):
    scanners = Scanners(
        desk=desk,
        submit=station.submit,
        set_up_code_svg=lambda: set_up_code_svg(CODE, CODE),
        test_code_svg=code_128_svg,
        print_sheet=lambda: None,
        signals={},
    )
    window = open_window(scanners=scanners)
    started(station)
    qtbot.waitUntil(lambda: window.is_scanning)
    return window


@pytest.fixture
def set_up(window, settle):
    window._actions.menu_chosen.emit(MenuItem.MENU)
    window._actions.menu_chosen.emit(MenuItem.SCANNERS)
    settle()
    assert window.scanner_screen.isVisible()
    return window.scanner_screen


@pytest.fixture
def click(qtbot, set_up, settle):
    def click(act):
        settle()
        buttons = [each for each in set_up.findChildren(PressButton) if each.isVisible()]
        (button,) = [each for each in buttons if each.press_.act is act]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        settle()

    return click


@pytest.fixture
def wedge(keyboard_of, window, settle):
    """Scan as a wedge does: every key down and up, on a US keyboard."""
    keyboard = keyboard_of(window)

    def wedge(text):
        shift = False
        for code, down in scan(text):
            shift = down if code == SHIFT else shift
            modifiers = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
            for kind in DOWN if down else UP:
                keyboard.send(kind, *pressed(code, shift=shift), modifiers)
        settle()

    return wedge


def test_a_wedge_is_set_up_through_the_window_and_nothing_of_it_becomes_a_scan(
    set_up, desk, station, click, wedge
):
    click(ScannerAct.ADD_LEFT)
    for _ in range(5):
        wedge(CODE)
    assert set_up.controller.facts.set_up.step is ScannerStep.NAME
    click(ScannerAct.TEST)
    for code in TEST_CODES:
        wedge(code)
    click(ScannerAct.SAVE)
    assert [profile.name for profile in desk.kept] == ["left"]
    assert station.submitted == []


def test_a_scan_while_the_name_is_typed_does_not_press_anything(set_up, click, wedge, qtbot, settle):
    click(ScannerAct.ADD)
    for _ in range(5):
        wedge(CODE)
    qtbot.mouseClick(set_up.name_page.line, Qt.MouseButton.LeftButton)
    wedge("AB12C04F7K")
    assert set_up.controller.facts.set_up.step is ScannerStep.NAME


def test_after_the_set_up_a_scan_is_a_scan_again(window, station, click, wedge):
    click(ScannerAct.LEAVE)
    assert window.is_scanning
    wedge("SB10001")
    assert [frame.raw for frame in station.submitted] == [b"SB10001"]
