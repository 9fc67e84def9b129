"""Asks for the database password alone, where no place of this computer has it. GUI thread."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from traitortrack_desktop.environment.secrets import MAX_SECRET_CHARACTERS
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.services.password_question import PasswordWanted
from traitortrack_desktop.services.set_up import CentreAccess, SetUpProblem
from traitortrack_desktop.ui.card_form import CardForm

_CARD_WIDTH = 900


class PasswordScreen(CardForm):
    """One field and why it does not work. The same signals and calls as ``SetUpScreen``."""

    submitted = Signal(object)
    gone_on = Signal()

    def __init__(self, palette_: Palette, wording: Wording, wanted: PasswordWanted, *, version: str) -> None:
        words = wording.database_password
        super().__init__(
            palette_,
            title=words.title,
            hint=words.hint,
            submit=words.submit,
            foot=("", wording.labels.version.format(version=version)),
            width=_CARD_WIDTH,
        )
        self._words, self._problems, self._wanted = words, wording.set_up.problems, wanted
        self._not_kept, self._go_on, self._trying = (
            wording.set_up.not_kept,
            wording.set_up.go_on,
            wording.set_up.trying,
        )
        self._ready = False
        label, self.password = self.field(words.label.format(name=wanted.account), secret=True)
        self.password.setMaxLength(MAX_SECRET_CHARACTERS)
        self.submit.setAutoDefault(True)
        self.submit.clicked.connect(self._submit)
        self.password.returnPressed.connect(self._submit)
        column = QVBoxLayout()
        column.addWidget(label)
        column.addWidget(self.password)
        self.lay_out(column)

    def ask_again(self, problem: SetUpProblem) -> None:
        """Say what is wrong and let the person type again."""
        self.set_busy(busy=False)
        told = self._words.wrong if problem is SetUpProblem.ACCOUNT_REFUSED else self._problems[problem]
        self.problem.show_problem(told, Tone.ATTENTION)
        self.password.setFocus()
        self.password.selectAll()

    def ask_to_go_on(self) -> None:
        """Say that it works but the password could not be kept, and wait until that was read."""
        self._ready = True
        self.problem.show_problem(self._not_kept, Tone.ATTENTION)
        self.submit.setText(self._go_on)
        self.submit.setEnabled(True)
        self.submit.setFocus()

    def _submit(self) -> None:
        if self._ready:
            self.gone_on.emit()
            return
        self.set_busy(busy=True)
        self.problem.show_problem(self._trying, Tone.READY)
        wanted = self._wanted
        self.submitted.emit(
            CentreAccess(
                servers="",
                database="",
                account=wanted.account,
                station=wanted.station,
                password=self.password.text(),
            )
        )
