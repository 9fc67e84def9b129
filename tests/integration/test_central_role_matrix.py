"""Each cell of the role matrix against the posting function, with the window left out.

What the centre allows is the account's role at the moment of posting, as far as the session shows who it is.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from fakes.bag_acts import deleted, edited, moved, relabelled
from fakes.bill_decisions import attached, created, detached, opened_return, returned, unreturned
from fakes.bill_decisions import edited as edited_bill
from fakes.decisions import added, cancelled, closed, opened, overridden, removed, signed_in, signed_out
from fakes.entry_chain import item
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople, PostingStation, told

from traitortrack_desktop.domain.identifiers import JournalEpoch
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.roles import Operation, Rights, Role, may
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

TEMPLATE = "migrated"
KINDS = {
    "open_parent": Operation.SCAN,
    "add_child": Operation.SCAN,
    "remove_child": Operation.SCAN,
    "close_parent": Operation.SCAN,
    "move_children": Operation.SCAN,
    "replace_label": Operation.SCAN,
    "override": Operation.OVERRIDE_COMPLETED,
    "edit_children": Operation.EDIT_CHILDREN,
    "delete_bag": Operation.DELETE_BAG,
    "create_bill": Operation.MANAGE_BILLS,
    "edit_bill": Operation.MANAGE_BILLS,
    "attach_parent": Operation.MANAGE_BILLS,
    "detach_parent": Operation.MANAGE_BILLS,
    "complete_bill": Operation.MANAGE_BILLS,
    "reopen_bill": Operation.MANAGE_BILLS,
    "delete_bill": Operation.DELETE_BILL,
    "open_return": Operation.RETURNS,
    "return_bag": Operation.RETURNS,
    "unreturn_bag": Operation.RETURNS,
    "finalise_return": Operation.RETURNS,
    "cancel_return": Operation.RETURNS,
}
COMES_TO = {
    "add_child": "already_in_this_parent",
    "move_children": "bag_unknown",
    "replace_label": None,
    "edit_children": "child_not_in_parent",
    "delete_bag": "parent_has_children",
    "create_bill": None,
    "edit_bill": "bill_unknown",
    "attach_parent": "bill_unknown",
    "detach_parent": "bill_unknown",
    "complete_bill": "bill_unknown",
    "reopen_bill": "bill_unknown",
    "delete_bill": "bill_unknown",
    "open_return": None,
    "return_bag": "ticket_unknown",
    "unreturn_bag": "ticket_unknown",
    "finalise_return": "ticket_unknown",
    "cancel_return": "ticket_unknown",
}
"""Why an entry of a kind is refused that may be made; of those that are not named nothing is."""
FOR_EVERYBODY = ("sign_in", "sign_out", "question", "cancel", "acknowledge", "refusal")
CELLS = list(itertools.product(Role, Rights, KINDS))
ODD_ROLES = (None, "", "user", "employee", "ADMIN", "admin ", "owner")
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def people(postgres_server: EmbeddedPostgres) -> Iterator[PostedPeople]:
    postgres_server.create_database("role_matrix", TEMPLATE)
    people = PostedPeople(HiddenAddress(postgres_server.url("role_matrix")))
    yield people
    people.close()
    postgres_server.drop_database("role_matrix")


@pytest.fixture
def station(people: PostedPeople) -> PostingStation:
    return PostingStation(people)


@pytest.fixture
def bag(people: PostedPeople) -> str:
    """A parent with one child that is held as completed."""
    code = f"SB{next(NUMBERS):05}"
    filling = PostingStation(people)
    filling.post(opened(code), added(code, f"{code}C1"), by=None)
    people.owner.query("UPDATE bag SET status = 'completed' WHERE qr_id = %s", code)
    return code


def entry_of(kind: str, bag: str) -> Any:
    """Return the decision that the entry of *kind* about *bag* is made of."""
    return {
        "open_parent": opened(bag),
        "add_child": added(bag, f"{bag}C1"),
        "remove_child": removed(bag, f"{bag}C1"),
        "close_parent": closed(bag),
        "override": overridden(bag),
        "move_children": moved(f"{bag}P", f"{bag}C9"),
        "replace_label": relabelled(bag, parent=f"{bag}N"),
        "edit_children": edited(bag, (), [f"{bag}C9"]),
        "delete_bag": deleted(bag),
        "create_bill": created(f"BILL-{bag}"),
        "edit_bill": edited_bill(f"BILL-{bag}", capacity=4),
        "attach_parent": attached(f"BILL-{bag}", bag),
        "detach_parent": detached(f"BILL-{bag}", bag),
        "open_return": opened_return(f"RTN-20260105-{uuid4().hex[:12].upper()}"),
        "return_bag": returned("RTN-NONE", bag),
        "unreturn_bag": unreturned("RTN-NONE", bag),
    }.get(kind, replace(cancelled(bag), parent=None, bill=f"BILL-{bag}", ticket="RTN-NONE"))


def answer(
    station: PostingStation, kind: str, bag: str, by: str, session: UUID | None = None
) -> tuple[str, str | None]:
    """Return outcome and reason of an entry of *kind*, whatever stations can make by now."""
    (entry,) = station.entries(entry_of(kind, bag), by=by, session=session)
    made = item(entry)
    made["payload"]["kind"] = kind
    ((outcome, reason, _notice),) = told(station.send([made])["receipts"])
    return outcome, reason


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_each_cell_of_the_matrix(
    people: PostedPeople, station: PostingStation, bag: str, cell: tuple[Role, Rights, str]
):
    role, rights, kind = cell
    name = people.person(role)
    outcome, reason = answer(station, kind, bag, name, people.session(name, station, rights=rights))

    if not may(role, rights, KINDS[kind]):
        assert (outcome, reason) == ("refused", "not_permitted")
    else:
        expected = COMES_TO.get(kind)
        assert (outcome, reason) == ("posted" if expected is None else "refused", expected)


def test_the_centre_and_the_stations_have_one_matrix(people: PostedPeople):
    roles = [*Role, *ODD_ROLES]
    found = people.owner.query(
        """SELECT role, rights, operation, station.role_may(role, rights, operation) AS may
           FROM unnest(%s::text[]) AS a (role), unnest(%s::text[]) AS b (rights),
                unnest(%s::text[]) AS c (operation)""",
        *(list(map(_text, roles)), list(map(_text, Rights)), list(map(_text, Operation))),
    )

    assert len(found) == len(roles) * len(Rights) * len(Operation)
    assert [
        row
        for row in found
        if row["may"] is not may(row["role"], Rights(row["rights"]), Operation(row["operation"]))
    ] == []


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)


def test_nobody_may_what_has_no_name_and_no_rights_are_those_of_a_badge(people: PostedPeople):
    (row,) = people.owner.query(
        """SELECT station.role_may('admin', 'full', 'fly') AS fly,
                  station.role_may('admin', 'full', NULL) AS what,
                  station.role_may('admin', NULL, 'scan') AS scan,
                  station.role_may('admin', NULL, 'delete_bag') AS bag,
                  station.role_may('admin', 'FULL', 'delete_bag') AS loud"""
    )

    assert row == {"fly": False, "what": False, "scan": True, "bag": False, "loud": False}


def test_the_centre_knows_what_each_kind_of_entry_needs(people: PostedPeople):
    known = {**KINDS, **dict.fromkeys((*FOR_EVERYBODY, "explode"))}
    found = people.owner.query(
        "SELECT kind, station.operation_of(kind) AS needs FROM unnest(%s::text[]) AS k (kind)", list(known)
    )

    assert {row["kind"]: row["needs"] for row in found} == known


@pytest.mark.parametrize("role", ODD_ROLES)
def test_a_role_that_is_none_counts_as_a_dispatcher(
    people: PostedPeople, station: PostingStation, bag: str, role: str | None
):
    name = people.person(role)
    session = people.session(name, station)

    assert answer(station, "open_parent", bag, name, session) == ("posted", None)
    assert answer(station, "override", bag, name, session) == ("refused", "not_permitted")


def test_the_role_at_the_time_of_posting_counts(people: PostedPeople, station: PostingStation, bag: str):
    name = people.person("dispatcher")
    session = people.session(name, station)
    assert answer(station, "override", bag, name, session)[1] == "not_permitted"

    people.change(name, role="biller")
    assert answer(station, "override", bag, name, session) == ("posted", None)

    people.change(name, role="dispatcher")
    assert answer(station, "delete_bag", bag, name, session)[1] == "not_permitted"


def test_who_was_disabled_meanwhile_may_scan_and_no_more(
    people: PostedPeople, station: PostingStation, bag: str
):
    name = people.person("admin")
    session = people.session(name, station)
    people.change(name, verified=False)

    assert answer(station, "override", bag, name, session) == ("refused", "not_permitted")
    assert answer(station, "open_parent", bag, name, session) == ("posted", None)


def test_whose_session_was_revoked_may_scan_and_no_more(
    people: PostedPeople, station: PostingStation, bag: str
):
    name = people.person("admin")
    session = people.session(name, station)
    people.revoke(session)

    assert answer(station, "override", bag, name, session) == ("refused", "not_permitted")
    assert answer(station, "open_parent", bag, name, session) == ("posted", None)


def test_a_session_that_ended_by_itself_gives_what_waited_its_rights(
    people: PostedPeople, station: PostingStation, bag: str
):
    name = people.person("biller")
    session = people.session(name, station)
    people.owner.query("UPDATE station.session SET ended_at = now() WHERE id = %s", str(session))

    assert answer(station, "override", bag, name, session) == ("posted", None)


def test_a_session_that_is_over_in_its_journal_gives_nobody_rights_any_more(
    people: PostedPeople, station: PostingStation, bag: str
):
    admin, other = people.person("admin"), people.person()
    sessions = [people.session(admin, station) for _ in range(2)]
    by_its_end = station.entries(
        signed_in(SignInWay.PASSWORD), overridden(bag), signed_out(), by=admin, session=sessions[0]
    )
    by_the_next = [
        *station.entries(signed_in(SignInWay.PASSWORD), by=admin, session=sessions[1]),
        *station.entries(overridden(bag), by=admin, session=sessions[1]),
        *station.entries(signed_in(SignInWay.REMEMBERED_PASSWORD), by=other, session=uuid4()),
    ]
    assert {one["outcome"] for one in station.offer([*by_its_end, *by_the_next])} == {"posted"}

    for session in sessions:
        station.chain.epoch = JournalEpoch(uuid4())  # made up
        (late,) = station.post(overridden(bag), by=admin, session=session)
        assert (late["outcome"], late["reason"]) == ("refused", "not_permitted")


def test_a_session_of_another_station_gives_no_rights(
    people: PostedPeople, station: PostingStation, bag: str
):
    name = people.person("admin")
    session = people.session(name, PostingStation(people))

    assert answer(station, "override", bag, name, session) == ("refused", "not_permitted")


def test_a_session_of_somebody_else_gives_no_rights(people: PostedPeople, station: PostingStation, bag: str):
    name, other = people.person("admin"), people.person("admin")
    session = people.session(other, station)

    assert answer(station, "override", bag, name, session) == ("refused", "not_permitted")


@pytest.mark.parametrize("session", [None, uuid4()], ids=["none", "made up"])
def test_without_a_session_that_there_is_nobody_may_more_than_scan(
    people: PostedPeople, station: PostingStation, bag: str, session: UUID | None
):
    name = people.person("admin")

    assert answer(station, "override", bag, name, session) == ("refused", "not_permitted")
    assert answer(station, "open_parent", bag, name, session) == ("posted", None)


# -- the override


@pytest.fixture
def biller(people: PostedPeople, station: PostingStation) -> tuple[str, UUID]:
    name = people.person("biller")
    return name, people.session(name, station)


def bag_row(people: PostedPeople, code: str) -> tuple[str, int]:
    (row,) = people.owner.query("SELECT status, child_count FROM bag WHERE qr_id = %s", code)
    return row["status"], row["child_count"]


def test_an_override_lets_a_completed_parent_take_bags_again(
    people: PostedPeople, station: PostingStation, bag: str, biller: tuple[str, UUID]
):
    name, session = biller
    more = added(bag, f"{bag}C2")

    receipts = station.post(more, overridden(bag), more, by=name, session=session)

    assert [one.get("reason") for one in receipts] == ["parent_completed", None, None]
    assert [(one["count"], one["completed"]) for one in receipts] == [(1, True), (1, False), (2, False)]
    assert bag_row(people, bag) == ("pending", 2)


def test_an_override_alone_is_stored(
    people: PostedPeople, station: PostingStation, bag: str, biller: tuple[str, UUID]
):
    station.post(overridden(bag), by=biller[0], session=biller[1])

    assert bag_row(people, bag) == ("pending", 1)


def test_an_override_of_a_full_parent_changes_nothing(
    people: PostedPeople, station: PostingStation, biller: tuple[str, UUID]
):
    code = f"SB{next(NUMBERS):05}"
    children = [added(code, f"{code}C{number}") for number in range(30)]
    station.post(opened(code), *children, by=None)

    (receipt,) = station.post(overridden(code), by=biller[0], session=biller[1])

    assert (receipt["outcome"], receipt["count"], receipt["completed"]) == ("posted", 30, True)
    assert bag_row(people, code) == ("completed", 30)


def test_an_override_of_an_open_parent_changes_nothing(
    people: PostedPeople, station: PostingStation, biller: tuple[str, UUID]
):
    code = f"SB{next(NUMBERS):05}"
    name, session = biller

    receipts = station.post(opened(code), overridden(code), by=name, session=session)

    assert told(receipts) == [("posted", None, None)] * 2
    assert bag_row(people, code) == ("pending", 0)


@pytest.mark.parametrize("reason", ["", "  \t\n", "x" * 201], ids=["empty", "blank", "too long"])
def test_an_override_needs_its_reason_in_words(
    people: PostedPeople, station: PostingStation, bag: str, biller: tuple[str, UUID], reason: str
):
    receipts = station.post(overridden(bag, reason), by=biller[0], session=biller[1])

    assert told(receipts) == [("refused", "reason_missing", None)]
    assert bag_row(people, bag) == ("completed", 1)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        (None, "reason_missing"),
        ("because", "reason_missing"),
        ({"reason": "x", "permission": "scan"}, "not_permitted"),
        ({"reason": "é" * 200}, None),
    ],
)
def test_an_override_that_no_station_makes_is_decided_all_the_same(
    station: PostingStation, bag: str, biller: tuple[str, UUID], override: Any, reason: str | None
):
    made = item(station.entries(overridden(bag), by=biller[0], session=biller[1])[0])
    made["payload"]["override"] = override

    ((_outcome, found, _notice),) = told(station.send([made])["receipts"])

    assert found == reason


@pytest.mark.parametrize(("code", "reason"), [("NONE", "parent_missing"), ("C1", "parent_is_child")])
def test_an_override_of_what_is_no_parent_is_refused(
    station: PostingStation, bag: str, biller: tuple[str, UUID], code: str, reason: str
):
    receipts = station.post(overridden(f"{bag}{code}"), by=biller[0], session=biller[1])

    assert told(receipts) == [("refused", reason, None)]


def test_an_override_stands_in_the_ledger_with_who_and_why(
    people: PostedPeople, station: PostingStation, bag: str, biller: tuple[str, UUID]
):
    (entry,) = station.entries(overridden(bag, "one bag was wet"), by=biller[0], session=biller[1])
    station.offer([entry])

    (row,) = people.owner.query("SELECT * FROM station.entry WHERE id = %s", str(entry.id))
    assert row["override"] == {"permission": "override_completed", "reason": "one bag was wet"}
    assert (row["operator"], row["session"]) == (biller[0], str(biller[1]))


def test_one_by_one_an_override_is_decided_as_in_a_batch(
    people: PostedPeople, station: PostingStation, bag: str, biller: tuple[str, UUID]
):
    name, session = biller

    receipts = station.post(overridden(bag), added(bag, f"{bag}C2"), by=name, session=session, isolate=True)

    assert told(receipts) == [("posted", None, None)] * 2
    assert bag_row(people, bag) == ("pending", 2)
