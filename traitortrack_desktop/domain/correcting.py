"""Corrections: moving bags, the wrong parent, new labels, reopening, deleting, saying why. Pure.

Nothing here is decided by one reading alone: a command asks, and the bags that are scanned next answer.
Whatever cannot be taken back is asked twice.
"""

from collections.abc import Callable, Mapping

from traitortrack_desktop.domain.codes import WHY_COMMANDS, CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind
from traitortrack_desktop.domain.packing import Packing, no_parent_bag
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.work import OpenParent, Question, WorkState

_PARENT, _CHILD = "parent", "child"
_KINDS = {CodeKind.PARENT: _PARENT, CodeKind.CHILD: _CHILD}


def bag_to_know(state: WorkState, scanned: ParsedCode) -> str:
    """Return the bag that has to be known to decide *scanned*: that one, or what a command is about."""
    if scanned.command is Command.REOPEN and state.finished is not None:
        return state.finished.code
    if scanned.command in {Command.DELETE, Command.RELABEL} and state.finding and state.found is not None:
        return state.found
    return scanned.text


def decide_correction(packing: Packing) -> Decision | None:
    """Return what the scan comes to as a correction; ``None`` where it is none."""
    command, question = packing.scanned.command, packing.state.question
    if command is not None and command in WHY_COMMANDS:
        return _closed(packing, command)
    if command is not None:
        begin = _BEGINS.get(command)
        return begin(packing) if begin is not None else None
    if question is None or packing.scanned.kind not in _KINDS:
        return None
    answer = _ANSWERS.get(question.kind)
    return answer(packing, question) if answer is not None else None


def _closed(packing: Packing, command: Command) -> Decision:
    parent = packing.state.parent
    if parent is None or not packing.asked(QuestionKind.WHY):
        return packing.refuse(Reason.COMMAND_NOT_HERE)
    return packing.close(parent, WHY_COMMANDS[command])


# -- moving


def _begin_move(packing: Packing) -> Decision:
    parent = packing.state.parent
    if parent is None:
        return packing.refuse(Reason.NO_PARENT)
    if parent.bill_completed:
        return packing.refuse(Reason.PARENT_ON_COMPLETED_BILL)
    return packing.ask(QuestionKind.MOVE, Reason.CONFIRM_MOVE)


def _move(packing: Packing, question: Question) -> Decision | None:  # noqa: ARG001 - one shape for all answers
    parent, fact = packing.state.parent, packing.fact
    if packing.scanned.kind is not CodeKind.CHILD or parent is None:
        return None
    reason = packing.objection_to_adding(parent, moving=True)
    if reason is None and fact is not None and fact.parent is None:
        reason = Reason.CHILD_NOT_ELSEWHERE
    if reason is not None:
        return packing.refuse(reason)
    return packing.accept(
        EntryKind.MOVE_CHILDREN,
        parent=parent.code,
        children=(packing.code,),
        origin=fact.parent if fact is not None else None,
        capacity=parent.capacity,
        fact=packing.told,
    )


def _begin_wrong_parent(packing: Packing) -> Decision:
    parent = _packed_last(packing.state)
    if parent is None or not parent.children:
        return packing.refuse(Reason.NOTHING_TO_MOVE)
    if parent.bill_completed:
        return packing.refuse(Reason.PARENT_ON_COMPLETED_BILL, parent=parent)
    return packing.ask(QuestionKind.WRONG_PARENT, Reason.CONFIRM_WRONG_PARENT, about=parent.code)


def _right_parent(packing: Packing, question: Question) -> Decision:
    wrong = _packed_last(packing.state)
    if packing.scanned.kind is not CodeKind.PARENT:
        return packing.refuse(Reason.ANSWER_FIRST)
    if wrong is None or wrong.code != question.about or not wrong.children:
        return packing.refuse(Reason.NOTHING_TO_MOVE)
    children = tuple(change.child for change in wrong.children)
    reason = _objection_to_target(packing, wrong, len(children))
    if reason is not None:
        return packing.refuse(reason)
    holder = packing.held_elsewhere()
    if holder is not None and question.code != packing.code:
        return packing.ask(QuestionKind.WRONG_PARENT, Reason.PARENT_OPEN_ELSEWHERE, about=wrong.code)
    return packing.accept(
        EntryKind.MOVE_CHILDREN,
        parent=packing.code,
        children=children,
        origin=wrong.code,
        taken_from=holder,
        base_count=(packing.fact.count if packing.fact is not None else None) or 0,
        capacity=packing.rules.capacity_of(packing.code),
        fact=packing.told,
    )


def _objection_to_target(packing: Packing, wrong: OpenParent, bags: int) -> Reason | None:
    fact = packing.fact
    if packing.code == wrong.code:
        return Reason.PARENT_ALREADY_OPEN
    reason = no_parent_bag(fact)
    if reason is not None or fact is None:
        return reason
    if (fact.count or 0) + bags > packing.rules.capacity_of(packing.code):
        return Reason.PARENT_FULL
    if fact.bill_completed:
        return Reason.PARENT_ON_COMPLETED_BILL
    return Reason.PARENT_COMPLETED if fact.completed else None


def _packed_last(state: WorkState) -> OpenParent | None:
    return state.parent or state.finished


def _begin_reopen(packing: Packing) -> Decision:
    parent = packing.state.finished
    if packing.state.parent is not None or parent is None:
        return packing.refuse(Reason.NOTHING_TO_REOPEN)
    return packing.open(parent.code, count=parent.count, capacity=parent.capacity)


# -- labels


def _begin_relabel(packing: Packing) -> Decision:
    found = _found_bag(packing.state, packing.rules)
    if found is None:
        return packing.ask(QuestionKind.RELABEL, Reason.CONFIRM_RELABEL)
    return _ask_for_label(packing, found)


def _old_label(packing: Packing, question: Question) -> Decision:  # noqa: ARG001 - one shape for all answers
    return _ask_for_label(packing, packing.code)


def _ask_for_label(packing: Packing, bag: str) -> Decision:
    if packing.fact is not None and packing.fact.is_absent:
        return packing.refuse(Reason.BAG_UNKNOWN)
    return packing.ask(QuestionKind.NEW_LABEL, Reason.CONFIRM_NEW_LABEL, code=bag, about=bag)


def _new_label(packing: Packing, question: Question) -> Decision:
    bag = question.about or question.code
    kind = _kind_of(bag, question.fact, packing.rules)
    reason = _objection_to_label(packing, bag, kind)
    if reason is not None:
        return packing.refuse(reason)
    if not packing.asked(QuestionKind.NEW_LABEL_AGAIN, packing.code):
        return packing.ask(
            QuestionKind.NEW_LABEL_AGAIN, Reason.CONFIRM_NEW_LABEL_AGAIN, about=bag, fact=question.fact
        )
    is_parent = kind == _PARENT
    return packing.accept(
        EntryKind.REPLACE_LABEL,
        bag=bag,
        parent=packing.code if is_parent else None,
        child=None if is_parent else packing.code,
        capacity=packing.rules.capacity_of(packing.code),
        fact=question.fact,
    )


def _objection_to_label(packing: Packing, bag: str, kind: str) -> Reason | None:
    if packing.code == bag or _is_in_use(packing):
        return Reason.LABEL_IN_USE
    return Reason.LABEL_OF_OTHER_KIND if _KINDS[packing.scanned.kind] != kind else None


def _is_in_use(packing: Packing) -> bool:
    """Whether another bag is known to have the scanned label; a child bag outside every parent is gone."""
    fact, bags = packing.fact, (packing.state.parent, packing.state.finished)
    if any(bag is not None and (bag.code == packing.code or bag.holds(packing.code)) for bag in bags):
        return True
    if fact is None or fact.is_absent:
        return False
    return fact.parent is not None or fact.kind not in {None, _CHILD}


def _kind_of(bag: str, fact: BagFact | None, rules: CodeRules) -> str:
    """Return whether *bag* is a parent or a child: what is known counts more than how its code looks."""
    if fact is not None and fact.code == bag and fact.kind in {_PARENT, _CHILD}:
        return fact.kind
    return _PARENT if rules.parent.fullmatch(bag) else _CHILD


def _found_bag(state: WorkState, rules: CodeRules) -> str | None:
    """Return the bag that was found last, while finding."""
    found = state.found if state.finding else None
    if found is None or not (rules.parent.fullmatch(found) or rules.child.fullmatch(found)):
        return None
    return found


# -- deleting


def _begin_delete(packing: Packing) -> Decision:
    if not packing.known.may(Operation.DELETE_BAG):
        return packing.refuse(Reason.NOT_PERMITTED)
    found = _found_bag(packing.state, packing.rules)
    if found is None:
        return packing.ask(QuestionKind.DELETE, Reason.CONFIRM_DELETE)
    return _delete(packing, found)


def _scanned_to_delete(packing: Packing, question: Question) -> Decision:  # noqa: ARG001 - one shape
    if not packing.known.may(Operation.DELETE_BAG):
        return packing.refuse(Reason.NOT_PERMITTED)
    return _delete(packing, packing.code)


def _delete(packing: Packing, bag: str) -> Decision:
    reason = _objection_to_deleting(packing, bag)
    if reason is not None:
        return packing.refuse(reason)
    if bag != packing.code or not packing.asked(QuestionKind.DELETE_AGAIN, bag):
        return packing.ask(QuestionKind.DELETE_AGAIN, Reason.CONFIRM_DELETE_AGAIN, code=bag)
    return packing.accept(EntryKind.DELETE_BAG, bag=bag, fact=packing.told)


def _objection_to_deleting(packing: Packing, bag: str) -> Reason | None:
    fact = packing.fact
    for parent in (packing.state.parent, packing.state.finished):
        if parent is not None and parent.code == bag and parent.count > 0:
            return Reason.PARENT_HAS_CHILDREN
        if parent is not None and parent.holds(bag) and fact is None:
            return Reason.CHILD_HAS_PARENT
    if fact is None:
        return None
    if fact.is_absent:
        return Reason.BAG_UNKNOWN
    if fact.bill is not None:
        return Reason.BAG_ON_BILL
    if fact.parent is not None:
        return Reason.CHILD_HAS_PARENT
    return Reason.PARENT_HAS_CHILDREN if fact.count else None


_BEGINS: Mapping[Command, Callable[[Packing], Decision]] = {
    Command.MOVE: _begin_move,
    Command.WRONG_PARENT: _begin_wrong_parent,
    Command.RELABEL: _begin_relabel,
    Command.REOPEN: _begin_reopen,
    Command.DELETE: _begin_delete,
}
_ANSWERS: Mapping[QuestionKind, Callable[[Packing, Question], Decision | None]] = {
    QuestionKind.MOVE: _move,
    QuestionKind.WRONG_PARENT: _right_parent,
    QuestionKind.RELABEL: _old_label,
    QuestionKind.NEW_LABEL: _new_label,
    QuestionKind.NEW_LABEL_AGAIN: _new_label,
    QuestionKind.DELETE: _scanned_to_delete,
    QuestionKind.DELETE_AGAIN: _scanned_to_delete,
}
