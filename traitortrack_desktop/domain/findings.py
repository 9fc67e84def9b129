"""What is found of bags, bills and returns: values, of the station's own copy or of the centre. Pure.

Every answer says as of when it is (*as_of*, aware UTC), and whether the centre gave it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Outcome
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketFact, TicketStatus

PAGE = 50
"""Rows of a page."""


class FoundKind(StrEnum):
    """What a code turned out to be."""

    PARENT = "parent"
    CHILD = "child"
    BILL = "bill"
    TICKET = "ticket"
    OTHER = "other"
    """A bag of a type that no rule knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something whose code begins, or ends, with what was asked for. *under* is where it is, if anywhere."""

    code: str
    kind: FoundKind
    under: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLine:
    """A child bag in a parent."""

    code: str
    since: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentLine:
    """A parent bag on a bill or a return, with the child bags in it. *bill*: what it was returned from."""

    code: str
    count: int | None = None
    since: datetime | None = None
    by: str | None = None
    bill: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanLine:
    """A row of the scan history; *station* only where the ledger knows it."""

    at: datetime | None
    by: str | None
    station: str | None = None
    parent: str | None = None
    child: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """An entry of the ledger, or of this station's journal, about a code. *waits*: not at the centre yet."""

    at: datetime
    kind: EntryKind
    code: str
    by: str | None = None
    station: str | None = None
    parent: str | None = None
    child: str | None = None
    bill: str | None = None
    ticket: str | None = None
    origin: str | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    waits: bool = False
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A page of history, newest first; *before* asks for the next one, ``None`` on the last."""

    lines: tuple[HistoryLine, ...]
    before: str | None = None
    as_of: datetime | None = None
    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BagStory:
    """All that is known of one bag."""

    fact: BagFact
    kind: FoundKind
    area: str | None = None
    made_at: datetime | None = None
    owner: str | None = None
    weight_kg: float | None = None
    parent_bill: BillFact | None = None
    """Of a child: the bill that its parent is on; of a parent, its own."""
    children: tuple[ChildLine, ...] = ()
    scans: tuple[ScanLine, ...] = ()
    """The last five."""
    called_before: tuple[str, ...] = ()
    """What it was called before its label was replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillStory:
    """All that is known of one bill."""

    fact: BillFact
    description: str | None = None
    made_at: datetime | None = None
    by: str | None = None
    parents: tuple[ParentLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStory:
    """All that is known of one return."""

    fact: TicketFact
    notes: str | None = None
    made_at: datetime | None = None
    finalised_at: datetime | None = None
    by: str | None = None
    parents: tuple[ParentLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to one look-up: at most one story, or suggestions.

    *waiting* are this station's entries about the code that the centre has not answered.
    """

    asked: str
    as_of: datetime | None
    from_centre: bool
    bag: BagStory | None = None
    bill: BillStory | None = None
    ticket: TicketStory | None = None
    suggestions: tuple[Suggestion, ...] = ()
    waiting: tuple[HistoryLine, ...] = ()
    new_code: str | None = None
    """The label that *asked* was replaced by."""

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is known."""
        return not (self.bag or self.bill or self.ticket or self.suggestions)


# -- lists


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFilter:
    """Which bags a list shows; ``None`` where it does not matter. Days are days of the depot.

    *text* is a part of the code: its beginning, or at least four characters of its end.
    """

    text: str = ""
    kind: FoundKind | None = None
    since: date | None = None
    until: date | None = None
    linked: bool | None = None
    """A child in a parent; a parent with children."""
    billed: bool | None = None
    by: str | None = None
    never_scanned: bool = False
    area: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBag:
    """A row of the list of bags."""

    code: str
    kind: FoundKind
    parent: str | None = None
    bill: str | None = None
    count: int | None = None
    completed: bool = False
    area: str | None = None
    made_at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BagsPage:
    """A page of bags, newest first. *area*: only those of this depot, because the person may see no other."""

    bags: tuple[ListedBag, ...]
    after: str | None = None
    as_of: datetime | None = None
    from_centre: bool = False
    area: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFilter:
    """Which bills a list shows. *status* ``None``: all; *text* is a part of the name.

    *own*: only those that the person of this name made.
    """

    text: str = ""
    status: str | None = None
    since: date | None = None
    until: date | None = None
    own: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBill:
    """A row of the list of bills. *waiting*: entries of this station about it that wait for the centre.

    *description*: empty where it has none, ``None`` where that is not known.
    """

    fact: BillFact
    description: str | None = None
    made_at: datetime | None = None
    by: str | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BillsPage:
    """A page of bills, newest first."""

    bills: tuple[ListedBill, ...]
    after: str | None = None
    as_of: datetime | None = None
    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which returns a list shows. *status* ``None``: all; *text* is a part of the code."""

    text: str = ""
    status: TicketStatus | None = None


EVERY_TICKET = TicketFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTicket:
    """A row of the list of returns."""

    fact: TicketFact
    made_at: datetime | None = None
    by: str | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsPage:
    """A page of returns, newest first."""

    tickets: tuple[ListedTicket, ...]
    after: str | None = None
    as_of: datetime | None = None
    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsPage:
    """What this station refused on one day, unknown codes among it, newest first, with *counts* by reason."""

    lines: tuple[HistoryLine, ...]
    counts: Mapping[Reason, int] = field(default_factory=dict)
    before: str | None = None
    as_of: datetime | None = None
