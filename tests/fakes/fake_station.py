"""A running station without threads, disk or centre: what is submitted is decided at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakes.scanning import entry_of

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import code_rules, parse_frame
from traitortrack_desktop.domain.entries import BagFact, Outcome, Receipt, Remark
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.domain.workflow import decide
from traitortrack_desktop.services.events import (
    OperatorChanged,
    ReceiptsRecorded,
    ScanDecided,
    WorkResumed,
)
from traitortrack_desktop.services.ports import Backlog
from traitortrack_desktop.services.station import SignInUnavailable

MORNING = datetime(2026, 1, 5, 10, 40, tzinfo=UTC)


class FakeStation:
    """Implements ``StationControls``; ``submitted`` holds every frame, ``clock`` is the time of day."""

    def __init__(self, name="7", *, capacity=30, facts=None, clock=MORNING):
        self.name = name
        self.clock = clock
        self.submitted = []
        self.asked = []
        self.entries = []
        self.waiting = {}
        self.state = WorkState()
        self.sign_in_answer = SignInUnavailable()
        self.deciding = True
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

    def sign_in(self, username, password, answered):
        self.asked.append((username, password))
        answered(self.sign_in_answer)

    def sign_out(self):
        self.tell(OperatorChanged(person=None))

    def be_operated_by(self, username, *, without_centre=False):
        person = Person(username=username, role="dispatcher")
        self.tell(OperatorChanged(person=person, without_centre=without_centre))

    def submit(self, frame):
        self.submitted.append(frame)
        if not self.deciding:
            return
        scanned = parse_frame(frame, self._rules)
        remarks = (Remark.BATCH,) if frame.after_reconnect else ()
        decision = decide(
            self.state,
            scanned,
            self._facts.get(scanned.text),
            rules=self._rules,
            arrival=Arrival(remarks=remarks, role=frame.role, from_memory=frame.after_reconnect),
        )
        entry = entry_of(decision, len(self.entries) + 1, at=self.clock, source=frame.source, remarks=remarks)
        self.entries.append(entry)
        self.waiting[entry.seq] = entry
        self.state = after_entry(self.state, entry)
        self.tell(ScanDecided(entry=entry, state=self.state, backlog=self.backlog()))

    def backlog(self):
        oldest = min((entry.at for entry in self.waiting.values()), default=None)
        return Backlog(pending=len(self.waiting), oldest_at=oldest)

    def centre_answers(self, *, refusing=None, facts=None, until=None):
        """Answer what waits; *refusing* maps codes to reasons, *facts* codes to what the centre knows."""
        answered = []
        for seq in sorted(self.waiting):
            if until is not None and seq > until:
                break
            entry = self.waiting.pop(seq)
            receipt = self._receipt(entry, refusing or {}, facts or {})
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
