"""Brings what happens on the station's threads to the GUI thread, in order, by queued signals."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.services.events import StationEvent
from traitortrack_desktop.services.station import SignInAnswer, StationControls


class StationBridge(QObject):
    """The one place where other threads reach the window. Connect with ``QueuedConnection``."""

    event_happened = Signal(object)
    sign_in_answered = Signal(int, object)
    """The number of the question, and the ``SignInAnswer``."""

    def __init__(self, station: StationControls) -> None:
        super().__init__()
        self._station = station
        self._is_open = True
        self._questions = 0
        station.subscribe(self._pass_on)

    def sign_in(self, username: str, password: str, code: str | None) -> int:
        """Ask in the background; the answer comes by :attr:`sign_in_answered`. Return its number."""
        self._questions += 1
        self._station.sign_in(username, password, self._answer_to(self._questions), code=code)
        return self._questions

    def sign_in_with_pin(self, pin: str) -> int:
        """Add *pin* to the badge scanned last, as :meth:`sign_in`."""
        self._questions += 1
        self._station.sign_in_with_pin(pin, self._answer_to(self._questions))
        return self._questions

    def close(self) -> None:
        """Pass nothing on any more: the window is going."""
        self._is_open = False

    def _pass_on(self, event: StationEvent) -> None:
        if self._is_open:
            self.event_happened.emit(event)

    def _answer_to(self, number: int) -> Callable[[SignInAnswer], None]:
        def answered(answer: SignInAnswer) -> None:
            if self._is_open:
                self.sign_in_answered.emit(number, answer)

        return answered
