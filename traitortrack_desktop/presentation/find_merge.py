"""The centre's answer joined with what only this station knows: what waits here. Pure."""

from dataclasses import replace
from typing import TypeVar

from traitortrack_desktop.domain.findings import (
    BillsPage,
    Found,
    HistoryPage,
    ListedBill,
    ListedTicket,
    TicketsPage,
)
from traitortrack_desktop.presentation.find_state import Page

Row = TypeVar("Row", ListedBill, ListedTicket)


def merged_found(centre: Found, here: Found | None) -> Found:
    """Return the centre's answer with the entries that wait here.

    What is not at the centre yet, because it waits here, is shown as this station knows it.
    """
    if here is None or here.asked != centre.asked:
        return centre
    if centre.is_nothing and here.waiting and not here.is_nothing:
        return here
    return replace(centre, waiting=here.waiting)


def merged_page(centre: Page, here: Page | None, *, is_first: bool) -> Page:
    """Return the centre's page with what waits here; on the first page also what the centre has not got."""
    match centre, here:
        case HistoryPage(), HistoryPage():
            waiting = tuple(line for line in here.lines if line.waits) if is_first else ()
            return replace(centre, lines=(*waiting, *centre.lines))
        case BillsPage(), BillsPage():
            return replace(centre, bills=_rows(centre.bills, here.bills, is_first=is_first))
        case TicketsPage(), TicketsPage():
            return replace(centre, tickets=_rows(centre.tickets, here.tickets, is_first=is_first))
        case _:
            return centre


def _rows(centre: tuple[Row, ...], here: tuple[Row, ...], *, is_first: bool) -> tuple[Row, ...]:
    waiting = {row.fact.code.upper(): row for row in here if row.waiting}
    known = {row.fact.code.upper() for row in centre}
    rows: list[Row] = [row for code, row in waiting.items() if code not in known and is_first]
    for row in centre:
        here_row = waiting.get(row.fact.code.upper())
        rows.append(replace(row, waiting=here_row.waiting) if here_row is not None else row)
    return tuple(rows)
