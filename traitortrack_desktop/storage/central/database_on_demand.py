"""A connection for what people ask now and then: opened by the first question, closed after a minute."""

import contextlib
import threading
from collections.abc import Iterator

from sqlalchemy.orm import Session

from traitortrack_desktop.storage.central.engine import CentralDatabase

IDLE_SECONDS = 60.0


class DatabaseOnDemand:
    """Lends sessions at the centre at *url*. Any threads; a timer's thread closes what lies idle."""

    def __init__(self, url: str, *, application: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._url, self._application, self._idle_seconds = url, application, idle_seconds
        self._lock = threading.Lock()
        self._database: CentralDatabase | None = None
        self._timer: threading.Timer | None = None
        self._users = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a pool now."""
        return self._database is not None

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Lend a session; commits, or rolls back on an error. Raises the errors of ``services.ports``."""
        database = self._taken()
        try:
            with database.session() as session:
                yield session
        finally:
            self._given_back()

    def close(self) -> None:
        """Close the connections; the next question opens others."""
        with self._lock:
            self._stop_timer()
            self._close()

    def _taken(self) -> CentralDatabase:
        with self._lock:
            self._stop_timer()
            if self._database is None:
                self._database = CentralDatabase(self._url, application=self._application)
            self._users += 1
            return self._database

    def _given_back(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._database is not None:
                self._timer = threading.Timer(self._idle_seconds, self._close_if_idle)
                self._timer.daemon = True
                self._timer.start()

    def _close_if_idle(self) -> None:
        with self._lock:
            if self._users == 0:
                self._close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
