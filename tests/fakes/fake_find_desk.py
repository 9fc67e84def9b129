"""A desk for finding without files and without a centre: answers at once, later or never."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Holder, Outcome
from traitortrack_desktop.domain.findings import (
    EVERY_TICKET,
    BagsPage,
    BagStory,
    BillsPage,
    BillStory,
    ChildLine,
    Found,
    FoundKind,
    HistoryLine,
    HistoryPage,
    ListedBag,
    ListedBill,
    ListedTicket,
    ParentLine,
    RefusalsPage,
    ScanLine,
    Suggestion,
    TicketsPage,
    TicketStory,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.people_desk import PeopleTrouble

MORNING = datetime(2026, 1, 5, 10, 40, tzinfo=UTC)
COPY = MORNING - timedelta(minutes=12)
"""As of when the station's copy is."""
ADMIN = OperatorSession(
    id=UUID(int=1), person=Person(username="admin", role="admin"), way=SignInWay.PASSWORD, rights=Rights.FULL
)
BILLER = replace(ADMIN, person=Person(username="biller_kumari", role="biller"))
DISPATCHER = replace(ADMIN, person=Person(username="rsharma", role="dispatcher", area="sri_ganganagar"))
PARENT, CHILD, BILL, TICKET = "SB10001", "AB12C04F7000", "BILL-2026-0417/A", "RTN-20260105-4F7A"
LONG_BILL = "BILL-SRI-GANGANAGAR-DISPATCH-2026-01-05-TRUCK-0042"


def child_codes(count=30):
    return [f"AB12C04F{7000 + 37 * i}" for i in range(count)]


def bill_fact(code=BILL, **more):
    known = {
        "status": BillStatus.PROCESSING,
        "capacity": 20,
        "linked": 14,
        "children": 402,
        "expected_kg": 420,
        "destination": "Sri Ganganagar wholesale market, gate 4",
        "vehicle": "RJ13 GA 4721",
    } | more
    return BillFact(code=code, as_of=MORNING, from_centre=True, **known)


def parent_story():
    holder = Holder(
        station="Station 9, loading dock",
        device=DeviceId(UUID(int=9)),
        by="R. Sharma",
        since=MORNING - timedelta(minutes=9),
        until=MORNING + timedelta(minutes=21),
    )
    fact = BagFact(code=PARENT, kind="parent", count=30, completed=True, bill=BILL, holder=holder)
    return BagStory(
        fact=fact,
        kind=FoundKind.PARENT,
        area="sri_ganganagar",
        made_at=MORNING - timedelta(days=3),
        owner="rsharma_sriganganagr",
        weight_kg=30,
        parent_bill=bill_fact(),
        children=tuple(
            ChildLine(code=code, since=MORNING - timedelta(minutes=90 - i), by="rsharma_sriganganagr")
            for i, code in enumerate(child_codes())
        ),
        scans=tuple(
            ScanLine(
                at=MORNING - timedelta(hours=7 * i),
                by="rsharma_sriganganagr",
                station="Station 7" if i % 2 else None,
                child=child_codes()[i],
            )
            for i in range(5)
        ),
        called_before=("SB09999",),
    )


def child_story():
    fact = BagFact(code=CHILD, kind="child", parent=PARENT, since=MORNING - timedelta(days=1), by="R. Sharma")
    return BagStory(
        fact=fact,
        kind=FoundKind.CHILD,
        made_at=MORNING - timedelta(days=1),
        owner="rsharma",
        parent_bill=bill_fact(),
        scans=(ScanLine(at=MORNING, by="rsharma", station="Station 7", parent=PARENT),),
    )


def parents(count=14, **more):
    return tuple(
        ParentLine(
            code=f"SB{10001 + i}", count=30 - i % 3, since=MORNING - timedelta(hours=i), by="asha", **more
        )
        for i in range(count)
    )


def waiting_lines():
    return (
        HistoryLine(
            at=MORNING,
            kind=EntryKind.ADD_CHILD,
            code=child_codes()[3],
            parent=PARENT,
            child=child_codes()[3],
            waits=True,
            seq=1203,
        ),
    )


def stories():
    """What the centre knows, by code."""
    ticket = TicketFact(code=TICKET, status=TicketStatus.OPEN, area="sri_ganganagar", bags=3, kilograms=88)
    return {
        PARENT: {"bag": parent_story()},
        CHILD: {"bag": child_story()},
        BILL: {
            "bill": BillStory(
                fact=bill_fact(),
                description="Morning load for the wholesale market; call the gate before leaving.",
                made_at=MORNING - timedelta(days=1),
                by="biller_kumari",
                parents=parents(),
            )
        },
        TICKET: {
            "ticket": TicketStory(
                fact=ticket,
                notes="Wet bags from the dealer at gate 4.",
                made_at=MORNING - timedelta(hours=2),
                by="biller_kumari",
                parents=parents(3, bill=BILL),
            )
        },
        "7037": {
            "suggestions": tuple(
                Suggestion(code=f"{head}7037", kind=FoundKind.CHILD, under=PARENT)
                for head in ("AB12C04F", "WHEATMILL2026X", "CC")
            )
        },
    }


def listed_bills(count=120):
    statuses = (BillStatus.PROCESSING, BillStatus.NEW, BillStatus.COMPLETED)
    first = ListedBill(fact=bill_fact(LONG_BILL, linked=20), made_at=MORNING, by="biller_kumari")
    return [
        first,
        *(
            ListedBill(
                fact=bill_fact(f"BILL-{4000 - i}", status=statuses[i % 3], linked=i % 20, vehicle=None),
                made_at=MORNING - timedelta(hours=i),
                by="biller_kumari" if i % 2 else "admin",
            )
            for i in range(count - 1)
        ),
    ]


def listed_tickets(count=7):
    statuses = tuple(TicketStatus)
    return [
        ListedTicket(
            fact=TicketFact(
                code=f"RTN-20260105-{0x4F7A - i:04X}",
                status=statuses[i % 3],
                area="sri_ganganagar",
                bags=i,
                kilograms=29 * i,
            ),
            made_at=MORNING - timedelta(hours=i),
            by="biller_kumari",
        )
        for i in range(count)
    ]


def listed_bags(count=130):
    return [
        ListedBag(
            code=f"SB{20000 - i}",
            kind=FoundKind.PARENT,
            count=i % 31,
            bill=BILL,
            area="sri_ganganagar",
            made_at=MORNING - timedelta(minutes=i),
            by="rsharma_sriganganagr",
        )
        if i % 3 == 0
        else ListedBag(
            code=f"WHEATMILL2026X{100 + i}",
            kind=FoundKind.CHILD,
            parent=f"SB{20000 - i}",
            made_at=MORNING - timedelta(minutes=i),
            by="asha",
        )
        for i in range(count)
    ]


def history(count=120):
    kinds = (EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD, EntryKind.ATTACH_PARENT, EntryKind.REFUSAL)
    return [
        HistoryLine(
            at=MORNING - timedelta(minutes=11 * i),
            kind=kinds[i % 4],
            code=child_codes()[i % 30],
            by="rsharma_sriganganagr",
            station="Station 7, loading dock",
            parent=PARENT,
            child=child_codes()[i % 30] if i % 4 != 2 else None,
            bill=BILL if i % 4 == 2 else None,
            outcome=Outcome.REFUSED if i % 4 == 3 else Outcome.POSTED,
            reason=Reason.PARENT_FULL if i % 4 == 3 else None,
            seq=5000 - i,
        )
        for i in range(count)
    ]


def refusals(count=20):
    reasons = (Reason.UNKNOWN_CODE, Reason.CHILD_IN_OTHER_PARENT, Reason.PARENT_FULL)
    return [
        HistoryLine(
            at=MORNING - timedelta(minutes=i),
            kind=EntryKind.REFUSAL,
            code=f"XX{i}--77",
            by="rsharma_sriganganagr",
            parent=PARENT if i % 2 else None,
            reason=reasons[i % 3],
            seq=900 - i,
        )
        for i in range(count)
    ]


class FakeFinder:
    """Implements both finders. *as_of* is of every answer; ``asked`` holds what was asked for."""

    page = 50

    def __init__(self, *, from_centre, as_of):
        self.from_centre, self.as_of = from_centre, as_of
        self.stories, self.waiting = stories(), {}
        self.all_bills, self.all_tickets = listed_bills(), listed_tickets()
        self.all_bags, self.all_history, self.all_refusals = listed_bags(), history(), refusals()
        self.asked = []

    def look(self, text, *, session=None):
        self.asked.append(("look", text))
        return Found(
            asked=text,
            as_of=self.as_of,
            from_centre=self.from_centre,
            waiting=self.waiting.get(text, ()),
            **self.stories.get(text, {}),
        )

    def history(self, code, before=None, *, session=None):
        self.asked.append(("history", code, before))
        lines, after = self._cut(self.all_history, before)
        return HistoryPage(lines=lines, before=after, as_of=self.as_of, from_centre=self.from_centre)

    def bags(self, wanted, after=None, *, session=None):
        self.asked.append(("bags", wanted, after))
        bags, after = self._cut([bag for bag in self.all_bags if bag.code.startswith(wanted.text)], after)
        return BagsPage(bags=bags, after=after, as_of=self.as_of, from_centre=self.from_centre)

    def bills(self, wanted, after=None, *, session=None):
        self.asked.append(("bills", wanted, after))
        bills = [
            bill
            for bill in self.all_bills
            if wanted.text in bill.fact.code and wanted.status in {None, bill.fact.status}
        ]
        rows, after = self._cut(bills, after)
        return BillsPage(bills=rows, after=after, as_of=self.as_of, from_centre=self.from_centre)

    def tickets(self, wanted=EVERY_TICKET, after=None, *, session=None):
        self.asked.append(("tickets", after))
        wanted_now = [
            one
            for one in self.all_tickets
            if wanted.text.upper() in one.fact.code and wanted.status in {None, one.fact.status}
        ]
        tickets, after = self._cut(wanted_now, after)
        return TicketsPage(tickets=tickets, after=after, as_of=self.as_of, from_centre=self.from_centre)

    def refusals(self, day, before=None):
        self.asked.append(("refusals", day, before))
        lines, after = self._cut(self.all_refusals if day == MORNING.date() else [], before)
        counts = {
            reason: sum(line.reason is reason for line in self.all_refusals)
            for reason in {line.reason for line in self.all_refusals}
        }
        return RefusalsPage(lines=lines, counts=counts if lines else {}, before=after, as_of=self.as_of)

    def _cut(self, rows, after):
        start = int(after.rpartition(":")[2]) if after else 0
        end = start + self.page
        name = "centre" if self.from_centre else "here"
        return tuple(rows[start:end]), f"{name}:{end}" if end < len(rows) else None


class FakeFindDesk:
    """Implements ``FindDesk``: answers at once; what is ``held`` waits for :meth:`let_go`."""

    def __init__(self):
        self.here = FakeFinder(from_centre=False, as_of=COPY)
        self.centre = FakeFinder(from_centre=True, as_of=MORNING)
        self.trouble = None
        self.held = False
        self.waiting = []

    def ask(self, here, at_centre, answered):
        answered(here(self.here))
        if at_centre is None:
            return
        asked = SimpleNamespace(question=at_centre, answered=answered)
        if self.held:
            self.waiting.append(asked)
        else:
            self._answer(asked)

    def let_go(self, *, last_first=False):
        waiting, self.waiting = self.waiting, []
        for asked in reversed(waiting) if last_first else waiting:
            self._answer(asked)

    def lose_the_centre(self):
        self.trouble = PeopleTrouble.UNREACHABLE

    def _answer(self, asked):
        asked.answered(self.trouble or asked.question(self.centre, UUID(int=1)))


TODAY = date(2026, 1, 5)
