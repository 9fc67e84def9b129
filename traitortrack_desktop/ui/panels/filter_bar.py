"""The fields above a list by which it is searched. GUI thread."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from traitortrack_desktop.presentation.panel_views import FieldView
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.panels.fields import FieldBox
from traitortrack_desktop.ui.theme import text_font


class FilterBar(QWidget):
    """Fields side by side. :attr:`searched` carries what they hold when Enter is pressed or something is
    chosen, :attr:`typed` the same after each key."""

    searched = Signal(object)
    typed = Signal(object)
    badge_typed = Signal(str)

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self._sizes = sizes
        self.boxes: list[FieldBox] = []
        self.page = QLabel()
        self.page.setTextFormat(Qt.TextFormat.PlainText)
        self.page.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.page.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.page)

    def show_fields(self, fields: tuple[FieldView[Any], ...], page: str) -> None:
        """Show *fields*; what was typed stays while they are the same and hold nothing else now."""
        self.page.setText(page)
        self.page.setVisible(bool(page))
        if tuple(box.field_ for box in self.boxes) != tuple(view.field for view in fields):
            self._rebuild(fields)
        self.setVisible(bool(fields))

    def set_values(self, fields: tuple[FieldView[Any], ...]) -> None:
        """Have the fields hold what *fields* say."""
        for box, view in zip(self.boxes, fields, strict=True):
            box.set_text(view.value)

    def values(self) -> dict[Any, str]:
        """Return what the fields hold that is not blank."""
        return {box.field_: box.text.strip() for box in self.boxes if box.text.strip()}

    def forget(self) -> None:
        """Hold nothing any more."""
        for box in self.boxes:
            box.forget()

    def begin(self) -> None:
        """Let the person type into the first field."""
        if self.boxes:
            line = self.boxes[0].line
            assert line is not None
            line.setFocus(Qt.FocusReason.TabFocusReason)
            line.selectAll()

    def take_looks(self, sizes: Sizes) -> None:
        """Use other sizes from now on."""
        self._sizes = sizes
        self._row.setSpacing(sizes.gap)
        self.page.setFont(text_font(round(sizes.status * 0.9)))
        for box in self.boxes:
            box.take_looks(sizes)

    def _rebuild(self, fields: tuple[FieldView[Any], ...]) -> None:
        for box in self.boxes:
            self._row.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = []
        for number, view in enumerate(fields):
            box = FieldBox(view)
            box.take_looks(self._sizes)
            box.badge_typed.connect(self.badge_typed)
            told = self.typed if box.choice is None else self.searched
            box.typed.connect(lambda told=told: told.emit(self.values()))
            box.entered.connect(lambda: self.searched.emit(self.values()))
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self._row.insertWidget(number, box, view.share)
            self.boxes.append(box)
