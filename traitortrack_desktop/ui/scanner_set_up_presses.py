"""The buttons of the set-up screen: for a finger or a mouse, and never with the focus. GUI thread."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.scanner_set_up_state import Press
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.touch_button import TouchButton

SMALLEST_TARGET = 48
"""Height of what a finger presses, in logical pixels."""


class PressButton(TouchButton[Press]):
    """One press. Neither Enter nor Space nor the Enter of a scanner can press it."""

    def __init__(self, press: Press, palette_: Palette, sizes: Sizes, parent: QWidget | None = None) -> None:
        super().__init__(press, palette_, sizes, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    @staticmethod
    def height_for(sizes: Sizes) -> int:
        """Return how high it is at least."""
        return target_height(sizes)

    @property
    def wanted_width(self) -> int:
        """How wide it has to be for its label."""
        return round(
            QFontMetricsF(self._font()).horizontalAdvance(self.press_.label) + self._sizes.padding * 1.6
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground and the label."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, edge, text = self._look()
        painter.setPen(QPen(QColor(edge), 2 if self.press_.chosen else 1))
        painter.setBrush(QColor(ground))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, self._sizes.radius, self._sizes.radius)
        painter.setPen(QColor(text))
        inner = box.adjusted(self._sizes.padding * 0.4, 0, -self._sizes.padding * 0.4, 0)
        self.is_cut_off = not draw_fitted(
            painter, self.press_.label, inner, self._font(), Qt.AlignmentFlag.AlignCenter
        )

    def _font(self) -> QFont:
        strong = self.press_.primary or self.press_.chosen
        return text_font(self._sizes.label, QFont.Weight.DemiBold if strong else QFont.Weight.Normal)

    def _look(self) -> tuple[str, str, str]:
        """Return the colours of ground, edge and text."""
        colours = self._colours
        if not self.press_.usable:
            return colours.window.ground, colours.line, colours.window.quiet
        if self.isDown():
            return colours.line, colours.edge, colours.key.text
        if self.press_.primary:
            return colours.highlight, colours.highlight, colours.panel.ground
        if self.press_.chosen:
            return colours.panel.ground, colours.highlight, colours.panel.text
        return colours.key.ground, colours.edge, colours.key.text


class PressRow(QWidget):
    """Presses side by side. :attr:`pressed` carries the ``Press``."""

    pressed = Signal(object)

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.buttons: list[PressButton] = []
        self._colours, self._sizes = palette_, sizes
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    def show_presses(self, presses: tuple[Press, ...]) -> None:
        """Show *presses*; buttons are kept while there are as many."""
        if len(presses) != len(self.buttons):
            self._rebuild(presses)
        for place, (button, press) in enumerate(zip(self.buttons, presses, strict=True)):
            button.show_press(press)
            self._row.setStretch(place, button.wanted_width)

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        self._row.setSpacing(sizes.gap)
        self.setFixedHeight(target_height(sizes))
        for place, button in enumerate(self.buttons):
            button.take_looks(palette_, sizes)
            self._row.setStretch(place, button.wanted_width)

    def _rebuild(self, presses: tuple[Press, ...]) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        for press in presses:
            button = PressButton(press, self._colours, self._sizes)
            button.take_looks(self._colours, self._sizes)
            button.clicked.connect(lambda _=False, button=button: self.pressed.emit(button.press_))
            self._row.addWidget(button)
            self.buttons.append(button)


def target_height(sizes: Sizes) -> int:
    """Return how high a button is."""
    return max(SMALLEST_TARGET, sizes.key_height)
