"""The intake thread: one ordered queue in front of the scan intake. Nothing in it waits for the network."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from queue import SimpleQueue

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.services.ports import PostingReply
from traitortrack_desktop.services.scan_intake import ScanIntake, monotonic_ms

_LOOK_AGAIN_SECONDS = 0.5

_log = logging.getLogger(__name__)


class IntakeLoop:
    """Runs a :class:`ScanIntake` on its own thread; work is done in the order it came."""

    def __init__(self, open_intake: Callable[[], ScanIntake]) -> None:
        self._open_intake = open_intake
        self._queue: SimpleQueue[Callable[[ScanIntake], None] | None] = SimpleQueue()
        self._opened: Future[None] = Future()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake")

    def start(self) -> None:
        """Start the thread and return when the journal is open and folded; raises what opening raises."""
        self._thread.start()
        self._opened.result()

    def submit(self, frame: ScanFrame) -> None:
        """Queue one reading with the moment when it came; never blocks."""
        came_ms = monotonic_ms()
        self._queue.put(lambda intake: intake.take(frame, came_ms))

    def set_operator(self, username: str | None) -> None:
        """Queue a change of operator, so that it takes its place among the scans."""
        self._queue.put(lambda intake: intake.set_operator(username))

    def store_receipts(self, entries: Sequence[JournalEntry], reply: PostingReply) -> bool:
        """Have receipts stored in turn and return whether they are; called by the delivery thread.

        An answer that comes when the intake has ended is not stored: the entries are offered again.
        """
        stored: Future[bool] = Future()

        def store(intake: ScanIntake) -> None:
            try:
                stored.set_result(intake.take_receipts(entries, reply))
            except BaseException as error:
                stored.set_exception(error)
                raise

        self._queue.put(store)
        while not stored.done() and not self._ended.is_set():
            wait([stored], timeout=_LOOK_AGAIN_SECONDS)
        return stored.done() and stored.result()

    def finish_queued(self) -> None:
        """Return when everything submitted before this call is decided and stored."""
        if not self._thread.is_alive():
            return
        done = threading.Event()
        self._queue.put(lambda _intake: done.set())
        done.wait()

    def stop(self) -> None:
        """Finish what is queued, close the journal and end the thread."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            intake = self._resumed_intake()
        except BaseException as error:  # noqa: BLE001 - handed to the starting thread
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        while (work := self._queue.get()) is not None:
            try:
                work(intake)
            except Exception:  # noqa: BLE001 - top of the loop
                _log.exception("The intake met an unexpected error")
                intake.fail("an unexpected error; the log has the details")
        intake.close()
        self._ended.set()

    def _resumed_intake(self) -> ScanIntake:
        intake = self._open_intake()
        try:
            intake.resume()
        except BaseException:
            intake.close()
            raise
        return intake
