"""The state of the work at a station, as a fold over journal entries and receipts.

There is no other copy: after a restart :func:`after_entry` and :func:`after_receipt` over the
journal give the state the station stood in, to the child.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from traitortrack_desktop.domain.desks import (
    Desk,
    OpenBill,
    OpenTicket,
    desk_after_entry,
    desk_after_receipt,
    desk_opened,
)
from traitortrack_desktop.domain.entries import (
    ABOUT_PEOPLE,
    BagFact,
    Decision,
    EntryKind,
    JournalEntry,
    MemoryPlace,
    Outcome,
    QuestionKind,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.reasons import Reason, Severity


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the station asked; *code* is the code whose second scan says yes."""

    kind: QuestionKind
    code: str
    about: str | None = None
    """The bag it is about, where *code* is another one."""
    seq: int = 0
    """Number of the entry that asked."""
    held: int | None = None
    """Number of the held command that asked: only the reading behind it in that memory answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A refusal by the station that the operator has to acknowledge before scans count again."""

    seq: int
    code: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionItem:
    """What a person has to look at; open until acknowledged.

    Mostly an entry the operator was told OK for and the centre refused. With a *reason* about people
    (``OPERATOR_DISABLED``, ``SESSION_REVOKED``, ``BADGE_NOT_VALID``) the entry was posted, and went on
    under somebody who should not have gone on.
    """

    seq: int
    code: str
    reason: Reason
    parent: str | None
    child: str | None
    at: datetime
    operator: str | None
    fact: BagFact | None


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
    parent = _with_receipt(state.parent, entry, receipt)
    if parent is not None and _cannot_be_filled(parent, entry, receipt):
        parent = None
    state = replace(
        state,
        parent=parent,
        finished=_with_receipt(state.finished, entry, receipt),
        desk=desk_after_receipt(state.desk, entry, receipt),
    )
    if not needs_attention(entry, receipt):
        return state
    return replace(state, attention=(*state.attention, attention_item(entry, receipt)))


def _cannot_be_filled(parent: OpenParent, entry: JournalEntry, receipt: Receipt) -> bool:
    """Whether the centre says that *parent* is no parent bag, or is gone.

    It is closed then, so that no further child is told OK into a bag that cannot take it. The centre
    counts the parent of every entry that it decided: no count means that there is no such parent.
    """
    if entry.seq < parent.opened_seq or entry.decision.parent != parent.code:
        return False
    if entry.decision.verdict is not Verdict.ACCEPTED:
        return receipt.count is None and receipt.reason not in _UNDECIDED
    return receipt.outcome is Outcome.REFUSED and (
        receipt.reason in {Reason.PARENT_IS_CHILD, Reason.PARENT_MISSING}
        or (entry.decision.kind is EntryKind.OPEN_PARENT and receipt.reason is Reason.UNKNOWN_BAG_TYPE)
    )


_UNDECIDED = frozenset({Reason.CONFLICTING_REPEAT, Reason.CENTRE_COULD_NOT_STORE})
"""Reasons of receipts that say nothing about bags."""


def needs_attention(entry: JournalEntry, receipt: Receipt) -> bool:
    """Whether a person has to look: the operator was told OK for something that does not hold at the
    centre, or the centre gives notice of who it was.

    A child that turns out to be in this very parent already is where the operator was told it is. Sign-ins
    are about no bag: who works here is settled at once, and not by a list.
    """
    if entry.decision.kind in ABOUT_PEOPLE:
        return False
    return receipt.notice is not None or _does_not_hold(entry, receipt)


def _does_not_hold(entry: JournalEntry, receipt: Receipt) -> bool:
    return (
        entry.decision.verdict is Verdict.ACCEPTED
        and receipt.outcome is Outcome.REFUSED
        and receipt.reason is not Reason.ALREADY_IN_THIS_PARENT
    )


def attention_item(entry: JournalEntry, receipt: Receipt) -> AttentionItem:
    """Return what a person has to see about *entry*: that a bag is not where it should be comes first."""
    reason = receipt.reason if _does_not_hold(entry, receipt) else receipt.notice or receipt.reason
    return AttentionItem(
        seq=entry.seq,
        code=entry.decision.child or entry.decision.parent or entry.decision.code,
        reason=reason or Reason.CENTRE_COULD_NOT_STORE,
        parent=entry.decision.parent,
        child=entry.decision.child,
        at=entry.at,
        operator=entry.operator,
        fact=receipt.fact,
    )


_LEAVES_QUESTION = frozenset(
    {
        Reason.ANSWER_FIRST,
        Reason.NOT_COUNTED,
        Reason.READ_TWICE,
        Reason.READ_BY_BOTH,
        Reason.NOT_A_SCAN,
        Reason.WRONG_SCANNER,
        Reason.EMPTY_CODE,
        Reason.INCOMPLETE,
        Reason.TOO_LONG,
        Reason.UNREADABLE,
        Reason.UNKNOWN_CODE,
        Reason.UNKNOWN_COMMAND,
        Reason.UNKNOWN_BADGE,
        Reason.SET_UP_CODE,
        Reason.BILL_NOT_HERE,
        Reason.BADGE_BEING_CHECKED,
        Reason.BADGE_UNCHECKED,
        Reason.BADGE_NOT_VALID,
        Reason.STATION_LOCKED,
        Reason.NOT_PERMITTED,
        Reason.REASON_MISSING,
        Reason.NOTHING_TO_OVERRIDE,
    }
)
"""Refusals after which a question still stands: nothing was said to it."""


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
    )
    return replace(state, question=question)


def _refused(state: WorkState, entry: JournalEntry) -> WorkState:
    reason = entry.decision.reason
    assert reason is not None
    if reason is Reason.HELD:
        return replace(state, held=in_order_of_placing((*state.held, held_reading(entry))))
    if reason in _LEAVES_QUESTION and entry.decision.resolves is None:
        return state
    if state.question is not None and state.question.kind is not QuestionKind.SWITCH:
        state = replace(state, question=None)
    if reason.severity is Severity.BLOCKING:
        return replace(state, stop=Stop(seq=entry.seq, code=entry.decision.code, reason=reason))
    return state


def _opened(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision
    opened = replace(
        _fresh_parent(entry),
        base_count=decision.base_count or 0,
        completed=decision.fact is not None and decision.fact.completed,
    )
    return replace(state, parent=opened, finished=None, question=None, desk=None, finding=False, found=None)


def _added(state: WorkState, entry: JournalEntry) -> WorkState:
    parent = _changed(_parent_of(state, entry), entry, step=1)
    if parent.is_full:
        return replace(state, parent=None, finished=parent, question=None)
    return replace(state, parent=parent, finished=None, question=None)


def _removed(state: WorkState, entry: JournalEntry) -> WorkState:
    parent = replace(_changed(_parent_of(state, entry), entry, step=-1), completed=False)
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
    """Put the bags into the parent they are moved to, which is open from then on."""
    decision = entry.decision
    target = state.parent
    if target is None or target.code != decision.parent:
        target = replace(_fresh_parent(entry), base_count=decision.base_count or 0)
    target = _with_children(target, entry, decision.children, step=1)
    return _at_packing(state, target)


def _edited(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision

    def edited(parent: OpenParent | None) -> OpenParent | None:
        if parent is None or parent.code != decision.parent:
            return parent
        parent = _with_children(parent, entry, decision.removed, step=-1)
        return _with_children(parent, entry, decision.children, step=1)

    return replace(state, parent=edited(state.parent), finished=edited(state.finished), question=None)


def _relabelled(state: WorkState, entry: JournalEntry) -> WorkState:
    decision = entry.decision
    old, new = decision.bag, decision.parent or decision.child
    assert old is not None
    assert new is not None
    return replace(
        state,
        parent=_renamed(state.parent, old, new),
        finished=_renamed(state.finished, old, new),
        question=None,
    )


def _taken(state: WorkState, entry: JournalEntry) -> WorkState:
    if state.parent is None or state.parent.code != entry.decision.parent:
        return state
    return replace(state, parent=None, finished=None, question=None)


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


def _settled(state: WorkState, entry: JournalEntry) -> WorkState:  # noqa: ARG001 - one shape for all kinds
    return replace(state, question=None)


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
    EntryKind.SIGN_IN: _unchanged,
    EntryKind.SIGN_OUT: _unchanged,
    EntryKind.MOVE_CHILDREN: _moved,
    EntryKind.REPLACE_LABEL: _relabelled,
    EntryKind.EDIT_CHILDREN: _edited,
    EntryKind.DELETE_BAG: _settled,
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


def _with_children(
    parent: OpenParent, entry: JournalEntry, children: tuple[str, ...], *, step: int
) -> OpenParent:
    made = tuple(Change(seq=entry.seq, child=child, step=step, at=entry.at) for child in children)
    return replace(parent, changes=(*parent.changes, *made))


def _renamed(parent: OpenParent | None, old: str, new: str) -> OpenParent | None:
    if parent is None:
        return None
    changes = tuple(
        replace(change, child=new) if change.child == old else change for change in parent.changes
    )
    return replace(parent, code=new if parent.code == old else parent.code, changes=changes)


def _fresh_parent(entry: JournalEntry) -> OpenParent:
    assert entry.decision.parent is not None
    return OpenParent(code=entry.decision.parent, capacity=entry.decision.capacity, opened_seq=entry.seq)


def _parent_of(state: WorkState, entry: JournalEntry) -> OpenParent:
    """Return the parent that *entry* names: the entry decides, also in a salvaged journal."""
    for parent in (state.parent, state.finished):
        if parent is not None and parent.code == entry.decision.parent:
            return parent
    return _fresh_parent(entry)


def _changed(parent: OpenParent, entry: JournalEntry, *, step: int) -> OpenParent:
    assert entry.decision.child is not None
    settled = entry.decision.resolves
    change = Change(seq=entry.seq, child=entry.decision.child, step=step, at=entry.at, held=settled)
    return replace(parent, changes=(*parent.changes, change))


def _with_receipt(parent: OpenParent | None, entry: JournalEntry, receipt: Receipt) -> OpenParent | None:
    """Mark the change that *receipt* answers, and take over the centre's count as of that entry."""
    if parent is None or entry.decision.parent != parent.code or entry.seq < parent.opened_seq:
        return parent
    changes = tuple(
        replace(change, receipt=receipt.outcome, reason=receipt.reason) if change.seq == entry.seq else change
        for change in parent.changes
    )
    # An answer given anew after damage to the journal is older than what later ones said.
    is_stale = any(change.seq > entry.seq and change.receipt is not None for change in changes)
    if receipt.count is None or is_stale:
        return replace(parent, changes=changes)
    listed = sum(change.step for change in changes if change.seq <= entry.seq and change.counts)
    is_newest = entry.seq >= parent.overridden_seq and not any(change.seq > entry.seq for change in changes)
    still_completed = bool(receipt.completed) and is_newest
    return replace(parent, changes=changes, base_count=receipt.count - listed, completed=still_completed)
