"""``db upgrade`` while others use the tables, and after an upgrade that was broken off."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.heard_sentence import HeardSentence

from traitortrack_desktop.storage.central import quiet_changes
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.engine import owner_engine
from traitortrack_desktop.storage.central.quiet_changes import QuietChanges, TableBusyError
from traitortrack_desktop.storage.central.turns import UPGRADE, my_turn
from traitortrack_desktop.storage.central.upgrade import upgrade

WITHOUT_MIGRATIONS = """
    DROP INDEX idx_bag_qr_id_unique_ci, idx_bag_qr_id_lower, idx_link_child_id, station_bill_bag_one_bill;
    ALTER TABLE link DROP CONSTRAINT link_child_bag_id_unique;
    ALTER TABLE bag DROP CONSTRAINT check_bag_weight_non_negative, DROP COLUMN name;
    ALTER TABLE bill DROP COLUMN linked_parent_count
"""
"""What a database has not that was never migrated."""


def test_others_wait_less_than_a_second_for_an_upgrade_that_waits(
    central_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quiet_changes, "SAY_AFTER_SECONDS", 0.5)
    query(central_url, WITHOUT_MIGRATIONS)
    said, waits = HeardSentence(), []

    with (
        ThreadPoolExecutor(1) as pool,
        _open_transaction(central_url, "SELECT FROM bag") as pid,
        contextlib.closing(_connection(central_url)) as writer,
        writer.cursor() as cursor,
    ):
        upgrading = pool.submit(upgrade, central_url, tell=said)
        while not said.anything.is_set():
            started = time.monotonic()
            cursor.execute("INSERT INTO bag (qr_id, type) VALUES (gen_random_uuid()::text, 'child')")
            waits.append(time.monotonic() - started)
        assert not upgrading.done()
        query(central_url, "SELECT pg_terminate_backend(%s)", pid)
        upgrading.result()

    assert max(waits) < 1
    assert (
        f"Waiting for the table bag, which others hold: process {pid} (a report, in a transaction"
        in said.text
    )
    assert check(central_url).faults == ()


def test_an_upgrade_gives_up_on_a_table_that_is_never_free_and_keeps_what_it_did(central_url: str):
    query(central_url, WITHOUT_MIGRATIONS)
    query(central_url, "DROP TABLE notification")

    with (
        _open_transaction(central_url, "SELECT FROM bill"),
        pytest.raises(
            TableBusyError, match=r"others held the table bill for .* everything done so far is kept"
        ),
    ):
        upgrade(central_url, patience_seconds=0.1)

    assert query(central_url, "SELECT name FROM bag") == []
    assert check(central_url).missing_columns == ("bill.linked_parent_count",)
    assert upgrade(central_url).not_added == ()


def test_nobody_who_writes_meanwhile_is_refused_or_kept_waiting(central_url: str):
    query(central_url, WITHOUT_MIGRATIONS)
    waits: list[float] = []

    with ThreadPoolExecutor(2) as pool, _ends_with_block() as ended:
        writers = [pool.submit(_write, central_url, number, waits, ended) for number in range(2)]
        report = upgrade(central_url)
        ended.set()
        for writer in writers:
            writer.result()

    assert max(waits) < 1
    assert (report.not_added, report.to_decide) == ((), ())
    assert check(central_url).missing_unique == ()


def test_a_row_that_breaks_a_rule_while_it_is_made_leaves_nothing_behind(
    central_url: str, monkeypatch: pytest.MonkeyPatch
):
    query(central_url, WITHOUT_MIGRATIONS)
    beside_others = QuietChanges.beside_others

    def with_a_late_repeat(changes: QuietChanges, statement: str, *, about: str) -> None:
        if "idx_bag_qr_id_unique_ci" in statement:
            query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('AB12', 'child'), ('ab12', 'child')")
        beside_others(changes, statement, about=about)

    monkeypatch.setattr(QuietChanges, "beside_others", with_a_late_repeat)

    report = upgrade(central_url)

    assert [found.question.name for found in report.to_decide] == ["codes_differing_in_case"]
    assert check(central_url).broken_indexes == ()
    assert check(central_url).substituted == ("idx_bag_qr_id_unique_ci",)


@pytest.mark.parametrize("after", [1, 4, 9])
def test_an_upgrade_that_was_killed_is_completed_by_the_next(
    central_url: str, monkeypatch: pytest.MonkeyPatch, after: int
):
    query(central_url, WITHOUT_MIGRATIONS)
    _die_after(monkeypatch, after)
    with pytest.raises(_KilledError):
        upgrade(central_url)
    monkeypatch.undo()

    upgrade(central_url)

    report = check(central_url)
    assert (report.faults, report.missing_indexes, report.missing_rules) == ((), (), ())
    constraint = "SELECT convalidated FROM pg_constraint WHERE conname = 'link_child_bag_id_unique'"
    assert query(central_url, constraint) == [{"convalidated": True}]


def test_the_second_of_two_upgrades_says_that_it_waits(empty_database_url: str):
    said = HeardSentence()

    with ThreadPoolExecutor(1) as pool:
        with owner_engine(empty_database_url) as engine, my_turn(engine, UPGRADE, lambda _: None):
            second = pool.submit(upgrade, empty_database_url, tell=said)
            assert said.anything.wait(30)
            assert query(empty_database_url, "SELECT to_regclass('bag') AS made") == [{"made": None}]
        second.result()

    assert said.text == "Another db upgrade is at work on this database; waiting for it to end."


class _KilledError(Exception):
    """Stands for the end of the program."""


def _die_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    left = iter(range(steps))

    def dying(act: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if next(left, None) is None:
                raise _KilledError
            return act(*arguments, **options)

        return step

    for name in ("short", "beside_others", "at_once"):
        monkeypatch.setattr(QuietChanges, name, dying(getattr(QuietChanges, name)))


def _write(url: str, number: int, waits: list[float], ended: threading.Event) -> None:
    with contextlib.closing(_connection(url)) as connection, connection.cursor() as cursor:
        turn = 0
        while not ended.is_set():
            turn += 1
            for statement in (
                f"INSERT INTO bag (qr_id, type) VALUES ('W{number}N{turn}', 'child')",
                f"UPDATE bag SET child_count = 1 WHERE qr_id = 'W{number}N{turn}'",
                f"INSERT INTO bill (bill_id) VALUES ('W{number}N{turn}')",
            ):
                started = time.monotonic()
                cursor.execute(statement)
                waits.append(time.monotonic() - started)


@contextlib.contextmanager
def _ends_with_block() -> Iterator[threading.Event]:
    ended = threading.Event()
    try:
        yield ended
    finally:
        ended.set()


@contextlib.contextmanager
def _open_transaction(url: str, statement: str) -> Iterator[int]:
    """Hold a transaction open in which *statement* ran; yields its process id."""
    with contextlib.closing(_connection(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute("SET application_name = 'a report'")
        cursor.execute(statement)
        yield connection.get_backend_pid()


def _connection(url: str) -> Any:
    connection = psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://"))
    connection.autocommit = True
    return connection
