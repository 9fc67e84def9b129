"""What is known of a bill: the newer of the catalogue and the centre's answers, and own work on top."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakes.desk_decisions import attached, bill_created
from fakes.memory_journal import MemoryJournal

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.services.catalogue import UNKNOWN_BILL, KnownBill
from traitortrack_desktop.services.known_bills import merged_bill
from traitortrack_desktop.services.ports import BillMemory

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRUST = timedelta(hours=12)
LISTED = BillFact(
    code="BILL-1", status=BillStatus.PROCESSING, capacity=9, linked=3, destination="Jaipur", from_centre=True
)


def entries(*decisions):
    journal = MemoryJournal()
    return tuple(journal.append(decision, operator="ravi", source="gun", raw=b"") for decision in decisions)


def known(posted_seq=0, as_of=NOW - HOUR, fact=LISTED):
    return KnownBill(fact=fact, as_of=as_of, posted_seq=posted_seq)


def told(linked, seq):
    fact = BillFact(code="BILL-1", status=BillStatus.PROCESSING, linked=linked, from_centre=True)
    return BillMemory(told=fact, told_seq=seq, told_at=NOW - HOUR)


def of(memory, catalogue):
    return merged_bill("BILL-1", memory, catalogue, now=NOW, trust=TRUST)


def test_without_own_work_the_catalogue_tells():
    assert of(None, known()) == LISTED
    assert of(None, known(fact=None)).is_absent
    assert of(None, UNKNOWN_BILL) is None
    assert of(None, known(as_of=NOW - 2 * TRUST)) is None


def test_the_newer_of_the_centre_s_answer_and_the_catalogue_counts():
    assert of(told(5, seq=8), known(posted_seq=7)).linked == 5
    assert of(told(5, seq=8), known(posted_seq=8)).linked == 3


def test_what_the_centre_s_answer_leaves_out_is_of_the_catalogue():
    assert of(told(5, seq=8), known(posted_seq=7)).destination == "Jaipur"


def test_an_answer_that_is_too_old_counts_for_nothing():
    memory = replace(told(5, seq=8), told_at=NOW - 2 * TRUST)

    assert of(memory, UNKNOWN_BILL) is None


def test_what_waits_counts_on_top_of_the_catalogue():
    later = entries(attached("BILL-1", "SB10001"), attached("BILL-1", "SB10002"))
    memory = BillMemory(later=later, waiting=frozenset({2}))

    assert of(memory, known(posted_seq=1)).linked == 4


def test_a_bill_that_waits_to_be_made_is_known_without_the_centre():
    (made,) = entries(bill_created("BILL-1", 7))
    fact = of(BillMemory(later=(made,), waiting=frozenset({1})), known(fact=None))

    assert (fact.status, fact.capacity, fact.linked) == (BillStatus.NEW, 7, 0)
