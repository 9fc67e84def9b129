"""A running station: order, no waiting, clean ends."""

import threading
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from uuid import uuid4

import pytest
from fakes.asked_badges import ASHAS, MINAS, RAVIS, AskedBadges
from fakes.memory_journal import DEVICE, MemoryJournal
from fakes.memory_sign_ins import MemorySignIns
from fakes.own_knowledge import own_knowledge
from fakes.sign_ins import signed_in

from traitortrack_desktop.domain.accounts import OwnPasswordAnswer
from traitortrack_desktop.domain.codes import code_rules
from traitortrack_desktop.domain.deeds import WorkAtBill
from traitortrack_desktop.domain.entries import EntryKind, Holder, Outcome, Receipt
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.runtime import background
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.runtime.background_badges import BackgroundBadges
from traitortrack_desktop.runtime.delivery_loop import DeliveryLoop
from traitortrack_desktop.runtime.intake_loop import IntakeLoop
from traitortrack_desktop.runtime.station import EventHub, Station
from traitortrack_desktop.services.delivery import Delivery
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    OperatorChanged,
    ScanDecided,
    StorageFailed,
    WorkResumed,
)
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.ports import (
    Backlog,
    CentreMismatchError,
    CentreUnreachableError,
    NotPermittedError,
    PostingReply,
    SignedIn,
    SignInRefused,
)
from traitortrack_desktop.services.scan_intake import ScanIntake
from traitortrack_desktop.services.station import SignInUnavailable


class Centre:
    """Posts and signs in while ``reachable`` is set; ``hold`` makes calls hang until it is set."""

    def __init__(self):
        self.reachable = True
        self.hold = threading.Event()
        self.hold.set()
        self.posted = []
        self.badges = AskedBadges()

    def _answer(self):
        self.hold.wait(30)
        if not self.reachable:
            raise CentreUnreachableError

    def post(self, entries, cursor=None, *, session=None):
        self._answer()
        self.posted += [entry.decision.code for entry in entries]
        receipts = tuple(Receipt(seq=entry.seq, outcome=Outcome.POSTED) for entry in entries)
        return PostingReply(receipts=receipts, server_time=entries[0].at, centre="1/1")

    def probe(self, *, session=None):
        self._answer()

    def close(self):
        pass

    def sign_in(self, username, password, *, session, code=None):
        self._answer()
        return signed_in(Person(username=username, role="dispatcher"), session=session)

    def sign_in_with_badge(self, code, *, session):
        self._answer()
        badge = self.badges.of.get(code)
        if badge is None:
            return SignInRefused(badge_not_valid=True)
        way = SignInWay.BADGE
        return signed_in(badge.person, way, badge=badge, session=session, rights=Rights.OPERATOR)

    def sign_in_with_pin(self, badge, pin, *, session):
        self._answer()
        return signed_in(badge.person, SignInWay.PIN, badge=badge, session=session)


class Office:
    """Administration that says who asked."""

    closed = False
    own_password = OwnPasswordAnswer.CHANGED

    def accounts(self, *, session):
        return session

    def change_own_password(self, old, new, *, session):
        return self.own_password

    def close(self):
        self.closed = True


class Finding:
    """Finding that only says whether it was closed."""

    closed = False

    def close(self):
        self.closed = True


class LockedJournal(MemoryJournal):
    """The fake journal, safe to read from the delivery thread as the real one is."""

    def __init__(self):
        super().__init__()
        self._lock = threading.RLock()

    def append(self, *arguments, **keywords):
        with self._lock:
            return super().append(*arguments, **keywords)

    def record_receipts(self, *arguments, **keywords):
        with self._lock:
            return super().record_receipts(*arguments, **keywords)

    def first(self, limit):
        with self._lock:
            return super().first(limit)


class Bench:
    def __init__(self, *, for_people=False):
        self.journal = LockedJournal()
        self.centre = Centre()
        self.remembered = MemorySignIns()
        self.events = []
        hub = EventHub()
        hub.subscribe(self.events.append)
        intake = IntakeLoop(
            lambda: ScanIntake(
                journal=self.journal,
                rules=code_rules(),
                tell=hub.tell,
                known_about=own_knowledge(self.journal),
                for_people=for_people,
                badges=badges,
                device=DEVICE,
            )
        )
        self.intake = intake
        self.find = Finding()
        self.background = Background()
        badges = BackgroundBadges(
            accounts=self.centre,
            remembered=self.remembered,
            background=self.background,
            answered=intake.take_badge_answer,
        )
        self.office = Office()
        self.station = Station(
            name="Station 7",
            hub=hub,
            intake=intake,
            delivery=DeliveryLoop(
                Delivery(
                    waiting=self.journal,
                    office=self.centre,
                    store=intake.store_receipts,
                    tell=hub.tell,
                    seconds=lambda: 0.0,
                )
            ),
            accounts=self.centre,
            remembered=self.remembered,
            background=self.background,
            badges=badges,
            office=self.office,
            find=self.find,
        )

    def answer(self, ask, *given):
        """What the station answers to *ask*, at the latest after half a minute."""
        answers = SimpleQueue()
        ask(*given, answers.put)
        return answers.get(timeout=30)

    def scan(self, *texts):
        for text in texts:
            self.station.submit(ScanFrame(source="test", raw=text.encode()))


@pytest.fixture
def bench(request):
    bench = Bench(for_people=getattr(request, "param", False))
    bench.station.start()
    yield bench
    bench.centre.hold.set()
    bench.station.stop()


def test_a_burst_is_decided_in_order_and_delivered_in_order(bench):
    codes = ["SB10001", *(f"C{number:03}" for number in range(500))]
    bench.scan(*codes)
    assert bench.station.wait_until_nothing_waits(30)
    decided = [event.entry.decision.code for event in bench.events if isinstance(event, ScanDecided)]
    assert decided == bench.centre.posted == codes


def test_scans_are_decided_while_the_centre_hangs(bench):
    bench.centre.hold.clear()
    bench.scan("SB10001", "AB12C")
    assert not bench.station.wait_until_nothing_waits(0)
    assert [event.entry.seq for event in bench.events if isinstance(event, ScanDecided)] == [1, 2]


def test_what_waited_is_delivered_when_the_centre_returns(bench):
    bench.centre.reachable = False
    bench.scan("SB10001", "AB12C")
    assert not bench.station.wait_until_nothing_waits(0.3)
    bench.centre.reachable = True
    assert bench.station.wait_until_nothing_waits(30)
    assert bench.centre.posted == ["SB10001", "AB12C"]


def test_signing_in_makes_the_operator_of_later_scans(bench):
    answered = threading.Event()
    bench.station.sign_in("asha", "secret", lambda _answer: answered.set())
    assert answered.wait(30)
    bench.scan("SB10001")
    bench.station.sign_out()
    bench.scan("AB12C")
    bench.station.wait_until_nothing_waits(30)
    assert [entry.operator for entry in bench.journal.entries] == ["asha", None]
    changes = [
        event.person and event.person.username for event in bench.events if isinstance(event, OperatorChanged)
    ]
    assert changes == ["asha", None]


def test_an_unreachable_centre_is_said_at_sign_in(bench):
    bench.centre.reachable = False
    answers = []
    answered = threading.Event()

    def take(answer):
        answers.append(answer)
        answered.set()

    bench.station.sign_in("asha", "secret", take)
    assert answered.wait(30)
    assert answers == [SignInUnavailable(remembered_days=7)]


def test_who_is_remembered_signs_in_without_the_centre_and_everybody_is_told(bench):
    bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30)
    bench.station.sign_out()
    bench.centre.reachable = False
    assert isinstance(bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30), SignedIn)
    bench.scan("SB10001")
    bench.station.stop()
    assert bench.journal.entries[0].operator == "asha"
    changes = [event for event in bench.events if isinstance(event, OperatorChanged) and event.person]
    assert [change.without_centre for change in changes] == [False, True]


def test_a_defect_while_signing_in_is_an_answer_too_and_quotes_nothing_of_what_was_typed(bench, caplog):
    def break_down(_username, password, **_more):
        raise ZeroDivisionError(password)

    bench.centre.sign_in = break_down
    answer = bench.station.sign_in_and_wait("asha", "Correct-horse-9", timeout_seconds=30)
    assert answer == SignInUnavailable(mismatch=True)
    assert "ZeroDivisionError" in caplog.text
    assert "in break_down" in caplog.text
    assert "Correct-horse-9" not in caplog.text


def test_an_unexpected_error_in_the_background_is_logged_without_secrets(bench, caplog):
    done = threading.Event()

    def break_down():
        raise ZeroDivisionError(f"password=S3cret-pw {RAVIS}")

    bench.background.submit("lane", break_down)
    bench.background.submit("lane", done.set)
    assert done.wait(30)
    assert "ZeroDivisionError: password=*** TT-BADGE-***" in caplog.text
    assert not any(secret in caplog.text for secret in ("S3cret-pw", RAVIS))


def test_a_sign_in_that_takes_too_long_counts_as_unavailable(bench):
    bench.centre.hold.clear()
    assert bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=0) == SignInUnavailable()


def test_an_answer_that_comes_after_the_end_is_not_stored():
    bench = Bench()
    bench.station.start()
    bench.centre.hold.clear()
    bench.scan("SB10001")
    bench.station.stop()
    bench.centre.hold.set()
    assert bench.journal.receipts == {}


def test_stopping_stores_what_was_submitted_and_ends_every_thread():
    bench = Bench()
    before = set(threading.enumerate())
    bench.station.start()
    bench.scan("SB10001", *(f"C{number:03}" for number in range(20)))
    bench.station.stop()
    assert len(bench.journal.entries) == 21
    assert bench.journal.closed
    assert set(threading.enumerate()) <= before


def test_a_journal_that_does_not_open_is_said_by_start():
    def refuse():
        raise OSError("no disk")

    loop = IntakeLoop(refuse)
    with pytest.raises(OSError, match="no disk"):
        loop.start()


def test_the_state_of_the_line_reaches_the_listeners(bench):
    bench.scan("SB10001")
    bench.station.wait_until_nothing_waits(30)
    assert any(isinstance(event, DeliveryChanged) and event.online for event in bench.events)


def test_a_listener_that_fails_stops_neither_the_scans_nor_the_others(bench):
    def fail(_event):
        raise RuntimeError("a defect of the window")

    told = []
    bench.station.subscribe(fail)
    bench.station.subscribe(told.append)
    bench.scan("SB10001", "AB12C")
    assert bench.station.wait_until_nothing_waits(30)
    assert [event.entry.seq for event in told if isinstance(event, ScanDecided)] == [1, 2]
    assert not any(isinstance(event, StorageFailed) for event in bench.events)


# -- people


def test_a_badge_that_is_not_known_is_asked_about_and_then_remembered(bench):
    bench.scan(RAVIS, "SB10001")
    assert bench.station.wait_until_nothing_waits(30)
    assert [entry.operator for entry in bench.journal.entries] == [None, "ravi", "ravi"]
    bench.centre.reachable = False
    bench.scan(ASHAS, RAVIS)
    bench.station.wait_until_nothing_waits(0)
    assert [entry.operator for entry in bench.journal.entries[3:]] == ["ravi", "ravi", "ravi"]
    reasons = [entry.decision.reason for entry in bench.journal.entries[3:]]
    assert reasons == [Reason.BADGE_BEING_CHECKED, Reason.BADGE_UNCHECKED, None]


def test_a_badge_that_nobody_has_is_told_as_that(bench):
    bench.scan(MINAS)
    assert bench.station.wait_until_nothing_waits(30)
    assert bench.journal.entries[-1].decision.reason is Reason.BADGE_NOT_VALID


def test_a_badge_signs_in_without_the_centre_that_was_scanned_before_the_key_ring_answered():
    bench, answers = Bench(for_people=True), threading.Event()
    bench.centre.reachable = False

    def read_slowly():
        answers.wait(30)
        bench.remembered.badges = {RAVIS: bench.centre.badges.of[RAVIS]}

    bench.remembered.load = read_slowly
    bench.station.start()
    bench.scan(RAVIS)
    bench.station.wait_until_nothing_waits(0)
    changed = threading.Event()
    bench.station.subscribe(lambda event: changed.set() if isinstance(event, OperatorChanged) else None)
    answers.set()
    assert changed.wait(30)
    bench.station.stop()
    assert [entry.operator for entry in bench.journal.entries] == [None, "ravi"]


def test_a_badge_is_asked_about_while_somebody_waits_for_a_password(bench):
    waiting, asked = threading.Event(), threading.Event()

    def slow(*_given, **_more):
        asked.set()
        waiting.wait(30)
        raise CentreUnreachableError

    bench.centre.sign_in = slow
    bench.station.sign_in("asha", "secret", lambda _answer: None)
    assert asked.wait(30)
    bench.scan(RAVIS)
    assert bench.station.wait_until_nothing_waits(30)
    assert bench.journal.entries[-1].operator == "ravi"
    waiting.set()


def test_a_pin_adds_the_full_rights_to_the_badge_that_was_scanned(bench):
    assert bench.answer(bench.station.sign_in_with_pin, "274951") == SignInUnavailable()
    bench.scan(RAVIS)
    assert bench.station.wait_until_nothing_waits(30)
    answer = bench.answer(bench.station.sign_in_with_pin, "274951")
    assert (answer.person.username, answer.session.rights) == ("ravi", Rights.FULL)
    bench.centre.reachable = False
    again = bench.answer(bench.station.sign_in_with_pin, "274951")
    assert again.session.way is SignInWay.REMEMBERED_PIN
    wrong = bench.answer(bench.station.sign_in_with_pin, "111112")
    assert wrong == SignInUnavailable(remembered_days=7)


def test_a_locked_station_is_unlocked_by_the_password_of_its_session_without_the_centre(bench):
    bench.remembered.days = 0
    bench.remembered.remember = lambda *_given: None
    first = bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30)
    bench.centre.reachable = False
    bench.station.lock()
    bench.scan("SB10001")
    bench.station.wait_until_nothing_waits(0)
    assert bench.station.sign_in_and_wait("asha", "wrong", timeout_seconds=30) == SignInUnavailable()
    assert bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30).session == first.session
    bench.scan("SB10001")
    bench.station.wait_until_nothing_waits(0)
    reasons = [entry.decision.reason for entry in bench.journal.entries]
    assert reasons == [Reason.STATION_LOCKED, None]


@pytest.mark.parametrize("bench", [True], indirect=True)
def test_a_sign_in_that_could_not_be_stored_is_answered_as_none(bench):
    bench.journal.failing = True
    assert bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30) == SignInUnavailable(
        not_stored=True
    )


@pytest.mark.parametrize("bench", [True], indirect=True)
def test_who_was_at_work_still_unlocks_after_another_sign_in_could_not_be_stored(bench):
    bench.remembered.days = 0
    bench.remembered.remember = lambda *_given: None
    first = bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30)
    bench.journal.failing = True
    bench.station.sign_in_and_wait("mina", "secret", timeout_seconds=30)
    bench.journal.failing = False
    bench.centre.reachable = False
    bench.station.lock()
    bench.station.wait_until_nothing_waits(0)
    assert bench.answer(bench.station.sign_in, "asha", "secret").session == first.session


def test_stopping_waits_for_no_question_that_hangs(monkeypatch):
    monkeypatch.setattr(background, "STOP_SECONDS", 0.01)
    bench = Bench()
    bench.station.start()
    asked, hold = threading.Event(), threading.Event()
    bench.background.submit("badge", lambda: (asked.set(), hold.wait(30)))
    assert asked.wait(30)
    bench.background.submit("badge", lambda: pytest.fail("dropped at the end"))
    stopped = threading.Thread(target=bench.station.stop)
    stopped.start()
    stopped.join(20)
    assert not stopped.is_alive()
    assert bench.journal.closed
    assert bench.office.closed
    hold.set()


def test_an_administrator_asks_under_the_session_that_goes_on(bench):
    ask = bench.station.people.ask
    assert bench.answer(ask, lambda office, session: office.accounts(session=session)) is (
        PeopleTrouble.NOT_PERMITTED
    )
    session = bench.station.sign_in_and_wait("boss", "secret", timeout_seconds=30).session.id
    assert bench.answer(ask, lambda office, session: office.accounts(session=session)) == session


def change_own_password(bench):
    """Change Asha's password from ``secret`` to ``new``."""
    question = bench.station.people.own_password_change("secret", "new")
    return bench.answer(bench.station.people.ask, question)


def test_with_the_own_password_changed_the_station_knows_the_old_one_no_more(bench):
    first = bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30)
    assert change_own_password(bench) is OwnPasswordAnswer.CHANGED
    bench.centre.reachable = False
    bench.station.lock()
    bench.station.wait_until_nothing_waits(0)
    unlock = bench.station.sign_in_and_wait
    assert unlock("asha", "secret", timeout_seconds=30) == SignInUnavailable(remembered_days=7)
    assert unlock("asha", "new", timeout_seconds=30).session == first.session


@pytest.mark.parametrize("answer", [OwnPasswordAnswer.REFUSED, OwnPasswordAnswer.LOCKED])
def test_an_own_password_that_was_not_changed_stays_known(bench, answer):
    bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30)
    bench.office.own_password = answer
    assert change_own_password(bench) is answer
    bench.centre.reachable = False
    assert bench.remembered.person_with("asha", "secret") is not None
    assert isinstance(bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30), SignedIn)


def test_a_password_that_was_changed_says_nothing_of_who_signed_in_meanwhile(bench):
    bench.station.sign_in_and_wait("asha", "secret", timeout_seconds=30)
    question = bench.station.people.own_password_change("secret", "new")
    ravi = bench.station.sign_in_and_wait("ravi", "other", timeout_seconds=30)
    assert question(bench.office, ravi.session.id) is OwnPasswordAnswer.CHANGED
    bench.centre.reachable = False
    assert bench.remembered.person_with("ravi", "other") is not None
    assert bench.remembered.person_with("asha", "secret") is not None


@pytest.mark.parametrize(
    ("failure", "trouble"),
    [
        (CentreUnreachableError(), PeopleTrouble.UNREACHABLE),
        (CentreMismatchError(), PeopleTrouble.MISMATCH),
        (NotPermittedError(), PeopleTrouble.NOT_PERMITTED),
        (ZeroDivisionError(), PeopleTrouble.DEFECT),
    ],
    ids=["unreachable", "mismatch", "not permitted", "defect"],
)
def test_why_a_question_has_no_answer_is_an_answer(bench, failure, trouble):
    def fail(_office, _session):
        raise failure

    bench.station.sign_in_and_wait("boss", "secret", timeout_seconds=30)
    assert bench.answer(bench.station.people.ask, fail) is trouble


def test_what_a_form_asks_for_takes_its_turn_among_the_scans(bench):
    bench.scan("SB10001")
    bench.station.do(WorkAtBill(bill="BILL-7"))
    bench.scan("C001")
    assert bench.station.wait_until_nothing_waits(30)
    told = [event.entry for event in bench.events if isinstance(event, ScanDecided)]
    assert [entry.source for entry in told] == ["test", "form", "test"]
    assert told[1].decision.reason is Reason.NOT_PERMITTED


def test_a_parent_that_was_taken_over_is_closed_in_its_turn(bench):
    bench.scan("SB10001", "C001")
    assert bench.station.wait_until_nothing_waits(30)  # the centre has answered: it is held for this station
    now = datetime.now(UTC)
    taken = Holder(
        station="14",
        device=DeviceId(uuid4()),
        by=None,
        since=now + timedelta(days=9999),
        until=now + timedelta(days=9999),
    )
    bench.intake.take_holders({"SB10001": taken})
    bench.scan("C002")
    assert bench.station.wait_until_nothing_waits(30)
    kinds = [event.entry.decision.kind for event in bench.events if isinstance(event, ScanDecided)]
    assert kinds[2:] == [EntryKind.PARENT_TAKEN, EntryKind.REFUSAL]


def test_finding_is_closed_with_the_station():
    bench = Bench()
    bench.station.start()
    assert bench.station.find is bench.find
    bench.station.stop()
    assert bench.find.closed


def test_nothing_waits_only_when_every_listener_was_told_of_the_last_answers():
    hub, seen = EventHub(), []
    hub.tell(WorkResumed(state=WorkState(), backlog=Backlog(pending=1, oldest_at=None)))
    hub.subscribe(lambda _event: seen.append(hub.wait_until_nothing_waits(0)))
    hub.tell(WorkResumed(state=WorkState(), backlog=Backlog(pending=0, oldest_at=None)))
    assert (seen, hub.wait_until_nothing_waits(0)) == ([False], True)
