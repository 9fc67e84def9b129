"""An administrator's questions to the centre, each in the background: fills ``PeopleDesk``."""

import logging
import traceback
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from traitortrack_desktop.environment.redaction import redacted
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    NotPermittedError,
    PeopleOffice,
)

Answer = TypeVar("Answer")

_LANE = "people"
_log = logging.getLogger(__name__)


class BackgroundPeople:
    """Asks *office*, one question after the other, under the session that *current_session* tells."""

    def __init__(
        self,
        *,
        office: PeopleOffice | None,
        background: Background,
        current_session: Callable[[], UUID | None],
    ) -> None:
        self._office = office
        self._background = background
        self._current_session = current_session

    def ask(
        self,
        question: Callable[[PeopleOffice, UUID], Answer],
        answered: Callable[[Answer | PeopleTrouble], None],
    ) -> None:
        """Ask in the background; see ``PeopleDesk``. The session is that of the moment of the question."""
        session = self._current_session()
        self._background.submit(_LANE, lambda: answered(self._answer(question, session)))

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
        try:
            return question(self._office, session)
        except NotPermittedError:
            return PeopleTrouble.NOT_PERMITTED
        except CentreUnreachableError:
            return PeopleTrouble.UNREACHABLE
        except (CentreMismatchError, EntriesNotAcceptableError):
            return PeopleTrouble.MISMATCH
        except Exception:  # noqa: BLE001 - whoever asked has to get an answer
            _log.error("A question to the centre failed: %s", redacted(traceback.format_exc()))
            return PeopleTrouble.DEFECT
