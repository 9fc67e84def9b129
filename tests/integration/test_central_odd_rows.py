"""Rows, names and objects that nobody meant to make, and that must not stop a station."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened, removed
from fakes.enrolled_stations import enrolled
from fakes.entry_chain import OPERATOR, EntryChain, filled
from fakes.plain_address import plain
from fakes.signing_in import accounts_at
from psycopg2.extensions import connection as RawConnection  # noqa: N812
from psycopg2.extras import Json

from traitortrack_desktop.domain.entries import Decision, Outcome, Receipt, entry_payload
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import CentreMismatchError, SignInRefused
from traitortrack_desktop.storage.central.audit import audit
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.web_schema import WebSchemaUnclearError

LAST_ID = 2**31 - 1


class Station:
    def __init__(self, url: str) -> None:
        self.chain = EntryChain()
        self.office = CentralPostingOffice(
            url, device=self.chain.device, station_name="Station 7", version="1.0"
        )

    def post(self, *decisions: Decision) -> list[Receipt]:
        return list(self.office.post(self.chain.entries(decisions)).receipts)


@pytest.fixture
def new_station(central_url: str) -> Iterator[Callable[..., Station]]:
    stations: list[Station] = []

    def make(url: str = central_url) -> Station:
        stations.append(Station(url))
        if url != central_url:
            enrolled(central_url, stations[-1].chain.device)
        stations[-1].office.probe()
        return stations[-1]

    yield make
    for station in stations:
        station.office.close()


@pytest.fixture
def station(new_station: Callable[..., Station]) -> Station:
    return new_station()


@pytest.fixture
def owner(central_url: str) -> Iterator[RawConnection]:
    """A connection of the owner with a transaction that stays open."""
    with closing(psycopg2.connect(plain(central_url))) as connection:
        yield connection


def ran(connection: RawConnection, statement: str, *values: Any) -> Any:
    """Return the first value that *statement* gives, if any; its transaction stays open."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def sent(station: Station, *decisions: Decision) -> Json:
    """Return the entries as they travel."""
    entries = station.chain.entries(decisions)
    return Json(
        [{"payload": entry_payload(e), "hash": e.hash.hex(), "prev": e.previous_hash.hex()} for e in entries]
    )


def outcomes(receipts: list[Receipt]) -> list[tuple[Outcome, Reason | None]]:
    return [(receipt.outcome, receipt.reason) for receipt in receipts]


POSTED = (Outcome.POSTED, None)


# -- times


def test_a_link_of_no_year_that_a_calendar_has_is_named_without_its_time(station: Station, central_url: str):
    query(
        central_url,
        """
        INSERT INTO bag (qr_id, type) VALUES
            ('SB00009', 'parent'), ('C001', 'child'), ('C002', 'child'), ('C003', 'child');
        INSERT INTO link (parent_bag_id, child_bag_id, created_at)
        SELECT p.id, c.id, odd.at::timestamp
        FROM (VALUES ('C001', '20245-11-24'), ('C002', '0044-03-15 BC'), ('C003', 'infinity'))
            AS odd (code, at)
        JOIN bag AS c ON c.qr_id = odd.code JOIN bag AS p ON p.qr_id = 'SB00009'
        """,
    )
    _, first, second, third, last = station.post(*filled("SB00001", ["C001", "C002", "C003", "C004"]))

    facts = [receipt.fact for receipt in (first, second, third)]
    assert [(fact.parent, fact.since) for fact in facts if fact] == [("SB00009", None)] * 3
    assert (last.outcome, last.reason) == POSTED


def test_an_account_that_is_locked_for_ever_is_told_as_locked(central_url: str):
    query(
        central_url,
        """
        INSERT INTO "user" (username, email, password_hash, verified, locked_until) VALUES
            ('ravi', 'r', 'x', true, '9999-12-31 23:59:59'), ('mina', 'm', 'x', true, 'infinity');
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET "TimeZone" = ''Asia/Kolkata''', current_database());
        END $$
        """,
    )
    accounts = accounts_at(central_url)
    try:
        refusals = [accounts.sign_in(name, "y", session=uuid4()) for name in ("ravi", "mina")]
    finally:
        accounts.close()
    assert [isinstance(one, SignInRefused) and one.locked_until is not None for one in refusals] == [True] * 2
    assert query(central_url, "SELECT station.record_sign_in('mina', false) AS until") != [{"until": None}]


# -- accounts


def test_of_two_accounts_of_one_name_the_older_one_is_meant(station: Station, central_url: str):
    query(central_url, 'ALTER TABLE "user" DROP CONSTRAINT user_username_key')
    query(
        central_url,
        """INSERT INTO "user" (username, email, password_hash, verified)
           VALUES (%s, 'a', '!', true), (%s, 'b', '!', true)""",
        OPERATOR,
        OPERATOR,
    )
    assert outcomes(station.post(opened("SB00001"))) == [POSTED]
    accounts = accounts_at(central_url)
    assert isinstance(accounts.sign_in(OPERATOR, "wrong", session=uuid4()), SignInRefused)
    accounts.close()

    assert query(central_url, "SELECT user_id FROM bag") == query(
        central_url, 'SELECT min(id) AS user_id FROM "user"'
    )
    failures = query(central_url, 'SELECT failed_login_attempts AS times FROM "user" ORDER BY id')
    assert failures[0] == {"times": 1}


def test_work_of_an_account_that_is_deleted_at_that_moment_is_not_lost(
    station: Station, central_url: str, owner: RawConnection
):
    query(
        central_url, """INSERT INTO "user" (username, email, password_hash) VALUES (%s, 'a', '!')""", OPERATOR
    )
    station.post(opened("SB00001"))
    query(central_url, "UPDATE bag SET user_id = NULL; DELETE FROM scan")
    batch = sent(station, added("SB00001", "C001"))
    ran(owner, "SELECT id FROM bag WHERE qr_id = 'SB00001' FOR UPDATE")
    answers: list[Any] = []

    def post() -> None:
        statement = "SELECT station.post_entries(%s, %s, true) AS answer"
        answers.extend(query(central_url, statement, str(station.chain.device), batch))

    thread = threading.Thread(target=post)
    thread.start()
    until_somebody_waits_for_a_lock(central_url)
    ran(owner, 'DELETE FROM "user"')
    owner.commit()
    thread.join()

    assert [receipt["outcome"] for receipt in answers[0]["answer"]["receipts"]] == ["posted"]
    assert children_by_parent(central_url) == {"SB00001": ("C001",)}


def until_somebody_waits_for_a_lock(url: str) -> None:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(1000):
        if query(url, waiting):
            return
        time.sleep(0.005)
    raise AssertionError("nobody waited")


# -- ids


def test_no_sequence_is_moved_behind_one_of_the_last_ids(central_url: str):
    query(
        central_url,
        "INSERT INTO bag (id, qr_id, type) VALUES (%s, 'X1', 'child'), (7, 'X2', 'child')",
        LAST_ID,
    )
    query(central_url, "SELECT station.catch_up_numbers()")

    query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('X3', 'child')")
    assert query(central_url, "SELECT id FROM bag WHERE qr_id = 'X3'") == [{"id": 8}]
    report = audit(central_url, repair=True)
    assert report.clean
    named = {answer.question.name: answer.items for answer in report.decisions}
    assert named["last_ids"] == ({"table": "bag", "id": LAST_ID},)


def test_work_waits_when_there_are_no_ids_left(station: Station, central_url: str):
    query(central_url, "SELECT setval('bag_id_seq', %s)", LAST_ID)

    with pytest.raises(CentreMismatchError, match="TT005"):
        station.post(opened("SB00001"))
    assert query(central_url, "SELECT 1 FROM station.entry") == []


def test_a_bill_with_one_of_the_last_ids_is_a_bill(station: Station, central_url: str):
    station.post(opened("SB00001"))
    query(
        central_url,
        """INSERT INTO bill (id, bill_id, total_child_bags) VALUES (%s, 'B1', 0);
           INSERT INTO bill_bag (bill_id, bag_id) SELECT %s, id FROM bag""",
        LAST_ID,
        LAST_ID,
    )
    assert outcomes(station.post(added("SB00001", "C001"))) == [POSTED]
    query(central_url, "UPDATE bill SET total_child_bags = 9")

    assert audit(central_url, repair=True).left == ()
    assert query(central_url, "SELECT total_child_bags FROM bill") == [{"total_child_bags": 1}]


# -- one bag as a child and as a parent


@pytest.mark.parametrize("made_before", [True, False])
def test_a_bag_that_is_taken_out_and_opened_in_one_batch_takes_children(
    station: Station, central_url: str, made_before: bool
):
    inside = [opened("SB00001"), added("SB00001", "SB00002")]
    if made_before:
        station.post(*inside)
        inside = []

    receipts = station.post(
        *inside, removed("SB00001", "SB00002"), opened("SB00002"), added("SB00002", "C001")
    )

    assert set(outcomes(receipts)) == {POSTED}
    assert children_by_parent(central_url) == {"SB00002": ("C001",)}


# -- another server's, and a restored, database


def test_a_restored_database_says_that_it_is_another(station: Station, central_url: str):
    before = station.office.post(station.chain.entries([opened("SB00001")])).centre
    query(central_url, "CREATE TABLE station.copy (LIKE station.entry INCLUDING ALL)")
    query(central_url, "INSERT INTO station.copy SELECT * FROM station.entry; DROP TABLE station.entry")
    query(central_url, "ALTER TABLE station.copy RENAME TO entry")
    restored = station.office.post(station.chain.entries([opened("SB00002")])).centre
    query(
        central_url,
        "UPDATE station.setting SET value = to_jsonb(gen_random_uuid()::text) WHERE name = 'incarnation'",
    )
    renamed = station.office.post(station.chain.entries([opened("SB00003")])).centre

    assert len({before, restored, renamed}) == 3


def test_what_another_servers_feed_left_in_a_copy_makes_nobody_load_anew(central_url: str):
    query(
        central_url,
        """INSERT INTO station.change_mark (taken_at, over, pruned)
           VALUES (now() - interval '4 days', '90000000', true);
           INSERT INTO station.change (kind, row_id, xid)
           VALUES ('b', 1, '80000000'), ('r', NULL, '90000001')""",
    )
    started = query(central_url, "SELECT station.catalogue_start() ->> 'cursor' AS cursor")[0]["cursor"]

    answer = query(central_url, "SELECT station.changes_since(%s, 100) AS answer", started)[0]["answer"]
    query(central_url, "SELECT station.prune_changes()")

    assert "reload" not in answer
    assert query(central_url, "SELECT 1 FROM station.change WHERE xid > '70000000'") == []
    assert query(central_url, "SELECT 1 FROM station.change_mark WHERE over > '70000000'") == []


# -- names and objects


@pytest.mark.parametrize("name", ["it's", "100%", "a$$b"])
def test_a_schema_of_a_name_that_does_not_stand_in_statements_is_refused(empty_database_url: str, name: str):
    made = 'CREATE SCHEMA "{0}"; CREATE TABLE "{0}".bag (id int); CREATE TABLE "{0}".link (id int)'
    query(empty_database_url, made.format(name))
    with pytest.raises(WebSchemaUnclearError, match="give it another one"):
        upgrade(empty_database_url)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE FUNCTION public.upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
        "CREATE DOMAIN public.int4 AS bigint",
        "CREATE OPERATOR public.+ (FUNCTION = int4pl, LEFTARG = integer, RIGHTARG = integer)",
    ],
)
def test_what_a_stranger_left_beside_the_tables_does_not_run_with_the_owners_rights(
    new_station: Callable[..., Station], station_url: str, central_url: str, made: str
):
    query(
        central_url,
        """CREATE FUNCTION public.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
           CREATE TRIGGER noted AFTER INSERT ON bag FOR EACH ROW EXECUTE FUNCTION noted()""",
    )
    station = new_station(station_url)
    assert outcomes(station.post(opened("SB00001"))) == [POSTED]
    query(central_url, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    query(station_url, made)
    query(central_url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")

    with pytest.raises(CentreMismatchError, match="TT004"):
        station.post(added("SB00001", "C001"))


# -- what holds


def test_what_a_station_is_told_outlives_a_crash_on_a_server_tuned_not_to_wait(
    station: Station, owner: RawConnection
):
    ran(owner, "SET synchronous_commit = off")
    ran(owner, "SELECT station.post_entries(%s, '[]')", str(station.chain.device))
    assert ran(owner, "SHOW synchronous_commit") == "on"


def test_who_has_held_something_for_long_takes_what_is_free_and_waits_for_nothing(
    central_url: str, owner: RawConnection
):
    query(
        central_url, "INSERT INTO bag (id, qr_id, type) VALUES (901, 'C001', 'child'), (902, 'C002', 'child')"
    )
    ran(owner, "SELECT 1 FROM bag WHERE id = 902 FOR UPDATE")
    lock = "SELECT station.lock_bags(%s, clock_timestamp() - interval '1 second', 250)"

    query(central_url, lock, [901])
    with pytest.raises(psycopg2.errors.LockNotAvailable):
        query(central_url, f"SET deadlock_timeout = '1ms'; {lock}", [901, 902])


def test_the_patience_shrinks_with_the_time_that_something_is_held(central_url: str):
    left = """
        SELECT station.may_wait(clock_timestamp() - interval '600 milliseconds', 250) AS may,
               replace(current_setting('lock_timeout'), 'ms', '')::integer <= 100 AS briefly
    """
    assert query(central_url, left) == [{"may": True, "briefly": True}]


def test_entries_that_are_decided_one_by_one_take_their_locks_in_one_order_all_the_same(
    station: Station, central_url: str, owner: RawConnection
):
    station.post(opened("SB00001"), opened("SB00002"))
    batch = sent(station, added("SB00002", "C001"), added("SB00001", "C002"))
    ran(owner, "SELECT id FROM bag WHERE qr_id = 'SB00001' FOR UPDATE")
    posting = threading.Thread(
        target=query,
        args=(central_url, "SELECT station.post_entries(%s, %s, true)", str(station.chain.device), batch),
    )
    posting.start()
    until_somebody_waits_for_a_lock(central_url)

    ran(owner, "SELECT id FROM bag WHERE qr_id = 'SB00002' FOR UPDATE NOWAIT")
    owner.rollback()
    posting.join()
    assert children_by_parent(central_url) == {"SB00001": ("C002",), "SB00002": ("C001",)}
