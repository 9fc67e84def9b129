"""The journal in the intake's hands: stored before it is told, and what happens when it cannot be.

Used by one thread, the intake.
"""

from collections.abc import Callable, Sequence

from traitortrack_desktop.domain.entries import Decision, JournalEntry, Remark
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.services.events import (
    ReceiptsRecorded,
    ScanDecided,
    StationListener,
    StorageFailed,
    StorageRecovered,
    WorkRefreshed,
    WorkResumed,
)
from traitortrack_desktop.services.people_here import PeopleHere
from traitortrack_desktop.services.ports import Backlog, Journal, JournalUnwritableError, PostingReply


class JournalKeeping:
    """Owns the work state. *here* says under whose name entries are stored.

    *catch_up* is called when the journal stores again, before anybody is told; it may raise
    :class:`JournalUnwritableError`.
    """

    def __init__(
        self, journal: Journal, here: PeopleHere, tell: StationListener, *, catch_up: Callable[[], None]
    ) -> None:
        self._journal = journal
        self._here = here
        self._tell = tell
        self._catch_up = catch_up
        self._failed = False
        self._backlog = Backlog(pending=0, oldest_at=None)
        self.state = WorkState()

    def resume(self) -> None:
        """Fold the journal and tell it."""
        self._fold()
        self._tell(WorkResumed(state=self.state, backlog=self._backlog))

    def store(
        self,
        decision: Decision,
        source: str,
        raw: bytes = b"",
        *,
        remarks: tuple[Remark, ...] = (),
        session: OperatorSession | None = None,
    ) -> JournalEntry:
        """Store *decision* under *session*, or whoever works here. Raises :class:`JournalUnwritableError`."""
        entry = self._journal.append(
            decision,
            operator=session.person.username if session is not None else self._here.operator,
            source=source,
            raw=raw,
            remarks=remarks,
            session=session.id if session is not None else self._here.session_id,
        )
        self.state = after_entry(self.state, entry)
        self._backlog = Backlog(
            pending=self._backlog.pending + 1, oldest_at=self._backlog.oldest_at or entry.at
        )
        return entry

    def tell_decided(self, entry: JournalEntry, *, is_answer: bool = True) -> None:
        """Tell what was stored; see ``ScanDecided.is_answer``."""
        self._tell(ScanDecided(entry=entry, state=self.state, backlog=self._backlog, is_answer=is_answer))

    def store_apart(
        self,
        decision: Decision,
        source: str,
        *,
        session: OperatorSession | None = None,
        is_answer: bool = True,
    ) -> bool:
        """Store and tell what no reading says; return whether it is stored, or tell that it is not."""
        if not self.stores():
            return False
        try:
            entry = self.store(decision, source, session=session)
        except JournalUnwritableError as failure:
            self.fail(str(failure))
            return False
        self.tell_decided(entry, is_answer=is_answer)
        return True

    def refresh(self, state: WorkState) -> None:
        """Go on with *state*, which knows more of what others did, and tell it."""
        self.state = state
        self._tell(WorkRefreshed(state=state, backlog=self._backlog))

    def take_receipts(self, entries: Sequence[JournalEntry], reply: PostingReply) -> bool:
        """Store the centre's answers to *entries* and tell them; return whether they are stored."""
        if not self.stores():
            return False
        try:
            self._journal.record_receipts(reply.receipts, centre=reply.centre)
        except JournalUnwritableError as failure:
            self.fail(str(failure))
            return False
        answered = tuple(zip(entries, reply.receipts, strict=True))
        for entry, receipt in answered:
            self.state = after_receipt(self.state, entry, receipt)
        self._backlog = self._journal.backlog()
        self._tell(ReceiptsRecorded(answered=answered, state=self.state, backlog=self._backlog))
        return True

    def stores(self, source: str | None = None) -> bool:
        """Return whether the journal stores, after a failure by trying it; *source* is of the reading."""
        return not self._failed or self._is_back(source)

    def fail(self, problem: str, *, source: str | None = None) -> None:
        """Tell that the last reading was not stored; the next one opens and folds the journal anew.

        *source* names the scanner whose reading it was.
        """
        self._failed = True
        self._tell(StorageFailed(problem=problem, source=source))

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _fold(self) -> None:
        self.state = self._journal.work_state()
        self._backlog = self._journal.backlog()

    def _is_back(self, source: str | None) -> bool:
        """Try the journal again; the state is folded anew, since an unacknowledged entry may be in it."""
        try:
            self._journal.reopen()
            self._fold()
            self._catch_up()
        except JournalUnwritableError as failure:
            self.fail(str(failure), source=source)
            return False
        self._failed = False
        self._tell(StorageRecovered(state=self.state, backlog=self._backlog))
        return True
