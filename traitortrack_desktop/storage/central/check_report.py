"""What ``db check`` found, and how it says that: faults, remarks, and rows for a person to decide on."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from traitortrack_desktop.storage.central.posting_needs import COLUMNS_OF_ACTS, OF_RETURNS
from traitortrack_desktop.storage.central.rows_in_words import shown
from traitortrack_desktop.storage.central.rows_to_decide import Answer
from traitortrack_desktop.storage.central.station_functions import (
    NEEDED_BEFORE_THE_UPGRADE,
    NUMBERS,
    WITHOUT_WHICH_NOTHING_GOES,
)
from traitortrack_desktop.storage.central.stations_to_check import StationsFound

LEDGER_RULES = ("entry_pkey", "entry_sequence_unique")
"""What keeps an entry from being posted twice."""

_CODES_RULE = "idx_bag_qr_id_unique_ci"
_MOVED_ON_BY_STATIONS = frozenset({"bag", "link", "scan"})
_FEW = 5
"""So many missing things are named; of more only the number is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreReport:
    """What the centre looks like. Of codes that are odd the first twenty are named.

    *empty* says that there are no tables of the web application. *missing_for_stations* is what of the
    missing tables and columns stations cannot work without. *missing_unique* are rules that do not stand for
    the whole table: of these *unique_for_stations* are on tables that stations fill, and those in
    *substituted* stand at least for new rows. *functions_match* is ``None`` when the centre does not say
    whose functions it has.
    """

    server_version: str
    schema_version: str | None
    expected_version: str
    web_schema: str
    found: str
    empty: bool = False
    other_schemas: tuple[str, ...] = ()
    waits_not_for_the_disk: tuple[str, ...] = ()
    missing_tables: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    missing_for_stations: tuple[str, ...] = ()
    unfit_columns: tuple[str, ...] = ()
    unwritable_audit: tuple[str, ...] = ()
    missing_indexes: tuple[str, ...] = ()
    broken_indexes: tuple[str, ...] = ()
    missing_unique: tuple[str, ...] = ()
    unique_for_stations: tuple[str, ...] = ()
    substituted: tuple[str, ...] = ()
    codes_unique_as_written: bool = True
    missing_rules: tuple[str, ...] = ()
    missing_functions: tuple[str, ...] = ()
    functions_match: bool | None = None
    missing_triggers: tuple[str, ...] = ()
    disabled_triggers: tuple[str, ...] = ()
    sequences_behind: tuple[str, ...] = ()
    station_role: bool = False
    stations: StationsFound = field(default_factory=StationsFound)
    administrators: int = 0
    lower_case_codes: int = 0
    wrong_parent_counts: tuple[str, ...] = ()
    wrong_parents: int = 0
    wrong_bill_totals: tuple[str, ...] = ()
    wrong_bills: int = 0
    wrong_return_figures: tuple[str, ...] = ()
    wrong_returns: int = 0
    statistics_triggers: tuple[str, ...] = ()
    to_decide: tuple[Answer, ...] = ()
    for_information: tuple[Answer, ...] = ()
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
    def moved_on(self) -> frozenset[str]:
        """The tables whose numbers stations move on by themselves."""
        return _MOVED_ON_BY_STATIONS if NUMBERS not in self.missing_functions else frozenset()

    @property
    def faults(self) -> tuple[str, ...]:
        """What keeps stations from working rightly, as sentences for IT."""
        return (_EMPTY,) if self.empty else tuple(_faults(self))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is odd and does not keep stations from working, as sentences for IT."""
        return () if self.empty else tuple(_remarks(self))

    @property
    def ok(self) -> bool:
        """Whether stations can work with this centre."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            **asdict(self),
            "to_decide": {answer.question.name: answer.as_json() for answer in self.to_decide},
            "for_information": {answer.question.name: answer.as_json() for answer in self.for_information},
            "ok": self.ok,
            "faults": self.faults,
            "remarks": self.remarks,
        }


_RUN_IT = "run db upgrade, which names rows that are in the way"
_EMPTY = "this database is empty: db upgrade makes it ready"


def _faults(of: CentreReport) -> Iterator[str]:
    if of.schema_version is None:
        yield "the station's schema is missing, so that no station can post: run db upgrade"
    yield from _list(
        "missing tables and columns", of.missing_for_stations, "stations cannot post: run db upgrade"
    )
    yield from of.unfit_columns
    rules = of.unique_for_stations if of.schema_version is None else (*of.unique_for_stations, *LEDGER_RULES)
    yield from _list(
        "missing unique constraints",
        tuple(name for name in of.missing_unique if name in rules and name not in of.substituted),
        f"two people at the same moment can make the same thing twice: {_RUN_IT}",
    )
    if of.schema_version is not None:
        needed = NEEDED_BEFORE_THE_UPGRADE if of.older else WITHOUT_WHICH_NOTHING_GOES
        missing = tuple(name for name in of.missing_functions if name in needed)
        yield from _list("missing functions", missing, "stations cannot post: run db upgrade")
    yield from _list(
        "the next number for a new row is taken already in",
        tuple(table for table in of.sequences_behind if table not in of.moved_on),
        "nobody can add rows there: run db audit --repair",
    )


def _remarks(of: CentreReport) -> Iterator[str]:
    yield from _versions(of)
    yield from _list(
        "missing tables of returns",
        tuple(table for table in of.missing_tables if table in OF_RETURNS),
        "stations cannot work at returns: run db upgrade",
    )
    yield from _list(
        "missing columns of bills and returns",
        tuple(c for c in of.missing_columns if c in COLUMNS_OF_ACTS and c not in of.missing_for_stations),
        "work at them may be refused: run db upgrade",
    )
    told = {*of.missing_for_stations, *OF_RETURNS, *COLUMNS_OF_ACTS}
    yield from _list(
        "missing tables and columns of the newest shape",
        tuple(thing for thing in (*of.missing_tables, *of.missing_columns) if thing not in told),
        "db upgrade adds them; stations do not need them",
    )
    yield from _number("index", "indexes", of.missing_indexes, "look-ups are slow; db upgrade adds them")
    yield from _list(
        "indexes whose making was broken off",
        of.broken_indexes,
        "they cost time and help nobody: run db upgrade, or drop those that are not its",
    )
    others = (*of.unique_for_stations, *LEDGER_RULES, *of.substituted)
    yield from _list(
        "missing unique constraints that stations do not need",
        tuple(name for name in of.missing_unique if name not in others),
        f"the web application can make the same thing twice: {_RUN_IT}",
    )
    yield from _substitutes(of)
    yield from _number(
        "rule",
        "rules",
        of.missing_rules,
        "wrong rows are not refused; db upgrade adds them, or names the rows that are in the way",
    )
    yield from _list(
        "triggers that somebody disabled",
        of.disabled_triggers,
        "stations do not hear of such changes; db upgrade switches them on again",
    )
    yield from _list(
        "the next number for a new row is taken already in",
        tuple(table for table in of.sequences_behind if table in of.moved_on),
        "the web application cannot add rows there until somebody runs db audit --repair; stations move the"
        " numbers of bag, link and scan on by themselves",
    )
    yield from (sentence for applies, sentence in _circumstances(of) if applies(of))
    yield from _list(
        "server settings that are off",
        of.waits_not_for_the_disk,
        "a crash there can lose what was told as saved, and without fsync or full_page_writes damage all of"
        " it: switch them on",
    )
    yield from _wrong("parent bags", of.wrong_parents, of.wrong_parent_counts)
    yield from _wrong("bills", of.wrong_bills, of.wrong_bill_totals)
    yield from _wrong("returns", of.wrong_returns, of.wrong_return_figures)
    yield from of.unwritable_audit
    yield from of.stations.remarks()
    for answer in of.for_information:
        yield f"{answer.question.found}: {answer.count:,}. {answer.question.advice.rstrip('.')}"
    yield from _list(
        "other schemas with tables of the web application",
        of.other_schemas,
        f"stations work with {of.web_schema} and do not see those",
    )
    yield from of.not_looked_at


def _versions(of: CentreReport) -> Iterator[str]:
    if of.newer:
        yield (
            f"the schema is at {of.schema_version}, newer than this program's {of.expected_version}: stations"
            " of this version go on working; examine and upgrade the centre with the newer program"
        )
    elif of.schema_version is None:
        return
    elif of.older:
        yield (
            f"the centre is at schema {of.schema_version}, and this program brings {of.expected_version}:"
            " stations work as before, without the list of bags of other stations; db upgrade adds it"
        )
    else:
        if of.functions_match is False:
            yield "the station's functions are not those of this program: run db upgrade"
        yield from _number(
            "trigger",
            "triggers",
            of.missing_triggers,
            "stations do not hear of such changes; db upgrade adds them",
        )


def _substitutes(of: CentreReport) -> Iterator[str]:
    see = "see the rows to decide on"
    yield from _list(
        "rules that hold for new rows only", tuple(x for x in of.substituted if x != _CODES_RULE), see
    )
    if _CODES_RULE in of.substituted:
        if of.codes_unique_as_written:
            yield f"codes are unique only as they are written ({see})"
        else:
            yield f"nothing keeps codes unique; stations take turns in making bags ({see})"


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
            " waits for the one before it; db upgrade --unblock-statistics ends that",
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


def _number(one: str, many: str, names: tuple[str, ...], meaning: str) -> Iterator[str]:
    """Name a few; of many say the number, and where the names are."""
    if len(names) > _FEW:
        yield f"{len(names)} {many} are missing: {meaning} (names: --json)"
    else:
        yield from _list(f"missing {one if len(names) == 1 else many}", names, meaning)


def _wrong(what: str, total: int, codes: tuple[str, ...]) -> Iterator[str]:
    if total:
        more = " …" if total > len(codes) else ""
        yield (
            f"{total:,} {what} have stored figures that are not what their rows say:"
            f" {', '.join(shown(code) for code in codes)}{more}"
            " (lists and bills show wrong numbers: run db audit --repair)"
        )
