"""The lists of bills, returns and bags, and the card of the row that is chosen: pure."""

from collections.abc import Sequence

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.findings import (
    BagsPage,
    BillsPage,
    FoundKind,
    ListedBag,
    ListedBill,
    ListedTicket,
    RefusalsPage,
    TicketsPage,
)
from traitortrack_desktop.domain.returns import TicketStatus
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.presentation.find_acts import FindAct, FindTab, Why
from traitortrack_desktop.presentation.find_history import refusals_card, refusals_list
from traitortrack_desktop.presentation.find_presses import bill_presses, ticket_presses
from traitortrack_desktop.presentation.find_speech import FindSpeech, objection, of_capacity, variance_text
from traitortrack_desktop.presentation.find_state import FindCard, FindFacts, Paged
from traitortrack_desktop.presentation.find_story import bill_facts
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, ListRow, ListView
from traitortrack_desktop.presentation.screen_state import Mark

_BILL_SHARES = (28, 20, 14, 21, 17)
_TICKET_SHARES = (38, 24, 18, 20)
_BAG_SHARES = (32, 22, 26, 20)
_BILL_MARKS = {
    BillStatus.NEW: None,
    BillStatus.PROCESSING: Mark.RECORDED,
    BillStatus.COMPLETED: Mark.POSTED,
}
_OFFICE = {FindTab.BILLS: Operation.MANAGE_BILLS, FindTab.RETURNS: Operation.RETURNS}
_TICKET_MARKS = {
    TicketStatus.OPEN: Mark.RECORDED,
    TicketStatus.COMMITTED: Mark.POSTED,
    TicketStatus.CANCELLED: Mark.REFUSED,
}


def shown_list(facts: FindFacts, speech: FindSpeech) -> ListView:
    """Return the page of the list of this screen."""
    paged, words = facts.list_of(facts.tab), speech.words.lists
    match paged.page:
        case BillsPage():
            rows = tuple(_bill(bill, speech) for bill in paged.page.bills)
            columns = _columns(words.bill_columns, _BILL_SHARES)
        case TicketsPage():
            rows = tuple(_ticket(ticket, speech) for ticket in paged.page.tickets)
            columns = _columns(words.ticket_columns, _TICKET_SHARES)
        case BagsPage():
            rows = tuple(_bag(bag, speech) for bag in paged.page.bags)
            columns = _columns(words.bag_columns, _BAG_SHARES)
        case RefusalsPage():
            return refusals_list(facts, speech, paged.page, paged.chosen)
        case _:
            return ListView(columns=(), rows=(), empty=words.asking_centre if paged.asking else "")
    return ListView(columns=columns, rows=rows, chosen=paged.chosen, empty=_empty(facts, paged, speech))


def _columns(titles: Sequence[str], shares: Sequence[int]) -> tuple[Column, ...]:
    return tuple(Column(title=title, share=share) for title, share in zip(titles, shares, strict=True))


def _empty(facts: FindFacts, paged: Paged, speech: FindSpeech) -> str:
    words = speech.words.lists
    page = paged.page
    if is_for_the_office(facts):
        return speech.words.office_list
    if page is not None and page.as_of is None and not getattr(page, "from_centre", False):
        return words.asking_centre if paged.asking else speech.words.nothing_yet
    if isinstance(page, BagsPage) and page.from_centre and facts.session is not None:
        person = facts.session.person
        if person.role == "dispatcher" and not person.area:
            return words.no_area
    return words.nothing_fits[facts.tab] if paged.search else words.empty[facts.tab]


def is_for_the_office(facts: FindFacts) -> bool:
    """Whether the list of this screen is not for whoever is here."""
    operation = _OFFICE.get(facts.tab)
    return operation is not None and objection(facts, operation) is Why.OFFICE_ONLY


def _bill(bill: ListedBill, speech: FindSpeech) -> ListRow:
    words, fact = speech.words.lists, bill.fact
    status = words.statuses[fact.status] if fact.status is not None else "–"
    kilograms = f"{_number(fact.children)} / {_number(fact.expected_kg)}"
    return ListRow(
        key=fact.code,
        cells=(
            Cell(text=fact.code, under=fact.destination or fact.vehicle or "", strong=True, is_code=True),
            Cell(
                text=status,
                under=words.waiting_here.format(count=bill.waiting) if bill.waiting else "",
                mark=_BILL_MARKS[fact.status] if fact.status is not None else None,
            ),
            Cell(text=of_capacity(fact.linked, fact.capacity), strong=True),
            Cell(text=kilograms, under=variance_text(fact.children, fact.expected_kg)),
            Cell(text=speech.day(bill.made_at), under=bill.by or ""),
        ),
        faded=fact.is_completed,
    )


def _ticket(ticket: ListedTicket, speech: FindSpeech) -> ListRow:
    words, fact = speech.words.lists, ticket.fact
    status = words.ticket_statuses[fact.status] if fact.status is not None else "–"
    area = speech.area(fact.area) if fact.area else ""
    return ListRow(
        key=fact.code,
        cells=(
            Cell(text=fact.code, under=area, strong=True, is_code=True),
            Cell(
                text=status,
                under=words.waiting_here.format(count=ticket.waiting) if ticket.waiting else "",
                mark=_TICKET_MARKS[fact.status] if fact.status is not None else None,
            ),
            Cell(
                text=_number(fact.bags),
                under="" if fact.kilograms is None else speech.kilograms(fact.kilograms),
            ),
            Cell(text=speech.day(ticket.made_at), under=ticket.by or ""),
        ),
        faded=fact.status is TicketStatus.CANCELLED,
    )


def _bag(bag: ListedBag, speech: FindSpeech) -> ListRow:
    words = speech.words.found
    is_parent = bag.kind is FoundKind.PARENT
    inside = "" if bag.count is None or not is_parent else words.count_of.format(count=bag.count)
    place = (inside, bag.bill or "") if is_parent else (bag.parent or "", bag.bill or "")
    return ListRow(
        key=bag.code,
        cells=(
            Cell(text=bag.code, strong=True, is_code=True),
            Cell(text=words.kinds[bag.kind], under=speech.area(bag.area) if bag.area else ""),
            Cell(text=place[0] or place[1] or "–", under=place[1] if place[0] else ""),
            Cell(text=speech.day(bag.made_at), under=bag.by or ""),
        ),
    )


# -- the card


def list_card(facts: FindFacts, speech: FindSpeech) -> FindCard:
    """Return the card of the row that is chosen."""
    paged = facts.list_of(facts.tab)
    if isinstance(paged.page, RefusalsPage) or facts.tab is FindTab.REFUSALS:
        page = paged.page if isinstance(paged.page, RefusalsPage) else None
        return refusals_card(page, paged.chosen, speech)
    if isinstance(paged.page, BillsPage):
        bill = chosen_bill(facts)
        return _bill_card(facts, bill, speech) if bill is not None else FindCard()
    if isinstance(paged.page, TicketsPage):
        ticket = chosen_ticket(facts)
        return _ticket_card(facts, ticket, speech) if ticket is not None else FindCard()
    bag = next((bag for bag in paged.page.bags if bag.code == paged.chosen), None) if paged.page else None  # type: ignore[union-attr]
    return _bag_card(bag, speech) if bag is not None else FindCard()


def chosen_bill(facts: FindFacts) -> ListedBill | None:
    """Return the bill whose row is chosen."""
    paged = facts.list_of(FindTab.BILLS)
    bills = paged.page.bills if isinstance(paged.page, BillsPage) else ()
    return next((bill for bill in bills if bill.fact.code == paged.chosen), None)


def chosen_ticket(facts: FindFacts) -> ListedTicket | None:
    """Return the return whose row is chosen."""
    paged = facts.list_of(FindTab.RETURNS)
    tickets = paged.page.tickets if isinstance(paged.page, TicketsPage) else ()
    return next((ticket for ticket in tickets if ticket.fact.code == paged.chosen), None)


def _bill_card(facts: FindFacts, bill: ListedBill, speech: FindSpeech) -> FindCard:
    words = speech.words
    waits = words.lists.waiting_here.format(count=bill.waiting) if bill.waiting else ""
    return FindCard(
        title=bill.fact.code,
        facts=(
            *bill_facts(bill.fact, speech),
            *speech.fact(words.found.description, bill.description),
            *speech.fact(words.found.made, speech.at_by(bill.made_at, bill.by)),
            *speech.fact("", waits, Mark.RECORDED),
        ),
        presses=(
            *bill_presses(facts, bill.fact, speech),
            speech.press(FindAct.LOOK_UP, value=bill.fact.code),
        ),
    )


def _ticket_card(facts: FindFacts, ticket: ListedTicket, speech: FindSpeech) -> FindCard:
    words, fact = speech.words, ticket.fact
    status = words.lists.ticket_statuses[fact.status] if fact.status is not None else words.found.unknown
    waits = words.lists.waiting_here.format(count=ticket.waiting) if ticket.waiting else ""
    return FindCard(
        title=fact.code,
        facts=(
            Fact(label=words.found.state, text=status),
            Fact(label=words.found.area, text=speech.area(fact.area)),
            Fact(label=words.found.bags, text=_number(fact.bags)),
            Fact(label=words.found.weight, text=speech.kilograms(fact.kilograms)),
            *speech.fact(words.found.made, speech.at_by(ticket.made_at, ticket.by)),
            *speech.fact("", waits, Mark.RECORDED),
        ),
        presses=(
            *ticket_presses(facts, fact.code, fact.status, speech),
            speech.press(FindAct.LOOK_UP, value=fact.code),
        ),
    )


def _bag_card(bag: ListedBag, speech: FindSpeech) -> FindCard:
    words = speech.words.found
    is_parent = bag.kind is FoundKind.PARENT
    return FindCard(
        title=f"{words.kinds[bag.kind]} {bag.code}",
        facts=(
            *((Fact(label=words.count, text=_number(bag.count)),) if is_parent else ()),
            *(() if is_parent else (Fact(label=words.parent, text=bag.parent or words.no_parent),)),
            Fact(label=words.bill, text=bag.bill or words.no_bill),
            *speech.fact(words.area, speech.area(bag.area) if bag.area else ""),
            *speech.fact(words.made, speech.at_by(bag.made_at, bag.by)),
        ),
        presses=(speech.press(FindAct.LOOK_UP, value=bag.code, primary=True),),
    )


def _number(number: int | None) -> str:
    return "–" if number is None else str(number)
