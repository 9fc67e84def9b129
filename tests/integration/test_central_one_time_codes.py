"""The second factor of administrators, worked out at the centre; checked by an independent library."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pyotp
import pytest
from fakes.central_owner import query
from fakes.signing_in import audit, person

from traitortrack_desktop.services.ports import SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOTP = pyotp.TOTP(SECRET)

SHA1 = [
    (b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (b"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    (
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    ),
]
RFC_2202 = [
    (b"\x0b" * 20, b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
    (b"Jefe", b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    (b"\xaa" * 20, b"\xdd" * 50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
    (bytes(range(1, 26)), b"\xcd" * 50, "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
    (b"\x0c" * 20, b"Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
    (
        b"\xaa" * 80,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "aa4ae5e15272d00e95705637ce8a3b55ed402112",
    ),
    (
        b"\xaa" * 80,
        b"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
        "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
    ),
]
RFC_6238 = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.fixture
def meena(people_url: str) -> int:
    return person(people_url, "meena", role="admin", totp_secret=SECRET, two_fa_enabled=True)


def code(steps: int = 0) -> str:
    return TOTP.at(datetime.now(UTC) + timedelta(seconds=30 * steps))


def far_from_a_step() -> str:
    """Return a code of now that is still one when it is looked at: where that is in doubt, the next one."""
    return code(1) if datetime.now(UTC).timestamp() % 30 > 25 else code()


def wrong_code() -> str:
    good = {code(steps) for steps in range(-3, 4)}
    return next(text for text in ("000000", "111111", "222222", "333333", *map(str, range(400000, 400009)))
                if text not in good)  # fmt: skip


def test_the_digest_is_that_of_the_standards_examples(people_url: str):
    for message, digest in SHA1:
        (row,) = query(people_url, "SELECT encode(station.sha1(%s), 'hex') AS digest", message)
        assert row["digest"] == digest


def test_the_keyed_digest_is_that_of_the_standards_examples(people_url: str):
    for key, message, digest in RFC_2202:
        (row,) = query(
            people_url, "SELECT encode(station.hmac('sha1', %s, %s), 'hex') AS digest", key, message
        )
        assert row["digest"] == digest


def test_the_digest_is_right_at_every_length_around_a_block(people_url: str):
    rows = query(
        people_url,
        "SELECT n, encode(station.sha1(convert_to(repeat('x', n), 'UTF8')), 'hex') AS digest"
        " FROM generate_series(50, 130) AS n",
    )

    assert [row["digest"] for row in rows] == [
        hashlib.sha1(b"x" * row["n"], usedforsecurity=False).hexdigest() for row in rows
    ]


def test_codes_are_those_of_the_standards_examples(people_url: str):
    for seconds, digits in RFC_6238:
        (row,) = query(
            people_url,
            "SELECT station.one_time_code(%s, %s) AS code",
            b"12345678901234567890",
            seconds // 30,
        )
        assert row["code"] == digits


@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        SECRET.lower(),
        "GEZD GNBV GY3T QOJQ GEZD GNBV",
        "A" * 24 + "MFRGG",
        "MZXW6YTBOIMZXW6YTBOIMZXW6YTBO===",
    ],
)
def test_codes_are_those_of_the_other_library(people_url: str, secret: str):
    other = pyotp.TOTP(secret.replace(" ", "").rstrip("="))
    rows = query(
        people_url,
        "SELECT s, station.one_time_code(station.base32_bytes(%s), s) AS code"
        " FROM generate_series(59700000, 59700009) AS s",
        secret,
    )

    assert [row["code"] for row in rows] == [other.at(row["s"] * 30) for row in rows]


@pytest.mark.parametrize("secret", ["", "   ", "1", "JBSWY3DP0", "JBSWY3DP!", None])
def test_what_is_no_base32_is_no_secret(people_url: str, secret: str | None):
    assert query(people_url, "SELECT station.base32_bytes(%s) AS bytes", secret) == [{"bytes": None}]


def test_an_administrator_is_asked_for_the_code_after_the_right_password(
    accounts: CentralAccounts, people_url: str, meena: int
):
    assert accounts.sign_in("meena", "wrong", session=uuid4()) == SignInRefused()
    assert accounts.sign_in("meena", "pw", session=uuid4()) == SignInRefused(code_needed=True)
    assert query(people_url, "SELECT * FROM station.session") == []


def test_the_right_code_signs_in(accounts: CentralAccounts, people_url: str, meena: int):
    answer = accounts.sign_in("meena", "pw", session=uuid4(), code=far_from_a_step())

    assert isinstance(answer, SignedIn)
    assert audit(people_url) == [("2fa_verify_success_login_complete", meena)]


def test_a_code_may_have_a_blank_in_it(accounts: CentralAccounts, meena: int):
    digits = far_from_a_step()

    answer = accounts.sign_in("meena", "pw", session=uuid4(), code=f" {digits[:3]} {digits[3:]} ")

    assert isinstance(answer, SignedIn)


def test_a_code_is_good_once(accounts: CentralAccounts, meena: int):
    digits = far_from_a_step()
    accounts.sign_in("meena", "pw", session=uuid4(), code=digits)

    answer = accounts.sign_in("meena", "pw", session=uuid4(), code=digits)

    assert answer == SignInRefused(code_wrong=True)


def test_an_older_code_is_not_good_after_a_newer_one(accounts: CentralAccounts, people_url: str, meena: int):
    query(
        people_url,
        "INSERT INTO station.totp_used VALUES (%s, floor(extract(epoch FROM now()) / 30)::bigint + 2)",
        meena,
    )

    assert accounts.sign_in("meena", "pw", session=uuid4(), code=far_from_a_step()) == SignInRefused(
        code_wrong=True
    )


@pytest.mark.parametrize("steps", [-4, 4])
def test_a_code_of_another_time_is_wrong(accounts: CentralAccounts, meena: int, steps: int):
    assert accounts.sign_in("meena", "pw", session=uuid4(), code=code(steps)) == SignInRefused(
        code_wrong=True
    )


@pytest.mark.parametrize(
    "digits", ["12345", "1234567", "abcdef", "１２３４５６", "\x00", "'; --", "9" * 10000]
)
def test_what_is_no_code_is_wrong(accounts: CentralAccounts, meena: int, digits: str):
    assert accounts.sign_in("meena", "pw", session=uuid4(), code=digits) == SignInRefused(code_wrong=True)


def test_wrong_codes_lock_the_account(accounts: CentralAccounts, people_url: str, meena: int):
    digits = wrong_code()
    answers = [accounts.sign_in("meena", "pw", session=uuid4(), code=digits) for _ in range(6)]

    assert [answer.code_wrong for answer in answers] == [True] * 5 + [False]
    assert [answer.locked_until is None for answer in answers] == [True] * 4 + [False] * 2
    assert audit(people_url)[3:] == [
        ("2fa_verify_failed", meena),
        ("2fa_verify_failed", meena),
        ("account_locked", meena),
        ("login_blocked_account_locked", meena),
    ]


def test_a_right_password_alone_forgives_no_wrong_code(
    accounts: CentralAccounts, people_url: str, meena: int
):
    digits = wrong_code()
    for _ in range(4):
        accounts.sign_in("meena", "pw", session=uuid4(), code=digits)
        assert accounts.sign_in("meena", "pw", session=uuid4()) == SignInRefused(code_needed=True)

    (row,) = query(people_url, 'SELECT failed_login_attempts AS n, locked_until AS until FROM "user"')
    assert (row["n"], row["until"]) == (4, None)


@pytest.mark.parametrize(
    "columns",
    [{"role": "biller"}, {"two_fa_enabled": False}, {"two_fa_enabled": None}],
)
def test_nobody_else_is_asked_for_a_code(accounts: CentralAccounts, people_url: str, columns: dict):
    person(people_url, "ravi", **{"role": "admin", "totp_secret": SECRET, "two_fa_enabled": True, **columns})

    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)


@pytest.mark.parametrize("secret", [None, "", "no base32!", "A", "JBS", "JBSWY3DPEHPK3PXPA", "0189"])
def test_an_administrator_whose_secret_is_none_is_asked_for_a_code_that_is_never_right(
    accounts: CentralAccounts, people_url: str, secret: str | None
):
    person(people_url, "ravi", role="admin", totp_secret=secret, two_fa_enabled=True)

    asked = accounts.sign_in("ravi", "pw", session=uuid4())
    refused = accounts.sign_in("ravi", "pw", session=uuid4(), code="000000")

    assert (asked, refused) == (SignInRefused(code_needed=True), SignInRefused(code_wrong=True))
    reasons = query(people_url, "SELECT DISTINCT details::jsonb ->> 'reason' AS reason FROM audit_log")
    assert reasons == [{"reason": "no usable secret for the second factor"}]
