"""``user`` and ``audit``: accounts kept by the owner's commands, and what these never say."""

import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from fakes.kept_accounts import HASH, KeptAccounts
from werkzeug.security import check_password_hash

from traitortrack_desktop.launch import launch
from traitortrack_desktop.services.account_secrets import badge_code_hash

PASSWORD, PIN = "Str0ng!pass", "482913"
STATION = "00000000-0000-4000-8000-000000000007"
pytestmark = pytest.mark.usefixtures("_cheap_hashes")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(kept: KeptAccounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Run:
    """Run a command with arguments; returns exit code, standard output and standard error."""
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", kept.url)
    monkeypatch.setenv("TRAITORTRACK_NEW_PASSWORD", PASSWORD)
    monkeypatch.setenv("TRAITORTRACK_NEW_PIN", PIN)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = launch(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        assert [secret for secret in (PASSWORD, PIN, HASH) if secret in printed.out + printed.err] == []
        return code, printed.out, printed.err

    return run


def test_an_account_is_added_and_listed(run: Run):
    assert run("user", "add", "asha", "--role", "dispatcher", "--area", "lucknow")[0] == 0

    lines = run("user", "list")[1].splitlines()
    assert [line.split() for line in lines] == [["asha", "dispatcher", "lucknow"], ["boss", "admin"]]


def test_the_list_as_json_has_no_secret_and_what_scripts_read(run: Run, kept: KeptAccounts):
    kept.add("asha", locked_until="2099-01-01")

    _, out, _ = run("user", "list", "--json", "--search", "ASH")

    (told,) = map(json.loads, out.splitlines())
    wanted = {
        "username": "asha", "email": "asha@x.example", "role": "biller", "area": None,
        "verified": True, "locked_until": "2099-01-01T00:00:00+00:00",
    }  # fmt: skip
    assert {name: told[name] for name in wanted} == wanted
    assert not [name for name in told if "hash" in name or "secret" in name]


def test_the_list_goes_on_behind_a_name(run: Run, kept: KeptAccounts):
    kept.add("zoe")

    assert run("user", "list", "--after", "boss")[1].split() == ["zoe", "biller"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "boss", "--role", "biller"], "the user name 'boss' is taken"),
        (["edit", "boss", "--role", "biller"], "boss is the last administrator"),
        (["edit", "boss"], "nothing to change"),
        (["edit", "nobody", "--email", "a@b.example"], "there is no account 'nobody'"),
        (["disable", "boss"], "boss is the last administrator"),
        (["pin", "boss"], "only a biller has a PIN"),
        (["badge", "boss"], "--out"),
        (["badge", "nobody", "--out", "{folder}/card.pdf"], "there is no account"),
        (["badge", "boss", "--out", "{folder}/card.pdf", "--days", "-1"], "--days"),
        (["sessions", "--end", "7"], "invalid UUID"),
        (["sessions", "--end", STATION], "there is no session"),
        (["first-admin"], "ADMIN_PASSWORD"),
    ],
    ids=" ".join,
)
def test_what_is_not_possible_ends_with_2_and_one_line(run: Run, tmp_path: Path, arguments: list, said: str):
    code, out, err = run("user", *(word.format(folder=tmp_path) for word in arguments))

    assert (code, out, said in err, len(err.splitlines())) == (2, "", True, 1)
    assert list(tmp_path.iterdir()) == []


def test_an_account_is_edited_disabled_enabled_and_unlocked(run: Run, kept: KeptAccounts):
    kept.add("ravi", "dispatcher", dispatch_area="indore", failed_login_attempts=5, locked_until="2099-01-01")

    for arguments in (
        ["edit", "ravi", "--role", "biller", "--area", "-"],
        ["disable", "ravi"],
        ["unlock", "ravi"],
    ):
        assert run("user", *arguments)[0] == 0

    row = kept.row("ravi")
    assert (row["role"], row["dispatch_area"], row["verified"], row["locked_until"]) == (
        "biller",
        None,
        False,
        None,
    )
    assert run("user", "enable", "ravi")[0] == 0
    assert kept.row("ravi")["verified"]


def test_a_password_and_a_pin_are_given_and_the_pin_taken_away(run: Run, kept: KeptAccounts):
    kept.add("bina")

    assert (run("user", "password", "bina")[0], run("user", "pin", "bina")[0]) == (0, 0)
    (pin,) = kept.query("SELECT pin_hash FROM station.pin")
    assert check_password_hash(kept.row("bina")["password_hash"], PASSWORD)
    assert check_password_hash(pin["pin_hash"], PIN)

    assert run("user", "pin", "bina", "--remove")[0] == 0
    assert kept.query("SELECT FROM station.pin WHERE true") == []


def test_a_new_password_says_that_open_sign_ins_ended(run: Run, kept: KeptAccounts):
    kept.query(
        "INSERT INTO station.device (id, name, version, role_name) VALUES (%s, 'Dock', '1', 'x')", STATION
    )
    kept.session_of(kept.add("ravi"), STATION)

    assert "open sign-ins at stations ended" in run("user", "password", "ravi")[1]
    assert kept.query("SELECT ended_at IS NULL AS open FROM station.session") == [{"open": False}]


@pytest.mark.parametrize("pin", ["12345", "111111", "123456", "48291a"])
def test_a_pin_that_is_easily_guessed_is_refused(run: Run, kept: KeptAccounts, monkeypatch, pin: str):
    kept.add("bina")
    monkeypatch.setenv("TRAITORTRACK_NEW_PIN", pin)

    assert run("user", "pin", "bina")[0] == 2


def test_a_weak_password_is_refused(run: Run, kept: KeptAccounts, monkeypatch):
    monkeypatch.setenv("TRAITORTRACK_NEW_PASSWORD", "weak")

    assert run("user", "password", "boss")[0] == 2
    assert kept.row("boss")["password_hash"] == HASH


def test_a_badge_is_a_card_that_only_its_owner_may_read_and_its_code_stands_nowhere_else(
    run: Run, kept: KeptAccounts, tmp_path: Path, monkeypatch
):
    code = "TT-BADGE-" + "7" * 24
    monkeypatch.setattr("traitortrack_desktop.ui.printed_badge.new_badge_code", lambda: code)
    card = tmp_path / "card.pdf"

    exit_code, out, err = run("user", "badge", "boss", "--out", str(card), "--days", "30")

    (badge,) = kept.query("SELECT encode(code_hash, 'hex') AS code, expires_at FROM station.badge")
    last_day = datetime.now().astimezone().date() + timedelta(days=30)
    assert (exit_code, str(card) in out, "7777" in out + err) == (0, True, False)
    assert (card.read_bytes()[:5], stat.S_IMODE(card.stat().st_mode)) == (b"%PDF-", 0o600)
    assert badge["code"] == badge_code_hash(code)
    assert badge["expires_at"].astimezone().date() == last_day + timedelta(days=1)
    assert str(last_day) in out


def test_a_badge_never_overwrites_a_file(run: Run, kept: KeptAccounts, tmp_path: Path):
    card = tmp_path / "card.pdf"
    card.write_text("mine")

    assert run("user", "badge", "boss", "--out", str(card))[0] == 2
    assert (card.read_text(), kept.query("SELECT id FROM station.badge")) == ("mine", [])


def test_a_badge_that_cannot_be_printed_ends_no_other(run: Run, kept: KeptAccounts, tmp_path: Path):
    run("user", "badge", "boss", "--out", str(tmp_path / "card.pdf"), "--days", "0")

    assert run("user", "badge", "boss", "--out", str(tmp_path / "none" / "card.pdf"))[0] == 1
    assert kept.query("SELECT revoked_at, expires_at FROM station.badge") == [
        {"revoked_at": None, "expires_at": None}
    ]
    assert run("user", "badge", "boss", "--revoke")[0] == 0
    assert kept.query("SELECT revoked_at IS NULL AS counts FROM station.badge") == [{"counts": False}]


def test_sessions_are_shown_and_ended(run: Run, kept: KeptAccounts):
    kept.query(
        "INSERT INTO station.device (id, name, version, role_name) VALUES (%s, 'Dock', '1', 'x')", STATION
    )
    user = kept.add("ravi")
    first, _ = (kept.session_of(user, STATION, username="ravi") for _ in range(2))

    shown = run("user", "sessions", "ravi")[1]
    assert (first in shown, "ravi at Dock" in shown, shown.count(", open")) == (True, True, 2)
    assert run("user", "sessions", "--end", first)[0] == 0
    assert run("user", "sessions", "--end-all", "ravi")[0] == 0

    told = [json.loads(line) for line in run("user", "sessions", "--json")[1].splitlines()]
    assert [record["ended_by"].split()[:2] for record in told] == [["db", "owner"]] * 2


def test_the_audit_is_listed_for_people_and_for_scripts(run: Run, kept: KeptAccounts):
    kept.add("ravi", "dispatcher", dispatch_area="indore")
    run("user", "edit", "ravi", "--role", "biller")
    run("user", "disable", "ravi")

    lines = run("audit", "list", "--entity", "user")[1].splitlines()
    assert [line.split()[4] for line in lines] == ["account_disabled", "role_change"]
    assert "role: dispatcher → biller" in lines[1]

    (told,) = map(
        json.loads, run("audit", "list", "--action", "role*", "--json", "--limit", "1")[1].splitlines()
    )
    assert (told["action"], told["after"]["role"], told["before"]["role"]) == (
        "role_change",
        "biller",
        "dispatcher",
    )


def test_the_audit_cannot_move_a_terminals_cursor(run: Run, kept: KeptAccounts):
    kept.query("""INSERT INTO audit_log ("timestamp", action, entity_type, details)
                  VALUES (now(), 'x', 'auth', %s)""", "a\x1b[2Jb\nc")  # fmt: skip

    _, out, _ = run("audit", "list")

    assert ("\x1b" in out, len(out.splitlines())) == (False, 1)


@pytest.mark.parametrize(
    "arguments", [["--limit", "0"], ["--since", "yesterday"], ["--request", "x"]], ids=str
)
def test_a_wish_that_is_none_ends_with_2(run: Run, arguments: list):
    assert run("audit", "list", *arguments)[0] == 2


def test_the_audit_of_an_entry_of_the_ledger(run: Run, kept: KeptAccounts):
    entry = str(uuid4())
    kept.query(
        """INSERT INTO audit_log ("timestamp", action, entity_type, request_id)
           VALUES (now(), 'link_child', 'link', %s), (now(), 'other', 'link', NULL)""",
        entry,
    )

    assert "link_child" in run("audit", "list", "--request", entry)[1]
    assert "other" not in run("audit", "list", "--request", entry)[1]
