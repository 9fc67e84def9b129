"""Badges of the office, from the wish for one to the card that was printed and deleted. GUI thread."""

from collections.abc import Callable
from datetime import timedelta, tzinfo
from pathlib import Path

from traitortrack_desktop.domain.accounts import AccountProblem
from traitortrack_desktop.presentation.office_acts import OfficeAct
from traitortrack_desktop.presentation.office_notes import OfficeNote
from traitortrack_desktop.presentation.office_state import BadgeFile, OfficeForm
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.ui.office.badge_files import (
    BadgeWish,
    CardNotWritten,
    cards_left,
    make_office_badge,
)
from traitortrack_desktop.ui.office.facts_keeper import FactsKeeper


class BadgeDeeds:
    """Makes badges, and handles the files of their cards in *folder*. *zone* ``None``: the computer's own."""

    def __init__(
        self,
        keeper: FactsKeeper,
        words: BadgeCardWords,
        *,
        folder: Path,
        open_file: Callable[[Path], None],
        zone: tzinfo | None,
    ) -> None:
        self._keeper, self._words = keeper, words
        self._folder, self._open_file, self._zone = folder, open_file, zone

    def make(self, form: OfficeForm, days: int) -> None:
        """Ask for a badge that works for *days* more, for whom *form* is about."""
        keeper, username = self._keeper, form.about
        today = keeper.now().astimezone(self._zone).date()
        wish = BadgeWish(
            username=username,
            last_day=today + timedelta(days=days),
            folder=self._folder,
            words=self._words,
            zone=self._zone,
        )

        def take(answer: Path | AccountProblem | CardNotWritten) -> None:
            if isinstance(answer, CardNotWritten):
                keeper.note(OfficeNote.CARD_NOT_WRITTEN, username)
                return
            if isinstance(answer, Path):
                keeper.change(card=BadgeFile(path=answer, username=username))
                self._open_file(answer)
            problem = None if isinstance(answer, Path) else answer
            keeper.take_change(problem, OfficeNote.BADGE_MADE, username, keeper.facts.form)

        keeper.ask_deed(lambda office, session: make_office_badge(office, session, wish), take)

    def handle_card(self, act: OfficeAct) -> None:
        """Open the card that is there, or delete it."""
        card = self._keeper.facts.card
        if card is None:
            return
        if act is OfficeAct.OPEN_CARD:
            self._open_file(card.path)
            return
        try:
            card.path.unlink(missing_ok=True)
        except OSError:
            self._keeper.note(OfficeNote.CARD_NOT_DELETED, str(card.path))
            return
        self._keeper.change(card=None)
        self._keeper.note(OfficeNote.CARD_DELETED)
        self.look_for_cards()

    def look_for_cards(self) -> None:
        """Say that there is a badge in a file that nobody deleted."""
        left = cards_left(self._folder)
        if left:
            self._keeper.change(card=BadgeFile(path=left[0], username=""))
            self._keeper.note(OfficeNote.CARDS_LEFT, str(left[0]))
