"""Runs the first set-up on a thread of its own, so that its window never waits for the network."""

import logging
import threading
import traceback
from collections.abc import Callable

from traitortrack_desktop.environment.redaction import redacted
from traitortrack_desktop.services.set_up import CentreAccess, SetUpAnswer, SetUpProblem

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
            _LOG.error("The set-up failed: %s", redacted(traceback.format_exc()))
            return SetUpProblem.DEFECT
