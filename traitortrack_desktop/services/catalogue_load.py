"""The load of the catalogue: pages in, kept one by one, until changes can follow.

Used by one thread, the loader. It gives way to everything else: one connection, closed when done.
"""

import logging
import random
from collections.abc import Callable

from traitortrack_desktop.services.catalogue import (
    CatalogueCopy,
    CatalogueSource,
    CatalogueUnusableError,
    LoadProgress,
)
from traitortrack_desktop.services.events import CatalogueChanged, StationListener
from traitortrack_desktop.services.ports import (
    CatalogueRow,
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
)

FIRST_PAGE = 2_000
SMALLEST_PAGE = 200
LARGEST_PAGE = 50_000
DETAILS_AT_ONCE = 2_000
"""Bills of a page: the centre adds up what is in each."""

FAST_SECONDS = 1.0
SLOW_SECONDS = 3.0
"""A page within the first is followed by one twice as large, a slower one than the second by half of it."""

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
NO_FEED_PAUSE_SECONDS = 600.0

SPREAD_SECONDS = 60.0
"""After a fail-over every station has to load anew: they begin within this time, and not together."""

_log = logging.getLogger(__name__)


def _spread() -> float:
    return random.uniform(0.0, SPREAD_SECONDS)  # noqa: S311 - not a secret


class CatalogueLoad:
    """Loads until the copy can be followed; goes on where it was interrupted.

    *spread* gives the seconds after which a load begins while an earlier list is used.
    """

    def __init__(
        self,
        *,
        copy: CatalogueCopy,
        source: CatalogueSource,
        tell: StationListener,
        seconds: Callable[[], float],
        spread: Callable[[], float] = _spread,
    ) -> None:
        self._copy = copy
        self._source = source
        self._tell = tell
        self._seconds = seconds
        self._spread = spread
        self._page = FIRST_PAGE
        self._pause = FIRST_PAUSE_SECONDS
        self._checked = False
        self._begins_at: float | None = None
        self._told_progress: LoadProgress | None = None
        """What others were told, while they take it for going on."""
        self._logged: str | None = None

    def open(self) -> None:
        """Open the copy, so that what is there is known from the first scan on. Quick, any thread."""
        try:
            self._copy.open()
        except CatalogueUnusableError as problem:
            self._log_once(f"The catalogue is not open: {problem}")

    def run(self, stopping: Callable[[], bool]) -> float | None:
        """Load what is missing; return after how many seconds to try again, ``None`` when all is there."""
        try:
            pause = self._load(stopping)
        except CentreUnreachableError:
            self._page = max(SMALLEST_PAGE, self._page // 4)
            return self._longer_pause()
        except (CentreMismatchError, EntriesNotAcceptableError) as problem:
            return self._without_feed(str(problem))
        except CatalogueUnusableError as problem:
            self._tell_stopped()
            self._log_once(f"The catalogue is not loaded: {problem}")
            return LONGEST_PAUSE_SECONDS
        finally:
            self._source.close()
        if pause is None:
            self._pause, self._logged = FIRST_PAUSE_SECONDS, None
        return pause

    def close(self) -> None:
        """Close the copy."""
        self._copy.close()

    def _load(self, stopping: Callable[[], bool]) -> float | None:
        progress = self._opened()
        if progress.done:
            return None
        if progress.start is None:
            wait = self._seconds_until_begin(progress)
            if wait > 0:
                return wait
            start = self._source.start()
            if start is None:
                return self._without_feed("its triggers are not complete: run db upgrade")
            self._copy.begin(start)
            self._begins_at = None
            progress = LoadProgress(start=start)
        self._tell_of(progress)
        while not self._is_complete(progress):
            if stopping():
                return None
            progress = self._next_page(progress)
        bills, details = self._source.bills(), self._bill_details()
        self._copy.finish(bills, details=details, holders=self._source.holders())
        self._told_progress = None
        return None

    def _bill_details(self) -> list[CatalogueRow]:
        found: list[CatalogueRow] = []
        while page := self._source.bill_details(int(found[-1][0] or 0) if found else 0, DETAILS_AT_ONCE):
            found += page
        return found

    def _opened(self) -> LoadProgress:
        """Open the copy, and the first time look for damage; scans are answered from it meanwhile."""
        progress = self._copy.open()
        if self._checked:
            return progress
        self._copy.check()
        self._checked = True
        return self._copy.open()

    def _seconds_until_begin(self, progress: LoadProgress) -> float:
        if not progress.again:
            return 0.0
        if self._begins_at is None:
            self._begins_at = self._seconds() + self._spread()
        return self._begins_at - self._seconds()

    def _is_complete(self, progress: LoadProgress) -> bool:
        """Whether the bags of the load's beginning are there; what came later comes with the changes."""
        assert progress.start is not None
        return progress.after >= progress.start.highest

    def _next_page(self, progress: LoadProgress) -> LoadProgress:
        started = self._seconds()
        bags = self._source.bags(progress.after, self._page)
        took = self._seconds() - started
        if not bags:  # the highest ones were deleted meanwhile
            assert progress.start is not None
            return LoadProgress(start=progress.start, after=progress.start.highest, loaded=progress.loaded)
        if took > SLOW_SECONDS:
            self._page = max(SMALLEST_PAGE, self._page // 2)
        elif took < FAST_SECONDS:
            self._page = min(LARGEST_PAGE, self._page * 2)
        self._pause = FIRST_PAUSE_SECONDS
        progress = self._copy.add(bags)
        self._tell_of(progress)
        return progress

    def _tell_of(self, progress: LoadProgress) -> None:
        self._told_progress = progress
        self._tell(CatalogueChanged(loaded=progress.loaded, total=progress.total, complete=False))

    def _tell_stopped(self) -> None:
        progress, self._told_progress = self._told_progress, None
        if progress is not None:
            self._tell(
                CatalogueChanged(loaded=progress.loaded, total=progress.total, complete=False, stopped=True)
            )

    def _longer_pause(self) -> float:
        pause = self._pause
        self._pause = min(LONGEST_PAUSE_SECONDS, self._pause * 2)
        return pause

    def _without_feed(self, problem: str) -> float:
        self._tell_stopped()
        self._log_once(f"The centre gives no catalogue, and this station works without one: {problem}")
        return NO_FEED_PAUSE_SECONDS

    def _log_once(self, sentence: str) -> None:
        if sentence != self._logged:
            self._logged = sentence
            _log.warning("%s", sentence)
