"""The sign-in screen, the only place of the station's window where keys go into text fields. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.status_strip import station_label
from traitortrack_desktop.ui.card_form import CardForm


class SignInScreen(CardForm):
    """Name, password, and in words what is wrong. :attr:`submitted` carries name and password."""

    submitted = Signal(str, str)

    def __init__(self, palette_: Palette, wording: Wording, *, station: str, version: str) -> None:
        words, labels = wording.sign_in, wording.labels
        foot = (station_label(station, labels), labels.version.format(version=version))
        super().__init__(palette_, title=words.title, hint=words.hint, submit=words.submit, foot=foot)
        self._words = words
        self.username_label, self.username = self.field(words.username)
        self.password_label, self.password = self.field(words.password, secret=True)
        self.submit.clicked.connect(self._submit)
        self.username.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._submit)
        column = QVBoxLayout()
        for widget in (self.username_label, self.username, self.password_label, self.password):
            column.addWidget(widget)
        self.lay_out(column)

    def ask_again(self, problem: str) -> None:
        """Show *problem* (may be empty) and let the operator type; the password is forgotten."""
        self.set_busy(busy=False)
        self.problem.show_problem(problem, Tone.ATTENTION)
        self.password.clear()
        (self.password if self.username.text() else self.username).setFocus()

    def begin(self) -> None:
        """Begin anew, for another person."""
        self.username.clear()
        self.ask_again("")

    def _submit(self) -> None:
        name, password = self.username.text().strip(), self.password.text()
        if not name or not password:
            self.problem.show_problem(self._words.incomplete, Tone.ATTENTION)
            (self.password if name else self.username).setFocus()
            return
        self.set_busy(busy=True)
        self.problem.show_problem(self._words.asking, Tone.READY)
        self.submitted.emit(name, password)
