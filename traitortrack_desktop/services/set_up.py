"""The first set-up of a station: try the way to the centre, and keep it only when it works."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from traitortrack_desktop.domain.accounts import LONGEST_STATION_NAME
from traitortrack_desktop.domain.enrolment_codes import EnrolmentRefusal, enrolment_code
from traitortrack_desktop.environment.secrets import MAX_SECRET_CHARACTERS, KeptPasswords, Secret
from traitortrack_desktop.environment.settings import SettingsError
from traitortrack_desktop.environment.settings_file import keep_settings

_NAME_AND_PORT = r"[^\s/@:,?#%\\\[\]\"']+(:\d{1,5})?"
_SERVERS = re.compile(rf"\[[0-9A-Fa-f:.]+\](:\d{{1,5}})?|{_NAME_AND_PORT}(,{_NAME_AND_PORT})*")
_LONGEST_NAME_IN_POSTGRESQL = 63


class SetUpField(StrEnum):
    """What a person types at the set-up, in this order."""

    SERVERS = "servers"
    DATABASE = "database"
    ACCOUNT = "account"
    PASSWORD = "password"  # noqa: S105 - the name of a field
    STATION = "station"
    CODE = "code"
    """An administrator's one-time code; only a station that is new at the centre needs it."""


class SetUpProblem(StrEnum):
    """Why a set-up did not succeed; every ``EnrolmentRefusal`` is one, of the same value."""

    UNREACHABLE = "unreachable"
    ACCOUNT_REFUSED = "account_refused"
    NO_DATABASE = "no_database"
    NOT_PREPARED = "not_prepared"
    NOT_ALLOWED = "not_allowed"
    FUNCTIONS_LACK_RIGHTS = "functions_lack_rights"
    READ_ONLY = "read_only"
    OTHER_ACCOUNT = EnrolmentRefusal.OTHER_ACCOUNT
    REVOKED = EnrolmentRefusal.REVOKED
    CODE_NEEDED = EnrolmentRefusal.CODE_NEEDED
    CODE_WRONG = EnrolmentRefusal.CODE_WRONG
    CODE_USED = EnrolmentRefusal.CODE_USED
    CODE_EXPIRED = EnrolmentRefusal.CODE_EXPIRED
    CODE_WAIT = EnrolmentRefusal.CODE_WAIT
    NOT_WRITTEN = "not_written"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreAccess:
    """What a person typed. *servers* is ``host`` or ``host:port``, several separated by commas.

    Without a *password* the one that is kept counts, or what libpq itself finds.
    """

    servers: str
    database: str
    account: str
    station: str
    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpDone:
    """It works and is kept. *database_url* is for this run and may hold the password."""

    database_url: str = field(repr=False)
    station: str
    password_kept: bool
    """Whether the next start will find what this one used."""


SetUpAnswer = SetUpDone | SetUpProblem


class SetUpControls(Protocol):
    """What the set-up screen may ask for."""

    def connect(self, access: CentreAccess, answered: Callable[[SetUpAnswer], None]) -> None:
        """Return at once; call *answered* on another thread when it is known how it went."""
        ...


class CentreDoor(Protocol):
    """The way to a centre nobody has spoken to yet."""

    def address(self, access: CentreAccess) -> str:
        """Return the database URL, without password."""
        ...

    def with_password(self, address: str, password: str) -> str:
        """Return the URL with *password* in it."""
        ...

    def attempt(self, url: str) -> SetUpProblem | None:
        """Return what keeps this station from working there, or ``None``. Takes some seconds.

        It changes nothing; that the station is not known there yet does not keep it from working.
        """
        ...

    def enrol(self, url: str, *, station: str, code: str) -> SetUpProblem | None:
        """Make the station known there; return why not, or ``None``.

        The one-time *code* may be empty, and is used up only where it was needed.
        """
        ...


def first_wrong_field(access: CentreAccess) -> SetUpField | None:
    """Return the first field that cannot be meant, without asking anybody. A missing password can."""
    if not _servers_fit(access.servers):
        return SetUpField.SERVERS
    if not _is_line(access.database, _LONGEST_NAME_IN_POSTGRESQL):
        return SetUpField.DATABASE
    if not _is_line(access.account, _LONGEST_NAME_IN_POSTGRESQL):
        return SetUpField.ACCOUNT
    if len(access.password) > MAX_SECRET_CHARACTERS:
        return SetUpField.PASSWORD
    if not _is_line(access.station, LONGEST_STATION_NAME):
        return SetUpField.STATION
    return None if not access.code or enrolment_code(access.code) else SetUpField.CODE


def _servers_fit(servers: str) -> bool:
    ports = re.findall(r":(\d{1,5})(?=,|$)", re.sub(r"\[.*\]", "", servers))
    return bool(_SERVERS.fullmatch(servers)) and all(0 < int(port) < 65536 for port in ports)


def _is_line(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and text.isprintable() and text == text.strip()


class FirstSetUp:
    """Tries what a person typed and keeps it: the address in *settings_file*, the password in its place.

    Runs on a background thread.
    """

    def __init__(self, *, door: CentreDoor, passwords: KeptPasswords, settings_file: Path) -> None:
        self._door = door
        self._passwords = passwords
        self._settings_file = settings_file

    def connect(self, access: CentreAccess) -> SetUpAnswer:
        """Return how it went. Nothing is kept of what did not work."""
        address = self._door.address(access)
        password = access.password or self._kept_password(access.account)
        url = self._door.with_password(address, password) if password else address
        problem = self._door.attempt(url) or self._door.enrol(url, station=access.station, code=access.code)
        if problem is not None:
            return problem
        try:
            keep_settings(self._settings_file, {"database_url": address, "station": access.station})
        except (OSError, SettingsError):
            return SetUpProblem.NOT_WRITTEN
        return SetUpDone(database_url=url, station=access.station, password_kept=self._keep_password(access))

    def _kept_password(self, account: str) -> str | None:
        kept = self._passwords.read(account)
        return kept.value if isinstance(kept, Secret) else None

    def _keep_password(self, access: CentreAccess) -> bool:
        if not access.password:
            return True
        return isinstance(self._passwords.store(access.account, access.password), Secret)
