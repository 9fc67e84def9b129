"""Badges, and a biller's PIN, at the centre."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.signing_in import audit, badge, person, pin

from traitortrack_desktop.domain.operators import Badge, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts

CODE = "TT-BADGE-" + "123456789012345678901234"
PIN = "582913"


@pytest.fixture
def ravi(people_url: str) -> int:
    return person(people_url, "ravi", dispatch_area="indore")


@pytest.fixture
def held(people_url: str, ravi: int) -> Badge:
    """Ravi's badge, to which a PIN belongs."""
    pin(people_url, ravi, PIN)
    return Badge(
        id=badge(people_url, ravi, CODE),
        person=Person(username="ravi", role="biller", area="indore"),
        has_pin=True,
    )


def unknown(n: int) -> str:
    return f"TT-BADGE-{n:024}"


# -- a badge


def test_a_badge_signs_its_person_in_with_an_operators_rights(
    accounts: CentralAccounts, people_url: str, ravi: int, held: Badge
):
    session = uuid4()

    answer = accounts.sign_in_with_badge(CODE, session=session)

    assert isinstance(answer, SignedIn)
    assert (answer.badge, answer.person) == (held, held.person)
    assert (answer.session.id, answer.session.way, answer.session.rights, answer.session.badge) == (
        session, SignInWay.BADGE, Rights.OPERATOR, held.id,
    )  # fmt: skip
    assert audit(people_url) == [("badge_login_success", ravi)]


def test_an_administrators_badge_gives_an_operators_rights_too(accounts: CentralAccounts, people_url: str):
    badge(people_url, person(people_url, "meena", role="admin"), CODE)

    answer = accounts.sign_in_with_badge(CODE, session=uuid4())

    assert isinstance(answer, SignedIn)
    assert (answer.session.rights, answer.badge and answer.badge.has_pin) == (Rights.OPERATOR, False)


def test_a_badge_tells_until_when_it_counts(accounts: CentralAccounts, people_url: str, ravi: int):
    until = datetime(2999, 1, 2, 3, 4, 5, tzinfo=UTC)
    badge(people_url, ravi, CODE, expires_at=until)

    answer = accounts.sign_in_with_badge(CODE, session=uuid4())

    assert isinstance(answer, SignedIn)
    assert answer.badge is not None
    assert answer.badge.expires_at == until


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("UPDATE station.badge SET revoked_at = now()", "revoked"),
        ("UPDATE station.badge SET expires_at = now()", "expired"),
        ('UPDATE "user" SET verified = false', "account disabled"),
        ('UPDATE "user" SET verified = NULL', "account disabled"),
        ('DELETE FROM "user"', "account disabled"),
    ],
)
def test_a_badge_that_does_not_count_is_not_valid(
    accounts: CentralAccounts, people_url: str, held: Badge, what: str, reason: str
):
    query(people_url, what)

    assert accounts.sign_in_with_badge(CODE, session=uuid4()) == SignInRefused(badge_not_valid=True)
    (row,) = query(people_url, "SELECT action, details FROM audit_log")
    assert (row["action"], json.loads(row["details"])["reason"]) == ("badge_login_failed", reason)


@pytest.mark.parametrize("code", [unknown(1), "", "TT-BADGE-", "\x00", CODE[:-1], "x" * 10000])
def test_a_badge_that_nobody_has_is_not_valid(accounts: CentralAccounts, held: Badge, code: str):
    assert accounts.sign_in_with_badge(code, session=uuid4()) == SignInRefused(badge_not_valid=True)


def test_a_locked_account_goes_on_working_by_its_badge(
    accounts: CentralAccounts, people_url: str, held: Badge
):
    query(people_url, "UPDATE \"user\" SET failed_login_attempts = 5, locked_until = '2999-01-01'")

    assert isinstance(accounts.sign_in_with_badge(CODE, session=uuid4()), SignedIn)


def test_a_repeated_question_is_answered_alike(accounts: CentralAccounts, people_url: str, held: Badge):
    session = uuid4()

    first = accounts.sign_in_with_badge(CODE, session=session)

    assert accounts.sign_in_with_badge(CODE, session=session) == first
    assert query(people_url, "SELECT count(*) AS n FROM station.session") == [{"n": 1}]


def test_a_station_waits_after_twenty_badges_that_do_not_count(
    accounts: CentralAccounts, people_url: str, held: Badge
):
    answers = [accounts.sign_in_with_badge(unknown(n), session=uuid4()) for n in range(21)]

    assert answers[:20] == [SignInRefused(badge_not_valid=True)] * 20
    assert answers[20].locked_until is not None
    assert answers[20].locked_until - datetime.now(UTC) < timedelta(minutes=5)


def test_badges_are_asked_again_five_minutes_later(accounts: CentralAccounts, people_url: str, held: Badge):
    for n in range(20):
        accounts.sign_in_with_badge(unknown(n), session=uuid4())
    query(people_url, "UPDATE station.sign_in_failure SET at = at - interval '5 minutes'")

    assert isinstance(accounts.sign_in_with_badge(CODE, session=uuid4()), SignedIn)


def test_wrong_badges_keep_nobody_from_typing_a_password(
    accounts: CentralAccounts, people_url: str, held: Badge
):
    for n in range(20):
        accounts.sign_in_with_badge(unknown(n), session=uuid4())

    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)


def test_a_badges_code_stands_nowhere_at_the_centre(accounts: CentralAccounts, people_url: str, held: Badge):
    accounts.sign_in_with_badge(CODE, session=uuid4())
    accounts.sign_in_with_badge(unknown(7), session=uuid4())

    for table in ("audit_log", "station.badge", "station.session", "station.sign_in_failure"):
        kept = f"{query(people_url, f'SELECT t::text FROM {table} AS t')}"
        assert not any(secret in kept for secret in ("TT-BADGE", CODE[9:], unknown(7)[9:]))


# -- a PIN


def test_a_pin_gives_a_biller_full_rights(accounts: CentralAccounts, people_url: str, ravi: int, held: Badge):
    accounts.sign_in_with_badge(CODE, session=uuid4())

    answer = accounts.sign_in_with_pin(held, PIN, session=uuid4())

    assert isinstance(answer, SignedIn)
    assert (answer.session.way, answer.session.rights, answer.session.badge) == (
        SignInWay.PIN, Rights.FULL, held.id,
    )  # fmt: skip
    assert answer.badge == held
    assert audit(people_url)[1:] == [("pin_login_success", ravi)]


def test_five_wrong_pins_lock_the_pin_and_not_the_account(
    accounts: CentralAccounts, people_url: str, ravi: int, held: Badge
):
    answers = [accounts.sign_in_with_pin(held, "111222", session=uuid4()) for _ in range(5)]

    assert [answer.locked_until is None for answer in answers] == [True] * 4 + [False]
    assert isinstance(accounts.sign_in_with_pin(held, PIN, session=uuid4()), SignInRefused)
    assert isinstance(accounts.sign_in_with_badge(CODE, session=uuid4()), SignedIn)
    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)
    assert audit(people_url)[4:6] == [("pin_login_failed", ravi), ("pin_locked", ravi)]


def test_a_pins_lock_that_is_over_starts_anew(accounts: CentralAccounts, people_url: str, held: Badge):
    for _ in range(5):
        accounts.sign_in_with_pin(held, "111222", session=uuid4())
    query(people_url, "UPDATE station.pin SET locked_until = now()")

    assert accounts.sign_in_with_pin(held, "111222", session=uuid4()) == SignInRefused()
    assert isinstance(accounts.sign_in_with_pin(held, PIN, session=uuid4()), SignedIn)
    assert query(people_url, "SELECT failures, locked_until FROM station.pin") == [
        {"failures": 0, "locked_until": None}
    ]


def test_a_pin_that_is_rolled_back_was_no_guess(
    people_url: str, people_station_url: str, device: UUID, held: Badge
):
    session = uuid4()
    with closing(Attacker(people_station_url)) as attacker:
        attacker.rows("BEGIN")
        asked = [
            attacker.rows(
                "SELECT station.pin_sign_in(%s, %s, %s, 'x')", str(device), str(session), str(held.id)
            )[0][0]["outcome"]
            for _ in range(3)
        ]

    assert asked == ["counted"] * 3


@pytest.mark.parametrize("role", ["admin", "dispatcher", None])
def test_a_pin_is_a_billers_alone(accounts: CentralAccounts, people_url: str, held: Badge, role: str | None):
    query(people_url, 'UPDATE "user" SET role = %s', role)

    assert accounts.sign_in_with_pin(held, PIN, session=uuid4()) == SignInRefused()


def test_a_pin_is_nothing_with_a_badge_that_does_not_count(
    accounts: CentralAccounts, people_url: str, held: Badge
):
    query(people_url, "UPDATE station.badge SET revoked_at = now()")

    assert accounts.sign_in_with_pin(held, PIN, session=uuid4()) == SignInRefused(badge_not_valid=True)


def test_who_has_no_pin_is_asked_like_who_has_one_and_refused(
    accounts: CentralAccounts, people_url: str, held: Badge
):
    query(people_url, "DELETE FROM station.pin")

    assert accounts.sign_in_with_pin(held, PIN, session=uuid4()) == SignInRefused()


# -- what a station's account gets out of it


def test_no_function_tells_a_stations_account_any_secret(
    people_url: str, people_station_url: str, device: UUID, ravi: int, held: Badge
):
    totp = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    query(people_url, "UPDATE \"user\" SET role = 'admin', two_fa_enabled = true, totp_secret = %s", totp)
    (kept,) = query(
        people_url,
        """
        SELECT u.password_hash AS password, p.pin_hash AS pin, encode(b.code_hash, 'hex') AS badge
        FROM "user" AS u, station.pin AS p, station.badge AS b
        """,
    )
    here, session, held_badge, code = str(device), str(uuid4()), str(held.id), kept["badge"]
    calls = (
        ("station.sign_in_challenge(%s, 'ravi')", here),
        ("station.sign_in(%s, %s, 'ravi', 'x')", here, session),
        ("station.pin_challenge(%s, %s)", here, held_badge),
        ("station.pin_sign_in(%s, %s, %s, 'x')", here, session, held_badge),
        ("station.badge_sign_in(%s, %s, %s)", here, session, code),
        ("station.account_for_sign_in('ravi')",),
        ("station.record_sign_in('ravi', false)",),
    )
    with closing(Attacker(people_station_url)) as attacker:
        told = f"{[attacker.rows(f'SELECT {call}', *values) for call, *values in calls * 2]}"

    secrets = (kept["password"].split("$")[2], kept["pin"].split("$")[2], kept["badge"], CODE[9:], totp)
    assert not [secret for secret in secrets if secret in told]
    assert "signed_in" in told
