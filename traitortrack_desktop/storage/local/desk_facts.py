"""What this station did at a bill or a return, from its own entries and the centre's receipts. Pure."""

from dataclasses import replace

from traitortrack_desktop.domain.bills import same_bill
from traitortrack_desktop.domain.entries import WITHOUT_EFFECT, EntryKind, JournalEntry
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus
from traitortrack_desktop.services.ports import BillMemory
from traitortrack_desktop.storage.local.histories import Answered, Histories
from traitortrack_desktop.storage.local.labels import is_refused

AT_BILL = frozenset(
    {
        EntryKind.OPEN_BILL,
        EntryKind.CREATE_BILL,
        EntryKind.ATTACH_PARENT,
        EntryKind.DETACH_PARENT,
        EntryKind.COMPLETE_BILL,
        EntryKind.REOPEN_BILL,
        EntryKind.EDIT_BILL,
        EntryKind.DELETE_BILL,
    }
)
AT_RETURN = frozenset(
    {
        EntryKind.OPEN_RETURN,
        EntryKind.RESUME_RETURN,
        EntryKind.RETURN_BAG,
        EntryKind.UNRETURN_BAG,
        EntryKind.FINALISE_RETURN,
        EntryKind.CANCEL_RETURN,
    }
)
_STEPS = {EntryKind.RETURN_BAG: 1, EntryKind.UNRETURN_BAG: -1}
_ENDS = {EntryKind.FINALISE_RETURN: TicketStatus.COMMITTED, EntryKind.CANCEL_RETURN: TicketStatus.CANCELLED}


def bill_memory(histories: Histories, code: str) -> BillMemory | None:
    """Return what this station did at the bill *code*, in any case, since the centre last told of it."""
    later: list[JournalEntry] = []
    waiting: set[int] = set()
    seen = False
    for entry, kept in histories.mentioning(code.upper(), AT_BILL):
        seen = True
        if kept is None:
            waiting.add(entry.seq)
        told = kept.receipt.bill if kept is not None else None
        if kept is not None and told is not None and same_bill(told.code, code):
            return BillMemory(
                told=replace(told, from_centre=True, as_of=told.as_of or kept.received_at),
                told_seq=entry.seq,
                told_at=kept.received_at,
                later=tuple(reversed(later)),
                waiting=frozenset(waiting),
            )
        if not is_refused((entry, kept)):
            later.append(entry)
    return BillMemory(later=tuple(reversed(later)), waiting=frozenset(waiting)) if seen else None


def ticket_entries(histories: Histories, code: str) -> tuple[Answered, ...]:
    """Return the entries at the return *code*, oldest first, under each of its codes.

    The centre gives a return another code where that of the station was taken.
    """
    found = {answered[0].seq: answered for answered in histories.mentioning(code.upper(), AT_RETURN)}
    opened = {entry.decision.ticket_entry for entry, _ in found.values()}
    opened |= {entry.id for entry, _ in found.values() if entry.decision.kind is EntryKind.OPEN_RETURN}
    names = {entry.decision.ticket for entry, _ in found.values()} - {None, code}
    names |= {kept.receipt.ticket for _, kept in found.values() if kept is not None} - {None, code}
    for name in names:
        for entry, kept in histories.mentioning(str(name).upper(), AT_RETURN):
            if entry.id in opened or entry.decision.ticket_entry in opened - {None}:
                found[entry.seq] = (entry, kept)
    return tuple(found[seq] for seq in sorted(found))


def ticket_memory(histories: Histories, code: str) -> TicketFact | None:
    """Return what this station knows of the return *code*: its own work there, and what the centre said."""
    fact: TicketFact | None = None
    for entry, kept in ticket_entries(histories, code):
        decision = entry.decision
        at = kept.received_at if kept is not None else None
        told = kept.receipt.ticket if kept is not None else None
        name = told or (fact.code if fact is not None else code)
        if kept is not None and kept.receipt.reason is Reason.TICKET_UNKNOWN:
            fact = TicketFact(code=code, as_of=at, from_centre=True)
            continue
        if is_refused((entry, kept)):
            if decision.kind is EntryKind.OPEN_RETURN:
                fact = TicketFact(code=code, as_of=at, from_centre=True)
            continue
        if fact is None or decision.kind in {EntryKind.OPEN_RETURN, EntryKind.RESUME_RETURN}:
            fact = _begun(entry.decision.area, entry.decision.base_count, name, fact)
        made = entry.id if decision.kind is EntryKind.OPEN_RETURN else decision.ticket_entry
        step = _STEPS.get(decision.kind, 0)
        fact = replace(
            fact,
            code=name,
            bags=max(0, (fact.bags or 0) + step),
            kilograms=max(0, (fact.kilograms or 0) + step * (decision.base_count or 0)),
            status=_ENDS.get(decision.kind, fact.status),
            as_of=at or entry.at,
            from_centre=kept is not None,
            opened_by=made or fact.opened_by,
            waits=fact.waits or (kept is None and decision.kind not in WITHOUT_EFFECT),
        )
    return fact


def _begun(area: str | None, bags: int | None, code: str, known: TicketFact | None) -> TicketFact:
    """Return a return that work begins at, here for the first time or again."""
    if known is None or known.is_absent:
        return TicketFact(code=code, status=TicketStatus.OPEN, area=area, bags=bags or 0, kilograms=0)
    return replace(known, status=TicketStatus.OPEN, area=area or known.area, bags=bags or known.bags)
