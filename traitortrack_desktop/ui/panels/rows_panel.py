"""A list with its heads, for mouse, finger and keys. GUI thread."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QScroller,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import Cell, Column, ListRow, ListView
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.signs import draw_mark
from traitortrack_desktop.ui.texts import draw_code, draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_SMALLEST_SHARE = 0.82


class RowsModel(QAbstractListModel):
    """The rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[ListRow, ...] = ()

    def show_rows(self, rows: tuple[ListRow, ...]) -> None:
        """Hold *rows* instead."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what screen readers say of a row."""
        if role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return None
        row = self.rows[index.row()]
        return ". ".join(text for cell in row.cells for text in (cell.text, cell.under) if text)


class RowPainter(QStyledItemDelegate):
    """Paints one row in columns."""

    def __init__(self, model: RowsModel, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self._model = model
        self.colours, self.sizes = palette_, sizes
        self.shares: tuple[int, ...] = ()

    def row_height(self) -> int:
        """Return how high a row is."""
        return max(48, round(self.sizes.row_height * 1.36))

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        """Return the same size for all."""
        return QSize(10, self.row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint ground, line and cells."""
        state, rect = option.state, QRectF(option.rect)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(rect, QColor(self.colours.track))
            edge = QRectF(rect.left(), rect.top(), max(4.0, self.sizes.gap * 0.5), rect.height())
            painter.fillRect(edge, QColor(self.colours.highlight))
        else:
            painter.setPen(QColor(self.colours.line))
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if focused:
            painter.setPen(QPen(QColor(self.colours.highlight), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        row = self._model.rows[index.row()]
        for cell, box in zip(row.cells, column_boxes(rect, self.shares, self.sizes), strict=True):
            self._paint_cell(painter, cell, box, faded=row.faded)
        painter.restore()

    def _paint_cell(self, painter: QPainter, cell: Cell, box: QRectF, *, faded: bool) -> None:
        sizes, panel = self.sizes, self.colours.panel
        upper, lower = box, box
        small = text_font(round(sizes.status * 0.84))
        if cell.under:
            middle = box.top() + box.height() * 0.54
            upper = QRectF(box.left(), box.top(), box.width(), middle - box.top())
            lower = QRectF(box.left(), middle, box.width(), box.bottom() - middle - sizes.gap * 0.3)
        if cell.mark is not None:
            side = sizes.status * 0.7
            sign = QRectF(upper.left(), upper.center().y() - side / 2, side, side)
            draw_mark(painter, cell.mark, sign, QColor(self.colours.marks[cell.mark]))
            upper = upper.adjusted(side + sizes.gap * 0.6, 0, 0, 0)
        painter.setPen(QColor(panel.quiet if faded else panel.text))
        weight = QFont.Weight.DemiBold if cell.strong else QFont.Weight.Normal
        if cell.is_code:
            tail = QColor(panel.quiet if faded else panel.text)
            draw_code(painter, code_text(cell.text), upper, sizes.status, head=QColor(panel.quiet), tail=tail)
        else:
            _write(painter, cell.text, upper, text_font(sizes.status, weight))
        if cell.under:
            painter.setPen(QColor(panel.quiet))
            _write(painter, cell.under, lower, small, Qt.AlignmentFlag.AlignTop)


class TouchedList(QListView):
    """The list itself. :attr:`entered` says that Enter was pressed on the row that is chosen."""

    entered = Signal()
    letters = Signal(str)
    """Typed while it has the keys."""

    def __init__(self) -> None:
        super().__init__()
        self._empty, self._ink, self._font = "", QColor(), QFont()
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)

    def show_empty(self, text: str) -> None:
        """Say *text* where there is no row. The list stays, and so does the focus."""
        self._empty = text
        self.setAccessibleName(text)
        self.viewport().update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._ink, self._font = QColor(palette_.panel.quiet), text_font(sizes.label)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or what is said in their place."""
        super().paintEvent(event)
        if not self._empty:
            return
        painter = QPainter(self.viewport())
        painter.setPen(self._ink)
        box = QRectF(self.viewport().rect()).adjusted(16, 0, -16, -self.viewport().height() * 0.5)
        draw_fitted(painter, self._empty, box, self._font, Qt.AlignmentFlag.AlignCenter, wrap=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say that Enter was pressed."""
        if event.key() in _ENTER:
            self.entered.emit()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Search nothing, but hand letters on: they may be those of a scanner."""
        self.letters.emit(search)


class HeadZone(Zone):
    """The names of the columns of a list that is as wide as *width* says."""

    def __init__(self, palette_: Palette, sizes: Sizes, width: Callable[[], int]) -> None:
        super().__init__(palette_, sizes)
        self._width = width
        self._columns: tuple[Column, ...] = ()

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Show *columns*."""
        self._columns = columns
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the names."""
        painter = self.begin()
        painter.setPen(QColor(self.colours.panel.quiet))
        font = text_font(round(self.sizes.status * 0.88), QFont.Weight.DemiBold)
        shares = tuple(column.share for column in self._columns)
        boxes = column_boxes(QRectF(0, 0, self._width(), self.height()), shares, self.sizes)
        for column, box in zip(self._columns, boxes, strict=True):
            self.write(painter, column.title, box, font)
        painter.setPen(QColor(self.colours.line))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())


class RowsPanel(QWidget):
    """Heads and rows. :attr:`chosen` carries the key of a row; :attr:`entered`: Enter was pressed on it."""

    chosen = Signal(str)
    entered = Signal()

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self._colours, self._sizes = palette_, sizes
        self.model = RowsModel()
        self.list = TouchedList()
        self.head = HeadZone(palette_, sizes, lambda: self.list.viewport().width())
        self.list.verticalScrollBar().rangeChanged.connect(lambda *_: self.head.update())
        self.painter = RowPainter(self.model, palette_, sizes)
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.painter)
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.list.entered.connect(self.entered)
        self._quiet = False
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(self.head)
        self._column.addWidget(self.list, 1)

    def show_list(self, view: ListView) -> None:
        """Show *view*; the place in the list is kept while the rows are."""
        self.head.show_columns(view.columns)
        self.painter.shares = tuple(column.share for column in view.columns)
        self.list.show_empty("" if view.rows else view.empty)
        self._quiet = True
        place = self._place_in(view.rows) if view.rows != self.model.rows else None
        if place is not None:
            self.model.show_rows(view.rows)
        numbers = [number for number, row in enumerate(view.rows) if row.key == view.chosen]
        if numbers and self.list.currentIndex().row() != numbers[0]:
            self.list.setCurrentIndex(self.model.index(numbers[0]))
        if place is not None and (place or not numbers):
            self.list.verticalScrollBar().setValue(place)
        self._quiet = False

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        edge = round(sizes.gap * 0.4)
        self._column.setContentsMargins(edge, edge, edge, edge)
        for part in (self.head, self.list):
            part.take_looks(palette_, sizes)
        self.head.setFixedHeight(round(sizes.status * 1.9))
        self.painter.colours, self.painter.sizes = palette_, sizes
        self.list.scheduleDelayedItemsLayout()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.panel.ground))
        painter.drawRoundedRect(QRectF(self.rect()), self._sizes.radius, self._sizes.radius)

    def _place_in(self, rows: tuple[ListRow, ...]) -> int:
        """Return where to scroll to so that the uppermost row stays where it is, once *rows* are shown."""
        place, height = self.list.verticalScrollBar().value(), self.painter.row_height()
        uppermost = place // height
        if not place or uppermost >= len(self.model.rows):
            return 0
        key = self.model.rows[uppermost].key
        later = [number for number, row in enumerate(rows) if row.key == key]
        return later[0] * height + place % height if later else 0

    def _choose(self, index: QModelIndex) -> None:
        if not self._quiet and index.isValid():
            self.chosen.emit(self.model.rows[index.row()].key)


def column_boxes(rect: QRectF, shares: tuple[int, ...], sizes: Sizes) -> list[QRectF]:
    """Return the places of the columns in *rect*."""
    side = sizes.padding * 0.7
    inner = rect.adjusted(side, 0, -side * 0.5, 0)
    total, left, boxes = sum(shares) or 1, inner.left(), []
    for share in shares:
        width = inner.width() * share / total
        boxes.append(QRectF(left, inner.top(), width - sizes.gap, inner.height()))
        left += width
    return boxes


def _write(
    painter: QPainter,
    text: str,
    box: QRectF,
    font: QFont,
    flags: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignVCenter,
) -> None:
    """Write *text* on one line, a little smaller if need be, then with dots: the card has all of it."""
    font, smallest = QFont(font), round(font.pixelSize() * _SMALLEST_SHARE)
    while font.pixelSize() > smallest and QFontMetricsF(font).horizontalAdvance(text) > box.width():
        font.setPixelSize(font.pixelSize() - 1)
    painter.setFont(font)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, flags.value | Qt.TextFlag.TextSingleLine.value, shown)
