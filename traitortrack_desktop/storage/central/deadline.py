"""This side's own limit on how long an answer may take, for when the network swallows everything.

One watching thread serves all connections of a database. It sleeps through answers that come in time:
it wakes at the oldest deadline, and only then looks whether that one is still open.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import cast

from psycopg2 import Error as DriverError
from psycopg2.extensions import connection as RawConnection  # noqa: N812
from sqlalchemy import Connection


class Deadline:
    """Shuts the socket of a connection down that has been busy for *seconds*."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._open: dict[int, tuple[float, RawConnection]] = {}
        self._watching = False
        self._closed = False
        self._next = 0

    def from_its_making(self, raw: RawConnection, record: object = None) -> None:  # noqa: ARG002 - a pool event
        """Watch a new connection while it is being set up, until :meth:`over` goes on with it."""
        with self._changed:
            self._add(raw)

    @contextlib.contextmanager
    def over(self, connection: Connection) -> Iterator[None]:
        """Watch *connection* during the block: when time is up, its statement fails as unanswered."""
        raw = cast(RawConnection, connection.connection.driver_connection)
        with self._changed:
            self._open = {kept: entry for kept, entry in self._open.items() if entry[1] is not raw}
            ticket = self._add(raw)
        try:
            yield
        finally:
            with self._changed:
                self._open.pop(ticket, None)

    def close(self) -> None:
        """End the watching thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _add(self, raw: RawConnection) -> int:
        self._next += 1
        self._open[self._next] = (time.monotonic() + self._seconds, raw)
        self._watch()
        return self._next

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._run, name="centre-deadline", daemon=True).start()

    def _run(self) -> None:
        with self._changed:
            while self._open and not self._closed:
                now = time.monotonic()
                for ticket, (until, raw) in list(self._open.items()):
                    if until <= now:
                        del self._open[ticket]
                        _shut_down(raw)
                earliest = min((until for until, _ in self._open.values()), default=now + self._seconds)
                self._changed.wait(max(0.0, earliest - now))
            self._watching = False


def _shut_down(raw: RawConnection) -> None:
    """Shut the socket down; the thread that waits on it gets an error. The descriptor stays libpq's."""
    with contextlib.suppress(OSError, DriverError):  # closed meanwhile, one way or the other
        duplicate = socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        with duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)
