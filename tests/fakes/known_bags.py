"""What the centre has to answer, worked out from the rules of ``domain`` alone: no SQL, no copy of them.

Every entry is put to ``decide`` as if a station that knows everything scanned it at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from traitortrack_desktop.domain.codes import CodeKind, ParsedCode, code_rules
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import OpenParent, Question, WorkState
from traitortrack_desktop.domain.workflow import decide

LONGEST_CODE = 255
_RULES = code_rules()
_TOUCHING = {
    EntryKind.OPEN_PARENT,
    EntryKind.ADD_CHILD,
    EntryKind.REMOVE_CHILD,
    EntryKind.CLOSE_PARENT,
    EntryKind.OVERRIDE,
}
_ACTS = {EntryKind.MOVE_CHILDREN, EntryKind.REPLACE_LABEL, EntryKind.DELETE_BAG}
_ABOUT_PARENT = {
    Reason.PARENT_FULL,
    Reason.PARENT_COMPLETED,
    Reason.PARENT_IS_CHILD,
    Reason.SAME_AS_PARENT,
}


@dataclass(slots=True)
class Bag:
    kind: str
    inside: str | None = None
    by: str | None = None
    """Which station's operator put it there."""
    completed: bool = False
    stale: bool = False
    """The web application left figures that are not what the rows say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receipt has to say, whoever posts. *about* is the bag in the way, if it exists."""

    reason: Reason | None
    count: int | None = None
    completed: bool | None = None
    about: BagFact | None = None


@dataclass(slots=True)
class KnownBags:
    """Where every bag is."""

    bags: dict[str, Bag] = field(default_factory=dict)

    def copy(self) -> KnownBags:
        return KnownBags({code: replace(bag) for code, bag in self.bags.items()})

    def kind(self, code: str | None) -> str | None:
        bag = self.bags.get(code or "")
        return bag.kind if bag is not None else None

    def inside(self, parent: str) -> set[str]:
        return {code for code, bag in self.bags.items() if bag.inside == parent}

    def fact(self, code: str) -> BagFact:
        bag = self.bags.get(code)
        if bag is None:
            return BagFact(code=code)
        if bag.kind == "parent":
            count = len(self.inside(code))
            return BagFact(code=code, kind="parent", parent=bag.inside, count=count, completed=bag.completed)
        return BagFact(code=code, kind=bag.kind, parent=bag.inside, by=bag.by)

    def post(self, decision: Decision, operator: str | None) -> Answer:
        """Return the answer to *decision*, and do what it comes to."""
        if self._cannot_be_stored(decision):
            return Answer(reason=Reason.CENTRE_COULD_NOT_STORE)
        if decision.verdict is Verdict.ACCEPTED and decision.kind in _ACTS:
            reason, about = self._act(decision, operator)
        else:
            reason = self._objection(decision)
            about = self._in_the_way(decision, reason)
        touches = decision.verdict is Verdict.ACCEPTED and decision.kind in _TOUCHING
        if touches and reason is None:
            self._apply(decision, operator)
        if self.kind(decision.parent) != "parent":
            return Answer(reason=reason, about=about)
        count, completed = len(self.inside(decision.parent)), self.bags[decision.parent].completed
        return Answer(reason=reason, count=count, completed=completed, about=about)

    def _act(self, decision: Decision, operator: str | None) -> tuple[Reason | None, BagFact | None]:
        match decision.kind:
            case EntryKind.MOVE_CHILDREN:
                reason, code = self._objection_to_moving(decision)
                act = self._move
            case EntryKind.REPLACE_LABEL:
                reason, code = self._objection_to_label(decision)
                act = self._relabel
            case _:
                reason, code = self._objection_to_deleting(decision)
                act = self._delete
        if reason is None:
            act(decision, operator)
        return reason, self.fact(code) if reason is not None and code in self.bags else None

    def _objection_to_moving(self, decision: Decision) -> tuple[Reason | None, str | None]:
        target = decision.parent
        if self.kind(target) not in {None, "parent"}:
            return self._scanned_as_parent(target), target
        if self.kind(target) is None and decision.base_count:
            return Reason.PARENT_MISSING, None
        for code in decision.children:
            if code == target:
                return Reason.SAME_AS_PARENT, code
            if code in self.bags and self.bags[code].inside == target:
                return Reason.ALREADY_IN_THIS_PARENT, code
        if len(self.inside(target)) + len(decision.children) > decision.capacity:
            return Reason.PARENT_FULL, target
        if self.kind(target) is not None and self.bags[target].completed:
            return Reason.PARENT_COMPLETED, target
        for code in decision.children:
            reason = self._objection_to_leaving(code, decision.origin)
            if reason is not None:
                return reason, code
        return None, None

    def _objection_to_leaving(self, code: str, origin: str | None) -> Reason | None:
        bag = self.bags.get(code)
        if bag is None:
            return Reason.BAG_UNKNOWN
        if bag.kind != "child":
            return Reason.CHILD_IS_PARENT if bag.kind == "parent" else Reason.UNKNOWN_BAG_TYPE
        if origin is None or bag.inside == origin:
            return None
        return Reason.CHILD_NOT_IN_PARENT if bag.inside is None else Reason.CHILD_IN_OTHER_PARENT

    def _move(self, decision: Decision, operator: str | None) -> None:
        target = self.bags.setdefault(decision.parent, Bag("parent"))
        for code in decision.children:
            child = self.bags[code]
            if child.inside is not None:
                source = self.bags[child.inside]
                source.completed = source.stale = False
            child.inside, child.by = decision.parent, operator
        target.stale = False
        if len(self.inside(decision.parent)) >= decision.capacity:
            target.completed = True

    def _objection_to_label(self, decision: Decision) -> tuple[Reason | None, str | None]:
        kind, label = self.kind(decision.bag), decision.parent or decision.child
        if kind is None:
            return Reason.BAG_UNKNOWN, None
        if kind not in {"parent", "child"}:
            return Reason.UNKNOWN_BAG_TYPE, decision.bag
        if (kind == "parent") != (decision.parent is not None):
            return Reason.LABEL_OF_OTHER_KIND, decision.bag
        return (Reason.LABEL_IN_USE, label) if label in self.bags else (None, None)

    def _relabel(self, decision: Decision, operator: str | None) -> None:
        label = decision.parent or decision.child or ""
        for code in self.inside(decision.bag):
            self.bags[code].inside = label
        self.bags[label] = self.bags.pop(decision.bag)

    def _objection_to_deleting(self, decision: Decision) -> tuple[Reason | None, str | None]:
        if decision.bag not in self.bags:
            return Reason.BAG_UNKNOWN, None
        if self.inside(decision.bag):
            return Reason.PARENT_HAS_CHILDREN, decision.bag
        nested = self.bags[decision.bag].inside is not None
        return (Reason.CHILD_HAS_PARENT, decision.bag) if nested else (None, None)

    def _delete(self, decision: Decision, operator: str | None) -> None:
        del self.bags[decision.bag]

    def _cannot_be_stored(self, decision: Decision) -> bool:
        """Whether no column holds the child's code, once it comes to storing it."""
        adds = decision.kind is EntryKind.ADD_CHILD and self.kind(decision.parent) == "parent"
        return adds and len(decision.child or "") > LONGEST_CODE

    def _objection(self, decision: Decision) -> Reason | None:
        if decision.verdict is not Verdict.ACCEPTED:
            return decision.reason if decision.verdict is Verdict.REFUSED else None
        match decision.kind:
            case EntryKind.OPEN_PARENT:
                return self._scanned_as_parent(decision.parent)
            case EntryKind.CLOSE_PARENT | EntryKind.OVERRIDE:
                return self._no_parent(decision.parent)
            case EntryKind.ADD_CHILD | EntryKind.REMOVE_CHILD if decision.child is None:
                return Reason.CENTRE_COULD_NOT_STORE
            case EntryKind.ADD_CHILD:
                itself = decision.child == decision.parent
                return (None if itself else self._no_parent(decision.parent)) or self._scanned(decision)
            case EntryKind.REMOVE_CHILD:
                return self._scanned(decision, Question(kind=QuestionKind.REMOVE, code=""))
            case _:
                return None

    def _no_parent(self, code: str) -> Reason | None:
        """A bag that a station has open and that is none: only the centre can find that."""
        return self._scanned_as_parent(code) if code in self.bags else Reason.PARENT_MISSING

    def _scanned_as_parent(self, code: str) -> Reason | None:
        scanned = ParsedCode(kind=CodeKind.PARENT, text=code)
        return decide(WorkState(), scanned, self.fact(code), rules=_RULES).reason

    def _scanned(self, decision: Decision, question: Question | None = None) -> Reason | None:
        bag = self.bags.get(decision.parent)
        parent = OpenParent(
            code=decision.parent,
            capacity=decision.capacity,
            base_count=len(self.inside(decision.parent)),
            completed=bag is not None and bag.completed,
        )
        scanned = ParsedCode(kind=CodeKind.CHILD, text=decision.child)
        state = WorkState(parent=parent, question=question)
        return decide(state, scanned, self.fact(decision.child), rules=_RULES).reason

    def _in_the_way(self, decision: Decision, reason: Reason | None) -> BagFact | None:
        refused = reason is not None and decision.verdict is Verdict.ACCEPTED
        if not refused or reason in {Reason.PARENT_MISSING, Reason.CENTRE_COULD_NOT_STORE}:
            return None
        odd_parent = reason is Reason.UNKNOWN_BAG_TYPE and self.kind(decision.parent) not in {None, "parent"}
        code = decision.parent if reason in _ABOUT_PARENT or odd_parent else decision.child
        return self.fact(code) if code in self.bags else None

    def _apply(self, decision: Decision, operator: str | None) -> None:
        parent = self.bags.setdefault(decision.parent, Bag("parent"))
        parent.stale = False
        if decision.kind is EntryKind.ADD_CHILD:
            child = self.bags.setdefault(decision.child, Bag("child"))
            child.inside, child.by = decision.parent, operator
        elif decision.kind is EntryKind.REMOVE_CHILD:
            del self.bags[decision.child]
            parent.completed = False
        elif decision.kind is EntryKind.OVERRIDE:
            parent.completed = False
        if len(self.inside(decision.parent)) >= decision.capacity:
            parent.completed = True
