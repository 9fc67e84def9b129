"""Ends several threads that read devices, together, whatever one of them does."""

import logging
import time
from collections.abc import Iterable
from typing import Protocol

_log = logging.getLogger(__name__)


class Stoppable(Protocol):
    """Something with a thread of its own that may hang in its device."""

    def ask_to_stop(self) -> None:
        """Have it end; returns at once."""
        ...

    def stop(self, *, within_seconds: float) -> None:
        """End it; returns when it has ended, or the time is over."""
        ...


def stop_all(readers: Iterable[Stoppable], *, within_seconds: float) -> None:
    """End all of *readers*: none goes on because another one hangs, and no more time than that is lost."""
    deadline = time.monotonic() + within_seconds
    asked = list(readers)
    for reader in asked:
        try:
            reader.ask_to_stop()
        except Exception:  # noqa: BLE001 - the others must end all the same
            _log.exception("A scanner could not be asked to stop")
    for reader in asked:
        try:
            reader.stop(within_seconds=max(0.0, deadline - time.monotonic()))
        except Exception:  # noqa: BLE001 - the same
            _log.exception("A scanner could not be stopped")
