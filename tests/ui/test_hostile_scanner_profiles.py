"""Whatever stands in the stations' file of scanners, the window reads keys."""

import json
import logging

import pytest
from PySide6.QtCore import QObject

from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    DeviceIdentity,
    KeyLine,
    ScannerProfile,
)
from traitortrack_desktop.storage.local.scanner_profiles import FILE_NAME, ScannerProfilesFile
from traitortrack_desktop.ui.keyboard_scanner import KeyboardScanner

WEDGE = ScannerProfile(name="wedge", connection=Connection.KEYBOARD, identity=KEYBOARD)


@pytest.mark.parametrize("name", [*KeyLine.__slots__, *DeviceIdentity.__slots__])
@pytest.mark.parametrize("value", [None, 7, "key:F8", "\ud800", [1e999], {}])
def test_the_window_takes_what_is_left_of_a_damaged_file(qapp, tmp_path, caplog, name, value):
    caplog.set_level(logging.CRITICAL)
    file = ScannerProfilesFile(tmp_path)
    file.write([WEDGE])
    said = json.loads((tmp_path / FILE_NAME).read_text())
    part = "keys" if name in KeyLine.__slots__ else "identity"
    said["scanners"][0][part][name] = value
    (tmp_path / FILE_NAME).write_text(json.dumps(said))

    parent = QObject()
    keyboard = KeyboardScanner(lambda _: None, lambda *_, **__: None, parent)
    keyboard.take_profiles(file.read())
    keyboard.take_profiles(())
