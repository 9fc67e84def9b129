"""Rules that keep two writers from making the same thing twice, as far as today's rows allow them.

Where rows break a rule, the next best is made: a plain index for looking codes up, or a rule for rows that
are newer than the present ones, which is what two writers at the same moment need. When a person has put
the rows right, the next upgrade makes the whole rule and removes the substitute.
"""

import re
from dataclasses import dataclass

from psycopg2 import Error as DriverError

from traitortrack_desktop.storage.central.found_shape import FoundIndex, FoundShape
from traitortrack_desktop.storage.central.quiet_changes import QuietChanges
from traitortrack_desktop.storage.central.rows_in_the_way import against_uniqueness
from traitortrack_desktop.storage.central.upgrade_report import Findings, server_words
from traitortrack_desktop.storage.central.web_shape import Index, WebShape

_UNIQUE_VIOLATION = "23505"
_ATTEMPTS = 5
_WHOLE = "_whole"
"""Ends the name of a whole rule while its substitute still has the name that it is to get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """What is made while rows break a rule: over all rows but not unique, or unique for newer rows."""

    name: str
    only_newer: bool


SUBSTITUTES: dict[tuple[str, tuple[str, ...]], Substitute] = {
    ("bag", ("upper(qr_id)",)): Substitute(name="station_bag_code", only_newer=False),
    ("link", ("child_bag_id",)): Substitute(name="station_link_one_parent", only_newer=True),
    ("bill_bag", ("bag_id",)): Substitute(name="station_bill_bag_one_bill", only_newer=True),
}


def substitute_of(found: FoundShape, index: Index) -> FoundIndex | None:
    """Return the working substitute of *index* in *found*."""
    plan = SUBSTITUTES.get((index.table, index.keys))
    if plan is None:
        return None
    if not plan.only_newer:
        plain = Index(table=index.table, name=plan.name, keys=index.keys)
        return next((equal for equal in found.equal_to(plain) if equal.valid), None)
    there = found.index(plan.name)
    return there if there is not None and there.valid and there.partial else None


class UniqueRules:
    """Completes the rules of *wanted*; what it did and could not do goes to *findings*."""

    def __init__(self, changes: QuietChanges, findings: Findings) -> None:
        self._changes = changes
        self._findings = findings

    def complete(self, wanted: WebShape) -> None:
        """Make every rule that the rows allow. Raises ``TableBusyError``."""
        for index in wanted.unique_indexes:
            if self._changes.shape().table(index.table) is not None:
                self._complete(index)

    def _complete(self, index: Index) -> None:
        self._clear_leftovers(index)
        if not self._keeps(index):
            question = against_uniqueness(index)
            broken = self._findings.leave_to_people(self._changes.connection, question)
            if broken or not self._make_whole(index):
                if not broken:  # by rows that have come since the look
                    self._findings.leave_to_people(self._changes.connection, question)
                self._make_substitute(index)
                return
        self._drop_substitute(index)
        self._take_its_name(index)
        self._attach(index)

    def _keeps(self, index: Index) -> bool:
        return self._changes.shape().has(index)

    def _clear_leftovers(self, index: Index) -> None:
        """Remove what a broken-off upgrade left of this rule: it would refuse rows and help nobody."""
        plan = SUBSTITUTES.get((index.table, index.keys))
        ours = {index.name, index.name + _WHOLE, plan.name if plan else index.name}
        for found in self._changes.shape().indexes:
            stem = re.sub(r"_cc(new|old)\d*$", "", found.name)
            if found.table == index.table and stem in ours and not found.valid and not found.constrained:
                self._drop(found.name, index.table)

    def _make_whole(self, index: Index) -> bool:
        """Return whether the whole rule stands now: rows that break it may have come since the look."""
        name = index.name if index.name not in self._changes.shape().names else index.name + _WHOLE
        return self._build(f"UNIQUE INDEX CONCURRENTLY {name} ON {index.on}", name, index)

    def _make_substitute(self, index: Index) -> None:
        plan = SUBSTITUTES.get((index.table, index.keys))
        if plan is None or substitute_of(self._changes.shape(), index) is not None:
            return
        if not plan.only_newer:
            self._build(f"INDEX CONCURRENTLY {plan.name} ON {index.on}", plan.name, index)
            return
        for _ in range(_ATTEMPTS):
            newest = self._changes.ask(f"SELECT coalesce(max(id), 0) AS id FROM {index.table}")[0].id  # noqa: S608
            statement = f"UNIQUE INDEX CONCURRENTLY {plan.name} ON {index.on} WHERE id > {int(newest)}"
            if self._build(statement, plan.name, index):
                return
        self._findings.not_added.append(
            f"{plan.name}: rows that break the rule keep coming; run db upgrade again at a quiet hour"
        )

    def _build(self, statement: str, name: str, index: Index) -> bool:
        try:
            self._changes.beside_others(f"CREATE {statement}", about=f"the table {index.table}")
        except DriverError as error:
            if error.pgcode is None:
                raise
            if error.pgcode != _UNIQUE_VIOLATION:
                self._findings.not_added.append(f"{name}: {server_words(error)}")
            if name in self._changes.shape().names:
                self._drop(name, index.table)
            return False
        self._findings.added.append(f"index {name} on {index.table}")
        return True

    def _drop_substitute(self, index: Index) -> None:
        plan = SUBSTITUTES.get((index.table, index.keys))
        there = self._changes.shape().index(plan.name) if plan else None
        if there is None or (there.unique and not there.partial):
            return
        self._drop(there.name, index.table)
        self._findings.added.append(f"rule {index.name} for all rows of {index.table}, not only newer ones")

    def _take_its_name(self, index: Index) -> None:
        names = self._changes.shape().names
        if index.name + _WHOLE in names and index.name not in names:
            self._try(f"ALTER INDEX public.{index.name}{_WHOLE} RENAME TO {index.name}", index)

    def _attach(self, index: Index) -> None:
        """Make a constraint of the index where the web application has one; that takes a moment only."""
        there = self._changes.shape().index(index.name)
        if not index.constraint or there is None or there.constrained or not there.keeps_unique:
            return
        table = index.on.partition(" (")[0]
        self._try(f"ALTER TABLE {table} ADD CONSTRAINT {index.name} UNIQUE USING INDEX {index.name}", index)

    def _try(self, statement: str, index: Index) -> None:
        try:
            self._changes.short(statement, about=f"the table {index.table}")
        except DriverError as error:
            if error.pgcode is None:
                raise
            self._findings.not_added.append(f"{index.name}: {server_words(error)}")

    def _drop(self, name: str, table: str) -> None:
        self._changes.beside_others(f"DROP INDEX CONCURRENTLY public.{name}", about=f"the table {table}")
