"""Decisions about people that no scan makes: a session begins or ends, a badge came to nothing. Pure."""

from traitortrack_desktop.domain.codes import SHOWN_OF_A_BADGE
from traitortrack_desktop.domain.entries import Decision, EntryKind, SignInNote, Verdict
from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason


def sign_in_decision(session: OperatorSession, *, capacity: int) -> Decision:
    """Return that *session* begins."""
    return Decision(
        kind=EntryKind.SIGN_IN,
        verdict=Verdict.ACCEPTED,
        code=SHOWN_OF_A_BADGE if session.badge is not None else "",
        capacity=capacity,
        sign_in=SignInNote(way=session.way, badge=session.badge),
    )


def sign_out_decision(*, capacity: int) -> Decision:
    """Return that the session of its entry ends."""
    return Decision(kind=EntryKind.SIGN_OUT, verdict=Verdict.ACCEPTED, code="", capacity=capacity)


def badge_refusal(reason: Reason, *, capacity: int) -> Decision:
    """Return that nobody signs in by the badge that was asked about."""
    return Decision(
        kind=EntryKind.REFUSAL,
        verdict=Verdict.REFUSED,
        code=SHOWN_OF_A_BADGE,
        capacity=capacity,
        reason=reason,
    )


def goes_on_with(session: OperatorSession | None, badge: Badge, *, locked: bool) -> bool:
    """Whether the holder of *badge* is at work already, so that *session* simply goes on.

    A locked session with full rights does not: a badge that was found opens no more than scanning.
    """
    if session is None or session.person.username != badge.person.username:
        return False
    return not locked or session.way is SignInWay.BADGE
