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
