"""``db``: creates or upgrades the central database, and examines it. For IT, with the owner's address."""

import argparse
import json
import os
import sys

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.user_administration import (
    AccountNotPossibleError,
    has_administrator,
    make_first_administrator,
    password_weakness,
)

_ADMINISTRATOR_PASSWORD = "ADMIN_PASSWORD"  # noqa: S105 - a name, not a password


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("db", help="the central database")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    upgrading = actions.add_parser("upgrade", help="create it or bring it up to date, by additions only")
    upgrading.add_argument("--json", action="store_true", help="one JSON object")
    upgrading.set_defaults(run=_upgrade)
    checking = actions.add_parser("check", help="say what is missing or odd; changes nothing")
    checking.add_argument("--json", action="store_true", help="one JSON object")
    checking.set_defaults(run=_check)


def _upgrade(arguments: argparse.Namespace, settings: Settings) -> int:
    url = database_url(settings)
    password = _administrator_password()
    report = upgrade(url)
    notes = (*report.notes, *_first_administrator(url, password))
    if arguments.json:
        print(json.dumps({**report.as_json(), "notes": notes}))
        return ExitCode.DONE
    done = "was up to date" if report.before == report.after else "is ready"
    print(f"The central database {done} (schema {report.after}).")
    for note in notes:
        print(f"Note: {note}.", file=sys.stderr)
    return ExitCode.DONE


def _administrator_password() -> str | None:
    """Return the first administrator's password, which must be good before anything is changed."""
    password = os.environ.get(_ADMINISTRATOR_PASSWORD) or None
    weakness = password_weakness(password) if password is not None else None
    if weakness is not None:
        raise CommandFailed(f"{_ADMINISTRATOR_PASSWORD}: {weakness}", ExitCode.WRONG_USAGE)
    return password


def _first_administrator(url: str, password: str | None) -> tuple[str, ...]:
    """Make the first administrator when its password is given; return what is left to say."""
    if password is None:
        if has_administrator(url):
            return ()
        return (f"there is no administrator; set {_ADMINISTRATOR_PASSWORD} and upgrade again to make one",)
    try:
        make_first_administrator(url, password)
    except AccountNotPossibleError as problem:
        raise CommandFailed(f"{_ADMINISTRATOR_PASSWORD}: {problem}", ExitCode.WRONG_USAGE) from problem
    return ()


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    report = check(database_url(settings))
    if arguments.json:
        print(json.dumps(report.as_json()))
        return ExitCode.DONE if report.ok else ExitCode.FAILED
    for sentence in (*report.faults, *report.remarks):
        print(sentence)
    if not report.ok:
        raise CommandFailed("stations cannot work with this database as it is")
    print(f"Stations can work with this database (schema {report.schema_version}).")
    return ExitCode.DONE
