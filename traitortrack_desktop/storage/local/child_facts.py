"""Where a child bag is, from this station's own entries and the centre's receipts. Pure.

Each answer stops at the newest entry that settles it.
"""

from dataclasses import replace

from traitortrack_desktop.domain.entries import BagFact, EntryKind, JournalEntry
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import BagMemory
from traitortrack_desktop.storage.local.histories import LAST, Histories, newest_first
from traitortrack_desktop.storage.local.labels import is_refused, relabelled_since
from traitortrack_desktop.storage.local.records import KeptReceipt

OWN = frozenset({EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD, EntryKind.REPLACE_LABEL})
MENTIONING = frozenset(
    {EntryKind.MOVE_CHILDREN, EntryKind.EDIT_CHILDREN, EntryKind.REPLACE_LABEL, EntryKind.DELETE_BAG}
)
GONE = frozenset({EntryKind.REPLACE_LABEL, EntryKind.DELETE_BAG})
"""Entries after which there is no bag that is called ``bag``."""

_UNSETTLED = frozenset({Reason.CHILD_IN_OTHER_PARENT, Reason.CHILD_NOT_IN_PARENT, Reason.UNKNOWN_BAG_TYPE})
"""Refusals that contradict what was remembered; without the centre's fact nothing is known."""

_KNOWN = frozenset({Reason.ALREADY_IN_THIS_PARENT, Reason.CHILD_IS_PARENT})


def child_memory(histories: Histories, code: str, before: int = LAST) -> BagMemory | None:
    """Return what the newest entry below *before* about the child *code*, compared exactly, taught."""
    own = histories.of_child(code, OWN, before)
    for entry, kept in newest_first(own, histories.mentioning(code, MENTIONING, before)):
        if not _is_about(entry, code):
            continue
        if is_refused((entry, kept)):
            assert kept is not None
            if _settles(entry, kept, code):
                fact = _corrected(entry, kept, code)
                return _renamed(
                    histories, BagMemory(seq=entry.seq, fact=fact, confirmed_at=kept.received_at), before
                )
            continue
        if entry.decision.kind in GONE:
            if entry.decision.bag == code:
                return no_more(entry, kept, code)
            return _carried_over(histories, entry, kept, code)
        return _renamed(histories, _placed(entry, kept, code), before)
    return None


def no_more(entry: JournalEntry, kept: KeptReceipt | None, code: str) -> BagMemory:
    """Return that there is no bag *code* since *entry*: it is called otherwise, or deleted."""
    at = kept.received_at if kept is not None else None
    fact = BagFact(code=code, as_of=at or entry.at, from_centre=True)
    return BagMemory(seq=entry.seq, fact=fact, confirmed_at=at)


def told_of(kept: KeptReceipt, code: str) -> BagFact | None:
    """Return what the centre said of *code* itself."""
    fact = kept.receipt.fact
    if fact is None or fact.code != code:
        return None
    return replace(fact, from_centre=True, as_of=fact.as_of or kept.received_at)


def _is_about(entry: JournalEntry, code: str) -> bool:
    """Whether *entry* says where *code* is: the parent that bags are moved out of is named too."""
    decision = entry.decision
    return code in {decision.child, decision.bag, *decision.children, *decision.removed}


def _placed(entry: JournalEntry, kept: KeptReceipt | None, code: str) -> BagMemory:
    decision = entry.decision
    inside = decision.kind is EntryKind.ADD_CHILD or code in decision.children
    confirmed_at = kept.received_at if kept is not None else None
    fact = BagFact(
        code=code,
        kind="child",
        parent=decision.parent if inside else None,
        since=entry.at,
        by=entry.operator,
        as_of=confirmed_at or entry.at,
        from_centre=kept is not None,
    )
    return BagMemory(seq=entry.seq, fact=fact, confirmed_at=confirmed_at)


def _carried_over(
    histories: Histories, entry: JournalEntry, kept: KeptReceipt | None, code: str
) -> BagMemory:
    """Return what was known of the bag before it got the label *code*."""
    decision = entry.decision
    assert decision.bag is not None
    old = child_memory(histories, decision.bag, entry.seq)
    fact = old.fact if old is not None else decision.fact
    waits = kept is None or (old is not None and old.confirmed_at is None)
    confirmed_at = kept.received_at if kept is not None and not waits else None
    if fact is None or fact.kind is None:
        return BagMemory(seq=entry.seq, fact=None, confirmed_at=confirmed_at)
    carried = replace(fact, code=code, from_centre=not waits, as_of=confirmed_at or entry.at)
    return _renamed(histories, BagMemory(seq=entry.seq, fact=carried, confirmed_at=confirmed_at), LAST)


def _renamed(histories: Histories, memory: BagMemory, before: int) -> BagMemory:
    """Return *memory* with what the parent is called now."""
    fact = memory.fact
    if fact is None or fact.parent is None:
        return memory
    name, by = relabelled_since(histories, fact.parent, memory.seq, before)
    if by is None:
        return memory
    entry, kept = by
    waits = kept is None or memory.confirmed_at is None
    confirmed_at = kept.received_at if kept is not None and not waits else None
    return BagMemory(
        seq=entry.seq,
        fact=replace(fact, parent=name, from_centre=not waits),
        confirmed_at=confirmed_at,
    )


def _settles(entry: JournalEntry, kept: KeptReceipt, code: str) -> bool:
    receipt, decision = kept.receipt, entry.decision
    if told_of(kept, code) is not None:
        return True
    if decision.bag == code:
        return receipt.reason is Reason.BAG_UNKNOWN
    several = len(decision.children) + len(decision.removed) > 1
    return not several and receipt.reason in _KNOWN | _UNSETTLED


def _corrected(entry: JournalEntry, kept: KeptReceipt, code: str) -> BagFact | None:
    """Return what the centre's refusal says about the child *code*."""
    reason = kept.receipt.reason
    told = told_of(kept, code)
    if told is None and reason is Reason.ALREADY_IN_THIS_PARENT:
        told = BagFact(code=code, kind="child", parent=entry.decision.parent)
    if told is None and reason is Reason.CHILD_IS_PARENT:
        told = BagFact(code=code, kind="parent")
    if told is None and reason is Reason.BAG_UNKNOWN:
        told = BagFact(code=code)
    return replace(told, from_centre=True, as_of=told.as_of or kept.received_at) if told is not None else None
