"""What a web application's database lacks of the newest shape, added beside those who use it.

First :func:`add_tables_and_columns`, before the station's own schema is made; then :func:`add_rules`, which
takes long on large tables. Both may be broken off anywhere and repeated: they look at what is there.
"""

import re
from collections.abc import Callable

from psycopg2 import Error as DriverError

from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.feed_triggers import FEED_TRIGGERS, SOMETHING_WAS_MISSED
from traitortrack_desktop.storage.central.found_shape import FoundShape
from traitortrack_desktop.storage.central.posting_needs import USED_BY_STATIONS
from traitortrack_desktop.storage.central.quiet_changes import QuietChanges
from traitortrack_desktop.storage.central.rows_in_the_way import against_check, against_reference
from traitortrack_desktop.storage.central.rows_to_decide import Question
from traitortrack_desktop.storage.central.unique_rules import UniqueRules
from traitortrack_desktop.storage.central.upgrade_report import Findings, server_words
from traitortrack_desktop.storage.central.web_shape import Check, ForeignKey, Index, Table, WebShape


class NotTheWebApplicationsTableError(CentreMismatchError):
    """A table has the name of one of the web application's, and is another."""


def add_tables_and_columns(changes: QuietChanges, wanted: WebShape, findings: Findings) -> None:
    """Add what is missing, without references between tables. Raises ``TableBusyError``.

    Raises :class:`NotTheWebApplicationsTableError` for a table without its first columns.
    """
    found = changes.shape()
    for table in wanted.tables:
        _require_its_own(found, table)
    for table in wanted.tables:
        if found.table(table.name) is None:
            # Nobody uses it yet: its indexes need not be made beside anybody.
            script = [table.statement, *_index_statements(wanted, found, table), *_handover(found, table)]
            changes.short("; ".join(script), about=f"the schema {changes.schema}")
            findings.added.append(f"table {table.name}")
        else:
            _add_columns(changes, found, table, findings)


def add_rules(changes: QuietChanges, wanted: WebShape, findings: Findings) -> None:
    """Add indexes, uniqueness, checks, references and the feed's triggers. Raises ``TableBusyError``."""
    changes.let_indexes_be_finished()
    adding = _Adding(changes, findings)
    for index in wanted.plain_indexes:
        adding.index(index)
    UniqueRules(changes, findings).complete(wanted)
    for check in wanted.checks:
        adding.check(check)
    for key in wanted.foreign_keys:
        adding.reference(key)
    adding.feed_triggers()


def _index_statements(wanted: WebShape, found: FoundShape, table: Table) -> list[str]:
    return [
        f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {index.name} ON {index.on}"
        for index in wanted.indexes
        if index.table == table.name and not index.constraint and index.name not in found.names
    ]


def _handover(found: FoundShape, table: Table) -> list[str]:
    """Give a new table to whom the bags belong: the web application may work with that account."""
    bags = found.table("bag")
    if bags is None:
        return []
    owner = bags.owner.replace('"', '""')
    return [f'ALTER TABLE public."{table.name}" OWNER TO "{owner}"']


def _require_its_own(found: FoundShape, table: Table) -> None:
    there = found.columns_of(table.name)
    if not there or table.name not in USED_BY_STATIONS:
        return
    first = [column.name for column in table.columns if column.required and column.default is None]
    missing = [name for name in first if name not in there]
    if missing:
        raise NotTheWebApplicationsTableError(
            f"the table {table.name} in the schema {found.schema} has no {', '.join(missing)}, so it is not"
            " the web application's: name the schema of its tables by --web-schema NAME, or another address"
        )


def _add_columns(changes: QuietChanges, found: FoundShape, table: Table, findings: Findings) -> None:
    there = found.columns_of(table.name)
    missing = [column for column in table.columns if column.name not in there]
    if not missing:
        return
    additions = ", ".join(f"ADD COLUMN IF NOT EXISTS {column.addition}" for column in missing)
    changes.short(f'ALTER TABLE public."{table.name}" {additions}', about=f"the table {table.name}")
    findings.added += [f"column {table.name}.{column.name}" for column in missing]


class _Adding:
    """Adds one thing at a time; what the server does not allow is noted, and the rest goes on."""

    def __init__(self, changes: QuietChanges, findings: Findings) -> None:
        self._changes = changes
        self._findings = findings

    def index(self, index: Index) -> None:
        """Add a plain index beside everybody's work, or complete one whose making was broken off."""
        self._clear_copies(index)
        found = self._changes.shape()
        if found.has(index):
            return
        if any(equal.name == index.name for equal in found.equal_to(index)):
            statement, name = f"REINDEX INDEX CONCURRENTLY public.{index.name}", index.name
        else:
            name = index.name if index.name not in found.names else f"station_{index.name}"
            statement = f"CREATE INDEX CONCURRENTLY {name} ON {index.on}"
        self._add(index.table, f"index {name} on {index.table}", self._changes.beside_others, statement)

    def check(self, check: Check) -> None:
        """Add a condition for every row, when every row meets it."""
        there = [found for found in self._changes.shape().checks if found.name == check.name]
        what = f"rule {check.name} on {check.table}"
        if not there:
            if self._findings.leave_to_people(self._changes.connection, against_check(check)):
                return
            rule = f"CONSTRAINT {check.name} CHECK ({check.condition}) NOT VALID"
            statement = f'ALTER TABLE public."{check.table}" ADD {rule}'
            if not self._add(check.table, what, self._changes.short, statement):
                return
        elif there[0].valid:
            return
        self._validate(check.table, check.name, against_check(check))

    def reference(self, key: ForeignKey) -> None:
        """Let a column refer to another table: for new rows at once, for old ones when all of them do."""
        found = self._changes.shape()
        there = found.reference(key)
        if there is not None and there.valid:
            return
        name = there.name if there is not None else self._free_name(found, key)
        if there is None and not self._add(
            key.table, f"reference of {key.table}.{key.column} to {key.target}", self._changes.short,
            f'ALTER TABLE public."{key.table}" ADD CONSTRAINT {name} FOREIGN KEY ({key.column})'
            f' REFERENCES public."{key.target}" (id){key.rule} NOT VALID',
        ):  # fmt: skip
            return
        self._validate(key.table, name, against_reference(key))

    def feed_triggers(self) -> None:
        """Add the triggers that tell stations what changed; who followed without them loads anew."""
        found = self._changes.shape().triggers
        works = {(trigger.table, trigger.name): trigger.enabled for trigger in found}
        for trigger in FEED_TRIGGERS:
            there = works.get((trigger.table, trigger.name))
            if not there:
                what = f"trigger {trigger.name} on {trigger.table}"
                statement = trigger.statement if there is None else trigger.enabling
                self._add(trigger.table, what, self._changes.short, f"{statement}; {SOMETHING_WAS_MISSED}")

    def _free_name(self, found: FoundShape, key: ForeignKey) -> str:
        taken = {there.name for there in (*found.references, *found.checks) if there.table == key.table}
        return key.name if key.name not in taken else f"station_{key.name}"

    def _clear_copies(self, index: Index) -> None:
        """Remove the copies that a broken-off rebuilding of this index left."""
        for found in self._changes.shape().indexes:
            if not found.valid and re.fullmatch(rf"{index.name}_cc(new|old)\d*", found.name):
                self._changes.beside_others(
                    f"DROP INDEX CONCURRENTLY public.{found.name}", about=f"the table {index.table}"
                )

    def _validate(self, table: str, name: str, in_the_way: Question) -> None:
        """Hold old rows to a rule as well; those that break it are for a person to decide on."""
        if self._findings.leave_to_people(self._changes.connection, in_the_way):
            return
        statement = f'ALTER TABLE public."{table}" VALIDATE CONSTRAINT "{name}"'
        try:
            self._changes.beside_others(statement, about=f"the table {table}")
        except DriverError as error:
            if error.pgcode is None:
                raise
            self._findings.not_added.append(f"{name} on {table}, for old rows: {server_words(error)}")

    def _add(self, table: str, what: str, way: Callable[..., None], statement: str) -> bool:
        try:
            way(statement, about=f"the table {table}")
        except DriverError as error:
            if error.pgcode is None:
                raise
            self._findings.not_added.append(f"{what}: {server_words(error)}")
            return False
        self._findings.added.append(what)
        return True
