"""An administrator's questions to the centre from a window: asked in the background, answered when they are."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from traitortrack_desktop.services.ports import PeopleOffice

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
