"""Acts as no station makes them, and rows as no rule would have them: each ends in a receipt of its own.

Whatever one entry says, what was scanned beside it is posted, and every figure is what its rows say.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fakes import bag_acts, bill_decisions
from fakes.bill_desk import BillDesk, figures, told
from fakes.decisions import opened
from fakes.entry_chain import item
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople
from psycopg2 import Error as DriverError

from traitortrack_desktop.domain.entries import Decision
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import EntriesNotAcceptableError
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.failures import centre_error

POSTED = ("posted", None)
COULD_NOT = ("refused", "centre_could_not_store")
NO_NUMBER = "x'); DROP TABLE bag; --"
JUNK = (None, "", 5, [1, None, []], {"a": 1}, NO_NUMBER, "X" * 300, 10**12)
FIELDS = (
    "parent", "bill", "ticket", "bag", "child", "origin", "children", "removed", "base_count", "capacity",
    "details", "area", "notes", "ticket_entry", "makes_parent", "taken_from", "why", "session",
)  # fmt: skip


@pytest.fixture(scope="module")
def url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    postgres_server.create_database("attacked_acts", "migrated")
    url = HiddenAddress(postgres_server.url("attacked_acts"))
    yield url
    assert consistency(url).holds
    postgres_server.drop_database("attacked_acts")


@pytest.fixture(scope="module")
def people(url: str) -> Iterator[PostedPeople]:
    people = PostedPeople(url)
    yield people
    people.close()


@pytest.fixture
def desk(people: PostedPeople) -> BillDesk:
    return BillDesk(people, "admin")


def sent(desk: BillDesk, decision: Decision, **forged: Any) -> dict[str, Any]:
    """Post *decision* with *forged* parts and a scan beside it, as a station does; return its receipt."""
    made, beside = (item(entry) for entry in desk.entries(decision, opened(f"P{uuid4().hex}")))
    made["payload"].update(forged)
    try:
        receipts = desk.station.send([made, beside])["receipts"]
    except DriverError as error:
        if not isinstance(centre_error(error), EntriesNotAcceptableError):
            raise
        receipts = desk.station.send([made, beside], isolate=True)["receipts"]
    assert told(receipts[1]) == POSTED
    receipt: dict[str, Any] = receipts[0]
    return receipt


def acts(desk: BillDesk) -> list[Decision]:
    """One of each kind, most of them fit to be done."""
    parent, other = desk.filled(1, 2), desk.filled(2, 2)
    desk.one(bill_decisions.created(desk.bill, 5))
    child = f"{parent[-5:]}C00"
    return [
        bag_acts.moved(other, child, origin=parent),
        bag_acts.relabelled(parent, parent=f"{parent}N"),
        bag_acts.edited(parent, [f"{parent}X"], [child]),
        bag_acts.deleted(f"{parent}NONE"),
        bill_decisions.created(f"{desk.bill}-B"),
        bill_decisions.edited(desk.bill, capacity=6),
        bill_decisions.attached(desk.bill, other),
        bill_decisions.detached(desk.bill, other),
        bill_decisions.completed_bill(desk.bill),
        bill_decisions.reopened_bill(desk.bill),
        bill_decisions.deleted_bill("BILL-NONE"),
        bill_decisions.opened_return(desk.ticket),
        bill_decisions.returned(desk.ticket, other),
        bill_decisions.unreturned(desk.ticket, other),
        bill_decisions.finalised_return("RTN-NONE"),
        bill_decisions.cancelled_return("RTN-NONE"),
    ]


@pytest.mark.parametrize("number", range(16))
def test_whatever_stands_in_an_entry_it_gets_a_receipt_and_keeps_nobody_waiting(desk: BillDesk, number: int):
    decision = acts(desk)[number]

    outcomes = {
        (field, repr(junk)): sent(desk, decision, **{field: junk})["outcome"]
        for field in FIELDS
        for junk in JUNK
    }

    assert set(outcomes.values()) <= {"posted", "refused"}
    assert desk.query("SELECT FROM bag WHERE qr_id !~ '[[:alnum:]]' OR qr_id <> upper(qr_id)") == []
    assert desk.query("SELECT FROM bill WHERE parent_bag_count NOT BETWEEN 1 AND 500 OR bill_id = ''") == []
    assert desk.query("SELECT FROM return_ticket WHERE cf_location <> ALL (station.dispatch_areas())") == []


@pytest.mark.parametrize("decision", [bag_acts.moved, bag_acts.edited], ids=["moved", "edited"])
def test_a_list_that_no_parent_could_hold_is_refused_unread(desk: BillDesk, decision: Any):
    parent, codes = desk.filled(1, 1), [f"C{number}" for number in range(10_000)]
    made = decision(parent, *codes) if decision is bag_acts.moved else decision(parent, codes)

    assert told(sent(desk, made)) == COULD_NOT


def test_a_list_that_is_too_long_takes_nothing_out_either(desk: BillDesk):
    parent = desk.filled(1, 2)

    receipt = sent(desk, bag_acts.edited(parent, ["C"] * 1001, [f"{parent[-5:]}C00"]))

    assert (told(receipt), receipt["count"]) == (COULD_NOT, 2)


def test_what_a_list_names_twice_is_moved_once(desk: BillDesk):
    parent, other = desk.filled(1, 1), desk.filled(2, 0)
    child = f"{parent[-5:]}C00"

    receipt = sent(desk, bag_acts.moved(other, child), children=[child, None, child.lower(), child])

    assert (told(receipt), receipt["count"]) == (POSTED, 1)


def test_a_bag_of_another_parent_is_not_taken_out(desk: BillDesk):
    parent, other = desk.filled(1, 1), desk.filled(2, 1)

    assert told(sent(desk, bag_acts.edited(parent, (), [f"{other[-5:]}C00"]))) == (
        "refused",
        "child_not_in_parent",
    )


def test_what_is_said_to_come_from_where_it_is_to_go_is_there_already(desk: BillDesk):
    parent = desk.filled(1, 1)

    receipt = sent(desk, bag_acts.moved(parent, f"{parent[-5:]}C00", origin=parent))

    assert told(receipt) == ("refused", "already_in_this_parent")


def test_a_return_that_another_station_opened_is_not_found_by_its_entry(desk: BillDesk):
    (opening,) = desk.entries(bill_decisions.opened_return(desk.ticket))
    desk.station.offer([opening])
    other = BillDesk(desk.people, "admin")

    receipt = sent(other, bill_decisions.finalised_return("RTN-NONE", opening.id))

    assert told(receipt) == ("refused", "ticket_unknown")


def test_who_may_not_work_at_bills_makes_no_parent_by_one(desk: BillDesk):
    desk.one(bill_decisions.created(desk.bill))
    dispatcher = BillDesk(desk.people, "dispatcher", mark=desk.mark)

    receipt = sent(dispatcher, bill_decisions.attached(desk.bill, desk.parent(9), makes=True))

    assert told(receipt) == ("refused", "not_permitted")
    assert desk.query("SELECT FROM bag WHERE qr_id = %s", desk.parent(9)) == []


def test_a_parent_is_never_complete_for_a_capacity_of_nothing(desk: BillDesk):
    desk.one(bill_decisions.created(desk.bill))

    opened_so = sent(desk, opened(desk.parent(1)), capacity=-1)
    put_on_so = sent(desk, bill_decisions.attached(desk.bill, desk.parent(2), makes=True), capacity=0)

    assert [(one["count"], one["completed"]) for one in (opened_so, put_on_so)] == [(0, False)] * 2


# -- rows of the web application


def without_unique_rules(desk: BillDesk, table: str) -> None:
    """Take away whatever keeps rows of *table* unique, but for their ids."""
    rules = desk.query(
        """SELECT i.indexrelid::regclass::text AS name, c.conname AS rule
           FROM pg_index AS i LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid
           WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary""",
        table,
    )
    for row in rules:
        on_table = f"ALTER TABLE {table} DROP CONSTRAINT {row['rule']}"
        desk.query(on_table if row["rule"] else f"DROP INDEX {row['name']}")


def test_codes_and_names_in_lower_case_are_the_same_bags_and_bills(desk: BillDesk):
    desk.query("INSERT INTO bag (qr_id, type) VALUES (%s, 'parent')", desk.parent(1).lower())
    desk.query("INSERT INTO bill (bill_id, status) VALUES (%s, 'new')", desk.bill.lower())

    receipts = desk.post(
        bill_decisions.attached(desk.bill, desk.parent(1)), bill_decisions.completed_bill(desk.bill.lower())
    )

    assert [told(one) for one in receipts] == [POSTED] * 2
    assert figures(receipts[1]) == ("completed", 1, 1, 0, 30)


@pytest.mark.parametrize(("status", "capacity"), [("active", None), ("draft", 0), (None, -3), ("odd", 7)])
def test_a_status_and_a_capacity_of_an_old_bill_become_known_ones(
    desk: BillDesk, status: str | None, capacity: int | None
):
    parent = desk.filled(1, 2)
    desk.query(
        """INSERT INTO bill (bill_id, status, parent_bag_count, total_child_bags, total_weight_kg,
                             expected_weight_kg)
           VALUES (%s, %s, %s, NULL, NULL, NULL)""",
        *(desk.bill, status, capacity),
    )

    receipt = desk.one(bill_decisions.attached(desk.bill, parent))

    assert (told(receipt), figures(receipt)) == (POSTED, ("processing", max(capacity or 1, 1), 1, 2, 30))
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == figures(receipt)


def test_a_parent_on_two_bills_is_taken_off_one_and_goes_onto_no_third(desk: BillDesk):
    (parent,) = desk.billed(3, 2)
    other, third = f"{desk.bill}-B", f"{desk.bill}-C"
    desk.post(bill_decisions.created(other), bill_decisions.created(third))
    without_unique_rules(desk, "bill_bag")
    desk.query(
        """INSERT INTO bill_bag (bill_id, bag_id) SELECT b.id, p.id FROM bill AS b, bag AS p
           WHERE b.bill_id = %s AND p.qr_id = %s""",
        *(other, parent),
    )

    receipts = desk.post(
        bill_decisions.attached(third, parent),
        bill_decisions.detached(desk.bill, parent),
        bill_decisions.attached(third, parent),
        bill_decisions.detached(other, parent),
        bill_decisions.attached(third, parent),
    )

    elsewhere = ("refused", "parent_on_other_bill")
    assert [told(one) for one in receipts] == [elsewhere, POSTED, elsewhere, POSTED, POSTED]


def test_a_child_in_two_parents_is_moved_out_of_both(desk: BillDesk):
    parent, other, third = desk.filled(1, 1), desk.filled(2, 1), desk.filled(3, 0)
    child = f"{parent[-5:]}C00"
    without_unique_rules(desk, "link")
    desk.query(
        """INSERT INTO link (parent_bag_id, child_bag_id) SELECT p.id, c.id FROM bag AS p, bag AS c
           WHERE p.qr_id = %s AND c.qr_id = %s""",
        *(other, child),
    )

    receipt = desk.one(bag_acts.moved(third, child))

    assert (told(receipt), receipt["count"]) == (POSTED, 1)
    rows = desk.query("SELECT qr_id, child_count FROM bag WHERE qr_id = ANY (%s)", [parent, other, third])
    assert {row["qr_id"]: row["child_count"] for row in rows} == {parent: 0, other: 1, third: 1}


@pytest.mark.parametrize("missing", ["return_ticket", "return_ticket_bag", "bill_return_event"])
def test_a_table_that_is_gone_costs_only_what_needs_it(desk: BillDesk, missing: str):
    (parent,) = desk.billed(3, 2)
    desk.one(bill_decisions.opened_return(desk.ticket))
    desk.query(f"ALTER TABLE {missing} RENAME TO away")
    try:
        receipt = sent(desk, bill_decisions.returned(desk.ticket, parent))
    finally:
        desk.query(f"ALTER TABLE away RENAME TO {missing}")

    assert told(receipt) == COULD_NOT
    assert desk.web.bill(desk.bill).figures == ("processing", 3, 1, 2, 30)  # type: ignore[union-attr]
    (row,) = desk.query(
        "SELECT error_state FROM station.entry WHERE device = %s AND kind = 'return_bag'",
        str(desk.station.chain.device),
    )
    assert row["error_state"] == "42P01"


def test_a_column_that_is_gone_costs_only_what_needs_it(desk: BillDesk):
    desk.one(bill_decisions.created(desk.bill))
    desk.query("ALTER TABLE bill RENAME destination TO away")
    try:
        receipt = sent(desk, bill_decisions.edited(desk.bill, capacity=4))
    finally:
        desk.query("ALTER TABLE bill RENAME away TO destination")

    assert told(receipt) == COULD_NOT
    assert told(sent(desk, bill_decisions.edited(desk.bill, capacity=4))) == POSTED
