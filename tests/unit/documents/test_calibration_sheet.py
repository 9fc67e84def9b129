import shutil
import subprocess
from dataclasses import replace

import pytest

from traitortrack_desktop.documents.barcodes import both_codes, code_128, qr_code
from traitortrack_desktop.documents.calibration_sheet import CalibrationSheet, write_calibration_sheet
from traitortrack_desktop.domain.codes import CodeKind, code_rules, parse_frame
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.scanner_set_up import TEST_CODES
from traitortrack_desktop.ui.printed_sheet import calibration_sheet, print_calibration_sheet

SHEET = CalibrationSheet(
    title="Set up",
    steps=("Plug it in.",),
    code=SET_UP_CODE,
    code_caption="every scanner",
    code_with_separator=SET_UP_CODE_WITH_SEPARATOR,
    code_with_separator_caption="QR",
    tests_title="Tests",
    tests_hint="Each once.",
    test_codes=TEST_CODES,
    settings_title="For IT",
    settings_hint="Manual.",
    settings=(("Maker", "CR"),),
)


def written(tmp_path, sheet=SHEET):
    path = tmp_path / "sheet with spaces.pdf"
    write_calibration_sheet(path, sheet)
    return path


def test_it_is_one_page(tmp_path):
    pdf = written(tmp_path).read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 1


def test_the_same_sheet_gives_the_same_file(tmp_path):
    assert written(tmp_path).read_bytes() == written(tmp_path).read_bytes()


@pytest.mark.parametrize("code", ["", "Größe", "A\x1dB", "X" * 80])
def test_a_code_that_cannot_be_printed_is_refused(tmp_path, code):
    with pytest.raises(ValueError, match=r"not a code|too wide"):
        written(tmp_path, replace(SHEET, code=code))


def test_more_than_a_page_holds_is_refused(tmp_path):
    with pytest.raises(ValueError, match="one page"):
        written(tmp_path, replace(SHEET, steps=("Plug it in.",) * 60))


def test_a_code_has_its_quiet_zone_on_both_sides():
    picture = code_128("SB10001")
    assert min(dark.x for dark in picture.dark) == 10
    assert max(dark.x + dark.width for dark in picture.dark) == picture.width - 10


def test_a_qr_code_has_its_quiet_zone_all_round():
    picture = qr_code("SB10001")
    assert min(min(dark.x, dark.y) for dark in picture.dark) == 4
    assert max(max(dark.x + dark.width, dark.y + dark.height) for dark in picture.dark) == picture.width - 4


def test_the_two_set_up_codes_do_not_touch():
    picture = both_codes(SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR)
    bars = [dark for dark in picture.dark if dark.height > 30]
    square = [dark for dark in picture.dark if dark.height <= 30]
    assert max(dark.y + dark.height for dark in bars) < min(dark.y for dark in square)


@pytest.mark.parametrize("code", [SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR, *TEST_CODES])
def test_no_code_of_the_sheet_is_one_of_the_station_s_work(code):
    frame = ScanFrame(source="test", raw=code.encode())
    assert parse_frame(frame, code_rules()).kind is CodeKind.UNUSABLE


@pytest.mark.parametrize(
    "words",
    [
        *calibration_sheet(ENGLISH.calibration_sheet).steps,
        *(text for row in calibration_sheet(ENGLISH.calibration_sheet).settings for text in row),
    ],
)
def test_the_printed_words_are_ascii(words):
    assert words.isascii()


@pytest.mark.skipif(
    not (shutil.which("pdftoppm") and shutil.which("zbarimg")), reason="needs poppler-utils and zbar-tools"
)
def test_a_scanner_reads_what_was_meant_from_the_station_s_own_sheet(tmp_path):
    path = tmp_path / "sheet.pdf"
    print_calibration_sheet(path, ENGLISH.calibration_sheet)
    subprocess.run(["pdftoppm", "-r", "200", "-png", path, tmp_path / "page"], check=True)
    assert read_from(*tmp_path.glob("page*.png")) == sorted(
        [SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR, *TEST_CODES]
    )


def read_from(*pages):
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Scode128.enable", "-Sqrcode.enable", *pages],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return sorted(line.decode() for line in read.stdout.split(b"\n") if line)
