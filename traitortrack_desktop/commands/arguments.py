"""The command line as a whole: every command, its options, and what runs it."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from traitortrack_desktop import __version__
from traitortrack_desktop.commands import audit, db, demo, journal, secrets, sheets, station, stations, user
from traitortrack_desktop.commands.exit_codes import ExitCode
from traitortrack_desktop.environment.settings import THEMES, Settings

Runner = Callable[[argparse.Namespace, Settings], int]
"""Runs one command; returns its exit code."""

PROGRAM = "traitortrack-desktop"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every command does."""

    def error(self, message: str) -> NoReturn:
        self.exit(ExitCode.WRONG_USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; ``arguments.run`` of its result is a :data:`Runner`."""
    parser: argparse.ArgumentParser = _Parser(
        prog=PROGRAM,
        description="The scanning station of TraitorTrack. Without a command it opens the station window.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _add_settings(parser)
    parser.set_defaults(run=station.run_window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (
        station.add_parser,
        stations.add_parser,
        demo.add_parser,
        db.add_parser,
        user.add_parser,
        audit.add_parser,
        journal.add_parser,
        secrets.add_parser,
        sheets.add_parser,
    ):
        add(commands)
    return parser


def settings_given(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the settings that the command line gives, under their names in a settings file."""
    given = {
        "database_url": arguments.database_url,
        "data_dir": arguments.data_dir,
        "station": arguments.station,
        "theme": arguments.theme,
    }
    return {name: value for name, value in given.items() if value is not None}


def _add_settings(parser: argparse.ArgumentParser) -> None:
    settings = parser.add_argument_group("settings, before the command (see also the settings files)")
    settings.add_argument("--database-url", metavar="URL", help="the central database, without a password")
    settings.add_argument(
        "--data-dir", metavar="FOLDER", type=Path, help="where this station keeps its journal"
    )
    settings.add_argument("--station", metavar="NAME", help="what people call this station")
    settings.add_argument("--theme", choices=THEMES, help="colours of the window")
