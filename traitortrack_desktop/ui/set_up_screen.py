"""The set-up of the first run: where the centre is, and what this station is called. GUI thread."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.services.set_up import CentreAccess, SetUpField, SetUpProblem, first_wrong_field
from traitortrack_desktop.ui.card_form import CardForm

_CARD_WIDTH = 900
_COLUMNS = 6
_PLACES = {
    SetUpField.SERVERS: (0, 0, 4),
    SetUpField.DATABASE: (0, 4, 2),
    SetUpField.ACCOUNT: (1, 0, 3),
    SetUpField.PASSWORD: (1, 3, 3),
    SetUpField.STATION: (2, 0, 3),
    SetUpField.CODE: (2, 3, 3),
}
"""Row, first column, and columns taken."""
_TO_CORRECT: Mapping[SetUpProblem, SetUpField] = {
    SetUpProblem.UNREACHABLE: SetUpField.SERVERS,
    SetUpProblem.ACCOUNT_REFUSED: SetUpField.PASSWORD,
    SetUpProblem.NO_DATABASE: SetUpField.DATABASE,
    SetUpProblem.NOT_PREPARED: SetUpField.DATABASE,
    SetUpProblem.NOT_ALLOWED: SetUpField.ACCOUNT,
    SetUpProblem.FUNCTIONS_LACK_RIGHTS: SetUpField.DATABASE,
    SetUpProblem.READ_ONLY: SetUpField.SERVERS,
    SetUpProblem.OTHER_ACCOUNT: SetUpField.ACCOUNT,
    SetUpProblem.CODE_NEEDED: SetUpField.CODE,
    SetUpProblem.CODE_WRONG: SetUpField.CODE,
    SetUpProblem.CODE_USED: SetUpField.CODE,
    SetUpProblem.CODE_EXPIRED: SetUpField.CODE,
    SetUpProblem.CODE_WAIT: SetUpField.CODE,
}


class SetUpScreen(CardForm):
    """Six fields and why it does not work. :attr:`submitted` carries a ``CentreAccess``."""

    submitted = Signal(object)
    gone_on = Signal()
    """After :meth:`ask_to_go_on`, when it was read."""

    def __init__(self, palette_: Palette, wording: Wording, *, station: str, version: str) -> None:
        words = wording.set_up
        foot = ("", wording.labels.version.format(version=version))
        super().__init__(
            palette_, title=words.title, hint=words.hint, submit=words.submit, foot=foot, width=_CARD_WIDTH
        )
        self._words = words
        self._ready = False
        named = {
            name: self.field(words.labels[name], secret=name is SetUpField.PASSWORD) for name in SetUpField
        }
        self.lines = {name: line for name, (_, line) in named.items()}
        self.lines[SetUpField.SERVERS].setPlaceholderText(words.example)
        self.lines[SetUpField.STATION].setText(station)
        self.lines[SetUpField.CODE].setPlaceholderText(words.code_example)
        self.submit.setAutoDefault(True)
        self.submit.clicked.connect(self._submit)
        for name, line in self.lines.items():
            line.returnPressed.connect(lambda name=name: self._enter(name))
        self._grid = _grid(named)
        self.lay_out(self._grid)

    def ask_again(self, problem: SetUpProblem) -> None:
        """Say what is wrong and let the person correct it."""
        self.set_busy(busy=False)
        self._correct(_TO_CORRECT.get(problem), self._words.problems[problem])

    def ask_to_go_on(self) -> None:
        """Say that it works but the password could not be kept, and wait until that was read."""
        self._ready = True
        self.problem.show_problem(self._words.not_kept, Tone.ATTENTION)
        self.submit.setText(self._words.go_on)
        self.submit.setEnabled(True)
        self.submit.setFocus()

    def _enter(self, name: SetUpField) -> None:
        """Go to the next empty field; when there is none, connect. Not everybody needs a code."""
        names = list(self.lines)
        later = names[names.index(name) + 1 :]
        empty = [name for name in later if name is not SetUpField.CODE and not self.lines[name].text()]
        if empty:
            self.lines[empty[0]].setFocus()
        else:
            self._submit()

    def _submit(self) -> None:
        if self._ready:
            self.gone_on.emit()
            return
        access = self._typed()
        wrong = first_wrong_field(access)
        if wrong is not None:
            self._correct(wrong, self._words.wrong[wrong])
            return
        self.set_busy(busy=True)
        self.lines[SetUpField.SERVERS].setCursorPosition(0)
        self.problem.show_problem(self._words.trying, Tone.READY)
        self.submitted.emit(access)

    def _typed(self) -> CentreAccess:
        typed = {name: line.text().strip() for name, line in self.lines.items()}
        return CentreAccess(
            servers="".join(typed[SetUpField.SERVERS].split()),
            database=typed[SetUpField.DATABASE],
            account=typed[SetUpField.ACCOUNT],
            station=typed[SetUpField.STATION],
            password=self.lines[SetUpField.PASSWORD].text(),
            code=typed[SetUpField.CODE],
        )

    def _take_sizes(self) -> None:
        super()._take_sizes()
        self._grid.setHorizontalSpacing(self._sizes().gap * 2)

    def _correct(self, name: SetUpField | None, sentence: str) -> None:
        self.problem.show_problem(sentence, Tone.ATTENTION)
        if name is None:
            self.submit.setFocus()
        else:
            self.lines[name].setFocus()
            self.lines[name].selectAll()


def _grid(named: Mapping[SetUpField, tuple[QLabel, QLineEdit]]) -> QGridLayout:
    grid = QGridLayout()
    for name, (label, line) in named.items():
        row, column, columns = _PLACES[name]
        grid.addWidget(label, 2 * row, column, 1, columns)
        grid.addWidget(line, 2 * row + 1, column, 1, columns)
    for column in range(_COLUMNS):
        grid.setColumnStretch(column, 1)
    return grid
