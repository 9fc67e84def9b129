"""Code 128 and QR codes as dark rectangles, counted in modules, and as SVG pictures for the screen. Pure.

reportlab encodes; what is drawn is drawn the same on paper and on the screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

_CODE_128_QUIET, _QR_QUIET = 10, 4
"""Modules that stay white around a code (ISO/IEC 15417 and 18004)."""

_BAR_HEIGHT = 60
_QR_SCALE = 3
"""In a picture with both, a module of the QR code is three of Code 128, so that they are about as wide."""


@dataclass(frozen=True, slots=True)
class Dark:
    """A dark rectangle, in modules, from the top left corner of the picture."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, x: int, y: int, *, scale: int = 1) -> "Dark":
        """Return it *scale* times as large, then moved."""
        return Dark(x + self.x * scale, y + self.y * scale, self.width * scale, self.height * scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePicture:
    """A code with its quiet zone, in modules."""

    width: int
    height: int
    dark: tuple[Dark, ...]

    def svg(self) -> str:
        """Return the picture, black on white. A unit is a module: whole multiples of it are sharpest."""
        path = "".join(f"M{dark.x} {dark.y}h{dark.width}v{dark.height}h-{dark.width}z" for dark in self.dark)
        size = f'width="{self.width}" height="{self.height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {self.width} {self.height}" '
            f'shape-rendering="crispEdges"><rect {size} fill="#ffffff"/>'
            f'<path d="{path}" fill="#000000"/></svg>'
        )


def code_128(text: str, *, bar_height: int = _BAR_HEIGHT) -> CodePicture:
    """Return *text* as Code 128. Raises ``ValueError`` for what is not printable ASCII, or empty."""
    if not (text and text.isascii() and text.isprintable()):
        raise ValueError(f"not a code for Code 128: {text!r}")
    barcode = Code128(text, barWidth=1, quiet=0)
    width_of_bars = round(barcode.width)
    dark: list[Dark] = []
    x = _CODE_128_QUIET
    # Capital letters are bars, small ones spaces; their place in the alphabet is their width.
    for letter in str(barcode.decomposed):
        width = ord(letter.upper()) - ord("A") + 1
        if letter.isupper():
            dark.append(Dark(x, 0, width, bar_height))
        x += width
    return CodePicture(width=width_of_bars + 2 * _CODE_128_QUIET, height=bar_height, dark=tuple(dark))


def qr_code(text: str) -> CodePicture:
    """Return *text* as a QR code in byte mode: no other has a place for a group separator."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(text.encode()))
    code.make()
    rows: Sequence[Sequence[bool]] = code.modules
    dark = [Dark(x, y, width, 1) for y, row in enumerate(rows) for x, width in _runs(row)]
    side = len(rows) + 2 * _QR_QUIET
    return CodePicture(width=side, height=side, dark=tuple(each.moved(_QR_QUIET, _QR_QUIET) for each in dark))


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Return where each dark run of *row* begins, and how long it is."""
    runs: list[tuple[int, int]] = []
    x = 0
    for is_dark, modules in groupby(row, key=bool):
        width = len(list(modules))
        if is_dark:
            runs.append((x, width))
        x += width
    return runs


def both_codes(code: str, code_with_separator: str) -> CodePicture:
    """Return *code* as Code 128 over *code_with_separator* as QR code; a scanner reads either."""
    bars, square = code_128(code), qr_code(code_with_separator)
    side = square.width * _QR_SCALE
    width = max(bars.width, side)
    top = _CODE_128_QUIET
    below = top + bars.height
    dark = [each.moved((width - bars.width) // 2, top) for each in bars.dark]
    dark += [each.moved((width - side) // 2, below, scale=_QR_SCALE) for each in square.dark]
    return CodePicture(width=width, height=below + side, dark=tuple(dark))


def set_up_code_svg(code: str, code_with_separator: str) -> str:
    """Return the picture of both set-up codes. Raises ``ValueError`` for a *code* not for Code 128."""
    return both_codes(code, code_with_separator).svg()


def code_128_svg(text: str) -> str:
    """Return the picture of one code. Raises ``ValueError`` for a *text* that Code 128 does not hold."""
    return code_128(text).svg()
