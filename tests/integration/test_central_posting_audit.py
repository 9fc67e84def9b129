"""What a posting leaves in the web application's audit, and that no audit refuses an operator's work."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest
from fakes.decisions import (
    acknowledged,
    added,
    closed,
    opened,
    overridden,
    refused,
    removed,
    signed_in,
    signed_out,
)
from fakes.hidden_address import HiddenAddress
from fakes.plain_address import plain
from fakes.posted_people import PostedPeople, PostingStation, told

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

TEMPLATE = "migrated"
POSTED = ("posted", None, None)


@pytest.fixture(scope="module")
def people(postgres_server: EmbeddedPostgres) -> Iterator[PostedPeople]:
    postgres_server.create_database("posting_audit", TEMPLATE)
    people = PostedPeople(HiddenAddress(postgres_server.url("posting_audit")))
    yield people
    people.close()
    postgres_server.drop_database("posting_audit")


@pytest.fixture
def station(people: PostedPeople) -> PostingStation:
    return PostingStation(people)


@pytest.fixture
def name(people: PostedPeople) -> str:
    return people.person("biller")


@pytest.fixture
def code() -> str:
    return f"SB{uuid4().int % 10**12:012}"


def audited(people: PostedPeople, entries: list[JournalEntry]) -> list[tuple[str, str, str | None]]:
    """Return which entry each row of the audit belongs to by its number, its action, and whose it is."""
    numbers = {str(entry.id): entry.seq for entry in entries}
    return [(numbers[row["request_id"]], row["action"], row["username"]) for row in people.audit(entries)]


def states(row: dict[str, Any]) -> tuple[Any, Any]:
    return tuple(text and json.loads(text) for text in (row["before_state"], row["after_state"]))


def bag_id(people: PostedPeople, code: str) -> int:
    number: int = people.owner.query("SELECT id FROM bag WHERE qr_id = %s", code)[0]["id"]
    return number


def test_a_child_put_in_is_audited_with_its_link(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    entries = station.entries(opened(code), added(code, f"{code}C1"), by=name)
    station.offer(entries)

    (row,) = people.audit(entries)
    (link,) = people.owner.query("SELECT * FROM link WHERE parent_bag_id = %s", bag_id(people, code))
    assert (row["action"], row["entity_type"], row["entity_id"]) == ("link_child", "link", link["id"])
    assert (row["request_id"], row["username"]) == (str(entries[1].id), name)
    assert states(row) == (None, {**link, "created_at": link["created_at"].isoformat()})
    assert json.loads(row["details"]) == {
        "username": name,
        "station": "Station 7",
        "parent": code,
        "child": f"{code}C1",
    }


def test_a_child_taken_out_is_audited_with_the_link_that_was(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    station.post(opened(code), added(code, f"{code}C1"), by=None)
    (link,) = people.owner.query("SELECT * FROM link WHERE parent_bag_id = %s", bag_id(people, code))
    entries = station.entries(removed(code, f"{code}C1"), by=name)
    station.offer(entries)

    (row,) = people.audit(entries)
    assert (row["action"], row["entity_id"], row["username"]) == ("unlink_child", link["id"], name)
    assert states(row) == ({**link, "created_at": link["created_at"].isoformat()}, None)


def test_the_child_that_fills_a_parent_is_audited_as_completing_it(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    children = [added(code, f"{code}C{number}") for number in range(30)]
    entries = station.entries(opened(code), *children, removed(code, f"{code}C7"), by=name)
    station.offer(entries)

    assert audited(people, entries)[-4:] == [
        (31, "link_child", name),
        (31, "complete_parent", name),
        (32, "unlink_child", name),
        (32, "reopen_parent", name),
    ]
    completing, reopening = (
        row for row in people.audit(entries) if row["action"] in {"complete_parent", "reopen_parent"}
    )
    whole = {"id": bag_id(people, code), "qr_id": code}
    assert states(completing) == (
        {**whole, "status": "pending", "child_count": 29},
        {**whole, "status": "completed", "child_count": 30},
    )
    assert states(reopening) == states(completing)[::-1]


def bill_with(people: PostedPeople, code: str) -> int:
    """Put the parent on a bill of its own, whose totals are those of its rows, and return the bill's id."""
    query = people.owner.query
    bill: int = query("INSERT INTO bill (bill_id) VALUES (%s) RETURNING id", f"BILL-{code}")[0]["id"]
    query("INSERT INTO bill_bag (bill_id, bag_id) VALUES (%s, %s)", bill, bag_id(people, code))
    query("SELECT station.refresh_bills(ARRAY[%s], now()::timestamp)", bill)
    return bill


def test_a_late_child_is_audited_with_what_it_changed_on_the_bill(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    station.post(opened(code), added(code, f"{code}C1"), by=None)
    bill = bill_with(people, code)
    entries = station.entries(added(code, f"{code}C2"), added(code, f"{code}C3"), by=name)
    station.offer(entries)

    (row,) = (row for row in people.audit(entries) if row["entity_type"] == "bill")
    assert (row["action"], row["entity_id"], row["username"]) == ("bill_weight_recalculated", bill, name)
    assert row["request_id"] == str(entries[1].id)
    whole = {
        "id": bill,
        "bill_id": f"BILL-{code}",
        "linked_parent_count": 1,
        "expected_weight_kg": 30,
    }
    assert states(row) == (
        {**whole, "total_child_bags": 1, "total_weight_kg": 1},
        {**whole, "total_child_bags": 3, "total_weight_kg": 3},
    )


def test_a_bill_whose_totals_stay_has_no_row_in_the_audit(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    station.post(opened(code), added(code, f"{code}C1"), by=None)
    bill_with(people, code)
    entries = station.entries(opened(code), closed(code), added(code, f"{code}C1"), by=name)
    station.offer(entries)

    assert [row["action"] for row in people.audit(entries) if row["entity_type"] == "bill"] == []


def test_an_override_is_audited_with_its_reason(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    station.post(opened(code), by=None)
    people.owner.query("UPDATE bag SET status = 'completed' WHERE qr_id = %s", code)
    entries = station.entries(
        overridden(code, "one was wet"), overridden(code), by=name, session=people.session(name, station)
    )
    station.offer(entries)

    (row,) = people.audit(entries)
    assert (row["action"], row["entity_type"], row["entity_id"]) == ("override", "bag", bag_id(people, code))
    assert (row["request_id"], row["username"]) == (str(entries[0].id), name)
    details = json.loads(row["details"])
    assert (details["reason"], details["permission"]) == ("one was wet", "override_completed")
    assert [state["status"] for state in states(row)] == ["completed", "pending"]


def test_what_changes_nothing_is_not_audited(
    people: PostedPeople, station: PostingStation, name: str, code: str
):
    entries = station.entries(
        opened(code),
        refused("???", Reason.UNREADABLE),
        acknowledged(2),
        removed(code, f"{code}C1"),
        overridden(code),
        closed(code),
        by=name,
    )
    station.offer(entries)

    assert people.audit(entries) == []


def test_repeats_are_not_audited_again(people: PostedPeople, station: PostingStation, name: str, code: str):
    entries = station.entries(opened(code), added(code, f"{code}C1"), by=name)
    station.offer(entries)
    station.offer(entries)
    station.offer(entries, isolate=True)

    assert audited(people, entries) == [(2, "link_child", name)]


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("size", [1, 500])
def test_a_batch_is_audited_as_its_entries_would_be_one_after_another(
    people: PostedPeople, station: PostingStation, code: str, size: int, *, isolate: bool
):
    one, two = people.person(), people.person()
    child = f"{code}C1"
    entries = [
        *station.entries(opened(code), added(code, child), by=one),
        *station.entries(removed(code, child), by=two),
        *station.entries(added(code, child), added(code, child), by=one),
    ]
    for start in range(0, len(entries), size):
        station.offer(entries[start : start + size], isolate=isolate)

    assert audited(people, entries) == [
        (2, "link_child", one),
        (3, "unlink_child", two),
        (4, "link_child", one),
    ]
    (link,) = people.owner.query("SELECT id FROM link WHERE parent_bag_id = %s", bag_id(people, code))
    assert people.audit(entries)[-1]["entity_id"] == link["id"]


def test_work_of_somebody_whom_the_centre_does_not_know_is_audited_as_nobodys(
    people: PostedPeople, station: PostingStation, code: str
):
    entries = station.entries(opened(code), added(code, f"{code}C1"), by="somebody")
    station.offer(entries)

    assert audited(people, entries) == [(2, "link_child", None)]


def signed(
    people: PostedPeople, station: PostingStation, way: SignInWay, badge: UUID | None, by: str
) -> list[JournalEntry]:
    return station.entries(signed_in(way, badge), signed_out(), by=by, session=uuid4())


@pytest.mark.parametrize(
    ("way", "action"),
    [
        (SignInWay.BADGE, "badge_login_success"),
        (SignInWay.REMEMBERED_PIN, "pin_login_success"),
        (SignInWay.REMEMBERED_PASSWORD, "login_success"),
    ],
)
def test_a_sign_in_that_the_centre_first_hears_of_here_is_audited(
    people: PostedPeople, station: PostingStation, name: str, way: SignInWay, action: str
):
    entries = signed(people, station, way, people.badge(name), name)
    station.offer(entries)

    assert audited(people, entries) == [(1, action, name), (2, "logout", name)]
    row = people.audit(entries)[0]
    assert (row["entity_type"], row["entity_id"]) == ("auth", people.user_id(name))
    details = json.loads(row["details"])
    assert (details["way"], set(details)) == (way, {"username", "station", "way"})


def test_signing_out_is_audited_once_also_where_the_next_sign_in_was_faster(
    people: PostedPeople, station: PostingStation, name: str
):
    session = people.session(name, station, ago="1 minute")
    people.owner.query(
        "SELECT station.begin_session(%s, %s, %s, %s, 'badge', 'operator', NULL, NULL)",
        *(str(uuid4()), str(station.chain.device), people.user_id(name), name),
    )
    entries = station.entries(signed_out(), by=name, session=session)
    station.offer(entries)
    station.offer(entries)

    assert audited(people, entries) == [(1, "logout", name)]


def test_a_sign_in_that_does_not_count_is_audited_as_failed(
    people: PostedPeople, station: PostingStation, name: str
):
    entries = signed(people, station, SignInWay.BADGE, uuid4(), name)
    station.offer(entries)

    (row,) = people.audit(entries)
    assert row["action"] == "badge_login_failed"
    assert json.loads(row["details"])["reason"] == "badge_not_valid"


# -- an audit that cannot be written


NO = "CREATE TRIGGER no BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION no()"
ODD_AUDITS = {
    "a trigger that raises": (
        f"CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$; {NO}",
        "DROP FUNCTION no CASCADE",
    ),
    "a trigger that finds no table": (
        f"""CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM 1 FROM nowhere; RETURN NEW; END $$; {NO}""",
        "DROP FUNCTION no CASCADE",
    ),
    "a column that must not be empty": (
        """ALTER TABLE audit_log ADD COLUMN more text NOT NULL DEFAULT '';
           ALTER TABLE audit_log ALTER COLUMN more DROP DEFAULT""",
        "ALTER TABLE audit_log DROP COLUMN more",
    ),
    "without a number for new rows": (
        "ALTER TABLE audit_log ALTER COLUMN id DROP DEFAULT",
        "ALTER TABLE audit_log ALTER COLUMN id SET DEFAULT nextval('audit_log_id_seq')",
    ),
    "numbers that are never right": (
        """ALTER TABLE audit_log ALTER COLUMN id SET DEFAULT 7;
           INSERT INTO audit_log ("timestamp", action, entity_type) VALUES (now(), 'x', 'x')
           ON CONFLICT DO NOTHING""",
        "ALTER TABLE audit_log ALTER COLUMN id SET DEFAULT nextval('audit_log_id_seq')",
    ),
    "without a column": (
        "ALTER TABLE audit_log RENAME COLUMN request_id TO once",
        "ALTER TABLE audit_log RENAME COLUMN once TO request_id",
    ),
    "no table": (
        "ALTER TABLE audit_log RENAME TO once",
        "ALTER TABLE once RENAME TO audit_log",
    ),
}


@pytest.fixture(params=ODD_AUDITS.values(), ids=list(ODD_AUDITS))
def odd_audit(people: PostedPeople, request: pytest.FixtureRequest) -> Iterator[None]:
    makes_odd, mends = request.param
    people.owner.query(makes_odd)
    yield
    people.owner.query(mends)


@pytest.mark.usefixtures("odd_audit")
@pytest.mark.parametrize("isolate", [False, True])
def test_an_audit_that_cannot_be_written_refuses_no_work(
    people: PostedPeople, station: PostingStation, name: str, code: str, *, isolate: bool
):
    session, child = uuid4(), f"{code}C1"
    work = [opened(code), added(code, child), removed(code, child), added(code, child)]
    entries = station.entries(signed_in(badge=people.badge(name)), *work, by=name, session=session)

    assert told(station.offer(entries, isolate=isolate)) == [POSTED] * 5

    links = "SELECT count(*) FROM link WHERE parent_bag_id = %s"
    assert people.owner.query(links, bag_id(people, code)) == [{"count": 1}]
    assert people.session_row(session) is not None
    assert "request_id" not in columns(people) or people.audit(entries) == []


def columns(people: PostedPeople) -> set[str]:
    found = people.owner.query("SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('audit_log')")
    return {row["attname"] for row in found}


def test_numbers_that_are_taken_already_lose_no_row_of_the_audit(central_url: str):
    people = PostedPeople(central_url)
    people.owner.query(
        """INSERT INTO audit_log (id, "timestamp", action, entity_type)
           SELECT n, now(), 'x', 'x' FROM generate_series(1, 900) AS n"""
    )
    station, name = PostingStation(people), people.person()
    entries = station.entries(opened("SB00001"), added("SB00001", "C1"), by=name)

    assert told(station.offer(entries)) == [POSTED] * 2

    assert audited(people, entries) == [(2, "link_child", name)]
    people.close()


def test_who_is_deleted_at_that_moment_leaves_a_row_of_nobody(central_url: str):
    people = PostedPeople(central_url)
    station, name = PostingStation(people), people.person()
    station.post(opened("SB00001"), added("SB00001", "C1"), by=None)
    people.owner.query(
        f"""CREATE FUNCTION go() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN DELETE FROM public."user" WHERE username = '{name}'; RETURN NULL; END $$;
            CREATE TRIGGER go AFTER DELETE ON link FOR EACH ROW EXECUTE FUNCTION go()"""
    )
    entries = station.entries(removed("SB00001", "C1"), by=name)

    assert told(station.offer(entries)) == [POSTED]

    assert audited(people, entries) == [(3, "unlink_child", None)]
    people.close()


def test_while_somebody_holds_the_audit_the_entries_wait_and_none_is_left_out(central_url: str):
    people = PostedPeople(central_url)
    station, name = PostingStation(people), people.person()
    entries = station.entries(opened("SB00001"), added("SB00001", "C1"), by=name)
    with closing(psycopg2.connect(plain(central_url))) as other:
        other.cursor().execute("LOCK TABLE audit_log")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            station.offer(entries)
        assert people.owner.query("SELECT id FROM station.entry") == []

    assert told(station.offer(entries)) == [POSTED] * 2

    assert audited(people, entries) == [(2, "link_child", name)]
    people.close()
