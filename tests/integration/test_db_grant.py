"""``db grant``: a role that can do what a station does and nothing else, on a real server."""

import json
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled, enrolled_chain
from fakes.entry_chain import filled
from fakes.hidden_address import HiddenAddress
from fakes.signing_in import accounts_at

from traitortrack_desktop.domain.accounts import StationAct
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.launch import launch
from traitortrack_desktop.services.ports import CentreMismatchError, SignedIn
from traitortrack_desktop.services.set_up import SetUpProblem
from traitortrack_desktop.storage.central.enrolment import Enrolment, enrol_now
from traitortrack_desktop.storage.central.first_contact import CentralDoor
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.station_administration import change_station, list_stations
from traitortrack_desktop.storage.central.station_login import (
    StationLoginNotPossibleError,
    create_station_login,
    revoke_station_login,
)
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.user_administration import add_user

TEMPLATE = "migrated"
SECRET = "a quiet word"
ROLE = "line_7"
LEFTOVERS = """
    DO $$
    DECLARE r name;
    BEGIN
        FOR r IN SELECT rolname FROM pg_roles WHERE rolname IN ('line_7', 'wide', 'circle', 'reporting') LOOP
            EXECUTE format('DROP OWNED BY %1$I CASCADE; DROP ROLE %1$I', r);
        END LOOP;
    END $$
"""


@pytest.fixture(scope="module")
def centre_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """One centre for all tests here: each leaves it as it was, but for its roles."""
    postgres_server.create_database("granting", TEMPLATE)
    yield HiddenAddress(postgres_server.url("granting"))
    postgres_server.drop_database("granting")


@pytest.fixture
def grant(centre_url: str, monkeypatch, capsys):
    """Run ``db grant`` with arguments; returns exit code, standard output and standard error."""
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", centre_url)
    monkeypatch.setenv("TRAITORTRACK_NEW_PASSWORD", SECRET)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = launch(["db", "grant", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(autouse=True)
def without_leftovers(centre_url: str) -> Iterator[None]:
    """Roles belong to the whole server: those of one test must not be there in the next."""
    yield
    query(centre_url, LEFTOVERS)


def as_role(url: str, password: str = SECRET, role: str = ROLE) -> str:
    return HiddenAddress(f"postgresql://{role}:{password.replace(' ', '%20')}{url[url.rindex('@') :]}")


def attempt(url: str) -> SetUpProblem | None:
    return CentralDoor(DeviceId(uuid4())).attempt(url)


def test_a_granted_role_can_work_as_a_station(grant, centre_url: str):
    assert grant(ROLE)[0] == 0
    assert attempt(as_role(centre_url)) is None


def test_it_says_how_to_use_the_role_and_never_the_password(grant, centre_url: str):
    code, out, err = grant(ROLE)

    assert (code, err) == (0, "")
    assert f"postgresql://{ROLE}:PASSWORD{centre_url[centre_url.rindex('@') :]}" in out
    assert SECRET not in out


def test_it_says_the_same_as_json(grant):
    _, out, _ = grant(ROLE, "--json")

    told = json.loads(out)
    assert (told["role"], told["made"], told["notes"]) == (ROLE, True, [])
    assert ":PASSWORD@" in told["address"]


def test_the_server_gets_a_verifier_and_not_the_password(grant, centre_url: str):
    grant(ROLE)

    kept = query(centre_url, "SELECT rolpassword FROM pg_authid WHERE rolname = %s", ROLE)
    assert kept[0]["rolpassword"].startswith("SCRAM-SHA-256$")


def test_without_a_password_and_a_terminal_it_says_where_from(grant, monkeypatch):
    monkeypatch.delenv("TRAITORTRACK_NEW_PASSWORD")

    code, _, err = grant(ROLE)

    assert code == 2
    assert "TRAITORTRACK_NEW_PASSWORD" in err


def test_granting_again_renews_the_password(grant, centre_url: str):
    create_station_login(centre_url, ROLE, "first")

    _, out, _ = grant(ROLE)

    assert "new password" in out
    assert attempt(as_role(centre_url)) is None
    assert attempt(as_role(centre_url, "first")) is SetUpProblem.ACCOUNT_REFUSED


def test_it_can_connect_where_not_everybody_may(grant, centre_url: str):
    query(
        centre_url,
        "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$",
    )

    grant(ROLE)

    assert attempt(as_role(centre_url)) is None


@pytest.mark.parametrize(
    "name", ["pg_mine", "public", "none", "traitortrack_station", "", " line_7", "a\nb", "é" * 32]
)
def test_a_name_that_cannot_be_a_stations_is_refused(grant, name: str):
    code, _, err = grant(name)

    assert code == 2
    assert "role" in err or "reserved" in err


def test_the_owners_own_name_is_refused(grant, centre_url: str):
    owner = query(centre_url, "SELECT current_user AS me")[0]["me"]

    code, _, err = grant(owner)

    assert code == 2
    assert "owns this database" in err


@pytest.mark.parametrize(
    ("preparing", "said"),
    [
        ("ALTER ROLE wide SUPERUSER", "is a superuser"),
        ("ALTER ROLE wide CREATEROLE", "may make roles"),
        ("ALTER ROLE wide CREATEDB", "may make databases"),
        ("ALTER ROLE wide REPLICATION", "may replicate"),
        ("ALTER ROLE wide BYPASSRLS", "row security"),
        ("CREATE ROLE circle; GRANT circle TO wide", "is a member of circle"),
        ("GRANT pg_read_all_data TO wide", "is a member of pg_read_all_data"),
        ("GRANT traitortrack_station TO wide WITH ADMIN OPTION", "may give away the role"),
        ("CREATE TABLE mine (); ALTER TABLE mine OWNER TO wide", "owns table mine"),
        ("GRANT SELECT ON bag TO wide", "has rights on table bag"),
        ('GRANT SELECT (password_hash) ON "user" TO wide', "has rights on column password_hash"),
        ("GRANT EXECUTE ON FUNCTION station.bag_fact TO wide", "function station.bag_fact"),
        ("GRANT CREATE ON SCHEMA public TO wide", "has rights on schema public"),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO wide", "default privileges"),
    ],
)  # fmt: skip
def test_a_role_that_may_do_more_is_refused(grant, centre_url: str, preparing: str, said: str):
    query(centre_url, f"CREATE ROLE wide LOGIN; {preparing}")

    code, out, err = grant("wide")

    assert (code, out) == (2, "")
    assert "wide may do more than a station" in err
    assert said in err


@pytest.mark.parametrize("more", [(), ("--revoke",)], ids=["granted", "revoked"])
@pytest.mark.parametrize(
    "theirs",
    [
        "CREATE ROLE reporting LOGIN PASSWORD 'theirs'",
        "CREATE ROLE reporting NOLOGIN; CREATE ROLE wide LOGIN; GRANT reporting TO wide",
    ],
    ids=["account", "group"],
)
def test_a_role_that_is_no_stations_is_left_as_it_is(
    grant, centre_url: str, theirs: str, more: tuple[str, ...]
):
    query(centre_url, theirs)
    account = "SELECT rolpassword, rolcanlogin, rolconnlimit FROM pg_authid WHERE rolname = 'reporting'"
    before = query(centre_url, account)

    code, out, err = grant("reporting", *more)

    assert (code, out) == (2, "")
    assert "reporting exists already and is no station's account: choose another name" in err
    assert query(centre_url, account) == before


def test_a_role_that_nobody_signs_in_with_may_become_a_stations(grant, centre_url: str):
    query(centre_url, f"CREATE ROLE {ROLE} NOLOGIN")

    assert grant(ROLE)[0] == 0
    assert attempt(as_role(centre_url)) is None


def test_a_role_whose_stations_enrolled_here_is_theirs_also_without_its_membership(grant, centre_url: str):
    query(centre_url, f"CREATE ROLE {ROLE} LOGIN PASSWORD 'before'")
    query(centre_url, "INSERT INTO station.device VALUES (gen_random_uuid(), 's', '1', %s)", ROLE)

    code, _, _ = grant(ROLE)

    assert code == 0
    assert attempt(as_role(centre_url)) is None
    query(centre_url, "DELETE FROM station.device")


def test_when_all_stations_may_do_more_that_is_said_first(grant, centre_url: str):
    query(centre_url, "GRANT SELECT ON station.entry TO traitortrack_station")

    code, _, err = grant(ROLE)

    assert code == 1
    assert "traitortrack_station may do more than a station: it has rights on table station.entry" in err
    query(centre_url, "REVOKE ALL ON station.entry FROM traitortrack_station")


def test_what_everybody_may_do_is_pointed_out(grant, centre_url: str):
    query(centre_url, "GRANT SELECT ON bag TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC")

    code, _, err = grant(ROLE)

    assert code == 0
    assert "Note: Every account may use bag by a grant to PUBLIC, and so may a station.\n" in err
    assert "Every account may make tables in public" in err
    query(centre_url, "REVOKE ALL ON bag FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def test_a_name_with_sql_in_it_is_a_name(grant, centre_url: str):
    name = "x'; DROP TABLE bag; --\""

    code, out, _ = grant(name)

    assert (code, query(centre_url, "SELECT count(*) AS n FROM bag")) == (0, [{"n": 0}])
    assert name in out
    query(centre_url, 'DROP OWNED BY "x\'; DROP TABLE bag; --"""; DROP ROLE "x\'; DROP TABLE bag; --"""')


def test_without_the_role_of_all_stations_who_may_make_it_is_sent_to_the_upgrade(grant, centre_url: str):
    query(centre_url, "ALTER ROLE traitortrack_station RENAME TO away")
    try:
        code, _, err = grant(ROLE)
    finally:
        query(centre_url, "ALTER ROLE away RENAME TO traitortrack_station")

    assert code == 1
    assert "there is no role traitortrack_station. traitortrack-desktop db upgrade makes it" in err
    assert "CREATEROLE" not in err


def test_a_database_that_was_never_upgraded_names_the_command_first(empty_database_url: str):
    with pytest.raises(StationLoginNotPossibleError, match="run traitortrack-desktop db upgrade first"):
        create_station_login(empty_database_url, ROLE, SECRET)


def test_a_revoked_role_is_out_at_once_and_in_again_when_granted(grant, centre_url: str):
    grant(ROLE)
    with closing(Attacker(as_role(centre_url))) as session:
        code, out, _ = grant(ROLE, "--revoke", "--json")

        assert (code, json.loads(out)) == (
            0,
            {"role": ROLE, "revoked": True, "sessions_ended": 1, "stations_revoked": 0},
        )
        assert session.state("SELECT station.post_entries(gen_random_uuid(), '[]')") in {
            "57P01",
            "no SQLSTATE",
        }
    assert attempt(as_role(centre_url)) is SetUpProblem.ACCOUNT_REFUSED

    grant(ROLE)

    assert attempt(as_role(centre_url)) is None


def test_a_role_takes_its_stations_along_and_brings_back_those_it_took(grant, centre_url: str):
    grant(ROLE)
    gone, working = enrolled(centre_url, uuid4(), account=ROLE), enrolled(centre_url, uuid4(), account=ROLE)
    other = enrolled(centre_url, uuid4(), account="line_8")
    change_station(centre_url, StationAct.REVOKE, str(gone))

    _, revoked, _ = grant(ROLE, "--revoke")
    after_revoking = still_working(centre_url)
    _, granted, _ = grant(ROLE)

    assert "Stations of it that were revoked: 1." in revoked
    assert "that may go on: 1." in granted
    assert (after_revoking, still_working(centre_url)) == ({other}, {other, working})
    query(centre_url, "DELETE FROM station.device; DELETE FROM audit_log")


def test_it_prints_a_code_for_the_station_once(grant, centre_url: str):
    _, out, _ = grant(ROLE, "--station", "Dock 1", "--area", "indore", "--json")

    code = json.loads(out)["enrolment_code"]["code"]
    enrol_now(as_role(centre_url), Enrolment(device=DeviceId(uuid4()), name="s", version="1", code=code))
    assert query(centre_url, "SELECT name, area FROM station.device") == [
        {"name": "Dock 1", "area": "indore"}
    ]
    query(centre_url, "DELETE FROM station.device")


def test_renewing_the_password_of_an_enrolled_station_leaves_no_open_code(grant, centre_url: str):
    grant(ROLE)
    station = enrolled(centre_url, uuid4(), account=ROLE)
    query(centre_url, "DELETE FROM station.enrolment_code")

    _, out, _ = grant(ROLE)
    _, as_json, _ = grant(ROLE, "--json")

    assert "No one-time code was made: its station is enrolled already." in out
    assert (json.loads(as_json)["enrolment_code"], json.loads(as_json)["has_stations"]) == (None, True)
    assert query(centre_url, "SELECT code_hash FROM station.enrolment_code") == []
    query(centre_url, "DELETE FROM station.device WHERE id = %s", station)


@pytest.mark.parametrize("wish", [("--station", "Dock 2"), ("--area", "indore")], ids=["name", "area"])
def test_one_more_station_of_an_account_gets_a_code_when_it_is_asked_for(grant, centre_url: str, wish):
    grant(ROLE)
    enrolled(centre_url, uuid4(), account=ROLE)

    _, out, _ = grant(ROLE, *wish)

    assert "One-time code for one new station" in out
    query(centre_url, "DELETE FROM station.device")


def test_an_account_whose_station_never_came_or_was_revoked_gets_another_code(grant, centre_url: str):
    grant(ROLE)
    _, never_came, _ = grant(ROLE)
    change_station(centre_url, StationAct.REVOKE, str(enrolled(centre_url, uuid4(), account=ROLE)))
    _, was_revoked, _ = grant(ROLE)

    for out in (never_came, was_revoked):
        assert "One-time code for one new station" in out
    query(centre_url, "DELETE FROM station.device; DELETE FROM audit_log")


def test_an_area_that_is_none_is_refused_before_anything_is_made(grant, centre_url: str):
    code, _, err = grant(ROLE, "--area", "delhi")

    assert (code, "there is no such area" in err) == (2, True)
    assert query(centre_url, "SELECT FROM pg_roles WHERE rolname = %s", ROLE) == []


def still_working(url: str) -> set[object]:
    return {station.id for station in list_stations(url) if station.revoked_at is None}


def test_a_role_that_made_something_of_its_own_is_shut_out_all_the_same(grant, centre_url: str):
    grant(ROLE)
    with closing(Attacker(as_role(centre_url))) as session:
        session.rows("SELECT lo_create(0)")

        code, _, _ = grant(ROLE, "--revoke")

    assert (code, attempt(as_role(centre_url))) == (0, SetUpProblem.ACCOUNT_REFUSED)


def test_a_role_that_is_not_there_cannot_be_revoked(grant):
    code, _, err = grant("nobody_at_all", "--revoke")

    assert (code, "there is no role nobody_at_all" in err) == (2, True)


# --- an owner who is no superuser


@pytest.fixture
def plain_owner_url(postgres_server: EmbeddedPostgres, centre_url: str) -> Iterator[str]:
    """The address of an empty database for its owner, who may do nothing else on the server."""
    postgres_server.create_database("plainly_owned")
    query(centre_url, "CREATE ROLE plain_owner LOGIN PASSWORD 'pw'")
    query(centre_url, "ALTER DATABASE plainly_owned OWNER TO plain_owner")
    yield as_role(postgres_server.url("plainly_owned"), "pw", "plain_owner")
    postgres_server.drop_database("plainly_owned")
    query(centre_url, f"DROP ROLE IF EXISTS {ROLE}")
    query(centre_url, "DROP OWNED BY plain_owner; DROP ROLE plain_owner")


def test_a_plain_owner_upgrades_and_is_told_what_an_administrator_must_type_for_roles(
    plain_owner_url: str, centre_url: str
):
    assert upgrade(plain_owner_url).before is None

    with pytest.raises(StationLoginNotPossibleError) as refused:
        create_station_login(plain_owner_url, ROLE, SECRET)
    told = str(refused.value)
    query(centre_url, told[told.index("ALTER ROLE") :])
    create_station_login(plain_owner_url, ROLE, SECRET)

    assert "ALTER ROLE plain_owner CREATEROLE;" in told
    assert attempt(as_role(plain_owner_url)) is None
    assert _can_post_and_sign_in(plain_owner_url)
    revoke_station_login(plain_owner_url, ROLE)
    assert attempt(as_role(plain_owner_url)) is SetUpProblem.ACCOUNT_REFUSED


def test_an_account_without_rights_is_told_whose_address_to_use(centre_url: str):
    query(centre_url, "CREATE ROLE wide LOGIN PASSWORD 'pw'")

    with pytest.raises(CentreMismatchError, match="use the address of the owner"):
        create_station_login(as_role(centre_url, "pw", "wide"), ROLE, SECRET)


def _can_post_and_sign_in(owner_url: str) -> bool:
    add_user(owner_url, username="ravi", password="Str0ng!pass", role="biller")
    chain = enrolled_chain(owner_url, account=ROLE)
    office = CentralPostingOffice(as_role(owner_url), device=chain.device, station_name="s", version="1")
    accounts = accounts_at(as_role(owner_url), chain.device)
    receipts = office.post(chain.entries(filled("SB00001", ["AAAA"]))).receipts
    signed_in = accounts.sign_in("ravi", "Str0ng!pass", session=uuid4())
    office.close()
    accounts.close()
    return [receipt.outcome for receipt in receipts] == ["posted"] * 2 and isinstance(signed_in, SignedIn)
