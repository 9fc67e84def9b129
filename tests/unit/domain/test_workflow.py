"""What a scan means, as tables: scanned → expected verdict."""

from datetime import UTC, datetime

import pytest
from fakes.scanning import Scanning

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import Command, code_rules
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Outcome, Remark, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import ScannerRole

CLOSE, REMOVE, UNDO = "TT-CMD-CLOSE", "TT-CMD-REMOVE", "TT-CMD-UNDO"
CANCEL, UNDERSTOOD = "TT-CMD-CANCEL", "TT-CMD-UNDERSTOOD"
IN_OTHER = {"TAKEN1": BagFact(code="TAKEN1", kind="child", parent="SB99999", by="ravi")}


@pytest.mark.parametrize(
    ("before", "scanned", "reason"),
    [
        ("", "AB12C", Reason.NO_PARENT),
        ("", CLOSE, Reason.NO_PARENT),
        ("", REMOVE, Reason.NO_PARENT),
        ("", UNDO, Reason.NOTHING_TO_UNDO),
        ("SB10001", UNDO, Reason.NOTHING_TO_UNDO),
        ("", CANCEL, Reason.NOTHING_TO_CANCEL),
        ("", UNDERSTOOD, Reason.NOTHING_TO_ACKNOWLEDGE),
        ("SB10001", "SB10001", Reason.PARENT_ALREADY_OPEN),
        ("SB10001 AB12C", "AB12C", Reason.ALREADY_IN_THIS_PARENT),
        ("SB10001 AB12C SB10002", "AB12D", Reason.ANSWER_FIRST),
        ("SB10001 AB12C SB10002", CLOSE, Reason.ANSWER_FIRST),
        ("SB10001", "A-B", Reason.UNKNOWN_CODE),
        ("SB10001", "TT-CMD-DANCE", Reason.UNKNOWN_COMMAND),
        ("SB10001", "TT-BADGE-1", Reason.UNKNOWN_BADGE),
        ("SB10001", "BILL-7", Reason.BILL_NOT_HERE),
        ("SB10001 " + REMOVE, "AB12C", Reason.CHILD_NOT_IN_PARENT),
        ("SB10001 C001 C002 C003", "C004", Reason.PARENT_FULL),
        ("SB10001 C001 C002 C003", "C003", Reason.ALREADY_IN_THIS_PARENT),
    ],
)
def test_a_scan_that_the_work_does_not_allow_is_refused_with_its_reason(before, scanned, reason):
    scanning = Scanning(capacity=3)
    scanning.scan_all(before)
    decision = scanning.scan(scanned)
    assert (decision.verdict, decision.reason) == (Verdict.REFUSED, reason)


@pytest.mark.parametrize("kind", ["parent", "pallet"])
def test_only_a_child_bag_is_taken_out_of_a_parent(kind):
    scanning = Scanning(facts={"AB12C": BagFact(code="AB12C", kind=kind, parent="SB10001")})
    scanning.scan_all(f"SB10001 {REMOVE}")
    assert scanning.scan("AB12C").reason is Reason.CHILD_NOT_IN_PARENT


@pytest.mark.parametrize(
    ("fact", "scanned", "reason"),
    [
        (BagFact(code="AB12C", kind="child", parent="SB99999"), "AB12C", Reason.CHILD_IN_OTHER_PARENT),
        (BagFact(code="AB12C", kind="child", parent="SB10001"), "AB12C", Reason.ALREADY_IN_THIS_PARENT),
        (BagFact(code="AB12C", kind="parent", count=4), "AB12C", Reason.CHILD_IS_PARENT),
        (BagFact(code="AB12C", kind="pallet"), "AB12C", Reason.UNKNOWN_BAG_TYPE),
        (BagFact(code="AB12C", kind="pallet", parent="SB99999"), "AB12C", Reason.CHILD_IN_OTHER_PARENT),
        (BagFact(code="SB10002", kind="child", parent="SB99999"), "SB10002", Reason.PARENT_IS_CHILD),
        (BagFact(code="SB10002", kind="pallet"), "SB10002", Reason.UNKNOWN_BAG_TYPE),
    ],
)
def test_what_is_known_about_a_bag_is_told_with_the_refusal(fact, scanned, reason):
    scanning = Scanning(facts={fact.code: fact})
    scanning.scan("SB10001")
    decision = scanning.scan(scanned)
    assert (decision.reason, decision.fact) == (reason, fact)


def from_centre(code, **known):
    return BagFact(code=code, as_of=datetime(2026, 1, 5, 9, 0, tzinfo=UTC), from_centre=True, **known)


def after_the_centre_said(fact, *, before):
    scanning = Scanning(capacity=3)
    scanning.scan_all(before)
    scanning.facts[fact.code] = fact
    return scanning


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (from_centre("C001"), Verdict.ACCEPTED, None),
        (from_centre("C001", kind="child"), Verdict.ACCEPTED, None),
        (from_centre("C001", kind="child", parent="SB99999"), Verdict.REFUSED, Reason.CHILD_IN_OTHER_PARENT),
        (from_centre("C001", kind="child", parent="SB10001"), Verdict.REFUSED, Reason.ALREADY_IN_THIS_PARENT),
        (from_centre("C001", kind="pallet"), Verdict.REFUSED, Reason.ALREADY_IN_THIS_PARENT),
        (BagFact(code="C001", kind="child"), Verdict.REFUSED, Reason.ALREADY_IN_THIS_PARENT),
    ],
)
def test_where_a_bag_of_the_open_parent_is_now_the_centre_says(fact, verdict, reason):
    scanning = after_the_centre_said(fact, before="SB10001 C001 C002")
    decision = scanning.scan("C001")
    assert (decision.verdict, decision.reason) == (verdict, reason)


def test_a_bag_that_was_taken_out_elsewhere_and_counted_again_counts_as_the_centre_says():
    scanning = after_the_centre_said(from_centre("C001"), before="SB10001 C001")
    scanning.answer(1, count=0)
    scanning.answer(2, count=1)
    scanning.scan("C001")
    scanning.answer(3, count=1)
    assert [change.child for change in scanning.state.parent.children] == ["C001"]
    assert scanning.state.parent.count == 1


@pytest.mark.parametrize("parent", [None, "SB99999"])
def test_a_bag_that_is_not_in_the_open_parent_any_more_cannot_be_taken_out_of_it(parent):
    fact = from_centre("C001", kind="child", parent=parent)
    scanning = after_the_centre_said(fact, before=f"SB10001 C001 {REMOVE}")
    assert scanning.scan("C001").reason is Reason.CHILD_NOT_IN_PARENT


def test_a_bag_that_there_is_not_cannot_be_taken_out_of_a_parent_with_bags_of_others():
    full = BagFact(code="SB10001", kind="parent", count=2)
    scanning = Scanning(facts={"SB10001": full, "C001": from_centre("C001")})
    scanning.scan_all(f"SB10001 {REMOVE}")
    assert scanning.scan("C001").reason is Reason.CHILD_NOT_IN_PARENT


@pytest.mark.parametrize("scanned", ["SB10001", "C004", "C005"])
def test_that_there_is_no_such_bag_is_kept_in_no_decision(scanned):
    scanning = Scanning(capacity=1, facts={scanned: from_centre(scanned)})
    scanning.scan_all("" if scanned == "SB10001" else "SB10001 C004" if scanned == "C005" else "SB10001")
    assert scanning.scan(scanned).fact is None


def test_nobody_signed_in_means_nothing_is_counted():
    assert Scanning().scan("SB10001", signed_in=False).reason is Reason.NOT_SIGNED_IN


PARENTS_ONLY, CHILDREN_ONLY = Arrival(role=ScannerRole.PARENTS), Arrival(role=ScannerRole.CHILDREN)


@pytest.mark.parametrize(("arrival", "scanned"), [(PARENTS_ONLY, "AB12C"), (CHILDREN_ONLY, "SB10002")])
def test_a_scanner_for_other_bags_counts_nothing_and_leaves_the_question(arrival, scanned):
    scanning = Scanning()
    scanning.scan_all(f"SB10001 C001 {REMOVE}")
    assert scanning.scan(scanned, arrival=arrival).reason is Reason.WRONG_SCANNER
    assert scanning.scan("C001").kind is EntryKind.REMOVE_CHILD


@pytest.mark.parametrize(("arrival", "scanned"), [(PARENTS_ONLY, "SB10001"), (CHILDREN_ONLY, "AB12C")])
def test_a_scanner_counts_the_bags_it_is_for(arrival, scanned):
    scanning = Scanning()
    scanning.scan("SB10009")
    assert scanning.scan(scanned, arrival=arrival).reason is not Reason.WRONG_SCANNER


@pytest.mark.parametrize("arrival", [PARENTS_ONLY, CHILDREN_ONLY])
@pytest.mark.parametrize("scanned", [*Command, "TT-BADGE-1", "BILL-7", "???"])
def test_commands_badges_and_the_rest_come_from_every_scanner(arrival, scanned):
    scanning = Scanning()
    assert scanning.scan(scanned, arrival=arrival).reason is not Reason.WRONG_SCANNER


@pytest.mark.parametrize(("arrival", "code"), [(PARENTS_ONLY, "TAKEN1"), (CHILDREN_ONLY, "SB10002")])
def test_a_stop_is_acknowledged_with_any_scanner(arrival, code):
    elsewhere = BagFact(code=code, kind="child", parent="SB99999")
    scanning = Scanning(facts={code: elsewhere})
    scanning.scan_all(f"SB10001 {code}")
    assert scanning.scan(code, arrival=arrival).kind is EntryKind.ACKNOWLEDGE


def test_a_reading_among_many_acknowledges_no_stop():
    scanning = Scanning(facts=IN_OTHER)
    scanning.scan_all("SB10001 TAKEN1")
    batch = Arrival(remarks=(Remark.BATCH,))
    assert scanning.scan("TAKEN1", arrival=batch).reason is Reason.NOT_COUNTED
    assert scanning.scan(UNDERSTOOD, arrival=batch).reason is Reason.NOT_COUNTED


def test_a_full_parent_closes_itself_and_the_next_parent_opens_at_once():
    scanning = Scanning(capacity=2)
    scanning.scan_all("SB10001 C001 C002")
    assert scanning.state.parent is None
    assert scanning.state.finished.count == 2
    assert scanning.scan("SB10002").verdict is Verdict.ACCEPTED


def test_closing_early_asks_once_and_the_same_command_answers():
    scanning = Scanning()
    first, second = scanning.scan_all(f"SB10001 C001 {CLOSE} {CLOSE}")[-2:]
    assert (first.verdict, first.reason) == (Verdict.CONFIRM, Reason.CONFIRM_CLOSE)
    assert (second.verdict, second.kind) == (Verdict.ACCEPTED, EntryKind.CLOSE_PARENT)
    assert scanning.state.parent is None


def test_a_child_after_the_close_question_means_go_on():
    scanning = Scanning()
    decisions = scanning.scan_all(f"SB10001 C001 {CLOSE} C002 {CLOSE}")
    assert decisions[3].kind is EntryKind.ADD_CHILD
    assert decisions[4].verdict is Verdict.CONFIRM


def test_another_parent_asks_and_its_second_scan_switches():
    scanning = Scanning()
    asked, switched = scanning.scan_all("SB10001 C001 SB10002 SB10002")[-2:]
    assert (asked.verdict, asked.reason) == (Verdict.CONFIRM, Reason.OTHER_PARENT_OPEN)
    assert (switched.kind, switched.parent, switched.closes) == (
        EntryKind.OPEN_PARENT,
        "SB10002",
        "SB10001",
    )


def test_no_child_is_filed_while_it_is_not_known_which_parent_is_meant():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 SB10002 C002 C003")
    assert scanning.state.parent.count == 1
    assert scanning.scan("SB10002").kind is EntryKind.OPEN_PARENT


@pytest.mark.parametrize("answer", ["SB10001", CANCEL])
def test_the_open_parent_or_cancel_keeps_the_open_parent(answer):
    scanning = Scanning()
    scanning.scan_all(f"SB10001 C001 SB10002 {answer} C002")
    assert (scanning.state.parent.code, scanning.state.parent.count) == ("SB10001", 2)


def test_a_third_parent_asks_anew():
    scanning = Scanning()
    decision = scanning.scan_all("SB10001 C001 SB10002 SB10003")[-1]
    assert (decision.verdict, scanning.state.question.code) == (Verdict.CONFIRM, "SB10003")


def test_undo_takes_the_newest_child_out_and_can_be_repeated():
    scanning = Scanning()
    decisions = scanning.scan_all(f"SB10001 C001 C002 {UNDO} {UNDO} {UNDO}")
    assert [(d.kind, d.child) for d in decisions[3:5]] == [
        (EntryKind.REMOVE_CHILD, "C002"),
        (EntryKind.REMOVE_CHILD, "C001"),
    ]
    assert decisions[5].reason is Reason.NOTHING_TO_UNDO


def test_undo_after_the_last_bag_opens_the_parent_again():
    scanning = Scanning(capacity=2)
    scanning.scan_all(f"SB10001 C001 C002 {UNDO} C003")
    assert scanning.state.finished.count == 2
    assert [change.child for change in scanning.state.finished.children] == ["C001", "C003"]


def test_remove_takes_the_scanned_child_out_once():
    scanning = Scanning()
    decisions = scanning.scan_all(f"SB10001 C001 C002 {REMOVE} C001 C001")
    assert decisions[4].kind is EntryKind.REMOVE_CHILD
    assert decisions[5].kind is EntryKind.ADD_CHILD


def test_a_bag_that_may_have_been_inside_before_is_removed_and_the_centre_decides():
    scanning = Scanning(facts={"SB10001": BagFact(code="SB10001", kind="parent", count=4)})
    decision = scanning.scan_all(f"SB10001 {REMOVE} OLD1")[-1]
    assert decision.kind is EntryKind.REMOVE_CHILD
    assert scanning.state.parent.count == 3


def test_a_stop_counts_nothing_until_the_bag_is_scanned_again():
    scanning = Scanning(facts=IN_OTHER)
    decisions = scanning.scan_all("SB10001 TAKEN1 C001 SB10002 TAKEN1 C002")
    assert [d.reason for d in decisions[1:4]] == [
        Reason.CHILD_IN_OTHER_PARENT,
        Reason.NOT_COUNTED,
        Reason.NOT_COUNTED,
    ]
    assert decisions[4].kind is EntryKind.ACKNOWLEDGE
    assert decisions[5].kind is EntryKind.ADD_CHILD


def test_a_stop_survives_twenty_further_scans():
    scanning = Scanning(facts=IN_OTHER)
    scanning.scan_all("SB10001 TAKEN1")
    scanning.scan_all(" ".join(f"C{number:03}" for number in range(20)))
    assert scanning.state.stop.code == "TAKEN1"
    assert scanning.state.parent.count == 0


def test_understood_ends_a_stop():
    scanning = Scanning(facts=IN_OTHER)
    scanning.scan_all(f"SB10001 TAKEN1 {UNDERSTOOD}")
    assert scanning.state.stop is None


def test_a_late_refusal_joins_the_attention_list_and_scans_go_on():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 C002")
    fact = BagFact(code="C001", kind="child", parent="SB99999")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=0, fact=fact)
    assert [item.code for item in scanning.state.attention] == ["C001"]
    assert scanning.scan("C003").kind is EntryKind.ADD_CHILD
    assert [change.child for change in scanning.state.parent.children] == ["C002", "C003"]


def test_scanning_the_bag_of_an_attention_item_acknowledges_it():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=0)
    assert scanning.scan("C001").kind is EntryKind.ACKNOWLEDGE
    assert scanning.state.attention == ()


def test_a_child_that_was_in_this_parent_already_needs_no_attention():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001")
    scanning.answer(1, count=1)
    scanning.answer(2, Outcome.REFUSED, reason=Reason.ALREADY_IN_THIS_PARENT, count=1)
    assert scanning.state.attention == ()
    assert scanning.state.parent.count == 1


def test_the_count_follows_the_centre_and_keeps_what_waits():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 C002")
    scanning.answer(1, count=12)
    assert scanning.state.parent.count == 14
    scanning.answer(2, count=15)  # another station added two
    assert scanning.state.parent.count == 16


def test_a_receipt_from_before_the_parent_was_opened_again_is_not_its_count():
    scanning = Scanning()
    scanning.facts["SB10001"] = BagFact(code="SB10001", kind="parent", count=1)
    scanning.scan_all(f"SB10001 C001 {CLOSE} {CLOSE} SB10001")
    before = scanning.state.parent.count
    scanning.answer(1, count=0)
    assert scanning.state.parent.count == before


def test_a_parent_that_the_centre_holds_as_complete_takes_no_child():
    fact = BagFact(code="SB10001", kind="parent", count=10, completed=True)
    scanning = Scanning(facts={"SB10001": fact})
    assert scanning.scan_all("SB10001 C001")[-1].reason is Reason.PARENT_COMPLETED
    assert scanning.scan("SB10002").kind is EntryKind.OPEN_PARENT


def test_a_full_parent_may_be_opened_and_refuses_the_next_child():
    scanning = Scanning(facts={"SB10001": BagFact(code="SB10001", kind="parent", count=30)})
    opened, refused = scanning.scan_all("SB10001 C001")
    assert (opened.verdict, refused.reason) == (Verdict.ACCEPTED, Reason.PARENT_FULL)


@pytest.mark.parametrize(
    ("seq", "reason"), [(1, Reason.PARENT_IS_CHILD), (2, Reason.PARENT_MISSING), (1, Reason.UNKNOWN_BAG_TYPE)]
)
def test_a_parent_that_the_centre_says_is_none_takes_no_further_child(seq, reason):
    scanning = Scanning()
    scanning.scan_all("SB10001 C001")
    scanning.answer(seq, Outcome.REFUSED, reason=reason)
    assert scanning.scan("C002").reason is Reason.NO_PARENT


def test_a_child_of_an_unknown_type_does_not_close_its_parent():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.UNKNOWN_BAG_TYPE, count=0)
    assert scanning.state.parent.code == "SB10001"


def test_a_late_refusal_can_be_understood_while_a_question_is_open():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 SB10002")
    scanning.answer(2, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, count=0)
    assert scanning.scan(UNDERSTOOD).kind is EntryKind.ACKNOWLEDGE
    assert scanning.scan("SB10002").kind is EntryKind.OPEN_PARENT


def test_a_child_that_somebody_else_took_out_can_be_put_in_again():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 C002 TT-CMD-UNDO")
    scanning.answer(1, count=0)
    scanning.answer(2, count=1)
    scanning.answer(3, count=2)
    scanning.answer(4, Outcome.REFUSED, reason=Reason.CHILD_NOT_IN_PARENT, count=1)
    assert scanning.scan(UNDERSTOOD).kind is EntryKind.ACKNOWLEDGE
    assert scanning.state.parent.count == 1
    assert scanning.scan("C002").verdict is Verdict.ACCEPTED
    assert scanning.state.parent.count == 2


def test_undo_goes_on_past_a_child_that_somebody_else_took_out():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 C002 TT-CMD-UNDO")
    scanning.answer(4, Outcome.REFUSED, reason=Reason.CHILD_NOT_IN_PARENT, count=1)
    scanning.scan(UNDERSTOOD)
    assert scanning.scan("TT-CMD-UNDO").child == "C001"


def test_everything_about_an_open_parent_keeps_the_capacity_it_was_opened_with():
    scanning = Scanning(capacity=30)
    scanning.scan_all("SB10001 C001 C002")
    scanning.rules = code_rules(capacity=1)
    decisions = scanning.scan_all("C003 TT-CMD-UNDO TT-CMD-CLOSE TT-CMD-CLOSE")
    assert [decision.capacity for decision in decisions if decision.verdict is Verdict.ACCEPTED] == [30] * 3


def test_an_answer_that_comes_after_a_later_one_does_not_bring_its_old_count_back():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 C002")
    scanning.answer(3, count=5)
    scanning.answer(2, count=1)
    assert scanning.state.parent.count == 5
    scanning.answer(1, count=0)
    assert scanning.state.parent.count == 5


def test_a_parent_that_is_gone_at_the_centre_is_closed_by_the_answer_to_any_scan():
    scanning = Scanning(capacity=1, facts={"SB10001": BagFact(code="SB10001", kind="parent", count=1)})
    scanning.scan_all("SB10001 C001")
    scanning.answer(1, count=1, completed=True)
    scanning.answer(2, Outcome.REFUSED, reason=Reason.PARENT_FULL, count=None)
    assert scanning.state.parent is None
    assert scanning.scan("SB10001").kind is EntryKind.OPEN_PARENT


@pytest.mark.parametrize("reason", [Reason.CONFLICTING_REPEAT, Reason.CENTRE_COULD_NOT_STORE])
def test_an_answer_that_says_nothing_about_bags_closes_no_parent(reason):
    scanning = Scanning()
    scanning.scan_all("SB10001 ?!?!")
    scanning.answer(2, Outcome.REFUSED, reason=reason, count=None)
    assert scanning.state.parent.code == "SB10001"
