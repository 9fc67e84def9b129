"""What a scan means at a return, and while finding, as tables: scanned → expected."""

import pytest
from fakes.decisions import added, opened
from fakes.desk_scanning import DeskScanning, bill, parent, person
from fakes.scanning import entry_of

from traitortrack_desktop.domain.entries import BagFact, EntryKind, Outcome, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus
from traitortrack_desktop.domain.work import WorkState, after_entry

NEW, AREA = "TT-CMD-NEW-RETURN", "TT-AREA-SRI-GANGANAGAR"
UNDO, REMOVE, COMPLETE, GIVE_UP = (
    "TT-CMD-UNDO",
    "TT-CMD-REMOVE",
    "TT-CMD-COMPLETE",
    "TT-CMD-CANCEL-RETURN",
)
LEAVE, CANCEL, FIND = "TT-CMD-LEAVE", "TT-CMD-CANCEL", "TT-CMD-FIND"
RTN = "RTN-20261124-00AF"
BAGS = (
    parent("SB10001", on="BILL-1"),
    parent("SB10002", count=20, on="BILL-2"),
    parent("SB10003"),
    BagFact(code="CHILD1", kind="child", from_centre=True),
    BagFact(code="SB10000", kind=None, from_centre=True),
)


def at_return(scanned="", **known):
    scanning = DeskScanning(bags=BAGS, **known)
    scanning.scan_all(f"{NEW} {AREA} {scanned}")
    return scanning


def test_a_new_return_asks_where_and_gets_a_code_as_the_web_application_makes_them():
    scanning = DeskScanning()
    asked, made = scanning.scan_all(f"{NEW} {AREA}")
    assert asked.question is QuestionKind.AREA
    assert (made.kind, made.ticket, made.area) == (
        EntryKind.OPEN_RETURN,
        "RTN-20260105-BCDE",
        "sri_ganganagar",
    )


def test_somebody_with_an_area_opens_a_return_there_at_once():
    scanning = DeskScanning(by=person(area="indore"))
    assert scanning.scan(NEW).area == "indore"


def test_an_open_parent_is_asked_for_before_a_return_is_begun():
    state = WorkState()
    for seq, decision in enumerate([opened("SB10001"), added("SB10001", "AB12C")], 1):
        state = after_entry(state, entry_of(decision, seq))
    scanning = DeskScanning(by=person(area="indore"), state=state)
    asked, made = scanning.scan_all(f"{NEW} {NEW}")
    assert (asked.question, made.closes) == (QuestionKind.LEAVE_PARENT, "SB10001")


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (TicketFact(code=RTN, from_centre=True), Reason.TICKET_UNKNOWN),
        (TicketFact(code=RTN, status=TicketStatus.COMMITTED), Reason.TICKET_CLOSED),
        (TicketFact(code=RTN, status=TicketStatus.CANCELLED), Reason.TICKET_CLOSED),
    ],
)
def test_a_return_that_is_not_open_is_not_gone_to(known, reason):
    assert DeskScanning(tickets=(known,)).scan(RTN).reason is reason


@pytest.mark.parametrize("known", [(), (TicketFact(code=RTN, status=TicketStatus.OPEN, bags=2),)])
def test_an_open_return_or_an_unknown_one_is_gone_to(known):
    scanning = DeskScanning(tickets=known)
    assert scanning.scan(RTN).kind is EntryKind.RESUME_RETURN
    assert scanning.state.ticket.count == (2 if known else 0)


def test_dispatchers_have_no_returns():
    assert DeskScanning(by=person("dispatcher")).scan(NEW).reason is Reason.NOT_PERMITTED


@pytest.mark.parametrize(
    ("before", "scanned", "reason"),
    [
        ("", "SB10003", Reason.PARENT_NOT_BILLED),
        ("", "SB10000", Reason.PARENT_MISSING),
        ("", "CHILD1", Reason.CHILD_NOT_BILLABLE),
        ("", UNDO, Reason.NOTHING_TO_UNDO),
        ("", CANCEL, Reason.NOTHING_TO_CANCEL),
        ("", AREA, Reason.COMMAND_NOT_HERE),
        (REMOVE, "SB10001", Reason.NOT_RETURNED),
        ("", "TT-CMD-MOVE", Reason.COMMAND_NOT_HERE),
    ],
)
def test_what_a_return_does_not_allow_is_refused_with_its_reason(before, scanned, reason):
    assert at_return(before).scan(scanned).reason is reason


def test_parents_come_back_with_what_is_in_them():
    work = at_return("SB10001 SB10002").state.ticket
    assert (work.count, work.kilograms) == (2, 30)
    assert [(change.parent, change.bill) for change in work.bags] == [
        ("SB10001", "BILL-1"),
        ("SB10002", "BILL-2"),
    ]


def test_a_parent_that_is_on_the_return_already_is_told_as_that():
    scanning = at_return("SB10001")
    scanning.bags["SB10001"] = parent("SB10001")
    assert scanning.scan("SB10001").reason is Reason.ALREADY_RETURNED


@pytest.mark.parametrize("take_off", [UNDO, f"{REMOVE} SB10001"])
def test_a_parent_scanned_by_mistake_is_taken_off_again(take_off):
    scanning = at_return(f"SB10001 {take_off}")
    assert scanning.entries[-1].decision.kind is EntryKind.UNRETURN_BAG
    assert scanning.state.ticket.count == 0


def test_a_return_is_finalised_by_the_same_command_twice_once_the_centre_has_everything():
    scanning = at_return("SB10001")
    assert scanning.scan(COMPLETE).reason is Reason.BILL_WAITS
    scanning.answer(2)
    scanning.answer(3)
    kinds = [decision.kind for decision in scanning.scan_all(f"{COMPLETE} {COMPLETE}")]
    assert kinds == [EntryKind.QUESTION, EntryKind.FINALISE_RETURN]
    assert scanning.state.desk is None


def test_an_empty_return_is_not_finalised():
    scanning = at_return()
    scanning.answer(2)
    assert scanning.scan(COMPLETE).reason is Reason.TICKET_EMPTY


def test_a_return_is_cancelled_by_the_same_command_twice():
    scanning = at_return(f"{GIVE_UP} {GIVE_UP}")
    assert (scanning.entries[-1].decision.kind, scanning.state.desk) == (EntryKind.CANCEL_RETURN, None)


def test_a_code_that_another_return_had_is_replaced_and_what_was_scanned_meanwhile_stays():
    scanning = at_return("SB10001")
    scanning.answer(2, ticket="RTN-20260105-0001")
    assert scanning.scan("SB10002").ticket == "RTN-20260105-0001"
    assert scanning.entries[-1].decision.ticket_entry == scanning.entries[1].id
    scanning.answer(3)
    assert scanning.state.ticket.unanswered == {4}


def test_a_return_that_was_closed_elsewhere_is_worked_at_no_more():
    scanning = at_return("SB10001")
    scanning.answer(3, Outcome.REFUSED, reason=Reason.TICKET_CLOSED)
    assert scanning.state.desk is None


# -- finding


def test_what_is_scanned_while_finding_is_looked_up_and_changes_nothing():
    scanning = at_return("SB10001", bills=(bill(),))
    before = scanning.state.ticket
    decisions = scanning.scan_all(f"{FIND} SB10002 CHILD1 BILL-1 {RTN}")
    assert [decision.kind for decision in decisions] == [EntryKind.FIND, *[EntryKind.LOOK_UP] * 4]
    assert (scanning.state.ticket, scanning.state.found) == (before, RTN)


@pytest.mark.parametrize("leave", [LEAVE, FIND])
def test_leaving_goes_back_to_where_the_work_stood(leave):
    scanning = at_return(f"{FIND} SB10002 {leave}")
    assert (scanning.state.finding, scanning.state.found) == (False, None)
    assert scanning.state.ticket is not None


def test_commands_of_the_work_mean_nothing_while_finding():
    scanning = at_return(f"SB10001 {FIND}")
    assert scanning.scan(UNDO).reason is Reason.COMMAND_NOT_HERE


def test_there_is_nothing_to_leave_at_packing():
    decision = DeskScanning().scan(LEAVE)
    assert (decision.verdict, decision.reason) == (Verdict.REFUSED, Reason.NOTHING_TO_LEAVE)
