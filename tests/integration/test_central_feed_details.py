"""The feed's details of bills and who has a parent open, and that the last release reads it as before."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from fakes.central_owner import query
from fakes.decisions import added, closed, opened
from fakes.entry_chain import EntryChain, item
from fakes.feed_reader import FeedReader, transaction
from psycopg2.extras import Json

from traitortrack_desktop.domain.entries import Decision, fact_from_payload
from traitortrack_desktop.storage.central.catalogue_feed import CentralCatalogueSource, changes_of

ADD = "INSERT INTO bag (qr_id, type) VALUES (%s, %s) RETURNING id"
ADD_BILL = "INSERT INTO bill (bill_id, status, parent_bag_count) VALUES ('B-1', 'new', 5) RETURNING id"
LINK = """
    INSERT INTO link (parent_bag_id, child_bag_id, created_at)
    SELECT p.id, c.id, now() FROM bag AS p, bag AS c WHERE p.qr_id = %s AND c.qr_id = %s
"""
BILL = """
    INSERT INTO bill (bill_id, status, parent_bag_count, description, created_at, created_by_id, destination)
    VALUES ('B-1', 'new', 5, 'mustard', '2026-01-05 08:00:00',
            (SELECT id FROM "user" WHERE username = 'sunita'), '') RETURNING id
"""
SUNITA = """INSERT INTO "user" (username, email, password_hash) VALUES ('sunita', 's@example.org', '!')"""


@pytest.fixture
def reader(central_url: str) -> Iterator[FeedReader]:
    reader = FeedReader(central_url)
    yield reader
    reader.close()


def add(url: str, *codes: str, kind: str = "child") -> list[int]:
    return [query(url, ADD, code, kind)[0]["id"] for code in codes]


def fed_bills(reader: FeedReader) -> dict[int, dict[str, Any]]:
    answer = reader.ask()
    reader.cursor = answer["cursor"]
    return {int(number): told for number, told in (answer["bill_details"] or {}).items()}


def test_what_else_is_known_of_a_bill_comes_with_it(central_url: str, reader: FeedReader):
    query(central_url, SUNITA)
    bill = query(central_url, BILL)[0]["id"]
    add(central_url, "M444-00001", "SB00001", kind="parent")
    add(central_url, "C001")
    query(central_url, LINK, "SB00001", "C001")
    query(
        central_url,
        "INSERT INTO bill_bag (bill_id, bag_id) SELECT %s, id FROM bag WHERE type = 'parent'",
        bill,
    )

    assert fed_bills(reader) == {
        bill: {"created": 1767600000, "by": "sunita", "description": "mustard", "children": 1, "expected": 45}
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("description = 'moong'", True), ("destination = 'Kota'", True), ("vehicle_number = 'RJ14'", True),
        ("parent_bag_count = 9", True), ("status = 'completed'", True), ("bill_id = 'B-2'", True),
        ("linked_parent_count = 3, total_child_bags = 9, total_weight_kg = 9, expected_weight_kg = 9", False),
    ],
)  # fmt: skip
def test_a_bill_s_mere_totals_are_no_change_and_what_people_say_of_it_is(
    central_url: str, reader: FeedReader, change: str, told: bool
):
    bill = query(central_url, ADD_BILL)[0]["id"]
    fed_bills(reader)

    query(central_url, f"UPDATE bill SET {change}")

    assert set(fed_bills(reader)) == ({bill} if told else set())


def test_a_bill_that_is_described_late_is_told_late(central_url: str, reader: FeedReader):
    bill = query(central_url, ADD_BILL)[0]["id"]
    fed_bills(reader)
    with transaction(central_url) as cursor:
        cursor.execute("UPDATE bill SET destination = 'Kota'")
        add(central_url, "LATER")
        assert fed_bills(reader) == {}

    assert fed_bills(reader)[bill]["destination"] == "Kota"
    assert fed_bills(reader) == {}


def test_who_has_a_parent_open_comes_with_it_and_so_does_that_nobody_has(
    central_url: str, reader: FeedReader
):
    chain = EntryChain()
    query(
        central_url,
        """INSERT INTO station.device (id, name, version, role_name)
           VALUES (%s, 'Station 7', '1', session_user)""",
        str(chain.device),
    )

    def post(decision: Decision) -> dict[str, Any]:
        query(
            central_url,
            "SELECT station.post_entries(%s, %s)",
            str(chain.device),
            Json([item(chain.entry(decision))]),
        )
        answer = reader.ask()
        reader.cursor = answer["cursor"]
        return answer

    answer = post(opened("SB00001"))
    ((number, holder),) = answer["holders"].items()
    assert (holder["station"], holder["device"], holder["by"]) == ("Station 7", str(chain.device), "ravi")
    assert fact_from_payload({"code": "SB00001", "holder": holder}).holder is not None
    assert query(central_url, "SELECT station.catalogue_holders() AS told")[0]["told"] == {number: holder}
    assert post(added("SB00001", "C001"))["holders"] == {number: holder}

    assert post(closed("SB00001"))["holders"] == {number: None}
    assert query(central_url, "SELECT station.catalogue_holders() AS told")[0]["told"] == {}


def test_a_station_of_the_last_release_finds_all_that_it_knows(central_url: str, reader: FeedReader):
    query(central_url, BILL)
    add(central_url, "SB00001", kind="parent")

    answer = reader.ask()

    assert {"cursor", "more", "bags", "gone", "bills", "bills_gone"} <= set(answer)
    assert [len(bag) for bag in answer["bags"]] == [9]
    assert [bill[1:] for bill in answer["bills"]] == [["B-1", "new", 5, 0]]


def test_the_first_load_brings_the_same_and_a_centre_of_the_last_release_nothing(
    central_url: str, station_url: str
):
    query(central_url, SUNITA)
    bill = query(central_url, BILL)[0]["id"]
    add(central_url, "SB00001", kind="parent")
    with closing(CentralCatalogueSource(station_url, station_name="Station 7")) as source:
        assert source.bill_details(0, 10) == [
            [str(bill), "1767600000", "sunita", "mustard", None, None, "0", "0"]
        ]
        assert (source.bill_details(bill, 10), source.holders()) == ([], {})
        query(central_url, "DROP FUNCTION station.catalogue_bill_details, station.catalogue_holders")
        assert (source.bill_details(0, 10), source.holders()) == ((), {})


def test_changes_are_read_with_what_is_new_in_them_and_without():
    old = {"cursor": "c", "more": False, "bags": None, "gone": None, "bills": None, "bills_gone": None}

    new = changes_of({**old, "bill_details": {"7": {"by": "sunita"}}, "holders": {"3": None}})

    assert (changes_of(old).bill_details, changes_of(old).holders) == ({}, {})
    assert (new.bill_details, new.holders) == ({7: {"by": "sunita"}}, {3: None})
