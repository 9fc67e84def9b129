"""Two upgrades of one database take turns, and so do two repairs."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, text

_LOOK_AGAIN_SECONDS = 0.25
_FOR_EVER = text("SET LOCAL idle_in_transaction_session_timeout = 0")
_TAKE = text("SELECT pg_try_advisory_xact_lock(:key)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A kind of work that is done once at a time. *key* is far above those that the web application locks."""

    key: int
    waiting: str
    """What a person is told who waits."""


UPGRADE = Turn(
    key=7_406_120_041, waiting="Another db upgrade is at work on this database; waiting for it to end."
)
REPAIR = Turn(
    key=7_406_120_042,
    waiting="Another db audit --repair is at work on this database; waiting for it to end.",
)


@contextlib.contextmanager
def my_turn(engine: Engine, turn: Turn, tell: Callable[[str], None]) -> Iterator[None]:
    """Wait until nobody else is at this work, and keep others out for the block.

    The lock belongs to a transaction of its own, in which nothing is read: building an index concurrently
    waits for whoever holds a snapshot, as one would that waits inside a statement.
    """
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        told = False
        while True:
            with connection.begin():
                connection.execute(_FOR_EVER)
                if connection.scalar(_TAKE, {"key": turn.key}):
                    yield
                    return
            if not told:
                tell(turn.waiting)
                told = True
            time.sleep(_LOOK_AGAIN_SECONDS)
