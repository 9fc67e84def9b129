from datetime import UTC, datetime, timedelta

import pytest

from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.storage.local.remembered_person import RememberedPerson, from_json, to_json

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


def memory(role="dispatcher", **changes):
    person = Person(username="asha", role=role, area="jaipur")
    return RememberedPerson(person=person, at=AT, salt=b"s", verifier=b"v", **changes)


def after_attempts(*moments):
    tried = memory()
    for moment in moments:
        tried = tried.after_attempt(moment)
    return tried


@pytest.mark.parametrize(
    ("now", "may"),
    [(AT, True), (AT + WEEK, True), (AT + WEEK + MINUTE, False), (AT - MINUTE, False)],
    ids=["at once", "on the last day", "too late", "by a clock set back"],
)
def test_a_memory_counts_from_its_sign_in_for_some_days(now, may):
    assert memory().may_try(now, 7) is may


@pytest.mark.parametrize(("role", "may"), [("dispatcher", True), ("biller", True), ("admin", False)])
def test_an_administrator_may_not_sign_in_without_the_centre(role, may):
    assert memory(role).may_try(AT, 7) is may


def test_the_fifth_attempt_in_a_row_bars_the_name_for_fifteen_minutes():
    assert after_attempts(*[AT] * 4).may_try(AT, 7)
    barred = after_attempts(*[AT] * 5)
    assert not barred.may_try(AT + 14 * MINUTE, 7)
    assert barred.may_try(AT + 15 * MINUTE, 7)


def test_a_clock_set_back_does_not_end_the_bar():
    assert not after_attempts(*[AT + 60 * MINUTE] * 5).may_try(AT, 7)


def test_after_the_bar_there_are_five_attempts_again():
    later = AT + 15 * MINUTE
    assert after_attempts(*[AT] * 5, *[later] * 4).may_try(later, 7)
    assert not after_attempts(*[AT] * 5, *[later] * 5).may_try(later, 7)


def test_the_right_password_forgives_the_attempts_before_it():
    assert after_attempts(*[AT] * 4).after_success() == memory()


@pytest.mark.parametrize("kept", [memory(), after_attempts(AT, AT + MINUTE)], ids=["fresh", "tried"])
def test_a_memory_is_read_back_as_it_was_written(kept):
    assert from_json(to_json(kept)) == kept
