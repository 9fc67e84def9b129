"""Bills posted by stations: every act, every reason, and what the web application then shows of them."""

import json
from collections.abc import Iterator

import pytest
from fakes.bill_decisions import (
    attached,
    completed_bill,
    created,
    deleted_bill,
    detached,
    edited,
    reopened_bill,
)
from fakes.bill_desk import BillDesk, figures, told
from fakes.decisions import added, opened, removed
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople

from traitortrack_desktop.domain.bills import BillStatus, bill_fact_from_payload
from traitortrack_desktop.domain.entries import fact_from_payload
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.consistency import consistency

POSTED = ("posted", None)


@pytest.fixture(scope="module")
def url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A centre of these tests; whatever they did, every stored figure is what its rows say afterwards."""
    postgres_server.create_database("bills", "migrated")
    url = HiddenAddress(postgres_server.url("bills"))
    yield url
    assert consistency(url).holds
    postgres_server.drop_database("bills")


@pytest.fixture(scope="module")
def people(url: str) -> Iterator[PostedPeople]:
    people = PostedPeople(url)
    yield people
    people.close()


@pytest.fixture
def desk(people: PostedPeople) -> BillDesk:
    return BillDesk(people)


@pytest.fixture
def admin(people: PostedPeople, desk: BillDesk) -> BillDesk:
    """An administrator who works with the same codes."""
    return BillDesk(people, "admin", mark=desk.mark)


def refused(reason: str) -> tuple[str, str]:
    return ("refused", reason)


# -- create


def test_a_new_bill_is_one_as_the_web_application_makes_it(desk: BillDesk):
    receipt = desk.one(created(desk.bill, 20, description="to the mill", destination="Kota", vehicle="RJ14"))

    assert (told(receipt), figures(receipt)) == (POSTED, ("new", 20, 0, 0, 0))
    page = desk.web.bill(desk.bill)
    assert page is not None
    shown = {
        key: page.row[key] for key in ("description", "status", "destination", "vehicle_number", "creator")
    }
    assert shown == {
        "description": "to the mill", "status": "new", "destination": "Kota", "vehicle_number": "RJ14",
        "creator": desk.name,
    }  # fmt: skip
    assert page.figures == ("new", 20, 0, 0, 0)


def test_a_name_is_cleaned_as_the_web_application_cleans_it(desk: BillDesk):
    receipt = desk.one(created(f"  bill\u200b {desk.mark}\u00a0\u00a0x\t"))

    assert (told(receipt), receipt["bill"]["code"]) == (POSTED, f"BILL {desk.mark} X")


@pytest.mark.parametrize("name", ["", " \u200b ", "B" * 51], ids=["empty", "invisible", "too long"])
def test_a_name_that_cannot_be_one_is_refused(desk: BillDesk, name: str):
    assert told(desk.one(created(name))) == refused("bill_name_unusable")


def test_a_bill_that_is_there_in_another_case_is_named(desk: BillDesk):
    desk.query(
        "INSERT INTO bill (bill_id, parent_bag_count, status) VALUES (%s, 5, 'processing')", desk.bill.lower()
    )

    receipt = desk.one(created(desk.bill, 9))

    assert told(receipt) == refused("bill_exists")
    fact = bill_fact_from_payload(receipt["bill"])
    assert (fact.code, fact.capacity, fact.status) == (desk.bill, 5, BillStatus.PROCESSING)


@pytest.mark.parametrize("capacity", [0, 51, None])
def test_a_new_bill_takes_one_to_fifty(desk: BillDesk, capacity: int | None):
    assert told(desk.one(created(desk.bill, capacity))) == refused("bill_capacity_wrong")


# -- attach


def test_the_first_parent_begins_the_bill_and_every_page_shows_its_figures(desk: BillDesk):
    parent = desk.filled(1, 4)
    desk.one(created(desk.bill))

    receipt = desk.one(attached(desk.bill, parent))

    assert (told(receipt), receipt["count"], receipt["completed"]) == (POSTED, 4, False)
    assert figures(receipt) == ("processing", 3, 1, 4, 30)
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == figures(receipt)
    assert page.parents == [{"qr_id": parent, "child_count": 4, "weight_kg": 4.0, "status": "in_progress"}]


def test_a_full_parent_is_completed_and_an_empty_one_stays_as_it_was(desk: BillDesk):
    full, empty = desk.filled(1, 30), desk.filled(2, 0)
    desk.one(created(desk.bill))

    receipts = desk.post(attached(desk.bill, full), attached(desk.bill, empty))

    assert [(one["count"], one["completed"]) for one in receipts] == [(30, True), (0, False)]
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert [parent["status"] for parent in page.parents] == ["completed", "pending"]


def test_mini_bags_are_expected_with_half_the_weight(desk: BillDesk):
    mini, standard = desk.filled(1, 2, kind="M444"), desk.filled(2, 3)
    desk.one(created(desk.bill))

    receipts = desk.post(attached(desk.bill, mini), attached(desk.bill, standard))

    assert figures(receipts[-1]) == ("processing", 3, 2, 5, 45)


def test_an_attached_parent_leaves_a_scan_of_the_parent(desk: BillDesk):
    parent = desk.filled(1, 1)
    before = desk.query("SELECT max(id) AS id FROM scan")[0]["id"]
    (created_bill, attaching) = desk.entries(created(desk.bill), attached(desk.bill, parent))
    desk.station.offer([created_bill, attaching])

    (scan,) = desk.query(
        """SELECT s."timestamp" AS at, p.qr_id, s.child_bag_id, u.username FROM scan AS s
           JOIN bag AS p ON p.id = s.parent_bag_id JOIN "user" AS u ON u.id = s.user_id WHERE s.id > %s""",
        before,
    )
    assert scan == {
        "at": attaching.at.replace(tzinfo=None), "qr_id": parent, "child_bag_id": None, "username": desk.name,
    }  # fmt: skip


def test_no_parent_goes_onto_a_bill_that_is_not_there(desk: BillDesk):
    receipt = desk.one(attached(desk.bill, desk.filled(1, 1)))

    assert told(receipt) == refused("bill_unknown")
    assert bill_fact_from_payload(receipt["bill"]).is_absent


def test_no_parent_goes_onto_a_completed_bill(desk: BillDesk):
    desk.billed(1, 2)
    desk.one(completed_bill(desk.bill))

    receipt = desk.one(attached(desk.bill, desk.filled(2, 1)))

    assert (told(receipt), receipt["bill"]["status"]) == (refused("bill_completed"), "completed")


def test_a_child_goes_onto_no_bill(desk: BillDesk):
    desk.filled(1, 1)
    desk.one(created(desk.bill))

    receipt = desk.one(attached(desk.bill, f"{desk.parent(1)[-5:]}C00"))

    assert (told(receipt), receipt["fact"]["parent"]) == (refused("child_not_billable"), desk.parent(1))


def test_a_bag_of_neither_kind_goes_onto_no_bill(desk: BillDesk):
    desk.query("INSERT INTO bag (qr_id, type) VALUES (%s, 'crate')", desk.parent(1))
    desk.one(created(desk.bill))

    assert told(desk.one(attached(desk.bill, desk.parent(1)))) == refused("unknown_bag_type")


def test_a_parent_that_nobody_scanned_goes_onto_a_bill_only_where_a_person_says_that_it_is_there(
    desk: BillDesk,
):
    desk.one(created(desk.bill))

    assert told(desk.one(attached(desk.bill, desk.parent(1)))) == refused("parent_missing")
    receipt = desk.one(attached(desk.bill, desk.parent(1), makes=True))

    assert (told(receipt), receipt["count"]) == (POSTED, 0)
    (made,) = desk.query(
        """SELECT b.type, b.status, b.dispatch_area, u.username
           FROM bag AS b JOIN "user" AS u ON u.id = b.user_id
           WHERE b.qr_id = %s""",
        desk.parent(1),
    )
    assert made == {"type": "parent", "status": "pending", "dispatch_area": "lucknow", "username": desk.name}


def test_nothing_is_made_for_a_bill_that_is_full(desk: BillDesk):
    desk.billed(1, 1)

    assert told(desk.one(attached(desk.bill, desk.parent(2), makes=True))) == refused("bill_full")
    assert desk.query("SELECT 1 FROM bag WHERE qr_id = %s", desk.parent(2)) == []


def test_a_parent_that_is_on_the_bill_stays_there_once(desk: BillDesk):
    (parent,) = desk.billed(3, 2)

    receipt = desk.one(attached(desk.bill, parent))

    assert (told(receipt), figures(receipt)) == (refused("parent_on_this_bill"), ("processing", 3, 1, 2, 30))
    assert receipt["fact"]["bill"] == desk.bill


def test_a_parent_on_another_bill_is_refused_and_that_bill_is_named(desk: BillDesk):
    (parent,) = desk.billed(1, 2)
    desk.post(completed_bill(desk.bill), created(f"{desk.bill}-B"))

    receipt = desk.one(attached(f"{desk.bill}-B", parent))

    assert told(receipt) == refused("parent_on_other_bill")
    fact = fact_from_payload(receipt["fact"])
    assert (fact.bill, fact.bill_completed, receipt["bill"]["code"]) == (desk.bill, True, desk.bill)


def test_a_full_bill_takes_no_more(desk: BillDesk):
    desk.billed(2, 1, 1)

    receipt = desk.one(attached(desk.bill, desk.filled(3, 1)))

    assert (told(receipt), figures(receipt)) == (refused("bill_full"), ("processing", 2, 2, 2, 60))


@pytest.mark.parametrize(("capacity", "status"), [(None, "active"), (0, "draft"), (-3, None)])
def test_a_bill_without_a_capacity_takes_one_and_gets_figures_that_the_web_application_knows(
    desk: BillDesk, capacity: int | None, status: str | None
):
    first, second = desk.filled(1, 1), desk.filled(2, 1)
    desk.query(
        "INSERT INTO bill (bill_id, parent_bag_count, status) VALUES (%s, %s, %s)",
        *(desk.bill.lower(), capacity, status),
    )

    receipts = desk.post(attached(desk.bill, first), attached(desk.bill, second))

    assert [told(receipt) for receipt in receipts] == [POSTED, refused("bill_full")]
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == ("processing", 1, 1, 1, 30)


# -- detach


def test_a_parent_taken_off_leaves_the_bill_as_if_it_had_not_been_there(desk: BillDesk):
    first, second = desk.billed(3, 2, 5)

    one, none = desk.post(detached(desk.bill, first), detached(desk.bill, second))

    assert (told(one), figures(one)) == (POSTED, ("processing", 3, 1, 5, 30))
    assert (told(none), figures(none), none["count"]) == (POSTED, ("new", 3, 0, 0, 0), 5)
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == ("new", 3, 0, 0, 0)


def test_a_parent_taken_off_can_go_onto_another_bill(desk: BillDesk):
    (parent,) = desk.billed(3, 2)

    receipts = desk.post(
        detached(desk.bill, parent), created(f"{desk.bill}-B"), attached(f"{desk.bill}-B", parent)
    )

    assert [told(receipt) for receipt in receipts] == [POSTED] * 3


def test_what_is_not_on_the_bill_cannot_be_taken_off(desk: BillDesk):
    (parent,) = desk.billed(3, 2)
    other = desk.filled(2, 1)
    desk.post(created(f"{desk.bill}-B"), attached(f"{desk.bill}-B", other))

    receipts = desk.post(
        detached("BILL-NOWHERE", parent),
        detached(desk.bill, "SB00000"),
        detached(desk.bill, f"{parent[-5:]}C00"),
        detached(desk.bill, other),
    )

    assert [receipt["reason"] for receipt in receipts] == [
        "bill_unknown", "parent_missing", "child_not_billable", "parent_not_on_bill",
    ]  # fmt: skip
    assert receipts[-1]["fact"]["bill"] == f"{desk.bill}-B"


def test_nothing_is_taken_off_a_completed_bill(desk: BillDesk):
    (parent,) = desk.billed(1, 2)
    desk.one(completed_bill(desk.bill))

    assert told(desk.one(detached(desk.bill, parent))) == refused("bill_completed")


# -- complete, reopen


def test_a_full_bill_is_completed_with_totals_that_the_rows_have(desk: BillDesk):
    desk.billed(2, 3, 4)
    desk.query("UPDATE bag SET child_count = 30 WHERE qr_id = %s", desk.parent(1))

    receipt = desk.one(completed_bill(desk.bill))

    assert (told(receipt), figures(receipt)) == (POSTED, ("completed", 2, 2, 7, 60))
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert (page.figures, page.row["percent"]) == (figures(receipt), 100)
    desk.query("UPDATE bag SET child_count = 3 WHERE qr_id = %s", desk.parent(1))


@pytest.mark.parametrize("counts", [(), (1,)], ids=["empty", "half"])
def test_a_bill_with_free_places_cannot_be_completed(desk: BillDesk, counts: tuple[int, ...]):
    desk.billed(2, *counts)

    receipt = desk.one(completed_bill(desk.bill))

    assert (told(receipt), receipt["bill"]["linked"]) == (refused("bill_not_full"), len(counts))


def test_a_completed_bill_is_not_completed_again(desk: BillDesk):
    desk.billed(1, 1)

    receipts = desk.post(completed_bill(desk.bill), completed_bill(desk.bill), completed_bill("BILL-NOWHERE"))

    assert [told(receipt) for receipt in receipts] == [
        POSTED,
        refused("bill_completed"),
        refused("bill_unknown"),
    ]


def test_a_reopened_bill_has_a_status_that_the_web_application_knows(desk: BillDesk):
    desk.billed(1, 1)
    desk.one(completed_bill(desk.bill))

    receipt = desk.one(reopened_bill(desk.bill))

    assert (told(receipt), figures(receipt)) == (POSTED, ("processing", 1, 1, 1, 30))
    assert [row["bill_id"] for row in desk.web.bills(desk.bill, "processing")] == [desk.bill]


def test_a_bill_that_was_completed_empty_is_new_again(desk: BillDesk):
    desk.query("INSERT INTO bill (bill_id, parent_bag_count, status) VALUES (%s, 1, 'completed')", desk.bill)

    assert figures(desk.one(reopened_bill(desk.bill))) == ("new", 1, 0, 0, 0)


def test_only_a_completed_bill_can_be_reopened(desk: BillDesk):
    desk.billed(2, 1)

    receipts = desk.post(reopened_bill(desk.bill), reopened_bill("BILL-NOWHERE"))

    assert [told(receipt) for receipt in receipts] == [refused("bill_not_completed"), refused("bill_unknown")]


# -- edit


def test_only_what_is_said_is_changed(desk: BillDesk):
    desk.post(created(desk.bill, 3, description="mustard", destination="Kota", vehicle="RJ14"))

    receipt = desk.one(edited(desk.bill, destination="", vehicle="HR26"))

    assert (told(receipt), receipt["bill"].get("destination"), receipt["bill"]["vehicle"]) == (
        POSTED,
        None,
        "HR26",
    )
    page = desk.web.bill(desk.bill)
    assert page is not None
    row = page.row
    assert (row["description"], row["destination"], row["vehicle_number"]) == ("mustard", None, "HR26")
    assert page.figures == ("new", 3, 0, 0, 0)


def test_a_changed_capacity_lies_between_what_stands_on_the_bill_and_five_hundred(desk: BillDesk):
    desk.billed(3, 1, 1)

    receipts = [desk.one(edited(desk.bill, capacity=number)) for number in (1, 501, 0, 500, 2)]

    assert [told(receipt)[0] for receipt in receipts] == ["refused"] * 3 + ["posted"] * 2
    assert receipts[0]["reason"] == "bill_capacity_wrong"
    assert figures(receipts[-1]) == ("processing", 2, 2, 2, 60)


def test_a_completed_bill_may_still_be_told_where_it_goes(desk: BillDesk):
    desk.billed(1, 1)

    receipts = desk.post(completed_bill(desk.bill), edited(desk.bill, vehicle="HR26"), edited("BILL-NOWHERE"))

    assert [told(receipt) for receipt in receipts] == [POSTED, POSTED, refused("bill_unknown")]
    assert figures(receipts[1]) == ("completed", 1, 1, 1, 30)


def test_an_unknown_status_becomes_a_known_one_by_a_change(desk: BillDesk):
    desk.query("INSERT INTO bill (bill_id, parent_bag_count, status) VALUES (%s, NULL, 'active')", desk.bill)

    assert figures(desk.one(edited(desk.bill, description="x"))) == ("processing", 1, 0, 0, 0)
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert (page.row["status"], page.row["capacity"]) == ("processing", 1)


# -- delete


def test_a_deleted_bill_leaves_its_bags(admin: BillDesk):
    (parent,) = admin.billed(3, 2)

    receipt = admin.one(deleted_bill(admin.bill))

    assert (told(receipt), bill_fact_from_payload(receipt["bill"]).is_absent) == (POSTED, True)
    assert admin.web.bill(admin.bill) is None
    (fact,) = admin.query("SELECT station.billed_fact(id) AS fact FROM bag WHERE qr_id = %s", parent)
    assert (fact["fact"]["count"], "bill" in fact["fact"]) == (2, False)


def test_a_completed_bill_is_not_deleted(admin: BillDesk):
    admin.billed(1, 1)

    receipts = admin.post(completed_bill(admin.bill), deleted_bill(admin.bill), deleted_bill("BILL-NOWHERE"))

    assert [told(receipt) for receipt in receipts] == [
        POSTED,
        refused("bill_completed"),
        refused("bill_unknown"),
    ]


# -- late children


def test_a_child_that_comes_to_a_parent_on_an_open_bill_counts_on_the_bill(desk: BillDesk):
    (parent,) = desk.billed(2, 1)

    desk.post(added(parent, f"{parent[-5:]}LATE"), removed(parent, f"{parent[-5:]}C00"))
    desk.post(added(parent, f"{parent[-5:]}TOO"))

    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == ("processing", 2, 1, 2, 30)


def test_what_is_in_a_parent_on_a_completed_bill_is_settled(desk: BillDesk):
    (parent,) = desk.billed(1, 2)

    receipts = desk.post(
        completed_bill(desk.bill), opened(parent), added(parent, f"{parent[-5:]}LATE"),
        removed(parent, f"{parent[-5:]}C00"), reopened_bill(desk.bill), added(parent, f"{parent[-5:]}LATE"),
    )  # fmt: skip

    settled = refused("parent_on_completed_bill")
    assert [told(receipt) for receipt in receipts] == [POSTED, POSTED, settled, settled, POSTED, POSTED]
    assert receipts[2]["fact"]["bill"] == desk.bill


# -- who, again, and what is written down


@pytest.mark.parametrize("role", ["dispatcher", "biller"])
def test_a_bill_is_no_dispatcher_s_work_and_deleting_one_no_biller_s(
    people: PostedPeople, desk: BillDesk, role: str
):
    (parent,) = desk.billed(2, 1)
    other = BillDesk(people, role, mark=desk.mark)
    acts = [
        created(f"{desk.bill}-B"), attached(desk.bill, parent), detached(desk.bill, parent),
        completed_bill(desk.bill), reopened_bill(desk.bill), edited(desk.bill, capacity=9),
        deleted_bill(desk.bill),
    ]  # fmt: skip

    receipts = other.post(*(acts if role == "dispatcher" else acts[-1:]))

    assert {told(receipt) for receipt in receipts} == {refused("not_permitted")}
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == ("processing", 2, 1, 1, 30)


def test_a_badge_alone_does_not_make_a_biller(people: PostedPeople, desk: BillDesk):
    session = people.session(desk.name, desk.station, rights="operator")
    entries = desk.station.entries(created(desk.bill), by=desk.name, session=session)

    assert told(desk.station.offer(entries)[0]) == refused("not_permitted")


def test_a_repeated_batch_gets_the_first_answers_and_changes_nothing(desk: BillDesk):
    parent = desk.filled(1, 2)
    entries = desk.entries(
        created(desk.bill, 1),
        attached(desk.bill, parent),
        attached(desk.bill, parent),
        completed_bill(desk.bill),
    )
    first = desk.station.offer(entries)
    rows = desk.query("SELECT * FROM bill ORDER BY id")

    again = desk.station.offer(entries)

    assert [answer["outcome"] for answer in again] == [
        "already_posted",
        "already_posted",
        "refused",
        "already_posted",
    ]
    assert [answer.get("bill") for answer in again] == [answer.get("bill") for answer in first]
    assert desk.query("SELECT * FROM bill ORDER BY id") == rows


def test_every_act_stands_in_the_audit_with_the_bill_before_and_after(admin: BillDesk):
    parent = admin.filled(1, 2)
    entries = admin.entries(
        created(admin.bill, 1), attached(admin.bill, parent), completed_bill(admin.bill),
        reopened_bill(admin.bill),
        edited(admin.bill, capacity=2), detached(admin.bill, parent), deleted_bill(admin.bill),
        completed_bill(admin.bill),
    )  # fmt: skip
    admin.station.offer(entries)

    assert admin.actions(entries) == [
        (action, "bill", admin.name)
        for action in ("create_bill", "attach_parent", "complete_bill", "reopen_bill", "edit_bill",
                       "detach_parent",
                       "delete_bill")
    ]  # fmt: skip
    rows = admin.people.audit(entries)
    details, before, after = (
        json.loads(rows[1][name]) for name in ("details", "before_state", "after_state")
    )
    assert details == {"username": admin.name, "station": "Station 7", "bill": admin.bill, "parent": parent}
    assert (before["status"], before["linked_parent_count"]) == ("new", 0)
    assert (after["status"], after["linked_parent_count"], after["total_weight_kg"]) == ("processing", 1, 2)
    assert (rows[0]["before_state"], rows[-1]["after_state"]) == (None, None)


def test_the_ledger_says_which_bill_an_entry_was_about(desk: BillDesk):
    desk.billed(2, 1)

    (row,) = desk.query(
        """SELECT e.bill, b.bill_id FROM station.entry AS e JOIN bill AS b ON b.id = e.bill_id
           WHERE e.bill = %s AND e.kind = 'attach_parent'""",
        desk.bill,
    )
    assert row == {"bill": desk.bill, "bill_id": desk.bill}


def test_an_entry_that_cannot_be_read_does_not_keep_the_others_waiting(desk: BillDesk):
    good, odd = desk.entries(created(desk.bill), edited(desk.bill, capacity=2**40))

    receipts = desk.station.offer([good, odd], isolate=True)

    assert [told(receipt) for receipt in receipts] == [POSTED, refused("centre_could_not_store")]


# -- the end of the day


def test_the_summary_of_the_day_shows_what_the_receipts_said(desk: BillDesk):
    desk.billed(2, 3, 1)
    half = f"{desk.bill}-H"
    receipts = desk.post(
        completed_bill(desk.bill),
        created(half, 4),
        attached(half, desk.filled(3, 2)),
        created(f"{desk.bill}-N", 5),
    )

    day = desk.query("SELECT (now() AT TIME ZONE 'UTC')::date::text AS day")[0]["day"]
    rows = desk.web.summary(day, desk.bill)
    shown = [(row["state"], row["parents"], row["children"], row["percent"]) for row in rows]
    assert shown == [("completed", 2, 4, 100), ("in_progress", 1, 2, 25), ("empty", 0, 0, 0)]
    told_kilograms = [receipts[0]["bill"]["children"], receipts[-2]["bill"]["children"], 0]
    assert [int(row["kilograms"]) for row in rows] == told_kilograms
    assert {row["creator"] for row in rows} == {desk.name}
