"""What the centre calls this station: told when it is heard, and kept for a start without the centre.

Used by the delivery thread, and before it starts.
"""

from typing import Protocol

from traitortrack_desktop.services.events import StationListener, StationNamed
from traitortrack_desktop.services.ports import StationStanding


class KeptStationName(Protocol):
    """Where the name is kept. No method raises: a name that cannot be kept is asked for again."""

    def read(self) -> StationNamed | None:
        """Return what was kept last."""
        ...

    def write(self, named: StationNamed) -> None:
        """Keep *named* instead."""
        ...


class StationNaming:
    """Tells ``StationNamed`` for the first time and with each change."""

    def __init__(self, *, kept: KeptStationName, tell: StationListener) -> None:
        self._kept = kept
        self._tell = tell
        self._known: StationNamed | None = None

    def start(self) -> None:
        """Tell what was kept."""
        self._known = self._kept.read()
        if self._known is not None:
            self._tell(self._known)

    def take(self, standing: StationStanding) -> None:
        """Take what the centre says now."""
        named = StationNamed(name=standing.name, area=standing.area)
        if named != self._known:
            self._known = named
            self._kept.write(named)
            self._tell(named)
