"""Signing in, the lockout, and keeping accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fakes.central_owner import query
from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.services.ports import CentreUnreachableError, SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.user_administration import (
    AccountNotPossibleError,
    add_user,
    list_users,
    make_first_administrator,
    password_weakness,
)

PASSWORD = "Str0ng!pass"


@pytest.fixture
def accounts(central_url: str) -> Iterator[CentralAccounts]:
    add_user(central_url, username="ravi", password=PASSWORD, role="dispatcher", area="lucknow")
    accounts = CentralAccounts(central_url)
    yield accounts
    accounts.close()


def lockout(url: str) -> tuple[int, datetime | None, datetime | None]:
    row = query(url, """SELECT * FROM "user" WHERE username = 'ravi'""")[0]
    return row["failed_login_attempts"], row["locked_until"], row["last_failed_login"]


def fail(accounts: CentralAccounts, times: int) -> SignInRefused:
    answers = [accounts.sign_in("ravi", "wrong") for _ in range(times)]
    assert isinstance(answers[-1], SignInRefused)
    return answers[-1]


def test_the_right_password_signs_in(accounts: CentralAccounts):
    assert accounts.sign_in("ravi", PASSWORD) == SignedIn(
        person=Person(username="ravi", role="dispatcher", area="lucknow")
    )


@pytest.mark.parametrize("method", ["scrypt", "pbkdf2:sha256:1000"])
def test_every_kind_of_hash_that_the_web_application_wrote_is_read(
    accounts: CentralAccounts, central_url: str, method: str
):
    query(central_url, """UPDATE "user" SET password_hash = %s""", generate_password_hash("old", method))

    assert isinstance(accounts.sign_in("ravi", "old"), SignedIn)


@pytest.mark.parametrize("stored", ["!", "", "md5$a$b", "unheard:of$salt$abc"])
def test_a_hash_that_nobody_can_read_lets_nobody_in(accounts: CentralAccounts, central_url: str, stored: str):
    query(central_url, """UPDATE "user" SET password_hash = %s""", stored)

    assert accounts.sign_in("ravi", stored) == SignInRefused()


@pytest.mark.parametrize("name", ["nobody", "RAVI", "", "r%"])
def test_a_name_that_nobody_has_is_refused_like_a_wrong_password(accounts: CentralAccounts, name: str):
    assert accounts.sign_in(name, PASSWORD) == accounts.sign_in("ravi", "wrong") == SignInRefused()


def test_a_wrong_password_is_counted(accounts: CentralAccounts, central_url: str):
    fail(accounts, 2)

    attempts, locked_until, last = lockout(central_url)
    assert (attempts, locked_until) == (2, None)
    assert abs(last.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_fifth_wrong_password_locks_for_fifteen_minutes(accounts: CentralAccounts):
    assert fail(accounts, 4).locked_until is None

    locked_until = fail(accounts, 1).locked_until

    assert abs(locked_until - datetime.now(UTC) - timedelta(minutes=15)) < timedelta(minutes=1)


def test_a_locked_account_refuses_the_right_password(accounts: CentralAccounts, central_url: str):
    locked_until = fail(accounts, 5).locked_until

    assert accounts.sign_in("ravi", PASSWORD) == SignInRefused(locked_until=locked_until)
    assert lockout(central_url)[0] == 5


def test_a_lock_that_is_over_starts_anew(accounts: CentralAccounts, central_url: str):
    fail(accounts, 5)
    query(
        central_url, """UPDATE "user" SET locked_until = (now() AT TIME ZONE 'UTC') - interval '1 second'"""
    )

    fail(accounts, 1)

    assert lockout(central_url)[:2] == (1, None)


def test_signing_in_forgets_the_failures(accounts: CentralAccounts, central_url: str):
    fail(accounts, 3)
    query(central_url, """UPDATE "user" SET locked_until = '2020-01-01'""")

    accounts.sign_in("ravi", PASSWORD)

    assert lockout(central_url) == (0, None, None)


@pytest.mark.parametrize("verified", [False, None])
def test_an_account_that_is_not_verified_is_told_so_after_the_right_password(
    accounts: CentralAccounts, central_url: str, verified: bool | None
):
    query(central_url, """UPDATE "user" SET verified = %s""", verified)

    assert accounts.sign_in("ravi", "wrong") == SignInRefused()
    assert accounts.sign_in("ravi", PASSWORD) == SignInRefused(not_verified=True)


def test_counters_that_the_web_application_left_empty_are_understood(
    accounts: CentralAccounts, central_url: str
):
    query(central_url, """UPDATE "user" SET failed_login_attempts = NULL, role = NULL""")

    fail(accounts, 1)

    assert lockout(central_url)[0] == 1
    assert isinstance(accounts.sign_in("ravi", PASSWORD), SignedIn)


def test_without_a_centre_nobody_is_told_that_the_password_is_wrong():
    accounts = CentralAccounts("postgresql://somebody@127.0.0.1:1/nowhere")

    with pytest.raises(CentreUnreachableError):
        accounts.sign_in("ravi", PASSWORD)

    accounts.close()


# -- keeping accounts


def test_an_added_user_is_listed_without_secrets(central_url: str):
    add_user(central_url, username="ravi", password=PASSWORD, role="dispatcher", area="lucknow")

    (user,) = list_users(central_url)
    assert user.as_json() == {
        "username": "ravi", "email": "ravi@station.invalid", "role": "dispatcher", "area": "lucknow",
        "verified": True, "locked_until": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"username": "ravi"}, "the user name 'ravi' is taken"),
        ({"email": "ravi@station.invalid"}, "the e-mail address 'ravi@station.invalid' is taken"),
        ({"role": "boss"}, "there is no role 'boss'"),
        ({"area": "paris"}, "there is no area 'paris'"),
        ({"role": "dispatcher", "area": None}, "a dispatcher needs an area"),
        ({"password": "short"}, "at least 8"),
        ({"username": "a b"}, "3 to 20"),
    ],
)
def test_an_account_that_is_not_possible_is_refused_with_the_reason(
    central_url: str, changes: dict, problem: str
):
    add_user(central_url, username="ravi", password=PASSWORD, role="biller")
    wanted = {"username": "meera", "password": PASSWORD, "role": "biller"}

    with pytest.raises(AccountNotPossibleError, match=problem):
        add_user(central_url, **{**wanted, **changes})

    assert len(list_users(central_url)) == 1


@pytest.mark.parametrize(
    ("password", "lacks"),
    [
        ("Str0ng!", "at least 8"),
        ("str0ng!pass", "upper-case"),
        ("STR0NG!PASS", "lower-case"),
        ("Strong!pass", "digit"),
        ("Str0ngpass", "special"),
    ],
)
def test_a_weak_password_lacks_something(password: str, lacks: str):
    assert lacks in password_weakness(password)


def test_a_strong_password_lacks_nothing():
    assert password_weakness(PASSWORD) is None


def test_the_first_administrator_is_made_once(central_url: str):
    assert make_first_administrator(central_url, PASSWORD)
    assert not make_first_administrator(central_url, PASSWORD)

    assert [(user.username, user.role) for user in list_users(central_url)] == [("admin", "admin")]
