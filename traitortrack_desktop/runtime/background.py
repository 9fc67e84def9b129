"""Background threads for what takes as long as it takes: questions to the centre, disk, key ring.

Work of one lane is done in its order, and a lane that waits for a dead network keeps no other one waiting.
"""

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from traitortrack_desktop.environment.redaction import redacted_traceback

STOP_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Background:
    """Lanes of work, each with a thread of its own from its first work on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: dict[str, tuple[SimpleQueue[Callable[[], None] | None], threading.Thread]] = {}
        self._stopping = threading.Event()

    def submit(self, lane: str, work: Callable[[], None]) -> None:
        """Have *work* done in its turn; after the end it is dropped."""
        with self._lock:
            if self._stopping.is_set():
                return
            if lane not in self._lanes:
                queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
                thread = threading.Thread(
                    target=self._run, args=[queue], name=f"background-{lane}", daemon=True
                )
                self._lanes[lane] = queue, thread
                thread.start()
            self._lanes[lane][0].put(work)

    def stop(self) -> None:
        """Drop what has not begun and end the threads.

        A call into a dead network may last until its deadline; the program does not wait for it.
        """
        with self._lock:
            self._stopping.set()
            lanes = tuple(self._lanes.values())
        for queue, _thread in lanes:
            _clear(queue)
            queue.put(None)
        until = time.monotonic() + STOP_SECONDS
        for _queue, thread in lanes:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self, queue: "SimpleQueue[Callable[[], None] | None]") -> None:
        while (work := queue.get()) is not None:
            try:
                work()
            except Exception:  # noqa: BLE001 - top of the loop
                _log.error("Work in the background met an unexpected error: %s", redacted_traceback())


def _clear(queue: "SimpleQueue[Callable[[], None] | None]") -> None:
    try:
        while True:
            queue.get_nowait()
    except Empty:
        return
