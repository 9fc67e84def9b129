"""What ``functions/finding.sql`` and ``finding_lists.sql`` answer, turned into domain values. Pure.

What is no such answer raises ``AttributeError``, ``KeyError``, ``TypeError`` or ``ValueError``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from traitortrack_desktop.domain.bills import bill_fact_from_payload
from traitortrack_desktop.domain.entries import EntryKind, Outcome, fact_from_payload
from traitortrack_desktop.domain.findings import (
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
    ScanLine,
    Suggestion,
    TicketsPage,
    TicketStory,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus

Payload = Mapping[str, Any]


def found(asked: str, answer: Payload) -> Found:
    """Return the answer of ``station.find_code``."""
    return Found(
        asked=asked,
        as_of=_moment(answer["as_of"]),
        from_centre=True,
        bag=_bag(answer["bag"]) if answer.get("bag") else None,
        bill=_bill(answer["bill"]) if answer.get("bill") else None,
        ticket=_ticket(answer["ticket"]) if answer.get("ticket") else None,
        suggestions=tuple(
            Suggestion(code=one["code"], kind=_kind(one["kind"]), under=one["under"])
            for one in answer.get("suggestions", ())
        ),
        new_code=answer.get("new_code"),
    )


def history_page(answer: Payload) -> HistoryPage:
    """Return the answer of ``station.find_history``, without kinds that only newer stations know."""
    return HistoryPage(
        lines=tuple(_history_line(line) for line in answer["lines"] if line["kind"] in set(EntryKind)),
        before=answer["before"],
        as_of=_moment(answer["as_of"]),
        from_centre=True,
    )


def bags_page(answer: Payload) -> BagsPage:
    """Return the answer of ``station.find_bags``."""
    return BagsPage(
        bags=tuple(_listed_bag(bag) for bag in answer["bags"]),
        after=answer.get("after"),
        as_of=_moment(answer["as_of"]),
        from_centre=True,
        area=answer["area"],
    )


def bills_page(answer: Payload) -> BillsPage:
    """Return the answer of ``station.find_bills``."""
    return BillsPage(
        bills=tuple(
            ListedBill(
                fact=bill_fact_from_payload(bill["fact"]),
                description=bill.get("description"),
                made_at=_moment(bill["made_at"]),
                by=bill["by"],
            )
            for bill in answer["bills"]
        ),
        after=answer.get("after"),
        as_of=_moment(answer["as_of"]),
        from_centre=True,
    )


def tickets_page(answer: Payload) -> TicketsPage:
    """Return the answer of ``station.find_tickets``."""
    after = answer["after"]
    return TicketsPage(
        tickets=tuple(
            ListedTicket(fact=_ticket_fact(one["fact"]), made_at=_moment(one["made_at"]), by=one["by"])
            for one in answer["tickets"]
        ),
        after=None if after is None else str(after),
        as_of=_moment(answer["as_of"]),
        from_centre=True,
    )


def _bag(answer: Payload) -> BagStory:
    bill = answer["parent_bill"]
    return BagStory(
        fact=fact_from_payload(answer["fact"]),
        kind=_kind(answer["fact"]["kind"]),
        area=answer["area"],
        made_at=_moment(answer["made_at"]),
        owner=answer["owner"],
        weight_kg=answer["weight_kg"],
        parent_bill=bill_fact_from_payload(bill) if bill else None,
        children=tuple(
            ChildLine(code=child["code"], since=_moment(child["since"]), by=child["by"])
            for child in answer["children"]
        ),
        scans=tuple(_scan_line(scan) for scan in answer["scans"]),
        called_before=tuple(answer["called_before"]),
    )


def _scan_line(scan: Payload) -> ScanLine:
    return ScanLine(
        at=_moment(scan["at"]),
        by=scan["by"],
        station=scan["station"],
        parent=scan["parent"],
        child=scan["child"],
    )


def _bill(answer: Payload) -> BillStory:
    return BillStory(
        fact=bill_fact_from_payload(answer["fact"]),
        description=answer["description"],
        made_at=_moment(answer["made_at"]),
        by=answer["by"],
        parents=tuple(_parent_line(parent) for parent in answer["parents"]),
    )


def _ticket(answer: Payload) -> TicketStory:
    return TicketStory(
        fact=_ticket_fact(answer["fact"]),
        notes=answer["notes"],
        made_at=_moment(answer["made_at"]),
        finalised_at=_moment(answer["finalised_at"]),
        by=answer["by"],
        parents=tuple(_parent_line(parent) for parent in answer["parents"]),
    )


def _ticket_fact(fact: Payload) -> TicketFact:
    """Return the fact; a status that is none of the web application's counts as open."""
    status = fact["status"]
    return TicketFact(
        code=fact["code"],
        status=TicketStatus(status) if status in set(TicketStatus) else TicketStatus.OPEN,
        area=fact.get("area"),
        bags=fact["bags"],
        kilograms=fact["kilograms"],
        as_of=_moment(fact["as_of"]),
        from_centre=True,
    )


def _parent_line(parent: Payload) -> ParentLine:
    return ParentLine(
        code=parent["code"],
        count=parent["count"],
        since=_moment(parent["since"]),
        by=parent["by"],
        bill=parent.get("bill"),
    )


def _listed_bag(bag: Payload) -> ListedBag:
    return ListedBag(
        code=bag["code"],
        kind=_kind(bag["kind"]),
        parent=bag.get("parent"),
        bill=bag.get("bill"),
        count=bag.get("count"),
        completed=bag.get("completed", False),
        area=bag.get("area"),
        made_at=_moment(bag.get("made_at")),
        by=bag.get("by"),
    )


def _history_line(line: Payload) -> HistoryLine:
    """Return the line. A bag that got another label, or was deleted, is its *origin*."""
    reason, outcome = line.get("reason"), line.get("outcome")
    return HistoryLine(
        at=datetime.fromisoformat(line["at"]),
        kind=EntryKind(line["kind"]),
        code=line.get("code") or "",
        by=line.get("by"),
        station=line.get("station"),
        parent=line.get("parent"),
        child=line.get("child"),
        bill=line.get("bill"),
        ticket=line.get("ticket"),
        origin=line.get("origin") or line.get("bag"),
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        reason=_reason(reason),
        seq=line.get("seq"),
    )


def _reason(text: str | None) -> Reason | None:
    """Return the reason; one that only a newer centre knows is told as the general one."""
    if text is None:
        return None
    return Reason(text) if text in set(Reason) else Reason.CENTRE_COULD_NOT_STORE


def _kind(text: str | None) -> FoundKind:
    return FoundKind(text) if text in set(FoundKind) else FoundKind.OTHER


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
