"""A new password or PIN for somebody: from the environment or a prompt, never from the command line."""

import getpass
import os
import sys

from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode

NEW_PASSWORD = "TRAITORTRACK_NEW_PASSWORD"  # noqa: S105 - a name, not a password
NEW_PIN = "TRAITORTRACK_NEW_PIN"


def new_password(name: str) -> str:
    """Return the password for *name*; typed twice when it is typed. Raises ``CommandFailed``."""
    return _new_secret("password", name, variable=NEW_PASSWORD)


def new_pin(name: str) -> str:
    """Return the PIN for *name*; typed twice when it is typed. Raises ``CommandFailed``."""
    return _new_secret("PIN", name, variable=NEW_PIN)


def _new_secret(what: str, name: str, *, variable: str) -> str:
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise CommandFailed(f"no {what}: set {variable}, or run in a terminal", ExitCode.WRONG_USAGE)
    typed = getpass.getpass(f"New {what} for {name}: ")
    if getpass.getpass("The same again: ") != typed:
        raise CommandFailed(f"the two {what}s differ", ExitCode.WRONG_USAGE)
    if not typed:
        raise CommandFailed(f"no {what} was typed", ExitCode.WRONG_USAGE)
    return typed
