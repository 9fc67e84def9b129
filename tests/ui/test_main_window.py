import threading
from datetime import UTC

import pytest
from fakes.shown_screens import CHILDREN, SITUATIONS, packed, scan
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.screen_state import MenuItem, Tone
from traitortrack_desktop.presentation.sound_roles import SoundRole
from traitortrack_desktop.services.events import CatalogueChanged, DeliveryChanged, ScannerChanged
from traitortrack_desktop.services.ports import SignInRefused
from traitortrack_desktop.services.station import SignInUnavailable


def test_a_scan_is_seen_with_its_count_code_and_word(window, keyboard, settle):
    keyboard.scan("SB10001")
    keyboard.scan("AB12C04F7K")
    settle()
    screen = window.scan_screen
    assert screen.instruction.painted == ["Scan child bag 2"]
    assert screen.counter.painted[:2] == ["1", "/ 30"]
    assert screen.result.painted[:2] == ["ADDED", "AB12C04F7K"]
    assert "Bag 1 of 30 in SB10001." in screen.result.painted
    assert screen.bag_list.painted[:2] == ["1", "AB12C04F7K"]
    assert screen.bag_list.painted[3] == "stored here"


def test_a_receipt_turns_stored_here_into_at_the_centre(window, keyboard, station, settle):
    keyboard.scan("SB10001")
    keyboard.scan("AB12C04F7K")
    station.centre_answers()
    settle()
    assert window.scan_screen.bag_list.painted[3] == "at the centre"
    assert "at the centre" in window.scan_screen.result.painted


def test_times_are_those_of_the_stations_zone(open_window, station, settle):
    window = open_window(zone=UTC, sign_in_required=False)
    packed(station, 1)
    settle()
    assert "10:40:04" in window.scan_screen.bag_list.painted


def test_events_of_other_threads_are_shown_in_order(window, station, qtbot):
    thread = threading.Thread(target=lambda: packed(station, 25))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: window.scan_screen.counter.painted[:1] == ["25"])
    assert window.controller.facts.work == station.state


def test_a_stop_survives_twenty_further_scans_on_the_screen(window, keyboard, station, settle):
    packed(station, 2)
    keyboard.scan(CHILDREN[40])
    for code in CHILDREN[5:25]:
        keyboard.scan(code)
    settle()
    assert window.scan_screen.result.painted[:2] == ["STOP", CHILDREN[40]]
    assert "20 scans not counted" in window.scan_screen.result.painted
    assert window.scan_screen.counter.painted[0] == "2"


def test_a_stop_is_left_by_holding_the_key(window, keyboard, station, qtbot):
    packed(station, 2)
    scan(station, CHILDREN[40])
    keyboard.press(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: window.scan_screen.result.painted[:1] == ["UNDERSTOOD"])
    assert station.state.stop is None


def test_a_button_does_what_its_key_does(window, station, qtbot, settle):
    packed(station, 2)
    settle()
    button = window.scan_screen.keys.button_of(Command.UNDO)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert station.submitted[-1].raw.decode() == Command.UNDO
    assert station.state.parent.count == 1


def test_sounds_follow_the_decision(window, keyboard, sound, settle):
    keyboard.scan("SB10001")
    keyboard.scan("AB12C")
    keyboard.scan("AB12C")
    settle()
    assert sound.played[-3:] == [SoundRole.PARENT_OPENED, SoundRole.OK, SoundRole.ATTENTION]


def test_nothing_sounds_before_the_decision(window, keyboard, station, sound, settle):
    station.deciding = False
    sound.played.clear()
    keyboard.scan("SB10001")
    settle()
    assert sound.played == []


def test_the_stop_sound_repeats_until_the_operator_has_understood(window, station, sound, qtbot, settle):
    packed(station, 2)
    scan(station, CHILDREN[40])
    settle()
    sound.played.clear()
    qtbot.waitUntil(lambda: sound.played == [SoundRole.STOP])
    scan(station, Command.UNDERSTOOD)
    settle()
    assert not window.controller.is_repeating_stop


def test_a_missing_sound_device_is_said_in_the_status_strip(window, sound, settle):
    sound.lose_the_device()
    settle()
    assert "No sound" in window.scan_screen.status.painted


LOADING = CatalogueChanged(loaded=43, total=100, complete=False)


def test_how_far_the_list_of_bags_is_stands_beside_station_and_version(window, station, settle):
    station.tell(LOADING)
    settle()
    painted = window.scan_screen.status.painted
    assert {"loading the bag list 43 %", "Station 7", "v 1.4.0"} <= set(painted)


@pytest.mark.parametrize("name", ["R", "R with a name that takes all the room"])
def test_the_list_of_bags_takes_no_room_from_station_and_version(window, station, sound, settle, name):
    packed(station, 2)
    sound.lose_the_device()
    station.tell(ScannerChanged(source="usb:1", name=name, ready=True))
    station.tell(DeliveryChanged(online=False))
    settle()
    before = {text for text in window.scan_screen.status.painted if not text.startswith("Working")}
    station.tell(LOADING)
    settle()
    assert before <= set(window.scan_screen.status.painted)
    assert "loading the bag list 43 %" not in window.scan_screen.status.painted


def test_losing_the_keyboard_is_shown_and_heard(window, qapp, sound, settle):
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    settle()
    assert window.scan_screen.instruction.painted[0].startswith("NOT LISTENING")
    assert sound.played[-1] is SoundRole.SYSTEM
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    settle()
    assert window.scan_screen.instruction.painted == ["Scan a parent bag"]


def test_an_outage_is_said_calmly(window, station, settle):
    station.tell(DeliveryChanged(online=False))
    packed(station, 2)
    scan(station, CHILDREN[3])
    settle()
    assert any(text.startswith("Working locally: 1 waiting") for text in window.scan_screen.status.painted)
    assert window.controller.facts.work.parent.count == 3


# -- menu


def test_the_menu_opens_by_its_key_and_closes_by_a_scan(window, keyboard, settle):
    keyboard.stroke(Qt.Key.Key_F10)
    assert window.scan_screen.keys.button_of(MenuItem.QUIT) is not None
    keyboard.scan("SB10001")
    settle()
    assert window.scan_screen.keys.button_of(MenuItem.QUIT) is None


def test_the_keys_of_the_menu_do_nothing_while_it_is_closed(window, keyboard, station):
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F7, Qt.Key.Key_F11):
        keyboard.stroke(key)
    assert window.isVisible()
    assert window.is_scanning


def test_the_theme_changes_by_the_menu(window, keyboard, settle):
    keyboard.stroke(Qt.Key.Key_F10)
    keyboard.stroke(Qt.Key.Key_F5)
    settle()
    corner = window.grab().toImage().pixelColor(2, 2).name()
    assert corner == PALETTES[Theme.DARK].window.ground


def test_signing_out_by_the_menu_leads_back_to_the_sign_in_screen(window, keyboard, settle):
    keyboard.stroke(Qt.Key.Key_F10)
    keyboard.stroke(Qt.Key.Key_F7)
    settle()
    assert not window.is_scanning
    assert window.sign_in_screen.username.hasFocus()


def test_the_window_closes_by_the_menu(window, keyboard):
    keyboard.stroke(Qt.Key.Key_F10)
    keyboard.stroke(Qt.Key.Key_F11)
    assert not window.isVisible()


def test_a_closed_window_ignores_later_events(window, station, settle):
    window.close()
    packed(station, 3)
    settle()
    assert window.controller.facts.work.parent is None


# -- signing in


@pytest.fixture
def sign_in(open_window, settle):
    window = open_window()
    settle()
    yield window.sign_in_screen
    window.close()


def type_in(qtbot, screen, name="asha", password="right"):
    qtbot.keyClicks(screen.username, name)
    qtbot.keyClick(screen.username, Qt.Key.Key_Return)
    qtbot.keyClicks(screen.password, password)
    qtbot.keyClick(screen.password, Qt.Key.Key_Return)


def test_enter_moves_from_the_name_to_the_password_and_then_asks(sign_in, station, qtbot):
    type_in(qtbot, sign_in)
    assert station.asked == [("asha", "right")]


def test_enter_presses_the_button_that_has_the_focus(sign_in, station, qtbot):
    sign_in.username.setText("r.operator")
    sign_in.password.setText("wrong")
    sign_in.submit.setFocus()
    qtbot.keyClick(sign_in.submit, Qt.Key.Key_Return)
    assert station.asked == [("r.operator", "wrong")]


def test_a_form_that_has_moved_leaves_nothing_behind(sign_in, qtbot, settle):
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(1366, 768)
    sign_in.setParent(holder)
    sign_in.resize(1024, 640)
    sign_in.show()
    holder.show()
    settle()
    sign_in.resize(1366, 768)
    holder.repaint()
    settle()
    left = holder.screen().grabWindow(holder.winId()).toImage()
    sign_in.repaint()
    assert left == holder.screen().grabWindow(holder.winId()).toImage()


def test_a_password_is_never_shown(sign_in):
    assert sign_in.password.echoMode() == sign_in.password.EchoMode.Password


def test_an_operator_who_signed_in_scans(open_window, station, settle):
    window = open_window()
    station.be_operated_by("asha")
    settle()
    assert window.is_scanning
    assert "asha" in window.scan_screen.status.painted


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)], ids=str)
def test_who_signed_in_without_the_centre_is_told_so(open_window, station, settle, size):
    window = open_window(size=size)
    station.be_operated_by("asha", without_centre=True)
    settle()
    assert "You signed in without the centre. Scan as always." in window.scan_screen.result.painted
    assert "asha (not checked)" in window.scan_screen.status.painted
    assert window.scan_screen.cut_off == []
    station.be_operated_by("asha")
    settle()
    assert "asha" in window.scan_screen.status.painted


def test_without_signing_in_being_required_one_scans_at_once(open_window):
    assert open_window(sign_in_required=False).is_scanning


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (SignInRefused(), "not right"),
        (SignInRefused(not_verified=True), "not verified"),
        (SignInUnavailable(), "nobody can sign in now"),
        (SignInUnavailable(remembered_days=7), "in the last 7 days can still sign in"),
        (SignInUnavailable(mismatch=True), "Call IT"),
    ],
)
def test_why_somebody_is_not_signed_in_is_said(sign_in, station, qtbot, answer, word):
    station.sign_in_answer = answer
    type_in(qtbot, sign_in)
    qtbot.waitUntil(lambda: word in sign_in.problem.text)
    assert sign_in.password.text() == ""
    assert sign_in.password.hasFocus()


def test_a_locked_account_is_told_until_when(open_window, station, qtbot, settle):
    window = open_window(zone=UTC)
    station.sign_in_answer = SignInRefused(locked_until=station.now())
    settle()
    type_in(qtbot, window.sign_in_screen)
    settle()
    assert "10:40" in window.sign_in_screen.problem.text


def test_without_a_password_nobody_is_asked(sign_in, station, qtbot):
    type_in(qtbot, sign_in, password="")
    assert station.asked == []
    assert sign_in.problem.text


# -- looks


@pytest.mark.parametrize("size", [(1366, 768), (1366, 700), (1920, 1080)], ids=str)
@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_nothing_is_cut_off(open_window, station, settle, situation, size):
    window = open_window(size=size, sign_in_required=False)
    situation(station)
    settle()
    assert window.scan_screen.cut_off == []


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)], ids=str)
def test_the_menu_says_when_the_centre_could_not_be_asked_again(
    open_window, station, keyboard_of, settle, size
):
    window = open_window(size=size, sign_in_required=False)
    station.tell(DeliveryChanged(online=False))
    settle()
    keyboard_of(window).stroke(Qt.Key.Key_F10)
    settle()
    label = window.scan_screen.keys.button_of(MenuItem.SIGN_OUT).accessibleName()
    assert label == "Sign out (centre is away) F7"
    assert window.scan_screen.cut_off == []


def test_what_is_held_is_painted_beside_the_last_result(open_window, station, settle):
    window = open_window(sign_in_required=False)
    SITUATIONS["held"](station)
    settle()
    painted = window.scan_screen.result.painted
    assert "ADDED" in painted
    assert "12 held from left: scan their parent, then PLACE, or ASIDE" in painted


def test_names_and_lights_are_whole_with_three_scanners_and_keys_asleep(open_window, station, settle):
    window = open_window(sign_in_required=False)
    station.be_operated_by("lakshminarayanan")
    SITUATIONS["three_scanners"](station)
    window.controller.set_around(listening=False, keyboard_scans=False)
    settle()
    painted = window.scan_screen.status.painted
    assert {"lakshminarayanan", "left (parents) 1", "right (children) 14", "gate 1"} <= set(painted)
    assert "Keys asleep: touch here" in painted


def test_the_key_to_place_what_is_held_is_a_key_and_a_button(window, station, keyboard_of, settle):
    SITUATIONS["held"](station)
    settle()
    keyboard_of(window).stroke(Qt.Key.Key_F3)
    window.scan_screen.keys.button_of(Command.ASIDE).click()
    settle()
    assert [frame.raw for frame in station.submitted[-2:]] == [b"TT-CMD-PLACE", b"TT-CMD-ASIDE"]


@pytest.mark.parametrize("size", [(1366, 768), (1366, 700), (1920, 1080)], ids=str)
def test_at_least_four_bags_are_seen(open_window, station, settle, size):
    window = open_window(size=size, sign_in_required=False)
    packed(station, 12)
    settle()
    assert [code for code in CHILDREN[8:12] if code in window.scan_screen.bag_list.painted] == CHILDREN[8:12]


def test_the_zones_never_move(open_window, station, settle):
    window = open_window(sign_in_required=False)
    settle()
    screen = window.scan_screen
    zones = (screen.instruction, screen.counter, screen.result, screen.bag_list, screen.keys, screen.status)
    places = [zone.geometry() for zone in zones]
    for situation in SITUATIONS.values():
        situation(station)
        settle()
        assert [zone.geometry() for zone in zones] == places


@pytest.mark.parametrize("theme", Theme)
def test_a_stop_is_red_over_a_large_part_of_the_screen(open_window, station, settle, theme):
    window = open_window(theme=theme, sign_in_required=False)
    SITUATIONS["in_other_parent"](station)
    settle()
    image = window.grab().toImage().scaled(100, 100).convertToFormat(QImage.Format.Format_RGB32)
    red = PALETTES[theme].tones[Tone.STOP].ground
    share = sum(image.pixelColor(x, y).name() == red for x in range(100) for y in range(100)) / 10_000
    assert share > 0.2


def test_the_shown_rows_and_the_bags_below_make_the_count(window, station, settle):
    packed(station, 14)
    scan(station, Command.UNDO)
    settle()
    bags = window.scan_screen.bag_list
    assert f"and {13 - bags.room} more in this bag" in bags.painted
