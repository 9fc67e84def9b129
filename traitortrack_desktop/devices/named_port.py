"""A serial port that somebody named, in a setting or on the command line."""

from collections.abc import Sequence

from traitortrack_desktop.devices.port_listing import place_of_name
from traitortrack_desktop.devices.serial_ports import PortWatch
from traitortrack_desktop.domain.scanners import DeviceIdentity
from traitortrack_desktop.services.scanner_desk import AttachedDevice


class NamedPort:
    """Where the scanner is that was seen at *name* first, also when it is plugged in again elsewhere."""

    def __init__(self, name: str, watch: PortWatch) -> None:
        self.name = name
        self._watch = watch
        self._identity: DeviceIdentity | None = None
        self.learn(watch.attached())

    def learn(self, attached: Sequence[AttachedDevice]) -> None:
        """Remember which device is at the name, when that is not known yet and it is a USB device."""
        if self._identity is not None:
            return
        found = (device.identity for device in attached if device.place == self.name)
        self._identity = next((identity for identity in found if identity.vendor is not None), None)

    def __call__(self) -> str | None:
        """Return what the port is called now; ``None`` while it is not there."""
        return self._watch.place_of(self._identity) if self._identity else place_of_name(self.name)
