"""Bills and returns worked at by several at once: two stations, and the web application's own statements."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from fakes import web_bill_work as bill_work
from fakes.bill_decisions import (
    attached,
    completed_bill,
    created,
    deleted_bill,
    detached,
    finalised_return,
    opened_return,
    reopened_bill,
    returned,
    unreturned,
)
from fakes.bill_desk import BillDesk
from fakes.decisions import added, opened
from fakes.entry_chain import EntryChain
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople
from fakes.web_application import Ending, Transaction, WebApplication

from traitortrack_desktop.domain.entries import Decision, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreUnreachableError
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

ON_BILLS = "SELECT count(*) FROM bill_bag AS bb JOIN bag AS b ON b.id = bb.bag_id WHERE b.qr_id = %s"


class Biller:
    """A station with an administrator and a connection of its own, which offers until it is answered."""

    def __init__(self, url: str, people: PostedPeople) -> None:
        self._chain = EntryChain()
        self._office = CentralPostingOffice(
            url, device=self._chain.device, station_name="Station 7", version="1.0"
        )
        self._office.probe()
        self._name = people.person("admin")
        self._session = people.session_at(self._name, self._chain.device)

    def post(self, *decisions: Decision) -> list[Receipt]:
        entries = [self._chain.entry(one, operator=self._name, session=self._session) for one in decisions]
        for _ in range(400):
            try:
                return list(self._office.post(entries).receipts)
            except CentreUnreachableError:
                time.sleep(0.005)
        raise AssertionError("never answered")

    def close(self) -> None:
        self._office.close()


@pytest.fixture(scope="module")
def url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    postgres_server.create_database("bill_races", "migrated")
    yield HiddenAddress(postgres_server.url("bill_races"))
    postgres_server.drop_database("bill_races")


@pytest.fixture(scope="module")
def people(url: str) -> Iterator[PostedPeople]:
    people = PostedPeople(url)
    yield people
    people.close()


@pytest.fixture(scope="module")
def stations(url: str, people: PostedPeople) -> Iterator[list[Biller]]:
    stations = [Biller(url, people) for _ in range(3)]
    yield stations
    for station in stations:
        station.close()


@pytest.fixture(scope="module")
def web(url: str) -> Iterator[WebApplication]:
    with closing(WebApplication(url)) as web:
        yield web


@pytest.fixture
def desk(people: PostedPeople) -> BillDesk:
    return BillDesk(people)


def at_once(stations: list[Biller], *works: list[Decision]) -> list[Receipt]:
    """Let one of *stations* post each of *works*, all together; return the last receipt of each."""
    together = threading.Barrier(len(works))

    def begin(station: Biller, work: list[Decision]) -> Receipt:
        together.wait()
        return station.post(*work)[-1]

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, stations[: len(works)], works))


# -- between stations


def test_of_two_bills_a_parent_goes_onto_one_and_the_other_station_is_told_which(
    url: str, people: PostedPeople, stations: list[Biller]
):
    for _ in range(8):
        desk = BillDesk(people)
        parent = desk.filled(1, 2)
        bills = [desk.bill, f"{desk.bill}-B"]
        desk.post(*(created(bill, 2) for bill in bills))

        receipts = at_once(stations, *([attached(bill, parent)] for bill in bills))

        assert sorted(receipt.outcome for receipt in receipts) == [Outcome.POSTED, Outcome.REFUSED]
        won = bills[[receipt.outcome for receipt in receipts].index(Outcome.POSTED)]
        lost = next(receipt for receipt in receipts if receipt.outcome is Outcome.REFUSED)
        assert lost.reason is Reason.PARENT_ON_OTHER_BILL
        assert lost.fact is not None
        assert lost.fact.bill == won
        assert people.owner.query(ON_BILLS, parent) == [{"count": 1}]
    assert consistency(url).holds


def test_of_the_last_place_on_a_bill_only_one_gets_hold(
    url: str, people: PostedPeople, stations: list[Biller]
):
    for _ in range(6):
        desk = BillDesk(people)
        parents = [desk.filled(number, 1) for number in (1, 2, 3)]
        desk.one(created(desk.bill, 2))

        receipts = at_once(stations, *([attached(desk.bill, parent)] for parent in parents))

        assert [receipt.reason for receipt in receipts if receipt.reason] == [Reason.BILL_FULL]
        page = desk.web.bill(desk.bill)
        assert page is not None
        assert page.figures == ("processing", 2, 2, 2, 60)


def test_one_bill_is_made_once_however_many_make_it(desk: BillDesk, stations: list[Biller]):
    receipts = at_once(stations, *([created(desk.bill, 2)] for _ in stations))

    reasons = sorted(str(receipt.reason) for receipt in receipts)
    assert reasons == ["None", str(Reason.BILL_EXISTS), str(Reason.BILL_EXISTS)]


def test_a_bill_completed_while_its_last_parent_comes_and_a_child_too_ends_true(
    url: str, people: PostedPeople, stations: list[Biller]
):
    for _ in range(6):
        desk = BillDesk(people)
        first, second = desk.filled(1, 2), desk.filled(2, 2)
        desk.post(created(desk.bill, 2), attached(desk.bill, first))

        attaching, completing, late = at_once(
            stations,
            [attached(desk.bill, second)],
            [completed_bill(desk.bill)],
            [opened(first), added(first, f"{first[-5:]}LATE")],
        )

        assert attaching.outcome is Outcome.POSTED
        assert completing.reason in {None, Reason.BILL_NOT_FULL}
        assert late.reason in {None, Reason.PARENT_ON_COMPLETED_BILL}
        page = desk.web.bill(desk.bill)
        assert page is not None
        inside = 4 if late.reason else 5
        assert page.figures == ("completed" if completing.reason is None else "processing", 2, 2, inside, 60)
    assert consistency(url).holds


def test_a_return_while_the_bill_is_completed_ends_true(
    url: str, people: PostedPeople, stations: list[Biller]
):
    for _ in range(6):
        desk = BillDesk(people)
        first, _second = desk.billed(2, 3, 1)
        desk.one(opened_return(desk.ticket))

        returning, completing = at_once(stations, [returned(desk.ticket, first)], [completed_bill(desk.bill)])

        assert returning.outcome is Outcome.POSTED
        page = desk.web.bill(desk.bill)
        assert page is not None
        assert page.figures == ("processing" if completing.reason else "completed", 2, 1, 1, 30)
    assert consistency(url).holds


def test_one_parent_is_returned_once_however_many_scan_it(desk: BillDesk, stations: list[Biller]):
    (parent,) = desk.billed(1, 3)
    others = [f"{desk.ticket}{letter}" for letter in "BCD"]
    desk.post(*(opened_return(ticket) for ticket in others))

    receipts = at_once(stations, *([returned(ticket, parent)] for ticket in others))

    assert (
        sorted(str(receipt.reason) for receipt in receipts) == ["None"] + [str(Reason.PARENT_NOT_BILLED)] * 2
    )
    assert sum(desk.web.ticket(ticket)["bags_scanned_count"] for ticket in others) == 1


def test_work_at_two_bills_in_opposite_orders_comes_to_an_end(
    url: str, people: PostedPeople, stations: list[Biller]
):
    for _ in range(4):
        desk = BillDesk(people)
        parents = [desk.filled(number, 1) for number in (1, 2)]
        bills = [desk.bill, f"{desk.bill}-B"]
        desk.post(*(created(bill, 3) for bill in bills))
        there = [
            decision(b, p) for b, p in zip(bills, parents, strict=True) for decision in (attached, detached)
        ]

        at_once(stations, there, [*there[2:], *there[:2]])

        pages = [desk.web.bill(bill) for bill in bills]
        counts = [page.figures[2:] for page in pages if page is not None]
        assert counts == [(count[0], count[0], 30 * count[0]) for count in counts]
    assert consistency(url).holds


def test_numbers_that_are_taken_already_lose_no_bill_and_no_return(
    url: str, people: PostedPeople, stations: list[Biller]
):
    """As after a copy that did not bring the counters of the ids along."""
    for round_ in range(2):
        desk = BillDesk(people)
        parent = desk.filled(1, 2)
        for table in ("bill", "bill_bag", "return_ticket", "return_ticket_bag", "bill_return_event"):
            desk.query(f"SELECT setval('{table}_id_seq', 1, false)")

        receipts = stations[round_].post(
            created(desk.bill, 2), attached(desk.bill, parent), opened_return(desk.ticket),
            returned(desk.ticket, parent), unreturned(desk.ticket, parent), completed_bill(desk.bill),
        )  # fmt: skip

        assert [receipt.reason for receipt in receipts] == [None] * 5 + [Reason.BILL_NOT_FULL]
    assert consistency(url).holds


# -- the web application's own statements, one transaction open while a station posts


def while_open(
    people: PostedPeople, work: Transaction, station: Callable[[], list[Receipt]]
) -> list[Receipt]:
    """Let *station* begin while *work* is open; finish both once one waits for the other, or is done."""
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(station)
        while not posting.done() and not people.owner.query(WAITING):
            time.sleep(0.002)
        outcome = work.finish()
        receipts = posting.result()
    assert outcome.state != "40P01", outcome
    return receipts


def test_a_parent_that_a_user_is_just_taking_off_goes_onto_the_other_bill_afterwards(
    url: str, people: PostedPeople, stations: list[Biller], web: WebApplication, desk: BillDesk
):
    (parent,) = desk.billed(2, 3)
    other = f"{desk.bill}-B"
    desk.one(created(other, 2))
    work = web.begin("detach", bill_work.detach, desk.bill, parent).until("took it off the bill")

    receipts = while_open(people, work, lambda: stations[0].post(attached(other, parent)))

    assert receipts[0].outcome is Outcome.POSTED
    assert consistency(url).holds


@pytest.mark.parametrize("scan", [bill_work.bill_fast, bill_work.bill_locked], ids=["fast", "locked"])
def test_a_parent_that_a_user_is_just_billing_is_refused_and_that_bill_named(
    url: str, people: PostedPeople, stations: list[Biller], web: WebApplication, scan: Any
):
    desk = BillDesk(people)
    parent = desk.filled(1, 3)
    other = f"{desk.bill}-B"
    desk.post(created(desk.bill, 2), created(other, 2))
    work = web.begin("bill", scan, desk.bill, parent).until("put it on the bill")

    receipts = while_open(people, work, lambda: stations[0].post(attached(other, parent)))

    assert receipts[0].reason is Reason.PARENT_ON_OTHER_BILL
    assert receipts[0].fact is not None
    assert receipts[0].fact.bill == desk.bill
    assert consistency(url).holds


def test_a_user_s_scan_that_looked_before_us_does_not_put_a_parent_on_a_second_bill(
    people: PostedPeople, stations: list[Biller], web: WebApplication, desk: BillDesk
):
    parent = desk.filled(1, 3)
    other = f"{desk.bill}-B"
    desk.post(created(desk.bill, 2), created(other, 2))
    work = web.begin("bill", bill_work.bill_fast, desk.bill, parent).until("looked the bag up")

    assert stations[0].post(attached(other, parent))[0].outcome is Outcome.POSTED

    assert work.finish().ending is Ending.SOMEBODY_WAS_FIRST


WORKS = {
    "bill_fast": ("free",), "bill_locked": ("free",), "detach": ("billed",), "recalculate": (),
    "complete_bill": (),
    "reopen_bill": (), "return_scan": ("billed",),
}  # fmt: skip
EXACT = {"bill_locked", "detach", "recalculate", "reopen_bill"}
"""Those that count under the bill's lock; the others' figures may be false when somebody else was at it."""
ACTS: dict[str, Callable[[BillDesk, str, str], list[Decision]]] = {
    "attach and detach": lambda d, free, _on: [attached(d.bill, free), detached(d.bill, free)],
    "take off and complete": lambda d, _free, on: [
        detached(d.bill, on), attached(d.bill, on), completed_bill(d.bill), reopened_bill(d.bill),
    ],
    "return and back": lambda d, _free, on: [returned(d.ticket, on), unreturned(d.ticket, on)],
    "return and finalise": lambda d, _free, on: [returned(d.ticket, on), finalised_return(d.ticket)],
    "delete": lambda d, _free, _on: [deleted_bill(d.bill)],
}  # fmt: skip


@pytest.mark.parametrize("name", WORKS)
def test_the_web_application_and_a_station_are_never_each_other_s_deadlock(
    url: str, people: PostedPeople, stations: list[Biller], web: WebApplication, name: str
):
    """Every one of its transactions, stopped after each of its statements, beside every kind of act."""
    for steps, act in itertools.product(range(1, 8), ACTS.values()):
        desk = BillDesk(people)
        on, _other = desk.billed(3, 2, 1)
        free = desk.filled(3, 1)
        desk.one(opened_return(desk.ticket))
        what = [{"free": free, "billed": on}[one] for one in WORKS[name]]
        of = desk.ticket if name == "return_scan" else desk.bill
        work = web.begin(name, getattr(bill_work, name), of, *what)
        if [work.step() for _ in range(steps)][-1] is None:
            assert work.finish().state != "40P01"
            break

        while_open(people, work, partial(stations[0].post, *act(desk, free, on)))

        on_two = desk.query("SELECT 1 FROM bill_bag GROUP BY bag_id HAVING count(*) > 1")
        assert on_two == []
        if name not in EXACT:
            desk.query("DELETE FROM bill WHERE bill_id = %s", desk.bill)
    found = consistency(url)
    assert (found.wrong_bills, found.wrong_parents) == ((), ())
