"""Badges as a screen or a command makes them, and what is printed on their cards. Without Qt."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path

from traitortrack_desktop.documents.badge_card import BadgeCard, BadgeSheet, write_badge_sheet
from traitortrack_desktop.domain.accounts import AccountProblem
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.services.account_secrets import badge_code_hash, new_badge_code

TellCentre = Callable[[Mapping[str, str | None]], AccountProblem | None]
"""Has the centre know a badge by the values of ``AccountAct.MAKE_BADGE``; returns what is against it."""


class CardNotWrittenError(Exception):
    """The card could not be written, so no badge was made; the text names file and reason."""


class CardThereAlreadyError(CardNotWrittenError):
    """There is a file of this name, and it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBadge:
    """A badge that was just made: its whole *code*, which nobody can have again.

    *user_name* is printed where *name* is empty or in a script that the printers' fonts lack. *expires* is
    the last day on which it works, ``None`` for a badge that works until it is revoked.
    """

    code: str = field(repr=False)
    user_name: str
    name: str = ""
    expires: date | None = None


def end_of(day: date, zone: tzinfo | None = None) -> datetime:
    """Return when *day* is over in *zone*, ``None`` for the computer's own one."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(zone)


def make_badge(
    path: Path,
    *,
    username: str,
    last_day: date | None,
    words: BadgeCardWords,
    change: TellCentre,
    zone: tzinfo | None = None,
) -> AccountProblem | None:
    """Print the card of a new badge for *username* to *path*, then have the centre know the badge.

    It works until the end of *last_day* in *zone*, as the card says, or until it is revoked. The card comes
    first: a badge without one would have ended the badge before it for nothing. Where *change* refuses or
    raises, the file is gone again. The code is known here alone, for as long as this call takes.

    Raises ``CardNotWrittenError``, and what *change* raises.
    """
    if path.exists():
        raise CardThereAlreadyError(f"{path} is there already")
    code = new_badge_code()
    try:
        print_badges(path, [NewBadge(code=code, user_name=username, expires=last_day)], words)
    except (OSError, ValueError) as error:
        raise CardNotWrittenError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    expires_at = end_of(last_day, zone).isoformat() if last_day is not None else None
    is_known = False
    try:
        problem = change({"code_hash": badge_code_hash(code), "expires_at": expires_at})
        is_known = problem is None
    finally:
        if not is_known:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return problem


def print_badges(path: Path, badges: Sequence[NewBadge], words: BadgeCardWords) -> None:
    """Write the cards of *badges* to *path* as PDF that only its owner may read; see ``write_badge_sheet``.

    Raises ``OSError`` when it cannot be written and ``ValueError`` for a code that cannot be printed.
    """
    write_badge_sheet(path, badge_sheet(badges, words))


def badge_sheet(badges: Sequence[NewBadge], words: BadgeCardWords) -> BadgeSheet:
    """Return the sheet with the cards of *badges*."""
    return BadgeSheet(
        title=words.title,
        hint=words.hint,
        maker=words.maker,
        name_by_hand=words.name_by_hand,
        cards=tuple(_card(badge, words) for badge in badges),
    )


def _card(badge: NewBadge, words: BadgeCardWords) -> BadgeCard:
    return BadgeCard(
        code=badge.code,
        names=(badge.name, badge.user_name),
        until=words.until.format(at=badge.expires.isoformat()) if badge.expires else words.without_end,
        notes=words.notes,
    )
