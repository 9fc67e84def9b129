from collections import Counter
from datetime import UTC, datetime

import pytest

from traitortrack_desktop.domain.codes import code_rules
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role
from traitortrack_desktop.simulation import sheet_codes
from traitortrack_desktop.simulation.depot import (
    DEMO_OPERATOR,
    LOOSE_PARENT_CODE,
    LOWER_CASE_CHILD_CODE,
    make_depot,
)
from traitortrack_desktop.simulation.shift import PARENT_NUMBERS

NOW = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def depot():
    return make_depot(seed=7, now=NOW)


def test_the_same_seed_gives_the_same_depot(depot):
    assert make_depot(seed=7, now=NOW) == depot


def test_another_seed_gives_another_depot(depot):
    assert make_depot(seed=8, now=NOW).links != depot.links


def test_it_has_three_hundred_parents_with_codes_a_station_reads(depot):
    rules = code_rules()
    parents = [bag.code for bag in depot.bags if bag.kind == "parent" and bag.code != LOOSE_PARENT_CODE]
    assert len(parents) == 300
    assert all(rules.parent.fullmatch(code) for code in parents)


def test_it_has_some_thousand_children(depot):
    assert 3_000 < sum(bag.kind == "child" for bag in depot.bags) < 9_000


def test_it_has_people_of_every_role_and_dispatchers_have_an_area(depot):
    assert {user.role for user in depot.users} == set(Role)
    dispatchers = [user for user in depot.users if user.role is Role.DISPATCHER]
    assert all(user.area in DISPATCH_AREAS for user in dispatchers)
    assert DEMO_OPERATOR in {user.username for user in dispatchers}


def test_every_child_is_in_one_parent(depot):
    children = [link.child for link in depot.links]
    assert len(children) == len(set(children))
    assert set(children) == {bag.code for bag in depot.bags if bag.kind == "child"}


def test_the_counts_on_the_parents_are_true(depot):
    inside = Counter(link.parent for link in depot.links)
    parents = [bag for bag in depot.bags if bag.kind == "parent"]
    assert all(bag.child_count == inside[bag.code] == bag.weight_kg for bag in parents)


def test_a_parent_is_completed_exactly_when_it_is_full(depot):
    parents = [bag for bag in depot.bags if bag.kind == "parent"]
    assert all((bag.status == "completed") == (bag.child_count == 30) for bag in parents)


def test_parents_are_in_every_state(depot):
    assert {bag.status for bag in depot.bags if bag.kind == "parent"} == {
        "pending",
        "in_progress",
        "completed",
        None,
    }


def test_bills_hold_finished_parents_and_no_parent_twice(depot):
    on_bills = [parent for bill in depot.bills for parent in bill.parents]
    full = {bag.code for bag in depot.bags if bag.child_count == 30}
    assert len(on_bills) == len(set(on_bills))
    assert set(on_bills) <= full
    assert {bill.status for bill in depot.bills} == {"new", "processing", "completed"}


def test_it_holds_the_oddities_that_real_tables_hold(depot):
    children = [bag for bag in depot.bags if bag.kind == "child"]
    assert LOWER_CASE_CHILD_CODE in {bag.code for bag in children}
    assert any(bag.status is None for bag in children)
    assert any(link.created_at is None for link in depot.links)
    assert any(bag.owner is None for bag in children)


def test_codes_are_unique_whatever_their_case(depot):
    codes = [bag.code.upper() for bag in depot.bags]
    assert len(codes) == len(set(codes))


def test_shifts_and_the_printed_sheet_use_other_codes(depot):
    codes = {bag.code for bag in depot.bags}
    sheet = {
        *sheet_codes.SHEET_PARENTS,
        sheet_codes.ONE_TOO_MANY,
        *(child for number in (0, 1) for child in sheet_codes.children_of(number)),
    }
    assert codes.isdisjoint(sheet)
    numbers = {int(code[-5:]) for code in codes - {LOOSE_PARENT_CODE} if code.startswith(("SB", "M444-"))}
    assert numbers.isdisjoint(PARENT_NUMBERS)


def test_nothing_happened_in_the_future(depot):
    moments = [scan.at for scan in depot.scans] + [bill.created_at for bill in depot.bills]
    assert max(moments) <= NOW
