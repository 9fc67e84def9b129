"""``stations``: list, name, move, revoke and restore stations, and let new ones in by a code."""

import json
from uuid import uuid4

import pytest
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled

from traitortrack_desktop.launch import launch


@pytest.fixture
def stations(central_url: str, monkeypatch, capsys, tmp_path):
    """Run ``stations`` with arguments; returns exit code, standard output and standard error."""
    monkeypatch.setenv("TRAITORTRACK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRAITORTRACK_STATION", "depot-pc")

    def run(*arguments: str, url: str = central_url, code: str = "") -> tuple[int, str, str]:
        monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", url)
        monkeypatch.setenv("TRAITORTRACK_ENROLMENT_CODE", code)
        ended = launch(["stations", *arguments])
        printed = capsys.readouterr()
        return ended, printed.out, printed.err

    return run


def test_a_code_lets_the_station_in_under_its_name_and_area(stations, central_url: str, station_url: str):
    made = json.loads(stations("code", "--name", "Dock 1", "--area", "indore", "--json")[1])

    code, out, _ = stations("enrol", url=station_url, code=made["code"].lower())

    assert (code, out) == (0, "This station is enrolled at the centre.\n")
    (listed,) = map(json.loads, stations("list", "--json")[1].splitlines())
    assert (listed["name"], listed["area"], listed["account"]) == ("Dock 1", "indore", "test_station")


def test_a_code_that_was_used_is_said(stations, central_url: str, station_url: str):
    made = json.loads(stations("code", "--json")[1])
    query(central_url, "UPDATE station.enrolment_code SET used_at = now()")

    code, _, err = stations("enrol", url=station_url, code=made["code"])

    assert (code, "was used before, so it needs a new one" in err) == (1, True)


def test_the_code_is_printed_with_its_end_and_stored_as_a_hash(stations, central_url: str):
    code, out, err = stations("code")

    printed = out.splitlines()[0].rpartition(" ")[2]
    assert (code, err) == (0, "")
    assert "good until 2" in out
    kept = str(
        query(central_url, "SELECT * FROM station.enrolment_code") + query(central_url, "TABLE audit_log")
    )
    assert printed not in kept
    assert printed.replace("-", "") not in kept


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (("rename", "bench 3", "Dock 1"), {"name": "Dock 1"}),
        (("move", "Bench 3", "indore"), {"area": "indore"}),
        (("move", "Bench 3", "-"), {"area": None}),
        (("revoke", "Bench 3"), {"revoked": True}),
        (("restore", "Bench 3"), {"revoked": False}),
    ],
)
def test_a_station_is_changed_by_its_name(stations, central_url: str, arguments, columns):
    enrolled(central_url, uuid4(), name="Bench 3")

    assert stations(*arguments)[0] == 0

    rows = query(central_url, "SELECT name, area, revoked_at IS NOT NULL AS revoked FROM station.device")
    assert rows == [{"name": "Bench 3", "area": None, "revoked": False} | columns]


def test_of_two_stations_of_one_name_the_id_says_which(stations, central_url: str):
    first, second = (enrolled(central_url, uuid4(), name="Bench 3") for _ in range(2))

    code, _, err = stations("revoke", "Bench 3")

    assert (code, "2 stations are called Bench 3: give the id of one" in err) == (2, True)
    assert stations("revoke", str(second))[0] == 0
    revoked = query(central_url, "SELECT id::text FROM station.device WHERE revoked_at IS NOT NULL")
    assert revoked == [{"id": str(second)}] != [{"id": str(first)}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("revoke", "nobody"), "there is no station nobody"),
        (("rename", "Bench 3", " "), "a station's name is one line"),
        (("move", "Bench 3", "delhi"), "there is no such area"),
        (("code", "--area", "delhi"), "there is no such area"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(stations, central_url: str, arguments, said: str):
    enrolled(central_url, uuid4(), name="Bench 3")

    code, out, err = stations(*arguments)

    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_what_is_no_code_is_not_offered_to_the_centre(stations, central_url: str, station_url: str):
    code, _, err = stations("enrol", url=station_url, code="1234")

    assert (code, "twelve letters and digits" in err) == (2, True)
    assert query(central_url, "SELECT FROM station.enrolment_refusal") == []


def test_without_a_code_and_a_terminal_it_says_where_from(stations, station_url: str):
    code, _, err = stations("enrol", url=station_url)

    assert (code, "TRAITORTRACK_ENROLMENT_CODE" in err) == (2, True)


def test_a_name_cannot_play_tricks_on_the_terminal(stations, central_url: str):
    station = enrolled(central_url, uuid4(), name="\x1b[2Jgone")
    query(central_url, "UPDATE station.device SET area = %s", "\x1b[2Jindore")

    assert "\x1b" not in stations("list")[1]
    assert "\x1b" not in stations("rename", str(station), "Dock 1")[1]


def test_the_audit_says_that_the_owner_did_it_and_by_which_account(stations, central_url: str):
    enrolled(central_url, uuid4(), name="Bench 3")
    owner = query(central_url, "SELECT 'db owner ' || session_user AS name")[0]["name"]

    stations("code")
    stations("revoke", "Bench 3")

    rows = query(central_url, "SELECT details::json ->> 'by' AS who FROM audit_log ORDER BY id")
    assert [row["who"] for row in rows[-2:]] == [owner, owner]
    assert f'by "{owner}"' in stations("list")[1]


def test_a_centre_of_the_last_release_is_sent_to_the_upgrade(stations, released_url: str):
    code, _, err = stations("list", url=released_url)

    assert (code, "run traitortrack-desktop db upgrade first" in err) == (1, True)
