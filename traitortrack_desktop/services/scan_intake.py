"""From a reading to a remembered decision: the only writer of the journal and owner of the work state.

Used by one thread, the intake. The order is the promise: decide, store, and only then tell.
"""

from collections.abc import Sequence
from dataclasses import replace

from traitortrack_desktop.domain.codes import CodeKind, CodeRules, ParsedCode, parse_frame
from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
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

BOUNCE_MS = 300
"""The same text from the same scanner within this time is one label read twice."""


class ScanIntake:
    """Turns readings into journal entries and keeps the work state."""

    def __init__(
        self, *, journal: Journal, rules: CodeRules, tell: StationListener, sign_in_required: bool = False
    ) -> None:
        self._journal = journal
        self._rules = rules
        self._tell = tell
        self._sign_in_required = sign_in_required
        self._operator: str | None = None
        self._state = WorkState()
        self._backlog = Backlog(pending=0, oldest_at=None)
        self._last_reading: dict[str, ScanFrame] = {}
        self._storage_failed = False

    def resume(self) -> None:
        """Fold the journal, so that the work stands where it stood."""
        self._fold()
        self._tell(WorkResumed(state=self._state, backlog=self._backlog))

    def set_operator(self, username: str | None) -> None:
        """Record later entries under *username*."""
        self._operator = username

    def take(self, frame: ScanFrame) -> None:
        """Decide one reading, store the decision, then tell it; tells ``StorageFailed`` if it cannot."""
        if self._storage_failed and not self._storage_is_back():
            return
        try:
            entry = self._store(frame)
        except JournalUnwritableError as failure:
            self.fail(str(failure))
            return
        # Only now: a reading that was not stored must count when it is read again at once.
        self._last_reading[frame.source] = frame
        self._state = after_entry(self._state, entry)
        self._backlog = Backlog(
            pending=self._backlog.pending + 1, oldest_at=self._backlog.oldest_at or entry.at
        )
        self._tell(ScanDecided(entry=entry, state=self._state, backlog=self._backlog))

    def take_receipts(self, entries: Sequence[JournalEntry], reply: PostingReply) -> bool:
        """Store the centre's answers to *entries*; return whether they are stored."""
        if self._storage_failed and not self._storage_is_back():
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

    def _store(self, frame: ScanFrame) -> JournalEntry:
        scanned = self._meaning(frame)
        decision = decide(
            self._state,
            scanned,
            self._journal.bag_fact(scanned.text) if scanned.problem is None else None,
            rules=self._rules,
            signed_in=self._operator is not None or not self._sign_in_required,
        )
        secret = scanned.kind is CodeKind.BADGE
        return self._journal.append(
            decision,
            operator=self._operator,
            source=frame.source,
            raw=b"" if secret else frame.raw,
        )

    def _meaning(self, frame: ScanFrame) -> ParsedCode:
        scanned = parse_frame(frame, self._rules)
        previous = self._last_reading.get(frame.source)
        if previous is not None and _bounced(previous, frame):
            return replace(scanned, problem=Reason.READ_TWICE)
        return scanned

    def _fold(self) -> None:
        self._state = self._journal.work_state()
        self._backlog = self._journal.backlog()

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def fail(self, problem: str) -> None:
        """Tell that the last reading was not stored; the next one opens and folds the journal anew."""
        self._storage_failed = True
        self._tell(StorageFailed(problem=problem))

    def _storage_is_back(self) -> bool:
        """Try the journal again; the state is folded anew, since an unacknowledged entry may be in it."""
        try:
            self._journal.reopen()
            self._fold()
        except JournalUnwritableError as failure:
            self.fail(str(failure))
            return False
        self._storage_failed = False
        self._tell(StorageRecovered(state=self._state, backlog=self._backlog))
        return True


def _bounced(previous: ScanFrame, frame: ScanFrame) -> bool:
    if frame.ended_ms is None or previous.ended_ms is None or frame.raw != previous.raw:
        return False
    # Device clocks are 32-bit milliseconds and wrap after 49.7 days.
    return (frame.ended_ms - previous.ended_ms) & 0xFFFFFFFF < BOUNCE_MS
