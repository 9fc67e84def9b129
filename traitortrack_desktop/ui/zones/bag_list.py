"""Zone 4: the child bags, newest first, in places that never move; or the menu."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Plural
from traitortrack_desktop.presentation.screen_state import Row
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.signs import draw_mark
from traitortrack_desktop.ui.texts import draw_code
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class BagListZone(Zone):
    """Shows as many rows as have room, and says how many more bags are inside: the two make the count."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._more = Plural(one="", other="")
        self._rows: tuple[Row, ...] = ()
        self._inside = 0
        self._empty_text = ""

    def show_rows(self, rows: tuple[Row, ...], inside: int, empty_text: str, more: Plural) -> None:
        """Show *rows*, or *empty_text* when there are none; *inside* is how many bags there are in all.

        *more* says how many have no row.
        """
        if (rows, inside, empty_text, more) != (self._rows, self._inside, self._empty_text, self._more):
            self._rows, self._inside, self._empty_text, self._more = rows, inside, empty_text, more
            newest = rows[0] if rows else None
            self.announce(f"{newest.number} {newest.code.text} {newest.mark_text}" if newest else empty_text)
            self.update()

    @property
    def room(self) -> int:
        """How many rows have room."""
        inside = self.height() - self.sizes.padding * 0.6
        return max(1, int(inside // self.sizes.row_height))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the rows that have room."""
        painter = self.begin()
        place = self.paint_ground(painter, self.colours.panel)
        place.setTop(self.sizes.padding * 0.3)
        if not self._rows:
            self._paint_empty(painter, place)
        for i, row in enumerate(self._rows[: self.room]):
            height = self.sizes.row_height
            box = QRectF(place.left(), place.top() + i * height, place.width(), height)
            if i:
                painter.setPen(QColor(self.colours.line))
                painter.drawLine(box.topLeft(), box.topRight())
            self._paint_row(painter, row, box)
        shown = self._rows[: self.room]
        more = self._inside - sum(row.counts for row in shown)
        if shown and more > 0:
            self._paint_more(painter, more, place, len(shown))

    def _paint_empty(self, painter: QPainter, place: QRectF) -> None:
        painter.setPen(QColor(self.colours.panel.quiet))
        box = QRectF(place.left(), place.top(), place.width(), self.sizes.row_height)
        self.write(painter, self._empty_text, box, text_font(self.sizes.row))

    def _paint_row(self, painter: QPainter, row: Row, box: QRectF) -> None:
        unit, panel = self.sizes.row, self.colours.panel
        quiet, text = QColor(panel.quiet), QColor(panel.text)
        font = text_font(unit)
        painter.setPen(quiet)
        number = QRectF(box.left(), box.top(), unit * 2.2, box.height())
        self.write(painter, row.number, number, font, _RIGHT)
        mark_left = box.right() - unit * 9.2
        time_left = mark_left - unit * 6.2
        amount = unit * 5.4 if row.amount else 0.0
        code_width = time_left - number.right() - unit * 2 - amount
        code = QRectF(number.right() + unit, box.top(), code_width, box.height())
        draw_code(painter, row.code, code, unit, head=quiet, tail=text)
        self.painted.append(row.code.text)
        painter.setPen(quiet)
        if row.amount:
            self.write(painter, row.amount, QRectF(code.right(), box.top(), amount, box.height()), font)
        time_box = QRectF(time_left, box.top(), unit * 5.4, box.height())
        self.write(painter, row.time, time_box, font)
        colour = QColor(self.colours.marks[row.mark])
        side = unit * 0.72
        draw_mark(painter, row.mark, QRectF(mark_left, box.center().y() - side / 2, side, side), colour)
        words = QRectF(mark_left + unit * 1.1, box.top(), box.right() - mark_left - unit * 1.1, box.height())
        painter.setPen(text)
        self.write(painter, row.mark_text, words, font)

    def _paint_more(self, painter: QPainter, more: int, place: QRectF, below: int) -> None:
        text = self._more.text(more)
        top = place.top() + below * self.sizes.row_height
        left_over = self.height() - top - self.sizes.padding * 0.3
        if left_over < self.sizes.status:
            return
        painter.setPen(QColor(self.colours.panel.quiet))
        height = min(left_over, self.sizes.row_height)
        box = QRectF(place.left() + self.sizes.row * 3.2, top, place.width() - self.sizes.row * 3.2, height)
        self.write(painter, text, box, text_font(self.sizes.status))
