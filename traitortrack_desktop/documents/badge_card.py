"""Badges to print and cut out: A4 PDF, cards of the size of a bank card (ISO/IEC 7810 ID-1), eight a page.

Each carries its code as Code 128 and as QR code, and nowhere in digits: a badge is a secret, and what nobody
can read nobody reads over a shoulder. A photograph of the bars is a copy of the badge all the same.
What stands on it, codes and words, comes from the caller.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from traitortrack_desktop.documents.barcodes import CodePicture, code_128, qr_code
from traitortrack_desktop.documents.sheet_fonts import BOLD, draw_text, is_devanagari, text_width
from traitortrack_desktop.environment.durable_files import write_durably

CARD_WIDTH, CARD_HEIGHT = 85.6 * mm, 54 * mm
BAR_WIDTH = 0.254 * mm
"""Width of the narrowest bar: 10 mil, three dots at 300 dpi and six at 600, so that bars come out sharp."""

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_COLUMNS, _ROWS = 2, 4
_GAP = 7 * mm
_LEFT = (_PAGE_WIDTH - _COLUMNS * CARD_WIDTH - (_COLUMNS - 1) * _GAP) / 2
_TOP = _PAGE_HEIGHT - 30 * mm
_MARK_LENGTH, _MARK_DISTANCE = 2.4 * mm, 0.6 * mm

_INSET = 4 * mm
_QR_MODULE = 0.55 * mm
_BAR_HEIGHT_MODULES = 64
_BARS_BOTTOM = 10.2 * mm
_LARGEST_NAME, _SMALLEST_NAME = 24.0, 11.0
_NAME_TOP = CARD_HEIGHT - 9 * mm
_NAME_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeCard:
    """One card. *code* is what a scanner reads (printable ASCII).

    The first of *names* that can be printed is printed large; when there is none, a line to write on.
    *notes* are short lines at the foot.
    """

    code: str = field(repr=False)
    names: tuple[str, ...]
    until: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeSheet:
    """All that is printed. *maker* heads each card; *name_by_hand* stands at a line to write a name on."""

    title: str
    hint: str
    maker: str
    name_by_hand: str
    cards: tuple[BadgeCard, ...]


def write_badge_sheet(path: Path, sheet: BadgeSheet) -> None:
    """Write *sheet* to *path* as PDF, whole or not at all, readable by its owner only (Windows: by whom the
    folder allows), replacing a file that is there.

    Raises ``OSError`` when it cannot be written and ``ValueError`` for a code that Code 128 does not hold
    or that is too wide for a card.
    """
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(sheet.title)
    a_page = _COLUMNS * _ROWS
    for first in range(0, len(sheet.cards), a_page):
        _draw_page(canvas, sheet, sheet.cards[first : first + a_page])
        canvas.showPage()
    canvas.save()
    write_durably(path, content.getvalue())


def printable_name(names: Sequence[str]) -> str | None:
    """Return the first of *names* that can be printed, in Latin letters (Windows-1252) or in Devanagari."""
    for name in names:
        text = " ".join(name.split())
        latin = "".join(char for char in text if not is_devanagari(char))
        if text and text.isprintable() and latin.encode("cp1252", "ignore").decode("cp1252") == latin:
            return text
    return None


def _draw_page(canvas: Canvas, sheet: BadgeSheet, cards: Sequence[BadgeCard]) -> None:
    draw_text(canvas, _LEFT, _PAGE_HEIGHT - 15 * mm, sheet.title, size=13, font=BOLD)
    draw_text(canvas, _LEFT, _PAGE_HEIGHT - 20.5 * mm, sheet.hint, size=9.5)
    for place, card in enumerate(cards):
        row, column = divmod(place, _COLUMNS)
        left = _LEFT + column * (CARD_WIDTH + _GAP)
        bottom = _TOP - (row + 1) * CARD_HEIGHT - row * _GAP
        _draw_cutting_marks(canvas, left, bottom)
        _draw_card(canvas, sheet, card, left, bottom)


def _draw_cutting_marks(canvas: Canvas, left: float, bottom: float) -> None:
    """Draw at each corner where to cut, outside the card."""
    canvas.setLineWidth(0.3)
    for x, outwards in ((left, -1), (left + CARD_WIDTH, 1)):
        for y, upwards in ((bottom, -1), (bottom + CARD_HEIGHT, 1)):
            near, far = _MARK_DISTANCE, _MARK_DISTANCE + _MARK_LENGTH
            canvas.line(x + outwards * near, y, x + outwards * far, y)
            canvas.line(x, y + upwards * near, x, y + upwards * far)


def _draw_card(canvas: Canvas, sheet: BadgeSheet, card: BadgeCard, left: float, bottom: float) -> None:
    bars, square = code_128(card.code, bar_height=_BAR_HEIGHT_MODULES), qr_code(card.code)
    side = square.width * _QR_MODULE
    bars_width = bars.width * BAR_WIDTH
    if bars_width > CARD_WIDTH or side > CARD_HEIGHT / 2:
        raise ValueError("a code is too wide for a card")
    _draw_code(canvas, bars, left + (CARD_WIDTH - bars_width) / 2, bottom + _BARS_BOTTOM, module=BAR_WIDTH)
    right = left + CARD_WIDTH - 2 * mm - side
    _draw_code(canvas, square, right, bottom + CARD_HEIGHT - 2 * mm - side, module=_QR_MODULE)
    draw_text(canvas, left + _INSET, bottom + CARD_HEIGHT - 6 * mm, sheet.maker, size=8)
    _draw_name(canvas, sheet, card, left + _INSET, bottom + _NAME_TOP, width=right - left - _INSET)
    over_the_bars = bottom + _BARS_BOTTOM + bars.height * BAR_WIDTH + 2 * mm
    draw_text(canvas, left + _INSET, over_the_bars, card.until, size=8)
    for number, note in enumerate(card.notes):
        draw_text(canvas, left + _INSET, bottom + 6 * mm - number * 2.7 * mm, note, size=6.5)


def _draw_code(canvas: Canvas, picture: CodePicture, left: float, bottom: float, *, module: float) -> None:
    for dark in picture.dark:
        y = bottom + (picture.height - dark.y - dark.height) * module
        canvas.rect(left + dark.x * module, y, dark.width * module, dark.height * module, stroke=0, fill=1)


def _draw_name(
    canvas: Canvas, sheet: BadgeSheet, card: BadgeCard, left: float, top: float, *, width: float
) -> None:
    """Draw the name as large as its place allows, on two lines if need be, or a line to write it on."""
    name = printable_name(card.names)
    if name is None:
        canvas.setLineWidth(0.4)
        canvas.line(left, top - 9 * mm, left + width - 2 * mm, top - 9 * mm)
        draw_text(canvas, left, top - 12 * mm, sheet.name_by_hand, size=6.5)
        return
    size, lines = _fitted(name, width)
    for number, line in enumerate(lines):
        draw_text(canvas, left, top - size * (0.85 + 1.1 * number), line, size=size, font=BOLD)


def _fitted(name: str, width: float) -> tuple[float, list[str]]:
    """Return the largest size at which *name* fits on one line, or on two, and its lines."""
    size = _LARGEST_NAME
    while size > _SMALLEST_NAME:
        lines = _lines(name, size, width)
        if len(lines) == 1 or (len(lines) <= _NAME_LINES and size <= _LARGEST_NAME * 2 / 3):
            return size, lines
        size -= 1
    lines = _lines(name, size, width)
    if len(lines) > _NAME_LINES:
        lines = [*lines[: _NAME_LINES - 1], _shortened(lines[_NAME_LINES - 1], size, width)]
    return size, lines


def _lines(name: str, size: float, width: float) -> list[str]:
    """Break *name* between words, and inside one that is longer than a line."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size=size, font=BOLD) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if text_width(lines[-1] + letter, size=size, font=BOLD) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _shortened(line: str, size: float, width: float) -> str:
    while line and text_width(line + "...", size=size, font=BOLD) > width:
        line = line[:-1]
    return line.rstrip() + "..."
