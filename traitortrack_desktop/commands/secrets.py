"""``secrets``: the password of the station's database account on this computer. For IT.

Run as the person who works at the station: key rings belong to people. No action ever shows a password.
"""

import argparse
import json

from traitortrack_desktop.assembly import database_passwords
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.commands.new_password import NEW_PASSWORD, new_password
from traitortrack_desktop.environment.database_password import PasswordPlace
from traitortrack_desktop.environment.secrets import SecretTooLongError
from traitortrack_desktop.environment.settings import Settings, SettingsError
from traitortrack_desktop.storage.central.addresses import account_without_password, central_address

_NO_FILE = "not allowed: secrets_file is not true in the machine's settings file"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("secrets", help="the password of the station's database account, here")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="say where it is looked for and whether it is there")
    show.add_argument("--json", action="store_true", help="one JSON object")
    show.set_defaults(run=_show)
    store = actions.add_parser("set", help=f"store it; from {NEW_PASSWORD} or a prompt")
    store.set_defaults(run=_set)
    forget = actions.add_parser("forget", help="store it no longer")
    forget.set_defaults(run=_forget)


def _show(arguments: argparse.Namespace, settings: Settings) -> int:
    if _is_in_the_address(settings):
        _tell(arguments, account=None, used="address", places={})
        return ExitCode.DONE
    account = _account(settings)
    looks = {look.place: look for look in database_passwords(settings).looks(account)}
    used = next((look.place for look in looks.values() if look.password), None)
    told = {
        place: _told(held=bool(look.password), problem=look.problem)
        if (look := looks.get(place))
        else _NO_FILE
        for place in PasswordPlace
    }
    _tell(arguments, account=account, used=used, places=told)
    return ExitCode.DONE if used else ExitCode.LEFT_UNDONE


def _told(*, held: bool, problem: str | None) -> str:
    return problem or ("has it" if held else "does not have it")


def _tell(
    arguments: argparse.Namespace, *, account: str | None, used: str | None, places: dict[PasswordPlace, str]
) -> None:
    if arguments.json:
        print(json.dumps({"account": account, "used": used, "places": places}))
        return
    if account is None:
        print("The password stands in the address of the centre, in the environment.")
        return
    print(f"Database account: {account}")
    for place, told in places.items():
        print(f"{place:<14}{told}{'   <- used' if place == used else ''}")
    if used is None:
        print("No password is kept here. PostgreSQL's own means (a pass file, PGPASSWORD) are not looked at.")


def _set(arguments: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - a Runner
    account = _account(settings)
    try:
        kept = database_passwords(settings).keep(account, new_password(f"the database account {account}"))
    except SecretTooLongError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem
    if kept.place is None:
        raise CommandFailed(f"the password cannot be stored: {kept.problem}")
    remark = f" ({kept.problem})" if kept.problem else ""
    print(f"The password of {account} is stored: {kept.place}{remark}.")
    return ExitCode.DONE


def _forget(arguments: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    account = _account(settings)
    problems = database_passwords(settings).forget(account)
    if problems:
        raise CommandFailed(f"not everything could be forgotten: {'; '.join(problems)}")
    print(f"No password of {account} is stored here.")
    return ExitCode.DONE


def _account(settings: Settings) -> str:
    """Return the account that needs a password. Raises ``SettingsError`` and ``UnusableAddressError``."""
    if not settings.database_url:
        raise SettingsError("no central database is set, so there is no account to have a password")
    account = account_without_password(settings.database_url)
    if account is None:
        where = "has its password" if _is_in_the_address(settings) else "names no account"
        raise SettingsError(f"the address of the central database {where}; nothing is stored for it")
    return account


def _is_in_the_address(settings: Settings) -> bool:
    return bool(settings.database_url) and central_address(settings.database_url or "").password is not None
