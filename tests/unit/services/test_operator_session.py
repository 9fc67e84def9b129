import pytest

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


class Accounts:
    def __init__(self, answer):
        self.answer = answer

    def sign_in(self, username, password):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "answer", [SignedIn(person=Person(username="asha", role="dispatcher")), SignInRefused(not_verified=True)]
)
def test_the_answer_of_the_centre_is_passed_on(answer):
    assert ask_to_sign_in(Accounts(answer), "asha", "pw") == answer


def test_a_centre_that_does_not_answer_is_an_answer_too():
    assert ask_to_sign_in(Accounts(CentreUnreachableError()), "asha", "pw") == SignInUnavailable()


@pytest.mark.parametrize("failure", [CentreMismatchError(), EntriesNotAcceptableError()])
def test_a_centre_that_does_not_fit_needs_a_person(failure):
    assert ask_to_sign_in(Accounts(failure), "asha", "pw") == SignInUnavailable(mismatch=True)
