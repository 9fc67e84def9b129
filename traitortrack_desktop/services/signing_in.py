"""Signing in: the centre's answer, or this station's while the centre is away. Background thread."""

import logging
from uuid import UUID, uuid4

from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import (
    Accounts,
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    RememberedSignIns,
    SignedIn,
    SignInRefused,
)
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable
from traitortrack_desktop.services.unlocking import UnlockVerifier

_log = logging.getLogger(__name__)


def ask_to_sign_in(
    accounts: Accounts,
    remembered: RememberedSignIns,
    username: str,
    password: str,
    *,
    code: str | None = None,
    locked: OperatorSession | None = None,
    verifier: UnlockVerifier | None = None,
) -> SignInAnswer:
    """Return the centre's answer, which always wins; only where there is none, what the station knows.

    That is what *verifier* keeps of the *locked* session, which then goes on; and who is remembered, but
    only where the centre cannot be reached, and not where it does not fit this station.
    """
    username = username.strip()
    try:
        answer = accounts.sign_in(username, password, session=uuid4(), code=code)
    except (CentreUnreachableError, CentreMismatchError, EntriesNotAcceptableError) as failure:
        if locked is not None and verifier is not None and _is_back(locked, verifier, username, password):
            return SignedIn(session=locked)
        if not isinstance(failure, CentreUnreachableError):
            return SignInUnavailable(mismatch=True)
        person = remembered.person_with(username, password)
        return _without_centre(remembered, person, SignInWay.REMEMBERED_PASSWORD)
    if isinstance(answer, SignedIn):
        remembered.remember(answer.person, password)
    elif answer.not_verified:
        remembered.forget(username)
    elif _says_that_it_is_wrong(answer):
        remembered.forget_password(username, password)
    return answer


def ask_with_pin(accounts: Accounts, remembered: RememberedSignIns, badge: Badge, pin: str) -> SignInAnswer:
    """Return the answer to *pin*, typed after *badge* was scanned; see :func:`ask_to_sign_in`."""
    try:
        answer = accounts.sign_in_with_pin(badge, pin, session=uuid4())
    except CentreUnreachableError:
        person = remembered.holder_with_pin(badge, pin)
        return _without_centre(remembered, person, SignInWay.REMEMBERED_PIN, badge)
    except (CentreMismatchError, EntriesNotAcceptableError):
        return SignInUnavailable(mismatch=True)
    if isinstance(answer, SignedIn):
        remembered.remember_pin(badge, pin)
    elif answer.badge_not_valid:
        remembered.forget_badge(badge.id)
        remembered.forget_pin(badge)
    elif _says_that_it_is_wrong(answer):
        remembered.forget_pin(badge, pin)
    return answer


def ask_whose_badge(
    accounts: Accounts, remembered: RememberedSignIns, code: str, session: UUID
) -> SignInAnswer:
    """Return whose badge the whole *code* is, by the centre; the intake has looked at what is remembered."""
    try:
        answer = accounts.sign_in_with_badge(code, session=session)
    except CentreUnreachableError:
        return SignInUnavailable(remembered_days=remembered.days)
    except (CentreMismatchError, EntriesNotAcceptableError):
        return SignInUnavailable(mismatch=True)
    return answer


def _says_that_it_is_wrong(answer: SignInRefused) -> bool:
    """Whether what was typed is wrong, and not only too early, or too little."""
    return answer.locked_until is None and not answer.code_needed and not answer.code_wrong


def _is_back(locked: OperatorSession, verifier: UnlockVerifier, username: str, password: str) -> bool:
    return username == locked.person.username and verifier.fits(locked, password)


def _without_centre(
    remembered: RememberedSignIns, person: Person | None, way: SignInWay, badge: Badge | None = None
) -> SignInAnswer:
    if person is None:
        return SignInUnavailable(remembered_days=remembered.days)
    _log.info("%s signed in without the centre", person.username)
    number = badge.id if badge is not None else None
    session = OperatorSession(id=uuid4(), person=person, way=way, rights=Rights.FULL, badge=number)
    return SignedIn(session=session, badge=badge)
