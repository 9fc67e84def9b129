"""How an attempt is asked about, and what its answer means."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from traitortrack_desktop.services.ports import CentreUnreachableError, SignInRefused
from traitortrack_desktop.storage.central.sign_in_answers import Answer, looked_at, sign_in_answer

COUNTED, REFUSED = {"outcome": "counted"}, {"outcome": "refused"}
LOST = None


def asking(*answers: Answer | None) -> Callable[[], Answer]:
    """Return what answers so, one after the other; after ``LOST`` nobody hears."""
    left = iter(answers)

    def ask() -> Answer:
        answer = next(left)
        if answer is LOST:
            raise CentreUnreachableError
        return answer

    return ask


@pytest.mark.parametrize(
    "answers",
    [
        (REFUSED,),
        (COUNTED, REFUSED),
        (COUNTED, LOST, REFUSED),
        (COUNTED, LOST, COUNTED, REFUSED),
    ],
)
def test_an_attempt_is_asked_about_until_it_is_looked_at(answers):
    assert looked_at(asking(*answers)) == REFUSED


@pytest.mark.parametrize("answers", [(LOST,), (COUNTED, COUNTED), (COUNTED, LOST, LOST)])
def test_without_an_answer_in_time_the_centre_counts_as_away(answers):
    with pytest.raises(CentreUnreachableError):
        looked_at(asking(*answers))


def test_an_outcome_of_a_later_release_lets_nobody_in():
    assert sign_in_answer(uuid4(), {"outcome": "of_a_later_release"}) == SignInRefused()
