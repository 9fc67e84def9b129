"""A scan that is under way when somebody signs in or out, or when the set-up is entered or left."""

import pytest
from fakes.fake_scanner_desk import FakeScannerDesk
from PySide6.QtWidgets import QLineEdit

from traitortrack_desktop.domain.scanners import KEYBOARD, Connection, KeyLine, ScannerProfile
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.ui.scanners import Scanners

HEAD, REST = "bag0", "1234"
LEFT = ScannerProfile(
    name="left", connection=Connection.KEYBOARD, identity=KEYBOARD, keys=KeyLine(hold_gap_ms=60)
)


class DeskThatHearsKeys(FakeScannerDesk):
    def hear_keyboard(self, reading):
        if self.listening is not None:
            self.send(reading)


@pytest.fixture
def signing_in(open_window, station, settle):
    """A window on the sign-in screen, with scanners to be set up."""
    scanners = Scanners(
        desk=DeskThatHearsKeys(),
        submit=station.submit,
        set_up_code_svg=lambda: "<svg/>",
        test_code_svg=lambda text: "<svg/>",
        print_sheet=lambda: None,
        signals={},
    )
    window = open_window(scanners=scanners)
    station.start()
    settle()
    window._keyboard._since_other_window.invalidate()
    return window


@pytest.fixture
def scanning(signing_in, station, settle):
    station.be_operated_by("r.operator")
    settle()
    assert signing_in.is_scanning
    return signing_in


def told(station):
    return [(frame.kind.value, frame.raw.decode()) for frame in station.submitted]


def whole(station):
    return [each for each in told(station) if each[0] in {"complete", "typed"}]


def choose(window, item):
    window._actions.menu_chosen.emit(MenuItem.MENU)
    window._actions.menu_chosen.emit(item)


def test_a_scan_that_a_sign_in_comes_upon_counts_as_nothing(signing_in, station, keyboard_of, settle):
    keyboard = keyboard_of(signing_in)
    signing_in.sign_in_screen.set_busy(busy=True)
    keyboard.type_text(HEAD)
    station.be_operated_by("r.operator")
    settle()
    keyboard.scan(REST)
    assert told(station) == [("garbled", "")]


@pytest.mark.parametrize("head", [HEAD, HEAD + "567"], ids=["typed", "taken"])
def test_a_scan_into_a_field_that_a_sign_in_takes_away_counts_as_nothing(
    signing_in, station, keyboard_of, settle, head
):
    keyboard = keyboard_of(signing_in)
    signing_in.sign_in_screen.password.setFocus()
    keyboard.type_text(head)
    station.be_operated_by("r.operator")
    settle()
    keyboard.scan(REST)
    assert told(station) == [("garbled", "")]


def test_the_scan_after_that_is_read(signing_in, station, keyboard_of, settle):
    keyboard = keyboard_of(signing_in)
    keyboard.type_text(HEAD)
    station.be_operated_by("r.operator")
    settle()
    keyboard.scan(REST)
    keyboard.at_ms += 900
    keyboard.scan("SB10001")
    assert whole(station) == [("complete", "SB10001")]


def test_a_scan_that_the_set_up_is_left_in_is_told_as_two_parts(scanning, station, keyboard_of, settle):
    keyboard = keyboard_of(scanning)
    choose(scanning, MenuItem.SCANNERS)
    keyboard.type_text(HEAD)
    scanning._leave_scanners()
    keyboard.scan(REST)
    assert told(station) == [("partial", HEAD), ("partial", REST)]


def test_a_scan_that_the_set_up_is_entered_in_is_whole_neither_here_nor_there(scanning, station, keyboard_of):
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD)
    heard = []
    scanning._keyboard.listen(on=False)
    scanning._keyboard.hear(heard.append)
    keyboard.scan(REST)
    assert told(station) == [("partial", HEAD)]
    assert [(each.kind.value, each.raw) for each in heard] == [("partial", b"1234\r")]


def test_a_scan_that_a_sign_out_comes_upon_is_told_as_a_part_and_typed_nowhere(
    scanning, station, keyboard_of, settle
):
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD)
    station.sign_out()
    settle()
    keyboard.scan("123456")
    assert told(station) == [("partial", HEAD)]
    assert scanning.sign_in_screen.username.text() == ""


@pytest.mark.parametrize("pause_ms", [550, 700])
def test_the_rest_of_a_scan_is_no_whole_one_in_a_field_either(
    scanning, station, keyboard_of, settle, pause_ms
):
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD)
    station.sign_out()
    settle()
    keyboard.at_ms += pause_ms
    keyboard.scan("123456")
    assert whole(station) == []


def test_the_same_profiles_again_do_not_disturb_a_scan(scanning, station, keyboard_of):
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD)
    scanning.take_profiles()
    keyboard.scan(REST)
    assert told(station) == [("complete", HEAD + REST)]


def test_other_profiles_end_a_scan_as_a_part_and_its_rest_is_one_too(scanning, station, keyboard_of):
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD)
    scanning._keyboard.take_profiles([LEFT])
    keyboard.scan(REST)
    assert told(station) == [("partial", HEAD), ("partial", REST)]


def test_other_profiles_make_no_scan_of_the_rest_of_one_that_a_field_was_given(
    scanning, station, keyboard_of, settle
):
    field = QLineEdit(scanning)
    field.show()
    field.setFocus()
    settle()
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD + "567")
    scanning._keyboard.take_profiles([LEFT])
    field.clearFocus()
    settle()
    keyboard.scan(REST)
    assert told(station) == [("partial", HEAD + "567"), ("partial", REST)]


def test_what_lacks_its_beginning_still_does_when_its_field_closes(
    scanning, station, keyboard_of, settle, qtbot
):
    field = QLineEdit(scanning)
    field.show()
    field.setFocus()
    settle()
    keyboard = keyboard_of(scanning)
    keyboard.type_text("ba")
    qtbot.waitUntil(lambda: field.text() == "ba")
    keyboard.type_text("g0")
    field.clearFocus()
    settle()
    keyboard.scan(REST)
    assert told(station) == [("garbled", "g0" + REST)]


def test_no_mark_is_lost_when_nothing_was_begun(scanning, station, keyboard_of):
    keyboard = keyboard_of(scanning)
    keyboard.type_text(HEAD)
    for _ in range(2):
        scanning._keyboard.listen(on=False)
    scanning._keyboard.listen(on=True)
    keyboard.scan(REST)
    assert told(station) == [("partial", HEAD), ("partial", REST)]
