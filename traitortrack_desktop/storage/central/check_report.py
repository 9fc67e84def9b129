"""What ``db check`` found, and how it says that: faults, remarks, and rows for a person to decide on."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from traitortrack_desktop.storage.central.rows_in_the_way import Decision

MOST_NAMED = 20
LEDGER_RULES = ("entry_pkey", "entry_sequence_unique")
"""What keeps an entry from being posted twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreReport:
    """What the centre looks like. Of codes that are odd the first twenty are named.

    *missing_unique* are rules that do not stand for the whole table; those in *substituted* stand at least
    for what stations do. *functions_match* is ``None`` when the centre does not say whose functions it has.
    """

    server_version: str
    schema_version: str | None
    expected_version: str
    web_schema: str
    found: str
    other_schemas: tuple[str, ...] = ()
    missing_tables: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    unfit_columns: tuple[str, ...] = ()
    missing_indexes: tuple[str, ...] = ()
    broken_indexes: tuple[str, ...] = ()
    missing_unique: tuple[str, ...] = ()
    substituted: tuple[str, ...] = ()
    missing_rules: tuple[str, ...] = ()
    missing_functions: tuple[str, ...] = ()
    functions_match: bool | None = None
    missing_triggers: tuple[str, ...] = ()
    disabled_triggers: tuple[str, ...] = ()
    sequences_behind: tuple[str, ...] = ()
    station_role: bool = False
    administrators: int = 0
    lower_case_codes: int = 0
    wrong_parent_counts: tuple[str, ...] = ()
    wrong_parents: int = 0
    wrong_bill_totals: tuple[str, ...] = ()
    wrong_bills: int = 0
    statistics_triggers: tuple[str, ...] = ()
    statistics_table: bool = True
    to_decide: tuple[Decision, ...] = ()
    not_looked_at: tuple[str, ...] = ()

    @property
    def older(self) -> bool:
        """Whether this program's upgrade has not been here yet."""
        return self.schema_version is None or self.schema_version < self.expected_version

    @property
    def newer(self) -> bool:
        """Whether a newer program has upgraded it."""
        return self.schema_version is not None and self.schema_version > self.expected_version

    @property
    def children_in_two_parents(self) -> tuple[str, ...]:
        """Child bags that are in several parents, with the parents."""
        return next(
            (found.rows for found in self.to_decide if found.subject == "children_in_two_parents"), ()
        )

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps stations from working rightly, as sentences for IT."""
        return tuple(_faults(self))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd and does not keep stations from working, as sentences for IT."""
        return tuple(_remarks(self))

    @property
    def ok(self) -> bool:
        """Whether stations can work with this centre."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            **asdict(self),
            "children_in_two_parents": self.children_in_two_parents,
            "to_decide": [decision.as_json() for decision in self.to_decide],
            "ok": self.ok,
            "faults": self.faults,
            "remarks": self.remarks,
        }


def _faults(of: CentreReport) -> Iterator[str]:
    if of.schema_version is None:
        yield "the station's schema is missing, so that no station can post: run db upgrade"
    elif of.older:
        yield (
            f"the schema is at {of.schema_version} and this program's at {of.expected_version}:"
            " stations of older versions go on working, newer ones need db upgrade"
        )
    yield from _list("missing tables", of.missing_tables, "stations cannot post: run db upgrade")
    yield from _list("missing columns", of.missing_columns, "stations cannot post: run db upgrade")
    yield from of.unfit_columns
    implied = LEDGER_RULES if of.schema_version is None else ()
    open_rules = tuple(name for name in of.missing_unique if name not in (*of.substituted, *implied))
    yield from _list(
        "missing unique constraints",
        open_rules,
        "two people at the same moment can make the same thing twice: run db upgrade, which names rows that"
        " are in the way",
    )
    if of.schema_version is not None:
        yield from _list("missing functions", of.missing_functions, "stations cannot post: run db upgrade")
    yield from _list(
        "the numbers for new rows are used up already in",
        of.sequences_behind,
        "stations and the web application cannot add rows there: run db audit --repair",
    )


def _remarks(of: CentreReport) -> Iterator[str]:
    if of.newer:
        yield (
            f"the schema is at {of.schema_version}, newer than this program's {of.expected_version}: stations"
            " of this version go on working; examine and upgrade the centre with the newer program"
        )
    elif of.functions_match is False:
        yield "the station's functions are not those of this program: run db upgrade"
    yield from _list("missing indexes", of.missing_indexes, "look-ups are slow: run db upgrade")
    yield from _list(
        "indexes whose making was broken off",
        of.broken_indexes,
        "they cost time and help nobody: run db upgrade, or drop those that are not its",
    )
    yield from _list("rules that hold for new rows only", of.substituted, "see the rows to decide on")
    yield from _list(
        "missing rules",
        of.missing_rules,
        "wrong rows are not refused: run db upgrade, which names rows that are in the way",
    )
    if of.schema_version is not None:
        yield from _list(
            "missing triggers", of.missing_triggers, "stations do not hear of such changes: run db upgrade"
        )
    yield from _list(
        "triggers that somebody disabled",
        of.disabled_triggers,
        "stations do not hear of such changes: ALTER TABLE … ENABLE TRIGGER …",
    )
    yield from (sentence for applies, sentence in _circumstances(of) if applies(of))
    yield from _count("parent bags", of.wrong_parents, of.wrong_parent_counts)
    yield from _count("bills", of.wrong_bills, of.wrong_bill_totals)
    yield from _list(
        "other schemas with tables of the web application",
        of.other_schemas,
        f"stations work with {of.web_schema} and do not see those",
    )
    yield from (f"not looked at: {what}" for what in of.not_looked_at)


def _circumstances(of: CentreReport) -> tuple[tuple[Callable[[CentreReport], object], str], ...]:
    return (
        (
            lambda of: of.schema_version is not None and not of.station_role,
            "there is no role traitortrack_station: stations cannot run with fewer rights than the owner's;"
            " let an account that may make roles run db upgrade",
        ),
        (lambda of: of.administrators == 0, "there is no administrator"),
        (
            lambda of: of.statistics_triggers,
            "triggers count every scan in one row of statistics_cache, so that each scan of the whole fleet"
            " waits for the one before it; who wants that cured: db upgrade --unblock-statistics",
        ),
        (
            lambda of: not of.statistics_table,
            "there is no table statistics_cache: the web application counts by itself, stations need none",
        ),
        (
            lambda of: of.lower_case_codes,
            f"{of.lower_case_codes:,} codes have lower-case letters: stations find them all the same and show"
            " them in upper case",
        ),
    )


def _list(what: str, names: tuple[str, ...], meaning: str) -> Iterator[str]:
    if names:
        yield f"{what}: {', '.join(names)} ({meaning})"


def _count(what: str, total: int, names: tuple[str, ...]) -> Iterator[str]:
    if total:
        more = " …" if total > len(names) else ""
        yield (
            f"{total:,} {what} have stored figures that are not what their rows say: {', '.join(names)}{more}"
            " (lists and bills show wrong numbers: run db audit --repair)"
        )
