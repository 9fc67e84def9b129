"""The line that says what happened, what is asked or what is wrong, with a button that helps. GUI thread."""

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPaintEvent, QResizeEvent

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import Saying
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.panels.buttons import ButtonGrid
from traitortrack_desktop.ui.signs import draw_icon
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SayingBar(Zone):
    """Keeps its place when nothing is said. :attr:`pressed` carries the ``Press``."""

    pressed = Signal(object)

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self.saying: Saying[Any] | None = None
        self.buttons = ButtonGrid(palette_, sizes)
        self.buttons.setParent(self)
        self.buttons.pressed.connect(self.pressed)

    def show_saying(self, saying: Saying[Any] | None) -> None:
        """Show *saying*, or nothing."""
        self.saying = saying
        self.announce(*((saying.heading, saying.what) if saying else ()))
        self.buttons.show_presses(saying.presses if saying else ())
        self.buttons.setVisible(bool(saying and saying.presses))
        self._place_buttons()
        self.update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        super().take_looks(palette_, sizes)
        self.buttons.take_looks(palette_, sizes)
        self._place_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button at the right."""
        super().resizeEvent(event)
        self._place_buttons()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint icon, word and sentence."""
        painter, saying, sizes = self.begin(), self.saying, self.sizes
        if saying is None:
            return
        surface = self.colours.tones[saying.tone]
        self.paint_ground(painter, surface)
        place = QRectF(self.rect()).adjusted(sizes.padding * 0.7, 2, -sizes.padding * 0.7, -2)
        side = sizes.status * 1.5
        icon = QRectF(place.left(), place.center().y() - side / 2, side, side)
        draw_icon(painter, saying.icon, icon, QColor(surface.sign), QColor(surface.ground))
        place.setLeft(icon.right() + sizes.gap * 1.2)
        if self.buttons.isVisible():
            place.setRight(self.buttons.geometry().left() - sizes.gap)
        bold = text_font(sizes.status, QFont.Weight.Bold)
        width = min(QFontMetricsF(bold).horizontalAdvance(saying.heading) + 2, place.width() * 0.4)
        painter.setPen(QColor(surface.text))
        self.write(painter, saying.heading, QRectF(place.left(), place.top(), width, place.height()), bold)
        place.setLeft(place.left() + width + sizes.gap * 1.6)
        if not saying.what:
            return
        if not draw_fitted(painter, saying.what, place, text_font(sizes.status), _LEFT, wrap=True):
            self.cut_off.append(saying.what)
        self.painted.append(saying.what)

    def _place_buttons(self) -> None:
        width = sum(button.wanted_width for button in self.buttons.buttons)
        height = self.buttons.sizeHint().height()
        right = self.width() - round(self.sizes.gap)
        self.buttons.setGeometry(right - width, round((self.height() - height) / 2), width, height)
