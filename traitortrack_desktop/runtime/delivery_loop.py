"""The delivery thread: sends what waits, pauses while the centre is away, probes when nothing waits."""

import logging
import threading

from traitortrack_desktop.environment.redaction import redacted_traceback
from traitortrack_desktop.services.delivery import PROBE_SECONDS, Delivery, Step

STOP_SECONDS = 2.0

_log = logging.getLogger(__name__)


class DeliveryLoop:
    """Runs a :class:`Delivery` on its own thread."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> None:
        """Start sending."""
        self._thread.start()

    def wake(self) -> None:
        """Say that something waits."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread; what is not answered stays in the journal.

        A call into a dead network may last until its deadline; the program does not wait for it.
        """
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                self._pause_after(self._step())
        finally:
            self._delivery.close()

    def _step(self) -> Step:
        try:
            return self._delivery.step()
        except Exception:  # noqa: BLE001 - top of the loop
            told = redacted_traceback()
            _log.error("Delivery met an unexpected error; the entries stay and are offered again: %s", told)
            self._delivery.pause_seconds = PROBE_SECONDS
            return Step.POSTPONED

    def _pause_after(self, step: Step) -> None:
        if step is Step.NOTHING_WAITS:
            self._wake.wait(self._delivery.idle_seconds)
        elif step is Step.POSTPONED:
            self._stopping.wait(self._delivery.pause_seconds)
