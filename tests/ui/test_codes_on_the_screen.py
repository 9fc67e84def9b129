"""The set-up codes as QtSvg draws them: a scanner has to read them from the screen."""

import shutil
import subprocess

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from traitortrack_desktop.documents.barcodes import code_128_svg, set_up_code_svg
from traitortrack_desktop.domain.scanners import SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR

pytestmark = pytest.mark.skipif(not shutil.which("zbarimg"), reason="needs zbar-tools")


def drawn(svg, path, *, scale):
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    assert renderer.isValid()
    size = renderer.defaultSize()
    image = QImage(int(size.width() * scale), int(size.height() * scale), QImage.Format.Format_RGB32)
    image.fill(QColor("#101418"))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    assert image.save(str(path))
    return path


def read_from(path):
    read = subprocess.run(["zbarimg", "--quiet", "--raw", path], check=True, capture_output=True)
    return sorted(line.decode() for line in read.stdout.split(b"\n") if line)


@pytest.mark.parametrize("scale", [2, 2.4, 3, 3.3])
def test_both_set_up_codes_are_read_from_the_screen(qapp, tmp_path, scale):
    picture = drawn(
        set_up_code_svg(SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR), tmp_path / "codes.png", scale=scale
    )
    assert read_from(picture) == sorted([SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR])


def test_a_test_code_is_read_from_the_screen(qapp, tmp_path):
    assert read_from(drawn(code_128_svg("TT-TEST-01"), tmp_path / "code.png", scale=2)) == ["TT-TEST-01"]
