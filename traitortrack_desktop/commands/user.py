"""``user``: accounts at the centre, shared with the web application. For IT, with the owner's address."""

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands import user_badge
from traitortrack_desktop.commands.administrator_password import PASSWORD_OF_ADMIN, make_first_administrator
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.commands.json_values import as_json
from traitortrack_desktop.commands.new_password import NEW_PASSWORD, NEW_PIN, new_password, new_pin
from traitortrack_desktop.commands.printed_values import MOMENT, NO_AREA
from traitortrack_desktop.domain.accounts import PIN_DIGITS, Account, AccountAct, SessionRecord, pin_is_good
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.account_secrets import hashed_secret
from traitortrack_desktop.storage.central.account_problems import AccountNotPossibleError
from traitortrack_desktop.storage.central.rows_in_words import shown
from traitortrack_desktop.storage.central.user_administration import (
    accounts,
    add_user,
    change_account,
    end_session,
    hashed_password,
    sessions,
)

_Runner = Callable[[argparse.Namespace, Settings], int]


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("user", help="accounts at the centre")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_making(actions)
    _add_changes(actions)
    _add_secrets(actions)
    user_badge.add_action(actions)
    _add_sessions(actions)


def _add_making(actions: Any) -> None:
    add = _action(actions, "add", f"make an account; its password from {NEW_PASSWORD} or a prompt", _add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, metavar="ROLE", help=", ".join(Role))
    add.add_argument("--area", metavar="AREA", help=", ".join(DISPATCH_AREAS))
    add.add_argument("--email", metavar="ADDRESS", help="left out: one that can never be anybody's")
    listing = _action(actions, "list", "show the accounts", _list)
    listing.add_argument("--search", metavar="TEXT", default="", help="a part of the name or e-mail address")
    listing.add_argument("--after", metavar="NAME", help="only those behind this name")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    first = f'make the administrator "admin", or reset its password; the password from {PASSWORD_OF_ADMIN}'
    _action(actions, "first-admin", first, _first_administrator)


def _add_changes(actions: Any) -> None:
    edit = _action(actions, "edit", "change role, area or e-mail address", _edit)
    edit.add_argument("name", metavar="NAME")
    edit.add_argument("--role", metavar="ROLE", help=", ".join(Role))
    edit.add_argument("--area", metavar="AREA", help=f"{', '.join(DISPATCH_AREAS)}, or {NO_AREA} for none")
    edit.add_argument("--email", metavar="ADDRESS")
    for act, help_, done in (
        (AccountAct.DISABLE, "let somebody sign in no more, here and on the web", "may not sign in any more"),
        (AccountAct.ENABLE, "let somebody sign in again", "may sign in"),
        (AccountAct.UNLOCK, "take back a lock after wrong passwords or PINs", "is not locked"),
    ):
        changing = _action(actions, act, help_, _doing(act, done))
        changing.add_argument("name", metavar="NAME")


def _add_secrets(actions: Any) -> None:
    password = _action(
        actions,
        "password",
        f"give a new password ({NEW_PASSWORD} or a prompt); lock and open sign-ins end",
        _password,
    )
    password.add_argument("name", metavar="NAME")
    pin = _action(actions, "pin", f"give a biller a PIN for the badge, from {NEW_PIN} or a prompt", _pin)
    pin.add_argument("name", metavar="NAME")
    pin.add_argument("--remove", action="store_true", help="take the PIN away")


def _add_sessions(actions: Any) -> None:
    showing = _action(actions, "sessions", "show who is and was signed in at stations, or end it", _sessions)
    showing.add_argument("name", metavar="NAME", nargs="?", help="only of this account")
    ending = showing.add_mutually_exclusive_group()
    ending.add_argument("--end", metavar="ID", type=UUID, help="end the session of this id")
    ending.add_argument("--end-all", metavar="NAME", help="end every open session of this account")
    showing.add_argument("--json", action="store_true", help="one JSON object a line")


def _action(actions: Any, name: str, help_: str, run: _Runner) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help_)
    parser.set_defaults(run=run)
    return parser


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
    for account in accounts(database_url(settings), search=arguments.search, after=arguments.after):
        print(json.dumps(as_json(account)) if arguments.json else _account_line(account))
    return ExitCode.DONE


def _account_line(account: Account) -> str:
    remarks = (
        account.area and shown(account.area),
        not account.verified and "disabled",
        account.locked_until and f"locked until {account.locked_until:{MOMENT}}",
        account.two_factor and "second factor",
        account.badge_made_at and "badge",
        account.has_pin and "PIN",
        account.open_sessions and "signed in",
    )
    said = ", ".join(remark for remark in remarks if remark)
    return f"{shown(account.username):<24}{shown(account.role):<14}{said}".rstrip()


def _first_administrator(_arguments: argparse.Namespace, settings: Settings) -> int:
    print(make_first_administrator(database_url(settings)))
    return ExitCode.DONE


def _edit(arguments: argparse.Namespace, settings: Settings) -> int:
    given = {"role": arguments.role, "email": arguments.email, "area": arguments.area}
    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise CommandFailed("nothing to change: give --role, --area or --email", ExitCode.WRONG_USAGE)
    if arguments.area == NO_AREA:
        values["area"] = None
    change(settings, AccountAct.EDIT, arguments.name, values)
    print(f"{arguments.name} is changed.")
    return ExitCode.DONE


def _doing(act: AccountAct, done: str) -> _Runner:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        change(settings, act, arguments.name)
        print(f"{arguments.name} {done}.")
        return ExitCode.DONE

    return run


def _password(arguments: argparse.Namespace, settings: Settings) -> int:
    database_url(settings)
    password = new_password(arguments.name)
    try:
        values = {"password_hash": hashed_password(password)}
    except AccountNotPossibleError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem
    change(settings, AccountAct.RESET_PASSWORD, arguments.name, values)
    print(f"{arguments.name} has a new password; open sign-ins at stations ended.")
    return ExitCode.DONE


def _pin(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.remove:
        change(settings, AccountAct.REMOVE_PIN, arguments.name)
        print(f"{arguments.name} has no PIN.")
        return ExitCode.DONE
    database_url(settings)
    pin = new_pin(arguments.name)
    if not pin_is_good(pin):
        raise CommandFailed(
            f"a PIN has {PIN_DIGITS} digits, not all the same and not in a row", ExitCode.WRONG_USAGE
        )
    change(settings, AccountAct.SET_PIN, arguments.name, {"pin_hash": hashed_secret(pin)})
    print(f"{arguments.name} has a new PIN.")
    return ExitCode.DONE


def _sessions(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.end is not None:
        if not end_session(database_url(settings), arguments.end):
            raise CommandFailed(f"there is no session {arguments.end} to end", ExitCode.WRONG_USAGE)
        print("The session is ended; its station hears of it when it next posts.")
    elif arguments.end_all is not None:
        change(settings, AccountAct.END_SESSIONS, arguments.end_all)
        print(f"{arguments.end_all} is signed in nowhere; stations hear of it when they next post.")
    else:
        for session in sessions(database_url(settings), arguments.name):
            print(json.dumps(as_json(session)) if arguments.json else _session_line(session))
    return ExitCode.DONE


def _session_line(session: SessionRecord) -> str:
    ended = "open"
    if session.ended_at is not None:
        by = f" by {shown(session.ended_by)}" if session.ended_by is not None else ""
        ended = f"ended {session.ended_at:{MOMENT}}{by}"
    who = f"{shown(session.username)} at {shown(session.station)}"
    return f"{session.id}  {who:<40}  {session.way}, since {session.started_at:{MOMENT}}, {ended}"


def change(
    settings: Settings, act: AccountAct, name: str, values: Mapping[str, str | None] | None = None
) -> None:
    """Do *act* to the account *name*. Raises ``CommandFailed`` where the rules are against it."""
    try:
        change_account(database_url(settings), act, name, values)
    except AccountNotPossibleError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem
