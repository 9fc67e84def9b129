"""``db check``: what the centre lacks, and what in it is odd. Changes nothing.

An owner sees everything; a station's account sees less, and the report says so.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, text

from traitortrack_desktop.storage.central.consistency import Consistency, consistency_of
from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.sql_files import read_file
from traitortrack_desktop.storage.central.upgrade import (
    STATION_ROLE,
    expected_version,
    schema_version,
)

_FIRST_STEP = "migrations/versions/0001_web_application_tables.sql"
FUNCTIONS = ("post_entries", "enrol_device", "account_for_sign_in", "record_sign_in")
UNIQUE_INDEXES = (
    "idx_bag_qr_id_unique_ci",
    "link_child_bag_id_unique",
    "uq_parent_child",
    "uq_bill_bag_new",
    "entry_pkey",
    "entry_sequence_unique",
)
"""What keeps two writers from making the same thing twice."""

_COLUMNS = text("""
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()
""")
_INDEXES = text("""
    SELECT c.relname, i.indisunique AND i.indisvalid
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname IN (current_schema(), 'station')
""")
_FUNCTIONS = text("""
    SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = 'station'
""")
_ADMINISTRATORS = text("""SELECT count(*) FROM "user" WHERE role = 'admin'""")
_STATISTICS_TRIGGERS = text("""
    SELECT tgname FROM pg_trigger
    WHERE NOT tgisinternal AND tgname ~ '^(bag|scan|bill|user)_(insert|update|delete)_trigger$'
    ORDER BY tgname
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreReport:
    """What the centre looks like. Codes that are odd are named, at most the first twenty."""

    server_version: str
    schema_version: str | None
    expected_version: str
    missing_tables: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    missing_indexes: tuple[str, ...] = ()
    missing_unique: tuple[str, ...] = ()
    missing_functions: tuple[str, ...] = ()
    station_role: bool = False
    administrators: int = 0
    children_in_two_parents: tuple[str, ...] = ()
    wrong_parent_counts: tuple[str, ...] = ()
    wrong_bill_totals: tuple[str, ...] = ()
    statistics_triggers: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps stations from working rightly, as sentences for IT."""
        version, expected = self.schema_version, self.expected_version
        found = (
            (version is None, "the station's schema is missing: run db upgrade"),
            (version is not None and version < expected, f"the schema is at {version}: run db upgrade"),
            (
                version is not None and version > expected,
                f"the schema is at {version}, newer than this program",
            ),
            (self.missing_tables, f"missing tables: {', '.join(self.missing_tables)}"),
            (self.missing_columns, f"missing columns: {', '.join(self.missing_columns)}"),
            (self.missing_unique, f"missing unique constraints: {', '.join(self.missing_unique)}"),
            (self.missing_functions, f"missing functions: {', '.join(self.missing_functions)}"),
        )
        return tuple(sentence for applies, sentence in found if applies)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd and does not keep stations from working, as sentences for IT."""
        found = (
            (self.missing_indexes, f"missing indexes: {', '.join(self.missing_indexes)}"),
            (
                not self.station_role,
                f"there is no role {STATION_ROLE}: stations cannot run with fewer rights",
            ),
            (self.administrators == 0, "there is no administrator"),
            (self.children_in_two_parents, f"in two parents: {', '.join(self.children_in_two_parents)}"),
            (self.wrong_parent_counts, f"wrong count or weight: {', '.join(self.wrong_parent_counts)}"),
            (self.wrong_bill_totals, f"wrong totals: {', '.join(self.wrong_bill_totals)}"),
            (self.statistics_triggers, "triggers make every scan wait for one row of statistics_cache"),
        )
        return tuple(sentence for applies, sentence in found if applies)

    @property
    def ok(self) -> bool:
        """Whether stations can work with this centre."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {**asdict(self), "ok": self.ok, "faults": self.faults, "remarks": self.remarks}


def check(url: str) -> CentreReport:
    """Examine the database at *url*, with its owner's rights. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        columns = {(row[0], row[1]) for row in connection.execute(_COLUMNS)}
        indexes = {row[0]: bool(row[1]) for row in connection.execute(_INDEXES)}
        functions = set(connection.scalars(_FUNCTIONS))
        wanted_columns, wanted_indexes = expected_columns(), expected_indexes()
        tables = {table for table, _ in columns}
        rows = _odd_rows(connection, {table for table, _ in wanted_columns} <= tables)
        return CentreReport(
            server_version=str(connection.scalar(text("SHOW server_version"))),
            schema_version=schema_version(connection),
            expected_version=expected_version(),
            missing_tables=tuple(sorted({table for table, _ in wanted_columns} - tables)),
            missing_columns=tuple(
                f"{table}.{column}" for table, column in sorted(wanted_columns - columns) if table in tables
            ),
            missing_indexes=tuple(sorted(wanted_indexes - indexes.keys())),
            missing_unique=tuple(name for name in UNIQUE_INDEXES if not indexes.get(name, False)),
            missing_functions=tuple(name for name in FUNCTIONS if name not in functions),
            station_role=_has_role(connection),
            administrators=connection.scalar(_ADMINISTRATORS) or 0 if "user" in tables else 0,
            children_in_two_parents=rows.children_in_two_parents[:20],
            wrong_parent_counts=rows.wrong_parents[:20],
            wrong_bill_totals=rows.wrong_bills[:20],
            statistics_triggers=tuple(connection.scalars(_STATISTICS_TRIGGERS)),
        )


def expected_columns() -> set[tuple[str, str]]:
    """Return table and column names of the web application's tables, read from the step that makes them."""
    script = read_file(_FIRST_STEP)
    found = set(re.findall(r'ALTER TABLE public\."?(\w+)"? ADD COLUMN IF NOT EXISTS (\w+)', script))
    for table, body in re.findall(r'CREATE TABLE IF NOT EXISTS public\."?(\w+)"? \((.*?)\n\);', script, re.S):
        found |= {(table, column) for column in re.findall(r'^ {4}"?([a-z]\w*)"? ', body, re.M)}
    return found


def expected_indexes() -> set[str]:
    """Return the names of the indexes that this program and the web application look things up by."""
    return set(re.findall(r"CREATE INDEX IF NOT EXISTS (\w+)", read_file(_FIRST_STEP)))


def _odd_rows(connection: Connection, readable: bool) -> Consistency:
    if not readable:
        return Consistency(wrong_parents=(), wrong_bills=(), children_in_two_parents=())
    return consistency_of(connection)


def _has_role(connection: Connection) -> bool:
    statement = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
    return bool(connection.scalar(statement, {"name": STATION_ROLE}))
