"""Corrections as tables: what was scanned → what came of it, and where the work stands then."""

import pytest
from fakes.decisions import edited
from fakes.scanning import Scanning, entry_of

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import (
    BagFact,
    EntryKind,
    Outcome,
    QuestionKind,
    Verdict,
    WhyClosed,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.domain.work import WorkState, after_entry

MOVE, WRONG, RELABEL, REOPEN = Command.MOVE, Command.WRONG_PARENT, Command.RELABEL, Command.REOPEN
DELETE, CLOSE, UNDO, CANCEL = Command.DELETE, Command.CLOSE, Command.UNDO, Command.CANCEL
FIND, LEAVE, REMOVE = Command.FIND, Command.LEAVE, Command.REMOVE

ABSENT = BagFact(code="GONE1", from_centre=True)
ELSEWHERE = BagFact(code="C900", kind="child", parent="SB99999", from_centre=True)
NOWHERE = BagFact(code="C901", kind="child", from_centre=True)
A_PARENT = BagFact(code="SB20002", kind="parent", count=3, from_centre=True)
EMPTY = BagFact(code="SB20009", kind="parent", count=0, from_centre=True)
BILLED = BagFact(code="SB20003", kind="parent", count=3, bill="BILL-7", from_centre=True)
SETTLED = BagFact(code="SB20004", kind="parent", count=3, bill="BILL-8", bill_completed=True)
FACTS = {fact.code: fact for fact in (ABSENT, ELSEWHERE, NOWHERE, A_PARENT, EMPTY, BILLED, SETTLED)}


def scanned(texts, *, role=Role.BILLER, capacity=30, facts=None, **rules):
    scanning = Scanning(role=role, capacity=capacity, facts=FACTS | (facts or {}), **rules)
    scanning.scan_all(texts)
    return scanning


def asked(scanning):
    return scanning.state.question.kind if scanning.state.question is not None else None


def inside(bag):
    return [change.child for change in bag.children]


@pytest.mark.parametrize(
    ("before", "code", "reason"),
    [
        ("", MOVE, Reason.NO_PARENT),
        ("SB20004", MOVE, Reason.PARENT_ON_COMPLETED_BILL),
        (f"SB10001 {MOVE}", "C901", Reason.CHILD_NOT_ELSEWHERE),
        (f"SB10001 {MOVE}", "GONE1", Reason.CHILD_NOT_ELSEWHERE),
        (f"SB10001 C001 {MOVE}", "C001", Reason.ALREADY_IN_THIS_PARENT),
        ("", WRONG, Reason.NOTHING_TO_MOVE),
        ("SB20002", WRONG, Reason.NOTHING_TO_MOVE),
        (f"SB10001 C001 {WRONG}", "C900", Reason.ANSWER_FIRST),
        (f"SB10001 C001 {WRONG}", "SB10001", Reason.PARENT_ALREADY_OPEN),
        (f"SB10001 C001 {WRONG}", "SB20004", Reason.PARENT_ON_COMPLETED_BILL),
        ("", REOPEN, Reason.NOTHING_TO_REOPEN),
        (f"SB10001 C001 {CLOSE} {CLOSE} SB10002", REOPEN, Reason.NOTHING_TO_REOPEN),
        (RELABEL, "GONE1", Reason.BAG_UNKNOWN),
        (f"{RELABEL} C001", "C001", Reason.LABEL_IN_USE),
        (f"{RELABEL} C001", "C900", Reason.LABEL_IN_USE),
        (f"{RELABEL} C001", "SB20002", Reason.LABEL_IN_USE),
        (f"{RELABEL} C001", "SB10007", Reason.LABEL_OF_OTHER_KIND),
        (f"{RELABEL} SB10007", "C001", Reason.LABEL_OF_OTHER_KIND),
        (f"SB10001 C001 {RELABEL} C002", "C001", Reason.LABEL_IN_USE),
        (DELETE, "GONE1", Reason.BAG_UNKNOWN),
        (DELETE, "C900", Reason.CHILD_HAS_PARENT),
        (DELETE, "SB20002", Reason.PARENT_HAS_CHILDREN),
        (DELETE, "SB20003", Reason.BAG_ON_BILL),
        (f"SB10001 C001 {DELETE}", "SB10001", Reason.PARENT_HAS_CHILDREN),
        ("SB10001 C001", Command.LOT_ENDED, Reason.COMMAND_NOT_HERE),
        ("SB10001 C001", Command.COMPLETE, Reason.COMMAND_NOT_HERE),
        ("SB10001 C001", Command.CANCEL_RETURN, Reason.COMMAND_NOT_HERE),
        ("SB10001 C001", LEAVE, Reason.NOTHING_TO_LEAVE),
        (FIND, UNDO, Reason.COMMAND_NOT_HERE),
    ],
)
def test_a_correction_that_cannot_be_is_refused_with_its_reason(before, code, reason):
    scanning = scanned(before)
    decision = scanning.scan(code)
    assert (decision.verdict, decision.reason) == (Verdict.REFUSED, reason)


@pytest.mark.parametrize(
    ("before", "question"),
    [
        (f"SB10001 {MOVE}", QuestionKind.MOVE),
        (f"SB10001 {MOVE} C901", QuestionKind.MOVE),
        (f"SB10001 {MOVE} C900", QuestionKind.MOVE),
        (f"SB10001 {MOVE} C900 C777", QuestionKind.MOVE),
        (f"SB10001 C001 {WRONG}", QuestionKind.WRONG_PARENT),
        (f"SB10001 C001 {WRONG} C900", QuestionKind.WRONG_PARENT),
        (f"SB10001 {RELABEL}", QuestionKind.RELABEL),
        (f"SB10001 {RELABEL} GONE1", QuestionKind.RELABEL),
        (f"SB10001 {RELABEL} C001", QuestionKind.NEW_LABEL),
        (f"SB10001 {RELABEL} C001 SB10007", QuestionKind.NEW_LABEL),
        (f"SB10001 {RELABEL} C001 C002", QuestionKind.NEW_LABEL_AGAIN),
        (f"SB10001 {RELABEL} C001 C002 C003", QuestionKind.NEW_LABEL_AGAIN),
        (f"SB10001 {DELETE}", QuestionKind.DELETE),
        (f"SB10001 {DELETE} C901", QuestionKind.DELETE_AGAIN),
        (f"SB10001 {DELETE} C901 SB20009", QuestionKind.DELETE_AGAIN),
        (f"SB10001 {DELETE} {MOVE}", QuestionKind.MOVE),
        (f"SB10001 {MOVE} {REMOVE}", QuestionKind.REMOVE),
        (f"SB10001 {MOVE} SB10002", QuestionKind.SWITCH),
        (f"SB10001 {DELETE} C900", QuestionKind.DELETE),
        (f"SB10001 {DELETE} {CANCEL}", None),
        (f"SB10001 C001 {WRONG} {CANCEL}", None),
        (f"SB10001 {MOVE} {CANCEL}", None),
        (f"SB10001 {RELABEL} C001 C002 {CANCEL}", None),
    ],
)
def test_what_is_asked_after(before, question):
    assert asked(scanned(before)) is question


@pytest.mark.parametrize(
    "before",
    [
        f"SB10001 {MOVE} C900",
        f"SB10001 C001 {WRONG}",
        f"SB10001 C001 {WRONG} SB10002",
        f"SB10001 {RELABEL} C001 C002",
        f"SB10001 C001 {RELABEL} C001 C002 C002",
        f"SB10001 {RELABEL} SB10001 SB10002 SB10002 C001",
        f"{DELETE} C901",
        f"SB20009 {DELETE} SB20009 SB20009",
        f"SB10001 C001 {CLOSE} {CLOSE}",
        f"SB10001 C001 {FIND} C900 {DELETE}",
        f"SB10001 C001 {CLOSE} {CLOSE} {REOPEN}",
    ],
)
def test_a_restart_in_the_middle_of_a_correction_stands_where_it_stood(before):
    scanning = scanned(before, close_reason_below=5)
    folded = WorkState()
    for entry in scanning.entries:
        folded = after_entry(folded, entry)
    assert folded == scanning.state


# -- moving


def test_bags_are_moved_into_the_open_parent_one_after_the_other():
    scanning = scanned(f"SB10001 C001 {MOVE} C900 C777")
    moves = [entry.decision for entry in scanning.entries[-2:]]
    assert [(move.kind, move.children, move.origin, move.parent) for move in moves] == [
        (EntryKind.MOVE_CHILDREN, ("C900",), "SB99999", "SB10001"),
        (EntryKind.MOVE_CHILDREN, ("C777",), None, "SB10001"),
    ]
    assert inside(scanning.state.parent) == ["C001", "C900", "C777"]


def test_the_parent_that_moved_bags_fill_closes_itself():
    scanning = scanned(f"SB10001 C001 {MOVE} C900", capacity=2)
    assert (scanning.state.parent, scanning.state.finished.count, asked(scanning)) == (None, 2, None)


def test_a_move_that_the_centre_refuses_is_taken_back_and_told():
    scanning = scanned(f"SB10001 C001 {MOVE} C900")
    scanning.answer(4, Outcome.REFUSED, reason=Reason.PARENT_ON_COMPLETED_BILL, count=1)
    assert inside(scanning.state.parent) == ["C001"]
    assert [(item.code, item.reason) for item in scanning.state.attention] == [
        ("C900", Reason.PARENT_ON_COMPLETED_BILL)
    ]


def test_the_wrong_parent_found_ten_children_later_gives_all_its_bags_to_the_right_one():
    children = [f"C{number:03}" for number in range(10)]
    scanning = scanned(f"SB10001 {' '.join(children)} {WRONG}")
    decision = scanning.scan("SB20002")
    assert (decision.kind, decision.origin, decision.parent, decision.base_count) == (
        EntryKind.MOVE_CHILDREN,
        "SB10001",
        "SB20002",
        3,
    )
    assert list(decision.children) == children
    assert (scanning.state.parent.code, scanning.state.parent.count) == ("SB20002", 13)


def test_only_what_was_put_in_here_and_still_is_inside_goes_to_the_right_parent():
    scanning = scanned(f"SB20002 C001 C002 C003 {UNDO} {WRONG}")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=3)
    assert scanning.scan("SB10009").children == ("C002",)


def test_a_parent_that_filled_itself_can_be_the_wrong_one():
    scanning = scanned(f"SB10001 C001 C002 {WRONG} SB10002", capacity=2)
    assert (scanning.state.parent, scanning.state.finished.code) == (None, "SB10002")


def test_bags_that_do_not_fit_into_the_right_parent_stay():
    scanning = scanned(f"SB10001 C001 C002 {WRONG}", capacity=4)
    assert scanning.scan("SB20002").reason is Reason.PARENT_FULL
    assert inside(scanning.state.parent) == ["C001", "C002"]


def test_the_bags_moved_to_the_right_parent_are_counted_as_the_centre_says():
    scanning = scanned(f"SB10001 C001 {WRONG} SB10002 C002")
    scanning.answer(4, count=6)
    assert scanning.state.parent.count == 7
    scanning.answer(2, count=1)
    assert scanning.state.parent.count == 7


def test_a_new_parent_that_nothing_was_moved_to_is_closed():
    scanning = scanned(f"SB10001 C001 {WRONG} SB10002 C002")
    scanning.answer(4, Outcome.REFUSED, reason=Reason.CHILD_NOT_IN_PARENT, count=None)
    assert scanning.state.parent is None
    assert scanning.scan("C003").reason is Reason.NO_PARENT


def test_an_old_parent_that_nothing_was_moved_to_stays_open_without_the_bags():
    scanning = scanned(f"SB10001 C001 {WRONG} SB20002")
    scanning.answer(4, Outcome.REFUSED, reason=Reason.CHILD_NOT_IN_PARENT, count=3)
    assert (scanning.state.parent.code, scanning.state.parent.count) == ("SB20002", 3)


def test_many_bags_of_which_one_was_there_already_need_somebody_to_look():
    scanning = scanned(f"SB10001 C001 C002 {WRONG} SB20002")
    scanning.answer(5, Outcome.REFUSED, reason=Reason.ALREADY_IN_THIS_PARENT, count=3)
    assert [item.reason for item in scanning.state.attention] == [Reason.ALREADY_IN_THIS_PARENT]


# -- reopening


@pytest.mark.parametrize("before", [f"SB10001 C001 {CLOSE} {CLOSE}", "SB10001 C001 C002"])
def test_the_parent_closed_last_is_opened_again(before):
    scanning = scanned(before, capacity=2)
    count = scanning.state.finished.count
    decision = scanning.scan(REOPEN)
    assert (decision.kind, decision.parent, decision.base_count) == (EntryKind.OPEN_PARENT, "SB10001", count)
    assert scanning.state.parent.count == count


def test_a_reopened_full_parent_lets_bags_be_taken_out():
    scanning = scanned(f"SB10001 C001 C002 {REOPEN} {REMOVE}", capacity=2)
    assert scanning.scan("C001").kind is EntryKind.REMOVE_CHILD


# -- labels


def test_a_damaged_child_label_is_replaced_and_the_bag_keeps_its_place():
    scanning = scanned(f"SB10001 C001 C002 {RELABEL} C001 C003")
    decision = scanning.scan("C003")
    assert (decision.kind, decision.bag, decision.child, decision.parent) == (
        EntryKind.REPLACE_LABEL,
        "C001",
        "C003",
        None,
    )
    assert inside(scanning.state.parent) == ["C003", "C002"]


def test_a_damaged_parent_label_is_replaced_and_it_stays_open():
    scanning = scanned(f"SB10001 C001 {RELABEL} SB10001 SB10002 SB10002 C002")
    assert (scanning.state.parent.code, inside(scanning.state.parent)) == ("SB10002", ["C001", "C002"])


def test_answers_to_what_was_done_under_the_old_label_still_count():
    scanning = scanned(f"SB10001 C001 C002 {RELABEL} SB10001 SB10002 SB10002")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=0)
    scanning.answer(3, count=1)
    assert (inside(scanning.state.parent), scanning.state.parent.count) == (["C002"], 1)


@pytest.mark.parametrize(("old", "new"), [("SB10001", "SB10002"), ("C001", "C003")])
def test_a_label_that_the_centre_does_not_replace_is_the_old_one_again(old, new):
    scanning = scanned(f"SB10001 C001 C002 {RELABEL} {old} {new} {new}")
    scanning.answer(7, Outcome.REFUSED, reason=Reason.LABEL_IN_USE, count=2)
    assert (scanning.state.parent.code, inside(scanning.state.parent)) == ("SB10001", ["C001", "C002"])
    assert [item.code for item in scanning.state.attention] == [new]


@pytest.mark.parametrize(("refused", "code"), [(False, "SB10002"), (True, "SB10001")])
def test_a_parent_on_the_bill_that_is_worked_at_is_called_as_its_label_says(refused, code):
    known = BillFact(code="BILL-7", status=BillStatus.NEW, capacity=5, linked=0)
    scanning = Scanning(role=Role.BILLER, bills={"BILL-7": known})
    scanning.scan_all(f"BILL-7 SB10001 {FIND} SB10001 {RELABEL} SB10002 SB10002")
    if refused:
        scanning.answer(7, Outcome.REFUSED, reason=Reason.LABEL_IN_USE)
    scanning.scan(LEAVE)
    assert scanning.scan(UNDO).parent == code


def test_a_label_of_a_bag_that_is_known_to_be_a_parent_is_a_parents_whatever_its_old_code():
    odd = {"OLDBAG1": BagFact(code="OLDBAG1", kind="parent", count=1)}
    scanning = scanned(f"{RELABEL} OLDBAG1 SB10007", facts=odd)
    decision = scanning.scan("SB10007")
    assert (decision.kind, decision.parent, decision.child) == (EntryKind.REPLACE_LABEL, "SB10007", None)


def test_a_label_in_use_stops_the_work_until_it_is_understood_and_another_is_wanted():
    scanning = scanned(f"{RELABEL} C001 C900")
    assert scanning.state.stop.code == "C900"
    scanning.scan_all("C900 C003 C003")
    assert scanning.entries[-1].decision.kind is EntryKind.REPLACE_LABEL


# -- deleting


def test_a_bag_is_deleted_when_it_is_scanned_twice():
    scanning = scanned(f"{DELETE} C901")
    decision = scanning.scan("C901")
    assert (decision.kind, decision.bag) == (EntryKind.DELETE_BAG, "C901")
    assert scanning.state.question is None


def test_the_open_parent_that_is_deleted_is_open_no_more():
    assert scanned(f"SB20009 {DELETE} SB20009 SB20009").state.parent is None


@pytest.mark.parametrize("role", [Role.DISPATCHER, None])
def test_who_may_not_delete_bags_is_refused(role):
    assert scanned("", role=role).scan(DELETE).reason is Reason.NOT_PERMITTED


def test_a_question_to_delete_is_not_answered_by_who_may_not():
    scanning = scanned(f"{DELETE} C901")
    scanning.by = None
    assert scanning.scan("C901").reason is Reason.NOT_PERMITTED


def test_a_bag_in_the_open_parent_of_which_nothing_else_is_known_is_not_deleted():
    scanning = scanned(f"SB10001 C001 {DELETE}")
    assert scanning.scan("C001").reason is Reason.CHILD_HAS_PARENT


# -- finding


def test_what_was_found_is_deleted_by_the_command_and_the_bag():
    scanning = scanned(f"{FIND} C901 {DELETE}")
    assert (asked(scanning), scanning.state.question.code) == (QuestionKind.DELETE_AGAIN, "C901")
    assert scanning.scan("C901").kind is EntryKind.DELETE_BAG
    assert scanning.state.finding


def test_what_was_found_and_cannot_be_deleted_is_refused_at_once():
    assert scanned(f"{FIND} C900 {DELETE}").entries[-1].decision.reason is Reason.CHILD_HAS_PARENT


def test_what_was_found_gets_a_new_label():
    scanning = scanned(f"{FIND} C900 {RELABEL}")
    assert (asked(scanning), scanning.state.question.about) == (QuestionKind.NEW_LABEL, "C900")
    scanning.scan_all("C003 C003")
    assert scanning.entries[-1].decision.bag == "C900"


def test_finding_leaves_the_open_parent_alone():
    scanning = scanned(f"SB10001 C001 {FIND} C900 SB20002 {LEAVE} C002")
    assert (scanning.state.parent.code, inside(scanning.state.parent)) == ("SB10001", ["C001", "C002"])


def test_a_bag_to_look_at_is_looked_up_and_not_acknowledged_while_finding():
    scanning = scanned("SB10001 C900")
    scanning.scan("C900")
    scanning.scan("C001")
    scanning.answer(4, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=0)
    scanning.scan_all(f"{FIND} C001")
    assert (scanning.state.found, len(scanning.state.attention)) == ("C001", 1)


# -- closing early


def test_closing_below_the_minimum_wants_a_reason():
    scanning = scanned(f"SB10001 C001 {CLOSE} {CLOSE}", close_reason_below=2)
    assert (scanning.entries[-1].decision.reason, asked(scanning)) == (Reason.WHY_CLOSED, QuestionKind.WHY)
    decision = scanning.scan(Command.SHIFT_ENDED)
    assert (decision.kind, decision.parent, decision.why) == (
        EntryKind.CLOSE_PARENT,
        "SB10001",
        WhyClosed.SHIFT_ENDED,
    )


def test_with_as_many_as_the_minimum_no_reason_is_wanted():
    scanning = scanned(f"SB10001 C001 C002 {CLOSE} {CLOSE}", close_reason_below=2)
    assert (scanning.state.parent, scanning.entries[-1].decision.why) == (None, None)


@pytest.mark.parametrize(("answer", "kind"), [("C002", EntryKind.ADD_CHILD), (CANCEL, EntryKind.CANCEL)])
def test_a_bag_or_cancel_instead_of_the_reason_means_go_on(answer, kind):
    scanning = scanned(f"SB10001 C001 {CLOSE} {CLOSE}", close_reason_below=5)
    assert scanning.scan(answer).kind is kind
    assert (scanning.state.parent.code, asked(scanning)) == ("SB10001", None)


def test_close_a_third_time_is_no_reason():
    scanning = scanned(f"SB10001 C001 {CLOSE} {CLOSE} {CLOSE}", close_reason_below=5)
    assert asked(scanning) is QuestionKind.WHY


# -- the administrator's edit


def test_an_edit_of_the_open_parent_counts_and_is_taken_back_when_refused():
    scanning = scanned("SB10001 C001")
    entry = entry_of(edited("SB10001", added=("C002", "C003"), removed=("C001",)), 3)
    scanning.entries.append(entry)
    scanning.state = after_entry(scanning.state, entry)
    assert (inside(scanning.state.parent), scanning.state.parent.count) == (["C002", "C003"], 2)
    scanning.answer(3, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=1)
    assert (inside(scanning.state.parent), scanning.state.parent.count) == (["C001"], 1)


# -- undo of a move, and reasons when another bag is begun


def test_undo_puts_a_moved_bag_back_where_it_was_and_the_parent_stays_open():
    scanning = scanned(f"SB10001 C001 {MOVE} C900")
    decision = scanning.scan("TT-CMD-UNDO")
    assert (decision.kind, decision.children, decision.origin, decision.parent) == (
        EntryKind.MOVE_CHILDREN,
        ("C900",),
        "SB10001",
        "SB99999",
    )
    assert (scanning.state.parent.code, scanning.state.parent.count) == ("SB10001", 1)
    assert scanning.scan("TT-CMD-UNDO").child == "C001"


def test_undo_of_a_wrong_parent_moves_all_of_them_back():
    scanning = scanned(f"SB10001 C001 C002 {WRONG} SB10002")
    decision = scanning.scan("TT-CMD-UNDO")
    assert (decision.children, decision.parent) == (("C001", "C002"), "SB10001")
    assert (scanning.state.parent.code, scanning.state.parent.count) == ("SB10002", 0)


def test_another_parent_does_not_get_round_the_reason():
    scanning = scanned("SB10001 C001 SB10002", close_reason_below=5)
    decision = scanning.scan("SB10002")
    assert (decision.question, scanning.state.parent.code) == (QuestionKind.WHY, "SB10001")
    scanning.scan("TT-CMD-WHY-SHIFT-ENDED")
    assert scanning.scan("SB10002").kind is EntryKind.OPEN_PARENT
