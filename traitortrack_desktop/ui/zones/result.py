"""Zone 3: what became of the last scan: icon, word, code, what is so, what to do now."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent

from traitortrack_desktop.presentation.palette import Palette, Surface
from traitortrack_desktop.presentation.screen_state import Mark, Result, Tone
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.signs import draw_icon, draw_mark
from traitortrack_desktop.ui.texts import draw_code, draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone


class ResultZone(Zone):
    """Shows the last result."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._result: Result | None = None

    def show_result(self, result: Result) -> None:
        """Show *result*."""
        if result != self._result:
            self._result = result
            code = result.code.text if result.code is not None else ""
            self.announce(
                result.word, code, *result.lines, result.mark_text, result.note, result.meanwhile, result.held
            )
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint from top to bottom: word, code, the two lines, and what piles up behind."""
        painter = self.begin()
        result = self._result
        surface = self.colours.tones[result.tone if result is not None else Tone.READY]
        place = self.paint_ground(painter, surface)
        if result is None:
            return
        if result.held:
            place = self._paint_held(painter, result.held, place)
        top = self._paint_word(painter, result, surface, place)
        top = self._paint_code(painter, result, surface, place, top)
        bottom = self._paint_foot(painter, result, surface, place)
        self._paint_lines(painter, result, surface, QRectF(place.left(), top, place.width(), bottom - top))

    def _paint_word(self, painter: QPainter, result: Result, surface: Surface, place: QRectF) -> float:
        height = self.sizes.word * 1.18
        side = self.sizes.word * 1.0
        icon = QRectF(place.left(), place.top() + (height - side) / 2, side, side)
        draw_icon(painter, result.icon, icon, QColor(surface.sign), QColor(surface.ground))
        painter.setPen(QColor(surface.text))
        words = QRectF(place.left() + side * 1.3, place.top(), place.width() - side * 1.3, height)
        self.write(painter, result.word, words, text_font(self.sizes.word, QFont.Weight.Bold))
        return place.top() + height + self.sizes.gap * 0.6

    def _paint_code(
        self, painter: QPainter, result: Result, surface: Surface, place: QRectF, top: float
    ) -> float:
        if result.code is None:
            return top
        height = self.sizes.code * 1.3
        box = QRectF(place.left(), top, place.width(), height)
        head, tail = QColor(surface.quiet), QColor(surface.text)
        draw_code(painter, result.code, box, self.sizes.code, head=head, tail=tail)
        self.painted.append(result.code.text)
        return top + height + self.sizes.gap * 0.6

    def _paint_lines(self, painter: QPainter, result: Result, surface: Surface, box: QRectF) -> None:
        what, now = result.lines
        painter.setPen(QColor(surface.text))
        font = text_font(self.sizes.line)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        both = f"{what}\n{now}" if now else what
        if not draw_fitted(painter, both, box, font, flags, wrap=True):
            self.cut_off.append(both)
        self.painted += [what, now]

    def _paint_foot(self, painter: QPainter, result: Result, surface: Surface, place: QRectF) -> float:
        """Paint the mark or the note at the lower edge; return where the lines have to end."""
        text = result.note or result.mark_text
        if not text:
            return place.bottom()
        font = text_font(self.sizes.label, QFont.Weight.DemiBold if result.note else QFont.Weight.Normal)
        height = QFontMetricsF(font).height()
        box = QRectF(place.left(), place.bottom() - height, place.width(), height)
        mark = result.mark if result.mark_text else None
        if mark is not None:
            side = height * 0.66
            ring = QRectF(box.left(), box.top() + (height - side) / 2, side, side)
            draw_mark(painter, mark, ring, QColor(self._mark_colour(mark, result.tone, surface)))
            box = box.adjusted(side * 1.5, 0, 0, 0)
        if result.meanwhile:
            self._paint_meanwhile(
                painter, result.meanwhile, surface, box.adjusted(box.width() * 0.5, 0, 0, 0)
            )
            box = box.adjusted(0, 0, -box.width() * 0.52, 0)
        painter.setPen(QColor(surface.text if result.note else surface.quiet))
        self.write(painter, text, box, font)
        return place.bottom() - height - self.sizes.gap * 0.4

    def _paint_held(self, painter: QPainter, text: str, place: QRectF) -> QRectF:
        """Paint what is held on a band at the lower edge; return what is left above it."""
        font = text_font(self.sizes.label, QFont.Weight.DemiBold)
        height = QFontMetricsF(font).height() * 1.3
        side = self.sizes.padding
        band = QRectF(self.rect())
        band.setTop(band.bottom() - height)
        surface = self.colours.tones[Tone.ATTENTION]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(surface.ground))
        painter.drawRoundedRect(band, self.sizes.radius, self.sizes.radius)
        painter.setPen(QColor(surface.text))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if not draw_fitted(painter, text, band.adjusted(side, 0, -side, 0), font, flags):
            self.cut_off.append(text)
        self.painted.append(text)
        return place.adjusted(0, 0, 0, band.top() - self.sizes.gap * 0.6 - place.bottom())

    def _paint_meanwhile(self, painter: QPainter, text: str, surface: Surface, box: QRectF) -> None:
        painter.setPen(QColor(surface.text))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.write(painter, text, box, text_font(self.sizes.label), flags)

    def _mark_colour(self, mark: Mark, tone: Tone, surface: Surface) -> str:
        return self.colours.marks[mark] if tone is Tone.READY else surface.sign
