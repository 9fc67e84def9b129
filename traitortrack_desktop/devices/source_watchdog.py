"""Sees that the thread of every scanner still goes round, and puts its light out when it does not."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from traitortrack_desktop.devices.sources import ScannerSource
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem

LOOKS_EVERY_SECONDS = 1.0
STANDS_STILL_AFTER_SECONDS = 5.0
"""Longer than any pause of a source, but for a Bluetooth port that takes its time to open."""

_log = logging.getLogger(__name__)


class SourceWatchdog:
    """Passes the lights of sources on to *tell*, and looks every second whether their threads are alive.

    *sources* returns each that should be, with the light of one that has not said anything yet. A source
    whose thread has ended is told to *died*.
    """

    def __init__(
        self,
        sources: Callable[[], Iterable[tuple[ScannerSource, ScannerChanged]]],
        *,
        tell: Callable[[ScannerChanged], None],
        died: Callable[[], None],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sources = sources
        self._tell = tell
        self._died = died
        self._seconds = seconds
        self._lights: dict[str, ScannerChanged] = {}
        self._still: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner watchdog")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def changed(self, light: ScannerChanged) -> None:
        """Take a light of a source, on its thread: it lives."""
        with self._lock:
            self._lights[light.source] = light
            self._still.discard(light.source)
        self._tell(light)

    def look(self) -> None:
        """Look once at every source."""
        for source, unknown in self._sources():
            alive = source.last_alive
            still = alive is None or self._seconds() - alive > STANDS_STILL_AFTER_SECONDS
            with self._lock:
                light = self._lights.get(source.source, unknown)
                was_still = source.source in self._still
                (self._still.add if still else self._still.discard)(source.source)
            if still and not was_still:
                _log.warning(
                    "Scanner %s: its thread %s", light.name, "stands still" if alive else "has ended"
                )
                self._tell(replace(light, ready=False, problem=ScannerProblem.FAILED))
            elif was_still and not still:
                self._tell(light)
            if alive is None:
                self._died()

    def _run(self) -> None:
        while not self._stopping.wait(LOOKS_EVERY_SECONDS):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - top of the loop
                _log.exception("Looking after the scanners")
