"""Asks the centre before there is a station, on threads of their own: nobody waits long for a network."""

import logging
import threading
from collections.abc import Callable

from traitortrack_desktop.environment.redaction import redacted_traceback
from traitortrack_desktop.services.set_up import CentreAccess, CentreDoor, SetUpAnswer, SetUpProblem

_TRY_SECONDS = 1.5
_LOG = logging.getLogger(__name__)


class BackgroundSetUp:
    """Implements ``SetUpControls``. Nobody who leaves meanwhile is kept waiting: daemon threads."""

    def __init__(self, connect: Callable[[CentreAccess], SetUpAnswer]) -> None:
        self._connect = connect

    def connect(self, access: CentreAccess, answered: Callable[[SetUpAnswer], None]) -> None:
        """Try *access* in the background; see ``SetUpControls``."""
        threading.Thread(target=lambda: answered(self._answer(access)), name="set-up", daemon=True).start()

    def _answer(self, access: CentreAccess) -> SetUpAnswer:
        try:
            return self._connect(access)
        except Exception:  # noqa: BLE001 - top of a thread; the screen must not wait for ever
            _LOG.error("The set-up failed: %s", redacted_traceback())
            return SetUpProblem.DEFECT


def is_refused_without_password(door: CentreDoor, address: str, *, seconds: float = _TRY_SECONDS) -> bool:
    """Return whether the centre asks for a password that nobody has. Takes *seconds* at most.

    A centre that does not answer by then says nothing, and the station can open: it works without it.
    """
    answers: list[SetUpProblem | None] = []
    attempt = threading.Thread(
        target=lambda: answers.append(door.attempt(address)), name="password wanted", daemon=True
    )
    attempt.start()
    attempt.join(seconds)
    return answers == [SetUpProblem.ACCOUNT_REFUSED]
