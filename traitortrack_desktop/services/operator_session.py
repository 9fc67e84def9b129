"""Signing in: the centre's answer, or this station's while the centre is away. Background thread."""

import logging
from uuid import uuid4

from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.services.ports import (
    Accounts,
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    RememberedSignIns,
    SignedIn,
)
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable

_log = logging.getLogger(__name__)


def ask_to_sign_in(
    accounts: Accounts,
    remembered: RememberedSignIns,
    username: str,
    password: str,
    *,
    code: str | None = None,
) -> SignInAnswer:
    """Return the centre's answer, which always wins; only where there is none, what the station remembers."""
    username = username.strip()
    try:
        answer = accounts.sign_in(username, password, session=uuid4(), code=code)
    except CentreUnreachableError:
        return _answer_without_centre(remembered, username, password)
    except (CentreMismatchError, EntriesNotAcceptableError):
        return SignInUnavailable(mismatch=True)
    if isinstance(answer, SignedIn):
        remembered.remember(answer.person, password)
    else:
        remembered.forget(username)
    return answer


def _answer_without_centre(remembered: RememberedSignIns, username: str, password: str) -> SignInAnswer:
    person = remembered.person_with(username, password)
    if person is None:
        return SignInUnavailable(remembered_days=remembered.days)
    _log.info("%s signed in without the centre", person.username)
    session = OperatorSession(
        id=uuid4(), person=person, way=SignInWay.REMEMBERED_PASSWORD, rights=Rights.FULL
    )
    return SignedIn(session=session)
