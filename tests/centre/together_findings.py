"""What is true after the run of stations and web application together. Counted here, by SQL of its own."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from fakes.central_owner import query

_RULES = {
    "parents with more than 30 children": """
        SELECT p.qr_id AS code FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id
        GROUP BY p.id HAVING count(*) > 30""",
    "children in two parents": """
        SELECT c.qr_id AS code FROM link AS l JOIN bag AS c ON c.id = l.child_bag_id
        GROUP BY c.id HAVING count(*) > 1""",
    "parents on two bills": """
        SELECT p.qr_id AS code FROM bill_bag AS bb JOIN bag AS p ON p.id = bb.bag_id
        GROUP BY p.id HAVING count(*) > 1""",
    "codes of more than one bag": """
        SELECT upper(qr_id) AS code FROM bag GROUP BY upper(qr_id) HAVING count(*) > 1""",
    "bags inside a child, or parents inside a bag": """
        SELECT p.qr_id || ' > ' || c.qr_id AS code
        FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id JOIN bag AS c ON c.id = l.child_bag_id
        WHERE p.type <> 'parent' OR c.type <> 'child'""",
}

_FALSE_PARENTS = """
    SELECT b.id, b.qr_id AS code, b.child_count AS told, n.links AS counted
    FROM bag AS b
    CROSS JOIN LATERAL (SELECT count(*) AS links FROM link AS l WHERE l.parent_bag_id = b.id) AS n
    WHERE b.type = 'parent'
      AND (coalesce(b.child_count, 0) <> n.links OR coalesce(b.weight_kg, 0) <> n.links)
    ORDER BY b.qr_id
"""

_FALSE_BILLS = """
    SELECT b.id, b.bill_id AS code,
           concat_ws('/', b.linked_parent_count, b.total_child_bags, b.total_weight_kg,
                     b.expected_weight_kg) AS told,
           concat_ws('/', n.parents, n.children, n.children, n.expected) AS counted
    FROM bill AS b
    CROSS JOIN LATERAL (
        SELECT count(*) AS parents, coalesce(sum(k.links), 0) AS children,
               coalesce(sum(CASE WHEN p.qr_id ~* '^M[0-9]{3,4}-[0-9]+' THEN 15 ELSE 30 END), 0) AS expected
        FROM bill_bag AS bb JOIN bag AS p ON p.id = bb.bag_id
        CROSS JOIN LATERAL (SELECT count(*) AS links FROM link AS l WHERE l.parent_bag_id = p.id) AS k
        WHERE bb.bill_id = b.id
    ) AS n
    WHERE coalesce(b.linked_parent_count, 0) <> n.parents OR coalesce(b.total_child_bags, 0) <> n.children
       OR coalesce(b.total_weight_kg, 0) <> n.children OR coalesce(b.expected_weight_kg, 0) <> n.expected
    ORDER BY b.bill_id
"""

# A posting counts under locks. What is false after it was made so by somebody who committed after the
# last posting that wrote the figure began. (That no posting does it itself is what --careful shows.)
_FALSE_RETURNS = """
    SELECT t.id, t.ticket_code AS code,
           concat_ws('/', t.bags_scanned_count, t.total_weight_returned_kg) AS told,
           concat_ws('/', n.bags, n.kilograms) AS counted
    FROM return_ticket AS t
    CROSS JOIN LATERAL (
        SELECT count(*) AS bags, coalesce(sum(rb.weight_at_return_kg), 0) AS kilograms
        FROM return_ticket_bag AS rb WHERE rb.return_ticket_id = t.id
    ) AS n
    WHERE coalesce(t.bags_scanned_count, 0) <> n.bags
       OR coalesce(t.total_weight_returned_kg, 0) <> n.kilograms
"""

_WHOSE_PARENT = """
    WITH posted AS (
        SELECT max(at) AS at FROM watch.touch WHERE bag_id = %s AND what = 'figures' AND work = 'station')
    SELECT DISTINCT t.work FROM watch.touch AS t CROSS JOIN posted
    WHERE t.bag_id = %s AND t.work <> 'station'
      AND (posted.at IS NULL OR pg_xact_commit_timestamp(t.xid::text::xid) > posted.at)
"""
_WHOSE_BILL = """
    WITH posted AS (
        SELECT max(at) AS at FROM watch.touch WHERE bill_id = %s AND what = 'figures' AND work = 'station'),
    parents AS (SELECT DISTINCT bag_id FROM watch.touch WHERE bill_id = %s AND bag_id IS NOT NULL)
    SELECT DISTINCT t.work FROM watch.touch AS t CROSS JOIN posted
    WHERE (t.bill_id = %s OR (t.what = 'rows' AND t.bag_id IN (SELECT bag_id FROM parents)))
      AND t.work <> 'station'
      AND (posted.at IS NULL OR pg_xact_commit_timestamp(t.xid::text::xid) > posted.at)
"""

_STATISTICS = """
    SELECT s.total_bags, s.parent_bags, s.child_bags, s.total_scans, s.total_bills, s.total_users
    FROM statistics_cache AS s WHERE s.id = 1
"""
_RECOUNTED = """
    SELECT (SELECT count(*) FROM bag) AS total_bags,
           (SELECT count(*) FROM bag WHERE type = 'parent') AS parent_bags,
           (SELECT count(*) FROM bag WHERE type = 'child') AS child_bags,
           (SELECT count(*) FROM scan) AS total_scans, (SELECT count(*) FROM bill) AS total_bills,
           (SELECT count(*) FROM "user") AS total_users
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseFigure:
    """A stored figure that is not what its rows say, and the web application's work that made it so."""

    kind: str
    code: str
    told: str
    counted: str
    made_by: tuple[str, ...] | None
    """``None`` where the server does not keep the times of commits, and of returns, which nobody watches."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def broken_rules(url: str) -> list[str]:
    """Return every rule about rows that does not hold, with where."""
    found = []
    for rule, statement in _RULES.items():
        codes = [row["code"] for row in query(url, statement)]
        if codes:
            found.append(f"{rule}: {', '.join(codes[:10])}")
    return found


def false_figures(url: str, *, explain: bool = True) -> list[FalseFigure]:
    """Return all stored figures that are false; *explain* asks who made them so (needs ``together.sql``)."""
    explain = explain and query(url, "SHOW track_commit_timestamp")[0]["track_commit_timestamp"] == "on"
    found = []
    for kind, statement in (("parent", _FALSE_PARENTS), ("bill", _FALSE_BILLS), ("return", _FALSE_RETURNS)):
        for row in query(url, statement):
            made_by = _made_by(url, kind, row["id"]) if explain and kind != "return" else None
            told, counted = str(row["told"]), str(row["counted"])
            found.append(
                FalseFigure(kind=kind, code=row["code"], told=told, counted=counted, made_by=made_by)
            )
    return found


def _made_by(url: str, kind: str, row_id: int) -> tuple[str, ...]:
    if kind == "parent":
        rows = query(url, _WHOSE_PARENT, row_id, row_id)
    else:
        rows = query(url, _WHOSE_BILL, row_id, row_id, row_id)
    return tuple(sorted(row["work"] for row in rows))


def wrong_ledger(url: str, posted: dict[UUID, str]) -> list[str]:
    """Compare the ledger with what the stations were told: every entry once, with the same outcome."""
    kept = {
        UUID(str(row["id"])): row["outcome"] for row in query(url, "SELECT id, outcome FROM station.entry")
    }
    count = query(url, "SELECT count(*) AS n FROM station.entry")[0]["n"]
    wrong = [f"{count - len(kept)} entries are there twice"] if count != len(kept) else []
    lost = posted.keys() - kept.keys()
    strange = kept.keys() - posted.keys()
    other = [one for one in posted.keys() & kept.keys() if posted[one] != kept[one]]
    if lost:
        wrong.append(f"{len(lost)} entries were answered and are not in the ledger")
    if strange:
        wrong.append(f"{len(strange)} entries are in the ledger and were never answered")
    if other:
        wrong.append(f"{len(other)} entries have another outcome than was answered")
    return wrong


def wrong_statistics(url: str) -> list[str]:
    """Compare the web application's one row of figures with a recount."""
    told, counted = query(url, _STATISTICS), query(url, _RECOUNTED)
    return [] if told == counted else [f"statistics_cache says {told}, counted: {counted}"]
