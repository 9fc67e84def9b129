"""Sessions as a sign-in makes them."""

from uuid import UUID, uuid4

from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import SignedIn

ASHA = Person(username="asha", role="dispatcher", area="jaipur")
RAVI = Person(username="ravi", role="biller")


def session_of(person, way=SignInWay.PASSWORD, *, rights=Rights.FULL, badge=None, session=None):
    number = session if isinstance(session, UUID) else uuid4()
    return OperatorSession(id=number, person=person, way=way, rights=rights, badge=badge)


def signed_in(person, way=SignInWay.PASSWORD, *, badge=None, **more):
    """The answer that *person* is who they say; *badge* is the one that was asked about."""
    number = badge.id if badge is not None else None
    return SignedIn(session=session_of(person, way, badge=number, **more), badge=badge)


def who(answer):
    """What an answer says of the person: everything but the random number of the session."""
    if not isinstance(answer, SignedIn):
        return answer
    return answer.person, answer.session.way, answer.session.rights
