"""Pages of bags, bills and returns without the centre: the catalogue's, and own work laid over them."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.entries import EntryKind
from traitortrack_desktop.domain.findings import (
    PAGE,
    BagFilter,
    BagsPage,
    BillFilter,
    BillsPage,
    FoundKind,
    ListedBag,
    ListedBill,
    ListedTicket,
    TicketFilter,
    TicketsPage,
)
from traitortrack_desktop.storage.local import catalogue_lists, journal_lists
from traitortrack_desktop.storage.local.catalogue_lists import Row
from traitortrack_desktop.storage.local.catalogue_reading import bill_fact, moment_of
from traitortrack_desktop.storage.local.catalogue_rows import BillRow, bill_of
from traitortrack_desktop.storage.local.findable import Findable, mentioning
from traitortrack_desktop.storage.local.histories import LAST, Answered
from traitortrack_desktop.storage.local.labels import is_refused
from traitortrack_desktop.storage.local.stories import ticket_story

BEGINNINGS_WALKED = 2_000
"""Beginnings of work at a bill or a return that a page of returns looks at, at most."""

_RETURNS = frozenset({str(EntryKind.OPEN_RETURN), str(EntryKind.RESUME_RETURN)})
_BILLS_MADE = frozenset({str(EntryKind.CREATE_BILL)})


class DepotDays:
    """The days of a depot in *zone*; ``None`` is the computer's."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._zone = zone

    def begin(self, day: date) -> datetime:
        """Return when *day* begins, aware UTC."""
        return datetime.combine(day, time.min, tzinfo=self._zone).astimezone(UTC)

    def between(self, since: date | None, until: date | None) -> tuple[int | None, int | None]:
        """Return both days, each included, in seconds of Unix time, the end excluded."""
        begin = self.begin(since) if since is not None else None
        end = self.begin(until + timedelta(days=1)) if until is not None else None
        return int(begin.timestamp()) if begin else None, int(end.timestamp()) if end else None


class Lists:
    """The lists of ``SqliteFinder``. Nothing here raises."""

    def __init__(self, findable: Findable, days: DepotDays) -> None:
        self._findable = findable
        self._days = days

    def bags(self, wanted: BagFilter, after: str | None = None) -> BagsPage:
        """Return a page of bags; nothing for a filter that the copy knows nothing about."""
        unknown = (wanted.since, wanted.until, wanted.by, wanted.area)
        if wanted.never_scanned or any(each is not None for each in unknown):
            return BagsPage(bags=())
        below = number_of(after)
        nothing: tuple[list[Row], int | None] = ([], None)
        rows, following = self._findable.of_catalogue(
            lambda connection: catalogue_lists.bags_page(connection, wanted, after=below, limit=PAGE),
            nothing,
        )
        return BagsPage(
            bags=tuple(self._listed_bag(row) for row in rows),
            after=str(following) if following is not None else None,
            as_of=self._findable.as_of,
        )

    def bills(self, wanted: BillFilter, after: str | None = None) -> BillsPage:
        """Return a page of bills, newest first; those that were made here and wait come first."""
        rows: list[tuple[BillRow, int]] = self._findable.of_catalogue(
            lambda connection: catalogue_lists.bills_page(
                connection,
                text=wanted.text.strip(),
                status=wanted.status,
                between=self._days.between(wanted.since, wanted.until),
                own=wanted.own,
                after=_time_and_number(after),
                limit=PAGE + 1,
            ),
            [],
        )
        listed = [self._listed_bill(row) for row, _ in rows[:PAGE]]
        made = self._made_here(wanted) if after is None else []
        last = rows[PAGE - 1] if len(rows) > PAGE else None
        return BillsPage(
            bills=(*made, *(bill for bill in listed if bill is not None and _has_status(bill, wanted))),
            after=f"{last[1]}:{last[0].number}" if last is not None else None,
            as_of=self._findable.as_of,
        )

    def tickets(self, wanted: TicketFilter, after: str | None = None) -> TicketsPage:
        """Return the returns that this station opened or worked at, the newest work first."""
        below = number_of(after)
        begun = self._begun(_RETURNS, below, BEGINNINGS_WALKED)
        found: list[ListedTicket] = []
        last = None
        for number, answered in begun:
            last = number
            listed = self._listed_ticket(answered) if answered is not None else None
            if listed is not None and _is_ticket_wanted(listed, wanted):
                found.append(listed)
            if len(found) == PAGE:
                break
        ended = len(found) < PAGE and len(begun) < BEGINNINGS_WALKED
        return TicketsPage(
            tickets=tuple(found), after=None if ended else str(last), as_of=self._findable.now()
        )

    def _listed_bag(self, row: Row) -> ListedBag:
        listed = ListedBag(
            code=row.code,
            kind=row.kind,
            parent=row.parent,
            bill=row.bill,
            count=row.count,
            completed=row.completed,
        )
        fact = self._findable.bag(row.code) if self._findable.is_touched(row.code) else None
        if fact is None or fact.kind not in {"parent", "child"}:
            return listed
        return ListedBag(
            code=row.code,
            kind=FoundKind(fact.kind),
            parent=fact.parent,
            bill=fact.bill,
            count=fact.count,
            completed=fact.completed,
        )

    def _listed_bill(self, row: BillRow) -> ListedBill | None:
        as_of = self._findable.as_of
        if as_of is None:
            return None
        return ListedBill(
            fact=self._findable.bill(row.code) or bill_fact(row, as_of),
            description=row.description or "",
            made_at=moment_of(row.created),
            by=row.by,
            waiting=self._waiting_at(row.code),
        )

    def _made_here(self, wanted: BillFilter) -> list[ListedBill]:
        """Return the bills made here that the catalogue does not have yet, newest first."""
        found = []
        for _, answered in self._begun(_BILLS_MADE, LAST, PAGE, above=self._findable.posted_seq):
            if answered is None or is_refused(answered):
                continue
            entry = answered[0]
            code = entry.decision.bill or ""
            fact = self._findable.bill(code)
            bill = ListedBill(
                fact=fact or BillFact(code=code),
                description=(entry.decision.details.description or "") if entry.decision.details else None,
                made_at=entry.at,
                by=entry.operator,
                waiting=self._waiting_at(code),
            )
            if fact is not None and not self._is_listed(code) and self._is_wanted(bill, wanted):
                found.append(bill)
        return found

    def _is_listed(self, bill: str) -> bool:
        return self._findable.of_catalogue(lambda connection: bill_of(connection, bill) is not None, False)

    def _is_wanted(self, bill: ListedBill, wanted: BillFilter) -> bool:
        since, until = self._days.between(wanted.since, wanted.until)
        made = bill.made_at.timestamp() if bill.made_at is not None else 0
        return (
            wanted.text.strip().upper() in bill.fact.code.upper()
            and _has_status(bill, wanted)
            and (wanted.own is None or wanted.own == bill.by)
            and (since is None or made >= since)
            and (until is None or made < until)
        )

    def _listed_ticket(self, answered: Answered) -> ListedTicket | None:
        """Return the return that work began at; ``None`` where it began there again later."""
        entry, kept = answered
        code = entry.decision.ticket or ""
        begun = frozenset({EntryKind.OPEN_RETURN, EntryKind.RESUME_RETURN})
        newest = self._findable.newest(mentioning(code.upper(), begun), 1)
        if newest and newest[0][0].seq > entry.seq:
            return None
        name = (kept.receipt.ticket if kept is not None else None) or code
        story = ticket_story(self._findable, name)
        if story is None:
            return None
        return ListedTicket(
            fact=story.fact, made_at=story.made_at, by=story.by, waiting=self._waiting_at(code)
        )

    def _begun(
        self, kinds: frozenset[str], before: int, walked: int, above: int = 0
    ) -> list[tuple[int, Answered | None]]:
        return self._findable.of_journal(
            lambda connection: list(
                journal_lists.desks_begun(connection, kinds, before=before, walked=walked, above=above)
            ),
            [],
        )

    def _waiting_at(self, code: str) -> int:
        return self._findable.of_journal(lambda connection: journal_lists.unanswered_at(connection, code), 0)


def _has_status(bill: ListedBill, wanted: BillFilter) -> bool:
    return wanted.status is None or bill.fact.status == wanted.status


def _is_ticket_wanted(ticket: ListedTicket, wanted: TicketFilter) -> bool:
    has_status = wanted.status is None or ticket.fact.status is wanted.status
    return has_status and wanted.text.strip().upper() in ticket.fact.code.upper()


def number_of(text: str | None) -> int:
    """Return where a page goes on, above everything for the first one and for what is no number."""
    return int(text) if text is not None and text.isdecimal() else LAST


def _time_and_number(text: str | None) -> tuple[int, int]:
    at, _, number = (text or "").partition(":")
    try:
        return int(at), int(number)
    except ValueError:
        return LAST, LAST
