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
    from traitortrack_desktop.documents.code_sheet import SheetCode, SheetSection, write_code_sheet  # noqa: PLC0415
    from traitortrack_desktop.presentation.sheets import command_sheet, training_sheet  # noqa: PLC0415
    from traitortrack_desktop.presentation.wording.sheet_words import SHEETS  # noqa: PLC0415

    role, words = Role(arguments.role), SHEETS[arguments.language]
    training = arguments.sheet == "training"
    parts = training_sheet(role, words) if training else command_sheet(role, words)
    title = words.training.title if training else words.title
    sections = [
        SheetSection(
            title=part.title,
            hint=part.hint,
            codes=tuple(SheetCode(text=text, caption=caption) for text, caption in part.codes),
            starts_page=part.starts_page,
        )
        for part in parts
    ]
    try:
        write_code_sheet(arguments.file, title=title.format(role=words.roles[role]), sections=sections)
    except OSError as problem:
        raise CommandFailed(
            f"cannot write {arguments.file}: {problem.strerror}", ExitCode.FAILED
        ) from problem
    print(arguments.file)
    return ExitCode.DONE
