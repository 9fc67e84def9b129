"""Returns posted by stations: acts, reasons, corrected bills, and what the web application then shows."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fakes.bill_decisions import (
    attached,
    cancelled_return,
    completed_bill,
    created,
    deleted_bill,
    finalised_return,
    opened_return,
    returned,
    unreturned,
)
from fakes.bill_desk import BillDesk, figures, told
from fakes.decisions import opened
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople

from traitortrack_desktop.domain.returns import ticket_code
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.audit import audit
from traitortrack_desktop.storage.central.consistency import consistency

POSTED = ("posted", None)


@pytest.fixture(scope="module")
def url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A centre of these tests; whatever they did, every stored figure is what its rows say afterwards."""
    postgres_server.create_database("returns", "migrated")
    url = HiddenAddress(postgres_server.url("returns"))
    yield url
    assert consistency(url).holds
    postgres_server.drop_database("returns")


@pytest.fixture(scope="module")
def people(url: str) -> Iterator[PostedPeople]:
    people = PostedPeople(url)
    yield people
    people.close()


@pytest.fixture
def desk(people: PostedPeople) -> BillDesk:
    return BillDesk(people)


def refused(reason: str) -> tuple[str, str]:
    return ("refused", reason)


# -- open


def test_a_new_return_is_one_as_the_web_application_makes_it(desk: BillDesk):
    receipt = desk.one(opened_return(desk.ticket, "jaipur", notes="unsold"))

    assert (told(receipt), "ticket" in receipt) == (POSTED, False)
    assert desk.web.ticket(desk.ticket) == {
        "ticket_code": desk.ticket, "cf_location": "jaipur", "status": "open", "notes": "unsold",
        "creator": desk.name,
        "bags_scanned_count": 0, "total_weight_returned_kg": 0.0, "finalised": False,
    }  # fmt: skip


def test_a_return_without_an_area_gets_the_person_s_and_one_of_nowhere_is_none(desk: BillDesk):
    receipts = desk.post(opened_return(desk.ticket, None), opened_return(f"{desk.ticket}B", "atlantis"))

    assert [told(receipt) for receipt in receipts] == [POSTED, refused("where_returned")]
    assert desk.web.ticket(desk.ticket)["cf_location"] == "lucknow"


def test_a_code_that_is_taken_is_replaced_and_later_entries_find_theirs(people: PostedPeople, desk: BillDesk):
    other = BillDesk(people, mark=desk.mark)
    other.one(opened_return(desk.ticket))
    (parent,) = desk.billed(2, 3)
    opening, returning = desk.entries(opened_return(desk.ticket), returned(desk.ticket, parent))
    returning = desk.entries(returned(desk.ticket, parent, opening.id))[0]

    receipts = desk.station.offer([opening, returning])

    code = receipts[0]["ticket"]
    assert (ticket_code(code), code == desk.ticket, code[:12]) == (code, False, f"RTN-{opening.at:%Y%m%d}")
    assert [told(receipt) for receipt in receipts] == [POSTED] * 2
    assert (desk.web.ticket(code)["bags_scanned_count"], desk.web.on_ticket(desk.ticket)) == (1, [])
    assert [answer.get("ticket") for answer in desk.station.offer([opening, returning])] == [code, None]


def test_the_opening_of_another_station_is_none_of_this_one_s(people: PostedPeople, desk: BillDesk):
    other = BillDesk(people)
    (opening,) = other.entries(opened_return(other.ticket))
    other.station.offer([opening])

    assert told(desk.one(returned("RTN-20260105-FFFF", "SB00000", opening.id))) == refused("ticket_unknown")


def test_where_the_opening_was_refused_there_is_no_return(people: PostedPeople, desk: BillDesk):
    BillDesk(people).one(opened_return(desk.ticket))
    (opening,) = desk.entries(opened_return(desk.ticket, "atlantis"))
    desk.station.offer([opening])

    assert told(desk.one(finalised_return(desk.ticket, opening.id))) == refused("ticket_unknown")


# -- return


def test_a_returned_parent_comes_off_its_bill_and_every_page_shows_it(desk: BillDesk):
    first, _second = desk.billed(3, 4, 5)
    desk.one(opened_return(desk.ticket))

    receipt = desk.one(returned(desk.ticket, first))

    assert (told(receipt), receipt["count"], figures(receipt)) == (POSTED, 4, ("processing", 3, 1, 5, 30))
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == figures(receipt)
    assert desk.web.on_ticket(desk.ticket) == [
        {"qr_id": first, "bill_id": desk.bill, "weight_at_return_kg": 4.0, "child_count_at_return": 4,
         "scanned_by": desk.name}
    ]  # fmt: skip
    ticket = desk.web.ticket(desk.ticket)
    assert (ticket["bags_scanned_count"], ticket["total_weight_returned_kg"]) == (1, 4.0)
    assert desk.web.returns_of(desk.bill) == [
        {"bag_qr_id": first, "ticket_code": desk.ticket, "previous_linked_count": 2, "new_linked_count": 1,
         "previous_weight_kg": 9.0, "new_weight_kg": 5.0, "previous_child_count": 9, "new_child_count": 5,
         "reason": "IPT Return"}
    ]  # fmt: skip


def test_a_return_from_a_completed_bill_leaves_it_completed_with_true_totals(desk: BillDesk):
    parents = [desk.filled(1, 3, kind="M444"), desk.filled(2, 2)]
    desk.post(
        created(desk.bill, 2), *(attached(desk.bill, parent) for parent in parents),
        completed_bill(desk.bill),
        opened_return(desk.ticket),
    )  # fmt: skip

    receipts = desk.post(*(returned(desk.ticket, parent) for parent in parents))

    assert [figures(receipt) for receipt in receipts] == [
        ("completed", 2, 1, 2, 30),
        ("completed", 2, 0, 0, 0),
    ]
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == ("completed", 2, 0, 0, 0)


def test_a_returned_parent_keeps_its_children_and_can_be_billed_again(desk: BillDesk):
    (parent,) = desk.billed(1, 4)
    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), created(f"{desk.bill}-B"),
        attached(f"{desk.bill}-B", parent),
    )  # fmt: skip

    assert [told(receipt) for receipt in receipts] == [POSTED] * 4
    assert receipts[-1]["count"] == 4


def test_what_cannot_be_returned_is_told_with_its_reason(desk: BillDesk):
    (parent,) = desk.billed(1, 2)
    unbilled = desk.filled(2, 1)
    desk.query("INSERT INTO bag (qr_id, type) VALUES (%s, 'crate')", desk.parent(3))
    desk.one(opened_return(desk.ticket))

    receipts = desk.post(
        returned("RTN-20200101-0000", parent),
        returned(desk.ticket, "SB00000"),
        returned(desk.ticket, f"{parent[-5:]}C00"),
        returned(desk.ticket, desk.parent(3)),
        returned(desk.ticket, unbilled),
        returned(desk.ticket, parent),
        returned(desk.ticket, parent),
    )

    assert [receipt.get("reason") for receipt in receipts] == [
        "ticket_unknown", "parent_missing", "child_not_billable", "unknown_bag_type", "parent_not_billed",
        None, "already_returned",
    ]  # fmt: skip
    assert (receipts[4]["fact"]["count"], receipts[2]["fact"]["parent"]) == (1, parent)


def test_a_parent_that_was_billed_again_stands_on_this_return_already(desk: BillDesk):
    (parent,) = desk.billed(1, 2)

    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), attached(desk.bill, parent),
        returned(desk.ticket, parent),
    )  # fmt: skip

    assert told(receipts[-1]) == refused("already_returned")
    assert receipts[-1]["fact"]["bill"] == desk.bill


@pytest.mark.parametrize("end", [finalised_return, cancelled_return])
def test_a_return_that_has_ended_takes_and_gives_no_more(desk: BillDesk, end):
    first, second = desk.billed(2, 1, 1)
    desk.post(opened_return(desk.ticket), returned(desk.ticket, first), end(desk.ticket))

    receipts = desk.post(
        returned(desk.ticket, second), unreturned(desk.ticket, first), finalised_return(desk.ticket),
        cancelled_return(desk.ticket),
    )  # fmt: skip

    assert [told(receipt) for receipt in receipts] == [refused("ticket_closed")] * 4


# -- a return undone


def test_a_return_undone_leaves_bill_and_return_as_they_were(desk: BillDesk):
    (first, _second) = desk.billed(2, 3, 1)
    desk.post(completed_bill(desk.bill), opened_return(desk.ticket), returned(desk.ticket, first))

    receipt = desk.one(unreturned(desk.ticket, first))

    assert (told(receipt), receipt["count"], figures(receipt)) == (POSTED, 3, ("completed", 2, 2, 4, 60))
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert page.figures == figures(receipt)
    ticket = desk.web.ticket(desk.ticket)
    assert (ticket["bags_scanned_count"], ticket["total_weight_returned_kg"]) == (0, 0.0)
    history = [
        (row["reason"], row["new_linked_count"], row["new_weight_kg"])
        for row in desk.web.returns_of(desk.bill)
    ]
    assert history == [("IPT Return", 1, 1.0), ("Return undone", 2, 4.0)]


def test_only_what_stands_on_the_return_can_come_off_it(desk: BillDesk):
    (parent,) = desk.billed(1, 1)

    receipts = desk.post(
        unreturned(desk.ticket, parent), opened_return(desk.ticket), unreturned(desk.ticket, parent),
        unreturned(desk.ticket, "SB00000"),
    )  # fmt: skip

    assert [receipt.get("reason") for receipt in receipts] == [
        "ticket_unknown",
        None,
        "not_returned",
        "not_returned",
    ]


def test_a_parent_that_went_onto_another_bill_meanwhile_stays_on_the_return(desk: BillDesk):
    (parent,) = desk.billed(1, 1)
    other = f"{desk.bill}-B"

    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), created(other), attached(other, parent),
        unreturned(desk.ticket, parent),
    )  # fmt: skip

    assert told(receipts[-1]) == refused("parent_on_other_bill")
    assert (receipts[-1]["fact"]["bill"], receipts[-1]["bill"]["code"]) == (other, other)
    assert [row["qr_id"] for row in desk.web.on_ticket(desk.ticket)] == [parent]


def test_a_parent_that_is_on_its_bill_again_only_comes_off_the_return(desk: BillDesk):
    (parent,) = desk.billed(1, 1)

    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), attached(desk.bill, parent),
        unreturned(desk.ticket, parent),
    )  # fmt: skip

    assert (told(receipts[-1]), figures(receipts[-1])) == (POSTED, ("processing", 1, 1, 1, 30))


def test_a_bill_that_was_filled_meanwhile_takes_nothing_back(desk: BillDesk):
    (parent,) = desk.billed(1, 1)

    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), attached(desk.bill, desk.filled(2, 1)),
        unreturned(desk.ticket, parent),
    )  # fmt: skip

    assert (told(receipts[-1]), figures(receipts[-1])) == (refused("bill_full"), ("processing", 1, 1, 1, 30))


def test_a_bill_that_was_deleted_meanwhile_takes_nothing_back(people: PostedPeople, desk: BillDesk):
    (parent,) = desk.billed(1, 1)
    desk.post(opened_return(desk.ticket), returned(desk.ticket, parent))
    BillDesk(people, "admin").one(deleted_bill(desk.bill))

    assert told(desk.one(unreturned(desk.ticket, parent))) == refused("bill_unknown")


# -- the end of a return


def test_a_finalised_return_is_committed(desk: BillDesk):
    (parent,) = desk.billed(1, 2)

    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), finalised_return(desk.ticket)
    )

    assert told(receipts[-1]) == POSTED
    ticket = desk.web.ticket(desk.ticket)
    assert (ticket["status"], ticket["finalised"], ticket["total_weight_returned_kg"]) == (
        "committed",
        True,
        2.0,
    )


def test_an_empty_return_is_not_finalised(desk: BillDesk):
    receipts = desk.post(
        opened_return(desk.ticket), finalised_return(desk.ticket), finalised_return("RTN-20200101-0000"),
        cancelled_return("RTN-20200101-0000"),
    )  # fmt: skip

    assert [receipt.get("reason") for receipt in receipts] == [
        None,
        "ticket_empty",
        "ticket_unknown",
        "ticket_unknown",
    ]


def test_a_cancelled_return_puts_nothing_back(desk: BillDesk):
    (parent,) = desk.billed(1, 2)

    receipts = desk.post(
        opened_return(desk.ticket), returned(desk.ticket, parent), cancelled_return(desk.ticket)
    )

    assert told(receipts[-1]) == POSTED
    page = desk.web.bill(desk.bill)
    assert page is not None
    assert (page.parents, desk.web.ticket(desk.ticket)["status"]) == ([], "cancelled")


# -- who, again, and what is written down


def test_returns_are_no_dispatcher_s_work(people: PostedPeople, desk: BillDesk):
    (parent,) = desk.billed(1, 1)
    desk.one(opened_return(desk.ticket))
    other = BillDesk(people, "dispatcher")

    receipts = other.post(
        opened_return(other.ticket), returned(desk.ticket, parent), unreturned(desk.ticket, parent),
        finalised_return(desk.ticket), cancelled_return(desk.ticket),
    )  # fmt: skip

    assert [told(receipt) for receipt in receipts] == [refused("not_permitted")] * 5


def test_a_repeated_return_is_done_once(desk: BillDesk):
    (parent,) = desk.billed(1, 2)
    entries = desk.entries(
        opened_return(desk.ticket), returned(desk.ticket, parent), finalised_return(desk.ticket)
    )
    desk.station.offer(entries)

    again = desk.station.offer(entries)

    assert [told(answer) for answer in again] == [("already_posted", None)] * 3
    assert (len(desk.web.on_ticket(desk.ticket)), len(desk.web.returns_of(desk.bill))) == (1, 1)


def test_every_act_stands_in_the_audit(desk: BillDesk):
    (parent,) = desk.billed(1, 2)
    entries = desk.entries(
        opened_return(desk.ticket), returned(desk.ticket, parent), unreturned(desk.ticket, parent),
        returned(desk.ticket, parent), finalised_return(desk.ticket), cancelled_return(desk.ticket),
    )  # fmt: skip
    desk.station.offer(entries)

    ticket, bill = "return_ticket", "bill"
    assert desk.actions(entries) == [
        (action, entity, desk.name)
        for action, entity in (
            ("open_return", ticket), ("return_bag", ticket), ("return_bag", bill), ("unreturn_bag", ticket),
            ("unreturn_bag", bill), ("return_bag", ticket), ("return_bag", bill), ("finalise_return", ticket),
        )
    ]  # fmt: skip
    row = desk.people.audit(entries)[1]
    details, before, after = (json.loads(row[name]) for name in ("details", "before_state", "after_state"))
    assert details == {
        "username": desk.name, "station": "Station 7", "ticket": desk.ticket, "parent": parent,
        "bill": desk.bill,
    }  # fmt: skip
    assert (before["bags_scanned_count"], after["bags_scanned_count"]) == (0, 1)


def test_the_audit_finds_and_mends_the_figures_of_a_return(url: str, desk: BillDesk):
    (parent,) = desk.billed(1, 2)
    desk.post(opened_return(desk.ticket), returned(desk.ticket, parent), opened(desk.parent(9)))
    desk.query(
        """UPDATE return_ticket SET bags_scanned_count = 7, total_weight_returned_kg = NULL
           WHERE ticket_code = %s""",
        desk.ticket,
    )

    assert consistency(url).wrong_returns == (desk.ticket,)
    report = audit(url, repair=True)

    assert [(change.kind, change.code, dict(change.after)) for change in report.mended] == [
        ("return", desk.ticket, {"bags_scanned_count": 1, "total_weight_returned_kg": 2})
    ]
    assert desk.web.ticket(desk.ticket)["total_weight_returned_kg"] == 2.0
    assert desk.query("SELECT code FROM station.repair WHERE what = 'return'") == [{"code": desk.ticket}]


def test_an_entry_of_an_opening_that_the_centre_never_saw_is_found_by_its_code(desk: BillDesk):
    desk.one(opened_return(desk.ticket))

    assert told(desk.one(cancelled_return(desk.ticket.lower(), uuid4()))) == POSTED
