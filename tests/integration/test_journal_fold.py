"""The quick fold and the quick memory equal the plain ones over any history, also after reopening."""

import tempfile
from dataclasses import replace
from pathlib import Path

from fakes.decisions import (
    acknowledged,
    added,
    asked,
    cancelled,
    closed,
    deleted,
    edited,
    finding,
    left,
    looked_up,
    moved,
    opened,
    overridden,
    refused,
    relabelled,
    removed,
    signed_in,
    signed_out,
    taken,
)
from fakes.desk_decisions import (
    attached,
    bill_completed,
    bill_created,
    bill_deleted,
    bill_edited,
    bill_opened,
    bill_reopened,
    detached,
    finalised,
    return_cancelled,
    return_opened,
    return_resumed,
    returned,
    unreturned,
)
from fakes.memory_journal import DEVICE, MemoryJournal, SteppingClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.entries import BagFact, Decision, Outcome, QuestionKind, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import BillMemory
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries

PARENTS = ("SB10001", "SB10002")
CHILDREN = ("AB12C", "AB12D", "AB12E")
CODES = (*PARENTS, *CHILDREN, "ZZ99")
BILLS = ("BILL-1", "BILL-2")
TICKETS = ("RTN-20260301-00A1", "RTN-20260301-00A2")


def settling(decision: Decision, seq: int) -> Decision:
    return replace(decision, resolves=seq)


parents, children = st.sampled_from(PARENTS), st.sampled_from(CHILDREN)
facts = st.builds(
    BagFact,
    code=st.sampled_from(CODES),
    kind=st.sampled_from(["parent", "child", None]),
    parent=st.one_of(st.none(), parents),
    count=st.one_of(st.none(), st.integers(0, 31)),
    completed=st.booleans(),
    bill=st.sampled_from([None, None, *BILLS]),
)
bills, tickets = st.sampled_from(BILLS), st.sampled_from(TICKETS)
counts = st.one_of(st.none(), st.integers(0, 30))
bill_facts = st.builds(
    BillFact,
    code=bills,
    status=st.sampled_from([None, *BillStatus]),
    capacity=st.one_of(st.none(), st.integers(1, 5)),
    linked=st.one_of(st.none(), st.integers(0, 5)),
    children=counts,
    from_centre=st.booleans(),
)
some_children = st.lists(children, min_size=1, max_size=3, unique=True)
desk_decisions = st.one_of(
    st.builds(bill_opened, bills, st.one_of(st.none(), bill_facts)),
    st.builds(bill_created, bills, st.integers(1, 5)),
    st.builds(bill_edited, bills, st.integers(1, 5)),
    st.builds(attached, bills, parents, count=counts, fact=st.one_of(st.none(), facts)),
    st.builds(attached, bills, parents, count=counts),
    st.builds(detached, bills, parents, count=counts),
    st.builds(bill_completed, bills),
    st.builds(bill_reopened, bills),
    st.builds(bill_deleted, bills),
    st.builds(return_opened, tickets),
    st.builds(return_resumed, tickets, counts),
    st.builds(returned, tickets, parents, count=counts, fact=st.one_of(st.none(), facts)),
    st.builds(unreturned, tickets, parents, count=counts),
    st.builds(finalised, tickets),
    st.builds(return_cancelled, tickets),
    st.builds(left),
)
corrections = st.one_of(
    st.builds(
        lambda parent, inside, origin, count: moved(parent, *inside, origin=origin, base_count=count),
        parents,
        some_children,
        st.one_of(st.none(), parents),
        counts,
    ),
    st.builds(
        lambda parent, into, out: edited(parent, added=tuple(into), removed=tuple(out)),
        parents,
        some_children,
        some_children,
    ),
    st.builds(relabelled, parents, parents, parent=st.just(True)),
    st.builds(relabelled, children, children, parent=st.just(False)),
    st.builds(deleted, st.sampled_from(CODES)),
    st.builds(taken, parents),
    st.builds(finding),
    st.builds(looked_up, st.sampled_from(CODES)),
)
packing = st.one_of(
    st.builds(opened, parents, base_count=st.integers(0, 30), fact=st.one_of(st.none(), facts)),
    st.builds(added, parents, children),
    st.builds(added, parents, children),
    st.builds(removed, parents, children),
    st.builds(closed, parents),
    st.builds(cancelled, st.one_of(st.none(), parents)),
    st.builds(acknowledged, st.integers(1, 30)),
    st.builds(refused, st.sampled_from(CODES), st.sampled_from(list(Reason))),
    st.builds(refused, st.sampled_from(CODES), st.just(Reason.HELD)),
    st.builds(settling, st.builds(added, parents, children), st.integers(1, 30)),
    st.builds(settling, st.builds(cancelled), st.integers(1, 30)),
    st.builds(asked, st.sampled_from(list(QuestionKind)), parents, parent=parents),
    st.builds(overridden, parents),
    st.builds(signed_in),
    st.builds(signed_out),
)
receipts = st.builds(
    Receipt,
    seq=st.integers(1, 30),
    outcome=st.sampled_from([Outcome.POSTED, Outcome.ALREADY_POSTED, Outcome.REFUSED, Outcome.REFUSED]),
    reason=st.one_of(st.none(), st.sampled_from(list(Reason))),
    count=st.one_of(st.none(), st.integers(0, 31)),
    completed=st.one_of(st.none(), st.booleans()),
    fact=st.one_of(st.none(), facts),
    bill=st.one_of(st.none(), bill_facts),
    ticket=st.sampled_from([None, None, *TICKETS]),
    notice=st.sampled_from([None, None, Reason.OPERATOR_DISABLED]),
)
answers = st.lists(receipts, min_size=1, max_size=4)
histories = st.one_of(
    st.lists(st.one_of(packing, packing, answers, st.just("reopen")), max_size=30),
    st.lists(
        st.one_of(packing, desk_decisions, desk_decisions, corrections, answers, st.just("reopen")),
        max_size=30,
    ),
)


def play(history: list[object], journal: SqliteJournal, plain: MemoryJournal) -> None:
    for event in history:
        if event == "reopen":
            journal.reopen()
        elif isinstance(event, Decision):
            source = "left" if event.code in PARENTS else "right"
            for each in (journal, plain):
                each.append(event, operator="ravi", source=source, raw=b"")
        elif isinstance(event, list):
            known = [receipt for receipt in event if receipt.seq <= len(plain.entries)]
            for each in (journal, plain):
                each.record_receipts(known, received_at=plain.entries[-1].at if plain.entries else None)


def numbered(memory: BillMemory | None) -> tuple[object, ...] | None:
    """What two journals, each with hashes of its own, have to remember alike."""
    if memory is None:
        return None
    later = tuple(entry.seq for entry in memory.later)
    return memory.told, memory.told_seq, memory.told_at, later, memory.waiting


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories)
def test_a_journal_on_disk_and_one_in_memory_agree_about_everything(history: list[object]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        clock = SteppingClock()
        plain = MemoryJournal(clock=lambda: clock.now)
        journal = SqliteJournal.open(
            Path(directory),
            device=DEVICE,
            station="s",
            clock=lambda: clock.now,
            random_bits=lambda: len(plain.entries),
        )
        waiting = SqliteWaitingEntries(Path(directory))
        try:
            play(history, journal, plain)
            assert journal.work_state() == plain.work_state()
            assert journal.backlog() == plain.backlog()
            assert [entry.seq for entry in waiting.first(99)] == [entry.seq for entry in plain.first(99)]
            assert waiting.answered_up_to() == plain.answered_up_to()
            for code in CODES:
                assert journal.bag_memory(code) == plain.bag_memory(code)
                assert journal.called_now(code) == plain.called_now(code)
            for bill in BILLS:
                assert numbered(journal.bill_memory(bill)) == numbered(plain.bill_memory(bill))
            for ticket in TICKETS:
                assert journal.ticket_memory(ticket) == plain.ticket_memory(ticket)
        finally:
            waiting.close()
            journal.close()
