"""Badges on paper: makes the code, has the card written, and takes its file away again. Station threads.

The code is known here alone, for as long as one call takes.
"""

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from traitortrack_desktop.domain.accounts import AccountAct, AccountChange, AccountProblem
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.services.account_secrets import badge_code_hash, new_badge_code
from traitortrack_desktop.services.ports import PeopleOffice
from traitortrack_desktop.ui.printed_badge import NewBadge, print_badges

_NAME = "badge-{}.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNotWritten:
    """The file could not be written, and so no badge was made."""


def make_badge(
    office: PeopleOffice,
    session: UUID,
    *,
    username: str,
    expires_at: datetime,
    folder: Path,
    words: BadgeCardWords,
) -> Path | AccountProblem | CardNotWritten:
    """Write the card of a new badge for *username* into *folder*, then have the centre know the badge.

    Returns the file. Where the centre refuses or fails the file is gone again.
    """
    code = new_badge_code()
    path = folder / _NAME.format(re.sub(r"[^A-Za-z0-9_-]", "_", username)[:40])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        badge = NewBadge(code=code, user_name=username, expires=expires_at.astimezone().date())
        print_badges(path, (badge,), words)
    except (OSError, ValueError):
        return CardNotWritten()
    values: dict[str, str | None] = {
        "code_hash": badge_code_hash(code),
        "expires_at": expires_at.isoformat(),
    }
    done: AccountProblem | None = AccountProblem.BADGE_TAKEN
    try:
        change = AccountChange(act=AccountAct.MAKE_BADGE, username=username, values=values)
        done = office.change_account(change, session=session)
    finally:
        if done is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return path if done is None else done


def cards_left(folder: Path) -> tuple[Path, ...]:
    """Return the files of badges that nobody deleted."""
    try:
        return tuple(sorted(folder.glob(_NAME.format("*"))))
    except OSError:
        return ()
