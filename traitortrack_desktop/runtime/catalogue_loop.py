"""The loader thread: loads the catalogue when the centre answers, and sleeps until it is needed again."""

import logging
import threading
import time
from collections.abc import Callable

from traitortrack_desktop.environment.redaction import redacted_traceback
from traitortrack_desktop.services.catalogue_load import LONGEST_PAUSE_SECONDS, CatalogueLoad
from traitortrack_desktop.services.events import DeliveryChanged, StationEvent

STOP_SECONDS = 2.0

_log = logging.getLogger(__name__)


class CatalogueLoop:
    """Runs a :class:`CatalogueLoad` on its own thread; *loaded* is called when changes can follow."""

    def __init__(self, load: CatalogueLoad, *, loaded: Callable[[], None]) -> None:
        self._load = load
        self._loaded = loaded
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._asked_to_stop_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="catalogue", daemon=True)

    def start(self) -> None:
        """Open what was loaded before, at once; the centre is asked on the thread, when it answers."""
        self._load.open()
        self._thread.start()

    def load_anew(self) -> None:
        """Say that the catalogue has to be loaded, or to be opened after damage; any thread."""
        self._wake.set()

    def take(self, event: StationEvent) -> None:
        """Hear that the centre answers."""
        if isinstance(event, DeliveryChanged) and event.online:
            self._wake.set()

    def ask_to_stop(self) -> None:
        """Have the thread end, without waiting for it."""
        if self._asked_to_stop_at is None:
            self._asked_to_stop_at = time.monotonic()
        self._stopping.set()
        self._wake.set()

    def stop(self) -> None:
        """End the thread; a page on its way may last until its deadline, and nobody waits for it.

        Nobody waits for longer than 2 s since :meth:`ask_to_stop`.
        """
        self.ask_to_stop()
        if self._thread.is_alive() and self._asked_to_stop_at is not None:
            waited = time.monotonic() - self._asked_to_stop_at
            self._thread.join(max(0.0, STOP_SECONDS - waited))

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                pause = self._step()
                if pause is None:
                    self._loaded()
                self._wake.wait(pause)
                self._wake.clear()
        finally:
            self._load.close()

    def _step(self) -> float | None:
        try:
            return self._load.run(self._stopping.is_set)
        except Exception:  # noqa: BLE001 - top of the loop
            _log.error("Loading the catalogue met an unexpected error: %s", redacted_traceback())
            return LONGEST_PAUSE_SECONDS
