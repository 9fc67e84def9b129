"""Returns: opening one, taking parents back from their bills, finalising and cancelling. Pure.

Sources: the web application's rules for returns. The centre decides the same (``acts_returns.sql``).
"""

from traitortrack_desktop.domain.billing import decide_towards_bill, leave_parent_first, no_parent
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.decided import Deciding, told
from traitortrack_desktop.domain.desks import OpenTicket
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import LONGEST_NOTES, TicketStatus, new_ticket_code
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.work import WorkState

_OF_ANY_DESK = frozenset({Command.UNDERSTOOD, Command.PLACE, Command.ASIDE, Command.FIND})


# -- going to a return


def decide_towards_return(
    state: WorkState,
    scanned: ParsedCode,
    fact: BagFact | None,  # noqa: ARG001 - one shape for all desks
    *,
    rules: CodeRules,
    known: KnownHere,
    deliberate: bool,  # noqa: ARG001
) -> Decision | None:
    """Return what NEW_RETURN, an area or the code of a return means; ``None`` for everything else."""
    asked_area = state.question is not None and state.question.kind is QuestionKind.AREA
    if scanned.command is not Command.NEW_RETURN and scanned.kind not in {CodeKind.TICKET, CodeKind.AREA}:
        return None
    deciding = Deciding.of(scanned, rules)
    if scanned.kind is CodeKind.AREA and not asked_area:
        return deciding.refuse(Reason.COMMAND_NOT_HERE)
    if not known.may(Operation.RETURNS):
        return deciding.refuse(Reason.NOT_PERMITTED)
    if scanned.kind is CodeKind.AREA:
        return opened(deciding, state, known, scanned.area or "")
    if scanned.kind is CodeKind.TICKET:
        return resumed(deciding, state, known, scanned.text)
    asked = leave_parent_first(deciding, state, scanned.text)
    if asked is not None:
        return asked
    area = known.by.person.area if known.by is not None else None
    if area is None:
        return deciding.ask(QuestionKind.AREA, Reason.WHERE_RETURNED)
    return opened(deciding, state, known, area)


def opened(deciding: Deciding, state: WorkState, known: KnownHere, area: str, notes: str = "") -> Decision:
    """Return that a new return is opened, and worked at from now on."""
    assert known.now is not None
    return deciding.accept(
        EntryKind.OPEN_RETURN,
        ticket=new_ticket_code(known.now, known.bits),
        area=area,
        notes=notes.strip()[:LONGEST_NOTES] or None,
        closes=state.parent.code if state.parent is not None else None,
    )


def resumed(deciding: Deciding, state: WorkState, known: KnownHere, ticket: str) -> Decision:
    """Return what going to the return *ticket* comes to."""
    fact = known.ticket
    made_here = fact is not None and fact.opened_by is not None
    ticket = fact.code if fact is not None and made_here else ticket
    if state.ticket is not None and state.ticket.code == ticket:
        return deciding.refuse(Reason.BILL_ALREADY_OPEN, ticket=ticket)
    if fact is not None and fact.is_absent:
        return deciding.refuse(Reason.TICKET_UNKNOWN, ticket=ticket)
    if fact is not None and fact.status is not TicketStatus.OPEN:
        return deciding.refuse(Reason.TICKET_CLOSED, ticket=ticket)
    asked = leave_parent_first(deciding, state, ticket)
    if asked is not None:
        return asked
    return deciding.accept(
        EntryKind.RESUME_RETURN,
        ticket=ticket,
        ticket_entry=fact.opened_by if fact is not None else None,
        area=fact.area if fact is not None else None,
        base_count=fact.bags if fact is not None else None,
        closes=state.parent.code if state.parent is not None else None,
    )


# -- at a return


def decide_at_return(
    state: WorkState,
    scanned: ParsedCode,
    fact: BagFact | None,
    *,
    rules: CodeRules,
    known: KnownHere,
    deliberate: bool,
) -> Decision | None:
    """Return what *scanned* means at the desk of ``state.ticket``; ``None`` where that does not matter."""
    ticket = state.ticket
    if ticket is None or scanned.command in _OF_ANY_DESK:
        return None
    deciding = Deciding.of(scanned, rules, ticket=ticket.code, ticket_entry=ticket.opened_by)
    if not known.may(Operation.RETURNS) and scanned.command is not Command.LEAVE:
        return deciding.refuse(Reason.NOT_PERMITTED)
    if scanned.kind in {CodeKind.BILL, CodeKind.NUMBER}:
        other = decide_towards_bill(state, scanned, fact, rules=rules, known=known, deliberate=deliberate)
        return other or deciding.refuse(Reason.COMMAND_NOT_HERE)
    other = decide_towards_return(state, scanned, fact, rules=rules, known=known, deliberate=deliberate)
    if other is not None:
        return other
    if scanned.command is not None:
        return _command(state, ticket, scanned.command, deciding, known)
    if scanned.kind not in {CodeKind.PARENT, CodeKind.CHILD}:
        return deciding.refuse(Reason.COMMAND_NOT_HERE)
    return _bag_at_return(state, ticket, scanned, fact, deciding)


def _bag_at_return(
    state: WorkState, ticket: OpenTicket, scanned: ParsedCode, fact: BagFact | None, deciding: Deciding
) -> Decision:
    back = state.question is not None and state.question.kind is QuestionKind.UNRETURN
    objection = _objection_to_unreturning if back else _objection_to_returning
    reason = objection(ticket, scanned, fact)
    if reason is not None:
        return deciding.refuse(reason, fact=told(fact))
    return deciding.accept(
        EntryKind.UNRETURN_BAG if back else EntryKind.RETURN_BAG,
        parent=scanned.text,
        base_count=fact.count if fact is not None else None,
        fact=told(fact),
    )


def _objection_to_returning(ticket: OpenTicket, scanned: ParsedCode, fact: BagFact | None) -> Reason | None:
    reason = no_parent(scanned, fact)
    if reason is not None:
        return reason
    if ticket.holds(scanned.text):
        return Reason.ALREADY_RETURNED
    if fact is not None and fact.is_absent:
        return Reason.PARENT_MISSING
    if fact is not None and fact.from_centre and fact.bill is None:
        return Reason.PARENT_NOT_BILLED
    return None


def _objection_to_unreturning(ticket: OpenTicket, scanned: ParsedCode, fact: BagFact | None) -> Reason | None:
    reason = no_parent(scanned, fact)
    if reason is not None:
        return reason
    may_be_on_it = ticket.holds(scanned.text) or ticket.base_bags > 0
    return None if may_be_on_it else Reason.NOT_RETURNED


def _command(
    state: WorkState, ticket: OpenTicket, command: Command, deciding: Deciding, known: KnownHere
) -> Decision:
    match command:
        case Command.UNDO if ticket.bags:
            last = ticket.bags[-1]
            return deciding.accept(EntryKind.UNRETURN_BAG, parent=last.parent, base_count=last.children)
        case Command.UNDO:
            return deciding.refuse(Reason.NOTHING_TO_UNDO)
        case Command.REMOVE:
            return deciding.ask(QuestionKind.UNRETURN, Reason.CONFIRM_UNRETURN)
        case Command.CLOSE | Command.COMPLETE:
            return _finalise(state, ticket, deciding, known)
        case Command.CANCEL_RETURN if _asked(state, QuestionKind.CANCEL_RETURN):
            return deciding.accept(EntryKind.CANCEL_RETURN)
        case Command.CANCEL_RETURN:
            return deciding.ask(QuestionKind.CANCEL_RETURN, Reason.CONFIRM_CANCEL_RETURN)
        case Command.CANCEL if state.question is None:
            return deciding.refuse(Reason.NOTHING_TO_CANCEL)
        case Command.CANCEL:
            return deciding.accept(EntryKind.CANCEL)
        case Command.LEAVE:
            return deciding.accept(EntryKind.LEAVE)
        case _:
            return deciding.refuse(Reason.COMMAND_NOT_HERE)


def _finalise(state: WorkState, ticket: OpenTicket, deciding: Deciding, known: KnownHere) -> Decision:
    if ticket.unanswered or known.waits:
        return deciding.refuse(Reason.BILL_WAITS)
    if ticket.count == 0:
        return deciding.refuse(Reason.TICKET_EMPTY)
    if not _asked(state, QuestionKind.FINALISE_RETURN):
        return deciding.ask(QuestionKind.FINALISE_RETURN, Reason.CONFIRM_FINALISE_RETURN)
    return deciding.accept(EntryKind.FINALISE_RETURN)


def _asked(state: WorkState, kind: QuestionKind) -> bool:
    return state.question is not None and state.question.kind is kind
