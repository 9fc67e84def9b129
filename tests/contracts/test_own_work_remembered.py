"""What a journal remembers of corrections, bills and returns; for the SQLite journal and for the fake."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.decisions import added, deleted, edited, moved, opened, relabelled, removed, taken
from fakes.desk_decisions import (
    attached,
    bill_completed,
    bill_created,
    bill_deleted,
    bill_edited,
    detached,
    finalised,
    of_own_return,
    return_cancelled,
    return_opened,
    returned,
    unreturned,
)
from fakes.memory_journal import DEVICE, MemoryJournal, SteppingClock

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.entries import BagFact, Decision, Holder, JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus
from traitortrack_desktop.services.catalogue import KnownBill
from traitortrack_desktop.services.known_bills import merged_bill
from traitortrack_desktop.services.ports import BagMemory, Journal
from traitortrack_desktop.storage.local.journal import SqliteJournal

ONE, OTHER, NEW = "SB10001", "SB10002", "SB10003"
BILL, TICKET = "BILL-1", "RTN-20260301-00A1"
DAY = timedelta(days=1)


class Kept:
    def __init__(self, journal: Journal, clock: SteppingClock) -> None:
        self.journal, self.clock = journal, clock

    def put(self, *decisions: Decision) -> list[JournalEntry]:
        return [
            self.journal.append(decision, operator="ravi", source="gun", raw=b"") for decision in decisions
        ]

    def answer(self, *seqs: int, **rest: object) -> None:
        rest = {"outcome": Outcome.POSTED, **rest}
        self.journal.record_receipts([Receipt(seq=seq, **rest) for seq in seqs])  # type: ignore[arg-type]

    def refuse(self, seq: int, reason: Reason, **rest: object) -> None:
        self.answer(seq, outcome=Outcome.REFUSED, reason=reason, **rest)

    def memory(self, code: str) -> BagMemory:
        memory = self.journal.bag_memory(code)
        assert memory is not None
        return memory

    def fact(self, code: str) -> BagFact:
        fact = self.memory(code).fact
        assert fact is not None
        return fact

    def bill(self, code: str = BILL) -> BillFact | None:
        memory = self.journal.bill_memory(code)
        return merged_bill(code, memory, KnownBill(), now=self.clock.now, trust=DAY)

    def ticket(self, code: str = TICKET) -> TicketFact:
        fact = self.journal.ticket_memory(code)
        assert fact is not None
        return fact


def _sqlite(directory: Path, clock: SteppingClock) -> Journal:
    return SqliteJournal.open(directory, device=DEVICE, station="Station 7", clock=clock)


def _memory(_directory: Path, clock: SteppingClock) -> Journal:
    return MemoryJournal(clock=clock)


@pytest.fixture(params=[_sqlite, _memory], ids=["sqlite", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    make: Callable[[Path, SteppingClock], Journal] = request.param
    clock = SteppingClock()
    journal = make(tmp_path, clock)
    yield Kept(journal, clock)
    journal.close()


# -- bags that are moved, edited, deleted


def test_bags_that_are_moved_are_in_the_parent_they_were_moved_to(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), added(ONE, "C2"), moved(OTHER, "C1", "C2", origin=ONE))
    assert (kept.fact("C1").parent, kept.fact("C2").parent) == (OTHER, OTHER)


def test_a_move_counts_in_both_parents(kept: Kept):
    kept.put(opened(ONE, base_count=5), moved(OTHER, "C1", "C2", origin=ONE, base_count=3))
    assert (kept.fact(ONE).count, kept.fact(OTHER).count) == (3, 5)


def test_a_move_that_is_posted_counts_on_top_of_what_the_centre_said_before(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), moved(OTHER, "C1", origin=ONE))
    kept.answer(1, count=9)
    kept.answer(2, count=10, completed=True)
    kept.answer(3, count=4)
    assert (kept.fact(ONE).count, kept.fact(ONE).completed, kept.fact(OTHER).count) == (9, False, 4)


def test_a_move_that_was_refused_changed_nothing(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), moved(OTHER, "C1", origin=ONE))
    kept.refuse(3, Reason.PARENT_FULL, fact=BagFact(code=OTHER, kind="parent", count=30))
    assert (kept.fact("C1").parent, kept.fact(ONE).count) == (ONE, 1)


def test_of_several_bags_only_the_one_in_the_way_is_known_otherwise(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), added(ONE, "C2"), moved(OTHER, "C1", "C2", origin=ONE))
    kept.refuse(4, Reason.CHILD_NOT_IN_PARENT, fact=BagFact(code="C2", kind="child", parent=NEW))
    assert (kept.fact("C1").parent, kept.fact("C2").parent) == (ONE, NEW)


def test_what_an_edit_puts_in_is_inside_and_what_it_takes_out_is_not(kept: Kept):
    kept.put(opened(ONE, base_count=4), edited(ONE, added=("C1", "C2", "C3"), removed=("C9",)))
    assert (kept.fact("C2").parent, kept.fact("C9").parent, kept.fact(ONE).count) == (ONE, None, 6)


@pytest.mark.parametrize("answered", [False, True])
def test_a_bag_that_was_deleted_is_known_not_to_be_there(kept: Kept, answered: bool):
    kept.put(opened(ONE), removed(ONE, "C1"), deleted("C1"), deleted(ONE))
    if answered:
        kept.answer(3, 4)
    assert (kept.fact("C1").is_absent, kept.fact(ONE).is_absent) == (True, True)


def test_a_bag_that_could_not_be_deleted_is_what_the_centre_says(kept: Kept):
    kept.put(deleted("C1"))
    kept.refuse(1, Reason.CHILD_HAS_PARENT, fact=BagFact(code="C1", kind="child", parent=ONE))
    assert kept.fact("C1").parent == ONE


# -- labels


def test_a_new_label_carries_over_where_the_bag_is_and_the_old_one_is_no_more(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), relabelled("C1", "N1", parent=False))
    assert (kept.fact("N1").parent, kept.fact("C1").is_absent) == (ONE, True)


def test_a_parent_s_new_label_carries_over_count_and_bill(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), attached(BILL, ONE, count=1), relabelled(ONE, NEW, parent=True))
    assert (kept.fact(NEW).count, kept.fact(NEW).bill, kept.fact(ONE).is_absent) == (1, BILL, True)


def test_what_is_in_a_parent_follows_its_new_label(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), relabelled(ONE, NEW, parent=True))
    assert (kept.fact("C1").parent, kept.journal.called_now(ONE)) == (NEW, NEW)


def test_a_label_that_the_centre_refused_changes_nothing(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"), relabelled(ONE, NEW, parent=True))
    kept.refuse(3, Reason.LABEL_IN_USE, fact=BagFact(code=NEW, kind="parent", count=7))
    assert (kept.fact("C1").parent, kept.journal.called_now(ONE), kept.fact(ONE).count) == (ONE, ONE, 1)


def test_of_a_bag_known_by_the_catalogue_alone_the_label_carries_over_what_was_known(kept: Kept):
    known = BagFact(code="C1", kind="child", parent=ONE)
    kept.put(replace(relabelled("C1", "N1", parent=False), fact=known))
    assert kept.fact("N1").parent == ONE


def test_of_a_bag_that_nothing_is_known_of_the_new_label_says_nothing(kept: Kept):
    kept.put(relabelled("C1", "N1", parent=False))
    assert kept.memory("N1").fact is None


def test_a_label_that_is_replaced_twice_leads_to_the_last_one(kept: Kept):
    kept.put(relabelled(ONE, OTHER, parent=True), relabelled(OTHER, NEW, parent=True))
    assert kept.journal.called_now(ONE) == NEW


def test_a_label_that_the_catalogue_knows_to_be_replaced_leads_nowhere_any_more(kept: Kept):
    kept.put(relabelled(ONE, NEW, parent=True))
    assert (kept.journal.called_now(ONE, 0), kept.journal.called_now(ONE, 1)) == (NEW, ONE)


# -- a parent's bill and who has it open


def test_a_parent_is_on_the_bill_it_was_put_on_until_it_is_taken_off(kept: Kept):
    kept.put(opened(ONE), attached(BILL, ONE))
    assert kept.fact(ONE).bill == BILL
    kept.put(detached(BILL, ONE))
    assert kept.fact(ONE).bill is None


def test_work_at_a_bill_teaches_nothing_of_how_full_a_parent_is(kept: Kept):
    kept.put(attached(BILL, ONE, count=12))
    memory = kept.memory(ONE)
    assert (memory.seq, memory.fact, memory.bill and memory.bill.bill) == (0, None, BILL)


def test_a_returned_parent_is_on_no_bill_and_goes_back_to_its_own(kept: Kept):
    kept.put(returned(TICKET, ONE, fact=BagFact(code=ONE, kind="parent", bill=BILL)))
    assert kept.memory(ONE).bill.bill is None  # type: ignore[union-attr]
    kept.put(unreturned(TICKET, ONE))
    assert kept.memory(ONE).bill.bill == BILL  # type: ignore[union-attr]


def test_a_parent_that_is_on_another_bill_is_known_to_be_there(kept: Kept):
    kept.put(attached(BILL, ONE))
    fact = BagFact(code=ONE, kind="parent", bill="BILL-2", bill_completed=True)
    kept.refuse(1, Reason.PARENT_ON_OTHER_BILL, fact=fact)
    bill = kept.memory(ONE).bill
    assert bill is not None
    assert (bill.bill, bill.completed) == ("BILL-2", True)


def test_a_bag_refused_for_a_completed_bill_teaches_that_bill(kept: Kept):
    kept.put(opened(ONE), added(ONE, "C1"))
    fact = BagFact(code=ONE, kind="parent", bill=BILL, bill_completed=True)
    kept.refuse(2, Reason.PARENT_ON_COMPLETED_BILL, fact=fact)
    assert (kept.fact(ONE).bill, kept.fact(ONE).bill_completed) == (BILL, True)


def test_a_parent_taken_over_by_another_station_is_known_to_be_there(kept: Kept):
    holder = Holder(
        station="Station 9", device=DEVICE, by="asha", since=kept.clock.now, until=kept.clock.now + DAY
    )
    fact = BagFact(code=ONE, kind="parent", holder=holder)
    kept.put(opened(ONE), replace(taken(ONE), fact=fact))
    assert kept.fact(ONE).holder == holder
    kept.put(replace(opened(ONE), taken_from=holder))
    assert kept.fact(ONE).holder is None


# -- bills


def test_a_bill_made_here_counts_what_is_put_on_and_taken_off(kept: Kept):
    kept.put(bill_created(BILL, 5), attached(BILL, ONE, count=30), attached(BILL, "M444-10001", count=14))
    kept.put(detached(BILL, ONE, count=30))
    bill = kept.bill("bill-1")
    assert bill is not None
    assert (bill.status, bill.capacity, bill.linked, bill.children, bill.expected_kg) == (
        BillStatus.PROCESSING,
        5,
        1,
        14,
        15,
    )


def test_what_waits_counts_on_top_of_what_the_centre_said(kept: Kept):
    kept.put(attached(BILL, ONE, count=30), attached(BILL, OTHER, count=2))
    told = BillFact(
        code="Bill-1", status=BillStatus.PROCESSING, capacity=9, linked=4, children=90, expected_kg=120
    )
    kept.answer(1, bill=told)
    bill = kept.bill()
    assert bill is not None
    assert (bill.linked, bill.capacity, bill.children, bill.expected_kg) == (5, 9, 92, 150)


def test_a_parent_that_the_centre_refused_is_not_on_the_bill(kept: Kept):
    kept.put(bill_created(BILL, 5), attached(BILL, ONE), attached(BILL, OTHER))
    kept.refuse(3, Reason.PARENT_ON_OTHER_BILL)
    bill = kept.bill()
    assert bill is not None
    assert bill.linked == 1


def test_the_last_parent_taken_off_leaves_the_bill_new(kept: Kept):
    kept.put(bill_created(BILL), attached(BILL, ONE), detached(BILL, ONE))
    assert kept.bill().status is BillStatus.NEW  # type: ignore[union-attr]


def test_a_bill_is_completed_edited_and_deleted(kept: Kept):
    kept.put(bill_created(BILL, 1), attached(BILL, ONE), bill_completed(BILL))
    assert kept.bill().is_completed  # type: ignore[union-attr]
    kept.put(bill_edited(BILL, 40))
    assert kept.bill().capacity == 40  # type: ignore[union-attr]
    kept.put(bill_deleted(BILL))
    assert kept.bill().is_absent  # type: ignore[union-attr]


def test_a_bill_that_nobody_here_worked_at_is_not_remembered(kept: Kept):
    assert kept.journal.bill_memory(BILL) is None


# -- work at a return


def test_a_return_made_here_counts_its_bags(kept: Kept):
    kept.put(return_opened(TICKET), returned(TICKET, ONE, count=30), returned(TICKET, OTHER, count=10))
    kept.put(unreturned(TICKET, ONE, count=30))
    ticket = kept.ticket()
    assert (ticket.status, ticket.area, ticket.bags, ticket.kilograms) == (
        TicketStatus.OPEN,
        "lucknow",
        1,
        10,
    )


@pytest.mark.parametrize(
    ("decision", "status"),
    [(finalised(TICKET), TicketStatus.COMMITTED), (return_cancelled(TICKET), TicketStatus.CANCELLED)],
)
def test_a_return_ends_and_not_when_the_centre_refuses_it(
    kept: Kept, decision: Decision, status: TicketStatus
):
    kept.put(return_opened(TICKET), decision)
    assert kept.ticket().status is status
    kept.refuse(2, Reason.TICKET_EMPTY)
    assert kept.ticket().status is TicketStatus.OPEN


def test_a_return_that_is_not_there_is_known_not_to_be_there(kept: Kept):
    kept.put(returned(TICKET, ONE))
    kept.refuse(1, Reason.TICKET_UNKNOWN)
    assert kept.ticket().is_absent


def test_a_return_that_got_another_code_is_found_by_either(kept: Kept):
    (made,) = kept.put(return_opened(TICKET))
    kept.answer(1, ticket="RTN-20260301-FFFF")
    kept.put(of_own_return(returned("RTN-20260301-FFFF", ONE, count=3), made.id))
    assert (kept.ticket().code, kept.ticket().bags) == ("RTN-20260301-FFFF", 1)
    assert kept.ticket("RTN-20260301-FFFF").bags == 1
