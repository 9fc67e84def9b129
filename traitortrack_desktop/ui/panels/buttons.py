"""The buttons of the panels: for mouse, finger and keys, with the key that does the same. GUI thread."""

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import Press
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.touch_button import TouchButton

SMALLEST_TARGET = 46
"""Height of what a finger presses, in logical pixels."""
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def target_height(sizes: Sizes) -> int:
    """Return how high a button or a field is."""
    return max(SMALLEST_TARGET, round(sizes.key_height * 0.86))


class PanelButton(TouchButton[Press[Any]]):
    """One press. Tab reaches it and Enter presses it."""

    def __init__(self, press: Press[Any], palette_: Palette, sizes: Sizes) -> None:
        super().__init__(press, palette_, sizes)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @staticmethod
    def height_for(sizes: Sizes) -> int:
        """Return how high it is."""
        return target_height(sizes)

    @property
    def wanted_width(self) -> int:
        """How wide it has to be for its label."""
        text = QFontMetricsF(self._font()).horizontalAdvance(self.press_.label)
        if self._says_why:
            small = text_font(round(self._sizes.status * 0.68))
            text = max(text, QFontMetricsF(small).horizontalAdvance(self.press_.why) - self._key_width())
        return round(text + self._key_width() + self._sizes.padding * 1.4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press it."""
        if event.key() in _ENTER and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint ground, key and label."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, edge, text = self._look()
        width = 3 if self.hasFocus() else 2 if self.press_.chosen or self.press_.armed else 1
        painter.setPen(QPen(QColor(self._focus_edge() if self.hasFocus() else edge), width))
        painter.setBrush(QColor(ground))
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.drawRoundedRect(box, self._sizes.radius * 0.8, self._sizes.radius * 0.8)
        painter.setPen(QColor(text))
        side = self._sizes.padding * 0.4
        inner = box.adjusted(side, 0, -side, 0)
        why = QRectF(inner)
        why.setTop(inner.bottom() - (inner.height() * 0.42 if self._says_why else 0))
        inner.setBottom(why.top() + (inner.height() * 0.04 if self._says_why else 0))
        font = self._font()
        key = self._key_width()
        label = min(QFontMetricsF(font).horizontalAdvance(self.press_.label), inner.width() - key)
        left = inner.center().x() - (label + key) / 2
        if key:
            small = text_font(round(self._sizes.status * 0.85))
            place = QRectF(left, inner.top(), key, inner.height())
            draw_fitted(painter, self.press_.key, place, small, Qt.AlignmentFlag.AlignVCenter)
        place = QRectF(left + key, inner.top(), inner.right() - left - key, inner.height())
        self.is_cut_off = not draw_fitted(
            painter, self.press_.label, place, font, Qt.AlignmentFlag.AlignVCenter
        )
        if why.height():
            self._write_why(painter, why)

    @property
    def _says_why(self) -> bool:
        return bool(self.press_.why) and not self.press_.usable

    def _write_why(self, painter: QPainter, box: QRectF) -> None:
        """Write in small letters why it cannot be pressed."""
        painter.setPen(QColor(self._colours.panel.quiet))
        small = text_font(round(self._sizes.status * 0.68))
        place = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        whole = draw_fitted(painter, self.press_.why, box, small, place)
        self.is_cut_off = self.is_cut_off or not whole

    def _key_width(self) -> float:
        if not self.press_.key:
            return 0.0
        small = text_font(round(self._sizes.status * 0.85))
        return QFontMetricsF(small).horizontalAdvance(self.press_.key) + self._sizes.gap * 0.8

    def _font(self) -> QFont:
        strong = self.press_.primary or self.press_.chosen or self.press_.armed
        return text_font(self._sizes.status, QFont.Weight.DemiBold if strong else QFont.Weight.Normal)

    def _focus_edge(self) -> str:
        colours = self._colours
        return colours.panel.text if self.press_.primary or self.press_.armed else colours.highlight

    def _look(self) -> tuple[str, str, str]:
        """Return the colours of ground, edge and text."""
        colours = self._colours
        if not self.press_.usable:
            return colours.window.ground, colours.line, colours.edge
        if self.isDown():
            return colours.line, colours.edge, colours.key.text
        if self.press_.armed:
            attention = colours.tones[Tone.ATTENTION]
            return attention.ground, attention.sign, attention.text
        if self.press_.primary:
            return colours.highlight, colours.highlight, colours.panel.ground
        if self.press_.chosen:
            return colours.panel.ground, colours.highlight, colours.panel.text
        return colours.key.ground, colours.edge, colours.key.text


class ButtonGrid(QWidget):
    """Buttons in rows of *columns*, in one row when that is 0. :attr:`pressed` carries ``Press``."""

    pressed = Signal(object)

    def __init__(self, palette_: Palette, sizes: Sizes, *, columns: int = 0) -> None:
        super().__init__()
        self.buttons: list[PanelButton] = []
        self._columns = columns
        self._colours, self._sizes = palette_, sizes
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)

    def show_presses(self, presses: tuple[Press[Any], ...]) -> None:
        """Show *presses*; buttons, and the focus, are kept in their places."""
        while len(self.buttons) > len(presses):
            button = self.buttons.pop()
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        for press in presses[len(self.buttons) :]:
            self._add(press)
        for place, (button, press) in enumerate(zip(self.buttons, presses, strict=True)):
            button.show_press(press)
            if not self._columns:
                self._grid.setColumnStretch(place, button.wanted_width)
        for place in range(len(presses), self._grid.columnCount()):
            self._grid.setColumnStretch(place, 0)

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        self._grid.setSpacing(round(sizes.gap * 0.8))
        for button in self.buttons:
            button.take_looks(palette_, sizes)
        self.show_presses(tuple(button.press_ for button in self.buttons))

    def first_usable(self) -> PanelButton | None:
        """Return the first button that can be pressed."""
        return next((button for button in self.buttons if button.isEnabled()), None)

    def _add(self, press: Press[Any]) -> None:
        button = PanelButton(press, self._colours, self._sizes)
        button.take_looks(self._colours, self._sizes)
        button.clicked.connect(lambda _=False: self.pressed.emit(button.press_))
        row, column = divmod(len(self.buttons), self._columns) if self._columns else (0, len(self.buttons))
        self._grid.addWidget(button, row, column)
        if self._columns:
            for each in range(self._columns):
                self._grid.setColumnStretch(each, 1)
        self.buttons.append(button)
