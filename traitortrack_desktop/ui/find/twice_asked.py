"""Questions to the station's own copy and to the centre, and their answers on the GUI thread."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal

from traitortrack_desktop.services.finding import CentralFinder, FindDesk, LocalFinder

Here = Callable[[LocalFinder], Any]
AtCentre = Callable[[CentralFinder, UUID], Any]
Taking = Callable[[Any, bool], None]
"""Called on the GUI thread with an answer, or a ``PeopleTrouble``, and whether it is the centre's turn."""


class TwiceAsked(QObject):
    """One question at a time: answers to an older one, or after :meth:`forget`, are not heard."""

    _came = Signal(int, int, object)

    def __init__(self, desk: FindDesk) -> None:
        super().__init__()
        self._desk = desk
        self._number = 0
        self._take: Taking | None = None
        self._came.connect(self._answered, Qt.ConnectionType.QueuedConnection)

    def ask(self, here: Here, at_centre: AtCentre | None, take: Taking) -> None:
        """Ask in the background; *take* gets both answers, unless another question comes first."""
        self._number += 1
        number, turns, self._take = self._number, itertools.count(), take
        self._desk.ask(here, at_centre, lambda answer: self._came.emit(number, next(turns), answer))

    def forget(self) -> None:
        """Hear no answer to what was asked so far."""
        self._number += 1
        self._take = None

    def _answered(self, number: int, turn: int, answer: object) -> None:
        if number == self._number and self._take is not None:
            self._take(answer, turn > 0)
