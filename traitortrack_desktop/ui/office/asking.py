"""Questions to the centre's office, and their answers on the GUI thread. The newest question counts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal

from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.services.ports import PeopleOffice

Question = Callable[[PeopleOffice, UUID], Any]
Taking = Callable[[Any], None]
"""Called on the GUI thread with the answer, or with a ``PeopleTrouble``."""


class Asking(QObject):
    """One question at a time: the answer to an older one, or after :meth:`forget`, is not heard."""

    changed = Signal()
    """Whether an answer is waited for has changed."""
    _came = Signal(int, object)

    def __init__(self, desk: PeopleDesk) -> None:
        super().__init__()
        self._desk = desk
        self._number = 0
        self._take: Taking | None = None
        self._came.connect(self._answered, Qt.ConnectionType.QueuedConnection)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is waited for."""
        return self._take is not None

    def ask(self, question: Question, take: Taking) -> None:
        """Ask in the background; *take* gets the answer unless another question comes first."""
        self._number += 1
        number, self._take = self._number, take
        self.changed.emit()
        self._desk.ask(question, lambda answer: self._came.emit(number, answer))

    def forget(self) -> None:
        """Hear no answer to what was asked so far."""
        self._number += 1
        self._take = None

    def _answered(self, number: int, answer: object) -> None:
        take = self._take
        if number != self._number or take is None:
            return
        self._take = None
        self.changed.emit()
        take(answer)
