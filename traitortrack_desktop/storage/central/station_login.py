"""Database accounts for stations: they may call the station's functions and do nothing else.

Needs the address of an owner who may make roles.
"""

from dataclasses import asdict, dataclass
from typing import Any, cast

from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection as RawConnection  # noqa: N812
from psycopg2.extensions import encrypt_password
from psycopg2.sql import SQL, Composable, Identifier, Literal
from sqlalchemy import Connection, text

from traitortrack_desktop.domain.accounts import StationAct
from traitortrack_desktop.storage.central.addresses import central_address
from traitortrack_desktop.storage.central.engine import LOCK_SECONDS, STATEMENT_SECONDS, owner_connection
from traitortrack_desktop.storage.central.station_rights import (
    beyond_a_station,
    is_station,
    lacking,
    open_to_everybody,
)
from traitortrack_desktop.storage.central.upgrade import STATION_ROLE, schema_version

_PLACEHOLDER = "PASSWORD"
CONNECTION_LIMIT = 5
IDLE_IN_TRANSACTION_SECONDS = 10
_LONGEST_NAME_BYTES = 63
_NO_ROLES = frozenset({"public", "none", "current_role", "current_user", "session_user", "user"})
_QUERY_FOR_STATIONS = frozenset({"host", "port", "sslmode", "target_session_attrs"})

_ROLE = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
_OWNERS = text("""
    SELECT rolname FROM pg_roles
    WHERE rolname IN (current_user, session_user)
       OR oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
       OR oid = (SELECT nspowner FROM pg_namespace WHERE nspname = 'station')
""")
_MAY_MAKE_ROLES = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
_MAY_GIVE = text("""
    SELECT pg_has_role(oid, 'USAGE WITH ADMIN OPTION')
           OR current_setting('server_version_num')::integer < 160000
    FROM pg_roles WHERE rolname = :name
""")
WITH_ITS_ACCOUNT = "db grant --revoke"
"""Who revoked a station that lost its right together with its account: granting again restores it."""

_OF_ROLE = text("""
    SELECT count(*) FILTER (WHERE problem IS NULL) FROM (
        SELECT station.change_station(NULL, :actor, :act, d.id, '{}') AS problem
        FROM station.device AS d
        WHERE d.role_name = :name
          AND CASE :act WHEN 'revoke' THEN d.revoked_at IS NULL ELSE d.revoked_by = :actor END
    ) AS changed
""")
_WORKING_STATIONS = text("""
    SELECT EXISTS (
        SELECT FROM station.device AS d WHERE d.role_name = :name AND to_jsonb(d) ->> 'revoked_at' IS NULL)
""")
_KNOWS_REVOKED_STATIONS = text("SELECT to_regclass('station.enrolment_code') IS NOT NULL")
_END_SESSIONS = text("""
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE usename = :name AND pid <> pg_backend_pid()
      AND (pg_has_role(usesysid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'))
""")


class StationLoginNotPossibleError(ValueError):
    """The role cannot be a station's; the text says why, and what to do."""


class UnsuitableRoleError(StationLoginNotPossibleError):
    """The name is at fault: it cannot be a station's, and another one could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLogin:
    """A role that may work as a station. *address* has ``PASSWORD`` where the password goes."""

    role: str
    made: bool
    """Whether it is new; else it has a new password."""
    address: str
    has_stations: bool = False
    """Whether a station of it is enrolled and not revoked: it needs no one-time code."""
    restored: int = 0
    """How many of its stations may go on, which were revoked together with it."""
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedLogin:
    """What was taken from a role: its open sessions, and the right of its stations."""

    sessions_ended: int
    stations_revoked: int


def create_station_login(url: str, name: str, password: str) -> StationLogin:
    """Make the role *name*, or give it a new password.

    The password itself is never sent: the server gets the SCRAM verifier that it would store.
    Raises :class:`StationLoginNotPossibleError` or the errors of ``services.ports``.
    """
    _require_name(name)
    with owner_connection(url) as connection:
        there = _require_possible(connection, name)
        raw = cast(RawConnection, connection.connection.driver_connection)
        verifier = encrypt_password(password, name, raw, "scram-sha-256")
        _run(connection, _statements("ALTER" if there else "CREATE", name, verifier, _database(connection)))
        missing = lacking(connection, name)
        if missing:
            raise StationLoginNotPossibleError(
                f"{name} would lack {missing}: run traitortrack-desktop db upgrade,"
                " and this again with the address of the database's owner"
            )
        restored = _change_stations(connection, name, StationAct.RESTORE)
        notes = open_to_everybody(connection)
        working = bool(connection.scalar(_WORKING_STATIONS, {"name": name}))
    return StationLogin(
        role=name,
        made=not there,
        address=_address(url, name),
        has_stations=working,
        restored=restored,
        notes=notes,
    )


def require_possible(url: str, name: str) -> None:
    """Raise what :func:`create_station_login` would, before anybody types a password."""
    _require_name(name)
    with owner_connection(url) as connection:
        _require_possible(connection, name)


def revoke_station_login(url: str, name: str) -> RevokedLogin:
    """Take a station's rights from *name* and from its stations, and end its sessions.

    Whatever else *name* may do, or has made meanwhile, does not keep it from being shut out. Everything
    posted stays. Granting again lets its stations go on, but those that were revoked before.
    Raises :class:`StationLoginNotPossibleError` or the errors of ``services.ports``.
    """
    _require_name(name)
    with owner_connection(url) as connection:
        _require_prepared(connection)
        if not _require_a_stations(connection, name):
            raise UnsuitableRoleError(f"there is no role {name}")
        _require_power(connection, name)
        role = Identifier(name)
        _run(
            connection,
            [
                SQL("REVOKE {} FROM {}").format(Identifier(STATION_ROLE), role),
                SQL("REVOKE CONNECT ON DATABASE {} FROM {}").format(Identifier(_database(connection)), role),
                SQL("ALTER ROLE {} NOLOGIN").format(role),
            ],
        )
        revoked = _change_stations(connection, name, StationAct.REVOKE)
    # Its open sessions have lost their rights by now; not everybody may end them as well.
    with owner_connection(url) as connection:
        ended = connection.scalar(_END_SESSIONS, {"name": name}) or 0
    return RevokedLogin(sessions_ended=ended, stations_revoked=revoked)


def _change_stations(connection: Connection, name: str, act: StationAct) -> int:
    """Revoke the stations of the role *name*, or restore those revoked with it; return how many."""
    if not connection.scalar(_KNOWS_REVOKED_STATIONS):
        return 0
    return connection.scalar(_OF_ROLE, {"name": name, "act": act, "actor": WITH_ITS_ACCOUNT}) or 0


def _require_name(name: str) -> None:
    if not name.isprintable() or name != name.strip() or not 1 <= len(name.encode()) <= _LONGEST_NAME_BYTES:
        raise UnsuitableRoleError(
            f"the name of a role is one line of at most {_LONGEST_NAME_BYTES} bytes without blanks around it"
        )
    if name.startswith("pg_") or name in _NO_ROLES or name == STATION_ROLE:
        raise UnsuitableRoleError(f"{name} is reserved; choose another name")


def _require_possible(connection: Connection, name: str) -> bool:
    """Return whether the role *name* is there already. Raises when it cannot become, or stay, a station's."""
    _require_prepared(connection)
    _require_stations_role(connection)
    _require_no_owner(connection, name)
    more = beyond_a_station(connection, name)
    if more:
        raise UnsuitableRoleError(f"{name} may do more than a station: it {more}; choose another name")
    there = _require_a_stations(connection, name)
    _require_power(connection, name if there else None)
    return there


def _require_prepared(connection: Connection) -> None:
    if schema_version(connection) is None:
        raise StationLoginNotPossibleError(
            f"the database {_database(connection)} is not prepared for stations: "
            "run traitortrack-desktop db upgrade first"
        )


def _require_stations_role(connection: Connection) -> None:
    """Raise unless there is a role that all stations are members of, with a station's rights and no more."""
    if not connection.scalar(_ROLE, {"name": STATION_ROLE}):
        raise StationLoginNotPossibleError(f"there is no role {STATION_ROLE}. {_how_to_make_it(connection)}")
    more = beyond_a_station(connection, STATION_ROLE)
    if more:
        raise StationLoginNotPossibleError(
            f"{STATION_ROLE} may do more than a station: it {more}; every station would: take that away first"
        )


def _how_to_make_it(connection: Connection) -> str:
    if connection.scalar(_MAY_MAKE_ROLES):
        return "traitortrack-desktop db upgrade makes it: run that, and this again"
    owner = _quoted(connection, _me(connection))
    return (
        "An administrator of the server types: "
        f"CREATE ROLE {STATION_ROLE}; GRANT {STATION_ROLE} TO {owner} WITH ADMIN OPTION; "
        f"ALTER ROLE {owner} CREATEROLE; then run traitortrack-desktop db upgrade and this again"
    )


def _require_a_stations(connection: Connection, name: str) -> bool:
    """Return whether the role *name* exists. Raises when it is somebody else's.

    A new password would lock another program out of the server.
    """
    _require_no_owner(connection, name)
    there = bool(connection.scalar(_ROLE, {"name": name}))
    if there and not is_station(connection, name):
        raise UnsuitableRoleError(f"{name} exists already and is no station's account: choose another name")
    return there


def _require_no_owner(connection: Connection, name: str) -> None:
    if name in set(connection.scalars(_OWNERS)):
        raise UnsuitableRoleError(f"{name} owns this database; choose another name")


def _require_power(connection: Connection, name: str | None) -> None:
    """Raise with what an administrator has to type when this account may not make or change the role."""
    owner = _quoted(connection, _me(connection))
    needed = [] if connection.scalar(_MAY_MAKE_ROLES) else [f"ALTER ROLE {owner} CREATEROLE;"]
    needed += [
        f"GRANT {_quoted(connection, role)} TO {owner} WITH ADMIN OPTION;"
        for role in (STATION_ROLE, name)
        if role is not None and not connection.scalar(_MAY_GIVE, {"name": role})
    ]
    if needed:
        raise StationLoginNotPossibleError(
            f"{owner} may not do this. An administrator of the server types: {' '.join(needed)}"
        )


def _run(connection: Connection, statements: list[Composable]) -> None:
    raw = cast(RawConnection, connection.connection.driver_connection)
    with raw.cursor() as cursor:
        try:
            for statement in statements:
                cursor.execute(statement)
        except InsufficientPrivilege as refusal:
            said = (refusal.diag.message_primary or "").strip()
            raise StationLoginNotPossibleError(
                f"the server refuses it ({said}): an administrator of the server has to run this command"
            ) from refusal


def _statements(act: str, name: str, verifier: str, database: str) -> list[Composable]:
    role = Identifier(name)
    limits = {
        "lock_timeout": LOCK_SECONDS,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    # What it must not be is left out: a new role is none of it, and others were refused before. From
    # PostgreSQL 16 on only who has such an attribute may even take it away.
    made = SQL("{} ROLE {} LOGIN INHERIT CONNECTION LIMIT {} PASSWORD {}")
    return [
        made.format(SQL(act), role, Literal(CONNECTION_LIMIT), Literal(verifier)),
        SQL("GRANT {} TO {}").format(Identifier(STATION_ROLE), role),
        SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Identifier(database), role),
        *(
            SQL("ALTER ROLE {} SET {} = {}").format(role, Identifier(setting), Literal(f"{seconds}s"))
            for setting, seconds in limits.items()
        ),
    ]


def _database(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_database()")))


def _me(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_user")))


def _quoted(connection: Connection, name: str) -> str:
    return str(connection.scalar(text("SELECT quote_ident(:name)"), {"name": name}))


def _address(url: str, name: str) -> str:
    """Return the address that a station gets, with a word where its password goes."""
    owner = central_address(url)
    others = [key for key in owner.query if key not in _QUERY_FOR_STATIONS]
    station = owner.difference_update_query(others).set(
        drivername="postgresql", username=name, password=_PLACEHOLDER
    )
    return station.render_as_string(hide_password=False)
