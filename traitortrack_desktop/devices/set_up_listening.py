"""Listens to everything attached while scanners are set up. Used on the rack's own thread."""

from collections.abc import Callable, Iterable

from traitortrack_desktop.devices.scanner_kinds import Listener, listener_for
from traitortrack_desktop.devices.stopping import stop_all
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

_STOP_SECONDS = 2.0
"""One that hangs in opening a Bluetooth port is left alone after this: the others wait for it."""


class SetUpListening:
    """One listener for each device, told *heard* what it sends."""

    def __init__(self, heard: Callable[[HeardReading], None]) -> None:
        self._heard = heard
        self._listeners: dict[str, Listener] = {}

    def listen_to(self, devices: Iterable[AttachedDevice]) -> None:
        """Listen to exactly these, as far as they can be listened to."""
        attached = {device.place: device for device in devices if device.problem is None}
        gone = set(self._listeners) - set(attached)
        stop_all([self._listeners.pop(place) for place in gone], within_seconds=_STOP_SECONDS)
        for place in set(attached) - set(self._listeners):
            listener = listener_for(attached[place], self._heard)
            if listener is not None:
                listener.start()
                self._listeners[place] = listener

    def stop(self) -> None:
        """Let go of every device."""
        self.listen_to(())
