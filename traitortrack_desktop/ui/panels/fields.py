"""The fields of forms and searches: a label with a line to type into, or a choice. GUI thread."""

from enum import StrEnum
from typing import Any

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.panel_views import FieldKind, FieldView
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.badge_wall import GuardedLine
from traitortrack_desktop.ui.panels.buttons import target_height
from traitortrack_desktop.ui.theme import text_font

_SECRET = frozenset({FieldKind.SECRET, FieldKind.SECRET_DIGITS})
_DIGITS = frozenset({FieldKind.DIGITS, FieldKind.SECRET_DIGITS})
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Choice(QComboBox):
    """A list to choose from, with entries for a finger. :attr:`entered`: Enter takes what is chosen."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setView(QListView())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Have Enter go on, as in a line."""
        if event.key() in _ENTER and not event.isAutoRepeat():
            self.entered.emit()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel alone: nobody means to choose another role by scrolling."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint an angle at the right, which style rules alone do not give."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = QPalette.ColorRole.Text if self.isEnabled() else QPalette.ColorRole.PlaceholderText
        painter.setPen(QPen(self.palette().color(role), 2))
        side = self.height() * 0.12
        middle = QPointF(self.width() - self.height() * 0.5, self.height() * 0.5 + side * 0.5)
        painter.drawPolyline([middle + QPointF(-side, -side), middle, middle + QPointF(side, -side)])


class FieldBox(QWidget):
    """One field with its label. :attr:`typed` says that it holds something else now."""

    typed = Signal()
    entered = Signal()
    """Enter was pressed."""
    badge_typed = Signal(str)
    """The code of a badge that came as slowly as typed text; the field has kept nothing of it."""

    def __init__(self, view: FieldView[Any]) -> None:
        super().__init__()
        self.field_: StrEnum = view.field
        self.is_secret = view.kind in _SECRET
        self.label = QLabel(view.label)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.line: GuardedLine | None = None
        self.choice: QComboBox | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.label)
        self._column.addWidget(self._make(view))
        self.label.setBuddy(self.input)

    @property
    def input(self) -> QWidget:
        """The widget that has the focus."""
        widget = self.line if self.line is not None else self.choice
        assert widget is not None
        return widget

    @property
    def text(self) -> str:
        """What it holds."""
        if self.line is not None:
            return self.line.text()
        assert self.choice is not None
        return str(self.choice.currentData() or "")

    def set_text(self, text: str) -> None:
        """Hold *text* instead, without saying so."""
        if self.text == text:
            return
        if self.line is not None:
            self.line.setText(text)
        elif self.choice is not None:
            self.choice.blockSignals(True)
            self.choice.setCurrentIndex(max(0, self.choice.findData(text)))
            self.choice.blockSignals(False)

    def forget(self) -> None:
        """Hold nothing any more, nor anything that could be taken back."""
        if self.line is not None:
            self.line.forget()

    def take_looks(self, sizes: Sizes) -> None:
        """Use other sizes from now on."""
        self._column.setSpacing(round(sizes.gap * 0.3))
        self.label.setFont(text_font(round(sizes.status * 0.88), QFont.Weight.DemiBold))
        self.input.setFont(text_font(sizes.status))
        self.input.setFixedHeight(target_height(sizes))
        if self.choice is not None:
            self.choice.view().setFont(text_font(sizes.status))

    def _make(self, view: FieldView[Any]) -> QWidget:
        return self._make_choice(view) if view.kind is FieldKind.CHOICE else self._make_line(view)

    def _make_line(self, view: FieldView[Any]) -> GuardedLine:
        line = GuardedLine(digits_only=view.kind in _DIGITS, free_words=view.kind is FieldKind.TEXT)
        line.setText(view.value)
        line.setCursorPosition(0)
        line.setMaxLength(view.longest)
        line.setPlaceholderText(view.example)
        line.setEnabled(view.usable)
        if view.kind in _SECRET:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        if view.kind in _DIGITS:
            line.setInputMethodHints(line.inputMethodHints() | Qt.InputMethodHint.ImhDigitsOnly)
        line.textEdited.connect(lambda _: self.typed.emit())
        line.returnPressed.connect(self.entered)
        line.badge_typed.connect(self.badge_typed)
        self.line = line
        return line

    def _make_choice(self, view: FieldView[Any]) -> QComboBox:
        choice = Choice()
        choice.setEnabled(view.usable)
        for value, label in view.choices:
            choice.addItem(label, value)
        choice.setCurrentIndex(max(0, choice.findData(view.value)))
        choice.setMaxVisibleItems(12)
        choice.currentIndexChanged.connect(lambda _: self.typed.emit())
        choice.entered.connect(self.entered)
        self.choice = choice
        return choice
