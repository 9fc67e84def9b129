"""The first load of the catalogue: pages in, kept one by one, until changes can follow.

Used by one thread, the loader. It gives way to everything else: one connection, closed when done.
"""

import logging
from collections.abc import Callable

from traitortrack_desktop.services.catalogue import (
    CatalogueCopy,
    CatalogueSource,
    CatalogueUnusableError,
    LoadProgress,
)
from traitortrack_desktop.services.events import CatalogueChanged, StationListener
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
)

FIRST_PAGE = 2_000
SMALLEST_PAGE = 200
LARGEST_PAGE = 50_000
FAST_SECONDS = 1.0
SLOW_SECONDS = 3.0
"""A page within the first is followed by one twice as large, a slower one than the second by half of it."""

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
NO_FEED_PAUSE_SECONDS = 600.0

_log = logging.getLogger(__name__)


class CatalogueLoad:
    """Loads until the copy can be followed; goes on where it was interrupted."""

    def __init__(
        self,
        *,
        copy: CatalogueCopy,
        source: CatalogueSource,
        tell: StationListener,
        seconds: Callable[[], float],
    ) -> None:
        self._copy = copy
        self._source = source
        self._tell = tell
        self._seconds = seconds
        self._page = FIRST_PAGE
        self._pause = FIRST_PAUSE_SECONDS
        self._told_no_feed = False

    def run(self, stopping: Callable[[], bool]) -> float | None:
        """Load what is missing; return after how many seconds to try again, ``None`` when all is there."""
        try:
            if not self._load(stopping):
                return self._without_feed("its triggers are not complete: run db upgrade")
            self._pause, self._told_no_feed = FIRST_PAUSE_SECONDS, False
            return None
        except CentreUnreachableError:
            self._page = max(SMALLEST_PAGE, self._page // 4)
            return self._longer_pause()
        except (CentreMismatchError, EntriesNotAcceptableError) as problem:
            return self._without_feed(str(problem))
        except CatalogueUnusableError as problem:
            _log.warning("The catalogue is not loaded: %s", problem)
            self._pause = LONGEST_PAUSE_SECONDS
            return self._pause
        finally:
            self._source.close()

    def close(self) -> None:
        """Close the copy."""
        self._copy.close()

    def _load(self, stopping: Callable[[], bool]) -> bool:
        """Return whether there is a feed to follow afterwards."""
        progress = self._copy.open()
        if progress.done:
            return True
        if progress.start is None:
            start = self._source.start()
            if start is None:
                return False
            self._copy.begin(start)
            progress = LoadProgress(start=start)
        self._tell_of(progress)
        while not self._is_complete(progress):
            if stopping():
                return True
            progress = self._next_page(progress)
        self._copy.finish(self._source.bills())
        return True

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
        self._tell(CatalogueChanged(loaded=progress.loaded, total=progress.total, complete=False))

    def _longer_pause(self) -> float:
        pause = self._pause
        self._pause = min(LONGEST_PAUSE_SECONDS, self._pause * 2)
        return pause

    def _without_feed(self, problem: str) -> float:
        if not self._told_no_feed:
            self._told_no_feed = True
            _log.warning("The centre gives no catalogue; this station works without one: %s", problem)
        return NO_FEED_PAUSE_SECONDS
