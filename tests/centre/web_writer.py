"""The web application at work while something else is done to the database: it packs bags of its own.

Its statements are few and plain here: what is measured is how long they wait. The faithful imitation is
``fakes.web_application``.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Self

import psycopg2
from centre.shapes import owner_cursor

LONGEST_STALL_SECONDS = 1.0
"""No work on a database may let one of the web application's transactions wait so long."""

_CHILDREN = 30
_PAUSE_SECONDS = 0.005


class WebWriter:
    """Packs one bag after the other on a thread until left; a context manager.

    *longest_seconds* is the longest that one of its transactions took, with the statement that took the
    most of it, *packed* how many children it packed. An error ends the work and is raised when the writer
    is left.
    """

    def __init__(self, url: str, schema: str, *, first: int = 80_000) -> None:
        self._url = url
        self._schema = schema
        self._number = first
        self._ended = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._work, name="web-writer")
        self._error: Exception | None = None
        self._slowest = (0.0, "")
        self.longest_seconds = 0.0
        self.longest_at = ""
        self.packed = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait(30)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._error is not None and kind is None:
            raise self._error

    def _work(self) -> None:
        try:
            with owner_cursor(self._url, self._schema, autocommit=True) as cursor:
                while not self._ended.is_set():
                    self._pack(cursor)
        except (psycopg2.Error, AssertionError) as error:
            self._error = error
        finally:
            self._started.set()

    def _pack(self, cursor: Any) -> None:
        self._number += 1
        parent = self._timed(cursor, lambda: self._open(cursor, f"SB{self._number}"))
        for child in range(_CHILDREN):
            if self._ended.is_set():
                return
            code = f"W{self._number}X{child:02}"
            self._timed(cursor, lambda code=code: self._add(cursor, parent, code))
            self.packed += 1
            self._started.set()
            self._ended.wait(_PAUSE_SECONDS)

    def _timed(self, cursor: Any, work: Callable[[], int]) -> int:
        self._slowest = (0.0, "")
        started = time.monotonic()
        self._run(cursor, "BEGIN")
        done = work()
        self._run(cursor, "COMMIT")
        taken = time.monotonic() - started
        if taken > self.longest_seconds:
            self.longest_seconds, self.longest_at = taken, self._slowest[1]
        return done

    def _run(self, cursor: Any, statement: str, *values: object) -> int:
        """Run *statement*; return the id that it returns, if any."""
        started = time.monotonic()
        cursor.execute(statement, values or None)
        self._slowest = max(self._slowest, (time.monotonic() - started, " ".join(statement.split())[:40]))
        return int(cursor.fetchone()[0]) if cursor.description else 0

    def _open(self, cursor: Any, code: str) -> int:
        parent = self._run(cursor, _MAKE_PARENT, code)
        self._run(cursor, 'INSERT INTO scan ("timestamp", parent_bag_id) VALUES (now(), %s)', parent)
        return parent

    def _add(self, cursor: Any, parent: int, code: str) -> int:
        self._run(cursor, "SELECT id FROM bag WHERE id = %s FOR UPDATE", parent)
        child = self._run(cursor, _MAKE_CHILD, code)
        self._run(cursor, _LINK, parent, child)
        self._run(cursor, 'INSERT INTO scan ("timestamp", child_bag_id) VALUES (now(), %s)', child)
        self._run(cursor, _COUNT, parent)
        return child


_MAKE_PARENT = """
    INSERT INTO bag (qr_id, type, name, child_count, status, weight_kg, created_at, updated_at)
    VALUES (%s, 'parent', '', 0, 'pending', 0, now(), now()) RETURNING id
"""
_MAKE_CHILD = """
    INSERT INTO bag (qr_id, type, child_count, status, created_at)
    VALUES (%s, 'child', 0, 'pending', now()) RETURNING id
"""
_LINK = "INSERT INTO link (parent_bag_id, child_bag_id, created_at) VALUES (%s, %s, now())"
_COUNT = """
    UPDATE bag SET child_count = child_count + 1, weight_kg = child_count + 1,
        status = CASE WHEN child_count + 1 >= 30 THEN 'completed' ELSE status END
    WHERE id = %s
"""
