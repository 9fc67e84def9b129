"""Fills a shape of the central database with odd rows, and with as many sound ones as are wanted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

FAULTS = Path(__file__).with_name("faults.sql")
CHILDREN = 30
_REFUSED = (psycopg2.errors.IntegrityError, psycopg2.errors.UndefinedColumn, psycopg2.errors.UndefinedTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A fault that the tables themselves do not allow, and what forbade it."""

    fault: str
    because: str


def faults(script: str) -> tuple[str, dict[str, str]]:
    """Return the tools of *script* and its faults by name, in order."""
    tools, *parts = re.split(r"^-- fault: (\w+)$", script, flags=re.M)
    return tools, dict(zip(parts[::2], parts[1::2], strict=True))


def fill(cursor: Any, without: Iterable[str] = ()) -> tuple[LeftOut, ...]:
    """Make every fault but those in *without*, and return those that the tables refused.

    Inside the caller's transaction.
    """
    tools, named = faults(FAULTS.read_text("utf-8"))
    cursor.execute(tools)
    left_out = []
    for name in [name for name in named if name not in without]:
        cursor.execute("SAVEPOINT fault")
        try:
            cursor.execute(named[name])
        except _REFUSED as refusal:
            cursor.execute("ROLLBACK TO SAVEPOINT fault")
            left_out.append(LeftOut(fault=name, because=_because(refusal)))
        cursor.execute("RELEASE SAVEPOINT fault")
    return tuple(left_out)


def _because(refusal: psycopg2.Error) -> str:
    if refusal.diag.constraint_name:
        return refusal.diag.constraint_name
    return (refusal.diag.message_primary or "").split(" does not exist")[0].replace('"', "") + " is not there"


def blow_up(cursor: Any, bags: int) -> None:
    """Add about *bags* sound bags: full parents, one in ten of them on a bill of ten, a scan for each bag.

    Without triggers and foreign key checks, or 1.8 million would take an hour; needs a superuser.
    """
    parents = max(1, bags // (CHILDREN + 1))
    cursor.execute("SET LOCAL session_replication_role = replica")
    for statement in _BULK:
        cursor.execute(statement, {"parents": parents, "children": CHILDREN})
    cursor.execute("SET LOCAL session_replication_role = origin")


_BULK = (
    """
    CREATE TEMPORARY TABLE bulk ON COMMIT DROP AS
    SELECT coalesce((SELECT max(id) FROM bag), 0) + 1000 AS bag,
           coalesce((SELECT max(id) FROM bill), 0) + 1000 AS bill,
           %(parents)s::integer AS parents, %(children)s::integer AS children
    """,
    """
    INSERT INTO bag (id, qr_id, type, child_count, status, weight_kg, dispatch_area, created_at)
    SELECT bag + n, 'M444-' || lpad(n::text, 5, '0'), 'parent', children, 'completed', children, NULL, now()
    FROM bulk, generate_series(1, parents) AS n
    """,
    """
    INSERT INTO bag (id, qr_id, type, child_count, status, weight_kg, dispatch_area, created_at)
    SELECT bag + parents + n, 'BULK' || n, 'child', 0, 'pending', 0, 'indore', now()
    FROM bulk, generate_series(1, parents * children) AS n
    """,
    """
    INSERT INTO link (parent_bag_id, child_bag_id, created_at)
    SELECT bag + 1 + (n - 1) / children, bag + parents + n, now()
    FROM bulk, generate_series(1, parents * children) AS n
    """,
    """
    INSERT INTO scan ("timestamp", parent_bag_id)
    SELECT now(), bag + n FROM bulk, generate_series(1, parents) AS n
    """,
    """
    INSERT INTO scan ("timestamp", child_bag_id)
    SELECT now(), bag + parents + n FROM bulk, generate_series(1, parents * children) AS n
    """,
    """
    INSERT INTO bill (
        id, bill_id, status, parent_bag_count, total_weight_kg, expected_weight_kg, total_child_bags,
        created_at
    )
    SELECT bill + n, 'BULK-' || n, 'completed', 10, 10 * children, 300, 10 * children, now()
    FROM bulk, generate_series(1, parents / 10) AS n
    """,
    """
    INSERT INTO bill_bag (bill_id, bag_id, created_at)
    SELECT bill + 1 + (n - 1) / 10, bag + n, now() FROM bulk, generate_series(1, parents / 10 * 10) AS n
    """,
    "SELECT setval(pg_get_serial_sequence('bag', 'id'), (SELECT max(id) FROM bag))",
    "SELECT setval(pg_get_serial_sequence('bill', 'id'), (SELECT max(id) FROM bill))",
)
