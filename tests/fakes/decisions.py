"""Decisions as the workflow makes them, in the fewest words."""

from dataclasses import replace
from uuid import UUID

from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    Override,
    QuestionKind,
    SignInNote,
    Verdict,
)
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation


def opened(parent: str, *, base_count: int = 0, fact: BagFact | None = None) -> Decision:
    return Decision(
        kind=EntryKind.OPEN_PARENT,
        verdict=Verdict.ACCEPTED,
        code=parent,
        capacity=30,
        parent=parent,
        base_count=base_count,
        fact=fact,
    )


def added(parent: str, child: str) -> Decision:
    return _accepted(EntryKind.ADD_CHILD, child, parent=parent, child=child)


def removed(parent: str, child: str) -> Decision:
    return _accepted(EntryKind.REMOVE_CHILD, child, parent=parent, child=child)


def closed(parent: str) -> Decision:
    return _accepted(EntryKind.CLOSE_PARENT, "TT-CMD-CLOSE", parent=parent)


def overridden(parent: str, reason: str = "30 fit into this sack") -> Decision:
    decision = _accepted(EntryKind.OVERRIDE, "TT-CMD-OVERRIDE", parent=parent)
    return replace(decision, override=Override(permission=Operation.OVERRIDE_COMPLETED, reason=reason))


def signed_in(way: SignInWay = SignInWay.BADGE, badge: UUID | None = None, *, parent: str | None = None):
    decision = _accepted(EntryKind.SIGN_IN, "", parent=parent)
    return replace(decision, sign_in=SignInNote(way=way, badge=badge))


def signed_out() -> Decision:
    return _accepted(EntryKind.SIGN_OUT, "", parent=None)


def moved(parent: str, *children: str, origin: str | None = None, base_count: int | None = None) -> Decision:
    decision = _accepted(EntryKind.MOVE_CHILDREN, children[0], parent=parent)
    return replace(decision, children=children, origin=origin, base_count=base_count)


def edited(parent: str, *, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> Decision:
    return replace(_accepted(EntryKind.EDIT_CHILDREN, parent, parent=parent), children=added, removed=removed)


def relabelled(old: str, new: str, *, parent: bool) -> Decision:
    decision = _accepted(EntryKind.REPLACE_LABEL, new, parent=new if parent else None)
    return replace(decision, bag=old, child=None if parent else new)


def deleted(bag: str) -> Decision:
    return replace(_accepted(EntryKind.DELETE_BAG, bag, parent=None), bag=bag)


def taken(parent: str) -> Decision:
    return _accepted(EntryKind.PARENT_TAKEN, parent, parent=parent)


def finding() -> Decision:
    return _accepted(EntryKind.FIND, "TT-CMD-FIND", parent=None)


def looked_up(code: str) -> Decision:
    return _accepted(EntryKind.LOOK_UP, code, parent=None)


def left() -> Decision:
    return _accepted(EntryKind.LEAVE, "TT-CMD-LEAVE", parent=None)


def cancelled(parent: str | None = None) -> Decision:
    return _accepted(EntryKind.CANCEL, "TT-CMD-CANCEL", parent=parent)


def acknowledged(seq: int) -> Decision:
    return Decision(
        kind=EntryKind.ACKNOWLEDGE,
        verdict=Verdict.ACCEPTED,
        code="TT-CMD-UNDERSTOOD",
        capacity=30,
        resolves=seq,
    )


def refused(code: str, reason: Reason, *, parent: str | None = None) -> Decision:
    return Decision(
        kind=EntryKind.REFUSAL,
        verdict=Verdict.REFUSED,
        code=code,
        capacity=30,
        reason=reason,
        parent=parent,
    )


def asked(question: QuestionKind, code: str, *, parent: str | None = None) -> Decision:
    return Decision(
        kind=EntryKind.QUESTION,
        verdict=Verdict.CONFIRM,
        code=code,
        capacity=30,
        reason=Reason.OTHER_PARENT_OPEN,
        parent=parent,
        question=question,
    )


def _accepted(kind: EntryKind, code: str, *, parent: str | None, child: str | None = None) -> Decision:
    return Decision(kind=kind, verdict=Verdict.ACCEPTED, code=code, capacity=30, parent=parent, child=child)
