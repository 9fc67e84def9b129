"""What may be done about what was found, or about the row that is chosen: pure."""

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.entries import QuestionKind
from traitortrack_desktop.domain.findings import Found, FoundKind
from traitortrack_desktop.domain.returns import TicketStatus
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.presentation.find_acts import FindAct, Why
from traitortrack_desktop.presentation.find_speech import FindSpeech, objection
from traitortrack_desktop.presentation.find_state import FindFacts, FindPress


def story_presses(facts: FindFacts, found: Found, speech: FindSpeech) -> tuple[FindPress, ...]:
    """Return what may be done about the one thing that was found."""
    if found.bill is not None and found.bag is None:
        return bill_presses(facts, found.bill.fact, speech)
    if found.ticket is not None and found.bag is None:
        return ticket_presses(facts, found.ticket.fact.code, found.ticket.fact.status, speech)
    bag = found.bag
    assert bag is not None
    code = bag.fact.code
    presses = [
        speech.press(FindAct.RELABEL, value=code, why=objection(facts, Operation.SCAN)),
        speech.press(
            FindAct.DELETE,
            value=code,
            why=objection(facts, Operation.DELETE_BAG),
            armed=is_asked_about(facts, code),
        ),
    ]
    if bag.kind is FoundKind.PARENT:
        why = objection(facts, Operation.EDIT_CHILDREN)
        presses.append(speech.press(FindAct.EDIT_CHILDREN, value=code, why=why))
    bill = bag.parent_bill.code if bag.parent_bill is not None else bag.fact.bill
    if bill:
        presses.append(
            speech.press(
                FindAct.WORK_AT_BILL,
                value=bill,
                why=objection(facts, Operation.MANAGE_BILLS),
                armed=is_left_for(facts, bill),
            )
        )
    return tuple(presses)


def is_left_for(facts: FindFacts, code: str) -> bool:
    """Whether the station waits for the same again before it closes the open parent and goes to *code*."""
    question = facts.question
    return question is not None and question.kind is QuestionKind.LEAVE_PARENT and question.code == code


def is_asked_about(facts: FindFacts, code: str) -> bool:
    """Whether the station waits for *code* to be said again before it is deleted."""
    question = facts.question
    return question is not None and question.kind is QuestionKind.DELETE_AGAIN and question.code == code


def bill_presses(facts: FindFacts, bill: BillFact, speech: FindSpeech) -> tuple[FindPress, ...]:
    """Return what may be done about *bill*."""
    why = objection(facts, Operation.MANAGE_BILLS)
    closed = why or (Why.COMPLETED if bill.is_completed else None)
    return (
        speech.press(
            FindAct.WORK_AT_BILL,
            value=bill.code,
            why=why,
            primary=True,
            armed=is_left_for(facts, bill.code),
        ),
        speech.press(FindAct.EDIT_BILL, value=bill.code, why=closed),
    )


def ticket_presses(
    facts: FindFacts, code: str, status: TicketStatus | None, speech: FindSpeech
) -> tuple[FindPress, ...]:
    """Return what may be done about the return *code*."""
    why = objection(facts, Operation.RETURNS)
    if why is None and status in {TicketStatus.COMMITTED, TicketStatus.CANCELLED}:
        why = Why.CLOSED
    armed = is_left_for(facts, code)
    return (speech.press(FindAct.WORK_AT_RETURN, value=code, why=why, primary=True, armed=armed),)
