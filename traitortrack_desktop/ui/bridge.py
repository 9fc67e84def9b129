"""Brings what happens on the station's threads to the GUI thread, in order, by queued signals."""

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.services.events import StationEvent
from traitortrack_desktop.services.station import SignInAnswer, StationControls


class StationBridge(QObject):
    """The one place where other threads reach the window. Connect with ``QueuedConnection``."""

    event_happened = Signal(object)
    sign_in_answered = Signal(object)

    def __init__(self, station: StationControls) -> None:
        super().__init__()
        self._station = station
        self._is_open = True
        station.subscribe(self._pass_on)

    def sign_in(self, username: str, password: str) -> None:
        """Ask in the background; the answer comes by :attr:`sign_in_answered`."""
        self._station.sign_in(username, password, self._answer)

    def close(self) -> None:
        """Pass nothing on any more: the window is going."""
        self._is_open = False

    def _pass_on(self, event: StationEvent) -> None:
        if self._is_open:
            self.event_happened.emit(event)

    def _answer(self, answer: SignInAnswer) -> None:
        if self._is_open:
            self.sign_in_answered.emit(answer)
