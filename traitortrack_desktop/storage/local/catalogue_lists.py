"""Lists out of the catalogue: what is inside or on a bill, what begins or ends alike, pages. All SQL.

Each follows an index, or walks over so many rows and no more: a page costs the same at any depth.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.findings import BagFilter, FoundKind
from traitortrack_desktop.storage.local.catalogue_rows import BillRow, bill_row

SHORTEST_BEGINNING = 3
SHORTEST_END = 4
SUGGESTIONS = 20
WALKED_ROWS = 50_000
"""Bags that one page looks at, at most, where few of them are wanted: some 15 ms."""
FEW = 2_000
"""So many bags that begin or end alike are looked at one by one."""
_BEHIND_ALL = "\U0010ffff"

_COLUMNS = """
    b.id, b.code, b.kind, inside.code, bill.code, b.count, b.completed, b.since
    FROM {bags} AS b LEFT JOIN bag AS inside ON inside.id = b.parent LEFT JOIN bill ON bill.id = b.bill
"""
_LISTED = "SELECT " + _COLUMNS.format(bags="bag")
_BEGINS = _LISTED + "WHERE b.code >= ? AND b.code < ? ORDER BY b.code, b.id LIMIT ?"
_ENDS = _LISTED + "WHERE substr(b.code, -4) = ? AND b.code LIKE ? ESCAPE '\\' ORDER BY b.id LIMIT ?"
_INSIDE = _LISTED + "WHERE b.parent = ? ORDER BY b.id LIMIT ?"
_ON_BILL = _LISTED + "WHERE b.bill = ? ORDER BY b.id LIMIT ?"
_BILLS_BEGINNING = """
    SELECT code FROM bill WHERE upper(code) >= ? AND upper(code) < ? ORDER BY upper(code), id LIMIT ?
"""
_ALIKE = """
    SELECT id FROM bag WHERE code >= ? AND code < ?
    UNION SELECT id FROM bag WHERE substr(code, -4) = ? AND code LIKE ? ESCAPE '\\'
    LIMIT ?
"""
_WALK = "(SELECT * FROM bag {index} WHERE {kind} id < ? ORDER BY id DESC LIMIT ?)"
_WALKED_TO = (
    "SELECT min(id), count(*) FROM (SELECT id FROM bag {index} WHERE {kind} id < ? ORDER BY id DESC LIMIT ?)"
)
_BILLS = """
    SELECT id, code, status, capacity, linked, created, by, description, destination, vehicle FROM bill
    WHERE code IS NOT NULL AND (coalesce(created, 0), id) < (?, ?) {conditions}
    ORDER BY coalesce(created, 0) DESC, id DESC LIMIT ?
"""
_KINDS = {FoundKind.CHILD: "b.kind = 'c'", FoundKind.PARENT: "b.kind = 'p'"}
_OTHER_KIND = "(b.kind IS NULL OR b.kind NOT IN ('c', 'p'))"
FOUND_KINDS = {"c": FoundKind.CHILD, "p": FoundKind.PARENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A bag of a list."""

    number: int
    code: str
    kind: FoundKind
    parent: str | None
    bill: str | None
    count: int | None
    completed: bool
    since: int | None


@dataclass(slots=True)
class _Conditions:
    texts: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, text: str, *values: object) -> None:
        self.texts.append(text)
        self.values += values

    def joined(self) -> str:
        return " AND ".join(self.texts) or "true"


def inside(connection: sqlite3.Connection, number: int, limit: int) -> list[Row]:
    """Return what is in the parent of id *number*."""
    return _rows(connection, _INSIDE, (number, limit))


def on_bill(connection: sqlite3.Connection, number: int, limit: int) -> list[Row]:
    """Return the parents on the bill of id *number*."""
    return _rows(connection, _ON_BILL, (number, limit))


def beginning_with(connection: sqlite3.Connection, text: str) -> list[Row]:
    """Return the first bags whose code begins with *text*, by code; none for a short one."""
    if len(text) < SHORTEST_BEGINNING:
        return []
    return _rows(connection, _BEGINS, (text, text + _BEHIND_ALL, SUGGESTIONS))


def ending_with(connection: sqlite3.Connection, text: str) -> list[Row]:
    """Return the oldest bags whose code ends with *text*; none for a short one."""
    if len(text) < SHORTEST_END:
        return []
    return _rows(connection, _ENDS, (text[-4:], _like_end(text), SUGGESTIONS))


def bills_beginning_with(connection: sqlite3.Connection, text: str) -> list[str]:
    """Return the first bills whose name begins with *text*, in any case."""
    if len(text) < SHORTEST_BEGINNING:
        return []
    upper = text.upper()
    rows = connection.execute(_BILLS_BEGINNING, (upper, upper + _BEHIND_ALL, SUGGESTIONS))
    return [row[0] for row in rows]


def bags_page(
    connection: sqlite3.Connection, wanted: BagFilter, *, after: int, limit: int
) -> tuple[list[Row], int | None]:
    """Return a page of bags with ids below *after*, newest first, and where the next one begins.

    A page may be short, or empty, and not the last: then so many rows were looked at.
    """
    conditions = _conditions_of(wanted)
    text = wanted.text.strip().upper()
    if text:
        alike = _alike(connection, text)
        if len(alike) <= FEW:
            marks = ", ".join("?" * len(alike))
            conditions.add(f"b.id IN ({marks}) AND b.id < ?", *alike, after)
            query = f"{_LISTED} WHERE {conditions.joined()} ORDER BY b.id DESC LIMIT ?"
            rows = _rows(connection, query, (*conditions.values, limit + 1))
            return rows[:limit], rows[limit - 1].number if len(rows) > limit else None
        conditions.add("(b.code >= ? AND b.code < ? OR b.code LIKE ? ESCAPE '\\')")
        conditions.values += [text, text + _BEHIND_ALL, _like_end(text)]
    return _walked(connection, wanted, conditions, after=after, limit=limit)


def bills_page(
    connection: sqlite3.Connection,
    *,
    text: str,
    status: str | None,
    between: tuple[int | None, int | None],
    own: str | None,
    after: tuple[int, int],
    limit: int,
) -> list[tuple[BillRow, int]]:
    """Return a page of bills, newest first, each with its time of making in seconds of Unix time, or 0.

    *after* is the time and the id of the last one of the page before.
    """
    conditions = _Conditions()
    if text:
        conditions.add("instr(upper(code), upper(?)) > 0", text)
    if status == BillStatus.NEW:
        conditions.add("coalesce(status, 'new') = 'new'")
    elif status == BillStatus.PROCESSING:
        conditions.add("status IS NOT NULL AND status NOT IN ('new', 'completed')")
    elif status is not None:
        conditions.add("status = ?", status)
    since, until = between
    if since is not None:
        conditions.add("created >= ?", since)
    if until is not None:
        conditions.add("created < ?", until)
    if own is not None:
        conditions.add("by = ?", own)
    query = _BILLS.format(conditions=f"AND {conditions.joined()}")
    rows = connection.execute(query, (*after, *conditions.values, limit)).fetchall()
    return [(bill_row(connection, row), row[5] or 0) for row in rows]


def _conditions_of(wanted: BagFilter) -> _Conditions:
    conditions = _Conditions()
    if wanted.kind is not None:
        conditions.add(_KINDS.get(wanted.kind, _OTHER_KIND))
    if wanted.linked is not None:
        linked = "(b.parent IS NOT NULL OR (b.kind = 'p' AND coalesce(b.count, 0) > 0))"
        conditions.add(linked if wanted.linked else f"NOT {linked}")
    if wanted.billed is not None:
        conditions.add("b.bill IS NOT NULL" if wanted.billed else "b.bill IS NULL")
    return conditions


def _alike(connection: sqlite3.Connection, text: str) -> list[int]:
    """Return the ids of bags that begin, or end, with *text*, one more than a few at most."""
    end = text[-4:] if len(text) >= SHORTEST_END else ""
    values = (text, text + _BEHIND_ALL, end, _like_end(text), FEW + 1)
    return [row[0] for row in connection.execute(_ALIKE, values)]


def _walked(
    connection: sqlite3.Connection, wanted: BagFilter, conditions: _Conditions, *, after: int, limit: int
) -> tuple[list[Row], int | None]:
    only_parents = wanted.kind is FoundKind.PARENT or wanted.billed is True
    way = (
        {"index": "INDEXED BY bag_parents", "kind": "kind = 'p' AND"}
        if only_parents
        else {"index": "", "kind": ""}
    )
    bags = _WALK.format(**way)
    query = f"SELECT {_COLUMNS.format(bags=bags)} WHERE {conditions.joined()} LIMIT ?"
    rows = _rows(connection, query, (after, WALKED_ROWS, *conditions.values, limit + 1))
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1].number
    lowest, walked = connection.execute(_WALKED_TO.format(**way), (after, WALKED_ROWS)).fetchone()
    return rows, lowest if walked == WALKED_ROWS else None


def _rows(connection: sqlite3.Connection, query: str, values: Sequence[Any]) -> list[Row]:
    return [
        Row(
            number=number,
            code=code,
            kind=FOUND_KINDS.get(kind, FoundKind.OTHER),
            parent=parent,
            bill=bill,
            count=count,
            completed=completed is not None,
            since=since,
        )
        for number, code, kind, parent, bill, count, completed, since in connection.execute(query, values)
    ]


def _like_end(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}"
