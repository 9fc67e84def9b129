"""Badges in words: what is printed on the cards, for a screen or a command. Without Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from traitortrack_desktop.documents.badge_card import BadgeCard, BadgeSheet, write_badge_sheet
from traitortrack_desktop.presentation.phrases import BadgeCardWords


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
