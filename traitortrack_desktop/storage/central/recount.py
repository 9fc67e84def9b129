"""What stored figures should be, from the rows they are derived from: the one place that says it.

``db audit`` looks at all rows and mends those that differ; ``db check`` and the reckoning of a journal ask
for the codes only. The connection may read every table, and finds the web application's by its search path.

A parent's count and weight are its links. It is completed with as many as the site's capacity; one that is
completed with fewer than that is not, unless it is a mini bag with 15, or a station's own smaller capacity
was reached. A bill's figures are those of its linked parents: a bill that is new and has none keeps the
weight that was planned for it. A return's figures are those of the parents on it, as they were when they
came.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, text

USUAL_CAPACITY = 30
MINI_BAG = "^M[0-9]{3,4}-[0-9]+"
"""Mini bags, in any case, as posting tells them."""

_CAPACITY = text("SELECT (value #>> '{}')::integer FROM station.setting WHERE name = 'capacity'")
_STATIONS_OWN = text("""
    SELECT parent_bag_id, min((payload ->> 'capacity')::integer) AS capacity
    FROM station.entry
    WHERE parent_bag_id = ANY (CAST(:ids AS integer[])) AND outcome = 'posted' AND completed
    GROUP BY parent_bag_id
""")

_ALL_PARENTS = """
    (SELECT parent.*, NULL::integer AS enough FROM bag AS parent WHERE type = 'parent') AS b
    LEFT JOIN (SELECT parent_bag_id, count(*)::integer AS links FROM link GROUP BY 1) AS n
        ON n.parent_bag_id = b.id
"""
_PARENTS_BY_ID = """
    (SELECT parent.*, wanted.enough
     FROM unnest(CAST(:ids AS integer[]), CAST(:enough AS integer[])) AS wanted (id, enough)
     JOIN bag AS parent ON parent.id = wanted.id AND parent.type = 'parent') AS b
    CROSS JOIN LATERAL (SELECT count(*)::integer AS links FROM link WHERE parent_bag_id = b.id) AS n
"""


def _wrong_parents(source: str) -> str:
    """Return a query for the parents of *source* that are wrong. Needs ``:capacity``."""
    return f"""
        SELECT f.id, f.code, f.child_count, f.weight_kg, f.status, f.links, f.true_status
        FROM (
            SELECT b.id, b.qr_id AS code, b.child_count, b.weight_kg, b.status, coalesce(n.links, 0) AS links,
                   CASE WHEN coalesce(n.links, 0) >= :capacity THEN 'completed'
                        WHEN b.status = 'completed' AND coalesce(n.links, 0) < least(
                            :capacity, b.enough, CASE WHEN b.qr_id ~* '{MINI_BAG}' THEN 15 END) THEN 'pending'
                        ELSE coalesce(b.status, 'pending') END AS true_status
            FROM {source}
        ) AS f
        WHERE coalesce(f.child_count, 0) <> f.links OR coalesce(f.weight_kg, 0) <> f.links
           OR coalesce(f.status, 'pending') <> f.true_status
    """  # noqa: S608 - our own text


_ALL_BILLS = """
    bill AS b LEFT JOIN (
        SELECT bb.bill_id, count(*)::integer AS parents, sum(coalesce(n.links, 0))::integer AS children,
               sum(CASE WHEN p.qr_id ~* '{mini}' THEN 15 ELSE 30 END)::integer AS expected
        FROM bill_bag AS bb
        JOIN bag AS p ON p.id = bb.bag_id
        LEFT JOIN (SELECT parent_bag_id, count(*)::integer AS links FROM link GROUP BY 1) AS n
            ON n.parent_bag_id = bb.bag_id
        GROUP BY bb.bill_id
    ) AS t ON t.bill_id = b.id
"""
_BILL_BY_ID = """
    (SELECT * FROM bill WHERE id = :id) AS b CROSS JOIN LATERAL (
        SELECT count(*)::integer AS parents, coalesce(sum(n.links), 0)::integer AS children,
               coalesce(sum(CASE WHEN p.qr_id ~* '{mini}' THEN 15 ELSE 30 END), 0)::integer AS expected
        FROM bill_bag AS bb
        JOIN bag AS p ON p.id = bb.bag_id
        CROSS JOIN LATERAL (SELECT count(*)::integer AS links FROM link WHERE parent_bag_id = bb.bag_id) AS n
        WHERE bb.bill_id = b.id
    ) AS t
"""


def _wrong_bills(source: str) -> str:
    """Return a query for the bills of *source* that are wrong."""
    return f"""
        SELECT f.* FROM (
            SELECT b.id, b.bill_id AS code, b.linked_parent_count, b.total_child_bags, b.total_weight_kg,
                   b.expected_weight_kg,
                   coalesce(t.parents, 0) AS parents, coalesce(t.children, 0) AS children,
                   CASE WHEN t.parents > 0 OR coalesce(b.status, 'new') <> 'new' THEN coalesce(t.expected, 0)
                        ELSE coalesce(b.expected_weight_kg, 0) END AS expected
            FROM {source.format(mini=MINI_BAG)}
        ) AS f
        WHERE coalesce(f.linked_parent_count, 0) <> f.parents OR coalesce(f.total_child_bags, 0) <> f.children
           OR coalesce(f.total_weight_kg, 0) <> f.children OR coalesce(f.expected_weight_kg, 0) <> f.expected
    """  # noqa: S608 - our own text


_RETURNS = """
    SELECT f.* FROM (
        SELECT t.id, t.ticket_code AS code, t.bags_scanned_count, t.total_weight_returned_kg,
               coalesce(n.bags, 0) AS bags, coalesce(n.kilograms, 0) AS kilograms
        FROM return_ticket AS t LEFT JOIN (
            SELECT return_ticket_id, count(*)::integer AS bags, sum(weight_at_return_kg) AS kilograms
            FROM return_ticket_bag GROUP BY 1
        ) AS n ON n.return_ticket_id = t.id
        WHERE {which}
    ) AS f
    WHERE coalesce(f.bags_scanned_count, 0) <> f.bags
       OR coalesce(f.total_weight_returned_kg, 0) <> f.kilograms
"""
_RETURNS_ARE_KEPT = text("""
    SELECT to_regclass('return_ticket') IS NOT NULL AND to_regclass('return_ticket_bag') IS NOT NULL
""")

WRONG_RETURNS = text(f"{_RETURNS.format(which='true')} ORDER BY f.id")
WRONG_RETURN_BY_ID = _RETURNS.format(which="t.id = :id")
WRONG_PARENTS = text(f"{_wrong_parents(_ALL_PARENTS)} ORDER BY f.id")
WRONG_PARENTS_BY_ID = _wrong_parents(_PARENTS_BY_ID)
"""Of ``:ids``; ``:enough`` beside each is with how few children it may be completed, NULL when none knows."""
WRONG_BILLS = text(f"{_wrong_bills(_ALL_BILLS)} ORDER BY f.id")
WRONG_BILL_BY_ID = _wrong_bills(_BILL_BY_ID)


FIGURES = (
    "child_count", "weight_kg", "status",
    "linked_parent_count", "total_child_bags", "total_weight_kg", "expected_weight_kg",
    "bags_scanned_count", "total_weight_returned_kg",
)  # fmt: skip
"""The stored figures of parents, bills and returns, in the order in which people are told of them."""


class Kind(StrEnum):
    """What a stored figure belongs to."""

    PARENT = "parent"
    BILL = "bill"
    RETURN = "return"
    STATISTICS = "statistics"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Stored figures that are not what the rows say.

    *code* is what people call the row. *enough* is with how few children a station completed this parent.
    """

    kind: Kind
    row_id: int | None
    code: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    enough: int | None = None


def site_capacity(connection: Connection) -> int:
    """Return how many children a parent takes at this site."""
    if connection.scalar(text("SELECT to_regclass('station.setting')")) is None:
        return USUAL_CAPACITY
    return connection.scalar(_CAPACITY) or USUAL_CAPACITY


def wrong_parents(connection: Connection) -> tuple[Difference, ...]:
    """Return the parents whose count, weight or status is wrong, ascending by id."""
    rows = connection.execute(WRONG_PARENTS, {"capacity": site_capacity(connection)}).all()
    opened = [row.id for row in rows if row.status == "completed" and row.true_status == "pending"]
    enough = _completed_by_stations(connection, opened)
    return tuple(_parents(rows, enough))


def _completed_by_stations(connection: Connection, ids: list[int]) -> dict[int, int]:
    if not ids or connection.scalar(text("SELECT to_regclass('station.entry')")) is None:
        return {}
    found = connection.execute(_STATIONS_OWN, {"ids": ids})
    return {row.parent_bag_id: row.capacity for row in found if row.capacity is not None}


def _parents(rows: Iterable[Row[Any]], enough: Mapping[int, int]) -> Iterator[Difference]:
    for row in rows:
        found = Difference(
            kind=Kind.PARENT,
            row_id=row.id,
            code=row.code,
            before={"child_count": row.child_count, "weight_kg": row.weight_kg, "status": row.status},
            after={"child_count": row.links, "weight_kg": row.links, "status": row.true_status},
        )
        own = enough.get(row.id)
        if own is not None and row.links >= own:
            found = replace(found, after={**found.after, "status": row.status}, enough=own)
            if (row.child_count or 0) == row.links == (row.weight_kg or 0):
                continue
        yield found


def wrong_bills(connection: Connection) -> tuple[Difference, ...]:
    """Return the bills whose counts or weights are wrong, ascending by id."""
    return tuple(
        Difference(
            kind=Kind.BILL,
            row_id=row.id,
            code=row.code,
            before={
                "linked_parent_count": row.linked_parent_count,
                "total_child_bags": row.total_child_bags,
                "total_weight_kg": row.total_weight_kg,
                "expected_weight_kg": row.expected_weight_kg,
            },
            after={
                "linked_parent_count": row.parents,
                "total_child_bags": row.children,
                "total_weight_kg": row.children,
                "expected_weight_kg": row.expected,
            },
        )
        for row in connection.execute(WRONG_BILLS)
    )


def wrong_returns(connection: Connection) -> tuple[Difference, ...]:
    """Return the returns whose number of bags or weight is wrong, ascending by id.

    None in a database that has no returns.
    """
    if not connection.scalar(_RETURNS_ARE_KEPT):
        return ()
    return tuple(
        Difference(
            kind=Kind.RETURN,
            row_id=row.id,
            code=row.code,
            before={
                "bags_scanned_count": row.bags_scanned_count,
                "total_weight_returned_kg": row.total_weight_returned_kg,
            },
            after={"bags_scanned_count": row.bags, "total_weight_returned_kg": row.kilograms},
        )
        for row in connection.execute(WRONG_RETURNS)
    )
