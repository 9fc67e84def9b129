"""What every zone of the scan screen is: a painted place of fixed size that never takes focus."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QWidget

from traitortrack_desktop.presentation.palette import Palette, Surface
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.texts import draw_fitted

_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Zone(QWidget):
    """A zone. :attr:`painted` holds the texts of its last painting, in order, for tests;
    :attr:`cut_off` those of them that had no room.
    """

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.colours = palette_
        self.sizes = sizes
        self.painted: list[str] = []
        self.cut_off: list[str] = []

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self.colours, self.sizes = palette_, sizes
        self.update()

    def announce(self, *texts: str) -> None:
        """Give screen readers the words that are painted."""
        spoken = ". ".join(text for text in texts if text)
        if spoken != self.accessibleName():
            self.setAccessibleName(spoken)

    def begin(self) -> QPainter:
        """Return the painter of a new painting."""
        self.painted, self.cut_off = [], []
        return QPainter(self)

    def write(
        self, painter: QPainter, text: str, box: QRectF, font: QFont, flags: Qt.AlignmentFlag = _MIDDLE
    ) -> None:
        """Write one line so that it fits *box*."""
        if not draw_fitted(painter, text, box, font, flags):
            self.cut_off.append(text)
        self.painted.append(text)

    def paint_ground(self, painter: QPainter, surface: Surface) -> QRectF:
        """Fill the zone with *surface* and return the place inside its padding."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(surface.ground))
        painter.drawRoundedRect(QRectF(self.rect()), self.sizes.radius, self.sizes.radius)
        side, edge = self.sizes.padding, self.sizes.padding * 0.6
        return QRectF(self.rect()).adjusted(side, edge, -side, -edge)
