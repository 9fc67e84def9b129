import pytest

from traitortrack_desktop.environment.secrets import DatabasePasswords, NoKeyRing, Secret
from traitortrack_desktop.services.password_question import PasswordQuestion, PasswordWanted
from traitortrack_desktop.services.set_up import CentreAccess, SetUpDone, SetUpProblem

ADDRESS = "postgresql://station_7@db/depot?sslmode=verify-full"
WANTED = PasswordWanted(address=ADDRESS, account="station_7", station="Gate 7")


class Door:
    """A centre that answers *problem*; ``tried`` are the addresses."""

    def __init__(self, problem=None):
        self.problem = problem
        self.tried = []

    def address(self, access):
        raise AssertionError("the address is IT's")

    def with_password(self, address, password):
        return address.replace("@", f":{password}@")

    def attempt(self, url):
        self.tried.append(url)
        return self.problem


class Kept:
    def __init__(self, answer=None):
        self.answer = answer
        self.stored = {}

    def read(self, username):
        return Secret()

    def store(self, username, secret):
        if self.answer is None:
            self.stored[username] = secret
        return self.answer or Secret(value=secret)


def typed(password):
    return CentreAccess(servers="", database="", account="", station="", password=password)


def answer(password, door, kept):
    return PasswordQuestion(WANTED, door=door, passwords=kept).connect(typed(password))


def test_the_right_password_is_kept_and_the_address_stays_as_it_wrote_it():
    kept = Kept()
    done = answer("pw", Door(), kept)
    assert done == SetUpDone(
        database_url="postgresql://station_7:pw@db/depot?sslmode=verify-full",
        station="Gate 7",
        password_kept=True,
    )
    assert kept.stored == {"station_7": "pw"}


@pytest.mark.parametrize("problem", [SetUpProblem.ACCOUNT_REFUSED, SetUpProblem.UNREACHABLE])
def test_a_password_that_was_not_proven_is_not_kept(problem):
    kept = Kept()
    assert answer("pw", Door(problem), kept) is problem
    assert kept.stored == {}


@pytest.mark.parametrize("problem", [SetUpProblem.OTHER_ACCOUNT, SetUpProblem.NOT_PREPARED])
def test_what_else_is_wrong_at_the_centre_does_not_keep_the_station_shut(problem):
    kept = Kept()
    assert isinstance(answer("pw", Door(problem), kept), SetUpDone)
    assert kept.stored == {"station_7": "pw"}


def test_without_a_place_for_it_the_person_is_told():
    done = answer("pw", Door(), Kept(NoKeyRing(problem="locked")))
    assert isinstance(done, SetUpDone)
    assert not done.password_kept


def test_an_empty_password_opens_the_station_without_asking_the_centre():
    door, kept = Door(SetUpProblem.ACCOUNT_REFUSED), Kept()
    done = answer("", door, kept)
    assert (done.database_url, done.password_kept) == (ADDRESS, True)
    assert (door.tried, kept.stored) == ([], {})


def test_no_value_shows_a_password():
    done = answer("pw-4711", Door(), Kept())
    assert "pw-4711" not in repr(done) + repr(DatabasePasswords(find=lambda: None).read("station_7"))
