"""The web application changes the same rows while a station posts."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened
from fakes.entry_chain import EntryChain, filled

from traitortrack_desktop.domain.entries import JournalEntry, Outcome
from traitortrack_desktop.services.ports import CentreMismatchError, CentreUnreachableError, PostingReply
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


def during(url: str, statement: str, values: tuple[Any, ...], work: Callable[[], Any]) -> Any:
    """Return what *work* returns that begins while a transaction with *statement* is still open."""
    answers: list[Any] = []
    plain = url.replace("postgresql+psycopg2://", "postgresql://")
    with closing(psycopg2.connect(plain)) as connection, connection.cursor() as cursor:
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
    """As after a restore that did not bring the counters of the ids back."""
    query(
        central_url,
        "INSERT INTO bag (id, qr_id, type) SELECT n, 'OLD' || n, 'child' FROM generate_series(1, 8) AS n",
    )

    reply = station.post(*filled("SB10001", ["C001", "C002"]))

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 3
    assert children_by_parent(central_url) == {"SB10001": ("C001", "C002")}


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
