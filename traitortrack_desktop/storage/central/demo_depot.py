"""Writes a made-up depot into an empty centre, as rows the web application would have left.

For demonstrations and tests only; needs the owner's address, never a station's. Everything here raises
the errors of ``services.ports`` when the centre does not answer or does not fit.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from traitortrack_desktop.services.account_secrets import hashed_secret
from traitortrack_desktop.services.sample_depot import SampleDepot, SampleUser
from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.recount import MINI_BAG

NO_PASSWORD = "!"  # noqa: S105 - the hash of no password at all
"""Stands for the password of people who cannot sign in."""

_IS_EMPTY = text("""
    SELECT NOT EXISTS (SELECT FROM "user")
       AND NOT EXISTS (SELECT FROM bag)
       AND NOT EXISTS (SELECT FROM bill)
""")

_USERS = text("""
    INSERT INTO "user"
           (username, email, password_hash, role, dispatch_area, verified, created_at, failed_login_attempts,
            two_fa_enabled)
    SELECT username, email, :password_hash, role, area, true, created_at, 0, false
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS made (username text, email text, role text, area text, created_at timestamp)
""")

_BAGS = text("""
    INSERT INTO bag
           (qr_id, type, status, user_id, dispatch_area, child_count, weight_kg, created_at, updated_at)
    SELECT code, kind, status, "user".id, area, child_count, weight_kg, made.created_at, made.created_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS made (code text, kind text, status text, owner text, area text, child_count integer,
                  weight_kg double precision, created_at timestamp)
         LEFT JOIN "user" ON "user".username = owner
    ORDER BY made.created_at
""")

_LINKS = text("""
    INSERT INTO link (parent_bag_id, child_bag_id, created_at)
    SELECT parent_bag.id, child_bag.id, made.created_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS made (parent text, child text, created_at timestamp)
         JOIN bag AS parent_bag ON parent_bag.qr_id = parent
         JOIN bag AS child_bag ON child_bag.qr_id = child
    ORDER BY child_bag.id
""")

_SCANS = text("""
    INSERT INTO scan ("timestamp", parent_bag_id, child_bag_id, user_id)
    SELECT at,
           CASE kind WHEN 'parent' THEN bag.id END,
           CASE kind WHEN 'child' THEN bag.id END,
           "user".id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS made (code text, kind text, "user" text, at timestamp)
         JOIN bag ON bag.qr_id = code
         JOIN "user" ON "user".username = made."user"
    ORDER BY at
""")

_BILLS = text(f"""
    INSERT INTO bill
           (bill_id, description, parent_bag_count, linked_parent_count, total_child_bags, total_weight_kg,
            expected_weight_kg, status, created_by_id, created_at, updated_at, destination, vehicle_number)
    SELECT code, description, capacity, jsonb_array_length(parents), child_count, child_count,
           (SELECT coalesce(sum(CASE WHEN parent ~* '{MINI_BAG}' THEN 15 ELSE 30 END), 0)
            FROM jsonb_array_elements_text(parents) AS loaded (parent)),
           status, "user".id, made.created_at, made.created_at,
           destination, vehicle
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS made (code text, description text, capacity integer, parents jsonb, child_count integer,
                  status text, created_by text, created_at timestamp, destination text, vehicle text)
         JOIN "user" ON "user".username = created_by
    ORDER BY code
""")  # noqa: S608 - our own text

_BILL_BAGS = text("""
    INSERT INTO bill_bag (bill_id, bag_id, created_at)
    SELECT bill.id, bag.id, bill.created_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS made (code text, parents jsonb)
         CROSS JOIN jsonb_array_elements_text(parents) AS loaded (parent)
         JOIN bill ON bill.bill_id = code
         JOIN bag ON bag.qr_id = parent
    ORDER BY bill.id, bag.id
""")

_NEW_PASSWORD = text("""
    UPDATE "user"
    SET password_hash = :password_hash, failed_login_attempts = 0, locked_until = NULL
    WHERE username = :username
""")


def seed_depot(owner_url: str, make: Callable[[], SampleDepot]) -> bool:
    """Write the depot that *make* returns, in one transaction; return whether it was written.

    A centre that holds anyone or anything is left alone. Nobody can sign in before
    :func:`give_password`.
    """
    with owner_connection(owner_url) as connection:
        if not connection.scalar(_IS_EMPTY):
            return False
        depot = make()
        people = [_user_row(user) for user in depot.users]
        connection.execute(_USERS, {"rows": _json(people), "password_hash": NO_PASSWORD})
        connection.execute(_BAGS, {"rows": _json(_rows(depot.bags))})
        # The joins that follow look every bag up; without figures the planner would do it one by one.
        connection.execute(text("ANALYZE bag"))
        connection.execute(_LINKS, {"rows": _json(_rows(depot.links))})
        connection.execute(_SCANS, {"rows": _json(_rows(depot.scans))})
        bills = _rows(depot.bills)
        connection.execute(_BILLS, {"rows": _json(bills)})
        connection.execute(_BILL_BAGS, {"rows": _json(bills)})
        return True


def give_password(owner_url: str, username: str, password: str) -> None:
    """Let *username* sign in with *password* from now on. Raises ``LookupError`` for nobody's name."""
    with owner_connection(owner_url) as connection:
        changed = connection.execute(
            _NEW_PASSWORD, {"username": username, "password_hash": hashed_secret(password)}
        )
        if changed.rowcount != 1:
            raise LookupError(f"nobody is called {username}")


def _user_row(user: SampleUser) -> dict[str, Any]:
    return {**dataclasses.asdict(user), "email": user.email}


def _rows(values: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [dataclasses.asdict(value) for value in values]


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, default=_utc_text)


def _utc_text(moment: object) -> str:
    """Write a time as the web application stores it: UTC, without saying so."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    raise TypeError(f"not a column value: {moment!r}")
