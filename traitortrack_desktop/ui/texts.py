"""Writes text so that it always fits its place: smaller when it must be, never cut off."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from traitortrack_desktop.presentation.code_text import CodeText
from traitortrack_desktop.ui.theme import code_font

_SMALLEST_SHARE = 0.5


def draw_fitted(
    painter: QPainter, text: str, box: QRectF, font: QFont, flags: Qt.AlignmentFlag, *, wrap: bool = False
) -> bool:
    """Draw *text* in *box* with *font*, or a smaller one (down to half) that fits; else end it with dots.

    Returns whether all of it is there.
    """
    flag_bits = flags.value | (Qt.TextFlag.TextWordWrap.value if wrap else Qt.TextFlag.TextSingleLine.value)
    fitting = fitted_font(text, box, font, flag_bits)
    painter.setFont(fitting)
    whole = _fits(text, box, fitting, flag_bits)
    if not whole:
        text = QFontMetricsF(fitting).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, flag_bits, text)
    return whole


def fitted_font(text: str, box: QRectF, font: QFont, flag_bits: int) -> QFont:
    """Return *font*, smaller if *text* would not fit into *box* otherwise."""
    fitting = QFont(font)
    smallest = max(8, round(font.pixelSize() * _SMALLEST_SHARE))
    while fitting.pixelSize() > smallest and not _fits(text, box, fitting, flag_bits):
        fitting.setPixelSize(fitting.pixelSize() - 1)
    return fitting


def _fits(text: str, box: QRectF, font: QFont, flag_bits: int) -> bool:
    needed = QFontMetricsF(font).boundingRect(QRectF(0, 0, box.width(), 10_000), flag_bits, text)
    return needed.width() <= box.width() + 0.5 and needed.height() <= box.height() + 0.5


def draw_code(
    painter: QPainter, code: CodeText, box: QRectF, pixels: int, *, head: QColor, tail: QColor
) -> float:
    """Draw *code* at the left of *box*, its tail bold and set off a little; return the width used."""
    head_font, tail_font, gap = code_font(pixels), code_font(pixels, QFont.Weight.Bold), 0.0
    while True:
        head_width = QFontMetricsF(head_font).horizontalAdvance(code.head)
        tail_width = QFontMetricsF(tail_font).horizontalAdvance(code.tail)
        gap = head_font.pixelSize() * 0.1 if code.head else 0.0
        if head_width + gap + tail_width <= box.width() or head_font.pixelSize() <= 10:
            break
        head_font.setPixelSize(head_font.pixelSize() - 1)
        tail_font.setPixelSize(head_font.pixelSize())
    middle = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value
    painter.setFont(head_font)
    painter.setPen(head)
    painter.drawText(box, middle, code.head)
    painter.setFont(tail_font)
    painter.setPen(tail)
    painter.drawText(box.adjusted(head_width + gap, 0, 0, 0), middle, code.tail)
    return head_width + gap + tail_width
