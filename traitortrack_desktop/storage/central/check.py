"""``db check``: what the centre lacks, and what in it is odd. Changes nothing, and works on every shape.

Needs the owner's rights. Each question about rows is one pass over a table, and brings back few of them.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import ProgrammingError

from traitortrack_desktop.storage.central.check_report import LEDGER_RULES, MOST_NAMED, CentreReport
from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.feed_triggers import FEED_TRIGGERS
from traitortrack_desktop.storage.central.found_shape import FoundShape, found_shape
from traitortrack_desktop.storage.central.posting_needs import unfit_columns
from traitortrack_desktop.storage.central.recount import Difference, site_capacity, wrong_bills, wrong_parents
from traitortrack_desktop.storage.central.rows_in_the_way import Decision, rows_in_the_way
from traitortrack_desktop.storage.central.rows_to_decide import QUESTIONS, Question, ask
from traitortrack_desktop.storage.central.sequences import sequences_behind
from traitortrack_desktop.storage.central.shape_in_words import in_words
from traitortrack_desktop.storage.central.sql_files import for_web_schema
from traitortrack_desktop.storage.central.station_functions import function_names, functions_digest
from traitortrack_desktop.storage.central.unique_rules import substitute_of
from traitortrack_desktop.storage.central.upgrade import (
    FUNCTIONS_SETTING,
    expected_version,
    has_station_role,
    schema_version,
)
from traitortrack_desktop.storage.central.web_schema import schemas_with_tables
from traitortrack_desktop.storage.central.web_shape import WebShape, wanted_shape

_ASKED_ELSEWHERE = frozenset({"child_in_two_parents", "parent_on_two_bills", "codes_differing_in_case"})
_STATISTICS = re.compile(r"(bag|scan|bill|user)_(insert|update|delete)_trigger")

_LEDGER_INDEXES = text("""
    SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relnamespace = to_regnamespace('station') AND i.indisunique AND i.indisvalid
""")
_FUNCTIONS = text("SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = to_regnamespace('station')")
_DIGEST = text("SELECT value #>> '{}' FROM station.setting WHERE name = :name")
_ADMINISTRATORS = text("""SELECT count(*) FROM "user" WHERE role = 'admin'""")
_BAGS = text("SELECT count(*) FROM bag")
_LOWER_CASE = text("SELECT count(*) FROM bag WHERE qr_id <> upper(qr_id)")
_ODD_CODES = Question(
    name="odd_codes",
    found="codes that do not look like a code of their kind",
    advice="Stations do not take them when they are scanned: give those bags that are in use a label and the"
    " code that is on it.",
    statement=text("""
        SELECT jsonb_build_object('code', f.qr_id, 'type', f.type, 'id', f.id) AS item, f.total
        FROM (SELECT id, qr_id, type, count(*) OVER () AS total FROM bag
              WHERE CASE WHEN type = 'parent' THEN qr_id !~* '^(SB[0-9]{5}|M444-[0-9]{5})$'
                         ELSE qr_id !~* '^[A-Z0-9]{4,20}$' END
              ORDER BY id LIMIT :most) AS f ORDER BY f.id
    """),
)

Result = TypeVar("Result")
Otherwise = TypeVar("Otherwise")


def check(url: str) -> CentreReport:
    """Examine the database at *url*, with its owner's rights. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
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
        found, wanted = self._found, self._wanted
        tables = {table.name for table in found.tables}
        unique = tuple(index for index in wanted.unique_indexes if not found.has(index))
        version = schema_version(self._connection)
        parents = self._look("counts of parent bags", lambda: wrong_parents(self._connection), ())
        bills = self._look("totals of bills", lambda: wrong_bills(self._connection), ())
        bags = self._look("bags", lambda: self._number("bag", _BAGS), 0)
        to_decide = self._to_decide()
        return CentreReport(
            server_version=str(self._connection.scalar(text("SHOW server_version"))),
            schema_version=version,
            expected_version=expected_version(),
            web_schema=self._schema,
            found=in_words(found, f"{bags:,}"),
            other_schemas=tuple(
                name for name in schemas_with_tables(self._connection) if name != self._schema
            ),
            missing_tables=tuple(sorted(set(wanted.table_names) - tables)),
            missing_columns=tuple(
                f"{column.table}.{column.name}"
                for column in wanted.columns
                if column.table in tables and column.name not in found.columns_of(column.table)
            ),
            unfit_columns=unfit_columns(found),
            missing_indexes=tuple(sorted(x.name for x in wanted.plain_indexes if not found.has(x))),
            broken_indexes=tuple(index.name for index in found.indexes if not index.valid),
            missing_unique=(
                *(index.name for index in unique),
                *sorted(set(LEDGER_RULES) - set(self._connection.scalars(_LEDGER_INDEXES))),
            ),
            substituted=tuple(index.name for index in unique if self._is_substituted(index.name)),
            missing_rules=self._missing_rules(),
            missing_functions=self._missing_functions(),
            functions_match=self._functions_match(),
            **self._triggers(),
            sequences_behind=self._look(
                "numbers for new rows",
                lambda: tuple(x.code for x in sequences_behind(self._connection, self._schema)),
                (),
            ),
            station_role=has_station_role(self._connection),
            administrators=self._look("administrators", lambda: self._number("user", _ADMINISTRATORS), 0),
            lower_case_codes=self._look("codes", lambda: self._number("bag", _LOWER_CASE), 0),
            wrong_parent_counts=_codes(parents),
            wrong_parents=len(parents),
            wrong_bill_totals=_codes(bills),
            wrong_bills=len(bills),
            statistics_table="statistics_cache" in tables,
            to_decide=to_decide,
            not_looked_at=tuple(self._not_looked_at),
        )

    def _is_substituted(self, name: str) -> bool:
        index = next(index for index in self._wanted.unique_indexes if index.name == name)
        if substitute_of(self._found, index) is not None:
            return True
        implied = {
            "uq_parent_child": "link_child_bag_id_unique",
            "uq_bill_bag_new": "station_bill_bag_one_bill",
        }
        return name in implied and self._is_substituted(implied[name])

    def _missing_rules(self) -> tuple[str, ...]:
        checks = {found.name for found in self._found.checks}
        there = {table.name for table in self._found.tables}
        missing = [
            rule.name for rule in self._wanted.checks if rule.table in there and rule.name not in checks
        ]
        return (
            *missing,
            *(
                f"reference of {key.table}.{key.column} to {key.target}"
                for key in self._wanted.foreign_keys
                if key.column in self._found.columns_of(key.table) and self._found.reference(key) is None
            ),
        )

    def _missing_functions(self) -> tuple[str, ...]:
        there = set(self._connection.scalars(_FUNCTIONS))
        return tuple(name for name in function_names() if name not in there)

    def _functions_match(self) -> bool | None:
        if self._connection.scalar(text("SELECT to_regclass('station.setting')")) is None:
            return None
        return bool(self._connection.scalar(_DIGEST, {"name": FUNCTIONS_SETTING}) == functions_digest())

    def _triggers(self) -> dict[str, tuple[str, ...]]:
        there = {(found.table, found.name): found.enabled for found in self._found.triggers}
        feed = [trigger for trigger in FEED_TRIGGERS if self._found.table(trigger.table) is not None]
        return {
            "missing_triggers": tuple(x.name for x in feed if (x.table, x.name) not in there),
            "disabled_triggers": tuple(x.name for x in feed if not there.get((x.table, x.name), True)),
            "statistics_triggers": tuple(
                sorted(x.name for x in self._found.triggers if x.row_wise and _STATISTICS.fullmatch(x.name))
            ),
        }

    def _to_decide(self) -> tuple[Decision, ...]:
        kept_away = self._look(
            "rows that break rules", lambda: rows_in_the_way(self._rows, self._found, self._wanted), ()
        )
        questions = [question for question in QUESTIONS if question.name not in _ASKED_ELSEWHERE]
        odd = [
            self._look(question.name.replace("_", " "), partial(self._answer, question), None)
            for question in (_ODD_CODES, *questions)
        ]
        return (*kept_away, *(decision for decision in odd if decision is not None))

    def _answer(self, question: Question) -> Decision | None:
        values: dict[str, object] = {"most": MOST_NAMED}
        if ":capacity" in str(question.statement):
            values["capacity"] = site_capacity(self._connection)
        found = ask(self._connection, question, **values)
        if not found.count:
            return None
        return Decision(
            subject=question.name,
            what=question.found[:1].upper() + question.found[1:],
            total=found.count,
            rows=tuple(_label(item) for item in found.items),
            helps=question.advice,
        )

    def _rows(self, question: str) -> list[Row[Any]]:
        return list(self._connection.execute(text(for_web_schema(question, self._schema))))

    def _number(self, table: str, question: Any) -> int:
        return int(self._connection.scalar(question) or 0) if self._found.table(table) else 0

    def _look(self, what: str, look: Callable[[], Result], otherwise: Otherwise) -> Result | Otherwise:
        """Return what *look* finds; a shape that it cannot ask leaves that out and is not the end."""
        try:
            with self._connection.begin_nested():
                return look()
        except ProgrammingError:
            self._not_looked_at.append(f"{what}, before db upgrade has added what it needs")
            return otherwise


def _codes(differences: tuple[Difference, ...]) -> tuple[str, ...]:
    return tuple(sorted(difference.code for difference in differences)[:MOST_NAMED])


def _label(item: Mapping[str, Any]) -> str:
    said = [f"{name} {value}" for name, value in item.items() if value is not None and name != "since"]
    return ", ".join(said)
