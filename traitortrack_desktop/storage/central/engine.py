"""Connections to the centre: one kind for delivery, one for reading, one for the owner's work.

Whoever waits knows for how long. The server gives up first, so that an outcome is known whenever it
can be: lock 3 s, statement 8 s, TCP 10 s, and at last this side's own deadline of 12 s, which shuts
the socket down and is the only one that catches every kind of dead network. The server's limits are
set inside the transaction (``SET LOCAL`` in front of the statement, in the same message; the posting
function brings its own limit on locks), because PgBouncer in transaction mode refuses them as start-up
parameters and leaks them when set on a session.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import cast

from psycopg2 import Error as DriverError
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from traitortrack_desktop.services.ports import CentreUnreachableError, EntriesNotAcceptableError
from traitortrack_desktop.storage.central.addresses import central_address
from traitortrack_desktop.storage.central.deadline import Deadline
from traitortrack_desktop.storage.central.failures import (
    CentreError,
    centre_error,
    leave_out_values,
    owner_error,
)
from traitortrack_desktop.storage.central.web_schema import use_web_schema

CONNECT_SECONDS = 3
LOCK_SECONDS = 3
STATEMENT_SECONDS = 8
TCP_SECONDS = 10
DEADLINE_SECONDS = 12.0
POOL_SECONDS = 5

STATEMENT_LIMIT = f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}; "
"""Stands in front of a statement, in the same message and so in the same transaction."""

EXACTLY = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
"""In front of a statement that has to see what others committed before it, whatever a database is set to."""

OWNER = "'db owner ' || session_user"
"""SQL: how the owner is called in the audit: nobody's account, and by which account of the database."""

READING_LIMITS = f"SET LOCAL lock_timeout = {LOCK_SECONDS * 1000}; {STATEMENT_LIMIT}"


def _connect_arguments(application: str) -> dict[str, str | int]:
    return {
        "application_name": application,
        "connect_timeout": CONNECT_SECONDS,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": TCP_SECONDS * 1000,
    }


def _without_given(arguments: dict[str, str | int], address: URL) -> dict[str, str | int]:
    """Leave out what the address itself says: IT has the last word."""
    return {name: value for name, value in arguments.items() if name not in address.query}


class CentralDatabase:
    """The two pools of a station. Threads may share it; every connection goes back after its block.

    *application* is how the server's administrator sees this program, at most 63 characters.
    """

    def __init__(self, url: str, *, application: str = "traitortrack-desktop") -> None:
        address = central_address(url)
        arguments = _without_given(_connect_arguments(application[:63]), address)
        self._deadline = Deadline(DEADLINE_SECONDS)
        # No pre-ping: nothing limits how long that waits. A posting is safe to repeat, and a ping would
        # double its round trips; reading finds out by its first statement.
        self._delivery = create_engine(
            address,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_reset_on_return=None,
            connect_args=arguments,
        )
        self._reading = create_engine(
            address,
            hide_parameters=True,
            pool_size=2,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_use_lifo=True,
            pool_recycle=300,
            connect_args=arguments,
        )
        for engine in (self._delivery, self._reading):
            # Before the library's own questions to a new connection, which may stay unanswered too.
            event.listen(engine, "connect", self._deadline.from_its_making, insert=True)

    @contextlib.contextmanager
    def delivery(self) -> Iterator[Cursor]:
        """Lend a cursor on the delivery connection: each statement is its own transaction.

        It is the driver's own: nothing but the one message stands between the station and the centre.

        Raises the errors of ``services.ports``; after one that leaves the outcome unknown the
        connection is thrown away.
        """
        with (
            _translated(),
            self._delivery.connect() as connection,
            self._deadline.over(connection),
            _dropped_after_failure(connection),
            contextlib.closing(connection.connection.cursor()) as cursor,
        ):
            yield cast(Cursor, cursor)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Lend a session for reading and for what is not posting; commits, or rolls back on an error.

        Raises the errors of ``services.ports``.
        """
        with (
            _translated(),
            Session(self._reading) as session,
            self._deadline.over(self._alive(session)),
        ):
            yield session
            session.commit()

    def _alive(self, session: Session) -> Connection:
        """Return the session's connection, limits set; one that died while it lay idle is replaced once."""
        try:
            return self._limited(session)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            session.rollback()
            return self._limited(session)

    def _limited(self, session: Session) -> Connection:
        connection = session.connection()
        with self._deadline.over(connection):
            connection.exec_driver_sql(READING_LIMITS)
        return connection

    def connections_in_use(self) -> int:
        """Return how many connections are lent out now."""
        return sum(_lent(engine) for engine in (self._delivery, self._reading))

    def close(self) -> None:
        """Close both pools."""
        self._delivery.dispose()
        self._reading.dispose()
        self._deadline.close()


def _lent(engine: Engine) -> int:
    lent: int = engine.pool.checkedout()  # type: ignore[attr-defined]
    return lent


@contextlib.contextmanager
def owner_connection(url: str, web_schema: str | None = None) -> Iterator[Connection]:
    """Lend a connection of its own for the owner's work; commits, or rolls back on an error.

    Unqualified table names mean the web application's, in *web_schema* or where it is found to be.
    No limits on time: the owner's work takes what it takes.
    Raises the errors of ``services.ports`` and ``UnusableAddressError``.
    """
    with owner_engine(url) as engine, engine.begin() as connection:
        use_web_schema(connection, web_schema)
        yield connection


@contextlib.contextmanager
def owner_engine(url: str) -> Iterator[Engine]:
    """Lend an engine without a pool for owner's work that needs more than one connection or transaction.

    Raises the errors of ``services.ports``, also for what the block raises, and ``UnusableAddressError``.
    """
    address = central_address(url)
    arguments = _without_given(_connect_arguments("traitortrack-desktop db"), address)
    engine = create_engine(address, hide_parameters=True, poolclass=NullPool, connect_args=arguments)
    try:
        with _translated(owner_error):
            yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _translated(
    meaning: Callable[[DBAPIError | DriverError], CentreError] = centre_error,
) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, DriverError) as error:
        meant = meaning(error)
        leave_out_values(error)
        raise meant from error
    except PoolTimeoutError as error:
        raise CentreUnreachableError("all connections to the centre are busy") from error


@contextlib.contextmanager
def _dropped_after_failure(connection: Connection) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, DriverError) as error:
        # A mismatch is looked at anew after a pause: with the rights, and at the server, of that time.
        if not isinstance(centre_error(error), EntriesNotAcceptableError):
            connection.invalidate()
        raise
