"""Signing in with a password: sessions, what is written down, and what a station's account gets out of it."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled
from fakes.signing_in import accounts_at, audit, person
from sqlalchemy import Engine, event

from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    SignedIn,
    SignInRefused,
)
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.password_proof import proof_of


@pytest.fixture
def ravi(people_url: str) -> int:
    return person(people_url, "ravi")


def sessions(url: str) -> list[dict]:
    return query(url, "SELECT *, id::text, device::text FROM station.session ORDER BY started_at")


# -- sessions


def test_a_sign_in_makes_the_session_that_the_station_named(
    accounts: CentralAccounts, people_url: str, device: UUID, ravi: int
):
    session = uuid4()

    answer = accounts.sign_in("ravi", "pw", session=session)

    assert isinstance(answer, SignedIn)
    assert (answer.session.id, answer.session.way, answer.session.rights) == (
        session, SignInWay.PASSWORD, Rights.FULL,
    )  # fmt: skip
    (row,) = sessions(people_url)
    assert (row["id"], row["device"], row["user_id"], row["way"], row["rights"], row["ended_at"]) == (
        str(session), str(device), ravi, "password", "full", None,
    )  # fmt: skip


def test_a_sign_in_ends_the_one_before_it_at_the_same_station(
    accounts: CentralAccounts, people_url: str, ravi: int
):
    accounts.sign_in("ravi", "pw", session=uuid4())
    accounts.sign_in("ravi", "pw", session=uuid4())

    first, second = sessions(people_url)
    assert (first["ended_at"] is not None, first["ended_by"], second["ended_at"]) == (True, None, None)


def test_a_sign_in_ends_none_at_another_station(
    accounts: CentralAccounts, people_url: str, people_station_url: str, ravi: int
):
    with closing(
        accounts_at(people_station_url, enrolled(people_url, uuid4(), account="people_station"))
    ) as elsewhere:
        elsewhere.sign_in("ravi", "pw", session=uuid4())
    accounts.sign_in("ravi", "pw", session=uuid4())

    assert [row["ended_at"] for row in sessions(people_url)] == [None, None]


def test_a_sign_in_whose_answer_was_lost_is_answered_alike_when_it_is_repeated(
    accounts: CentralAccounts, people_url: str, ravi: int
):
    session = uuid4()

    first = accounts.sign_in("ravi", "pw", session=session)

    assert accounts.sign_in("ravi", "pw", session=session) == first
    assert len(sessions(people_url)) == 1
    assert audit(people_url) == [("login_success", ravi)]


def test_a_refusal_whose_answer_was_lost_counts_once(accounts: CentralAccounts, people_url: str, ravi: int):
    session = uuid4()

    answers = [accounts.sign_in("ravi", "wrong", session=session) for _ in range(3)]

    assert answers == [SignInRefused()] * 3
    assert query(people_url, 'SELECT failed_login_attempts AS n FROM "user"') == [{"n": 1}]
    assert audit(people_url) == [("login_failed_invalid_password", ravi)]


@pytest.mark.parametrize(("password", "failures"), [("pw", 0), ("wrong", 1)])
def test_an_answer_that_got_lost_once_it_was_counted_is_asked_for_again(
    accounts: CentralAccounts, people_url: str, monkeypatch: pytest.MonkeyPatch, password: str, failures: int
):
    person(people_url, "meera", verified=False)
    answers = iter(range(10))
    real = CentralAccounts._answer

    def losing(self, statement, values):
        answer = real(self, statement, values)
        if next(answers) == 2:  # the challenge, the count, and this
            raise CentreUnreachableError
        return answer

    monkeypatch.setattr(CentralAccounts, "_answer", losing)

    answer = accounts.sign_in("meera", password, session=uuid4())

    assert answer == SignInRefused(not_verified=password == "pw")
    assert query(people_url, 'SELECT failed_login_attempts AS n FROM "user"') == [{"n": failures}]


def test_sessions_of_long_ago_are_forgotten_and_open_ones_are_not(
    accounts: CentralAccounts, people_url: str, device: UUID, ravi: int
):
    query(
        people_url,
        """
        INSERT INTO station.session (id, device, user_id, username, way, rights, started_at, ended_at)
        SELECT gen_random_uuid(), %s, 1, name, 'badge', 'operator', now() - age * interval '1 day', until
        FROM (VALUES ('old', 401, now()), ('newer', 399, now()), ('open', 401, NULL)) AS t (name, age, until)
        """,
        str(device),
    )

    accounts.sign_in("nobody", "pw", session=uuid4())

    assert {row["username"] for row in sessions(people_url)} == {"newer", "open"}


def test_nobody_gets_the_session_of_another_station(
    accounts: CentralAccounts, people_url: str, people_station_url: str, ravi: int
):
    session = uuid4()
    accounts.sign_in("ravi", "pw", session=session)

    with (
        closing(
            accounts_at(people_station_url, enrolled(people_url, uuid4(), account="people_station"))
        ) as elsewhere,
        pytest.raises(Exception, match="22023"),
    ):
        elsewhere.sign_in("ravi", "pw", session=session)

    assert len(sessions(people_url)) == 1


# -- which station


def test_a_station_that_the_centre_does_not_know_enrols_itself_as_it_signs_in(people_url: str, ravi: int):
    device = uuid4()

    with closing(accounts_at(people_url, device)) as accounts:
        assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)

    assert query(people_url, "SELECT id::text, speaks FROM station.device") == [
        {"id": str(device), "speaks": 2}
    ]


def test_nobody_signs_in_at_a_station_that_was_revoked(accounts: CentralAccounts, people_url: str, ravi: int):
    query(people_url, "UPDATE station.device SET revoked_at = now()")

    with pytest.raises(CentreMismatchError, match="revoked"):
        accounts.sign_in("ravi", "pw", session=uuid4())


def test_nobody_signs_in_as_another_accounts_station(people_url: str, people_station_url: str, ravi: int):
    device = enrolled(people_url, uuid4(), account="somebody")

    with (
        closing(accounts_at(people_station_url, device)) as accounts,
        pytest.raises(CentreMismatchError, match="TT002"),
    ):
        accounts.sign_in("ravi", "pw", session=uuid4())


# -- the hash stays at the centre


def test_a_station_that_signs_people_in_this_way_gets_no_hash_any_more(
    accounts: CentralAccounts, people_url: str, people_station_url: str, device: UUID, ravi: int
):
    query(people_url, "UPDATE station.device SET speaks = 1")
    with closing(Attacker(people_station_url)) as attacker:
        ask = "SELECT password_hash FROM station.account_for_sign_in('ravi')"
        assert len(attacker.rows(ask)) == 1

        accounts.sign_in("ravi", "pw", session=uuid4())

        assert attacker.rows(ask) == []


def test_it_clears_no_lockout_any_more(people_url: str, people_station_url: str, device: UUID, ravi: int):
    query(people_url, "UPDATE \"user\" SET failed_login_attempts = 5, locked_until = '2999-01-01'")

    with closing(Attacker(people_station_url)) as attacker:
        attacker.rows("SELECT station.record_sign_in('ravi', true)")

    assert query(people_url, 'SELECT failed_login_attempts AS n FROM "user"') == [{"n": 5}]


def test_what_is_asked_of_a_station_tells_no_digest(
    people_url: str, people_station_url: str, device: UUID, ravi: int
):
    (stored,) = query(people_url, 'SELECT password_hash AS hash FROM "user"')
    method, salt, digest = stored["hash"].split("$")

    with closing(Attacker(people_station_url)) as attacker:
        ((challenge,),) = attacker.rows("SELECT station.sign_in_challenge(%s, 'ravi')", str(device))

    assert challenge == {"method": method, "salt": salt}
    assert digest not in json.dumps(challenge)


def test_what_is_seen_of_one_sign_in_is_good_for_no_other(
    people_url: str, people_station_url: str, device: UUID, ravi: int
):
    (stored,) = query(people_url, 'SELECT password_hash AS hash FROM "user"')
    method, salt, digest = stored["hash"].split("$")
    session, other = uuid4(), uuid4()
    proof = proof_of(method, salt, "pw", device=device, session=session)

    with closing(Attacker(people_station_url)) as attacker:
        answers = [
            attacker.rows("SELECT station.sign_in(%s, %s, 'ravi', %s)", str(device), str(used), told)[0][0]
            for used, told in ((other, proof), (other, digest), (session, proof))
            for _ in range(2)
        ]

    assert [answer["outcome"] for answer in answers[1::2]] == ["refused", "refused", "signed_in"]


def test_a_name_that_nobody_has_is_asked_like_one_that_somebody_has(
    people_url: str, people_station_url: str, device: UUID
):
    ask = "SELECT station.sign_in_challenge(%s, %s)"
    with closing(Attacker(people_station_url)) as attacker:
        asked = [attacker.rows(ask, str(device), name)[0][0] for name in ("nobody", "nobody", "no one")]

    assert asked[0] == asked[1] != asked[2]
    assert {challenge["method"] for challenge in asked} == {"scrypt:32768:8:1"}
    assert all(len(challenge["salt"]) == 16 and challenge["salt"].isalnum() for challenge in asked)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a sign-in costs from now on: messages to the centre, and slow digests with their parameters."""
    done: list[str] = []
    scrypt = hashlib.scrypt

    def counted(password: bytes, *, salt: bytes, n: int, r: int, p: int, **more: int) -> bytes:
        done.append(f"scrypt:{n}:{r}:{p} with {len(salt)}")
        return scrypt(password, salt=salt, n=n, r=r, p=p, **more)

    def sent(_connection: object, _cursor: object, message: str, *_more: object) -> None:
        called = re.search(r"station\.(\w+)", message)
        done.append(called[1] if called else "limits of time")

    monkeypatch.setattr(hashlib, "scrypt", counted)
    event.listen(Engine, "before_cursor_execute", sent)
    yield done
    event.remove(Engine, "before_cursor_execute", sent)


def test_the_same_work_is_done_for_a_name_that_nobody_has(
    accounts: CentralAccounts, people_url: str, work: list[str]
):
    person(people_url, "ravi", password_hash=f"scrypt:32768:8:1${'s' * 16}${'0' * 128}")
    accounts.sign_in("somebody", "wrong", session=uuid4())  # it connects
    costs = []
    for name in ("ravi", "nobody"):
        work.clear()
        assert accounts.sign_in(name, "wrong", session=uuid4()) == SignInRefused()
        costs.append(work.copy())

    looked_at = ["limits of time", "sign_in"]
    challenge = ["limits of time", "sign_in_challenge", "scrypt:32768:8:1 with 16"]
    assert costs[0] == costs[1] == [*challenge, *looked_at, *looked_at]


# -- what is written down


@pytest.mark.parametrize(
    ("columns", "password", "action"),
    [
        ({}, "pw", "login_success"),
        ({}, "wrong", "login_failed_invalid_password"),
        ({"verified": False}, "pw", "login_failed_not_verified"),
        ({"locked_until": "2999-01-01"}, "pw", "login_blocked_account_locked"),
    ],
)
def test_every_answer_stands_in_the_audit_under_the_right_person(
    accounts: CentralAccounts, people_url: str, columns: dict, password: str, action: str
):
    somebody = person(people_url, "meera", **columns)

    accounts.sign_in("meera", password, session=uuid4())

    (row,) = query(people_url, "SELECT * FROM audit_log")
    assert (row["action"], row["user_id"], row["entity_type"], row["entity_id"]) == (
        action, somebody, "auth", somebody,
    )  # fmt: skip
    assert (json.loads(row["details"])["username"], json.loads(row["details"])["station"]) == (
        "meera", "Station 7",
    )  # fmt: skip


def test_a_password_in_the_field_of_the_name_is_written_down_nowhere(
    accounts: CentralAccounts, people_url: str
):
    accounts.sign_in("My-Secret-1", "My-Secret-2", session=uuid4())

    (row,) = query(people_url, "SELECT * FROM audit_log")
    assert row["action"] == "login_failed_user_not_found"
    kept = query(people_url, "SELECT f::text AS row FROM station.sign_in_failure AS f")
    assert "Secret" not in f"{row} {kept}"


def test_no_secret_is_in_the_audit(accounts: CentralAccounts, people_url: str, ravi: int):
    (stored,) = query(people_url, 'SELECT password_hash AS hash FROM "user"')
    for password in ("pw", "Wr0ng!word"):
        accounts.sign_in("ravi", password, session=uuid4())

    written = f"{query(people_url, 'SELECT * FROM audit_log')}"
    assert not any(secret in written for secret in (stored["hash"].split("$")[2], "Wr0ng!word"))
