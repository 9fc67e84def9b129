"""The web application changes the same rows while a station posts."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from fakes import web_bag_work as bag_work
from fakes import web_bill_work as bill_work
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened, removed
from fakes.entry_chain import EntryChain, filled
from fakes.plain_address import plain
from fakes.web_application import Ending, Transaction, WebApplication

from traitortrack_desktop.domain.entries import JournalEntry, Outcome, entry_payload
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import CentreMismatchError, CentreUnreachableError, PostingReply
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice


class Station:
    def __init__(self, url: str) -> None:
        self.chain = EntryChain()
        self._office = CentralPostingOffice(
            url, device=self.chain.device, station_name="Station 7", version="1.0"
        )
        self._office.probe()

    def post(self, *decisions: Any) -> PostingReply:
        return self.offer(self.chain.entries(decisions))

    def offer(self, entries: list[JournalEntry]) -> PostingReply:
        """Offer until answered, as the delivery does."""
        for _ in range(200):
            try:
                return self._office.post(entries)
            except CentreUnreachableError:
                time.sleep(0.01)
        raise AssertionError("never answered")

    def close(self) -> None:
        self._office.close()


@pytest.fixture
def station(central_url: str) -> Iterator[Station]:
    station = Station(central_url)
    yield station
    station.close()


@pytest.fixture
def web(central_url: str) -> Iterator[WebApplication]:
    web = WebApplication(central_url)
    yield web
    web.close()


def while_open(url: str, work: Transaction, station: Callable[[], Any]) -> Any:
    """Let *station* begin while *work* is open and holds its locks; finish both, return both endings."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(station()))
    thread.start()
    _until_somebody_waits_for_a_lock(url)
    outcome = work.finish()
    thread.join()
    assert outcome.state != "40P01"
    return outcome, answers[0]


def during(url: str, statement: str, values: tuple[Any, ...], work: Callable[[], Any]) -> Any:
    """Return what *work* returns that begins while a transaction with *statement* is still open."""
    answers: list[Any] = []
    with closing(psycopg2.connect(plain(url))) as connection, connection.cursor() as cursor:
        for one in statement.split(";"):
            cursor.execute(one, values)
        thread = threading.Thread(target=lambda: answers.append(work()))
        thread.start()
        _until_somebody_waits_for_a_lock(url)
        connection.commit()
        thread.join()
    return answers[0]


def _until_somebody_waits_for_a_lock(url: str) -> None:
    for _ in range(1000):
        if query(
            url,
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        ):
            return
        time.sleep(0.005)
    raise AssertionError("nobody waited")


def test_a_parent_that_is_deleted_while_it_is_being_opened_is_there_afterwards(station, central_url: str):
    query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('SB10001', 'parent')")
    entries = station.chain.entries([opened("SB10001")])

    reply = during(
        central_url, "DELETE FROM bag WHERE qr_id = %s", ("SB10001",), lambda: station.offer(entries)
    )

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED]
    assert query(central_url, "SELECT type FROM bag WHERE qr_id = 'SB10001'") == [{"type": "parent"}]


def test_a_child_that_is_unlinked_elsewhere_while_it_is_being_added_is_inside_afterwards(
    station, central_url: str
):
    station.post(opened("SB10001"))
    query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('SB10002', 'parent'), ('C001', 'child')")
    query(
        central_url,
        "INSERT INTO link (parent_bag_id, child_bag_id)"
        " SELECT p.id, c.id FROM bag p, bag c WHERE p.qr_id = 'SB10002' AND c.qr_id = 'C001'",
    )
    entries = station.chain.entries([added("SB10001", "C001")])

    reply = during(
        central_url,
        "DELETE FROM link WHERE child_bag_id = (SELECT id FROM bag WHERE qr_id = %s);"
        "DELETE FROM bag WHERE qr_id = 'C001' AND %s <> ''",
        ("C001",),
        lambda: station.offer(entries),
    )

    assert [(receipt.outcome, receipt.reason) for receipt in reply.receipts] == [(Outcome.POSTED, None)]
    assert children_by_parent(central_url)["SB10001"] == ("C001",)


def test_numbers_that_are_taken_already_lose_no_bag(station, central_url: str):
    """As after a copy that did not bring the counters of the ids along."""
    query(
        central_url,
        "INSERT INTO bag (id, qr_id, type)"
        " SELECT n, 'OLD' || n, CASE WHEN n = 1 THEN 'parent' ELSE 'child' END"
        " FROM generate_series(1, 800) AS n",
    )
    query(
        central_url,
        "INSERT INTO link (id, parent_bag_id, child_bag_id) SELECT n, 1, n FROM generate_series(2, 700) AS n",
    )
    query(central_url, "INSERT INTO scan (id, child_bag_id) SELECT n, n FROM generate_series(2, 750) AS n")

    reply = station.post(*filled("SB10001", ["C001", "C002"]))

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 3
    assert children_by_parent(central_url)["SB10001"] == ("C001", "C002")


@pytest.mark.parametrize("value", ['"thirty"', '"30"', "30.5", "0", "-1", "null", "1e9"])
def test_a_capacity_that_is_no_number_cannot_be_set(central_url: str, value: str):
    with pytest.raises(psycopg2.errors.CheckViolation):
        query(central_url, "UPDATE station.setting SET value = %s WHERE name = 'capacity'", value)


def test_what_waits_under_an_earlier_identity_of_the_station_is_posted_under_it(central_url: str):
    earlier, station = EntryChain(), Station(central_url)
    before = earlier.entries(filled("SB10001", ["C001"]))
    after = station.chain.entries([added("SB10001", "C002")])

    reply = station.offer([*before, *after])
    again = station.offer([*before, *after])
    station.close()

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 3
    assert [receipt.outcome for receipt in again.receipts] == [Outcome.ALREADY_POSTED] * 3
    devices = query(central_url, "SELECT device FROM station.entry ORDER BY received_at, seq")
    assert [row["device"] for row in devices] == [str(earlier.device)] * 2 + [str(station.chain.device)]


def test_receipts_of_other_entries_are_the_centre_s_fault_and_refuse_nothing(station, central_url: str):
    query(
        central_url,
        """
        CREATE OR REPLACE FUNCTION station.post_entries(
            p_device uuid, p_entries jsonb, p_isolate boolean DEFAULT false
        ) RETURNS jsonb LANGUAGE sql AS
        $$ SELECT '{"receipts": [{"seq": 99, "outcome": "posted"}],
                    "server_time": "2026-01-05T08:00:00+00:00", "centre": "1/1"}'::jsonb $$
        """,
    )
    with pytest.raises(CentreMismatchError):
        station.post(opened("SB10001"))


# -- the web application's own statements, one transaction open while the station posts


def test_a_station_gives_way_to_an_unlink_that_wants_the_parent_it_holds(
    station, web: WebApplication, central_url: str
):
    """It holds the child and will want the parent; the station holds the parent and wants the child."""
    children = [f"C{number:03}" for number in range(30)]
    station.post(*filled("SB10001", children))
    entries = station.chain.entries([removed("SB10001", "C000")])
    unlink = web.begin("unlink", bag_work.unlink, "SB10001", "C000").until("deleted the child")

    outcome, reply = while_open(central_url, unlink, lambda: station.offer(entries))

    assert outcome.ending is Ending.DONE
    assert reply.receipts[0].reason is Reason.CHILD_NOT_IN_PARENT
    assert reply.receipts[0].count == 29
    assert consistency(central_url).holds


def test_the_patience_for_a_child_ends_before_the_server_looks_for_deadlocks(
    station, web: WebApplication, central_url: str
):
    station.post(*filled("SB10001", ["C001"]))
    entries = station.chain.entries([removed("SB10001", "C001")])
    unlink = web.begin("unlink", bag_work.unlink, "SB10001", "C001").until("deleted the child")

    state = refused_with(central_url, entries)
    unlink.finish()

    assert state == "55P03"
    assert query(central_url, "SELECT count(*) FROM station.entry") == [{"count": 2}]


def test_a_child_that_a_user_is_just_linking_is_refused_and_its_parent_named(
    station, web: WebApplication, central_url: str
):
    station.post(opened("SB10001"), opened("SB10002"))
    entries = station.chain.entries([added("SB10001", "C001")])
    scan = web.begin("scan_child", bag_work.scan_child, "SB10002", "C001").until("wrote the scan")

    outcome, reply = while_open(central_url, scan, lambda: station.offer(entries))

    assert outcome.ending is Ending.DONE
    receipt = reply.receipts[0]
    assert (receipt.reason, receipt.fact.parent) == (Reason.CHILD_IN_OTHER_PARENT, "SB10002")


def test_of_the_last_place_in_a_parent_only_one_gets_hold(station, web: WebApplication, central_url: str):
    station.post(*filled("SB10001", [f"C{number:03}" for number in range(29)]))
    entries = station.chain.entries([added("SB10001", "LAST1")])
    scan = web.begin("scan_child", bag_work.scan_child, "SB10001", "LAST2").until("linked")

    outcome, reply = while_open(central_url, scan, lambda: station.offer(entries))

    assert outcome.ending is Ending.DONE
    assert (reply.receipts[0].reason, reply.receipts[0].count) == (Reason.PARENT_FULL, 30)


@pytest.mark.parametrize("scan", [bill_work.bill_fast, bill_work.bill_locked], ids=["fast", "locked"])
def test_a_child_that_comes_while_its_parent_is_put_on_a_bill_counts_on_the_bill(
    station, web: WebApplication, central_url: str, scan: Callable[..., Any]
):
    station.post(*filled("SB10001", ["C001"]))
    query(central_url, "INSERT INTO bill (bill_id, parent_bag_count, status) VALUES ('B1', 3, 'new')")
    entries = station.chain.entries([added("SB10001", "C002")])
    work = web.begin("bill", scan, "B1", "SB10001").until("put it on the bill")

    outcome, reply = while_open(central_url, work, lambda: station.offer(entries))

    assert (outcome.ending, reply.receipts[0].count) == (Ending.DONE, 2)
    assert consistency(central_url).holds


def test_a_recalculation_and_a_late_child_wait_for_each_other_in_one_order(
    station, web: WebApplication, central_url: str
):
    station.post(*filled("SB10001", ["C001"]), opened("SB10002"))
    query(central_url, "INSERT INTO bill (bill_id, parent_bag_count) VALUES ('B1', 3)")
    assert web.bill_locked("B1", "SB10001").ending is Ending.DONE
    assert web.bill_locked("B1", "SB10002").ending is Ending.DONE
    entries = station.chain.entries([added("SB10001", "C002"), added("SB10002", "C003")])
    work = web.begin("recalculate", bill_work.recalculate, "B1").until("locked the links")

    outcome, reply = while_open(central_url, work, lambda: station.offer(entries))

    assert outcome.ending is Ending.DONE
    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 2
    assert consistency(central_url).holds


def test_a_bag_that_goes_with_all_its_children_leaves_nothing_of_a_late_child(
    station, web: WebApplication, central_url: str
):
    station.post(*filled("SB10001", ["C001", "C002"]))
    entries = station.chain.entries([added("SB10001", "C003")])
    work = web.begin("delete", bag_work.delete_bag_by_code, "SB10001").until("deleted the bag")

    outcome, reply = while_open(central_url, work, lambda: station.offer(entries))

    assert outcome.ending is Ending.DONE
    assert reply.receipts[0].reason is Reason.PARENT_MISSING
    assert query(central_url, "SELECT * FROM bag") == []


def test_a_scan_that_a_station_was_first_with_is_told_as_such(web: WebApplication, station, central_url: str):
    station.post(opened("SB10001"), opened("SB10002"))
    scan = web.begin("scan_child", bag_work.scan_child, "SB10002", "C001").until("looked")

    station.post(added("SB10001", "C001"))

    assert scan.finish().ending is Ending.SOMEBODY_WAS_FIRST


# -- without the rules that keep the rows right


@pytest.fixture
def without_rules(central_url: str) -> str:
    query(central_url, "ALTER TABLE link DROP CONSTRAINT IF EXISTS link_child_bag_id_unique")
    query(central_url, "DROP INDEX IF EXISTS idx_bag_qr_id_unique_ci, station_link_one_parent")
    query(central_url, "ALTER TABLE bag DROP CONSTRAINT IF EXISTS bag_qr_id_key")
    query(
        central_url,
        """INSERT INTO station.setting (name, value) VALUES ('bag_codes', '"serialised"')
           ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
    )
    return central_url


def test_stations_take_turns_in_making_bags_where_nothing_keeps_codes_unique(without_rules: str):
    stations = [Station(without_rules) for _ in range(4)]
    for number, station in enumerate(stations):
        station.post(opened(f"SB0000{number}"))

    def shift(number: int) -> None:
        for child in range(15):
            stations[number].post(added(f"SB0000{number}", f"C{child:03}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(shift, range(4)))
    for station in stations:
        station.close()

    assert query(without_rules, "SELECT count(*) FROM bag WHERE type = 'child'") == [{"count": 15}]
    assert query(without_rules, "SELECT count(*) FROM link") == [{"count": 15}]
    assert consistency(without_rules).holds


def test_one_child_has_one_parent_between_stations_by_its_lock_alone(without_rules: str):
    first, second = Station(without_rules), Station(without_rules)
    first.post(opened("SB00001"))
    second.post(opened("SB00002"))
    query(
        without_rules,
        "INSERT INTO bag (qr_id, type) SELECT 'C' || n, 'child' FROM generate_series(101, 120) n",
    )

    def shift(station: Station, parent: str) -> None:
        for child in range(101, 121):
            station.post(added(parent, f"C{child}"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(shift, [first, second], ["SB00001", "SB00002"]))
    first.close()
    second.close()

    assert query(without_rules, "SELECT count(*), count(DISTINCT child_bag_id) AS children FROM link") == [
        {"count": 20, "children": 20}
    ]


def refused_with(url: str, entries: list[JournalEntry]) -> str | None:
    """Return the SQLSTATE of one posting of *entries*, made without the station's own second try."""
    items = [
        {"payload": entry_payload(entry), "hash": entry.hash.hex(), "prev": entry.previous_hash.hex()}
        for entry in entries
    ]
    with closing(psycopg2.connect(plain(url))) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SELECT station.post_entries(%s, %s)", (str(entries[0].device), json.dumps(items)))
        except psycopg2.Error as error:
            return error.pgcode
    return None
