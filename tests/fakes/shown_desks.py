"""Every situation at a bill, at a return, and of the corrections, played on a fake station."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from fakes.fake_station import MORNING, FakeStation, elsewhere
from fakes.shown_screens import CHILDREN, answered, packed, scan

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.codes import Command, area_code
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, Holder, Verdict
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus

PARENTS = [f"SB2{i:04d}" for i in range(1, 40)]
LONG_BILL = "BILL-LUCKNOW/2026/0001234/B"
TICKET = "RTN-20260105-00AB"
HELD = Holder(
    station="Packing hall 2",
    device=UUID(int=77),
    by="Lakshminarayanan Venkatasubramanian",
    since=MORNING - timedelta(minutes=41),
    until=MORNING + timedelta(days=1),
)


def bill_of(code, *, capacity=20, linked=0, children=0, expected=0, status=BillStatus.PROCESSING):
    return BillFact(
        code=code,
        status=status,
        capacity=capacity,
        linked=linked,
        children=children,
        expected_kg=expected,
        from_centre=True,
    )


def parent_of(code, *, count=30, bill=None, **more):
    return BagFact(code=code, kind="parent", count=count, bill=bill, from_centre=True, **more)


def desk_station():
    """A station that knows of parents, bills, one return, and of a child bag that is elsewhere."""
    facts = {code: parent_of(code, count=30 - i % 3) for i, code in enumerate(PARENTS)}
    facts[PARENTS[30]] = parent_of(PARENTS[30], bill="BILL-77")
    facts[PARENTS[31]] = parent_of(PARENTS[31], count=12, bill="BILL-5")
    facts |= {code: replace(facts[code], bill="BILL-5") for code in PARENTS[32:36]}
    facts["SB30001"] = parent_of("SB30001", count=0)
    facts["SB10007"] = parent_of("SB10007", count=3, holder=HELD)
    facts["SB10008"] = parent_of("SB10008", count=12, bill="BILL-5", bill_completed=True)
    facts[CHILDREN[40]] = elsewhere(CHILDREN[40])
    facts |= {code: elsewhere(code) for code in CHILDREN[41:44]}
    return FakeStation(
        facts=facts,
        bills={
            "BILL-5": bill_of("BILL-5", linked=12, children=341, expected=360),
            "BILL-6": bill_of("BILL-6", capacity=3, linked=2, children=60, expected=60),
            "BILL-9": bill_of("BILL-9", linked=20, children=612, expected=600, status=BillStatus.COMPLETED),
            LONG_BILL: bill_of(LONG_BILL, capacity=500, linked=123, children=3566, expected=3690),
        },
        tickets={TICKET: TicketFact(code=TICKET, status=TicketStatus.OPEN, area="sri_ganganagar", bags=2)},
    )


def biller(station):
    station.be_operated_by("lakshmi", role="biller", way=SignInWay.PASSWORD)


def administrator(station):
    station.be_operated_by("asha", role="admin", way=SignInWay.PASSWORD)


# -- bills


def new_bill_asked(station):
    biller(station)
    scan(station, "BILL-NEW-1")


def new_bill(station):
    new_bill_asked(station)
    scan(station, "BILL-NEW-1")


def bill_opened(station):
    biller(station)
    scan(station, "BILL-5")
    answered(station)


def bill_attached(station):
    bill_opened(station)
    scan(station, *PARENTS[:2])
    answered(station)
    scan(station, *PARENTS[2:5])


def long_bill(station):
    biller(station)
    scan(station, LONG_BILL, *PARENTS[:9])


def parent_on_other_bill(station):
    bill_attached(station)
    scan(station, PARENTS[30])


def child_at_the_bill(station):
    bill_attached(station)
    scan(station, CHILDREN[1])


def detach_asked(station):
    bill_attached(station)
    scan(station, Command.REMOVE)


def detached(station):
    detach_asked(station)
    station._facts[PARENTS[1]] = replace(station._facts[PARENTS[1]], bill="BILL-5")
    scan(station, PARENTS[1])


def bill_filled(station):
    biller(station)
    scan(station, "BILL-6", PARENTS[0])
    answered(station)


def bill_waits(station):
    biller(station)
    scan(station, "BILL-6", PARENTS[0], Command.COMPLETE)


def complete_asked(station):
    bill_filled(station)
    scan(station, Command.COMPLETE)


def bill_completed(station):
    complete_asked(station)
    scan(station, Command.COMPLETE)


def completed_bill_opened(station):
    administrator(station)
    scan(station, "BILL-9")


def reopen_asked(station):
    completed_bill_opened(station)
    scan(station, Command.REOPEN)


def delete_bill_asked(station):
    administrator(station)
    scan(station, LONG_BILL, Command.DELETE)


def leave_for_a_bill_asked(station):
    biller(station)
    packed(station, 4, "M444-10017")
    scan(station, LONG_BILL)


def late_refusal_of_the_bill(station):
    bill_attached(station)
    station.centre_answers(
        refusing={PARENTS[3]: Reason.PARENT_ON_OTHER_BILL},
        facts={PARENTS[3]: parent_of(PARENTS[3], bill=LONG_BILL, by="Lakshminarayanan", since=MORNING)},
    )


# -- bags that come back


def area_asked(station):
    biller(station)
    scan(station, Command.NEW_RETURN)


def return_opened(station):
    area_asked(station)
    scan(station, area_code("sri_ganganagar"))


def returned(station):
    return_opened(station)
    answered(station)
    scan(station, *PARENTS[31:35])


def return_resumed(station):
    biller(station)
    scan(station, TICKET)


def finish_asked(station):
    returned(station)
    answered(station)
    scan(station, Command.COMPLETE)


def on_no_bill(station):
    returned(station)
    scan(station, PARENTS[1])


# -- corrections


def moving(station):
    packed(station, 12)
    scan(station, Command.MOVE)


def moved(station):
    moving(station)
    scan(station, CHILDREN[40])


def wrong_parent_asked(station):
    packed(station, 10)
    scan(station, Command.WRONG_PARENT)


def wrong_parent(station):
    wrong_parent_asked(station)
    scan(station, "M444-10017")


def label_asked(station):
    packed(station, 3)
    scan(station, Command.RELABEL, CHILDREN[1])


def label_again_asked(station):
    label_asked(station)
    scan(station, "PUNJABSTORE2026N0001")


def new_label(station):
    label_again_asked(station)
    scan(station, "PUNJABSTORE2026N0001")


def take_over_asked(station):
    packed(station, 0, "SB10007")


def on_a_completed_bill(station):
    packed(station, 0, "SB10008")
    scan(station, CHILDREN[1])


def taken_over(station):
    packed(station, 12)
    station.learn(
        Decision(
            kind=EntryKind.PARENT_TAKEN,
            verdict=Verdict.ACCEPTED,
            code="SB10001",
            capacity=30,
            parent="SB10001",
            fact=parent_of("SB10001", holder=HELD),
        )
    )


def open_twice(station):
    packed(station, 0)
    scan(station, CHILDREN[0])
    scan(station, "M444-10017", "M444-10017")
    entry = station.entries[-1]
    station.centre_answers(notices={entry.decision.code: Reason.PARENT_OPEN_ELSEWHERE})


def why_asked(station):
    station._rules = replace(station._rules, close_reason_below=20)
    packed(station, 4)
    scan(station, Command.CLOSE, Command.CLOSE)


def delete_again_asked(station):
    administrator(station)
    scan(station, Command.DELETE, "SB30001")


def finding(station):
    packed(station, 4)
    scan(station, Command.FIND, CHILDREN[1])


DESKS = {
    situation.__name__: situation
    for situation in (
        new_bill_asked,
        new_bill,
        bill_opened,
        bill_attached,
        long_bill,
        parent_on_other_bill,
        child_at_the_bill,
        detach_asked,
        detached,
        bill_filled,
        bill_waits,
        complete_asked,
        bill_completed,
        completed_bill_opened,
        reopen_asked,
        delete_bill_asked,
        leave_for_a_bill_asked,
        late_refusal_of_the_bill,
        area_asked,
        return_opened,
        returned,
        return_resumed,
        finish_asked,
        on_no_bill,
        moving,
        moved,
        wrong_parent_asked,
        wrong_parent,
        label_asked,
        label_again_asked,
        new_label,
        take_over_asked,
        on_a_completed_bill,
        taken_over,
        open_twice,
        why_asked,
        delete_again_asked,
        finding,
    )
}
