"""People's rights at the centre, attacked by whoever holds a station's database account, or by bad luck."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pyotp
import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled
from fakes.entry_chain import EntryChain, item
from fakes.plain_address import plain
from fakes.signing_in import CHEAP, accounts_at, audit, badge, person, pin
from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.session_entries import sign_in_decision, sign_out_decision
from traitortrack_desktop.services.ports import EntriesNotAcceptableError, SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts

HASH = generate_password_hash("Another-Passw0rd", CHEAP)
ADMINISTER = "SELECT station.administer_account(%s, %s, %s, %s, %s)"


@pytest.fixture
def device(people_url: str, people_station_url: str) -> UUID:
    return enrolled(people_url, uuid4(), account="people_station")


@pytest.fixture
def accounts(people_station_url: str, device: UUID) -> Iterator[CentralAccounts]:
    with closing(accounts_at(people_station_url, device)) as accounts:
        yield accounts


@pytest.fixture
def attacker(people_station_url: str) -> Iterator[Attacker]:
    with closing(Attacker(people_station_url)) as attacker:
        yield attacker


def session_of(url: str, device: UUID, user: int, **columns: Any) -> str:
    """Let *user* be signed in at *device*, and return the session; *columns* may say more of it."""
    values = {
        "id": str(uuid4()), "device": str(device), "user_id": user, "way": "password", "rights": "full",
        "username": query(url, 'SELECT username FROM "user" WHERE id = %s', user)[0]["username"], **columns,
    }  # fmt: skip
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    query(url, f"INSERT INTO station.session ({names}) VALUES ({places})", *values.values())
    return str(values["id"])


# -- an administrator's rights


@pytest.mark.parametrize("way", ["pin", "remembered_pin", "remembered_password"])
def test_who_became_an_administrator_since_has_shown_no_password_to_the_centre(
    people_url: str, attacker: Attacker, device: UUID, way: str
):
    session = session_of(people_url, device, person(people_url, "ravi"), way=way)
    query(people_url, "UPDATE \"user\" SET role = 'admin'")  # by the web application

    assert attacker.state(ADMINISTER, str(device), session, "disable", "nobody", "{}") == "TT006"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_from_before_makes_nobody_an_administrator(
    people_url: str, people_station_url: str, device: UUID, level: str
):
    person(people_url, "meera", role="admin")
    session = session_of(people_url, device, person(people_url, "ravi", role="admin"))
    with closing(psycopg2.connect(plain(people_station_url))) as kept, kept.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        cursor.execute("SELECT 1")
        query(people_url, "SELECT station.change_account(NULL, 'owner', 'disable', 'ravi', '{}')")

        values = json.dumps({"role": "admin", "password_hash": HASH})
        with pytest.raises(psycopg2.Error) as refused:
            cursor.execute(ADMINISTER, (str(device), session, "create", "mallory", values))

    assert refused.value.pgcode == "25001"
    assert query(people_url, "SELECT username FROM \"user\" WHERE username = 'mallory'") == []


def test_two_administrators_who_end_each_others_sessions_wait_for_nobody_in_a_circle(
    people_url: str, people_station_url: str
):
    names = ("ravi", "meera")
    users = [person(people_url, name, role="admin") for name in names]
    devices = [enrolled(people_url, uuid4(), account="people_station") for _ in names]
    old = "2020-01-01"
    sessions = [
        session_of(people_url, device, user, last_seen_at=old)
        for device, user in zip(devices, users, strict=True)
    ]
    with closing(psycopg2.connect(plain(people_station_url))) as first, first.cursor() as cursor:
        # The first has asked for the list of accounts in the same transaction, and goes on with a change.
        cursor.execute(
            "SELECT count(*) FROM station.accounts(%s, %s, '', NULL, 10)", (str(devices[0]), sessions[0])
        )
        done: list[str] = []

        def second() -> None:
            with closing(Attacker(people_station_url)) as other:
                other.rows("SET statement_timeout = '5s'")
                done.append(
                    other.state(ADMINISTER, str(devices[1]), sessions[1], "end_sessions", "ravi", "{}")
                )

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(5)
        waited = thread.is_alive()
        first.rollback()
        thread.join()

    assert (waited, done) == (False, ["00000"])


def test_the_password_alone_changes_no_administrators_password(
    people_url: str, attacker: Attacker, device: UUID
):
    user = person(people_url, "ravi", role="admin", two_fa_enabled=True, totp_secret="JBSWY3DPEHPK3PXP")
    session = session_of(people_url, device, user, way="badge", rights="operator")

    assert attacker.state("SELECT station.own_password_challenge(%s, %s)", str(device), session) == "TT006"
    change = "SELECT station.change_own_password(%s, %s, 'proof', %s)"
    assert attacker.state(change, str(device), session, HASH) == "TT006"


# -- sign-ins without the centre


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE \"user\" SET password_hash = 'pbkdf2:sha256:1$salt$abcd'",
        "UPDATE station.session SET ended_by = 'meera'",
    ],
)
def test_a_remembered_password_is_worth_less_once_it_is_none_any_more(
    accounts: CentralAccounts, people_url: str, device: UUID, what: str
):
    ravi = person(people_url, "ravi")
    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)
    assert worth(people_url, device, ravi, "remembered_password") == "full"

    query(people_url, what)

    assert worth(people_url, device, ravi, "remembered_password") == "operator"


@pytest.mark.parametrize(
    "what", ["DELETE FROM station.pin", "UPDATE station.pin SET pin_hash = 'pbkdf2:sha256:1$salt$ab'"]
)
def test_a_remembered_pin_is_worth_less_once_it_is_none_any_more(
    accounts: CentralAccounts, people_url: str, device: UUID, what: str
):
    ravi = person(people_url, "ravi")
    badge(people_url, ravi, "code")
    pin(people_url, ravi, "271828")
    held = accounts.sign_in_with_badge("code", session=uuid4())
    assert isinstance(held, SignedIn)
    assert held.badge is not None
    assert isinstance(accounts.sign_in_with_pin(held.badge, "271828", session=uuid4()), SignedIn)
    assert worth(people_url, device, ravi, "remembered_pin") == "full"

    query(people_url, what)

    assert worth(people_url, device, ravi, "remembered_pin") == "operator"


def worth(url: str, device: UUID, user: int, way: str) -> str:
    asked = "SELECT station.rights_without_centre(%s, %s, %s) AS rights"
    rights: str = query(url, asked, str(device), user, way)[0]["rights"]
    return rights


# -- once


def test_a_repeated_sign_in_is_not_answered_with_a_session_that_was_revoked(
    accounts: CentralAccounts, people_url: str
):
    ravi, session = person(people_url, "ravi"), uuid4()
    badge(people_url, ravi, "code")
    accounts.sign_in_with_badge("code", session=session)
    query(people_url, "SELECT station.revoke_one_session(NULL, 'owner', %s)", str(session))

    with pytest.raises(EntriesNotAcceptableError):
        accounts.sign_in_with_badge("code", session=session)


@pytest.mark.parametrize("way", ["password", "badge"])
def test_a_sign_in_at_the_centre_and_its_entry_are_one_row_of_the_audit(
    accounts: CentralAccounts, people_url: str, attacker: Attacker, device: UUID, way: str
):
    ravi, chain = person(people_url, "ravi"), EntryChain()
    chain.device = DeviceId(device)
    badge(people_url, ravi, "code")
    session = uuid4()
    answer = (
        accounts.sign_in("ravi", "pw", session=session)
        if way == "password"
        else accounts.sign_in_with_badge("code", session=session)
    )
    assert isinstance(answer, SignedIn)
    entries = [
        chain.entry(sign_in_decision(answer.session, capacity=30), session=session),
        chain.entry(sign_out_decision(capacity=30), session=session),
    ]
    for _ in range(2):
        attacker.post(device, [item(entry) for entry in entries])

    name = "login_success" if way == "password" else "badge_login_success"
    assert audit(people_url) == [(name, ravi), ("logout", ravi)]
    written = query(people_url, "SELECT string_agg(details, '') AS all FROM audit_log")[0]["all"]
    assert str(session) not in written


def test_a_code_shown_at_two_stations_at_the_same_moment_lets_one_in(
    people_url: str, people_station_url: str
):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    person(people_url, "meena", role="admin", totp_secret=secret, two_fa_enabled=True)
    now = datetime.now(UTC)
    late = timedelta(seconds=30 if now.timestamp() % 30 > 25 else 0)
    code = pyotp.TOTP(secret).at(now + late)
    together = threading.Barrier(4)

    def sign_in(device: UUID) -> object:
        with closing(accounts_at(people_station_url, device)) as accounts:
            together.wait()
            return accounts.sign_in("meena", "pw", session=uuid4(), code=code)

    devices = [enrolled(people_url, uuid4(), account="people_station") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sign_in, devices))

    assert sorted(type(answer).__name__ for answer in answers) == ["SignInRefused"] * 3 + ["SignedIn"]


# -- lockouts as the web application and bad luck leave them


@pytest.mark.parametrize(
    ("failures", "locked", "locks"),
    [
        (None, None, False),
        (4, None, True),
        (4, "2020-01-01", False),
        (4, "-infinity", False),
        (0, "infinity", True),
        (2147483647, None, True),
    ],
)
def test_a_lockout_is_read_as_the_web_application_reads_it(
    accounts: CentralAccounts, people_url: str, failures: int | None, locked: str | None, locks: bool
):
    person(people_url, "ravi", failed_login_attempts=failures, locked_until=locked)

    answer = accounts.sign_in("ravi", "wrong", session=uuid4())

    assert isinstance(answer, SignInRefused)
    assert (answer.locked_until is not None) is locks
    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignInRefused) is locks


# -- an account's number that is given out again


def reused(url: str, user: int, name: str) -> None:
    """Delete the account, and make another one of the same number, as a copied database may."""
    query(url, 'DELETE FROM "user" WHERE id = %s', user)
    query(url, "SELECT pg_sleep(0.001)")
    person(url, name, id=user, role="admin", created_at="2100-01-01")


def test_the_badge_of_somebody_deleted_is_not_that_of_the_next_with_the_number(
    accounts: CentralAccounts, people_url: str
):
    ravi = person(people_url, "ravi")
    badge(people_url, ravi, "code")
    reused(people_url, ravi, "meera")

    assert accounts.sign_in_with_badge("code", session=uuid4()) == SignInRefused(badge_not_valid=True)


def test_the_session_of_somebody_deleted_is_not_that_of_the_next_with_the_number(
    people_url: str, attacker: Attacker, device: UUID
):
    ravi = person(people_url, "ravi", role="admin")
    session = session_of(people_url, device, ravi)
    reused(people_url, ravi, "meera")

    assert attacker.state(ADMINISTER, str(device), session, "disable", "nobody", "{}") == "TT006"
    assert query(people_url, "SELECT station.session_trouble(%s) AS t", session) == [
        {"t": "operator_disabled"}
    ]


# -- a station that may not work any more


@pytest.mark.parametrize(
    "call",
    ["station.catalogue_start()", "station.catalogue_page(0, 1)", "station.catalogue_bills(0, 1)",
     "station.changes_since('', 1)"],
)  # fmt: skip
def test_an_account_whose_stations_are_all_revoked_reads_nothing(
    people_url: str, attacker: Attacker, device: UUID, call: str
):
    assert attacker.state(f"SELECT {call}") == "00000"
    query(people_url, "UPDATE station.device SET revoked_at = now()")
    assert attacker.state(f"SELECT {call}") == "TT002"

    enrolled(people_url, uuid4(), account="people_station")  # another one of the same account

    assert attacker.state(f"SELECT {call}") == "00000"


# -- names


@pytest.mark.parametrize("name", ["RAVI", " ravi", "ravi ", "ra\u200bvi", "ｒavi", "ravi\u0000"])
def test_a_name_that_only_looks_like_one_is_nobodys_and_counts_on_nobody_else(
    accounts: CentralAccounts, people_url: str, name: str, monkeypatch: pytest.MonkeyPatch
):
    ravi = person(people_url, "ravi")
    monkeypatch.setattr("traitortrack_desktop.storage.central.accounts.proof_of", lambda *_, **__: "0")

    accounts.sign_in(name, "wrong", session=uuid4())

    counted = query(people_url, 'SELECT failed_login_attempts AS n FROM "user"')[0]["n"]
    assert (counted or 0) == (1 if name.strip() == "ravi" else 0)
    assert audit(people_url) == (
        [("login_failed_invalid_password", ravi)]
        if name.strip() == "ravi"
        else [("login_failed_user_not_found", None)]
    )
