from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from traitortrack_desktop.domain.accounts import AuditFilter
from traitortrack_desktop.domain.accounts import PasswordPart as Part
from traitortrack_desktop.presentation.office_acts import FormKind, OfficeField
from traitortrack_desktop.presentation.office_audit import audit_filter
from traitortrack_desktop.presentation.office_forms import days_of, progress, typed_problem
from traitortrack_desktop.presentation.office_notes import FormProblem

GOOD = "Abcdef1!"
KOLKATA = ZoneInfo("Asia/Kolkata")
NEW_ACCOUNT = {
    OfficeField.USERNAME: "new_one",
    OfficeField.EMAIL: "",
    OfficeField.ROLE: "biller",
    OfficeField.AREA: "",
    OfficeField.PASSWORD: GOOD,
    OfficeField.AGAIN: GOOD,
}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({}, None),
        ({OfficeField.USERNAME: "  "}, FormProblem.INCOMPLETE),
        ({OfficeField.PASSWORD: "short"}, FormProblem.WEAK_PASSWORD),
        ({OfficeField.AGAIN: "Abcdef1?"}, FormProblem.DIFFERENT),
        ({OfficeField.ROLE: "dispatcher"}, FormProblem.AREA_NEEDED),
        ({OfficeField.ROLE: "dispatcher", OfficeField.AREA: "akola"}, None),
    ],
)
def test_a_new_account_is_looked_at_before_the_centre_is_asked(changed, problem):
    assert typed_problem(FormKind.NEW_ACCOUNT, NEW_ACCOUNT | changed) is problem


@pytest.mark.parametrize(
    ("pin", "again", "problem"),
    [
        ("135792", "135792", None),
        ("135792", "135793", FormProblem.DIFFERENT),
        ("111111", "111111", FormProblem.BAD_PIN),
        ("123456", "123456", FormProblem.BAD_PIN),
        ("13579", "13579", FormProblem.BAD_PIN),
        ("", "", FormProblem.INCOMPLETE),
    ],
)
def test_a_pin_that_is_easily_guessed_or_mistyped_is_none(pin, again, problem):
    typed = {OfficeField.PIN: pin, OfficeField.PIN_AGAIN: again}

    assert typed_problem(FormKind.SET_PIN, typed) is problem


@pytest.mark.parametrize(
    ("text", "days"), [("365", 365), (" 7 ", 7), ("0", None), ("3651", None), ("-1", None), ("٣", None)]
)
def test_a_badge_works_for_a_day_or_up_to_ten_years(text, days):
    assert days_of({OfficeField.DAYS: text}) == days


def test_while_a_password_is_typed_it_is_known_what_it_lacks_and_whether_it_was_repeated():
    assert progress(FormKind.OWN_PASSWORD, {}) == (None, False)
    lacking, _ = progress(FormKind.OWN_PASSWORD, {OfficeField.PASSWORD: "abc"})
    assert lacking == (Part.LENGTH, Part.UPPER, Part.DIGIT, Part.SPECIAL)
    assert progress(FormKind.NEW_PASSWORD, {OfficeField.PASSWORD: GOOD}) == ((), True)
    repeated = {OfficeField.PASSWORD: GOOD, OfficeField.AGAIN: GOOD}
    assert progress(FormKind.NEW_PASSWORD, repeated) == ((), False)


def test_nothing_typed_is_no_filter():
    assert audit_filter({OfficeField.WHO: "  "}, None) == AuditFilter()


def test_days_of_the_audit_are_local_ones_and_the_last_is_included():
    typed = {OfficeField.SINCE: "2026-01-05", OfficeField.UNTIL: "05.01.2026"}

    wanted = audit_filter(typed, KOLKATA)

    assert wanted.since == datetime(2026, 1, 4, 18, 30, tzinfo=UTC)
    assert wanted.until == datetime(2026, 1, 5, 18, 30, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_what_is_no_day_is_said_to_be_none(text):
    assert audit_filter({OfficeField.UNTIL: text}, None) is FormProblem.BAD_DATE


def test_an_entry_is_searched_by_its_whole_id():
    entry = UUID("0190b2c4-7d1e-7c3a-9f00-2f4b6a8c0d1e")

    assert audit_filter({OfficeField.REQUEST: f" {entry} "}, None) == AuditFilter(request=entry)
    assert audit_filter({OfficeField.REQUEST: "1204"}, None) is FormProblem.BAD_REQUEST
