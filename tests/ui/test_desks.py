"""The desks, the corrections, finding and the card in the window, with real key events."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.shown_desks import CHILDREN, DESKS, PARENTS, administrator, biller, desk_station
from fakes.shown_screens import answered, packed, scan
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLineEdit

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.deeds import WorkAtBill
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.find_acts import FindTab
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.ui.finding_place import FindingPlace
from traitortrack_desktop.ui.printed_barcodes import write_command_sheet

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def station():
    return desk_station()


class StandIn(FindingPlace):
    """A place of finding with one box, and a note of all that it was told."""

    left = Signal()

    def __init__(self, station, tongue, palette_, now):
        super().__init__()
        self.box = QLineEdit(self)
        self.shown, self.told, self.facts = [], [], None
        self.ends = 0

    def begin(self, tab):
        self.shown.append(tab)
        self.box.setFocus()

    def take_facts(self, facts):
        self.facts = facts

    def take_event(self, event):
        self.told.append(event)

    def end(self):
        self.ends += 1

    def take_palette(self, palette_):
        pass


@pytest.fixture
def finding(qtbot, open_window, station):
    window = open_window(find=StandIn, sign_in_required=False)
    biller(station)
    qtbot.waitUntil(lambda: window.is_scanning)
    window._keyboard._since_other_window.invalidate()
    return window


def is_found(window):
    return window._stack.currentWidget() is window.find_place


def shifted(keyboard, key):
    keyboard.stroke(Qt.Key.Key_Shift, 42, "", SHIFT)
    keyboard.stroke(key, 0, "", SHIFT)


# -- looks


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=str)
def test_nothing_is_cut_off_at_any_desk(open_window, station, settle, size, theme):
    window = open_window(size=size, theme=theme, sign_in_required=False)
    cut_off = {}
    for name, situation in DESKS.items():
        station.state = type(station.state)()
        situation(station)
        settle()
        cut_off[name] = window.scan_screen.cut_off
        window._actions.key_down("F11")
        settle()
        cut_off[f"card {name}"] = window.scan_card.cut_off
        window._actions.key_down("F11")
    assert {name: texts for name, texts in cut_off.items() if texts} == {}


def test_the_zones_do_not_move_at_a_desk(open_window, station, settle):
    window = open_window(sign_in_required=False)
    settle()
    screen = window.scan_screen
    zones = (screen.instruction, screen.counter, screen.result, screen.bag_list, screen.keys, screen.status)
    places = [zone.geometry() for zone in zones]
    DESKS["bill_attached"](station)
    settle()
    assert [zone.geometry() for zone in zones] == places


def test_a_bill_is_worked_at_on_the_scan_screen(window, keyboard, station, settle):
    biller(station)
    settle()
    keyboard.scan("BILL-5")
    keyboard.scan(PARENTS[0])
    settle()
    screen = window.scan_screen
    assert screen.instruction.painted == ["Scan parent bag 14"]
    assert {"7", "of 20", "places left", "BILL-5"} <= set(screen.counter.painted)
    assert screen.bag_list.painted[:3] == ["13", PARENTS[0], "30 bags"]


# -- keys


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (Qt.Key.Key_F4, Command.REOPEN),
        (Qt.Key.Key_F6, Command.DELETE),
        (Qt.Key.Key_F7, Command.WRONG_PARENT),
        (Qt.Key.Key_F8, Command.RELABEL),
        (Qt.Key.Key_F9, Command.LEAVE),
        (Qt.Key.Key_F2, Command.NEW_RETURN),
        (Qt.Key.Key_F3, Command.CANCEL_RETURN),
    ],
)
def test_shift_and_a_key_is_a_command_of_its_own(window, keyboard, station, key, command):
    shifted(keyboard, key)
    assert [frame.raw.decode() for frame in station.submitted] == [command]


@pytest.mark.parametrize(
    ("key", "command"), [(Qt.Key.Key_F7, Command.MOVE), (Qt.Key.Key_F8, Command.FIND)], ids=str
)
def test_moving_and_finding_have_keys(window, keyboard, station, key, command):
    keyboard.stroke(key)
    assert [frame.raw.decode() for frame in station.submitted] == [command]


def test_a_key_that_shift_left_first_comes_up_again(window, keyboard, station, settle):
    keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_F4, 0, "", SHIFT)
    keyboard.send(QEvent.Type.KeyRelease, Qt.Key.Key_F4, 0)
    settle()
    keyboard.stroke(Qt.Key.Key_F4)
    assert [frame.raw.decode() for frame in station.submitted] == [Command.REOPEN, Command.CLOSE]


def test_a_code_in_capitals_stays_whole_before_and_behind_a_shifted_key(window, keyboard, station):
    keyboard.scan("SB10001")
    shifted(keyboard, Qt.Key.Key_F8)
    keyboard.scan("SB10001")
    raws = [frame.raw.decode() for frame in station.submitted]
    assert raws == ["SB10001", Command.RELABEL, "SB10001"]


def test_the_key_that_is_held_is_the_same_with_shift(window, keyboard, station, qtbot):
    packed(station, 2)
    scan(station, CHILDREN[40])
    keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_F12, 0, "", SHIFT)
    qtbot.waitUntil(lambda: station.state.stop is None)


def test_at_a_desk_f4_completes(window, keyboard, station, settle):
    DESKS["bill_filled"](station)
    settle()
    keyboard.stroke(Qt.Key.Key_F4)
    assert station.submitted[-1].raw.decode() == Command.COMPLETE


def test_escape_leaves_a_desk_where_nothing_is_asked(window, keyboard, station, settle):
    DESKS["bill_opened"](station)
    settle()
    keyboard.stroke(Qt.Key.Key_F6)
    settle()
    keyboard.stroke(Qt.Key.Key_Escape)
    settle()
    assert station.state.bill is not None
    keyboard.stroke(Qt.Key.Key_Escape)
    assert station.state.bill is None


def test_a_reason_is_given_by_its_key(window, keyboard, station, settle):
    DESKS["why_asked"](station)
    settle()
    keyboard.stroke(Qt.Key.Key_F7)
    assert station.submitted[-1].raw.decode() == Command.BAG_DAMAGED
    assert station.state.parent is None


def test_a_menu_key_just_behind_a_scan_that_closed_the_menu_gives_no_reason(
    window, keyboard, station, settle
):
    DESKS["why_asked"](station)
    settle()
    keyboard.stroke(Qt.Key.Key_F10)
    scan(station, "NOT A BAG")
    settle()
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F7, Qt.Key.Key_F8, Qt.Key.Key_F11):
        keyboard.stroke(key)
    assert station.state.parent is not None
    station.pass_time(seconds=3)
    keyboard.stroke(Qt.Key.Key_F7)
    assert station.state.parent is None


# -- the card


def test_the_card_opens_by_its_key_and_closes_by_it(window, keyboard, settle):
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    assert window._stack.currentWidget() is window.scan_card
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    assert window._stack.currentWidget() is window.scan_screen


def test_escape_closes_the_card_and_does_nothing_else(window, keyboard, station, settle):
    keyboard.stroke(Qt.Key.Key_F11)
    keyboard.stroke(Qt.Key.Key_Escape)
    settle()
    assert window._stack.currentWidget() is window.scan_screen
    assert station.submitted == []


def test_the_next_scan_closes_the_card_and_counts(window, keyboard, station, settle):
    packed(station, 1)
    keyboard.stroke(Qt.Key.Key_F11)
    keyboard.scan("AB12C04F9999")
    settle()
    assert window._stack.currentWidget() is window.scan_screen
    assert window.scan_screen.result.painted[:2] == ["ADDED", "AB12C04F9999"]


def test_the_card_is_on_the_menu_too(window, keyboard, settle):
    for key in (Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F1):
        keyboard.stroke(key)
    settle()
    assert window._stack.currentWidget() is window.scan_card


def test_a_command_on_the_card_can_be_touched(window, keyboard, station, qtbot, settle):
    packed(station, 3)
    settle()
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    qtbot.mouseClick(window.scan_card.button_of(Command.RELABEL), Qt.MouseButton.LeftButton)
    settle()
    assert station.submitted[-1].raw.decode() == Command.RELABEL
    assert window._stack.currentWidget() is window.scan_screen


def test_an_area_on_the_card_can_be_touched(window, keyboard, station, qtbot, settle):
    DESKS["area_asked"](station)
    settle()
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    button = next(b for b in window.scan_card.buttons if b.accessibleName().startswith("Jaipur"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()
    assert station.state.ticket.area == "jaipur"


def test_a_stop_is_left_by_holding_the_button_on_the_card(window, keyboard, station, qtbot, settle):
    packed(station, 2)
    scan(station, CHILDREN[40])
    settle()
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    qtbot.mousePress(window.scan_card.button_of(Command.UNDERSTOOD), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: station.state.stop is None)


def test_the_menu_key_leads_from_the_card_to_the_menu(window, keyboard, settle):
    keyboard.stroke(Qt.Key.Key_F11)
    keyboard.stroke(Qt.Key.Key_F10)
    settle()
    assert window._stack.currentWidget() is window.scan_screen
    assert window.scan_screen.keys.button_of(MenuItem.QUIT) is not None


def test_locking_ends_the_card(window, keyboard, station, settle):
    keyboard.stroke(Qt.Key.Key_F11)
    station.lock()
    settle()
    assert window._stack.currentWidget() is window.people.lock


# -- finding


def test_the_key_to_find_shows_the_place_and_leaves_it(finding, station, keyboard_of, settle):
    keyboard_of(finding).stroke(Qt.Key.Key_F8)
    settle()
    assert is_found(finding)
    assert finding.find_place.shown == [FindTab.FIND]
    keyboard_of(finding).stroke(Qt.Key.Key_F8)
    settle()
    assert not station.state.finding
    assert finding._stack.currentWidget() is finding.scan_screen


def test_escape_leaves_finding(finding, station, keyboard_of, settle):
    scan(station, Command.FIND)
    settle()
    keyboard_of(finding).stroke(Qt.Key.Key_Escape)
    settle()
    assert not station.state.finding


def test_the_place_can_ask_to_be_left(finding, station, settle):
    scan(station, Command.FIND)
    settle()
    finding.find_place.left.emit()
    settle()
    assert not station.state.finding
    assert finding._stack.currentWidget() is finding.scan_screen


def test_a_scan_while_finding_is_looked_up_and_told_to_the_place(finding, station, keyboard_of, settle):
    packed(station, 2)
    scan(station, Command.FIND)
    settle()
    keyboard_of(finding).scan("AB12C04F9999")
    settle()
    assert is_found(finding)
    assert finding.find_place.box.text() == ""
    assert finding.find_place.told[-1].entry.decision.code == "AB12C04F9999"
    assert station.state.found == "AB12C04F9999"
    assert station.state.parent.count == 2


@pytest.mark.parametrize(
    "choice",
    [
        (Qt.Key.Key_F5, FindTab.BILLS),
        (Qt.Key.Key_F7, FindTab.RETURNS),
        (Qt.Key.Key_F8, FindTab.BAGS),
        (Qt.Key.Key_F11, FindTab.REFUSALS),
    ],
    ids=str,
)
def test_the_lists_are_opened_from_the_menu(finding, station, keyboard_of, settle, choice):
    keyboard, (key, tab) = keyboard_of(finding), choice
    for pressed in (Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F10, key):
        keyboard.stroke(pressed)
    settle()
    assert is_found(finding)
    assert finding.find_place.shown == [tab]
    assert station.state.finding


def choose_bills(keyboard, settle):
    for key in (Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F5):
        keyboard.stroke(key)
    settle()


def test_a_list_that_is_chosen_while_a_scan_is_on_its_way_opens(finding, station, keyboard_of, settle):
    station.deciding = False
    choose_bills(keyboard_of(finding), settle)
    station.deciding = True
    for on_its_way in ("SB10001", Command.FIND):
        scan(station, on_its_way)
        settle()
    assert finding.find_place.shown == [FindTab.BILLS]


def test_a_list_that_was_left_is_not_what_opens_next(finding, station, keyboard_of, settle):
    choose_bills(keyboard_of(finding), settle)
    for command in (Command.LEAVE, Command.FIND):
        station.pass_time(seconds=3)
        scan(station, command)
        settle()
    assert finding.find_place.shown == [FindTab.BILLS, FindTab.FIND]


def test_going_to_a_bill_leads_back_to_the_scan_screen(finding, station, settle):
    scan(station, Command.FIND)
    settle()
    station.do(WorkAtBill(bill="BILL-5"))
    settle()
    assert finding._stack.currentWidget() is finding.scan_screen
    assert station.state.bill.code == "BILL-5"


def test_a_late_refusal_is_seen_and_heard_although_somebody_finds(finding, station, sound, settle):
    packed(station, 1)
    scan(station, CHILDREN[5], Command.FIND)
    settle()
    station.centre_answers(refusing={CHILDREN[5]: Reason.CHILD_IN_OTHER_PARENT})
    settle()
    assert finding._stack.currentWidget() is finding.scan_screen
    assert finding.controller.is_repeating_stop
    scan(station, Command.UNDERSTOOD)
    settle()
    assert is_found(finding)


def test_another_operator_finds_nothing_of_the_one_before(finding, station, settle):
    scan(station, Command.FIND)
    settle()
    ends = finding.find_place.ends
    administrator(station)
    settle()
    assert finding.find_place.ends > ends
    assert finding.find_place.shown == [FindTab.FIND, FindTab.FIND]


def test_a_locked_station_shows_nothing_that_was_found(finding, station, settle):
    scan(station, Command.FIND)
    settle()
    station.lock()
    settle()
    assert finding._stack.currentWidget() is finding.people.lock


def test_without_the_screens_of_finding_the_scan_screen_says_what_is_done(window, station, settle):
    packed(station, 1)
    scan(station, Command.FIND)
    answered(station)
    settle()
    assert window.scan_screen.instruction.painted == ["Scan a bag, bill or return to find it"]


# -- what a scan takes from under a finger


def touched(window, act):
    button = window.scan_screen.keys.button_of(act)
    button.pressed.emit()
    button.released.emit()


def test_a_finger_on_the_key_that_came_back_when_a_scan_closed_the_menu_does_nothing_for_a_while(
    window, keyboard, station, settle
):
    packed(station, 3)
    settle()
    keyboard.stroke(Qt.Key.Key_F10)
    keyboard.scan(CHILDREN[20])
    settle()
    touched(window, Command.UNDO)
    settle()
    assert station.state.parent.count == 4
    station.pass_time(seconds=3)
    touched(window, Command.UNDO)
    settle()
    assert station.state.parent.count == 3


def test_so_does_one_on_the_key_that_came_back_when_a_scan_closed_the_card(window, keyboard, station, settle):
    packed(station, 3)
    settle()
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    keyboard.scan(CHILDREN[20])
    settle()
    assert window._stack.currentWidget() is window.scan_screen
    touched(window, Command.UNDO)
    settle()
    assert station.state.parent.count == 4


def test_a_finger_that_closed_the_card_itself_goes_on_at_once(window, keyboard, station, settle):
    packed(station, 3)
    settle()
    keyboard.stroke(Qt.Key.Key_F11)
    settle()
    window.scan_card.button_of(Command.UNDO).pressed.emit()
    settle()
    touched(window, Command.UNDO)
    settle()
    assert station.state.parent.count == 1


# -- the own commands on paper


def test_the_card_prints_the_commands_of_whoever_is_signed_in_and_says_where(
    window, station, settle, monkeypatch
):
    printed = []

    def print_commands(role, language):
        printed.append((role, language))
        return Path("/kept/sheet.pdf") if language == "en" else None

    monkeypatch.setattr(window, "_print_commands", print_commands)
    window.controller.around = replace(window.controller.around, has_sheets=True)
    biller(station)
    settle()
    window._actions.key_down("Shift+F10")
    assert printed == []
    window._actions.key_down("F11")
    settle()
    window.scan_card.button_of(MenuItem.SHEET).pressed.emit()
    settle()
    assert f"The sheet to print: {Path('/kept/sheet.pdf')}" in window.scan_card.scans.painted
    window._actions.key_down("Shift+F11")
    settle()
    assert printed == [(Role.BILLER, "en"), (Role.BILLER, "hi")]
    assert "The sheet could not be written: is the disk full?" in window.scan_card.scans.painted
    assert window.scan_card.cut_off == []


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_printed_commands_are_a_document(tmp_path, language):
    write_command_sheet(tmp_path / "sheet.pdf", Role.DISPATCHER, language)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
