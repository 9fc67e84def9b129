"""Stations behind PgBouncer in transaction mode: they share few connections, and leave nothing on them.

One login for all stations, as a pooler wants it: its pools are kept for each account.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added
from fakes.enrolled_stations import enrolled
from fakes.entry_chain import EntryChain, filled
from fakes.pooler import pooler, pooler_program
from fakes.signing_in import accounts_at
from sqlalchemy import text

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.services.ports import CentreUnreachableError, SignedIn, SignInRefused
from traitortrack_desktop.storage.central.catalogue_feed import CentralCatalogueSource
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.engine import CentralDatabase
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.user_administration import add_user

POOL = 1
STATIONS = 4
SESSION = "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name'"
"""What was set on the server connection; the name is set by the pooler itself for each client."""


@pytest.fixture
def pooled_url(central_url: str, station_url: str, tmp_path: Path) -> Iterator[str]:
    program = pooler_program()
    if program is None:
        pytest.skip("needs the program pgbouncer (Debian: pgbouncer)")
    with pooler(program, tmp_path / "pooler", owner=central_url, station=station_url, size=POOL) as url:
        yield url


class Station:
    def __init__(self, url: str, number: int) -> None:
        self.parent = f"SB0000{number}"
        self.chain = EntryChain()
        self.office = CentralPostingOffice(
            url, device=self.chain.device, station_name=f"Station {number}", version="1"
        )

    def work(self) -> None:
        """Fill a parent, one posting for each child."""
        first, *rest = filled(self.parent, [f"{self.parent}C{child}" for child in range(10)])
        for decision in (first, *rest):
            (receipt,) = self.office.post([self.chain.entry(decision)]).receipts
            assert receipt.outcome is Outcome.POSTED


@pytest.fixture
def stations(pooled_url: str, central_url: str) -> Iterator[list[Station]]:
    with ExitStack() as stack:
        stations = [Station(pooled_url, number) for number in range(STATIONS)]
        for station in stations:
            enrolled(central_url, station.chain.device)
            stack.callback(station.office.close)
        yield stations


def sessions_at_the_server(owner: str) -> int:
    (row,) = query(owner, "SELECT count(*) AS n FROM pg_stat_activity WHERE usename = 'test_station'")
    return row["n"]


def test_many_stations_post_over_few_connections(stations: list[Station], central_url: str):
    with ThreadPoolExecutor(STATIONS) as together:
        list(together.map(Station.work, stations))

    assert sessions_at_the_server(central_url) == POOL
    assert [len(inside) for inside in children_by_parent(central_url).values()] == [10] * STATIONS
    assert consistency(central_url).holds


def test_nothing_of_a_station_stays_on_the_connection(
    stations: list[Station], pooled_url: str, central_url: str
):
    query(central_url, "INSERT INTO bill (bill_id, status) VALUES ('BILL-1', 'new')")
    stations[0].work()
    query(central_url, "INSERT INTO bill_bag (bill_id, bag_id) SELECT 1, id FROM bag WHERE type = 'parent'")

    stations[0].office.post([stations[0].chain.entry(added("SB00000", "LATE1"))])
    with closing(CentralDatabase(pooled_url)) as database:
        with database.session() as session:
            session.execute(text("SELECT station.account_for_sign_in('nobody')"))
        with pytest.raises(CentreUnreachableError), database.delivery() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")

    assert sessions_at_the_server(central_url) == POOL
    assert query(pooled_url, SESSION) == []
    assert query(central_url, "SELECT total_child_bags FROM bill") == [{"total_child_bags": 11}]
    assert query(central_url, "SELECT * FROM pg_locks WHERE locktype = 'advisory'") == []


def test_what_a_careless_client_leaves_would_be_seen(pooled_url: str):
    query(pooled_url, "SET lock_timeout = '1s'")

    assert query(pooled_url, SESSION) == [{"name": "lock_timeout", "setting": "1000"}]


def test_the_limits_of_the_account_hold_behind_the_pooler(pooled_url: str):
    assert query(pooled_url, "SHOW statement_timeout") == [{"statement_timeout": "8s"}]
    assert query(pooled_url, "SHOW lock_timeout") == [{"lock_timeout": "3s"}]


def test_a_batch_that_fails_does_not_spoil_the_next_stations(stations: list[Station], central_url: str):
    bad, good = stations[:2]
    spoiled = bad.chain.entries([*filled(bad.parent, ["AAAA"]), added(bad.parent, "X" * 300)])

    outcomes = [receipt.outcome for receipt in bad.office.post(spoiled).receipts]
    good.work()

    assert outcomes == [Outcome.POSTED, Outcome.POSTED, Outcome.REFUSED]
    assert len(children_by_parent(central_url)[good.parent]) == 10


def test_people_sign_in_through_the_pooler(pooled_url: str, central_url: str):
    add_user(central_url, username="ravi", password="Str0ng!pass", role="biller")
    with closing(accounts_at(pooled_url, enrolled(central_url, uuid4()))) as accounts:
        answers = [accounts.sign_in("ravi", word, session=uuid4()) for word in ("wrong", "Str0ng!pass")]

    assert [type(answer) for answer in answers] == [SignInRefused, SignedIn]


def test_the_catalogue_is_loaded_and_followed_through_the_pooler(stations: list[Station], pooled_url: str):
    first, second = stations[:2]
    first.work()
    with closing(CentralCatalogueSource(pooled_url, station_name="s")) as source:
        start = source.start()
        loaded = source.bags(0, 1000)
    assert start is not None
    second.work()

    reply = first.office.post([first.chain.entry(added(first.parent, "LATE1"))], start.cursor)

    assert len(loaded) == 11
    assert reply.changes is not None
    changed = {value for bag in reply.changes.bags for value in bag}
    assert {second.parent, f"{second.parent}C9", "LATE1"} <= changed
    assert second.office.changes_since(reply.changes.cursor) is not None
