"""What whoever is signed in can do about the own rights, and whether an override is possible: pure."""

from traitortrack_desktop.domain.entries import Decision
from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation, Rights, Role, role_of
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.own_steps import OverrideState, OwnStep
from traitortrack_desktop.presentation.screen_facts import ScreenFacts

_SWITCHED_NOBODY = frozenset({Reason.BADGE_UNCHECKED, Reason.BADGE_NOT_VALID, Reason.UNKNOWN_BADGE})


def has_less_rights(session: OperatorSession | None) -> bool:
    """Return whether only a badge was shown by somebody whose role may more than that."""
    return (
        session is not None
        and session.rights is Rights.OPERATOR
        and role_of(session.person.role) is not Role.DISPATCHER
    )


def own_step(facts: ScreenFacts) -> OwnStep:
    """Return what the operator can do next about the own rights."""
    session = facts.session
    if has_less_rights(session):
        has_pin = facts.badge is not None and facts.badge.has_pin
        is_biller = session is not None and role_of(session.person.role) is Role.BILLER
        return OwnStep.PIN if has_pin and is_biller else OwnStep.PASSWORD
    if session is not None and session.way is SignInWay.PASSWORD:
        return OwnStep.CHANGE_PASSWORD
    return OwnStep.NONE


def override_state(facts: ScreenFacts) -> OverrideState:
    """Return whether the operator may let the open parent take more bags now."""
    session = facts.session
    if session is None or not session.may(Operation.OVERRIDE_COMPLETED):
        return OverrideState.RIGHTS_FIRST if has_less_rights(session) else OverrideState.NO_RIGHT
    return OverrideState.READY if _is_completed_with_room(facts.work) else OverrideState.NOTHING


def beside_a_refusal(decision: Decision, facts: ScreenFacts, tongue: Tongue) -> str:
    """Return what else is good to know: under whose name scans go on, or that more bags can be allowed."""
    if decision.reason in _SWITCHED_NOBODY and facts.operator is not None:
        return tongue.wording.people.goes_on.format(name=facts.operator.username)
    return allows_more(decision.reason, facts, tongue)


def allows_more(reason: Reason | None, facts: ScreenFacts, tongue: Tongue) -> str:
    """Return that more bags can be allowed in a completed parent, to whoever may."""
    possible = reason is Reason.PARENT_COMPLETED and override_state(facts) is OverrideState.READY
    return tongue.wording.people.override_by_menu if possible else ""


def _is_completed_with_room(work: WorkState) -> bool:
    return work.parent is not None and work.parent.completed and not work.parent.is_full
