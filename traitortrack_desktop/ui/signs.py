"""Draws the icons and marks as shapes, so that they are sharp at every size and need no files."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from traitortrack_desktop.presentation.screen_state import Icon, Mark


def draw_icon(painter: QPainter, icon: Icon, box: QRectF, sign: QColor, ground: QColor) -> None:
    """Draw *icon* filled with *sign* in the square *box*; its inner lines have the colour *ground*."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(sign)
    _draw_body(painter, icon, box)
    stroke = QPen(ground if icon is not Icon.DOT else sign, box.width() * 0.1)
    stroke.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroke.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(stroke)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_strokes(icon, box))
    painter.restore()


def draw_badge(painter: QPainter, box: QRectF, card: QColor, ink: QColor, beam: QColor) -> None:
    """Draw a badge that hangs in *box*, with a head, a barcode and a scanner's *beam* over it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    height = min(box.height(), box.width() * 1.35)
    width = height * 0.74
    badge = QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height)
    painter.setPen(QPen(ink, width * 0.025))
    painter.setBrush(card)
    painter.drawRoundedRect(badge, width * 0.09, width * 0.09)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    slot = QRectF(badge.center().x() - width * 0.12, badge.top() + height * 0.05, width * 0.24, height * 0.03)
    painter.drawRoundedRect(slot, slot.height() / 2, slot.height() / 2)
    _draw_head(painter, badge)
    _draw_bars(painter, badge)
    pen = QPen(beam, max(2.0, width * 0.03))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    middle = badge.top() + height * 0.78
    painter.drawLine(
        QPointF(badge.left() - width * 0.16, middle), QPointF(badge.right() + width * 0.16, middle)
    )
    painter.restore()


def _draw_head(painter: QPainter, badge: QRectF) -> None:
    middle, width = badge.center().x(), badge.width()
    painter.drawEllipse(QPointF(middle, badge.top() + badge.height() * 0.27), width * 0.13, width * 0.14)
    shoulders = QRectF(middle - width * 0.25, badge.top() + badge.height() * 0.395, width * 0.5, width * 0.42)
    path = QPainterPath()
    path.arcMoveTo(shoulders, 0)
    path.arcTo(shoulders, 0, 180)
    path.closeSubpath()
    painter.drawPath(path)


_BARS = (2, 1, 1, 3, 1, 2, 3, 1, 1, 2, 2, 1, 3, 1, 1, 2, 1, 3, 2, 1, 2)


def _draw_bars(painter: QPainter, badge: QRectF) -> None:
    """Draw bars and gaps in turn, of the widths above; nothing reads them."""
    code = QRectF(
        badge.left() + badge.width() * 0.14,
        badge.top() + badge.height() * 0.67,
        badge.width() * 0.72,
        badge.height() * 0.22,
    )
    unit, left = code.width() / sum(_BARS), code.left()
    for place, bar in enumerate(_BARS):
        if place % 2 == 0:
            painter.drawRect(QRectF(left, code.top(), unit * bar, code.height()))
        left += unit * bar


def _draw_body(painter: QPainter, icon: Icon, box: QRectF) -> None:
    if icon is Icon.OCTAGON:
        painter.drawPolygon(_regular_polygon(box, corners=8, turn=math.pi / 8))
    elif icon is Icon.TRIANGLE:
        painter.drawPolygon(QPolygonF([_at(box, 0.5, 0.04), _at(box, 1.0, 0.94), _at(box, 0.0, 0.94)]))
    elif icon in {Icon.FULL, Icon.DISK}:
        painter.drawRoundedRect(box, box.width() * 0.16, box.width() * 0.16)
    elif icon is not Icon.DOT:
        painter.drawEllipse(box)


def _strokes(icon: Icon, box: QRectF) -> QPainterPath:
    path = QPainterPath()
    match icon:
        case Icon.CHECK | Icon.FULL:
            path.addPolygon(QPolygonF([_at(box, 0.28, 0.53), _at(box, 0.44, 0.69), _at(box, 0.73, 0.34)]))
        case Icon.MINUS:
            path.addPolygon(QPolygonF([_at(box, 0.28, 0.5), _at(box, 0.72, 0.5)]))
        case Icon.QUESTION:
            path.moveTo(_at(box, 0.36, 0.38))
            path.cubicTo(_at(box, 0.37, 0.2), _at(box, 0.66, 0.2), _at(box, 0.64, 0.4))
            path.cubicTo(_at(box, 0.62, 0.5), _at(box, 0.5, 0.5), _at(box, 0.5, 0.62))
            _dot(path, box, 0.79)
        case Icon.TRIANGLE:
            path.addPolygon(QPolygonF([_at(box, 0.5, 0.4), _at(box, 0.5, 0.62)]))
            _dot(path, box, 0.79)
        case Icon.OCTAGON:
            path.addPolygon(QPolygonF([_at(box, 0.34, 0.34), _at(box, 0.66, 0.66)]))
            path.addPolygon(QPolygonF([_at(box, 0.66, 0.34), _at(box, 0.34, 0.66)]))
        case Icon.DISK:
            path.addPolygon(QPolygonF([_at(box, 0.5, 0.22), _at(box, 0.5, 0.56)]))
            _dot(path, box, 0.77)
        case Icon.DOT:
            path.addEllipse(_at(box, 0.5, 0.5), box.width() * 0.4, box.width() * 0.4)
    return path


def draw_mark(painter: QPainter, mark: Mark, box: QRectF, colour: QColor) -> None:
    """Draw how far an entry has come: half a disc, a whole one, or a cross in a ring."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = max(1.5, box.width() * 0.12)
    ring = box.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setPen(QPen(colour, width))
    painter.setBrush(colour if mark is Mark.POSTED else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(ring)
    if mark is Mark.RECORDED:
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawChord(ring, 90 * 16, 180 * 16)
    if mark is Mark.REFUSED:
        painter.drawLine(_at(box, 0.33, 0.33), _at(box, 0.67, 0.67))
        painter.drawLine(_at(box, 0.67, 0.33), _at(box, 0.33, 0.67))
    painter.restore()


def draw_hazard(painter: QPainter, box: QRectF, one: QColor, other: QColor) -> None:
    """Fill *box* with slanting stripes: the sign, without words, that the station is not working."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(box)
    painter.fillRect(box, one)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(other)
    step = max(8.0, box.height() * 0.5)
    left = box.left() - 2 * step
    while left < box.right():
        slant = [
            QPointF(left, box.bottom()),
            QPointF(left + step, box.bottom()),
            QPointF(left + step + box.height(), box.top()),
            QPointF(left + box.height(), box.top()),
        ]
        painter.drawPolygon(QPolygonF(slant))
        left += 2 * step
    painter.restore()


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height())


def _dot(path: QPainterPath, box: QRectF, y: float) -> None:
    path.moveTo(_at(box, 0.5, y))
    path.lineTo(_at(box, 0.501, y))


def _regular_polygon(box: QRectF, *, corners: int, turn: float) -> QPolygonF:
    radius = box.width() / 2 * 1.04
    angles = (turn + 2 * math.pi * i / corners for i in range(corners))
    return QPolygonF(
        [box.center() + QPointF(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]
    )
