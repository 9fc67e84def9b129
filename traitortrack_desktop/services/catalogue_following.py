"""Following the centre: the catalogue takes what changed, with each posting and in between.

Used by the delivery thread. Whatever goes wrong with the catalogue here, delivery goes on without it.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from traitortrack_desktop.domain.entries import Holder
from traitortrack_desktop.services.catalogue import CatalogueCopy, CatalogueUnusableError, holder_of
from traitortrack_desktop.services.events import CatalogueChanged, StationListener
from traitortrack_desktop.services.ports import CentreChanges, Clock

ASK_SECONDS = 1.5
"""How often a station with nothing to send asks what changed; a change is known within 2 s."""

_log = logging.getLogger(__name__)


class CatalogueFollowing:
    """What :class:`Delivery` needs of the catalogue. *load_anew* is called when nothing can be followed.

    *held* is told which of the parents that changed are open at a station, by their codes, once the
    catalogue has it; those that no station has open any more are left out. *changed* is called when it has
    what others did.
    """

    def __init__(
        self,
        *,
        copy: CatalogueCopy,
        clock: Clock,
        tell: StationListener,
        load_anew: Callable[[], None],
        held: Callable[[Mapping[str, Holder]], None] = lambda _: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._copy = copy
        self._clock = clock
        self._tell = tell
        self._load_anew = load_anew
        self._held, self._changed = held, changed
        self._asked_at: datetime | None = None
        self._posted_seq: int | None = None
        self.more = False
        """A page was only a part: the next one is to be asked for at once."""

    def cursor(self) -> str | None:
        """Return what to ask with, and remember when; ``None`` while there is nothing to follow."""
        self._asked_at = self._clock()
        return self._copy.cursor()

    def posted(self, last_seq: int) -> None:
        """Say that the centre has answered everything up to *last_seq*."""
        self._posted_seq = last_seq

    def take(self, changes: CentreChanges | None) -> None:
        """Take the answer to the last question; ``None`` when the centre had none."""
        self.more = changes is not None and changes.more
        if changes is None or self._asked_at is None:
            return
        try:
            became_complete = self._copy.follow(changes, as_of=self._asked_at, posted_seq=self._posted_seq)
        except CatalogueUnusableError as problem:
            _log.warning("The catalogue takes no changes and is loaded anew: %s", problem)
            self.more = False
            self._load_anew()
            return
        if changes.reload:
            _log.warning("The centre cannot say what changed: the catalogue is loaded anew")
            self._load_anew()
            return
        if became_complete:
            self._tell_complete()
        holders = holders_told(changes)
        if holders:
            self._held(holders)
        if changes.bags or changes.bills or changes.gone or changes.bills_gone:
            self._changed()

    def _tell_complete(self) -> None:
        loaded = self._copy.progress().loaded
        self._tell(CatalogueChanged(loaded=loaded, total=loaded, complete=True, as_of=self._asked_at))


def holders_told(changes: CentreChanges) -> dict[str, Holder]:
    """Return which parents of *changes* are open at a station, by code."""
    codes = {int(bag[0]): str(bag[1]) for bag in changes.bags if bag[0] is not None and bag[1]}
    found = {}
    for number, told in changes.holders.items():
        holder = holder_of(told)
        if holder is not None and number in codes:
            found[codes[number]] = holder
    return found
