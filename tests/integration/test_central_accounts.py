"""Signing in, and the lockout."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fakes.central_owner import query
from fakes.signing_in import accounts_at
from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import CentreUnreachableError, SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.user_administration import add_user

PASSWORD = "Str0ng!pass"


@pytest.fixture
def accounts(central_url: str) -> Iterator[CentralAccounts]:
    add_user(central_url, username="ravi", password=PASSWORD, role="dispatcher", area="lucknow")
    accounts = accounts_at(central_url)
    yield accounts
    accounts.close()


def lockout(url: str) -> tuple[int, datetime | None, datetime | None]:
    row = query(url, """SELECT * FROM "user" WHERE username = 'ravi'""")[0]
    return row["failed_login_attempts"], row["locked_until"], row["last_failed_login"]


def fail(accounts: CentralAccounts, times: int) -> SignInRefused:
    answers = [accounts.sign_in("ravi", "wrong", session=uuid4()) for _ in range(times)]
    assert isinstance(answers[-1], SignInRefused)
    return answers[-1]


def test_the_right_password_signs_in(accounts: CentralAccounts):
    session = uuid4()

    answer = accounts.sign_in("ravi", PASSWORD, session=session)

    assert answer == SignedIn(
        session=OperatorSession(
            id=session,
            person=Person(username="ravi", role="dispatcher", area="lucknow"),
            way=SignInWay.PASSWORD,
            rights=Rights.FULL,
        )
    )


@pytest.mark.parametrize("method", ["scrypt", "pbkdf2:sha256:1000"])
def test_every_kind_of_hash_that_the_web_application_wrote_is_read(
    accounts: CentralAccounts, central_url: str, method: str
):
    query(central_url, """UPDATE "user" SET password_hash = %s""", generate_password_hash("old", method))

    assert isinstance(accounts.sign_in("ravi", "old", session=uuid4()), SignedIn)


@pytest.mark.parametrize("stored", ["!", "", "md5$a$b", "unheard:of$salt$abc"])
def test_a_hash_that_nobody_can_read_lets_nobody_in(accounts: CentralAccounts, central_url: str, stored: str):
    query(central_url, """UPDATE "user" SET password_hash = %s""", stored)

    assert accounts.sign_in("ravi", stored, session=uuid4()) == SignInRefused()


@pytest.mark.parametrize("name", ["nobody", "RAVI", "", "r%"])
def test_a_name_that_nobody_has_is_refused_like_a_wrong_password(accounts: CentralAccounts, name: str):
    assert (
        accounts.sign_in(name, PASSWORD, session=uuid4())
        == accounts.sign_in("ravi", "wrong", session=uuid4())
        == SignInRefused()
    )


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

    assert accounts.sign_in("ravi", PASSWORD, session=uuid4()) == SignInRefused(locked_until=locked_until)
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

    accounts.sign_in("ravi", PASSWORD, session=uuid4())

    assert lockout(central_url) == (0, None, None)


@pytest.mark.parametrize("verified", [False, None])
def test_an_account_that_is_not_verified_is_told_so_after_the_right_password(
    accounts: CentralAccounts, central_url: str, verified: bool | None
):
    query(central_url, """UPDATE "user" SET verified = %s""", verified)

    assert accounts.sign_in("ravi", "wrong", session=uuid4()) == SignInRefused()
    assert accounts.sign_in("ravi", PASSWORD, session=uuid4()) == SignInRefused(not_verified=True)


def test_counters_that_the_web_application_left_empty_are_understood(
    accounts: CentralAccounts, central_url: str
):
    query(central_url, """UPDATE "user" SET failed_login_attempts = NULL, role = NULL""")

    fail(accounts, 1)

    assert lockout(central_url)[0] == 1
    assert isinstance(accounts.sign_in("ravi", PASSWORD, session=uuid4()), SignedIn)


def test_without_a_centre_nobody_is_told_that_the_password_is_wrong():
    accounts = accounts_at("postgresql://somebody@127.0.0.1:1/nowhere")

    with pytest.raises(CentreUnreachableError):
        accounts.sign_in("ravi", PASSWORD, session=uuid4())

    accounts.close()
