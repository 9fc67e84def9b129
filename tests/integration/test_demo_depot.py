from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import psycopg2
import pytest
from werkzeug.security import check_password_hash

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.simulation.depot import DEMO_OPERATOR, LOWER_CASE_CHILD_CODE, make_depot
from traitortrack_desktop.storage.central.demo_depot import (
    give_password,
    seed_depot,
)
from traitortrack_desktop.storage.central.rows_to_check import rows_to_check

NOBODY = DeviceId(UUID(int=0))
depot_now = partial(make_depot, seed=7, now=datetime(2026, 3, 4, 6, 30, tzinfo=UTC))


@pytest.fixture
def depot_url(central_url):
    assert seed_depot(central_url, depot_now)
    return central_url


def answer(url, query, *values):
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def looked_at(url, parents=()):
    return rows_to_check(url, device=NOBODY, epochs=(), parents=parents)


def test_every_row_of_the_depot_is_written(depot_url):
    depot = depot_now()
    counts = {
        '"user"': len(depot.users),
        "bag": len(depot.bags),
        "link": len(depot.links),
        "scan": len(depot.scans),
        "bill": len(depot.bills),
        "bill_bag": sum(len(bill.parents) for bill in depot.bills),
    }
    assert {table: answer(depot_url, f"SELECT count(*) FROM {table}") for table in counts} == counts


def test_all_stored_totals_are_true(depot_url):
    rows = looked_at(depot_url)
    assert rows.false_parents == ()
    assert rows.false_bills == ()


def test_a_total_that_is_not_true_is_noticed(depot_url):
    answer(depot_url, "DELETE FROM link WHERE id = (SELECT min(id) FROM link)")
    answer(depot_url, "UPDATE bill SET total_child_bags = 7 WHERE bill_id LIKE %s", "%-003")
    rows = looked_at(depot_url)
    assert len(rows.false_parents) == 1
    assert [bill[-3:] for bill in rows.false_bills] == ["003"]


def test_it_is_written_only_into_an_empty_centre(depot_url):
    before = answer(depot_url, "SELECT count(*) FROM bag")
    assert not seed_depot(depot_url, depot_now)
    assert answer(depot_url, "SELECT count(*) FROM bag") == before


def test_a_lower_case_code_stays_as_it_was_and_is_told_in_upper_case(depot_url):
    assert answer(depot_url, "SELECT count(*) FROM bag WHERE qr_id = %s", LOWER_CASE_CHILD_CODE) == 1
    children = looked_at(depot_url, ["SB1234"]).parents["SB1234"].children
    assert children == {LOWER_CASE_CHILD_CODE.upper()}


def test_a_parent_without_children_has_none(depot_url):
    empty = next(bag.code for bag in depot_now().bags if bag.child_count == 0)
    assert looked_at(depot_url, [empty]).parents[empty].children == frozenset()


def test_nobody_can_sign_in_before_a_password_is_given(depot_url):
    hashes = 'SELECT password_hash FROM "user" WHERE username = %s'
    assert not check_password_hash(answer(depot_url, hashes, DEMO_OPERATOR), "!")
    give_password(depot_url, DEMO_OPERATOR, "for this run only")
    assert check_password_hash(answer(depot_url, hashes, DEMO_OPERATOR), "for this run only")


def test_nobody_gets_no_password(depot_url):
    with pytest.raises(LookupError):
        give_password(depot_url, "nobody.demo", "for this run only")
