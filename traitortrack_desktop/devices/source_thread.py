"""The thread of one scanner: serves it, and when it is not there or goes away, tries again with patience."""

import logging
import threading
import time
from collections.abc import Callable

from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.scanners import ScannerProfile
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 2.0

_log = logging.getLogger(__name__)


class UnreachableError(Exception):
    """The scanner cannot be heard now, for a reason that a person can do something about."""

    def __init__(self, problem: ScannerProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class SourceThread:
    """Calls *serve* again and again until stopped; *wake* makes a waiting *serve* look at :attr:`stopping`.

    *serve* returns when it is told to stop and raises :class:`UnreachableError` when the scanner is not
    there; whatever else it raises is logged and tried again.
    """

    def __init__(
        self,
        profile: ScannerProfile,
        outlets: Outlets,
        serve: Callable[[], None],
        *,
        wake: Callable[[], None] = lambda: None,
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self.stopping = threading.Event()
        self._profile = profile
        self._outlets = outlets
        self._serve = serve
        self._wake = wake
        self._first_retry_seconds = first_retry_seconds
        self._retry_seconds = first_retry_seconds
        self._was_there = False
        self._told: ScannerChanged | None = None
        self._last_alive = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"scanner {profile.source}", daemon=True)

    def start(self) -> None:
        """Begin to serve; returns at once."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have the thread end; returns at once."""
        self.stopping.set()
        self._wake()

    def stop(self, *, within_seconds: float) -> bool:
        """End the thread; return whether it has ended in that time or was never there."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(within_seconds)
        if self._thread.is_alive():
            _log.warning("Scanner %s: hangs in its device and is left alone", self._profile.source)
        return not self._thread.is_alive()

    @property
    def last_alive(self) -> float | None:
        """When the thread last went round, in seconds of ``time.monotonic``; ``None`` when it has ended."""
        return self._last_alive if self._thread.is_alive() else None

    def goes_round(self) -> bool:
        """Note that the thread lives; return whether it is to go on. For the loop of *serve*."""
        self._last_alive = time.monotonic()
        return not self.stopping.is_set()

    def tell_ready(self) -> None:
        """The scanner is heard from now on."""
        self._retry_seconds = self._first_retry_seconds
        self._was_there = True
        self._tell(ready=True, problem=None)

    def _run(self) -> None:
        while self.goes_round():
            try:
                self._serve()
            except UnreachableError as error:
                self._tell(ready=False, problem=self._since_it_was_there(error.problem))
            except Exception:  # noqa: BLE001 - told by the light; the thread must live on
                _log.exception("Scanner %s", self._profile.source)
                self._tell(ready=False, problem=ScannerProblem.FAILED)
            self.stopping.wait(self._retry_seconds)
            self._retry_seconds = min(LONGEST_RETRY_SECONDS, self._retry_seconds * 2)

    def _since_it_was_there(self, problem: ScannerProblem) -> ScannerProblem:
        lost = problem is ScannerProblem.MISSING and self._was_there
        return ScannerProblem.LOST if lost else problem

    def _tell(self, *, ready: bool, problem: ScannerProblem | None) -> None:
        event = ScannerChanged(
            source=self._profile.source,
            name=self._profile.name,
            ready=ready,
            problem=problem,
            role=self._profile.role,
        )
        if event != self._told and not self.stopping.is_set():
            self._told = event
            self._outlets.changed(event)
