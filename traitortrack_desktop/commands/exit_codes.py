"""How a command ends: its exit code, and the one line on standard error that says why."""

import sys
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes that scripts rely on."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    """Wrong arguments or settings."""
    LEFT_UNDONE = 3
    """Something still has to be done, for instance entries wait for the centre."""


class CommandFailed(Exception):  # noqa: N818 - an outcome more than an error
    """Ends the command with *code*; the message is the one line for standard error."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code


def tell_whoever_waits(sentence: str) -> None:
    """Say at once, beside the command's own output, what it waits for."""
    print(sentence, file=sys.stderr, flush=True)
