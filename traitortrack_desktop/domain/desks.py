"""What a station works at beside packing, a bill or a return: a fold over journal entries and receipts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from traitortrack_desktop.domain.bills import (
    BillDetails,
    BillFact,
    BillStatus,
    expected_kg_of,
    same_bill,
)
from traitortrack_desktop.domain.entries import EntryKind, JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskChange:
    """One parent put onto (*step* = 1) or taken off (-1) the bill or return that is worked at.

    *children* are the child bags in it, as far as was known; *receipt* is ``None`` while the centre has not
    answered.
    """

    seq: int
    parent: str
    step: int
    at: datetime
    children: int | None = None
    bill: str | None = None
    """Of a return: the bill that it was on, as far as was known."""
    receipt: Outcome | None = None
    reason: Reason | None = None

    @property
    def counts(self) -> bool:
        """Whether it stands, as far as the station knows."""
        return self.receipt is not Outcome.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBill:
    """The bill that is worked at. *fact* is what was last known of it, as of entry *fact_seq*.

    *changes* are those made here since the work at it began.
    """

    code: str
    capacity: int | None
    status: BillStatus | None
    opened_seq: int
    fact: BillFact | None = None
    fact_seq: int = 0
    changes: tuple[DeskChange, ...] = ()
    unanswered: frozenset[int] = frozenset()
    """Numbers of the entries about it that the centre has not answered."""
    details: BillDetails | None = None
    """What it was made as, or changed to, here."""

    @property
    def linked(self) -> int:
        """Parents on it, as far as the station knows."""
        known = (self.fact.linked if self.fact is not None else None) or 0
        return max(0, known + sum(change.step for change in self._later))

    @property
    def remaining(self) -> int | None:
        """How many more parents it takes, ``None`` where its capacity is not known."""
        return max(0, self.capacity - self.linked) if self.capacity is not None else None

    @property
    def is_full(self) -> bool:
        """Whether no parent fits any more."""
        return self.remaining == 0

    @property
    def is_completed(self) -> bool:
        """Whether it is closed."""
        return self.status is BillStatus.COMPLETED

    @property
    def actual_kg(self) -> int:
        """What is on it, one kilogram for each child bag, as far as the station knows."""
        known = (self.fact.children if self.fact is not None else None) or 0
        return max(0, known + sum(change.step * (change.children or 0) for change in self._later))

    @property
    def expected_kg(self) -> int:
        """What its parents should weigh when full."""
        known = (self.fact.expected_kg if self.fact is not None else None) or 0
        return max(0, known + sum(change.step * expected_kg_of(change.parent) for change in self._later))

    @property
    def parents(self) -> tuple[DeskChange, ...]:
        """Parents that this station put on and that are still there, oldest first."""
        return _standing(self.changes)

    def holds(self, parent: str) -> bool:
        """Whether this station put *parent* on and it still stands."""
        return any(change.parent == parent for change in self.parents)

    @property
    def _later(self) -> tuple[DeskChange, ...]:
        """Changes that *fact* does not count yet."""
        return tuple(change for change in self.changes if change.counts and change.seq > self.fact_seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """The return that is worked at. *opened_by* is the entry that made it, where that was at this station."""

    code: str
    area: str | None
    opened_seq: int
    opened_by: UUID | None = None
    base_bags: int = 0
    base_kg: int = 0
    changes: tuple[DeskChange, ...] = ()
    unanswered: frozenset[int] = frozenset()

    @property
    def bags(self) -> tuple[DeskChange, ...]:
        """Parents that this station returned and that are still on it, oldest first."""
        return _standing(self.changes)

    @property
    def count(self) -> int:
        """Parents on it, as far as the station knows."""
        return max(0, self.base_bags + sum(change.step for change in self.changes if change.counts))

    @property
    def kilograms(self) -> int:
        """What came back, one kilogram for each child bag, as far as the station knows."""
        steps = (change.step * (change.children or 0) for change in self.changes if change.counts)
        return max(0, self.base_kg + sum(steps))

    def holds(self, parent: str) -> bool:
        """Whether this station returned *parent* and it still stands."""
        return any(change.parent == parent for change in self.bags)


Desk = OpenBill | OpenTicket


def desk_opened(entry: JournalEntry) -> Desk:
    """Return the desk that *entry* goes to: a bill's, or a return's."""
    decision = entry.decision
    if decision.bill is not None:
        fact, details = decision.bill_fact, decision.details
        made = decision.kind is EntryKind.CREATE_BILL
        return OpenBill(
            code=decision.bill,
            capacity=details.capacity if details is not None else fact.capacity if fact is not None else None,
            status=BillStatus.NEW if made else fact.status if fact is not None else None,
            opened_seq=entry.seq,
            fact=None if made else fact,
            fact_seq=entry.seq,
            unanswered=frozenset({entry.seq}) if made else frozenset(),
            details=details,
        )
    assert decision.ticket is not None
    made = decision.kind is EntryKind.OPEN_RETURN
    return OpenTicket(
        code=decision.ticket,
        area=decision.area,
        opened_seq=entry.seq,
        opened_by=entry.id if made else decision.ticket_entry,
        base_bags=decision.base_count or 0,
        unanswered=frozenset({entry.seq}) if made else frozenset(),
    )


def desk_after_entry(desk: Desk | None, entry: JournalEntry) -> Desk | None:
    """Return the desk after *entry*, which was accepted and is about a bill or a return."""
    if isinstance(desk, OpenBill) and entry.decision.bill == desk.code:
        return _bill_after_entry(desk, entry)
    if isinstance(desk, OpenTicket) and _is_about(desk, entry):
        return _ticket_after_entry(desk, entry)
    return desk


def desk_after_receipt(desk: Desk | None, entry: JournalEntry, receipt: Receipt) -> Desk | None:
    """Return the desk after the centre's answer to *entry*."""
    if isinstance(desk, OpenBill) and entry.decision.bill == desk.code and entry.seq >= desk.opened_seq:
        return _bill_after_receipt(desk, entry, receipt)
    if isinstance(desk, OpenTicket) and _is_about(desk, entry) and entry.seq >= desk.opened_seq:
        return _ticket_after_receipt(desk, entry, receipt)
    return desk


def bill_as_others_left_it(bill: OpenBill, fact: BillFact, posted_seq: int) -> OpenBill:
    """Return *bill* with what the centre has of it by now: others work at it too.

    The effects of this station's entries up to *posted_seq* are in *fact*, and no others.
    """
    if fact.is_absent or posted_seq < bill.fact_seq:
        return bill
    settled = not bill.unanswered
    return replace(
        bill,
        fact=fact,
        fact_seq=posted_seq,
        capacity=fact.capacity if settled else bill.capacity,
        status=fact.status if settled else bill.status,
    )


def _is_about(ticket: OpenTicket, entry: JournalEntry) -> bool:
    """Whether *entry* is about *ticket*, whose code the centre may have replaced by another one."""
    opened_by = entry.id if entry.decision.kind is EntryKind.OPEN_RETURN else entry.decision.ticket_entry
    if opened_by is not None and ticket.opened_by is not None:
        return opened_by == ticket.opened_by
    return entry.decision.ticket == ticket.code


_STEPS: Mapping[EntryKind, int] = {
    EntryKind.ATTACH_PARENT: 1,
    EntryKind.DETACH_PARENT: -1,
    EntryKind.RETURN_BAG: 1,
    EntryKind.UNRETURN_BAG: -1,
}


def _bill_after_entry(bill: OpenBill, entry: JournalEntry) -> OpenBill | None:
    decision = entry.decision
    bill = replace(bill, unanswered=bill.unanswered | {entry.seq})
    match decision.kind:
        case EntryKind.ATTACH_PARENT | EntryKind.DETACH_PARENT:
            bill = replace(bill, changes=(*bill.changes, _change_of(entry)))
            attached = decision.kind is EntryKind.ATTACH_PARENT
            begun = attached and bill.status is BillStatus.NEW
            return replace(bill, status=BillStatus.PROCESSING) if begun else bill
        case EntryKind.COMPLETE_BILL:
            return replace(bill, status=BillStatus.COMPLETED)
        case EntryKind.REOPEN_BILL:
            return replace(bill, status=BillStatus.PROCESSING if bill.linked else BillStatus.NEW)
        case EntryKind.EDIT_BILL:
            capacity = decision.details.capacity if decision.details is not None else None
            return replace(bill, details=decision.details, capacity=capacity or bill.capacity)
        case EntryKind.DELETE_BILL:
            return None
        case _:
            return bill


def _ticket_after_entry(ticket: OpenTicket, entry: JournalEntry) -> OpenTicket | None:
    if entry.decision.kind in {EntryKind.FINALISE_RETURN, EntryKind.CANCEL_RETURN}:
        return None
    ticket = replace(ticket, unanswered=ticket.unanswered | {entry.seq})
    if entry.decision.kind in _STEPS:
        return replace(ticket, changes=(*ticket.changes, _change_of(entry)))
    return ticket


def _bill_after_receipt(bill: OpenBill, entry: JournalEntry, receipt: Receipt) -> OpenBill | None:
    told = receipt.bill
    if told is not None and not same_bill(told.code, bill.code):
        told = None
    if (told is not None and told.is_absent) or _was_not_made(entry, receipt, Reason.BILL_EXISTS):
        return None
    bill = replace(
        bill,
        changes=_answered(bill.changes, entry, receipt),
        unanswered=bill.unanswered - {entry.seq},
    )
    if told is None or entry.seq < bill.fact_seq:
        return bill
    is_another = receipt.reason is Reason.BILL_EXISTS
    newest = is_another or not any(seq > entry.seq for seq in bill.unanswered)
    return replace(
        bill,
        fact=told,
        fact_seq=entry.seq,
        capacity=told.capacity if newest else bill.capacity,
        status=told.status if newest else bill.status,
    )


def _ticket_after_receipt(ticket: OpenTicket, entry: JournalEntry, receipt: Receipt) -> OpenTicket | None:
    gone = {Reason.TICKET_CLOSED, Reason.TICKET_UNKNOWN}
    if receipt.reason in gone or _was_not_made(entry, receipt):
        return None
    return replace(
        ticket,
        code=receipt.ticket or ticket.code,
        changes=_answered(ticket.changes, entry, receipt),
        unanswered=ticket.unanswered - {entry.seq},
    )


def _was_not_made(entry: JournalEntry, receipt: Receipt, *but: Reason) -> bool:
    """Whether the bill or return that *entry* made is not there; *but* for these reasons another one is."""
    made = entry.decision.kind in {EntryKind.CREATE_BILL, EntryKind.OPEN_RETURN}
    return made and receipt.outcome is Outcome.REFUSED and receipt.reason not in but


def _answered(
    changes: tuple[DeskChange, ...], entry: JournalEntry, receipt: Receipt
) -> tuple[DeskChange, ...]:
    """Mark the change that *receipt* answers; the count of its parent is the centre's."""
    return tuple(
        replace(
            change,
            receipt=receipt.outcome,
            reason=receipt.reason,
            children=receipt.count if receipt.count is not None else change.children,
        )
        if change.seq == entry.seq
        else change
        for change in changes
    )


def _change_of(entry: JournalEntry) -> DeskChange:
    decision = entry.decision
    assert decision.parent is not None
    return DeskChange(
        seq=entry.seq,
        parent=decision.parent,
        step=_STEPS[decision.kind],
        at=entry.at,
        children=decision.base_count,
        bill=decision.fact.bill if decision.fact is not None else None,
    )


def _standing(changes: tuple[DeskChange, ...]) -> tuple[DeskChange, ...]:
    inside: dict[str, DeskChange] = {}
    for change in changes:
        if not change.counts:
            continue
        inside.pop(change.parent, None)
        if change.step > 0:
            inside[change.parent] = change
    return tuple(inside.values())
