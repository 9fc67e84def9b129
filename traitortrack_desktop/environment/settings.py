"""The station's settings: command line over environment over user file over machine file over default.

Every value remembers where it came from. A password is never a setting: a database URL that carries one
is refused from a file and from the command line, and accepted from the environment only.
"""

import os
import socket
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args

from traitortrack_desktop.environment.paths import (
    default_data_dir,
    machine_settings_file,
    user_settings_file,
)
from traitortrack_desktop.environment.setting_kinds import (
    Choice,
    Folder,
    Kind,
    Number,
    NumberByPrefix,
    PostgresUrl,
    Switch,
    Text,
    TextList,
    carries_password,
)

PASSWORD_VARIABLE = "TRAITORTRACK_PASSWORD"  # noqa: S105 - a name, not a password
_VARIABLE_PREFIX = "TRAITORTRACK_"

Theme = Literal["system", "light", "dark"]
THEMES: tuple[str, ...] = get_args(Theme)


class Source(StrEnum):
    """Where a setting came from; a later one in this list gives way to an earlier one."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    USER_FILE = "user file"
    MACHINE_FILE = "machine file"
    DEFAULT = "default"


class SettingsError(Exception):
    """A setting cannot be used; the text names its place and key, and never quotes a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this station was told. ``None`` for a code pattern or *capacity* means the domain's own.

    *capacity_by_prefix* is for parents that take another number of child bags, by how their codes begin.
    With fewer bags than *close_reason_below* a parent is closed only with a reason; 0 means never.
    *bill_capacity* is how many parents a new bill takes where nobody says another number.

    *database_url* is kept out of the representation: from the environment it may carry a password.
    *idle_lock_minutes* of 0 means never. *secrets_file* allows a file in place of a key ring.
    """

    data_dir: Path
    station: str
    database_url: str | None = field(default=None, repr=False)
    user: str | None = None
    parent_pattern: str | None = None
    child_pattern: str | None = None
    bill_pattern: str | None = None
    label_pattern: str | None = None
    capacity: int | None = None
    capacity_by_prefix: Mapping[str, int] = field(default_factory=dict)
    close_reason_below: int = 0
    bill_capacity: int | None = None
    fact_trust_hours: float = 12.0
    offline_sign_in_days: int = 7
    idle_lock_minutes: int = 10
    secrets_file: bool = False
    theme: Theme = "system"
    viewing_distance_m: float = 2.0
    serial_ports: tuple[str, ...] = ()
    serial_baud_rate: int = 9600
    practice: bool = False
    """The demo's station: it takes the codes of training sheets. No file and no variable can say so."""
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)

    def source_of(self, name: str) -> Source:
        """Return where the setting *name* came from."""
        return self.sources.get(name, Source.DEFAULT)


_KINDS: Mapping[str, Kind] = {
    "database_url": PostgresUrl(),
    "data_dir": Folder(),
    "station": Text(longest=64),
    "user": Text(longest=150),
    "parent_pattern": Text(longest=500),
    "child_pattern": Text(longest=500),
    "bill_pattern": Text(longest=500),
    "label_pattern": Text(longest=500),
    "capacity": Number(whole=True, least=1, most=500),
    "capacity_by_prefix": NumberByPrefix(least=1, most=500),
    "close_reason_below": Number(whole=True, least=0, most=500),
    "bill_capacity": Number(whole=True, least=1, most=50),
    "fact_trust_hours": Number(whole=False, least=0, most=168),
    "offline_sign_in_days": Number(whole=True, least=0, most=30),
    "idle_lock_minutes": Number(whole=True, least=0, most=480),
    "secrets_file": Switch(),
    "theme": Choice(THEMES),
    "viewing_distance_m": Number(whole=False, least=0.5, most=5),
    "serial_ports": TextList(),
    "serial_baud_rate": Number(whole=True, least=300, most=4_000_000),
}
_FOR_IT_ALONE = frozenset({"secrets_file"})
"""What only the machine's file may say: no person at the station decides it for the house."""


def load_settings(
    overrides: Mapping[str, object],
    environ: Mapping[str, str] = os.environ,
    *,
    machine_file: Path | None = None,
    user_file: Path | None = None,
) -> Settings:
    """Return the settings in force. *overrides* are those of the command line, by setting name.

    A file that does not exist says nothing, and neither does an override of ``None`` or an empty
    environment variable. Without a file given, the usual one of this system is read.
    Raises :class:`SettingsError`.
    """
    machine_file = machine_file or machine_settings_file(environ)
    user_file = user_file or user_settings_file(environ)
    values: dict[str, Any] = {"data_dir": default_data_dir(environ), "station": _host_name()}
    sources: dict[str, Source] = {}
    for source, place, said in (
        (Source.MACHINE_FILE, str(machine_file), _from_file(machine_file)),
        (Source.USER_FILE, str(user_file), _from_file(user_file)),
        (Source.ENVIRONMENT, "the environment", _from_environment(environ)),
        (Source.COMMAND_LINE, "the command line", _from_command_line(overrides)),
    ):
        for name, value in checked(place, said, source):
            values[name] = value
            sources[name] = source
    return Settings(**values, sources=sources)


def password_from(environ: Mapping[str, str]) -> str | None:
    """Return the operator's password from the environment; it goes to sign-in and nowhere else."""
    return environ.get(PASSWORD_VARIABLE) or None


def checked(place: str, said: Mapping[str, object], source: Source) -> Iterator[tuple[str, object]]:
    """Give each name with its usable value. Raises :class:`SettingsError`, which names *place*."""
    for name, value in said.items():
        kind = _KINDS.get(name)
        if kind is None:
            raise SettingsError(f"{place}: there is no setting {name!r}{_advice(name, _KINDS)}")
        if name in _FOR_IT_ALONE and source is not Source.MACHINE_FILE:
            raise SettingsError(
                f"{place}: {_called(name, source)} may stand in the machine's settings file only"
            )
        in_file = source in {Source.MACHINE_FILE, Source.USER_FILE}
        try:
            usable = kind.read(value, from_text=not in_file)
        except ValueError as problem:
            raise SettingsError(f"{place}: {_called(name, source)} {problem}") from None
        if isinstance(kind, PostgresUrl) and source is not Source.ENVIRONMENT and carries_password(usable):
            raise SettingsError(f"{place}: {name} must not contain a password. {_WHERE_PASSWORDS_GO}")
        yield name, usable


_WHERE_PASSWORDS_GO = "Keep it in the system's key ring, or in the environment of this program."


def _advice(name: str, known: Iterable[str]) -> str:
    if "password" in name.lower():
        return f". {_WHERE_PASSWORDS_GO}"
    return f"; known are {', '.join(known)}"


def _called(name: str, source: Source) -> str:
    return _VARIABLE_PREFIX + name.upper() if source is Source.ENVIRONMENT else name


def _from_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"{path}: not a TOML file: {problem}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not a UTF-8 text") from None
    except OSError as problem:
        raise SettingsError(f"{path}: cannot be read: {problem.strerror}") from problem


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    texts = {name: environ.get(_VARIABLE_PREFIX + name.upper(), "") for name in _KINDS}
    return {name: text for name, text in texts.items() if text.strip()}


def _from_command_line(overrides: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in overrides.items() if value is not None}


def _host_name() -> str:
    return socket.gethostname()[:64] or "station"
