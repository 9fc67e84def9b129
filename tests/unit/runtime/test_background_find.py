"""Finding in the background: here at once, the centre later, and no question waits for older answers."""

import threading
from queue import SimpleQueue
from uuid import UUID

import pytest

from traitortrack_desktop.domain.findings import BagFilter, BagsPage, BillFilter, BillsPage, TicketsPage
from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.runtime.background_find import CENTRAL_LANES, BackgroundFind
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    NotPermittedError,
)

SECONDS = 10
ALL = BagsPage(bags=(), area="of all")


class Here:
    def bags(self, wanted, after=None):
        return ALL

    def close(self):
        self.closed = True


class Centre:
    def close(self):
        self.closed = True


def session(role="biller", rights=Rights.FULL):
    person = Person(username="ravi", role=role)
    return OperatorSession(id=UUID(int=7), person=person, way=SignInWay.PASSWORD, rights=rights)


class Bench:
    def __init__(self):
        self.here, self.centre, self.who = Here(), Centre(), session()
        self.background = Background()
        self.answers = SimpleQueue()
        self.find = self.desk(self.centre)

    def desk(self, centre):
        return BackgroundFind(
            here=self.here, centre=centre, background=self.background, current_session=lambda: self.who
        )

    def ask(self, here=lambda _: "here", at_centre=lambda _centre, _session: "centre", desk=None):
        (desk or self.find).ask(here, at_centre, self.answers.put)

    def next(self):
        return self.answers.get(timeout=SECONDS)


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.background.stop()


def raising(error):
    def question(*_):
        raise error

    return question


def test_the_station_answers_first_and_then_the_centre(bench):
    bench.ask()

    assert (bench.next(), bench.next()) == ("here", "centre")


def test_the_centre_is_asked_under_the_session_of_whoever_is_signed_in(bench):
    bench.ask(at_centre=lambda centre, number: (centre, number))

    assert [bench.next(), bench.next()][1] == (bench.centre, UUID(int=7))


def test_without_a_question_for_the_centre_there_is_one_answer(bench):
    bench.ask(at_centre=None)
    bench.ask(here=lambda _: "second", at_centre=None)

    assert (bench.next(), bench.next()) == ("here", "second")


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (CentreUnreachableError(), PeopleTrouble.UNREACHABLE),
        (CentreMismatchError(), PeopleTrouble.MISMATCH),
        (EntriesNotAcceptableError(), PeopleTrouble.MISMATCH),
        (NotPermittedError(), PeopleTrouble.NOT_PERMITTED),
        (KeyError("x"), PeopleTrouble.DEFECT),
    ],
)
def test_why_the_centre_gives_no_answer_is_told(bench, error, trouble):
    bench.ask(at_centre=raising(error))

    assert [bench.next(), bench.next()] == ["here", trouble]


def test_a_failure_here_is_told_and_the_centre_asked_all_the_same(bench):
    bench.ask(here=raising(ValueError()))

    assert [bench.next(), bench.next()] == [PeopleTrouble.DEFECT, "centre"]


def test_without_a_session_or_a_centre_there_is_no_central_answer(bench):
    bench.ask(desk=bench.desk(None))
    assert [bench.next(), bench.next()] == ["here", PeopleTrouble.MISMATCH]
    bench.who = None
    bench.ask()
    assert [bench.next(), bench.next()] == ["here", PeopleTrouble.NOT_PERMITTED]


def test_a_slow_centre_keeps_neither_the_station_nor_a_newer_question_waiting(bench):
    answer_now = threading.Event()
    bench.ask(at_centre=lambda *_: answer_now.wait(SECONDS) and "slow")
    assert bench.next() == "here"

    bench.ask(here=lambda _: "newer", at_centre=lambda *_: "newer centre")
    assert (bench.next(), bench.next()) == ("newer", "newer centre")
    answer_now.set()
    assert bench.next() == "slow"


def test_of_the_questions_that_wait_the_newest_is_asked_first(bench):
    answer_now, begun = threading.Event(), SimpleQueue()

    def slow(*_):
        begun.put(True)
        return answer_now.wait(SECONDS) and "slow"

    for _ in range(CENTRAL_LANES):
        bench.ask(at_centre=slow)
        assert bench.next() == "here"
        begun.get(timeout=SECONDS)
    asked = []
    for number in range(CENTRAL_LANES):
        bench.ask(at_centre=lambda *_, number=number: asked.append(number) or "waited")
        assert bench.next() == "here"
    bench.find.ask(lambda _: "last", None, bench.answers.put)
    assert bench.next() == "last"
    answer_now.set()

    assert sorted(bench.next() for _ in range(2 * CENTRAL_LANES)) == ["slow"] * 3 + ["waited"] * 3
    assert sorted(asked) == [0, 1, 2]


@pytest.mark.parametrize("who", [session("dispatcher"), session("admin", Rights.OPERATOR), None])
def test_whoever_may_see_the_own_area_only_gets_lists_from_the_centre(bench, who):
    bench.who = who
    for question in (
        lambda finder: finder.bags(BagFilter()),
        lambda finder: finder.bills(BillFilter()),
        lambda finder: finder.tickets(),
    ):
        bench.ask(here=question, at_centre=None)

    assert [bench.next() for _ in range(3)] == [
        BagsPage(bags=()),
        BillsPage(bills=()),
        TicketsPage(tickets=()),
    ]


def test_whoever_may_see_all_gets_the_list_of_the_station(bench):
    bench.ask(here=lambda finder: finder.bags(BagFilter()), at_centre=None)

    assert bench.next() == ALL


def test_closing_closes_both(bench):
    bench.find.close()

    assert (bench.here.closed, bench.centre.closed) == (True, True)
