"""What forms and lists ask for, as tables: asked → expected."""

import pytest
from fakes.desk_scanning import DeskScanning, bill, parent, person

from traitortrack_desktop.domain.bills import BillDetails, BillFact, bill_name
from traitortrack_desktop.domain.deeds import (
    CreateBill,
    EditBill,
    EditChildren,
    OpenReturn,
    WorkAtBill,
)
from traitortrack_desktop.domain.entries import EntryKind, QuestionKind
from traitortrack_desktop.domain.reasons import Reason

PLACES = BillDetails(capacity=10, destination="Jaipur", vehicle="RJ14 1234")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" inv 2026/17 ", "INV 2026/17"),
        ("a\u200b\u00a0\t b\x00", "A B"),
        ("", None),
        (" \u200f ", None),
        ("x" * 51, None),
        ("x" * 50, "X" * 50),
    ],
)
def test_a_bills_name_is_cleaned_as_the_web_application_cleans_it(typed, name):
    assert bill_name(typed) == name


def test_a_typed_bill_is_made_with_what_was_said_of_it():
    scanning = DeskScanning()
    decision = scanning.do(CreateBill(bill="inv 2026/17", details=PLACES))
    assert (decision.kind, decision.bill, decision.details) == (EntryKind.CREATE_BILL, "INV 2026/17", PLACES)
    assert scanning.state.bill.remaining == 10


@pytest.mark.parametrize(
    ("name", "capacity", "reason"),
    [
        ("BILL-1", 10, Reason.BILL_EXISTS),
        ("BILL-2", 0, Reason.BILL_CAPACITY_WRONG),
        ("BILL-2", 51, Reason.BILL_CAPACITY_WRONG),
        ("BILL-2", None, Reason.BILL_CAPACITY_WRONG),
        ("   ", 10, Reason.BILL_NAME_UNUSABLE),
        ("SB10001", 10, Reason.BILL_NAME_UNUSABLE),
        ("TT-CMD-CLOSE", 10, Reason.BILL_NAME_UNUSABLE),
        ("TT-BADGE-1", 10, Reason.BILL_NAME_UNUSABLE),
        ("RTN-20261124-00AF", 10, Reason.BILL_NAME_UNUSABLE),
    ],
)
def test_a_bill_that_cannot_be_made_is_refused(name, capacity, reason):
    scanning = DeskScanning(bills=(bill(),))
    decision = scanning.do(CreateBill(bill=name, details=BillDetails(capacity=capacity)))
    assert decision.reason is reason


@pytest.mark.parametrize(
    ("known", "capacity", "reason"),
    [
        (bill(linked=3), 2, Reason.BILL_CAPACITY_WRONG),
        (bill(linked=3), 501, Reason.BILL_CAPACITY_WRONG),
        (BillFact(code="BILL-1", from_centre=True), 5, Reason.BILL_UNKNOWN),
        (bill(linked=3), 500, None),
        (bill(linked=3), 3, None),
        (bill(linked=3), None, None),
    ],
)
def test_a_bill_is_edited_down_to_what_stands_on_it(known, capacity, reason):
    decision = DeskScanning(bills=(known,)).do(
        EditBill(bill="bill-1", details=BillDetails(capacity=capacity))
    )
    assert decision.reason is reason
    assert (decision.kind is EntryKind.EDIT_BILL) == (reason is None)


def test_a_bill_chosen_in_a_list_is_gone_to_whatever_it_is_called():
    scanning = DeskScanning(bills=(bill("INV 17"),))
    assert scanning.do(WorkAtBill(bill="Inv 17")).kind is EntryKind.OPEN_BILL
    absent = DeskScanning(bills=(BillFact(code="INV 17", from_centre=True),))
    assert absent.do(WorkAtBill(bill="INV 17")).reason is Reason.BILL_UNKNOWN


def test_a_return_needs_one_of_the_depots():
    assert DeskScanning().do(OpenReturn(area="paris")).reason is Reason.WHERE_RETURNED
    assert DeskScanning().do(OpenReturn(area="indore", notes=" wet ")).notes == "wet"


def test_a_return_of_a_form_is_called_like_its_area_on_the_sheet():
    assert DeskScanning().do(OpenReturn(area="sri_ganganagar")).code == "TT-AREA-SRI-GANGANAGAR"


@pytest.mark.parametrize(
    ("added", "removed", "reason"),
    [
        ((), (), Reason.NOTHING_TO_MOVE),
        (("ab12c",), ("AB12C",), Reason.NOTHING_TO_MOVE),
        (("SB10001",), (), Reason.SAME_AS_PARENT),
        (("SB10002",), (), Reason.UNKNOWN_CODE),
        (("A B",), (), Reason.UNKNOWN_CODE),
        (tuple(f"NEW{n:03}" for n in range(21)), (), Reason.PARENT_FULL),
        (tuple(f"NEW{n:03}" for n in range(21)), ("OLD1",), None),
        (("ab12c", "AB12C"), (), None),
    ],
)
def test_the_bags_of_a_parent_are_edited_all_or_nothing(added, removed, reason):
    scanning = DeskScanning(by=person("admin"), bags=(parent("SB10001"),))
    decision = scanning.do(EditChildren(parent="SB10001", added=added, removed=removed))
    assert decision.reason is reason
    assert reason is not None or decision.children == tuple(dict.fromkeys(map(str.upper, added)))


def test_only_an_administrator_edits_the_bags_of_a_parent():
    deed = EditChildren(parent="SB10001", added=("AB12C",))
    assert DeskScanning().do(deed).reason is Reason.NOT_PERMITTED


def test_nothing_is_done_while_the_station_is_stopped_or_somebody_has_to_sign_in():
    deed = CreateBill(bill="BILL-2", details=PLACES)
    scanning = DeskScanning()
    known = scanning._known(None, None)
    from traitortrack_desktop.domain.deciding_deeds import decide_deed

    decision = decide_deed(
        scanning.state, deed, rules=scanning.rules, known=known, barred=Reason.STATION_LOCKED
    )
    assert decision.reason is Reason.STATION_LOCKED


def test_a_parent_that_is_open_is_asked_for_before_a_form_leads_away():
    from fakes.decisions import added, opened
    from fakes.scanning import entry_of

    from traitortrack_desktop.domain.work import WorkState, after_entry

    state = WorkState()
    for seq, decision in enumerate([opened("SB10001"), added("SB10001", "AB12C")], 1):
        state = after_entry(state, entry_of(decision, seq))
    scanning = DeskScanning(state=state)
    deed = CreateBill(bill="BILL-2", details=PLACES)
    assert scanning.do(deed).question is QuestionKind.LEAVE_PARENT
    assert scanning.do(deed).kind is EntryKind.CREATE_BILL
