"""What the sign-in screen says to an answer: pure."""

from datetime import datetime

from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.services.ports import SignedIn
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable


def sign_in_problem(answer: SignInAnswer, *, now: datetime, tongue: Tongue) -> str:
    """Return why nobody was signed in, and what to do; empty when somebody was."""
    words = tongue.wording.sign_in
    if isinstance(answer, SignedIn):
        return ""
    if isinstance(answer, SignInUnavailable):
        if answer.remembered_days and not answer.mismatch:
            return words.unreachable_and_unknown.format(days=answer.remembered_days)
        return words.mismatch if answer.mismatch else words.unreachable
    if answer.locked_until is not None:
        return words.locked.format(time=tongue.moment(answer.locked_until, now))
    return words.not_verified if answer.not_verified else words.wrong
