"""Signing in, locking, and what leads from a badge to more rights, by real keys and presses."""

from dataclasses import replace
from datetime import UTC
from uuid import uuid4

import pytest
from fakes.shown_screens import BADGE, CHILDREN, badge, packed, scan
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation, Person, Rights
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.services.events import DeliveryChanged, StationNamed, StorageFailed
from traitortrack_desktop.services.ports import CentreTrouble, SignedIn, SignInRefused
from traitortrack_desktop.services.station import SignInUnavailable
from traitortrack_desktop.ui.people_screens import OfficePlace

SIZES = [(1024, 640), (1366, 768), (1920, 1080)]


def session_of(username, *, role="dispatcher", way=SignInWay.PASSWORD):
    person = Person(username=username, role=role)
    return OperatorSession(id=uuid4(), person=person, way=way, rights=Rights.FULL)


def told(station):
    return [(frame.kind.value, frame.raw.decode()) for frame in station.submitted]


@pytest.fixture
def at_the_door(open_window, settle):
    window = open_window(zone=UTC)
    window._keyboard._since_other_window.invalidate()
    settle()
    return window


@pytest.fixture
def choose(settle):
    def choose(window, item):
        """By the second page of the menu."""
        settle()
        for each in (MenuItem.MENU, MenuItem.MENU, item):
            window._actions.menu_chosen.emit(each)
        settle()

    return choose


@pytest.fixture
def people(window, station, choose, settle):
    """The window of a biller who scanned a badge, with a parent open."""
    station.be_operated_by("lakshmi", role="biller", way=SignInWay.BADGE, has_pin=True)
    packed(station, 3)
    settle()
    return window.people


def type_slowly(keyboard, text, *, gap_ms=180):
    for char in text:
        keyboard.at_ms += gap_ms
        keyboard.type_text(char)
    keyboard.at_ms += gap_ms


# -- a badge in a field


def name_field(window, station, choose):
    station.sign_out()
    return window.people.sign_in.username


def password_field(window, station, choose):
    station.sign_out()
    return window.people.sign_in.password


def code_field(window, station, choose):
    station.sign_out()
    window.people.sign_in.ask_for_code("")
    return window.people.sign_in.code


def locked_field(window, station, choose):
    station.lock()
    return window.people.lock.password


def pin_field(window, station, choose):
    station.be_operated_by("lakshmi", role="biller", way=SignInWay.BADGE, has_pin=True)
    choose(window, MenuItem.OWN_RIGHTS)
    return window.people.pin.pin


def rights_field(window, station, choose):
    station.be_operated_by("admin", role="admin", way=SignInWay.BADGE)
    choose(window, MenuItem.OWN_RIGHTS)
    return window.people.rights.password


FIELDS = [name_field, password_field, code_field, locked_field, pin_field, rights_field]


@pytest.mark.parametrize("gap_ms", [0, 30, 60, 180])
@pytest.mark.parametrize("field", FIELDS)
def test_a_badge_in_a_field_goes_to_the_station_and_stays_nowhere(
    window, station, keyboard_of, choose, settle, *, field, gap_ms
):
    line = field(window, station, choose)
    settle()
    line.setFocus()
    settle()
    station.give_badge(BADGE, "ravi")
    keyboard = keyboard_of(window)
    type_slowly(keyboard, BADGE, gap_ms=gap_ms)
    keyboard.enter()
    settle()
    assert station.submitted[-1].raw.decode() == BADGE
    assert station.operator == "ravi"
    assert window.is_scanning
    assert line.text() == ""
    assert (station.asked, station.pins) == ([], [])


@pytest.mark.parametrize("end", ["\t", ""], ids=["tab", "no end"])
def test_a_slow_badge_may_end_otherwise(at_the_door, station, keyboard_of, qtbot, end):
    station.give_badge(BADGE, "ravi")
    line = at_the_door.people.sign_in.username
    line._silence.setInterval(150)
    keyboard = keyboard_of(at_the_door)
    type_slowly(keyboard, BADGE.lower())
    if end:
        keyboard.stroke(Qt.Key.Key_Tab, 15, "\t")
    qtbot.waitUntil(lambda: at_the_door.is_scanning)
    assert line.text() == ""


def test_of_a_slow_badge_not_even_its_beginning_can_be_brought_back(at_the_door, keyboard_of):
    line = at_the_door.people.sign_in.username
    type_slowly(keyboard_of(at_the_door), "asha" + BADGE[:14])
    assert (line.text(), line.takes_a_badge, line.isUndoAvailable()) == ("", True, False)


def test_a_badge_that_comes_at_once_into_a_field_stays_out_of_it(at_the_door):
    line = at_the_door.people.sign_in.username
    line.insert(BADGE)
    assert (line.text(), line.takes_a_badge) == ("", True)


def test_a_badge_whose_letters_went_elsewhere_is_no_pin(people, station, keyboard_of, choose, window):
    choose(window, MenuItem.OWN_RIGHTS)
    keyboard = keyboard_of(window)
    type_slowly(keyboard, BADGE[9:])
    keyboard.enter()
    assert station.pins == []
    assert people.pin.pin.text() == ""
    assert "6 digits" in people.pin.problem.text


def test_names_that_begin_like_a_badge_are_names(at_the_door, keyboard_of, qtbot):
    type_slowly(keyboard_of(at_the_door), "tt-bad")
    qtbot.waitUntil(lambda: at_the_door.people.sign_in.username.text() == "tt-bad")


# -- the door


def painted(screen):
    return " ".join(
        [
            *screen.banner.painted,
            screen.problem.text,
            *(label.text() for label in screen.findChildren(QLabel) if label.isVisible()),
        ]
    )


def test_scanning_the_badge_is_the_biggest_on_the_sign_in_screen(at_the_door):
    screen = at_the_door.people.sign_in
    assert screen.banner.painted[0] == "Scan your badge"
    assert screen.banner.width() > screen.username.width()


def test_a_badge_signs_in(at_the_door, station, keyboard_of, settle):
    station.give_badge(BADGE, "ravi")
    keyboard_of(at_the_door).scan(BADGE)
    settle()
    assert at_the_door.is_scanning
    assert at_the_door.scan_screen.result.painted[:2] == ["SIGNED IN", "ravi"]


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (Reason.NOT_SIGNED_IN, "Nobody is signed in"),
        (Reason.UNREADABLE, "Nobody is signed in"),
        (Reason.BADGE_BEING_CHECKED, "The centre is asked whose badge"),
        (Reason.BADGE_NOT_VALID, "switched off"),
        (Reason.BADGE_UNCHECKED, "cannot be asked now"),
        (Reason.UNKNOWN_BADGE, "no badge of this depot"),
    ],
)
def test_what_became_of_a_scan_is_told_at_the_door(at_the_door, station, settle, reason, word):
    station.refuse(reason, code="AB12C04F7K")
    settle()
    assert word in at_the_door.people.sign_in.problem.text
    assert "AB12C04F7K" not in painted(at_the_door.people.sign_in)
    assert at_the_door.people.sign_in.cut_off == []


@pytest.mark.parametrize("reason", [Reason.OPERATOR_DISABLED, Reason.SESSION_REVOKED, Reason.BADGE_NOT_VALID])
def test_why_the_centre_ended_the_session_is_told_at_the_door(window, station, settle, reason):
    station.end_session(reason)
    settle()
    assert window.people.sign_in.isVisible()
    assert "Everything scanned is kept." in window.people.sign_in.problem.text
    assert window.people.sign_in.cut_off == []


@pytest.mark.parametrize("trouble", CentreTrouble)
def test_a_barred_station_is_told_to_whoever_signs_in(at_the_door, station, settle, trouble):
    station.tell(DeliveryChanged(online=False, problem="x", trouble=trouble))
    station.tell(StationNamed(name="Packing hall 2", area=None))
    station.sign_in_answer = SignInUnavailable(mismatch=True)
    settle()
    type_in(at_the_door.people.sign_in)
    settle()
    assert at_the_door.people.sign_in.problem.text == at_the_door._tongue.wording.people.troubles[trouble]
    assert at_the_door.people.sign_in._foot[0] == "Station Packing hall 2"
    assert at_the_door.people.sign_in.cut_off == []


def type_in(screen, name="admin", password="right"):
    screen.username.setText(name)
    screen.password.setText(password)
    screen.submit.click()


def test_whoever_could_not_be_stored_is_not_signed_in(at_the_door, station, settle):
    station.sign_in_answer = SignInUnavailable(not_stored=True)
    type_in(at_the_door.people.sign_in)
    settle()
    assert "cannot write to its disk" in at_the_door.people.sign_in.problem.text
    assert at_the_door.people.sign_in.submit.isEnabled()


def test_that_nothing_can_be_stored_is_told_at_the_door(at_the_door, station, settle):
    station.tell(StorageFailed(problem="disk full"))
    settle()
    assert "cannot write to its disk" in at_the_door.people.sign_in.problem.text


# -- the second step


@pytest.fixture
def second_step(at_the_door, station, settle):
    station.sign_in_answer = SignInRefused(code_needed=True)
    type_in(at_the_door.people.sign_in)
    settle()
    return at_the_door.people.sign_in


def test_an_administrator_is_asked_for_the_code(second_step, station, keyboard_of, at_the_door, settle):
    assert second_step.asks_for_code
    assert second_step.banner._view.heading == "Type the code"
    assert second_step.code.hasFocus()
    assert second_step.password.text() == ""
    station.sign_in_answer = SignedIn(session=session_of("admin", role="admin"))
    type_slowly(keyboard_of(at_the_door), "123456")
    keyboard_of(at_the_door).enter()
    settle()
    assert station.asked[-1] == ("admin", "right", "123456")
    assert at_the_door.is_scanning
    assert second_step._password == ""


def test_a_wrong_code_is_typed_again(second_step, station, settle):
    station.sign_in_answer = SignInRefused(code_wrong=True)
    second_step.code.setText("123456")
    second_step.submit.click()
    settle()
    assert "not right" in second_step.problem.text
    assert (second_step.asks_for_code, second_step.code.text()) == (True, "")


@pytest.mark.parametrize("typed", ["", "12345", "1234567"])
def test_what_is_no_code_is_not_asked(second_step, station, typed):
    second_step.code.setText(typed)
    second_step.submit.click()
    assert len(station.asked) == 1
    assert "6 digits" in second_step.problem.text


def test_from_the_code_one_goes_back(second_step, qtbot, settle):
    qtbot.mouseClick(second_step.cancel, Qt.MouseButton.LeftButton)
    assert not second_step.asks_for_code
    assert second_step.banner._view.heading == "Scan your badge"
    assert second_step._password == ""
    assert second_step.password.hasFocus()


def test_the_password_does_not_wait_for_ever_for_the_code(second_step, qtbot):
    second_step._give_up.start(10)
    qtbot.waitUntil(lambda: not second_step.asks_for_code)
    assert second_step._password == ""


def test_an_answer_that_nobody_waits_for_says_nothing(at_the_door, station, settle):
    answers = []
    station.sign_in = lambda *_, **__: answers.append(_[2])
    type_in(at_the_door.people.sign_in)
    station.be_operated_by("ravi")
    settle()
    answers[0](SignInRefused())
    station.sign_out()
    settle()
    assert at_the_door.people.sign_in.problem.text == ""


# -- the lock


def test_a_locked_station_shows_no_code_no_bag_and_no_count(people, station, keyboard_of, window, settle):
    keyboard_of(window).scan("SB10001")
    station.tell(DeliveryChanged(online=False))
    scan(station, CHILDREN[5])
    station.lock()
    settle()
    text = painted(people.lock)
    assert people.lock.isVisible()
    assert {"Locked", "Scan your badge", "lakshmi is signed in."} <= set(people.lock.banner.painted)
    assert "The open parent bag stays open." in people.lock.banner.painted
    assert "2 waiting" in text
    assert "SB10001" not in text
    assert CHILDREN[5] not in text


def test_a_scan_of_a_locked_station_is_refused_in_words(people, station, keyboard_of, window, settle):
    station.lock()
    settle()
    keyboard = keyboard_of(window)
    keyboard.scan(CHILDREN[7])
    settle()
    assert "station is locked" in people.lock.problem.text
    assert CHILDREN[7] not in painted(people.lock)
    assert people.lock.isVisible()


def test_a_badge_unlocks_for_another_person(people, station, keyboard_of, window, settle):
    station.give_badge(BADGE, "ravi")
    station.lock()
    settle()
    keyboard_of(window).scan(BADGE)
    settle()
    assert window.is_scanning
    assert station.state.parent.code == "SB10001"
    assert "ravi" in window.scan_screen.status.painted


def test_the_password_unlocks(people, station, window, settle):
    station.lock()
    settle()
    assert people.lock.username.text() == "lakshmi"
    assert people.lock.password.hasFocus()
    station.sign_in_answer = SignedIn(session=session_of("lakshmi", role="biller"))
    people.lock.password.setText("right")
    people.lock.submit.click()
    settle()
    assert station.asked == [("lakshmi", "right")]
    assert window.is_scanning


def test_a_wrong_password_does_not_unlock(people, station, window, settle):
    station.lock()
    settle()
    station.sign_in_answer = SignInRefused()
    people.lock.password.setText("wrong")
    people.lock.submit.click()
    settle()
    assert "not right" in people.lock.problem.text
    assert people.lock.isVisible()


def test_the_keys_of_the_work_do_nothing_while_locked(people, station, keyboard_of, window, settle):
    station.lock()
    settle()
    before = len(station.submitted)
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F4, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_Escape):
        keyboard_of(window).stroke(key)
    settle()
    assert people.lock.isVisible()
    assert len(station.submitted) == before


def test_one_locks_by_the_menu(people, station, keyboard_of, window, settle):
    for key in (Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F5):
        keyboard_of(window).stroke(key)
    settle()
    assert station.locked
    assert people.lock.isVisible()


def test_a_station_that_is_left_alone_locks_itself(open_window, station, qtbot):
    window = open_window(idle_lock_minutes=0.0005)
    station.be_operated_by("asha", way=SignInWay.BADGE)
    qtbot.waitUntil(window.people.lock.isVisible)
    assert station.locked


@pytest.mark.parametrize("minutes", [0, 10])
def test_nobody_is_locked_out_too_soon(open_window, station, settle, minutes):
    window = open_window(idle_lock_minutes=minutes)
    station.be_operated_by("asha", way=SignInWay.BADGE)
    settle()
    assert window._idle._timer.isActive() == bool(minutes)
    assert window.is_scanning


def key(window, station, keyboard_of, qtbot):
    keyboard_of(window).stroke(Qt.Key.Key_Shift)


def press(window, station, keyboard_of, qtbot):
    qtbot.mousePress(window.scan_screen, Qt.MouseButton.LeftButton)


def scanned_elsewhere(window, station, keyboard_of, qtbot):
    scan(station, "SB10001")


@pytest.mark.parametrize("doing", [key, press, scanned_elsewhere])
def test_whatever_somebody_does_puts_the_lock_off(open_window, station, keyboard_of, qtbot, settle, *, doing):
    window = open_window(idle_lock_minutes=10)
    station.be_operated_by("asha", way=SignInWay.BADGE)
    settle()
    started = []
    window._idle._timer.stop()
    doing(window, station, keyboard_of, qtbot)
    settle()
    started.append(window._idle._timer.isActive())
    assert started == [True]


def test_nobody_is_locked_where_nobody_is_signed_in(open_window, station, settle):
    window = open_window(idle_lock_minutes=10)
    settle()
    assert not window._idle._timer.isActive()


# -- more rights


def test_a_pin_gives_a_biller_full_rights(people, station, keyboard_of, window, *, qtbot, settle):
    for key_ in (Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F7):
        keyboard_of(window).stroke(key_)
    settle()
    station.sign_in_answer = SignedIn(session=session_of("lakshmi", role="biller", way=SignInWay.PIN))
    keyboard = keyboard_of(window)
    type_slowly(keyboard, "493716")
    qtbot.waitUntil(lambda: people.pin.pin.displayText() == "●" * 6)
    keyboard.enter()
    settle()
    assert station.pins == ["493716"]
    assert window.is_scanning
    assert "lakshmi" in window.scan_screen.status.painted


def test_a_pin_is_pressed_with_a_finger(people, choose, window, qtbot):
    choose(window, MenuItem.OWN_RIGHTS)
    for char in "1294<0":
        qtbot.mouseClick(people.pin.keys[char], Qt.MouseButton.LeftButton)
    assert people.pin.pin.text() == "1290"
    assert people.pin.pin.hasFocus()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (SignInRefused(), "not right"),
        (SignInUnavailable(), "does not know this PIN"),
        (SignInRefused(badge_not_valid=True), "badge is not valid"),
    ],
    ids=str,
)
def test_why_a_pin_gives_no_rights_is_told(people, station, choose, window, settle, *, answer, word):
    choose(window, MenuItem.OWN_RIGHTS)
    station.sign_in_answer = answer
    people.pin.pin.setText("493716")
    people.pin.submit.click()
    settle()
    assert word in people.pin.problem.text
    assert people.pin.pin.text() == ""
    assert people.pin.cut_off == []


def test_wrong_pins_lock_the_pin_until_a_time(people, station, choose, window, settle):
    choose(window, MenuItem.OWN_RIGHTS)
    station.sign_in_answer = SignInRefused(locked_until=station.now())
    people.pin.pin.setText("493716")
    people.pin.submit.click()
    settle()
    assert people.pin.problem.text.startswith("Too many wrong PINs.")


@pytest.mark.parametrize("item", [MenuItem.OWN_RIGHTS, MenuItem.OVERRIDE])
def test_esc_leads_back_to_the_scans(window, station, choose, keyboard_of, settle, *, item):
    station.be_operated_by("lakshmi", role="biller", way=way_for(item), has_pin=True)
    completed(window, station, settle)
    choose(window, item)
    assert not window.is_scanning
    keyboard_of(window).stroke(Qt.Key.Key_Escape)
    settle()
    assert window.is_scanning


def way_for(item):
    return SignInWay.BADGE if item is MenuItem.OWN_RIGHTS else SignInWay.PASSWORD


def completed(window, station, settle):
    """Let the open parent, which has room, be completed at the centre."""
    packed(station, 3)
    settle()
    station.state = replace(station.state, parent=replace(station.state.parent, completed=True))
    window.controller.facts = replace(window.controller.facts, work=station.state)
    window.people.take_facts(window.controller.facts)


def test_a_scan_leads_back_from_a_card_to_its_result(people, station, choose, window, settle):
    choose(window, MenuItem.OWN_RIGHTS)
    people.pin.pin.setText("123")
    scan(station, CHILDREN[9])
    settle()
    assert window.is_scanning
    assert window.scan_screen.result.painted[0] == "ADDED"
    assert people.pin.pin.text() == ""


def test_the_password_adds_full_rights_to_a_badge(window, station, choose, settle):
    station.be_operated_by("admin", role="admin", way=SignInWay.BADGE)
    choose(window, MenuItem.OWN_RIGHTS)
    assert window.people.rights.username.text() == "admin"
    station.sign_in_answer = SignInRefused(code_needed=True)
    window.people.rights.password.setText("right")
    window.people.rights.submit.click()
    settle()
    assert window.people.rights.asks_for_code
    station.sign_in_answer = SignedIn(session=session_of("admin", role="admin"))
    window.people.rights.code.setText("123456")
    window.people.rights.submit.click()
    settle()
    assert station.asked[-1] == ("admin", "right", "123456")
    assert window.is_scanning


# -- override


@pytest.fixture
def override(window, station, choose, settle):
    station.be_operated_by("lakshmi", role="biller", way=SignInWay.PASSWORD)
    completed(window, station, settle)
    choose(window, MenuItem.OVERRIDE)
    return window.people.override


def test_a_ready_reason_allows_more_bags(override, station, window, qtbot, settle):
    qtbot.mouseClick(override.reasons[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(override.submit, Qt.MouseButton.LeftButton)
    settle()
    assert station.overrides == [(Operation.OVERRIDE_COMPLETED, "It was counted again and has room")]
    assert window.is_scanning
    assert window.scan_screen.result.painted[0] == "ALLOWED"


def test_own_words_allow_more_bags(override, station, keyboard_of, window, settle):
    override.reasons[0].click()
    override.own_words.setFocus()
    keyboard = keyboard_of(window)
    type_slowly(keyboard, "two bags were late")
    keyboard.enter()
    settle()
    assert station.overrides == [(Operation.OVERRIDE_COMPLETED, "two bags were late")]


def test_a_reason_may_speak_of_badges(override, station, keyboard_of, window, settle):
    override.own_words.setFocus()
    keyboard = keyboard_of(window)
    type_slowly(keyboard, "ravi had no badge, so i packed")
    keyboard.enter()
    settle()
    assert station.overrides[0][1] == "ravi had no badge, so i packed"


def test_a_slow_badge_is_no_reason(override, station, keyboard_of, window, settle):
    station.give_badge(BADGE, "ravi")
    override.own_words.setFocus()
    keyboard = keyboard_of(window)
    type_slowly(keyboard, BADGE)
    keyboard.enter()
    settle()
    assert (station.overrides, station.operator) == ([], "ravi")


def test_without_a_reason_nothing_is_allowed(override, station):
    override.own_words.setText("   ")
    override.submit.click()
    assert station.overrides == []
    assert override.problem.text


def test_what_stands_greyed_in_the_menu_does_nothing(people, station, choose, window):
    for item in (MenuItem.OVERRIDE, MenuItem.OFFICE):
        choose(window, item)
        assert window.is_scanning


# -- the office


class Office(OfficePlace):
    def __init__(self):
        super().__init__()
        self.done = []

    def begin(self, session):
        self.done.append("begun")

    def end(self):
        self.done.append("ended")

    def take_palette(self, palette_):
        self.done.append(palette_.theme)


@pytest.mark.parametrize(
    ("role", "item", "place"), [("admin", MenuItem.OFFICE, 0), ("biller", MenuItem.OWN_RIGHTS, 1)]
)
def test_the_office_and_the_own_password_are_reached_by_the_menu(
    open_window, station, choose, settle, *, role, item, place
):
    offices = Office(), Office()
    window = open_window(office=lambda *_: offices[0], own_password=lambda *_: offices[1])
    station.be_operated_by("lakshmi", role=role, way=SignInWay.PASSWORD)
    settle()
    offices[place].done.clear()
    choose(window, item)
    assert offices[place].isVisible()
    assert offices[place].done == ["begun"]
    offices[place].left.emit()
    settle()
    assert window.is_scanning
    assert offices[place].done[-1] == "ended"
    window.take_theme(Theme.DARK)
    assert offices[place].done[-1] is Theme.DARK


# -- looks


def locked(window, station, choose, settle):
    station.be_operated_by("lakshminarayanan.venkatasubramanian", way=SignInWay.PASSWORD)
    packed(station, 3)
    station.tell(DeliveryChanged(online=False, problem="x", trouble=CentreTrouble.OTHER_ACCOUNT))
    settle()
    station.lock()
    settle()
    station.refuse(Reason.STATION_LOCKED)
    return window.people.lock


def pin(window, station, choose, settle):
    station.be_operated_by(
        "lakshminarayanan.venkatasubramanian", role="biller", way=SignInWay.BADGE, has_pin=True
    )
    packed(station, 3)
    settle()
    choose(window, MenuItem.OWN_RIGHTS)
    window.people.pin.ask_again(window._tongue.wording.people.pin_unreachable)
    return window.people.pin


def rights(window, station, choose, settle):
    station.be_operated_by("admin", role="admin", way=SignInWay.BADGE)
    packed(station, 3)
    settle()
    choose(window, MenuItem.OWN_RIGHTS)
    return window.people.rights


def overriding(window, station, choose, settle):
    station.be_operated_by("lakshmi", role="biller", way=SignInWay.PASSWORD)
    completed(window, station, settle)
    choose(window, MenuItem.OVERRIDE)
    window.people.override.submit.click()
    return window.people.override


def second(window, station, choose, settle):
    window.people.sign_in.ask_for_code(window._tongue.wording.people.code_wrong)
    return window.people.sign_in


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("show", [locked, pin, rights, overriding, second])
def test_nothing_is_cut_off_on_the_cards(open_window, station, choose, settle, *, show, size):
    window = open_window(size=size)
    settle()
    screen = show(window, station, choose, settle)
    settle()
    assert screen.isVisible()
    assert screen.cut_off == []


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("role", ["admin", "biller", "dispatcher"])
def test_nothing_is_cut_off_in_the_second_page_of_the_menu(
    open_window, station, keyboard_of, settle, *, size, role
):
    window = open_window(size=size)
    station.be_operated_by("lakshmi", role=role, way=SignInWay.BADGE)
    settle()
    for _ in range(2):
        keyboard_of(window).stroke(Qt.Key.Key_F10)
    settle()
    assert window.scan_screen.keys.button_of(MenuItem.LOCK) is not None
    assert window.scan_screen.cut_off == []


def test_the_menu_is_left_by_its_last_page(window, keyboard_of, settle):
    for _ in range(4):
        keyboard_of(window).stroke(Qt.Key.Key_F10)
    settle()
    assert not window.controller.around.menu_open


def test_a_badge_switches_the_operator_amid_a_parent(window, station, settle):
    packed(station, 3)
    badge(station, "ravi")
    scan(station, CHILDREN[4])
    settle()
    assert window.scan_screen.counter.painted[0] == "4"
    assert "ravi" in window.scan_screen.status.painted
    assert station.entries[-1].operator == "ravi"
