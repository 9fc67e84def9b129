"""A running station: its threads, and what others may ask of it."""

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from uuid import UUID

from traitortrack_desktop.domain.deeds import Deed
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Operation, Person
from traitortrack_desktop.environment.redaction import redacted_traceback, without_text
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.runtime.background_badges import BackgroundBadges
from traitortrack_desktop.runtime.background_people import BackgroundPeople
from traitortrack_desktop.runtime.catalogue_loop import CatalogueLoop
from traitortrack_desktop.runtime.delivery_loop import DeliveryLoop
from traitortrack_desktop.runtime.intake_loop import IntakeLoop
from traitortrack_desktop.services.events import (
    OperatorChanged,
    ReceiptsRecorded,
    ScanDecided,
    StationEvent,
    StationListener,
    StationLockChanged,
    StorageRecovered,
    WorkResumed,
)
from traitortrack_desktop.services.finding import FindDesk
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.services.ports import Accounts, PeopleOffice, RememberedSignIns, SignedIn
from traitortrack_desktop.services.signing_in import ask_to_sign_in, ask_with_pin
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable
from traitortrack_desktop.services.station_naming import StationNaming
from traitortrack_desktop.services.unlocking import UnlockVerifier

_SIGN_IN = "sign-in"

_log = logging.getLogger(__name__)


class EventHub:
    """Passes events on to every listener, and knows how much waits and who works here."""

    def __init__(self) -> None:
        self._listeners: list[StationListener] = []
        self._changed = threading.Condition()
        self._pending = 0
        self.session: OperatorSession | None = None
        """The one that goes on, as it was told last."""
        self.badge: Badge | None = None
        """The one that was scanned last, for as long as its person works here."""
        self.locked = False

    def current_session(self) -> UUID | None:
        """Return the number of the session that goes on."""
        session = self.session
        return session.id if session is not None else None

    def subscribe(self, listener: StationListener) -> None:
        """Call *listener* with every later event."""
        self._listeners.append(listener)

    def tell(self, event: StationEvent) -> None:
        """Pass *event* on, on the calling thread."""
        if isinstance(event, OperatorChanged):
            self._take_operator(event)
        if isinstance(event, StationLockChanged):
            self.locked = event.locked
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - what is stored stays stored, and the others are told
                _log.error("A listener met an unexpected error: %s", redacted_traceback())
        if isinstance(event, WorkResumed | ScanDecided | ReceiptsRecorded | StorageRecovered):
            # Last: whoever waited for the answers finds that every listener has been told of them.
            with self._changed:
                self._pending = event.backlog.pending
                self._changed.notify_all()

    def _take_operator(self, event: OperatorChanged) -> None:
        number = event.session.badge if event.session is not None else None
        kept = self.badge if self.badge is not None and self.badge.id == number else None
        self.badge = event.badge or kept
        self.session = event.session

    def wait_until_nothing_waits(self, timeout_seconds: float) -> bool:
        """Return whether everything was answered within the time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._pending == 0, timeout_seconds)


class Station:
    """Implements ``StationControls`` over the intake, the delivery thread and threads in the background."""

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
        background: Background | None = None,
        badges: BackgroundBadges | None = None,
        office: PeopleOffice | None = None,
        naming: StationNaming | None = None,
        find: FindDesk | None = None,
    ) -> None:
        self.name = name
        self._hub = hub
        self._intake = intake
        self._delivery = delivery
        self._accounts = accounts
        self._remembered = remembered
        self._catalogue = catalogue
        self._background = background or Background()
        self._badges = badges
        self._verifier = UnlockVerifier()
        self._people = BackgroundPeople(
            office=office,
            background=self._background,
            current_session=lambda: hub.session,
            remembered=remembered,
            verifier=self._verifier,
        )
        self._naming = naming
        self._find = find
        hub.subscribe(self._wake_delivery)
        if catalogue is not None:
            hub.subscribe(catalogue.take)

    @property
    def people(self) -> PeopleDesk:
        """What an administrator does about people and stations."""
        return self._people

    def subscribe(self, listener: StationListener) -> None:
        """Call *listener* with every later event, on the station's threads."""
        self._hub.subscribe(listener)

    def tell(self, event: StationEvent) -> None:
        """Pass on an event of a device that belongs to this station, for instance a scanner's light."""
        self._hub.tell(event)

    def start(self) -> None:
        """Open the journal and the catalogue, then start sending; raises what opening the journal raises."""
        if self._badges is not None:
            self._badges.load()
        self._intake.start()
        if self._naming is not None:
            self._naming.start()
        if self._catalogue is not None:
            self._catalogue.start()
            # What others did at the bill of the desk is in no journal, but may be in the catalogue.
            self._intake.refresh_bill()
        self._delivery.start()

    def submit(self, frame: ScanFrame) -> None:
        """Take one reading; never blocks, never drops."""
        self._intake.submit(frame)

    def sign_in(
        self,
        username: str,
        password: str,
        answered: Callable[[SignInAnswer], None],
        *,
        code: str | None = None,
    ) -> None:
        """Ask in the background; see ``StationControls``."""
        username = username.strip()
        locked = self._hub.session if self._hub.locked else None

        def ask() -> None:
            answer = _answered(
                lambda: ask_to_sign_in(
                    self._accounts,
                    self._remembered,
                    username,
                    password,
                    code=code,
                    locked=locked,
                    verifier=self._verifier,
                )
            )
            if isinstance(answer, SignedIn) and locked is not None and answer.session.id == locked.id:
                self._intake.unlock(locked.id)
                answered(answer)
                return
            answer = self._begun(answer)
            try:
                if isinstance(answer, SignedIn):
                    self._verifier.keep(answer.session, password)
            finally:
                answered(answer)

        self._background.submit(_SIGN_IN, ask)

    def sign_in_with_pin(self, pin: str, answered: Callable[[SignInAnswer], None]) -> None:
        """Ask in the background; see ``StationControls``. Without a badge before it nobody can be asked."""
        badge = self._hub.badge

        def ask() -> None:
            if badge is None:
                answered(SignInUnavailable())
                return
            answer = _answered(lambda: ask_with_pin(self._accounts, self._remembered, badge, pin))
            answered(self._begun(answer))

        self._background.submit(_SIGN_IN, ask)

    def _begun(self, answer: SignInAnswer) -> SignInAnswer:
        """Return what came of it: whoever could not be stored does not work here, whatever was said."""
        if isinstance(answer, SignedIn) and not self._intake.begin(answer):
            return SignInUnavailable(not_stored=True)
        return answer

    def lock(self) -> None:
        """Show nothing and count no bag until somebody is back; see ``StationControls``."""
        self._intake.lock()

    def override(self, permission: Operation, reason: str) -> None:
        """Set a rule aside for the open parent; see ``StationControls``."""
        self._intake.override(permission, reason)

    def do(self, deed: Deed) -> None:
        """Do what a form or a list asks for; see ``StationControls``."""
        self._intake.do(deed)

    @property
    def find(self) -> FindDesk:
        """Finding bags, bills and returns; a station that was joined without it has none."""
        assert self._find is not None
        return self._find

    def sign_in_and_wait(self, username: str, password: str, *, timeout_seconds: float) -> SignInAnswer:
        """Sign in and return the answer; one that takes longer than the time counts as unavailable."""
        answers: SimpleQueue[SignInAnswer] = SimpleQueue()
        self.sign_in(username, password, answers.put)
        try:
            return answers.get(timeout=timeout_seconds)
        except Empty:
            return SignInUnavailable()

    def sign_out(self) -> None:
        """End the operator's session; the queue and the open parent stay."""
        self._intake.sign_out()

    def set_operator(self, person: Person | None) -> None:
        """Record later entries of a script under *person*, without a session; the caller knows who it is."""
        self._intake.set_operator(person)

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
        self._background.stop()
        self._verifier.forget()
        self._people.close()
        if self._find is not None:
            self._find.close()
        self._accounts.close()

    def _wake_delivery(self, event: StationEvent) -> None:
        if isinstance(event, ScanDecided):
            self._delivery.wake()
        if isinstance(event, OperatorChanged) and (event.session is None or not _by_password(event.session)):
            self._verifier.forget()


def _by_password(session: OperatorSession) -> bool:
    return session.way in {SignInWay.PASSWORD, SignInWay.REMEMBERED_PASSWORD}


def _answered(ask: Callable[[], SignInAnswer]) -> SignInAnswer:
    try:
        return ask()
    except Exception as defect:  # noqa: BLE001 - whoever asked has to get an answer
        _log.error("Signing in met an unexpected error: %s", without_text(defect))
        return SignInUnavailable(mismatch=True)
