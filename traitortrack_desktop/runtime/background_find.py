"""Finding for a window, in the background: fills ``FindDesk``. Asked by the GUI thread; answers on lanes.

What is known here has a lane of its own. The centre has a few, so that one slow answer keeps no later
question waiting, and of those that wait the newest is asked first.
"""

import logging
import threading
from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.findings import (
    EVERY_TICKET,
    BagFilter,
    BagsPage,
    BillFilter,
    BillsPage,
    Found,
    HistoryPage,
    RefusalsPage,
    TicketFilter,
    TicketsPage,
)
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.returns import TicketFact
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.environment.redaction import redacted_traceback
from traitortrack_desktop.runtime.answering import answer_of
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.services.finding import CentralFinder, LocalFinder
from traitortrack_desktop.services.people_desk import PeopleTrouble

Answer = TypeVar("Answer")

CENTRAL_LANES = 3
"""Questions to the centre that may be on their way at once."""

_LANE_HERE = "find-here"
_log = logging.getLogger(__name__)


class BackgroundFind:
    """Asks *here*, and *centre* where there is one, under the session that *current_session* tells."""

    def __init__(
        self,
        *,
        here: LocalFinder,
        centre: CentralFinder | None,
        background: Background,
        current_session: Callable[[], OperatorSession | None],
    ) -> None:
        self._here = here
        self._centre = centre
        self._background = background
        self._current_session = current_session
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []
        self._busy = [0] * CENTRAL_LANES

    def ask(
        self,
        here: Callable[[LocalFinder], Answer],
        at_centre: Callable[[CentralFinder, UUID], Answer] | None,
        answered: Callable[[Answer | PeopleTrouble], None],
    ) -> None:
        """Ask here, and then the centre; see ``FindDesk``. The session is that of this moment."""
        session = self._current_session()
        finder = self._here if _sees_all(session) else OwnAreaFinder(self._here)

        def asked_here() -> None:
            try:
                answer: Answer | PeopleTrouble = here(finder)
            except Exception:  # noqa: BLE001 - whoever asked has to get an answer
                _log.error("Finding failed: %s", redacted_traceback())
                answer = PeopleTrouble.DEFECT
            try:
                answered(answer)
            finally:
                if at_centre is not None:
                    self._ask_centre(lambda: answered(self._answer(at_centre, session)))

        self._background.submit(_LANE_HERE, asked_here)

    def close(self) -> None:
        """Close the files and give the connections back."""
        self._here.close()
        if self._centre is not None:
            self._centre.close()

    def _ask_centre(self, question: Callable[[], None]) -> None:
        """Give *question* to the lane that has the least to do; each takes the newest there is."""
        with self._lock:
            self._waiting.append(question)
            lane = self._busy.index(min(self._busy))
            self._busy[lane] += 1
        self._background.submit(f"find-centre-{lane + 1}", lambda: self._ask_newest(lane))

    def _ask_newest(self, lane: int) -> None:
        with self._lock:
            question = self._waiting.pop()
        try:
            question()
        finally:
            with self._lock:
                self._busy[lane] -= 1

    def _answer(
        self, question: Callable[[CentralFinder, UUID], Answer], session: OperatorSession | None
    ) -> Answer | PeopleTrouble:
        if self._centre is None:
            return PeopleTrouble.MISMATCH
        if session is None:
            return PeopleTrouble.NOT_PERMITTED
        centre, number = self._centre, session.id
        return answer_of(lambda: question(centre, number))


class OwnAreaFinder:
    """Finds here for somebody who may list no more than the bags of the own area.

    The station's copy does not know which those are: lists are left to the centre.
    """

    def __init__(self, whole: LocalFinder) -> None:
        self._whole = whole

    def look(self, text: str) -> Found:
        """See ``LocalFinder``."""
        return self._whole.look(text)

    def history(self, code: str, before: str | None = None) -> HistoryPage:
        """See ``LocalFinder``."""
        return self._whole.history(code, before)

    def bags(self, wanted: BagFilter, after: str | None = None) -> BagsPage:  # noqa: ARG002 - the port's
        """Return nothing."""
        return BagsPage(bags=())

    def bills(self, wanted: BillFilter, after: str | None = None) -> BillsPage:  # noqa: ARG002
        """Return nothing."""
        return BillsPage(bills=())

    def tickets(
        self,
        wanted: TicketFilter = EVERY_TICKET,  # noqa: ARG002
        after: str | None = None,  # noqa: ARG002
    ) -> TicketsPage:
        """Return nothing."""
        return TicketsPage(tickets=())

    def refusals(self, day: date, before: str | None = None) -> RefusalsPage:
        """See ``LocalFinder``."""
        return self._whole.refusals(day, before)

    def bill(self, code: str) -> BillFact | None:
        """See ``LocalFinder``."""
        return self._whole.bill(code)

    def ticket(self, code: str) -> TicketFact | None:
        """See ``LocalFinder``."""
        return self._whole.ticket(code)

    def close(self) -> None:
        """Close the files."""
        self._whole.close()


def _sees_all(session: OperatorSession | None) -> bool:
    return session is not None and session.may(Operation.MANAGE_BILLS)
