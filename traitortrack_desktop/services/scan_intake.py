"""From a reading to a remembered decision: the only writer of the journal and owner of the work state.

Used by one thread, the intake. The order is the promise: decide, store, and only then tell.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from traitortrack_desktop.domain.arrivals import Arrival, Arrivals, placing
from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode, parse_frame
from traitortrack_desktop.domain.correcting import bag_to_know
from traitortrack_desktop.domain.deciding_deeds import bag_of, bill_of, decide_deed, ticket_of
from traitortrack_desktop.domain.deeds import Deed
from traitortrack_desktop.domain.desks import bill_as_others_left_it
from traitortrack_desktop.domain.entries import (
    WITHOUT_EFFECT,
    BagFact,
    Decision,
    EntryKind,
    Holder,
    JournalEntry,
)
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.holding import (
    decide_held,
    lets_the_next_follow,
    meaning_of_held,
    next_to_place,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.taking_over import parent_taken
from traitortrack_desktop.domain.work import Held
from traitortrack_desktop.domain.workflow import decide
from traitortrack_desktop.services.catalogue import KnownBill
from traitortrack_desktop.services.events import (
    StationListener,
)
from traitortrack_desktop.services.journal_keeping import JournalKeeping
from traitortrack_desktop.services.people_here import (
    BadgeDesk,
    PeopleHere,
)
from traitortrack_desktop.services.people_intake import PeopleIntake
from traitortrack_desktop.services.ports import (
    Journal,
    JournalUnwritableError,
    PostingReply,
)

FORM_SOURCE = "form"
"""Where an entry comes from that a form or a list asked for."""
CENTRE_SOURCE = "centre"
"""Where an entry comes from that only says what the centre told."""
_ENDING = frozenset({Command.COMPLETE, Command.CLOSE})
"""What ends a bill or a return: it waits for all that was done there."""


def monotonic_ms() -> int:
    """Return the clock on which readings come."""
    return time.monotonic_ns() // 1_000_000


def station_clock() -> datetime:
    """Return the station's clock, aware UTC."""
    return datetime.now(UTC)


def _random_bits() -> int:
    return secrets.randbits(16)


def _nothing_known(code: str) -> None:
    """Answer of a station that knows of no bills and no returns."""


class ScanIntake:
    """Turns readings into journal entries and keeps the work state and who works here.

    *for_people* is for a station with people at it: see ``domain.arrivals``. *known_about* says what is
    known of a bag (``services.catalogue.merged``), *known_bill* of a bill, *known_ticket* of a return; they
    may raise :class:`JournalUnwritableError`. *catalogue_bill* says what the catalogue alone has of a bill.
    *badges* says whose a badge is. *device* is this station's.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        rules: CodeRules,
        tell: StationListener,
        known_about: Callable[[str], BagFact | None],
        badges: BadgeDesk,
        sign_in_required: bool = False,
        for_people: bool = False,
        monotonic_ms: Callable[[], int] = monotonic_ms,
        new_id: Callable[[], UUID] = uuid4,
        known_bill: Callable[[str], BillFact | None] = _nothing_known,
        known_ticket: Callable[[str], TicketFact | None] = _nothing_known,
        catalogue_bill: Callable[[str], KnownBill | None] = _nothing_known,
        device: DeviceId | None = None,
        clock: Callable[[], datetime] = station_clock,
        bits: Callable[[], int] = _random_bits,
    ) -> None:
        self._journal = journal
        self._bag_fact = known_about
        self._bill_fact = known_bill
        self._ticket_fact = known_ticket
        self._catalogue_bill = catalogue_bill
        self._device = device
        self._clock = clock
        self._bits = bits
        self._rules = rules
        self._here = PeopleHere(sign_in_required=sign_in_required, new_id=new_id)
        self._keeping = JournalKeeping(journal, self._here, tell, catch_up=self._hold_what_was_missed)
        self.people = PeopleIntake(
            here=self._here,
            keeping=self._keeping,
            badges=badges,
            rules=rules,
            tell=tell,
            monotonic_ms=monotonic_ms,
            changed=self._go_on,
            for_people=for_people,
        )
        """Who works here: signing in and out, badges, the lock, overrides."""
        self._for_people = for_people
        self._deferred: list[tuple[ScanFrame, int]] = []
        """Readings of a script that came while a badge was being checked."""
        self._settled: list[Callable[[], None]] = []
        self._monotonic_ms = monotonic_ms
        self._arrivals = Arrivals(for_people=for_people)
        self._missed: dict[str, tuple[str, Arrival]] = {}
        """The first reading of each memory that could not be stored."""

    def resume(self) -> None:
        """Fold the journal, so that the work stands where it stood."""
        self._keeping.resume()

    def take(self, frame: ScanFrame, came_ms: int | None = None) -> None:
        """Decide one reading, store the decision, then tell it; tells ``StorageFailed`` if it cannot.

        *came_ms* is when it came, on the clock of this intake; ``None`` means now. The command to place
        what is held makes an entry of each code that it places.
        """
        came_ms = self._monotonic_ms() if came_ms is None else came_ms
        self.people.tick(came_ms)
        if self._here.is_waiting and not self._for_people:
            # Whoever wrote the script knows whose badge it is; only people can be told to scan again.
            self._deferred.append((frame, came_ms))
            return
        self._take(frame, came_ms)

    def _take(self, frame: ScanFrame, came_ms: int) -> None:
        stores = self._keeping.stores(frame.source)
        scanned = parse_frame(frame, self._rules)
        arrival = self._arrivals.look_at(frame, scanned, came_ms, self._keeping.state)
        self._miss(scanned, arrival)
        if not stores:
            return
        try:
            decision = self._decide(frame, scanned, arrival)
        except JournalUnwritableError as failure:
            self._keeping.fail(str(failure), source=frame.source)
            return
        if arrival.from_memory:
            self._missed.pop(frame.source, None)
        # Only now: a reading that was not stored must count when it is read again at once.
        self._arrivals.keep(
            frame, scanned, arrival, decision, came_ms=came_ms, stored_ms=self._monotonic_ms()
        )

    def take_receipts(self, entries: Sequence[JournalEntry], reply: PostingReply) -> bool:
        """Store the centre's answers to *entries*; return whether they are stored."""
        if not self._keeping.take_receipts(entries, reply):
            return False
        for entry, receipt in zip(entries, reply.receipts, strict=True):
            self.people.learn(entry, receipt)
        return True

    def do(self, deed: Deed) -> None:
        """Decide what a form or a list asks for, store the decision, then tell it, like a scan."""
        self.people.tick()
        if not self._keeping.stores():
            return
        try:
            bag = bag_of(deed)
            decision = decide_deed(
                self._keeping.state,
                deed,
                rules=self._rules,
                known=self._known_here(bill=bill_of(deed), ticket=ticket_of(deed)),
                fact=self._bag_fact(bag) if bag is not None else None,
                barred=self._here.barred,
            )
            entry = self._keeping.store(decision, FORM_SOURCE)
        except JournalUnwritableError as failure:
            self._keeping.fail(str(failure))
            return
        self._keeping.tell_decided(entry)

    def take_holders(self, holders: Mapping[str, Holder]) -> None:
        """Close the open parent that another station took over, as the centre says; store and tell it.

        *holders* are those of the parents that changed, by their codes.
        """
        parent = self._keeping.state.parent
        taken = parent_taken(parent, holders.get(parent.code), here=self._device) if parent else None
        if taken is not None:
            self._keeping.store_apart(taken, CENTRE_SOURCE)

    def refresh_bill(self) -> None:
        """Take in what the catalogue has by now of the bill that is worked at."""
        state = self._keeping.state
        bill = state.bill
        known = self._catalogue_bill(bill.code) if bill is not None else None
        if bill is None or known is None or known.fact is None:
            return
        refreshed = bill_as_others_left_it(bill, known.fact, known.posted_seq)
        if refreshed != bill:
            self._keeping.refresh(replace(state, desk=refreshed))

    def when_settled(self, done: Callable[[], None]) -> None:
        """Call *done* when no reading of a script waits for whose badge it is: mostly at once."""
        self._settled.append(done)
        self._go_on()

    def _go_on(self) -> None:
        """Take what a script sent meanwhile, in its order."""
        while self._deferred and not self._here.is_waiting:
            self._take(*self._deferred.pop(0))
        while self._settled and (self._for_people or not self._here.is_waiting):
            self._settled.pop(0)()

    def _decide(self, frame: ScanFrame, scanned: ParsedCode, arrival: Arrival) -> Decision:
        """Decide, store and tell; return the decision. Raises :class:`JournalUnwritableError`."""
        barred = self._here.barred
        if scanned.command is Command.PLACE:
            held = next_to_place(self._keeping.state, arrival, barred=barred, rules=self._rules)
            if held is not None:
                return self._place(frame, placing(arrival), held)
        badge = self.people.known(scanned, arrival)
        scanned, known = self._with_what_is_known(scanned)
        decision = decide(
            self._keeping.state,
            scanned,
            self._known_about(scanned),
            rules=self._rules,
            barred=barred,
            badge=badge,
            arrival=arrival,
            known=replace(known, typed=frame.kind is FrameKind.TYPED),
        )
        if badge is not None and decision.kind is EntryKind.SIGN_IN:
            self.people.switch_to(badge, scanned, decision, frame.source, arrival)
            return decision
        secret = scanned.kind is CodeKind.BADGE
        entry = self._keeping.store(
            decision, frame.source, b"" if secret else frame.raw, remarks=arrival.remarks
        )
        if scanned.badge is not None and decision.reason is Reason.BADGE_BEING_CHECKED:
            self.people.ask_about(scanned.badge, source=frame.source)
        self._keeping.tell_decided(entry)
        return decision

    def _miss(self, scanned: ParsedCode, arrival: Arrival) -> None:
        """Take a reading of a memory for missed until it is stored: what comes behind it may not be its."""
        if arrival.from_memory and scanned.problem is not Reason.NOT_A_SCAN:
            self._missed.setdefault(arrival.source, (scanned.text, arrival))

    def _hold_what_was_missed(self) -> None:
        """Hold a gap for what could not be stored. Raises :class:`JournalUnwritableError`."""
        for source, (code, arrival) in list(self._missed.items()):
            gap = ParsedCode(kind=CodeKind.UNUSABLE, text=code, problem=Reason.NOT_STORED)
            decision = decide(self._keeping.state, gap, None, rules=self._rules, arrival=arrival)
            entry = self._keeping.store(decision, source, remarks=arrival.remarks)
            del self._missed[source]
            self._keeping.tell_decided(entry, is_answer=False)

    def _place(self, frame: ScanFrame, arrival: Arrival, held: Held) -> Decision:
        """Place a memory, beginning with *held*, until a person has to look; no scan comes between."""
        while True:
            scanned, known = self._with_what_is_known(meaning_of_held(held, self._rules))
            decision = decide_held(
                self._keeping.state,
                held,
                scanned,
                self._known_about(scanned),
                rules=self._rules,
                arrival=arrival,
                known=known,
            )
            entry = self._keeping.store(decision, frame.source, frame.raw, remarks=arrival.remarks)
            rest = self._keeping.state.held
            goes_on = bool(rest) and rest[0].memory == held.memory and lets_the_next_follow(decision)
            self._keeping.tell_decided(entry, is_answer=not goes_on)
            if not goes_on:
                return decision
            held = rest[0]

    def _known_about(self, scanned: ParsedCode) -> BagFact | None:
        is_bag = scanned.problem is None and scanned.kind is not CodeKind.BADGE
        return self._bag_fact(bag_to_know(self._keeping.state, scanned)) if is_bag else None

    def _with_what_is_known(self, scanned: ParsedCode) -> tuple[ParsedCode, KnownHere]:
        """Return the scan with what is known beside its bag; a known bill is one, whatever it is called."""
        if scanned.kind is CodeKind.BILL:
            return scanned, self._known_here(bill=scanned.text)
        if scanned.kind is CodeKind.TICKET:
            return scanned, self._known_here(ticket=scanned.text)
        if scanned.command in _ENDING:
            return scanned, replace(self._known_here(), waits=self._desk_waits())
        at_bill = scanned.kind is CodeKind.CHILD and self._keeping.state.bill is not None
        if scanned.problem is not Reason.UNKNOWN_CODE and not (at_bill and self._is_no_bag(scanned.text)):
            return scanned, self._known_here()
        known = self._known_here(bill=scanned.text)
        if known.bill is None or known.bill.is_absent or not known.may(Operation.MANAGE_BILLS):
            return scanned, replace(known, bill=None)
        return replace(scanned, kind=CodeKind.BILL, problem=None), known

    def _is_no_bag(self, code: str) -> bool:
        """Whether no bag *code* is known: bills may be called like child bags, which no bill takes."""
        fact = self._bag_fact(code)
        return fact is None or fact.is_absent

    def _desk_waits(self) -> bool:
        """Whether something of this station at the bill or return that is worked at has no answer yet."""
        bill, ticket = self._keeping.state.bill, self._keeping.state.ticket
        if bill is not None:
            memory = self._journal.bill_memory(bill.code)
            return memory is not None and any(
                entry.seq in memory.waiting and entry.decision.kind not in WITHOUT_EFFECT
                for entry in memory.later
            )
        known = self._journal.ticket_memory(ticket.code) if ticket is not None else None
        return known is not None and known.waits

    def _known_here(self, *, bill: str | None = None, ticket: str | None = None) -> KnownHere:
        return KnownHere(
            by=self._here.session,
            bill=self._bill_fact(bill) if bill is not None else None,
            ticket=self._ticket_fact(ticket) if ticket is not None else None,
            device=self._device,
            now=self._clock(),
            bits=self._bits(),
        )

    def close(self) -> None:
        """Close the journal; what waits for a badge's answer is decided before."""
        self.people.give_up()
        self._keeping.close()

    def fail(self, problem: str) -> None:
        """Tell that something was not stored; see ``JournalKeeping.fail``."""
        self._keeping.fail(problem)
