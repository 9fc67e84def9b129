"""An administrator's questions to the centre, each in the background: fills ``PeopleDesk``."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from traitortrack_desktop.domain.accounts import OwnPasswordAnswer
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.runtime.answering import answer_of
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.services.people_desk import PeopleTrouble, own_password_change
from traitortrack_desktop.services.ports import PeopleOffice, RememberedSignIns
from traitortrack_desktop.services.unlocking import UnlockVerifier

Answer = TypeVar("Answer")

_LANE = "people"


class BackgroundPeople:
    """Asks *office*, one question after the other, under the session that *current_session* tells.

    *remembered* and *verifier* are what this station knows of passwords.
    """

    def __init__(
        self,
        *,
        office: PeopleOffice | None,
        background: Background,
        current_session: Callable[[], OperatorSession | None],
        remembered: RememberedSignIns,
        verifier: UnlockVerifier,
    ) -> None:
        self._office = office
        self._background = background
        self._current_session = current_session
        self._remembered = remembered
        self._verifier = verifier

    def ask(
        self,
        question: Callable[[PeopleOffice, UUID], Answer],
        answered: Callable[[Answer | PeopleTrouble], None],
    ) -> None:
        """Ask in the background; see ``PeopleDesk``. The session is that of the moment of the question."""
        session = self._current_session()
        number = session.id if session is not None else None
        self._background.submit(_LANE, lambda: answered(self._answer(question, number)))

    def own_password_change(self, old: str, new: str) -> Callable[[PeopleOffice, UUID], OwnPasswordAnswer]:
        """Return the question; see ``PeopleDesk``."""
        return own_password_change(
            old,
            new,
            session=self._current_session(),
            remembered=self._remembered,
            verifier=self._verifier,
        )

    def close(self) -> None:
        """Give the connections back."""
        if self._office is not None:
            self._office.close()

    def _answer(
        self, question: Callable[[PeopleOffice, UUID], Answer], session: UUID | None
    ) -> Answer | PeopleTrouble:
        if self._office is None:
            return PeopleTrouble.MISMATCH
        if session is None:
            return PeopleTrouble.NOT_PERMITTED
        office, number = self._office, session
        return answer_of(lambda: question(office, number))
