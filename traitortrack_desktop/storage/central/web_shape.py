"""The newest shape of the web application's tables, as ``web_application.sql`` declares it.

The one source of what ``db upgrade`` adds and ``db check`` looks for. Names in statements are written as
``public.…``, as in the file.
"""

import re
from dataclasses import dataclass

from traitortrack_desktop.storage.central.sql_files import read_file

SHAPE_FILE = "web_application.sql"

_TABLE = re.compile(r'^CREATE TABLE public\."?(\w+)"? \(\n(.*?)\n\);', re.M | re.S)
_INDEX = re.compile(r'^CREATE (UNIQUE )?INDEX (\w+) ON public\."?(\w+)"? \((.*)\);$', re.M)
_COLUMN = re.compile(r'"?(\w+)"?\s+(.*)')
_CONSTRAINT = re.compile(r"CONSTRAINT (\w+) (CHECK|UNIQUE) \((.*)\)")
_REFERENCE = re.compile(r' REFERENCES public\."?(\w+)"? \(id\)( ON DELETE (?:CASCADE|SET NULL))?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. *default* is an SQL expression or ``None``; *kind* is a type name as SQL writes it."""

    table: str
    name: str
    kind: str
    required: bool = False
    default: str | None = None

    @property
    def addition(self) -> str:
        """How it is added to a table with rows: required only where a default makes that possible."""
        default = f" DEFAULT {self.default}" if self.default else ""
        required = " NOT NULL" if self.required and self.default else ""
        return f"{_quoted(self.name)} {self.kind}{required}{default}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index, unique or not; *constraint* says that it belongs to a table constraint of its name."""

    table: str
    name: str
    keys: tuple[str, ...]
    unique: bool = False
    constraint: bool = False

    @property
    def on(self) -> str:
        """Table and keys, as a statement writes them."""
        return f"public.{_quoted(self.table)} ({', '.join(self.keys)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition that every row has to meet."""

    table: str
    name: str
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A column whose values are ids of *target*. *rule* is what happens when the target's row goes."""

    table: str
    column: str
    target: str
    rule: str = ""

    @property
    def name(self) -> str:
        """The name that the server would give it."""
        return f"{self.table}_{self.column}_fkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. *statement* makes it without its foreign keys, so that it waits for no other table."""

    name: str
    statement: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]
    foreign_keys: tuple[ForeignKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebShape:
    """The whole of it, in the file's order."""

    tables: tuple[Table, ...]
    indexes: tuple[Index, ...]

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of all tables."""
        return tuple(table.name for table in self.tables)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of all tables."""
        return tuple(column for table in self.tables for column in table.columns)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The conditions of all tables."""
        return tuple(check for table in self.tables for check in table.checks)

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        """The references of all tables."""
        return tuple(key for table in self.tables for key in table.foreign_keys)

    @property
    def unique_indexes(self) -> tuple[Index, ...]:
        """The indexes that keep two writers from making the same thing twice."""
        return tuple(index for index in self.indexes if index.unique)

    @property
    def plain_indexes(self) -> tuple[Index, ...]:
        """The indexes by which things are only looked up."""
        return tuple(index for index in self.indexes if not index.unique)


def wanted_shape() -> WebShape:
    """Read the declared shape."""
    script = read_file(SHAPE_FILE)
    tables, indexes = [], []
    for name, body in _TABLE.findall(script):
        table, own = _table(name, body)
        tables.append(table)
        indexes += own
    for unique, name, table_name, keys in _INDEX.findall(script):
        indexes.append(Index(table=table_name, name=name, keys=_keys(keys), unique=bool(unique)))
    return WebShape(tables=tuple(tables), indexes=tuple(indexes))


def _table(name: str, body: str) -> tuple[Table, list[Index]]:
    lines = [line.strip().rstrip(",") for line in body.split("\n")]
    columns, checks, foreign_keys, indexes = [], [], [], []
    for line in lines:
        if constraint := _CONSTRAINT.fullmatch(line):
            own, kind, text = constraint.groups()
            if kind == "CHECK":
                checks.append(Check(table=name, name=own, condition=text))
            else:
                indexes.append(Index(table=name, name=own, keys=_keys(text), unique=True, constraint=True))
            continue
        column, rest = _column_parts(line)
        columns.append(_column(name, column, rest))
        if " UNIQUE" in rest:
            own = f"{name}_{column}_key"
            indexes.append(Index(table=name, name=own, keys=(column,), unique=True, constraint=True))
        if reference := _REFERENCE.search(rest):
            target, rule = reference.groups()
            foreign_keys.append(ForeignKey(table=name, column=column, target=target, rule=rule or ""))
    table = Table(
        name=name,
        statement=f"CREATE TABLE public.{_quoted(name)} (\n{_REFERENCE.sub('', body)}\n)",
        columns=tuple(columns),
        checks=tuple(checks),
        foreign_keys=tuple(foreign_keys),
    )
    return table, indexes


def _column_parts(line: str) -> tuple[str, str]:
    parts = _COLUMN.fullmatch(line)
    assert parts is not None, line
    name, rest = parts.groups()
    return name, rest


def _column(table: str, name: str, rest: str) -> Column:
    """Read a column's definition; what follows its type is in a fixed order."""
    kind, _, _ = re.sub(r" (PRIMARY|NOT|UNIQUE|DEFAULT|REFERENCES) ?", "\n", rest).partition("\n")
    return Column(
        table=table,
        name=name,
        kind=kind,
        required=" NOT NULL" in rest or " PRIMARY KEY" in rest,
        default=rest.partition(" DEFAULT ")[2] or None,
    )


def _keys(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(","))


def _quoted(name: str) -> str:
    return f'"{name}"' if name in {"user", "timestamp"} else name
