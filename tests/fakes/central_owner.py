"""The owner's hand on the centre, for tests: one statement, committed."""

from contextlib import closing
from typing import Any

import psycopg2
import psycopg2.extras


def query(url: str, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Run *statement* and return its rows, if it has any."""
    plain = url.replace("postgresql+psycopg2://", "postgresql://")
    with (
        closing(psycopg2.connect(plain)) as connection,
        connection,
        connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor,
    ):
        cursor.execute(statement, values or None)
        return [dict(row) for row in cursor.fetchall()] if cursor.description else []


def children_by_parent(url: str) -> dict[str, tuple[str, ...]]:
    """Return the child codes of every parent that has any, oldest link first."""
    rows = query(
        url,
        """
        SELECT p.qr_id AS parent, array_agg(c.qr_id ORDER BY l.id) AS children
        FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id JOIN bag AS c ON c.id = l.child_bag_id
        GROUP BY p.qr_id
        """,
    )
    return {row["parent"]: tuple(row["children"]) for row in rows}
