"""Setting a rule aside: what somebody who may decides against the station's own objection. Pure."""

from traitortrack_desktop.domain.codes import CodeRules
from traitortrack_desktop.domain.entries import Decision, EntryKind, Override, Verdict
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.work import WorkState

LONGEST_REASON = 200
"""Characters that are kept of a person's own words."""


def decide_override(
    state: WorkState,
    permission: Operation,
    words: str,
    *,
    by: OperatorSession | None,
    rules: CodeRules,
    barred: Reason | None = None,
) -> Decision:
    """Return what it comes to when *by* lets the open parent take bags although it is completed.

    *words* say why. *barred* is what :func:`traitortrack_desktop.domain.workflow.decide` says of it. The
    centre decides it again, by the right and the role of that moment.
    """
    parent, words = state.parent, words.strip()[:LONGEST_REASON].strip()
    reason = barred or _objection(state, permission, words, by)
    return Decision(
        kind=EntryKind.OVERRIDE if reason is None else EntryKind.REFUSAL,
        verdict=Verdict.ACCEPTED if reason is None else Verdict.REFUSED,
        code=parent.code if parent is not None else "",
        capacity=parent.capacity if parent is not None else rules.capacity,
        reason=reason,
        parent=parent.code if parent is not None else None,
        override=Override(permission=permission, reason=words) if reason is None else None,
    )


def _objection(
    state: WorkState, permission: Operation, words: str, by: OperatorSession | None
) -> Reason | None:
    parent = state.parent
    if state.stop is not None:
        return Reason.NOT_COUNTED
    if parent is None or parent.is_full or not parent.completed:
        return Reason.NOTHING_TO_OVERRIDE
    if parent.bill_completed:
        return Reason.PARENT_ON_COMPLETED_BILL
    if permission is not Operation.OVERRIDE_COMPLETED or by is None or not by.may(permission):
        return Reason.NOT_PERMITTED
    return None if words else Reason.REASON_MISSING
