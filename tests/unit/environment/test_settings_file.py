import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from traitortrack_desktop.environment.settings import SettingsError, load_settings
from traitortrack_desktop.environment.settings_file import keep_settings

ADDRESS = "postgresql://station_7@db.example:5433/depot"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "configuration" / "TraitorTrack" / "station.toml"


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_kept_is_what_the_next_start_reads(file: Path) -> None:
    keep_settings(file, {"database_url": ADDRESS, "station": 'Tor 7 "Süd" \\'})

    settings = load_settings({}, {}, user_file=file, machine_file=file.with_name("none"))

    assert (settings.database_url, settings.station) == (ADDRESS, 'Tor 7 "Süd" \\')


def test_other_keys_and_comments_stay(file: Path) -> None:
    written(file, '# by IT\ntheme = "dark"\nserial_ports = [\n  "COM3",\n]\n')

    keep_settings(file, {"station": "7"})

    assert tomllib.loads(file.read_text(encoding="utf-8")) == {
        "station": "7",
        "theme": "dark",
        "serial_ports": ["COM3"],
    }
    assert "# by IT" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ['station = "old"', '  station="old" # since May'])
def test_a_value_that_stood_there_is_replaced(file: Path, line: str) -> None:
    written(file, f"capacity = 20\n{line}\n")

    keep_settings(file, {"station": "new"})

    assert tomllib.loads(file.read_text(encoding="utf-8")) == {"station": "new", "capacity": 20}


@pytest.mark.parametrize(
    "address", ["postgresql://station_7:pw-4711@db/depot", f"{ADDRESS}?password=pw-4711"]
)
def test_a_password_is_refused_and_nothing_written(file: Path, address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        keep_settings(file, {"database_url": address})

    assert "pw-4711" not in str(refused.value)
    assert not file.exists()


def test_a_key_that_is_no_setting_is_refused(file: Path) -> None:
    with pytest.raises(SettingsError, match="no setting 'password'"):
        keep_settings(file, {"password": "pw-4711"})


@pytest.mark.parametrize("text", ["theme = ", 'station = """\ntwo\nlines"""\n'])
def test_a_file_that_cannot_be_changed_safely_stays_as_it_is(file: Path, text: str) -> None:
    written(file, text)

    with pytest.raises(SettingsError):
        keep_settings(file, {"station": "7"})

    assert file.read_text(encoding="utf-8") == text


def test_a_disk_that_fills_up_leaves_the_old_file_whole(file: Path, monkeypatch) -> None:
    def full_disk(descriptor: int) -> None:
        raise OSError(28, "no space")

    written(file, 'theme = "dark"\n')
    monkeypatch.setattr(os, "fsync", full_disk)

    with pytest.raises(OSError, match="no space"):
        keep_settings(file, {"station": "7"})

    assert file.read_text(encoding="utf-8") == 'theme = "dark"\n'


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
def test_nobody_else_may_read_it(file: Path) -> None:
    keep_settings(file, {"station": "7"})

    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600  # noqa: PTH116
