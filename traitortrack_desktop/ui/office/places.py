"""The office for the station's window. GUI thread."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.ui.office.office_screen import OfficeScreen
from traitortrack_desktop.ui.people_screens import MakeOfficePlace, OfficePlace


def office_places(
    *, badge_folder: Path, now: Callable[[], datetime]
) -> tuple[MakeOfficePlace, MakeOfficePlace]:
    """Return what makes the office, and what makes the screen of the own password, for ``MainWindow``."""

    def place(desk: PeopleDesk, tongue: Tongue, palette_: Palette, *, own: bool) -> OfficePlace:
        return OfficeScreen(
            desk,
            tongue.wording,
            palette_,
            badge_folder=badge_folder,
            now=now,
            only_own_password=own,
            zone=tongue.zone,
        )

    def office(desk: PeopleDesk, tongue: Tongue, palette_: Palette) -> OfficePlace:
        return place(desk, tongue, palette_, own=False)

    def own_password(desk: PeopleDesk, tongue: Tongue, palette_: Palette) -> OfficePlace:
        return place(desk, tongue, palette_, own=True)

    return office, own_password
