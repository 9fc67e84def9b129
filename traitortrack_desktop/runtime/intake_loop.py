"""The intake thread: one ordered queue in front of the scan intake. Nothing in it waits for the network."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from typing import TypeVar
from uuid import UUID

from traitortrack_desktop.domain.deeds import Deed
from traitortrack_desktop.domain.entries import Holder, JournalEntry
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.roles import Operation, Person
from traitortrack_desktop.environment.redaction import redacted_traceback
from traitortrack_desktop.services.ports import PostingReply, SignedIn, StationStanding
from traitortrack_desktop.services.scan_intake import ScanIntake, monotonic_ms
from traitortrack_desktop.services.station import SignInAnswer

_Result = TypeVar("_Result")
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

    def set_operator(self, person: Person | None) -> None:
        """Queue a change of a script's operator, so that it takes its place among the scans."""
        self._queue.put(lambda intake: intake.people.set_operator(person))

    def begin(self, signed_in: SignedIn) -> bool:
        """Let a session begin in its turn and return whether it did; for background threads."""
        return bool(self._in_turn(lambda intake: intake.people.begin(signed_in)))

    def unlock(self, session: UUID) -> None:
        """Queue that whoever has *session* is back."""
        self._queue.put(lambda intake: intake.people.unlock(session))

    def lock(self) -> None:
        """Queue the lock: what was scanned before counts."""
        self._queue.put(lambda intake: intake.people.lock())

    def sign_out(self) -> None:
        """Queue the end of the session."""
        self._queue.put(lambda intake: intake.people.sign_out())

    def override(self, permission: Operation, reason: str) -> None:
        """Queue an override."""
        self._queue.put(lambda intake: intake.people.override(permission, reason))

    def do(self, deed: Deed) -> None:
        """Queue what a form or a list asks for, so that it takes its place among the scans."""
        self._queue.put(lambda intake: intake.do(deed))

    def take_holders(self, holders: Mapping[str, Holder]) -> None:
        """Queue which stations have parents open, by the codes of these; called by the delivery thread."""
        if holders:
            self._queue.put(lambda intake: intake.take_holders(holders))

    def refresh_bill(self) -> None:
        """Queue that others may have changed the bill that is worked at; called by the delivery thread."""
        self._queue.put(lambda intake: intake.refresh_bill())

    def take_badge_answer(self, session: UUID, answer: SignInAnswer) -> None:
        """Queue what the centre said of a badge."""
        self._queue.put(lambda intake: intake.people.take_badge_answer(session, answer))

    def take_standing(self, standing: StationStanding) -> None:
        """Queue what the centre says of the station's session."""
        if standing.session_ended is not None:
            self._queue.put(lambda intake: intake.people.take_standing(standing))

    def store_receipts(self, entries: Sequence[JournalEntry], reply: PostingReply) -> bool:
        """Have receipts stored in turn and return whether they are; called by the delivery thread.

        An answer that comes when the intake has ended is not stored: the entries are offered again.
        """
        return bool(self._in_turn(lambda intake: intake.take_receipts(entries, reply)))

    def _in_turn(self, work: Callable[[ScanIntake], _Result]) -> _Result | None:
        """Return what *work* comes to; ``None`` when the intake ended before its turn."""
        done: Future[_Result] = Future()

        def run(intake: ScanIntake) -> None:
            try:
                done.set_result(work(intake))
            except BaseException as error:
                done.set_exception(error)
                raise

        self._queue.put(run)
        while not done.done() and not self._ended.is_set():
            wait([done], timeout=_LOOK_AGAIN_SECONDS)
        return done.result() if done.done() else None

    def finish_queued(self) -> None:
        """Return when everything submitted before this call is decided and stored."""
        if not self._thread.is_alive():
            return
        done = threading.Event()
        self._queue.put(lambda intake: intake.when_settled(done.set))
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
        while (work := self._next(intake)) is not None:
            try:
                work(intake)
            except Exception:  # noqa: BLE001 - top of the loop
                _log.error("The intake met an unexpected error: %s", redacted_traceback())
                intake.fail("an unexpected error; the log has the details")
        intake.close()
        self._ended.set()

    def _next(self, intake: ScanIntake) -> Callable[[ScanIntake], None] | None:
        """Wait for the next work, at most until the intake has something to do by itself."""
        try:
            return self._queue.get(timeout=intake.people.due_in_seconds)
        except Empty:
            return lambda late: late.people.tick()

    def _resumed_intake(self) -> ScanIntake:
        intake = self._open_intake()
        try:
            intake.resume()
        except BaseException:
            intake.close()
            raise
        return intake
