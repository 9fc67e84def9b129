"""``db upgrade --unblock-statistics``: the web application's row of figures without the queue in front of it.

Its nine row triggers hold row 1 of ``statistics_cache`` from a scan until its commit, so that all stations
take turns. They are replaced, table by table, by triggers that only note what changed; who adds that up, and
when, is written in ``functions/statistics.sql``.
"""

import random
import time

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.services.ports import CentreUnreachableError
from traitortrack_desktop.storage.central.failures import sqlstate
from traitortrack_desktop.storage.central.sql_files import for_web_schema

STATISTICS_KEY = 300_000
"""The web application's advisory lock around its own refresh of the row."""

COUNTED_TABLES = ("bag", "scan", "bill", "user")
FIGURES = ("total_bags", "parent_bags", "child_bags", "total_scans", "total_bills", "total_users")
_LOCK_MILLISECONDS = 800
_ATTEMPTS = 60
_LOCKED_OR_LOST = {"55P03", "40P01", "40001"}

_COLUMNS = text("""
    SELECT a.attname FROM pg_attribute AS a
    WHERE a.attrelid = to_regclass(format('%I.%I', CAST(:schema AS text), 'statistics_cache'))
      AND a.attnum > 0 AND NOT a.attisdropped
""")
_TRIGGERS = text("""
    SELECT t.tgname FROM pg_trigger AS t
    WHERE NOT t.tgisinternal
      AND t.tgrelid = to_regclass(format('%I.%I', CAST(:schema AS text), CAST(:table AS text)))
""")


def unblock_statistics(connection: Connection) -> tuple[str, ...]:
    """Replace the row triggers; return what was done, as whole sentences. Safe to repeat, and to break off.

    *connection* commits each statement by itself (``AUTOCOMMIT``), knows ``info["web_schema"]``, and belongs
    to the owner of the tables; the station's functions are there. Each table is locked for as long as its
    triggers change hands, and waited for at most 0.8 s at a time. Raises ``CentreUnreachableError`` when a
    table is never free, and the driver's errors.
    """
    schema = connection.info["web_schema"]
    columns = set(connection.scalars(_COLUMNS, {"schema": schema}))
    if not columns:
        return ("There is no table statistics_cache, so that nothing waits for it.",)
    missing = sorted({"id", "last_updated", *FIGURES} - columns)
    if missing:
        return (f"The table statistics_cache lacks {', '.join(missing)}: its triggers stay as they are.",)
    switched = [table for table in COUNTED_TABLES if _switch(connection, schema, table)]
    _once_free(connection, schema, _WATCH)
    _once_free(connection, schema, _RECOUNT)
    if not switched:
        return ("Writers note their figures already, and nobody waits; the row was counted anew.",)
    return (
        f"Writers of {', '.join(switched)} note what they change, and no longer wait for the row of"
        " statistics_cache.",
        "The row was counted anew.",
    )


def _switch(connection: Connection, schema: str, table: str) -> bool:
    """Let the triggers of *table* change hands in one transaction; return whether they had to."""
    there = set(connection.scalars(_TRIGGERS, {"schema": schema, "table": table}))
    old, new = _old_triggers(table), _new_triggers(table)
    if not there & set(old) and there >= new.keys():
        return False
    drops = [f'DROP TRIGGER IF EXISTS {name} ON public."{table}";' for name in (*old, *new)]
    _once_free(connection, schema, " ".join([*drops, *new.values()]))
    return True


def _old_triggers(table: str) -> tuple[str, ...]:
    events = ("insert", "update", "delete") if table == "bag" else ("insert", "delete")
    return tuple(f"{table}_{event}_trigger" for event in events)


def _new_triggers(table: str) -> dict[str, str]:
    """Return the triggers by name. A bag's type is looked at only where an update changes it."""
    triggers = {
        f"station_statistics_{event}": f"CREATE TRIGGER station_statistics_{event} AFTER {event.upper()}"
        f' ON public."{table}" REFERENCING {rows} TABLE AS changed'
        " FOR EACH STATEMENT EXECUTE FUNCTION station.count_changed_rows();"
        for event, rows in (("insert", "NEW"), ("delete", "OLD"))
    }
    if table == "bag":
        triggers["station_statistics_type"] = (
            "CREATE TRIGGER station_statistics_type AFTER UPDATE OF type ON public.bag FOR EACH ROW"
            " WHEN (OLD.type IS DISTINCT FROM NEW.type) EXECUTE FUNCTION station.count_changed_type();"
        )
    return triggers


_WATCH = """
    DROP TRIGGER IF EXISTS station_statistics_written ON public.statistics_cache;
    DROP TRIGGER IF EXISTS station_statistics_emptied ON public.statistics_cache;
    CREATE TRIGGER station_statistics_written
        BEFORE INSERT OR UPDATE OF total_bags, parent_bags, child_bags, total_scans, total_bills, total_users
        ON public.statistics_cache FOR EACH STATEMENT EXECUTE FUNCTION station.forget_statistics_deltas();
    CREATE TRIGGER station_statistics_emptied BEFORE DELETE OR TRUNCATE
        ON public.statistics_cache FOR EACH STATEMENT EXECUTE FUNCTION station.forget_statistics_deltas();
"""
_RECOUNT = f"SELECT pg_advisory_xact_lock({STATISTICS_KEY}); SELECT station.correct_statistics();"


def _once_free(connection: Connection, schema: str, statements: str) -> None:
    """Run *statements* as one transaction, again and again until its locks are free."""
    limit = f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}; "
    for attempt in range(_ATTEMPTS):
        try:
            connection.exec_driver_sql(limit + for_web_schema(statements, schema))
        except DBAPIError as error:
            if sqlstate(error) not in _LOCKED_OR_LOST:
                raise
            time.sleep(random.uniform(0.1, 0.5) * min(4, attempt + 1))  # noqa: S311 - only to take turns
        else:
            return
    raise CentreUnreachableError("a table of the web application is never free for a change of its triggers")
