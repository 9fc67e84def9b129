"""Zone 2: how many bags are in the parent; the largest thing on the screen."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import Counter, Mark
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.texts import draw_code
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_MOST_CELLS = 60


class CounterZone(Zone):
    """Shows count, capacity, one cell for each bag, how many are left, and the parent."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._counter: Counter | None = None

    def show_counter(self, counter: Counter) -> None:
        """Show *counter*."""
        if counter != self._counter:
            self._counter = counter
            parent = counter.parent.text if counter.parent is not None else ""
            self.announce(
                f"{counter.count_text} {counter.capacity_text}",
                counter.left_text,
                counter.parent_label,
                parent,
            )
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the count above the cells above the parent."""
        painter = self.begin()
        place = self.paint_ground(painter, self.colours.panel)
        counter = self._counter
        if counter is None:
            return
        parent_height = self.sizes.code * 1.25
        bar_height = self.sizes.line * 1.15
        bar_top = place.bottom() - parent_height - self.sizes.gap * 1.4 - bar_height
        self._paint_count(painter, counter, QRectF(place.topLeft(), QPointF(place.right(), bar_top)))
        self._paint_cells(painter, counter, QRectF(place.left(), bar_top, place.width(), bar_height))
        parent = QRectF(place.left(), place.bottom() - parent_height, place.width(), parent_height)
        self._paint_parent(painter, counter, parent)

    def _paint_count(self, painter: QPainter, counter: Counter, place: QRectF) -> None:
        large, small = text_font(self.sizes.count, QFont.Weight.Bold), text_font(self.sizes.capacity)
        digits = QFontMetricsF(large).tightBoundingRect("0").height()
        baseline = place.top() + (place.height() - self.sizes.gap + digits) / 2
        used = QFontMetricsF(large).horizontalAdvance(counter.count_text)
        painter.setFont(large)
        painter.setPen(QColor(self.colours.panel.text))
        painter.drawText(QPointF(place.left() - self.sizes.count * 0.05, baseline), counter.count_text)
        painter.setFont(small)
        painter.setPen(QColor(self.colours.panel.quiet))
        painter.drawText(QPointF(place.left() + used + self.sizes.gap, baseline), counter.capacity_text)
        self.painted += [counter.count_text, counter.capacity_text]
        used += self.sizes.gap * 2 + QFontMetricsF(small).horizontalAdvance(counter.capacity_text)
        line = QFontMetricsF(text_font(self.sizes.left))
        left = QRectF(place.left() + used, baseline - line.ascent(), place.width() - used, line.height())
        self._paint_left(painter, counter, left)

    def _paint_left(self, painter: QPainter, counter: Counter, place: QRectF) -> None:
        painter.setPen(QColor(self.colours.panel.text if counter.full else self.colours.panel.quiet))
        font = text_font(self.sizes.left, QFont.Weight.DemiBold if counter.full else QFont.Weight.Normal)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.write(painter, counter.left_text, place, font, flags)

    def _paint_cells(self, painter: QPainter, counter: Counter, bar: QRectF) -> None:
        cells = min(counter.capacity, _MOST_CELLS)
        share = counter.capacity / cells
        gap = bar.width() / cells * 0.22
        width = (bar.width() + gap) / cells - gap
        colours: dict[Mark | None, QColor] = {None: QColor(self.colours.track)}
        colours |= dict.fromkeys(Mark, QColor(self.colours.highlight))
        colours[Mark.RECORDED] = _between(self.colours.highlight, self.colours.track)
        painter.setPen(Qt.PenStyle.NoPen)
        for i in range(cells):
            bag = int(i * share)
            painter.setBrush(colours[counter.fill[bag] if bag < len(counter.fill) else None])
            cell = QRectF(bar.left() + i * (width + gap), bar.top(), width, bar.height())
            painter.drawRoundedRect(cell, width * 0.2, width * 0.2)

    def _paint_parent(self, painter: QPainter, counter: Counter, place: QRectF) -> None:
        quiet, text = QColor(self.colours.panel.quiet), QColor(self.colours.panel.text)
        font = text_font(self.sizes.line)
        painter.setPen(quiet)
        self.write(painter, counter.parent_label, place, font)
        if counter.parent is not None:
            used = QFontMetricsF(font).horizontalAdvance(counter.parent_label) + self.sizes.gap * 1.4
            draw_code(
                painter,
                counter.parent,
                place.adjusted(used, 0, 0, 0),
                round(self.sizes.code * 0.9),
                head=text,
                tail=text,
            )
            self.painted.append(counter.parent.text)


def _between(one: str, other: str) -> QColor:
    """Return the colour halfway: filled, but lighter than what is at the centre."""
    a, b = QColor(one), QColor(other)
    return QColor((a.red() + b.red()) // 2, (a.green() + b.green()) // 2, (a.blue() + b.blue()) // 2)
