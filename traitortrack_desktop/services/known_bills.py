"""What a station knows of a bill: the newer of catalogue and receipts, and own work on top. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from traitortrack_desktop.domain.bills import BillFact, BillStatus, expected_kg_of
from traitortrack_desktop.domain.entries import EntryKind, JournalEntry
from traitortrack_desktop.services.catalogue import UNKNOWN_BILL, KnownBill
from traitortrack_desktop.services.ports import BillMemory

_STEPS = {EntryKind.ATTACH_PARENT: 1, EntryKind.DETACH_PARENT: -1}


def merged_bill(
    code: str, memory: BillMemory | None, known: KnownBill, *, now: datetime, trust: timedelta
) -> BillFact | None:
    """Return what is known of the bill *code*; ``None`` for nothing, absent where there is no such bill.

    What the station did and was not answered for counts always; what is older than *trust* does not.
    """
    if known.as_of is None or abs(now - known.as_of) > trust:
        known = UNKNOWN_BILL
    if memory is None:
        return _of_catalogue(code, known)
    told_at = memory.told_at
    told = memory.told if told_at is not None and abs(now - told_at) <= trust else None
    if told is None or (known.as_of is not None and known.posted_seq >= memory.told_seq):
        fact, since = _of_catalogue(code, known), known.posted_seq if known.as_of is not None else 0
    else:
        fact, since = _with_what_is_told(told, known), memory.told_seq
    for entry in memory.later:
        if entry.seq > since or entry.seq in memory.waiting:
            fact = bill_after(fact, entry)
    return fact


def bill_after(fact: BillFact | None, entry: JournalEntry) -> BillFact | None:
    """Return what is known of a bill after *entry*, which is about it and which nobody refused."""
    decision = entry.decision
    code = decision.bill or ""
    if decision.kind is EntryKind.CREATE_BILL:
        fact = BillFact(code=code, status=BillStatus.NEW, linked=0, children=0, expected_kg=0)
    if decision.kind is EntryKind.DELETE_BILL:
        return BillFact(code=code, as_of=entry.at, from_centre=True)
    if fact is None or fact.is_absent:
        fact = decision.bill_fact or BillFact(code=code)
    fact = replace(fact, as_of=entry.at, from_centre=False)
    if decision.kind in _STEPS:
        return _after_step(fact, entry, _STEPS[decision.kind])
    match decision.kind:
        case EntryKind.COMPLETE_BILL:
            return replace(fact, status=BillStatus.COMPLETED)
        case EntryKind.REOPEN_BILL:
            return replace(fact, status=BillStatus.PROCESSING if fact.linked else BillStatus.NEW)
    details = decision.details
    if details is None:
        return fact
    return replace(
        fact,
        capacity=details.capacity if details.capacity is not None else fact.capacity,
        destination=details.destination if details.destination is not None else fact.destination,
        vehicle=details.vehicle if details.vehicle is not None else fact.vehicle,
    )


def _after_step(fact: BillFact, entry: JournalEntry, step: int) -> BillFact:
    decision = entry.decision
    linked = _changed(fact.linked, step)
    emptied = step < 0 and linked == 0
    return replace(
        fact,
        status=BillStatus.NEW if emptied else BillStatus.PROCESSING,
        linked=linked,
        children=_changed(fact.children, step * (decision.base_count or 0)),
        expected_kg=_changed(fact.expected_kg, step * expected_kg_of(decision.parent or "")),
    )


def _changed(known: int | None, step: int) -> int | None:
    return max(0, known + step) if known is not None else None


def _of_catalogue(code: str, known: KnownBill) -> BillFact | None:
    if known.as_of is None:
        return None
    return known.fact or BillFact(code=code, as_of=known.as_of, from_centre=True)


def _with_what_is_told(told: BillFact, known: KnownBill) -> BillFact:
    """Return the centre's answer, with what it leaves out of the catalogue."""
    fact = known.fact
    if fact is None or told.is_absent:
        return told
    return replace(
        told,
        capacity=told.capacity if told.capacity is not None else fact.capacity,
        linked=told.linked if told.linked is not None else fact.linked,
        children=told.children if told.children is not None else fact.children,
        expected_kg=told.expected_kg if told.expected_kg is not None else fact.expected_kg,
        destination=told.destination or fact.destination,
        vehicle=told.vehicle or fact.vehicle,
    )
