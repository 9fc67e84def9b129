"""A printable sheet of barcodes, to scan from paper: A4 PDF, Code 128, as many pages as it takes.

What stands on it, codes and words, comes from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from traitortrack_desktop.documents.sheet_fonts import BOLD, PLAIN, draw_text

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_MARGIN = 15 * mm
_BOTTOM = 15 * mm
_BAR_WIDTH = 0.33 * mm
"""Width of the narrowest bar: the usual 13 mil, read by every gun from a laser print."""

_BAR_HEIGHT = 11 * mm
_CELL_HEIGHT = 24 * mm
_QUIET_ZONE = 10 * _BAR_WIDTH
_HEADING_HEIGHT = 17 * mm


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCode:
    """One barcode: *text* is what a scanner reads (printable ASCII), *caption* what a person reads."""

    text: str
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSection:
    """Barcodes that belong together, under a title. *starts_page* begins a new page for them."""

    title: str
    hint: str
    codes: tuple[SheetCode, ...]
    starts_page: bool = False


def write_code_sheet(path: Path, *, title: str, sections: Sequence[SheetSection]) -> None:
    """Write the sheet to *path*, replacing a file that is there.

    Raises ``OSError`` when it cannot be written and ``ValueError`` for a code that Code 128 does
    not hold or that is too wide for the page.
    """
    canvas = Canvas(str(path), pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(title)
    sheet = _Sheet(canvas, title)
    for section in sections:
        sheet.add(section)
    sheet.finish()


class _Sheet:
    """Places sections from top to bottom and turns the page when it is full."""

    def __init__(self, canvas: Canvas, title: str) -> None:
        self._canvas = canvas
        self._title = title
        self._page = 1
        self._top = _PAGE_HEIGHT - _MARGIN
        self._draw_frame()

    def add(self, section: SheetSection) -> None:
        barcodes = [_barcode(code.text) for code in section.codes]
        columns = _columns_for(barcodes)
        fresh = self._top == _PAGE_HEIGHT - _MARGIN
        if not fresh and (section.starts_page or not self._fits(_HEADING_HEIGHT + _CELL_HEIGHT)):
            self._turn_page()
        self._draw_heading(section)
        for first in range(0, len(barcodes), columns):
            if not self._fits(_CELL_HEIGHT):
                self._turn_page()
            row = zip(section.codes[first : first + columns], barcodes[first : first + columns], strict=True)
            for column, (code, barcode) in enumerate(row):
                self._draw_cell(column, columns, code, barcode)
            self._top -= _CELL_HEIGHT

    def finish(self) -> None:
        self._canvas.save()

    def _fits(self, height: float) -> bool:
        return self._top - height >= _BOTTOM

    def _turn_page(self) -> None:
        self._canvas.showPage()
        self._page += 1
        self._top = _PAGE_HEIGHT - _MARGIN
        self._draw_frame()

    def _draw_frame(self) -> None:
        self._canvas.setFillGray(0.35)
        draw_text(self._canvas, _MARGIN, 9 * mm, self._title, size=8)
        self._canvas.setFont(PLAIN, 8)
        self._canvas.drawRightString(_PAGE_WIDTH - _MARGIN, 9 * mm, str(self._page))
        self._canvas.setFillGray(0)

    def _draw_heading(self, section: SheetSection) -> None:
        draw_text(self._canvas, _MARGIN, self._top - 5 * mm, section.title, size=14, font=BOLD)
        draw_text(self._canvas, _MARGIN, self._top - 10 * mm, section.hint, size=9.5)
        self._canvas.setLineWidth(0.4)
        self._canvas.line(_MARGIN, self._top - 12.5 * mm, _PAGE_WIDTH - _MARGIN, self._top - 12.5 * mm)
        self._top -= _HEADING_HEIGHT

    def _draw_cell(self, column: int, columns: int, code: SheetCode, barcode: Code128) -> None:
        left = _MARGIN + column * (_PAGE_WIDTH - 2 * _MARGIN) / columns
        barcode.drawOn(self._canvas, left, self._top - _BAR_HEIGHT)
        self._canvas.setFont("Courier-Bold", 10)
        self._canvas.drawString(left + _QUIET_ZONE, self._top - _BAR_HEIGHT - 4 * mm, code.text)
        caption = self._top - _BAR_HEIGHT - 7.7 * mm
        draw_text(self._canvas, left + _QUIET_ZONE, caption, code.caption, size=8.5)


def _barcode(text: str) -> Code128:
    if not (text and text.isascii() and text.isprintable()):
        raise ValueError(f"not a code for a printed sheet: {text!r}")
    barcode = Code128(text, barWidth=_BAR_WIDTH, barHeight=_BAR_HEIGHT, quiet=1, lquiet=_QUIET_ZONE)
    if barcode.width > _PAGE_WIDTH - 2 * _MARGIN:
        raise ValueError(f"too wide for the page: {text!r}")
    return barcode


def _columns_for(barcodes: Sequence[Code128]) -> int:
    """Return how many fit beside each other with room between, at most three."""
    widest = max((barcode.width for barcode in barcodes), default=1.0)
    fitting = int((_PAGE_WIDTH - 2 * _MARGIN) // (widest + 6 * mm))
    return max(1, min(3, fitting))
