"""Keeps the readings of all scanners in order while those of one wait to show what they are. Any thread."""

import threading
import time
from collections import deque
from collections.abc import Callable

from traitortrack_desktop.domain.frames import ScanFrame

LONGEST_SECONDS = 3.0
"""Nothing is held so long, unless the thread that holds it stands still."""


class SubmissionOrder:
    """Passes readings on to *submit*; while a scanner holds readings back, the others' wait behind them.

    Otherwise a child scanned with one gun would be filed under the parent that was open before the other
    gun's parent, which waits.
    """

    def __init__(
        self, submit: Callable[[ScanFrame], None], *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._submit = submit
        self._seconds = seconds
        self._holding: dict[str, float] = {}
        self._waiting: deque[ScanFrame] = deque()
        self._lock = threading.RLock()

    def submit(self, frame: ScanFrame) -> None:
        """Pass *frame* on, now or when those before it are passed on."""
        with self._lock:
            if self._holding.keys() - {frame.source}:
                self._waiting.append(frame)
            else:
                self._submit(frame)

    def holds(self, source: str, on: bool) -> None:
        """A scanner begins to hold readings back, or has passed on what it held."""
        with self._lock:
            if on:
                self._holding[source] = self._seconds()
                return
            self._holding.pop(source, None)
            self._go_on()

    def expire(self) -> None:
        """Wait no longer for a scanner that has held readings for too long. Called every second."""
        oldest = self._seconds() - LONGEST_SECONDS
        with self._lock:
            self._holding = {source: since for source, since in self._holding.items() if since > oldest}
            self._go_on()

    def close(self) -> None:
        """Pass on everything that waits: nobody who holds readings is asked any more."""
        with self._lock:
            self._holding = {}
            self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self._holding:
            self._submit(self._waiting.popleft())
