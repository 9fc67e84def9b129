"""All that this station knows of one bag, bill or return: the catalogue, and own work laid over it."""

import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator

from traitortrack_desktop.domain.bills import same_bill
from traitortrack_desktop.domain.entries import BagFact, EntryKind, JournalEntry
from traitortrack_desktop.domain.findings import (
    BagStory,
    BillStory,
    ChildLine,
    FoundKind,
    HistoryLine,
    ParentLine,
    ScanLine,
    TicketStory,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.storage.local.catalogue_lists import Row, inside, on_bill
from traitortrack_desktop.storage.local.catalogue_reading import moment_of
from traitortrack_desktop.storage.local.catalogue_rows import bag_of, bill_of
from traitortrack_desktop.storage.local.desk_facts import ticket_entries, ticket_memory
from traitortrack_desktop.storage.local.findable import Findable, mentioning, of_parent
from traitortrack_desktop.storage.local.histories import Answered, Histories, newest_first
from traitortrack_desktop.storage.local.labels import is_refused

SCANS = 5
MOST_ON_A_STORY = 1_000
"""Children of a parent, or parents on a bill, that are listed."""

_INTO_AND_OUT = frozenset(
    {EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD, EntryKind.MOVE_CHILDREN, EntryKind.EDIT_CHILDREN}
)
_SCANNED = _INTO_AND_OUT | {
    EntryKind.OPEN_PARENT,
    EntryKind.ATTACH_PARENT,
    EntryKind.DETACH_PARENT,
    EntryKind.RETURN_BAG,
    EntryKind.UNRETURN_BAG,
}
_BILLED = frozenset({EntryKind.ATTACH_PARENT, EntryKind.DETACH_PARENT, EntryKind.UNRETURN_BAG})


def bag_story(findable: Findable, code: str) -> BagStory | None:
    """Return what is known of the bag *code*, compared exactly."""
    fact = findable.bag(code)
    if fact is None or (fact.kind is None and fact.parent is None):
        return None
    kind = FoundKind(fact.kind) if fact.kind in {"parent", "child"} else FoundKind.OTHER
    names = (code, *findable.called_before(code))
    bill = fact.bill
    if kind is FoundKind.CHILD and fact.parent is not None:
        parent = findable.bag(fact.parent)
        bill = parent.bill if parent is not None else None
    return BagStory(
        fact=fact,
        kind=kind,
        parent_bill=findable.bill(bill) if bill is not None else None,
        children=_children(findable, names) if kind is FoundKind.PARENT else (),
        scans=tuple(_scan(entry, code) for entry, _ in _scans(findable, names)),
        called_before=names[1:],
    )


def bill_story(findable: Findable, code: str) -> BillStory | None:
    """Return what is known of the bill *code*, in any case."""
    fact = findable.bill(code)
    if fact is None:
        return None
    row = findable.of_catalogue(lambda connection: bill_of(connection, code), None)
    made = findable.newest(mentioning(fact.code.upper(), frozenset({EntryKind.CREATE_BILL})), 1)
    own = made[0][0] if made and row is None else None
    details = own.decision.details if own is not None else None
    return BillStory(
        fact=fact,
        description=row.description if row is not None else details.description if details else None,
        made_at=moment_of(row.created) if row is not None else own.at if own is not None else None,
        by=row.by if row is not None else own.operator if own is not None else None,
        parents=_parents(findable, fact.code, row.number if row is not None else None),
    )


def ticket_story(findable: Findable, code: str) -> TicketStory | None:
    """Return what this station knows of the return *code*, of its own work at it."""
    fact = findable.of_histories(lambda histories: ticket_memory(histories, code), None)
    if fact is None or fact.is_absent:
        return None
    nothing: tuple[Answered, ...] = ()
    found = findable.of_histories(lambda histories: ticket_entries(histories, code), nothing)
    entries = [answered for answered in found if not is_refused(answered)]
    made = next((entry for entry, _ in entries if entry.decision.kind is EntryKind.OPEN_RETURN), None)
    ended = next((entry for entry, _ in entries if entry.decision.kind is EntryKind.FINALISE_RETURN), None)
    standing: dict[str, ParentLine] = {}
    for entry, _ in entries:
        parent = entry.decision.parent
        if parent is not None and entry.decision.kind is EntryKind.RETURN_BAG:
            standing[parent] = _returned(entry, parent)
        elif parent is not None and entry.decision.kind is EntryKind.UNRETURN_BAG:
            standing.pop(parent, None)
    return TicketStory(
        fact=fact,
        notes=made.decision.notes if made is not None else None,
        made_at=made.at if made is not None else None,
        finalised_at=ended.at if ended is not None else None,
        by=made.operator if made is not None else None,
        parents=tuple(standing.values()),
    )


def history_line(answered: Answered, code: str) -> HistoryLine:
    """Return an entry about *code* as a line of history."""
    entry, kept = answered
    decision = entry.decision
    moved = (*decision.children, *decision.removed)
    one = moved[0] if len(moved) == 1 else None
    receipt = kept.receipt if kept is not None else None
    reason: Reason | None = receipt.reason if receipt is not None else None
    return HistoryLine(
        at=entry.at,
        kind=decision.kind,
        code=decision.code,
        by=entry.operator,
        station=entry.station,
        parent=decision.parent,
        child=decision.child or (code if code in moved else one),
        bill=decision.bill,
        ticket=(receipt.ticket if receipt is not None else None) or decision.ticket,
        origin=decision.origin or decision.bag,
        outcome=receipt.outcome if receipt is not None else None,
        reason=reason or decision.reason,
        waits=kept is None,
        seq=entry.seq,
    )


def _children(findable: Findable, names: tuple[str, ...]) -> tuple[ChildLine, ...]:
    """Return what is in the parent of these *names*, as it went in, those of no known time last."""
    lines: list[ChildLine] = []
    touched: list[str] = []
    nothing: list[Row] = []
    for name in names:
        if findable.called_since(name) != names[0]:  # the catalogue knows the new label: this one is free
            continue
        for row in findable.of_catalogue(_inside(name), nothing):
            if findable.is_touched(row.code):
                touched.append(findable.called_since(row.code))
            else:
                lines.append(ChildLine(code=row.code, since=moment_of(row.since)))
        for entry, _ in findable.since_catalogue(of_parent(name, _INTO_AND_OUT)):
            touched += (findable.called_since(code) for code in _codes_of(entry))
    for code in dict.fromkeys(touched):
        fact = findable.bag(code)
        if fact is not None and fact.parent == names[0]:
            lines.append(ChildLine(code=code, since=fact.since, by=fact.by))
    return tuple(sorted(lines, key=lambda line: line.since.timestamp() if line.since else math.inf))


def _inside(parent: str) -> Callable[[sqlite3.Connection], list[Row]]:
    def question(connection: sqlite3.Connection) -> list[Row]:
        row = bag_of(connection, parent)
        return inside(connection, row.number, MOST_ON_A_STORY) if row is not None else []

    return question


def _parents(findable: Findable, bill: str, number: int | None) -> tuple[ParentLine, ...]:
    """Return the parents on *bill*, whose id in the catalogue is *number*, oldest first."""
    listed: list[Row] = []
    if number is not None:
        listed = findable.of_catalogue(lambda connection: on_bill(connection, number, MOST_ON_A_STORY), [])
    own = findable.since_catalogue(mentioning(bill.upper(), _BILLED))
    put_on = {
        entry.decision.parent: entry for entry, _ in own if entry.decision.kind is EntryKind.ATTACH_PARENT
    }
    rows = {row.code: row for row in reversed(listed)}  # of two of one code the older counts
    lines = []
    for code in dict.fromkeys([*(row.code for row in listed), *filter(None, reversed(put_on))]):
        row = rows.get(code)
        if row is not None and not findable.is_touched(code):
            lines.append(ParentLine(code=code, count=row.count))
            continue
        name = findable.called_since(code)
        fact = findable.bag(name)
        if fact is not None and same_bill(fact.bill, bill):
            lines.append(_on_bill(fact, put_on.get(code)))
    return tuple(lines)


def _on_bill(fact: BagFact, put_on: JournalEntry | None) -> ParentLine:
    since, by = (put_on.at, put_on.operator) if put_on is not None else (None, None)
    count = fact.count
    if count is None and put_on is not None:
        count = put_on.decision.base_count
    return ParentLine(code=fact.code, count=count, since=since, by=by)


def _returned(entry: JournalEntry, parent: str) -> ParentLine:
    decision = entry.decision
    return ParentLine(
        code=parent,
        count=decision.base_count,
        since=entry.at,
        by=entry.operator,
        bill=decision.fact.bill if decision.fact is not None else None,
    )


def _scans(findable: Findable, names: Iterable[str]) -> tuple[Answered, ...]:
    """Return the newest scans of the bag of these *names* that nobody refused."""
    found: list[Answered] = []
    for name in names:
        found += findable.newest(_scans_of(name), SCANS)
    return tuple(sorted(found, key=lambda answered: -answered[0].seq)[:SCANS])


def _scans_of(code: str) -> Callable[[Histories], Iterator[Answered]]:
    def question(histories: Histories) -> Iterator[Answered]:
        found = newest_first(
            histories.of_child(code, _SCANNED),
            histories.of_parent(code, _SCANNED),
            histories.mentioning(code, _SCANNED),
        )
        return (answered for answered in found if not is_refused(answered))

    return question


def _scan(entry: JournalEntry, code: str) -> ScanLine:
    decision = entry.decision
    child = decision.child or next((moved for moved in _codes_of(entry) if moved == code), None)
    return ScanLine(
        at=entry.at, by=entry.operator, station=entry.station, parent=decision.parent, child=child
    )


def _codes_of(entry: JournalEntry) -> list[str]:
    decision = entry.decision
    return [code for code in (decision.child, *decision.children, *decision.removed) if code is not None]
