"""Decisions at bills and returns as the workflow makes them, in the fewest words."""

from dataclasses import replace
from uuid import UUID

from traitortrack_desktop.domain.bills import BillDetails, BillFact
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, Verdict


def bill_opened(bill: str, fact: BillFact | None = None) -> Decision:
    return replace(_at_bill(EntryKind.OPEN_BILL, bill), bill_fact=fact)


def bill_created(bill: str, capacity: int = 20, *, destination: str | None = None) -> Decision:
    details = BillDetails(capacity=capacity, destination=destination)
    return replace(_at_bill(EntryKind.CREATE_BILL, bill), details=details)


def bill_edited(bill: str, capacity: int) -> Decision:
    return replace(_at_bill(EntryKind.EDIT_BILL, bill), details=BillDetails(capacity=capacity))


def attached(bill: str, parent: str, *, count: int | None = None, fact: BagFact | None = None) -> Decision:
    return replace(_at_bill(EntryKind.ATTACH_PARENT, bill), parent=parent, base_count=count, fact=fact)


def detached(bill: str, parent: str, *, count: int | None = None) -> Decision:
    return replace(_at_bill(EntryKind.DETACH_PARENT, bill), parent=parent, base_count=count)


def bill_completed(bill: str) -> Decision:
    return _at_bill(EntryKind.COMPLETE_BILL, bill)


def bill_reopened(bill: str) -> Decision:
    return _at_bill(EntryKind.REOPEN_BILL, bill)


def bill_deleted(bill: str) -> Decision:
    return _at_bill(EntryKind.DELETE_BILL, bill)


def return_opened(ticket: str, area: str = "lucknow", notes: str | None = None) -> Decision:
    return replace(_at_return(EntryKind.OPEN_RETURN, ticket), area=area, notes=notes)


def return_resumed(ticket: str, bags: int | None = None, *, opened_by: UUID | None = None) -> Decision:
    decision = _at_return(EntryKind.RESUME_RETURN, ticket)
    return replace(decision, base_count=bags, ticket_entry=opened_by)


def returned(ticket: str, parent: str, *, count: int | None = None, fact: BagFact | None = None) -> Decision:
    return replace(_at_return(EntryKind.RETURN_BAG, ticket), parent=parent, base_count=count, fact=fact)


def unreturned(ticket: str, parent: str, *, count: int | None = None) -> Decision:
    return replace(_at_return(EntryKind.UNRETURN_BAG, ticket), parent=parent, base_count=count)


def finalised(ticket: str) -> Decision:
    return _at_return(EntryKind.FINALISE_RETURN, ticket)


def return_cancelled(ticket: str) -> Decision:
    return _at_return(EntryKind.CANCEL_RETURN, ticket)


def of_own_return(decision: Decision, opened_by: UUID) -> Decision:
    """The same, at a return that this station made."""
    return replace(decision, ticket_entry=opened_by)


def _at_bill(kind: EntryKind, bill: str) -> Decision:
    return Decision(kind=kind, verdict=Verdict.ACCEPTED, code=bill, capacity=30, bill=bill)


def _at_return(kind: EntryKind, ticket: str) -> Decision:
    return Decision(kind=kind, verdict=Verdict.ACCEPTED, code=ticket, capacity=30, ticket=ticket)
