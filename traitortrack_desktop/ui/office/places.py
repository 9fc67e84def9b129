"""The office for the station's window: who is signed in, and where cards are written. GUI thread."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.services.events import OperatorChanged, StationEvent
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.services.station import StationControls
from traitortrack_desktop.ui.office.office_screen import OfficeScreen
from traitortrack_desktop.ui.people_screens import MakeOfficePlace, OfficePlace


class WhoIsSignedIn:
    """Remembers the session that *station* tells of; it is told on the station's threads."""

    def __init__(self, station: StationControls) -> None:
        self._session: OperatorSession | None = None
        station.subscribe(self._take)

    def __call__(self) -> OperatorSession | None:
        """Return the session that goes on now."""
        return self._session

    def _take(self, event: StationEvent) -> None:
        if isinstance(event, OperatorChanged):
            self._session = event.session


def office_places(
    station: StationControls, *, badge_folder: Path, now: Callable[[], datetime]
) -> tuple[MakeOfficePlace, MakeOfficePlace]:
    """Return what makes the office, and what makes the screen of the own password, for ``MainWindow``.

    Make them before the station starts.
    """
    who = WhoIsSignedIn(station)

    def place(desk: PeopleDesk, tongue: Tongue, palette_: Palette, *, own: bool) -> OfficePlace:
        return OfficeScreen(
            desk,
            tongue.wording,
            palette_,
            badge_folder=badge_folder,
            own_person=who,
            now=now,
            only_own_password=own,
            zone=tongue.zone,
        )

    def office(desk: PeopleDesk, tongue: Tongue, palette_: Palette) -> OfficePlace:
        return place(desk, tongue, palette_, own=False)

    def own_password(desk: PeopleDesk, tongue: Tongue, palette_: Palette) -> OfficePlace:
        return place(desk, tongue, palette_, own=True)

    return office, own_password
