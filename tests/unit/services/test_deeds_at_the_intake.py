"""What forms ask for, what the centre says of holders, and bills and returns by scans, at the intake."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.intake_bench import IntakeBench
from fakes.memory_journal import DEVICE, START
from fakes.sign_ins import ASHA, RAVI

from traitortrack_desktop.domain.bills import BillDetails, BillFact, BillStatus
from traitortrack_desktop.domain.codes import Command, code_rules
from traitortrack_desktop.domain.deeds import CreateBill, OpenReturn, WorkAtBill, WorkAtReturn
from traitortrack_desktop.domain.entries import (
    BagFact,
    EntryKind,
    Holder,
    Outcome,
    QuestionKind,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus
from traitortrack_desktop.services.catalogue import KnownBill
from traitortrack_desktop.services.events import ScanDecided, StorageFailed, WorkRefreshed
from traitortrack_desktop.services.ports import PostingReply

PLACE = Command.PLACE
KNOWN = BillFact(code="BILL-7", status=BillStatus.PROCESSING, capacity=5, linked=1, from_centre=True)
ODD = replace(KNOWN, code="LOT 7/26")
BILLS = {"BILL-7": KNOWN, "LOT 7/26": ODD}
TICKETS = {"RTN-20260301-00AA": TicketFact(code="RTN-20260301-00AA", status=TicketStatus.OPEN, area="jaipur")}


def bench_of(by=RAVI, **more):
    return IntakeBench(by=by, bills=dict(BILLS), tickets=TICKETS, **more)


def held(bench):
    return [reading.code for reading in bench.state.held]


# -- forms


@pytest.mark.parametrize(
    ("deed", "kind", "about"),
    [
        (WorkAtBill(bill="lot 7/26"), EntryKind.OPEN_BILL, "LOT 7/26"),
        (CreateBill(bill=" lot  8 ", details=BillDetails(capacity=4)), EntryKind.CREATE_BILL, "LOT 8"),
        (OpenReturn(area="jaipur"), EntryKind.OPEN_RETURN, "RTN-20260301-00AB"),
        (WorkAtReturn(ticket="RTN-20260301-00AA"), EntryKind.RESUME_RETURN, "RTN-20260301-00AA"),
    ],
)
def test_what_a_form_asks_for_is_decided_stored_and_told_like_a_scan(deed, kind, about):
    bench = bench_of()
    bench.intake.do(deed)
    entry = bench.journal.entries[-1]
    decision = entry.decision
    assert (decision.kind, decision.bill or decision.ticket, entry.source, entry.operator) == (
        kind,
        about,
        "form",
        "ravi",
    )
    assert bench.told[-1].entry == entry
    assert bench.state.desk.code == about


def test_a_parent_that_was_typed_onto_a_bill_is_looked_up_first():
    bench = bench_of(known=lambda code: BagFact(code=code, from_centre=True))
    bench.scan("BILL-7")
    assert bench.scan("sb10001").reason is Reason.PARENT_MISSING
    for _ in range(2):
        bench.intake.take(ScanFrame(source="keyboard", raw=b"sb10001", kind=FrameKind.TYPED), bench.at_ms)
        bench.at_ms += 5000
    decision = bench.decisions[-1]
    assert (decision.kind, decision.parent, decision.makes_parent) == (
        EntryKind.ATTACH_PARENT,
        "SB10001",
        True,
    )


def test_a_form_of_somebody_who_may_not_is_refused_and_kept():
    bench = bench_of(by=ASHA)
    bench.intake.do(WorkAtBill(bill="BILL-7"))
    assert bench.journal.entries[-1].decision.reason is Reason.NOT_PERMITTED


def test_a_form_does_nothing_while_the_station_is_locked():
    bench = bench_of()
    bench.intake.people.lock()
    bench.intake.do(WorkAtBill(bill="BILL-7"))
    assert bench.decisions[-1].reason is Reason.STATION_LOCKED


def test_a_form_that_cannot_be_stored_is_told_as_that():
    bench = bench_of()
    bench.journal.failing = True
    bench.intake.do(WorkAtBill(bill="BILL-7"))
    assert isinstance(bench.told[-1], StorageFailed)
    bench.journal.failing = False
    bench.intake.do(WorkAtBill(bill="BILL-7"))
    assert isinstance(bench.told[-1], ScanDecided)


def test_a_form_asks_before_it_leaves_a_parent_and_the_same_form_again_answers():
    bench = bench_of()
    bench.scan_all("SB10001 C001")
    bench.intake.do(WorkAtBill(bill="BILL-7"))
    assert bench.state.question.kind is QuestionKind.LEAVE_PARENT
    bench.intake.do(WorkAtBill(bill="BILL-7"))
    assert (bench.decisions[-1].kind, bench.decisions[-1].closes) == (EntryKind.OPEN_BILL, "SB10001")


# -- bills and returns by scans


def test_a_known_bill_of_any_name_is_one_for_who_may_work_at_bills():
    assert bench_of().scan("lot 7/26").kind is EntryKind.OPEN_BILL


@pytest.mark.parametrize("by", [None, ASHA])
def test_a_bill_of_an_odd_name_is_an_unknown_code_for_anybody_else(by):
    assert bench_of(by=by).scan("LOT 7/26").reason is Reason.UNKNOWN_CODE


def test_a_bill_that_is_gone_is_an_unknown_code():
    bench = bench_of()
    bench.bills = {"LOT 7/26": BillFact(code="LOT 7/26", from_centre=True)}
    assert bench.scan("LOT 7/26").reason is Reason.UNKNOWN_CODE


def test_a_new_bill_is_made_by_scanning_it_twice():
    bench = bench_of(rules=code_rules(bill_capacity=12))
    assert [decision.kind for decision in bench.scan_all("BILL-9 BILL-9")] == [
        EntryKind.QUESTION,
        EntryKind.CREATE_BILL,
    ]
    assert bench.state.bill.capacity == 12


def test_a_whole_bill_and_a_return_are_done_by_scans():
    bench = bench_of()
    bench.scan_all(f"BILL-9 TT-NUM-1 SB10001 {Command.LEAVE}")
    bench.scan_all(f"{Command.NEW_RETURN} TT-AREA-JAIPUR SB10001 {Command.CLOSE} {Command.CLOSE}")
    assert [d.kind for d in bench.decisions if d.verdict is Verdict.ACCEPTED] == [
        EntryKind.CREATE_BILL,
        EntryKind.ATTACH_PARENT,
        EntryKind.LEAVE,
        EntryKind.OPEN_RETURN,
        EntryKind.RETURN_BAG,
    ]
    assert bench.decisions[-1].reason is Reason.BILL_WAITS


def test_a_return_is_gone_on_with_by_scanning_it():
    assert bench_of().scan("RTN-20260301-00AA").kind is EntryKind.RESUME_RETURN


def test_what_a_command_is_about_is_looked_up():
    bench = bench_of(known=lambda code: BagFact(code=code, kind="child", parent="SB9"))
    assert bench.scan_all(f"{Command.FIND} C900 {Command.DELETE}")[-1].reason is Reason.CHILD_HAS_PARENT


# -- parents taken over


def holder(*, device=7, minutes=1):
    return Holder(
        station="Station 14",
        device=DeviceId(UUID(int=device)),
        by="asha",
        since=START + timedelta(minutes=minutes),
        until=START + timedelta(minutes=minutes + 30),
    )


def packing_at_the_centre(notice=None):
    """A station that has a parent open, and whose opening the centre has answered."""
    bench = bench_of()
    bench.scan_all("SB10001 C001")
    opening = next(e for e in bench.journal.entries if e.decision.kind is EntryKind.OPEN_PARENT)
    receipt = Receipt(seq=opening.seq, outcome=Outcome.POSTED, count=0, notice=notice)
    reply = PostingReply(receipts=(receipt,), server_time=None, centre=None)
    assert bench.intake.take_receipts([opening], reply)
    return bench


def test_a_parent_that_another_station_took_over_is_closed_here_and_told():
    bench = packing_at_the_centre()
    bench.intake.take_holders({"SB10001": holder()})
    decision = bench.decisions[-1]
    assert (decision.kind, decision.parent, decision.fact.holder.station) == (
        EntryKind.PARENT_TAKEN,
        "SB10001",
        "Station 14",
    )
    assert (bench.state.parent, bench.journal.entries[-1].source) == (None, "centre")


@pytest.mark.parametrize(
    "holders",
    [
        {},
        {"SB10002": holder()},
        {"SB10001": holder(device=DEVICE.int)},
    ],
)
def test_a_parent_that_nobody_took_over_stays_open(holders):
    bench = packing_at_the_centre()
    bench.intake.take_holders(holders)
    assert bench.state.parent.code == "SB10001"


def test_whoever_had_the_parent_before_did_not_take_it_over_whatever_the_clocks_say():
    unanswered = bench_of()
    unanswered.scan_all("SB10001 C001")
    noticed = packing_at_the_centre(notice=Reason.PARENT_OPEN_ELSEWHERE)
    for bench in (unanswered, noticed):
        bench.intake.take_holders({"SB10001": holder()})
        assert bench.state.parent.code == "SB10001"


def test_without_an_open_parent_nothing_is_taken_over():
    bench = bench_of()
    bench.intake.take_holders({"SB10001": holder()})
    assert bench.decisions[1:] == []


def test_a_restart_after_it_was_taken_over_stands_without_a_parent():
    bench = packing_at_the_centre()
    bench.intake.take_holders({"SB10001": holder()})
    before = bench.state
    bench.restart(bench.journal)
    assert bench.state.parent is None
    assert replace(bench.state, last_seq=0) == replace(before, last_seq=0)


def test_what_others_did_at_the_bill_that_is_worked_at_is_told():
    bench = bench_of()
    bench.scan("BILL-7")
    number = bench.journal.entries[-1].seq
    bench.catalogue_bills["BILL-7"] = KnownBill(fact=replace(KNOWN, linked=3), posted_seq=number)
    bench.intake.refresh_bill()
    assert (bench.told[-1], bench.state.bill.remaining) == (
        WorkRefreshed(state=bench.state, backlog=bench.told[-1].backlog),
        2,
    )
    told = len(bench.told)
    bench.intake.refresh_bill()
    assert len(bench.told) == told


def test_what_others_did_at_the_bill_before_a_restart_is_known_again_after_it():
    bench = bench_of()
    bench.scan("BILL-7")
    settled = replace(KNOWN, status=BillStatus.COMPLETED)
    number = bench.journal.entries[-1].seq
    bench.catalogue_bills["BILL-7"] = KnownBill(fact=settled, posted_seq=number)
    bench.restart(bench.journal)
    bench.intake.refresh_bill()
    assert bench.scan("SB10001").reason is Reason.BILL_COMPLETED


def test_an_older_copy_of_the_bill_changes_nothing():
    bench = bench_of()
    bench.scan("BILL-7")
    bench.catalogue_bills["BILL-7"] = KnownBill(fact=replace(KNOWN, linked=3), posted_seq=0)
    bench.intake.refresh_bill()
    assert bench.state.bill.remaining == 4


# -- memories


@pytest.mark.parametrize(
    "memory",
    [
        f"{Command.DELETE} C001 C001",
        f"{Command.RELABEL} C001 C002 C002",
        f"{Command.WRONG_PARENT} SB10002",
        f"{Command.MOVE} C001",
        Command.REOPEN,
        Command.FIND,
        Command.NEW_RETURN,
    ],
)
def test_no_correction_out_of_a_memory_is_carried_out_or_asked(memory):
    bench = bench_of()
    bench.scan_all("SB10001 C900")
    bench.pour(memory)
    decisions = bench.press(PLACE)
    assert [(d.reason, d.kind) for d in decisions] == [(Reason.COMMAND_NOT_HERE, EntryKind.REFUSAL)]
    assert (bench.state.question, bench.state.finding) == (None, False)
    assert (bench.state.parent.code, bench.state.parent.count) == ("SB10001", 1)
    assert len(held(bench)) == len(memory.split()) - 1


def test_a_live_correction_is_not_answered_by_what_is_held():
    bench = bench_of()
    bench.scan_all("SB10001 C900")
    bench.pour("C001")
    bench.scan(Command.DELETE)
    assert [decision.kind for decision in bench.press(PLACE)] == [EntryKind.ADD_CHILD]


def test_a_reason_in_a_memory_answers_the_close_before_it():
    bench = bench_of(rules=code_rules(close_reason_below=5))
    bench.pour(f"SB10001 C001 {Command.CLOSE} {Command.CLOSE} {Command.LOT_ENDED}")
    for _ in range(3):
        bench.press(PLACE)
    assert (bench.decisions[-1].kind, bench.decisions[-1].why) == (EntryKind.CLOSE_PARENT, "lot_ended")


def test_a_memory_of_parents_is_put_onto_the_bill():
    bench = bench_of()
    bench.scan("BILL-7")
    bench.pour("SB10001 SB10002")
    assert {decision.kind for decision in bench.press(PLACE)} == {EntryKind.ATTACH_PARENT}
    assert held(bench) == []


def test_a_memory_of_packing_is_not_put_onto_a_bill():
    bench = bench_of()
    bench.scan("BILL-7")
    bench.pour("SB10001 C001")
    assert bench.press(PLACE)[-1].verdict is Verdict.REFUSED
    assert held(bench) == ["SB10001", "C001"]
    bench.scan(Command.LEAVE)
    bench.press(PLACE)
    assert bench.state.parent.code == "SB10001"


@pytest.mark.parametrize("ending", [Command.COMPLETE, Command.CLOSE, Command.UNDO, Command.DELETE])
def test_nothing_out_of_a_memory_ends_or_empties_a_bill(ending):
    bench = bench_of()
    bench.bills = {"BILL-7": replace(KNOWN, capacity=1)}
    bench.scan("BILL-7")
    bench.pour(f"{ending} {ending}")
    bench.press(PLACE)
    bench.press(PLACE)
    assert {decision.verdict for decision in bench.decisions[-2:]} == {Verdict.REFUSED}
    assert bench.state.question is None


def test_nothing_is_placed_while_finding():
    bench = bench_of()
    bench.pour("SB10001 C001")
    bench.scan(Command.FIND)
    assert bench.press(PLACE)[-1].reason is Reason.COMMAND_NOT_HERE
    assert held(bench) == ["SB10001", "C001"]


def test_a_bill_in_a_memory_asks_before_it_leaves_a_parent_and_placing_again_answers():
    bench = bench_of()
    bench.scan_all("SB10001 C001")
    bench.pour("BILL-7 SB10002")
    assert bench.press(PLACE)[-1].question is QuestionKind.LEAVE_PARENT
    assert [d.kind for d in bench.press(PLACE)] == [EntryKind.OPEN_BILL, EntryKind.ATTACH_PARENT]


def test_a_parent_held_elsewhere_in_a_memory_is_taken_over_by_placing_it_again():
    def known(code):
        return BagFact(code=code, kind="parent", count=1, holder=holder())

    bench = bench_of(known=known)
    bench.pour("SB10001")
    assert bench.press(PLACE)[-1].question is QuestionKind.TAKE_OVER
    assert bench.press(PLACE)[-1].taken_from.station == "Station 14"


# -- receipts


def test_a_bill_that_could_not_be_made_is_worked_at_no_more():
    bench = bench_of()
    bench.scan_all("BILL-9 BILL-9")
    entry = bench.journal.entries[-1]
    receipt = Receipt(seq=entry.seq, outcome=Outcome.REFUSED, reason=Reason.NOT_PERMITTED)
    bench.intake.take_receipts([entry], PostingReply(receipts=(receipt,), server_time=None, centre=None))
    assert bench.state.desk is None
    assert [item.code for item in bench.state.attention] == ["BILL-9"]


# -- what ends a bill or a return waits for all that was done there


def answer(bench, *seqs):
    entries = [bench.journal.entries[seq - 1] for seq in seqs]
    receipts = tuple(Receipt(seq=seq, outcome=Outcome.POSTED) for seq in seqs)
    assert bench.intake.take_receipts(entries, PostingReply(receipts=receipts, server_time=None, centre=None))


def seqs_of(bench, *kinds):
    return [entry.seq for entry in bench.journal.entries if entry.decision.kind in kinds]


def test_a_bill_is_not_completed_while_something_waits_that_was_done_before_it_was_left():
    full = replace(KNOWN, capacity=2, linked=2)
    bench = IntakeBench(by=RAVI, bills={"BILL-7": replace(full, linked=1)})
    bench.scan_all("BILL-7 SB10001 TT-CMD-LEAVE")
    bench.bills["BILL-7"] = full
    bench.scan("BILL-7")
    assert bench.state.bill.unanswered == frozenset()
    assert bench.scan("TT-CMD-COMPLETE").reason is Reason.BILL_WAITS
    answer(bench, *seqs_of(bench, EntryKind.ATTACH_PARENT))
    assert bench.scan("TT-CMD-COMPLETE").question is QuestionKind.COMPLETE_BILL


def test_a_return_is_not_finalised_while_something_waits_that_was_done_before_it_was_left():
    bench = IntakeBench(by=RAVI)
    bench.scan_all("TT-CMD-NEW-RETURN TT-AREA-JAIPUR SB10001 TT-CMD-LEAVE")
    code = bench.journal.entries[-2].decision.ticket
    bench.tickets[code] = bench.journal.ticket_memory(code)
    bench.scan(code)
    (made,) = seqs_of(bench, EntryKind.OPEN_RETURN)
    assert bench.decisions[-1].ticket_entry == bench.journal.entries[made - 1].id
    assert bench.scan("TT-CMD-COMPLETE").reason is Reason.BILL_WAITS
    answer(bench, *seqs_of(bench, EntryKind.OPEN_RETURN, EntryKind.RETURN_BAG))
    assert bench.scan("TT-CMD-COMPLETE").question is QuestionKind.FINALISE_RETURN


def test_a_bill_that_is_called_like_a_child_bag_is_gone_to_from_another_bill():
    bench = bench_of()
    bench.bills["LOT726"] = replace(KNOWN, code="LOT726")
    assert bench.scan("LOT726").reason is Reason.NO_PARENT
    bench.scan("BILL-7")
    assert bench.scan("LOT726").kind is EntryKind.OPEN_BILL
    assert bench.scan("LOT727").reason is Reason.CHILD_NOT_BILLABLE


def test_a_child_bag_that_is_known_is_no_bill_however_it_is_called():
    child = BagFact(code="LOT726", kind="child", parent="SB10001", from_centre=True)
    bench = bench_of(known=lambda code: child if code == "LOT726" else None)
    bench.bills["LOT726"] = replace(KNOWN, code="LOT726")
    bench.scan("BILL-7")
    assert bench.scan("LOT726").reason is Reason.CHILD_NOT_BILLABLE


def test_what_is_held_and_cannot_be_placed_at_a_bill_is_not_said_to_be_nothing():
    bench = bench_of()
    bench.pour("SB10001 C001")
    bench.scan("BILL-7")
    (told,) = bench.press(PLACE)
    assert told.reason is Reason.COMMAND_NOT_HERE
    assert held(bench) == ["SB10001", "C001"]
