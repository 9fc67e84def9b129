"""A centre in a dictionary, for tests of everything that posts. Fills ``services.ports.PostingOffice``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from traitortrack_desktop.domain.entries import (
    BagFact,
    EntryKind,
    JournalEntry,
    Outcome,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.identifiers import EntryId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import PostingReply, StationStanding


class MemoryOffice:
    """Set *failing* to an exception to have it raised by the next calls."""

    def __init__(self) -> None:
        self.failing: Exception | None = None
        self.inside: dict[str, JournalEntry] = {}
        """The entry that put each child where it is."""
        self.parents: set[str] = set()
        self.first_receipts: dict[EntryId, Receipt] = {}

    def post(
        self, entries: Sequence[JournalEntry], cursor: str | None = None, *, session: UUID | None = None
    ) -> PostingReply:
        self.probe()
        receipts = tuple(self._receipt(entry) for entry in entries)
        return PostingReply(receipts=receipts, server_time=datetime.now(UTC), centre="memory/1")

    def probe(self, *, session: UUID | None = None) -> StationStanding | None:
        if self.failing is not None:
            raise self.failing
        return None

    def close(self) -> None:
        pass

    def count(self, parent: str | None) -> int | None:
        if parent not in self.parents:
            return None
        return sum(entry.decision.parent == parent for entry in self.inside.values())

    def _receipt(self, entry: JournalEntry) -> Receipt:
        first = self.first_receipts.get(entry.id)
        if first is not None:
            repeated = first.outcome is Outcome.POSTED
            return replace(first, outcome=Outcome.ALREADY_POSTED) if repeated else first
        reason = self._objection(entry)
        if reason is None:
            self._apply(entry)
        count = self.count(entry.decision.parent)
        receipt = Receipt(
            seq=entry.seq,
            outcome=Outcome.POSTED if reason is None else Outcome.REFUSED,
            reason=reason,
            count=count,
            completed=None if count is None else count >= entry.decision.capacity,
            fact=self._fact(entry.decision.child) if reason is not None else None,
        )
        self.first_receipts[entry.id] = receipt
        return receipt

    def _objection(self, entry: JournalEntry) -> Reason | None:
        decision = entry.decision
        if decision.verdict is Verdict.REFUSED:
            return decision.reason
        if decision.verdict is Verdict.CONFIRM or decision.kind is EntryKind.OPEN_PARENT:
            return None
        holder = self.inside.get(decision.child or "")
        here = holder is not None and holder.decision.parent == decision.parent
        match decision.kind:
            case EntryKind.REMOVE_CHILD:
                return None if here else Reason.CHILD_NOT_IN_PARENT
            case EntryKind.CLOSE_PARENT | EntryKind.ADD_CHILD if decision.parent not in self.parents:
                return Reason.PARENT_MISSING
            case EntryKind.ADD_CHILD if here:
                return Reason.ALREADY_IN_THIS_PARENT
            case EntryKind.ADD_CHILD if (self.count(decision.parent) or 0) >= decision.capacity:
                return Reason.PARENT_FULL
            case EntryKind.ADD_CHILD if holder is not None:
                return Reason.CHILD_IN_OTHER_PARENT
        return None

    def _apply(self, entry: JournalEntry) -> None:
        decision = entry.decision
        match decision.kind:
            case EntryKind.OPEN_PARENT:
                self.parents.add(decision.parent or "")
            case EntryKind.ADD_CHILD:
                self.inside[decision.child or ""] = entry
            case EntryKind.REMOVE_CHILD:
                del self.inside[decision.child or ""]

    def _fact(self, child: str | None) -> BagFact | None:
        holder = self.inside.get(child or "")
        if child is None or holder is None:
            return None
        return BagFact(
            code=child,
            kind="child",
            parent=holder.decision.parent,
            since=holder.at,
            by=holder.operator,
            as_of=datetime.now(UTC),
            from_centre=True,
        )
