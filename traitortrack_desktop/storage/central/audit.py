"""``db audit``: counts everything again, says what differs, and mends it when asked to.

Needs the owner's address and an upgraded centre. What is counted is counted at one moment, however many
stations scan meanwhile; looking takes no lock that anybody waits for.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.engine import owner_engine
from traitortrack_desktop.storage.central.found_shape import found_shape
from traitortrack_desktop.storage.central.posting_needs import USED_BY_STATIONS
from traitortrack_desktop.storage.central.recount import (
    Difference,
    Kind,
    site_capacity,
    wrong_bills,
    wrong_parents,
    wrong_returns,
)
from traitortrack_desktop.storage.central.repair import Mender
from traitortrack_desktop.storage.central.rows_to_decide import (
    LEDGER,
    QUESTIONS,
    READ_AT_MOST,
    SCANS_OF_NOTHING,
    Answer,
    ask,
)
from traitortrack_desktop.storage.central.sequences import sequences_behind
from traitortrack_desktop.storage.central.turns import REPAIR, my_turn
from traitortrack_desktop.storage.central.web_schema import mean_web_tables, use_web_schema
from traitortrack_desktop.storage.central.web_shape import wanted_shape

_UPGRADED = text("SELECT to_regclass('station.repair') IS NOT NULL")
_COUNTED = text("""
    SELECT (SELECT count(*) FROM bag WHERE type = 'parent') AS parents,
           (SELECT count(*) FROM bag WHERE type = 'child') AS children,
           (SELECT count(*) FROM link) AS links, (SELECT count(*) FROM bill) AS bills,
           (SELECT count(*) FROM scan) AS scans, (SELECT count(*) FROM station.entry) AS entries
""")
_STATISTICS_TABLE = text("SELECT to_regclass('statistics_cache') IS NOT NULL")
_STATISTICS = text("SELECT told, counted FROM station.statistics_figures()")
_STATISTICS_KEPT = text("""
    SELECT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'station_statistics_insert' AND NOT tgisinternal)
""")
_LOG_COLUMNS = text("""
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass('audit_log') AND attnum > 0 AND NOT attisdropped
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found. *mended* and *left* stay empty unless it was to repair.

    *left* is what differed and could not be mended, because others held it all the time.
    """

    at: datetime
    web_schema: str
    counted: dict[str, int]
    differences: tuple[Difference, ...]
    decisions: tuple[Answer, ...]
    for_information: tuple[Answer, ...]
    repair: bool
    mended: tuple[Difference, ...] = ()
    left: tuple[Difference, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every derived figure is right now; rows that a person has to decide do not count."""
        return not (self.left if self.repair else self.differences)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values; of each kind at most ``READ_AT_MOST`` are named."""
        return {
            "at": self.at.isoformat(),
            "web_schema": self.web_schema,
            "counted": self.counted,
            "clean": self.clean,
            "repair": self.repair,
            "differences": _json_by_kind(self.differences),
            "mended": _json_by_kind(self.mended),
            "left": _json_by_kind(self.left),
            "decisions": {found.question.name: found.as_json() for found in self.decisions},
            "for_information": {found.question.name: found.as_json() for found in self.for_information},
        }


def audit(
    url: str,
    *,
    repair: bool = False,
    heard: Callable[[Difference], None] = lambda _change: None,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> AuditReport:
    """Count everything at the centre at *url* again; *repair* mends what is derived and differs.

    *heard* is called with each change after it is committed, *tell* with a sentence when another repair is
    waited for. Raises ``CentreUnreachableError``, ``CentreMismatchError`` (not upgraded yet, or no rights),
    or ``UnusableAddressError``.
    """
    with owner_engine(url) as engine:
        with engine.begin() as connection:
            schema = use_web_schema(connection)
            _require_upgraded(connection, schema)
        with my_turn(engine, REPAIR, tell) if repair else contextlib.nullcontext():
            report = _count(engine, schema, repair=repair)
            if not repair:
                return report
            with engine.connect() as connection:
                return _mend(connection, report, heard)


def _require_upgraded(connection: Connection, schema: str) -> None:
    found, wanted = found_shape(connection, schema), wanted_shape()
    missing = [
        *found.missing_tables(wanted),
        *(name.partition(".")[0] for name in found.missing_columns(wanted)),
    ]
    if USED_BY_STATIONS & set(missing) or not connection.scalar(_UPGRADED):
        raise CentreMismatchError(
            "this database has to be upgraded before it can be audited: run db upgrade (db check says what it"
            " lacks)"
        )


def _count(engine: Engine, schema: str, *, repair: bool) -> AuditReport:
    """Count everything as it is at one moment."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        mean_web_tables(connection, schema)
        return _look(connection, schema, repair=repair)


def _look(connection: Connection, schema: str, *, repair: bool) -> AuditReport:
    capacity = site_capacity(connection)
    return AuditReport(
        at=datetime.now(UTC),
        web_schema=schema,
        counted=dict(connection.execute(_COUNTED).one()._mapping),
        differences=(
            *wrong_parents(connection),
            *wrong_bills(connection),
            *wrong_returns(connection),
            *_wrong_statistics(connection),
            *sequences_behind(connection, schema),
        ),
        decisions=tuple(ask(connection, question, capacity=capacity) for question in QUESTIONS),
        for_information=tuple(ask(connection, question) for question in (SCANS_OF_NOTHING, LEDGER)),
        repair=repair,
    )


def _wrong_statistics(connection: Connection) -> tuple[Difference, ...]:
    """Return the statistics row when it is wrong. Where nobody keeps one, there need not be any."""
    if not connection.scalar(_STATISTICS_TABLE):
        return ()
    told, counted = connection.execute(_STATISTICS).one()
    if told == counted or (told is None and not connection.scalar(_STATISTICS_KEPT)):
        return ()
    return (
        Difference(kind=Kind.STATISTICS, row_id=1, code="statistics_cache", before=told or {}, after=counted),
    )


def _mend(connection: Connection, report: AuditReport, heard: Callable[[Difference], None]) -> AuditReport:
    mender = Mender(connection, report.web_schema)
    mended = []
    for change in mender.mend(report.differences):
        mended.append(change)
        heard(change)
    mender.add_up_statistics()
    done = replace(report, mended=tuple(mended), left=tuple(mender.left))
    if mended:
        _tell_web_application(connection, done)
    return done


def _tell_web_application(connection: Connection, report: AuditReport) -> None:
    """Leave one row in the web application's own log, so that its users see who changed their figures."""
    row = {
        "timestamp": datetime.now(UTC).replace(tzinfo=None),
        "action": "station_audit_repair",
        "entity_type": "system",
        "details": json.dumps({**counts(report.mended), "record": "station.repair"}),
        "before_state": json.dumps({"differences": counts(report.differences)}),
        "after_state": json.dumps({"mended": counts(report.mended), "left": counts(report.left)}),
    }
    with connection.begin():
        mean_web_tables(connection, report.web_schema)
        there = set(connection.scalars(_LOG_COLUMNS))
        names = [name for name in row if name in there]
        if names:
            columns, values = (
                ", ".join(f'"{name}"' for name in names),
                ", ".join(f":{name}" for name in names),
            )
            connection.execute(text(f"INSERT INTO audit_log ({columns}) VALUES ({values})"), row)  # noqa: S608


def counts(differences: Iterable[Difference]) -> dict[str, int]:
    """Return how many *differences* there are of each kind that there is."""
    return {str(kind): number for kind, number in Counter(found.kind for found in differences).items()}


def _json_by_kind(differences: tuple[Difference, ...]) -> dict[str, Any]:
    by_kind = {kind: [found for found in differences if found.kind is kind] for kind in Kind}
    return {
        str(kind): {"count": len(found), "items": [_json(one) for one in found[:READ_AT_MOST]]}
        for kind, found in by_kind.items()
    }


def _json(difference: Difference) -> dict[str, Any]:
    return {
        "id": difference.row_id,
        "code": difference.code,
        "before": dict(difference.before),
        "after": dict(difference.after),
    }
