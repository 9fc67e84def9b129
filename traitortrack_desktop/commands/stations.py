"""``stations``: which stations there are, and who lets them in. For IT, with the owner's address.

``stations enrol`` alone runs at the station itself, with the station's own address.
"""

import argparse
import json
import os
import sys

from traitortrack_desktop.assembly import ENROLMENT_CODE, database_url, enrol_this_station
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.commands.json_values import as_json
from traitortrack_desktop.commands.printed_values import MOMENT, NO_AREA
from traitortrack_desktop.domain.accounts import StationAct, StationRecord
from traitortrack_desktop.domain.enrolment_codes import enrolment_code
from traitortrack_desktop.domain.roles import DISPATCH_AREAS
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.rows_in_words import shown
from traitortrack_desktop.storage.central.station_administration import (
    EnrolmentCode,
    StationNotPossibleError,
    change_station,
    list_stations,
    make_enrolment_code,
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("stations", help="the stations of the centre")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_reading(actions)
    _add_changes(actions)
    enrol = actions.add_parser(
        "enrol", help=f"let this station in; its one-time code from {ENROLMENT_CODE} or a prompt"
    )
    enrol.set_defaults(run=_enrol)


def _add_reading(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    listing = actions.add_parser("list", help="show the stations")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=_list)
    code = actions.add_parser("code", help="make a one-time code for a new station, and print it")
    add_name_and_area(code)
    code.add_argument("--json", action="store_true", help="one JSON object")
    code.set_defaults(run=_code)


def add_name_and_area(parser: argparse.ArgumentParser, *, name: str = "--name") -> None:
    """Add the options that say what a new station is called and where it stands."""
    parser.add_argument(
        name, metavar="NAME", dest="station_name", help="what the new station is called (default: its own)"
    )
    parser.add_argument("--area", metavar="AREA", help=f"where it stands: {', '.join(DISPATCH_AREAS)}")


def _add_changes(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    which = "its id or name, see stations list"
    rename = actions.add_parser("rename", help="call a station something else")
    rename.add_argument("which", metavar="ID|NAME", help=which)
    rename.add_argument("new", metavar="NEW")
    rename.set_defaults(run=_rename)
    move = actions.add_parser("move", help="move a station to another area")
    move.add_argument("which", metavar="ID|NAME", help=which)
    move.add_argument("area", metavar="AREA", help=f"{', '.join(DISPATCH_AREAS)}, or {NO_AREA} for none")
    move.set_defaults(run=_move)
    for act, help_ in (
        (StationAct.REVOKE, "let a station post nothing any more; it keeps what it scans"),
        (StationAct.RESTORE, "let a revoked station post again, also what it kept meanwhile"),
    ):
        changing = actions.add_parser(act, help=help_)
        changing.add_argument("which", metavar="ID|NAME", help=which)
        changing.set_defaults(run=_revoke if act is StationAct.REVOKE else _restore)


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        stations = list_stations(database_url(settings))
    except StationNotPossibleError as problem:
        raise CommandFailed(str(problem)) from problem
    for station in stations:
        print(json.dumps(as_json(station)) if arguments.json else _line(station))
    return ExitCode.DONE


def _line(station: StationRecord) -> str:
    revoked = ""
    if station.revoked_at is not None:
        revoked = f"REVOKED {station.revoked_at:{MOMENT}} by {shown(station.revoked_by)}"
    parts = (
        station.area and shown(station.area),
        f"version {shown(station.version)}",
        f"account {shown(station.account)}",
        f"last seen {station.last_seen_at:{MOMENT}}",
        station.operator and f"operator {shown(station.operator)}",
        revoked,
    )
    return f"{station.id}  {shown(station.name):<24}  {', '.join(filter(None, parts))}"


def _code(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        code = make_enrolment_code(database_url(settings), name=arguments.station_name, area=arguments.area)
    except StationNotPossibleError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem
    if arguments.json:
        print(json.dumps(as_json(code)))
    else:
        tell_code(code)
    return ExitCode.DONE


def tell_code(code: EnrolmentCode) -> None:
    """Print the code, which nobody can see again, and where it goes."""
    print(f"One-time code for one new station, good until {code.good_until:{MOMENT}}: {code.code}")
    print("Type it into the station's set-up, or into traitortrack-desktop stations enrol there.")
    print("It is not shown again.")


def _rename(arguments: argparse.Namespace, settings: Settings) -> int:
    station = _changed(arguments, settings, StationAct.RENAME, name=arguments.new)
    print(f"{station.id} is called {shown(station.name)} now; it says so itself when it next posts.")
    return ExitCode.DONE


def _move(arguments: argparse.Namespace, settings: Settings) -> int:
    area = None if arguments.area == NO_AREA else arguments.area
    station = _changed(arguments, settings, StationAct.MOVE, area=area)
    print(f"{shown(station.name)} stands in {shown(station.area or 'no area')} now.")
    return ExitCode.DONE


def _revoke(arguments: argparse.Namespace, settings: Settings) -> int:
    station = _changed(arguments, settings, StationAct.REVOKE)
    print(f"{shown(station.name)} may post nothing any more. It keeps what it scans, and says so.")
    return ExitCode.DONE


def _restore(arguments: argparse.Namespace, settings: Settings) -> int:
    station = _changed(arguments, settings, StationAct.RESTORE)
    print(f"{shown(station.name)} may post again, also what it kept meanwhile.")
    return ExitCode.DONE


def _changed(
    arguments: argparse.Namespace, settings: Settings, act: StationAct, **values: str | None
) -> StationRecord:
    try:
        return change_station(database_url(settings), act, arguments.which, values)
    except StationNotPossibleError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem


def _enrol(_arguments: argparse.Namespace, settings: Settings) -> int:
    code = os.environ.get(ENROLMENT_CODE) or _typed_code()
    if enrolment_code(code) is None:
        raise CommandFailed("a one-time code has twelve letters and digits", ExitCode.WRONG_USAGE)
    enrol_this_station(settings, code=code)
    print("This station is enrolled at the centre.")
    return ExitCode.DONE


def _typed_code() -> str:
    if not sys.stdin.isatty():
        raise CommandFailed(f"no code: set {ENROLMENT_CODE}, or run in a terminal", ExitCode.WRONG_USAGE)
    return input("One-time code: ")
