"""A list of scanners with a light each, and buttons at those that belong to the station. GUI thread."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Plural
from traitortrack_desktop.presentation.scanner_set_up_state import Press, ScannerRow
from traitortrack_desktop.presentation.screen_state import Mark
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.scanner_set_up_presses import SMALLEST_TARGET, PressButton
from traitortrack_desktop.ui.signs import draw_mark
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class RowsZone(Zone):
    """Title, rows that never move, and how many more there are. :attr:`pressed` carries the ``Press``."""

    pressed = Signal(object)

    def __init__(self, palette_: Palette, sizes: Sizes, more: Plural) -> None:
        super().__init__(palette_, sizes)
        self.buttons: list[PressButton] = []
        self._more, self._title, self._empty = more, "", ""
        self._rows: tuple[ScannerRow, ...] = ()

    def show_rows(self, title: str, rows: tuple[ScannerRow, ...], empty: str) -> None:
        """Show *rows* under *title*, or *empty* where there are none."""
        self._title, self._rows, self._empty = title, rows, empty
        self.announce(title, *(f"{row.name} {row.count} {row.problem or row.place}" for row in rows))
        self._place_buttons()
        self.update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        super().take_looks(palette_, sizes)
        for button in self.buttons:
            button.take_looks(palette_, sizes)
        self._place_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move the buttons with their rows."""
        super().resizeEvent(event)
        self._place_buttons()

    @property
    def room(self) -> int:
        """How many rows have room."""
        free = self.height() - self._head() - self.sizes.padding * 0.6
        room = max(1, int(free // self._row_height()))
        return (
            room if len(self._rows) <= room else max(1, int((free - self.sizes.line) // self._row_height()))
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint title and rows."""
        painter, sizes = self.begin(), self.sizes
        place = self.paint_ground(painter, self.colours.panel)
        painter.setPen(QColor(self.colours.panel.quiet))
        head = QRectF(place.left(), place.top(), place.width(), self._head() - place.top())
        self.write(painter, self._title, head, text_font(sizes.status, QFont.Weight.DemiBold))
        if not self._rows:
            box = QRectF(place.left(), self._head(), place.width(), self._row_height())
            self.write(painter, self._empty, box, text_font(sizes.label))
        for number, row in enumerate(self._rows[: self.room]):
            self._paint_row(painter, row, self._box(number, place))
        hidden = len(self._rows) - self.room
        if hidden > 0:
            painter.setPen(QColor(self.colours.panel.quiet))
            box = QRectF(place.left(), self._box(self.room, place).top(), place.width(), sizes.line * 1.2)
            self.write(painter, self._more.text(hidden), box, text_font(sizes.status))

    def _paint_row(self, painter: QPainter, row: ScannerRow, box: QRectF) -> None:
        sizes, panel = self.sizes, self.colours.panel
        painter.setPen(QColor(self.colours.line))
        painter.drawLine(box.topLeft(), box.topRight())
        mark, side = (Mark.POSTED if row.ready else Mark.REFUSED), sizes.label * 0.8
        sign = QRectF(box.left(), box.center().y() - side / 2, side, side)
        draw_mark(painter, mark, sign, QColor(self.colours.marks[mark]))
        words = box.adjusted(side + sizes.gap * 1.4, sizes.gap * 0.6, 0, -sizes.gap * 0.6)
        words.setRight(self._buttons_left(row, box) - sizes.gap)
        middle = words.center().y()
        bold = text_font(sizes.label, QFont.Weight.DemiBold)
        name_width = min(QFontMetricsF(bold).horizontalAdvance(row.name) + sizes.gap * 1.6, words.width())
        painter.setPen(QColor(panel.text))
        name = QRectF(words.left(), words.top(), name_width, middle - words.top())
        self.write(painter, row.name, name, bold)
        painter.setPen(QColor(panel.quiet))
        small = text_font(sizes.status)
        if row.count:
            count = QRectF(name.right(), name.top(), words.right() - name.right(), name.height())
            self.write(painter, row.count, count, small, _RIGHT)
        lower = QRectF(words.left(), middle, words.width(), words.bottom() - middle)
        if row.problem:
            painter.setPen(QColor(self.colours.marks[Mark.REFUSED]))
        self.write(painter, row.problem or row.place, lower, small)

    # -- places

    def _head(self) -> float:
        return self.sizes.padding * 0.6 + self.sizes.status * 1.9

    def _row_height(self) -> float:
        return max(SMALLEST_TARGET + 10.0, self.sizes.row_height * 1.6)

    def _box(self, number: int, place: QRectF) -> QRectF:
        height = self._row_height()
        return QRectF(place.left(), self._head() + number * height, place.width(), height)

    def _inside(self) -> QRectF:
        return QRectF(self.rect()).adjusted(self.sizes.padding, 0, -self.sizes.padding, 0)

    def _buttons_left(self, row: ScannerRow, box: QRectF) -> float:
        mine = {press.value for press in row.presses}
        lefts = [button.geometry().left() for button in self.buttons if button.press_.value in mine]
        return min(lefts, default=round(box.right()))

    def _place_buttons(self) -> None:
        shown = self._rows[: self.room]
        presses = [press for row in shown for press in row.presses]
        while len(self.buttons) > len(presses):
            button = self.buttons.pop()
            button.hide()
            button.deleteLater()
        for number, press in enumerate(presses):
            if number == len(self.buttons):
                self.buttons.append(self._button(number, press))
            self.buttons[number].show_press(press)
        left_over = iter(self.buttons)
        for number, row in enumerate(shown):
            self._line_up([next(left_over) for _ in row.presses], self._box(number, self._inside()))

    def _line_up(self, buttons: list[PressButton], box: QRectF) -> None:
        right, height = box.right(), max(SMALLEST_TARGET, round(box.height() - self.sizes.gap))
        for button in reversed(buttons):
            width = max(button.wanted_width, self.sizes.label * 7)
            top = round(box.center().y() - height / 2)
            button.setGeometry(round(right - width), top, width, height)
            button.show()
            right -= width + self.sizes.gap

    def _button(self, number: int, press: Press) -> PressButton:
        button = PressButton(press, self.colours, self.sizes, self)
        button.take_looks(self.colours, self.sizes)
        button.clicked.connect(lambda _=False: self.pressed.emit(self.buttons[number].press_))
        return button
