"""A new password for somebody: from the environment or a prompt, never from the command line."""

import getpass
import os
import sys

from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode

NEW_PASSWORD = "TRAITORTRACK_NEW_PASSWORD"  # noqa: S105 - a name, not a password


def new_password(name: str) -> str:
    """Return the password for *name*; typed twice when it is typed. Raises ``CommandFailed``."""
    password = os.environ.get(NEW_PASSWORD)
    if password:
        return password
    if not sys.stdin.isatty():
        raise CommandFailed(f"no password: set {NEW_PASSWORD}, or run in a terminal", ExitCode.WRONG_USAGE)
    password = getpass.getpass(f"New password for {name}: ")
    if getpass.getpass("The same again: ") != password:
        raise CommandFailed("the two passwords differ", ExitCode.WRONG_USAGE)
    if not password:
        raise CommandFailed("no password was typed", ExitCode.WRONG_USAGE)
    return password
