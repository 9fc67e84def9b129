"""From a reading to a remembered decision: the only writer of the journal and owner of the work state.

Used by one thread, the intake. The order is the promise: decide, store, and only then tell.
"""

import time
from collections.abc import Callable, Sequence

from traitortrack_desktop.domain.arrivals import Arrival, Arrivals, placing
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode, parse_frame
from traitortrack_desktop.domain.entries import BagFact, Decision, JournalEntry
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.holding import (
    decide_held,
    lets_the_next_follow,
    meaning_of_held,
    next_to_place,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import Held, WorkState, after_entry, after_receipt
from traitortrack_desktop.domain.workflow import decide
from traitortrack_desktop.services.events import (
    ReceiptsRecorded,
    ScanDecided,
    StationListener,
    StorageFailed,
    StorageRecovered,
    WorkResumed,
)
from traitortrack_desktop.services.ports import Backlog, Journal, JournalUnwritableError, PostingReply


def monotonic_ms() -> int:
    """Return the clock on which readings come."""
    return time.monotonic_ns() // 1_000_000


class ScanIntake:
    """Turns readings into journal entries and keeps the work state.

    *for_people* is for a station with people at it: see ``domain.arrivals``. *known_about* says what is
    known of a bag (``services.catalogue.merged``); it may raise :class:`JournalUnwritableError`.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        rules: CodeRules,
        tell: StationListener,
        known_about: Callable[[str], BagFact | None],
        sign_in_required: bool = False,
        for_people: bool = False,
        monotonic_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._journal = journal
        self._bag_fact = known_about
        self._rules = rules
        self._tell = tell
        self._sign_in_required = sign_in_required
        self._operator: str | None = None
        self._state = WorkState()
        self._backlog = Backlog(pending=0, oldest_at=None)
        self._monotonic_ms = monotonic_ms
        self._arrivals = Arrivals(for_people=for_people)
        self._storage_failed = False
        self._missed: dict[str, tuple[str, Arrival]] = {}
        """The first reading of each memory that could not be stored."""

    def resume(self) -> None:
        """Fold the journal, so that the work stands where it stood."""
        self._fold()
        self._tell(WorkResumed(state=self._state, backlog=self._backlog))

    def set_operator(self, username: str | None) -> None:
        """Record later entries under *username*."""
        self._operator = username

    def take(self, frame: ScanFrame, came_ms: int | None = None) -> None:
        """Decide one reading, store the decision, then tell it; tells ``StorageFailed`` if it cannot.

        *came_ms* is when it came, on the clock of this intake; ``None`` means now. The command to place
        what is held makes an entry of each code that it places.
        """
        came_ms = self._monotonic_ms() if came_ms is None else came_ms
        stores = not self._storage_failed or self._storage_is_back(frame.source)
        scanned = parse_frame(frame, self._rules)
        arrival = self._arrivals.look_at(frame, scanned, came_ms, self._state)
        if not stores:
            self._miss(scanned, arrival)
            return
        self._miss(scanned, arrival)
        try:
            decision = self._decide(frame, scanned, arrival)
        except JournalUnwritableError as failure:
            self.fail(str(failure), source=frame.source)
            return
        if arrival.from_memory:
            self._missed.pop(frame.source, None)
        # Only now: a reading that was not stored must count when it is read again at once.
        self._arrivals.keep(
            frame, scanned, arrival, decision, came_ms=came_ms, stored_ms=self._monotonic_ms()
        )

    def take_receipts(self, entries: Sequence[JournalEntry], reply: PostingReply) -> bool:
        """Store the centre's answers to *entries*; return whether they are stored."""
        if self._storage_failed and not self._storage_is_back(None):
            return False
        try:
            self._journal.record_receipts(reply.receipts, centre=reply.centre)
        except JournalUnwritableError as failure:
            self.fail(str(failure))
            return False
        answered = tuple(zip(entries, reply.receipts, strict=True))
        for entry, receipt in answered:
            self._state = after_receipt(self._state, entry, receipt)
        self._backlog = self._journal.backlog()
        self._tell(ReceiptsRecorded(answered=answered, state=self._state, backlog=self._backlog))
        return True

    def _decide(self, frame: ScanFrame, scanned: ParsedCode, arrival: Arrival) -> Decision:
        """Decide, store and tell; return the decision. Raises :class:`JournalUnwritableError`."""
        signed_in = self._operator is not None or not self._sign_in_required
        if scanned.command is Command.PLACE:
            held = next_to_place(self._state, arrival, signed_in=signed_in)
            if held is not None:
                return self._place(frame, placing(arrival), held)
        decision = decide(
            self._state,
            scanned,
            self._known_about(scanned),
            rules=self._rules,
            signed_in=signed_in,
            arrival=arrival,
        )
        secret = scanned.kind is CodeKind.BADGE
        entry = self._store(decision, frame.source, b"" if secret else frame.raw, arrival)
        self._tell_decided(entry)
        return decision

    def _miss(self, scanned: ParsedCode, arrival: Arrival) -> None:
        """Take a reading of a memory for missed until it is stored: what comes behind it may not be its."""
        if arrival.from_memory and scanned.problem is not Reason.NOT_A_SCAN:
            self._missed.setdefault(arrival.source, (scanned.text, arrival))

    def _hold_what_was_missed(self) -> None:
        """Hold a gap for what could not be stored. Raises :class:`JournalUnwritableError`."""
        for source, (code, arrival) in list(self._missed.items()):
            gap = ParsedCode(kind=CodeKind.UNUSABLE, text=code, problem=Reason.NOT_STORED)
            decision = decide(self._state, gap, None, rules=self._rules, arrival=arrival)
            entry = self._store(decision, source, b"", arrival)
            del self._missed[source]
            self._tell_decided(entry, is_answer=False)

    def _place(self, frame: ScanFrame, arrival: Arrival, held: Held) -> Decision:
        """Place a memory, beginning with *held*, until a person has to look; no scan comes between."""
        while True:
            scanned = meaning_of_held(held, self._rules)
            decision = decide_held(
                self._state,
                held,
                scanned,
                self._known_about(scanned),
                rules=self._rules,
                arrival=arrival,
            )
            entry = self._store(decision, frame.source, frame.raw, arrival)
            rest = self._state.held
            goes_on = bool(rest) and rest[0].memory == held.memory and lets_the_next_follow(decision)
            self._tell_decided(entry, is_answer=not goes_on)
            if not goes_on:
                return decision
            held = rest[0]

    def _store(self, decision: Decision, source: str, raw: bytes, arrival: Arrival) -> JournalEntry:
        entry = self._journal.append(
            decision, operator=self._operator, source=source, raw=raw, remarks=arrival.remarks
        )
        self._state = after_entry(self._state, entry)
        self._backlog = Backlog(
            pending=self._backlog.pending + 1, oldest_at=self._backlog.oldest_at or entry.at
        )
        return entry

    def _tell_decided(self, entry: JournalEntry, *, is_answer: bool = True) -> None:
        self._tell(ScanDecided(entry=entry, state=self._state, backlog=self._backlog, is_answer=is_answer))

    def _known_about(self, scanned: ParsedCode) -> BagFact | None:
        return self._bag_fact(scanned.text) if scanned.problem is None else None

    def _fold(self) -> None:
        self._state = self._journal.work_state()
        self._backlog = self._journal.backlog()

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def fail(self, problem: str, *, source: str | None = None) -> None:
        """Tell that the last reading was not stored; the next one opens and folds the journal anew.

        *source* names the scanner whose reading it was.
        """
        self._storage_failed = True
        self._tell(StorageFailed(problem=problem, source=source))

    def _storage_is_back(self, source: str | None) -> bool:
        """Try the journal again; the state is folded anew, since an unacknowledged entry may be in it."""
        try:
            self._journal.reopen()
            self._fold()
            self._hold_what_was_missed()
        except JournalUnwritableError as failure:
            self.fail(str(failure), source=source)
            return False
        self._storage_failed = False
        self._tell(StorageRecovered(state=self._state, backlog=self._backlog))
        return True
