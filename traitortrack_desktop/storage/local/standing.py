"""Where the work stands: the fold of the journal, begun at the last opened parent, bill or return.

Each of these, once accepted, sets everything but the stop, the attention list and what is held. Those
are looked up, so the fold costs the same after a million entries; a property test compares it with the
fold from the very first entry.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from traitortrack_desktop.domain.entries import EntryKind, JournalEntry
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.work import (
    AttentionItem,
    Held,
    Stop,
    WorkState,
    after_entry,
    after_receipt,
    attention_item,
    held_reading,
    in_order_of_placing,
)
from traitortrack_desktop.storage.local.reading import ENTRIES_FROM, entry_at, entry_of, receipt_of
from traitortrack_desktop.storage.local.records import KeptReceipt

LAST_OPENING = """
    SELECT max(
        coalesce((
            SELECT seq FROM entries
            WHERE kind = 'open_parent' AND verdict = 'accepted'
            ORDER BY seq DESC LIMIT 1
        ), 0),
        coalesce((SELECT max(seq) FROM desks_begun), 0)
    )
"""

# The plus keeps SQLite from walking all receipts just to save a small sort.
RECEIPTS_FROM = """
    SELECT r.payload, r.hash, e.seq, e.payload, e.previous_hash, e.hash
    FROM receipts AS r JOIN entries AS e ON e.seq = r.seq
    WHERE r.seq >= ?
    ORDER BY +r.position
"""

LAST_REFUSED_FOR = """
    SELECT seq FROM entries
    WHERE verdict = 'refused' AND reason = ? AND seq < ?
    ORDER BY seq DESC LIMIT 1
"""

ACKNOWLEDGED_BETWEEN = """
    SELECT 1 FROM entries
    WHERE resolves = ? AND seq > ? AND seq < ? AND kind = 'acknowledge' AND verdict = 'accepted'
    LIMIT 1
"""

UNRESOLVED = """
    SELECT r.payload, r.hash, e.seq, e.payload, e.previous_hash, e.hash
    FROM receipts AS r JOIN entries AS e ON e.seq = r.seq
    WHERE r.attention = 1 AND NOT EXISTS (
        SELECT 1 FROM entries AS a
        WHERE a.resolves = r.seq AND a.seq > r.after_seq
          AND a.kind = 'acknowledge' AND a.verdict = 'accepted'
    )
    ORDER BY r.position
"""

# Newest first, and only as far back as the newest one says that anything may be held.
HELD = """
    SELECT h.seq, h.payload, h.previous_hash, h.hash, (
               SELECT a.kind FROM entries AS a
               WHERE a.resolves = h.seq AND a.seq > h.seq ORDER BY a.seq LIMIT 1
           )
    FROM entries AS h
    WHERE h.verdict = 'refused' AND h.reason = 'held'
    ORDER BY h.seq DESC
"""


def standing_work(connection: sqlite3.Connection) -> WorkState:
    """Return the fold of the whole journal.

    Raises ``sqlite3.Error`` or ``DamagedRecordError``.
    """
    (start,) = connection.execute(LAST_OPENING).fetchone()
    state = WorkState(stop=_stop_before(connection, start))
    receipts = list(_answered(connection, RECEIPTS_FROM, start))
    answered = 0
    for row in connection.execute(ENTRIES_FROM, (start,)):
        entry = entry_of(row)
        while answered < len(receipts) and receipts[answered][1].after_seq < entry.seq:
            state = _with_receipt(state, *receipts[answered])
            answered += 1
        state = after_entry(state, entry)
    for entry, kept in receipts[answered:]:
        state = _with_receipt(state, entry, kept)
    return replace(state, attention=_unresolved(connection), held=_held(connection))


def _with_receipt(state: WorkState, entry: JournalEntry, kept: KeptReceipt) -> WorkState:
    return after_receipt(state, entry, kept.receipt)


def _answered(
    connection: sqlite3.Connection, query: str, *values: object
) -> Iterator[tuple[JournalEntry, KeptReceipt]]:
    for payload, own_hash, *entry_row in connection.execute(query, values):
        yield entry_of(entry_row), receipt_of(payload, own_hash, entry_row[3])


def _unresolved(connection: sqlite3.Connection) -> tuple[AttentionItem, ...]:
    return tuple(attention_item(entry, kept.receipt) for entry, kept in _answered(connection, UNRESOLVED))


def _held(connection: sqlite3.Connection) -> tuple[Held, ...]:
    found: list[Held] = []
    settled: set[str] = set()
    since: int | None = None
    for *row, settled_by in connection.execute(HELD):
        entry = entry_of(row)
        if since is None:
            since = _held_since(entry)
        if entry.seq < since or settled_by == EntryKind.ACKNOWLEDGE:
            break
        if settled_by is not None:
            settled.add(entry.source)
        elif entry.source not in settled:
            found.append(held_reading(entry))
    return in_order_of_placing(found)


def _held_since(newest: JournalEntry) -> int:
    """Return the number of the oldest reading that may have been held when *newest* was."""
    place = newest.decision.memory
    if place is None:
        return 0
    return place.since if place.since is not None else newest.seq


def _stop_before(connection: sqlite3.Connection, start: int) -> Stop | None:
    """Return the stop that was still unacknowledged when entry *start* was journalled."""
    found = [
        row[0]
        for reason in Reason
        if reason.severity is Severity.BLOCKING
        for row in connection.execute(LAST_REFUSED_FOR, (str(reason), start))
    ]
    if not found:
        return None
    seq = max(found)
    if connection.execute(ACKNOWLEDGED_BETWEEN, (seq, seq, start)).fetchone():
        return None
    entry = entry_at(connection, seq)
    assert entry is not None
    assert entry.decision.reason is not None
    return Stop(seq=seq, code=entry.decision.code, reason=entry.decision.reason)
