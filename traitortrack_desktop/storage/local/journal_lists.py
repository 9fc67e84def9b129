"""Lists out of the journal: about a code, refused on a day, returns worked at. All SQL on them.

Each follows an index, newest first, from a number on: a page costs the same at any depth.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.storage.local.histories import Answered
from traitortrack_desktop.storage.local.reading import ANSWERED, answered_of, complete_through

_ABOUT = """
    SELECT seq FROM (
        SELECT seq FROM entries WHERE child = ? AND child IS NOT NULL AND seq > ? AND seq < ?
        ORDER BY seq DESC LIMIT ?)
    UNION SELECT seq FROM (
        SELECT seq FROM entries
        WHERE parent = ? AND parent IS NOT NULL AND verdict = 'accepted' AND seq > ? AND seq < ?
        ORDER BY seq DESC LIMIT ?)
    UNION SELECT seq FROM (
        SELECT seq FROM mentions WHERE code = ? AND seq > ? AND seq < ?
        ORDER BY seq DESC LIMIT ?)
"""
_UNANSWERED = """
    SELECT count(*) FROM mentions AS m LEFT JOIN receipts AS r ON r.seq = m.seq
    WHERE m.code = ? AND m.seq > ? AND r.seq IS NULL
"""
_TOUCHED = """
    SELECT 1 FROM entries WHERE child = ?1 AND child IS NOT NULL AND seq > ?2
    UNION ALL SELECT 1 FROM entries
    WHERE parent = ?1 AND parent IS NOT NULL AND verdict = 'accepted' AND seq > ?2
    UNION ALL SELECT 1 FROM mentions WHERE code = ?1 AND seq > ?2
    LIMIT 1
"""
_BEGUN = """
    SELECT e.seq, e.payload, e.previous_hash, e.hash, r.payload, r.hash, e.kind
    FROM desks_begun AS d CROSS JOIN entries AS e ON e.seq = d.seq LEFT JOIN receipts AS r ON r.seq = d.seq
    WHERE d.seq < ? AND d.seq > ?
    ORDER BY d.seq DESC LIMIT ?
"""
_REASONS = tuple(str(reason) for reason in Reason if reason is not Reason.BADGE_BEING_CHECKED)
"""What is listed. A badge that the centre is asked about is not refused yet."""
_OF_REASONS = f"""
    FROM entries INDEXED BY entries_refused
    WHERE verdict = 'refused' AND reason IN ({", ".join("?" * len(_REASONS))}) AND seq >= ? AND seq < ?
"""
_COUNTS = f"SELECT reason, count(*) {_OF_REASONS} GROUP BY reason"
_REFUSED = f"SELECT seq {_OF_REASONS} ORDER BY seq DESC LIMIT ?"
_FROM_ON = "SELECT seq, payload FROM entries WHERE seq >= ? ORDER BY seq LIMIT 1"
_LAST = "SELECT coalesce(max(seq), 0) FROM entries"


def about(
    connection: sqlite3.Connection, codes: Sequence[str], *, before: int, limit: int, above: int = 0
) -> list[Answered]:
    """Return up to *limit* entries about any of *codes* that are numbered between the two, newest first."""
    values: list[object] = []
    for code in codes:
        for name in (code, code, code.upper()):
            values += [name, above, before, limit]
    query = f"{' UNION '.join([_ABOUT] * len(codes))} ORDER BY seq DESC LIMIT ?"
    found = connection.execute(query, (*values, limit)).fetchall() if codes else []
    return list(_answered(connection, [row[0] for row in found]))


def waiting_about(connection: sqlite3.Connection, codes: Sequence[str], limit: int) -> list[Answered]:
    """Return the entries about *codes* that the centre has not answered, newest first."""
    found = about(connection, codes, before=2**62, limit=limit, above=complete_through(connection))
    return [(entry, kept) for entry, kept in found if kept is None]


def unanswered_at(connection: sqlite3.Connection, code: str) -> int:
    """Return how many entries at the bill or return *code* the centre has not answered."""
    row = connection.execute(_UNANSWERED, (code.upper(), complete_through(connection))).fetchone()
    return int(row[0])


def is_touched(connection: sqlite3.Connection, code: str, since: int) -> bool:
    """Return whether an entry after *since* is about the bag *code*."""
    return connection.execute(_TOUCHED, (code, since)).fetchone() is not None


def desks_begun(
    connection: sqlite3.Connection, kinds: frozenset[str], *, before: int, walked: int, above: int = 0
) -> Iterator[tuple[int, Answered | None]]:
    """Yield the entries of *kinds* that began work at a bill or return, newest first, of *walked* such.

    Every number that was looked at is told, so that a page can go on there.
    """
    for row in connection.execute(_BEGUN, (before, above, walked)):
        yield row[0], answered_of(row[:6]) if row[6] in kinds else None


def refused_between(
    connection: sqlite3.Connection, first: int, behind: int, *, before: int, limit: int
) -> list[Answered]:
    """Return up to *limit* refusals numbered from *first* and below *behind* and *before*, newest first."""
    rows = connection.execute(_REFUSED, (*_REASONS, first, min(behind, before), limit)).fetchall()
    return list(_answered(connection, [row[0] for row in rows]))


def refusals_counted(connection: sqlite3.Connection, first: int, behind: int) -> dict[Reason, int]:
    """Return how many there are of each reason, most first."""
    rows = connection.execute(_COUNTS, (*_REASONS, first, behind)).fetchall()
    return {Reason(reason): count for reason, count in sorted(rows, key=lambda row: (-row[1], row[0]))}


def first_since(connection: sqlite3.Connection, moment: datetime) -> int:
    """Return the number of the first entry made at *moment* or later, or one above the last.

    By halving: entries are in the order of their times unless somebody set the clock back.
    """
    low, high = 1, int(connection.execute(_LAST).fetchone()[0]) + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(_FROM_ON, (middle,)).fetchone()
        if row is None or datetime.fromisoformat(json.loads(row[1])["at"]) >= moment:
            high = middle
        else:
            low = int(row[0]) + 1
    return low


def _answered(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Answered]:
    if not numbers:
        return iter(())
    marks = ", ".join("?" * len(numbers))
    query = f"{ANSWERED} WHERE e.seq IN ({marks}) ORDER BY e.seq DESC"
    return map(answered_of, connection.execute(query, numbers))
