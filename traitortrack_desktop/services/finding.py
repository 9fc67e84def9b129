"""Finding: the station's own copy answers at once, the centre a moment later where it can be asked.

The one place that says what is kept of what the centre knows, for how long it counts, and what change makes
it new is :data:`CACHES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar
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
from traitortrack_desktop.domain.returns import TicketFact
from traitortrack_desktop.services.people_desk import PeopleTrouble

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """What is kept, for how long it counts when nothing makes it new (``None``: for ever), and what does."""

    what: str
    counts_for: timedelta | None
    made_new_by: str


class LocalFinder(Protocol):
    """What this station can say without the centre: its catalogue and its journal. One thread at a time.

    Never raises for what it does not know; answers from an index, whatever the number of bags.
    """

    def look(self, text: str) -> Found:
        """Return what is known of the code *text*, or what begins or ends like it."""
        ...

    def history(self, code: str, before: str | None = None) -> HistoryPage:
        """Return this station's entries about *code*, newest first, also those that wait."""
        ...

    def bags(self, wanted: BagFilter, after: str | None = None) -> BagsPage:
        """Return a page of bags; filters that the copy knows nothing about are left to the centre."""
        ...

    def bills(self, wanted: BillFilter, after: str | None = None) -> BillsPage:
        """Return a page of bills."""
        ...

    def tickets(self, wanted: TicketFilter = EVERY_TICKET, after: str | None = None) -> TicketsPage:
        """Return the returns that this station opened or worked at."""
        ...

    def refusals(self, day: date, before: str | None = None) -> RefusalsPage:
        """Return what this station refused on *day*, a day as the depot counts them."""
        ...

    def bill(self, code: str) -> BillFact | None:
        """Return what is known of the bill *code*, in any case, own entries that wait included."""
        ...

    def ticket(self, code: str) -> TicketFact | None:
        """Return what is known of the return *code*."""
        ...

    def close(self) -> None:
        """Close the files."""
        ...


class CentralFinder(Protocol):
    """What the centre says. Any thread but the GUI's; one round trip each.

    *session* is that of whoever asks: what a role may not see is left out. Every method raises the errors
    of ``services.ports.Accounts``, and ``NotPermittedError``.
    """

    def look(self, text: str, *, session: UUID) -> Found:
        """See :class:`LocalFinder`."""
        ...

    def history(self, code: str, *, session: UUID, before: str | None = None) -> HistoryPage:
        """Return the ledger about *code*, of all stations, newest first."""
        ...

    def bags(self, wanted: BagFilter, *, session: UUID, after: str | None = None) -> BagsPage:
        """Return a page of bags; a dispatcher gets those of the own area only, and none without one."""
        ...

    def bills(self, wanted: BillFilter, *, session: UUID, after: str | None = None) -> BillsPage:
        """Return a page of bills."""
        ...

    def tickets(
        self, wanted: TicketFilter = EVERY_TICKET, *, session: UUID, after: str | None = None
    ) -> TicketsPage:
        """Return a page of returns."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class FindDesk(Protocol):
    """Asks both finders in the background, for a window. Returns at once."""

    def ask(
        self,
        here: Callable[[LocalFinder], Answer],
        at_centre: Callable[[CentralFinder, UUID], Answer] | None,
        answered: Callable[[Answer | PeopleTrouble], None],
    ) -> None:
        """Ask here, and then the centre, unless that is ``None``.

        *answered* is called on a station thread: first with what is known here, then with the centre's
        answer, or with why there is none. What is known here never waits for the centre's answers to
        earlier questions.
        """
        ...

    def close(self) -> None:
        """Close the files and give the connections back; called when nothing is asked any more."""
        ...


CATALOGUE_COUNTS_FOR = timedelta(hours=12)
"""As long as the setting ``fact_trust_hours`` says; this is its default."""

HOLDER_COUNTS_FOR = timedelta(minutes=30)
"""The centre says until when."""

SIGN_IN_COUNTS_FOR = timedelta(days=7)
"""As many days as the setting ``offline_sign_in_days`` says; this is its default."""

CACHES: tuple[Cache, ...] = (
    Cache(
        what="the catalogue's bags: where each is, how full, on which bill",
        counts_for=CATALOGUE_COUNTS_FOR,
        made_new_by="the centre's feed, with every posting and every 1.5 s; a file: known from the start",
    ),
    Cache(
        what="the catalogue's bills, and their totals, which are added up of the bags on them",
        counts_for=CATALOGUE_COUNTS_FOR,
        made_new_by="the centre's feed, as the bags; a file: known from the start",
    ),
    Cache(
        what="which station has a parent open",
        counts_for=HOLDER_COUNTS_FOR,
        made_new_by="the centre's feed; an opening, a close, a bill or a take-over ends it before",
    ),
    Cache(
        what="what own entries and the centre's receipts to them taught of a bag, a bill or a return",
        counts_for=CATALOGUE_COUNTS_FOR,
        made_new_by="every own entry and receipt, and the catalogue once it has the entry",
    ),
    Cache(
        what="what own entries did that the centre has not answered",
        counts_for=None,
        made_new_by="the centre's receipt, and nothing else",
    ),
    Cache(
        what="who signed in here lately, and the badges scanned here",
        counts_for=SIGN_IN_COUNTS_FOR,
        made_new_by="every sign-in at the centre; forgotten when the centre refuses it",
    ),
    Cache(
        what="the lists and stories that a window shows",
        counts_for=None,
        made_new_by="the next question; each says as of when it is",
    ),
)
"""Everything that is kept of what the centre knows."""
