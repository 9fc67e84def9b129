"""Reads the catalogue feed as a station does, and changes rows in transactions that stay open."""

import contextlib
from contextlib import closing

import psycopg2


def connect(url):
    """Return a connection whose transaction stays open until it is told otherwise."""
    return closing(psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://")))


@contextlib.contextmanager
def transaction(url):
    """Give a cursor in a transaction of its own, committed at the end of the block."""
    with connect(url) as connection:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()


class FeedReader:
    """Keeps a cursor and asks with it; every page of a round is taken."""

    def __init__(self, url, *, limit=100):
        self._connection = psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://"))
        self._connection.autocommit = True
        self._limit = limit
        self.pages = 0
        self.cursor = self.value("SELECT station.catalogue_start()")["cursor"]

    def value(self, statement, *values):
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()[0]

    def ask(self):
        return self.value("SELECT station.changes_since(%s, %s)", self.cursor, self._limit)

    def codes(self):
        """Return the codes of the bags that changed, each as often as it was delivered, sorted."""
        return sorted(bag[1] for answer in self._round() for bag in answer["bags"] or ())

    def bags(self):
        """Return what is so now of every bag that changed: code to its row."""
        return {bag[1]: bag for answer in self._round() for bag in answer["bags"] or ()}

    def gone(self):
        return sorted(number for answer in self._round() for number in answer["gone"] or ())

    def _round(self):
        while True:
            answer = self.ask()
            self.pages += 1
            self.cursor = answer["cursor"]
            yield answer
            if not answer["more"]:
                return

    def close(self):
        self._connection.close()
