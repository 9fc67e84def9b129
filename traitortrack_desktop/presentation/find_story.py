"""The card of what was found, and what is in it: pure."""

from traitortrack_desktop.domain.bills import BillFact
from traitortrack_desktop.domain.findings import (
    BagStory,
    BillStory,
    Found,
    FoundKind,
    ParentLine,
    ScanLine,
    TicketStory,
)
from traitortrack_desktop.presentation.find_history import history_text, history_title
from traitortrack_desktop.presentation.find_presses import story_presses
from traitortrack_desktop.presentation.find_speech import FindSpeech, of_capacity, variance_text
from traitortrack_desktop.presentation.find_state import FindCard, FindFacts
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, FactStyle, ListRow, ListView
from traitortrack_desktop.presentation.screen_state import Mark


def code_of(found: Found | None) -> str:
    """Return the code of what was found, empty where it is no single thing."""
    if found is None:
        return ""
    if found.bag is not None:
        return found.bag.fact.code
    if found.bill is not None:
        return found.bill.fact.code
    return found.ticket.fact.code if found.ticket is not None else ""


def title_of(found: Found, speech: FindSpeech) -> str:
    """Return what the card is called: kind and code."""
    kinds = speech.words.found.kinds
    kind = FoundKind.TICKET
    if found.bag is not None:
        kind = found.bag.kind
    elif found.bill is not None:
        kind = FoundKind.BILL
    return f"{kinds[kind]} {code_of(found)}"


# -- what is in it


def contents(facts: FindFacts, speech: FindSpeech) -> ListView:
    """Return children, parents or suggestions, whatever was found has."""
    found, words = facts.look.found, speech.words.found
    chosen = facts.look.chosen
    if found is None:
        return ListView(columns=(), rows=(), empty=words.begin if not facts.look.asking else "")
    if found.bag is not None:
        return _of_bag(found, found.bag, chosen, speech)
    if found.bill is not None:
        return _parents(found.bill.parents, found, chosen, speech, words.no_parents)
    if found.ticket is not None:
        return _parents(found.ticket.parents, found, chosen, speech, words.no_parents)
    if not found.suggestions:
        return ListView(columns=(), rows=(), empty=words.nothing_short.format(code=found.asked))
    rows = tuple(
        ListRow(
            key=each.code,
            cells=(
                Cell(text=each.code, strong=True, is_code=True),
                Cell(text=words.kinds[each.kind]),
                Cell(text=each.under or ""),
            ),
        )
        for each in found.suggestions
    )
    return ListView(
        columns=_columns(words.suggestion_columns, (44, 26, 30)), rows=rows, chosen=chosen, empty=""
    )


def _of_bag(found: Found, bag: BagStory, chosen: str, speech: FindSpeech) -> ListView:
    words = speech.words.found
    if bag.kind is FoundKind.CHILD:
        return ListView(columns=(), rows=(), empty=words.child_holds_nothing)
    waits = {line.child for line in found.waiting if line.child}
    rows = tuple(
        ListRow(
            key=child.code,
            cells=(
                Cell(text=str(number)),
                Cell(
                    text=child.code,
                    strong=True,
                    is_code=True,
                    mark=Mark.RECORDED if child.code in waits else None,
                ),
                Cell(text=speech.short(child.since)),
                Cell(text=child.by or ""),
            ),
        )
        for number, child in enumerate(bag.children, 1)
    )
    return ListView(
        columns=_columns(words.children_columns, (9, 43, 26, 22)),
        rows=rows,
        chosen=chosen,
        empty=words.no_children,
    )


def _parents(
    parents: tuple[ParentLine, ...], found: Found, chosen: str, speech: FindSpeech, empty: str
) -> ListView:
    words = speech.words.found
    waits = {line.parent for line in found.waiting if line.parent}
    rows = tuple(
        ListRow(
            key=parent.code,
            cells=(
                Cell(text=str(number)),
                Cell(
                    text=parent.code,
                    under=words.from_bill.format(code=parent.bill) if parent.bill else "",
                    strong=True,
                    is_code=True,
                    mark=Mark.RECORDED if parent.code in waits else None,
                ),
                Cell(text="–" if parent.count is None else str(parent.count)),
                Cell(text=speech.short(parent.since), under=parent.by or ""),
            ),
        )
        for number, parent in enumerate(parents, 1)
    )
    return ListView(
        columns=_columns(words.parents_columns, (9, 45, 16, 30)), rows=rows, chosen=chosen, empty=empty
    )


def _columns(titles: tuple[str, ...], shares: tuple[int, ...]) -> tuple[Column, ...]:
    return tuple(Column(title=title, share=share) for title, share in zip(titles, shares, strict=True))


# -- the card


def story_card(facts: FindFacts, speech: FindSpeech) -> FindCard:
    """Return all that is known of what was found, and what may be done about it."""
    found, words = facts.look.found, speech.words.found
    if found is None:
        how = tuple(Fact(label="", text=text) for text in words.how)
        return FindCard(title=words.title_begin, facts=how)
    if found.is_nothing:
        return FindCard(title=found.asked, facts=(*_nothing(found, speech), *_waiting(found, speech)))
    if not code_of(found):
        text = words.suggestions.format(code=found.asked, count=len(found.suggestions))
        return FindCard(title=found.asked, facts=(Fact(label="", text=text),))
    lines = (*_renamed(found, speech), *_known(found, speech), *_waiting(found, speech))
    if found.bag is not None:
        lines = (*lines, *_scans(found.bag, speech))
    return FindCard(title=title_of(found, speech), facts=lines, presses=story_presses(facts, found, speech))


def _known(found: Found, speech: FindSpeech) -> tuple[Fact, ...]:
    if found.bag is not None:
        return _bag_facts(found.bag, speech)
    if found.bill is not None:
        return bill_facts(found.bill.fact, speech) + _bill_story(found.bill, speech)
    return _ticket_facts(found.ticket, speech) if found.ticket is not None else ()


def _nothing(found: Found, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.found
    if found.from_centre:
        return (Fact(label="", text=words.nothing.format(code=found.asked)),)
    if found.as_of is None:
        return (Fact(label="", text=words.nothing_no_copy.format(code=found.asked)),)
    text = words.nothing_copy.format(code=found.asked, since=speech.moment(found.as_of))
    return (Fact(label="", text=text),)


def _renamed(found: Found, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.found
    before = found.bag.called_before if found.bag is not None else ()
    now = words.now_called.format(code=found.asked, other=found.new_code) if found.new_code else ""
    return speech.fact("", now, Mark.POSTED) + speech.fact(words.called_before, ", ".join(before))


def _bag_facts(bag: BagStory, speech: FindSpeech) -> tuple[Fact, ...]:
    words, fact = speech.words.found, bag.fact
    shared = (
        *speech.fact(words.owner, bag.owner),
        *speech.fact(words.area, speech.area(bag.area) if bag.area else ""),
        *speech.fact(words.made, speech.short(bag.made_at)),
    )
    if bag.kind is FoundKind.CHILD:
        return (
            Fact(label=words.parent, text=fact.parent or words.no_parent),
            *speech.fact(words.since_when, speech.at_by(fact.since, fact.by) if fact.parent else ""),
            *(_bill_line(bag.parent_bill, speech) if fact.parent else ()),
            *shared,
        )
    weight = bag.weight_kg if bag.weight_kg is not None else fact.count
    state = words.completed if fact.completed else words.open
    return (
        Fact(label=words.count, text=words.unknown if fact.count is None else str(fact.count)),
        *speech.fact(words.weight, speech.kilograms(weight) if weight is not None else ""),
        *(speech.fact(words.state, state) if bag.kind is FoundKind.PARENT else ()),
        *_bill_line(bag.parent_bill, speech, fact.bill),
        *_holder(bag, speech),
        *shared,
    )


def _bill_line(bill: BillFact | None, speech: FindSpeech, code: str | None = None) -> tuple[Fact, ...]:
    words = speech.words.found
    if bill is None:
        return (Fact(label=words.bill, text=code or words.no_bill),)
    status = speech.words.lists.statuses.get(bill.status) if bill.status is not None else None
    text = words.bill_with.format(code=bill.code, name=status) if status else bill.code
    return (Fact(label=words.bill, text=text),)


def _holder(bag: BagStory, speech: FindSpeech) -> tuple[Fact, ...]:
    holder, words = bag.fact.holder, speech.words.found
    if holder is None:
        return ()
    since = speech.since_by(holder.since, holder.by)
    return (Fact(label=words.held, text=words.held_by.format(name=holder.station, since=since)),)


def bill_facts(bill: BillFact, speech: FindSpeech) -> tuple[Fact, ...]:
    """Return the figures of *bill*."""
    words = speech.words.found
    status = speech.words.lists.statuses.get(bill.status) if bill.status is not None else words.unknown
    places = ""
    if bill.capacity is not None and bill.linked is not None:
        left = max(0, bill.capacity - bill.linked)
        pattern = words.places_left if left else words.places_full
        places = pattern.format(count=bill.linked, capacity=bill.capacity, left=left)
    return (
        *speech.fact(words.state, status),
        Fact(label=words.places, text=places or of_capacity(bill.linked, bill.capacity)),
        *speech.fact(words.actual, speech.kilograms(bill.children)),
        *speech.fact(words.expected, speech.kilograms(bill.expected_kg)),
        *speech.fact(words.variance, _with_unit(variance_text(bill.children, bill.expected_kg), speech)),
        *speech.fact(words.destination, bill.destination),
        *speech.fact(words.vehicle, bill.vehicle),
    )


def _with_unit(text: str, speech: FindSpeech) -> str:
    return speech.words.found.kilograms.format(number=text) if text else ""


def _bill_story(bill: BillStory, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.found
    return (
        *speech.fact(words.description, bill.description),
        *speech.fact(words.made, speech.at_by(bill.made_at, bill.by)),
    )


def _ticket_facts(ticket: TicketStory, speech: FindSpeech) -> tuple[Fact, ...]:
    words, fact = speech.words.found, ticket.fact
    status = speech.words.lists.ticket_statuses[fact.status] if fact.status is not None else words.unknown
    return (
        Fact(label=words.state, text=status),
        Fact(label=words.area, text=speech.area(fact.area)),
        *speech.fact(words.bags, "" if fact.bags is None else str(fact.bags)),
        *speech.fact(words.weight, "" if fact.kilograms is None else speech.kilograms(fact.kilograms)),
        *speech.fact(words.notes, ticket.notes),
        *speech.fact(words.made, speech.at_by(ticket.made_at, ticket.by)),
        *speech.fact(words.finalised, speech.short(ticket.finalised_at)),
    )


def _waiting(found: Found, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.found
    if not found.waiting:
        return ()
    heading = Fact(label=words.waiting.format(count=len(found.waiting)), style=FactStyle.HEADING)
    lines = (
        Fact(
            label=speech.moment(line.at),
            text=" ".join(part for part in (history_title(line, speech), history_text(line, speech)) if part),
            mark=Mark.RECORDED,
        )
        for line in found.waiting
    )
    return (heading, *lines)


def _scans(bag: BagStory, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.found
    heading = Fact(label=words.scans, style=FactStyle.HEADING)
    if not bag.scans:
        return (heading, Fact(label="", text=words.no_scans))
    return (heading, *(_scan(line, bag.fact.code, speech) for line in bag.scans))


def _scan(line: ScanLine, code: str, speech: FindSpeech) -> Fact:
    """Return who scanned where, and with which other bag than *code*."""
    who = line.by or speech.words.found.not_known
    parts = (who, line.station, *(other for other in (line.parent, line.child) if other != code))
    return Fact(label=speech.moment(line.at), text=" · ".join(part for part in parts if part))
