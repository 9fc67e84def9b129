"""The row of figures, fed by deltas: right after every switch and crowd, and nobody waits for it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from fakes.central_owner import query

from traitortrack_desktop.storage.central.audit import audit
from traitortrack_desktop.storage.central.engine import owner_engine
from traitortrack_desktop.storage.central.quiet_changes import QuietChanges
from traitortrack_desktop.storage.central.statistics import unblock_statistics

ROW_TRIGGERS = Path(__file__).parents[1] / "centre" / "shapes" / "statistics_triggers.sql"
COUNTED = """
    SELECT (SELECT count(*) FROM bag) AS total_bags,
           (SELECT count(*) FROM bag WHERE type = 'parent') AS parent_bags,
           (SELECT count(*) FROM bag WHERE type = 'child') AS child_bags,
           (SELECT count(*) FROM scan) AS total_scans, (SELECT count(*) FROM bill) AS total_bills,
           (SELECT count(*) FROM "user") AS total_users
"""
TOLD = """
    SELECT total_bags, parent_bags, child_bags, total_scans, total_bills, total_users
    FROM statistics_cache WHERE id = 1
"""
RECOUNT = """
    UPDATE statistics_cache SET (total_bags, parent_bags, child_bags, total_scans, total_bills, total_users) =
        (SELECT * FROM (SELECT count(*), count(*) FILTER (WHERE type = 'parent'),
                               count(*) FILTER (WHERE type = 'child') FROM bag) AS b,
                       (SELECT count(*) FROM scan) AS s, (SELECT count(*) FROM bill) AS i,
                       (SELECT count(*) FROM "user") AS u)
"""


@pytest.fixture
def counted(central_url: str) -> str:
    """A centre whose row of figures is kept by the web application's nine row triggers, and is wrong."""
    query(central_url, "INSERT INTO statistics_cache (id, total_bags) VALUES (1, 700)")
    query(central_url, ROW_TRIGGERS.read_text("utf-8"))
    return central_url


@pytest.fixture
def unblocked(counted: str) -> str:
    """The same after the switch."""
    assert unblock(counted) == (
        "nobody waits for statistics_cache any more, and its figures were counted anew."
    )
    return counted


def unblock(url: str) -> str:
    with owner_engine(url) as engine, closing(QuietChanges(engine, "public", tell=print)) as changes:
        return unblock_statistics(changes)


def told(url: str) -> dict:
    """Return the figures when all is added up."""
    query(url, "SELECT station.fold_statistics()")
    assert query(url, "SELECT count(*) AS n FROM station.statistics_delta") == [{"n": 0}]
    return query(url, TOLD)[0]


def counts(url: str) -> dict:
    return query(url, COUNTED)[0]


def write(url: str, writer: int, times: int, done: Callable[[], bool] = lambda: False) -> int:
    """Make, change and delete rows as the web application does; return how often."""
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection:
        for number in range(times):
            if done():
                return number
            name = f"w{writer}n{number}"
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    """INSERT INTO bag (qr_id, type) VALUES (%s, 'parent'), (%s, 'child'), (%s, 'child')""",
                    [f"{name}{letter}" for letter in "pcx"],
                )
                cursor.execute(
                    "INSERT INTO scan (child_bag_id) SELECT id FROM bag WHERE qr_id = %s", [f"{name}c"]
                )
                cursor.execute("UPDATE bag SET type = 'parent' WHERE qr_id = %s", [f"{name}c"])
                cursor.execute("DELETE FROM bag WHERE qr_id = %s", [f"{name}x"])
                cursor.execute("INSERT INTO bill (bill_id) VALUES (%s)", [name])
                cursor.execute(
                    """INSERT INTO "user" (username, email, password_hash) VALUES (%s, %s, '!')""",
                    [name, name],
                )
    return times


@pytest.fixture
def other(unblocked: str) -> Iterator[psycopg2.extensions.connection]:
    """Another writer, who may keep a transaction open."""
    with closing(psycopg2.connect(unblocked.replace("+psycopg2", ""))) as connection:
        yield connection


def test_after_a_crowd_of_writers_the_figures_are_a_recount(unblocked: str):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda writer: write(unblocked, writer, 25), range(4)))

    assert told(unblocked) == counts(unblocked)
    assert counts(unblocked)["total_bags"] == 200


def test_a_switch_while_writers_run_loses_nothing(counted: str):
    switched = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, counted, writer, 100_000, switched.is_set) for writer in range(3)]
        while counts(counted)["total_scans"] < 10:
            pass
        unblock(counted)
        while counts(counted)["total_scans"] < 60:
            pass
        switched.set()
        assert sum(writer.result() for writer in writers) >= 60

    assert told(counted) == counts(counted)


def test_nobody_waits_for_a_writer_who_holds_the_row(unblocked: str, other: psycopg2.extensions.connection):
    query(unblocked, "UPDATE statistics_cache SET last_updated = '2025-01-01'")
    other.cursor().execute("INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'parent')")

    query(unblocked, "SET lock_timeout = '50ms'; INSERT INTO bag (qr_id, type) VALUES ('SB00002', 'parent')")

    other.commit()
    assert told(unblocked) == counts(unblocked)


def test_what_is_rolled_back_is_not_counted(unblocked: str, other: psycopg2.extensions.connection):
    other.cursor().execute("INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'parent')")
    other.rollback()
    assert told(unblocked)["total_bags"] == 0


def test_the_web_applications_own_refresh_is_believed(unblocked: str):
    write(unblocked, 1, 3)
    query(unblocked, f"SELECT pg_advisory_xact_lock(300000); {RECOUNT}")
    write(unblocked, 2, 3)

    assert told(unblocked) == counts(unblocked)


def test_who_only_makes_sure_that_the_row_is_there_forgets_nothing(
    unblocked: str, other: psycopg2.extensions.connection
):
    other.cursor().execute("SELECT pg_advisory_xact_lock(300000)")
    write(unblocked, 1, 3)
    query(unblocked, "INSERT INTO statistics_cache (id) VALUES (1) ON CONFLICT (id) DO NOTHING")
    other.rollback()

    assert told(unblocked) == counts(unblocked)


def test_what_is_committed_while_the_rows_are_counted_is_not_forgotten(
    unblocked: str, other: psycopg2.extensions.connection
):
    query(
        unblocked,
        """CREATE FUNCTION slowly(integer) RETURNS integer LANGUAGE sql VOLATILE
           AS 'SELECT pg_advisory_xact_lock(77); SELECT $1'""",
    )
    other.cursor().execute("SELECT pg_advisory_xact_lock(77), pg_advisory_xact_lock(300000)")
    with ThreadPoolExecutor(1) as pool:
        refresh = pool.submit(
            query,
            unblocked,
            "UPDATE statistics_cache SET total_bags = slowly((SELECT count(*)::int FROM bag))",
        )
        while not query(unblocked, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            pass
        query(unblocked, "INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'parent')")
        other.rollback()
        refresh.result()

    assert told(unblocked)["total_bags"] == 1


def test_a_row_that_was_emptied_and_made_anew_is_right_again(unblocked: str):
    write(unblocked, 1, 3)
    query(unblocked, "TRUNCATE statistics_cache")
    write(unblocked, 2, 3)
    query(unblocked, f"INSERT INTO statistics_cache (id) VALUES (1); {RECOUNT}")
    write(unblocked, 3, 3)

    assert told(unblocked) == counts(unblocked)


def test_without_the_row_repair_makes_one(unblocked: str):
    write(unblocked, 1, 3)
    query(unblocked, "DELETE FROM statistics_cache")
    write(unblocked, 2, 3)

    assert audit(unblocked, repair=True).clean
    assert told(unblocked) == counts(unblocked)


def test_when_the_table_is_dropped_writers_go_on(unblocked: str):
    query(unblocked, "DROP TABLE statistics_cache")
    write(unblocked, 1, 1)
    assert query(unblocked, "SELECT station.fold_statistics() AS folded") == [{"folded": False}]


def test_a_writer_needs_no_right_on_the_stations_tables(unblocked: str):
    query(
        unblocked,
        """CREATE ROLE web_of_the_test; GRANT INSERT ON bag TO web_of_the_test;
           GRANT USAGE ON SEQUENCE bag_id_seq TO web_of_the_test;
           SET ROLE web_of_the_test; INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'parent'); RESET ROLE;
           REVOKE ALL ON bag, bag_id_seq FROM web_of_the_test; DROP ROLE web_of_the_test""",
    )
    assert told(unblocked) == counts(unblocked)


def test_a_repair_mends_a_row_that_row_triggers_keep(counted: str):
    write(counted, 1, 2)
    report = audit(counted, repair=True)
    assert [change.code for change in report.mended] == ["statistics_cache"]
    assert query(counted, TOLD)[0] == counts(counted)


def test_a_second_switch_finds_everything_done(unblocked: str):
    assert unblock(unblocked) == (
        "set up so that nobody waits for statistics_cache; its figures were counted anew."
    )
    assert told(unblocked) == counts(unblocked)


def test_without_the_table_there_is_nothing_to_switch(central_url: str):
    query(central_url, "DROP TABLE statistics_cache")
    assert unblock(central_url) == "there is no table statistics_cache, so that nobody waits for it."
    assert query(central_url, "SELECT to_regclass('statistics_cache') AS made") == [{"made": None}]
