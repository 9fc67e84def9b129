"""The state of the work at a station, as a fold over journal entries and receipts.

There is no other copy: after a restart :func:`after_entry` and :func:`after_receipt` over the
journal give the state the station stood in, to the child.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from traitortrack_desktop.domain.attention import AttentionItem, attention_item, needs_attention
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.desks import (
    Desk,
    OpenBill,
    OpenTicket,
    desk_after_entry,
    desk_after_receipt,
    desk_opened,
)
from traitortrack_desktop.domain.entries import (
    Decision,
    EntryKind,
    JournalEntry,
    MemoryPlace,
    QuestionKind,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.open_parents import (
    Change,
    OpenParent,
    cannot_be_filled,
    changed,
    fresh_parent,
    keeps_its_label,
    renamed,
    with_children,
    with_receipt,
)
from traitortrack_desktop.domain.questions import (
    ABOUT_THE_DESK,
    ABOUT_THE_PARENT,
    LEAVES_QUESTION,
    ONLY_FOR_WHO_ASKED,
    STANDS_AT_EVERY_REFUSAL,
    Question,
    without,
)
from traitortrack_desktop.domain.reasons import Reason, Severity

__all__ = [
    "AttentionItem",
    "Change",
    "Held",
    "OpenParent",
    "Question",
    "Stop",
    "WorkState",
    "after_entry",
    "after_receipt",
    "attention_item",
    "held_reading",
    "in_order_of_placing",
    "needs_attention",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A refusal by the station that the operator has to acknowledge before scans count again."""

    seq: int
    code: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A reading out of the memory of scanner *source*: a person decides which parent it belongs to."""

    seq: int
    code: str
    source: str
    at: datetime
    memory: int
    """Number of the first reading of that memory: memories are placed one after the other."""
    behind: int | None = None
    """Number of the reading before it in that memory."""
    problem: Reason | None = None
    """Why it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkState:
    """Where the station stands. *finished* is the parent closed last, for undo.

    At a *desk*, a bill's or a return's, no parent is open. While *finding*, what is scanned is looked up, and
    *found* is the code that was looked up last; parent and desk stay as they are.

    *held* is in the order of placing: memory by memory, each oldest first.
    """

    parent: OpenParent | None = None
    finished: OpenParent | None = None
    question: Question | None = None
    stop: Stop | None = None
    attention: tuple[AttentionItem, ...] = ()
    held: tuple[Held, ...] = ()
    desk: Desk | None = None
    finding: bool = False
    found: str | None = None
    last_seq: int = 0

    @property
    def bill(self) -> OpenBill | None:
        """The bill that is worked at."""
        return self.desk if isinstance(self.desk, OpenBill) else None

    @property
    def ticket(self) -> OpenTicket | None:
        """The return that is worked at."""
        return self.desk if isinstance(self.desk, OpenTicket) else None


def after_entry(state: WorkState, entry: JournalEntry) -> WorkState:
    """Return the state after *entry* was journalled."""
    decision = entry.decision
    state = replace(state, last_seq=entry.seq, held=_still_held(state.held, decision))
    if decision.verdict is Verdict.CONFIRM:
        return _asked(state, entry)
    if decision.verdict is Verdict.REFUSED:
        return _refused(state, entry)
    return _ACCEPTED[decision.kind](state, entry)


def after_receipt(state: WorkState, entry: JournalEntry, receipt: Receipt) -> WorkState:
    """Return the state after the centre's *receipt* for *entry* was journalled."""
    parent = with_receipt(state.parent, entry, receipt)
    if parent is not None and cannot_be_filled(parent, entry, receipt):
        parent = None
    desk = desk_after_receipt(state.desk, entry, receipt)
    old_label, new_label = entry.decision.bag, entry.decision.parent or entry.decision.child
    if keeps_its_label(entry, receipt) and old_label and new_label:
        desk = _desk_renamed(desk, new_label, old_label)
    gone = ABOUT_THE_PARENT if parent is None and state.parent is not None else frozenset()
    if desk is None and state.desk is not None:
        gone |= ABOUT_THE_DESK
    state = replace(
        state,
        parent=parent,
        finished=with_receipt(state.finished, entry, receipt),
        desk=desk,
        question=without(state.question, gone),
    )
    if not needs_attention(entry, receipt):
        return state
    return replace(state, attention=(*state.attention, attention_item(entry, receipt)))


def held_reading(entry: JournalEntry) -> Held:
    """Return what a person has to place, or set aside, of a refusal as ``held``."""
    place = entry.decision.memory or MemoryPlace()
    return Held(
        seq=entry.seq,
        code=entry.decision.code,
        source=entry.source,
        at=entry.at,
        memory=place.first if place.first is not None else entry.seq,
        behind=place.behind,
        problem=place.problem,
    )


def in_order_of_placing(held: Iterable[Held]) -> tuple[Held, ...]:
    """Return *held* memory by memory: what two scanners remembered belongs to different parents.

    A memory that began first stays first until it is placed, whatever else comes meanwhile.
    """
    return tuple(sorted(held, key=lambda reading: (reading.memory, reading.seq)))


def _still_held(held: tuple[Held, ...], decision: Decision) -> tuple[Held, ...]:
    """Return what is held after *decision*; of a memory the oldest are always settled first."""
    settled = next((reading for reading in held if reading.seq == decision.resolves), None)
    if settled is None:
        return held
    of_all = decision.kind is EntryKind.ACKNOWLEDGE
    return tuple(
        reading
        for reading in held
        if reading.seq > settled.seq or not (of_all or reading.source == settled.source)
    )


def _asked(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision
    assert decision.question is not None
    question = Question(
        kind=decision.question,
        code=decision.code,
        about=decision.about,
        seq=entry.seq,
        held=decision.resolves,
        fact=decision.fact,
        by=entry.operator,
    )
    return replace(state, question=question)


def _refused(state: WorkState, entry: JournalEntry) -> WorkState:
    reason = entry.decision.reason
    assert reason is not None
    if reason is Reason.HELD:
        return replace(state, held=in_order_of_placing((*state.held, held_reading(entry))))
    leaves = reason in LEAVES_QUESTION and entry.decision.resolves is None
    stands = leaves or (state.question is not None and state.question.kind in STANDS_AT_EVERY_REFUSAL)
    state = state if stands else replace(state, question=None)
    if reason.severity is Severity.BLOCKING:
        return replace(state, stop=Stop(seq=entry.seq, code=entry.decision.code, reason=reason))
    return state


def _opened(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision
    opened = replace(fresh_parent(entry), completed=decision.fact is not None and decision.fact.completed)
    return replace(state, parent=opened, finished=None, question=None, desk=None, finding=False, found=None)


def _added(state: WorkState, entry: JournalEntry) -> WorkState:
    parent = changed(_parent_of(state, entry), entry, step=1)
    if parent.is_full:
        return replace(state, parent=None, finished=parent, question=None)
    return replace(state, parent=parent, finished=None, question=None)


def _removed(state: WorkState, entry: JournalEntry) -> WorkState:
    parent = replace(changed(_parent_of(state, entry), entry, step=-1), completed=False)
    return replace(state, parent=parent, finished=None, question=None)


def _closed(state: WorkState, entry: JournalEntry) -> WorkState:  # noqa: ARG001 - one shape for all kinds
    return replace(state, parent=None, finished=state.parent, question=None)


def _cancelled(state: WorkState, entry: JournalEntry) -> WorkState:  # noqa: ARG001
    return replace(state, question=None)


def _acknowledged(state: WorkState, entry: JournalEntry) -> WorkState:
    seq, question = entry.decision.resolves, state.question
    confirmed = question is not None and (question.kind, question.code) == (
        QuestionKind.ASIDE,
        entry.decision.code,
    )
    return replace(
        state,
        question=None if confirmed else question,
        stop=None if state.stop is not None and state.stop.seq == seq else state.stop,
        attention=tuple(item for item in state.attention if item.seq != seq),
    )


def _overridden(state: WorkState, entry: JournalEntry) -> WorkState:
    parent = state.parent
    if parent is None or parent.code != entry.decision.parent:
        return state
    return replace(state, parent=replace(parent, completed=False, overridden_seq=entry.seq))


def _moved(state: WorkState, entry: JournalEntry) -> WorkState:
    """Put the bags into the parent they are moved to, which is open from then on, but after an undo."""
    decision = entry.decision
    if decision.code == Command.UNDO:
        return _moved_back(state, entry)
    target = state.parent
    if target is None or target.code != decision.parent:
        target = fresh_parent(entry)
    target = with_children(target, entry, decision.children, step=1)
    return _at_packing(state, target)


def _moved_back(state: WorkState, entry: JournalEntry) -> WorkState:
    """Take bags out of the parent they were moved into, which stays open."""
    for parent in (state.parent, state.finished):
        if parent is not None and parent.code == entry.decision.origin:
            left = with_children(parent, entry, entry.decision.children, step=-1)
            return replace(state, parent=replace(left, completed=False), finished=None, question=None)
    return replace(state, question=None)


def _edited(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision

    def edited(parent: OpenParent | None) -> OpenParent | None:
        if parent is None or parent.code != decision.parent:
            return parent
        parent = with_children(parent, entry, decision.removed, step=-1)
        parent = replace(parent, completed=parent.completed and not decision.removed)
        return with_children(parent, entry, decision.children, step=1)

    return replace(state, parent=edited(state.parent), finished=edited(state.finished), question=None)


def _relabelled(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision
    old, new = decision.bag, decision.parent or decision.child
    assert old is not None
    assert new is not None
    return replace(
        state,
        parent=renamed(state.parent, old, new) if state.parent is not None else None,
        finished=renamed(state.finished, old, new) if state.finished is not None else None,
        desk=_desk_renamed(state.desk, old, new),
        question=None,
    )


def _taken(state: WorkState, entry: JournalEntry) -> WorkState:
    if state.parent is None or state.parent.code != entry.decision.parent:
        return state
    question = without(state.question, ABOUT_THE_PARENT | {QuestionKind.SWITCH})
    return replace(state, parent=None, finished=None, question=question)


def _deleted(state: WorkState, entry: JournalEntry) -> WorkState:
    def left(parent: OpenParent | None) -> OpenParent | None:
        return parent if parent is not None and parent.code != entry.decision.bag else None

    return replace(state, parent=left(state.parent), finished=left(state.finished), question=None)


def _desk_begun(state: WorkState, entry: JournalEntry) -> WorkState:
    return replace(
        state,
        parent=None,
        finished=None,
        question=None,
        finding=False,
        found=None,
        desk=desk_opened(entry),
    )


def _desk_changed(state: WorkState, entry: JournalEntry) -> WorkState:
    return replace(state, question=None, desk=desk_after_entry(state.desk, entry))


def _left(state: WorkState, entry: JournalEntry) -> WorkState:  # noqa: ARG001 - one shape for all kinds
    if state.finding:
        return replace(state, finding=False, found=None, question=None)
    return replace(state, desk=None, question=None)


def _finding(state: WorkState, entry: JournalEntry) -> WorkState:
    looked_up = entry.decision.code if entry.decision.kind is EntryKind.LOOK_UP else state.found
    return replace(state, finding=True, found=looked_up, question=None)


def _other_person(state: WorkState, entry: JournalEntry) -> WorkState:
    question = state.question
    if question is None or question.by == entry.operator:
        return state
    return replace(state, question=without(question, ONLY_FOR_WHO_ASKED))


def _unchanged(state: WorkState, entry: JournalEntry) -> WorkState:  # noqa: ARG001 - one shape for all kinds
    return state


_ACCEPTED = {
    EntryKind.OPEN_PARENT: _opened,
    EntryKind.ADD_CHILD: _added,
    EntryKind.REMOVE_CHILD: _removed,
    EntryKind.CLOSE_PARENT: _closed,
    EntryKind.CANCEL: _cancelled,
    EntryKind.ACKNOWLEDGE: _acknowledged,
    EntryKind.OVERRIDE: _overridden,
    EntryKind.SIGN_IN: _other_person,
    EntryKind.SIGN_OUT: _unchanged,
    EntryKind.MOVE_CHILDREN: _moved,
    EntryKind.REPLACE_LABEL: _relabelled,
    EntryKind.EDIT_CHILDREN: _edited,
    EntryKind.DELETE_BAG: _deleted,
    EntryKind.PARENT_TAKEN: _taken,
    EntryKind.OPEN_BILL: _desk_begun,
    EntryKind.CREATE_BILL: _desk_begun,
    EntryKind.ATTACH_PARENT: _desk_changed,
    EntryKind.DETACH_PARENT: _desk_changed,
    EntryKind.COMPLETE_BILL: _desk_changed,
    EntryKind.REOPEN_BILL: _desk_changed,
    EntryKind.EDIT_BILL: _desk_changed,
    EntryKind.DELETE_BILL: _desk_changed,
    EntryKind.RESUME_RETURN: _desk_begun,
    EntryKind.OPEN_RETURN: _desk_begun,
    EntryKind.RETURN_BAG: _desk_changed,
    EntryKind.UNRETURN_BAG: _desk_changed,
    EntryKind.FINALISE_RETURN: _desk_changed,
    EntryKind.CANCEL_RETURN: _desk_changed,
    EntryKind.LEAVE: _left,
    EntryKind.FIND: _finding,
    EntryKind.LOOK_UP: _finding,
}


def _at_packing(state: WorkState, parent: OpenParent) -> WorkState:
    """Return *state* with *parent* open, or finished where it is full."""
    question = (
        state.question if state.question is not None and state.question.kind is QuestionKind.MOVE else None
    )
    if parent.is_full:
        return replace(state, parent=None, finished=parent, question=None)
    return replace(state, parent=parent, finished=None, question=question)


def _desk_renamed(desk: Desk | None, old: str, new: str) -> Desk | None:
    if desk is None:
        return None
    changes = tuple(
        replace(change, parent=new) if change.parent == old else change for change in desk.changes
    )
    return replace(desk, changes=changes)


def _parent_of(state: WorkState, entry: JournalEntry) -> OpenParent:
    """Return the parent that *entry* names: the entry decides, also in a salvaged journal."""
    for parent in (state.parent, state.finished):
        if parent is not None and parent.code == entry.decision.parent:
            return parent
    return fresh_parent(entry)
