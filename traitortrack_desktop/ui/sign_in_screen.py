"""Badge, or name and password, and for an administrator the code of the second step. GUI thread.

The same form signs in, unlocks the station, and adds the password to a badge.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.sign_in import PeopleCardView, code_view
from traitortrack_desktop.ui.badge_wall import GuardedLine
from traitortrack_desktop.ui.people_card import PeopleCard

CODE_DIGITS = 6
_CODE_WAITS_MS = 180_000
"""So long the password is remembered for the second step; then it has to be typed again."""


class SignInScreen(PeopleCard):
    """Name and password, then perhaps a code. :attr:`submitted` carries name, password and code or ``None``.

    The password leaves its field with the first question and is shown nowhere any more.
    """

    submitted = Signal(str, str, object)

    def __init__(
        self, palette_: Palette, wording: Wording, *, foot: tuple[str, str], view: PeopleCardView
    ) -> None:
        super().__init__(palette_, foot=foot)
        self._words, self._people = wording.sign_in, wording.people
        self._view = view
        self._password = ""
        self.username = self.guarded_field(self._words.username)
        self.password = self.guarded_field(self._words.password, secret=True)
        self.code = self.guarded_field(self._people.code, digits_only=True)
        self.asks_for_code = False
        """Whether the second step is shown."""
        self._give_up = QTimer(self)
        self._give_up.setSingleShot(True)
        self._give_up.setInterval(_CODE_WAITS_MS)
        self._give_up.timeout.connect(self._go_back)
        self.submit.clicked.connect(self._submit)
        self.cancel.clicked.disconnect(self.cancelled)
        self.cancel.clicked.connect(self._cancel)
        self.username.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._submit)
        self.code.returnPressed.connect(self._submit)
        column = QVBoxLayout()
        for line in (self.username, self.password, self.code):
            column.addWidget(self._label_of(line))
            column.addWidget(line)
        self.lay_out(column)
        self._show_step(second=False)

    def show_view(self, view: PeopleCardView) -> None:
        """Show other words, and leave what was typed."""
        self._view = view
        second = self.asks_for_code
        self.show_form(code_view(view, self.username.text().strip(), self._people) if second else view)

    def begin(self) -> None:
        """Begin anew: with the name that the view gives, or without one."""
        self.code.forget()
        self.username.forget()
        self.username.setText(self._view.username)
        self._go_back()

    def end(self) -> None:
        """Keep nothing that was typed: another screen is shown."""
        self._leave_code()
        self.set_busy(busy=False)
        for line in (self.username, self.password):
            line.forget()

    def ask_again(self, problem: str) -> None:
        """Show *problem* (may be empty) and let the operator type; the password is forgotten."""
        self._leave_code()
        self.set_busy(busy=False)
        self.problem.show_problem(problem, Tone.ATTENTION)
        self.password.forget()
        (self.password if self.username.text() else self.username).setFocus()

    def ask_for_code(self, problem: str) -> None:
        """Let the operator type the code of the second step; *problem* says why it was not taken."""
        self.set_busy(busy=False)
        self._show_step(second=True)
        self.problem.show_problem(problem, Tone.ATTENTION)
        self.code.forget()
        self.code.setFocus()
        self._give_up.start()

    def tell(self, text: str) -> None:
        """Say what became of a scan, and leave everything else as it is."""
        self.problem.show_problem(text, Tone.ATTENTION)

    def _show_step(self, *, second: bool) -> None:
        self.asks_for_code = second
        for line in (self.username, self.password, self.code):
            for widget in (self._label_of(line), line):
                widget.setVisible(second == (line is self.code))
        self.show_view(self._view)

    def _label_of(self, line: GuardedLine) -> QLabel:
        return next(label for label in self._labels if label.buddy() is line)

    def _cancel(self) -> None:
        if self.asks_for_code:
            self._go_back()
        else:
            self.cancelled.emit()

    def _go_back(self) -> None:
        self.ask_again("")

    def _leave_code(self) -> None:
        self._give_up.stop()
        self._password = ""
        self.code.forget()
        self._show_step(second=False)

    def _submit(self) -> None:
        if self.asks_for_code:
            self._submit_code()
            return
        name, password = self.username.text().strip(), self.password.text()
        if not name or not password:
            self.problem.show_problem(self._words.incomplete, Tone.ATTENTION)
            (self.password if name else self.username).setFocus()
            return
        self._password = password
        self.password.forget()
        self._ask(name, None)

    def _submit_code(self) -> None:
        code = self.code.text()
        if len(code) != CODE_DIGITS:
            self.code.forget()
            self.problem.show_problem(self._people.code_incomplete, Tone.ATTENTION)
            return
        self._give_up.stop()
        self._ask(self.username.text().strip(), code)

    def _ask(self, name: str, code: str | None) -> None:
        self.set_busy(busy=True)
        self.problem.show_problem(self._words.asking, Tone.READY)
        self.submitted.emit(name, self._password, code)
