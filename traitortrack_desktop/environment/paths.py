"""Where this station keeps things, by each system's conventions and without Qt. Pure but for making folders.

The data folder holds the journal, so it belongs to the station; ``TRAITORTRACK_DATA_DIR`` moves it.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

DATA_DIR_VARIABLE = "TRAITORTRACK_DATA_DIR"
SETTINGS_FILE_NAME = "station.toml"

_OWN_FOLDER = Path("TraitorTrack", "Station")


def default_data_dir(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the data folder of a person who said nothing else; it may not exist yet."""
    if platform == "win32":
        return _folder_in(environ, "LOCALAPPDATA", _home(environ) / "AppData" / "Local") / _OWN_FOLDER
    if platform == "darwin":
        return _home(environ) / "Library" / "Application Support" / _OWN_FOLDER
    return _folder_in(environ, "XDG_DATA_HOME", _home(environ) / ".local" / "share") / _OWN_FOLDER


def user_settings_file(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the settings file of the person at the station; it may not exist."""
    if platform == "win32":
        folder = _folder_in(environ, "APPDATA", _home(environ) / "AppData" / "Roaming")
    elif platform == "darwin":
        folder = _home(environ) / "Library" / "Preferences"
    else:
        folder = _folder_in(environ, "XDG_CONFIG_HOME", _home(environ) / ".config")
    return folder / _OWN_FOLDER / SETTINGS_FILE_NAME


def machine_settings_file(environ: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the settings file that IT writes for everybody on this computer; it may not exist."""
    if platform == "win32":
        folder = _folder_in(environ, "PROGRAMDATA", Path("C:/ProgramData"))
        return folder / "TraitorTrack Station" / SETTINGS_FILE_NAME
    if platform == "darwin":
        return Path("/Library/Application Support/TraitorTrack Station") / SETTINGS_FILE_NAME
    return Path("/etc/traitortrack-station") / SETTINGS_FILE_NAME


def logs_dir(data_dir: Path) -> Path:
    """Return the folder of logs and crash reports; it may not exist yet."""
    return data_dir / "logs"


def private_folder(folder: Path) -> Path:
    """Return *folder*, made if need be and then readable by its owner only.

    The rights of a folder that stands already are IT's business. Raises ``OSError``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) if home else Path.home()


def _folder_in(environ: Mapping[str, str], variable: str, otherwise: Path) -> Path:
    """Return the folder a variable names; the XDG rules say to ignore one that is not absolute."""
    named = Path(environ.get(variable, ""))
    return named if named.is_absolute() else otherwise
