"""Decisions as the workflow makes them, in the fewest words."""

from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import Reason


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
