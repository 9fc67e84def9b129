"""``db check``: what the centre lacks, and what in it is odd. Changes nothing, and works on every shape.

Needs the owner's rights. Each question about rows is one pass over a table, and brings back few of them.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from traitortrack_desktop.storage.central.check_report import LEDGER_RULES, CentreReport
from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.feed_triggers import FEED_TRIGGERS
from traitortrack_desktop.storage.central.found_shape import FoundShape, found_shape, holds_web_tables
from traitortrack_desktop.storage.central.posting_needs import (
    FILLED_BY_STATIONS,
    missing_things,
    unfit_columns,
    unwritable_audit,
)
from traitortrack_desktop.storage.central.recount import (
    Difference,
    site_capacity,
    wrong_bills,
    wrong_parents,
    wrong_returns,
)
from traitortrack_desktop.storage.central.rows_in_the_way import questions_in_the_way
from traitortrack_desktop.storage.central.rows_to_decide import (
    NAMED_FOR_PEOPLE,
    QUESTIONS,
    SCANS_OF_NOTHING,
    Answer,
    Question,
    ask,
)
from traitortrack_desktop.storage.central.sequences import sequences_behind
from traitortrack_desktop.storage.central.shape_in_words import in_words
from traitortrack_desktop.storage.central.station_functions import function_names, functions_digest
from traitortrack_desktop.storage.central.stations_to_check import stations_found
from traitortrack_desktop.storage.central.unique_rules import substitute_of
from traitortrack_desktop.storage.central.upgrade import (
    FUNCTIONS_SETTING,
    expected_version,
    has_station_role,
    schema_version,
)
from traitortrack_desktop.storage.central.web_schema import schemas_with_tables
from traitortrack_desktop.storage.central.web_shape import Index, WebShape, wanted_shape

_STATISTICS = re.compile(r"(bag|scan|bill|user)_(insert|update|delete)_trigger")
_IMPLIED = {
    "uq_parent_child": "link_child_bag_id_unique",
    "uq_bill_bag_new": "station_bill_bag_one_bill",
}
"""Rules that hold wherever another does."""

_LEDGER_INDEXES = text("""
    SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relnamespace = to_regnamespace('station') AND i.indisunique AND i.indisvalid
""")
_FUNCTIONS = text("SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = to_regnamespace('station')")
_DIGEST = text("SELECT value #>> '{}' FROM station.setting WHERE name = :name")
_ADMINISTRATORS = text("""SELECT count(*) FROM "user" WHERE role = 'admin'""")
_DURABILITY = text("""
    SELECT name FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name
""")
_BAGS = text("SELECT count(*) FROM bag")
_LOWER_CASE = text("SELECT count(*) FROM bag WHERE qr_id <> upper(qr_id)")

Result = TypeVar("Result")
Otherwise = TypeVar("Otherwise")


def check(url: str, web_schema: str | None = None) -> CentreReport:
    """Examine the database at *url*, with its owner's rights. Raises the errors of ``services.ports``.

    *web_schema* names the schema of the web application's tables where several hold such.
    """
    with owner_connection(url, web_schema) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        return _Examination(connection).report()


class _Examination:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._schema: str = connection.info["web_schema"]
        self._wanted: WebShape = wanted_shape()
        self._found: FoundShape = found_shape(connection, self._schema)
        self._not_looked_at: list[str] = []

    def report(self) -> CentreReport:
        """Look at everything."""
        there = holds_web_tables(table.name for table in self._found.tables)
        rows = self._rows() if there else {}
        return CentreReport(
            server_version=str(self._connection.scalar(text("SHOW server_version"))),
            schema_version=schema_version(self._connection),
            expected_version=expected_version(),
            web_schema=self._schema,
            empty=not there,
            other_schemas=tuple(
                name for name in schemas_with_tables(self._connection) if name != self._schema
            ),
            waits_not_for_the_disk=tuple(self._connection.scalars(_DURABILITY)),
            **self._shape(),
            **self._own_things(),
            **rows,
            found=in_words(self._found, f"{self._count('bag', _BAGS):,}"),
            not_looked_at=tuple(self._not_looked_at),
        )

    # -- tables

    def _shape(self) -> dict[str, Any]:
        """Return what the web application's tables have and have not, whoever uses it."""
        found, wanted = self._found, self._wanted
        unique = [x for x in wanted.unique_indexes if found.table(x.table) is not None and not found.has(x)]
        return {
            "missing_tables": found.missing_tables(wanted),
            "missing_columns": found.missing_columns(wanted),
            "missing_for_stations": missing_things(found),
            "unfit_columns": unfit_columns(found),
            "unwritable_audit": unwritable_audit(found),
            "missing_indexes": tuple(sorted(x.name for x in wanted.plain_indexes if not found.has(x))),
            "broken_indexes": tuple(index.name for index in found.indexes if not index.valid),
            "missing_unique": (
                *(index.name for index in unique),
                *sorted(set(LEDGER_RULES) - set(self._connection.scalars(_LEDGER_INDEXES))),
            ),
            "unique_for_stations": tuple(x.name for x in unique if x.table in FILLED_BY_STATIONS),
            "substituted": tuple(index.name for index in unique if self._is_substituted(index)),
            "codes_unique_as_written": found.codes_are_unique,
            "missing_rules": self._missing_rules(),
        }

    def _is_substituted(self, index: Index) -> bool:
        if substitute_of(self._found, index) is not None:
            return True
        implied = _IMPLIED.get(index.name)
        rules = self._wanted.unique_indexes
        return any(self._is_substituted(other) for other in rules if other.name == implied)

    def _missing_rules(self) -> tuple[str, ...]:
        checks = {found.name for found in self._found.checks}
        return (
            *(
                rule.name
                for rule in self._wanted.checks
                if self._found.table(rule.table) is not None and rule.name not in checks
            ),
            *(
                f"reference of {key.table}.{key.column} to {key.target}"
                for key in self._wanted.foreign_keys
                if key.column in self._found.columns_of(key.table) and self._found.reference(key) is None
            ),
        )

    # -- what db upgrade makes

    def _own_things(self) -> dict[str, Any]:
        functions = set(self._connection.scalars(_FUNCTIONS))
        there = {(found.table, found.name): found.enabled for found in self._found.triggers}
        feed = [trigger for trigger in FEED_TRIGGERS if self._found.table(trigger.table) is not None]
        return {
            "missing_functions": tuple(name for name in function_names() if name not in functions),
            "functions_match": self._functions_match(),
            "missing_triggers": tuple(x.name for x in feed if (x.table, x.name) not in there),
            "disabled_triggers": tuple(x.name for x in feed if not there.get((x.table, x.name), True)),
            "statistics_triggers": tuple(
                sorted(x.name for x in self._found.triggers if x.row_wise and _STATISTICS.fullmatch(x.name))
            ),
            "station_role": has_station_role(self._connection),
            "stations": stations_found(self._connection),
        }

    def _functions_match(self) -> bool | None:
        if self._connection.scalar(text("SELECT to_regclass('station.setting')")) is None:
            return None
        return bool(self._connection.scalar(_DIGEST, {"name": FUNCTIONS_SETTING}) == functions_digest())

    # -- rows

    def _rows(self) -> dict[str, Any]:
        connection, look = self._connection, self._look
        parents = look("counts of parent bags were not compared", partial(wrong_parents, connection), ())
        bills = look("totals of bills were not compared", partial(wrong_bills, connection), ())
        returns = look("figures of returns were not compared", partial(wrong_returns, connection), ())
        numbers = partial(sequences_behind, connection, self._schema)
        behind = look("numbers for new rows were not compared", numbers, ())
        administrators = partial(self._count, "user", _ADMINISTRATORS)
        lower_case = partial(self._count, "bag", _LOWER_CASE)
        return {
            "sequences_behind": tuple(found.code for found in behind),
            "administrators": look("administrators were not looked for", administrators, 0),
            "lower_case_codes": look("lower-case codes were not looked for", lower_case, 0),
            "wrong_parent_counts": _codes(parents),
            "wrong_parents": len(parents),
            "wrong_bill_totals": _codes(bills),
            "wrong_bills": len(bills),
            "wrong_return_figures": _codes(returns),
            "wrong_returns": len(returns),
            "to_decide": self._answers(
                *questions_in_the_way(self._found, self._wanted),
                *(question for question in QUESTIONS if question.rule is None),
            ),
            "for_information": self._answers(SCANS_OF_NOTHING),
        }

    def _answers(self, *questions: Question) -> tuple[Answer, ...]:
        capacity = site_capacity(self._connection)
        asked = (
            self._look(
                f"{question.found} were not looked for",
                partial(ask, self._connection, question, capacity=capacity, most=NAMED_FOR_PEOPLE),
                None,
            )
            for question in questions
        )
        return tuple(answer for answer in asked if answer is not None and answer.count)

    def _count(self, table: str, question: Any) -> int:
        return int(self._connection.scalar(question) or 0) if self._found.table(table) else 0

    def _look(self, what: str, look: Callable[[], Result], otherwise: Otherwise) -> Result | Otherwise:
        """Return what *look* finds; a shape that it cannot ask leaves that out and is not the end."""
        try:
            with self._connection.begin_nested():
                return look()
        except ProgrammingError as error:
            said = what[:1].lower() + what[1:]
            self._not_looked_at.append(f"{said}: db upgrade has to add {self._lacks(error)} first")
            return otherwise

    def _lacks(self, error: ProgrammingError) -> str:
        """Return which table or column the server missed; in whatever language it says so, it names that."""
        missing = (*self._found.missing_columns(self._wanted), *self._found.missing_tables(self._wanted))
        words = set(re.findall(r"\w+", str(error.orig).partition("\n")[0]))
        named = [name for name in missing if name.rpartition(".")[2] in words]
        return " and ".join(named) or "what it needs"


def _codes(differences: tuple[Difference, ...]) -> tuple[str, ...]:
    return tuple(sorted(difference.code for difference in differences)[:NAMED_FOR_PEOPLE])
