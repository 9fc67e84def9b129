"""Hindi on printed sheets: its letters join and change places, and take the room that they take."""

import shutil
import subprocess
from datetime import date

import pytest
from reportlab.pdfgen.canvas import Canvas

from traitortrack_desktop.documents.badge_card import printable_name
from traitortrack_desktop.documents.code_sheet import SheetCode, SheetSection, write_code_sheet
from traitortrack_desktop.documents.sheet_fonts import BOLD, PLAIN, draw_text, text_width
from traitortrack_desktop.presentation.wording.sheet_words import BADGES
from traitortrack_desktop.ui.printed_badge import NewBadge, print_badges


class DrawnText:
    """What a canvas was asked to draw."""

    def __init__(self):
        self.strings = []

    def setFont(self, name, size):  # noqa: N802 - as the canvas calls it
        self.font = name

    def drawString(self, x, y, text):  # noqa: N802
        self.strings.append((self.font, x, str(text)))


def drawn(text, font=PLAIN):
    canvas = DrawnText()
    draw_text(canvas, 10, 20, text, size=12, font=font)
    return canvas.strings


def test_a_vowel_sign_that_stands_before_its_letter_is_drawn_before_it():
    ((_, _, text),) = drawn("\u0915\u093f")
    assert (len(text), text[1]) == (2, "\u0915")


def test_letters_that_join_are_drawn_as_one():
    ((_, _, text),) = drawn("\u0915\u094d\u0937")
    assert len(text) == 1


def test_each_script_has_its_font_and_stands_behind_the_one_before():
    (first, hindi, last) = drawn("CLOSE \u0915 2", BOLD)
    assert [first[0], hindi[0], last[0]] == [BOLD, "NotoSansDevanagari-Bold", BOLD]
    assert first[1] < hindi[1] < last[1]


def test_latin_text_is_as_wide_as_the_printers_font_has_it():
    canvas = Canvas("unused.pdf")
    assert text_width("CLOSE", size=12) == pytest.approx(canvas.stringWidth("CLOSE", PLAIN, 12))


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        (("\u0906\u0936\u093e", "asha"), "\u0906\u0936\u093e"),
        (("\u0410\u043d\u043d\u0430", "anna"), "anna"),
        (("\u0906\u0936\u093e Ren\u00e9", "asha"), "\u0906\u0936\u093e Ren\u00e9"),
    ],
)
def test_a_name_in_devanagari_is_printed_as_it_is(names, printed):
    assert printable_name(names) == printed


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="needs zbarimg and pdftoppm")
def test_the_codes_of_hindi_sheets_and_badges_are_read_back(tmp_path):
    part = SheetSection(
        title="\u092c\u093f\u0932", hint="", codes=(SheetCode(text="TT-CMD-UNDO", caption="\u0915"),)
    )
    write_code_sheet(tmp_path / "sheet.pdf", title="\u0906\u0926\u0947\u0936", sections=[part])
    badge = NewBadge(code="TT-BADGE-" + "1" * 24, user_name="\u0906\u0936\u093e", expires=date(2027, 1, 1))
    print_badges(tmp_path / "badge.pdf", [badge], BADGES["hi"])
    read = set()
    for name in ("sheet", "badge"):
        picture = tmp_path / name
        subprocess.run(
            ["pdftoppm", "-r", "200", "-gray", "-singlefile", f"{picture}.pdf", picture], check=True
        )
        said = subprocess.run(
            ["zbarimg", "-q", "--raw", f"{picture}.pgm"], capture_output=True, text=True, check=True
        )
        read |= set(said.stdout.split())
    assert read == {"TT-CMD-UNDO", badge.code}
