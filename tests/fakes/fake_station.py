"""A running station without threads, disk or centre: what is submitted is decided at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from fakes.scanning import DEVICE, entry_of

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import CodeKind, code_rules, parse_frame
from traitortrack_desktop.domain.correcting import bag_to_know
from traitortrack_desktop.domain.deciding_deeds import bag_of, bill_of, decide_deed, ticket_of
from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    Outcome,
    Override,
    Receipt,
    Remark,
    SignInNote,
    Verdict,
)
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay, badge_code
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person, Rights, Role
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.domain.workflow import decide
from traitortrack_desktop.services.events import (
    OperatorChanged,
    ReceiptsRecorded,
    ScanDecided,
    StationLockChanged,
    WorkResumed,
)
from traitortrack_desktop.services.ports import Backlog, SignedIn
from traitortrack_desktop.services.station import SignInUnavailable

MORNING = datetime(2026, 1, 5, 10, 40, tzinfo=UTC)


class FakeStation:
    """Implements ``StationControls``; ``submitted`` holds every frame, ``clock`` is the time of day."""

    def __init__(
        self, name="7", *, capacity=30, facts=None, clock=MORNING, bills=None, tickets=None, find=None
    ):
        self.name = name
        self.clock = clock
        self.submitted = []
        self.asked = []
        self.entries = []
        self.waiting = {}
        self.state = WorkState()
        self.sign_in_answer = SignInUnavailable()
        self.deciding = True
        self.badges = {}
        self.operator = None
        self.badge = None
        self.locked = False
        self.overrides = []
        self.pins = []
        self.people = None
        self.find = find
        self.session = None
        self.deeds = []
        self.bills = bills or {}
        self.tickets = tickets or {}
        self._facts = facts or {}
        self._rules = code_rules(capacity=capacity)
        self._listeners = []

    def now(self):
        return self.clock

    def pass_time(self, **amount):
        self.clock += timedelta(**amount)

    def subscribe(self, listener):
        self._listeners.append(listener)

    def tell(self, event):
        for listener in self._listeners:
            listener(event)

    def start(self):
        self.tell(WorkResumed(state=self.state, backlog=self.backlog()))

    def sign_in(self, username, password, answered, *, code=None):
        self.asked.append((username, password) if code is None else (username, password, code))
        self._take_answer(self.sign_in_answer)
        answered(self.sign_in_answer)

    def sign_in_with_pin(self, pin, answered):
        self.pins.append(pin)
        self._take_answer(self.sign_in_answer)
        answered(self.sign_in_answer)

    def _take_answer(self, answer):
        if isinstance(answer, SignedIn):
            self._switch_to(answer.session, None)

    def sign_out(self):
        self.operator = self.session = None
        self.tell(OperatorChanged(person=None))

    def lock(self):
        self.locked = True
        self.tell(StationLockChanged(locked=True))

    def override(self, permission, reason):
        self.overrides.append((permission, reason))
        parent = self.state.parent.code if self.state.parent is not None else None
        self._decided(
            Decision(
                kind=EntryKind.OVERRIDE,
                verdict=Verdict.ACCEPTED,
                code=parent or "",
                capacity=self._rules.capacity,
                parent=parent,
                override=Override(permission=permission, reason=reason),
            )
        )

    def be_operated_by(
        self,
        username,
        *,
        without_centre=False,
        role="dispatcher",
        way=None,
        rights=Rights.FULL,
        has_pin=False,
    ):
        """Somebody signs in; without *way* as a script does, which only names somebody."""
        person = Person(username=username, role=role)
        if way is None:
            self.operator, self.session = username, None
            self.tell(OperatorChanged(person=person, without_centre=without_centre))
            return
        badge = Badge(id=uuid4(), person=person, has_pin=has_pin) if way is SignInWay.BADGE else None
        rights = Rights.OPERATOR if badge is not None else rights
        self._switch_to(OperatorSession(id=uuid4(), person=person, way=way, rights=rights), badge)

    def give_badge(self, code, username, *, role=Role.DISPATCHER, has_pin=False):
        """Let the badge with that whole code be *username*'s."""
        self.badges[code] = Badge(id=uuid4(), person=Person(username=username, role=role), has_pin=has_pin)

    def end_session(self, reason):
        self.operator = self.session = None
        self.tell(OperatorChanged(person=None, ended=reason))

    def _switch_to(self, session, badge):
        self.operator, self.session, self.badge = session.person.username, session, badge
        note = SignInNote(way=session.way, badge=badge.id if badge is not None else None)
        self._decided(
            Decision(
                kind=EntryKind.SIGN_IN,
                verdict=Verdict.ACCEPTED,
                code="TT-BADGE-***" if badge is not None else "",
                capacity=self._rules.capacity,
                sign_in=note,
            )
        )
        changed = OperatorChanged(
            person=session.person, without_centre=session.without_centre, session=session, badge=badge
        )
        self.tell(changed)
        if self.locked:
            self.locked = False
            self.tell(StationLockChanged(locked=False))

    def _scan_badge(self, code):
        badge = self.badges.get(code)
        if badge is None:
            self.refuse(Reason.BADGE_BEING_CHECKED, code="TT-BADGE-***")
            return
        session = OperatorSession(
            id=uuid4(), person=badge.person, way=SignInWay.BADGE, rights=Rights.OPERATOR, badge=badge.id
        )
        self._switch_to(session, badge)

    def refuse(self, reason, *, code="AB12C", source="keyboard"):
        self._decided(
            Decision(
                kind=EntryKind.REFUSAL,
                verdict=Verdict.REFUSED,
                code=code,
                capacity=self._rules.capacity,
                reason=reason,
            ),
            source=source,
        )

    def _decided(self, decision, *, source="keyboard", remarks=()):
        entry = entry_of(
            decision,
            len(self.entries) + 1,
            operator=self.operator or "asha",
            at=self.clock,
            source=source,
            remarks=remarks,
        )
        self.entries.append(entry)
        self.waiting[entry.seq] = entry
        self.state = after_entry(self.state, entry)
        self.tell(ScanDecided(entry=entry, state=self.state, backlog=self.backlog()))

    def submit(self, frame):
        self.submitted.append(frame)
        if not self.deciding:
            return
        badge = badge_code(frame.raw.decode("latin-1"))
        if badge is not None:
            self._scan_badge(badge)
            return
        if self.locked:
            self.refuse(Reason.STATION_LOCKED, source=frame.source)
            return
        scanned = parse_frame(frame, self._rules)
        remarks = (Remark.BATCH,) if frame.after_reconnect else ()
        is_bill, is_ticket = scanned.kind is CodeKind.BILL, scanned.kind is CodeKind.TICKET
        decision = decide(
            self.state,
            scanned,
            self._facts.get(bag_to_know(self.state, scanned)),
            rules=self._rules,
            arrival=Arrival(remarks=remarks, role=frame.role, from_memory=frame.after_reconnect),
            known=self._known(scanned.text if is_bill else None, scanned.text if is_ticket else None),
        )
        self._decided(decision, source=frame.source, remarks=remarks)

    def do(self, deed):
        """Decide *deed* like a scan; ``deeds`` holds every one."""
        self.deeds.append(deed)
        if not self.deciding:
            return
        decision = decide_deed(
            self.state,
            deed,
            rules=self._rules,
            known=self._known(bill_of(deed), ticket_of(deed)),
            fact=self._facts.get(bag_of(deed)),
            barred=Reason.STATION_LOCKED if self.locked else None,
        )
        self._decided(decision, source="form")

    def learn(self, decision):
        """Let the station journal what the centre told, for instance that a parent was taken over."""
        self._decided(decision, source="centre")

    def _known(self, bill, ticket):
        return KnownHere(
            by=self.session,
            bill=self.bills.get(bill),
            ticket=self.tickets.get(ticket),
            device=DEVICE,
            now=self.clock,
            bits=len(self.entries),
        )

    def backlog(self):
        oldest = min((entry.at for entry in self.waiting.values()), default=None)
        return Backlog(pending=len(self.waiting), oldest_at=oldest)

    def centre_answers(self, *, refusing=None, facts=None, until=None, notices=None):
        """Answer what waits; *refusing*, *notices* and *facts* say what of which codes."""
        answered = []
        for seq in sorted(self.waiting):
            if until is not None and seq > until:
                break
            entry = self.waiting.pop(seq)
            receipt = self._receipt(entry, refusing or {}, facts or {})
            receipt = replace(receipt, notice=(notices or {}).get(entry.decision.code))
            self.state = after_receipt(self.state, entry, receipt)
            answered.append((entry, receipt))
        event = ReceiptsRecorded(answered=tuple(answered), state=self.state, backlog=self.backlog())
        self.tell(event)

    def _receipt(self, entry, refusing, facts):
        code = entry.decision.code
        receipt = Receipt(seq=entry.seq, outcome=Outcome.POSTED)
        if code not in refusing:
            return receipt
        return replace(receipt, outcome=Outcome.REFUSED, reason=refusing[code], fact=facts.get(code))


def elsewhere(code, parent="SB20002", *, since=MORNING - timedelta(minutes=88), by="R. Sharma"):
    """What the centre knows of a child bag in another parent."""
    return BagFact(code=code, kind="child", parent=parent, since=since, by=by, from_centre=True)
