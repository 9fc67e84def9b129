"""A station at a bill or a return, without disk, centre or packing: codes in, decisions and state out."""

from uuid import UUID

from fakes.scanning import DEVICE, START, entry_of

from traitortrack_desktop.domain.billing import decide_at_bill, decide_towards_bill
from traitortrack_desktop.domain.bills import BillFact, BillStatus
from traitortrack_desktop.domain.codes import code_rules, parse_frame
from traitortrack_desktop.domain.deciding_deeds import bag_of, bill_of, decide_deed, ticket_of
from traitortrack_desktop.domain.entries import BagFact, Outcome, Receipt
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.looking_up import decide_while_finding
from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.returning import decide_at_return, decide_towards_return
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt

DESKS = (
    decide_while_finding,
    decide_at_bill,
    decide_at_return,
    decide_towards_bill,
    decide_towards_return,
)


def person(role="biller", *, area=None, rights=Rights.FULL):
    return OperatorSession(
        id=UUID(int=9),
        person=Person(username="ravi", role=role, area=area),
        way=SignInWay.PASSWORD,
        rights=rights,
    )


def bill(code="BILL-1", *, capacity=3, linked=0, status=None, children=0):
    known = status or (BillStatus.PROCESSING if linked else BillStatus.NEW)
    return BillFact(
        code=code, status=known, capacity=capacity, linked=linked, children=children, from_centre=True
    )


def parent(code, *, count=10, on=None):
    return BagFact(code=code, kind="parent", count=count, bill=on, from_centre=True)


class DeskScanning:
    """``bags``, ``bills`` and ``tickets`` say what is known of codes; a decision of ``None`` is nobody's."""

    def __init__(self, *, by=None, bags=(), bills=(), tickets=(), state=None):
        self.by = by or person()
        self.rules = code_rules(bill_capacity=20)
        self.bags = {fact.code: fact for fact in bags}
        self.bills = {fact.code: fact for fact in bills}
        self.tickets = {fact.code: fact for fact in tickets}
        self.state = state or WorkState()
        self.entries = []
        self.typed = False

    def scan(self, text):
        scanned = parse_frame(ScanFrame(source="test", raw=text.encode()), self.rules)
        known, fact = self._known(scanned.text, scanned.text), self.bags.get(scanned.text)
        decision = None
        for desk in DESKS:
            decision = decision or desk(
                self.state, scanned, fact, rules=self.rules, known=known, deliberate=True
            )
        return self._take(decision)

    def scan_all(self, texts):
        return [self.scan(text) for text in texts.split()]

    def do(self, deed):
        known = self._known(bill_of(deed), ticket_of(deed))
        fact = self.bags.get(bag_of(deed))
        return self._take(decide_deed(self.state, deed, rules=self.rules, known=known, fact=fact))

    def answer(self, seq, outcome=Outcome.POSTED, **parts):
        receipt = Receipt(seq=seq, outcome=outcome, **parts)
        self.state = after_receipt(self.state, self.entries[seq - 1], receipt)

    def _known(self, bill_code, ticket_code):
        return KnownHere(
            by=self.by,
            bill=self.bills.get(bill_code),
            ticket=self.tickets.get(ticket_code),
            device=DEVICE,
            now=START,
            bits=0xABCDE,
            typed=self.typed,
        )

    def _take(self, decision):
        if decision is not None:
            entry = entry_of(decision, len(self.entries) + 1)
            self.entries.append(entry)
            self.state = after_entry(self.state, entry)
        return decision
