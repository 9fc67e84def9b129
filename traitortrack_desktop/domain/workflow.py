"""What a scan means: a pure function of where the work stands, the code, and what is known of it.

Here stands in which order it is looked at: memories, badges, what bars every scan, stops, what waits to be
understood, questions which parent is meant, finding, the desks, corrections, and at last packing.
"""

from dataclasses import replace
from typing import Protocol

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.billing import decide_at_bill, decide_towards_bill
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.correcting import decide_correction
from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    MemoryPlace,
    QuestionKind,
    SignInNote,
)
from traitortrack_desktop.domain.known_here import NOTHING_KNOWN, KnownHere
from traitortrack_desktop.domain.looking_up import NOT_LOOKING_UP, decide_while_finding
from traitortrack_desktop.domain.operators import Badge, SignInWay
from traitortrack_desktop.domain.packing import ANSWERED_BY_THE_PARENT, Packing
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returning import decide_at_return, decide_towards_return
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.domain.work import WorkState


class _Desk(Protocol):
    def __call__(
        self,
        state: WorkState,
        scanned: ParsedCode,
        fact: BagFact | None,
        *,
        rules: CodeRules,
        known: KnownHere,
        deliberate: bool,
    ) -> Decision | None: ...


_ONCE = Arrival()
_BAGS = frozenset({CodeKind.PARENT, CodeKind.CHILD})
_NOT_OF_PACKING = frozenset({QuestionKind.NEW_BILL, QuestionKind.AREA})
"""Questions on the way to a desk: whoever scans a bag then does not mean to pack it."""


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

    *fact* is what is known about ``correcting.bag_to_know``, if anything: that there is no such bag counts
    too, and is kept in no decision. Never raises and never loses a scan: whatever cannot be done is a
    refusal with its reason.
    """
    packing = Packing(state, scanned, fact, rules, known)
    if arrival.from_memory:
        return _held(packing, arrival)
    if scanned.badge is not None:
        return _badge(packing, badge, arrival.problem)
    if barred is not None:
        return packing.refuse(scanned.problem if scanned.problem is Reason.NOT_A_SCAN else barred)
    if arrival.problem is not None:
        return packing.refuse(arrival.problem)
    if state.stop is not None:
        return _while_stopped(packing, state.stop.seq, state.stop.code, deliberate=arrival.is_deliberate)
    for item in state.attention if arrival.is_deliberate and not state.finding else ():
        if scanned.kind in _BAGS and scanned.text == item.code:
            return packing.acknowledge(item.seq)
    problem = scanned.problem or _mistaken(arrival.role, scanned.kind)
    if problem is not None:
        return packing.refuse(problem)
    if scanned.command is Command.UNDERSTOOD and state.attention and arrival.is_deliberate:
        return packing.acknowledge(state.attention[0].seq)
    return _decide_usable(packing, deliberate=arrival.is_deliberate)


def _decide_usable(packing: Packing, *, deliberate: bool) -> Decision:
    question = packing.state.question
    if question is not None and question.kind in ANSWERED_BY_THE_PARENT:
        return packing.answer_which_parent(question)
    command, kind, finding = packing.scanned.command, packing.scanned.kind, packing.state.finding
    decision = _at_desk(packing, deliberate=deliberate)
    if decision is None and finding and command is not None and command not in NOT_LOOKING_UP:
        decision = packing.refuse(Reason.COMMAND_NOT_HERE)
    decision = decision or decide_correction(packing)
    if decision is not None:
        return decision
    if command is not None:
        return packing.command(command)
    if finding:
        return packing.refuse(Reason.ANSWER_FIRST)
    if kind is CodeKind.BILL:
        return packing.refuse(Reason.BILL_NOT_HERE)
    if kind not in _BAGS:
        return packing.refuse(Reason.COMMAND_NOT_HERE)
    if question is not None and question.kind in _NOT_OF_PACKING:
        return packing.refuse(Reason.ANSWER_FIRST)
    return packing.parent() if kind is CodeKind.PARENT else packing.child()


def _at_desk(packing: Packing, *, deliberate: bool) -> Decision | None:
    """Return what the scan means to finding, at the desk that is worked at, or on the way to one."""
    state, scanned, fact = packing.state, packing.scanned, packing.fact
    rules, known = packing.rules, packing.known
    decision = decide_while_finding(state, scanned, fact, rules=rules, known=known, deliberate=deliberate)
    if decision is not None or state.finding:
        return decision
    desks: list[_Desk] = [decide_at_bill, decide_at_return, decide_towards_bill, decide_towards_return]
    if scanned.kind is CodeKind.AREA:
        # A bill's desk, where a return may be begun, knows of no areas.
        desks.insert(0, decide_towards_return)
    answers = (desk(state, scanned, fact, rules=rules, known=known, deliberate=deliberate) for desk in desks)
    return next((answer for answer in answers if answer is not None), None)


def _mistaken(role: ScannerRole, kind: CodeKind) -> Reason | None:
    """Return that the bag is for the other scanner; commands and bills come from every one."""
    others = {ScannerRole.PARENTS: CodeKind.CHILD, ScannerRole.CHILDREN: CodeKind.PARENT}
    return Reason.WRONG_SCANNER if others.get(role) is kind else None


def _held(packing: Packing, arrival: Arrival) -> Decision:
    """Refuse what came out of a scanner's memory: it is about no bag until a person places it.

    What cannot be used is held too: it may have been the parent of what comes behind it.
    """
    problem = packing.scanned.problem or _mistaken(arrival.role, packing.scanned.kind)
    if packing.scanned.badge is not None:
        # Nobody is switched by what was scanned long ago; and what comes behind it may be another's work.
        problem = Reason.UNKNOWN_BADGE
    noise = problem is Reason.NOT_A_SCAN
    return replace(
        packing.refuse(Reason.NOT_A_SCAN if noise else Reason.HELD),
        parent=None,
        capacity=packing.rules.capacity,
        memory=None if noise else _place_in_memory(packing.state, arrival.source, problem),
    )


def _place_in_memory(state: WorkState, source: str, problem: Reason | None) -> MemoryPlace:
    before = [reading for reading in state.held if reading.source == source]
    return MemoryPlace(
        first=before[0].memory if before else None,
        behind=before[-1].seq if before else None,
        since=state.held[0].memory if state.held else None,
        problem=problem,
    )


def _while_stopped(packing: Packing, seq: int, code: str, *, deliberate: bool) -> Decision:
    same_bag = packing.scanned.problem is None and packing.code == code != ""
    understood = packing.scanned.command is Command.UNDERSTOOD or same_bag
    if understood and deliberate:
        return packing.acknowledge(seq)
    return packing.refuse(Reason.NOT_COUNTED)


def _badge(packing: Packing, known: Badge | None, problem: Reason | None) -> Decision:
    if problem is not None or known is None:
        return replace(packing.refuse(problem or Reason.BADGE_BEING_CHECKED), parent=None)
    note = SignInNote(way=SignInWay.BADGE, badge=known.id)
    return packing.accept(EntryKind.SIGN_IN, sign_in=note)
