"""What the web application's pages of bills and returns show: its questions, in words of our own.

Where its pages disagree with each other (stored figures on one, counted ones on another) both are here.
"""

from dataclasses import dataclass
from typing import Any

from fakes.central_owner import OwnerSession

_BILL_PAGE = """
    SELECT b.bill_id, b.description, b.status, b.destination, b.vehicle_number, u.username AS creator,
           b.parent_bag_count AS capacity,
           count(DISTINCT bb.bag_id) AS parents, count(DISTINCT l.child_bag_id) AS children,
           b.linked_parent_count, b.total_child_bags, b.total_weight_kg, b.expected_weight_kg,
           count(DISTINCT bb.bag_id) * 100 / greatest(coalesce(b.parent_bag_count, 1), 1) AS percent
    FROM bill AS b
    LEFT JOIN "user" AS u ON u.id = b.created_by_id
    LEFT JOIN bill_bag AS bb ON bb.bill_id = b.id
    LEFT JOIN link AS l ON l.parent_bag_id = bb.bag_id
    WHERE lower(b.bill_id) = lower(%s)
    GROUP BY b.id, u.username
"""
_BILLS_PAGE = """
    SELECT bill_id, status, linked_parent_count, parent_bag_count, total_child_bags, total_weight_kg,
           expected_weight_kg
    FROM bill WHERE bill_id ILIKE '%%' || %s || '%%' AND (%s IS NULL OR status = %s)
    ORDER BY created_at DESC, id DESC
"""
_ON_BILL = """
    SELECT p.qr_id, p.child_count, p.weight_kg, p.status FROM bill_bag AS bb JOIN bag AS p ON p.id = bb.bag_id
    WHERE bb.bill_id = (SELECT id FROM bill WHERE lower(bill_id) = lower(%s)) ORDER BY p.qr_id
"""
_SUMMARY = """
    SELECT b.bill_id, u.username AS creator, count(DISTINCT bb.bag_id) AS parents,
           count(DISTINCT l.child_bag_id) AS children, b.total_weight_kg AS kilograms,
           b.expected_weight_kg AS expected,
           CASE WHEN count(DISTINCT bb.bag_id) = 0 THEN 'empty'
                WHEN count(DISTINCT bb.bag_id) >= coalesce(b.parent_bag_count, 1) THEN 'completed'
                ELSE 'in_progress' END AS state,
           count(DISTINCT bb.bag_id) * 100 / greatest(coalesce(b.parent_bag_count, 1), 1) AS percent
    FROM bill AS b LEFT JOIN "user" AS u ON u.id = b.created_by_id
    LEFT JOIN bill_bag AS bb ON bb.bill_id = b.id LEFT JOIN link AS l ON l.parent_bag_id = bb.bag_id
    WHERE b.created_at >= CAST(%s AS date) AND b.created_at < CAST(%s AS date) + 1
      AND b.bill_id ILIKE %s || '%%'
    GROUP BY b.id, u.username ORDER BY b.id
"""
_BAG_PAGES = """
    SELECT p.qr_id, p.status, p.child_count, p.weight_kg, b.bill_id,
           (SELECT count(*) FROM link AS l WHERE l.parent_bag_id = p.id) AS children
    FROM bag AS p
    LEFT JOIN bill_bag AS bb ON bb.bag_id = p.id LEFT JOIN bill AS b ON b.id = bb.bill_id
    WHERE p.type = 'parent' ORDER BY p.qr_id
"""
_TICKET_PAGE = """
    SELECT t.ticket_code, t.cf_location, t.status, t.notes, u.username AS creator, t.bags_scanned_count,
           t.total_weight_returned_kg, t.finalized_at IS NOT NULL AS finalised
    FROM return_ticket AS t LEFT JOIN "user" AS u ON u.id = t.created_by_id WHERE t.ticket_code = %s
"""
_ON_TICKET = """
    SELECT p.qr_id, b.bill_id, rb.weight_at_return_kg, rb.child_count_at_return, u.username AS scanned_by
    FROM return_ticket_bag AS rb
    JOIN return_ticket AS t ON t.id = rb.return_ticket_id JOIN bag AS p ON p.id = rb.bag_id
    LEFT JOIN bill AS b ON b.id = rb.original_bill_id LEFT JOIN "user" AS u ON u.id = rb.scanned_by_id
    WHERE t.ticket_code = %s ORDER BY p.qr_id
"""
_RETURNS_OF_BILL = """
    SELECT e.bag_qr_id, t.ticket_code, e.previous_linked_count, e.new_linked_count, e.previous_weight_kg,
           e.new_weight_kg, e.previous_child_count, e.new_child_count, e.reason
    FROM bill_return_event AS e LEFT JOIN return_ticket AS t ON t.id = e.return_ticket_id
    WHERE e.bill_id = (SELECT id FROM bill WHERE lower(bill_id) = lower(%s)) ORDER BY e.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage:
    """A bill as its page shows it: what is counted for the page, and what is stored for the list."""

    row: dict[str, Any]
    parents: list[dict[str, Any]]

    @property
    def figures(self) -> tuple[str, int, int, int, int]:
        """Status, capacity, parents, children and expected kilograms; fails where pages would disagree."""
        row = self.row
        stored = (row["linked_parent_count"], row["total_child_bags"], int(row["total_weight_kg"]))
        assert stored == (row["parents"], row["children"], row["children"]), row
        expected = int(row["expected_weight_kg"])
        return (row["status"], row["capacity"], row["parents"], row["children"], expected)


class WebReads:
    """The web application's reading pages, over the owner's connection."""

    def __init__(self, owner: OwnerSession) -> None:
        self._owner = owner

    def bill(self, code: str) -> BillPage | None:
        """The page of one bill."""
        rows = self._owner.query(_BILL_PAGE, code)
        return BillPage(row=rows[0], parents=self._owner.query(_ON_BILL, code)) if rows else None

    def bills(self, search: str, status: str | None = None) -> list[dict[str, Any]]:
        """The list, which shows stored figures."""
        return self._owner.query(_BILLS_PAGE, search, status, status)

    def summary(self, day: str, begins: str) -> list[dict[str, Any]]:
        """The end-of-day summary of bills created on *day* whose names begin so."""
        return self._owner.query(_SUMMARY, day, day, begins)

    def parents(self) -> dict[str, tuple[int, str | None]]:
        """Every parent as its page and the search show it: bags in it, and the bill it is on.

        Fails where the page, which counts, and the list, which does not, would disagree.
        """
        shown = {}
        for row in self._owner.query(_BAG_PAGES):
            assert (row["child_count"], int(row["weight_kg"])) == (row["children"], row["children"]), row
            assert (row["status"] == "completed") >= (row["children"] >= 30), row
            shown[row["qr_id"]] = (row["children"], row["bill_id"])
        return shown

    def ticket(self, code: str) -> dict[str, Any]:
        """The page of a return."""
        (row,) = self._owner.query(_TICKET_PAGE, code)
        return row

    def on_ticket(self, code: str) -> list[dict[str, Any]]:
        return self._owner.query(_ON_TICKET, code)

    def returns_of(self, bill: str) -> list[dict[str, Any]]:
        """The history of returns on a bill's page."""
        return self._owner.query(_RETURNS_OF_BILL, bill)
