"""``journal``: what this station holds, checked and exported; also while the station runs."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.local.exporting import export_journal
from traitortrack_desktop.storage.local.verify import journal_status, verify_journal


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("journal", help="what this station holds")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    status = actions.add_parser("status", help="how many entries are posted, refused and waiting")
    status.add_argument("--json", action="store_true", help="one JSON object")
    status.set_defaults(run=_status)
    verify = actions.add_parser("verify", help="check every entry against its hash and the second file")
    verify.set_defaults(run=_verify)
    export = actions.add_parser("export", help="write every entry with its receipt as JSON lines")
    export.add_argument("file", type=Path, metavar="FILE")
    export.set_defaults(run=_export)


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    status = journal_status(settings.data_dir)
    if arguments.json:
        print(json.dumps(asdict(status)))
    else:
        print(
            f"{status.entries} entries: {status.posted} posted, {status.refused} refused, "
            f"{status.pending} waiting; last number {status.last_seq}, integrity {status.integrity}"
        )
    if status.integrity != "ok" or status.gaps:
        raise CommandFailed("the journal is damaged; journal verify says where")
    if status.pending:
        raise CommandFailed(f"waiting for the centre: {status.pending}", ExitCode.LEFT_UNDONE)
    return ExitCode.DONE


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - a Runner
    report = verify_journal(settings.data_dir)
    for problem in report.problems:
        print(problem)
    if report.problems:
        raise CommandFailed(f"{len(report.problems)} problems in {report.entries} entries")
    print(f"{report.entries} entries and {report.receipts} receipts are whole")
    return ExitCode.DONE


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        count = export_journal(settings.data_dir, arguments.file)
    except OSError as error:
        raise CommandFailed(f"cannot write {arguments.file}: {error.strerror}") from error
    print(f"{count} entries written to {arguments.file}")
    return ExitCode.DONE
