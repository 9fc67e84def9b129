"""``sheets``: command and training sheets as PDF, for each role, in English and Hindi. Needs no centre."""

import argparse
from pathlib import Path

from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.environment.settings import Settings

_LANGUAGES = ("en", "hi")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("sheets", help="make a sheet of barcodes to print")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, told in (
        ("commands", "the commands that a role may use"),
        ("training", "steps to try, with bags that only a practice station takes"),
    ):
        action = actions.add_parser(name, help=told)
        action.add_argument("file", metavar="FILE", type=Path, help="the PDF to write")
        action.add_argument(
            "--role", choices=[str(role) for role in Role], default=str(Role.DISPATCHER), help="for whom"
        )
        action.add_argument("--language", choices=_LANGUAGES, default="en", help="en or hi (Hindi)")
        action.set_defaults(run=_write, sheet=name)


def _write(arguments: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - a Runner
    # Loaded for this command only: drawing takes a while to load.
    from traitortrack_desktop.ui.printed_barcodes import write_command_sheet, write_training_sheet  # noqa: PLC0415

    write = write_training_sheet if arguments.sheet == "training" else write_command_sheet
    try:
        write(arguments.file, Role(arguments.role), arguments.language)
    except OSError as problem:
        raise CommandFailed(
            f"cannot write {arguments.file}: {problem.strerror}", ExitCode.FAILED
        ) from problem
    print(arguments.file)
    return ExitCode.DONE
