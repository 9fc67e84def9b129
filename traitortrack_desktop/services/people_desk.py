"""An administrator's questions to the centre from a window: asked in the background."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from traitortrack_desktop.domain.accounts import OwnPasswordAnswer
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.services.ports import PeopleOffice, RememberedSignIns
from traitortrack_desktop.services.unlocking import UnlockVerifier

Answer = TypeVar("Answer")


class PeopleTrouble(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"
    MISMATCH = "mismatch"
    NOT_PERMITTED = "not_permitted"
    """The session has ended, or gives no right to it."""
    DEFECT = "defect"


class PeopleDesk(Protocol):
    """Asks the centre's ``PeopleOffice`` in the background, under the session of whoever is signed in."""

    def ask(
        self,
        question: Callable[[PeopleOffice, UUID], Answer],
        answered: Callable[[Answer | PeopleTrouble], None],
    ) -> None:
        """Call *question* with the office and the session, and *answered* with what it returns.

        Returns at once; both are called on a station thread. Without a session the answer is
        ``NOT_PERMITTED``.
        """
        ...

    def own_password_change(self, old: str, new: str) -> Callable[[PeopleOffice, UUID], OwnPasswordAnswer]:
        """Return the question that changes the password of whoever is signed in.

        Once it is changed, nothing at this station takes the old one any more.
        """
        ...


def own_password_change(
    old: str,
    new: str,
    *,
    session: OperatorSession | None,
    remembered: RememberedSignIns,
    verifier: UnlockVerifier,
) -> Callable[[PeopleOffice, UUID], OwnPasswordAnswer]:
    """Return the question of ``PeopleDesk.own_password_change``, for whoever has *session*.

    The new one is remembered at their next sign-in at the centre, which has to see it here first.
    """

    def question(office: PeopleOffice, asked_for: UUID) -> OwnPasswordAnswer:
        answer = office.change_own_password(old, new, session=asked_for)
        if answer is OwnPasswordAnswer.CHANGED and session is not None and session.id == asked_for:
            remembered.forget_password(session.person.username)
            verifier.renew(session.id, new)
        return answer

    return question
