"""What may be done to accounts: the rules of the centre, which commands and stations call alike."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.central_owner import query
from fakes.kept_accounts import EMPTY, HASH, KeptAccounts

from traitortrack_desktop.domain.accounts import AccountAct as Act
from traitortrack_desktop.domain.accounts import AccountProblem as Problem
from traitortrack_desktop.services.account_secrets import badge_code_hash, new_badge_code
from traitortrack_desktop.services.ports import EntriesNotAcceptableError
from traitortrack_desktop.storage.central.account_problems import AccountNotPossibleError, password_weakness
from traitortrack_desktop.storage.central.user_administration import (
    accounts,
    add_user,
    change_account,
    end_session,
    sessions,
)

PASSWORD = "Str0ng!pass"
STATION = "00000000-0000-4000-8000-000000000007"
OTHER_HASH = HASH[:-1] + "1"
SECRETS = (HASH, OTHER_HASH, "0000000000", "salt")


# -- making


def test_an_account_that_was_made_is_verified_and_may_sign_in(kept: KeptAccounts):
    add_user(kept.url, username="ravi", password=PASSWORD, role="dispatcher", area="lucknow")

    row = kept.row("ravi")
    assert (row["role"], row["dispatch_area"], row["verified"]) == ("dispatcher", "lucknow", True)
    assert (row["email"], row["failed_login_attempts"]) == ("ravi@station.invalid", 0)
    assert row["password_hash"].startswith("scrypt:32768:8:1$")


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("ravi", {}, "the user name 'ravi' is taken"),
        ("meera", {"email": "RAVI@x.example"}, "the e-mail address 'RAVI@x.example' is taken"),
        ("meera", {"email": "nobody"}, "'nobody' is no e-mail address"),
        ("meera", {"email": "a@b.example\nx"}, "is no e-mail address"),
        ("meera", {"role": "boss"}, "there is no role 'boss'"),
        ("meera", {"area": "paris"}, "there is no area 'paris'"),
        ("meera", {"role": "dispatcher"}, "a dispatcher needs an area"),
        ("a b", {}, "3 to 20"),
        ("ab", {}, "3 to 20"),
        ("a" * 21, {}, "3 to 20"),
        ("rävi", {}, "3 to 20"),
        ("meera\n", {}, "3 to 20"),
    ],
)
def test_an_account_that_is_not_possible_is_refused_with_the_reason(
    kept: KeptAccounts, name: str, values: dict, problem: str
):
    kept.add("ravi")
    wanted = {"role": "biller", "password_hash": HASH, **values}

    with pytest.raises(AccountNotPossibleError, match=problem):
        change_account(kept.url, Act.CREATE, name, wanted)

    assert len(list(accounts(kept.url))) == 2
    assert kept.audit() == []


def test_a_weak_password_is_refused_before_the_centre_is_asked():
    with pytest.raises(AccountNotPossibleError, match="at least 8 characters"):
        add_user("postgresql://nobody@127.0.0.1:1/x", username="meera", password="short", role="biller")


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
    assert lacks in (password_weakness(password) or "")


def test_a_strong_password_lacks_nothing():
    assert password_weakness(PASSWORD) is None


@pytest.mark.parametrize("stored", ["Str0ng!pass", "", None, "plain$text$00", "scrypt:32768:8:1$salt$xyz"])
def test_what_is_no_hash_is_never_stored_as_one(kept: KeptAccounts, stored: str | None):
    with pytest.raises(EntriesNotAcceptableError):
        kept.change(Act.RESET_PASSWORD, "boss", password_hash=stored)

    assert kept.row("boss")["password_hash"] == HASH


def test_an_account_is_made_also_where_a_copy_left_the_numbers_behind(kept: KeptAccounts):
    number = kept.row("boss")["id"] + 1
    kept.query('INSERT INTO "user" (id, username, email, password_hash) VALUES (%s, %s, %s, %s)',
               number, "old", "o@x.example", HASH)  # fmt: skip

    assert kept.change(Act.CREATE, "meera", role="biller", password_hash=HASH) is None
    assert kept.row("meera")["id"] == number + 1


def test_the_eleventh_dispatcher_of_an_area_is_refused(kept: KeptAccounts):
    for number in range(10):
        kept.add(f"d{number}", "dispatcher", dispatch_area="akola")
    kept.add("late", "dispatcher", dispatch_area="ranchi")

    assert (
        kept.change(Act.CREATE, "more", role="dispatcher", area="akola", password_hash=HASH)
        == Problem.AREA_FULL
    )
    assert kept.change(Act.EDIT, "late", area="akola") == Problem.AREA_FULL
    assert kept.change(Act.EDIT, "d3", area="akola", email="new@x.example") is None


# -- changing


def test_only_what_is_named_changes(kept: KeptAccounts):
    kept.add("ravi", "dispatcher", dispatch_area="indore", password_reset_token="token", totp_secret="S")
    before = kept.row("ravi")

    assert kept.change(Act.EDIT, "ravi", area="jaipur") is None

    assert kept.row("ravi") == {**before, "dispatch_area": "jaipur"}


@pytest.mark.parametrize("name", ["o'brien x", "Ünal", "a.b@c.example", "x"])
def test_an_account_with_an_odd_name_of_the_web_application_can_be_changed(kept: KeptAccounts, name: str):
    kept.add(name, "dispatcher", email="odd@x.example", dispatch_area="indore")

    assert kept.change(Act.EDIT, name, email="new@x.example") is None
    assert kept.row(name)["email"] == "new@x.example"


def test_a_dispatcher_that_registered_without_an_area_can_be_changed(kept: KeptAccounts):
    kept.add("self", None)

    assert kept.change(Act.EDIT, "self", email="new@x.example", area=None) is None


def test_of_two_accounts_with_one_name_the_older_is_meant(kept: KeptAccounts):
    kept.query('ALTER TABLE "user" DROP CONSTRAINT user_username_key')
    try:
        kept.add("twin", email="one@x.example")
        kept.add("twin", email="two@x.example")

        kept.change(Act.DISABLE, "twin")

        states = kept.query("""SELECT verified FROM "user" WHERE username = 'twin' ORDER BY id""")
        assert [row["verified"] for row in states] == [False, True]
        assert [account.email for account in accounts(kept.url, search="twin")] == [
            "one@x.example",
            "two@x.example",
        ]
    finally:
        kept.query(EMPTY + 'ALTER TABLE "user" ADD CONSTRAINT user_username_key UNIQUE (username)')


def test_an_area_goes_with_the_role_of_a_dispatcher(kept: KeptAccounts):
    kept.add("ravi", "dispatcher", dispatch_area="indore")

    assert kept.change(Act.EDIT, "ravi", role="biller") is None
    assert kept.row("ravi")["dispatch_area"] is None
    assert kept.change(Act.EDIT, "ravi", role="dispatcher") == Problem.AREA_NEEDED


def test_an_e_mail_address_of_another_is_refused(kept: KeptAccounts):
    kept.add("ravi")

    assert kept.change(Act.EDIT, "ravi", email="Boss@x.example") == Problem.EMAIL_TAKEN
    assert kept.change(Act.EDIT, "ravi", email="no address") == Problem.BAD_EMAIL


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.CREATE])
def test_an_account_that_is_not_there_is_said_to_be_so(kept: KeptAccounts, act: Act):
    assert kept.change(act, "nobody") == Problem.NOT_FOUND


@pytest.mark.parametrize("status", ["new", "processing", None])
def test_a_biller_with_an_open_bill_keeps_the_role(kept: KeptAccounts, status: str | None):
    biller = kept.add("bina")
    kept.query("INSERT INTO bill (bill_id, created_by_id, status) VALUES ('B1', %s, %s)", biller, status)

    assert kept.change(Act.EDIT, "bina", role="admin") == Problem.OPEN_BILLS


def test_bills_of_others_and_completed_ones_hold_nobody_back(kept: KeptAccounts):
    biller, other = kept.add("bina"), kept.add("carl")
    kept.query("INSERT INTO bill (bill_id, created_by_id, status) VALUES ('B1', %s, 'completed')", biller)
    kept.query("INSERT INTO bill (bill_id, created_by_id, status) VALUES ('B2', %s, 'new')", other)

    assert kept.change(Act.EDIT, "bina", role="admin") is None


def test_nobody_changes_the_own_role_or_disables_the_own_account(kept: KeptAccounts):
    boss = kept.row("boss")["id"]
    kept.add("vice", "admin")

    assert kept.change_as(boss, Act.EDIT, "boss", role="biller") == Problem.OWN_ROLE
    assert kept.change_as(boss, Act.DISABLE, "boss") == Problem.OWN_ACCOUNT
    assert kept.change_as(boss, Act.EDIT, "boss", email="me@x.example") is None


@pytest.mark.parametrize("others", [{}, {"verified": False}, {"verified": None}])
def test_the_last_administrator_stays_one(kept: KeptAccounts, others: dict):
    if others:
        kept.add("vice", "admin", **others)

    assert kept.change(Act.DISABLE, "boss") == Problem.LAST_ADMINISTRATOR
    assert kept.change(Act.EDIT, "boss", role="biller") == Problem.LAST_ADMINISTRATOR


def test_of_two_administrators_who_are_demoted_at_once_one_stays(kept: KeptAccounts):
    kept.add("vice", "admin")
    with ThreadPoolExecutor(2) as pool:
        problems = list(pool.map(lambda name: kept.change(Act.DISABLE, name), ["boss", "vice"]))

    assert sorted(problems, key=str) == [None, Problem.LAST_ADMINISTRATOR]


# -- disabling, sessions


def test_disabling_ends_open_sessions_and_a_station_is_told_of_the_account(kept: KeptAccounts):
    session = kept.session_of(kept.add("ravi"), STATION)

    kept.change(Act.DISABLE, "ravi")

    row = kept.query(
        "SELECT ended_at, station.session_trouble(id) AS trouble FROM station.session WHERE id = %s", session
    )[0]
    assert row["ended_at"] is not None
    assert row["trouble"] == "operator_disabled"


def test_another_role_ends_open_sessions_and_takes_the_pin(kept: KeptAccounts):
    user = kept.add("bina")
    kept.change(Act.SET_PIN, "bina", pin_hash=HASH)
    kept.session_of(user, STATION)

    kept.change(Act.EDIT, "bina", role="admin")

    (record,) = sessions(kept.url, "bina")
    assert (record.ended_at is None, record.ended_by.startswith("db owner ")) == (False, True)
    assert kept.query("SELECT * FROM station.pin") == []


def test_all_sessions_of_somebody_are_ended_at_once_and_nobody_elses(kept: KeptAccounts):
    user = kept.add("bina")
    kept.session_of(user, STATION)
    kept.session_of(user, STATION)
    kept.session_of(kept.row("boss")["id"], STATION)

    kept.change(Act.END_SESSIONS, "bina")

    assert [record.ended_at is None for record in sessions(kept.url)] == [True, False, False]
    assert [row["action"] for row in kept.audit()] == ["session_revoked"]


def test_one_session_is_ended_once(kept: KeptAccounts):
    session = kept.session_of(kept.add("bina"), STATION)
    (record,) = sessions(kept.url)

    assert end_session(kept.url, record.id)
    assert not end_session(kept.url, record.id)

    assert [row["action"] for row in kept.audit()] == ["session_revoked"]
    assert session not in kept.audit()[0]["details"]


# -- passwords, PINs, badges


def test_a_new_password_ends_the_lock_and_changes_nothing_else(kept: KeptAccounts):
    kept.add("ravi", failed_login_attempts=5, locked_until="2099-01-01", last_failed_login="2026-01-01",
             password_reset_token="token", totp_secret="S", two_fa_enabled=True)  # fmt: skip
    before = kept.row("ravi")

    kept.change(Act.RESET_PASSWORD, "ravi", password_hash=OTHER_HASH)

    changed = {
        "password_hash": OTHER_HASH,
        "failed_login_attempts": 0,
        "locked_until": None,
        "last_failed_login": None,
    }
    assert kept.row("ravi") == {**before, **changed}


def test_a_new_password_ends_every_open_session_and_the_audit_says_so(kept: KeptAccounts):
    kept.query(
        "INSERT INTO station.device (id, name, version, role_name) VALUES (%s, 'Dock', '1', 'x')", STATION
    )
    boss, user = kept.row("boss")["id"], kept.add("ravi")
    for _ in range(2):
        kept.session_of(user, STATION)
    kept.session_of(boss, STATION)

    assert kept.change_as(boss, Act.RESET_PASSWORD, "ravi", password_hash=OTHER_HASH) is None

    assert kept.query("SELECT user_id, ended_by FROM station.session ORDER BY ended_by NULLS LAST") == [
        {"user_id": user, "ended_by": "boss"},
        {"user_id": user, "ended_by": "boss"},
        {"user_id": boss, "ended_by": None},
    ]
    assert [(row["action"], row["user_id"]) for row in kept.audit()] == [
        ("password_reset", boss),
        ("session_revoked", boss),
    ]


def test_unlocking_forgets_wrong_passwords_and_wrong_pins(kept: KeptAccounts):
    user = kept.add("bina", failed_login_attempts=5, locked_until="2099-01-01")
    kept.query(
        """INSERT INTO station.pin (user_id, pin_hash, set_by, failures, locked_until)
           VALUES (%s, 'x', 'x', 5, 'infinity')""",
        user,
    )

    kept.change(Act.UNLOCK, "bina")

    assert (kept.row("bina")["failed_login_attempts"], kept.row("bina")["locked_until"]) == (0, None)
    assert kept.query("SELECT failures, locked_until FROM station.pin") == [
        {"failures": 0, "locked_until": None}
    ]


@pytest.mark.parametrize("role", ["admin", "dispatcher", None, "employee"])
def test_only_a_biller_has_a_pin(kept: KeptAccounts, role: str | None):
    kept.add("somebody", role)

    assert kept.change(Act.SET_PIN, "somebody", pin_hash=HASH) == Problem.PIN_NOT_FOR_ROLE


def test_a_new_badge_ends_the_one_before_it(kept: KeptAccounts):
    kept.add("ravi")
    first, second = (badge_code_hash(new_badge_code()) for _ in range(2))

    assert kept.change(Act.MAKE_BADGE, "ravi", code_hash=first, expires_at=None) is None
    assert (
        kept.change(Act.MAKE_BADGE, "ravi", code_hash=second, expires_at="2099-01-01T00:00:00+00:00") is None
    )

    rows = kept.query(
        """SELECT encode(code_hash, 'hex') AS code, revoked_at IS NULL AS counts
           FROM station.badge ORDER BY made_at"""
    )
    assert [(row["code"], row["counts"]) for row in rows] == [(first, False), (second, True)]


def test_a_code_is_one_badge_only(kept: KeptAccounts):
    kept.add("ravi")
    code = badge_code_hash(new_badge_code())
    kept.change(Act.MAKE_BADGE, "boss", code_hash=code)

    assert kept.change(Act.MAKE_BADGE, "ravi", code_hash=code) == Problem.BADGE_TAKEN


@pytest.mark.parametrize(
    "values", [{}, {"code_hash": "ab"}, {"code_hash": "0" * 64, "expires_at": "infinity"}]
)
def test_what_is_no_badge_is_not_stored(kept: KeptAccounts, values: dict):
    with pytest.raises(EntriesNotAcceptableError):
        kept.change(Act.MAKE_BADGE, "boss", **values)


# -- the audit of it


def test_every_change_leaves_one_row_with_who_and_before_and_after_and_no_secret(kept: KeptAccounts):
    boss, code = kept.row("boss")["id"], badge_code_hash(new_badge_code())
    changes = (
        (Act.CREATE, {"role": "biller", "password_hash": HASH}, "account_created"),
        (Act.SET_PIN, {"pin_hash": HASH}, "pin_set"),
        (Act.REMOVE_PIN, {}, "pin_removed"),
        (Act.MAKE_BADGE, {"code_hash": code}, "badge_made"),
        (Act.REVOKE_BADGES, {}, "badge_revoked"),
        (Act.EDIT, {"email": "secret.name@x.example"}, "account_edited"),
        (Act.EDIT, {"role": "admin"}, "role_change"),
        (Act.RESET_PASSWORD, {"password_hash": OTHER_HASH}, "password_reset"),
        (Act.DISABLE, {}, "account_disabled"),
        (Act.ENABLE, {}, "account_enabled"),
    )
    for act, values, _ in changes:
        assert kept.change_as(boss, act, "bina", **values) is None

    rows = kept.audit()
    assert [row["action"] for row in rows] == [action for _, _, action in changes]
    assert {(row["user_id"], row["entity_type"], row["entity_id"]) for row in rows} == {
        (boss, "user", kept.row("bina")["id"])
    }
    assert all(json.loads(row["details"])["username"] == "bina" for row in rows)
    assert all(
        row["after_state"] is not None and row["before_state"] != row["after_state"]
        for row in rows
        if row["action"] not in ("password_reset", "account_edited")
    )
    text = json.dumps(rows, default=str)
    assert [secret for secret in (*SECRETS, code, "secret.name") if secret in text] == []


def test_a_role_change_tells_both_roles(kept: KeptAccounts):
    kept.add("ravi", "dispatcher", dispatch_area="indore")

    kept.change(Act.EDIT, "ravi", role="admin")

    (row,) = kept.audit()
    before, after = json.loads(row["before_state"]), json.loads(row["after_state"])
    assert (before["role"], before["dispatch_area"]) == ("dispatcher", "indore")
    assert (after["role"], after["dispatch_area"]) == ("admin", None)
    assert (row["user_id"], json.loads(row["details"])["by"].startswith("db owner ")) == (None, True)


@pytest.mark.parametrize(
    "act", [Act.ENABLE, Act.UNLOCK, Act.REVOKE_BADGES, Act.REMOVE_PIN, Act.END_SESSIONS, Act.EDIT]
)
def test_what_changes_nothing_leaves_no_row(kept: KeptAccounts, act: Act):
    assert kept.change(act, "boss") is None

    assert kept.audit() == []


# -- many accounts


def test_pages_hold_every_account_once_in_order_also_where_names_repeat(kept: KeptAccounts):
    kept.query('ALTER TABLE "user" DROP CONSTRAINT user_username_key')
    try:
        for number in range(5):
            kept.add("twin", email=f"{number}@x.example")
        kept.add("ulla")
        seen, place = [], None
        while True:
            rows = kept.query("SELECT * FROM station.accounts_page('', %s, 2)", place)
            seen += [(row["username"], row["email"]) for row in rows]
            if len(rows) < 2:
                break
            place = rows[-1]["place"]

        assert seen == [("boss", "boss@x.example"), *[("twin", f"{n}@x.example") for n in range(5)],
                        ("ulla", "ulla@x.example")]  # fmt: skip
        assert [account.username for account in accounts(kept.url, after="twin")] == ["ulla"]
    finally:
        kept.query(EMPTY + 'ALTER TABLE "user" ADD CONSTRAINT user_username_key UNIQUE (username)')


def test_a_search_finds_parts_of_names_and_addresses_and_takes_signs_as_they_are(kept: KeptAccounts):
    kept.add("ravi_1", email="first@x.example")
    kept.add("ravix", email="Second@y.example")

    assert [account.username for account in accounts(kept.url, search="RAVI_")] == ["ravi_1"]
    assert [account.username for account in accounts(kept.url, search="second@")] == ["ravix"]
    assert list(accounts(kept.url, search="%\x00")) == []


def test_a_deep_page_of_many_accounts_is_read_by_the_index(kept: KeptAccounts):
    kept.query("""INSERT INTO "user" (username, email, password_hash)
                  SELECT 'u' || n, n || '@x.example', 'x' FROM generate_series(1, 20000) AS n""")  # fmt: skip
    kept.query('ANALYZE "user"')

    (read,) = query(
        kept.url,
        """
        WITH page AS MATERIALIZED (SELECT count(*) AS rows FROM station.accounts_page('', 'u19', 51))
        SELECT page.rows, (SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'user') AS read
        FROM page
        """,
    )
    assert (read["rows"], read["read"]) == (51, 0)
