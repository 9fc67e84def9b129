"""Rows as the web application leaves them, odd ones too, on one connection of the owner."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from typing import Any

import psycopg2
from fakes.plain_address import plain


class WebRows:
    """Every call is its own transaction. Codes are given in upper case and found in any."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(plain(url))
        self._connection.autocommit = True

    def close(self) -> None:
        self._connection.close()

    def leave(self, code: str, *, kind: str, status: str | None, lower: bool) -> None:
        """A bag with everything that may be NULL left out."""
        stored = code.lower() if lower else code
        self._run("INSERT INTO bag (qr_id, type, status) VALUES (%s, %s, %s)", stored, kind, status)

    def link(self, parent: str, child: str) -> None:
        self._run(
            "INSERT INTO link (parent_bag_id, child_bag_id)"
            " SELECT p.id, c.id FROM bag AS p, bag AS c WHERE upper(p.qr_id) = %s AND upper(c.qr_id) = %s",
            parent,
            child,
        )

    def delete(self, codes: Collection[str]) -> None:
        """Bags with their links and scans."""
        gone = "(SELECT id FROM bag WHERE upper(qr_id) = ANY (%(codes)s))"
        self._run(
            f"DELETE FROM link WHERE parent_bag_id IN {gone} OR child_bag_id IN {gone};"
            f"DELETE FROM scan WHERE parent_bag_id IN {gone} OR child_bag_id IN {gone};"
            f"DELETE FROM bag WHERE id IN {gone}",
            codes=list(codes),
        )

    def reopen(self, parent: str) -> None:
        """What an unlink below the capacity does to a complete parent."""
        self._run(
            "UPDATE bag SET status = 'pending' WHERE upper(qr_id) = %s AND status = 'completed'", parent
        )

    def bags(self, beginning: str) -> dict[str, tuple[str, str | None, int | None, bool]]:
        """Type, parent, stored count and whether complete, of every bag whose code matches *beginning*."""
        rows = self._run(
            """
            SELECT upper(b.qr_id), b.type, upper(p.qr_id),
                   CASE WHEN b.type = 'parent' AND b.weight_kg = b.child_count THEN b.child_count END,
                   coalesce(b.status = 'completed', false)
            FROM bag AS b
            LEFT JOIN link AS l ON l.child_bag_id = b.id
            LEFT JOIN bag AS p ON p.id = l.parent_bag_id
            WHERE upper(b.qr_id) ~ %s
            """,
            f"^{beginning}",
        )
        return {code: tuple(rest) for code, *rest in rows}

    def _run(self, statement: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, named or values)
            return cursor.fetchall() if cursor.description else []
