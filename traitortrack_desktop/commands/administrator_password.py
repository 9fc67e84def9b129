"""The first administrator's password, given by ``ADMIN_PASSWORD`` and never by a default."""

import os

from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.storage.central.account_problems import AccountNotPossibleError, password_weakness
from traitortrack_desktop.storage.central.first_administrator import (
    AdministratorFound,
    first_administrator,
    has_administrator,
)

PASSWORD_OF_ADMIN = "ADMIN_PASSWORD"  # noqa: S105 - a name, not a password
RESET = "FORCE_ADMIN_PASSWORD_RESET"

_NOTES = {
    AdministratorFound.RESET: f'The password of "admin" was reset, because {RESET} is 1: set it no longer.',
    AdministratorFound.DIFFERS: (
        f'{PASSWORD_OF_ADMIN} is not the password of "admin", which was left as it is; {RESET}=1 resets it.'
    ),
    AdministratorFound.OTHERS: (
        f'There are administrators, none of them called "admin": {PASSWORD_OF_ADMIN} was not used.'
    ),
    AdministratorFound.NOT_ONE: (
        f'"admin" is no administrator, or is disabled, and was left so: {PASSWORD_OF_ADMIN} was not used;'
        f" {RESET}=1 makes it one with this password."
    ),
}


def given_password() -> str | None:
    """Return the password, which must be good before anything is changed; ``None`` when none is given.

    Raises ``CommandFailed`` for a weak one, and for a reset without one.
    """
    password = os.environ.get(PASSWORD_OF_ADMIN) or None
    if password is None and reset_wanted():
        raise CommandFailed(f"{RESET} needs the password in {PASSWORD_OF_ADMIN}", ExitCode.WRONG_USAGE)
    weakness = password_weakness(password) if password is not None else None
    if weakness is not None:
        raise CommandFailed(f"{PASSWORD_OF_ADMIN}: {weakness}", ExitCode.WRONG_USAGE)
    return password


def reset_wanted() -> bool:
    """Return whether the password of ``admin`` is to be reset."""
    return os.environ.get(RESET) == "1"


def see_to_administrator(url: str, password: str | None) -> tuple[str, ...]:
    """Make or reset the first administrator where *password* is given; return what there is to say."""
    if password is None:
        if has_administrator(url):
            return ()
        return (f"There is no administrator; set {PASSWORD_OF_ADMIN} and upgrade again to make one.",)
    note = _NOTES.get(_looked_after(url, password, reset=reset_wanted()))
    return () if note is None else (note,)


def make_first_administrator(url: str) -> str:
    """Make ``admin``, or reset its password; return what was done.

    Raises ``CommandFailed`` without a password.
    """
    password = given_password()
    if password is None:
        raise CommandFailed(
            f'no password for the administrator "admin": set {PASSWORD_OF_ADMIN}', ExitCode.WRONG_USAGE
        )
    done = _looked_after(url, password, reset=True)
    if done is AdministratorFound.MADE:
        return '"admin" may sign in as administrator.'
    return '"admin" has the password from the environment, and may sign in as administrator.'


def _looked_after(url: str, password: str, *, reset: bool) -> AdministratorFound:
    try:
        return first_administrator(url, password, reset=reset)
    except AccountNotPossibleError as problem:
        raise CommandFailed(f"{PASSWORD_OF_ADMIN}: {problem}", ExitCode.WRONG_USAGE) from problem
