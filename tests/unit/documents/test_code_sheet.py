import shutil
import subprocess

import pytest

from traitortrack_desktop.documents.code_sheet import SheetCode, SheetSection, write_code_sheet


def section(*texts, starts_page=False):
    codes = tuple(SheetCode(text=text, caption="a bag") for text in texts)
    return SheetSection(title="Bags", hint="Scan them.", codes=codes, starts_page=starts_page)


def written(tmp_path, *sections):
    path = tmp_path / "sheet with spaces.pdf"
    write_code_sheet(path, title="Barcodes", sections=sections)
    return path


def page_count(path):
    return path.read_bytes().count(b"/Type /Page\n")


def test_it_is_a_pdf(tmp_path):
    assert written(tmp_path, section("SB10001")).read_bytes().startswith(b"%PDF-")


def test_a_section_can_start_a_page(tmp_path):
    assert page_count(written(tmp_path, section("SB10001"), section("SB10002"))) == 1
    assert page_count(written(tmp_path, section("SB10001"), section("SB10002", starts_page=True))) == 2


def test_a_first_section_that_starts_a_page_leaves_no_empty_one(tmp_path):
    assert page_count(written(tmp_path, section("SB10001", starts_page=True))) == 1


def test_thirty_children_fit_on_a_page(tmp_path):
    children = [f"{number:07}" for number in range(900001, 900031)]
    assert page_count(written(tmp_path, section(*children))) == 1


def test_more_than_a_page_holds_goes_on_the_next(tmp_path):
    children = [f"{number:07}" for number in range(900001, 900101)]
    assert page_count(written(tmp_path, section(*children))) == 4


@pytest.mark.parametrize("text", ["", "Größe", "A\nB", "X" * 80])
def test_a_code_that_cannot_be_printed_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"not a code|too wide"):
        written(tmp_path, section(text))


def test_the_same_sheet_gives_the_same_file(tmp_path):
    first = written(tmp_path, section("SB10001")).read_bytes()
    assert written(tmp_path, section("SB10001")).read_bytes() == first


@pytest.mark.skipif(
    not (shutil.which("pdftoppm") and shutil.which("zbarimg")), reason="needs poppler-utils and zbar-tools"
)
def test_a_scanner_reads_what_was_meant(tmp_path):
    texts = ["SB40001", "M444-40002", "0900001", "TT-CMD-UNDERSTOOD", "AB#12?"]
    path = written(tmp_path, *(section(text) for text in texts))
    subprocess.run(["pdftoppm", "-r", "200", "-png", path, tmp_path / "page"], check=True)
    pages = sorted(tmp_path.glob("page*.png"))
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Scode128.enable", *pages],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert sorted(read.stdout.split()) == sorted(texts)
