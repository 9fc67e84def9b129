"""A station without disk or centre: codes in, decisions and state out."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from traitortrack_desktop.domain.arrivals import Arrival
from traitortrack_desktop.domain.codes import CodeKind, code_rules, parse_frame
from traitortrack_desktop.domain.correcting import bag_to_know
from traitortrack_desktop.domain.entries import NO_HASH, JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.identifiers import DeviceId, EntryId, JournalEpoch
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.domain.workflow import decide

DEVICE = DeviceId(UUID(int=1))
EPOCH = JournalEpoch(UUID(int=2))
ONCE = Arrival()
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def entry_of(decision, seq, *, operator="asha", at=None, source="test", remarks=()):
    return JournalEntry(
        id=EntryId(uuid4()),
        device=DEVICE,
        epoch=EPOCH,
        seq=seq,
        at=at or START + timedelta(seconds=seq),
        operator=operator,
        station="Station 7",
        source=source,
        raw=b"",
        decision=decision,
        previous_hash=NO_HASH,
        hash=NO_HASH,
        remarks=remarks,
    )


def session_of(role, *, area=None, rights=Rights.FULL):
    """A session of somebody with *role*."""
    person = Person(username="ravi", role=role, area=area)
    return OperatorSession(id=UUID(int=9), person=person, way=SignInWay.PASSWORD, rights=rights)


class Scanning:
    """Applies scans to a work state; ``facts`` maps codes to what is known of them.

    With a *role* somebody with that role works here; ``bills`` and ``tickets`` say what is known of these.
    """

    def __init__(self, *, capacity=30, facts=None, role=None, bills=None, tickets=None, **rules):
        self.rules = code_rules(capacity=capacity, **rules)
        self.facts = facts or {}
        self.bills = bills or {}
        self.tickets = tickets or {}
        self.by = session_of(role) if role is not None else None
        self.state = WorkState()
        self.entries = []

    def scan(self, text, *, signed_in=True, arrival=ONCE):
        parsed = parse_frame(ScanFrame(source="test", raw=text.encode()), self.rules)
        decision = decide(
            self.state,
            parsed,
            self.facts.get(bag_to_know(self.state, parsed)),
            rules=self.rules,
            barred=None if signed_in else Reason.NOT_SIGNED_IN,
            arrival=arrival,
            known=self.known(parsed),
        )
        entry = entry_of(decision, len(self.entries) + 1)
        self.entries.append(entry)
        self.state = after_entry(self.state, entry)
        return decision

    def known(self, parsed):
        """What is known beside the bag."""
        return KnownHere(
            by=self.by,
            bill=self.bills.get(parsed.text) if parsed.kind is CodeKind.BILL else None,
            ticket=self.tickets.get(parsed.text) if parsed.kind is CodeKind.TICKET else None,
            device=DEVICE,
            now=START,
        )

    def scan_all(self, texts):
        return [self.scan(text) for text in texts.split()]

    def answer(self, seq, outcome=Outcome.POSTED, **parts):
        receipt = Receipt(seq=seq, outcome=outcome, **parts)
        self.state = after_receipt(self.state, self.entries[seq - 1], receipt)
