"""What the window asks of the screens of finding, whatever they look like. GUI thread."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from traitortrack_desktop.presentation.find_acts import FindTab
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.services.events import StationEvent
from traitortrack_desktop.services.station import StationControls


class FindingPlace(QWidget):
    """A place in the window, shown while the station finds. :attr:`left` says that the person goes back.

    Scans do not come to it: they go through the station, which tells of them by events.
    """

    left = Signal()

    def begin(self, tab: FindTab) -> None:
        """It is shown, with *tab* on top."""
        raise NotImplementedError

    def take_facts(self, facts: ScreenFacts) -> None:
        """Take in what the window knows now; told also while it is not shown."""
        raise NotImplementedError

    def take_event(self, event: StationEvent) -> None:
        """Take in *event*, while it is shown; ``take_facts`` came before."""
        raise NotImplementedError

    def end(self) -> None:
        """Another screen is shown; may be called more than once."""
        raise NotImplementedError

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        raise NotImplementedError


MakeFindingPlace = Callable[[StationControls, Tongue, Palette, Callable[[], datetime]], FindingPlace]
