"""From a reading to a remembered decision: the only writer of the journal and owner of the work state.

Used by one thread, the intake. The order is the promise: decide, store, and only then tell.
"""

import time
from collections.abc import Callable, Sequence

from traitortrack_desktop.domain.arrivals import Arrival, Arrivals, placing
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode, parse_frame
from traitortrack_desktop.domain.entries import BagFact, Decision, JournalEntry
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.holding import decide_held, lets_the_next_follow, next_to_place
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


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class ScanIntake:
    """Turns readings into journal entries and keeps the work state.

    *holds_pouring* is for a station with people at it: see ``domain.arrivals``.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        rules: CodeRules,
        tell: StationListener,
        sign_in_required: bool = False,
        holds_pouring: bool = False,
        monotonic_ms: Callable[[], int] = _monotonic_ms,
    ) -> None:
        self._journal = journal
        self._rules = rules
        self._tell = tell
        self._sign_in_required = sign_in_required
        self._operator: str | None = None
        self._state = WorkState()
        self._backlog = Backlog(pending=0, oldest_at=None)
        self._monotonic_ms = monotonic_ms
        self._arrivals = Arrivals(holds_pouring=holds_pouring)
        self._storage_failed = False

    def resume(self) -> None:
        """Fold the journal, so that the work stands where it stood."""
        self._fold()
        self._tell(WorkResumed(state=self._state, backlog=self._backlog))

    def set_operator(self, username: str | None) -> None:
        """Record later entries under *username*."""
        self._operator = username

    def take(self, frame: ScanFrame) -> None:
        """Decide one reading, store the decision, then tell it; tells ``StorageFailed`` if it cannot.

        The command to place what is held makes an entry of each code that it places.
        """
        if self._storage_failed and not self._storage_is_back(frame.source):
            return
        scanned = parse_frame(frame, self._rules)
        arrival = self._arrivals.look_at(frame, scanned, self._monotonic_ms())
        try:
            decision = self._decide(frame, scanned, arrival)
        except JournalUnwritableError as failure:
            self.fail(str(failure), source=frame.source)
            return
        # Only now: a reading that was not stored must count when it is read again at once.
        self._arrivals.keep(frame, scanned, arrival, decision, self._monotonic_ms())

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
        self._record(decision, frame.source, b"" if secret else frame.raw, arrival)
        return decision

    def _place(self, frame: ScanFrame, arrival: Arrival, held: Held) -> Decision:
        """Place what is held, beginning with *held*, until a person has to look; no scan comes between."""
        while True:
            scanned = parse_frame(ScanFrame(source=held.source, raw=held.code.encode()), self._rules)
            decision = decide_held(
                self._state,
                held,
                scanned,
                self._known_about(scanned),
                rules=self._rules,
                arrival=arrival,
            )
            self._record(decision, frame.source, frame.raw, arrival)
            if not self._state.held or not lets_the_next_follow(decision):
                return decision
            held = self._state.held[0]

    def _record(self, decision: Decision, source: str, raw: bytes, arrival: Arrival) -> None:
        entry = self._journal.append(
            decision, operator=self._operator, source=source, raw=raw, remarks=arrival.remarks
        )
        self._state = after_entry(self._state, entry)
        self._backlog = Backlog(
            pending=self._backlog.pending + 1, oldest_at=self._backlog.oldest_at or entry.at
        )
        self._tell(ScanDecided(entry=entry, state=self._state, backlog=self._backlog))

    def _known_about(self, scanned: ParsedCode) -> BagFact | None:
        return self._journal.bag_fact(scanned.text) if scanned.problem is None else None

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
        except JournalUnwritableError as failure:
            self.fail(str(failure), source=source)
            return False
        self._storage_failed = False
        self._tell(StorageRecovered(state=self._state, backlog=self._backlog))
        return True
