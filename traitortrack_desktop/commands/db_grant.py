"""``db grant``: the database account of a station. For IT, with the owner's address."""

import argparse
import contextlib
import json
import sys
from dataclasses import asdict

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.commands.json_values import as_json
from traitortrack_desktop.commands.new_password import NEW_PASSWORD, new_password
from traitortrack_desktop.commands.stations import add_name_and_area, tell_code
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.station_administration import (
    EnrolmentCode,
    NoCodesYetError,
    StationNotPossibleError,
    make_enrolment_code,
    require_name_and_area,
)
from traitortrack_desktop.storage.central.station_login import (
    StationLogin,
    StationLoginNotPossibleError,
    UnsuitableRoleError,
    create_station_login,
    require_possible,
    revoke_station_login,
)


def add_action(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action's options."""
    grant = actions.add_parser(
        "grant",
        help=f"make or renew a station's account; its password from {NEW_PASSWORD} or a prompt",
    )
    grant.add_argument("role", metavar="ROLE", help="the database role, one for each station where possible")
    grant.add_argument(
        "--revoke", action="store_true", help="take its and its stations' rights and end its sessions"
    )
    add_name_and_area(grant, name="--station")
    grant.add_argument("--json", action="store_true", help="one JSON object")
    grant.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    url = database_url(settings)
    try:
        if arguments.revoke:
            return _revoke(url, arguments.role, in_json=arguments.json)
        require_name_and_area(arguments.station_name, arguments.area)
        require_possible(url, arguments.role)
        login = create_station_login(url, arguments.role, new_password(arguments.role))
        enrolment = _code(url, arguments) if _needs_a_code(login, arguments) else None
    except (StationLoginNotPossibleError, StationNotPossibleError) as problem:
        wrong_name = isinstance(problem, UnsuitableRoleError | StationNotPossibleError)
        code = ExitCode.WRONG_USAGE if wrong_name else ExitCode.FAILED
        raise CommandFailed(str(problem), code) from problem
    if arguments.json:
        print(json.dumps({**login.as_json(), "enrolment_code": enrolment and as_json(enrolment)}))
        return ExitCode.DONE
    _tell(login)
    if enrolment is not None:
        tell_code(enrolment)
    elif not _needs_a_code(login, arguments):
        print("No one-time code was made: its station is enrolled already.")
        print("For one more station of this account give --station or --area.")
    return ExitCode.DONE


def _needs_a_code(login: StationLogin, arguments: argparse.Namespace) -> bool:
    """Return whether a station is to come in. A code that nobody uses lets in whoever finds it."""
    wished = arguments.station_name is not None or arguments.area is not None
    return login.made or not login.has_stations or wished


def _code(url: str, arguments: argparse.Namespace) -> EnrolmentCode | None:
    with contextlib.suppress(NoCodesYetError):
        return make_enrolment_code(url, name=arguments.station_name, area=arguments.area)
    return None


def _tell(login: StationLogin) -> None:
    done = "may work as a station" if login.made else "has a new password, and may work as a station"
    print(f"{login.role} {done}: it may call the station's functions and nothing else.")
    print(f"Address for the station's set-up, with the password in place of PASSWORD: {login.address}")
    if login.restored:
        print(f"Stations revoked together with it that may go on: {login.restored}.")
    for note in login.notes:
        print(f"Note: {note}", file=sys.stderr)


def _revoke(url: str, role: str, *, in_json: bool) -> int:
    taken = revoke_station_login(url, role)
    if in_json:
        print(json.dumps({"role": role, "revoked": True, **asdict(taken)}))
    else:
        print(f"{role} may no longer work as a station; {taken.sessions_ended} of its sessions were ended.")
        print(f"Stations of it that were revoked: {taken.stations_revoked}.")
        print("They keep what they scan from now on; db grant lets them send it.")
    return ExitCode.DONE
