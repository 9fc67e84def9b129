"""``station``: the station window, or a station without a window that reads codes from a source."""

import argparse
import contextlib
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from traitortrack_desktop.assembly import reading_port, run_station_window, running_station
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.commands.station_lines import JsonLines, PlainLines
from traitortrack_desktop.devices.replay import RecordingError, replay
from traitortrack_desktop.devices.text_stream import read_codes
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.display import can_open_window
from traitortrack_desktop.environment.settings import Settings, password_from
from traitortrack_desktop.runtime.station import Station
from traitortrack_desktop.services.ports import SignedIn, SignInRefused

_REPLAY = "replay:"
_SIGN_IN_SECONDS = 5.0
_WAKE_SECONDS = 0.5
"""On Windows a longer wait cannot be interrupted."""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("station", help="a scanning station")
    parser.add_argument("--headless", action="store_true", help="without a window; codes come from --scans")
    parser.add_argument(
        "--scans",
        metavar="SOURCE",
        help="'-' (standard input, one code a line), a file, a serial port, or replay:FILE (a recording)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--drain",
        metavar="SECONDS",
        type=float,
        default=10.0,
        help="how long to wait for delivery at the end (default 10)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run the station; exit code 3 when entries still wait at the end."""
    if not arguments.headless:
        return run_window(arguments, settings)
    if arguments.scans is None:
        raise CommandFailed("--headless needs --scans SOURCE", ExitCode.WRONG_USAGE)
    if not 0 <= arguments.drain < threading.TIMEOUT_MAX:
        raise CommandFailed("--drain takes a number of seconds, 0 or more", ExitCode.WRONG_USAGE)
    return _run_headless(arguments, settings)


def run_window(arguments: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - a Runner
    """Open the station window and return when it is closed."""
    if not can_open_window():
        raise CommandFailed("there is no display to open a window on", ExitCode.WRONG_USAGE)
    return run_station_window(settings)


def _run_headless(arguments: argparse.Namespace, settings: Settings) -> int:
    printer = (JsonLines if arguments.json else PlainLines)(sys.stdout)
    with running_station(settings, listeners=[printer]) as station, _ended_by_signals():
        _sign_in(station, settings.user, password_from(os.environ))
        with contextlib.suppress(KeyboardInterrupt):
            _read(arguments.scans, station, settings)
        with contextlib.suppress(KeyboardInterrupt):
            station.wait_until_nothing_waits(arguments.drain)
    printer.summarise()
    if printer.pending:
        raise CommandFailed(f"{printer.pending} entries wait for the centre", ExitCode.LEFT_UNDONE)
    return ExitCode.DONE


def _read(source: str, station: Station, settings: Settings) -> None:
    if source.startswith(_REPLAY):
        _replay(source.removeprefix(_REPLAY), station)
        return
    if not _is_serial_port(source):
        try:
            read_codes(source, station.submit)
        except OSError as error:
            raise CommandFailed(f"cannot read {source}: {error.strerror}", ExitCode.WRONG_USAGE) from error
        return
    with reading_port(settings, station, source):
        while True:
            time.sleep(_WAKE_SECONDS)


def _replay(path: str, station: Station) -> None:
    try:
        replayed = replay(path, station.submit)
    except OSError as error:
        raise CommandFailed(f"cannot read {path}: {error.strerror}", ExitCode.WRONG_USAGE) from error
    except RecordingError as error:
        raise CommandFailed(f"cannot replay {error}", ExitCode.WRONG_USAGE) from error
    if replayed.withheld:
        print(f"withheld readings that were left out: {replayed.withheld}", file=sys.stderr)


def _is_serial_port(source: str) -> bool:
    if source.upper().startswith("COM") and source[3:].isdigit():
        return True
    with contextlib.suppress(OSError):
        return stat.S_ISCHR(Path(source).stat().st_mode) and source != os.devnull
    return False


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A polite request to end is the end of the input: what was read is stored first."""
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _sign_in(station: Station, username: str | None, password: str | None) -> None:
    """Record entries under *username*; with a password, ask the centre first if it can be reached."""
    if not username:
        return
    if password is None:
        station.set_operator(Person(username=username, role=""))
        return
    answer = station.sign_in_and_wait(username, password, timeout_seconds=_SIGN_IN_SECONDS)
    if isinstance(answer, SignInRefused):
        if answer.code_needed:
            problem = f"{username} signs in with a code of a second factor, which only the window asks for"
            raise CommandFailed(problem, ExitCode.WRONG_USAGE)
        raise CommandFailed(f"the centre did not accept the password of {username}", ExitCode.WRONG_USAGE)
    if not isinstance(answer, SignedIn):
        print(f"{username} could not be checked at the centre; the work is recorded", file=sys.stderr)
        station.set_operator(Person(username=username, role=""))
