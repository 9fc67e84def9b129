"""What the web application does with bills and returns, one generator for each transaction."""

from collections.abc import Generator
from datetime import datetime

from fakes.web_answers import Refused
from psycopg2.extensions import cursor as Cursor  # noqa: N812

LIGHT = r"^M\d{3,4}-\d+"

_TOTALS = """
    SELECT count(DISTINCT bb.bag_id), count(DISTINCT l.child_bag_id),
           coalesce((SELECT sum(CASE WHEN p.qr_id ~* %s THEN 15 ELSE 30 END)
                     FROM bill_bag AS w JOIN bag AS p ON p.id = w.bag_id WHERE w.bill_id = %s), 0)
    FROM bill_bag AS bb LEFT JOIN link AS l ON l.parent_bag_id = bb.bag_id WHERE bb.bill_id = %s
"""


def bill_fast(at: Cursor, user: int | None, bill: str, parent: str) -> Generator[str, None, None]:
    """The "ultra fast" scan. Faults: its lock stands where the server never evaluates it; it adds to counters
    instead of counting."""
    at.execute(
        """WITH lock AS (SELECT pg_advisory_xact_lock(100000 + id) FROM bill WHERE bill_id = %s)
           SELECT id, coalesce(parent_bag_count, 1), coalesce(linked_parent_count, 0) FROM bill
           WHERE bill_id = %s""",
        (bill, bill),
    )
    bill_row = at.fetchone()
    yield "looked the bill up"
    if bill_row is None:
        raise Refused("bill_not_found")
    bill_id, capacity, linked = bill_row
    if linked >= capacity:
        raise Refused("capacity_reached")
    parent_id, children = _billable(at, bill_id, parent)
    yield "looked the bag up"
    at.execute(
        "INSERT INTO bill_bag (bill_id, bag_id, created_at) VALUES (%s, %s, now())", (bill_id, parent_id)
    )
    yield "put it on the bill"
    _parent_scan(at, user, parent_id)
    yield "wrote the scan"
    at.execute(
        """UPDATE bag SET child_count = %s, weight_kg = %s,
               status = CASE WHEN %s >= 30 THEN 'completed' ELSE 'in_progress' END WHERE id = %s""",
        (children, float(children), children, parent_id),
    )
    yield "updated the parent"
    at.execute(
        """UPDATE bill SET linked_parent_count = coalesce(linked_parent_count, 0) + 1,
               total_child_bags = coalesce(total_child_bags, 0) + %s,
               total_weight_kg = coalesce(total_weight_kg, 0) + %s,
               expected_weight_kg = coalesce(expected_weight_kg, 0) + CASE WHEN %s ~* %s THEN 15 ELSE 30 END,
               status = CASE WHEN status = 'new' THEN 'processing' ELSE status END
           WHERE id = %s""",
        (children, children, parent, LIGHT, bill_id),
    )
    yield "counted"


def bill_locked(at: Cursor, user: int | None, bill: str, parent: str) -> Generator[str, None, None]:
    """The slower scan, which takes its lock and counts."""
    bill_id = yield from _locked_bill(at, bill)
    at.execute("SELECT coalesce(parent_bag_count, 1), status FROM bill WHERE id = %s FOR UPDATE", (bill_id,))
    row = at.fetchone()
    yield "locked the bill"
    if row is None:
        raise Refused("bill_not_found")
    at.execute("SELECT count(*) FROM bill_bag WHERE bill_id = %s", (bill_id,))
    linked = _number(at)
    if linked >= row[0] or row[1] == "completed":
        raise Refused("capacity_reached")
    parent_id, children = _billable(at, bill_id, parent)
    at.execute("SELECT id FROM bag WHERE id = %s FOR UPDATE", (parent_id,))
    yield "locked the parent"
    at.execute(
        "INSERT INTO bill_bag (bill_id, bag_id, created_at) VALUES (%s, %s, timezone('UTC', now()))",
        (bill_id, parent_id),
    )
    yield "put it on the bill"
    _parent_scan(at, user, parent_id)
    yield "wrote the scan"
    at.execute("SELECT count(*) FROM link WHERE parent_bag_id = %s", (parent_id,))
    children = _number(at)
    at.execute(
        """UPDATE bag SET child_count = %s, weight_kg = %s, updated_at = timezone('UTC', now()),
               status = CASE WHEN %s >= 30 THEN 'completed' WHEN %s > 0 THEN 'in_progress' ELSE status END
           WHERE id = %s""",
        (children, float(children), children, children, parent_id),
    )
    yield "updated the parent"
    _write_totals(at, bill_id)
    yield "counted"
    at.execute("UPDATE bill SET status = 'processing' WHERE id = %s AND status = 'new'", (bill_id,))
    yield "began the bill"


def detach(at: Cursor, user: int | None, bill: str, parent: str) -> Generator[str, None, None]:
    bill_id = yield from _locked_bill(at, bill)
    at.execute(
        """DELETE FROM bill_bag WHERE bill_id = %s
           AND bag_id = (SELECT id FROM bag WHERE lower(qr_id) = lower(%s) AND type = 'parent' LIMIT 1)""",
        (bill_id, parent),
    )
    if at.rowcount == 0:
        raise Refused("not on this bill")
    yield "took it off the bill"
    _write_totals(at, bill_id)
    yield "counted"
    at.execute(
        """UPDATE bill SET status = CASE WHEN linked_parent_count = 0 THEN 'new' ELSE 'processing' END
           WHERE id = %s AND status IN ('completed', 'processing')
             AND linked_parent_count < coalesce(parent_bag_count, 1)""",
        (bill_id,),
    )
    yield "opened the bill again"


def recalculate(at: Cursor, user: int | None, bill: str) -> Generator[str, None, None]:
    """Locks in its documented order: the key, the bill, what is on it, those bags, their links."""
    bill_id = yield from _locked_bill(at, bill)
    at.execute("SELECT id FROM bill WHERE id = %s FOR UPDATE", (bill_id,))
    yield "locked the bill"
    at.execute("SELECT bag_id FROM bill_bag WHERE bill_id = %s ORDER BY id FOR UPDATE", (bill_id,))
    parents = [row[0] for row in at.fetchall()]
    yield "locked what is on it"
    at.execute("SELECT id FROM bag WHERE id = ANY (%s) ORDER BY id FOR UPDATE", (parents,))
    yield "locked the parents"
    at.execute("SELECT id FROM link WHERE parent_bag_id = ANY (%s) ORDER BY id FOR UPDATE", (parents,))
    yield "locked the links"
    at.execute(
        """UPDATE bag SET child_count = n.links, weight_kg = n.links
           FROM (SELECT p.id, (SELECT count(*) FROM link AS l WHERE l.parent_bag_id = p.id) AS links
                 FROM unnest(%s::integer[]) AS p (id)) AS n
           WHERE bag.id = n.id""",
        (parents,),
    )
    yield "refreshed the parents"
    _write_totals(at, bill_id)
    yield "counted"
    at.execute(
        """UPDATE bill SET parent_bag_count = greatest(1, linked_parent_count)
           WHERE id = %s AND coalesce(parent_bag_count, 0) < greatest(1, linked_parent_count)""",
        (bill_id,),
    )
    yield "mended the capacity"


def complete_bill(at: Cursor, user: int | None, bill: str) -> Generator[str, None, None]:
    """Faults: it adds up what the bags' own counts say, and expects 30 kg of every one."""
    at.execute("SELECT id, coalesce(parent_bag_count, 1) FROM bill WHERE bill_id = %s", (bill,))
    row = at.fetchone()
    if row is None:
        raise Refused("bill_not_found")
    at.execute(
        """SELECT count(*), coalesce(sum(b.child_count), 0)
           FROM bill_bag AS bb JOIN bag AS b ON b.id = bb.bag_id WHERE bb.bill_id = %s""",
        (row[0],),
    )
    counted = at.fetchone()
    assert counted is not None
    linked, weight = counted
    yield "looked"
    if linked < max(1, row[1]):
        raise Refused("not all bags are on it")
    at.execute(
        """UPDATE bill SET status = 'completed', total_weight_kg = %s, expected_weight_kg = %s
           WHERE id = %s""",
        (float(weight), linked * 30.0, row[0]),
    )
    yield "completed"


def reopen_bill(at: Cursor, user: int | None, bill: str) -> Generator[str, None, None]:
    """Fault: the status is one that no other page knows."""
    at.execute("UPDATE bill SET status = 'active' WHERE bill_id = %s", (bill,))
    yield "reopened"


def return_scan(at: Cursor, user: int | None, ticket: str, parent: str) -> Generator[str, None, None]:
    """A dealer's return. Faults: counters are lowered instead of counted; the bill's status stays."""
    at.execute("SELECT id, status FROM return_ticket WHERE ticket_code = %s", (ticket,))
    found = at.fetchone()
    if found is None or found[1] != "open":
        raise Refused("ticket_closed")
    ticket_id = found[0]
    at.execute("SELECT pg_advisory_xact_lock(400000 + %s)", (ticket_id,))
    yield "took the key of the ticket"
    at.execute(
        """SELECT p.id, bb.bill_id, pg_advisory_xact_lock(100000 + bb.bill_id)
           FROM bag AS p JOIN bill_bag AS bb ON bb.bag_id = p.id
           WHERE lower(p.qr_id) = lower(%s) AND p.type = 'parent' LIMIT 1""",
        (parent,),
    )
    row = at.fetchone()
    yield "took the key of the bill"
    if row is None:
        raise Refused("not_linked")
    parent_id, bill_id = row[0], row[1]
    at.execute(
        "SELECT count(*) FROM return_ticket_bag WHERE return_ticket_id = %s AND bag_id = %s",
        (ticket_id, parent_id),
    )
    if _number(at):
        raise Refused("duplicate")
    at.execute("SELECT count(*) FROM link WHERE parent_bag_id = %s", (parent_id,))
    children = _number(at)
    at.execute("SELECT linked_parent_count, coalesce(total_weight_kg, 0) FROM bill WHERE id = %s", (bill_id,))
    before = at.fetchone()
    if before is None:
        raise Refused("not_linked")
    at.execute("DELETE FROM bill_bag WHERE bill_id = %s AND bag_id = %s", (bill_id, parent_id))
    if at.rowcount == 0:
        raise Refused("not_linked")
    yield "took it off the bill"
    at.execute(
        """UPDATE bill SET linked_parent_count = greatest(0, linked_parent_count - 1),
               total_child_bags = greatest(0, coalesce(total_child_bags, 0) - %s),
               total_weight_kg = greatest(0, coalesce(total_weight_kg, 0) - %s),
               expected_weight_kg = greatest(0, coalesce(expected_weight_kg, 0)
                                                - CASE WHEN %s ~* %s THEN 15 ELSE 30 END)
           WHERE id = %s""",
        (children, children, parent, LIGHT, bill_id),
    )
    yield "lowered the counters"
    at.execute(
        """INSERT INTO return_ticket_bag (return_ticket_id, bag_id, original_bill_id, weight_at_return_kg,
               child_count_at_return, scanned_by_id, scanned_at)
           VALUES (%s, %s, %s, %s, %s, %s, now())""",
        (ticket_id, parent_id, bill_id, float(children), children, user),
    )
    at.execute(
        """INSERT INTO bill_return_event (bill_id, return_ticket_id, bag_id, bag_qr_id, previous_linked_count,
               new_linked_count, previous_weight_kg, new_weight_kg, removed_by_id, removed_at, reason)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, now(), 'IPT Return')""",
        (bill_id, ticket_id, parent_id, parent, before[0], max(0, before[0] - 1), before[1],
         max(0.0, before[1] - children), user),
    )  # fmt: skip
    yield "wrote the return"
    at.execute(
        """UPDATE return_ticket SET bags_scanned_count = coalesce(bags_scanned_count, 0) + 1,
               total_weight_returned_kg = coalesce(total_weight_returned_kg, 0) + %s WHERE id = %s""",
        (children, ticket_id),
    )
    yield "counted the return"


def _locked_bill(at: Cursor, bill: str) -> Generator[str, None, int]:
    at.execute("SELECT id FROM bill WHERE bill_id = %s", (bill,))
    row = at.fetchone()
    if row is None:
        raise Refused("bill_not_found")
    bill_id: int = row[0]
    at.execute("SELECT pg_advisory_xact_lock(100000 + %s)", (bill_id,))
    yield "took the key"
    return bill_id


def _billable(at: Cursor, bill_id: int, parent: str) -> tuple[int, int]:
    """Return the parent and its number of children, as they are before anything is locked."""
    at.execute(
        """SELECT b.id, b.type, (SELECT count(*) FROM link AS l WHERE l.parent_bag_id = b.id),
                  (SELECT bb.bill_id FROM bill_bag AS bb WHERE bb.bag_id = b.id LIMIT 1)
           FROM bag AS b WHERE lower(b.qr_id) = lower(%s) ORDER BY b.id LIMIT 1""",
        (parent,),
    )
    row = at.fetchone()
    if row is None:
        raise Refused("bag_not_found")
    if row[1] != "parent":
        raise Refused("wrong_bag_type")
    if row[3] is not None:
        raise Refused("already_linked_same_bill" if row[3] == bill_id else "already_linked_other_bill")
    return row[0], row[2]


def _parent_scan(at: Cursor, user: int | None, parent_id: int) -> None:
    at.execute(
        'INSERT INTO scan ("timestamp", parent_bag_id, user_id) VALUES (%s, %s, %s)',
        (_local_now(), parent_id, user),
    )


def _local_now() -> datetime:
    """Fault: the clock of whatever machine it runs on."""
    return datetime.now()  # noqa: DTZ005


def _write_totals(at: Cursor, bill_id: int) -> None:
    at.execute(_TOTALS, (LIGHT, bill_id, bill_id))
    row = at.fetchone()
    assert row is not None
    parents, children, expected = row
    at.execute(
        """UPDATE bill SET linked_parent_count = %s, total_child_bags = %s, total_weight_kg = %s,
               expected_weight_kg = %s, updated_at = timezone('UTC', now()) WHERE id = %s""",
        (parents, children, float(children), float(expected), bill_id),
    )


def _number(at: Cursor) -> int:
    row = at.fetchone()
    assert row is not None
    number: int = row[0]
    return number
