"""Badges of the office: where their cards go, and which were left there. They are made on station threads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from pathlib import Path
from uuid import UUID

from traitortrack_desktop.domain.accounts import AccountAct, AccountChange, AccountProblem
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.services.ports import PeopleOffice
from traitortrack_desktop.ui.printed_badge import CardNotWrittenError, make_badge

_NAME = "badge-{}.pdf"


class CardNotWritten:
    """The file could not be written, and so no badge was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeWish:
    """Whose badge, until the end of which day in *zone*, and where its card goes."""

    username: str
    last_day: date
    folder: Path
    words: BadgeCardWords
    zone: tzinfo | None


def make_office_badge(
    office: PeopleOffice, session: UUID, wish: BadgeWish
) -> Path | AccountProblem | CardNotWritten:
    """Make the badge; return the file of its card, of a name that no file had."""

    def change(values: Mapping[str, str | None]) -> AccountProblem | None:
        asked = AccountChange(act=AccountAct.MAKE_BADGE, username=wish.username, values=values)
        return office.change_account(asked, session=session)

    try:
        wish.folder.mkdir(parents=True, exist_ok=True)
        path = _free_path(wish.folder, re.sub(r"[^A-Za-z0-9_-]", "_", wish.username)[:40])
    except OSError:
        return CardNotWritten()
    try:
        problem = make_badge(
            path,
            username=wish.username,
            last_day=wish.last_day,
            words=wish.words,
            change=change,
            zone=wish.zone,
        )
    except CardNotWrittenError:
        return CardNotWritten()
    return path if problem is None else problem


def cards_left(folder: Path) -> tuple[Path, ...]:
    """Return the files of badges that nobody deleted."""
    try:
        return tuple(sorted(folder.glob(_NAME.format("*"))))
    except OSError:
        return ()


def _free_path(folder: Path, name: str) -> Path:
    path, number = folder / _NAME.format(name), 1
    while path.exists():
        number += 1
        path = folder / _NAME.format(f"{name}-{number}")
    return path
