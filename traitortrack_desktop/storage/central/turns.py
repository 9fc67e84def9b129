"""Two upgrades of one database take turns."""

import contextlib
import time
from collections.abc import Callable, Iterator

from sqlalchemy import Engine, text

LOCK_KEY = 7_406_120_041
"""Far above the keys that the web application locks."""

_LOOK_AGAIN_SECONDS = 0.25
_TAKE = text("SELECT pg_try_advisory_lock(:key)")


@contextlib.contextmanager
def my_turn(engine: Engine, tell: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other upgrade is at work, and keep others out for the block.

    The lock belongs to a connection of its own, which is asked again and again: one that waits inside a
    statement would hold a snapshot, and building an index concurrently waits for every snapshot.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(_TAKE, {"key": LOCK_KEY}):
            tell("Another db upgrade is at work on this database; waiting for it to end.")
            while not connection.scalar(_TAKE, {"key": LOCK_KEY}):
                time.sleep(_LOOK_AGAIN_SECONDS)
        yield
