"""Mends derived figures, each change beside its record in ``station.repair``.

Scans go on meanwhile. Nothing is written by what was seen before: every row is counted again under its lock,
and one that has become right since is left alone. Whoever waits here holds nothing that others need:

- parents: at most 500 in a transaction, and of these only the ones that nobody holds; the rest one by one;
- bills and returns: one in a transaction, its advisory lock first, then its row, as posting and the web
  application do.

It may be killed between any two statements, and repeated.
"""

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.storage.central.failures import LOST_TO_OTHERS, sqlstate
from traitortrack_desktop.storage.central.recount import (
    WRONG_BILL_BY_ID,
    WRONG_PARENTS_BY_ID,
    WRONG_RETURN_BY_ID,
    Difference,
    Kind,
    site_capacity,
)
from traitortrack_desktop.storage.central.sequences import correct_sequence
from traitortrack_desktop.storage.central.statistics import STATISTICS_KEY
from traitortrack_desktop.storage.central.web_schema import mean_web_tables

CHUNK = 500
_LOCK_MILLISECONDS = 250
_ATTEMPTS = 8

_LIMIT = text(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}")
_LOCK_FREE_PARENTS = text("""
    SELECT id FROM bag WHERE id = ANY (CAST(:ids AS integer[])) ORDER BY id FOR UPDATE SKIP LOCKED
""")
_LOCK_PARENT = text("SELECT id FROM bag WHERE id = ANY (CAST(:ids AS integer[])) FOR UPDATE")
_MEND_PARENTS = text(f"""
    WITH wrong AS MATERIALIZED ({WRONG_PARENTS_BY_ID}), mended AS (
        UPDATE bag AS b
        SET child_count = w.links, weight_kg = w.links, status = w.true_status,
            updated_at = clock_timestamp() AT TIME ZONE 'UTC'
        FROM wrong AS w WHERE b.id = w.id
        RETURNING b.id
    )
    INSERT INTO station.repair (what, row_id, code, before, after)
    SELECT 'parent', w.id, w.code,
           jsonb_build_object('child_count', w.child_count, 'weight_kg', w.weight_kg, 'status', w.status),
           jsonb_build_object('child_count', w.links, 'weight_kg', w.links, 'status', w.true_status)
    FROM wrong AS w JOIN mended ON mended.id = w.id ORDER BY w.id
    RETURNING row_id, code, before, after
""")  # noqa: S608 - our own text
_LOCK_BILL = text("SELECT pg_advisory_xact_lock(100000 + CAST(:id AS bigint))")
_LOCK_BILL_ROW = text("SELECT id FROM bill WHERE id = :id FOR UPDATE")
_MEND_BILL = text(f"""
    WITH wrong AS MATERIALIZED ({WRONG_BILL_BY_ID}), mended AS (
        UPDATE bill AS b
        SET linked_parent_count = w.parents, total_child_bags = w.children, total_weight_kg = w.children,
            expected_weight_kg = w.expected, updated_at = clock_timestamp() AT TIME ZONE 'UTC'
        FROM wrong AS w WHERE b.id = w.id
        RETURNING b.id
    )
    INSERT INTO station.repair (what, row_id, code, before, after)
    SELECT 'bill', w.id, w.code,
           jsonb_build_object(
               'linked_parent_count', w.linked_parent_count, 'total_child_bags', w.total_child_bags,
               'total_weight_kg', w.total_weight_kg, 'expected_weight_kg', w.expected_weight_kg),
           jsonb_build_object(
               'linked_parent_count', w.parents, 'total_child_bags', w.children,
               'total_weight_kg', w.children, 'expected_weight_kg', w.expected)
    FROM wrong AS w JOIN mended ON mended.id = w.id
    RETURNING row_id, code, before, after
""")  # noqa: S608 - our own text
_LOCK_RETURN = text("SELECT pg_advisory_xact_lock(400000 + CAST(:id AS bigint))")
_LOCK_RETURN_ROW = text("SELECT id FROM return_ticket WHERE id = :id FOR UPDATE")
_MEND_RETURN = text(f"""
    WITH wrong AS MATERIALIZED ({WRONG_RETURN_BY_ID}), mended AS (
        UPDATE return_ticket AS t
        SET bags_scanned_count = w.bags, total_weight_returned_kg = w.kilograms,
            updated_at = clock_timestamp() AT TIME ZONE 'UTC'
        FROM wrong AS w WHERE t.id = w.id
        RETURNING t.id
    )
    INSERT INTO station.repair (what, row_id, code, before, after)
    SELECT 'return', w.id, w.code,
           jsonb_build_object('bags_scanned_count', w.bags_scanned_count,
                              'total_weight_returned_kg', w.total_weight_returned_kg),
           jsonb_build_object('bags_scanned_count', w.bags, 'total_weight_returned_kg', w.kilograms)
    FROM wrong AS w JOIN mended ON mended.id = w.id
    RETURNING row_id, code, before, after
""")  # noqa: S608 - our own text
_LOCK_STATISTICS = text(f"SELECT pg_advisory_xact_lock({STATISTICS_KEY})")
_MEND_STATISTICS = text("""
    INSERT INTO station.repair (what, row_id, code, before, after)
    SELECT 'statistics', 1, 'statistics_cache', coalesce(before, '{}'), after
    FROM station.correct_statistics()
    RETURNING row_id, code, before, after
""")
_FOLD = text("SELECT station.fold_statistics()")


class Mender:
    """Mends what an audit found, on *connection* (READ COMMITTED, not in a transaction), in *schema*.

    *pause* is called with seconds while rows are held by others. Raises the driver's errors.
    """

    def __init__(
        self, connection: Connection, schema: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._connection = connection
        self._schema = schema
        self._pause = pause
        self.left: list[Difference] = []
        """What others held all the time."""
        with self._transaction():
            self._capacity = site_capacity(connection)

    def mend(self, differences: Sequence[Difference]) -> Iterator[Difference]:
        """Mend *differences* in the order of the locks, yielding each change once it is committed.

        What is neither yielded nor :attr:`left` has become right by itself.
        """
        for difference in differences:
            if difference.kind is Kind.RETURN:
                yield from self._one(difference, _LOCK_RETURN, _LOCK_RETURN_ROW, _MEND_RETURN)
        for difference in differences:
            if difference.kind is Kind.BILL:
                yield from self._one(difference, _LOCK_BILL, _LOCK_BILL_ROW, _MEND_BILL)
        parents = sorted((d for d in differences if d.kind is Kind.PARENT), key=lambda d: d.row_id or 0)
        for start in range(0, len(parents), CHUNK):
            yield from self._parents(parents[start : start + CHUNK])
        for difference in differences:
            if difference.kind is Kind.SEQUENCE:
                yield from self._patiently(difference, partial(self._sequence, difference.code))
            elif difference.kind is Kind.STATISTICS:
                yield from self._patiently(difference, self._statistics)

    def add_up_statistics(self) -> None:
        """Let the statistics row know of everything that is committed, unless somebody is at it."""
        with self._transaction():
            self._connection.execute(_FOLD)

    def _parents(self, chunk: Sequence[Difference]) -> Iterator[Difference]:
        with self._transaction():
            ids = [parent.row_id for parent in chunk]
            free = set(self._connection.scalars(_LOCK_FREE_PARENTS, {"ids": ids}))
            mended = self._mend_parents([parent for parent in chunk if parent.row_id in free])
        yield from mended
        for parent in chunk:
            if parent.row_id not in free:
                yield from self._patiently(parent, partial(self._held_parent, parent))

    def _held_parent(self, parent: Difference) -> list[Difference]:
        self._connection.execute(_LOCK_PARENT, {"ids": [parent.row_id]})
        return self._mend_parents([parent])

    def _mend_parents(self, parents: Sequence[Difference]) -> list[Difference]:
        values = {
            "ids": [parent.row_id for parent in parents],
            "enough": [parent.enough for parent in parents],
            "capacity": self._capacity,
        }
        return _mended(Kind.PARENT, self._connection.execute(_MEND_PARENTS, values).all())

    def _one(
        self, wrong: Difference, key: TextClause, row: TextClause, mending: TextClause
    ) -> Iterator[Difference]:
        """Mend one bill or one return: its key, then its row."""

        def mend() -> list[Difference]:
            self._connection.execute(key, {"id": wrong.row_id})
            self._connection.execute(row, {"id": wrong.row_id})
            return _mended(wrong.kind, self._connection.execute(mending, {"id": wrong.row_id}).all())

        yield from self._patiently(wrong, mend)

    def _sequence(self, table: str) -> list[Difference]:
        change = correct_sequence(self._connection, self._schema, table)
        return [] if change is None else [change]

    def _statistics(self) -> list[Difference]:
        self._connection.execute(_LOCK_STATISTICS)
        return _mended(Kind.STATISTICS, self._connection.execute(_MEND_STATISTICS).all())

    def _patiently(self, difference: Difference, mend: Callable[[], list[Difference]]) -> list[Difference]:
        """Run *mend* in a transaction of its own, some times while others hold what it needs."""
        for attempt in range(_ATTEMPTS):
            try:
                with self._transaction():
                    return mend()
            except DBAPIError as error:
                if sqlstate(error) not in LOST_TO_OTHERS:
                    raise
            self._pause(random.uniform(0.05, 0.15) * (attempt + 1))  # noqa: S311 - only to take turns
        self.left.append(difference)
        return []

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection.begin():
            mean_web_tables(self._connection, self._schema)
            self._connection.execute(_LIMIT)
            yield


def _mended(kind: Kind, rows: Sequence[Row[Any]]) -> list[Difference]:
    return [
        Difference(kind=kind, row_id=row.row_id, code=row.code, before=row.before, after=row.after)
        for row in rows
    ]
