"""The letters of printed sheets: the printers' own fonts, and one that comes with the program for Hindi.

Devanagari is shaped: its letters join and change places, which drawing them one after the other does not do.
"""

from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import ShapedStr, TTFont, shapeStr
from reportlab.pdfgen.canvas import Canvas

from traitortrack_desktop.environment.resources import resource

PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
_DEVANAGARI = {PLAIN: "NotoSansDevanagari-Regular", BOLD: "NotoSansDevanagari-Bold"}
_FIRST, _LAST = "\u0900", "\u097f"
_JOINERS = "\u200c\u200d"


def draw_text(canvas: Canvas, x: float, y: float, text: str, *, size: float, font: str = PLAIN) -> None:
    """Draw *text* with its left end at *x*, *y*, in points; *font* is :data:`PLAIN` or :data:`BOLD`."""
    for name, part in _parts(text, font):
        canvas.setFont(name, size)
        shaped = _shaped(part, name, size)
        canvas.drawString(x, y, shaped)
        x += _width(shaped, name, size)


def text_width(text: str, *, size: float, font: str = PLAIN) -> float:
    """Return how wide :func:`draw_text` draws *text*, in points."""
    return sum(_width(_shaped(part, name, size), name, size) for name, part in _parts(text, font))


def _shaped(part: str, name: str, size: float) -> str:
    return shapeStr(part, name, size) if name in _DEVANAGARI.values() else part


def _width(part: str, name: str, size: float) -> float:
    if isinstance(part, ShapedStr):
        letters = getattr(part, "__shapeData__")  # noqa: B009 - the library's stubs leave it out
        return float(sum(letter.x_advance for letter in letters) * size / 1000)
    return float(pdfmetrics.stringWidth(part, name, size))


def is_devanagari(char: str) -> bool:
    """Whether *char* is a letter or a sign of Hindi; the joiners between such letters are."""
    return _FIRST <= char <= _LAST or char in _JOINERS


def _parts(text: str, font: str) -> list[tuple[str, str]]:
    """Return *text* in pieces of one font each; a blank stays with the letters before it."""
    parts: list[tuple[str, str]] = []
    for char in text:
        name = _devanagari(font) if is_devanagari(char) else font
        joins = bool(parts) and (char == " " or parts[-1][0] == name)
        if joins:
            parts[-1] = (parts[-1][0], parts[-1][1] + char)
        else:
            parts.append((name, char))
    return parts


@cache
def _devanagari(font: str) -> str:
    name = _DEVANAGARI[font]
    pdfmetrics.registerFont(TTFont(name, str(resource("fonts", f"{name}.ttf")), shapable=True))
    return name
