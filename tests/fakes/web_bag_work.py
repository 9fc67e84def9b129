"""What the web application does with bags, one generator for each transaction; see ``web_application``."""

from collections.abc import Generator
from typing import Any

from fakes.web_answers import Refused
from psycopg2.extensions import cursor as Cursor  # noqa: N812

FULL = 30


def scan_parent(at: Cursor, user: int | None, code: str) -> Generator[str, None, None]:
    """Fault: the scan row of a bag that is made here is built before the bag has a number, and names none."""
    at.execute(
        "SELECT id, type, user_id FROM bag WHERE lower(qr_id) = lower(%s) ORDER BY id LIMIT 1", (code,)
    )
    found = at.fetchone()
    yield "looked up"
    parent = None
    if found is None:
        at.execute(
            """INSERT INTO bag (qr_id, type, name, child_count, user_id, status, weight_kg,
                   created_at, updated_at)
               VALUES (upper(%s), 'parent', NULL, 0, %s, 'pending', 0,
                   timezone('UTC', now()), timezone('UTC', now()))""",
            (code, user),
        )
        yield "made the parent"
    else:
        parent, kind, owner = found
        if kind != "parent":
            raise Refused(f"{code} is registered as a {kind} bag")
        if owner is None and user is not None:
            at.execute("UPDATE bag SET user_id = %s WHERE id = %s", (user, parent))
            yield "filled the owner in"
    _scanned(at, user, parent=parent)
    yield "wrote the scan"


def scan_child(at: Cursor, user: int | None, parent: str, child: str) -> Generator[str, None, None]:
    """The fast path. Fault: a bag made by it has no status, weight or count; a bill is not looked at."""
    at.execute(
        """SELECT id, status, dispatch_area FROM bag
           WHERE lower(qr_id) = lower(%s) AND type = 'parent' ORDER BY id LIMIT 1 FOR UPDATE""",
        (parent,),
    )
    row = at.fetchone()
    yield "locked the parent"
    if row is None:
        raise Refused("the parent is not there")
    parent_id, status, area = row
    at.execute("SELECT count(*) FROM link WHERE parent_bag_id = %s", (parent_id,))
    count = _number(at)
    at.execute(
        """SELECT b.id, b.type, l.parent_bag_id FROM bag AS b LEFT JOIN link AS l ON l.child_bag_id = b.id
           WHERE lower(b.qr_id) = lower(%s) LIMIT 1""",
        (child,),
    )
    bag = at.fetchone()
    yield "looked"
    if status == "completed" or count >= FULL:
        raise Refused("the parent is full")
    if bag is not None and bag[1] != "child":
        raise Refused("that is a parent")
    if bag is not None and bag[2] is not None:
        raise Refused("already linked" if bag[2] == parent_id else "linked to another parent")
    if bag is None:
        at.execute(
            """INSERT INTO bag (qr_id, type, dispatch_area, created_at)
               VALUES (upper(%s), 'child', %s, now()) RETURNING id""",
            (child, area),
        )
        bag_id = _number(at)
        yield "made the child"
    else:
        bag_id = bag[0]
    at.execute(
        "INSERT INTO link (parent_bag_id, child_bag_id, created_at) VALUES (%s, %s, now())",
        (parent_id, bag_id),
    )
    yield "linked"
    _scanned(at, user, child=bag_id)
    yield "wrote the scan"
    at.execute(
        """UPDATE bag SET child_count = %s, weight_kg = %s,
               status = CASE WHEN %s >= 30 THEN 'completed' ELSE status END WHERE id = %s""",
        (count + 1, float(count + 1), count + 1, parent_id),
    )
    yield "updated the parent"


def unlink(at: Cursor, user: int | None, parent: str, child: str) -> Generator[str, None, None]:
    """Faults: nothing is locked first; a parent that was not complete keeps its count, a bill always."""
    at.execute(
        """SELECT l.id, c.id, p.id, p.status FROM link AS l
           JOIN bag AS p ON p.id = l.parent_bag_id JOIN bag AS c ON c.id = l.child_bag_id
           WHERE lower(p.qr_id) = lower(%s) AND lower(c.qr_id) = lower(%s)""",
        (parent, child),
    )
    row = at.fetchone()
    yield "looked up"
    if row is None:
        raise Refused("not linked to this parent")
    link_id, child_id, parent_id, status = row
    at.execute("DELETE FROM link WHERE id = %s", (link_id,))
    yield "deleted the link"
    yield from _delete_with_scans(at, child_id)
    at.execute("SELECT count(*) FROM link WHERE parent_bag_id = %s", (parent_id,))
    count = _number(at)
    if status == "completed" and count < FULL:
        at.execute(
            "UPDATE bag SET status = 'pending', child_count = %s, weight_kg = %s WHERE id = %s",
            (count, float(count), parent_id),
        )
        yield "opened the parent again"


def delete_child_scan(at: Cursor, user: int | None, child: str) -> Generator[str, None, None]:
    """Fault: the parent is never refreshed."""
    at.execute("SELECT id FROM bag WHERE lower(qr_id) = lower(%s) AND type = 'child' LIMIT 1", (child,))
    row = at.fetchone()
    yield "looked up"
    if row is None:
        raise Refused("no such child")
    at.execute("DELETE FROM link WHERE child_bag_id = %s", row)
    yield "deleted the link"
    yield from _delete_with_scans(at, row[0])


def edit_children(
    at: Cursor, user: int | None, parent: str, children: list[str]
) -> Generator[str, None, None]:
    """Replace the whole list. Faults: no lock, no limit, no owner, no area, and no figure is refreshed."""
    at.execute("SELECT id FROM bag WHERE lower(qr_id) = lower(%s) AND type = 'parent' LIMIT 1", (parent,))
    row = at.fetchone()
    yield "looked up"
    if row is None:
        raise Refused("no such parent")
    parent_id = row[0]
    at.execute(
        """SELECT c.id, upper(c.qr_id) FROM link AS l JOIN bag AS c ON c.id = l.child_bag_id
           WHERE l.parent_bag_id = %s ORDER BY l.id""",
        (parent_id,),
    )
    inside = {code: bag_id for bag_id, code in at.fetchall()}
    for code, bag_id in inside.items():
        if code not in children:
            at.execute("DELETE FROM link WHERE parent_bag_id = %s AND child_bag_id = %s", (parent_id, bag_id))
            yield "deleted a link"
            yield from _delete_with_scans(at, bag_id)
    for code in children:
        if code not in inside:
            yield from _put_inside(at, parent_id, code)


def _put_inside(at: Cursor, parent_id: int, code: str) -> Generator[str, None, None]:
    at.execute(
        """SELECT b.id, b.type, l.parent_bag_id FROM bag AS b LEFT JOIN link AS l ON l.child_bag_id = b.id
           WHERE upper(b.qr_id) = %s LIMIT 1""",
        (code,),
    )
    bag = at.fetchone()
    if bag is not None and (bag[1] != "child" or bag[2] is not None):
        raise Refused(f"{code} cannot be used")
    if bag is None:
        at.execute("INSERT INTO bag (qr_id, type) VALUES (%s, 'child') RETURNING id", (code,))
        bag = at.fetchone()
        yield "made a child"
    assert bag is not None
    at.execute("INSERT INTO link (parent_bag_id, child_bag_id) VALUES (%s, %s)", (parent_id, bag[0]))
    yield "linked"


def delete_bag_by_id(at: Cursor, user: int | None, code: str) -> Generator[str, None, None]:
    """Only a bag that is nowhere and holds nothing."""
    bag_id, _kind = _bag(at, code)
    at.execute("SELECT pg_advisory_xact_lock(200000 + %s)", (bag_id,))
    yield "took the key"
    at.execute(
        """SELECT EXISTS (SELECT FROM bill_bag WHERE bag_id = %s)
               OR EXISTS (SELECT FROM link WHERE parent_bag_id = %s OR child_bag_id = %s)""",
        (bag_id, bag_id, bag_id),
    )
    in_use = _number(at)
    yield "looked"
    if in_use:
        raise Refused("the bag is in use")
    at.execute("DELETE FROM scan WHERE parent_bag_id = %s OR child_bag_id = %s", (bag_id, bag_id))
    yield "deleted the scans"
    at.execute("DELETE FROM bag WHERE id = %s", (bag_id,))
    yield "deleted the bag"


def delete_bag_by_code(at: Cursor, user: int | None, code: str) -> Generator[str, None, None]:
    """A parent goes with all its children. Fault: a child that goes leaves its parent's figures alone."""
    bag_id, kind = _bag(at, code)
    at.execute("SELECT pg_advisory_xact_lock(200000 + %s)", (bag_id,))
    yield "took the key"
    at.execute("SELECT EXISTS (SELECT FROM bill_bag WHERE bag_id = %s)", (bag_id,))
    if _number(at):
        raise Refused("the bag is on a bill")
    children: list[int] = []
    if kind == "parent":
        at.execute("SELECT child_bag_id FROM link WHERE parent_bag_id = %s ORDER BY child_bag_id", (bag_id,))
        children = [row[0] for row in at.fetchall()]
    yield "looked"
    at.execute("DELETE FROM link WHERE parent_bag_id = %s OR child_bag_id = %s", (bag_id, bag_id))
    yield "deleted the links"
    going = [*children, bag_id]
    at.execute("DELETE FROM scan WHERE parent_bag_id = ANY (%s) OR child_bag_id = ANY (%s)", (going, going))
    yield "deleted the scans"
    at.execute("DELETE FROM bag WHERE id = ANY (%s)", (children,))
    yield "deleted the children"
    at.execute("DELETE FROM bag WHERE id = %s", (bag_id,))
    yield "deleted the bag"


def _bag(at: Cursor, code: str) -> tuple[int, str]:
    at.execute("SELECT id, type FROM bag WHERE lower(qr_id) = lower(%s) ORDER BY id LIMIT 1", (code,))
    row = at.fetchone()
    if row is None:
        raise Refused("no such bag")
    return row[0], row[1]


def _delete_with_scans(at: Cursor, bag_id: int) -> Generator[str, None, None]:
    at.execute("DELETE FROM scan WHERE child_bag_id = %s", (bag_id,))
    yield "deleted the scans"
    at.execute("DELETE FROM bag WHERE id = %s", (bag_id,))
    yield "deleted the child"


def _scanned(at: Cursor, user: int | None, *, parent: int | None = None, child: int | None = None) -> None:
    at.execute(
        """INSERT INTO scan ("timestamp", parent_bag_id, child_bag_id, user_id)
           VALUES (timezone('UTC', now()), %s, %s, %s)""",
        (parent, child, user),
    )


def _number(at: Cursor) -> Any:
    row = at.fetchone()
    assert row is not None
    return row[0]
