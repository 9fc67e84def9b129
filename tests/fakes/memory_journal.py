"""A journal in a list, for tests of everything that needs one. It forgets when it goes."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from traitortrack_desktop.domain.entries import (
    NO_HASH,
    BagFact,
    Decision,
    EntryKind,
    JournalEntry,
    Outcome,
    Receipt,
    Remark,
    Verdict,
    canonical_json,
    chained_hash,
    entry_payload,
)
from traitortrack_desktop.domain.identifiers import DeviceId, JournalEpoch, following_entry_id
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.services.ports import Backlog, BagMemory, BillMemory, JournalUnwritableError
from traitortrack_desktop.storage.local.bag_facts import newest_memory
from traitortrack_desktop.storage.local.desk_facts import bill_memory, ticket_memory
from traitortrack_desktop.storage.local.histories import LAST, Answered
from traitortrack_desktop.storage.local.labels import called_now
from traitortrack_desktop.storage.local.records import KeptReceipt

DEVICE = DeviceId(UUID("00000000-0000-4000-8000-000000000001"))
EPOCH = JournalEpoch(UUID("00000000-0000-4000-8000-000000000002"))
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

_BAG_KINDS = {
    EntryKind.OPEN_PARENT,
    EntryKind.ADD_CHILD,
    EntryKind.REMOVE_CHILD,
    EntryKind.CLOSE_PARENT,
    EntryKind.OVERRIDE,
}
_OF_PACKING = _BAG_KINDS | {
    EntryKind.QUESTION,
    EntryKind.CANCEL,
    EntryKind.ACKNOWLEDGE,
    EntryKind.REFUSAL,
    EntryKind.SIGN_IN,
    EntryKind.SIGN_OUT,
}
_MAY_REOPEN = {EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD, EntryKind.OVERRIDE}
_STEPS = {EntryKind.ADD_CHILD: 1, EntryKind.REMOVE_CHILD: -1}
_UNSETTLED = {Reason.CHILD_IN_OTHER_PARENT, Reason.CHILD_NOT_IN_PARENT, Reason.UNKNOWN_BAG_TYPE}


class SteppingClock:
    """A clock that moves one second at every look, and anywhere when told to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class ListedHistories:
    """The histories of a journal in a list."""

    def __init__(self, journal: "MemoryJournal") -> None:
        self._journal = journal

    def of_child(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        return self._of(kinds, before, lambda entry: entry.decision.child == code)

    def of_parent(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        return self._of(kinds, before, lambda entry: entry.decision.parent == code)

    def mentioning(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        return self._of(kinds, before, lambda entry: code in self._named(entry))

    def _named(self, entry: JournalEntry) -> set[str | None]:
        decision, receipt = entry.decision, self._journal.receipts.get(entry.seq)
        told = receipt.ticket if receipt is not None else None
        desks = {name.upper() for name in (decision.bill, decision.ticket, told) if name is not None}
        named = {*decision.children, *decision.removed, decision.origin, decision.bag, *desks}
        return named - {decision.parent, decision.child}

    def _of(
        self, kinds: Collection[EntryKind], before: int, is_about: Callable[[JournalEntry], bool]
    ) -> Iterator[Answered]:
        for entry in reversed(self._journal.entries):
            wanted = entry.decision.verdict is Verdict.ACCEPTED and entry.decision.kind in kinds
            if entry.seq < before and wanted and is_about(entry):
                yield entry, self._journal.answered(entry)


class MemoryJournal:
    """Fills ``services.ports.Journal`` and ``WaitingEntries``.

    Set *failing* to make the next writes fail; :meth:`reopen` then fails too until it is unset.
    """

    def __init__(self, *, clock: Callable[[], datetime] | None = None, station: str = "Station 7") -> None:
        self.entries: list[JournalEntry] = []
        self.receipts: dict[int, Receipt] = {}
        self.failing = False
        self.closed = False
        self._received_at: dict[int, datetime] = {}
        self._happened: list[JournalEntry | Receipt] = []
        self._broken = False
        self._clock = clock or SteppingClock()
        self._station = station

    # -- services.ports.Journal

    def append(
        self,
        decision: Decision,
        *,
        operator: str | None,
        source: str,
        raw: bytes,
        remarks: tuple[Remark, ...] = (),
        session=None,
    ) -> JournalEntry:
        self._require_writable()
        last = self.entries[-1] if self.entries else None
        at = self._clock()
        entry = JournalEntry(
            id=following_entry_id(last.id if last else None, at, len(self.entries)),
            device=DEVICE,
            epoch=EPOCH,
            seq=len(self.entries) + 1,
            at=at,
            operator=operator,
            station=self._station,
            source=source,
            raw=raw[:512],
            decision=decision,
            previous_hash=last.hash if last else NO_HASH,
            hash=NO_HASH,
            remarks=remarks,
            session=session,
        )
        text = canonical_json(entry_payload(entry))
        entry = replace(entry, hash=chained_hash(entry.previous_hash, text))
        self.entries.append(entry)
        self._happened.append(entry)
        return entry

    def record_receipts(
        self,
        receipts: Sequence[Receipt],
        *,
        centre: str | None = None,
        received_at: datetime | None = None,
    ) -> None:
        self._require_writable()
        received_at = received_at or self._clock()
        for receipt in receipts:
            if not 1 <= receipt.seq <= len(self.entries):
                raise ValueError(f"no entry {receipt.seq}")
        for receipt in receipts:
            if receipt.seq not in self.receipts:
                self.receipts[receipt.seq] = receipt
                self._received_at[receipt.seq] = received_at
                self._happened.append(receipt)

    def work_state(self) -> WorkState:
        state = WorkState()
        for event in self._happened:
            if isinstance(event, JournalEntry):
                state = after_entry(state, event)
            else:
                state = after_receipt(state, self.entries[event.seq - 1], event)
        return state

    def bag_memory(self, code: str) -> BagMemory | None:
        if any(self._is_new_to_this_fake(entry) for entry in self.entries):
            return newest_memory(ListedHistories(self), code)
        found = [memory for memory in (self._as_child(code), self._as_parent(code)) if memory is not None]
        if not found:
            return None
        seq, fact, confirmed_at = max(found, key=lambda memory: memory[0])
        return BagMemory(seq=seq, fact=fact, confirmed_at=confirmed_at)

    def bill_memory(self, code: str) -> BillMemory | None:
        return bill_memory(ListedHistories(self), code)

    def ticket_memory(self, code: str) -> TicketFact | None:
        return ticket_memory(ListedHistories(self), code)

    def called_now(self, code: str, after: int = 0) -> str:
        return called_now(ListedHistories(self), code, after)

    def answered(self, entry: JournalEntry) -> KeptReceipt | None:
        """As the real one keeps it: with when it came."""
        receipt = self.receipts.get(entry.seq)
        if receipt is None:
            return None
        received_at = self._received_at[entry.seq]
        return KeptReceipt(receipt=receipt, after_seq=0, complete_through=0, received_at=received_at)

    def backlog(self) -> Backlog:
        waiting = self.first(len(self.entries))
        return Backlog(pending=len(waiting), oldest_at=waiting[0].at if waiting else None)

    def reopen(self) -> None:
        if self.failing:
            raise JournalUnwritableError("told to fail")
        self._broken = False

    def close(self) -> None:
        self.closed = True

    # -- services.ports.WaitingEntries

    def first(self, limit: int) -> Sequence[JournalEntry]:
        return tuple(entry for entry in self.entries if entry.seq not in self.receipts)[:limit]

    def answered_up_to(self) -> int:
        return next(
            (seq - 1 for seq in range(1, len(self.entries) + 1) if seq not in self.receipts),
            len(self.entries),
        )

    # -- how

    def _is_new_to_this_fake(self, entry: JournalEntry) -> bool:
        """Whether a memory has to know more than packing: then it is worked out as the real one is."""
        receipt = self.receipts.get(entry.seq)
        told = receipt is not None and receipt.fact is not None and (receipt.fact.bill or receipt.fact.holder)
        return bool(told) or entry.decision.kind not in _OF_PACKING or entry.decision.taken_from is not None

    def _require_writable(self) -> None:
        self._broken = self._broken or self.failing
        if self._broken:
            raise JournalUnwritableError("told to fail")

    def _as_child(self, code: str) -> tuple[int, BagFact | None, datetime | None] | None:
        for entry in reversed(self.entries):
            decision = entry.decision
            if decision.child != code or decision.verdict is not Verdict.ACCEPTED:
                continue
            receipt, received_at = self.receipts.get(entry.seq), self._received_at.get(entry.seq)
            parent = decision.parent if decision.kind is EntryKind.ADD_CHILD else None
            placed = BagFact(
                code=code, kind="child", parent=parent, since=entry.at, by=entry.operator, as_of=entry.at
            )
            if receipt is None:
                return entry.seq, placed, None
            if receipt.outcome is not Outcome.REFUSED:
                return entry.seq, replace(placed, as_of=received_at, from_centre=True), received_at
            fact = self._told(receipt, code)
            if fact is None and receipt.reason is Reason.ALREADY_IN_THIS_PARENT:
                fact = BagFact(code=code, kind="child", parent=decision.parent)
            if fact is None and receipt.reason is Reason.CHILD_IS_PARENT:
                fact = BagFact(code=code, kind="parent")
            if fact is not None or receipt.reason in _UNSETTLED:
                return entry.seq, self._by_centre(fact, received_at), received_at
        return None

    def _as_parent(self, code: str) -> tuple[int, BagFact | None, datetime | None] | None:
        about = [
            entry
            for entry in self.entries
            if entry.decision.parent == code
            and entry.decision.verdict is Verdict.ACCEPTED
            and entry.decision.kind in _BAG_KINDS
        ]
        later: list[JournalEntry] = []
        for entry in reversed(about):
            receipt, received_at = self.receipts.get(entry.seq), self._received_at.get(entry.seq)
            if receipt is not None and receipt.reason in {Reason.PARENT_IS_CHILD, Reason.UNKNOWN_BAG_TYPE}:
                if entry.decision.kind is EntryKind.OPEN_PARENT and not later:
                    fact = self._told(receipt, code)
                    if fact is None and receipt.reason is Reason.PARENT_IS_CHILD:
                        fact = BagFact(code=code, kind="child")
                    return entry.seq, self._by_centre(fact, received_at), received_at
                continue
            changes = [_STEPS.get(other.decision.kind, 0) for other in later]
            changed = any(other.decision.kind in _MAY_REOPEN for other in later)
            if receipt is not None and receipt.count is not None:
                completed = bool(receipt.completed) and not changed
                return self._filled(code, later or [entry], receipt.count + sum(changes), completed, entry)
            if receipt is not None and receipt.outcome is Outcome.REFUSED:
                continue
            later.append(entry)
            if entry.decision.kind is EntryKind.OPEN_PARENT:
                known = entry.decision.fact
                completed = known is not None and known.completed and not changed
                count = (entry.decision.base_count or 0) + sum(changes)
                return self._filled(code, later, count, completed, entry)
        if not later:
            return None
        steps = sum(_STEPS.get(entry.decision.kind, 0) for entry in later)
        return self._filled(code, later, steps, False, None)

    def _filled(
        self, code: str, later: list[JournalEntry], count: int, completed: bool, base: JournalEntry | None
    ) -> tuple[int, BagFact, datetime | None]:
        newest = later[0]
        waits = any(entry.seq not in self.receipts for entry in later)
        confirmed_at = self._received_at.get(base.seq) if base is not None and not waits else None
        fact = BagFact(
            code=code,
            kind="parent",
            since=newest.at,
            by=newest.operator,
            count=max(0, count),
            completed=completed,
            as_of=confirmed_at or newest.at,
            from_centre=confirmed_at is not None,
        )
        return newest.seq, fact, confirmed_at

    def _told(self, receipt: Receipt, code: str) -> BagFact | None:
        return receipt.fact if receipt.fact is not None and receipt.fact.code == code else None

    def _by_centre(self, fact: BagFact | None, received_at: datetime | None) -> BagFact | None:
        return replace(fact, from_centre=True, as_of=fact.as_of or received_at) if fact else None
