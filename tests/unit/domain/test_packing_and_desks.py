"""Packing a parent that is of another size, on a bill, or open elsewhere; and the way to a desk."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.decisions import taken
from fakes.scanning import DEVICE, START, Scanning, entry_of, session_of

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import (
    BagFact,
    EntryKind,
    Holder,
    Outcome,
    QuestionKind,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.overriding import decide_override
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation, Role
from traitortrack_desktop.domain.work import after_entry

REMOVE, CANCEL = Command.REMOVE, Command.CANCEL


def test_a_parent_takes_as_many_bags_as_its_prefix_says():
    scanning = Scanning(capacity=30, capacity_by_prefix={"M444-": 2})
    scanning.scan_all("M444-00001 C001 C002")
    assert (scanning.state.parent, scanning.state.finished.capacity) == (None, 2)
    assert scanning.scan("SB10001").capacity == 30


ON_COMPLETED_BILL = BagFact(code="SB10001", kind="parent", count=4, bill="BILL-7", bill_completed=True)


@pytest.mark.parametrize("before", ["", REMOVE, f"{REMOVE} {CANCEL}"])
def test_a_late_child_of_a_parent_on_a_completed_bill_stops_with_the_bill(before):
    scanning = Scanning(facts={"SB10001": ON_COMPLETED_BILL})
    scanning.scan_all(f"SB10001 {before}")
    decision = scanning.scan("C001")
    assert (decision.reason, decision.fact.code, decision.fact.bill, decision.fact.bill_completed) == (
        Reason.PARENT_ON_COMPLETED_BILL,
        "SB10001",
        "BILL-7",
        True,
    )
    assert scanning.state.stop.code == "C001"


def test_a_late_child_of_a_parent_on_an_open_bill_is_counted():
    billed = BagFact(code="SB10001", kind="parent", count=4, bill="BILL-7")
    scanning = Scanning(facts={"SB10001": billed})
    assert scanning.scan_all("SB10001 C001")[-1].kind is EntryKind.ADD_CHILD
    assert scanning.state.parent.bill == "BILL-7"


def test_the_next_parent_opens_at_once_when_nothing_can_be_done_in_the_open_one():
    scanning = Scanning(facts={"SB10001": ON_COMPLETED_BILL})
    assert scanning.scan_all("SB10001 SB10002")[-1].kind is EntryKind.OPEN_PARENT


def test_a_bill_that_was_completed_meanwhile_is_learned_from_the_centres_refusal():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 C002")
    fact = BagFact(code="SB10001", kind="parent", bill="BILL-7", bill_completed=True)
    scanning.answer(2, Outcome.REFUSED, reason=Reason.PARENT_ON_COMPLETED_BILL, count=0, fact=fact)
    assert scanning.scan("C003").fact.bill == "BILL-7"
    assert [item.code for item in scanning.state.attention] == ["C001"]


def test_a_parent_whose_bill_was_reopened_is_opened_anew_by_scanning_it():
    scanning = Scanning(facts={"SB10001": ON_COMPLETED_BILL})
    scanning.scan("SB10001")
    scanning.facts = {"SB10001": BagFact(code="SB10001", kind="parent", count=4, bill="BILL-7")}
    assert scanning.scan("SB10001").kind is EntryKind.OPEN_PARENT
    assert scanning.scan("C001").kind is EntryKind.ADD_CHILD


def test_what_the_centre_posted_shows_that_the_bill_is_open_again():
    scanning = Scanning(facts={"SB10001": BagFact(code="SB10001", kind="parent", count=1, bill="BILL-7")})
    scanning.scan_all("SB10001 C001")
    fact = BagFact(code="SB10001", kind="parent", bill="BILL-7", bill_completed=True)
    scanning.answer(1, count=1, fact=fact)
    assert scanning.state.parent.bill_completed
    scanning.answer(2, count=2)
    assert not scanning.state.parent.bill_completed


def held_by(device, *, minutes=10):
    holder = Holder(
        station="Station 14",
        device=DeviceId(UUID(int=device)),
        by="ravi",
        since=START - timedelta(minutes=5),
        until=START + timedelta(minutes=minutes),
    )
    return {"SB10002": BagFact(code="SB10002", kind="parent", count=4, holder=holder)}


def test_a_parent_that_another_station_has_open_is_taken_over_when_it_is_scanned_again():
    scanning = Scanning(facts=held_by(7))
    asked, taken = scanning.scan_all("SB10002 SB10002")
    assert (asked.reason, asked.question, asked.fact.holder.station) == (
        Reason.PARENT_OPEN_ELSEWHERE,
        QuestionKind.TAKE_OVER,
        "Station 14",
    )
    assert (taken.kind, taken.base_count, taken.taken_from.station) == (
        EntryKind.OPEN_PARENT,
        4,
        "Station 14",
    )


@pytest.mark.parametrize("facts", [held_by(DEVICE.int), held_by(7, minutes=0), held_by(7, minutes=-1)])
def test_a_parent_that_is_open_here_or_was_left_long_ago_is_not_asked_for(facts):
    opened = Scanning(facts=facts).scan("SB10002")
    assert (opened.kind, opened.taken_from) == (EntryKind.OPEN_PARENT, None)


def test_taking_over_closes_the_open_parent_and_no_bag_is_filed_meanwhile():
    scanning = Scanning(facts=held_by(7))
    scanning.scan_all("SB10001 C001 SB10002 SB10002")
    assert scanning.scan_all("C002 TT-CMD-UNDO")[-1].reason is Reason.ANSWER_FIRST
    taken = scanning.scan("SB10002")
    assert (taken.kind, taken.closes) == (EntryKind.OPEN_PARENT, "SB10001")


@pytest.mark.parametrize("answer", ["SB10001", CANCEL])
def test_the_open_parent_or_cancel_takes_nothing_over(answer):
    scanning = Scanning(facts=held_by(7))
    scanning.scan_all(f"SB10001 C001 SB10002 SB10002 {answer} C002")
    assert (scanning.state.parent.code, scanning.state.parent.count) == ("SB10001", 2)


def test_a_parent_that_turns_out_to_be_open_elsewhere_stays_open_and_is_told():
    scanning = Scanning()
    scanning.scan_all("SB10002 C001")
    fact = held_by(7)["SB10002"]
    scanning.answer(1, count=4, notice=Reason.PARENT_OPEN_ELSEWHERE, fact=fact)
    assert scanning.state.parent.count == 5
    assert [(item.code, item.reason, item.fact.holder.station) for item in scanning.state.attention] == [
        ("SB10002", Reason.PARENT_OPEN_ELSEWHERE, "Station 14")
    ]


def test_a_parent_that_was_taken_over_is_closed_and_what_is_asked_of_other_things_stands():
    scanning = Scanning(role=Role.BILLER)
    scanning.scan_all("SB10002 C001 TT-CMD-DELETE")
    entry = entry_of(taken("SB10002"), 4)
    scanning.state = after_entry(scanning.state, entry)
    assert (scanning.state.parent, scanning.state.finished) == (None, None)
    assert scanning.state.question.kind is QuestionKind.DELETE


# -- on the way to a desk


BILL = {"BILL-7": BillFact(code="BILL-7", status=BillStatus.PROCESSING, capacity=5, linked=1)}


@pytest.mark.parametrize("role", [None, Role.DISPATCHER])
@pytest.mark.parametrize(("code", "reason"), [("BILL-7", Reason.BILL_NOT_HERE)])
def test_who_may_not_work_at_bills_stays_packing(role, code, reason):
    scanning = Scanning(role=role, bills=BILL)
    assert scanning.scan(code).reason is reason
    assert scanning.state.desk is None


@pytest.mark.parametrize("code", [Command.NEW_RETURN, "RTN-20260105-00AB"])
@pytest.mark.parametrize("role", [None, Role.DISPATCHER])
def test_who_may_not_take_returns_is_refused(role, code):
    assert Scanning(role=role).scan(code).reason is Reason.NOT_PERMITTED


def test_a_bill_is_worked_at_and_the_next_parent_is_put_onto_it():
    scanning = Scanning(role=Role.BILLER, bills=BILL)
    opened, attached = scanning.scan_all("BILL-7 SB10001")
    assert (opened.kind, attached.kind, attached.bill) == (
        EntryKind.OPEN_BILL,
        EntryKind.ATTACH_PARENT,
        "BILL-7",
    )
    assert scanning.scan(Command.LEAVE).kind is EntryKind.LEAVE
    assert scanning.scan("SB10001").kind is EntryKind.OPEN_PARENT


@pytest.mark.parametrize("bag", ["SB10001", "C001"])
@pytest.mark.parametrize("code", ["BILL-9", Command.NEW_RETURN])
def test_no_bag_is_packed_while_a_new_bill_or_return_is_asked_for(bag, code):
    scanning = Scanning(role=Role.BILLER)
    scanning.scan(code)
    assert scanning.scan(bag).reason is Reason.ANSWER_FIRST
    assert scanning.state.question.kind in {QuestionKind.NEW_BILL, QuestionKind.AREA}


def test_a_return_may_be_begun_at_the_desk_of_a_bill():
    scanning = Scanning(role=Role.BILLER, bills=BILL)
    scanning.scan_all(f"BILL-7 {Command.NEW_RETURN}")
    assert scanning.scan("TT-AREA-LUCKNOW").kind is EntryKind.OPEN_RETURN
    assert scanning.state.ticket.area == "lucknow"


def test_a_child_instead_of_the_bill_goes_on_in_the_open_parent():
    scanning = Scanning(role=Role.BILLER, bills=BILL)
    asked, added = scanning.scan_all("SB10001 C001 BILL-7 C002")[-2:]
    assert (asked.question, added.kind) == (QuestionKind.LEAVE_PARENT, EntryKind.ADD_CHILD)
    assert scanning.state.question is None


@pytest.mark.parametrize("code", ["TT-NUM-20", "TT-AREA-LUCKNOW"])
def test_a_number_or_an_area_that_nothing_asked_for_is_refused_and_leaves_the_question(code):
    scanning = Scanning()
    scanning.scan_all(f"SB10001 C001 {REMOVE}")
    assert scanning.scan(code).reason is Reason.COMMAND_NOT_HERE
    assert scanning.scan("C001").kind is EntryKind.REMOVE_CHILD


def test_the_questions_of_a_bill_fall_with_its_desk():
    scanning = Scanning(role=Role.BILLER)
    scanning.scan_all(f"BILL-9 BILL-9 {REMOVE}")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.NOT_PERMITTED)
    assert (scanning.state.desk, scanning.state.question) == (None, None)


def test_no_right_sets_a_completed_bill_aside():
    scanning = Scanning(facts={"SB10001": replace(ON_COMPLETED_BILL, completed=True)})
    scanning.scan("SB10001")
    decision = decide_override(
        scanning.state,
        Operation.OVERRIDE_COMPLETED,
        "because",
        by=session_of(Role.ADMIN),
        rules=scanning.rules,
    )
    assert decision.reason is Reason.PARENT_ON_COMPLETED_BILL
