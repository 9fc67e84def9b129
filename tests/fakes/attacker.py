"""Somebody who got hold of a station's database account, with SQL of his own. For tests."""

import json
from collections.abc import Sequence
from typing import Any

import psycopg2


class Attacker:
    """One session of the account at *url*; close it."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://"))
        self._connection.autocommit = True

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run *statement* in a transaction of its own and return its rows, if it has any."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def state(self, statement: str, *values: Any) -> str:
        """Return the SQLSTATE that *statement* ends with, ``00000`` when it works."""
        try:
            self.rows(statement, *values)
        except psycopg2.Error as error:
            return error.pgcode or "no SQLSTATE"
        return "00000"

    def not_refused(self, statements: Sequence[str]) -> list[tuple[str, str]]:
        """Return those of *statements* that do not end for want of a right, with what they end with."""
        states = [(statement, self.state(statement)) for statement in statements]
        return [(statement, state) for statement, state in states if state != "42501"]

    def post(self, device: object, items: Any, *, isolate: bool = False) -> Any:
        """Call the posting function as a station does, with whatever *items* are."""
        found = self.rows("SELECT station.post_entries(%s, %s, %s)", str(device), json.dumps(items), isolate)
        return found[0][0]["receipts"]

    def send(self, device: object, text: str, *, isolate: bool = False) -> str:
        """Call the posting function with any *text* and return the SQLSTATE that it ends with."""
        return self.state("SELECT station.post_entries(%s, %s, %s)", str(device), text, isolate)

    def close(self) -> None:
        """End the session, and with it everything temporary."""
        self._connection.close()
