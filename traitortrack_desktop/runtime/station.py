"""A running station: its threads, and what others may ask of it."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.runtime.catalogue_loop import CatalogueLoop
from traitortrack_desktop.runtime.delivery_loop import DeliveryLoop
from traitortrack_desktop.runtime.intake_loop import IntakeLoop
from traitortrack_desktop.services.events import (
    OperatorChanged,
    ReceiptsRecorded,
    ScanDecided,
    StationEvent,
    StationListener,
    StorageRecovered,
    WorkResumed,
)
from traitortrack_desktop.services.operator_session import ask_to_sign_in
from traitortrack_desktop.services.ports import Accounts, RememberedSignIns, SignedIn
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable

_log = logging.getLogger(__name__)


class EventHub:
    """Passes events on to every listener, and knows how much waits."""

    def __init__(self) -> None:
        self._listeners: list[StationListener] = []
        self._changed = threading.Condition()
        self._pending = 0

    def subscribe(self, listener: StationListener) -> None:
        """Call *listener* with every later event."""
        self._listeners.append(listener)

    def tell(self, event: StationEvent) -> None:
        """Pass *event* on, on the calling thread."""
        if isinstance(event, WorkResumed | ScanDecided | ReceiptsRecorded | StorageRecovered):
            with self._changed:
                self._pending = event.backlog.pending
                self._changed.notify_all()
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - what is stored stays stored, and the others are told
                _log.exception("A listener met an unexpected error")

    def wait_until_nothing_waits(self, timeout_seconds: float) -> bool:
        """Return whether everything was answered within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._pending == 0, timeout_seconds)


class Station:
    """Implements ``StationControls`` over the intake and the delivery thread."""

    def __init__(
        self,
        *,
        name: str,
        hub: EventHub,
        intake: IntakeLoop,
        delivery: DeliveryLoop,
        accounts: Accounts,
        remembered: RememberedSignIns,
        catalogue: CatalogueLoop | None = None,
    ) -> None:
        self.name = name
        self._hub = hub
        self._intake = intake
        self._delivery = delivery
        self._accounts = accounts
        self._remembered = remembered
        self._catalogue = catalogue
        self._background = ThreadPoolExecutor(max_workers=2, thread_name_prefix="background")
        hub.subscribe(self._wake_delivery)
        if catalogue is not None:
            hub.subscribe(catalogue.take)

    def subscribe(self, listener: StationListener) -> None:
        """Call *listener* with every later event, on the station's threads."""
        self._hub.subscribe(listener)

    def tell(self, event: StationEvent) -> None:
        """Pass on an event of a device that belongs to this station, for instance a scanner's light."""
        self._hub.tell(event)

    def start(self) -> None:
        """Open the journal and the catalogue, then start sending; raises what opening the journal raises."""
        self._intake.start()
        if self._catalogue is not None:
            self._catalogue.start()
        self._delivery.start()

    def submit(self, frame: ScanFrame) -> None:
        """Take one reading; never blocks, never drops."""
        self._intake.submit(frame)

    def sign_in(self, username: str, password: str, answered: Callable[[SignInAnswer], None]) -> None:
        """Ask in the background; see ``StationControls``."""

        def ask() -> None:
            answer = self._answer_to(username, password)
            if isinstance(answer, SignedIn):
                self.set_operator(answer.person, without_centre=answer.without_centre)
            answered(answer)

        self._background.submit(ask)

    def sign_in_and_wait(self, username: str, password: str, *, timeout_seconds: float) -> SignInAnswer:
        """Sign in and return the answer; one that takes longer than the time counts as unavailable."""
        answers: SimpleQueue[SignInAnswer] = SimpleQueue()
        self.sign_in(username, password, answers.put)
        try:
            return answers.get(timeout=timeout_seconds)
        except Empty:
            return SignInUnavailable()

    def _answer_to(self, username: str, password: str) -> SignInAnswer:
        try:
            return ask_to_sign_in(self._accounts, self._remembered, username, password)
        except Exception:  # noqa: BLE001 - whoever asked has to get an answer
            _log.exception("Signing in met an unexpected error")
            return SignInUnavailable(mismatch=True)

    def sign_out(self) -> None:
        """End the operator's session; the queue and the open parent stay."""
        self.set_operator(None)

    def set_operator(self, person: Person | None, *, without_centre: bool = False) -> None:
        """Record later entries under *person*; the caller has made sure who it is."""
        self._intake.set_operator(person.username if person is not None else None)
        self._hub.tell(OperatorChanged(person=person, without_centre=without_centre))

    def wait_until_nothing_waits(self, timeout_seconds: float) -> bool:
        """Return whether everything queued and journalled was answered within the time."""
        self._intake.finish_queued()
        return self._hub.wait_until_nothing_waits(timeout_seconds)

    def stop(self) -> None:
        """Store what is queued, end every thread, close the journal. What waits stays for the next start."""
        self._intake.finish_queued()
        if self._catalogue is not None:
            self._catalogue.ask_to_stop()
        self._delivery.stop()
        if self._catalogue is not None:
            self._catalogue.stop()
        self._intake.stop()
        self._background.shutdown(wait=True, cancel_futures=True)
        self._accounts.close()

    def _wake_delivery(self, event: StationEvent) -> None:
        if isinstance(event, ScanDecided):
            self._delivery.wake()
