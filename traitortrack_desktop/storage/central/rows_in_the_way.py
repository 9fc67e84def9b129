"""Which rows keep a rule of uniqueness, a condition or a reference away from a table: questions about them.

No program can put them right: only people know which of them is true.
"""

from collections.abc import Iterable
from dataclasses import replace

from traitortrack_desktop.storage.central.found_shape import FoundShape
from traitortrack_desktop.storage.central.rows_to_decide import QUESTIONS, Question, rows_of
from traitortrack_desktop.storage.central.web_shape import Check, ForeignKey, Index, WebShape

_AGAIN = " Then run db upgrade again."
_CALLED = {"bag": ("Bags", "qr_id"), "bill": ("Bills", "bill_id")}
"""What people call the rows of these tables, and the column with the name of one."""


def against_uniqueness(index: Index) -> Question:
    """Ask for the rows that keep the unique *index* away."""
    for question in QUESTIONS:
        if question.rule == (index.table, index.keys):
            return replace(question, advice=question.advice + _AGAIN)
    keys = ", ".join(index.keys)
    given = " AND ".join(f"{key} IS NOT NULL" for key in index.keys)
    return Question(
        name=index.name,
        found=f"Rows of the table {index.table} with the same {keys.replace(', ', ' and ')}",
        advice=f"Keep one of each in the web application.{_AGAIN}",
        statement=rows_of(
            _as_item((*index.keys, "ids")),
            f"SELECT {keys}, array_to_string(array_agg(id ORDER BY id), ' and ') AS ids"  # noqa: S608 - our own text
            f' FROM "{index.table}" WHERE {given} GROUP BY {keys} HAVING count(*) > 1',
            keys,
        ),
    )


def against_check(check: Check) -> Question:
    """Ask for the rows that do not meet *check*."""
    column, _, limit = check.condition.partition(" ")
    called, code = _CALLED.get(check.table, (f"Rows of the table {check.table}", "id"))
    broken = f"with a negative {column}" if limit == ">= 0" else f"that break the rule {check.condition}"
    columns = dict.fromkeys((code, "id", column))
    return Question(
        name=check.name,
        found=f"{called} {broken}",
        advice=f"db audit --repair counts anew what can be counted; edit the others.{_AGAIN}",
        statement=rows_of(
            _as_item(columns),
            f'SELECT {", ".join(columns)} FROM "{check.table}" WHERE NOT ({check.condition})',  # noqa: S608
            "id",
        ),
    )


def against_reference(key: ForeignKey) -> Question:
    """Ask for the rows that refer to nothing by *key*."""
    return Question(
        name=f"{key.table}_{key.column}",
        found=f"Rows of the table {key.table} whose {key.column} is no id in the table {key.target}",
        advice=f"New rows are held to it; correct or empty the column in these.{_AGAIN}",
        statement=rows_of(
            _as_item(("id", key.column)),
            f'SELECT r.id, r.{key.column} FROM "{key.table}" AS r'  # noqa: S608 - our own text
            f' LEFT JOIN "{key.target}" AS t ON t.id = r.{key.column}'
            f" WHERE r.{key.column} IS NOT NULL AND t.id IS NULL",
            "id",
        ),
    )


def questions_in_the_way(found: FoundShape, wanted: WebShape) -> tuple[Question, ...]:
    """Return what to ask about every rule of *wanted* that the tables as *found* do not have."""
    checks = {check.name for check in found.checks}
    return (
        *(
            against_uniqueness(index)
            for index in wanted.unique_indexes
            if not found.has(index) and _there(found, index.table, *map(_column_of, index.keys))
        ),
        *(
            against_check(check)
            for check in wanted.checks
            if check.name not in checks and _there(found, check.table, check.condition.partition(" ")[0])
        ),
        *(
            against_reference(key)
            for key in wanted.foreign_keys
            if not _holds(found, key) and _there(found, key.table, key.column) and found.table(key.target)
        ),
    )


def _as_item(columns: Iterable[str]) -> str:
    parts = [f"'{column}', f.{column}" for column in columns]
    return f"json_build_object({', '.join(parts)})"


def _there(found: FoundShape, table: str, *columns: str) -> bool:
    return found.columns_of(table).keys() >= set(columns)


def _holds(found: FoundShape, key: ForeignKey) -> bool:
    there = found.reference(key)
    return there is not None and there.valid


def _column_of(key: str) -> str:
    return key.removesuffix(")").removeprefix("upper(").removeprefix("lower(").strip('"')
