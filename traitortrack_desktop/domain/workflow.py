"""What a scan means: a pure function of where the work stands, the code, and what is known of it.

Sources: the rules of the central system for scanning parents and children, and what operators need.
The order of the objections differs from the central system's on purpose. A bag that is already in
this parent is told as that even when the parent is full: reading the last bag twice is harmless and
common. And full comes before completed, because the operator can see that it is full.
"""

from dataclasses import replace

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    MemoryPlace,
    QuestionKind,
    SignInNote,
    Verdict,
)
from traitortrack_desktop.domain.known_here import NOTHING_KNOWN, KnownHere
from traitortrack_desktop.domain.operators import Badge, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.domain.work import OpenParent, WorkState

_ONCE = Arrival()


def decide(
    state: WorkState,
    scanned: ParsedCode,
    fact: BagFact | None,
    *,
    rules: CodeRules,
    barred: Reason | None = None,
    badge: Badge | None = None,
    arrival: Arrival = _ONCE,
    known: KnownHere = NOTHING_KNOWN,
) -> Decision:
    """Return what *scanned* means, which came as *arrival* says.

    *barred* says why no bag counts now, whatever it is: nobody signed in, the station is locked, a badge is
    being checked. *badge* is what is known here of a scanned badge. A badge is its own thing: it changes
    no work, answers nothing and acknowledges nothing, at any moment.

    *fact* is what is known about the scanned bag, if anything: that there is no such bag counts too, and
    is kept in no decision. Never raises and never loses a scan: whatever cannot be done is a refusal with
    its reason.
    """
    judge = _Judge(state, scanned, fact, rules)
    if arrival.from_memory:
        return judge.hold(arrival)
    if scanned.badge is not None:
        return judge.badge(badge, arrival.problem)
    if barred is not None:
        return judge.refuse(scanned.problem if scanned.problem is Reason.NOT_A_SCAN else barred)
    if arrival.problem is not None:
        return judge.refuse(arrival.problem)
    if state.stop is not None:
        return judge.while_stopped(state.stop.seq, state.stop.code, deliberate=arrival.is_deliberate)
    for item in state.attention if arrival.is_deliberate else ():
        if scanned.kind in {CodeKind.CHILD, CodeKind.PARENT} and scanned.text == item.code:
            return judge.acknowledge(item.seq)
    problem = scanned.problem or _mistaken(arrival.role, scanned.kind)
    if problem is not None:
        return judge.refuse(problem)
    return _decide_usable(judge, state, scanned, deliberate=arrival.is_deliberate)


def _decide_usable(judge: "_Judge", state: WorkState, scanned: ParsedCode, *, deliberate: bool) -> Decision:
    if scanned.command is Command.UNDERSTOOD and state.attention and deliberate:
        return judge.acknowledge(state.attention[0].seq)
    if state.question is not None and state.question.kind is QuestionKind.SWITCH:
        return judge.answer_switch(state.question.code)
    match scanned.kind:
        case CodeKind.PARENT:
            return judge.parent()
        case CodeKind.CHILD:
            return judge.child()
        case CodeKind.BILL:
            return judge.refuse(Reason.BILL_NOT_HERE)
        case _:
            assert scanned.command is not None
            return judge.command(scanned.command)


def _mistaken(role: ScannerRole, kind: CodeKind) -> Reason | None:
    """Return that the bag is for the other scanner; commands and bills come from every one."""
    others = {ScannerRole.PARENTS: CodeKind.CHILD, ScannerRole.CHILDREN: CodeKind.PARENT}
    return Reason.WRONG_SCANNER if others.get(role) is kind else None


class _Judge:
    """The rules, with the one scan they are applied to."""

    def __init__(self, state: WorkState, scanned: ParsedCode, fact: BagFact | None, rules: CodeRules) -> None:
        self._state = state
        self._code = scanned.text
        self._scanned = scanned
        self._fact = fact
        self._told = None if fact is not None and fact.is_absent else fact
        self._rules = rules

    # -- memories, stops and questions

    def hold(self, arrival: Arrival) -> Decision:
        """Refuse what came out of a scanner's memory: it is about no bag until a person places it.

        What cannot be used is held too: it may have been the parent of what comes behind it.
        """
        problem = self._scanned.problem or _mistaken(arrival.role, self._scanned.kind)
        if self._scanned.badge is not None:
            # Nobody is switched by what was scanned long ago; and what comes behind it may be another's work.
            problem = Reason.UNKNOWN_BADGE
        noise = problem is Reason.NOT_A_SCAN
        return replace(
            self.refuse(Reason.NOT_A_SCAN if noise else Reason.HELD),
            parent=None,
            capacity=self._rules.capacity,
            memory=None if noise else self._place_in_memory(arrival.source, problem),
        )

    def _place_in_memory(self, source: str, problem: Reason | None) -> MemoryPlace:
        held = self._state.held
        before = [reading for reading in held if reading.source == source]
        return MemoryPlace(
            first=before[0].memory if before else None,
            behind=before[-1].seq if before else None,
            since=held[0].memory if held else None,
            problem=problem,
        )

    def while_stopped(self, seq: int, code: str, *, deliberate: bool) -> Decision:
        same_bag = self._scanned.problem is None and self._code == code != ""
        understood = self._scanned.command is Command.UNDERSTOOD or same_bag
        if understood and deliberate:
            return self.acknowledge(seq)
        return self.refuse(Reason.NOT_COUNTED)

    def answer_switch(self, asked_code: str) -> Decision:
        open_parent = self._state.parent
        if self._scanned.command is Command.CANCEL:
            return self._cancel()
        if self._scanned.kind is not CodeKind.PARENT:
            return self.refuse(Reason.ANSWER_FIRST)
        if open_parent is not None and self._code == open_parent.code:
            return self._cancel()
        if self._code != asked_code:
            return self.parent()
        return self._open(closes=open_parent.code if open_parent is not None else None)

    # -- people

    def badge(self, known: Badge | None, problem: Reason | None) -> Decision:
        if problem is not None or known is None:
            return replace(self.refuse(problem or Reason.BADGE_BEING_CHECKED), parent=None)
        note = SignInNote(way=SignInWay.BADGE, badge=known.id)
        return replace(self._accept(EntryKind.SIGN_IN), sign_in=note)

    # -- bags

    def parent(self) -> Decision:
        fact, open_parent = self._fact, self._state.parent
        if fact is not None and fact.kind == "child":
            return self.refuse(Reason.PARENT_IS_CHILD)
        if fact is not None and fact.kind not in {None, "parent"}:
            return self.refuse(Reason.UNKNOWN_BAG_TYPE)
        if open_parent is None:
            return self._open()
        if open_parent.code == self._code:
            return self.refuse(Reason.PARENT_ALREADY_OPEN)
        if open_parent.is_full or open_parent.completed:
            return self._open()
        return self._ask(QuestionKind.SWITCH, Reason.OTHER_PARENT_OPEN)

    def child(self) -> Decision:
        parent, question = self._state.parent, self._state.question
        if parent is None:
            return self._child_without_parent()
        if question is not None and question.kind is QuestionKind.REMOVE:
            return self._remove_scanned(parent)
        reason = self._objection_to_adding(parent)
        if reason is not None:
            return self.refuse(reason)
        return Decision(
            kind=EntryKind.ADD_CHILD,
            verdict=Verdict.ACCEPTED,
            code=self._code,
            capacity=parent.capacity,
            parent=parent.code,
            child=self._code,
        )

    def _child_without_parent(self) -> Decision:
        finished = self._state.finished
        if finished is None or not finished.is_full:
            return self.refuse(Reason.NO_PARENT)
        reason = self._objection_to_adding(finished) or Reason.PARENT_FULL
        return self.refuse(reason, parent=finished.code)

    def _objection_to_adding(self, parent: OpenParent) -> Reason | None:
        fact = self._fact
        if self._code == parent.code:
            return Reason.SAME_AS_PARENT
        if self._is_inside(parent):
            return Reason.ALREADY_IN_THIS_PARENT
        if parent.is_full:
            return Reason.PARENT_FULL
        if parent.completed:
            return Reason.PARENT_COMPLETED
        if fact is None:
            return None
        if fact.kind == "parent":
            return Reason.CHILD_IS_PARENT
        if fact.parent is not None:
            return Reason.CHILD_IN_OTHER_PARENT
        if fact.kind not in {None, "child"}:
            return Reason.UNKNOWN_BAG_TYPE
        return None

    def _remove_scanned(self, parent: OpenParent) -> Decision:
        fact = self._fact
        # Taking a bag out deletes it at the centre: only a child bag can be taken out.
        of_other_kind = fact is not None and fact.kind not in {None, "child"}
        inside = parent.holds(self._code) if of_other_kind else self._is_inside(parent)
        may_be_inside = fact is None and parent.base_count > 0
        if inside or may_be_inside:
            return self._remove(parent, self._code)
        return self.refuse(Reason.CHILD_NOT_IN_PARENT)

    def _is_inside(self, parent: OpenParent) -> bool:
        """Whether the bag is in *parent*: what the centre said since then outweighs what this station did."""
        fact = self._fact
        if fact is not None and fact.from_centre and fact.kind in {None, "child"}:
            return fact.parent == parent.code
        return parent.holds(self._code) or (fact is not None and fact.parent == parent.code)

    # -- commands

    def command(self, command: Command) -> Decision:
        match command:
            case Command.UNDO:
                return self._undo()
            case Command.CLOSE:
                return self._close()
            case Command.REMOVE:
                if self._state.parent is None:
                    return self.refuse(Reason.NO_PARENT)
                return self._ask(QuestionKind.REMOVE, Reason.CONFIRM_REMOVE)
            case Command.CANCEL:
                if self._state.question is None:
                    return self.refuse(Reason.NOTHING_TO_CANCEL)
                return self._cancel()
            case Command.UNDERSTOOD:
                return self.refuse(Reason.NOTHING_TO_ACKNOWLEDGE)
            case Command.PLACE:
                return self.refuse(Reason.NOTHING_HELD)
            case Command.ASIDE:
                return self._set_aside()
            case _:
                return self.refuse(Reason.COMMAND_NOT_HERE)

    def _undo(self) -> Decision:
        parent = self._state.parent or self._state.finished
        if parent is None or not parent.children:
            return self.refuse(Reason.NOTHING_TO_UNDO)
        return self._remove(parent, parent.children[-1].child)

    def _close(self) -> Decision:
        parent, question = self._state.parent, self._state.question
        if parent is None:
            return self.refuse(Reason.NO_PARENT)
        asked = question is not None and question.kind is QuestionKind.CLOSE
        if not asked and not parent.is_full:
            return self._ask(QuestionKind.CLOSE, Reason.CONFIRM_CLOSE)
        return self._accept(EntryKind.CLOSE_PARENT, parent=parent.code, capacity=parent.capacity)

    def _set_aside(self) -> Decision:
        held, question = self._state.held, self._state.question
        if not held:
            return self.refuse(Reason.NOTHING_HELD)
        asked_at = question.seq if question is not None and question.kind is QuestionKind.ASIDE else 0
        told = [reading.seq for reading in held if reading.seq < asked_at]
        return self.acknowledge(max(told)) if told else self._ask(QuestionKind.ASIDE, Reason.CONFIRM_ASIDE)

    # -- decisions

    def refuse(self, reason: Reason, *, parent: str | None = None) -> Decision:
        open_parent = self._state.parent
        return Decision(
            kind=EntryKind.REFUSAL,
            verdict=Verdict.REFUSED,
            code=self._code,
            capacity=open_parent.capacity if open_parent is not None else self._rules.capacity,
            reason=reason,
            parent=parent or (open_parent.code if open_parent is not None else None),
            fact=self._told,
        )

    def acknowledge(self, seq: int) -> Decision:
        return self._accept(EntryKind.ACKNOWLEDGE, resolves=seq)

    def _open(self, *, closes: str | None = None) -> Decision:
        return Decision(
            kind=EntryKind.OPEN_PARENT,
            verdict=Verdict.ACCEPTED,
            code=self._code,
            capacity=self._rules.capacity,
            parent=self._code,
            base_count=(self._fact.count if self._fact is not None else None) or 0,
            closes=closes,
            fact=self._told,
        )

    def _remove(self, parent: OpenParent, child: str) -> Decision:
        return self._accept(EntryKind.REMOVE_CHILD, parent=parent.code, child=child, capacity=parent.capacity)

    def _cancel(self) -> Decision:
        parent = self._state.parent
        return self._accept(EntryKind.CANCEL, parent=parent.code if parent is not None else None)

    def _ask(self, question: QuestionKind, reason: Reason) -> Decision:
        parent = self._state.parent
        return Decision(
            kind=EntryKind.QUESTION,
            verdict=Verdict.CONFIRM,
            code=self._code,
            capacity=self._rules.capacity,
            reason=reason,
            parent=parent.code if parent is not None else None,
            question=question,
        )

    def _accept(
        self,
        kind: EntryKind,
        *,
        parent: str | None = None,
        child: str | None = None,
        resolves: int | None = None,
        capacity: int | None = None,
    ) -> Decision:
        return Decision(
            kind=kind,
            verdict=Verdict.ACCEPTED,
            code=self._code,
            capacity=self._rules.capacity if capacity is None else capacity,
            parent=parent,
            child=child,
            resolves=resolves,
        )
