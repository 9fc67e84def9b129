"""Packing: opening parents, putting children in and taking them out, undoing, closing. Pure.

Sources: the rules of the central system for scanning parents and children, and what operators need.
The order of the objections differs from the central system's on purpose. A bag that is already in
this parent is told as that even when the parent is full: reading the last bag twice is harmless and
common. And full comes before completed, because the operator can see that it is full.
"""

from typing import Any

from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.decided import told
from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    Holder,
    QuestionKind,
    Verdict,
    WhyClosed,
)
from traitortrack_desktop.domain.known_here import NOTHING_KNOWN, KnownHere
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import OpenParent, Question, WorkState

ANSWERED_BY_THE_PARENT = frozenset({QuestionKind.SWITCH, QuestionKind.TAKE_OVER})
"""Questions which parent is meant: until that is known no bag is filed and no other command counts."""


class Packing:
    """The rules of packing, with the one scan they are applied to.

    *fact* is what is known of the scanned bag, or of the one that a command is about.
    """

    def __init__(
        self,
        state: WorkState,
        scanned: ParsedCode,
        fact: BagFact | None,
        rules: CodeRules,
        known: KnownHere = NOTHING_KNOWN,
    ) -> None:
        self.state = state
        self.code = scanned.text
        self.scanned = scanned
        self.fact = fact
        self.told = told(fact)
        self.rules = rules
        self.known = known

    # -- bags

    def answer_which_parent(self, question: Question) -> Decision:
        """Return what the scan says to one of :data:`ANSWERED_BY_THE_PARENT`."""
        open_parent = self.state.parent
        if self.scanned.command is Command.CANCEL:
            return self.cancel()
        if self.scanned.kind is not CodeKind.PARENT:
            return self.refuse(Reason.ANSWER_FIRST)
        if open_parent is not None and self.code == open_parent.code:
            return self.cancel()
        if self.code != question.code:
            return self.parent()
        if open_parent is not None and needs_reason(open_parent, self.rules):
            return self.ask(QuestionKind.WHY, Reason.WHY_CLOSED, fact=None)
        return self.open(self.code, closes=open_parent.code if open_parent is not None else None)

    def parent(self) -> Decision:
        """Return what the scanned parent comes to."""
        open_parent = self.state.parent
        reason = no_parent_bag(self.fact)
        if reason is not None:
            return self.refuse(reason)
        if open_parent is None:
            return self.open(self.code)
        if open_parent.code == self.code:
            return self._open_already(open_parent)
        if open_parent.is_full or open_parent.completed or open_parent.bill_completed:
            return self.open(self.code)
        return self.ask(QuestionKind.SWITCH, Reason.OTHER_PARENT_OPEN, fact=None)

    def _open_already(self, parent: OpenParent) -> Decision:
        """Open it anew only where its bill was completed and, as is known by now, is not any more."""
        if parent.bill_completed and self.fact is not None and not self.fact.bill_completed:
            return self.open(self.code)
        return self.refuse(Reason.PARENT_ALREADY_OPEN)

    def open(
        self, parent: str, *, closes: str | None = None, count: int | None = None, capacity: int | None = None
    ) -> Decision:
        """Return that *parent* is opened, or first the question whether it is taken over.

        *count* is of the child bags inside where nothing is known but by this station's own work.
        """
        holder = self.held_elsewhere()
        if holder is not None and not self.asked(QuestionKind.TAKE_OVER, parent):
            return self.ask(QuestionKind.TAKE_OVER, Reason.PARENT_OPEN_ELSEWHERE, code=parent)
        known = self.fact.count if self.fact is not None else None
        return self.accept(
            EntryKind.OPEN_PARENT,
            parent=parent,
            capacity=capacity if capacity is not None else self.rules.capacity_of(parent),
            base_count=(known if known is not None else count) or 0,
            closes=closes,
            fact=self.told,
            taken_from=holder,
        )

    def held_elsewhere(self) -> Holder | None:
        """Return the other station that has the parent open, as far as is known."""
        holder = self.fact.holder if self.fact is not None else None
        here, now = self.known.device, self.known.now
        if holder is None or here is None or now is None:
            return None
        return holder if holder.device != here and holder.until > now else None

    def child(self) -> Decision:
        """Return what the scanned child comes to."""
        parent, question = self.state.parent, self.state.question
        if parent is None:
            return self._child_without_parent()
        if question is not None and question.kind is QuestionKind.REMOVE:
            return self._remove_scanned(parent)
        reason = self.objection_to_adding(parent)
        if reason is not None:
            return self.refuse(reason)
        return self.accept(EntryKind.ADD_CHILD, parent=parent.code, child=self.code, capacity=parent.capacity)

    def _child_without_parent(self) -> Decision:
        finished = self.state.finished
        if finished is None or not finished.is_full:
            return self.refuse(Reason.NO_PARENT)
        reason = self.objection_to_adding(finished) or Reason.PARENT_FULL
        return self.refuse(reason, parent=finished)

    def objection_to_adding(self, parent: OpenParent, *, moving: bool = False) -> Reason | None:
        """Return why the scanned child does not go into *parent*; *moving* it may be in another one."""
        fact = self.fact
        if self.code == parent.code:
            return Reason.SAME_AS_PARENT
        if self.is_inside(parent):
            return Reason.ALREADY_IN_THIS_PARENT
        if parent.is_full:
            return Reason.PARENT_FULL
        if parent.bill_completed:
            return Reason.PARENT_ON_COMPLETED_BILL
        if parent.completed:
            return Reason.PARENT_COMPLETED
        if fact is None:
            return None
        if fact.kind == "parent":
            return Reason.CHILD_IS_PARENT
        if fact.parent is not None and not moving:
            return Reason.CHILD_IN_OTHER_PARENT
        return Reason.UNKNOWN_BAG_TYPE if fact.kind not in {None, "child"} else None

    def _remove_scanned(self, parent: OpenParent) -> Decision:
        fact = self.fact
        # Taking a bag out deletes it at the centre: only a child bag can be taken out.
        of_other_kind = fact is not None and fact.kind not in {None, "child"}
        inside = parent.holds(self.code) if of_other_kind else self.is_inside(parent)
        may_be_inside = fact is None and parent.base_count > 0
        if inside or may_be_inside:
            return self._remove(parent, self.code)
        return self.refuse(Reason.CHILD_NOT_IN_PARENT)

    def is_inside(self, parent: OpenParent) -> bool:
        """Whether the bag is in *parent*: what the centre said since then outweighs what this station did."""
        fact = self.fact
        if fact is not None and fact.from_centre and fact.kind in {None, "child"}:
            return fact.parent == parent.code
        return parent.holds(self.code) or (fact is not None and fact.parent == parent.code)

    def _remove(self, parent: OpenParent, child: str) -> Decision:
        if parent.bill_completed:
            return self.refuse(Reason.PARENT_ON_COMPLETED_BILL, parent=parent)
        return self.accept(EntryKind.REMOVE_CHILD, parent=parent.code, child=child, capacity=parent.capacity)

    # -- commands

    def command(self, command: Command) -> Decision:
        """Return what a command of packing comes to."""
        match command:
            case Command.UNDO:
                return self._undo()
            case Command.CLOSE:
                return self._close()
            case Command.REMOVE if self.state.parent is None:
                return self.refuse(Reason.NO_PARENT)
            case Command.REMOVE:
                return self.ask(QuestionKind.REMOVE, Reason.CONFIRM_REMOVE)
            case Command.CANCEL if self.state.question is None:
                return self.refuse(Reason.NOTHING_TO_CANCEL)
            case Command.CANCEL:
                return self.cancel()
            case Command.UNDERSTOOD:
                return self.refuse(Reason.NOTHING_TO_ACKNOWLEDGE)
            case Command.PLACE:
                return self.refuse(Reason.COMMAND_NOT_HERE if self.state.held else Reason.NOTHING_HELD)
            case Command.ASIDE:
                return self._set_aside()
            case _:
                return self.refuse(Reason.COMMAND_NOT_HERE)

    def _undo(self) -> Decision:
        parent = self.state.parent or self.state.finished
        if parent is None or not parent.children:
            return self.refuse(Reason.NOTHING_TO_UNDO)
        last = parent.children[-1]
        if last.moved_from is not None and not parent.bill_completed:
            return self._move_back(parent, last.seq, last.moved_from)
        return self._remove(parent, last.child)

    def _move_back(self, parent: OpenParent, seq: int, origin: str) -> Decision:
        """Return that what entry *seq* moved here goes back to where it was."""
        return self.accept(
            EntryKind.MOVE_CHILDREN,
            parent=origin,
            children=tuple(change.child for change in parent.children if change.seq == seq),
            origin=parent.code,
            capacity=self.rules.capacity_of(origin),
        )

    def _close(self) -> Decision:
        parent = self.state.parent
        if parent is None:
            return self.refuse(Reason.NO_PARENT)
        if parent.is_full:
            return self.close(parent)
        if not self.asked(QuestionKind.CLOSE) and not self.asked(QuestionKind.WHY):
            return self.ask(QuestionKind.CLOSE, Reason.CONFIRM_CLOSE)
        if needs_reason(parent, self.rules):
            return self.ask(QuestionKind.WHY, Reason.WHY_CLOSED)
        return self.close(parent)

    def close(self, parent: OpenParent, why: WhyClosed | None = None) -> Decision:
        """Return that *parent* is closed, with so few bags as *why* says."""
        return self.accept(EntryKind.CLOSE_PARENT, parent=parent.code, capacity=parent.capacity, why=why)

    def _set_aside(self) -> Decision:
        held, question = self.state.held, self.state.question
        if not held:
            return self.refuse(Reason.NOTHING_HELD)
        asked_at = question.seq if question is not None and question.kind is QuestionKind.ASIDE else 0
        seen = [reading.seq for reading in held if reading.seq < asked_at]
        return self.acknowledge(max(seen)) if seen else self.ask(QuestionKind.ASIDE, Reason.CONFIRM_ASIDE)

    # -- decisions

    def asked(self, kind: QuestionKind, code: str | None = None) -> bool:
        """Whether that was asked, about *code* if one is given."""
        question = self.state.question
        return question is not None and question.kind is kind and code in {None, question.code}

    def refuse(self, reason: Reason, *, parent: OpenParent | None = None) -> Decision:
        """Return that it is not done; *parent* is the one it is about, where it is not open."""
        about, open_parent = parent or self.state.parent, self.state.parent
        on_bill = reason is Reason.PARENT_ON_COMPLETED_BILL and about is not None and about.bill_completed
        return self._decision(
            EntryKind.REFUSAL,
            Verdict.REFUSED,
            capacity=open_parent.capacity if open_parent is not None else self.rules.capacity,
            reason=reason,
            parent=about.code if about is not None else None,
            fact=_bill_of(about) if on_bill and about is not None else self.told,
        )

    def acknowledge(self, seq: int) -> Decision:
        """Return that what entry *seq* says is understood."""
        return self.accept(EntryKind.ACKNOWLEDGE, resolves=seq)

    def cancel(self) -> Decision:
        """Return that the question is taken back."""
        parent = self.state.parent
        return self.accept(EntryKind.CANCEL, parent=parent.code if parent is not None else None)

    def ask(self, question: QuestionKind, reason: Reason, **parts: Any) -> Decision:
        """Return that the next scan has to answer."""
        parent = self.state.parent
        whole = {"parent": parent.code if parent is not None else None, "fact": self.told, **parts}
        return self._decision(
            EntryKind.QUESTION,
            Verdict.CONFIRM,
            capacity=self.rules.capacity,
            question=question,
            reason=reason,
            **whole,
        )

    def accept(self, kind: EntryKind, *, capacity: int | None = None, **parts: Any) -> Decision:
        """Return that it is done."""
        capacity = self.rules.capacity if capacity is None else capacity
        return self._decision(kind, Verdict.ACCEPTED, capacity=capacity, **parts)

    def _decision(self, kind: EntryKind, verdict: Verdict, *, capacity: int, **parts: Any) -> Decision:
        return Decision(kind=kind, verdict=verdict, capacity=capacity, **{"code": self.code, **parts})


def needs_reason(parent: OpenParent, rules: CodeRules) -> bool:
    """Whether *parent* has so few bags that closing it needs a reason; an empty one needs none."""
    return 0 < parent.count < rules.close_reason_below


def no_parent_bag(fact: BagFact | None) -> Reason | None:
    """Return why the bag cannot be packed into, as far as is known."""
    if fact is not None and fact.kind == "child":
        return Reason.PARENT_IS_CHILD
    if fact is not None and fact.kind not in {None, "parent"}:
        return Reason.UNKNOWN_BAG_TYPE
    return None


def _bill_of(parent: OpenParent) -> BagFact:
    return BagFact(code=parent.code, kind="parent", bill=parent.bill, bill_completed=True)
