import base64
import re
import shutil
import stat
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date

import pytest
from reportlab.lib.units import mm

from traitortrack_desktop.documents.badge_card import (
    BAR_WIDTH,
    CARD_WIDTH,
    BadgeCard,
    BadgeSheet,
    printable_name,
    write_badge_sheet,
)
from traitortrack_desktop.documents.barcodes import code_128
from traitortrack_desktop.domain.operators import badge_code
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.ui.printed_badge import NewBadge, badge_sheet, print_badges

DIGITS = "012345678901234567890123"
CODE = f"TT-BADGE-{DIGITS}"
WORDS = ENGLISH.badge_card
CARD = BadgeCard(code=CODE, names=("asha",), until="until then", notes=("Do not lend it.",))
SHEET = BadgeSheet(title="Badges", hint="Cut.", maker="TraitorTrack", name_by_hand="Name", cards=(CARD,))


def written(tmp_path, sheet=SHEET):
    path = tmp_path / "badge with spaces.pdf"
    write_badge_sheet(path, sheet)
    return path


def page_count(path):
    return path.read_bytes().count(b"/Type /Page\n")


def drawn(path):
    """What the pages draw and write, without compression."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", path.read_bytes(), re.DOTALL)
    return b"".join(
        zlib.decompress(base64.a85decode(stream.strip(), adobe=False)) for stream in plain(streams)
    )


def plain(streams):
    return [stream.strip().removesuffix(b"~>") for stream in streams]


@pytest.mark.parametrize(("cards", "pages"), [(1, 1), (8, 1), (9, 2)])
def test_eight_cards_are_a_page(tmp_path, cards, pages):
    assert page_count(written(tmp_path, replace(SHEET, cards=(CARD,) * cards))) == pages


def test_the_code_is_not_on_the_card_in_digits(tmp_path):
    path = written(tmp_path)
    assert b"(asha)" in drawn(path)
    assert DIGITS.encode() not in drawn(path) + path.read_bytes()


def test_no_value_shows_the_code():
    badge = NewBadge(code=CODE, user_name="asha")
    assert DIGITS not in repr(badge) + repr(badge_sheet([badge], WORDS))


@pytest.mark.skipif(sys.platform == "win32", reason="the folder says who may read there")
def test_only_its_owner_may_read_the_file(tmp_path):
    path = tmp_path / "badge with spaces.pdf"
    path.write_text("an older one that everybody reads")
    path.chmod(0o644)
    assert stat.S_IMODE(written(tmp_path).stat().st_mode) == 0o600


def test_nothing_else_is_left_in_the_folder(tmp_path):
    path = written(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("code", ["", "TT-BADGE-\u0967", "A\x1dB", "X" * 60])
def test_a_code_that_cannot_be_printed_leaves_no_file(tmp_path, code):
    with pytest.raises(ValueError, match=r"not a code|too wide"):
        written(tmp_path, replace(SHEET, cards=(replace(CARD, code=code),)))
    assert list(tmp_path.iterdir()) == []


def test_the_bars_are_as_wide_as_guns_need_and_fit_the_card_with_their_quiet_zones():
    bars = code_128(CODE)
    assert 0.25 * mm <= BAR_WIDTH
    assert bars.width * BAR_WIDTH <= CARD_WIDTH
    assert bars.width == 297  # 20 of them white; the digits in pairs, or there would be 132 more


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        (("Asha  Rao", "asha"), "Asha Rao"),
        (("Jos\u00e9", "jose"), "Jos\u00e9"),
        (("\u0905\u092e\u093f\u0924", "amit"), "\u0905\u092e\u093f\u0924"),
        (("\u0410\u043c\u0438\u0442", "amit"), "amit"),
        (("Amit \u0410", "amit"), "amit"),
        (("A\x07", "amit"), "amit"),
        (("", "amit"), "amit"),
        (("\u0410", "\u0411"), None),
    ],
)
def test_the_first_name_that_the_fonts_hold_is_printed(names, printed):
    assert printable_name(names) == printed


def test_where_no_name_can_be_printed_there_is_a_line_to_write_it_on(tmp_path):
    path = written(tmp_path, replace(SHEET, cards=(replace(CARD, names=("\u0410",)),)))
    assert b"(Name)" in drawn(path)


@pytest.mark.parametrize("name", ["i", "x" * 500, "Anne " * 100, "Chandrasekharan Venkataraman Iyer"])
def test_a_name_of_any_length_stays_left_of_the_qr_code(tmp_path, name):
    content = drawn(written(tmp_path, replace(SHEET, cards=(replace(CARD, names=(name,)),))))
    assert 1 <= content.count(b"Tj") - drawn(written(tmp_path)).count(b"Tj") + 1 <= 2


def test_the_last_day_is_printed_and_so_is_that_there_is_none():
    with_end = NewBadge(code=CODE, user_name="asha", expires=date(2027, 5, 24))
    cards = badge_sheet([with_end, replace(with_end, expires=None)], WORDS).cards
    assert [card.until for card in cards] == ["Valid until 2027-05-24", WORDS.without_end]


@pytest.mark.parametrize("text", [WORDS.title, WORDS.hint, WORDS.until, WORDS.without_end, *WORDS.notes])
def test_the_printed_words_are_ascii(text):
    assert text.isascii()


@pytest.mark.skipif(
    not (shutil.which("pdftoppm") and shutil.which("zbarimg")), reason="needs poppler-utils and zbar-tools"
)
@pytest.mark.parametrize("symbology", ["code128", "qrcode"])
def test_a_scanner_reads_the_badge_that_the_station_knows(tmp_path, symbology):
    path = tmp_path / "badges.pdf"
    codes = [CODE, "TT-BADGE-" + "9" * 24]
    print_badges(path, [NewBadge(code=code, user_name="asha") for code in codes], WORDS)
    subprocess.run(["pdftoppm", "-r", "200", "-gray", path, tmp_path / "page"], check=True)
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", f"-S{symbology}.enable", *tmp_path.glob("page*")],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert sorted(badge_code(line) or line for line in read.stdout.split()) == codes
