"""The scanners of a station survive a restart, and a file that is damaged or newer."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    DeviceIdentity,
    Feedback,
    KeyDecoding,
    KeyLine,
    Parity,
    ScannerProfile,
    ScannerRole,
    SerialLine,
    Terminator,
)
from traitortrack_desktop.services.ports import ProfilesUnwritableError
from traitortrack_desktop.storage.local.scanner_profiles import FILE_NAME, ScannerProfilesFile

LEFT = ScannerProfile(
    name="left",
    connection=Connection.SERIAL,
    identity=DeviceIdentity(vendor=0x1EAB, product=0x0022, serial="A17", location="1-1.2"),
    role=ScannerRole.PARENTS,
    maker="Newland",
    serial=SerialLine(
        baud=115200, data_bits=7, parity=Parity.EVEN, terminator=Terminator.STX_ETX, feedback=Feedback.BEL
    ),
)
RIGHT = ScannerProfile(
    name="दायाँ",
    connection=Connection.KEYBOARD,
    identity=KEYBOARD,
    keys=KeyLine(
        decoding=KeyDecoding.TEXT, prefix="\x02", terminator_codes=frozenset({15}), separator="key:66"
    ),
)


def test_scanners_are_read_as_they_were_saved(tmp_path: Path):
    ScannerProfilesFile(tmp_path).write([LEFT, RIGHT])

    assert ScannerProfilesFile(tmp_path).read() == (LEFT, RIGHT)


def test_a_station_that_was_not_set_up_has_no_scanners(tmp_path: Path):
    assert ScannerProfilesFile(tmp_path / "not there").read() == ()


def test_the_folder_is_made_when_it_is_needed(tmp_path: Path):
    ScannerProfilesFile(tmp_path / "new").write([LEFT])

    assert ScannerProfilesFile(tmp_path / "new").read() == (LEFT,)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"version": 1}', '{"version": "1", "scanners": []}', '{"version": 1, "scanners": [7]}'],
)
def test_a_damaged_file_is_set_aside_whole(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.ERROR)
    (tmp_path / FILE_NAME).write_text(text)

    assert ScannerProfilesFile(tmp_path).read() == ()
    assert (tmp_path / "scanners.damaged").read_text() == text
    assert not (tmp_path / FILE_NAME).exists()


def test_an_unknown_word_in_the_file_is_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.ERROR)
    file = ScannerProfilesFile(tmp_path)
    file.write([LEFT])
    said = json.loads((tmp_path / FILE_NAME).read_text())
    said["scanners"][0]["role"] = "captain"
    (tmp_path / FILE_NAME).write_text(json.dumps(said))

    assert file.read() == ()


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path):
    newer = json.dumps({"version": 2, "scanners": [{"laser": True}]})
    (tmp_path / FILE_NAME).write_text(newer)
    file = ScannerProfilesFile(tmp_path)

    assert file.read() == ()
    with pytest.raises(ProfilesUnwritableError, match="newer"):
        file.write([LEFT])
    assert (tmp_path / FILE_NAME).read_text() == newer


def test_what_cannot_be_saved_leaves_what_was_there(tmp_path: Path):
    file = ScannerProfilesFile(tmp_path)
    file.write([LEFT])
    (tmp_path / f"{FILE_NAME}.new").mkdir()

    with pytest.raises(ProfilesUnwritableError):
        file.write([RIGHT])
    assert file.read() == (LEFT,)


def test_a_device_is_known_again_by_its_serial_number_or_its_place():
    assert LEFT.identity.is_same_device(replace(LEFT.identity, location="3-2"))
    assert not LEFT.identity.is_same_device(replace(LEFT.identity, serial="A18"))
    nameless = replace(LEFT.identity, serial=None)
    assert nameless.is_same_device(replace(nameless, name="/dev/ttyACM7"))
    assert not nameless.is_same_device(replace(nameless, location="1-1.3"))
    assert not nameless.is_same_device(LEFT.identity)
    assert DeviceIdentity(name="COM3").is_same_device(DeviceIdentity(name="COM3"))
    assert not DeviceIdentity(name="COM3").is_same_device(DeviceIdentity(name="COM4"))
    assert not DeviceIdentity().is_same_device(DeviceIdentity())
