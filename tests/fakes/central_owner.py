"""The owner's hand on the centre, for tests: one statement, committed."""

from contextlib import closing
from typing import Any

import psycopg2
import psycopg2.extras
from fakes.plain_address import plain


class OwnerSession:
    """A connection of the owner that stays open, for tests that ask hundreds of times."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(plain(url))

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Run *statement*, commit, and return its rows, if it has any."""
        with (
            self._connection,
            self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor,
        ):
            cursor.execute(statement, values or None)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def close(self) -> None:
        self._connection.close()


def query(url: str, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Run *statement* on a connection of its own, commit, and return its rows, if it has any."""
    with closing(OwnerSession(url)) as session:
        return session.query(statement, *values)


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
