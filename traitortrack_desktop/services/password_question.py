"""Asks for the database password of a station that has an address, and finds no password for it anywhere.

The work does not wait for it: whoever does not know it goes on without the centre.
"""

from dataclasses import dataclass

from traitortrack_desktop.environment.secrets import KeptPasswords, Secret
from traitortrack_desktop.services.set_up import (
    CentreAccess,
    CentreDoor,
    SetUpAnswer,
    SetUpDone,
    SetUpProblem,
)

_PASSWORD_NOT_PROVEN = frozenset(
    {SetUpProblem.ACCOUNT_REFUSED, SetUpProblem.UNREACHABLE, SetUpProblem.NO_DATABASE, SetUpProblem.DEFECT}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordWanted:
    """For what a password is asked: *address* is the database URL as it stands, without password."""

    address: str
    account: str
    station: str


class PasswordQuestion:
    """Tries a typed password at the address in force and keeps it when it is right.

    The address stays as IT wrote it. Runs on a background thread.
    """

    def __init__(self, wanted: PasswordWanted, *, door: CentreDoor, passwords: KeptPasswords) -> None:
        self._wanted = wanted
        self._door = door
        self._passwords = passwords

    def connect(self, access: CentreAccess) -> SetUpAnswer:
        """Return how it went; an empty password goes on without the centre, and nothing is kept.

        What else may be wrong at the centre is told by the station itself, which works meanwhile.
        """
        wanted = self._wanted
        if not access.password:
            return SetUpDone(database_url=wanted.address, station=wanted.station, password_kept=True)
        url = self._door.with_password(wanted.address, access.password)
        problem = self._door.attempt(url)
        if problem in _PASSWORD_NOT_PROVEN:
            return problem
        kept = isinstance(self._passwords.store(wanted.account, access.password), Secret)
        return SetUpDone(database_url=url, station=wanted.station, password_kept=kept)
