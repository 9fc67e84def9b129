"""Finding bags, bills and returns, with keys, mouse and scans, against a desk without a centre."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from fakes.fake_find_desk import (
    ADMIN,
    BILL,
    CHILD,
    COPY,
    DISPATCHER,
    MORNING,
    PARENT,
    TICKET,
    FakeFindDesk,
    child_codes,
    waiting_lines,
)
from fakes.fake_station import FakeStation
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.domain.bills import BillDetails, BillStatus
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.deeds import CreateBill, EditBill, EditChildren, OpenReturn, WorkAtBill
from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.domain.findings import BillFilter
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import KEYBOARD
from traitortrack_desktop.presentation.find_acts import FindAct, FindField, FindForm, FindProblem, FindTab
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.ui.find.find_place import FindPlace
from traitortrack_desktop.ui.panels.buttons import PanelButton
from traitortrack_desktop.ui.panels.fields import FieldBox
from traitortrack_desktop.ui.theme import dress

WORDS = ENGLISH.find
BADGE = "TT-BADGE-" + "012345678901" * 2
SHIFT = Qt.KeyboardModifier.ShiftModifier
BILL_CAPACITY = 40
"""What this site's new bills take."""


class Clock:
    """Every look at it is a second later, so that no two presses are a double click."""

    def __init__(self):
        self.time, self.step = MORNING, timedelta(seconds=1)

    def __call__(self):
        self.time += self.step
        return self.time


@pytest.fixture
def desk():
    return FakeFindDesk()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def station(desk):
    facts = {PARENT: BagFact(code=PARENT, kind="parent", count=0, from_centre=True)}
    return FakeStation(find=desk, facts=facts)


@pytest.fixture
def open_place(qtbot, station, clock):
    def open_place(*, size=(1366, 768), theme=Theme.LIGHT, session=ADMIN, tab=FindTab.FIND):
        dress(QApplication.instance(), theme)
        place = FindPlace(station, Tongue(zone=UTC), PALETTES[theme], clock, bill_capacity=BILL_CAPACITY)
        qtbot.addWidget(place, before_close_func=lambda place: place.end())
        place.setFixedSize(*size)
        with qtbot.waitExposed(place):
            place.show()
        place.activateWindow()
        station.session = session

        def tell(event):
            place.take_facts(ScreenFacts(session=session, work=station.state))
            place.take_event(event)

        station.subscribe(tell)
        station.submit(ScanFrame(source="keys", raw=Command.FIND.encode()))
        station.submitted.clear()
        place.begin(tab)
        return place

    return open_place


@pytest.fixture
def place(open_place, settle):
    place = open_place()
    settle()
    return place


@pytest.fixture
def key(qtbot, settle):
    """Press keys where the focus is."""

    def key(*keys, shift=False):
        for each in keys:
            modifier = SHIFT if shift else Qt.KeyboardModifier.NoModifier
            qtbot.keyClick(QApplication.focusWidget(), each, modifier)
            settle()

    return key


@pytest.fixture
def type_in(qtbot, key):
    """Type into whatever has the focus, and press Enter."""

    def type_in(text):
        qtbot.keyClicks(QApplication.focusWidget(), text)
        key(Qt.Key.Key_Return)

    return type_in


@pytest.fixture
def click(place, qtbot, settle):
    def click(act):
        (button,) = [
            button
            for button in place.findChildren(PanelButton)
            if button.isVisible() and button.press_.act is act
        ]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        settle()

    return click


@pytest.fixture
def scan(station, settle):
    def scan(code):
        station.submit(ScanFrame(source="gun", raw=code.encode()))
        settle()

    return scan


def rows(place):
    return [row.key for row in place.rows.model.rows]


def title(place):
    return place.card.accessibleName()


def box(place):
    return place.filters.boxes[0].line


def sent(station):
    return [frame.raw.decode() for frame in station.submitted]


# -- looking up


def test_the_box_has_the_keys_and_takes_a_code(place, type_in):
    assert QApplication.focusWidget() is box(place)
    type_in(PARENT)

    assert title(place) == f"Parent bag {PARENT}"
    assert rows(place) == child_codes()
    assert QApplication.focusWidget() is box(place)


def test_what_is_typed_next_takes_the_place_of_the_code_before(place, type_in):
    type_in(PARENT)
    type_in(BILL)

    assert title(place) == f"Bill {BILL}"


def test_what_is_scanned_is_looked_up_and_stands_in_the_box(place, scan):
    scan(CHILD)

    assert title(place) == f"Child bag {CHILD}"
    assert box(place).text() == CHILD


def test_a_scan_leads_from_a_list_to_what_was_found(place, key, scan):
    key(Qt.Key.Key_F2)
    scan(PARENT)

    assert place.controller.facts.tab is FindTab.FIND
    assert title(place) == f"Parent bag {PARENT}"


def test_a_row_is_looked_up_with_arrows_and_enter_and_f7_goes_back(place, key, type_in, desk):
    type_in("7037")
    desk.centre.stories["WHEATMILL2026X7037"] = desk.centre.stories[CHILD]
    key(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert title(place) == f"Child bag {CHILD}"
    key(Qt.Key.Key_F7)

    assert len(rows(place)) == 3


def test_letters_typed_over_the_list_begin_a_new_code(place, key, type_in, qtbot):
    type_in(PARENT)
    key(Qt.Key.Key_Down)
    qtbot.keyClicks(QApplication.focusWidget(), "x")
    qtbot.keyClicks(QApplication.focusWidget(), "y")

    assert box(place).text() == "xy"


def test_the_history_is_turned_page_by_page(place, key, type_in, desk):
    type_in(PARENT)
    key(Qt.Key.Key_F9)
    first = rows(place)
    key(Qt.Key.Key_F8)
    second = rows(place)
    key(Qt.Key.Key_F7)

    assert len(first) == len(second) == 50
    assert not set(first) & set(second)
    assert rows(place) == first
    asked = [question[2] for question in desk.centre.asked if question[0] == "history"]
    assert asked == [None, "centre:50", None]
    assert [each[2] for each in desk.here.asked if each[0] == "history"] == [None, "here:50", None]


# -- here first, then the centre


def test_the_copy_is_shown_at_once_and_the_centre_takes_its_place_without_a_jump(
    place, type_in, key, desk, settle
):
    desk.held = True
    desk.here.waiting = {PARENT: waiting_lines()}
    type_in(PARENT)
    assert place.source.line.text == WORDS.from_here_asking.format(at="10:28")
    key(*[Qt.Key.Key_Down] * 21)
    chosen, at = place.controller.facts.look.chosen, place.rows.list.verticalScrollBar().value()
    assert at > 0
    desk.let_go()
    settle()

    assert place.source.line.text == WORDS.from_centre.format(at="10:40")
    assert place.controller.facts.look.chosen == chosen
    assert place.rows.list.verticalScrollBar().value() == at
    assert WORDS.found.waiting.format(count=1) in place.card.facts.accessibleName()


def test_a_late_answer_to_an_older_question_is_not_heard(place, type_in, desk, settle):
    desk.held = True
    type_in(PARENT)
    type_in(CHILD)
    desk.let_go(last_first=True)
    settle()

    assert title(place) == f"Child bag {CHILD}"
    assert place.source.line.text == WORDS.from_centre.format(at="10:40")


def test_an_answer_that_comes_after_it_was_left_is_not_heard(place, type_in, desk, settle):
    desk.held = True
    type_in(PARENT)
    place.end()
    desk.let_go()
    settle()

    assert rows(place) == []
    assert place.controller.facts.look.found is None


def test_without_the_centre_the_copy_stays_and_says_so_calmly(place, type_in, desk):
    desk.lose_the_centre()
    type_in(PARENT)

    told = WORDS.from_here_without[PeopleTrouble.UNREACHABLE].format(at=f"{COPY:%H:%M}")
    assert place.source.line.text == told
    assert rows(place) == child_codes()
    assert place.saying.saying is None


def test_the_centres_answer_to_an_entry_has_it_asked_anew(place, scan, station, desk, settle):
    scan(PARENT)
    asked = len(desk.centre.asked)
    station.centre_answers()
    settle()

    assert desk.centre.asked[asked:] == [("look", PARENT)]


# -- commands and badges in the box


@pytest.mark.parametrize("text", ["TT-CMD-LEAVE", "tt-cmd-undo", "TT-AREA-AKOLA"])
def test_a_command_typed_into_the_box_goes_to_the_station(place, type_in, station, desk, text):
    station.deciding = False
    type_in(text)

    assert sent(station) == [text]
    assert desk.here.asked == []


def test_a_badge_typed_into_the_box_goes_to_the_station_and_stays_in_no_field(place, type_in, station):
    station.deciding = False
    type_in(BADGE)

    (frame,) = station.submitted
    assert (frame.source, frame.raw, frame.kind) == (KEYBOARD.key, BADGE.encode(), FrameKind.TYPED)
    assert box(place).text() == ""
    assert BADGE not in repr(place.controller.facts)


# -- what is done about what was found


def test_a_bag_is_deleted_at_the_second_press_and_the_question_is_told(place, type_in, key, station):
    type_in(PARENT)
    key(Qt.Key.Key_F6, shift=True)
    assert sent(station) == [PARENT, Command.DELETE]
    assert place.saying.saying.tone is Tone.ATTENTION
    assert PARENT in place.saying.saying.what
    key(Qt.Key.Key_F6, shift=True)

    assert sent(station) == [PARENT, Command.DELETE, PARENT]
    assert station.entries[-1].decision.bag == PARENT
    assert place.saying.saying.tone is Tone.ACCEPTED


def test_a_double_click_deletes_nothing(place, scan, click, station, clock):
    scan(PARENT)
    clock.step = timedelta()
    click(FindAct.DELETE)
    click(FindAct.DELETE)

    assert sent(station) == [PARENT, Command.DELETE]


def test_escape_takes_the_question_back_and_then_leaves(place, scan, key, station, qtbot):
    scan(PARENT)
    key(Qt.Key.Key_F6, shift=True)
    key(Qt.Key.Key_Escape)
    assert sent(station)[-1] == Command.CANCEL
    assert station.state.question is None
    key(Qt.Key.Key_Escape)
    with qtbot.waitSignal(place.left):
        key(Qt.Key.Key_Escape)


def test_a_new_label_is_asked_for_the_bag_that_was_found(place, scan, key, type_in, station):
    scan(PARENT)
    key(Qt.Key.Key_F8, shift=True)
    type_in("SB20002")

    assert sent(station) == [PARENT, Command.RELABEL, "SB20002"]
    assert station.state.question.code == "SB20002"


def test_what_a_role_may_not_do_is_grey_and_answers_no_key(open_place, type_in, key, station, settle):
    place = open_place(session=DISPATCHER)
    settle()
    type_in(PARENT)
    key(Qt.Key.Key_F6, Qt.Key.Key_F5, Qt.Key.Key_F1, shift=True)

    assert station.submitted == station.deeds == []
    grey = [button.press_.why for button in place.card.buttons.buttons if not button.isEnabled()]
    assert sorted(grey) == ["administrators only", "billers only", "billers only"]


def test_the_children_of_a_parent_are_edited_and_saved_at_the_second_press(
    place, type_in, key, scan, station
):
    type_in(PARENT)
    key(Qt.Key.Key_F5, shift=True)
    type_in("newchild01")
    scan("NEWCHILD02")
    key(*[Qt.Key.Key_Down] * 3, Qt.Key.Key_Return)
    key(Qt.Key.Key_F1, shift=True)
    assert station.deeds == []
    key(Qt.Key.Key_F1, shift=True)

    (deed,) = station.deeds
    assert isinstance(deed, EditChildren)
    assert (deed.parent, deed.added) == (PARENT, ("NEWCHILD01", "NEWCHILD02"))
    assert len(deed.removed) == 1
    assert set(deed.removed) <= set(child_codes())
    assert place.controller.facts.draft is None


# -- the lists


def test_bills_are_searched_and_turned_page_by_page(place, key, type_in, desk):
    key(Qt.Key.Key_F2)
    first = rows(place)
    key(Qt.Key.Key_F8)
    assert not set(rows(place)) & set(first)
    key(Qt.Key.Key_F11)
    type_in("BILL-39")

    assert desk.centre.asked[-1] == ("bills", BillFilter(text="BILL-39"), None)
    assert rows(place)[0] == "BILL-3999"


def test_bills_are_chosen_by_status(place, key, desk, settle):
    key(Qt.Key.Key_F2)
    choice = place.filters.boxes[1].choice
    choice.setCurrentIndex(choice.findData(str(BillStatus.NEW)))
    settle()

    assert desk.centre.asked[-1] == ("bills", BillFilter(status="new"), None)


def test_a_bill_is_made_by_keys_alone_and_what_is_wrong_stands_at_the_form(place, key, type_in, station):
    key(Qt.Key.Key_F2, Qt.Key.Key_F9)
    assert place.form.box_of(FindField.CAPACITY).line.text() == str(BILL_CAPACITY)
    place.form.box_of(FindField.CAPACITY).line.setText("51")
    type_in("bill 77")
    for _ in range(4):
        key(Qt.Key.Key_Return)
    assert place.form.hint.problem == WORDS.problems[FindProblem.CAPACITY_OF_NEW]
    place.form.box_of(FindField.CAPACITY).line.setText("5")
    key(Qt.Key.Key_Return)

    assert station.deeds == [CreateBill(bill="bill 77", details=BillDetails(capacity=5))]
    assert station.state.bill.code == "BILL 77"


def test_a_bill_that_the_station_refuses_keeps_what_was_typed(place, key, type_in, station, desk):
    station.session = DISPATCHER
    key(Qt.Key.Key_F2, Qt.Key.Key_F9)
    type_in("bill 77")
    for _ in range(4):
        key(Qt.Key.Key_Return)

    assert place.controller.facts.form.kind is FindForm.NEW_BILL
    assert place.form.box_of(FindField.NAME).text == "bill 77"
    assert place.form.hint.problem


def test_a_bill_is_edited_and_worked_at(place, key, station):
    station.deciding = False
    key(Qt.Key.Key_F2, Qt.Key.Key_Down)
    key(Qt.Key.Key_F5, shift=True)
    place.form.box_of(FindField.CAPACITY).line.setText("500")
    key(*[Qt.Key.Key_Return] * 4)
    key(Qt.Key.Key_Escape)
    key(Qt.Key.Key_F1, shift=True)

    assert station.deeds == [
        EditBill(bill="BILL-4000", details=BillDetails(capacity=500)),
        WorkAtBill(bill="BILL-4000"),
    ]


def test_a_return_is_opened(place, key, station):
    key(Qt.Key.Key_F3, Qt.Key.Key_F9)
    area = place.form.box_of(FindField.AREA).choice
    area.setCurrentIndex(area.findData("akola"))
    assert area.hasFocus()
    key(Qt.Key.Key_Return)
    place.form.box_of(FindField.NOTES).line.setText("wet bags")
    key(Qt.Key.Key_Return)

    assert station.deeds == [OpenReturn(area="akola", notes="wet bags")]


def test_a_bag_of_the_list_is_looked_up_with_enter(place, key):
    key(Qt.Key.Key_F4)
    code = rows(place)[0]
    key(Qt.Key.Key_Return)

    assert place.controller.facts.look.asked == code


def test_refusals_of_another_day_are_asked_for_here_alone(place, key, type_in, desk):
    key(Qt.Key.Key_F6)
    assert len(rows(place)) == 20
    key(Qt.Key.Key_F11)
    type_in("04.01.2026")

    assert rows(place) == []
    assert [each for each in desk.centre.asked if each[0] == "refusals"] == []


def test_a_day_that_is_none_is_said_and_nothing_is_asked(place, key, type_in, desk):
    key(Qt.Key.Key_F6, Qt.Key.Key_F11)
    asked = len(desk.here.asked)
    type_in("yesterday")

    assert place.saying.saying.what == WORDS.problems[FindProblem.BAD_DATE]
    assert len(desk.here.asked) == asked


# -- looks


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)])
def test_nothing_is_cut_off_and_all_is_large_enough(open_place, settle, desk, size, theme):
    desk.here.waiting = {PARENT: waiting_lines()}
    desk.here.all_bills[1] = replace(desk.here.all_bills[1], waiting=3)
    place = open_place(size=size, theme=theme)
    controller, cut, heights = place.controller, [], []

    def look():
        settle()
        cut.extend(place.cut_off())
        heights.extend(each.height() for each in place.findChildren(PanelButton) if each.isVisible())
        heights.extend(each.input.height() for each in place.findChildren(FieldBox) if each.isVisible())

    for code in (PARENT, CHILD, BILL, TICKET, "7037", "ZZ999", PARENT):
        controller.enter(code)
        look()
    for tab in FindTab:
        controller._go_to(tab)
        look()
    for form in FindForm:
        controller._forms._open(form, about=BILL, values={})
        look()
        if size != (1024, 640):
            assert place.form.height() >= place.form.minimumSizeHint().height()
    place.take_facts(ScreenFacts(session=DISPATCHER))
    controller.look(PARENT)
    look()

    assert cut == []
    assert min(heights) >= 44
