"""``db upgrade --unblock-statistics``: the web application's row of figures without the queue in front of it.

Its nine row triggers hold row 1 of ``statistics_cache`` from a scan until its commit, so that all stations
take turns. They are replaced, table by table, by triggers that only note what changed; who adds that up, and
when, is written in ``functions/statistics.sql``.
"""

from functools import partial

from traitortrack_desktop.storage.central.quiet_changes import QuietChanges
from traitortrack_desktop.storage.central.sql_files import run_script

STATISTICS_KEY = 300_000
"""The web application's advisory lock around its own refresh of the row."""

COUNTED_TABLES = ("bag", "scan", "bill", "user")
FIGURES = ("total_bags", "parent_bags", "child_bags", "total_scans", "total_bills", "total_users")
_TABLE = "statistics_cache"


def unblock_statistics(changes: QuietChanges) -> str:
    """Replace the row triggers; return what was done, as one sentence. Safe to repeat, and to break off.

    The station's functions are there. Each table is locked for as long as its triggers change hands. Raises
    ``TableBusyError`` when one is never free, and the driver's errors.
    """
    columns = changes.shape().columns_of(_TABLE).keys()
    if not columns:
        return f"there is no table {_TABLE}, so that nobody waits for it."
    missing = sorted({"id", "last_updated", *FIGURES} - columns)
    if missing:
        return f"the table {_TABLE} lacks {', '.join(missing)}: its triggers stay as they are."
    blocked = [_switch(changes, table) for table in COUNTED_TABLES]
    changes.short(_WATCH, about=f"the table {_TABLE}")
    changes.at_once(partial(run_script, script=_RECOUNT), about=f"the table {_TABLE}")
    if any(blocked):
        return f"nobody waits for {_TABLE} any more, and its figures were counted anew."
    return f"set up so that nobody waits for {_TABLE}; its figures were counted anew."


def _switch(changes: QuietChanges, table: str) -> bool:
    """Let the triggers of *table* change hands in one transaction; return whether anybody waited for them."""
    there = {trigger.name for trigger in changes.shape().triggers if trigger.table == table}
    old, new = _old_triggers(table), _new_triggers(table)
    if there.isdisjoint(old) and there >= new.keys():
        return False
    drops = [f'DROP TRIGGER IF EXISTS {name} ON public."{table}";' for name in (*old, *new)]
    changes.short(" ".join([*drops, *new.values()]), about=f"the table {table}")
    return not there.isdisjoint(old)


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
    DROP TRIGGER IF EXISTS station_statistics_counted ON public.statistics_cache;
    DROP TRIGGER IF EXISTS station_statistics_written ON public.statistics_cache;
    DROP TRIGGER IF EXISTS station_statistics_deleted ON public.statistics_cache;
    DROP TRIGGER IF EXISTS station_statistics_emptied ON public.statistics_cache;
    CREATE TRIGGER station_statistics_counted BEFORE INSERT OR DELETE OR TRUNCATE
        OR UPDATE OF total_bags, parent_bags, child_bags, total_scans, total_bills, total_users
        ON public.statistics_cache FOR EACH STATEMENT EXECUTE FUNCTION station.note_counted_deltas();
    CREATE TRIGGER station_statistics_written AFTER INSERT
        OR UPDATE OF total_bags, parent_bags, child_bags, total_scans, total_bills, total_users
        ON public.statistics_cache FOR EACH ROW WHEN (NEW.id = 1)
        EXECUTE FUNCTION station.forget_statistics_deltas();
    CREATE TRIGGER station_statistics_deleted AFTER DELETE
        ON public.statistics_cache FOR EACH ROW WHEN (OLD.id = 1)
        EXECUTE FUNCTION station.forget_statistics_deltas();
    CREATE TRIGGER station_statistics_emptied AFTER TRUNCATE
        ON public.statistics_cache FOR EACH STATEMENT EXECUTE FUNCTION station.forget_statistics_deltas();
"""
_RECOUNT = f"SELECT pg_advisory_xact_lock({STATISTICS_KEY}); SELECT station.correct_statistics();"
