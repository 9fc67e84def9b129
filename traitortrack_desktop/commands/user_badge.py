"""``user badge``: the badge by which somebody signs in at stations, as a card to print.

Its code stands on the card alone.
"""

import argparse
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.domain.accounts import AccountAct
from traitortrack_desktop.domain.operators import BADGE_DAYS, MOST_BADGE_DAYS
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.account_problems import AccountNotPossibleError
from traitortrack_desktop.storage.central.user_administration import change_account


def add_action(actions: Any) -> None:
    """Add the action's options."""
    badge = actions.add_parser(
        "badge", help="make somebody's badge as a card to print; the one before it ends"
    )
    badge.add_argument("name", metavar="NAME")
    what = badge.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--out", metavar="FILE.pdf", type=Path, help="where the card goes; only you may read it"
    )
    what.add_argument("--revoke", action="store_true", help="end the badge, and make none")
    badge.add_argument(
        "--days",
        metavar="N",
        type=int,
        default=BADGE_DAYS,
        help=f"how long it is good, at most {MOST_BADGE_DAYS}; 0 for ever (default: {BADGE_DAYS})",
    )
    badge.add_argument("--language", choices=("en", "hi"), default="en", help="of the card: en or hi (Hindi)")
    badge.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    url = database_url(settings)
    try:
        if arguments.revoke:
            change_account(url, AccountAct.REVOKE_BADGES, arguments.name)
            print(f"{arguments.name} has no badge that counts.")
        else:
            _make(url, arguments.name, arguments.out, _last_day(arguments.days), language=arguments.language)
    except AccountNotPossibleError as problem:
        raise CommandFailed(str(problem), ExitCode.WRONG_USAGE) from problem
    return ExitCode.DONE


def _last_day(days: int) -> date | None:
    if not 0 <= days <= MOST_BADGE_DAYS:
        raise CommandFailed(f"--days is a number from 0 to {MOST_BADGE_DAYS}", ExitCode.WRONG_USAGE)
    return date.today() + timedelta(days=days) if days else None  # noqa: DTZ011 - as people here count days


def _make(url: str, name: str, path: Path, last_day: date | None, *, language: str) -> None:
    from traitortrack_desktop.presentation.wording.sheet_words import BADGES  # noqa: PLC0415 - for this action
    from traitortrack_desktop.ui import printed_badge  # noqa: PLC0415 - loads reportlab

    def change(values: Mapping[str, str | None]) -> None:
        change_account(url, AccountAct.MAKE_BADGE, name, values)

    try:
        printed_badge.make_badge(
            path, username=name, last_day=last_day, words=BADGES[language], change=change
        )
    except printed_badge.CardThereAlreadyError as error:
        raise CommandFailed(f"{error}: give another name, or remove it", ExitCode.WRONG_USAGE) from error
    except printed_badge.CardNotWrittenError as error:
        raise CommandFailed(str(error), ExitCode.FAILED) from error
    until = f"until {last_day}" if last_day else "until it is revoked"
    print(f"The badge of {name} is in {path}, good {until}. Print it, then delete the file: it signs in.")
