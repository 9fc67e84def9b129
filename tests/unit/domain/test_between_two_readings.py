"""What comes between a question and its answer: other people, other stations, answers of the centre."""

from datetime import timedelta
from uuid import UUID

import pytest
from fakes.decisions import signed_in
from fakes.desk_scanning import DeskScanning, bill, parent, person
from fakes.scanning import START, Scanning, entry_of

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Holder, Outcome, QuestionKind, Verdict
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.domain.work import after_entry

RTN = "RTN-20260105-00AA"
NEW_RETURN, DELETE, REMOVE, COMPLETE = Command.NEW_RETURN, Command.DELETE, Command.REMOVE, Command.COMPLETE
RELABEL, MOVE, UNDO, WRONG = Command.RELABEL, Command.MOVE, Command.UNDO, Command.WRONG_PARENT


def desk(texts="", *, by=None, **known):
    scanning = DeskScanning(by=by, bags=(parent("SB10001"), parent("SB10002")), **known)
    scanning.scan_all(texts)
    return scanning


def sign_in(scanning, operator):
    entry = entry_of(signed_in(), len(scanning.entries) + 1, operator=operator)
    scanning.entries.append(entry)
    scanning.state = after_entry(scanning.state, entry)


# -- somebody else works here now


def test_a_number_makes_no_bill_for_somebody_who_may_make_none():
    scanning = desk("BILL-9")
    scanning.by = person("dispatcher")
    assert scanning.scan("TT-NUM-5").reason is Reason.NOT_PERMITTED


def test_an_area_opens_no_return_for_somebody_who_may_open_none():
    scanning = desk(NEW_RETURN)
    scanning.by = person("dispatcher")
    assert scanning.scan("TT-AREA-JAIPUR").reason is Reason.NOT_PERMITTED


def test_a_bill_that_an_administrator_was_asked_about_is_not_deleted_by_a_biller():
    scanning = desk(f"BILL-1 {DELETE}", by=person("admin"), bills=(bill(),))
    scanning.by = person("biller")
    assert scanning.scan("BILL-1").reason is Reason.NOT_PERMITTED
    assert scanning.state.bill is not None


def test_a_bill_that_was_completed_meanwhile_is_not_deleted():
    scanning = desk(f"BILL-1 SB10001 {DELETE}", by=person("admin"), bills=(bill(),))
    scanning.answer(2, bill=bill(status=BillStatus.COMPLETED))
    assert scanning.scan("BILL-1").reason is Reason.BILL_COMPLETED


@pytest.mark.parametrize(
    ("before", "code"),
    [(DELETE, "SB10001"), (f"{DELETE} SB10001", "SB10001"), (f"{RELABEL} C001", "C002"), (RELABEL, "C001")],
)
def test_whoever_signs_in_next_does_not_answer_what_undoes_or_ends_something(before, code):
    scanning = Scanning(role=Role.ADMIN)
    scanning.scan_all(before)
    sign_in(scanning, "mina")
    assert scanning.state.question is None
    assert scanning.scan(code).kind not in {EntryKind.DELETE_BAG, EntryKind.REPLACE_LABEL, EntryKind.QUESTION}


def test_the_same_person_who_shows_the_badge_again_goes_on():
    scanning = Scanning(role=Role.ADMIN)
    scanning.scan(DELETE)
    sign_in(scanning, "asha")
    assert scanning.scan("SB10001").question is QuestionKind.DELETE_AGAIN


def test_which_parent_is_meant_is_answered_by_whoever_comes_next():
    scanning = Scanning()
    scanning.scan_all("SB10001 C001 SB10002")
    sign_in(scanning, "mina")
    assert scanning.scan("SB10002").kind is EntryKind.OPEN_PARENT


# -- others changed something


def test_a_bill_that_somebody_made_meanwhile_is_gone_to_and_not_made_again():
    scanning = desk("BILL-9")
    scanning.bills["BILL-9"] = bill("BILL-9", capacity=7)
    decision = scanning.scan("BILL-9")
    assert (decision.kind, scanning.state.bill.capacity) == (EntryKind.OPEN_BILL, 7)


def held_elsewhere(code):
    other = DeviceId(UUID(int=77))
    until = START + timedelta(minutes=30)
    holder = Holder(station="8", device=other, by="kiran", since=START, until=until)
    return BagFact(code=code, kind="parent", count=1, from_centre=True, holder=holder)


def test_the_right_parent_is_asked_for_again_where_another_station_has_it_open():
    scanning = Scanning(facts={"SB10002": held_elsewhere("SB10002"), "SB10003": held_elsewhere("SB10003")})
    scanning.scan_all(f"SB10001 C001 C002 {WRONG}")
    asked = scanning.scan("SB10002")
    assert (asked.verdict, asked.question, asked.reason) == (
        Verdict.CONFIRM,
        QuestionKind.WRONG_PARENT,
        Reason.PARENT_OPEN_ELSEWHERE,
    )
    assert scanning.scan("SB10003").code == "SB10003", "another one is asked for itself"
    scanning.scan("SB10002")
    moved = scanning.scan("SB10002")
    assert (moved.kind, moved.taken_from.station, moved.origin) == (EntryKind.MOVE_CHILDREN, "8", "SB10001")
    assert scanning.state.parent.code == "SB10002"


def test_undo_of_a_move_names_the_parent_it_came_from_by_its_new_label():
    inside = BagFact(code="C900", kind="child", parent="SB10001", from_centre=True)
    scanning = Scanning(facts={"C900": inside})
    scanning.scan_all(f"SB10002 {MOVE} C900 {RELABEL} SB10001 SB10009 SB10009")
    assert scanning.entries[-1].decision.kind is EntryKind.REPLACE_LABEL
    back = scanning.scan(UNDO)
    assert (back.kind, back.parent) == (EntryKind.MOVE_CHILDREN, "SB10009")


def test_undo_of_a_move_names_the_old_label_again_where_the_new_one_was_refused():
    inside = BagFact(code="C900", kind="child", parent="SB10001", from_centre=True)
    scanning = Scanning(facts={"C900": inside})
    scanning.scan_all(f"SB10002 {MOVE} C900 {RELABEL} SB10001 SB10009 SB10009")
    scanning.answer(len(scanning.entries), Outcome.REFUSED, reason=Reason.LABEL_IN_USE)
    assert scanning.scan(UNDO).parent == "SB10001"


# -- at a return


def test_a_child_bag_is_not_taken_off_a_return():
    scanning = desk(RTN, tickets=(TicketFact(code=RTN, status=TicketStatus.OPEN, bags=4),))
    scanning.scan(REMOVE)
    assert scanning.scan("C001").reason is Reason.CHILD_NOT_BILLABLE


def test_a_return_made_here_is_gone_back_to_as_the_one_that_it_is():
    made = UUID(int=5)
    known = TicketFact(code="RTN-20260105-0001", status=TicketStatus.OPEN, opened_by=made)
    scanning = desk()
    scanning.tickets[RTN] = known
    gone = scanning.scan(RTN)
    assert (gone.ticket, gone.ticket_entry) == ("RTN-20260105-0001", made)
    assert scanning.scan("SB10001").ticket_entry == made
