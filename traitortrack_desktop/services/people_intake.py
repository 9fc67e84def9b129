"""Sign-ins, badges, the lock and overrides in their turn among the scans: decide, store, and only then tell.

Used by one thread, the intake.
"""

from collections.abc import Callable
from uuid import UUID

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import CodeRules, ParsedCode
from traitortrack_desktop.domain.entries import ABOUT_PEOPLE, Decision, JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.overriding import decide_override
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation, Person
from traitortrack_desktop.domain.session_entries import badge_refusal, sign_in_decision, sign_out_decision
from traitortrack_desktop.services.account_secrets import badge_code_hash
from traitortrack_desktop.services.events import OperatorChanged, StationListener, StationLockChanged
from traitortrack_desktop.services.journal_keeping import JournalKeeping
from traitortrack_desktop.services.people_here import (
    BADGE_MS,
    ENDS_A_SESSION,
    BadgeDesk,
    PeopleHere,
)
from traitortrack_desktop.services.ports import SignedIn, SignInRefused, StationStanding
from traitortrack_desktop.services.station import SignInAnswer

SIGN_IN_SOURCE = "sign-in"
"""Where entries about people come from that no scanner read."""
OVERRIDE_SOURCE = "override"


class PeopleIntake:
    """Changes who works *here*. With *for_people* every beginning and end of a session is an entry.

    *changed* is called whenever scans may count again that waited.
    """

    def __init__(
        self,
        *,
        here: PeopleHere,
        keeping: JournalKeeping,
        badges: BadgeDesk,
        rules: CodeRules,
        tell: StationListener,
        monotonic_ms: Callable[[], int],
        changed: Callable[[], None],
        for_people: bool,
    ) -> None:
        self._here = here
        self._keeping = keeping
        self._badges = badges
        self._rules = rules
        self._tell = tell
        self._monotonic_ms = monotonic_ms
        self._changed = changed
        self._for_people = for_people

    # -- by word of a window, a command or the centre

    def take_standing(self, standing: StationStanding) -> None:
        """End the session that the centre says must not go on, if it is still that one."""
        if standing.session_ended is not None:
            self._end_if_current(standing.session, standing.session_ended)

    def learn(self, entry: JournalEntry, receipt: Receipt) -> None:
        """Forget, and end, what must not go on after the centre's answer to *entry*."""
        note = entry.decision.sign_in
        refused = entry.decision.kind in ABOUT_PEOPLE and receipt.outcome is Outcome.REFUSED
        reason = receipt.notice or (receipt.reason if refused else None)
        if reason not in ENDS_A_SESSION:
            if note is not None and note.way is SignInWay.BADGE and note.badge is not None and not refused:
                self._badges.confirmed(note.badge)
            return
        current = self._here.session if entry.session == self._here.session_id else None
        badge = note.badge if note is not None else current.badge if current is not None else None
        if reason is Reason.BADGE_NOT_VALID and badge is not None:
            self._badges.forget(badge)
        if reason is Reason.OPERATOR_DISABLED and entry.operator is not None:
            self._badges.forget_person(entry.operator)
        began_otherwise = current is not None and current.badge is None
        if not (reason is Reason.BADGE_NOT_VALID and began_otherwise):
            self._end_if_current(entry.session, reason)

    def set_operator(self, person: Person | None) -> None:
        """Record later entries of a script under the name of *person*, without a session."""
        self._here.end(person.username if person is not None else None)
        self._tell(OperatorChanged(person=person))
        self._changed()

    def begin(self, signed_in: SignedIn) -> bool:
        """Let the session that began away from the scanners work here; return whether it does.

        At a station with people an entry says so first: what cannot be stored changes nobody.
        """
        return self._begin(signed_in.session, signed_in.badge, None, source=SIGN_IN_SOURCE)

    def unlock(self, session: UUID) -> None:
        """Unlock for *session*, whose person has shown who they are, if it is still that one."""
        if self._here.locked and self._here.session_id == session:
            self._here.locked = False
            self._tell(StationLockChanged(locked=False))

    def lock(self) -> None:
        """Count no scan but a badge until somebody is back; without a session there is nothing to lock."""
        if self._here.session is not None and not self._here.locked:
            self._here.locked = True
            if not self._here.is_waiting:
                self._here.asked = None  # a late answer must not unlock it
            self._tell(StationLockChanged(locked=True))

    def sign_out(self) -> None:
        """End the session; the queue and the open parent stay."""
        self._end(None)

    def override(self, permission: Operation, reason: str) -> None:
        """Set a rule aside for the open parent: decided, stored and told like a scan."""
        decision = decide_override(
            self._keeping.state,
            permission,
            reason,
            by=self._here.session,
            rules=self._rules,
            barred=self._here.barred,
        )
        self._keeping.store_apart(decision, OVERRIDE_SOURCE)

    def take_badge_answer(self, session: UUID, answer: SignInAnswer) -> None:
        """Take what the centre said of the badge for which *session* was asked, unless work went on."""
        asked = self._here.asked
        if asked is None or asked.session != session:
            return
        if asked.given_up_seq is not None and asked.given_up_seq != self._keeping.state.last_seq:
            self._here.asked = None
            return
        if isinstance(answer, SignedIn):
            self._begin(answer.session, answer.badge, asked.digest, source=asked.source)
        else:
            self._refuse_badge(answer, late=asked.given_up_seq is not None, source=asked.source)
        self._here.asked = None
        self._changed()

    def tick(self, now_ms: int | None = None) -> None:
        """Give up a badge whose answer did not come in time: whoever was signed in goes on."""
        now_ms = self._monotonic_ms() if now_ms is None else now_ms
        asked = self._here.asked
        left = asked.ms_left(now_ms) if asked is not None else None
        if asked is None or left is None or left > 0:
            return
        decision = badge_refusal(Reason.BADGE_UNCHECKED, capacity=self._rules.capacity)
        if self._keeping.store_apart(decision, asked.source):
            asked.given_up_seq = self._keeping.state.last_seq
        else:
            self._here.asked = None
        self._changed()

    @property
    def due_in_seconds(self) -> float | None:
        """When :meth:`tick` has something to do, if nothing else happens."""
        left = self._here.asked.ms_left(self._monotonic_ms()) if self._here.asked is not None else None
        return max(0.0, left / 1000) if left is not None else None

    def give_up(self) -> None:
        """Wait for no answer any more."""
        if self._here.asked is not None:
            self.tick(self._here.asked.asked_ms + BADGE_MS)

    def _begin(
        self, session: OperatorSession, badge: Badge | None, digest: str | None, *, source: str
    ) -> bool:
        if self._for_people or session.way is SignInWay.BADGE:
            decision = sign_in_decision(session, capacity=self._rules.capacity)
            is_answer = source != SIGN_IN_SOURCE
            if not self._keeping.store_apart(decision, source, session=session, is_answer=is_answer):
                return False
        self._begun(session, badge, digest)
        return True

    def _begun(self, session: OperatorSession, badge: Badge | None, digest: str | None) -> None:
        was_locked = self._here.locked
        self._here.begin(session, badge, digest)
        self._tell(
            OperatorChanged(
                person=session.person, without_centre=session.without_centre, session=session, badge=badge
            )
        )
        if was_locked:
            self._tell(StationLockChanged(locked=False))
        self._changed()

    def _end(self, reason: Reason | None) -> None:
        """End the session; *reason* says why the centre wants it."""
        if self._for_people and self._here.session is not None:
            decision = sign_out_decision(capacity=self._rules.capacity)
            if not self._keeping.store_apart(decision, SIGN_IN_SOURCE, is_answer=False):
                return
        was_locked = self._here.locked
        self._here.end()
        self._tell(OperatorChanged(person=None, ended=reason))
        if was_locked:
            self._tell(StationLockChanged(locked=False))
        self._changed()

    def _end_if_current(self, session: UUID | None, reason: Reason) -> None:
        if session is not None and session == self._here.session_id:
            self._end(reason)

    def _refuse_badge(self, answer: SignInAnswer, *, late: bool, source: str) -> None:
        refused = isinstance(answer, SignInRefused) and answer.badge_not_valid
        if refused or not late:
            reason = Reason.BADGE_NOT_VALID if refused else Reason.BADGE_UNCHECKED
            self._keeping.store_apart(badge_refusal(reason, capacity=self._rules.capacity), source)

    # -- by a scan

    def known(self, scanned: ParsedCode, arrival: Arrival) -> Badge | None:
        """Return the badge that *scanned* is, where this station knows it."""
        if scanned.badge is None or arrival.from_memory:
            return None
        return self._here.own_badge(scanned.badge) or self._badges.known(scanned.badge)

    def ask_about(self, code: str, *, source: str) -> None:
        """Ask whose badge has the whole *code*, unless that is being asked."""
        session = self._here.ask(code, source=source, now_ms=self._monotonic_ms())
        if session is not None:
            self._badges.ask(code, session)

    def switch_to(
        self, badge: Badge, scanned: ParsedCode, decision: Decision, source: str, arrival: Arrival
    ) -> None:
        """Store *decision* under the session that *badge* begins, and tell it.

        Raises ``JournalUnwritableError``; then nobody was switched.
        """
        assert scanned.badge is not None
        session = self._here.session_by(badge)
        entry = self._keeping.store(decision, source, remarks=arrival.remarks, session=session)
        self._keeping.tell_decided(entry)
        self._begun(session, badge, badge_code_hash(scanned.badge))
