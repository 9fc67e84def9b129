"""A form in the place of the card. What is typed is kept in the fields alone. GUI thread."""

from enum import StrEnum
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import FieldView, FormView, Press
from traitortrack_desktop.presentation.screen_state import Icon, Mark, Tone
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.panels.buttons import ButtonGrid
from traitortrack_desktop.ui.panels.fields import FieldBox
from traitortrack_desktop.ui.signs import draw_icon, draw_mark
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class HintZone(Zone):
    """What to know, or how far a password has come; below it what is wrong. Keeps its place."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self.hint, self.problem = "", ""
        self._mark: Mark | None = None

    def show_hint(self, hint: str, mark: Mark | None, problem: str) -> None:
        """Show *hint* with *mark*, and *problem* (may be empty)."""
        self.hint, self._mark, self.problem = hint, mark, problem
        self.announce(hint, problem)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint both."""
        painter, sizes = self.begin(), self.sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = self.height() / 2
        place = QRectF(0, 0, self.width(), half)
        if self._mark is not None:
            side = sizes.status * 0.8
            sign = QRectF(0, (half - side) / 2, side, side)
            draw_mark(painter, self._mark, sign, QColor(self.colours.marks[self._mark]))
            place.setLeft(side + sizes.gap)
        painter.setPen(QColor(self.colours.panel.quiet if self._mark is None else self.colours.panel.text))
        self._write_lines(painter, self.hint, place)
        if self.problem:
            self._paint_problem(painter, QRectF(0, half, self.width(), half))

    def _paint_problem(self, painter: QPainter, box: QRectF) -> None:
        surface, sizes = self.colours.tones[Tone.ATTENTION], self.sizes
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(surface.ground))
        painter.drawRoundedRect(box, sizes.radius, sizes.radius)
        side = sizes.status * 1.2
        sign = QRectF(box.left() + sizes.gap, box.center().y() - side / 2, side, side)
        draw_icon(painter, Icon.TRIANGLE, sign, QColor(surface.sign), QColor(surface.ground))
        painter.setPen(QColor(surface.text))
        self._write_lines(painter, self.problem, box.adjusted(side + sizes.gap * 2, 2, -sizes.gap, -2))

    def _write_lines(self, painter: QPainter, text: str, box: QRectF) -> None:
        if not draw_fitted(painter, text, box, text_font(round(self.sizes.status * 0.9)), _LEFT, wrap=True):
            self.cut_off.append(text)
        self.painted.append(text)


class FormPanel(QWidget):
    """Title, fields in two columns, hint and buttons.

    :attr:`typed` and :attr:`submitted` carry what the fields hold, by the name of the field.
    """

    typed = Signal(object)
    submitted = Signal(object)
    cancelled = Signal()
    badge_typed = Signal(str)

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self._colours, self._sizes = palette_, sizes
        self._number = -1
        self._title = ""
        self._submit_act: StrEnum | None = None
        self.boxes: list[FieldBox] = []
        self.hint = HintZone(palette_, sizes)
        self.buttons = ButtonGrid(palette_, sizes)
        self._grid, self._column = QGridLayout(), QVBoxLayout(self)
        self._column.addLayout(self._grid)
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        self._column.addWidget(self.buttons)
        self.buttons.pressed.connect(self._press)

    def show_form(self, form: FormView[Any, Any]) -> None:
        """Show *form*; what was typed stays while it is the same one."""
        if form.number != self._number:
            self.forget()
            self._number = form.number
            self._make_fields(form.fields)
        self._title, self._submit_act = form.title, form.submit.act
        self.setAccessibleName(form.title)
        self.hint.show_hint(form.hint, form.hint_mark, form.problem)
        presses = (form.submit,) if form.cancel is None else (form.submit, form.cancel)
        self.buttons.show_presses(presses)
        self.update()

    def forget(self) -> None:
        """Take the fields away with everything that was typed."""
        self._number = -1
        for box in self.boxes:
            box.forget()
            self._grid.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = []

    def forget_secrets(self) -> None:
        """Empty the fields of passwords and PINs."""
        for box in self.boxes:
            if box.is_secret:
                box.forget()

    def values(self) -> dict[Any, str]:
        """Return what the fields hold."""
        return {box.field_: box.text for box in self.boxes}

    def begin(self) -> None:
        """Let the person type into the first field that is empty, or else the first.

        A choice that nothing is chosen of counts where the form begins with it.
        """
        usable = [box for box in self.boxes if box.input.isEnabled()]
        empty = [box for box in usable if not box.text and (box.line is not None or box is usable[0])]
        for box in (*empty, *usable):
            box.input.setFocus(Qt.FocusReason.TabFocusReason)
            return

    def box_of(self, name: StrEnum) -> FieldBox:
        """Return the field called *name*."""
        return next(box for box in self.boxes if box.field_ is name)

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        side = round(sizes.padding * 0.8)
        self._column.setContentsMargins(side, self._title_height(), side, round(sizes.gap * 1.2))
        self._column.setSpacing(sizes.gap)
        self._grid.setHorizontalSpacing(round(sizes.gap * 1.4))
        self._grid.setVerticalSpacing(round(sizes.gap * 0.8))
        self.hint.setFixedHeight(round(sizes.status * 5.4))
        self.hint.take_looks(palette_, sizes)
        self.buttons.take_looks(palette_, sizes)
        for box in self.boxes:
            box.take_looks(sizes)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint ground and title."""
        painter, sizes = QPainter(self), self._sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.panel.ground))
        painter.drawRoundedRect(QRectF(self.rect()), sizes.radius, sizes.radius)
        painter.setPen(QColor(self._colours.panel.text))
        side = sizes.padding * 0.8
        box = QRectF(side, sizes.gap * 0.4, self.width() - 2 * side, self._title_height() - sizes.gap * 0.8)
        font = text_font(round(sizes.left * 0.8), QFont.Weight.DemiBold)
        draw_fitted(painter, self._title, box, font, Qt.AlignmentFlag.AlignVCenter)

    def _title_height(self) -> int:
        return round(self._sizes.left * 1.45)

    def _make_fields(self, fields: tuple[FieldView[Any], ...]) -> None:
        row = column = 0
        for view in fields:
            box = FieldBox(view)
            box.take_looks(self._sizes)
            box.badge_typed.connect(self.badge_typed)
            box.typed.connect(lambda: self.typed.emit(self.values()))
            box.entered.connect(self._enter)
            if view.wide and column:
                row, column = row + 1, 0
            self._grid.addWidget(box, row, column, 1, 2 if view.wide else 1)
            self.boxes.append(box)
            row, column = (row + 1, 0) if view.wide or column else (row, 1)
        for each in (0, 1):
            self._grid.setColumnStretch(each, 1)

    def _enter(self) -> None:
        """Go on to the next field, or submit after the last."""
        focused = [number for number, box in enumerate(self.boxes) if box.input.hasFocus()]
        number = focused[0] if focused else len(self.boxes) - 1
        following = [box for box in self.boxes[number + 1 :] if box.input.isEnabled()]
        if following:
            following[0].input.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._submit()

    def _submit(self) -> None:
        if self.buttons.buttons and self.buttons.buttons[0].isEnabled():
            self.submitted.emit(self.values())

    def _press(self, press: Press[Any]) -> None:
        if press.act is self._submit_act:
            self._submit()
        else:
            self.cancelled.emit()
