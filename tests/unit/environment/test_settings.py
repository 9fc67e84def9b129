import os
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from traitortrack_desktop.environment import settings as settings_module
from traitortrack_desktop.environment.settings import (
    Settings,
    SettingsError,
    Source,
    load_settings,
    password_from,
)

SECRET = "hunter2-Zx"


class Computer:
    """Two settings files in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.machine_file = folder / "machine.toml"
        self.user_file = folder / "user.toml"
        self.environ = {"HOME": str(folder)}

    def load(self, **overrides: object) -> Settings:
        return load_settings(
            overrides, self.environ, machine_file=self.machine_file, user_file=self.user_file
        )

    def refusal(self, **overrides: object) -> str:
        with pytest.raises(SettingsError) as caught:
            self.load(**overrides)
        return str(caught.value)


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_without_any_files_the_defaults_stand(computer: Computer) -> None:
    settings = computer.load()

    assert settings.database_url is None
    assert settings.fact_trust_hours == 12
    assert settings.offline_sign_in_days == 7
    assert settings.idle_lock_minutes == 10
    assert settings.secrets_file is False
    assert settings.viewing_distance_m == 2.0
    assert settings.capacity is None
    assert settings.theme == "system"
    assert settings.station
    assert settings.source_of("station") is Source.DEFAULT


def test_the_data_folder_defaults_to_the_systems_place(computer: Computer, tmp_path: Path) -> None:
    assert tmp_path in computer.load().data_dir.parents


def test_each_layer_goes_over_the_one_below(computer: Computer) -> None:
    computer.machine_file.write_text('station = "machine"\n')
    seen = [computer.load()]
    computer.user_file.write_text('station = "user"\n')
    seen.append(computer.load())
    computer.environ["TRAITORTRACK_STATION"] = "environment"
    seen.append(computer.load())
    seen.append(computer.load(station="line"))

    assert [(each.station, each.source_of("station")) for each in seen] == [
        ("machine", Source.MACHINE_FILE),
        ("user", Source.USER_FILE),
        ("environment", Source.ENVIRONMENT),
        ("line", Source.COMMAND_LINE),
    ]


def test_an_empty_variable_and_an_option_not_given_say_nothing(computer: Computer) -> None:
    computer.user_file.write_text('station = "Packing 7"\n')
    computer.environ["TRAITORTRACK_STATION"] = " "

    assert computer.load(station=None).station == "Packing 7"


def test_every_kind_of_value_is_read_from_a_file(computer: Computer) -> None:
    computer.machine_file.write_text(
        "capacity = 24\nfact_trust_hours = 6\nviewing_distance_m = 3.5\ntheme = 'dark'\n"
        "serial_ports = ['/dev/ttyACM0', 'COM7']\nparent_pattern = 'P[0-9]{3}'\n"
        "capacity_by_prefix = ['m444-=15', 'SB=30']\nclose_reason_below = 10\nbill_capacity = 40\n"
    )

    settings = computer.load()

    assert settings.capacity == 24
    assert settings.fact_trust_hours == 6.0
    assert settings.viewing_distance_m == 3.5
    assert settings.theme == "dark"
    assert settings.serial_ports == ("/dev/ttyACM0", "COM7")
    assert settings.parent_pattern == "P[0-9]{3}"
    assert settings.capacity_by_prefix == {"M444-": 15, "SB": 30}
    assert settings.close_reason_below == 10
    assert settings.bill_capacity == 40


def test_numbers_and_lists_are_read_from_the_environment(computer: Computer) -> None:
    computer.environ |= {"TRAITORTRACK_CAPACITY": "12", "TRAITORTRACK_SERIAL_PORTS": "COM3, COM4"}
    computer.environ["TRAITORTRACK_CAPACITY_BY_PREFIX"] = "M444-=15,SB=30"

    settings = computer.load()

    assert settings.capacity == 12
    assert settings.capacity_by_prefix == {"M444-": 15, "SB": 30}
    assert settings.serial_ports == ("COM3", "COM4")


def test_how_long_a_station_may_stand_idle_is_a_setting_of_every_place(computer: Computer) -> None:
    computer.machine_file.write_text("idle_lock_minutes = 480\n")
    assert computer.load().idle_lock_minutes == 480
    computer.environ["TRAITORTRACK_IDLE_LOCK_MINUTES"] = "0"
    assert computer.load().idle_lock_minutes == 0


def test_the_machine_file_alone_allows_a_file_of_secrets(computer: Computer) -> None:
    computer.machine_file.write_text("secrets_file = true\n")

    assert computer.load().secrets_file is True


@pytest.mark.parametrize("value", ["true", "false"])
def test_nobody_else_has_a_say_in_it(computer: Computer, value: str) -> None:
    only_there = "may stand in the machine's settings file only"

    computer.user_file.write_text(f"secrets_file = {value}\n")
    assert computer.refusal() == f"{computer.user_file}: secrets_file {only_there}"

    computer.user_file.unlink()
    assert computer.refusal(secrets_file=value == "true") == f"the command line: secrets_file {only_there}"

    computer.environ["TRAITORTRACK_SECRETS_FILE"] = value
    assert computer.refusal() == f"the environment: TRAITORTRACK_SECRETS_FILE {only_there}"


def test_an_unknown_key_is_named_with_its_file(computer: Computer) -> None:
    computer.user_file.write_text('colour = "blue"\n')

    assert f"{computer.user_file}: there is no setting 'colour'" in computer.refusal()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('capacity = "30"', "capacity must be a whole number, not text"),
        ("capacity = true", "capacity must be a whole number, not a truth value"),
        ("capacity = 30.0", "capacity must be a whole number, not a number"),
        ("capacity = 0", "capacity must be between 1 and 500, not 0"),
        ("capacity_by_prefix = ['M444-']", "capacity_by_prefix must be texts such as M444-=15"),
        ("capacity_by_prefix = ['=15']", "capacity_by_prefix must be texts such as M444-=15"),
        ("capacity_by_prefix = ['M444-=x']", "capacity_by_prefix must be a whole number"),
        ("capacity_by_prefix = ['M444-=501']", "capacity_by_prefix must be between 1 and 500, not 501"),
        ("close_reason_below = -1", "close_reason_below must be between 0 and 500, not -1"),
        ("bill_capacity = 51", "bill_capacity must be between 1 and 50, not 51"),
        ("viewing_distance_m = 9.5", "viewing_distance_m must be between 0.5 and 5, not 9.5"),
        ("fact_trust_hours = nan", "fact_trust_hours must be between 0 and 168, not nan"),
        ("idle_lock_minutes = 481", "idle_lock_minutes must be between 0 and 480, not 481"),
        ("idle_lock_minutes = -1", "idle_lock_minutes must be between 0 and 480, not -1"),
        ("idle_lock_minutes = 1.5", "idle_lock_minutes must be a whole number, not a number"),
        ("secrets_file = 1", "secrets_file must be true or false, not a number"),
        ('secrets_file = "true"', "secrets_file must be true or false, not text"),
        ("offline_sign_in_days = 31", "offline_sign_in_days must be between 0 and 30, not 31"),
        ("station = 7", "station must be text in quotes, not a number"),
        ('station = ""', "station must be 1 to 64 characters long"),
        ('station = "a\\u0007b"', "station must not contain control characters"),
        ('theme = "pink"', "theme must be one of system, light, dark"),
        ("theme = ['dark']", "theme must be one of system, light, dark"),
        ('data_dir = "data"', "data_dir must be an absolute folder"),
        ('serial_ports = "COM3"', "serial_ports must be a list of texts"),
        ("serial_ports = [3]", "serial_ports must be a list of texts"),
        ('database_url = "mysql://centre/tt"', "database_url must be a URL that begins with postgresql://"),
        ("[database_url]", "database_url must be text in quotes, not a table"),
    ],
)
def test_a_wrong_value_is_named_with_its_file_and_key(computer: Computer, line: str, complaint: str) -> None:
    computer.machine_file.write_text(line + "\n")

    assert computer.refusal() == f"{computer.machine_file}: {complaint}"


def test_a_wrong_value_in_the_environment_names_the_variable(computer: Computer) -> None:
    computer.environ["TRAITORTRACK_CAPACITY"] = "many"

    assert computer.refusal() == "the environment: TRAITORTRACK_CAPACITY must be a whole number"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://station:{SECRET}@centre/tt",
        f"postgresql+psycopg2://station:{SECRET}@one:5432,two:5433/tt",
        f"postgres://centre/tt?user=station&password={SECRET}",
        f"postgresql://centre/tt?%70assword={SECRET}",
        "postgresql://station:@centre/tt",
    ],
)
def test_a_password_in_a_file_is_refused_without_printing_it(computer: Computer, url: str) -> None:
    computer.user_file.write_text(f'database_url = "{url}"\n')

    refusal = computer.refusal()

    assert f"{computer.user_file}: database_url must not contain a password" in refusal
    assert SECRET not in refusal


def test_a_password_on_the_command_line_is_refused_without_printing_it(computer: Computer) -> None:
    refusal = computer.refusal(database_url=f"postgresql://station:{SECRET}@centre/tt")

    assert "the command line: database_url must not contain a password" in refusal
    assert SECRET not in refusal


def test_an_unusable_url_is_never_quoted(computer: Computer) -> None:
    computer.environ["TRAITORTRACK_DATABASE_URL"] = f"host=centre password={SECRET}"

    assert SECRET not in computer.refusal()


def test_a_key_that_looks_like_a_password_is_refused_without_printing_its_value(computer: Computer) -> None:
    computer.user_file.write_text(f'database_password = "{SECRET}"\n')

    refusal = computer.refusal()

    assert "there is no setting 'database_password'. Keep it in the system's key ring" in refusal
    assert SECRET not in refusal


def test_a_password_from_the_environment_is_usable_and_stays_out_of_the_representation(
    computer: Computer,
) -> None:
    url = f"postgresql://station:{SECRET}@centre/tt"
    computer.environ["TRAITORTRACK_DATABASE_URL"] = url

    settings = computer.load()

    assert settings.database_url == url
    assert SECRET not in repr(settings)


def test_the_operators_password_is_no_setting(computer: Computer) -> None:
    computer.environ["TRAITORTRACK_PASSWORD"] = SECRET

    assert SECRET not in repr(computer.load())
    assert password_from(computer.environ) == SECRET


def test_an_empty_password_is_none() -> None:
    assert password_from({"TRAITORTRACK_PASSWORD": ""}) is None


def test_a_file_that_is_not_toml_is_named(computer: Computer) -> None:
    computer.machine_file.write_text("station = \n")

    assert computer.refusal().startswith(f"{computer.machine_file}: not a TOML file")


def test_a_file_that_is_not_utf_8_is_named(computer: Computer) -> None:
    computer.machine_file.write_bytes(b'station = "\xff"\n')

    assert computer.refusal() == f"{computer.machine_file}: not a UTF-8 text"


def test_a_file_that_cannot_be_read_is_named(computer: Computer) -> None:
    computer.machine_file.mkdir()

    assert computer.refusal().startswith(f"{computer.machine_file}: cannot be read")


def test_a_relative_folder_on_the_command_line_is_seen_from_where_one_stands(computer: Computer) -> None:
    assert computer.load(data_dir=Path("here")).data_dir == Path.cwd() / "here"


@pytest.mark.skipif(sys.platform == "win32", reason="the variable is called otherwise there")
def test_a_tilde_in_a_file_is_the_home_folder(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(os.environ, "HOME", str(tmp_path))
    computer.user_file.write_text('data_dir = "~/station"\n')

    assert computer.load().data_dir == tmp_path / "station"


def test_every_setting_has_a_kind() -> None:
    unsettable = {"sources", "practice"}
    assert settings_module._KINDS.keys() | unsettable == {each.name for each in fields(Settings)}


def test_nothing_but_the_demo_makes_a_station_one_for_practice(computer: Computer) -> None:
    computer.environ["TRAITORTRACK_PRACTICE"] = "true"
    assert not computer.load().practice
    computer.user_file.write_text("practice = true\n")
    with pytest.raises(SettingsError, match="practice"):
        computer.load()
