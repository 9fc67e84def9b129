"""Start-up as one readable list: arguments, settings, command, exit code."""

import os
import sys
from collections.abc import Sequence

from traitortrack_desktop.commands.arguments import PROGRAM, build_parser, settings_given
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.environment.device_identity import DeviceIdentityError
from traitortrack_desktop.environment.settings import SettingsError, load_settings
from traitortrack_desktop.environment.single_instance import AlreadyRunningError
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    JournalTooNewError,
    JournalUnreadableError,
    JournalUnwritableError,
)
from traitortrack_desktop.storage.central.addresses import UnusableAddressError

_FAILURES = (
    AlreadyRunningError,
    CentreMismatchError,
    CentreUnreachableError,
    DeviceIdentityError,
    JournalTooNewError,
    JournalUnreadableError,
    JournalUnwritableError,
)


def launch(argv: Sequence[str]) -> int:
    """Run the program with *argv* (without its name) and return its exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        settings = load_settings(settings_given(arguments), os.environ)
        return int(arguments.run(arguments, settings))
    except (SettingsError, UnusableAddressError) as error:
        return _explain(str(error), ExitCode.WRONG_USAGE)
    except CommandFailed as failure:
        return _explain(str(failure), failure.code)
    except _FAILURES as failure:
        return _explain(str(failure), ExitCode.FAILED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _explain(f"{place}{error.strerror or error}", ExitCode.FAILED)
    except KeyboardInterrupt:
        return _explain("interrupted", ExitCode.FAILED)


def _explain(message: str, code: ExitCode) -> int:
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    return code
