"""Writes into a settings file what the station was told at its set-up. Never a password. Any thread."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.environment.settings import SettingsError, Source, checked


def keep_settings(path: Path, values: Mapping[str, str]) -> None:
    """Set *values* in the file at *path*, whole or not at all; its other keys and comments stay.

    Raises ``SettingsError`` for what no settings file may say (a password above all) or when the file
    cannot be understood, and ``OSError`` when it cannot be read or written.
    """
    for _ in checked(str(path), values, Source.USER_FILE):
        pass
    private_folder(path.parent)
    before = _text(path)
    after = _with_values(before, values)
    if _said(path, after) != {**_said(path, before), **values}:
        raise SettingsError(f"{path}: cannot be changed without losing something; change it by hand")
    write_durably(path, after.encode())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not a UTF-8 text") from None


def _with_values(before: str, values: Mapping[str, str]) -> str:
    """Put *values* on top, where no table can claim them. A JSON string of such text is one of TOML."""
    named = re.compile(rf"\s*({'|'.join(map(re.escape, values))})\s*=")
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join([*lines, *(line for line in before.splitlines() if not named.match(line)), ""])


def _said(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise SettingsError(f"{path}: not a TOML file") from None
