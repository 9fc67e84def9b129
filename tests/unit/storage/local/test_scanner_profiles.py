"""The scanners of a station survive a restart, and a file that is damaged or newer."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from traitortrack_desktop.devices.key_readings import ReadingRules
from traitortrack_desktop.devices.key_senders import senders_of
from traitortrack_desktop.devices.text_mode import TextMode
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
    [
        "",
        "{",
        "[]",
        '{"version": 1}',
        '{"version": "1", "scanners": []}',
        '{"version": true, "scanners": []}',
        '{"version": NaN, "scanners": []}',
        '{"version": 1, "scanners": {}}',
        '{"version": 1' + "0" * 5000 + "}",
        "[" * 200_000,
        "\udcff",
    ],
)
def test_a_file_of_which_nothing_can_be_understood_is_set_aside(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    data = text.encode("utf-8", errors="surrogateescape")
    (tmp_path / FILE_NAME).write_bytes(data)

    file = ScannerProfilesFile(tmp_path)
    assert file.read() == ()
    file.write([LEFT])
    assert (tmp_path / "scanners.damaged").read_bytes() == data
    assert file.read() == (LEFT,)


def write_with(folder: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Keep LEFT, changed as it stands in the file, before RIGHT; return the file."""
    ScannerProfilesFile(folder).write([LEFT, RIGHT])
    said = json.loads((folder / FILE_NAME).read_text())
    change(said["scanners"][0])
    text = json.dumps(said)
    (folder / FILE_NAME).write_text(text)
    return text


NOT_A_FIELD = [None, True, -1, 7, 0.5, 1e999, 10**30, "x" * 2000, "\ud800", [], {}, ["x"], [1e999], [None]]
FIELDS = [
    *((None, name) for name in ("name", "connection", "role", "maker", "identity", "serial", "keys")),
    *(("identity", name) for name in DeviceIdentity.__slots__),
    *(("serial", name) for name in SerialLine.__slots__),
    *(("keys", name) for name in KeyLine.__slots__),
]


@pytest.mark.parametrize(("part", "name"), FIELDS)
def test_a_field_of_any_kind_spoils_its_scanner_alone_and_breaks_nobody_who_reads_it(
    tmp_path: Path, part: str | None, name: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.CRITICAL)
    for number, value in enumerate(NOT_A_FIELD):
        folder = tmp_path / str(number)
        write_with(folder, lambda said: (said[part] if part else said).update({name: value}))  # noqa: B023

        profiles = ScannerProfilesFile(folder).read()

        assert profiles[-1] == RIGHT
        assert all(isinstance(profile.source, str) for profile in profiles)
        senders = senders_of(profiles)
        ReadingRules.for_lines(senders.lines)
        TextMode(senders.lines)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(role="captain"),
        lambda said: said["identity"].update(vendor="1eab"),
        lambda said: said["identity"].update(vendor=None),
        lambda said: said["identity"].update(colour="red"),
        lambda said: said["serial"].update(baud="fast"),
        lambda said: said["serial"].update(wireless=1),
        lambda said: said["keys"].update(terminator_codes=["28"]),
        lambda said: said["keys"].update(terminator_codes=[]),
        lambda said: said["keys"].update(separator="key:F8"),
        lambda said: said["keys"].update(hold_gap_ms=None),
        lambda said: said.pop("keys"),
    ],
)
def test_a_damaged_scanner_is_left_out_alone_and_the_file_is_kept(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    text = write_with(tmp_path, change)

    file = ScannerProfilesFile(tmp_path)
    assert file.read() == (RIGHT,)
    assert "scanner 1" in caplog.text
    file.write([RIGHT])
    assert (tmp_path / "scanners.damaged").read_text() == text


def test_a_scanner_that_is_there_twice_is_used_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)
    ScannerProfilesFile(tmp_path).write([LEFT, replace(LEFT, name="again"), RIGHT])

    assert ScannerProfilesFile(tmp_path).read() == (LEFT, RIGHT)


def test_no_damaged_file_takes_the_place_of_an_earlier_one(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.CRITICAL)
    for text in ("first", "second", "second"):
        (tmp_path / FILE_NAME).write_text(text)
        ScannerProfilesFile(tmp_path).read()

    kept = {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != FILE_NAME}
    assert kept == {"scanners.damaged": "first", "scanners.damaged-2": "second"}


def test_a_file_that_could_not_be_read_is_not_saved_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.CRITICAL)
    file = ScannerProfilesFile(tmp_path)
    file.write([LEFT])

    def in_use(*_: object, **__: object) -> str:
        raise PermissionError(13, "another program has it")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", in_use)
        assert file.read() == ()
    with pytest.raises(ProfilesUnwritableError, match="could not be read"):
        file.write([RIGHT])
    assert file.read() == (LEFT,)
    file.write([RIGHT])


def test_a_damaged_file_that_cannot_be_set_aside_is_not_saved_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.CRITICAL)
    text = write_with(tmp_path, lambda said: said.update(role="captain"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    file = ScannerProfilesFile(tmp_path)
    assert file.read() == (RIGHT,)
    with pytest.raises(ProfilesUnwritableError, match="set aside"):
        file.write([RIGHT])
    assert (tmp_path / FILE_NAME).read_text() == text


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
