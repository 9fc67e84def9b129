import stat
import sys
from pathlib import Path

import pytest

from traitortrack_desktop.environment.paths import (
    default_data_dir,
    logs_dir,
    machine_settings_file,
    private_folder,
    user_settings_file,
)


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/op"}, "/home/op/.local/share/TraitorTrack/Station"),
        ("linux", {"HOME": "/home/op", "XDG_DATA_HOME": "/data"}, "/data/TraitorTrack/Station"),
        (
            "linux",
            {"HOME": "/home/op", "XDG_DATA_HOME": "data"},
            "/home/op/.local/share/TraitorTrack/Station",
        ),
        ("darwin", {"HOME": "/Users/op"}, "/Users/op/Library/Application Support/TraitorTrack/Station"),
        ("win32", {"LOCALAPPDATA": "/C/op/Local"}, "/C/op/Local/TraitorTrack/Station"),
        ("win32", {"USERPROFILE": "/C/op"}, "/C/op/AppData/Local/TraitorTrack/Station"),
    ],
)
def test_the_data_folder_follows_the_system(platform: str, environ: dict[str, str], expected: str) -> None:
    assert default_data_dir(environ, platform=platform) == Path(expected)


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/op"}, "/home/op/.config/TraitorTrack/Station/station.toml"),
        ("linux", {"HOME": "/home/op", "XDG_CONFIG_HOME": "/c"}, "/c/TraitorTrack/Station/station.toml"),
        ("darwin", {"HOME": "/Users/op"}, "/Users/op/Library/Preferences/TraitorTrack/Station/station.toml"),
        ("win32", {"APPDATA": "/C/op/Roaming"}, "/C/op/Roaming/TraitorTrack/Station/station.toml"),
    ],
)
def test_the_users_file_follows_the_system(platform: str, environ: dict[str, str], expected: str) -> None:
    assert user_settings_file(environ, platform=platform) == Path(expected)


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "/etc/traitortrack-station/station.toml"),
        ("darwin", {}, "/Library/Application Support/TraitorTrack Station/station.toml"),
        ("win32", {"PROGRAMDATA": "/C/PD"}, "/C/PD/TraitorTrack Station/station.toml"),
    ],
)
def test_the_machine_file_is_where_only_it_may_write(
    platform: str, environ: dict[str, str], expected: str
) -> None:
    assert machine_settings_file(environ, platform=platform) == Path(expected)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_a_new_folder_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = private_folder(logs_dir(tmp_path / "a b"))

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_the_rights_of_a_folder_that_stands_are_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)

    private_folder(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o770
