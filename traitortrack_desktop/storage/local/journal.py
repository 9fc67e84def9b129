"""The journal: what the station remembers, on disk before anybody is told "OK".

Opened at start-up, then used by one thread only, the intake. Each entry is committed to SQLite
and then forced into the line file; only after both does :meth:`SqliteJournal.append` return.
After any failure the files count as broken until :meth:`SqliteJournal.reopen` has examined them:
an entry may then be stored without having been acknowledged, never the other way round, and no
number ever stands for two entries.
"""

import contextlib
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from traitortrack_desktop.domain.entries import (
    MAX_RAW_BYTES,
    NO_HASH,
    Decision,
    JournalEntry,
    Receipt,
    Remark,
    canonical_json,
    chained_hash,
    entry_payload,
)
from traitortrack_desktop.domain.identifiers import DeviceId, JournalEpoch, following_entry_id
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.environment.single_instance import InstanceLock
from traitortrack_desktop.services.ports import Backlog, BagMemory, BillMemory, Clock, JournalUnwritableError
from traitortrack_desktop.storage.local.bag_facts import newest_memory
from traitortrack_desktop.storage.local.connections import is_damage, transaction
from traitortrack_desktop.storage.local.desk_facts import bill_memory, ticket_memory
from traitortrack_desktop.storage.local.histories import SqliteHistories
from traitortrack_desktop.storage.local.labels import called_now
from traitortrack_desktop.storage.local.opening import OpenFiles, open_files
from traitortrack_desktop.storage.local.places import Places
from traitortrack_desktop.storage.local.reading import entry_at, waiting_count, waiting_entries
from traitortrack_desktop.storage.local.records import DamagedRecordError, KeptReceipt, StoredEntry
from traitortrack_desktop.storage.local.salvage import RecoveryReport
from traitortrack_desktop.storage.local.standing import standing_work
from traitortrack_desktop.storage.local.writing import add_entry, add_receipt, begin_epoch, complete_with

_MIN_FREE_BYTES = 256 * 1024


def _random_bits() -> int:
    return secrets.randbits(74)


class SqliteJournal:
    """The journal of one data directory; fills ``services.ports.Journal``."""

    def __init__(
        self,
        places: Places,
        lock: InstanceLock,
        *,
        device: DeviceId,
        station: str,
        clock: Clock,
        random_bits: Callable[[], int],
    ) -> None:
        self._places = places
        self._lock = lock
        self._device = device
        self._station = station
        self._clock = clock
        self._random_bits = random_bits
        self._files: OpenFiles | None = None
        self._broken = True
        self._damage_seen = False
        self._recovered: RecoveryReport | None = None
        self._pending = 0
        self._oldest_at: datetime | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        device: DeviceId,
        station: str,
        clock: Clock,
        random_bits: Callable[[], int] = _random_bits,
    ) -> "SqliteJournal":
        """Open the journal in *directory*, making it at the first use.

        A damaged journal is set aside whole and what is readable goes on in a new one; see
        :attr:`recovered`. Raises ``JournalTooNewError`` and ``JournalUnreadableError`` (files
        untouched), :class:`JournalUnwritableError`, and ``AlreadyRunningError`` when another
        program has it open.
        """
        places = Places(directory)
        try:
            lock = InstanceLock.acquire(places.lock)
        except OSError as error:
            raise JournalUnwritableError(f"{directory} cannot be written: {error}") from error
        journal = cls(
            places,
            lock,
            device=device,
            station=station,
            clock=clock,
            random_bits=random_bits,
        )
        try:
            journal._open_files()
        except BaseException:
            journal.close()
            raise
        return journal

    @property
    def epoch(self) -> JournalEpoch:
        """The epoch that new entries belong to."""
        return self._whole().epoch

    @property
    def recovered(self) -> RecoveryReport | None:
        """What was done about damage since the program started; ``None`` when there was none."""
        return self._recovered

    def append(
        self,
        decision: Decision,
        *,
        operator: str | None,
        source: str,
        raw: bytes,
        remarks: tuple[Remark, ...] = (),
        session: UUID | None = None,
    ) -> JournalEntry:
        """Store *decision*; when this returns it survives kill -9 and power loss.

        Raises :class:`JournalUnwritableError`; the entry must then not be acknowledged.
        """
        with self._guarded() as files:
            entry, stored = self._following(
                files, decision, operator, source, raw[:MAX_RAW_BYTES], remarks=remarks, session=session
            )
            with transaction(files.connection):
                add_entry(files.connection, entry, stored)
            files.lines.append((stored,))
            files.last = entry
            self._pending += 1
            self._oldest_at = self._oldest_at or entry.at
        return entry

    def record_receipts(
        self,
        receipts: Sequence[Receipt],
        *,
        centre: str | None = None,
        received_at: datetime | None = None,
    ) -> None:
        """Store the centre's answers, all or none; one for an entry that already has one changes nothing.

        *centre* is the identity the centre gave, *received_at* defaults to now. Raises
        ``ValueError`` for a receipt without an entry and :class:`JournalUnwritableError`.
        """
        with self._guarded() as files:
            answered, unknown = self._unanswered(files, receipts)
            if answered and not unknown:
                self._store(files, answered, centre, received_at or self._clock())
        if unknown:
            raise ValueError(f"the journal has no entry {unknown[0]} to record a receipt for")

    def work_state(self) -> WorkState:
        """Return the fold of the whole journal. Raises :class:`JournalUnwritableError` when damaged."""
        with self._guarded() as files:
            return standing_work(files.connection)

    def bag_memory(self, code: str) -> BagMemory | None:
        """Return what this station remembers about *code*, compared exactly, however old it is.

        Raises :class:`JournalUnwritableError` when what it remembers turns out to be damaged.
        """
        with self._guarded() as files:
            return newest_memory(SqliteHistories(files.connection), code)

    def bill_memory(self, code: str) -> BillMemory | None:
        """Return what this station did at the bill *code*, in any case.

        Raises :class:`JournalUnwritableError` as :meth:`bag_memory` does.
        """
        with self._guarded() as files:
            return bill_memory(SqliteHistories(files.connection), code)

    def ticket_memory(self, code: str) -> TicketFact | None:
        """Return what this station knows of the return *code*; raises as :meth:`bag_memory` does."""
        with self._guarded() as files:
            return ticket_memory(SqliteHistories(files.connection), code)

    def called_now(self, code: str, after: int = 0) -> str:
        """Return what the bag *code* is called since its label was replaced here after entry *after*.

        Raises as :meth:`bag_memory` does.
        """
        with self._guarded() as files:
            return called_now(SqliteHistories(files.connection), code, after)

    def backlog(self) -> Backlog:
        """Return what has no receipt yet."""
        return Backlog(pending=self._pending, oldest_at=self._oldest_at)

    def reopen(self) -> None:
        """Open the files anew after a failure; the work state has to be asked for again.

        Raises :class:`JournalUnwritableError` while they still cannot be written.
        """
        self._close_files()
        self._require_space()
        self._open_files()

    def close(self) -> None:
        """Close the files and let another program have them."""
        self._close_files()
        self._lock.release()

    # -- opening

    def _open_files(self) -> None:
        try:
            files = open_files(
                self._places, device=self._device, at=self._clock(), thorough=self._damage_seen
            )
        except (sqlite3.Error, OSError, DamagedRecordError) as error:
            raise JournalUnwritableError(f"the journal cannot be opened: {error}") from error
        self._files = files
        self._recovered = files.recovered or self._recovered
        self._count_waiting(files)
        self._broken = self._damage_seen = False

    def _close_files(self) -> None:
        self._broken = True
        files, self._files = self._files, None
        if files is not None:
            with contextlib.suppress(sqlite3.Error, OSError):
                files.close()

    def _require_space(self) -> None:
        try:
            free = shutil.disk_usage(self._places.directory).free
        except OSError as error:
            raise JournalUnwritableError(f"the journal's disk cannot be read: {error}") from error
        if free < _MIN_FREE_BYTES:
            raise JournalUnwritableError(f"the journal's disk is full ({free} bytes free)")

    def _whole(self) -> OpenFiles:
        if self._files is None or self._broken:
            raise JournalUnwritableError("the journal failed before and has not been opened anew")
        return self._files

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[OpenFiles]:
        """Give out the files; whatever goes wrong meanwhile leaves them broken until reopened."""
        files = self._whole()
        self._broken = True
        try:
            yield files
        except (sqlite3.Error, DamagedRecordError, OSError) as error:
            self._damage_seen = isinstance(error, DamagedRecordError) or (
                isinstance(error, sqlite3.Error) and is_damage(error)
            )
            raise JournalUnwritableError(f"the journal failed: {error}") from error
        self._broken = False

    # -- entries

    def _following(
        self,
        files: OpenFiles,
        decision: Decision,
        operator: str | None,
        source: str,
        raw: bytes,
        *,
        remarks: tuple[Remark, ...],
        session: UUID | None,
    ) -> tuple[JournalEntry, StoredEntry]:
        at = self._clock().astimezone(UTC)
        last = files.last
        chained = last if last is not None and last.epoch == files.epoch else None
        unhashed = JournalEntry(
            id=following_entry_id(last.id if last is not None else None, at, self._random_bits()),
            device=self._device,
            epoch=files.epoch,
            seq=max(files.first_seq, last.seq + 1 if last is not None else 1),
            at=at,
            operator=_sendable(operator) if operator is not None else None,
            station=_sendable(self._station),
            source=_sendable(source),
            raw=raw,
            decision=decision,
            previous_hash=chained.hash if chained is not None else NO_HASH,
            hash=NO_HASH,
            remarks=remarks,
            session=session,
        )
        payload = canonical_json(entry_payload(unhashed))
        entry = replace(unhashed, hash=chained_hash(unhashed.previous_hash, payload))
        return entry, StoredEntry(payload=payload, previous_hash=entry.previous_hash, hash=entry.hash)

    # -- receipts

    def _unanswered(
        self, files: OpenFiles, receipts: Sequence[Receipt]
    ) -> tuple[dict[int, tuple[JournalEntry, Receipt]], list[int]]:
        """Return the receipts that are new, with their entries, and the numbers without entry."""
        answered: dict[int, tuple[JournalEntry, Receipt]] = {}
        unknown = []
        for receipt in receipts:
            entry = entry_at(files.connection, receipt.seq)
            if entry is None:
                unknown.append(receipt.seq)
            elif not _has_receipt(files.connection, receipt.seq):
                answered.setdefault(receipt.seq, (entry, receipt))
        return answered, unknown

    def _store(
        self,
        files: OpenFiles,
        answered: dict[int, tuple[JournalEntry, Receipt]],
        centre: str | None,
        received_at: datetime,
    ) -> None:
        assert files.last is not None
        complete = complete_with(files.connection, answered, files.last.seq)
        epoch, first_seq = files.epoch, files.first_seq
        with transaction(files.connection):
            if _given_twice(answered, epoch):
                first_seq = files.last.seq + 1
                epoch = begin_epoch(
                    files.connection, device=self._device, first_seq=first_seq, at=received_at
                )
            for entry, receipt in answered.values():
                kept = KeptReceipt(
                    receipt=receipt,
                    after_seq=files.last.seq,
                    complete_through=complete,
                    received_at=received_at.astimezone(UTC),
                    centre=centre,
                )
                add_receipt(files.connection, entry, kept)
        files.epoch, files.first_seq = epoch, first_seq
        self._pending -= len(answered)
        self._oldest_at = _oldest_waiting_at(files.connection)

    def _count_waiting(self, files: OpenFiles) -> None:
        self._pending = waiting_count(files.connection)
        self._oldest_at = _oldest_waiting_at(files.connection)


def _sendable(text: str) -> str:
    """Return *text* with what no database can hold escaped: NUL, and halves of characters.

    A file's name or an environment variable may bring them; such an entry could never be posted.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _given_twice(answered: dict[int, tuple[JournalEntry, Receipt]], epoch: JournalEpoch) -> bool:
    """Return whether the centre holds other entries under numbers of *epoch*.

    So it is after a restore from an older backup, and when a copy of this folder works elsewhere.
    Going on in a new epoch keeps the later entries from being refused for the same cause.
    """
    return any(
        receipt.reason is Reason.CONFLICTING_REPEAT and entry.epoch == epoch
        for entry, receipt in answered.values()
    )


def _has_receipt(connection: sqlite3.Connection, seq: int) -> bool:
    return connection.execute("SELECT 1 FROM receipts WHERE seq = ?", (seq,)).fetchone() is not None


def _oldest_waiting_at(connection: sqlite3.Connection) -> datetime | None:
    return next((entry.at for entry in waiting_entries(connection, 1)), None)
