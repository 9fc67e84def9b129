"""Before there is a station: whether the centre wants a password, and what a defect comes to."""

import logging
import threading
from queue import SimpleQueue

import pytest

from traitortrack_desktop.runtime.background_set_up import BackgroundSetUp, is_refused_without_password
from traitortrack_desktop.services.set_up import CentreAccess, SetUpProblem

ADDRESS = "postgresql://station_7@db/depot?sslmode=verify-full"
ACCESS = CentreAccess(servers="", database="", account="", station="", password="S3cret-pw")


class Door:
    """A centre that answers *problem*, once it is not *silent*."""

    def __init__(self, problem=None, silent=None):
        self.problem, self.silent = problem, silent

    def attempt(self, url):
        if self.silent is not None:
            self.silent.wait()
        return self.problem


@pytest.mark.parametrize(
    ("problem", "refused"),
    [(SetUpProblem.ACCOUNT_REFUSED, True), (SetUpProblem.UNREACHABLE, False), (None, False)],
)
def test_only_a_refused_account_means_that_a_password_is_wanted(problem, refused):
    assert is_refused_without_password(Door(problem), ADDRESS) is refused


def test_a_centre_that_does_not_answer_keeps_the_station_shut_for_a_moment_only():
    silent = threading.Event()
    door = Door(SetUpProblem.ACCOUNT_REFUSED, silent)
    assert not is_refused_without_password(door, ADDRESS, seconds=0.01)
    silent.set()


def test_a_defect_is_an_answer_and_its_password_is_in_no_log(caplog):
    def fail(access):
        raise ZeroDivisionError(f"password={access.password}")

    answers = SimpleQueue()
    with caplog.at_level(logging.ERROR):
        BackgroundSetUp(fail).connect(ACCESS, answers.put)
        assert answers.get(timeout=30) is SetUpProblem.DEFECT
    assert "S3cret-pw" not in caplog.text
