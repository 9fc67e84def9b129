"""The first administrator: made from ``ADMIN_PASSWORD`` and from nothing else, never overwritten unseen."""

from collections.abc import Callable

import pytest
from fakes.kept_accounts import EMPTY, KeptAccounts
from werkzeug.security import check_password_hash, generate_password_hash

from traitortrack_desktop.commands.administrator_password import given_password, see_to_administrator
from traitortrack_desktop.commands.exit_codes import CommandFailed
from traitortrack_desktop.launch import launch

PASSWORD, OLD = "Str0ng!pass", "0ld!Password"
pytestmark = pytest.mark.usefixtures("_cheap_hashes")
Upgraded = Callable[..., tuple[str, ...]]


@pytest.fixture
def kept(kept_centre: KeptAccounts, monkeypatch: pytest.MonkeyPatch) -> KeptAccounts:
    kept_centre.query(EMPTY)
    for name in ("ADMIN_PASSWORD", "FORCE_ADMIN_PASSWORD_RESET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", kept_centre.url)
    return kept_centre


@pytest.fixture
def upgraded(kept: KeptAccounts, monkeypatch: pytest.MonkeyPatch) -> Upgraded:
    """Do what ``db upgrade`` does about the administrator; returns its notes."""

    def upgraded(**environment: str) -> tuple[str, ...]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return see_to_administrator(kept.url, given_password())

    return upgraded


def fits(kept: KeptAccounts, password: str, name: str = "admin") -> bool:
    return check_password_hash(kept.row(name)["password_hash"], password)


def test_an_upgrade_makes_the_administrator_once(kept: KeptAccounts, upgraded: Upgraded):
    assert upgraded(ADMIN_PASSWORD=PASSWORD) == ()
    assert upgraded(ADMIN_PASSWORD=PASSWORD) == ()

    row = kept.row("admin")
    assert (row["role"], row["verified"], row["email"]) == ("admin", True, "admin@traitortrack.com")
    assert fits(kept, PASSWORD)
    assert [entry["action"] for entry in kept.audit()] == ["account_created"]


def test_an_upgrade_without_a_password_says_that_there_is_no_administrator(upgraded: Upgraded):
    (note,) = upgraded()

    assert "There is no administrator" in note


def test_an_upgrade_without_a_password_says_nothing_where_there_is_one(
    kept: KeptAccounts, upgraded: Upgraded
):
    kept.add("boss", "admin")

    assert upgraded() == ()


def test_another_password_is_reported_and_the_old_one_stays(kept: KeptAccounts, upgraded: Upgraded):
    kept.add("admin", "admin", password_hash=generate_password_hash(OLD, "pbkdf2:sha256:1"))

    (note,) = upgraded(ADMIN_PASSWORD=PASSWORD)

    assert ("FORCE_ADMIN_PASSWORD_RESET=1" in note, PASSWORD in note, fits(kept, OLD)) == (True, False, True)


def test_a_reset_that_is_asked_for_gives_the_password_and_ends_the_lock(
    kept: KeptAccounts, upgraded: Upgraded
):
    kept.add("admin", "admin", failed_login_attempts=5, locked_until="2099-01-01")

    (note,) = upgraded(ADMIN_PASSWORD=PASSWORD, FORCE_ADMIN_PASSWORD_RESET="1")

    assert ("was reset" in note, fits(kept, PASSWORD), kept.row("admin")["locked_until"]) == (
        True,
        True,
        None,
    )


@pytest.mark.parametrize("value", ["0", "", "true"])
def test_a_reset_is_asked_for_by_1_alone(kept: KeptAccounts, upgraded: Upgraded, value: str):
    kept.add("admin", "admin", password_hash=generate_password_hash(OLD, "pbkdf2:sha256:1"))

    upgraded(ADMIN_PASSWORD=PASSWORD, FORCE_ADMIN_PASSWORD_RESET=value)

    assert fits(kept, OLD)


def test_a_reset_without_a_password_is_refused(upgraded: Upgraded):
    with pytest.raises(CommandFailed, match="ADMIN_PASSWORD"):
        upgraded(FORCE_ADMIN_PASSWORD_RESET="1")


def test_administrators_of_other_names_are_left_alone_and_that_is_said(
    kept: KeptAccounts, upgraded: Upgraded
):
    kept.add("boss", "admin")

    (note,) = upgraded(ADMIN_PASSWORD=PASSWORD)

    assert "was not used" in note
    assert kept.query("""SELECT id FROM "user" WHERE username = 'admin'""") == []


@pytest.mark.parametrize("columns", [{"role": "biller"}, {"role": "admin", "verified": False}], ids=str)
def test_an_admin_that_is_none_is_left_so_and_that_is_said(
    kept: KeptAccounts, upgraded: Upgraded, columns: dict
):
    kept.add("admin", **columns)

    (note,) = upgraded(ADMIN_PASSWORD=PASSWORD)

    assert "is no administrator, or is disabled" in note
    assert fits(kept, PASSWORD) is False


@pytest.mark.parametrize("columns", [{"role": "biller"}, {"role": "admin", "verified": False}], ids=str)
def test_first_admin_makes_the_one_who_is_there_an_administrator_again(
    kept: KeptAccounts, monkeypatch, capsys, columns: dict
):
    kept.add("admin", **columns)
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)

    assert launch(["user", "first-admin"]) == 0

    row = kept.row("admin")
    assert (row["role"], row["verified"], fits(kept, PASSWORD)) == ("admin", True, True)
    assert PASSWORD not in capsys.readouterr().out


def test_first_admin_makes_one_where_there_is_none(kept: KeptAccounts, monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)

    assert launch(["user", "first-admin"]) == 0
    assert fits(kept, PASSWORD)


def test_first_admin_without_a_password_is_refused_in_one_clear_line(kept: KeptAccounts, capsys):
    assert launch(["user", "first-admin"]) == 2

    assert capsys.readouterr().err == (
        'traitortrack-desktop: no password for the administrator "admin": set ADMIN_PASSWORD\n'
    )
    assert kept.query('SELECT id FROM "user"') == []


def test_a_weak_password_for_the_administrator_is_refused(kept: KeptAccounts, monkeypatch, capsys):
    monkeypatch.setenv("ADMIN_PASSWORD", "weak")

    assert launch(["user", "first-admin"]) == 2
    assert "weak" not in capsys.readouterr().err
