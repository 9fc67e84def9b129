"""What a scan means at a bill, as tables: scanned → expected."""

import pytest
from fakes.decisions import added, opened
from fakes.desk_scanning import DeskScanning, bill, parent, person
from fakes.scanning import entry_of

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.codes import code_rules
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Outcome, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.domain.work import WorkState, after_entry

UNDO, REMOVE, CLOSE, COMPLETE = "TT-CMD-UNDO", "TT-CMD-REMOVE", "TT-CMD-CLOSE", "TT-CMD-COMPLETE"
REOPEN, DELETE, LEAVE, CANCEL = "TT-CMD-REOPEN", "TT-CMD-DELETE", "TT-CMD-LEAVE", "TT-CMD-CANCEL"
BAGS = (
    parent("SB10001"),
    parent("SB10002", count=20),
    parent("SB10003"),
    parent("SB10004"),
    parent("SB10009", on="BILL-9"),
    parent("SB10005", on="bill-1"),
    BagFact(code="CHILD1", kind="child", parent="SB10001", from_centre=True),
    BagFact(code="SB10000", kind=None, from_centre=True),
    BagFact(code="SB19999", kind="pallet", from_centre=True),
)
NEW = (bill(),)
DONE = (bill(linked=3, status=BillStatus.COMPLETED),)


def at_bill(*bills, scanned="", by=None):
    scanning = DeskScanning(by=by, bags=BAGS, bills=bills or NEW)
    scanning.scan_all(f"BILL-1 {scanned}")
    return scanning


def packing(*children):
    state = WorkState()
    decisions = [opened("SB10001"), *(added("SB10001", child) for child in children)]
    for seq, decision in enumerate(decisions, 1):
        state = after_entry(state, entry_of(decision, seq))
    return state


def test_a_known_bill_is_worked_at():
    work = at_bill().state.bill
    assert (work.code, work.capacity, work.remaining, work.status) == ("BILL-1", 3, 3, BillStatus.NEW)


@pytest.mark.parametrize("known", [(), (BillFact(code="BILL-1", from_centre=True),)])
def test_an_unknown_bill_is_made_when_it_is_scanned_again(known):
    scanning = DeskScanning(bills=known)
    question, made = scanning.scan_all("BILL-1 BILL-1")
    assert (question.verdict, question.question) == (Verdict.CONFIRM, QuestionKind.NEW_BILL)
    assert (made.kind, made.details.capacity) == (EntryKind.CREATE_BILL, 20)
    assert scanning.state.bill.remaining == 20


@pytest.mark.parametrize("number", ["TT-NUM-7", "7"])
def test_a_number_says_how_large_the_new_bill_is(number):
    scanning = DeskScanning()
    assert scanning.scan_all(f"BILL-1 {number}")[1].details.capacity == 7
    assert scanning.state.bill.code == "BILL-1"


@pytest.mark.parametrize("number", ["0", "51", "TT-NUM-500"])
def test_a_new_bill_takes_one_to_fifty_parents(number):
    scanning = DeskScanning()
    assert scanning.scan_all(f"BILL-1 {number}")[1].reason is Reason.BILL_CAPACITY_WRONG


def test_whoever_may_not_work_at_bills_goes_to_none():
    scanning = DeskScanning(by=person("dispatcher"), bills=NEW)
    assert scanning.scan("BILL-1") is None
    assert DeskScanning(by=person(rights=Rights.OPERATOR), bills=NEW).scan("BILL-1") is None


def test_an_open_parent_with_bags_is_asked_for_before_it_is_left():
    scanning = DeskScanning(bills=NEW, state=packing("AB12C"))
    question, at = scanning.scan_all("BILL-1 BILL-1")
    assert (question.question, question.parent) == (QuestionKind.LEAVE_PARENT, "SB10001")
    assert (at.kind, at.closes) == (EntryKind.OPEN_BILL, "SB10001")
    assert scanning.state.parent is None


def test_a_bill_does_not_get_round_the_reason_why_a_parent_is_closed():
    scanning = DeskScanning(bills=NEW, state=packing("AB12C"))
    scanning.rules = code_rules(close_reason_below=5)
    asked = [decision.question for decision in scanning.scan_all("BILL-1 BILL-1")]
    assert asked == [QuestionKind.LEAVE_PARENT, QuestionKind.WHY]


def test_an_empty_parent_is_left_without_a_question():
    scanning = DeskScanning(bills=NEW, state=packing())
    assert scanning.scan("BILL-1").kind is EntryKind.OPEN_BILL


def test_a_new_bill_while_a_parent_is_open_is_asked_for_twice():
    scanning = DeskScanning(state=packing("AB12C"))
    asked = [decision.question for decision in scanning.scan_all("BILL-1 BILL-1 BILL-1")]
    assert asked == [QuestionKind.LEAVE_PARENT, QuestionKind.NEW_BILL, None]
    assert scanning.state.bill is not None


@pytest.mark.parametrize(
    ("before", "scanned", "reason"),
    [
        ("", "SB10009", Reason.PARENT_ON_OTHER_BILL),
        ("", "SB10005", Reason.PARENT_ON_THIS_BILL),
        ("", "CHILD1", Reason.CHILD_NOT_BILLABLE),
        ("", "UNKNOWNCHILD", Reason.CHILD_NOT_BILLABLE),
        ("", "SB10000", Reason.PARENT_MISSING),
        ("", "SB19999", Reason.UNKNOWN_BAG_TYPE),
        ("SB10001 SB10002 SB10003", "SB10004", Reason.BILL_FULL),
        ("SB10001 SB10002 SB10003", "SB10005", Reason.PARENT_ON_THIS_BILL),
        ("", UNDO, Reason.NOTHING_TO_UNDO),
        ("", COMPLETE, Reason.BILL_NOT_FULL),
        ("", REOPEN, Reason.BILL_NOT_COMPLETED),
        ("", CANCEL, Reason.NOTHING_TO_CANCEL),
        ("", "BILL-1", Reason.BILL_ALREADY_OPEN),
        ("", "TT-CMD-MOVE", Reason.COMMAND_NOT_HERE),
        ("", "17", Reason.COMMAND_NOT_HERE),
        ("", "TT-AREA-INDORE", Reason.COMMAND_NOT_HERE),
        ("", DELETE, Reason.NOT_PERMITTED),
        (REMOVE, "SB10009", Reason.PARENT_NOT_ON_BILL),
        (REMOVE, "CHILD1", Reason.CHILD_NOT_BILLABLE),
    ],
)
def test_what_a_bill_does_not_allow_is_refused_with_its_reason(before, scanned, reason):
    scanning = at_bill(scanned=before)
    decision = scanning.scan(scanned)
    assert decision is None or (decision.verdict, decision.reason) == (Verdict.REFUSED, reason)
    assert decision is not None or reason is Reason.COMMAND_NOT_HERE


@pytest.mark.parametrize(
    ("scanned", "reason"),
    [
        ("SB10001", Reason.BILL_COMPLETED),
        (REMOVE, Reason.BILL_COMPLETED),
        (COMPLETE, Reason.BILL_COMPLETED),
    ],
)
def test_a_completed_bill_is_reopened_before_it_changes(scanned, reason):
    assert at_bill(*DONE).scan(scanned).reason is reason


def test_a_refusal_names_the_bill_that_a_parent_is_on():
    assert at_bill().scan("SB10009").fact.bill == "BILL-9"


def test_parents_go_onto_a_bill_and_its_places_and_weights_follow():
    work = at_bill(scanned="SB10001 SB10002").state.bill
    assert (work.linked, work.remaining, work.actual_kg, work.expected_kg) == (2, 1, 30, 60)
    assert work.status is BillStatus.PROCESSING
    assert [change.parent for change in work.parents] == ["SB10001", "SB10002"]


def test_a_parent_that_nothing_is_known_of_goes_on_and_the_centre_decides():
    scanning = at_bill()
    assert scanning.scan("SB77777").kind is EntryKind.ATTACH_PARENT


def test_undo_takes_the_last_parent_off():
    scanning = at_bill(scanned="SB10001 SB10002")
    assert (scanning.scan(UNDO).parent, scanning.state.bill.linked) == ("SB10002", 1)
    assert scanning.state.bill.actual_kg == 10


def test_remove_takes_the_scanned_parent_off_also_one_that_others_put_on():
    scanning = at_bill(bill(linked=1, children=10))
    scanning.scan_all(f"{REMOVE} SB10005")
    assert scanning.entries[-1].decision.kind is EntryKind.DETACH_PARENT
    assert (scanning.state.bill.linked, scanning.state.question) == (0, None)


def test_a_bill_is_completed_by_the_same_command_twice_once_the_centre_has_everything():
    scanning = at_bill(scanned="SB10001 SB10002 SB10003")
    assert scanning.scan(COMPLETE).reason is Reason.BILL_WAITS
    for seq in (2, 3, 4):
        scanning.answer(seq)
    assert [decision.kind for decision in scanning.scan_all(f"{CLOSE} {COMPLETE}")] == [
        EntryKind.QUESTION,
        EntryKind.COMPLETE_BILL,
    ]
    assert scanning.state.bill.is_completed


def test_a_completed_bill_is_reopened_by_the_same_command_twice():
    scanning = at_bill(*DONE, scanned=f"{REOPEN} {REOPEN}")
    assert scanning.state.bill.status is BillStatus.PROCESSING


def test_only_an_administrator_deletes_a_bill_by_scanning_it_again():
    scanning = at_bill(by=person("admin"))
    asked, done = scanning.scan_all(f"{DELETE} BILL-1")
    assert (asked.question, asked.about) == (QuestionKind.DELETE_BILL, "BILL-1")
    assert (done.kind, scanning.state.desk) == (EntryKind.DELETE_BILL, None)


def test_another_bill_is_gone_to_at_once():
    scanning = at_bill(bill(), bill("BILL-2", capacity=9))
    scanning.scan("BILL-2")
    assert (scanning.state.bill.code, scanning.state.bill.capacity) == ("BILL-2", 9)


def test_leave_goes_back_to_packing():
    assert at_bill(scanned=f"SB10001 {LEAVE}").state.desk is None


def typed(scanning, *codes):
    scanning.typed = True
    return [scanning.scan(code) for code in codes]


def test_a_typed_parent_that_nobody_scanned_is_made_when_it_is_typed_again():
    asked, made = typed(at_bill(), "SB10000", "SB10000")
    assert (asked.question, asked.reason) == (QuestionKind.NEW_PARENT, Reason.CONFIRM_NEW_PARENT)
    assert (made.kind, made.parent, made.makes_parent) == (EntryKind.ATTACH_PARENT, "SB10000", True)


def test_a_typed_parent_is_made_by_the_same_code_alone_and_never_beyond_the_places():
    scanning = at_bill()
    asked = [decision.question for decision in typed(scanning, "SB10000", "SB10008", "SB10000")]
    assert asked == [QuestionKind.NEW_PARENT, None, QuestionKind.NEW_PARENT]
    (full,) = typed(at_bill(scanned="SB10001 SB10002 SB10003"), "SB10000")
    assert full.verdict is Verdict.REFUSED


def test_a_typed_parent_that_is_known_goes_on_as_a_scanned_one():
    scanning = at_bill()
    decisions = typed(scanning, "SB10001", "SB10009", "CHILD1")
    assert [decision.reason for decision in decisions] == [
        None,
        Reason.PARENT_ON_OTHER_BILL,
        Reason.CHILD_NOT_BILLABLE,
    ]
    assert not decisions[0].makes_parent


# -- the centre's answers


def test_a_refused_parent_is_off_the_bill_again():
    scanning = at_bill(scanned="SB10001")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.PARENT_ON_OTHER_BILL)
    assert (scanning.state.bill.linked, len(scanning.state.attention)) == (0, 1)


def test_the_centres_figures_count_and_what_waits_comes_on_top():
    scanning = at_bill(scanned="SB10001 SB10002")
    scanning.answer(2, count=12, bill=bill(capacity=9, linked=6, children=99))
    work = scanning.state.bill
    assert (work.linked, work.actual_kg, work.unanswered) == (7, 119, frozenset({3}))
    scanning.answer(3, bill=bill(capacity=9, linked=7, children=119))
    assert (scanning.state.bill.remaining, scanning.state.bill.unanswered) == (2, frozenset())


def test_a_bill_that_was_there_already_is_worked_at_as_it_is():
    scanning = DeskScanning(bags=BAGS)
    scanning.scan_all("BILL-1 BILL-1")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.BILL_EXISTS, bill=bill("Bill-1", capacity=5, linked=4))
    assert scanning.state.bill.remaining == 1


def test_a_bill_that_was_not_made_or_is_gone_is_worked_at_no_more():
    scanning = DeskScanning()
    scanning.scan_all("BILL-1 BILL-1")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.NOT_PERMITTED)
    assert scanning.state.desk is None
    scanning = at_bill(scanned="SB10001")
    gone = BillFact(code="BILL-1", from_centre=True)
    scanning.answer(2, Outcome.REFUSED, reason=Reason.BILL_UNKNOWN, bill=gone)
    assert scanning.state.desk is None
