"""Bills: going to one, putting parents on it and taking them off, completing, reopening, deleting. Pure.

Sources: the web application's rules for bills, and where those are at fault, what its documents promise.
The centre decides the same with authority (``acts_bills.sql``).
"""

from traitortrack_desktop.domain.bills import (
    LEAST_CAPACITY,
    MOST_CAPACITY_AT_CREATION,
    BillDetails,
    same_bill,
)
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.decided import Deciding, told
from traitortrack_desktop.domain.desks import OpenBill
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.packing import needs_reason
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.work import OpenParent, WorkState

_OF_ANY_DESK = frozenset({Command.UNDERSTOOD, Command.PLACE, Command.ASIDE, Command.NEW_RETURN, Command.FIND})


# -- going to a bill


def decide_towards_bill(
    state: WorkState,
    scanned: ParsedCode,
    fact: BagFact | None,  # noqa: ARG001 - one shape for all desks
    *,
    rules: CodeRules,
    known: KnownHere,
    deliberate: bool,  # noqa: ARG001
) -> Decision | None:
    """Return what a scanned bill means, or a number that says how large a new one is.

    ``None`` for everything else, and for a bill of somebody who may not work at bills.
    """
    question = state.question
    if scanned.kind is CodeKind.NUMBER and question is not None and question.kind is QuestionKind.NEW_BILL:
        deciding = Deciding.of(scanned, rules, bill=question.code)
        if not known.may(Operation.MANAGE_BILLS):
            return deciding.refuse(Reason.NOT_PERMITTED)
        if not LEAST_CAPACITY <= (scanned.number or 0) <= MOST_CAPACITY_AT_CREATION:
            return deciding.refuse(Reason.BILL_CAPACITY_WRONG)
        return created(deciding, state, BillDetails(capacity=scanned.number))
    if scanned.kind is not CodeKind.BILL or not known.may(Operation.MANAGE_BILLS):
        return None
    deciding = Deciding.of(scanned, rules, bill=scanned.text)
    is_new = known.bill is None or known.bill.is_absent
    if is_new and _asks(state, QuestionKind.NEW_BILL, scanned.text):
        return created(deciding, state, BillDetails(capacity=rules.bill_capacity))
    return towards(deciding, state, known, scanned.text)


def towards(deciding: Deciding, state: WorkState, known: KnownHere, bill: str) -> Decision:
    """Return what going to *bill* comes to: it is worked at, or something is asked before."""
    if state.bill is not None and same_bill(state.bill.code, bill):
        return deciding.refuse(Reason.BILL_ALREADY_OPEN)
    asked = leave_parent_first(deciding, state, bill)
    if asked is not None:
        return asked
    if known.bill is None or known.bill.is_absent:
        return deciding.ask(QuestionKind.NEW_BILL, Reason.CONFIRM_NEW_BILL)
    return deciding.accept(EntryKind.OPEN_BILL, bill_fact=known.bill, closes=_code_of(state.parent))


def leave_parent_first(deciding: Deciding, state: WorkState, code: str) -> Decision | None:
    """Return the question whether the open parent is left with what is in it; *code* again says yes.

    One that is closed with a reason only is closed first: then *code* is scanned again.
    """
    parent = state.parent
    if parent is None or parent.count == 0:
        return None
    if _asks(state, QuestionKind.LEAVE_PARENT, code) or _asks(state, QuestionKind.NEW_BILL, code):
        if not needs_reason(parent, deciding.rules):
            return None
        return deciding.ask(QuestionKind.WHY, Reason.WHY_CLOSED, parent=parent.code, bill=None)
    return deciding.ask(QuestionKind.LEAVE_PARENT, Reason.CONFIRM_LEAVE_PARENT, code=code, parent=parent.code)


def created(deciding: Deciding, state: WorkState, details: BillDetails) -> Decision:
    """Return that the bill is made, and worked at from now on."""
    return deciding.accept(EntryKind.CREATE_BILL, details=details, closes=_code_of(state.parent))


# -- at a bill


def decide_at_bill(
    state: WorkState,
    scanned: ParsedCode,
    fact: BagFact | None,
    *,
    rules: CodeRules,
    known: KnownHere,
    deliberate: bool,
) -> Decision | None:
    """Return what *scanned* means at the desk of ``state.bill``; ``None`` where that does not matter."""
    bill = state.bill
    if bill is None or scanned.command in _OF_ANY_DESK or scanned.kind is CodeKind.TICKET:
        return None
    deciding = Deciding.of(scanned, rules, bill=bill.code)
    if not known.may(Operation.MANAGE_BILLS) and scanned.command is not Command.LEAVE:
        return deciding.refuse(Reason.NOT_PERMITTED)
    if scanned.kind is CodeKind.BILL and _asks_about(state, QuestionKind.DELETE_BILL, scanned.text):
        reason = _objection_to_deleting(bill, known)
        return deciding.refuse(reason) if reason is not None else deciding.accept(EntryKind.DELETE_BILL)
    if scanned.command is not None:
        return _AtBill(state, bill, deciding, known).command(scanned.command)
    if scanned.kind in {CodeKind.BILL, CodeKind.NUMBER}:
        towards_other = decide_towards_bill(
            state, scanned, fact, rules=rules, known=known, deliberate=deliberate
        )
        return towards_other or deciding.refuse(Reason.COMMAND_NOT_HERE)
    if scanned.kind not in {CodeKind.PARENT, CodeKind.CHILD}:
        return deciding.refuse(Reason.COMMAND_NOT_HERE)
    return _bag_at_bill(state, scanned, fact, deciding, known)


def _bag_at_bill(
    state: WorkState, scanned: ParsedCode, fact: BagFact | None, deciding: Deciding, known: KnownHere
) -> Decision:
    bill = state.bill
    assert bill is not None
    off = state.question is not None and state.question.kind is QuestionKind.DETACH
    objection = _objection_to_detaching if off else objection_to_attaching
    reason = objection(bill, scanned, fact)
    if reason is Reason.PARENT_MISSING and known.typed and not bill.is_full:
        return _typed_at_bill(state, scanned, deciding)
    if reason is not None:
        return deciding.refuse(reason, fact=told(fact))
    kind = EntryKind.DETACH_PARENT if off else EntryKind.ATTACH_PARENT
    count = fact.count if fact is not None else None
    return deciding.accept(kind, parent=scanned.text, base_count=count, fact=told(fact))


def _typed_at_bill(state: WorkState, scanned: ParsedCode, deciding: Deciding) -> Decision:
    """Return what a typed parent comes to that nobody ever scanned: it is made when it is typed twice."""
    if not _asks(state, QuestionKind.NEW_PARENT, scanned.text):
        return deciding.ask(QuestionKind.NEW_PARENT, Reason.CONFIRM_NEW_PARENT)
    return deciding.accept(EntryKind.ATTACH_PARENT, parent=scanned.text, makes_parent=True)


def objection_to_attaching(bill: OpenBill, scanned: ParsedCode, fact: BagFact | None) -> Reason | None:
    """Return why the scanned bag does not go onto *bill*, as far as is known here."""
    reason = no_parent(scanned, fact)
    if reason is not None:
        return reason
    if on_bill(bill, scanned.text, fact):
        return Reason.PARENT_ON_THIS_BILL
    if bill.is_completed:
        return Reason.BILL_COMPLETED
    if fact is not None and fact.bill is not None and not same_bill(fact.bill, bill.code):
        return Reason.PARENT_ON_OTHER_BILL
    if fact is not None and fact.is_absent:
        return Reason.PARENT_MISSING
    return Reason.BILL_FULL if bill.is_full else None


def _objection_to_detaching(bill: OpenBill, scanned: ParsedCode, fact: BagFact | None) -> Reason | None:
    reason = no_parent(scanned, fact)
    if reason is not None:
        return reason
    if bill.is_completed:
        return Reason.BILL_COMPLETED
    if on_bill(bill, scanned.text, fact) or fact is None:
        return None
    return Reason.PARENT_NOT_ON_BILL


def _objection_to_deleting(bill: OpenBill, known: KnownHere) -> Reason | None:
    if not known.may(Operation.DELETE_BILL):
        return Reason.NOT_PERMITTED
    return Reason.BILL_COMPLETED if bill.is_completed else None


def no_parent(scanned: ParsedCode, fact: BagFact | None) -> Reason | None:
    """Return that it is no parent bag: what is known of the bag counts more than what its code looks like."""
    kind = fact.kind if fact is not None else None
    if kind == "parent":
        return None
    if kind == "child" or (kind is None and scanned.kind is CodeKind.CHILD):
        return Reason.CHILD_NOT_BILLABLE
    return Reason.UNKNOWN_BAG_TYPE if kind is not None else None


def on_bill(bill: OpenBill, parent: str, fact: BagFact | None) -> bool:
    """Whether *parent* is on *bill*: what the centre said since then outweighs what this station did."""
    if fact is not None and fact.from_centre and fact.kind is not None:
        return same_bill(fact.bill, bill.code)
    return bill.holds(parent) or (fact is not None and same_bill(fact.bill, bill.code))


class _AtBill:
    """The commands at the desk of a bill."""

    def __init__(self, state: WorkState, bill: OpenBill, deciding: Deciding, known: KnownHere) -> None:
        self._state, self._bill, self._deciding, self._known = state, bill, deciding, known

    def command(self, command: Command) -> Decision:
        match command:
            case Command.UNDO:
                return self._undo()
            case Command.REMOVE:
                return self._detach()
            case Command.CLOSE | Command.COMPLETE:
                return self._complete()
            case Command.REOPEN:
                return self._reopen()
            case Command.DELETE:
                return self._delete()
            case Command.CANCEL if self._state.question is None:
                return self._deciding.refuse(Reason.NOTHING_TO_CANCEL)
            case Command.CANCEL:
                return self._deciding.accept(EntryKind.CANCEL)
            case Command.LEAVE:
                return self._deciding.accept(EntryKind.LEAVE)
            case _:
                return self._deciding.refuse(Reason.COMMAND_NOT_HERE)

    def _undo(self) -> Decision:
        if not self._bill.parents:
            return self._deciding.refuse(Reason.NOTHING_TO_UNDO)
        if self._bill.is_completed:
            return self._deciding.refuse(Reason.BILL_COMPLETED)
        last = self._bill.parents[-1]
        return self._deciding.accept(EntryKind.DETACH_PARENT, parent=last.parent, base_count=last.children)

    def _detach(self) -> Decision:
        if self._bill.is_completed:
            return self._deciding.refuse(Reason.BILL_COMPLETED)
        return self._deciding.ask(QuestionKind.DETACH, Reason.CONFIRM_DETACH)

    def _complete(self) -> Decision:
        bill = self._bill
        if bill.is_completed:
            return self._deciding.refuse(Reason.BILL_COMPLETED)
        if bill.unanswered or self._known.waits:
            return self._deciding.refuse(Reason.BILL_WAITS)
        if bill.linked == 0 or (bill.remaining or 0) > 0:
            return self._deciding.refuse(Reason.BILL_NOT_FULL)
        if not self._asked(QuestionKind.COMPLETE_BILL):
            return self._deciding.ask(QuestionKind.COMPLETE_BILL, Reason.CONFIRM_COMPLETE_BILL)
        return self._deciding.accept(EntryKind.COMPLETE_BILL)

    def _reopen(self) -> Decision:
        if not self._bill.is_completed:
            return self._deciding.refuse(Reason.BILL_NOT_COMPLETED)
        if not self._asked(QuestionKind.REOPEN_BILL):
            return self._deciding.ask(QuestionKind.REOPEN_BILL, Reason.CONFIRM_REOPEN_BILL)
        return self._deciding.accept(EntryKind.REOPEN_BILL)

    def _delete(self) -> Decision:
        reason = _objection_to_deleting(self._bill, self._known)
        if reason is not None:
            return self._deciding.refuse(reason)
        return self._deciding.ask(QuestionKind.DELETE_BILL, Reason.CONFIRM_DELETE_BILL, about=self._bill.code)

    def _asked(self, kind: QuestionKind) -> bool:
        return self._state.question is not None and self._state.question.kind is kind


def _asks(state: WorkState, kind: QuestionKind, code: str) -> bool:
    question = state.question
    return question is not None and (question.kind, question.code) == (kind, code)


def _asks_about(state: WorkState, kind: QuestionKind, about: str) -> bool:
    question = state.question
    return question is not None and (question.kind, question.about) == (kind, about)


def _code_of(parent: OpenParent | None) -> str | None:
    return parent.code if parent is not None else None
