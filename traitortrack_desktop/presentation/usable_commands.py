"""Which commands make sense at the moment, for whoever is signed in. Pure.

It only says what is shown as usable: the station decides.
"""

from traitortrack_desktop.domain.codes import WHY_COMMANDS, Command
from traitortrack_desktop.domain.entries import QuestionKind
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.presentation.sound_roles import is_stopped

_OF_EVERYBODY = frozenset({Operation.SCAN, Operation.LOOK_UP, Operation.VIEW_BILL})


def may(facts: ScreenFacts, operation: Operation) -> bool:
    """Return whether whoever is signed in may do *operation*; nobody may do more than scan."""
    return operation in _OF_EVERYBODY if facts.session is None else facts.session.may(operation)


def is_usable(command: Command, facts: ScreenFacts) -> bool:
    """Return whether *command* makes sense now."""
    work = facts.work
    if command is Command.UNDERSTOOD:
        return is_stopped(work)
    if work.stop is not None:
        return False
    if command in WHY_COMMANDS:
        return work.question is not None and work.question.kind is QuestionKind.WHY
    if command is Command.CANCEL:
        return work.question is not None
    if command in {Command.PLACE, Command.ASIDE}:
        return bool(work.held)
    if command is Command.LEAVE:
        return work.finding or work.desk is not None
    if work.finding:
        deletes = command is Command.DELETE and may(facts, Operation.DELETE_BAG)
        return work.found is not None and (command is Command.RELABEL or deletes)
    if command is Command.FIND:
        return True
    if work.bill is not None:
        return _at_bill(command, facts)
    if work.ticket is not None:
        return _at_return(command, work)
    return _at_packing(command, facts)


def _at_packing(command: Command, facts: ScreenFacts) -> bool:
    work = facts.work
    bag = work.parent or work.finished
    match command:
        case Command.UNDO | Command.WRONG_PARENT:
            return bag is not None and bool(bag.children)
        case Command.CLOSE | Command.REMOVE | Command.MOVE:
            return work.parent is not None
        case Command.REOPEN:
            return work.parent is None and work.finished is not None
        case Command.DELETE:
            return may(facts, Operation.DELETE_BAG)
        case Command.NEW_RETURN:
            return may(facts, Operation.RETURNS)
        case _:
            return command is Command.RELABEL


def _at_bill(command: Command, facts: ScreenFacts) -> bool:
    bill = facts.work.bill
    assert bill is not None
    match command:
        case Command.UNDO:
            return bool(bill.parents) and not bill.is_completed
        case Command.REMOVE:
            return bill.linked > 0 and not bill.is_completed
        case Command.COMPLETE | Command.CLOSE:
            return bill.is_full and not bill.is_completed
        case Command.REOPEN:
            return bill.is_completed
        case Command.DELETE:
            return may(facts, Operation.DELETE_BILL) and not bill.is_completed
        case Command.NEW_RETURN:
            return may(facts, Operation.RETURNS)
        case _:
            return False


def _at_return(command: Command, work: WorkState) -> bool:
    ticket = work.ticket
    assert ticket is not None
    match command:
        case Command.UNDO:
            return bool(ticket.bags)
        case Command.REMOVE | Command.COMPLETE | Command.CLOSE:
            return ticket.count > 0
        case _:
            return command is Command.CANCEL_RETURN
