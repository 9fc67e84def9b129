"""Decisions at the desks of bills and returns, in the fewest words."""

from typing import Any
from uuid import UUID

from traitortrack_desktop.domain.bills import BillDetails
from traitortrack_desktop.domain.entries import Decision, EntryKind, Verdict


def created(bill: str, capacity: int | None = 3, **details: Any) -> Decision:
    return _accepted(EntryKind.CREATE_BILL, bill=bill, details=BillDetails(capacity=capacity, **details))


def edited(bill: str, **details: Any) -> Decision:
    return _accepted(EntryKind.EDIT_BILL, bill=bill, details=BillDetails(**details))


def attached(bill: str, parent: str, *, makes: bool = False) -> Decision:
    return _accepted(EntryKind.ATTACH_PARENT, bill=bill, parent=parent, makes_parent=makes)


def detached(bill: str, parent: str) -> Decision:
    return _accepted(EntryKind.DETACH_PARENT, bill=bill, parent=parent)


def completed_bill(bill: str) -> Decision:
    return _accepted(EntryKind.COMPLETE_BILL, bill=bill)


def reopened_bill(bill: str) -> Decision:
    return _accepted(EntryKind.REOPEN_BILL, bill=bill)


def deleted_bill(bill: str) -> Decision:
    return _accepted(EntryKind.DELETE_BILL, bill=bill)


def opened_return(ticket: str, area: str | None = "indore", notes: str | None = None) -> Decision:
    return _accepted(EntryKind.OPEN_RETURN, ticket=ticket, area=area, notes=notes)


def returned(ticket: str, parent: str, opening: UUID | None = None) -> Decision:
    return _accepted(EntryKind.RETURN_BAG, ticket=ticket, parent=parent, ticket_entry=opening)


def unreturned(ticket: str, parent: str, opening: UUID | None = None) -> Decision:
    return _accepted(EntryKind.UNRETURN_BAG, ticket=ticket, parent=parent, ticket_entry=opening)


def finalised_return(ticket: str, opening: UUID | None = None) -> Decision:
    return _accepted(EntryKind.FINALISE_RETURN, ticket=ticket, ticket_entry=opening)


def cancelled_return(ticket: str, opening: UUID | None = None) -> Decision:
    return _accepted(EntryKind.CANCEL_RETURN, ticket=ticket, ticket_entry=opening)


def _accepted(kind: EntryKind, **parts: Any) -> Decision:
    code = parts.get("parent") or parts.get("bill") or parts.get("ticket") or ""
    return Decision(kind=kind, verdict=Verdict.ACCEPTED, code=code, capacity=30, **parts)
