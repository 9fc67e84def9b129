"""What people bring to a sign-in, made as an administrator makes it with the owner's address. For tests."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

from fakes.central_owner import query
from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.storage.central.accounts import CentralAccounts

CHEAP = "pbkdf2:sha256:1"
"""A method that costs nothing: what is tried many times."""


def accounts_at(url: str, device: UUID | None = None, **more: Any) -> CentralAccounts:
    """Return the ``Accounts`` of a station with the address *url*."""
    return CentralAccounts(
        url, device=DeviceId(device or uuid4()), station_name="Station 7", version="1.5.0", **more
    )


def person(url: str, username: str, password: str = "pw", **columns: Any) -> int:
    """Make an account with a cheap hash, and return its id."""
    values = {
        "username": username,
        "email": f"{username}@x.invalid",
        "password_hash": generate_password_hash(password, CHEAP),
        "role": "biller",
        "verified": True,
        **columns,
    }
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    made = query(url, f'INSERT INTO "user" ({names}) VALUES ({places}) RETURNING id', *values.values())
    return int(made[0]["id"])


def badge(url: str, user_id: int, code: str, **columns: Any) -> UUID:
    """Give somebody the badge with *code*, and return its number."""
    values = {
        "user_id": user_id,
        "code_hash": hashlib.sha256(code.encode()).digest(),
        "made_by": "meena",
        **columns,
    }
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    made = query(
        url, f"INSERT INTO station.badge ({names}) VALUES ({places}) RETURNING id::text", *values.values()
    )
    return UUID(made[0]["id"])


def pin(url: str, user_id: int, digits: str) -> None:
    """Give somebody the PIN *digits*."""
    query(
        url,
        "INSERT INTO station.pin (user_id, pin_hash, set_by) VALUES (%s, %s, 'meena')",
        user_id,
        generate_password_hash(digits, CHEAP),
    )


def audit(url: str) -> list[tuple[str, int | None]]:
    """Return actions and users of the audit, oldest first."""
    rows = query(url, "SELECT action, user_id FROM audit_log ORDER BY id")
    return [(row["action"], row["user_id"]) for row in rows]
