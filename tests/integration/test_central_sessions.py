"""Sessions at the centre: who ends them, whom they make an administrator, and what is wrong with them."""

from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled
from fakes.signing_in import badge, person, pin

BEGIN = (
    "SELECT station.begin_session(%s, %s, %s, 'ravi', %s, %s, %s, now() - %s * interval '1 minute') AS rights"
)


def begin(url: str, device: str, user: int, **told: Any) -> str:
    """Begin a session and return its id; *told* may name way, rights, badge, minutes_ago and session."""
    session = told.get("session", str(uuid4()))
    way, rights = told.get("way", "password"), told.get("rights", "full")
    query(url, BEGIN, session, device, user, way, rights, told.get("badge"), told.get("minutes_ago", 0))
    query(url, "UPDATE station.session SET shown = station.shown_to_sign_in(user_id, way)")
    return session


def open_sessions(url: str) -> set[str]:
    return {row["id"] for row in query(url, "SELECT id::text FROM station.session WHERE ended_at IS NULL")}


def trouble(url: str, session: str) -> str | None:
    return query(url, "SELECT station.session_trouble(%s) AS trouble", session)[0]["trouble"]


@pytest.fixture
def device(people_url: str) -> str:
    owner = query(people_url, "SELECT session_user AS me")[0]["me"]
    return str(enrolled(people_url, uuid4(), account=owner))


@pytest.fixture
def ravi(people_url: str) -> int:
    return person(people_url, "ravi", role="admin")


def test_a_session_that_began_without_the_centre_ends_none_that_began_later(
    people_url: str, device: str, ravi: int
):
    later = begin(people_url, device, ravi)

    earlier = begin(people_url, device, ravi, way="badge", rights="operator", minutes_ago=5)

    assert open_sessions(people_url) == {later, earlier}
    begin(people_url, device, ravi, session=later)
    assert open_sessions(people_url) == {later}


def test_no_session_begins_in_the_future(people_url: str, device: str, ravi: int):
    begin(people_url, device, ravi, minutes_ago=-60)

    assert query(people_url, "SELECT started_at <= now() AS past FROM station.session") == [{"past": True}]


def test_the_rights_of_a_session_are_those_of_the_first_time(people_url: str, device: str, ravi: int):
    session = begin(people_url, device, ravi, way="badge", rights="operator")

    (row,) = query(people_url, BEGIN, session, device, ravi, "badge", "full", None, 0)

    assert row["rights"] == "operator"


@pytest.mark.parametrize("by", [None, "meena"])
def test_an_ended_session_says_who_ended_it(people_url: str, device: str, ravi: int, by: str | None):
    session = begin(people_url, device, ravi)

    query(people_url, "SELECT station.end_session(%s, NULL, %s)", session, by)

    assert query(people_url, "SELECT ended_by FROM station.session WHERE ended_at IS NOT NULL") == [
        {"ended_by": by}
    ]
    assert trouble(people_url, session) == (None if by is None else "session_revoked")


def test_no_station_ends_the_session_of_another(people_url: str, device: str, ravi: int):
    session = begin(people_url, device, ravi)

    query(people_url, "SELECT station.end_session(%s, %s)", session, str(uuid4()))

    assert open_sessions(people_url) == {session}


def test_what_ended_by_itself_can_still_be_revoked(people_url: str, device: str, ravi: int):
    session = begin(people_url, device, ravi)
    query(people_url, "SELECT station.end_session(%s, %s)", session, device)

    query(people_url, "SELECT station.end_session(%s, NULL, 'meena')", session)

    assert trouble(people_url, session) == "session_revoked"


def test_a_session_nobody_knows_is_no_trouble(people_url: str):
    assert trouble(people_url, str(uuid4())) is None


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("UPDATE station.badge SET made_by = 'x'", None),
        ('UPDATE "user" SET verified = false', "operator_disabled"),
        ('UPDATE "user" SET verified = NULL', "operator_disabled"),
        ('DELETE FROM "user"', "operator_disabled"),
        ("UPDATE station.badge SET revoked_at = now()", "badge_not_valid"),
        ("DELETE FROM station.badge", "badge_not_valid"),
        ("UPDATE station.badge SET expires_at = now() - interval '1 day'", "badge_not_valid"),
        ("UPDATE station.badge SET expires_at = now()", None),
    ],
)
def test_trouble_of_a_session_by_badge(people_url: str, device: str, ravi: int, what: str, found: str | None):
    held = badge(people_url, ravi, "code")
    session = begin(people_url, device, ravi, way="badge", rights="operator", badge=str(held), minutes_ago=1)

    query(people_url, what)

    assert trouble(people_url, session) == found


def test_an_administrators_session_with_full_rights_is_one(people_url: str, device: str, ravi: int):
    session = begin(people_url, device, ravi)

    assert query(people_url, "SELECT * FROM station.administrator(%s, %s)", device, session) == [
        {"user_id": ravi, "username": "ravi"}
    ]


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE station.session SET ended_at = now()",
        "UPDATE station.session SET rights = 'operator'",
        "UPDATE station.session SET device = gen_random_uuid()",
        "UPDATE station.session SET id = gen_random_uuid()",
        "UPDATE \"user\" SET role = 'biller'",
        'UPDATE "user" SET role = NULL',
        'UPDATE "user" SET verified = false',
        'DELETE FROM "user"',
    ],
)
def test_any_other_session_is_none_of_an_administrator(people_url: str, device: str, ravi: int, what: str):
    session = begin(people_url, device, ravi)
    query(people_url, what)

    with pytest.raises(psycopg2.Error) as refused:
        query(people_url, "SELECT * FROM station.administrator(%s, %s)", device, session)

    assert refused.value.pgcode == "TT006"


@pytest.mark.parametrize(
    ("what", "state", "detail"),
    [
        ("DELETE FROM station.device", "TT001", None),
        ("UPDATE station.device SET revoked_at = now()", "TT002", "revoked"),
        ("UPDATE station.device SET role_name = 'somebody'", "TT002", "other_account"),
    ],
)
def test_a_station_is_told_why_it_may_not(
    people_url: str, device: str, what: str, state: str, detail: str | None
):
    query(people_url, what)

    with pytest.raises(psycopg2.Error) as refused:
        query(people_url, "SELECT station.own_device(%s)", device)

    assert (refused.value.pgcode, refused.value.diag.message_detail) == (state, detail)


@pytest.mark.parametrize(
    ("role", "way", "days_ago"),
    [
        ("biller", "remembered_password", 31),
        ("admin", "remembered_password", 1),
        ("biller", "remembered_pin", 1),
        ("biller", "badge", 1),
        ("biller", "password", 1),
    ],
)
def test_a_sign_in_without_the_centre_is_worth_an_operators_rights(
    people_url: str, device: str, role: str, way: str, days_ago: int
):
    somebody = person(people_url, "meera", role=role)
    begin(people_url, device, somebody, minutes_ago=days_ago * 24 * 60)

    assert worth(people_url, device, somebody, way) == "operator"


@pytest.mark.parametrize("way", ["password", "pin"])
def test_it_is_worth_full_rights_where_the_centre_accepted_the_same_lately(
    people_url: str, device: str, way: str
):
    somebody = person(people_url, "meera")
    pin(people_url, somebody, "271828")
    begin(people_url, device, somebody, way=way, minutes_ago=29 * 24 * 60)

    assert worth(people_url, device, somebody, f"remembered_{way}") == "full"


def test_it_is_worth_less_at_another_station(people_url: str, device: str):
    somebody = person(people_url, "meera")
    begin(people_url, device, somebody)

    assert worth(people_url, str(uuid4()), somebody, "remembered_password") == "operator"


def worth(url: str, device: str, user: int, way: str) -> str:
    (row,) = query(url, "SELECT station.rights_without_centre(%s, %s, %s) AS rights", device, user, way)
    return row["rights"]
