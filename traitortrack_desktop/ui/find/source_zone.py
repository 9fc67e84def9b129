"""The line that says as of when, and from where, what is shown is. GUI thread."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPaintEvent

from traitortrack_desktop.presentation.find_state import SourceLine
from traitortrack_desktop.ui.signs import draw_mark
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SourceZone(Zone):
    """Keeps its place whatever it says."""

    line = SourceLine(text="")

    def show_line(self, line: SourceLine) -> None:
        """Show *line*."""
        if line != self.line:
            self.line = line
            self.announce(line.text, line.page)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint mark, text, and the page at the right."""
        painter, sizes, line = self.begin(), self.sizes, self.line
        font = text_font(round(sizes.status * 0.9))
        place = QRectF(self.rect()).adjusted(sizes.padding * 0.4, 0, -sizes.padding * 0.4, 0)
        if line.mark is not None:
            side = sizes.status * 0.7
            sign = QRectF(place.left(), place.center().y() - side / 2, side, side)
            draw_mark(painter, line.mark, sign, QColor(self.colours.marks[line.mark]))
            place.setLeft(sign.right() + sizes.gap * 0.7)
        painter.setPen(QColor(self.colours.window.quiet))
        if line.page:
            self.write(painter, line.page, place, font, _RIGHT)
            place.setRight(place.right() - place.width() * 0.1)
        if line.text:
            self.write(painter, line.text, place, font)
