import json

import pytest
from fakes.memory_key_ring import MemoryKeyRing

from traitortrack_desktop.environment import secrets
from traitortrack_desktop.environment import settings as settings_module
from traitortrack_desktop.launch import launch
from traitortrack_desktop.storage.central.addresses import central_address

PASSWORD = "pw-4711-Zx"
URL = "postgresql://station_7@db/depot"


class Computer:
    def __init__(self, folder):
        self.ring = MemoryKeyRing()
        self.machine_file = folder / "machine.toml"
        self.data = folder / "data"

    def allow_file(self):
        self.machine_file.write_text("secrets_file = true\n")


@pytest.fixture
def computer(tmp_path, monkeypatch):
    computer = Computer(tmp_path)
    monkeypatch.setattr(secrets, "usable_back_end", lambda: computer.ring)
    monkeypatch.setattr(settings_module, "machine_settings_file", lambda environ: computer.machine_file)
    monkeypatch.setattr(settings_module, "user_settings_file", lambda environ: tmp_path / "user.toml")
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", URL)
    monkeypatch.setenv("TRAITORTRACK_DATA_DIR", str(computer.data))
    monkeypatch.setenv("TRAITORTRACK_NEW_PASSWORD", PASSWORD)
    return computer


@pytest.fixture
def run(capsys):
    def run(*arguments):
        code = launch(["secrets", *arguments])
        told = capsys.readouterr()
        assert PASSWORD not in told.out + told.err
        return code, told.out, told.err

    return run


def test_a_password_is_stored_shown_and_forgotten(computer, run):
    assert run("set") == (0, "The password of station_7 is stored: key ring.\n", "")
    assert computer.ring.kept == {"station_7": PASSWORD}
    code, told, _ = run("show")
    assert code == 0
    assert "key ring      has it   <- used\n" in told
    assert run("forget")[0] == 0
    assert computer.ring.kept == {}


def test_what_is_looked_at_is_told_for_programs(computer, run):
    code, told, _ = run("show", "--json")
    assert code == 3
    assert json.loads(told) == {
        "account": "station_7",
        "used": None,
        "places": {
            "key ring": "does not have it",
            "secrets.toml": "not allowed: secrets_file is not true in the machine's settings file",
            "environment": "does not have it",
        },
    }


def test_without_key_ring_nothing_is_stored_and_that_is_told(computer, run):
    computer.ring = None
    code, _, told = run("set")
    assert code == 1
    assert "cannot be stored: this computer has no key ring" in told
    assert not computer.data.exists()


def test_without_key_ring_it_is_stored_in_a_file_where_it_allows_one(computer, run):
    computer.ring = None
    computer.allow_file()
    code, told, _ = run("set")
    assert (code, "stored: secrets.toml (this computer has no key ring" in told) == (0, True)
    assert json.loads(run("show", "--json")[1])["used"] == "secrets.toml"
    assert run("forget")[0] == 0
    assert list(computer.data.iterdir()) == []


def test_a_password_in_the_address_is_told_and_needs_no_store(computer, run, monkeypatch):
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", f"postgresql://station_7:{PASSWORD}@db/depot")
    code, told, _ = run("show")
    assert (code, "stands in the address" in told) == (0, True)
    code, _, told = run("set")
    assert (code, "has its password" in told) == (2, True)


def test_an_address_without_account_has_nothing_to_store(computer, run, monkeypatch):
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", "postgresql://db/depot")
    for action in ("show", "set", "forget"):
        code, _, told = run(action)
        assert (code, "names no account" in told) == (2, True)


def test_a_password_longer_than_key_rings_take_is_wrong_usage(computer, run, monkeypatch):
    monkeypatch.setenv("TRAITORTRACK_NEW_PASSWORD", PASSWORD * 200)
    assert run("set")[0] == 2
    assert computer.ring.kept == {}


def test_a_command_that_finds_no_password_says_in_one_line_where_to_look(
    computer, station_url, tmp_path, monkeypatch, capsys
):
    centre = central_address(station_url)
    address = f"postgresql://{centre.username}@{centre.host}:{centre.port}/{centre.database}"
    monkeypatch.setenv("TRAITORTRACK_DATABASE_URL", address)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    monkeypatch.delenv("PGPASSWORD", raising=False)

    assert launch(["db", "check"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "traitortrack-desktop secrets show" in told

    computer.ring.kept[centre.username] = centre.password
    launch(["db", "check"])
    assert "secrets show" not in capsys.readouterr().err


def test_the_password_has_no_place_on_the_command_line(computer, run):
    with pytest.raises(SystemExit) as ended:
        launch(["secrets", "set", "--password", "pw"])
    assert ended.value.code == 2
