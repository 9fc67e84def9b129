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
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CounterZone(Zone):
    """Shows count, capacity, one cell for each bag, what is left, and the parent; or what a desk counts."""

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
                counter.beside,
                *counter.details,
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
        if counter.details:
            place = self._paint_details(painter, counter.details, place)
        bar_height = self.sizes.line * (0.6 if counter.details else 1.15) if counter.capacity else 0.0
        bar_top = place.bottom() - parent_height - self.sizes.gap * 1.4 - bar_height
        self._paint_count(painter, counter, QRectF(place.topLeft(), QPointF(place.right(), bar_top)))
        if counter.capacity:
            self._paint_cells(painter, counter, QRectF(place.left(), bar_top, place.width(), bar_height))
        parent = QRectF(place.left(), place.bottom() - parent_height, place.width(), parent_height)
        self._paint_parent(painter, counter, parent)

    def _paint_details(self, painter: QPainter, details: tuple[str, ...], place: QRectF) -> QRectF:
        """Paint lines at the lower edge; return what is left above them."""
        font = text_font(self.sizes.label)
        height = QFontMetricsF(font).height()
        top = place.bottom() - height * len(details)
        painter.setPen(QColor(self.colours.panel.text))
        for i, text in enumerate(details):
            self.write(painter, text, QRectF(place.left(), top + i * height, place.width(), height), font)
        return place.adjusted(0, 0, 0, top - place.bottom())

    def _paint_count(self, painter: QPainter, counter: Counter, place: QRectF) -> None:
        large = text_font(self.sizes.count, QFont.Weight.Bold)
        digits = QFontMetricsF(large).tightBoundingRect("0").height()
        baseline = place.top() + (place.height() - self.sizes.gap + digits) / 2
        used = QFontMetricsF(large).horizontalAdvance(counter.count_text)
        painter.setFont(large)
        painter.setPen(QColor(self.colours.panel.text))
        painter.drawText(QPointF(place.left() - self.sizes.count * 0.05, baseline), counter.count_text)
        self.painted.append(counter.count_text)
        if counter.details:
            self._paint_stacked(painter, counter, place.adjusted(used, 0, 0, 0), baseline, digits)
        else:
            self._paint_beside(painter, counter, place.adjusted(used, 0, 0, 0), baseline)

    def _paint_beside(self, painter: QPainter, counter: Counter, place: QRectF, baseline: float) -> None:
        """Paint the capacity behind the count, and what is left at the right edge."""
        small = text_font(self.sizes.capacity)
        painter.setFont(small)
        painter.setPen(QColor(self.colours.panel.quiet))
        painter.drawText(QPointF(place.left() + self.sizes.gap, baseline), counter.capacity_text)
        self.painted.append(counter.capacity_text)
        used = self.sizes.gap * 2 + QFontMetricsF(small).horizontalAdvance(counter.capacity_text)
        line = QFontMetricsF(text_font(self.sizes.left))
        top = baseline - line.ascent()
        left = QRectF(place.left() + used, top, place.width() - used, line.height())
        self._paint_left(painter, counter, left)

    def _paint_stacked(
        self, painter: QPainter, counter: Counter, place: QRectF, baseline: float, digits: float
    ) -> None:
        """Paint two lines behind the count, as high as its digits: of how many, and what it counts."""
        place = place.adjusted(self.sizes.gap, 0, 0, 0)
        top, half = baseline - digits - self.sizes.gap, digits / 2 + self.sizes.gap
        upper = QRectF(place.left(), top, place.width(), half)
        line = QFontMetricsF(text_font(self.sizes.left))
        lower = QRectF(place.left(), baseline - line.ascent(), place.width(), line.height())
        painter.setPen(QColor(self.colours.panel.quiet))
        self.write(painter, counter.capacity_text, upper, text_font(round(self.sizes.capacity * 0.85)))
        painter.setPen(QColor(self.colours.panel.text))
        self.write(painter, counter.left_text, lower, text_font(self.sizes.left, QFont.Weight.DemiBold))

    def _paint_left(self, painter: QPainter, counter: Counter, place: QRectF) -> None:
        painter.setPen(QColor(self.colours.panel.text if counter.full else self.colours.panel.quiet))
        font = text_font(self.sizes.left, QFont.Weight.DemiBold if counter.full else QFont.Weight.Normal)
        self.write(painter, counter.left_text, place, font, _RIGHT)

    def _paint_cells(self, painter: QPainter, counter: Counter, bar: QRectF) -> None:
        cells = min(counter.capacity, _MOST_CELLS)
        share = counter.capacity / cells
        gap = bar.width() / cells * 0.22
        width = (bar.width() + gap) / cells - gap
        radius = min(width, bar.height()) * 0.2
        colours: dict[Mark | None, QColor] = {None: QColor(self.colours.track)}
        colours |= dict.fromkeys(Mark, QColor(self.colours.highlight))
        colours[Mark.RECORDED] = _between(self.colours.highlight, self.colours.track)
        painter.setPen(Qt.PenStyle.NoPen)
        for i in range(cells):
            bag = int(i * share)
            painter.setBrush(colours[counter.fill[bag] if bag < len(counter.fill) else None])
            cell = QRectF(bar.left() + i * (width + gap), bar.top(), width, bar.height())
            painter.drawRoundedRect(cell, radius, radius)

    def _paint_parent(self, painter: QPainter, counter: Counter, place: QRectF) -> None:
        quiet, text = QColor(self.colours.panel.quiet), QColor(self.colours.panel.text)
        font = text_font(self.sizes.line)
        painter.setPen(quiet)
        self.write(painter, counter.parent_label, place, font)
        if counter.parent is not None:
            used = QFontMetricsF(font).horizontalAdvance(counter.parent_label) + self.sizes.gap * 1.4
            code = place.adjusted(used, 0, 0, 0)
            pixels = round(self.sizes.code * 0.9)
            width = draw_code(painter, counter.parent, code, pixels, head=text, tail=text)
            self.painted.append(counter.parent.text)
            self._paint_beside_code(painter, counter.beside, code.adjusted(width, 0, 0, 0))

    def _paint_beside_code(self, painter: QPainter, text: str, place: QRectF) -> None:
        if text:
            painter.setPen(QColor(self.colours.panel.quiet))
            box = place.adjusted(self.sizes.gap, 0, 0, 0)
            self.write(painter, text, box, text_font(self.sizes.label), _RIGHT)


def _between(one: str, other: str) -> QColor:
    """Return the colour halfway: filled, but lighter than what is at the centre."""
    a, b = QColor(one), QColor(other)
    return QColor((a.red() + b.red()) // 2, (a.green() + b.green()) // 2, (a.blue() + b.blue()) // 2)
