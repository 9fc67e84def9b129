"""What keys and ports really hand on during the set-up, taken through its steps."""

import pytest
from fakes.heard_readings import CODE, CODE_WITH_SEPARATOR, key_gun, serial_gun
from fakes.wedge_keys import ENTER, scan

from traitortrack_desktop.devices.heard_keys import HeardKeys
from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.line_detection import LineDetection
from traitortrack_desktop.domain.scanners import Parity, Terminator
from traitortrack_desktop.services.scanner_desk import HeardReading
from traitortrack_desktop.services.scanner_learning import ScannerTrouble
from traitortrack_desktop.services.scanner_set_up import (
    TEST_CODES,
    ScannerStep,
    after_reading,
    begin,
    go_on,
)

F8, TAB = 66, 15


def typed(keys, *, gap_ms):
    """The readings of a device of its own whose keys are *keys*."""
    heard, held = [], HeldKeys()
    collector = HeardKeys(key_gun(), heard.append)
    for place, (code, down) in enumerate(keys):
        collector.take(held.stroke(code, down=down, at_ms=1000 + place * gap_ms), down=down)
    return heard


def received(*pieces):
    """The readings of a port over which *pieces* came."""
    detection = LineDetection()
    return [
        HeardReading(
            device=serial_gun(),
            raw=reading.raw,
            kind=reading.kind,
            terminated=reading.terminated,
            line=reading.line,
        )
        for piece in pieces
        for reading in detection.take(piece)
    ]


def after(set_up, readings):
    for reading in readings:
        set_up = after_reading(set_up, reading)
    return set_up


def set_up_by(readings_of, code=CODE):
    """The set-up after five scans of *code* and the ten test codes."""
    set_up = after(begin((), name="left"), [reading for _ in range(5) for reading in readings_of(code)])
    assert set_up.step is ScannerStep.NAME, set_up.trouble
    return after(go_on(set_up), [reading for test in TEST_CODES for reading in readings_of(test)])


@pytest.mark.parametrize("end", [ENTER, TAB])
@pytest.mark.parametrize("prefix", ["", "~1", "\x02"])
def test_a_wedge_read_as_a_device_is_set_up(prefix, end):
    set_up = set_up_by(lambda code: typed(scan(prefix + code, end=end), gap_ms=3))
    assert set_up.may_be_saved
    assert (set_up.profile.keys.prefix, set_up.profile.keys.terminator_codes) == (prefix, {end})


def test_the_group_separator_of_the_square_code_is_learned_as_control_and_a_key():
    set_up = set_up_by(lambda code: typed(scan(code), gap_ms=3), CODE_WITH_SEPARATOR)
    assert set_up.learned.separator_known
    assert set_up.profile.keys.separator == ""


def test_a_function_key_in_the_place_of_the_group_separator_is_learned():
    head, tail = CODE_WITH_SEPARATOR.split("\x1d")
    keys = [*scan(head, end=None), (F8, True), (F8, False), *scan(tail)]
    set_up = after(begin((), name="left"), typed(keys, gap_ms=3) * 5)
    assert set_up.profile.keys.separator == "key:66"


def test_a_person_at_the_keyboard_is_not_taken_for_a_scanner():
    set_up = after(begin((), name="left"), typed(scan(CODE), gap_ms=60) * 5)
    assert set_up.device is None
    assert set_up.trouble.kind is ScannerTrouble.TYPED


def test_a_wedge_without_an_end_is_told_to_send_one():
    keys = scan(CODE, end=None)
    heard, held = [], HeldKeys()
    collector = HeardKeys(key_gun(), heard.append)
    for place, (code, down) in enumerate(keys):
        collector.take(held.stroke(code, down=down, at_ms=1000 + place * 3), down=down)
    collector.time_passed(60_000)
    assert after(begin((), name="left"), heard).trouble.kind is ScannerTrouble.NO_END


@pytest.mark.parametrize(
    ("before", "end", "terminator"),
    [
        (b"", b"\r", Terminator.CR),
        (b"", b"\r\n", Terminator.CR_LF),
        (b"", b"\n", Terminator.LF),
        (b"\x02", b"\x03", Terminator.STX_ETX),
        (b"]C0", b"\r", Terminator.CR),
        (b"", b"", Terminator.SILENCE),
    ],
)
def test_a_serial_scanner_is_set_up(before, end, terminator):
    pieces = [CODE] * 5 + list(TEST_CODES)
    readings = received(*(before + piece.encode() + end for piece in pieces))
    set_up = after(go_on(after(begin((), name="left"), readings[:5])), readings[5:])
    assert set_up.may_be_saved, set_up.trouble
    assert set_up.profile.serial.terminator is terminator


def test_a_scanner_of_seven_bits_is_set_up_after_the_scan_that_showed_it():
    even = bytes(byte | (byte.bit_count() % 2) << 7 for byte in f"{CODE}\r".encode())
    readings = received(even, *[f"{CODE}\r".encode()] * 5)
    first = after(begin((), name="left"), readings[:1])
    assert first.trouble.kind is ScannerTrouble.GARBLED
    set_up = after(first, readings[1:])
    assert set_up.step is ScannerStep.NAME
    assert (set_up.profile.serial.data_bits, set_up.profile.serial.parity) == (7, Parity.EVEN)
