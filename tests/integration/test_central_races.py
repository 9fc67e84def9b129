"""Many stations on the same bags at the same moment."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened, removed
from fakes.entry_chain import EntryChain

from traitortrack_desktop.domain.entries import Decision, JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice


class Station:
    def __init__(self, url: str) -> None:
        self.chain = EntryChain()
        self.office = CentralPostingOffice(
            url, device=self.chain.device, station_name="Station", version="1.0"
        )

    def post(self, *decisions: Decision) -> Sequence[Receipt]:
        return self.office.post(self.chain.entries(decisions)).receipts


@pytest.fixture
def new_station(central_url: str) -> Iterator[Callable[[], Station]]:
    stations: list[Station] = []

    def make() -> Station:
        stations.append(Station(central_url))
        stations[-1].office.probe()
        return stations[-1]

    yield make
    for station in stations:
        station.office.close()


def at_the_same_moment(*works: Callable[[], Sequence[Receipt]]) -> list[Sequence[Receipt]]:
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], Sequence[Receipt]]) -> Sequence[Receipt]:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def test_of_two_stations_with_the_same_child_one_wins_and_the_other_learns_where_it_is(new_station):
    first, second = new_station(), new_station()
    first.post(opened("SB00001"))
    second.post(opened("SB00002"))

    for number in range(20):
        child = f"C{number:04}"
        answers = at_the_same_moment(
            lambda child=child: first.post(added("SB00001", child)),
            lambda child=child: second.post(added("SB00002", child)),
        )
        (mine,), (theirs,) = answers
        winner, loser, parent = (
            (mine, theirs, "SB00001") if mine.reason is None else (theirs, mine, "SB00002")
        )
        assert winner.outcome is Outcome.POSTED
        assert (loser.reason, loser.fact.parent, loser.fact.by) == (
            Reason.CHILD_IN_OTHER_PARENT, parent, "ravi",
        )  # fmt: skip


def test_a_batch_posted_twice_at_once_is_applied_once(new_station, central_url: str):
    station = new_station()
    twin = new_station()
    twin.chain = station.chain
    twin.office = CentralPostingOffice(
        central_url, device=station.chain.device, station_name="Station", version="1.0"
    )
    for number in range(10):
        batch = station.chain.entries([opened(f"SB{number:05}"), added(f"SB{number:05}", f"C{number:04}")])
        answers = at_the_same_moment(
            lambda batch=batch: station.office.post(batch).receipts,
            lambda batch=batch: twin.office.post(batch).receipts,
        )
        assert sorted(receipts[1].outcome for receipts in answers) == [Outcome.ALREADY_POSTED, Outcome.POSTED]
    twin.office.close()
    assert query(central_url, "SELECT count(*) FROM scan") == [{"count": 20}]


def test_many_stations_on_few_bags_never_deadlock_and_never_miscount(new_station, central_url: str):
    seed = random.randrange(1 << 32)
    parents = [f"SB{number:05}" for number in range(6)]
    children = [f"C{number:04}" for number in range(260)]
    query(central_url, "INSERT INTO bill (bill_id) VALUES ('B1'), ('B2')")
    _put_on_bills(new_station(), central_url, parents[:3])

    def shift(station: Station, luck: random.Random) -> Sequence[Receipt]:
        receipts: list[Receipt] = []
        for _ in range(12):
            receipts += station.office.post(_mixed_batch(station.chain, luck, parents, children)).receipts
        return receipts

    stations = [new_station() for _ in range(16)]
    answers = at_the_same_moment(
        *(
            lambda station=station, number=number: shift(station, random.Random(seed + number))
            for number, station in enumerate(stations)
        )
    )

    assert {len(receipts) for receipts in answers} == {12 * 12}, f"seed {seed}"
    assert consistency(central_url).holds, f"seed {seed}"
    assert max(len(inside) for inside in children_by_parent(central_url).values()) <= 30
    assert query(central_url, "SELECT count(*) FROM station.entry") == [{"count": 16 * 12 * 12 + 3}]
    linked = sum(len(inside) for inside in children_by_parent(central_url).values())
    assert query(central_url, "SELECT count(*) FROM bag WHERE type = 'child'") == [{"count": linked}]
    assert query(central_url, "SELECT count(*) FROM scan WHERE child_bag_id IS NOT NULL") == [
        {"count": linked}
    ]


def _put_on_bills(station: Station, url: str, parents: list[str]) -> None:
    station.post(*(opened(parent) for parent in parents))
    query(
        url,
        """INSERT INTO bill_bag (bill_id, bag_id)
           SELECT bill.id, bag.id FROM bag JOIN bill ON bill.id = 1 + bag.id % 2""",
    )


def _mixed_batch(
    chain: EntryChain, luck: random.Random, parents: list[str], children: list[str]
) -> list[JournalEntry]:
    def decision() -> Decision:
        parent, child = luck.choice(parents), luck.choice(children)
        return luck.choices(
            [
                opened(parent),
                added(parent, child),
                removed(parent, child),
                added(parent, luck.choice(parents)),
            ],
            weights=[2, 20, 5, 1],
        )[0]

    return chain.entries(decision() for _ in range(12))
