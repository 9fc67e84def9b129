"""The card of the row that is chosen: title, facts that scroll, and buttons. GUI thread."""

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QScroller, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import CardView, Fact, FactStyle
from traitortrack_desktop.presentation.screen_state import Mark
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.panels.buttons import ButtonGrid
from traitortrack_desktop.ui.signs import draw_mark
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import code_font, text_font
from traitortrack_desktop.ui.zones.zone import Zone

_LABEL_SHARE = 0.34
_WRAPPED = (
    Qt.AlignmentFlag.AlignLeft.value | Qt.AlignmentFlag.AlignTop.value | Qt.TextFlag.TextWrapAnywhere.value
)
_IN_WORDS = (
    Qt.AlignmentFlag.AlignLeft.value | Qt.AlignmentFlag.AlignTop.value | Qt.TextFlag.TextWordWrap.value
)


class FactsZone(Zone):
    """The facts, one below the other, each as high as its text needs."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._big, self._facts = "", ()  # type: tuple[str, tuple[Fact, ...]]

    def show_facts(self, big: str, facts: tuple[Fact, ...]) -> None:
        """Show *facts*, with the code *big* above them if there is one."""
        if (big, facts) == (self._big, self._facts):
            return
        self._big, self._facts = big, facts
        self.announce(big, *(f"{fact.label} {fact.text}" for fact in facts))
        self.grow()
        self.update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        super().take_looks(palette_, sizes)
        self.grow()

    def grow(self) -> None:
        """Be as high as the facts need."""
        self.setFixedHeight(round(self._lay_out(None)) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew in another width."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.grow()

    def sizeHint(self) -> QSize:
        """Return a size that never pushes the card wider."""
        return QSize(10, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the facts."""
        self._lay_out(self.begin())

    def _lay_out(self, painter: QPainter | None) -> float:
        """Paint with *painter*, or only measure; return where it ends."""
        top, width = 0.0, max(self.width(), 40)
        if self._big:
            top = self._big_code(painter, width)
        for fact in self._facts:
            top = self._fact(painter, fact, top, width)
        return top

    def _big_code(self, painter: QPainter | None, width: float) -> float:
        height = self.sizes.instruction * 2.2
        if painter is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self.colours.line))
            painter.setBrush(QColor(self.colours.key.ground))
            box = QRectF(0.5, 0.5, width - 1, height - 1)
            painter.drawRoundedRect(box, self.sizes.radius, self.sizes.radius)
            painter.setPen(QColor(self.colours.key.text))
            font = code_font(round(self.sizes.instruction * 1.3), QFont.Weight.Bold)
            side = self.sizes.padding * 0.6
            self.write(
                painter, self._big, box.adjusted(side, 0, -side, 0), font, Qt.AlignmentFlag.AlignCenter
            )
        return height + self.sizes.gap

    def _fact(self, painter: QPainter | None, fact: Fact, top: float, width: float) -> float:
        sizes, panel = self.sizes, self.colours.panel
        small = text_font(round(sizes.status * 0.88))
        if fact.style is FactStyle.HEADING:
            top += sizes.gap * 0.8
            font = text_font(round(sizes.status * 0.92), QFont.Weight.DemiBold)
            height = QFontMetricsF(font).height() * 1.2
            if painter is not None:
                painter.setPen(QColor(self.colours.line))
                painter.drawLine(0, round(top), round(width), round(top))
                painter.setPen(QColor(panel.text))
                self.write(painter, fact.label, QRectF(0, top + 3, width, height), font)
            return top + height + sizes.gap * 0.3
        left = width * _LABEL_SHARE if fact.label else 0.0
        font = self._font(fact)
        side = sizes.status * 0.7 if fact.mark is not None else 0.0
        indent = side + sizes.gap * 0.6 if side else 0.0
        room = QRectF(left + indent, top, width - left - indent, 100_000)
        flags = _WRAPPED if fact.style is FactStyle.CODE or _has_long_word(fact.text) else _IN_WORDS
        needed = QFontMetricsF(font).boundingRect(room, flags, fact.text)
        label_room = QRectF(0, top + 1, left - sizes.gap, 100_000)
        label_needed = QFontMetricsF(small).boundingRect(label_room, _IN_WORDS, fact.label)
        height = max(needed.height(), label_needed.height())
        if painter is not None:
            painter.setPen(QColor(panel.quiet))
            painter.setFont(small)
            painter.drawText(QRectF(0, top + 1, left - sizes.gap, height + 4), _IN_WORDS, fact.label)
            middle = top + QFontMetricsF(font).height() / 2
            self._paint_mark(painter, fact, QRectF(left, middle - side / 2, side, side))
            painter.setPen(QColor(self._ink(fact)))
            painter.setFont(font)
            painter.drawText(QRectF(room.left(), top, room.width(), height + 4), flags, fact.text)
            self.painted += [text for text in (fact.label, fact.text) if text]
        return top + height + sizes.gap * 0.5

    def _paint_mark(self, painter: QPainter, fact: Fact, sign: QRectF) -> None:
        if fact.mark is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_mark(painter, fact.mark, sign, QColor(self.colours.marks[fact.mark]))

    def _font(self, fact: Fact) -> QFont:
        if fact.style is FactStyle.CODE:
            return code_font(round(self.sizes.status * 0.84))
        font = text_font(round(self.sizes.status * 0.94))
        font.setStrikeOut(fact.style is FactStyle.GONE)
        return font

    def _ink(self, fact: Fact) -> str:
        if fact.mark is Mark.REFUSED:
            return self.colours.marks[Mark.REFUSED]
        if fact.style is FactStyle.NEW:
            return self.colours.highlight
        quiet = fact.style is FactStyle.GONE or not fact.label
        return self.colours.panel.quiet if quiet else self.colours.panel.text


class FactsPane(QScrollArea):
    """Scrolls the facts, also with the arrow keys. :attr:`focus_changed`: it has the keys now, or not."""

    focus_changed = Signal()

    def __init__(self, facts: FactsZone) -> None:
        super().__init__()
        self.setWidget(facts)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        facts.setAutoFillBackground(False)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell it."""
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell it."""
        super().focusOutEvent(event)
        self.focus_changed.emit()


class CardPanel(QWidget):
    """Title, facts and buttons. :attr:`pressed` carries the ``Press``."""

    pressed = Signal(object)

    def __init__(self, palette_: Palette, sizes: Sizes, *, columns: int = 3) -> None:
        super().__init__()
        self._colours, self._sizes = palette_, sizes
        self._title = ""
        self.title_is_cut_off = False
        self.facts, self.buttons = FactsZone(palette_, sizes), ButtonGrid(palette_, sizes, columns=columns)
        self.pane = FactsPane(self.facts)
        self.pane.focus_changed.connect(self.update)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.pane, 1)
        self._column.addWidget(self.buttons)
        self.buttons.pressed.connect(self.pressed)

    def show_card(self, card: CardView[Any]) -> None:
        """Show *card*."""
        if card.title != self._title:
            self.pane.verticalScrollBar().setValue(0)
        self._title = card.title
        self.setAccessibleName(card.title)
        self.facts.show_facts(card.big, card.facts)
        self.buttons.show_presses(card.presses)
        self.buttons.setVisible(bool(card.presses))
        self.update()

    def begin(self) -> None:
        """Put the focus on the first button that can be pressed."""
        button = self.buttons.first_usable()
        if button is not None:
            button.setFocus(Qt.FocusReason.TabFocusReason)

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        side = round(sizes.padding * 0.8)
        self._column.setContentsMargins(side, self._title_height(), side, round(sizes.gap * 1.2))
        self._column.setSpacing(sizes.gap)
        self.facts.take_looks(palette_, sizes)
        self.buttons.take_looks(palette_, sizes)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint ground and title."""
        painter, sizes = QPainter(self), self._sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QPen(QColor(self._colours.highlight), 2)
        painter.setPen(ring if self.pane.hasFocus() else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(self._colours.panel.ground))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1) if self.pane.hasFocus() else QRectF(self.rect())
        painter.drawRoundedRect(box, sizes.radius, sizes.radius)
        painter.setPen(QColor(self._colours.panel.text))
        side = sizes.padding * 0.8
        box = QRectF(side, sizes.gap * 0.4, self.width() - 2 * side, self._title_height() - sizes.gap * 0.8)
        font = text_font(round(sizes.left * 0.8), QFont.Weight.DemiBold)
        self.title_is_cut_off = not draw_fitted(
            painter, self._title, box, font, Qt.AlignmentFlag.AlignVCenter
        )

    def _title_height(self) -> int:
        return round(self._sizes.left * 1.45)


def _has_long_word(text: str) -> bool:
    return any(len(word) > 24 for word in text.split())
