"""Rows in the web application's audit: how stations and commands write them, and how everybody's are read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fakes.kept_accounts import EMPTY, KeptAccounts

from traitortrack_desktop.domain.accounts import AuditFilter, AuditRow
from traitortrack_desktop.storage.central.user_administration import audit_rows

SECRETS = (
    "password_hash", "verification_token", "reset_token", "password_reset_token", "totp_secret", "pin_hash",
    "code_hash", "failed_login_attempts", "locked_until", "last_failed_login",
)  # fmt: skip
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def kept(kept_centre: KeptAccounts) -> Iterator[KeptAccounts]:
    kept_centre.query(EMPTY)
    yield kept_centre
    kept_centre.query("DELETE FROM station.setting WHERE name = 'anonymise_audit'")


def written(kept: KeptAccounts, details: object = None, user: int | None = None, **states: object) -> dict:
    """Let a row be written and return it."""
    kept.query(
        "SELECT station.write_audit(%s, 'role_change', 'user', 7, %s::jsonb, %s::jsonb, %s::jsonb, %s::uuid)",
        user,
        json.dumps(details),
        json.dumps(states.get("before")),
        json.dumps(states.get("after")),
        states.get("request"),
    )
    return kept.audit()[-1]


def stands(kept: KeptAccounts, **columns: object) -> None:
    """Put a row there as the web application may have left it."""
    row = {"timestamp": AT.replace(tzinfo=None), "action": "login_success", "entity_type": "auth", **columns}
    names = ", ".join(f'"{name}"' for name in row)
    kept.query(f"INSERT INTO audit_log ({names}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())


def read(kept: KeptAccounts, **wanted: object) -> list[AuditRow]:
    return list(audit_rows(kept.url, AuditFilter(**wanted), limit=100))


# -- writing


def test_a_row_says_who_what_when_and_for_which_entry(kept: KeptAccounts):
    boss, entry = kept.add("boss", "admin"), uuid4()

    row = written(
        kept, {"a": 1}, boss, before={"role": "biller"}, after={"role": "admin"}, request=str(entry)
    )

    assert (row["user_id"], row["action"], row["entity_type"], row["entity_id"]) == (
        boss,
        "role_change",
        "user",
        7,
    )
    assert abs(row["timestamp"].replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() < 60
    assert json.loads(row["before_state"]) == {"role": "biller"}
    assert (json.loads(row["details"]), row["request_id"]) == ({"a": 1}, str(entry))
    assert row["ip_address"] == "127.0.0.0"


def test_addresses_are_made_anonymous_however_deep_they_stand(kept: KeptAccounts):
    row = written(
        kept,
        {
            "email": "asha.k@depot.example", "ip": "10.20.30.40", "name": "a@b.example",
            "deep": [{"client_ip": "2001:db8:85a3:8d3::1", "user_email": "nothing", "email_address": None}],
            "remote_addr": ["somewhere"], "ip_address": "::ffff:10.1.2.3 ",
        },
    )  # fmt: skip

    assert json.loads(row["details"]) == {
        "email": "a***@depot.example", "ip": "10.20.30.0", "name": "a@b.example",
        "deep": [{"client_ip": "2001:db8:85a3::", "user_email": "***", "email_address": None}],
        "remote_addr": ["somewhere"], "ip_address": "***",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["false", '"off"', "0"])
def test_a_setting_leaves_addresses_as_they_are(kept: KeptAccounts, value: str):
    kept.query("INSERT INTO station.setting (name, value) VALUES ('anonymise_audit', %s::jsonb)", value)

    row = written(kept, {"email": "asha@depot.example"}, after={"email": "asha@depot.example"})

    assert json.loads(row["details"]) == json.loads(row["after_state"]) == {"email": "asha@depot.example"}
    assert row["ip_address"] == "127.0.0.1"


def test_no_secret_is_written_even_if_one_is_given(kept: KeptAccounts):
    secret = dict.fromkeys(SECRETS, "S3CRET")

    row = written(kept, {"password_hash": "S3CRET"}, before={**secret, "role": "x"}, after=secret)

    assert "S3CRET" not in json.dumps(row, default=str)
    assert json.loads(row["before_state"]) == {"role": "x"}


def test_no_secret_is_written_however_deep_it_stands(kept: KeptAccounts):
    deep = {
        "old": {"password_hash": "S3CRET", "role": "x"},
        "all": [{"totp_secret": {"a": "S3CRET"}, "n": 1}],
    }

    row = written(kept, deep, before=deep)

    assert json.loads(row["details"]) == {"old": {"role": "x"}, "all": [{"n": 1}]}
    assert json.loads(row["before_state"]) == json.loads(row["details"])


def test_somebody_who_was_deleted_leaves_the_row_without_a_name(kept: KeptAccounts):
    assert written(kept, {"a": 1}, 4711)["user_id"] is None


def test_numbers_that_a_copy_left_behind_cost_no_row(kept: KeptAccounts):
    first = written(kept)["id"]
    stands(kept, id=first + 1)
    stands(kept, id=first + 2)

    assert written(kept)["id"] == first + 3


def test_words_that_are_too_long_are_cut(kept: KeptAccounts):
    kept.query("SELECT station.write_audit(NULL, repeat('a', 60), repeat('b', 30), NULL, NULL)")

    (row,) = kept.audit()
    assert (len(row["action"]), len(row["entity_type"]), row["details"]) == (50, 20, None)


def test_an_audit_that_refuses_rows_does_not_stop_the_work_it_tells_about(kept: KeptAccounts):
    kept.add("asha")
    kept.query("ALTER TABLE audit_log ADD CONSTRAINT full_up CHECK (action = 'nothing') NOT VALID")
    try:
        kept.query("SELECT station.change_account(NULL, 'x', 'disable', 'asha', '{}')")
    finally:
        kept.query("ALTER TABLE audit_log DROP CONSTRAINT full_up")

    assert (kept.row("asha")["verified"], kept.audit()) == (False, [])


# -- reading


@pytest.mark.parametrize(
    ("text", "object_"),
    [
        ('{"a": [1]}', {"a": [1]}),
        ("Imported 80 bags", {"text": "Imported 80 bags"}),
        ('"quoted"', {"text": "quoted"}),
        ('{"a": ', {"text": '{"a": '}),
        ('["a"]', {"text": '["a"]'}),
        ('{"a": "\\u0000"}', {"text": '{"a": "\\u0000"}'}),
        ("", {"text": ""}),
        (None, {}),
    ],
)
def test_details_of_every_kind_are_read(kept: KeptAccounts, text: str | None, object_: dict):
    stands(kept, details=text)

    assert [row.details for row in read(kept)] == [object_]


def test_secrets_that_the_web_application_left_in_snapshots_are_not_shown(kept: KeptAccounts):
    stands(kept, before_state='{"totp_secret": "S3CRET", "role": "admin"}', after_state="totp_secret=S3CRET")

    (row,) = read(kept)
    assert (row.before, row.after) == ({"role": "admin"}, {"text": "***"})


def test_secrets_that_stand_deep_in_a_row_of_the_web_application_are_not_shown(kept: KeptAccounts):
    changes = {"old": {"password_hash": "S3CRET", "role": "admin"}, "new": [{"Reset_Token": "S3CRET"}]}
    stands(
        kept, details=json.dumps(changes), before_state=json.dumps(changes), after_state=json.dumps([changes])
    )

    (row,) = read(kept)
    assert (row.details, row.before) == ({"old": {"role": "admin"}, "new": [{}]},) * 2
    assert row.after == {"text": "***"}


def test_a_row_that_is_nested_too_deep_to_look_through_tells_nothing_secret(kept: KeptAccounts):
    stands(kept, details='{"a":' * 2000 + '{"password_hash": "S3CRET"}' + "}" * 2000)

    assert [row.details for row in read(kept)] == [{"text": "***"}]


def test_addresses_in_rows_of_the_web_application_are_read_as_they_stand(kept: KeptAccounts):
    stands(kept, details='{"email": "asha@depot.example"}')

    assert [row.details for row in read(kept)] == [{"email": "asha@depot.example"}]


def test_who_signed_in_is_found_where_the_web_application_left_it_out(kept: KeptAccounts):
    asha = kept.add("asha")
    stands(kept, entity_id=asha)
    stands(kept, entity_type="bag", entity_id=asha)

    assert [row.username for row in read(kept)] == [None, "asha"]
    assert [row.entity_type for row in read(kept, username="asha")] == ["auth"]
    assert read(kept, username="nobody") == []


@pytest.mark.parametrize(("stored", "year"), [("infinity", 9999), ("-infinity", 1), ("20000-01-01", 9999)])
def test_a_moment_that_no_calendar_has_is_read_as_its_edge(kept: KeptAccounts, stored: str, year: int):
    stands(kept, timestamp=stored)

    assert [row.at.year for row in read(kept)] == [year]


@pytest.mark.parametrize(
    ("wanted", "actions"),
    [
        ({"action": "login_success"}, ["login_success"]),
        ({"action": "login_*"}, ["login_success", "login_failed"]),
        ({"action": "log%*"}, []),
        ({"action": "*"}, ["login_success", "login_failed", "BULK_IMPORT"]),
        ({"entity_type": "bag"}, ["BULK_IMPORT"]),
        ({"since": AT.replace(day=3)}, ["login_success", "login_failed"]),
        ({"until": AT.replace(day=3)}, ["BULK_IMPORT"]),
        ({"since": AT, "until": AT, "action": "*"}, []),
        ({"username": "asha", "action": "login_failed"}, ["login_failed"]),
    ],
    ids=str,
)
def test_every_filter_fits_and_all_have_to(kept: KeptAccounts, wanted: dict, actions: list[str]):
    asha = kept.add("asha")
    stands(kept, action="BULK_IMPORT", entity_type="bag")
    stands(kept, action="login_failed", timestamp="2026-01-04", user_id=asha)
    stands(kept, action="login_success", timestamp="2026-01-05", user_id=asha)

    assert [row.action for row in read(kept, **wanted)] == actions


def test_the_row_of_a_ledgers_entry_is_found(kept: KeptAccounts):
    entry = uuid4()
    stands(kept, request_id=str(entry))
    stands(kept, request_id=str(uuid4()))

    assert [row.request for row in read(kept, request=entry)] == [str(entry)]


def test_as_many_rows_as_wanted_come_newest_first(kept: KeptAccounts):
    kept.query("""INSERT INTO audit_log ("timestamp", action, entity_type)
                  SELECT now(), 'a' || n, 'bag' FROM generate_series(1, 1500) AS n""")  # fmt: skip

    rows = [row.action for row in audit_rows(kept.url, AuditFilter(), limit=1200)]

    assert rows == [f"a{n}" for n in range(1500, 300, -1)]
