"""Database accounts for stations: they may call the station's functions and do nothing else.

Needs the address of an owner who may make roles.
"""

from typing import cast

from psycopg2.extensions import connection as RawConnection  # noqa: N812
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Composable, Identifier, Literal
from sqlalchemy import text

from traitortrack_desktop.storage.central.engine import LOCK_SECONDS, STATEMENT_SECONDS, owner_connection
from traitortrack_desktop.storage.central.upgrade import STATION_ROLE

CONNECTION_LIMIT = 5
IDLE_IN_TRANSACTION_SECONDS = 10


def create_station_login(url: str, name: str, password: str) -> None:
    """Make the role *name*, or give it a new password.

    The password itself is never sent: the server gets the SCRAM verifier that it would store.
    Raises the errors of ``services.ports``.
    """
    with owner_connection(url) as connection:
        there = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
        raw = cast(RawConnection, connection.connection.driver_connection)
        verifier = encrypt_password(password, name, raw, "scram-sha-256")
        with raw.cursor() as cursor:
            for statement in _statements("ALTER" if there else "CREATE", name, verifier):
                cursor.execute(statement)


def _statements(act: str, name: str, verifier: str) -> list[Composable]:
    role = Identifier(name)
    limits = {
        "lock_timeout": LOCK_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    made = SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT {} PASSWORD {}")
    return [
        made.format(SQL(act), role, Literal(CONNECTION_LIMIT), Literal(verifier)),
        SQL("GRANT {} TO {}").format(Identifier(STATION_ROLE), role),
        *(
            SQL("ALTER ROLE {} SET {} = {}").format(role, Identifier(setting), Literal(f"{seconds}s"))
            for setting, seconds in limits.items()
        ),
    ]
