"""Rows that keep a rule of uniqueness or a condition away from a table, and what helps.

No program can put them right: only people know which of them is true. Each question is one pass over a
table that may hold 1.8 million bags, and brings back at most :data:`MOST_NAMED` names with the number of all.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row

from traitortrack_desktop.storage.central.found_shape import FoundShape
from traitortrack_desktop.storage.central.web_shape import Check, ForeignKey, Index, WebShape

MOST_NAMED = 20

Ask = Callable[[str], list[Row[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Rows for a person to decide on: *what* they are, how many, the first of them, and what helps."""

    subject: str
    what: str
    total: int
    rows: tuple[str, ...]
    helps: str

    @property
    def sentence(self) -> str:
        """All of it in words."""
        more = f"; and {self.total - len(self.rows):,} more" if self.total > len(self.rows) else ""
        return f"{self.what}: {self.total:,} ({'; '.join(self.rows)}{more}). {self.helps}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "sentence": self.sentence}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeats:
    """A question: *keys* finds what occurs twice, as ``key``; *names* tells of it, from ``twice (key)``."""

    subject: str
    what: str
    keys: str
    names: str
    helps: str


_CODES = _Repeats(
    subject="codes_that_differ_in_case",
    what="Codes that several bags have, apart from upper and lower case",
    keys="SELECT upper(qr_id) AS key FROM public.bag GROUP BY 1 HAVING count(*) > 1",
    names="""
        SELECT string_agg(b.qr_id || ' (id ' || b.id || ')', ', ' ORDER BY b.id) AS name
        FROM twice AS t JOIN public.bag AS b ON upper(b.qr_id) = t.key GROUP BY t.key ORDER BY t.key
    """,
    helps="A scan finds one of them, and nobody knows which: in the web application, keep one bag of each"
    " code, rename or delete the others, then run db upgrade again.",
)
_IN_TWO_PARENTS = _Repeats(
    subject="children_in_two_parents",
    what="Child bags that are in several parents",
    keys="SELECT child_bag_id AS key FROM public.link GROUP BY 1 HAVING count(*) > 1",
    names="""
        SELECT coalesce(c.qr_id, 'id ' || t.key) || ' in ' ||
               string_agg(coalesce(p.qr_id, 'id ' || l.parent_bag_id), ' and ' ORDER BY l.id) AS name
        FROM twice AS t
        JOIN public.link AS l ON l.child_bag_id = t.key
        LEFT JOIN public.bag AS c ON c.id = t.key
        LEFT JOIN public.bag AS p ON p.id = l.parent_bag_id
        GROUP BY t.key, c.qr_id ORDER BY t.key
    """,
    helps="Each of the parents counts them: look where the bag is, remove it from the other parent in the web"
    " application (edit children), then run db upgrade again.",
)
_ON_TWO_BILLS = _Repeats(
    subject="parents_on_two_bills",
    what="Parent bags that are on several bills",
    keys="SELECT bag_id AS key FROM public.bill_bag GROUP BY 1 HAVING count(*) > 1",
    names="""
        SELECT coalesce(p.qr_id, 'id ' || t.key) || ' on ' ||
               string_agg(coalesce(b.bill_id, 'id ' || bb.bill_id), ' and ' ORDER BY bb.id) AS name
        FROM twice AS t
        JOIN public.bill_bag AS bb ON bb.bag_id = t.key
        LEFT JOIN public.bag AS p ON p.id = t.key
        LEFT JOIN public.bill AS b ON b.id = bb.bill_id
        GROUP BY t.key, p.qr_id ORDER BY t.key
    """,
    helps="Each of the bills counts their weight: in the web application, take the bag off the bill that it"
    " did not leave with, then run db upgrade again.",
)
_SPECIAL: dict[tuple[str, tuple[str, ...]], _Repeats] = {
    ("bag", ("upper(qr_id)",)): _CODES,
    ("link", ("child_bag_id",)): _IN_TWO_PARENTS,
    ("bill_bag", ("bag_id",)): _ON_TWO_BILLS,
}


def rows_against_uniqueness(ask: Ask, index: Index) -> Decision | None:
    """Return which rows keep the unique *index* away, ``None`` when none do."""
    repeats = _SPECIAL.get((index.table, index.keys)) or _plain_repeats(index)
    total = int(ask(f"SELECT count(*) AS total FROM ({repeats.keys}) AS twice")[0].total)  # noqa: S608 - our texts
    if total == 0:
        return None
    twice = f"WITH twice AS MATERIALIZED ({repeats.keys} ORDER BY 1 LIMIT {MOST_NAMED})"
    return Decision(
        subject=repeats.subject,
        what=repeats.what,
        total=total,
        rows=tuple(str(row.name) for row in ask(f"{twice} {repeats.names}")),
        helps=repeats.helps,
    )


def rows_against_check(ask: Ask, check: Check) -> Decision | None:
    """Return which rows do not meet *check*, ``None`` when all do."""
    against = f'FROM public."{check.table}" WHERE NOT ({check.condition})'
    total = int(ask(f"SELECT count(*) AS total {against}")[0].total)
    if total == 0:
        return None
    return Decision(
        subject=check.name,
        what=f"Rows of the table {check.table} that break the rule {check.condition}",
        total=total,
        rows=tuple(f"id {row.id}" for row in ask(f"SELECT id {against} ORDER BY id LIMIT {MOST_NAMED}")),
        helps="db audit --repair recounts what can be counted; correct the rest by hand, then upgrade again.",
    )


def rows_against_reference(ask: Ask, key: ForeignKey) -> Decision | None:
    """Return which rows refer to nothing by *key*, ``None`` when none do."""
    against = (
        f'FROM public."{key.table}" AS f LEFT JOIN public."{key.target}" AS t ON t.id = f.{key.column}'
        f" WHERE f.{key.column} IS NOT NULL AND t.id IS NULL"
    )
    total = int(ask(f"SELECT count(*) AS total {against}")[0].total)
    if total == 0:
        return None
    named = ask(f"SELECT f.id, f.{key.column} AS lost {against} ORDER BY f.id LIMIT {MOST_NAMED}")
    return Decision(
        subject=f"{key.table}_{key.column}",
        what=f"Rows of the table {key.table} whose {key.column} is no id in the table {key.target}",
        total=total,
        rows=tuple(f"id {row.id}: {row.lost}" for row in named),
        helps="New rows are held to it; correct or empty the column in these, then run db upgrade again.",
    )


def rows_in_the_way(ask: Ask, found: FoundShape, wanted: WebShape) -> tuple[Decision, ...]:
    """Return all rows that keep a rule of *wanted* away from the tables as *found*."""
    checks = {check.name for check in found.checks}
    decisions = [
        *(
            rows_against_uniqueness(ask, index)
            for index in wanted.unique_indexes
            if not found.has(index) and _there(found, index.table, *map(_column_of, index.keys))
        ),
        *(
            rows_against_check(ask, check)
            for check in wanted.checks
            if check.name not in checks and _there(found, check.table, check.condition.partition(" ")[0])
        ),
        *(
            rows_against_reference(ask, key)
            for key in wanted.foreign_keys
            if not _holds(found, key) and _there(found, key.table, key.column) and found.table(key.target)
        ),
    ]
    return tuple(decision for decision in decisions if decision is not None)


def _there(found: FoundShape, table: str, *columns: str) -> bool:
    return found.columns_of(table).keys() >= set(columns)


def _holds(found: FoundShape, key: ForeignKey) -> bool:
    there = found.reference(key)
    return there is not None and there.valid


def _column_of(key: str) -> str:
    return key.removesuffix(")").removeprefix("upper(").removeprefix("lower(").strip('"')


def _plain_repeats(index: Index) -> _Repeats:
    keys = ", ".join(index.keys)
    given = " AND ".join(f"{key} IS NOT NULL" for key in index.keys)
    name = f"concat_ws(' / ', {keys})"
    table = f'public."{index.table}"'
    return _Repeats(
        subject=index.name,
        what=f"Rows of the table {index.table} with the same {keys.replace(', ', ' and ')}",
        keys=f"SELECT {name} AS key FROM {table} WHERE {given} GROUP BY {keys} HAVING count(*) > 1",  # noqa: S608
        names="SELECT key AS name FROM twice ORDER BY key",
        helps="Keep one of each in the web application, then run db upgrade again.",
    )
