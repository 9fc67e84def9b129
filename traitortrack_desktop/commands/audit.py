"""``audit``: who did what, from the web application's audit, to which stations add. For IT, with the owner's
address.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import ExitCode
from traitortrack_desktop.commands.json_values import as_json
from traitortrack_desktop.domain.accounts import AuditFilter, AuditRow
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.rows_in_words import shown
from traitortrack_desktop.storage.central.user_administration import audit_rows

USUAL_LIMIT = 200
_LONGEST_VALUE = 120


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("audit", help="who did what at the centre")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show the newest rows of the audit that fit, newest first")
    listing.add_argument("--user", metavar="NAME", help="who did it")
    listing.add_argument("--action", metavar="ACTION", help="what was done; login* means all that begin so")
    listing.add_argument(
        "--entity", metavar="TYPE", help="what it was done to: auth, user, bag, bill, station …"
    )
    listing.add_argument(
        "--since", metavar="TIME", type=_moment, help="2026-01-31 or 2026-01-31T08:00, local time"
    )
    listing.add_argument("--until", metavar="TIME", type=_moment, help="up to before this time")
    listing.add_argument("--request", metavar="ID", type=UUID, help="the id of an entry in the ledger")
    listing.add_argument(
        "--limit", metavar="N", type=_limit, default=USUAL_LIMIT, help="default: %(default)s"
    )
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=_list)


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    wanted = AuditFilter(
        username=arguments.user,
        action=arguments.action,
        entity_type=arguments.entity,
        since=arguments.since,
        until=arguments.until,
        request=arguments.request,
    )
    for row in audit_rows(database_url(settings), wanted, limit=arguments.limit):
        print(json.dumps(as_json(row)) if arguments.json else _line(row))
    return ExitCode.DONE


def _line(row: AuditRow) -> str:
    about = shown(row.entity_type) if row.entity_id is None else f"{shown(row.entity_type)} {row.entity_id}"
    told = [f"{name}: {_shown(value)}" for name, value in row.details.items()]
    told += _changes(row.before, row.after)
    if row.request is not None:
        told.append(f"entry {shown(row.request)}")
    who = shown(row.username) if row.username is not None else "-"
    what = f"{shown(row.action)}  {about}"
    return f"{row.at:%Y-%m-%d %H:%M:%S} UTC  {who:<20}  {what:<32}  {', '.join(told)}".rstrip()


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what differs; all of it where one side is missing, as when something was made or deleted."""
    old, new = before or {}, after or {}
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield f"{name}: {_shown(old.get(name))} → {_shown(new.get(name))}"


def _shown(value: object) -> str:
    if value is None or isinstance(value, str):
        return shown(value)
    text = json.dumps(value)  # in ASCII, and so without anything that moves a terminal's cursor
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-01-31T08:00") from error


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(text)
