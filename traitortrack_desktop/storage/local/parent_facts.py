"""How full a parent bag is, which bill it is on and who has it open, from own entries and receipts. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from traitortrack_desktop.domain.entries import BagFact, EntryKind, JournalEntry
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import BagMemory, BillOfBag, HolderOfBag
from traitortrack_desktop.storage.local.child_facts import GONE, no_more, told_of
from traitortrack_desktop.storage.local.histories import LAST, Histories, newest_first
from traitortrack_desktop.storage.local.labels import is_refused
from traitortrack_desktop.storage.local.records import KeptReceipt

FILLING = frozenset(
    {
        EntryKind.OPEN_PARENT,
        EntryKind.ADD_CHILD,
        EntryKind.REMOVE_CHILD,
        EntryKind.CLOSE_PARENT,
        EntryKind.OVERRIDE,
        EntryKind.MOVE_CHILDREN,
        EntryKind.EDIT_CHILDREN,
        EntryKind.REPLACE_LABEL,
    }
)
MENTIONING = frozenset({EntryKind.MOVE_CHILDREN, *GONE})
BILLING = frozenset(
    {
        EntryKind.ATTACH_PARENT,
        EntryKind.DETACH_PARENT,
        EntryKind.RETURN_BAG,
        EntryKind.UNRETURN_BAG,
        EntryKind.REPLACE_LABEL,
    }
)
HOLDING = frozenset({EntryKind.OPEN_PARENT, EntryKind.PARENT_TAKEN})

_REFUSED_FOR_BILL = FILLING - {EntryKind.CLOSE_PARENT, EntryKind.REPLACE_LABEL}
_NEWEST_ENTRIES = 5
"""How far back refusals that name a bill are looked for."""

_STEPS: Mapping[EntryKind, int] = {EntryKind.ADD_CHILD: 1, EntryKind.REMOVE_CHILD: -1}
_NO_PARENT = frozenset({Reason.PARENT_IS_CHILD, Reason.UNKNOWN_BAG_TYPE})


def parent_memory(histories: Histories, code: str, before: int = LAST) -> BagMemory | None:
    """Return what the newest entries below *before* about the parent *code*, compared exactly, taught."""
    newest: JournalEntry | None = None
    pending = changed = False
    steps = 0
    own = histories.of_parent(code, FILLING, before)
    for entry, kept in newest_first(own, histories.mentioning(code, MENTIONING, before)):
        decision = entry.decision
        if code not in {decision.parent, decision.bag, decision.origin}:
            continue
        if decision.parent == code and kept is not None and kept.receipt.reason in _NO_PARENT:
            if decision.kind is EntryKind.OPEN_PARENT and newest is None:
                return _not_a_parent(entry, kept, code)
            continue
        if decision.parent == code and kept is not None and kept.receipt.count is not None:
            completed = bool(kept.receipt.completed) and not changed
            count = kept.receipt.count + steps
            return _filled(newest or entry, code, count, completed, None if pending else kept)
        if is_refused((entry, kept)):
            told = told_of(kept, code) if kept is not None and decision.bag == code else None
            if told is not None and kept is not None and newest is None:
                return BagMemory(seq=entry.seq, fact=told, confirmed_at=kept.received_at)
            continue
        if decision.bag == code and newest is None:
            return no_more(entry, kept, code)
        if decision.bag == code:
            break
        newest = newest or entry
        pending = pending or kept is None
        if decision.kind is EntryKind.REPLACE_LABEL:
            confirmed = None if pending else kept
            return _carried_over(histories, entry, newest, steps=steps, changed=changed, confirmed=confirmed)
        step = _step(entry, code)
        steps, changed = steps + step, changed or step != 0 or _changes(entry)
        if decision.kind is EntryKind.OPEN_PARENT:
            completed = decision.fact is not None and decision.fact.completed and not changed
            count = (decision.base_count or 0) + steps
            return _filled(newest, code, count, completed, None if pending else kept)
    return _filled(newest, code, _least(newest, steps), False, None) if newest is not None else None


def bill_of_bag(histories: Histories, code: str, before: int = LAST) -> BillOfBag | None:
    """Return what the newest entry below *before* that is about the bill of the parent *code* taught."""
    filling = islice(histories.of_parent(code, _REFUSED_FOR_BILL, before), _NEWEST_ENTRIES)
    billing = histories.of_parent(code, BILLING, before)
    for entry, kept in newest_first(filling, billing, histories.mentioning(code, GONE, before)):
        at = kept.received_at if kept is not None else None
        if is_refused((entry, kept)):
            told = told_of(kept, code) if kept is not None else None
            if told is not None and (told.bill is not None or entry.decision.kind in BILLING):
                return BillOfBag(
                    seq=entry.seq, bill=told.bill, completed=told.bill_completed, confirmed_at=at
                )
            if kept is not None and kept.receipt.reason is Reason.PARENT_ON_THIS_BILL:
                return BillOfBag(seq=entry.seq, bill=entry.decision.bill, confirmed_at=at)
            continue
        match entry.decision.kind:
            case EntryKind.ATTACH_PARENT:
                return BillOfBag(seq=entry.seq, bill=entry.decision.bill, confirmed_at=at)
            case EntryKind.DETACH_PARENT | EntryKind.RETURN_BAG:
                return BillOfBag(seq=entry.seq, bill=None, confirmed_at=at)
            case EntryKind.UNRETURN_BAG:
                bill = _bill_returned_from(histories, entry, kept, code)
                return BillOfBag(seq=entry.seq, bill=bill, confirmed_at=at) if bill is not None else None
            case EntryKind.REPLACE_LABEL if entry.decision.parent == code:
                return _bill_carried_over(histories, entry, at)
            case EntryKind.REPLACE_LABEL | EntryKind.DELETE_BAG:
                return None
            case _:
                continue
    return None


def holder_of_bag(histories: Histories, code: str) -> HolderOfBag | None:
    """Return which other station has the parent *code* open, as far as own work taught."""
    for entry, kept in histories.of_parent(code, HOLDING):
        decision = entry.decision
        at = kept.received_at if kept is not None else None
        told = told_of(kept, code) if kept is not None else None
        if told is not None and told.holder is not None:
            return HolderOfBag(seq=entry.seq, holder=told.holder, confirmed_at=at)
        if is_refused((entry, kept)):
            continue
        if decision.kind is EntryKind.PARENT_TAKEN:
            holder = decision.fact.holder if decision.fact is not None else None
            return HolderOfBag(seq=entry.seq, holder=holder, confirmed_at=at)
        if decision.taken_from is not None:
            return HolderOfBag(seq=entry.seq, holder=None, confirmed_at=at)
        return None
    return None


def _step(entry: JournalEntry, code: str) -> int:
    """Return how many more bags are in *code* after *entry*."""
    decision = entry.decision
    if decision.kind in {EntryKind.MOVE_CHILDREN, EntryKind.EDIT_CHILDREN}:
        into = len(decision.children) if decision.parent == code else 0
        out = len(decision.children) if decision.origin == code else 0
        return into - out - (len(decision.removed) if decision.parent == code else 0)
    return _STEPS.get(decision.kind, 0)


def _changes(entry: JournalEntry) -> bool:
    """Whether what was said of a complete parent counts no more after *entry*."""
    return entry.decision.kind in {EntryKind.OVERRIDE, EntryKind.EDIT_CHILDREN}


def _least(newest: JournalEntry, steps: int) -> int | None:
    """Return the count of a parent that was never opened here: only what went into it here is known."""
    moved = newest.decision.kind in {EntryKind.MOVE_CHILDREN, EntryKind.EDIT_CHILDREN}
    if not moved:
        return steps
    base = newest.decision.base_count
    return base + steps if base is not None and base + steps >= 0 else None


def _carried_over(
    histories: Histories,
    entry: JournalEntry,
    newest: JournalEntry,
    *,
    steps: int,
    changed: bool,
    confirmed: KeptReceipt | None,
) -> BagMemory:
    """Return what was in the bag before it got its label by *entry*, and what was done since."""
    decision = entry.decision
    assert decision.bag is not None
    assert decision.parent is not None
    old = parent_memory(histories, decision.bag, entry.seq)
    fact = old.fact if old is not None else decision.fact
    waits = old is not None and old.confirmed_at is None
    count = fact.count + steps if fact is not None and fact.count is not None else None
    completed = fact is not None and fact.completed and not changed
    return _filled(newest, decision.parent, count, completed, None if waits else confirmed)


def _bill_returned_from(
    histories: Histories, entry: JournalEntry, kept: KeptReceipt | None, code: str
) -> str | None:
    """Return the bill that a return took the parent from, which *entry* puts it back on."""
    if kept is not None and kept.receipt.bill is not None:
        return kept.receipt.bill.code
    if entry.decision.bill is not None:
        return entry.decision.bill
    for returned, answer in histories.of_parent(code, frozenset({EntryKind.RETURN_BAG}), entry.seq):
        if answer is not None and answer.receipt.bill is not None:
            return answer.receipt.bill.code
        return returned.decision.fact.bill if returned.decision.fact is not None else None
    return None


def _bill_carried_over(histories: Histories, entry: JournalEntry, at: datetime | None) -> BillOfBag | None:
    """Return the bill that the bag was on when it got its label by *entry*."""
    decision = entry.decision
    assert decision.bag is not None
    old = bill_of_bag(histories, decision.bag, entry.seq)
    if old is not None:
        confirmed_at = None if old.confirmed_at is None else at
        return replace(old, seq=entry.seq, confirmed_at=confirmed_at)
    fact = decision.fact
    if fact is None or fact.bill is None:
        return None
    return BillOfBag(seq=entry.seq, bill=fact.bill, completed=fact.bill_completed, confirmed_at=at)


def _filled(
    newest: JournalEntry, code: str, count: int | None, completed: bool, confirmed: KeptReceipt | None
) -> BagMemory:
    fact = BagFact(
        code=code,
        kind="parent",
        since=newest.at,
        by=newest.operator,
        count=max(0, count) if count is not None else None,
        completed=completed,
        as_of=confirmed.received_at if confirmed is not None else newest.at,
        from_centre=confirmed is not None,
    )
    return BagMemory(
        seq=newest.seq, fact=fact, confirmed_at=confirmed.received_at if confirmed is not None else None
    )


def _not_a_parent(entry: JournalEntry, kept: KeptReceipt, code: str) -> BagMemory:
    fact = told_of(kept, code)
    if fact is None and kept.receipt.reason is Reason.PARENT_IS_CHILD:
        fact = BagFact(code=code, kind="child", from_centre=True, as_of=kept.received_at)
    return BagMemory(seq=entry.seq, fact=fact, confirmed_at=kept.received_at)
