"""What the web application's tables look like in a database, read from PostgreSQL's own catalogue.

Takes no lock on them and reads none of their rows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from traitortrack_desktop.storage.central.web_shape import ForeignKey, Index, WebShape, wanted_shape

_TABLES = text("""
    SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner, c.reltuples AS rows,
           pg_has_role(current_user, c.relowner, 'USAGE') AS ours
    FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace(quote_ident(:schema)) AND c.relkind IN ('r', 'p')
    ORDER BY c.relname
""")
_COLUMNS = text("""
    SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
           NOT a.attnotnull AS nullable,
           a.atthasdef OR a.attidentity <> '' AS has_default
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = to_regnamespace(quote_ident(:schema)) AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum
""")
_INDEXES = text("""
    SELECT t.relname AS table, c.relname AS name, i.indisunique AS unique, i.indisvalid AS valid,
           i.indpred IS NOT NULL AS partial, con.oid IS NOT NULL AS constrained, am.amname AS method,
           ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) ||
                        CASE WHEN i.indoption[k - 1] & 1 = 1 THEN ' desc' ELSE '' END
                 FROM generate_series(1, i.indnkeyatts) AS k ORDER BY k) AS keys
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_class AS t ON t.oid = i.indrelid
    JOIN pg_am AS am ON am.oid = c.relam
    LEFT JOIN pg_constraint AS con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')
    WHERE t.relnamespace = to_regnamespace(quote_ident(:schema))
    ORDER BY c.relname
""")
_CONSTRAINTS = text("""
    SELECT t.relname AS table, con.conname AS name, con.contype AS kind, con.convalidated AS valid,
           target.relname AS target,
           (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum = con.conkey[1])
               AS column
    FROM pg_constraint AS con
    JOIN pg_class AS t ON t.oid = con.conrelid
    LEFT JOIN pg_class AS target ON target.oid = con.confrelid
    WHERE t.relnamespace = to_regnamespace(quote_ident(:schema)) AND con.contype IN ('c', 'f')
    ORDER BY con.conname
""")
_TRIGGERS = text("""
    SELECT t.relname AS table, g.tgname AS name, g.tgenabled <> 'D' AS enabled, (g.tgtype & 1) = 1 AS row_wise
    FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid
    WHERE t.relnamespace = to_regnamespace(quote_ident(:schema)) AND NOT g.tgisinternal
    ORDER BY g.tgname
""")
_NAMES = text("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(:schema))")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTable:
    """A table. *rows* is the server's estimate, negative when it has none; *ours*: we act as its owner."""

    name: str
    owner: str
    rows: float
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundColumn:
    """A column; *kind* as the server writes its type, for instance ``character varying(20)``."""

    table: str
    name: str
    kind: str
    nullable: bool
    has_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIndex:
    """An index. *keys* are in the plain form of :func:`plain_key`."""

    table: str
    name: str
    keys: tuple[str, ...]
    unique: bool
    valid: bool
    partial: bool
    constrained: bool

    @property
    def keeps_unique(self) -> bool:
        """Whether no two rows of the whole table can have the same keys."""
        return self.unique and self.valid and not self.partial


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConstraint:
    """A check, or a reference when it has a *target*. Not *valid*: not every old row is known to meet it."""

    table: str
    name: str
    valid: bool
    column: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrigger:
    """A trigger that somebody made; *row_wise* runs for each row, others once a statement."""

    table: str
    name: str
    enabled: bool
    row_wise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundShape:
    """Everything that the schema of the web application holds, its own tables or not."""

    schema: str
    tables: tuple[FoundTable, ...]
    columns: tuple[FoundColumn, ...]
    indexes: tuple[FoundIndex, ...]
    checks: tuple[FoundConstraint, ...]
    references: tuple[FoundConstraint, ...]
    triggers: tuple[FoundTrigger, ...]
    names: frozenset[str]
    """Names that a new table or index cannot have."""

    def table(self, name: str) -> FoundTable | None:
        """Return the table *name*."""
        return next((table for table in self.tables if table.name == name), None)

    def columns_of(self, table: str) -> dict[str, FoundColumn]:
        """Return the columns of *table* by name; empty for one that is not there."""
        return {column.name: column for column in self.columns if column.table == table}

    def equal_to(self, index: Index) -> tuple[FoundIndex, ...]:
        """Return the indexes over whole tables that do what *index* does, whatever they are called.

        Those whose making was broken off are among them.
        """
        keys = tuple(plain_key(key) for key in index.keys)
        return tuple(
            found
            for found in self.indexes
            if (found.table, found.keys, found.unique, found.partial)
            == (index.table, keys, index.unique, False)
        )

    def has(self, index: Index) -> bool:
        """Whether an equal index is there and works."""
        return any(found.valid for found in self.equal_to(index))

    def index(self, name: str) -> FoundIndex | None:
        """Return the index *name*."""
        return next((index for index in self.indexes if index.name == name), None)

    def reference(self, key: ForeignKey) -> FoundConstraint | None:
        """Return what makes the column refer to the target, whatever it is called and does on deletion."""
        return next(
            (
                found
                for found in self.references
                if (found.table, found.column, found.target) == (key.table, key.column, key.target)
            ),
            None,
        )

    def missing_columns(self, wanted: WebShape) -> tuple[str, ...]:
        """Return the columns of *wanted* that tables which are there lack, as ``bag.name``."""
        return tuple(
            f"{column.table}.{column.name}"
            for column in wanted.columns
            if self.table(column.table) is not None and column.name not in self.columns_of(column.table)
        )

    def missing_tables(self, wanted: WebShape) -> tuple[str, ...]:
        """Return the tables of *wanted* that are not there."""
        return tuple(sorted(name for name in wanted.table_names if self.table(name) is None))

    @property
    def codes_are_unique(self) -> bool:
        """Whether two bags cannot get the same upper-case code, whoever makes them."""
        return any(
            index.keeps_unique and index.table == "bag" and index.keys in {("qr_id",), ("upper(qr_id)",)}
            for index in self.indexes
        )


def found_shape(connection: Connection, schema: str) -> FoundShape:
    """Read what *schema* holds; all empty when there is no such schema."""
    of = {"schema": schema}
    constraints = list(connection.execute(_CONSTRAINTS, of))
    return FoundShape(
        schema=schema,
        tables=tuple(FoundTable(**row._mapping) for row in connection.execute(_TABLES, of)),
        columns=tuple(FoundColumn(**row._mapping) for row in connection.execute(_COLUMNS, of)),
        indexes=tuple(
            FoundIndex(
                table=row.table,
                name=row.name,
                keys=_plain(row._mapping["keys"]),
                unique=row.unique,
                valid=row.valid,
                partial=row.partial,
                constrained=row.constrained,
            )
            for row in connection.execute(_INDEXES, of)
            if row.method == "btree"
        ),
        checks=tuple(
            FoundConstraint(table=row.table, name=row.name, valid=row.valid)
            for row in constraints
            if row.kind == "c"
        ),
        references=tuple(
            FoundConstraint(
                table=row.table, name=row.name, valid=row.valid, column=row.column, target=row.target
            )
            for row in constraints
            if row.kind == "f"
        ),
        triggers=tuple(FoundTrigger(**row._mapping) for row in connection.execute(_TRIGGERS, of)),
        names=frozenset(connection.scalars(_NAMES, of)),
    )


def has_web_tables(connection: Connection, schema: str) -> bool:
    """Whether *schema* holds any table of the web application."""
    return holds_web_tables(row.name for row in connection.execute(_TABLES, {"schema": schema}))


def holds_web_tables(names: Iterable[str]) -> bool:
    """Whether any of *names* is that of a table of the web application."""
    return not set(wanted_shape().table_names).isdisjoint(names)


def plain_key(key: str) -> str:
    """Return an index key without what the server and people write differently: casts, brackets, quotes.

    ``upper((qr_id)::text)`` and ``UPPER(qr_id)`` are both ``upper(qr_id)``.
    """
    key = re.sub(r"::(?:text|character varying(?:\(\d+\))?)", "", key.lower()).replace('"', "")
    return re.sub(r"\(\((\w+)\)\)", r"(\1)", key.strip())


def _plain(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(plain_key(key) for key in keys)
