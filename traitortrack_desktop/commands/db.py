"""``db``: creates or upgrades the central database, and examines it. For IT, with the owner's address."""

import argparse
import json
import sys
from collections.abc import Sequence

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands import db_audit, db_grant
from traitortrack_desktop.commands.administrator_password import given_password, see_to_administrator
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode, tell_whoever_waits
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.rows_in_words import lines_to_decide
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.upgrade_report import UpgradeReport


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("db", help="the central database")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    upgrading = actions.add_parser("upgrade", help="create it or bring it up to date, by additions only")
    upgrading.add_argument(
        "--unblock-statistics",
        action="store_true",
        help="replace the statistics triggers that make every scan wait for the one before it",
    )
    upgrading.set_defaults(run=_upgrade)
    checking = actions.add_parser("check", help="say what is missing or odd; changes nothing")
    checking.set_defaults(run=_check)
    for action in (upgrading, checking):
        action.add_argument(
            "--web-schema",
            metavar="NAME",
            help="where the web application's tables are, if several schemas have such",
        )
        action.add_argument("--json", action="store_true", help="one JSON object")
    db_grant.add_action(actions)
    db_audit.add_action(actions)


def _upgrade(arguments: argparse.Namespace, settings: Settings) -> int:
    url = database_url(settings)
    password = given_password()
    report = upgrade(
        url, web_schema=arguments.web_schema, unblock=arguments.unblock_statistics, tell=tell_whoever_waits
    )
    notes = (*report.notes, *see_to_administrator(url, password))
    if arguments.json:
        print(json.dumps({**report.as_json(), "notes": notes}))
    else:
        _print_upgrade(report, notes)
    return ExitCode.DONE if report.complete else ExitCode.LEFT_UNDONE


def _print_upgrade(report: UpgradeReport, notes: Sequence[str]) -> None:
    print(f"Found: {report.found}")
    if report.added_in_words:
        print(f"Added: {report.added_in_words}")
    for line in lines_to_decide(report.to_decide):
        print(line)
    if report.statistics:
        print(f"Statistics: {report.statistics}")
    done = "was up to date" if report.before == report.after and not report.added else "is ready"
    print(f"The central database {done} (schema {report.after}).")
    for reason in report.not_added:
        print(f"Not added: {reason}.", file=sys.stderr)
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    report = check(database_url(settings), arguments.web_schema)
    if arguments.json:
        print(json.dumps(report.as_json()))
        return ExitCode.DONE if report.ok else ExitCode.FAILED
    if report.empty:
        raise CommandFailed(report.faults[0])
    print(f"Found: {report.found}")
    for kind, sentences in (("Fault", report.faults), ("Remark", report.remarks)):
        for sentence in sentences:
            print(f"{kind}: {sentence}.")
    for line in lines_to_decide(report.to_decide):
        print(line)
    if not report.ok:
        raise CommandFailed("stations cannot work with this database as it is")
    print(f"Stations can work with this database (schema {report.schema_version}).")
    return ExitCode.DONE
