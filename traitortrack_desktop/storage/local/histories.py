"""Entries about one code with their receipts, newest first: what memories are made of.

Each answer follows one index: its cost does not depend on the size of the journal. A caller that has found
what it looks for asks for no more.
"""

import heapq
import sqlite3
from collections.abc import Collection, Iterator
from typing import Protocol

from traitortrack_desktop.domain.entries import EntryKind, JournalEntry
from traitortrack_desktop.storage.local.reading import ANSWERED, answered_of
from traitortrack_desktop.storage.local.records import KeptReceipt

Answered = tuple[JournalEntry, KeptReceipt | None]

LAST = 2**62
"""Above every number of an entry."""

_OF_COLUMN = ANSWERED + (
    "WHERE e.{column} = ? AND e.{column} IS NOT NULL AND e.seq < ? AND e.verdict = 'accepted'"
    " AND e.kind IN ({kinds}) ORDER BY e.seq DESC"
)
_MENTIONED = """
    SELECT e.seq, e.payload, e.previous_hash, e.hash, r.payload, r.hash
    FROM mentions AS m CROSS JOIN entries AS e ON e.seq = m.seq LEFT JOIN receipts AS r ON r.seq = m.seq
    WHERE m.code = ? AND m.seq < ? AND e.verdict = 'accepted' AND e.kind IN ({kinds})
    ORDER BY m.seq DESC
"""


class Histories(Protocol):
    """Accepted entries of some kinds about one code, numbered below *before*, newest first."""

    def of_child(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        """Return entries whose child bag is *code*."""
        ...

    def of_parent(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        """Return entries whose parent is *code*."""
        ...

    def mentioning(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        """Return entries that are about *code* in another way; a bill's code is in upper case."""
        ...


class SqliteHistories:
    """The journal's. Every answer raises ``sqlite3.Error`` or ``DamagedRecordError`` as it is read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of_child(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        """Return entries whose child bag is *code*."""
        return self._asked(_OF_COLUMN, code, kinds, before, column="child")

    def of_parent(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        """Return entries whose parent is *code*."""
        return self._asked(_OF_COLUMN, code, kinds, before, column="parent")

    def mentioning(self, code: str, kinds: Collection[EntryKind], before: int = LAST) -> Iterator[Answered]:
        """Return entries that are about *code* in another way."""
        return self._asked(_MENTIONED, code, kinds, before)

    @staticmethod
    def queries(kinds: Collection[EntryKind]) -> dict[str, str]:
        """Return the queries as they are asked, by name."""
        marks = ", ".join("?" * len(kinds))
        return {
            "child": _OF_COLUMN.format(kinds=marks, column="child"),
            "parent": _OF_COLUMN.format(kinds=marks, column="parent"),
            "mention": _MENTIONED.format(kinds=marks),
        }

    def _asked(
        self, query: str, code: str, kinds: Collection[EntryKind], before: int, **column: str
    ) -> Iterator[Answered]:
        marks = ", ".join("?" * len(kinds))
        names = sorted(str(kind) for kind in kinds)
        sql = query.format(kinds=marks, **column)
        return map(answered_of, self._connection.execute(sql, (code, before, *names)))


def newest_first(*histories: Iterator[Answered]) -> Iterator[Answered]:
    """Return the entries of several histories as one."""
    return heapq.merge(*histories, key=lambda answered: -answered[0].seq)
