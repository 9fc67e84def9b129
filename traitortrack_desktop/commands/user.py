"""``user``: accounts at the centre, shared with the web application. For IT, with the owner's address."""

import argparse
import json

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.commands.new_password import NEW_PASSWORD, new_password
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.user_administration import (
    AccountNotPossibleError,
    add_user,
    list_users,
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("user", help="accounts at the centre")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser("add", help=f"make an account; its password from {NEW_PASSWORD} or a prompt")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, metavar="ROLE", help=", ".join(Role))
    add.add_argument("--area", metavar="AREA", help=", ".join(DISPATCH_AREAS))
    add.add_argument("--email", metavar="ADDRESS", help="left out: one that can never be anybody's")
    add.set_defaults(run=_add)
    listing = actions.add_parser("list", help="show the accounts")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=_list)


def _add(arguments: argparse.Namespace, settings: Settings) -> int:
    url = database_url(settings)
    try:
        add_user(
            url,
            username=arguments.name,
            password=new_password(arguments.name),
            role=arguments.role,
            area=arguments.area,
            email=arguments.email,
        )
    except AccountNotPossibleError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem
    print(f"{arguments.name} may sign in as {arguments.role}.")
    return ExitCode.DONE


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    for user in list_users(database_url(settings)):
        if arguments.json:
            print(json.dumps(user.as_json()))
            continue
        remarks = [
            user.area or "",
            "" if user.verified else "not verified",
            f"locked until {user.locked_until:%Y-%m-%d %H:%M} UTC" if user.locked_until else "",
        ]
        print(f"{user.username:<24}{user.role:<14}{', '.join(filter(None, remarks))}".rstrip())
    return ExitCode.DONE
