"""A PIN beside the badge: digits by key or by finger, and none of them shown. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout

from traitortrack_desktop.domain.accounts import PIN_DIGITS
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.sign_in import PeopleCardView
from traitortrack_desktop.ui.people_card import PeopleCard
from traitortrack_desktop.ui.theme import text_font

_ROWS = ("123", "456", "789", " 0<")


class PinCard(PeopleCard):
    """Call :meth:`begin` when it is shown. :attr:`submitted` carries the PIN."""

    submitted = Signal(str)

    def __init__(self, palette_: Palette, wording: Wording, *, foot: tuple[str, str]) -> None:
        super().__init__(palette_, foot=foot)
        self._words, self._people = wording.sign_in, wording.people
        self.pin = self.guarded_field(self._people.pin, secret=True, digits_only=True)
        self.pin.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.pin.returnPressed.connect(self._submit)
        self.submit.clicked.connect(self._submit)
        self.keys = {char: self._key(char) for char in "1234567890<"}
        self._grid = QGridLayout()
        for row, chars in enumerate(_ROWS):
            for column, char in enumerate(chars):
                if char in self.keys:
                    self._grid.addWidget(self.keys[char], row, column)
        column_ = QVBoxLayout()
        column_.addWidget(self.pin)
        column_.addLayout(self._grid)
        self.lay_out(column_)

    def begin(self, view: PeopleCardView) -> None:
        """Ask for the PIN of whoever *view* names."""
        self.show_form(view)
        self.ask_again("")

    def end(self) -> None:
        """Keep nothing that was typed: another screen is shown."""
        self.set_busy(busy=False)
        self.pin.forget()

    def ask_again(self, problem: str) -> None:
        """Show *problem* (may be empty) and let the person type."""
        self.set_busy(busy=False)
        self.pin.forget()
        self.problem.show_problem(problem, Tone.ATTENTION)
        self.pin.setFocus()

    def set_busy(self, *, busy: bool) -> None:
        """Let nobody type or press while something is asked."""
        super().set_busy(busy=busy)
        for key in self.keys.values():
            key.setEnabled(not busy)

    def _key(self, char: str) -> QPushButton:
        key = QPushButton(self._people.delete if char == "<" else char)
        key.setObjectName("secondary")
        key.setAutoDefault(False)
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.clicked.connect(self.pin.backspace if char == "<" else lambda: self.pin.insert(char))
        return key

    def _submit(self) -> None:
        pin = self.pin.text()
        if len(pin) != PIN_DIGITS:
            self.ask_again(self._people.pin_incomplete)
            return
        self.set_busy(busy=True)
        self.pin.forget()
        self.problem.show_problem(self._words.asking, Tone.READY)
        self.submitted.emit(pin)

    def _take_sizes(self) -> None:
        super()._take_sizes()
        sizes = self._sizes()
        self._grid.setSpacing(sizes.gap)
        for char, key in self.keys.items():
            key.setFont(text_font(sizes.label if char == "<" else sizes.line))
            key.setMinimumHeight(sizes.key_height)
