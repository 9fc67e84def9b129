"""The card "What can I scan?": a plain screen in the language of the scan screen. GUI thread.

It never takes focus: the keyboard stays a scanner, and the next scan closes the card.
"""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.scan_card import CardButton, ScanCardState
from traitortrack_desktop.presentation.screen_state import Action, Tone
from traitortrack_desktop.presentation.sizes import Sizes, sizes_for
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.instruction import InstructionZone
from traitortrack_desktop.ui.zones.keys import KeyButton
from traitortrack_desktop.ui.zones.zone import Zone

_COLUMNS = 3
_LEAST_ROWS = 5
_LIST_SHARE, _GRID_SHARE = 40, 60
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_BULLET = "\N{BULLET}"


class ScanCard(QWidget):
    """Shows a card. :attr:`key_pressed` and :attr:`key_released` carry the act of a button."""

    key_pressed = Signal(object)
    key_released = Signal(object)

    def __init__(self, palette_: Palette, *, viewing_distance_metres: float) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self._distance, self._colours = viewing_distance_metres, palette_
        sizes = self._sizes()
        self.title = InstructionZone(palette_, sizes)
        self.scans = _ScansZone(palette_, sizes)
        self.buttons: list[_CardKeyButton] = []
        self.close_row: list[KeyButton] = []
        self._grid, self._close = QGridLayout(), QHBoxLayout()
        self._middle, self._column = QHBoxLayout(), QVBoxLayout(self)
        self._middle.addWidget(self.scans, _LIST_SHARE)
        self._middle.addLayout(self._grid, _GRID_SHARE)
        self._column.addWidget(self.title)
        self._column.addLayout(self._middle, 1)
        self._column.addLayout(self._close)
        self._lay_out()

    def show_state(self, state: ScanCardState) -> None:
        """Show *state*; the buttons are kept while the acts stay the same."""
        self.title.show_instruction(state.title, Tone.READY)
        self.scans.show_scans(state)
        if [button.act for button in self.buttons] != [card.action.act for card in state.buttons]:
            self._rebuild(state)
        for button, card in zip(self.buttons, state.buttons, strict=True):
            button.show_card(card)
        for close in self.close_row:
            close.show_action(state.close)

    @property
    def cut_off(self) -> list[str]:
        """Texts that had no room when they were last painted."""
        keys = [*self.buttons, *self.close_row]
        short = [button.accessibleName() for button in keys if button.is_cut_off]
        return [*self.title.cut_off, *self.scans.cut_off, *short]

    def button_of(self, act: object) -> KeyButton | None:
        """Return the button of *act*, if it is shown."""
        return next((button for button in (*self.buttons, *self.close_row) if button.act == act), None)

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self._lay_out()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground between the parts."""
        QPainter(self).fillRect(self.rect(), QColor(self._colours.window.ground))

    def _sizes(self) -> Sizes:
        return sizes_for(self.width(), self.height(), viewing_distance_metres=self._distance)

    def _rebuild(self, state: ScanCardState) -> None:
        for button in (*self.buttons, *self.close_row):
            button.hide()
            button.setParent(None)
            button.deleteLater()
        self.buttons = []
        for i, card in enumerate(state.buttons):
            button = _CardKeyButton(card, self._colours, self._sizes())
            self._join(button, card.action)
            self._grid.addWidget(button, i // _COLUMNS, i % _COLUMNS)
            self.buttons.append(button)
        rows = max(_LEAST_ROWS, -(-len(state.buttons) // _COLUMNS))
        for row in range(max(rows, self._grid.rowCount())):
            self._grid.setRowStretch(row, 1 if row < rows else 0)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        close = KeyButton(state.close, self._colours, self._sizes())
        self._join(close, state.close)
        self._close.addWidget(close, 1)
        self.close_row = [close]
        self._lay_out()

    def _join(self, button: KeyButton, action: Action) -> None:
        button.pressed.connect(lambda: self.key_pressed.emit(action.act))
        button.released.connect(lambda: self.key_released.emit(action.act))

    def _lay_out(self) -> None:
        sizes = self._sizes()
        self.title.setFixedHeight(sizes.instruction_height)
        self._column.setContentsMargins(sizes.gap, sizes.gap, sizes.gap, sizes.gap)
        for layout in (self._column, self._middle, self._grid):
            layout.setSpacing(sizes.gap)
        for zone in (self.title, self.scans):
            zone.take_looks(self._colours, sizes)
        for button in (*self.buttons, *self.close_row):
            button.take_looks(self._colours, sizes)
        for button in self.close_row:
            button.setFixedHeight(sizes.key_height)


class _ScansZone(Zone):
    """The left half: what can be scanned, in words."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._state: ScanCardState | None = None

    def show_scans(self, state: ScanCardState) -> None:
        """Show the left half of *state*."""
        if state != self._state:
            self._state = state
            self.announce(state.title, state.hint, *state.scans)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the title, one line for each kind of code, and the hint at the lower edge."""
        painter = self.begin()
        place = self.paint_ground(painter, self.colours.panel)
        state = self._state
        if state is None:
            return
        font = text_font(self.sizes.line)
        line = QFontMetricsF(font).height()
        painter.setPen(QColor(self.colours.panel.quiet))
        head = QRectF(place.left(), place.top(), place.width(), line * 1.6)
        self.write(painter, state.scans_title, head, text_font(self.sizes.line, QFont.Weight.DemiBold))
        self._wrapped(painter, state.hint, place.adjusted(0, place.height() - line * 2.2, 0, 0))
        rest = place.adjusted(0, head.height(), 0, -line * 2.4)
        height = min(line * 2.6, rest.height() / max(1, len(state.scans)))
        painter.setPen(QColor(self.colours.panel.text))
        for i, text in enumerate(state.scans):
            box = QRectF(rest.left(), rest.top() + i * height, rest.width(), height)
            self.write(painter, _BULLET, box, font)
            self._wrapped(painter, text, box.adjusted(self.sizes.padding, 0, 0, 0))

    def _wrapped(self, painter: QPainter, text: str, box: QRectF) -> None:
        if not draw_fitted(painter, text, box, text_font(self.sizes.line), _MIDDLE, wrap=True):
            self.cut_off.append(text)
        self.painted.append(text)


class _CardKeyButton(KeyButton):
    """A command with its name, its key, and what its barcode is called."""

    def __init__(self, card: CardButton, palette_: Palette, sizes: Sizes) -> None:
        self._scans = card.scans
        super().__init__(card.action, palette_, sizes)

    def show_card(self, card: CardButton) -> None:
        """Show *card*, which is the same act with perhaps another label."""
        self._scans = card.scans
        self.show_action(card.action)

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        side = self._sizes.padding * 0.6
        inner = box.adjusted(side, side * 0.4, -side, -side * 0.4)
        keys = " · ".join(part for part in (self._action.key, self._action.hold_label, self._scans) if part)
        share = 0.5 if keys else 1.0
        upper = QRectF(inner.left(), inner.top(), inner.width(), inner.height() * share)
        painter.setPen(QColor(self._colours.key.text))
        font = text_font(self._sizes.line, QFont.Weight.DemiBold)
        whole = draw_fitted(painter, self._action.label, upper, font, _MIDDLE)
        painter.setPen(QColor(self._colours.key.quiet))
        lower = QRectF(inner.left(), upper.bottom(), inner.width(), inner.height() - upper.height())
        whole &= not keys or draw_fitted(painter, keys, lower, text_font(self._sizes.status), _MIDDLE)
        self.is_cut_off = not whole
