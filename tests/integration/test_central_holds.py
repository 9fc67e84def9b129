"""Which station has which parent open, as the centre keeps it and tells it. Nothing of it refuses a bag."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from fakes.bag_acts import deleted, done, moved, taken_over
from fakes.decisions import added, closed, opened, overridden, removed
from fakes.entry_chain import filled
from fakes.hidden_address import HiddenAddress
from fakes.plain_address import plain
from fakes.posted_people import PostedPeople, PostingStation, told

from traitortrack_desktop.domain.entries import Decision, EntryKind
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

PARENTS = iter(f"SB{number:05}" for number in range(1, 100_000))
ELSEWHERE = ("posted", None, "parent_open_elsewhere")
ALONE = ("posted", None, None)


@pytest.fixture(scope="module")
def people(postgres_server: EmbeddedPostgres) -> Iterator[PostedPeople]:
    postgres_server.create_database("holds", "migrated")
    people = PostedPeople(HiddenAddress(postgres_server.url("holds")))
    yield people
    people.close()
    postgres_server.drop_database("holds")


class Holds:
    """Two stations and a parent; the owner's view of who has what open."""

    def __init__(self, people: PostedPeople) -> None:
        self.query = people.owner.query
        self.one, self.two = PostingStation(people), PostingStation(people)
        self.p, self.q = next(PARENTS), next(PARENTS)

    def post(self, station: PostingStation, *decisions: Decision, by: str = "asha") -> list[dict[str, Any]]:
        return station.post(*decisions, by=by)

    def holder(self, parent: str) -> str | None:
        """Return which of the two stations holds *parent*."""
        found = self.fact(parent)
        devices = {str(self.one.chain.device): "one", str(self.two.chain.device): "two"}
        return devices[found["device"]] if found else None

    def fact(self, parent: str) -> dict[str, Any] | None:
        rows = self.query("SELECT station.holder_of(id) AS holder FROM bag WHERE qr_id = %s", parent)
        return rows[0]["holder"] if rows else None

    def row(self, station: PostingStation) -> dict[str, Any]:
        return self.query(
            "SELECT *, ctid::text AS place, xmin::text AS written FROM station.parent_hold WHERE device = %s",
            str(station.chain.device),
        )[0]

    def age(self, station: PostingStation, minutes: int) -> None:
        self.query(
            "UPDATE station.parent_hold SET until = until - make_interval(mins => %s) WHERE device = %s",
            *(minutes, str(station.chain.device)),
        )

    def cursor(self) -> str:
        return self.query("SELECT station.catalogue_start() AS start")[0]["start"]["cursor"]

    def changed_since(self, cursor: str) -> set[str]:
        page = self.query("SELECT station.changes_since(%s, 500) AS page", cursor)[0]["page"]
        return {bag[1] for bag in page["bags"]}


@pytest.fixture
def holds(people: PostedPeople) -> Holds:
    return Holds(people)


def test_who_opens_a_parent_holds_it_for_half_an_hour(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    fact = holds.fact(holds.p)
    assert fact is not None
    assert (fact["station"], fact["device"], fact["by"]) == ("Station 7", str(holds.one.chain.device), "asha")
    left = datetime.fromisoformat(fact["until"]) - datetime.now(UTC)
    assert timedelta(minutes=25) < left <= timedelta(minutes=30)


def test_a_second_station_is_told_who_has_it_and_the_first_keeps_it(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    (receipt,) = holds.post(holds.two, opened(holds.p), by="ravi")
    assert told([receipt]) == [ELSEWHERE]
    assert (receipt["fact"]["holder"], receipt["count"]) == (holds.fact(holds.p), 0)
    assert holds.holder(holds.p) == "one"


def test_a_repeat_tells_it_again(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    entries = holds.two.entries(opened(holds.p), by="ravi")
    (first,), (again,) = holds.two.offer(entries), holds.two.offer(entries)
    assert again == {**first, "outcome": "already_posted"}


def test_both_stations_may_pack_into_it(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    receipts = holds.post(holds.two, *filled(holds.p, [f"{holds.p}A", f"{holds.p}B"]))
    assert told(receipts) == [ELSEWHERE, ALONE, ALONE]
    assert told(holds.post(holds.one, added(holds.p, f"{holds.p}C"))) == [ALONE]


def test_who_takes_it_over_holds_it_since_later_than_the_other(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    before = holds.fact(holds.p)
    assert before is not None
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    entry = holds.two.chain.entry(
        taken_over(holds.p, holds.one.chain.device, long_ago), at=long_ago, operator="ravi"
    )
    assert told(holds.two.offer([entry])) == [ALONE]
    after = holds.fact(holds.p)
    assert after is not None
    assert (holds.holder(holds.p), after["by"]) == ("two", "ravi")
    assert after["since"] > before["since"]
    assert told(holds.post(holds.one, added(holds.p, f"{holds.p}C"))) == [ALONE]
    assert holds.holder(holds.p) == "two"


def test_a_take_over_is_in_the_audit(holds: Holds, people: PostedPeople):
    holds.post(holds.one, opened(holds.p))
    entries = holds.two.entries(taken_over(holds.p, holds.one.chain.device, datetime.now(UTC)), by="ravi")
    holds.two.offer(entries)
    (row,) = people.audit(entries)
    assert (row["action"], '"taken_from": "Station 7"' in row["details"]) == ("take_over_parent", True)


ENDS = {
    "it is closed": lambda h: [closed(h.p)],
    "another is opened": lambda h: [opened(h.q)],
    "it is complete": lambda h: [added(h.p, f"{h.p}C{number}") for number in range(30)],
    "a bill is opened": lambda h: [done(EntryKind.OPEN_BILL)],
    "a return is resumed": lambda h: [done(EntryKind.RESUME_RETURN)],
    "it was taken": lambda h: [done(EntryKind.PARENT_TAKEN, parent=h.p)],
    "its bags went into another": lambda h: [
        added(h.p, f"{h.p}C"), moved(h.q, f"{h.p}C", origin=h.p, base_count=0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_a_hold_ends_when(holds: Holds, end: str):
    holds.post(holds.one, opened(holds.p))
    cursor = holds.cursor()
    holds.post(holds.one, *ENDS[end](holds))
    assert holds.holder(holds.p) is None
    assert holds.p in holds.changed_since(cursor)
    assert told(holds.post(holds.two, opened(holds.p))) == [ALONE]
    assert holds.holder(holds.p) == "two"


@pytest.mark.parametrize(
    "act",
    [
        lambda h: [added(h.p, f"{h.p}C")],
        lambda h: [added(h.p, f"{h.p}C"), removed(h.p, f"{h.p}C")],
        lambda h: [overridden(h.p)],
        lambda h: [done(EntryKind.LOOK_UP)],
        lambda h: [deleted(h.q)],
    ],
)
def test_a_hold_outlasts_what_leaves_the_parent_open(holds: Holds, act: Any):
    holds.post(holds.one, opened(holds.p))
    holds.post(holds.one, *act(holds))
    assert holds.holder(holds.p) == "one"


def test_a_full_parent_that_is_opened_again_is_held(holds: Holds):
    holds.post(holds.one, *filled(holds.p, [f"{holds.p}C{number}" for number in range(30)]))
    assert holds.holder(holds.p) is None
    holds.post(holds.one, opened(holds.p))
    assert holds.holder(holds.p) == "one"


def test_the_target_of_wrong_parent_is_held_by_who_moves_into_it(holds: Holds):
    child = f"{holds.p}C"
    holds.post(holds.one, *filled(holds.p, [child]), moved(holds.q, child, origin=holds.p, base_count=0))
    assert (holds.holder(holds.p), holds.holder(holds.q)) == (None, "one")


def test_a_hold_that_is_not_renewed_counts_no_more(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    holds.age(holds.one, 31)
    assert holds.holder(holds.p) is None
    assert told(holds.post(holds.two, opened(holds.p))) == [ALONE]


def test_packing_renews_a_hold_only_when_less_than_half_is_left_and_stations_hear_of_it(holds: Holds):
    holds.post(holds.one, opened(holds.p), added(holds.p, f"{holds.p}A"))
    before, since = holds.row(holds.one), holds.row(holds.one)["since"]
    holds.age(holds.one, 10)
    kept = holds.row(holds.one)
    holds.post(holds.one, added(holds.p, f"{holds.p}B"))
    assert holds.row(holds.one) == kept

    holds.age(holds.one, 10)
    cursor = holds.cursor()
    holds.post(holds.one, added(holds.p, f"{holds.p}C"))
    renewed = holds.row(holds.one)
    assert renewed["until"] > before["until"]
    assert renewed["since"] == since
    assert holds.p in holds.changed_since(cursor)


def test_what_goes_on_in_a_parent_whose_holder_left_is_held_by_who_is_still_there(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    holds.post(holds.two, opened(holds.p))
    holds.post(holds.one, closed(holds.p))
    holds.post(holds.two, added(holds.p, f"{holds.p}A"))
    assert holds.holder(holds.p) == "two"


def test_of_a_whole_days_work_in_one_message_only_the_last_parent_is_held(holds: Holds):
    parents = [next(PARENTS) for _ in range(20)]
    decisions = [one for parent in parents for one in filled(parent, [f"{parent}C"])]
    holds.post(holds.one, *decisions)
    assert [holds.holder(parent) for parent in parents] == [None] * 19 + ["one"]
    versions = holds.query(
        "SELECT count(*) FROM station.parent_hold WHERE device = %s", str(holds.one.chain.device)
    )
    assert versions == [{"count": 1}]


def test_a_parent_taken_and_closed_in_one_message_is_held_by_nobody(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    holds.post(
        holds.two, taken_over(holds.p, holds.one.chain.device, datetime.now(UTC)), closed(holds.p), by="ravi"
    )
    assert holds.holder(holds.p) is None


def test_a_fact_about_a_parent_says_who_has_it_open(holds: Holds):
    holds.post(holds.one, opened(holds.p))
    (receipt,) = holds.post(holds.two, opened(holds.q), added(holds.q, holds.p))[1:]
    assert (receipt["reason"], "holder" in receipt["fact"]) == ("child_is_parent", False)


def test_a_row_that_somebody_writes_at_this_moment_is_not_waited_for(
    holds: Holds, postgres_server: EmbeddedPostgres
):
    holds.post(holds.one, opened(holds.p))
    beside = psycopg2.connect(plain(postgres_server.url("holds")))
    with closing(beside), beside.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM station.parent_hold WHERE device = %s FOR UPDATE", (str(holds.one.chain.device),)
        )
        assert told(holds.post(holds.one, closed(holds.p))) == [ALONE]
        assert told(holds.post(holds.two, opened(holds.p))) == [ELSEWHERE]
