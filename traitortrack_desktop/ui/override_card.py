"""Why a completed parent takes more bags: a ready reason, or a person's own words. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from traitortrack_desktop.domain.overriding import LONGEST_REASON
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.sign_in import PeopleCardView
from traitortrack_desktop.ui.people_card import PeopleCard
from traitortrack_desktop.ui.theme import text_font


class OverrideCard(PeopleCard):
    """Call :meth:`begin` when it is shown. :attr:`submitted` carries the reason, which is never blank."""

    submitted = Signal(str)

    def __init__(self, palette_: Palette, wording: Wording, *, foot: tuple[str, str]) -> None:
        super().__init__(palette_, foot=foot)
        self._people = wording.people
        self.own_words = self.guarded_field(self._people.override_own_words, free_words=True)
        self.own_words.setMaxLength(LONGEST_REASON)
        self.own_words.textEdited.connect(self._prefer_own_words)
        self.own_words.returnPressed.connect(self._submit)
        self.submit.clicked.connect(self._submit)
        self.reasons = [self._reason(text) for text in self._people.override_reasons]
        column = QVBoxLayout()
        for button in self.reasons:
            column.addWidget(button)
        column.addWidget(self._labels[0])
        column.addWidget(self.own_words)
        self.lay_out(column)
        self.title.setVisible(False)

    def begin(self, view: PeopleCardView) -> None:
        """Ask for a reason."""
        self.show_form(view)
        self.own_words.forget()
        self._choose(None)
        self.problem.show_problem("", Tone.ATTENTION)
        self.setFocus()

    def end(self) -> None:
        """Keep nothing that was typed: another screen is shown."""
        self.own_words.forget()

    def _reason(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("secondary")
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._choose(button))
        return button

    def _choose(self, chosen: QPushButton | None) -> None:
        for button in self.reasons:
            button.setChecked(button is chosen)
        if chosen is not None:
            self.own_words.forget()
            self.setFocus()

    def _prefer_own_words(self, text: str) -> None:
        if text.strip():
            self._choose(None)

    def _submit(self) -> None:
        chosen = next((button.text() for button in self.reasons if button.isChecked()), "")
        reason = self.own_words.text().strip() or chosen
        if not reason:
            self.problem.show_problem(self._people.override_missing, Tone.ATTENTION)
            return
        self.submitted.emit(reason)

    def _take_sizes(self) -> None:
        super()._take_sizes()
        sizes = self._sizes()
        for button in self.reasons:
            button.setFont(text_font(sizes.label))
            button.setMinimumHeight(sizes.key_height)
