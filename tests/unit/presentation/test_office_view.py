from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes.fake_people_desk import ADMIN, DISPATCHER, ENTRY, NOON, FakePeopleOffice

from traitortrack_desktop.domain.accounts import AccountProblem, AccountsPage, AuditPage
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.presentation.office import office_view
from traitortrack_desktop.presentation.office_acts import (
    CONFIRMED,
    FormKind,
    OfficeAct,
    OfficeField,
    OfficeTab,
)
from traitortrack_desktop.presentation.office_forms import FIELDS
from traitortrack_desktop.presentation.office_notes import FormProblem, OfficeNote
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import EnrolmentCode, OfficeFacts, OfficeForm
from traitortrack_desktop.presentation.screen_state import Mark, Tone
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.people_desk import PeopleTrouble

WORDS = ENGLISH.office
OFFICE = FakePeopleOffice()
FACTS = OfficeFacts(
    now=NOON,
    own=ADMIN,
    accounts=AccountsPage(accounts=tuple(OFFICE.all_accounts)),
    sessions=tuple(OFFICE.all_sessions),
    stations=tuple(OFFICE.all_stations),
    audit=AuditPage(rows=tuple(OFFICE.all_rows)),
)


def view_of(tab=OfficeTab.ACCOUNTS, **facts):
    speech = Speech(words=WORDS, now=NOON, zone=ZoneInfo("Asia/Kolkata"))
    return office_view(replace(FACTS, tab=tab, **facts), speech)


def usable(view):
    return {press.act for press in view.card.presses if press.usable}


def facts_of(view):
    return {fact.label: fact.text for fact in view.card.facts}


def row_of(view, key):
    return next(row for row in view.rows.rows if row.key == key)


# -- who sees what


def test_an_administrator_with_a_password_sees_everything():
    assert [press.value for press in view_of().tabs] == list(OfficeTab)


@pytest.mark.parametrize(
    "own",
    [None, DISPATCHER, replace(ADMIN, way=SignInWay.BADGE, rights=Rights.OPERATOR)],
    ids=["nobody", "dispatcher", "administrator by badge"],
)
def test_everybody_else_may_only_change_the_own_password(own):
    assert [press.value for press in view_of(OfficeTab.PASSWORD, own=own).tabs] == [OfficeTab.PASSWORD]


# -- accounts


def test_the_states_of_accounts_are_told_in_words_and_by_a_mark():
    view = view_of()
    states = {key: row_of(view, key).cells[2] for key in ("admin", "disabled_one", "locked_one")}

    assert [(cell.text, cell.under, cell.mark) for cell in states.values()] == [
        ("in use", "second factor", Mark.POSTED),
        ("disabled", "", Mark.REFUSED),
        ("locked", "until 17:42", Mark.RECORDED),
    ]


def test_badge_and_pin_stand_beside_the_last_sign_in():
    view = view_of()

    assert row_of(view, "rsharma_sriganganagr").cells[3].under == "badge to 06.12.2026"
    assert row_of(view, "biller_kumari").cells[3].under == "badge and PIN"
    assert row_of(view, "admin").cells[3].under == ""


def test_a_badge_is_shown_with_its_last_day_and_not_with_the_midnight_after_it():
    speech = Speech(words=WORDS, now=NOON, zone=ZoneInfo("Asia/Kolkata"))
    midnight = datetime(2026, 2, 5, tzinfo=speech.zone)

    assert speech.last_day(midnight) == speech.last_day(midnight - timedelta(hours=20)) == "04.02.2026"


def test_a_role_that_this_program_does_not_know_is_shown_as_it_is():
    assert row_of(view_of(), "odd_role").cells[1].text == "employee"


def test_what_makes_no_sense_for_an_account_cannot_be_pressed():
    assert usable(view_of(chosen="odd_role")) == {
        *(OfficeAct.EDIT, OfficeAct.DISABLE, OfficeAct.NEW_PASSWORD, OfficeAct.MAKE_BADGE)
    }
    assert OfficeAct.UNLOCK in usable(view_of(chosen="locked_one"))
    assert OfficeAct.ENABLE in usable(view_of(chosen="disabled_one"))
    assert {OfficeAct.SET_PIN, OfficeAct.REMOVE_PIN} <= usable(view_of(chosen="biller_kumari"))


def test_nobody_disables_the_own_account_or_changes_the_own_role():
    form = OfficeForm(kind=FormKind.EDIT, about="admin", values={OfficeField.ROLE: "admin"})
    view = view_of(chosen="admin", form=form)

    assert OfficeAct.DISABLE not in usable(view)
    assert [field.field for field in view.form.fields if not field.usable] == [OfficeField.ROLE]


def test_a_second_press_is_asked_for_at_the_button_itself():
    view = view_of(chosen="admin", armed=OfficeAct.END_BADGE, note_name="admin")

    assert [press.act for press in view.card.presses if press.armed] == [OfficeAct.END_BADGE]
    assert view.saying.tone is Tone.ATTENTION
    assert "admin" in view.saying.what


def test_pages_can_be_turned_only_where_there_are_any():
    def turning(**facts):
        keys = {press.act: press.usable for press in view_of(**facts).keys}
        return keys[OfficeAct.PREVIOUS], keys[OfficeAct.NEXT]

    more = AccountsPage(accounts=FACTS.accounts.accounts, next_after="zed")
    assert turning() == (False, False)
    assert turning(accounts=more) == (False, True)
    assert turning(accounts=more, cursors=(None, "x")) == (True, True)
    assert view_of(accounts=more, cursors=(None, "x")).page == "Page 2"


def test_an_odd_role_or_area_of_an_account_stays_among_the_choices():
    values = {OfficeField.ROLE: "employee", OfficeField.AREA: "pune"}
    view = view_of(form=OfficeForm(kind=FormKind.EDIT, about="x", values=values))
    choices = {field.field: dict(field.choices) for field in view.form.fields}

    assert "employee" in choices[OfficeField.ROLE]
    assert len(choices[OfficeField.AREA]) == 12


# -- sessions, stations


def test_how_somebody_signed_in_is_told_also_where_the_way_is_a_new_one():
    view = view_of(OfficeTab.SESSIONS)
    ways = [row.cells[1].text for row in view.rows.rows]

    assert ways == ["password", "password, without centre", "badge and PIN", "badge", "from_the_future"]


def test_only_an_open_session_can_be_ended():
    rows = FACTS.sessions

    assert OfficeAct.END_SESSION in usable(view_of(OfficeTab.SESSIONS, chosen=str(rows[1].id)))
    assert OfficeAct.END_SESSION not in usable(view_of(OfficeTab.SESSIONS, chosen=str(rows[3].id)))


def test_a_revoked_station_can_be_restored_and_says_who_revoked_it():
    view = view_of(OfficeTab.STATIONS, chosen=str(FACTS.stations[2].id))

    assert OfficeAct.RESTORE in usable(view)
    assert facts_of(view)["State"] == "revoked 02.01.2026 17:30 by admin"


def test_an_enrolment_code_is_shown_big_with_its_end():
    view = view_of(OfficeTab.STATIONS, code=EnrolmentCode(code="4F7K-Q2XM-9RTB", until=NOON, name="Dock 4"))

    assert view.card.big == "4F7K-Q2XM-9RTB"
    assert view.card.title == "Code for Dock 4"
    assert facts_of(view)["Good until"] == "05.01.2026 17:30"


def test_an_enrolment_code_is_in_no_text_for_a_log():
    assert "4F7K" not in repr(EnrolmentCode(code="4F7K-Q2XM-9RTB", until=NOON))


# -- the audit


def test_a_row_of_a_station_leads_to_all_of_its_entry():
    view = view_of(OfficeTab.AUDIT, chosen="8999")
    press = next(press for press in view.card.presses if press.act is OfficeAct.SAME_REQUEST)

    assert (press.usable, press.value) == (True, str(ENTRY))
    assert facts_of(view)["Entry"] == str(ENTRY)


def test_a_request_that_is_no_entry_leads_nowhere():
    assert usable(view_of(OfficeTab.AUDIT, chosen="8995")) == set()


def test_rows_that_name_nobody_show_whom_their_details_name():
    view = view_of(OfficeTab.AUDIT)

    assert row_of(view, "8998").cells[1].text == "rsharm (as written)"
    assert row_of(view, "8997").cells[1].text == "nobody named"


def test_every_odd_row_has_a_pane():
    for row in FACTS.audit.rows:
        view = view_of(OfficeTab.AUDIT, chosen=str(row.id))
        assert facts_of(view)["Row"] == str(row.id)


# -- words


def test_every_case_has_its_words():
    assert set(WORDS.tabs) == set(OfficeTab)
    assert set(WORDS.problems) == set(AccountProblem)
    assert set(WORDS.troubles) == set(WORDS.deed_troubles) == set(PeopleTrouble)
    assert set(WORDS.notes) == set(OfficeNote)
    assert set(WORDS.form_problems) == set(FormProblem)
    assert set(WORDS.forms) == set(FormKind) == set(FIELDS)
    assert set(WORDS.fields) == set(OfficeField)
    assert set(WORDS.asks) == set(WORDS.pressed_once) == CONFIRMED
    assert set(WORDS.presses) == set(OfficeAct) - {OfficeAct.TAB}
    assert set(WORDS.sessions.ways) == set(SignInWay)


@pytest.mark.parametrize("problem", AccountProblem)
def test_why_the_centre_refused_is_said_in_a_sentence(problem):
    view = view_of(note=OfficeNote.REFUSED, note_problem=problem)

    assert view.saying.what.endswith(".")
    assert view.saying.tone is Tone.ATTENTION


def test_while_the_centre_is_unreachable_the_list_can_be_asked_for_again():
    view = view_of(trouble=PeopleTrouble.UNREACHABLE)

    assert [press.act for press in view.saying.presses] == [OfficeAct.ASK_AGAIN]
