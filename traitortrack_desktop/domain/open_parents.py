"""The parent that is being filled: a fold over journal entries and receipts. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from traitortrack_desktop.domain.entries import EntryKind, JournalEntry, Outcome, Receipt, Verdict
from traitortrack_desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One child bag put into (*step* = 1) or taken out of (-1) the open parent.

    *receipt* is ``None`` while the centre has not answered.
    """

    seq: int
    child: str
    step: int
    at: datetime
    receipt: Outcome | None = None
    reason: Reason | None = None
    held: int | None = None
    """Number of the held reading that was placed with it."""
    moved_from: str | None = None
    """The parent that it was taken out of by the same entry."""

    @property
    def counts(self) -> bool:
        """Whether it stands, as far as the station knows."""
        return self.receipt is not Outcome.REFUSED

    @property
    def says_outside(self) -> bool:
        """Whether it could not be taken out because it is not inside: somebody else took it out before."""
        return self.reason is Reason.CHILD_NOT_IN_PARENT


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenParent:
    """The parent being filled. *base_count* bags were inside that *changes* does not list."""

    code: str
    capacity: int
    opened_seq: int = 0
    base_count: int = 0
    changes: tuple[Change, ...] = ()
    completed: bool = False
    """The centre holds it as complete, whatever its count."""
    overridden_seq: int = 0
    """Number of the entry that let it take bags all the same: answers to earlier ones are older."""
    opened_at: datetime | None = None
    """The station's clock when it was opened here."""
    bill: str | None = None
    """The bill that it is on, as far as the station knows."""
    bill_completed: bool = False
    """That bill is settled: nothing is put in or taken out."""
    is_held: bool = False
    """The centre holds it for this station: whoever has it later has taken it over."""
    called_before: frozenset[str] = frozenset()
    """What it was called before its label was replaced: answers to earlier entries name it so."""

    @property
    def count(self) -> int:
        """Child bags inside, as far as the station knows."""
        return max(0, self.base_count + sum(change.step for change in self.changes if change.counts))

    @property
    def is_full(self) -> bool:
        """Whether no child bag fits any more."""
        return self.count >= self.capacity

    @property
    def children(self) -> tuple[Change, ...]:
        """Child bags that this station put in and that are still listed inside, oldest first."""
        inside: dict[str, Change] = {}
        for change in self.changes:
            if not change.counts and not change.says_outside:
                continue
            inside.pop(change.child, None)
            if change.step > 0:
                inside[change.child] = change
        return tuple(inside.values())

    def holds(self, child: str) -> bool:
        """Whether this station put *child* in and it still stands."""
        return any(change.child == child for change in self.children)


def fresh_parent(entry: JournalEntry) -> OpenParent:
    """Return the parent that *entry* opens, before anything is put in."""
    decision = entry.decision
    assert decision.parent is not None
    fact = decision.fact if decision.fact is not None and decision.fact.code == decision.parent else None
    return OpenParent(
        code=decision.parent,
        capacity=decision.capacity,
        opened_seq=entry.seq,
        opened_at=entry.at,
        base_count=decision.base_count or 0,
        bill=fact.bill if fact is not None else None,
        bill_completed=fact is not None and fact.bill_completed,
    )


def changed(parent: OpenParent, entry: JournalEntry, *, step: int) -> OpenParent:
    """Return *parent* after the child of *entry* was put in, or taken out."""
    assert entry.decision.child is not None
    settled = entry.decision.resolves
    change = Change(seq=entry.seq, child=entry.decision.child, step=step, at=entry.at, held=settled)
    return replace(parent, changes=(*parent.changes, change))


def with_children(
    parent: OpenParent, entry: JournalEntry, children: tuple[str, ...], *, step: int
) -> OpenParent:
    """Return *parent* after *entry* put several children in, or took them out."""
    moved_from = entry.decision.origin if step > 0 else None
    made = tuple(
        Change(seq=entry.seq, child=child, step=step, at=entry.at, moved_from=moved_from)
        for child in children
    )
    return replace(parent, changes=(*parent.changes, *made))


def renamed(parent: OpenParent, old: str, new: str) -> OpenParent:
    """Return *parent* after the bag *old*, itself or one in it, got the label *new*."""
    changes = tuple(
        replace(
            change,
            child=new if change.child == old else change.child,
            moved_from=new if change.moved_from == old else change.moved_from,
        )
        for change in parent.changes
    )
    if parent.code != old:
        return replace(parent, changes=changes)
    return replace(parent, code=new, called_before=parent.called_before | {old}, changes=changes)


def keeps_its_label(entry: JournalEntry, receipt: Receipt) -> bool:
    """Whether a label was replaced here and is not at the centre: the bag is called what it was."""
    return entry.decision.kind is EntryKind.REPLACE_LABEL and receipt.outcome is Outcome.REFUSED


def with_receipt(parent: OpenParent | None, entry: JournalEntry, receipt: Receipt) -> OpenParent | None:
    """Mark the changes that *receipt* answers, and take over what the centre says of the parent."""
    if parent is None or entry.seq < parent.opened_seq:
        return parent
    decision, old_label = entry.decision, entry.decision.bag
    new_label = decision.parent or decision.child
    if keeps_its_label(entry, receipt) and new_label and old_label:
        parent = renamed(parent, new_label, old_label)
    names = {parent.code, *parent.called_before}
    if not names & {decision.parent, decision.origin}:
        return parent
    changes = tuple(
        replace(change, receipt=receipt.outcome, reason=receipt.reason) if change.seq == entry.seq else change
        for change in parent.changes
    )
    # An answer given anew after damage to the journal is older than what later ones said.
    is_stale = any(change.seq > entry.seq and change.receipt is not None for change in changes)
    opened_here = entry.seq == parent.opened_seq and receipt.outcome is not Outcome.REFUSED
    held = opened_here and receipt.notice is not Reason.PARENT_OPEN_ELSEWHERE
    parent = replace(parent, changes=changes, is_held=parent.is_held or held)
    if is_stale or decision.parent not in names:
        return parent
    return _counted(_on_bill(parent, entry, receipt), entry, receipt)


def _on_bill(parent: OpenParent, entry: JournalEntry, receipt: Receipt) -> OpenParent:
    """Take over what the centre says of the bill that *parent* is on; what it posted was allowed."""
    fact = receipt.fact
    if receipt.reason is Reason.PARENT_ON_COMPLETED_BILL:
        bill = fact.bill if fact is not None and fact.bill is not None else parent.bill
        return replace(parent, bill=bill, bill_completed=True)
    if fact is not None and fact.code == parent.code and fact.bill is not None:
        return replace(parent, bill=fact.bill, bill_completed=fact.bill_completed)
    changed = entry.decision.kind in {EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD, EntryKind.MOVE_CHILDREN}
    if changed and receipt.outcome is Outcome.POSTED:
        return replace(parent, bill_completed=False)
    return parent


def _counted(parent: OpenParent, entry: JournalEntry, receipt: Receipt) -> OpenParent:
    """Take over the centre's count as of *entry*."""
    if receipt.count is None:
        return parent
    changes = parent.changes
    listed = sum(change.step for change in changes if change.seq <= entry.seq and change.counts)
    is_newest = entry.seq >= parent.overridden_seq and not any(change.seq > entry.seq for change in changes)
    still_completed = bool(receipt.completed) and is_newest
    return replace(parent, base_count=receipt.count - listed, completed=still_completed)


def cannot_be_filled(parent: OpenParent, entry: JournalEntry, receipt: Receipt) -> bool:
    """Whether the centre says that *parent* is no parent bag, or is gone.

    It is closed then, so that no further child is told OK into a bag that cannot take it. The centre
    counts the parent of every entry that it decided: no count means that there is no such parent.
    """
    if entry.seq < parent.opened_seq or entry.decision.parent != parent.code:
        return False
    if entry.decision.verdict is not Verdict.ACCEPTED:
        return receipt.count is None and receipt.reason not in _UNDECIDED
    if receipt.outcome is not Outcome.REFUSED:
        return False
    if entry.decision.kind is EntryKind.MOVE_CHILDREN and entry.seq == parent.opened_seq:
        # Nothing was moved, and so a parent that was new is not there.
        return receipt.count is None and receipt.reason not in _UNDECIDED
    return receipt.reason in {Reason.PARENT_IS_CHILD, Reason.PARENT_MISSING} or (
        entry.decision.kind is EntryKind.OPEN_PARENT and receipt.reason is Reason.UNKNOWN_BAG_TYPE
    )


_UNDECIDED = frozenset({Reason.CONFLICTING_REPEAT, Reason.CENTRE_COULD_NOT_STORE})
"""Reasons of receipts that say nothing about bags."""
