"""``db upgrade``: makes or completes the centre's schema, by additions only. Safe to repeat."""

from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.sql_files import run_file
from traitortrack_desktop.storage.central.web_schema import SETTING

STATION_ROLE = "traitortrack_station"
_LOCK_KEY = 7_406_120_041
"""Two upgrades take turns; far above the keys that the web application locks."""

_ANALYZED = ("bag", "link", "bill", "bill_bag", "scan")
_REMEMBER_SCHEMA = text(
    "INSERT INTO station.setting (name, value) VALUES (:name, to_jsonb(CAST(:schema AS text)))"
    " ON CONFLICT (name) DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeReport:
    """What an upgrade did. *before* is ``None`` when the station had never been here."""

    before: str | None
    after: str
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def upgrade(url: str, *, web_schema: str | None = None) -> UpgradeReport:
    """Bring the database at *url* to this program's schema, in one transaction.

    *web_schema* names the schema of the web application's tables where several hold such.
    Raises ``CentreUnreachableError``, ``CentreMismatchError`` (the account may not make tables), or
    ``UnusableAddressError``.
    """
    with owner_connection(url, web_schema) as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS station"))
        before = schema_version(connection)
        command.upgrade(_config(connection), "head")
        connection.execute(_REMEMBER_SCHEMA, {"name": SETTING, "schema": connection.info["web_schema"]})
        make_functions(connection)
        run_file(connection, "grants.sql")
        for table in _ANALYZED:
            _analyze(connection, table)
        notes = () if _has_station_role(connection) else (f"the role {STATION_ROLE} could not be made",)
        after = schema_version(connection)
    assert after is not None
    return UpgradeReport(before=before, after=after, notes=notes)


def make_functions(connection: Connection) -> None:
    """Make every function of the station's schema anew, so that each is written down once.

    They may name one another in any order: their bodies are not looked into before all are there.
    """
    connection.execute(text("SET LOCAL check_function_bodies = off"))
    for file in sorted(Path(str(resources.files(__package__).joinpath("functions"))).glob("*.sql")):
        run_file(connection, f"functions/{file.name}")


def schema_version(connection: Connection) -> str | None:
    """Return the step that the database stands at, ``None`` before the first."""
    there = connection.execute(text("SELECT to_regclass('station.alembic_version')")).scalar()
    if there is None:
        return None
    return connection.execute(text("SELECT version_num FROM station.alembic_version")).scalar()


def expected_version() -> str:
    """Return the last step that this program knows."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert head is not None
    return head


def _config(connection: Connection | None) -> Config:
    config = Config()
    folder = Path(str(resources.files(__package__).joinpath("migrations")))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _has_station_role(connection: Connection) -> bool:
    found = connection.execute(
        text("SELECT count(*) FROM pg_roles WHERE rolname = :name"), {"name": STATION_ROLE}
    )
    return bool(found.scalar_one())


def _analyze(connection: Connection, table: str) -> None:
    """Give the planner figures for the new indexes; figures of an empty table would mislead it."""
    if connection.execute(text(f"SELECT EXISTS (SELECT FROM {table})")).scalar():  # noqa: S608 - our own names
        connection.execute(text(f"ANALYZE {table}"))
