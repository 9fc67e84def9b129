"""Corrections while others work on the same bags: stations, and the web application between its statements.

Whoever comes second finds what the first left, or is offered again; nobody is a deadlock's victim, and every
stored figure stays true.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fakes import web_bag_work as bag_work
from fakes import web_bill_work as bill_work
from fakes.bag_acts import deleted, edited, moved, relabelled
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened, removed
from fakes.entry_chain import EntryChain, filled
from fakes.posted_people import PostedPeople
from fakes.web_application import Ending, WebApplication

from traitortrack_desktop.domain.entries import JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import CentreUnreachableError
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice


class Station:
    """One at which an administrator works, that offers until it is answered."""

    def __init__(self, url: str, people: PostedPeople, name: str) -> None:
        self.chain = EntryChain()
        self.lost: list[str | None] = []
        self._office = CentralPostingOffice(
            url, device=self.chain.device, station_name="Station 7", version="1.0",
            lost_race=lambda error: self.lost.append(error.pgcode),
        )  # fmt: skip
        self._office.probe()
        self._by, self._session = name, people.session_at(name, self.chain.device)

    def entries(self, decisions: Sequence[Any]) -> list[JournalEntry]:
        return [
            self.chain.entry(decision, operator=self._by, session=self._session) for decision in decisions
        ]

    def post(self, *decisions: Any) -> Sequence[Receipt]:
        entries = self.entries(decisions)
        for _ in range(300):
            try:
                return self._office.post(entries).receipts
            except CentreUnreachableError:
                time.sleep(0.01)
        raise AssertionError("never answered")

    def close(self) -> None:
        self._office.close()


@pytest.fixture
def people(central_url: str) -> Iterator[PostedPeople]:
    people = PostedPeople(central_url)
    yield people
    people.close()


@pytest.fixture
def new_station(central_url: str, people: PostedPeople) -> Iterator[Callable[[], Station]]:
    stations: list[Station] = []
    name = people.person("admin")

    def make() -> Station:
        stations.append(Station(central_url, people, name))
        return stations[-1]

    yield make
    for station in stations:
        station.close()


@pytest.fixture
def web(central_url: str) -> Iterator[WebApplication]:
    web = WebApplication(central_url)
    yield web
    web.close()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], Any]) -> Any:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def test_of_two_stations_that_move_one_child_one_wins_and_the_other_hears_where_it_is(
    new_station: Callable[[], Station], central_url: str
):
    first, second = new_station(), new_station()
    first.post(opened("SB00001"), opened("SB00002"), opened("SB00003"))
    for number in range(10):
        child = f"C{number:03}"
        first.post(added("SB00001", child))
        (mine,), (theirs,) = at_once(
            lambda child=child: first.post(moved("SB00002", child, origin="SB00001")),
            lambda child=child: second.post(moved("SB00003", child, origin="SB00001")),
        )
        winner, loser = (mine, theirs) if mine.reason is None else (theirs, mine)
        assert (winner.outcome, loser.reason) == (Outcome.POSTED, Reason.CHILD_IN_OTHER_PARENT)
        assert loser.fact is not None
        assert loser.fact.parent == ("SB00002" if winner is mine else "SB00003")
    assert consistency(central_url).holds


def test_a_bag_is_deleted_while_others_scan_into_it_or_it_is_not(
    new_station: Callable[[], Station], central_url: str
):
    first, second = new_station(), new_station()
    for number in range(10):
        parent, child = f"SB{number:05}", f"C{number:03}"
        first.post(opened(parent))
        (gone,), (scanned,) = at_once(
            lambda parent=parent: first.post(deleted(parent)),
            lambda parent=parent, child=child: second.post(added(parent, child)),
        )
        assert (gone.reason, scanned.reason) in {
            (None, Reason.PARENT_MISSING), (Reason.PARENT_HAS_CHILDREN, None),
        }  # fmt: skip
    assert consistency(central_url).holds


def test_a_label_is_replaced_while_another_station_scans_the_old_one(
    new_station: Callable[[], Station], central_url: str
):
    first, second = new_station(), new_station()
    for number in range(10):
        old, new, child = f"SB{number:05}", f"SC{number:05}", f"C{number:03}"
        first.post(opened(old))
        (named,), (scanned,) = at_once(
            lambda old=old, new=new: first.post(relabelled(old, parent=new)),
            lambda old=old, child=child: second.post(added(old, child)),
        )
        assert named.reason is None
        assert scanned.reason in {None, Reason.PARENT_MISSING}
        inside = children_by_parent(central_url).get(new, ())
        assert inside == ((child,) if scanned.reason is None else ())
    assert consistency(central_url).holds


def test_of_two_bags_that_get_one_label_one_has_it(new_station: Callable[[], Station], central_url: str):
    first, second = new_station(), new_station()
    first.post(*(opened(f"SB{number:05}") for number in range(20)))
    for number in range(10):
        (mine,), (theirs,) = at_once(
            lambda number=number: first.post(relabelled(f"SB{number:05}", parent=f"SD{number:05}")),
            lambda number=number: second.post(relabelled(f"SB{number + 10:05}", parent=f"SD{number:05}")),
        )
        assert {mine.reason, theirs.reason} == {None, Reason.LABEL_IN_USE}


WEB_WORK = {
    "scans a child into the origin": (bag_work.scan_child, ("SB00001", "NEW1")),
    "scans a child into the target": (bag_work.scan_child, ("SB00002", "NEW2")),
    "takes the child out": (bag_work.unlink, ("SB00001", "AAAA")),
    "edits the origin": (bag_work.edit_children, ("SB00001", ["BBBB"])),
    "deletes the origin": (bag_work.delete_bag_by_code, ("SB00001",)),
    "deletes the target": (bag_work.delete_bag_by_id, ("SB00002",)),
    "puts the origin on a bill": (bill_work.bill_fast, ("B1", "SB00001")),
    "puts the target on a bill": (bill_work.bill_locked, ("B1", "SB00002")),
    "recalculates": (bill_work.recalculate, ("B2",)),
}
ACTS = {
    "move": lambda: [moved("SB00002", "AAAA", origin="SB00001")],
    "relabel": lambda: [relabelled("SB00001", parent="SB00009")],
    "edit": lambda: [edited("SB00001", ["CCCC"], ["AAAA"])],
    "delete": lambda: [deleted("SB00002")],
    "mixed": lambda: [
        added("SB00001", "DDDD"), moved("SB00002", "DDDD"), removed("SB00002", "DDDD"),
        relabelled("SB00003", parent="SB00008"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_the_web_application_at_every_statement_of_its_work(
    new_station: Callable[[], Station], web: WebApplication, central_url: str, act: str
):
    station = new_station()
    query(central_url, "INSERT INTO bill (bill_id, parent_bag_count) VALUES ('B1', 5), ('B2', 5)")
    for work, values in WEB_WORK.values():
        for stop in range(6):
            _as_it_was(central_url, station)
            transaction = web.begin("interference", work, *values)
            stopped = [transaction.step() for _ in range(stop)]
            with ThreadPoolExecutor(1) as pool:
                posting = pool.submit(station.post, *ACTS[act]())
                time.sleep(0.003)
                ending = transaction.finish()
                receipts = posting.result(30)
            assert ending.state != "40P01", (act, values, stop)
            assert Reason.CENTRE_COULD_NOT_STORE not in {one.reason for one in receipts}
            assert ending.ending in set(Ending), stopped
    assert "40P01" not in station.lost


def _as_it_was(url: str, station: Station) -> None:
    query(url, "DELETE FROM bill_bag; DELETE FROM link; DELETE FROM scan; DELETE FROM bag")
    station.post(*filled("SB00001", ["AAAA", "BBBB"]), opened("SB00003"), opened("SB00002"))
    query(
        url,
        """INSERT INTO bill_bag (bill_id, bag_id)
           SELECT i.id, b.id FROM bill AS i, bag AS b WHERE i.bill_id = 'B2' AND b.qr_id = 'SB00003'""",
    )


def test_many_stations_correct_and_pack_the_same_bags(new_station: Callable[[], Station], central_url: str):
    seed = random.randrange(1 << 32)
    parents = [f"SB{number:05}" for number in range(6)]
    children = [f"C{number:03}" for number in range(60)]
    stations = [new_station() for _ in range(8)]
    stations[0].post(*(opened(parent) for parent in parents))
    query(central_url, "INSERT INTO bill (bill_id, parent_bag_count) VALUES ('B1', 5)")
    query(central_url, "INSERT INTO bill_bag (bill_id, bag_id) SELECT 1, id FROM bag WHERE qr_id < 'SB00003'")

    def act(luck: random.Random) -> Any:
        parent, other = luck.sample(parents, 2)
        some = luck.sample(children, 3)
        return luck.choice(
            [
                lambda: opened(parent),
                lambda: added(parent, some[0]),
                lambda: added(parent, some[0]),
                lambda: added(parent, some[1]),
                lambda: removed(parent, some[0]),
                lambda: moved(parent, some[0]),
                lambda: moved(parent, *some, origin=other, base_count=0),
                lambda: edited(parent, some[:1], some[1:2]),
                lambda: relabelled(some[0], child=some[1]),
                lambda: relabelled(parent, parent=other),
                lambda: deleted(luck.choice([parent, some[2]])),
            ]
        )()

    def shift(station: Station, luck: random.Random) -> list[Receipt]:
        return [
            receipt
            for _ in range(12)
            for receipt in station.post(*(act(luck) for _ in range(luck.randint(1, 10))))
        ]

    answers = at_once(
        *(
            lambda station=station, number=number: shift(station, random.Random(seed + number))
            for number, station in enumerate(stations)
        )
    )
    assert consistency(central_url).holds, f"seed {seed}"
    reasons = {receipt.reason for receipts in answers for receipt in receipts}
    assert Reason.CENTRE_COULD_NOT_STORE not in reasons, f"seed {seed}"
    assert all("40P01" not in station.lost for station in stations)
    linked = sum(len(inside) for inside in children_by_parent(central_url).values())
    assert query(central_url, "SELECT count(*) FROM bag WHERE type = 'child'") == [{"count": linked}]
