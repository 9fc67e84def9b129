"""Zone 5: the actions. They answer to a finger, a mouse and their F-key, and never take focus."""

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import Action, MenuItem, Tone
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font

_MIDDLE = Qt.AlignmentFlag.AlignVCenter

_EQUAL_KEYS = 6
"""So many keys have room for every label; more share it by what they need."""


class KeyButton(QAbstractButton):
    """One action: its key's name and what it does. Neither Enter nor Space can press it."""

    def __init__(self, action: Action, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.act = action.act
        self._action = action
        self._colours, self._sizes = palette_, sizes
        self._held_share = 0.0
        self.is_cut_off = False
        self.show_action(action)

    def show_action(self, action: Action) -> None:
        """Show *action*, which is the same act with perhaps another label."""
        self._action = action
        self.setAccessibleName(f"{action.label} {action.key}")
        self.update()

    def show_held(self, share: float) -> None:
        """Show how much of the time it has to be held has passed, 0 to 1."""
        self._held_share = share
        self.update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size that never pushes the row wider."""
        return QSize(10, self._sizes.key_height)

    @property
    def wished_width(self) -> int:
        """Width in which the label need not be written smaller."""
        cap = QFontMetricsF(text_font(round(self._sizes.label * 0.86), QFont.Weight.DemiBold))
        label = QFontMetricsF(text_font(self._sizes.label, QFont.Weight.DemiBold))
        texts = cap.horizontalAdvance(self._action.key) + label.horizontalAdvance(self._action.label)
        return round(texts + self._sizes.padding + self._sizes.gap) + 4

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the key cap and the label."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        key = self._colours.key
        usable = self._action.usable
        ground = QColor(
            self._colours.line if self.isDown() else key.ground if usable else self._colours.window.ground
        )
        painter.setPen(QPen(QColor(self._colours.edge if usable else self._colours.line), 1))
        painter.setBrush(ground)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, self._sizes.radius, self._sizes.radius)
        self._paint_held(painter, box)
        self._paint_words(painter, box)

    def _paint_held(self, painter: QPainter, box: QRectF) -> None:
        if self._held_share:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colours.tones[Tone.ACCEPTED].ground))
            filled = QRectF(box.left(), box.top(), box.width() * self._held_share, box.height())
            painter.drawRoundedRect(filled, self._sizes.radius, self._sizes.radius)

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        key_font = text_font(round(self._sizes.label * 0.86), QFont.Weight.DemiBold)
        width = QFontMetricsF(key_font).horizontalAdvance(self._action.key)
        inner = box.adjusted(self._sizes.padding * 0.6, 0, -self._sizes.padding * 0.4, 0)
        painter.setPen(QColor(self._colours.key.quiet))
        cap = QRectF(inner.topLeft(), QSizeF(width + 1, inner.height()))
        if self._action.hold_label:
            cap.adjust(0, 0, 0, -inner.height() * 0.3)
            under = QRectF(cap.left(), inner.center().y(), cap.width(), inner.height() * 0.42)
            draw_fitted(painter, self._action.hold_label, under, key_font, _MIDDLE)
        draw_fitted(painter, self._action.key, cap, key_font, _MIDDLE)
        painter.setPen(QColor(self._colours.key.text if self._action.usable else self._colours.key.quiet))
        weight = QFont.Weight.DemiBold if self._action.usable else QFont.Weight.Normal
        label = inner.adjusted(width + self._sizes.gap, 0, 0, 0)
        font = text_font(self._sizes.label, weight)
        wrap = isinstance(self._action.act, MenuItem)
        self.is_cut_off = not draw_fitted(painter, self._action.label, label, font, _MIDDLE, wrap=wrap)


class KeysZone(QWidget):
    """The row of actions. :attr:`key_pressed` and :attr:`key_released` carry the act."""

    key_pressed = Signal(object)
    key_released = Signal(object)

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._colours, self._sizes = palette_, sizes
        self.buttons: list[KeyButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    def show_actions(self, actions: tuple[Action, ...]) -> None:
        """Show *actions*; the buttons are kept while the acts stay the same."""
        if [button.act for button in self.buttons] != [action.act for action in actions]:
            self._rebuild(actions)
        for button, action in zip(self.buttons, actions, strict=True):
            button.show_action(action)

    @property
    def cut_off(self) -> list[str]:
        """Labels that had no room when they were last painted."""
        return [button.accessibleName() for button in self.buttons if button.is_cut_off]

    def button_of(self, act: object) -> KeyButton | None:
        """Return the button of *act*, if it is shown."""
        return next((button for button in self.buttons if button.act == act), None)

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        self._row.setSpacing(sizes.gap)
        for button in self.buttons:
            button.take_looks(palette_, sizes)

    def _rebuild(self, actions: tuple[Action, ...]) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(action) for action in actions]
        for button in self.buttons if len(actions) > _EQUAL_KEYS else ():
            self._row.setStretchFactor(button, button.wished_width)

    def _button(self, action: Action) -> KeyButton:
        button = KeyButton(action, self._colours, self._sizes)
        button.pressed.connect(lambda: self.key_pressed.emit(action.act))
        button.released.connect(lambda: self.key_released.emit(action.act))
        self._row.addWidget(button, 1)
        return button
