"""Reads the catalogue feed as a station does, and changes rows in transactions that stay open."""

import contextlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
from fakes.plain_address import plain
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812


def connect(url: str) -> "closing[Connection]":
    """Return a connection whose transaction stays open until it is told otherwise."""
    return closing(psycopg2.connect(plain(url)))


@contextlib.contextmanager
def transaction(url: str) -> Iterator[Cursor]:
    """Give a cursor in a transaction of its own, committed at the end of the block."""
    with connect(url) as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()


class FeedReader:
    """Keeps a cursor and asks with it; every page of a round is taken."""

    def __init__(self, url: str, *, limit: int = 100) -> None:
        self._connection = psycopg2.connect(plain(url))
        self._connection.autocommit = True
        self._limit = limit
        self.pages = 0
        self.cursor: str | None = self.value("SELECT station.catalogue_start()")["cursor"]

    def value(self, statement: str, *values: Any) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        assert row is not None
        return row[0]

    def ask(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.value("SELECT station.changes_since(%s, %s)", self.cursor, self._limit)
        return answer

    def codes(self) -> list[str]:
        """Return the codes of the bags that changed, each as often as it was delivered, sorted."""
        return sorted(bag[1] for answer in self._round() for bag in answer["bags"] or ())

    def bags(self) -> dict[str, list[Any]]:
        """Return what is so now of every bag that changed: code to its row."""
        return {bag[1]: bag for answer in self._round() for bag in answer["bags"] or ()}

    def gone(self) -> list[int]:
        return sorted(number for answer in self._round() for number in answer["gone"] or ())

    def _round(self) -> Iterator[dict[str, Any]]:
        while True:
            answer = self.ask()
            self.pages += 1
            self.cursor = answer["cursor"]
            yield answer
            if not answer["more"]:
                return

    def close(self) -> None:
        self._connection.close()
