"""Finding without the centre: fills ``services.finding.LocalFinder``. One thread at a time.

What cannot be read now, because it is damaged or being replaced, is not known: no method raises.
"""

from datetime import date, timedelta, tzinfo
from pathlib import Path

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.findings import (
    EVERY_TICKET,
    PAGE,
    BagFilter,
    BagsPage,
    BillFilter,
    BillsPage,
    Found,
    FoundKind,
    HistoryLine,
    HistoryPage,
    RefusalsPage,
    Suggestion,
    TicketFilter,
    TicketsPage,
)
from traitortrack_desktop.domain.returns import TicketFact, ticket_code
from traitortrack_desktop.services.ports import Clock
from traitortrack_desktop.storage.local import catalogue_lists, journal_lists
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue
from traitortrack_desktop.storage.local.catalogue_lists import SUGGESTIONS, Row
from traitortrack_desktop.storage.local.desk_facts import ticket_memory
from traitortrack_desktop.storage.local.findable import Findable
from traitortrack_desktop.storage.local.finder_lists import DepotDays, Lists, number_of
from traitortrack_desktop.storage.local.histories import Answered
from traitortrack_desktop.storage.local.stories import bag_story, bill_story, history_line, ticket_story

WAITING = 50
"""Entries that wait of one answer, at most."""


class SqliteFinder:
    """Finds in the journal of *directory* and in *catalogue*, whose file may be replaced meanwhile.

    *zone* is that of the depot's days; ``None`` is the computer's.
    """

    def __init__(
        self, directory: Path, *, catalogue: SqliteCatalogue, clock: Clock, zone: tzinfo | None = None
    ) -> None:
        self._findable = Findable(directory, catalogue=catalogue, clock=clock)
        self._days = DepotDays(zone)
        self._lists = Lists(self._findable, self._days)

    def look(self, text: str) -> Found:
        """Return what is known of the code *text*, or what begins or ends like it."""
        asked = text.strip()
        names = tuple(dict.fromkeys((asked, asked.upper())))
        found = self._found(asked, names) if asked else None
        if found is not None:
            return found
        return Found(
            asked=asked,
            as_of=self._findable.as_of,
            from_centre=False,
            suggestions=self._suggestions(names[-1]),
            waiting=self._waiting(names),
        )

    def history(self, code: str, before: str | None = None) -> HistoryPage:
        """Return this station's entries about *code*, newest first, under each of its labels."""
        names = self._names(code)
        below = number_of(before)
        answered: list[Answered] = self._findable.of_journal(
            lambda connection: journal_lists.about(connection, names, before=below, limit=PAGE + 1), []
        )
        lines = tuple(history_line(each, code) for each in answered[:PAGE])
        return HistoryPage(
            lines=lines,
            before=str(lines[-1].seq) if len(answered) > PAGE else None,
            as_of=self._findable.now(),
        )

    def bags(self, wanted: BagFilter, after: str | None = None) -> BagsPage:
        """Return a page of bags; nothing for a filter that the copy knows nothing about."""
        return self._lists.bags(wanted, after)

    def bills(self, wanted: BillFilter, after: str | None = None) -> BillsPage:
        """Return a page of bills, newest first; those that were made here and wait come first."""
        return self._lists.bills(wanted, after)

    def tickets(self, wanted: TicketFilter = EVERY_TICKET, after: str | None = None) -> TicketsPage:
        """Return the returns that this station opened or worked at, the newest work first."""
        return self._lists.tickets(wanted, after)

    def refusals(self, day: date, before: str | None = None) -> RefusalsPage:
        """Return what was refused here on *day*, of the depot."""
        begin, end = self._days.begin(day), self._days.begin(day + timedelta(days=1))
        below = number_of(before)
        first, behind = self._findable.of_journal(
            lambda connection: (
                journal_lists.first_since(connection, begin),
                journal_lists.first_since(connection, end),
            ),
            (0, 0),
        )
        answered: list[Answered] = self._findable.of_journal(
            lambda connection: journal_lists.refused_between(
                connection, first, behind, before=below, limit=PAGE + 1
            ),
            [],
        )
        lines = tuple(history_line(each, each[0].decision.code) for each in answered[:PAGE])
        return RefusalsPage(
            lines=lines,
            counts=self._findable.of_journal(
                lambda connection: journal_lists.refusals_counted(connection, first, behind), {}
            ),
            before=str(lines[-1].seq) if len(answered) > PAGE else None,
            as_of=self._findable.now(),
        )

    def bill(self, code: str) -> BillFact | None:
        """Return what is known of the bill *code*, in any case, own entries that wait included."""
        return self._findable.bill(code.strip())

    def ticket(self, code: str) -> TicketFact | None:
        """Return what is known of the return *code*."""
        asked = ticket_code(code) or code.strip()
        return self._findable.of_histories(lambda histories: ticket_memory(histories, asked), None)

    def close(self) -> None:
        """Close the files."""
        self._findable.close()

    # -- looking

    def _found(self, asked: str, names: tuple[str, ...]) -> Found | None:
        """Return the one story about *asked*: a return, a bag, or a bill."""
        as_of = self._findable.as_of
        ticket = ticket_code(asked)
        if ticket is not None:
            told = ticket_story(self._findable, ticket)
            waiting = self._waiting((ticket,))
            return Found(
                asked=asked, as_of=self._findable.now(), from_centre=False, ticket=told, waiting=waiting
            )
        for name in names:
            now_called = self._findable.label_of(name)
            bag = bag_story(self._findable, now_called)
            if bag is not None:
                return Found(
                    asked=asked,
                    as_of=as_of or bag.fact.as_of,
                    from_centre=False,
                    bag=bag,
                    waiting=self._waiting((now_called, *bag.called_before)),
                    new_code=now_called if now_called != name else None,
                )
        bill = bill_story(self._findable, asked)
        if bill is None:
            return None
        return Found(
            asked=asked,
            as_of=as_of or bill.fact.as_of,
            from_centre=False,
            bill=bill,
            waiting=self._waiting((bill.fact.code,)),
        )

    def _waiting(self, names: tuple[str, ...]) -> tuple[HistoryLine, ...]:
        found: list[Answered] = self._findable.of_journal(
            lambda connection: journal_lists.waiting_about(connection, names, WAITING), []
        )
        return tuple(history_line(answered, names[0]) for answered in found)

    def _suggestions(self, text: str) -> tuple[Suggestion, ...]:
        """Return what begins like *text*, then what ends like it."""
        catalogue = self._findable.of_catalogue
        begins: list[Row] = catalogue(lambda each: catalogue_lists.beginning_with(each, text), [])
        bills: list[str] = catalogue(lambda each: catalogue_lists.bills_beginning_with(each, text), [])
        ends: list[Row] = catalogue(lambda each: catalogue_lists.ending_with(each, text), [])
        found = [
            *(_suggested(row) for row in begins),
            *(Suggestion(code=code, kind=FoundKind.BILL) for code in bills),
            *(_suggested(row) for row in ends),
        ]
        return tuple(dict.fromkeys(found))[:SUGGESTIONS]

    def _names(self, code: str) -> tuple[str, ...]:
        now_called = self._findable.label_of(code)
        return tuple(dict.fromkeys((now_called, *self._findable.called_before(now_called), code)))


def _suggested(row: Row) -> Suggestion:
    return Suggestion(code=row.code, kind=row.kind, under=row.parent or row.bill)
