import logging

import pytest
from fakes.memory_sign_ins import MemorySignIns

from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.services.operator_session import ask_to_sign_in
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    SignedIn,
    SignInRefused,
)
from traitortrack_desktop.services.station import SignInUnavailable

ASHA = Person(username="asha", role="dispatcher", area="jaipur")


class Accounts:
    def __init__(self, answer):
        self.answer = answer

    def sign_in(self, username, password):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def remembered():
    return MemorySignIns()


@pytest.fixture
def ask(remembered):
    return lambda answer, name="asha", password="pw": ask_to_sign_in(
        Accounts(answer), remembered, name, password
    )


@pytest.mark.parametrize("answer", [SignedIn(person=ASHA), SignInRefused(not_verified=True)])
def test_the_answer_of_the_centre_is_passed_on(ask, answer):
    assert ask(answer) == answer


def test_a_centre_that_does_not_answer_is_an_answer_too(ask, remembered):
    assert ask(CentreUnreachableError()) == SignInUnavailable(remembered_days=7)
    remembered.days = 0
    assert ask(CentreUnreachableError()) == SignInUnavailable()


def test_who_signed_in_at_the_centre_can_do_so_again_without_it(ask, caplog):
    ask(SignedIn(person=ASHA))
    with caplog.at_level(logging.INFO):
        assert ask(CentreUnreachableError(), " asha ") == SignedIn(person=ASHA, without_centre=True)
    assert [record.getMessage() for record in caplog.records] == ["asha signed in without the centre"]


def test_what_is_remembered_is_not_asked_while_the_centre_answers(ask, remembered):
    ask(SignedIn(person=ASHA))
    assert ask(SignInRefused()) == SignInRefused()


@pytest.mark.parametrize("refusal", [SignInRefused(), SignInRefused(not_verified=True)], ids=str)
def test_a_refusal_of_the_centre_ends_the_memory(ask, refusal):
    ask(SignedIn(person=ASHA))
    ask(refusal, " asha ")
    assert ask(CentreUnreachableError()) == SignInUnavailable(remembered_days=7)


def test_a_wrong_password_without_the_centre_lets_nobody_in(ask):
    ask(SignedIn(person=ASHA))
    assert ask(CentreUnreachableError(), password="other") == SignInUnavailable(remembered_days=7)


@pytest.mark.parametrize("failure", [CentreMismatchError(), EntriesNotAcceptableError()])
def test_a_centre_that_does_not_fit_needs_a_person_and_no_memory(ask, failure):
    ask(SignedIn(person=ASHA))
    assert ask(failure) == SignInUnavailable(mismatch=True)
