"""The sheet a scanner is set up and tried out with: one A4 page.

What stands on it, codes and words, comes from the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from traitortrack_desktop.documents.barcodes import CodePicture, code_128, qr_code

_PAGE_WIDTH, _PAGE_HEIGHT = A4
_MARGIN = 15 * mm
_BAR_WIDTH = 0.33 * mm
"""Width of the narrowest bar: the usual 13 mil, read by every gun from a laser print."""

_BAR_HEIGHT_MODULES = 36
_QR_MODULE = 1 * mm
_QUIET_ZONE = 10 * _BAR_WIDTH
_COLUMNS = 3
_ROW_HEIGHT = 24 * mm
_LINE_HEIGHT = 5.2 * mm


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSheet:
    """What stands on the sheet. *steps* are numbered; *settings* are pairs of a maker and what to switch on.

    *code* is printed as Code 128 and *code_with_separator* as QR code, each over its caption; a *test_codes*
    entry is its own caption. Words in Latin-1 only: the page uses the fonts that every printer has.
    """

    title: str
    steps: tuple[str, ...]
    code: str
    code_caption: str
    code_with_separator: str
    code_with_separator_caption: str
    tests_title: str
    tests_hint: str
    test_codes: tuple[str, ...]
    settings_title: str
    settings_hint: str
    settings: tuple[tuple[str, str], ...]


def write_calibration_sheet(path: Path, sheet: CalibrationSheet) -> None:
    """Write *sheet* to *path* as PDF, replacing a file that is there.

    Raises ``OSError`` when it cannot be written and ``ValueError`` when a code does not fit Code 128 or
    everything together does not fit on the page.
    """
    canvas = Canvas(str(path), pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(sheet.title)
    page = _Page(canvas)
    page.write("Helvetica-Bold", 18, sheet.title, height=11 * mm)
    for number, step in enumerate(sheet.steps, start=1):
        page.write("Helvetica", 11, f"{number}.  {step}", height=_LINE_HEIGHT)
    page.draw_set_up_codes(sheet)
    page.write_heading(sheet.tests_title, sheet.tests_hint)
    page.draw_test_codes(sheet.test_codes)
    page.write_heading(sheet.settings_title, sheet.settings_hint)
    for maker, settings in sheet.settings:
        page.write_row(maker, settings)
    page.finish()


class _Page:
    """Places everything from top to bottom on one page."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._top = _PAGE_HEIGHT - _MARGIN

    def write(self, font: str, size: float, text: str, *, height: float) -> None:
        self._down(height)
        self._canvas.setFont(font, size)
        self._canvas.drawString(_MARGIN, self._top + height - size, text)

    def write_heading(self, title: str, hint: str) -> None:
        self._down(4 * mm)
        self.write("Helvetica-Bold", 13, title, height=6 * mm)
        self.write("Helvetica", 9.5, hint, height=6 * mm)

    def write_row(self, name: str, text: str) -> None:
        self._down(_LINE_HEIGHT)
        self._canvas.setFont("Helvetica-Bold", 9)
        self._canvas.drawString(_MARGIN, self._top + 1.2 * mm, name)
        self._canvas.setFont("Helvetica", 9)
        self._canvas.drawString(_MARGIN + 26 * mm, self._top + 1.2 * mm, text)

    def draw_set_up_codes(self, sheet: CalibrationSheet) -> None:
        bars = code_128(sheet.code, bar_height=_BAR_HEIGHT_MODULES)
        square = qr_code(sheet.code_with_separator)
        side = square.width * _QR_MODULE
        right = _PAGE_WIDTH - _MARGIN - side
        self._down(side + 4 * mm)
        middle = self._top + side / 2
        self._draw(bars, _MARGIN, middle, module=_BAR_WIDTH, limit=right)
        self._draw(square, right, self._top, module=_QR_MODULE)
        self._canvas.setFont("Helvetica", 9.5)
        self._canvas.drawString(_MARGIN + _QUIET_ZONE, middle - 5 * mm, sheet.code_caption)
        self._canvas.drawRightString(right + side, self._top, sheet.code_with_separator_caption)

    def draw_test_codes(self, codes: Sequence[str]) -> None:
        width = (_PAGE_WIDTH - 2 * _MARGIN) / _COLUMNS
        for first in range(0, len(codes), _COLUMNS):
            self._down(_ROW_HEIGHT)
            for column, code in enumerate(codes[first : first + _COLUMNS]):
                left = _MARGIN + column * width
                bars = code_128(code, bar_height=_BAR_HEIGHT_MODULES)
                self._draw(bars, left, self._top + 8 * mm, module=_BAR_WIDTH, limit=left + width)
                self._canvas.setFont("Courier-Bold", 10)
                self._canvas.drawString(left + _QUIET_ZONE, self._top + 4 * mm, code)

    def _draw(
        self, picture: CodePicture, left: float, bottom: float, *, module: float, limit: float = _PAGE_WIDTH
    ) -> None:
        if left + picture.width * module > limit:
            raise ValueError("a code is too wide for the page")
        for dark in picture.dark:
            y = bottom + (picture.height - dark.y - dark.height) * module
            width, height = dark.width * module, dark.height * module
            self._canvas.rect(left + dark.x * module, y, width, height, stroke=0, fill=1)

    def finish(self) -> None:
        self._canvas.save()

    def _down(self, height: float) -> None:
        self._top -= height
        if self._top < _MARGIN - 5 * mm:
            raise ValueError("more than fits on one page")
