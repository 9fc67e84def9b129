"""How entries and receipts get into the tables. The caller holds the transaction and the thread."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from traitortrack_desktop.domain.entries import EntryKind, JournalEntry, Receipt, Verdict
from traitortrack_desktop.domain.identifiers import DeviceId, JournalEpoch
from traitortrack_desktop.domain.work import needs_attention
from traitortrack_desktop.storage.local.reading import WAITING_NUMBERS, complete_through
from traitortrack_desktop.storage.local.records import KeptReceipt, StoredEntry, stored_receipt

_ADD_ENTRY = """
    INSERT INTO entries (seq, payload, previous_hash, hash, kind, verdict, reason, parent, child, resolves)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_ADD_RECEIPT = """
    INSERT INTO receipts (seq, after_seq, outcome, attention, payload, hash) VALUES (?, ?, ?, ?, ?, ?)
"""

_ADD_MENTION = "INSERT OR IGNORE INTO mentions (code, seq) VALUES (?, ?)"

_ADD_DESK = "INSERT INTO desks_begun (seq) VALUES (?)"

_DESKS = frozenset(
    {EntryKind.OPEN_BILL, EntryKind.CREATE_BILL, EntryKind.OPEN_RETURN, EntryKind.RESUME_RETURN}
)


def finding_columns(entry: JournalEntry) -> tuple[str | int | None, ...]:
    """Return the columns that repeat parts of the payload, only for finding."""
    decision = entry.decision
    reason = str(decision.reason) if decision.reason is not None else None
    kind, verdict = str(decision.kind), str(decision.verdict)
    return kind, verdict, reason, decision.parent, decision.child, decision.resolves


def mentioned_codes(entry: JournalEntry) -> frozenset[str]:
    """Return the codes that *entry* is about and that none of its columns holds; of bills, upper case."""
    decision = entry.decision
    desks = [code.upper() for code in (decision.bill, decision.ticket) if code is not None]
    bags = (*decision.children, *decision.removed, decision.origin, decision.bag)
    named = {code for code in (*bags, *desks) if code is not None}
    return frozenset(named - {decision.parent, decision.child})


def told_code(entry: JournalEntry, receipt: Receipt) -> str | None:
    """Return the code that the centre gave to what *entry* made, where it is another one than the entry's."""
    ticket = receipt.ticket
    return ticket.upper() if ticket is not None and ticket != entry.decision.ticket else None


def begins_desk(entry: JournalEntry) -> bool:
    """Return whether the work at a bill or a return begins with *entry*."""
    return entry.decision.verdict is Verdict.ACCEPTED and entry.decision.kind in _DESKS


def add_entry(connection: sqlite3.Connection, entry: JournalEntry, stored: StoredEntry) -> None:
    """Insert *entry*, whose bytes are *stored*. Raises ``sqlite3.Error``."""
    row = (entry.seq, stored.payload, stored.previous_hash, stored.hash, *finding_columns(entry))
    connection.execute(_ADD_ENTRY, row)
    if mentioned := mentioned_codes(entry):
        connection.executemany(_ADD_MENTION, ((code, entry.seq) for code in sorted(mentioned)))
    if begins_desk(entry):
        connection.execute(_ADD_DESK, (entry.seq,))


def add_receipt(connection: sqlite3.Connection, entry: JournalEntry, kept: KeptReceipt) -> None:
    """Insert the receipt of *entry*. Raises ``sqlite3.Error``."""
    stored = stored_receipt(kept, entry.hash)
    receipt = kept.receipt
    attention = int(needs_attention(entry, receipt))
    row = (receipt.seq, kept.after_seq, str(receipt.outcome), attention, stored.payload, stored.hash)
    connection.execute(_ADD_RECEIPT, row)
    if (told := told_code(entry, receipt)) is not None:
        connection.execute(_ADD_MENTION, (told, entry.seq))


def complete_with(connection: sqlite3.Connection, answered: Mapping[int, object], last_seq: int) -> int:
    """Return the number up to which every entry has a receipt once those *answered* have theirs."""
    for (seq,) in connection.execute(WAITING_NUMBERS, (complete_through(connection),)):
        if seq not in answered:
            return int(seq) - 1
    return last_seq


def begin_epoch(
    connection: sqlite3.Connection, *, device: DeviceId, first_seq: int, at: datetime
) -> JournalEpoch:
    """Begin a new epoch: numbers from *first_seq* on, a chain of its own. Raises ``sqlite3.Error``."""
    epoch = JournalEpoch(uuid4())
    connection.execute(
        "INSERT INTO epochs (epoch, device, first_seq, created_at) VALUES (?, ?, ?, ?)",
        (str(epoch), str(device), first_seq, at.astimezone(UTC).isoformat()),
    )
    return epoch
