"""Changes to tables that a hundred stations and a web application use at this moment.

Each is a transaction of its own. One that needs a strong lock waits less than half a second for it: whoever
stands in the queue behind it waits no longer either. Then it gives way and tries again later. What takes
long (building an index, looking through all rows) is done in the ways that let others read and write.
Used by ``db upgrade``, on its own thread; another one only looks who is in the way.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg2 import Error as DriverError
from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.services.ports import CentreUnreachableError
from traitortrack_desktop.storage.central.failures import LOST_TO_OTHERS, sqlstate
from traitortrack_desktop.storage.central.found_shape import FoundShape, found_shape
from traitortrack_desktop.storage.central.sql_files import for_web_schema, run_script
from traitortrack_desktop.storage.central.web_schema import mean_web_tables

LOCK_MILLISECONDS = 400
STEP_MILLISECONDS = 900
"""No short change holds or waits longer than this, whatever happens to it."""

PATIENCE_SECONDS = 900.0
SAY_AFTER_SECONDS = 3.0
SAY_AGAIN_SECONDS = 30.0
_LOOK_AFTER_SECONDS = 0.2
_LOOK_AGAIN_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 1.0

_GAVE_WAY = LOST_TO_OTHERS | {"57014"}
"""That, or it took too long."""

_SHORT = f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}; SET LOCAL statement_timeout = {STEP_MILLISECONDS}; "
_IN_THE_WAY = text("""
    SELECT a.pid, coalesce(nullif(a.application_name, ''), 'without a name') AS program,
           to_char(a.xact_start, 'HH24:MI:SS') AS since
    FROM unnest(pg_blocking_pids(:pid)) AS b (pid) JOIN pg_stat_activity AS a ON a.pid = b.pid
    ORDER BY a.xact_start NULLS LAST LIMIT 3
""")

Result = TypeVar("Result")
Tell = Callable[[str], None]
Fault = DBAPIError | DriverError


class TableBusyError(CentreUnreachableError):
    """Others held a table for longer than the upgrade waits. What was done before stays done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A change that is being tried: what it is about, since when (monotonic seconds)."""

    about: str
    started: float


class QuietChanges:
    """One owner's hand on the tables of *schema*. *tell* gets sentences for a person who waits.

    Changes name the tables as ``public.…``. A change that others keep from happening for
    *patience_seconds* raises :class:`TableBusyError`.
    """

    def __init__(
        self, engine: Engine, schema: str, *, tell: Tell, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._engine = engine
        self.schema = schema
        self._tell = tell
        self._patience_seconds = patience_seconds
        self._connection = _plain_connection(engine)
        self._pid = int(self._connection.scalar(text("SELECT pg_backend_pid()")) or 0)
        milliseconds = int(patience_seconds * 1000)
        # The owner's role may have limits of its own; building an index takes what it takes.
        run_script(self._connection, f"SET statement_timeout = 0; SET lock_timeout = {milliseconds}")
        mean_web_tables(self._connection, schema, in_transaction=False)
        self._told_at = 0.0
        self._holders = ""
        self._shape: FoundShape | None = None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def connection(self) -> Connection:
        """The connection itself, on which every statement is a transaction of its own."""
        return self._connection

    def shape(self) -> FoundShape:
        """Return the tables' shape, as it was when it was last looked at after a change of ours."""
        if self._shape is None:
            self._shape = self.shape_seen_by(self._connection)
        return self._shape

    def shape_seen_by(self, connection: Connection) -> FoundShape:
        """Read the tables' shape inside the transaction of *connection*."""
        return found_shape(connection, self.schema)

    def ask(self, question: str, **values: Any) -> list[Row[Any]]:
        """Return the rows of *question*, read in a transaction of its own."""
        return list(self._connection.execute(text(question), values))

    def short(self, statement: str, *, about: str) -> None:
        """Make a change that is quick once it has its lock; *about* is the table, for people.

        Raises :class:`TableBusyError` or the driver's error.
        """
        script = _SHORT + for_web_schema(statement, self.schema)
        self._patiently(about, self._pid, lambda: run_script(self._connection, script))

    def beside_others(self, statement: str, *, about: str) -> None:
        """Make a change that takes long, waits for others and lets them work: ``CONCURRENTLY``, ``VALIDATE``.

        Raises :class:`TableBusyError` or the driver's error.
        """
        step = _Step(about=about, started=time.monotonic())
        with self._watched(step, self._pid):
            try:
                run_script(self._connection, for_web_schema(statement, self.schema))
            except DriverError as error:
                if error.pgcode != "55P03":
                    raise
                raise self._given_up(step) from error

    def let_indexes_be_finished(self) -> None:
        """Wait for whoever is making an index that is not valid yet.

        That may be the server itself: it goes on with what a program wanted that was killed meanwhile.
        Raises :class:`TableBusyError`.
        """
        for table in sorted({index.table for index in self.shape().indexes if not index.valid}):
            # Nobody who reads or writes has to wait for this lock, nor behind it.
            lock = f'LOCK TABLE public."{table}" IN SHARE UPDATE EXCLUSIVE MODE'
            self.beside_others(f"SET LOCAL statement_timeout = 0; {lock}", about=f"the table {table}")

    def at_once(self, act: Callable[[Connection], Result], *, about: str) -> Result:
        """Do *act* in one transaction, again from its beginning when it cannot have a lock."""

        def attempt() -> Result:
            with self._engine.begin() as connection:
                run_script(connection, f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
                mean_web_tables(connection, self.schema)
                return act(connection)

        return self._patiently(about, None, attempt)

    def _patiently(self, about: str, pid: int | None, attempt: Callable[[], Result]) -> Result:
        step = _Step(about=about, started=time.monotonic())
        tries = 0
        while True:
            try:
                with self._watched(step, pid):
                    return attempt()
            except (DBAPIError, DriverError) as error:
                if sqlstate(error) not in _GAVE_WAY:
                    raise
                if time.monotonic() - step.started > self._patience_seconds:
                    raise self._given_up(step) from error
            tries += 1
            # At least as long as others may have waited behind us.
            time.sleep(min(0.4 * tries, _LONGEST_PAUSE_SECONDS) * random.uniform(1.0, 1.3))  # noqa: S311

    def _given_up(self, step: _Step) -> TableBusyError:
        waited = time.monotonic() - step.started
        holders = f" ({self._holders})" if self._holders else ""
        return TableBusyError(
            f"others held {step.about} for {waited:.0f} seconds{holders}, and the upgrade stopped there;"
            " everything done so far is kept: end what holds it, or choose a quiet hour, and upgrade again"
        )

    @contextlib.contextmanager
    def _watched(self, step: _Step, pid: int | None) -> Iterator[None]:
        """Say who is in the way when *step* has been kept waiting for some time."""
        self._holders = ""
        self._shape = None
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(step, pid, done), name="upgrade watcher")
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _watch(self, step: _Step, pid: int | None, done: threading.Event) -> None:
        pause = _LOOK_AFTER_SECONDS
        while not done.wait(pause):
            pause = _LOOK_AGAIN_SECONDS
            now = time.monotonic()
            if pid is None or now - step.started < SAY_AFTER_SECONDS:
                continue
            self._holders = self._in_the_way(pid) or self._holders
            if self._holders and not step.started < self._told_at > now - SAY_AGAIN_SECONDS:
                self._told_at = now
                self._tell(f"Waiting for {step.about}, which others hold: {self._holders}.")

    def _in_the_way(self, pid: int) -> str:
        with contextlib.suppress(DBAPIError), _plain_connection(self._engine) as observer:
            found = observer.execute(_IN_THE_WAY, {"pid": pid}).all()
            return "; ".join(_holder(row) for row in found)
        return ""


def _holder(row: Row[Any]) -> str:
    since = f", in a transaction since {row.since}" if row.since else ""
    return f"process {row.pid} ({row.program}{since})"


def _plain_connection(engine: Engine) -> Connection:
    """Return a connection on which every statement is a transaction of its own."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
