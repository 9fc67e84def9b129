"""Whether stored counts and totals are what their rows say. Needs the owner's address."""

from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text

from traitortrack_desktop.storage.central.engine import owner_connection

_WRONG_PARENTS = text("""
    SELECT b.qr_id
    FROM bag AS b
    LEFT JOIN (SELECT parent_bag_id, count(*) AS links FROM link GROUP BY 1) AS n
        ON n.parent_bag_id = b.id
    WHERE b.type = 'parent'
      AND (coalesce(b.child_count, 0) <> coalesce(n.links, 0)
           OR coalesce(b.weight_kg, 0) <> coalesce(n.links, 0))
    ORDER BY b.qr_id
""")
_WRONG_BILLS = text("""
    SELECT b.bill_id
    FROM bill AS b
    LEFT JOIN (
        SELECT bb.bill_id, count(DISTINCT bb.bag_id) AS parents, count(l.id) AS children
        FROM bill_bag AS bb LEFT JOIN link AS l ON l.parent_bag_id = bb.bag_id
        GROUP BY bb.bill_id
    ) AS n ON n.bill_id = b.id
    WHERE b.linked_parent_count <> coalesce(n.parents, 0)
       OR coalesce(b.total_child_bags, 0) <> coalesce(n.children, 0)
       OR coalesce(b.total_weight_kg, 0) <> coalesce(n.children, 0)
    ORDER BY b.bill_id
""")
_CHILDREN_IN_TWO = text("""
    SELECT c.qr_id FROM link AS l JOIN bag AS c ON c.id = l.child_bag_id
    GROUP BY c.qr_id HAVING count(*) > 1 ORDER BY c.qr_id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Codes whose stored figures are not what their rows say; all empty when everything is true."""

    wrong_parents: tuple[str, ...]
    wrong_bills: tuple[str, ...]
    children_in_two_parents: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is true."""
        return not (self.wrong_parents or self.wrong_bills or self.children_in_two_parents)


def consistency(url: str) -> Consistency:
    """Compare every stored figure with its rows. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        return consistency_of(connection)


def consistency_of(connection: Connection) -> Consistency:
    """Compare every stored figure with its rows, on a connection that may read them."""

    def codes(statement: TextClause) -> tuple[str, ...]:
        return tuple(connection.scalars(statement))

    return Consistency(
        wrong_parents=codes(_WRONG_PARENTS),
        wrong_bills=codes(_WRONG_BILLS),
        children_in_two_parents=codes(_CHILDREN_IN_TWO),
    )
