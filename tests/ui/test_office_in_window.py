"""The office in the station's window: real keys, scanners that go on scanning, and badges."""

import pytest
from fakes.fake_people_desk import FakePeopleDesk
from fakes.shown_screens import BADGE, started
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.presentation.office_acts import OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_state import OfficePress
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.ui.office.places import office_places


@pytest.fixture
def window(qtbot, open_window, station, tmp_path):
    """A window in which an administrator signed in with a password."""
    station.people = FakePeopleDesk()
    office, own_password = office_places(badge_folder=tmp_path, now=station.now)
    window = open_window(office=office, own_password=own_password)
    started(station)
    station.be_operated_by("admin", role="admin", way=SignInWay.PASSWORD)
    qtbot.waitUntil(lambda: window.is_scanning)
    window._keyboard._since_other_window.invalidate()
    return window


@pytest.fixture
def office(window, settle):
    settle()
    for each in (MenuItem.MENU, MenuItem.MENU, MenuItem.OFFICE):
        window._actions.menu_chosen.emit(each)
    settle()
    assert window.people.office.isVisible()
    return window.people.office


@pytest.fixture
def press(office, keyboard, settle):
    """Press a key of the keyboard wherever the focus is, as the window system tells it."""

    def press(key, code=0, text=""):
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            keyboard.at_ms += 120
            keyboard.send(kind, key, code, text)
        settle()

    return press


@pytest.fixture
def type_slowly(office, keyboard, settle):
    def type_slowly(text):
        for char in text:
            keyboard.at_ms += 180
            keyboard.type_text(char)
        keyboard.at_ms += 400
        settle()

    return type_slowly


@pytest.fixture
def scan(keyboard, settle, station):
    """Scan as a wedge does, a while after the last key; return what the station was told."""

    def scan(code):
        settle()
        keyboard.at_ms += 2000
        keyboard.scan(code)
        settle()
        return [frame.raw.decode() for frame in station.submitted]

    return scan


def texts(office):
    return [line.text() for line in office.findChildren(QLineEdit) if line.text()]


def test_the_keys_of_the_office_do_what_stands_on_them(office, press, window):
    for key, tab in ((Qt.Key.Key_F3, OfficeTab.STATIONS), (Qt.Key.Key_F4, OfficeTab.AUDIT)):
        press(key)
        assert office.controller.facts.tab is tab
    press(Qt.Key.Key_F10)
    assert window.is_scanning


def test_a_search_is_typed_and_leads_to_the_list_by_keys(office, press, type_slowly, qtbot):
    press(Qt.Key.Key_F11)
    type_slowly("locked")
    press(Qt.Key.Key_Return, 28, "\r")
    qtbot.waitUntil(lambda: office.controller.facts.chosen == "locked_one")

    press(Qt.Key.Key_Tab, 15, "\t")
    assert QApplication.focusWidget() is office.rows.list


def test_a_bag_is_refused_in_sight_and_nothing_that_was_typed_stays(office, type_slowly, scan, window):
    office.controller.act(OfficePress(act=OfficeAct.TAB, label="", value=OfficeTab.PASSWORD))
    type_slowly("abc")
    assert texts(office)

    assert scan("SB10001") == [""]
    assert window.is_scanning
    assert texts(office) == []


def test_a_scan_presses_no_button(office, scan, station):
    office.card.buttons.buttons[0].setFocus()
    scan("SB10001")

    assert station.people.office.done == []
    assert office.controller.facts.form is None


def test_a_badge_in_a_password_goes_to_the_station_and_not_into_the_field(office, press, type_slowly, scan):
    press(Qt.Key.Key_F6)
    type_slowly("abc")

    assert scan(BADGE) == [BADGE]
    assert not any("badge" in text.lower() for text in texts(office))


def test_a_badge_as_slow_as_typed_text_reaches_the_station(office, press, type_slowly, station):
    press(Qt.Key.Key_F6)
    type_slowly(BADGE)
    press(Qt.Key.Key_Return, 28, "\r")

    assert [frame.raw.decode() for frame in station.submitted] == [BADGE]
    assert texts(office) == []


def test_another_operator_closes_the_office(office, type_slowly, station, window, settle):
    office.filters.begin()
    type_slowly("abc")
    station.be_operated_by("lakshmi", way=SignInWay.BADGE)
    settle()

    assert window.is_scanning
    assert texts(office) == []
    assert office.controller.facts.own is None


def test_who_is_no_administrator_finds_the_own_password_only(window, station, settle):
    station.be_operated_by("lakshmi", way=SignInWay.PASSWORD)
    settle()
    for each in (MenuItem.MENU, MenuItem.MENU, MenuItem.OWN_RIGHTS):
        window._actions.menu_chosen.emit(each)
    settle()

    place = window.people.own_password
    assert place.isVisible()
    assert [box.field_ for box in place.form.boxes] == [
        *(OfficeField.OLD_PASSWORD, OfficeField.PASSWORD, OfficeField.AGAIN)
    ]
    assert station.people.office.asked == []
