"""What a station knows of a bag: its own work first, then whichever is newer, and nothing that is too old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from traitortrack_desktop.domain.entries import BagFact, Holder
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.catalogue import UNKNOWN, Known, merged
from traitortrack_desktop.services.ports import BagMemory, BillOfBag, HolderOfBag

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRUST = timedelta(hours=12)


PUT_IN = NOW - 2 * HOUR


def child(parent, by=None, since=PUT_IN):
    return BagFact(code="C1", kind="child", parent=parent, by=by, since=since)


def waiting(parent, seq=5):
    return BagMemory(seq=seq, fact=child(parent), confirmed_at=None)


def confirmed(parent, seq=5, at=NOW - HOUR):
    return BagMemory(seq=seq, fact=child(parent, by="ravi"), confirmed_at=at)


def known(parent, posted_seq=5, as_of=NOW - HOUR, since=PUT_IN):
    return Known(fact=child(parent, since=since), as_of=as_of, posted_seq=posted_seq)


NOTHING = Known(as_of=NOW - HOUR, posted_seq=5)


@pytest.mark.parametrize(
    ("memory", "catalogue", "parent"),
    [
        (None, UNKNOWN, None),
        (confirmed("SB1"), UNKNOWN, "SB1"),
        (None, known("SB2"), "SB2"),
        (waiting("SB1"), known("SB2", posted_seq=9), "SB1"),
        (waiting(None), known("SB2", posted_seq=9), None),
        (confirmed("SB1", seq=5), known("SB2", posted_seq=5), "SB2"),
        (confirmed("SB1", seq=6), known("SB2", posted_seq=5), "SB1"),
    ],
)
def test_own_work_wins_then_the_newer(memory, catalogue, parent):
    fact = merged("C1", memory, catalogue, now=NOW, trust=TRUST)
    assert (fact.parent if fact is not None else None) == parent


@pytest.mark.parametrize("memory", [None, confirmed("SB1", seq=5)])
def test_a_bag_that_is_gone_from_a_newer_catalogue_is_known_to_be_gone(memory):
    fact = merged("C1", memory, NOTHING, now=NOW, trust=TRUST)

    assert fact == BagFact(code="C1", as_of=NOW - HOUR, from_centre=True)
    assert fact.is_absent


def test_a_bag_that_no_catalogue_can_say_anything_about_is_not_known_to_be_gone():
    assert merged("C1", None, UNKNOWN, now=NOW, trust=TRUST) is None
    assert merged("C1", None, NOTHING, now=NOW + 2 * TRUST, trust=TRUST) is None


def test_a_bag_that_an_older_catalogue_does_not_hold_is_where_the_station_put_it():
    assert merged("C1", confirmed("SB1", seq=6), NOTHING, now=NOW, trust=TRUST).parent == "SB1"


@pytest.mark.parametrize("jump", [timedelta(days=400), -timedelta(days=400)])
def test_a_clock_that_jumps_makes_everything_old_but_the_own_work(jump):
    then = NOW + jump
    assert merged("C1", confirmed("SB1"), known("SB2"), now=then, trust=TRUST) is None
    assert merged("C1", waiting("SB1"), known("SB2"), now=then, trust=TRUST).parent == "SB1"


def test_which_is_newer_does_not_depend_on_the_clock():
    memory = confirmed("SB1", seq=5, at=NOW + 3 * HOUR)
    assert merged("C1", memory, known("SB2", posted_seq=5), now=NOW, trust=TRUST).parent == "SB2"


def test_a_time_of_trust_of_nothing_trusts_nothing_that_the_centre_said():
    assert merged("C1", confirmed("SB1"), known("SB2"), now=NOW, trust=timedelta(0)) is None


def test_who_put_it_there_is_taken_from_the_memory_of_the_same_place_and_moment():
    whole_seconds = PUT_IN + timedelta(seconds=0.6)
    assert (
        merged("C1", confirmed("SB1"), known("SB1", since=whole_seconds), now=NOW, trust=TRUST).by == "ravi"
    )
    assert merged("C1", confirmed("SB1"), known("SB2"), now=NOW, trust=TRUST).by is None


@pytest.mark.parametrize("since", [NOW - HOUR, None])
def test_who_put_it_in_before_is_not_named_for_somebody_who_put_it_in_again(since):
    assert merged("C1", confirmed("SB1"), known("SB1", since=since), now=NOW, trust=TRUST).by is None


def test_a_memory_that_was_contradicted_tells_nothing_a_newer_catalogue_does():
    contradicted = BagMemory(seq=6, fact=None, confirmed_at=NOW - HOUR)
    assert merged("C1", contradicted, known("SB2", posted_seq=5), now=NOW, trust=TRUST) is None
    assert merged("C1", contradicted, known("SB2", posted_seq=6), now=NOW, trust=TRUST).parent == "SB2"


PARENT = BagFact(code="SB1", kind="parent", count=4, bill="BILL-1", from_centre=True)
HELD = Holder(station="Station 9", device=DeviceId(UUID(int=9)), by=None, since=NOW - HOUR, until=NOW)


def on_bill(bill, seq=5, confirmed_at=NOW - HOUR):
    taught = BillOfBag(seq=seq, bill=bill, confirmed_at=confirmed_at)
    return BagMemory(seq=0, fact=None, confirmed_at=None, bill=taught)


def parent(memory, posted_seq=5, fact=PARENT):
    known = Known(fact=fact, as_of=NOW - HOUR, posted_seq=posted_seq)
    return merged("SB1", memory, known, now=NOW, trust=TRUST)


@pytest.mark.parametrize(
    ("memory", "bill"),
    [
        (None, "BILL-1"),
        (on_bill(None, confirmed_at=None), None),
        (on_bill("BILL-2", seq=6), "BILL-2"),
        (on_bill("BILL-2", seq=5), "BILL-1"),
        (on_bill("BILL-2", seq=6, confirmed_at=NOW - 2 * TRUST), "BILL-1"),
        (BagMemory(seq=6, fact=BagFact(code="SB1", kind="parent", count=5), confirmed_at=None), "BILL-1"),
    ],
)
def test_a_parent_s_bill_is_told_apart_from_how_full_it_is(memory, bill):
    assert parent(memory).bill == bill


def test_work_at_a_bill_leaves_the_count_to_the_catalogue():
    assert parent(on_bill("BILL-2", seq=6)).count == 4


def test_a_typed_parent_that_waits_is_there_although_the_centre_has_none():
    fact = parent(on_bill("BILL-2", seq=6, confirmed_at=None), fact=None)

    assert (fact.kind, fact.bill, fact.is_absent) == ("parent", "BILL-2", False)


def test_who_has_a_parent_open_is_what_the_newer_one_says():
    known = replace(PARENT, holder=HELD)
    ended = BagMemory(
        seq=0, fact=None, confirmed_at=None, holder=HolderOfBag(seq=6, holder=None, confirmed_at=NOW)
    )

    assert parent(None, fact=known).holder == HELD
    assert parent(ended, fact=known).holder is None
    assert parent(ended, posted_seq=6, fact=known).holder == HELD


def test_a_child_is_in_what_its_parent_is_called_now():
    def called_now(code, after):
        return f"{code}-NEW-SINCE-{after}"

    fact = merged("C1", None, known("SB1", posted_seq=5), now=NOW, trust=TRUST, called_now=called_now)
    assert fact.parent == "SB1-NEW-SINCE-5"
