"""What this station remembers about a bag, from its own entries and the centre's receipts.

Each answer follows one index from the newest entry about the bag backwards, and stops at the
first one that settles it: the cost does not depend on the size of the journal.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from traitortrack_desktop.domain.entries import BagFact, EntryKind, JournalEntry, Outcome
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import BagMemory
from traitortrack_desktop.storage.local.reading import ANSWERED, answered_of
from traitortrack_desktop.storage.local.records import KeptReceipt

_HISTORY = ANSWERED + "WHERE {condition} ORDER BY e.seq DESC"
CHILD_HISTORY = _HISTORY.format(condition="e.child = ? AND e.verdict = 'accepted'")
PARENT_HISTORY = _HISTORY.format(
    condition="e.parent = ? AND e.verdict = 'accepted'"
    " AND e.kind IN ('open_parent', 'add_child', 'remove_child', 'close_parent', 'override')"
)

_UNSETTLED = frozenset({Reason.CHILD_IN_OTHER_PARENT, Reason.CHILD_NOT_IN_PARENT, Reason.UNKNOWN_BAG_TYPE})
"""Refusals that contradict what was remembered; without the centre's fact nothing is known."""

_STEPS = {EntryKind.ADD_CHILD: 1, EntryKind.REMOVE_CHILD: -1}


def newest_memory(connection: sqlite3.Connection, code: str) -> BagMemory | None:
    """Return what the newest entry about *code*, compared exactly, taught, however old it is.

    Raises ``sqlite3.Error`` or ``DamagedRecordError``.
    """
    memories = (_as_child(connection, code), _as_parent(connection, code))
    known = [memory for memory in memories if memory is not None]
    return max(known, key=lambda memory: memory.seq) if known else None


def _history(
    connection: sqlite3.Connection, query: str, code: str
) -> Iterator[tuple[JournalEntry, KeptReceipt | None]]:
    for row in connection.execute(query, (code,)):
        yield answered_of(row)


def _as_child(connection: sqlite3.Connection, code: str) -> BagMemory | None:
    for entry, kept in _history(connection, CHILD_HISTORY, code):
        if kept is None:
            return BagMemory(seq=entry.seq, fact=_placed(entry, code, entry.at), confirmed_at=None)
        if kept.receipt.outcome is not Outcome.REFUSED:
            fact = replace(_placed(entry, code, kept.received_at), from_centre=True)
            return BagMemory(seq=entry.seq, fact=fact, confirmed_at=kept.received_at)
        if _settles(kept, code):
            return BagMemory(seq=entry.seq, fact=_corrected(entry, kept, code), confirmed_at=kept.received_at)
    return None


def _placed(entry: JournalEntry, code: str, as_of: datetime) -> BagFact:
    inside = entry.decision.kind is EntryKind.ADD_CHILD
    return BagFact(
        code=code,
        kind="child",
        parent=entry.decision.parent if inside else None,
        since=entry.at,
        by=entry.operator,
        as_of=as_of,
    )


def _settles(kept: KeptReceipt, code: str) -> bool:
    receipt = kept.receipt
    told = receipt.fact is not None and receipt.fact.code == code
    known = {Reason.ALREADY_IN_THIS_PARENT, Reason.CHILD_IS_PARENT}
    return told or receipt.reason in known or receipt.reason in _UNSETTLED


def _corrected(entry: JournalEntry, kept: KeptReceipt, code: str) -> BagFact | None:
    """Return what the centre's refusal says about the child *code*."""
    receipt = kept.receipt
    if receipt.fact is not None and receipt.fact.code == code:
        return _from_centre(receipt.fact, kept)
    if receipt.reason is Reason.ALREADY_IN_THIS_PARENT:
        return _from_centre(BagFact(code=code, kind="child", parent=entry.decision.parent), kept)
    if receipt.reason is Reason.CHILD_IS_PARENT:
        return _from_centre(BagFact(code=code, kind="parent"), kept)
    return None


def _from_centre(fact: BagFact, kept: KeptReceipt) -> BagFact:
    return replace(fact, from_centre=True, as_of=fact.as_of or kept.received_at)


def _as_parent(connection: sqlite3.Connection, code: str) -> BagMemory | None:
    newest: JournalEntry | None = None
    pending = changed = False
    steps = 0
    for entry, kept in _history(connection, PARENT_HISTORY, code):
        decision = entry.decision
        if kept is not None and kept.receipt.reason in {Reason.PARENT_IS_CHILD, Reason.UNKNOWN_BAG_TYPE}:
            if decision.kind is EntryKind.OPEN_PARENT and newest is None:
                return _not_a_parent(entry, kept, code)
            continue
        if kept is not None and kept.receipt.count is not None:
            completed = bool(kept.receipt.completed) and not changed
            count = kept.receipt.count + steps
            return _filled(newest or entry, code, count, completed, None if pending else kept)
        if kept is not None and kept.receipt.outcome is Outcome.REFUSED:
            continue
        newest = newest or entry
        pending = pending or kept is None
        step = _STEPS.get(decision.kind, 0)
        steps, changed = steps + step, changed or step != 0 or decision.kind is EntryKind.OVERRIDE
        if decision.kind is EntryKind.OPEN_PARENT:
            completed = decision.fact is not None and decision.fact.completed and not changed
            count = (decision.base_count or 0) + steps
            return _filled(newest, code, count, completed, None if pending else kept)
    return _filled(newest, code, steps, False, None) if newest is not None else None


def _filled(
    newest: JournalEntry, code: str, count: int, completed: bool, confirmed: KeptReceipt | None
) -> BagMemory:
    fact = BagFact(
        code=code,
        kind="parent",
        since=newest.at,
        by=newest.operator,
        count=max(0, count),
        completed=completed,
        as_of=confirmed.received_at if confirmed is not None else newest.at,
        from_centre=confirmed is not None,
    )
    return BagMemory(
        seq=newest.seq, fact=fact, confirmed_at=confirmed.received_at if confirmed is not None else None
    )


def _not_a_parent(entry: JournalEntry, kept: KeptReceipt, code: str) -> BagMemory:
    told = kept.receipt.fact
    fact: BagFact | None = None
    if told is not None and told.code == code:
        fact = _from_centre(told, kept)
    elif kept.receipt.reason is Reason.PARENT_IS_CHILD:
        fact = _from_centre(BagFact(code=code, kind="child"), kept)
    return BagMemory(seq=entry.seq, fact=fact, confirmed_at=kept.received_at)
