"""``db audit``: counts everything again, says what differs, and mends it when asked to.

Needs the owner's address and an upgraded centre. What is counted is counted at one moment, however many
stations scan meanwhile; looking takes no lock that anybody waits for.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.recount import (
    Difference,
    Kind,
    site_capacity,
    wrong_bills,
    wrong_parents,
)
from traitortrack_desktop.storage.central.repair import Mender
from traitortrack_desktop.storage.central.rows_to_decide import (
    LEDGER,
    MOST_NAMED,
    QUESTIONS,
    Undecided,
    ask,
)
from traitortrack_desktop.storage.central.sequences import sequences_behind

_LOCK_KEY = 7_406_120_042
"""Two repairs take turns; far above the keys that the web application locks."""

_NEEDED = {
    "bag": ("qr_id", "type", "child_count", "weight_kg", "status", "created_at", "updated_at"),
    "link": ("parent_bag_id", "child_bag_id", "created_at"),
    "scan": ("timestamp", "parent_bag_id", "child_bag_id", "user_id"),
    "bill": (
        "bill_id", "parent_bag_count", "linked_parent_count", "total_child_bags", "total_weight_kg",
        "expected_weight_kg", "status", "updated_at",
    ),
    "bill_bag": ("bill_id", "bag_id", "created_at"),
    "user": ("username",),
    "audit_log": ("timestamp", "user_id", "action", "entity_type", "details"),
}  # fmt: skip
_USE = text("SELECT set_config('search_path', quote_ident(:schema), true)")
_COLUMNS = text("""
    SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()
""")
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
_TELL_WEB_APPLICATION = """
    INSERT INTO audit_log ("timestamp", user_id, action, entity_type, entity_id, details{columns})
    VALUES (:at, NULL, 'station_audit_repair', 'system', NULL, :details{values})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found. *mended* and *left* stay empty unless it was to repair.

    *left* is what differed and could not be mended, because others held it all the time.
    """

    at: datetime
    web_schema: str
    counted: dict[str, int]
    differences: tuple[Difference, ...]
    decisions: tuple[Undecided, ...]
    changed_since: Undecided
    repair: bool
    mended: tuple[Difference, ...] = ()
    left: tuple[Difference, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every derived figure is right now; rows that a person has to decide do not count."""
        return not (self.left if self.repair else self.differences)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values; of each kind at most ``MOST_NAMED`` are named."""
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
            LEDGER.name: self.changed_since.as_json(),
        }


def audit(
    url: str, *, repair: bool = False, heard: Callable[[Difference], None] | None = None
) -> AuditReport:
    """Count everything at the centre at *url* again; *repair* mends what is derived and differs.

    *heard* is called with each change after it is committed. Raises ``CentreUnreachableError``,
    ``CentreMismatchError`` (not upgraded yet, or no rights), or ``UnusableAddressError``.
    """
    with owner_connection(url) as home:
        schema: str = home.info["web_schema"]
        _require_upgraded(home)
        if repair:
            home.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            home.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        with home.engine.connect().execution_options(isolation_level="REPEATABLE READ") as reading:
            reading.execute(text("SET TRANSACTION READ ONLY"))
            reading.execute(_USE, {"schema": schema})
            report = _look(reading, schema, repair=repair)
        if not repair:
            return report
        with home.engine.connect() as writing:
            return _mend(writing, report, heard or (lambda _change: None))


def _require_upgraded(connection: Connection) -> None:
    there = {(row[0], row[1]) for row in connection.execute(_COLUMNS)}
    missing = [
        f"{table}.{column}"
        for table, columns in _NEEDED.items()
        for column in columns
        if (table, column) not in there
    ]
    if missing:
        raise CentreMismatchError(
            f"this database cannot be audited before db upgrade: it lacks {', '.join(missing)}"
        )
    if not connection.scalar(_UPGRADED):
        raise CentreMismatchError(
            "this database cannot be audited before db upgrade: it lacks station.repair"
        )


def _look(connection: Connection, schema: str, *, repair: bool) -> AuditReport:
    capacity = site_capacity(connection)
    return AuditReport(
        at=datetime.now(UTC),
        web_schema=schema,
        counted=dict(connection.execute(_COUNTED).one()._mapping),
        differences=(
            *wrong_parents(connection),
            *wrong_bills(connection),
            *_wrong_statistics(connection),
            *sequences_behind(connection, schema),
        ),
        decisions=tuple(ask(connection, question, capacity=capacity) for question in QUESTIONS),
        changed_since=ask(connection, LEDGER),
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
    states = {
        "before_state": {"differences": counts(report.differences)},
        "after_state": {"mended": counts(report.mended), "left": counts(report.left)},
    }
    with connection.begin():
        connection.execute(_USE, {"schema": report.web_schema})
        there = set(connection.scalars(_LOG_COLUMNS))
        columns = [name for name in states if name in there]
        statement = _TELL_WEB_APPLICATION.format(
            columns="".join(f", {name}" for name in columns), values="".join(f", :{name}" for name in columns)
        )
        values = {name: json.dumps(states[name]) for name in columns}
        details = json.dumps({**counts(report.mended), "record": "station.repair"})
        connection.execute(
            text(statement), {"at": datetime.now(UTC).replace(tzinfo=None), "details": details, **values}
        )


def counts(differences: Iterable[Difference]) -> dict[str, int]:
    """Return how many *differences* there are of each kind that there is."""
    return {str(kind): number for kind, number in Counter(found.kind for found in differences).items()}


def _json_by_kind(differences: tuple[Difference, ...]) -> dict[str, Any]:
    by_kind = {kind: [found for found in differences if found.kind is kind] for kind in Kind}
    return {
        str(kind): {"count": len(found), "items": [_json(one) for one in found[:MOST_NAMED]]}
        for kind, found in by_kind.items()
    }


def _json(difference: Difference) -> dict[str, Any]:
    return {
        "id": difference.row_id,
        "code": difference.code,
        "before": dict(difference.before),
        "after": dict(difference.after),
    }
