"""Reads the central database as the web application would, for tests. Plain SQL, no code of the program."""

from contextlib import closing
from typing import Any

import psycopg2
import psycopg2.extras
from fakes.plain_address import plain


def rows(url: str, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Return the rows of one query as dictionaries."""
    with (
        closing(psycopg2.connect(plain(url))) as connection,
        connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor,
    ):
        cursor.execute(sql, values)
        return [dict(row) for row in cursor.fetchall()]


def children_by_parent(url: str) -> dict[str, list[str]]:
    """Return the child codes of every parent bag, sorted."""
    found = rows(
        url,
        """
        SELECT parent.qr_id AS parent,
               coalesce(array_agg(child.qr_id ORDER BY child.qr_id) FILTER (WHERE child.id IS NOT NULL), '{}')
                   AS children
        FROM bag parent
        LEFT JOIN link ON link.parent_bag_id = parent.id
        LEFT JOIN bag child ON child.id = link.child_bag_id
        WHERE parent.type = 'parent'
        GROUP BY parent.qr_id
        """,
    )
    return {row["parent"]: row["children"] for row in found}


def wrong_counters(url: str) -> list[dict[str, Any]]:
    """Return the parents whose stored count, weight or status is not what their links say."""
    return rows(
        url,
        """
        SELECT bag.qr_id, bag.child_count, bag.weight_kg, bag.status, count(link.id) AS links
        FROM bag LEFT JOIN link ON link.parent_bag_id = bag.id
        WHERE bag.type = 'parent'
        GROUP BY bag.id
        HAVING bag.child_count <> count(link.id) OR bag.weight_kg <> count(link.id)
            OR (bag.status = 'completed') <> (count(link.id) >= 30)
        """,
    )


def ledger(url: str) -> list[tuple[str, str | None]]:
    """Return outcome and reason of every ledger row, in the order of the station's sequence."""
    return [
        (row["outcome"], row["reason"])
        for row in rows(url, "SELECT outcome, reason FROM station.entry ORDER BY device, epoch, seq")
    ]


def bag_count(url: str) -> int:
    """Return how many bags the central database holds."""
    count: int = rows(url, "SELECT count(*) AS n FROM bag")[0]["n"]
    return count
