"""The states in which the web application may have left the central database, and how to make them.

A shape is a list of steps, each a small SQL file in ``shapes/`` that the web application's own history is
retold in. Used by ``run_centre`` and by the ordinary tests.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from centre.faults import LeftOut, blow_up, fill
from fakes.plain_address import plain
from psycopg2 import sql

FOLDER = Path(__file__).with_name("shapes")
DECIDED = Path(__file__).with_name("decided.sql")
WEB_OWNER = "web_owner"

_OCTOBER = ("october_tables", "old_tables", "statistics_cache")
_NOVEMBER = (
    "october_tables",
    "statistics_cache",
    "one_code_whatever_its_case",
    "account_columns",
    "november_rules",
)
_DECEMBER = (*_NOVEMBER, "linked_parent_count", "legacy_columns_dropped", "fast_scan_indexes", "returns")
_JANUARY = (*_DECEMBER, "index_sync")

_ONE_CODE = frozenset({"codes_that_differ_in_case", "the_same_code_twice"})
_ONE_PARENT = frozenset({"child_in_two_parents"})
_NO_NEGATIVES = frozenset({"negative_bag_weight", "negative_bill_weight", "negative_expected_weight"})
_SEQUENCES_BEHIND = "sequences_behind"
_OF_ONE_SHAPE = frozenset({_SEQUENCES_BEHIND, "left_by_killed_upgrades", "biller_whom_nobody_knows"})
_BEFORE_OCTOBER_ENDED = frozenset({"locked_out"})
_BEFORE_DECEMBER = frozenset({"wrong_linked_parent_count", "returned_bags"})
_AFTER_NOVEMBER = frozenset({"legacy_columns"}) | _ONE_CODE | _ONE_PARENT | _NO_NEGATIVES


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A state of the database.

    *schemas* get the same tables each; ``public`` stays empty when it is not among them. *forbidden* are
    the faults that the shape's own tables refuse. *owner*: the tables belong to an ordinary account, and
    the web application works with it; *upgraded_by_owner*: stations are set up with that account too.
    *leftover*: an index that was being made when somebody gave up. *without*: the faults that are not made
    in it.
    """

    name: str
    steps: tuple[str, ...]
    forbidden: frozenset[str]
    schemas: tuple[str, ...] = ("public",)
    owner: str | None = None
    upgraded_by_owner: bool = False
    leftover: str | None = None
    without: frozenset[str] = _OF_ONE_SHAPE

    @property
    def schema(self) -> str:
        """The schema whose tables the stations are to work with."""
        return self.schemas[0]

    @property
    def sequences_behind(self) -> bool:
        """Whether the next numbers of new rows are taken, as after rows were copied in with their numbers."""
        return _SEQUENCES_BEHIND not in self.without

    @property
    def has_triggers(self) -> bool:
        """Whether every row changes the one row of figures."""
        return "statistics_triggers" in self.steps


SHAPES = (
    Shape(
        name="october_2025",
        steps=(*_OCTOBER, "statistics_triggers"),
        forbidden=_BEFORE_DECEMBER | _BEFORE_OCTOBER_ENDED | {"the_same_code_twice", "notes"},
    ),
    Shape(
        name="october_broken_off",
        steps=(*_OCTOBER, "broken_off_migration"),
        forbidden=_BEFORE_DECEMBER | _BEFORE_OCTOBER_ENDED | {"notes"},
        leftover="CREATE UNIQUE INDEX CONCURRENTLY idx_bag_qr_id_unique_ci ON bag (upper(qr_id))",
    ),
    Shape(
        name="october_by_hand",
        steps=("october_tables", "statistics_cache", "statistics_triggers", "by_hand"),
        schemas=("production",),
        forbidden=_BEFORE_DECEMBER | _BEFORE_OCTOBER_ENDED | {"the_same_code_twice", "notes"},
        leftover="CREATE UNIQUE INDEX CONCURRENTLY idx_bag_qr_id_unique_ci ON bag (upper(qr_id))",
        without=frozenset({_SEQUENCES_BEHIND, "negative_bill_weight"}),
    ),
    Shape(
        name="november_2025",
        steps=_NOVEMBER,
        forbidden=_BEFORE_DECEMBER | _ONE_CODE | _ONE_PARENT | _NO_NEGATIVES,
        owner=WEB_OWNER,
    ),
    Shape(name="december_2025", steps=(*_DECEMBER, "statistics_triggers"), forbidden=_AFTER_NOVEMBER),
    Shape(
        name="january_2026",
        steps=_JANUARY,
        forbidden=_AFTER_NOVEMBER,
        owner=WEB_OWNER,
        upgraded_by_owner=True,
    ),
    Shape(
        name="create_all",
        steps=("create_all_tables", "returns"),
        forbidden=frozenset({"the_same_code_twice", "legacy_columns"}),
    ),
    Shape(
        name="no_statistics",
        steps=(*_JANUARY, "statistics_dropped"),
        forbidden=_AFTER_NOVEMBER | {"stale_statistics"},
    ),
    Shape(
        name="production_schema",
        steps=_DECEMBER,
        schemas=("production",),
        forbidden=_AFTER_NOVEMBER,
        owner=WEB_OWNER,
    ),
    Shape(
        name="two_schemas",
        steps=_DECEMBER,
        schemas=("production", "development"),
        forbidden=_AFTER_NOVEMBER,
    ),
    Shape(
        name="copied_in",
        steps=_JANUARY,
        forbidden=_AFTER_NOVEMBER,
        without=_OF_ONE_SHAPE - {_SEQUENCES_BEHIND},
    ),
)


@contextmanager
def owner_cursor(url: str, schema: str | None = None, *, autocommit: bool = False) -> Iterator[Any]:
    """Yield a cursor at *url* to which bare table names mean those of *schema*; commits at the end."""
    with closing(psycopg2.connect(plain(url))) as connection:
        connection.autocommit = autocommit
        with connection.cursor() as cursor:
            if schema is not None:
                cursor.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
            yield cursor
        if not autocommit:
            connection.commit()


_STATION_ROLE = """
    DO $$
    BEGIN
        IF to_regrole('traitortrack_station') IS NULL THEN
            CREATE ROLE traitortrack_station NOLOGIN;
        END IF;
    END
    $$
"""
"""An account that may not make roles is helped by an administrator, as ``db upgrade`` asks."""


def build(url: str, shape: Shape) -> None:
    """Make the empty tables of *shape* in the empty database at *url*; its owner role must be there."""
    for schema in shape.schemas:
        with owner_cursor(url, schema) as cursor:
            name = sql.Identifier(schema)
            cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            if shape.owner is not None:
                role = sql.Identifier(shape.owner)
                cursor.execute(sql.SQL("GRANT ALL ON SCHEMA {} TO {}").format(name, role))
                cursor.execute("SELECT current_database()")
                database = sql.Identifier(cursor.fetchone()[0])
                if shape.upgraded_by_owner:
                    cursor.execute(_STATION_ROLE)
                    cursor.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, role))
                cursor.execute(sql.SQL("SET ROLE {}").format(role))
            for step in shape.steps:
                cursor.execute((FOLDER / f"{step}.sql").read_text("utf-8"))


def fill_with_faults(url: str, shape: Shape, bags: int = 0) -> tuple[LeftOut, ...]:
    """Fill the tables of *shape* with faults, and with *bags* sound bags; return the faults left out."""
    left_out: tuple[LeftOut, ...] = ()
    for schema in shape.schemas:
        with owner_cursor(url, schema) as cursor:
            if bags:
                blow_up(cursor, bags)
            left_out = fill(cursor, without=shape.without)
    if shape.leftover is not None:
        _leave_over(url, shape.schema, shape.leftover)
    return left_out


def _leave_over(url: str, schema: str, statement: str) -> None:
    with owner_cursor(url, schema, autocommit=True) as cursor:
        try:
            cursor.execute(statement)
        except psycopg2.errors.UniqueViolation:
            return
    raise AssertionError(f"nothing was left over by {statement}")


def make_web_owner(url: str, password: str) -> None:
    """Make the ordinary account that owns the web application's tables, once for each server."""
    with owner_cursor(url) as cursor:
        role = sql.Identifier(WEB_OWNER)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_OWNER])
        act = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        cursor.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(act, role, sql.Literal(password)))
