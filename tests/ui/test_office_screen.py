"""The administrators' screen, with keys and mouse, against a desk without a centre."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from fakes.fake_people_desk import ADMIN, DISPATCHER, ENTRY, NEW_CODE, NOON, FakePeopleDesk
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from traitortrack_desktop.domain.accounts import (
    AccountAct,
    AccountProblem,
    AuditFilter,
    StationAct,
    StationProblem,
)
from traitortrack_desktop.presentation.office_acts import OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_notes import OfficeNote
from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.ui.office.office_screen import OfficeScreen
from traitortrack_desktop.ui.panels.buttons import PanelButton
from traitortrack_desktop.ui.panels.fields import FieldBox
from traitortrack_desktop.ui.printed_badge import end_of
from traitortrack_desktop.ui.theme import dress

WORDS = ENGLISH.office
GOOD = "Abcdef1!"


class Clock:
    """Every look at it is a second later, so that no two presses are a double click."""

    def __init__(self):
        self.time = NOON
        self.step = timedelta(seconds=1)

    def __call__(self):
        self.time += self.step
        return self.time


@pytest.fixture
def desk():
    return FakePeopleDesk()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def opened():
    return []


@pytest.fixture
def open_office(qtbot, desk, clock, folder, opened):
    def open_office(*, size=(1366, 768), theme=Theme.LIGHT, own=ADMIN, **more):
        dress(QApplication.instance(), theme)
        screen = OfficeScreen(
            desk,
            ENGLISH,
            PALETTES[theme],
            badge_folder=folder,
            now=clock,
            hashed=lambda secret: f"hash of {len(secret)}",
            open_file=opened.append,
            **more,
        )
        qtbot.addWidget(screen, before_close_func=lambda screen: screen.end())
        screen.setFixedSize(*size)
        with qtbot.waitExposed(screen):
            screen.show()
        screen.activateWindow()
        screen.begin(own)
        return screen

    return open_office


@pytest.fixture
def screen(open_office, settle):
    screen = open_office()
    settle()
    return screen


@pytest.fixture
def go(screen, settle):
    """Press the visible button of an act with the mouse."""

    def go(qtbot, act, value=None):
        settle()
        (button,) = [
            button
            for button in screen.findChildren(PanelButton)
            if button.isVisible() and button.press_.act is act and value in {None, button.press_.value}
        ]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        settle()

    return go


@pytest.fixture
def click(qtbot, go):
    return lambda act, value=None: go(qtbot, act, value)


@pytest.fixture
def key(qtbot, settle):
    """Press a key where the focus is."""

    def key(*keys):
        for each in keys:
            qtbot.keyClick(QApplication.focusWidget(), each)
            settle()

    return key


@pytest.fixture
def fill(qtbot, screen):
    def fill(**values):
        for name, text in values.items():
            box = screen.form.box_of(OfficeField(name))
            if box.choice is not None:
                box.choice.setCurrentIndex(box.choice.findData(text))
            else:
                box.line.selectAll()
                qtbot.keyClicks(box.line, text)

    return fill


@pytest.fixture
def choose(screen, settle):
    def choose(key):
        screen.rows.list.setCurrentIndex(screen.rows.model.index(rows(screen).index(key)))
        settle()

    return choose


@pytest.fixture
def hands(click, key, fill, choose):
    """All that a person does at the screen."""
    return SimpleNamespace(click=click, key=key, fill=fill, choose=choose)


def said(screen):
    return screen.saying.saying


def rows(screen):
    return [row.key for row in screen.rows.model.rows]


def typed_anywhere(screen):
    """Everything that any field of the screen holds."""
    lines = [line.text() for line in screen.findChildren(QLineEdit)]
    return [text for text in lines if text]


# -- keys


def test_every_screen_is_reached_by_its_key(screen, key):
    shown = []
    for each in (Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F6, Qt.Key.Key_F1):
        key(each)
        shown.append(screen.controller.facts.tab)

    assert shown == [
        *(OfficeTab.SESSIONS, OfficeTab.STATIONS, OfficeTab.AUDIT, OfficeTab.PASSWORD, OfficeTab.ACCOUNTS)
    ]


def test_a_screen_that_is_opened_has_the_keys_in_its_list(screen, key, desk):
    screen.filters.begin()
    desk.office.all_sessions = []
    key(Qt.Key.Key_F2)
    assert QApplication.focusWidget() is screen.rows.list
    assert screen.rows.list.accessibleName() == WORDS.sessions.empty


def test_an_account_is_chosen_and_changed_by_keys_alone(screen, key, desk):
    key(*[Qt.Key.Key_Down] * rows(screen).index("disabled_one"))
    assert screen.controller.facts.chosen == "disabled_one"
    key(Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Return)

    assert [(change.act, change.username) for change in desk.office.done] == [
        (AccountAct.ENABLE, "disabled_one")
    ]


def test_tab_goes_from_the_top_to_the_bottom(screen, key):
    screen.tabs.buttons[0].setFocus()
    seen = []
    for _ in range(30):
        focused = QApplication.focusWidget()
        if focused in seen:
            break
        seen.append(focused)
        key(Qt.Key.Key_Tab)

    usable = [button for button in (*screen.card.buttons.buttons, *screen.keys.buttons) if button.isEnabled()]
    assert seen == [
        *screen.tabs.buttons,
        screen.filters.boxes[0].line,
        screen.rows.list,
        screen.card.pane,
        *usable,
    ]


def test_f10_leaves_from_within_a_field_too(screen, key, qtbot):
    screen.filters.begin()
    with qtbot.waitSignal(screen.left):
        key(Qt.Key.Key_F10)


def test_escape_gives_up_a_form_and_not_the_office(screen, click, key):
    left = []
    screen.left.connect(lambda: left.append(True))
    click(OfficeAct.NEW_ACCOUNT)
    assert screen.form.isVisible()
    key(Qt.Key.Key_Escape)
    assert screen.card.isVisible()
    assert QApplication.focusWidget() is screen.rows.list
    key(Qt.Key.Key_Escape)
    assert left == []


def test_a_form_is_filled_in_and_sent_with_enter(screen, key, qtbot, desk):
    key(Qt.Key.Key_F9)
    qtbot.keyClicks(QApplication.focusWidget(), "new_one")
    screen.form.box_of(OfficeField.ROLE).choice.setCurrentIndex(1)
    screen.form.box_of(OfficeField.PASSWORD).line.setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), GOOD)
    key(Qt.Key.Key_Return)
    qtbot.keyClicks(QApplication.focusWidget(), GOOD)
    key(Qt.Key.Key_Return)

    (change,) = desk.office.done
    assert (change.act, change.username) == (AccountAct.CREATE, "new_one")
    assert change.values == {"password_hash": "hash of 8", "role": "biller", "area": None}
    assert screen.controller.facts.chosen == "new_one"
    assert said(screen).heading == WORDS.notes[OfficeNote.CREATED].heading


# -- accounts


def test_accounts_are_searched_with_enter_and_paged(screen, key, qtbot, desk):
    desk.office.page = 4
    screen.filters.begin()
    qtbot.keyClicks(screen.filters.boxes[0].line, "d_")
    key(Qt.Key.Key_Return)
    first = rows(screen)
    key(Qt.Key.Key_F8)
    second = rows(screen)
    key(Qt.Key.Key_F7)

    assert len(first) == len(second) == 4
    assert not set(first) & set(second)
    assert rows(screen) == first
    assert [after for _, search, after in desk.office.asked if search == "d_"] == [None, first[-1], None]


@pytest.mark.parametrize("act", [OfficeAct.DISABLE, OfficeAct.END_BADGE, OfficeAct.END_SESSIONS])
def test_what_takes_something_away_is_done_at_the_second_press(screen, click, desk, act, choose):
    choose("rsharma_sriganganagr")
    click(act)
    assert desk.office.done == []
    click(act)

    assert [change.username for change in desk.office.done] == ["rsharma_sriganganagr"]


def test_a_double_click_confirms_nothing(screen, click, desk, clock, choose):
    choose("rsharma_sriganganagr")
    clock.step = timedelta()
    click(OfficeAct.DISABLE)
    click(OfficeAct.DISABLE)
    assert desk.office.done == []
    clock.step = timedelta(seconds=1)
    click(OfficeAct.DISABLE)
    assert len(desk.office.done) == 1


def test_another_row_takes_the_question_back(screen, click, desk, choose):
    choose("rsharma_sriganganagr")
    click(OfficeAct.DISABLE)
    choose("d_akola")
    click(OfficeAct.DISABLE)

    assert desk.office.done == []


def test_why_the_centre_refuses_is_said(screen, click, desk, choose):
    choose("rsharma_sriganganagr")
    desk.office.problem = AccountProblem.LAST_ADMINISTRATOR
    click(OfficeAct.DISABLE)
    click(OfficeAct.DISABLE)

    assert said(screen).what == WORDS.problems[AccountProblem.LAST_ADMINISTRATOR]


def test_a_refusal_of_a_form_stands_at_the_form_and_what_was_typed_stays(screen, click, fill, desk, choose):
    choose("d_akola")
    click(OfficeAct.EDIT)
    desk.office.problem = AccountProblem.EMAIL_TAKEN
    fill(email="other@depot.example")
    click(OfficeAct.SUBMIT)

    assert screen.form.hint.problem == WORDS.problems[AccountProblem.EMAIL_TAKEN]
    assert screen.form.box_of(OfficeField.EMAIL).text == "other@depot.example"


def test_editing_asks_only_for_what_is_another(screen, click, fill, desk, choose):
    choose("d_akola")
    click(OfficeAct.EDIT)
    fill(area="ranchi")
    click(OfficeAct.SUBMIT)

    assert [dict(change.values) for change in desk.office.done] == [{"area": "ranchi"}]


def test_what_a_password_lacks_is_said_while_it_is_typed(screen, click, fill, choose):
    choose("d_akola")
    click(OfficeAct.NEW_PASSWORD)
    fill(password="abc1!")
    assert screen.form.hint.hint == WORDS.missing.format(name="8 characters, an upper-case letter")
    fill(password=GOOD)
    assert screen.form.hint.hint == WORDS.differs
    fill(again=GOOD)
    assert screen.form.hint.hint == WORDS.enough


def test_a_pin_is_set_as_a_hash(screen, click, fill, desk, choose):
    choose("biller_kumari")
    click(OfficeAct.SET_PIN)
    fill(pin="135792", pin_again="135792")
    click(OfficeAct.SUBMIT)

    assert [dict(change.values) for change in desk.office.done] == [{"pin_hash": "hash of 6"}]


# -- no secret stays


@pytest.mark.parametrize("leaving", ["sent", "escape", "other row", "other screen", "end"])
def test_no_password_stays_in_a_field(screen, hands, leaving):
    hands.choose("d_akola")
    hands.click(OfficeAct.NEW_PASSWORD)
    hands.fill(password=GOOD, again=GOOD)
    boxes = screen.findChildren(FieldBox)
    assert GOOD in [box.text for box in boxes]
    match leaving:
        case "sent":
            hands.click(OfficeAct.SUBMIT)
        case "escape":
            hands.key(Qt.Key.Key_Escape)
        case "other row":
            hands.choose("d_hisar")
        case "other screen":
            hands.key(Qt.Key.Key_F4)
        case "end":
            screen.end()

    assert GOOD not in typed_anywhere(screen)


def test_no_password_is_among_the_facts_of_the_screen(screen, click, fill, desk, choose):
    desk.held = True
    choose("d_akola")
    click(OfficeAct.NEW_PASSWORD)
    fill(password=GOOD, again=GOOD)
    click(OfficeAct.SUBMIT)

    assert GOOD not in repr(screen.controller.facts)
    assert GOOD not in typed_anywhere(screen)


@pytest.mark.parametrize("leaving", ["escape", "other row", "other screen", "end"])
def test_an_enrolment_code_is_hidden_when_it_is_left(screen, hands, settle, leaving):
    hands.key(Qt.Key.Key_F3)
    hands.click(OfficeAct.NEW_CODE)
    hands.click(OfficeAct.SUBMIT)
    assert screen.card.facts.painted[0] == "4F7K-Q2XM-9RTB"
    match leaving:
        case "escape":
            hands.key(Qt.Key.Key_Escape)
        case "other row":
            hands.choose(rows(screen)[3])
        case "other screen":
            hands.key(Qt.Key.Key_F1)
        case "end":
            screen.end()
    settle()

    assert screen.controller.facts.code is None
    assert NEW_CODE[:4] not in screen.card.facts.accessibleName()


# -- badges


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "badges"


@pytest.fixture
def make_badge(click, fill, choose):
    def make_badge(days="365"):
        choose("d_akola")
        click(OfficeAct.MAKE_BADGE)
        fill(days=days)
        click(OfficeAct.SUBMIT)

    return make_badge


def test_a_badge_is_made_its_card_written_and_opened(screen, make_badge, desk, opened, folder):
    make_badge("30")

    card = folder / "badge-d_akola.pdf"
    (change,) = desk.office.done
    assert opened == [card]
    assert card.read_bytes().startswith(b"%PDF")
    assert card.stat().st_mode & 0o777 == 0o600
    assert (change.act, change.username) == (AccountAct.MAKE_BADGE, "d_akola")
    assert len(change.values["code_hash"]) == 64
    assert datetime.fromisoformat(change.values["expires_at"]) == end_of(date(2026, 2, 4))
    assert str(card) in screen.card.facts.painted


def test_a_card_that_is_still_there_is_not_overwritten(screen, make_badge, folder, opened):
    folder.mkdir()
    (folder / "badge-d_akola.pdf").write_text("the one before")
    make_badge()

    assert (folder / "badge-d_akola.pdf").read_text() == "the one before"
    assert opened == [folder / "badge-d_akola-2.pdf"]


def test_the_card_is_deleted_once_it_is_printed(screen, make_badge, click, folder):
    make_badge()
    click(OfficeAct.DELETE_CARD)

    assert list(folder.iterdir()) == []
    assert said(screen).heading == WORDS.notes[OfficeNote.CARD_DELETED].heading


def test_the_code_of_a_badge_is_nowhere_but_in_its_file(screen, make_badge):
    make_badge()

    assert "TT-BADGE" not in repr(screen.controller.facts)
    assert "TT-BADGE" not in screen.card.facts.accessibleName()


def test_a_badge_that_the_centre_refuses_leaves_no_file(screen, make_badge, desk, opened, folder):
    desk.office.problem = AccountProblem.BADGE_TAKEN
    make_badge()

    assert list(folder.iterdir()) == []
    assert opened == []
    assert screen.form.hint.problem == WORDS.problems[AccountProblem.BADGE_TAKEN]


def test_where_the_card_cannot_be_written_the_old_badge_stays(screen, make_badge, desk, folder):
    folder.write_text("in the way")
    make_badge()

    assert desk.office.done == []
    assert said(screen).heading == WORDS.notes[OfficeNote.CARD_NOT_WRITTEN].heading


def test_a_card_that_nobody_deleted_is_said_the_next_time(screen, make_badge, click, settle, folder):
    make_badge()
    screen.end()
    screen.begin(ADMIN)
    settle()
    assert said(screen).heading == WORDS.notes[OfficeNote.CARDS_LEFT].heading
    click(OfficeAct.DELETE_CARD)

    assert list(folder.iterdir()) == []


# -- sessions, stations


def test_a_session_is_ended(screen, click, key, desk, choose):
    key(Qt.Key.Key_F2)
    ended = desk.office.all_sessions[1].id
    choose(str(ended))
    click(OfficeAct.END_SESSION)
    click(OfficeAct.END_SESSION)

    assert desk.office.done == [("end_session", ended)]


def test_a_station_is_renamed_moved_revoked_and_restored(screen, hands, desk):
    hands.key(Qt.Key.Key_F3)
    working, revoked = desk.office.all_stations[0].id, desk.office.all_stations[2].id
    hands.choose(str(working))
    hands.click(OfficeAct.RENAME)
    hands.fill(station="Dock 1")
    hands.click(OfficeAct.SUBMIT)
    hands.click(OfficeAct.MOVE)
    hands.fill(area="")
    hands.click(OfficeAct.SUBMIT)
    hands.click(OfficeAct.REVOKE)
    hands.click(OfficeAct.REVOKE)
    hands.choose(str(revoked))
    hands.click(OfficeAct.RESTORE)

    assert desk.office.done == [
        (StationAct.RENAME, working, {"name": "Dock 1"}),
        (StationAct.MOVE, working, {"area": None}),
        (StationAct.REVOKE, working, {}),
        (StationAct.RESTORE, revoked, {}),
    ]


def test_why_a_station_was_not_renamed_is_said_at_the_form(screen, hands, desk):
    hands.key(Qt.Key.Key_F3)
    desk.office.station_problem = StationProblem.NOT_FOUND
    hands.choose(str(desk.office.all_stations[0].id))
    hands.click(OfficeAct.RENAME)
    hands.fill(station="Dock 1")
    hands.click(OfficeAct.SUBMIT)

    assert screen.form.hint.problem == WORDS.station_problems[StationProblem.NOT_FOUND]


# -- the audit


def test_the_audit_is_filtered_by_what_is_typed(screen, key, qtbot, desk):
    key(Qt.Key.Key_F4, Qt.Key.Key_F11)
    qtbot.keyClicks(QApplication.focusWidget(), "admin")
    key(Qt.Key.Key_Tab)
    qtbot.keyClicks(QApplication.focusWidget(), "login*")
    key(Qt.Key.Key_Return)

    assert desk.office.asked[-1] == ("audit", AuditFilter(username="admin", action="login*"), None)


def test_a_day_that_is_none_is_said_and_nothing_is_asked(screen, key, qtbot, desk):
    key(Qt.Key.Key_F4)
    asked = len(desk.office.asked)
    screen.filters.boxes[3].line.setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "tomorrow")
    key(Qt.Key.Key_Return)

    assert said(screen).heading == WORDS.notes[OfficeNote.BAD_FILTER].heading
    assert len(desk.office.asked) == asked


def test_a_row_of_a_station_leads_to_the_rows_of_its_entry_and_back(screen, click, key, desk, choose):
    key(Qt.Key.Key_F4)
    choose("8999")
    click(OfficeAct.SAME_REQUEST)
    assert rows(screen) == ["8999"]
    assert screen.filters.values() == {OfficeField.REQUEST: str(ENTRY)}
    click(OfficeAct.CLEAR_SEARCH)

    assert len(rows(screen)) == len(desk.office.all_rows)
    assert screen.filters.values() == {}


def test_the_audit_is_paged_by_the_id_of_its_last_row(screen, key, desk):
    desk.office.page = 5
    key(Qt.Key.Key_F4, Qt.Key.Key_F8)

    assert [before for what, *_, before in desk.office.asked if what == "audit"] == [None, 8996]


# -- the own password


@pytest.mark.parametrize(
    ("old", "note"),
    [("Old-pass1", OfficeNote.OWN_PASSWORD_CHANGED), ("wrong", OfficeNote.OLD_PASSWORD_WRONG)],
)
def test_the_own_password_is_changed_with_the_old_one(screen, hands, desk, old, note):
    hands.key(Qt.Key.Key_F6)
    hands.fill(old_password=old, password=GOOD, again=GOOD)
    hands.click(OfficeAct.SUBMIT)

    assert said(screen).heading == WORDS.notes[note].heading
    assert (desk.office.own_password == GOOD) is (note is OfficeNote.OWN_PASSWORD_CHANGED)
    assert typed_anywhere(screen) == []


def test_who_is_no_administrator_can_only_change_the_own_password(open_office, desk, settle):
    screen = open_office(own=DISPATCHER)
    settle()

    assert [button.press_.value for button in screen.tabs.buttons] == [OfficeTab.PASSWORD]
    assert screen.form.isVisible()
    assert desk.office.asked == []


# -- while the centre is asked, and when it does not answer


def test_while_the_centre_is_asked_it_is_said_and_nothing_waits(screen, key, desk):
    desk.held = True
    key(Qt.Key.Key_F2)
    assert said(screen).heading == WORDS.asking
    key(Qt.Key.Key_F3)
    assert screen.controller.facts.tab is OfficeTab.STATIONS


def test_an_answer_to_an_older_question_is_not_heard(screen, key, qtbot, desk, settle):
    desk.held = True
    for text in ("d_akola", "d_hisar"):
        screen.filters.begin()
        qtbot.keyClicks(QApplication.focusWidget(), text)
        key(Qt.Key.Key_Return)
    desk.let_go(last_first=True)
    settle()

    assert rows(screen) == ["d_hisar"]


def test_an_answer_that_comes_after_the_office_was_left_is_not_heard(screen, key, desk, settle):
    desk.held = True
    key(Qt.Key.Key_F5)
    screen.end()
    desk.let_go()
    settle()

    assert rows(screen) == []


def test_an_unreachable_centre_is_said_and_asked_again(screen, click, key, desk):
    desk.trouble = PeopleTrouble.UNREACHABLE
    key(Qt.Key.Key_F2)
    assert said(screen).heading == WORDS.troubles[PeopleTrouble.UNREACHABLE].heading
    desk.trouble = None
    key(Qt.Key.Key_F5)

    assert said(screen) is None
    assert len(rows(screen)) == len(desk.office.all_sessions)


def test_a_session_that_has_ended_is_said(screen, click, desk, choose):
    choose("disabled_one")
    desk.trouble = PeopleTrouble.NOT_PERMITTED
    click(OfficeAct.ENABLE)

    assert said(screen).what == WORDS.deed_troubles[PeopleTrouble.NOT_PERMITTED].what


def test_a_second_act_waits_for_the_answer_to_the_first(screen, click, desk, settle, choose):
    choose("disabled_one")
    desk.held = True
    click(OfficeAct.ENABLE)
    click(OfficeAct.ENABLE)
    assert said(screen).heading == WORDS.notes[OfficeNote.STILL_ASKING].heading
    desk.held = False
    desk.let_go()
    settle()

    assert len(desk.office.done) == 1


# -- looks


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)])
def test_nothing_is_cut_off(open_office, settle, size, choose):
    screen = open_office(size=size, theme=Theme.DARK)
    cut = []
    for tab in OfficeTab:
        screen.controller._go_to(tab)
        settle()
        for key in rows(screen) or [""]:
            screen.controller.choose(key)
            settle()
            cut += screen.cut_off()

    assert cut == []


def test_what_a_finger_presses_is_large_enough(screen, click):
    click(OfficeAct.NEW_ACCOUNT)
    heights = [button.height() for button in screen.findChildren(PanelButton) if button.isVisible()]
    fields = [box.input.height() for box in screen.findChildren(FieldBox) if box.isVisible()]

    assert min(*heights, *fields, screen.rows.painter.row_height()) >= 44
