"""What was held of a scanner's memory is placed by the rules of any scan, one code after the other. Pure.

Only what was plainly decided lets the next one follow: at a question, a full parent, a stop, a reading
that cannot be used, or the end of one scanner's memory a person has to look first. Nothing that came
out of a memory ever acknowledges anything, corrects anything, or ends the work at a bill or a return.
"""

from dataclasses import replace

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode, parse_frame
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind, Verdict
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.known_here import NOTHING_KNOWN, KnownHere
from traitortrack_desktop.domain.packing import ANSWERED_BY_THE_PARENT
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.work import Held, WorkState
from traitortrack_desktop.domain.workflow import decide

_NOT_NOW = frozenset(
    {
        Reason.NO_PARENT,
        Reason.PARENT_FULL,
        Reason.PARENT_COMPLETED,
        Reason.ANSWER_FIRST,
        Reason.NOT_COUNTED,
        Reason.NOT_SIGNED_IN,
        Reason.CHILD_NOT_BILLABLE,
        Reason.BILL_COMPLETED,
        Reason.BILL_FULL,
        Reason.NOT_PERMITTED,
    }
)
"""Refusals that say nothing against the bag: it stays held until they are gone."""

_FOR_PEOPLE = frozenset(
    {
        Command.MOVE,
        Command.WRONG_PARENT,
        Command.RELABEL,
        Command.REOPEN,
        Command.DELETE,
        Command.COMPLETE,
        Command.LEAVE,
        Command.FIND,
        Command.NEW_RETURN,
        Command.CANCEL_RETURN,
    }
)
"""Commands that nothing out of a memory gives."""

_CARRIED_OUT = frozenset(
    {
        EntryKind.OPEN_PARENT,
        EntryKind.ADD_CHILD,
        EntryKind.REMOVE_CHILD,
        EntryKind.CLOSE_PARENT,
        EntryKind.CANCEL,
        EntryKind.OPEN_BILL,
        EntryKind.CREATE_BILL,
        EntryKind.ATTACH_PARENT,
        EntryKind.RESUME_RETURN,
        EntryKind.RETURN_BAG,
        EntryKind.REFUSAL,
    }
)
_ASKED = frozenset(
    {
        QuestionKind.CLOSE,
        QuestionKind.WHY,
        QuestionKind.REMOVE,
        QuestionKind.SWITCH,
        QuestionKind.TAKE_OVER,
        QuestionKind.LEAVE_PARENT,
        QuestionKind.NEW_BILL,
    }
)
"""All that something out of a memory may do, and may ask: what can be undone, and what people see first."""

_ANSWERED_BY_PLACING = frozenset(
    {QuestionKind.SWITCH, QuestionKind.TAKE_OVER, QuestionKind.LEAVE_PARENT, QuestionKind.NEW_BILL}
)
"""Questions that the same held reading asked: to place it again, having looked, says yes."""


def next_to_place(
    state: WorkState, arrival: Arrival, *, barred: Reason | None, rules: CodeRules
) -> Held | None:
    """Return what the command to place, which came as *arrival* says, takes next.

    ``None`` where it may not: :func:`decide` then says why. While finding nothing is placed, and at a desk
    no memory with child bags in it: whoever scanned it was packing.
    """
    stands_in_the_way = arrival.from_memory or arrival.problem is not None or state.stop is not None
    if not state.held or stands_in_the_way or barred is not None or state.finding:
        return None
    first, question = state.held[0], state.question
    if question is not None and question.kind in ANSWERED_BY_THE_PARENT and question.code != first.code:
        return None
    if state.desk is not None and _was_packing(state, first, rules):
        return None
    return first


def _was_packing(state: WorkState, first: Held, rules: CodeRules) -> bool:
    memory = (reading for reading in state.held if reading.memory == first.memory)
    return any(meaning_of_held(reading, rules).kind is CodeKind.CHILD for reading in memory)


def meaning_of_held(held: Held, rules: CodeRules) -> ParsedCode:
    """Return what *held* means, also that it cannot be used."""
    if held.problem is not None:
        return ParsedCode(kind=CodeKind.UNUSABLE, text=held.code, problem=held.problem)
    return parse_frame(ScanFrame(source=held.source, raw=held.code.encode()), rules)


def decide_held(
    state: WorkState,
    held: Held,
    scanned: ParsedCode,
    fact: BagFact | None,
    *,
    rules: CodeRules,
    arrival: Arrival,
    known: KnownHere = NOTHING_KNOWN,
) -> Decision:
    """Return what *held*, which means *scanned*, comes to when it is placed now.

    It leaves what is held (``resolves``) unless it could not be decided yet.
    """
    decision = decide(
        _without_asked_question(state, held), scanned, fact, rules=rules, arrival=arrival, known=known
    )
    reason = _not_carried_out(state, held, scanned, decision)
    if reason is not None:
        decision = _refused(decision, reason)
    if scanned.kind is not CodeKind.COMMAND and _waits(decision):
        return decision
    return replace(decision, resolves=held.seq)


def lets_the_next_follow(decision: Decision) -> bool:
    """Whether placing goes on after *decision* without anybody looking."""
    if decision.reason in {Reason.NOTHING_TO_UNDO, Reason.COMMAND_NOT_HERE}:
        return False  # what comes behind it was meant for a command that was not carried out
    if decision.verdict is Verdict.REFUSED:
        return decision.reason is not None and decision.reason.severity is Severity.INFO
    return decision.verdict is Verdict.ACCEPTED


def _waits(decision: Decision) -> bool:
    return decision.verdict is Verdict.CONFIRM or decision.reason in _NOT_NOW


def _not_carried_out(state: WorkState, held: Held, scanned: ParsedCode, decision: Decision) -> Reason | None:
    """Return why a held command is not carried out.

    Commands about stops and memories are for people, and so is whatever corrects, deletes, moves, gives a
    new label, or ends the work at a bill or a return: it is neither done nor asked. UNDO meant the reading
    before it; where that was not put in, something else would be taken out that the operator was told is in.
    """
    if scanned.command is Command.ASIDE:
        return Reason.NOTHING_HELD
    if scanned.command is Command.UNDO and not _was_put_in_just_before(state, held):
        return Reason.NOTHING_TO_UNDO
    harmless = decision.question in _ASKED if decision.question else decision.kind in _CARRIED_OUT
    return None if harmless and scanned.command not in _FOR_PEOPLE else Reason.COMMAND_NOT_HERE


def _was_put_in_just_before(state: WorkState, held: Held) -> bool:
    bag = state.parent or state.finished
    return bag is not None and bool(bag.children) and bag.children[-1].held == held.behind is not None


def _refused(decision: Decision, reason: Reason) -> Decision:
    return Decision(
        kind=EntryKind.REFUSAL,
        verdict=Verdict.REFUSED,
        code=decision.code,
        capacity=decision.capacity,
        reason=reason,
        parent=decision.parent,
        fact=decision.fact,
    )


def _without_asked_question(state: WorkState, held: Held) -> WorkState:
    """Leave out a question that was asked about something else than *held*."""
    question = state.question
    if question is None or question.kind is QuestionKind.SWITCH:
        return state
    if question.kind in _ANSWERED_BY_PLACING and question.code == held.code:
        return state
    if question.held is not None and question.held == held.behind:
        return state
    return replace(state, question=None)
