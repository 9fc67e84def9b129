"""``db upgrade``: makes or completes the centre's schema, by additions only.

A series of steps, each safe to repeat and to break off, while stations and the web application work:
find the web application's tables; add tables and columns they lack; make the station's own schema; add
indexes, rules and triggers; refresh the planner's figures. No step keeps anybody waiting for a second.
Needs a direct connection: behind a pooler in transaction mode two upgrades could not take turns.
"""

from importlib import resources
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg2 import Error as DriverError
from sqlalchemy import Connection, Engine, text

from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.engine import owner_engine
from traitortrack_desktop.storage.central.finding_indexes import add_finding_indexes
from traitortrack_desktop.storage.central.found_shape import FoundShape, holds_web_tables
from traitortrack_desktop.storage.central.quiet_changes import PATIENCE_SECONDS, QuietChanges, Tell
from traitortrack_desktop.storage.central.shape_in_words import in_words
from traitortrack_desktop.storage.central.sql_files import run_file
from traitortrack_desktop.storage.central.station_functions import functions_digest, make_functions
from traitortrack_desktop.storage.central.statistics import unblock_statistics
from traitortrack_desktop.storage.central.turns import UPGRADE, my_turn
from traitortrack_desktop.storage.central.upgrade_report import Findings, UpgradeReport
from traitortrack_desktop.storage.central.web_completion import add_rules, add_tables_and_columns
from traitortrack_desktop.storage.central.web_schema import SETTING, require_rights, use_web_schema
from traitortrack_desktop.storage.central.web_shape import WebShape, wanted_shape

STATION_ROLE = "traitortrack_station"
FUNCTIONS_SETTING = "functions"
CODES_SETTING = "bag_codes"

_SOON_COUNTED = 100_000
_FIGURES = (
    "Stored counts and totals were left as they are, and a new bill.linked_parent_count says 0:"
    " db audit tells what is wrong, db audit --repair mends it."
)
_ANALYZED = ("bag", "link", "bill", "bill_bag", "scan")
_INCARNATION = text("""
    INSERT INTO station.setting (name, value) VALUES ('incarnation', to_jsonb(CAST(:value AS text)))
    ON CONFLICT (name) DO NOTHING
""")
_REMEMBER = text("""
    INSERT INTO station.setting AS s (name, value) VALUES (:name, to_jsonb(CAST(:value AS text)))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE s.value <> excluded.value
""")


class NewerCentreError(CentreMismatchError):
    """The centre was upgraded by a newer program than this one. Nothing was changed."""


def upgrade(
    url: str,
    *,
    web_schema: str | None = None,
    unblock: bool = False,
    tell: Tell = lambda _: None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> UpgradeReport:
    """Bring the database at *url* to this program's schema, in steps.

    *web_schema* names the schema of the web application's tables where several hold such. *unblock* also
    replaces its statistics triggers. *tell* gets sentences while something is waited for; a table that
    others hold for *patience_seconds* raises ``TableBusyError``. Raises ``CentreUnreachableError``,
    ``CentreMismatchError`` (the account may not make tables, or the centre is newer than this program), or
    ``UnusableAddressError``; what was done before stays done.
    """
    with owner_engine(url) as engine, my_turn(engine, UPGRADE, tell):
        before, schema = _look(engine, web_schema)
        changes = QuietChanges(engine, schema, tell=tell, patience_seconds=patience_seconds)
        try:
            return _Upgrade(changes, before).run(unblock=unblock)
        finally:
            changes.close()


class _Upgrade:
    def __init__(self, changes: QuietChanges, before: str | None) -> None:
        self._changes = changes
        self._before = before
        self._wanted: WebShape = wanted_shape()
        self._findings = Findings()

    def run(self, *, unblock: bool) -> UpgradeReport:
        found = self._changes.shape()
        there = holds_web_tables(table.name for table in found.tables)
        words = in_words(found, self._number_of_bags(found))
        if there:
            add_tables_and_columns(self._changes, self._wanted, self._findings)
            if self._before is None:
                self._findings.notes.append(_FIGURES)
        after = self._changes.at_once(self._make_own_schema, about="the station's schema")
        if not has_station_role(self._changes.connection):
            self._findings.notes.append(
                f"The role {STATION_ROLE} could not be made: let an account that may make roles upgrade."
            )
        add_rules(self._changes, self._wanted, self._findings)
        add_finding_indexes(self._changes, self._findings)
        self._changes.at_once(self._remember_codes, about="the station's settings")
        self._analyze()
        statistics = unblock_statistics(self._changes) if unblock else None
        return UpgradeReport(
            before=self._before,
            after=after,
            web_schema=self._changes.schema,
            found=words,
            added=tuple(self._findings.added) if there else self._everything(),
            from_nothing=not there,
            not_added=tuple(self._findings.not_added),
            to_decide=tuple(self._findings.to_decide),
            statistics=statistics,
            notes=tuple(self._findings.notes),
        )

    def _make_own_schema(self, connection: Connection) -> str:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS station"))
        command.upgrade(_config(connection), "head")
        self._remember(connection, SETTING, self._changes.schema)
        connection.execute(_INCARNATION, {"value": uuid4().hex})
        make_functions(connection)
        run_file(connection, "grants.sql")
        self._remember(connection, FUNCTIONS_SETTING, functions_digest())
        self._remember_codes(connection)
        after = schema_version(connection)
        assert after is not None
        return after

    def _everything(self) -> tuple[str, ...]:
        """Return what an empty database got, in brief."""
        return tuple(f"table {name}" for name in self._wanted.table_names)

    def _remember_codes(self, connection: Connection) -> None:
        """Tell posting whether stations have to take turns in making bags."""
        unique = self._changes.shape_seen_by(connection).codes_are_unique
        self._remember(connection, CODES_SETTING, "unique" if unique else "serialised")

    def _remember(self, connection: Connection, name: str, value: str) -> None:
        connection.execute(_REMEMBER, {"name": name, "value": value})

    def _number_of_bags(self, found: FoundShape) -> str:
        """Return how many bags there are, from the server's own figures if it has any."""
        table = found.table("bag")
        if table is None:
            return "no"
        if table.rows > _SOON_COUNTED:
            return f"about {table.rows:,.0f}"
        counted = self._changes.ask("SELECT count(*) AS bags FROM bag")
        return f"{counted[0].bags:,}"

    def _analyze(self) -> None:
        """Give the planner figures for the new indexes; figures of an empty table would mislead it."""
        for table in _ANALYZED:
            if not self._changes.ask(f"SELECT FROM {table} LIMIT 1"):
                continue
            try:
                self._changes.beside_others(f"ANALYZE public.{table}", about=f"the table {table}")
            except DriverError as error:
                if error.pgcode is None:
                    raise
                self._findings.notes.append(f"The planner's figures of {table} could not be refreshed.")


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


def has_station_role(connection: Connection) -> bool:
    """Whether stations can be given fewer rights than the owner's."""
    statement = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
    return bool(connection.scalar(statement, {"name": STATION_ROLE}))


def _look(engine: Engine, web_schema: str | None) -> tuple[str | None, str]:
    """Return where the database stands and where its tables are, or refuse before anything is changed."""
    with engine.begin() as connection:
        version, known = schema_version(connection), expected_version()
        if version is not None and version > known:
            raise NewerCentreError(
                f"this centre is at schema {version}, and this program knows {known}: a newer program"
                " upgraded it; nothing was changed, use that one (stations of this version go on working)"
            )
        schema = use_web_schema(connection, web_schema)
        require_rights(connection, schema, wanted_shape().table_names)
        return version, schema


def _config(connection: Connection | None) -> Config:
    config = Config()
    folder = Path(str(resources.files(__package__).joinpath("migrations")))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
