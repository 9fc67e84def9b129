import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.line_detection import CANDIDATES, LineDetection
from traitortrack_desktop.devices.makers import MAKERS, signals
from traitortrack_desktop.devices.ssi import Opcode, encode
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    SET_UP_CODE,
    SET_UP_CODE_WITH_SEPARATOR,
    Feedback,
    Parity,
    SerialLine,
    Terminator,
)

CODE = SET_UP_CODE.encode()
GARBAGE = b"\xff\xfe\x80\x91"


def with_parity(data, *, odd):
    return bytes(byte | (0x80 if byte.bit_count() % 2 != odd else 0) for byte in data)


@pytest.mark.parametrize(
    ("sent", "terminator"),
    [
        (CODE + b"\r", Terminator.CR),
        (CODE + b"\n", Terminator.LF),
        (CODE + b"\r\n", Terminator.CR_LF),
        (b"\x02" + CODE + b"\x03", Terminator.STX_ETX),
        (b"\x02" + CODE + b"\x03\r\n", Terminator.STX_ETX),
        (b"]C0" + CODE + b"\r", Terminator.CR),
        (SET_UP_CODE_WITH_SEPARATOR.encode() + b"\r", Terminator.CR),
        (encode(Opcode.DECODE_DATA, b"\x03" + CODE, source=0), Terminator.SSI),
    ],
)
def test_a_whole_set_up_code_teaches_what_ends_a_reading(sent, terminator):
    detection = LineDetection()
    [reading] = detection.take(sent)
    assert (reading.kind, reading.terminated) == (FrameKind.COMPLETE, True)
    assert reading.line == SerialLine(baud=9600, terminator=terminator)
    assert detection.line == CANDIDATES[0]


def test_a_code_that_nothing_ends_is_ended_by_silence():
    [reading] = LineDetection().take(CODE)
    assert (reading.kind, reading.terminated) == (FrameKind.PARTIAL, False)
    assert reading.line.terminator is Terminator.SILENCE


def test_a_reading_keeps_all_its_bytes():
    [reading] = LineDetection().take(b"]C0" + CODE + b"\r\n")
    assert reading.raw == b"]C0" + CODE + b"\r\n"


def test_a_packet_is_handed_on_as_its_data():
    [reading] = LineDetection().take(encode(Opcode.DECODE_DATA, b"\x03" + CODE, source=0))
    assert reading.raw == CODE


def test_a_packet_that_is_repeated_because_nobody_acknowledges_is_one_reading():
    detection = LineDetection()
    again = encode(Opcode.DECODE_DATA, b"\x03" + CODE, source=0, status=1)
    assert len(detection.take(encode(Opcode.DECODE_DATA, b"\x03" + CODE, source=0))) == 1
    assert detection.take(again) == detection.take(again) == []


@pytest.mark.parametrize("garbage", [GARBAGE, b"\x00\x00\x00", b"ab\x01\r", b"x7"])
def test_garbage_has_the_next_line_tried(garbage):
    detection = LineDetection()
    [reading] = detection.take(garbage)
    assert (reading.kind, reading.line) == (FrameKind.GARBLED, CANDIDATES[0])
    assert detection.line == CANDIDATES[1]


def test_every_line_is_tried_and_then_the_first_again():
    detection = LineDetection()
    tried = []
    for _ in range(len(CANDIDATES) + 1):
        tried.append(detection.line)
        detection.take(GARBAGE)
    assert tried == [*CANDIDATES, CANDIDATES[0]]


@pytest.mark.parametrize(
    "sent", [b"SB10001\r", b"4006381333931", b"tt-setup aA0-_/:.~#@\r", b"AT+GCAP\r", b"\r\n"]
)
def test_what_came_whole_or_is_noise_leaves_the_line(sent):
    detection = LineDetection()
    detection.take(sent)
    assert detection.line == CANDIDATES[0]


def test_the_talk_of_a_modem_manager_is_noise():
    assert [reading.kind for reading in LineDetection().take(b"AT+GCAP\r")] == [FrameKind.NOISE]


def test_garbage_after_the_line_was_accepted_does_not_change_it():
    detection = LineDetection()
    detection.take(CODE + b"\r")
    detection.take(GARBAGE)
    assert detection.line == CANDIDATES[0]


def test_several_readings_between_two_pauses_stay_apart():
    readings = LineDetection().take(CODE + b"\rSB10001\rSB1")
    assert [reading.raw for reading in readings] == [CODE + b"\r", b"SB10001\r", b"SB1"]
    assert [reading.kind for reading in readings][:2] == [FrameKind.COMPLETE] * 2


@pytest.mark.parametrize(("odd", "parity"), [(True, Parity.ODD), (False, Parity.EVEN)])
def test_seven_bits_with_parity_are_seen_at_the_right_speed(odd, parity):
    detection = LineDetection()
    [reading] = detection.take(with_parity(CODE + b"\r", odd=odd))
    assert reading.kind is FrameKind.GARBLED
    assert detection.line == SerialLine(baud=9600, data_bits=7, parity=parity)


def test_a_parity_bit_that_is_always_one_is_a_stop_bit():
    detection = LineDetection()
    detection.take(bytes(byte | 0x80 for byte in CODE))
    assert detection.line == SerialLine(baud=9600, data_bits=7, stop_bits=2)


def test_a_code_seen_through_parity_is_accepted_only_when_it_came_whole():
    detection = LineDetection()
    detection.take(with_parity(CODE + b"\r", odd=True))
    [reading] = detection.take(CODE + b"\r")
    assert reading.line == SerialLine(baud=9600, data_bits=7, parity=Parity.ODD, terminator=Terminator.CR)


@given(st.binary(max_size=80))
def test_no_bytes_raise_or_vanish(data):
    readings = LineDetection().take(data)
    kept = b"".join(reading.raw for reading in readings if reading.line.terminator is not Terminator.SSI)
    assert kept.replace(b"\r", b"").replace(b"\n", b"") == data.replace(b"\r", b"").replace(b"\n", b"")


def test_the_line_of_every_maker_is_tried():
    lines = {(line.baud, line.data_bits, line.parity) for line in CANDIDATES}
    assert {(maker.line.baud, maker.line.data_bits, maker.line.parity) for maker in MAKERS} <= lines


def test_makers_have_names_of_their_own():
    assert len({maker.name for maker in MAKERS}) == len(MAKERS)


def test_only_makers_with_a_back_channel_are_a_choice_of_signals():
    assert signals()["Zebra SSI"] is Feedback.SSI
    assert "Unitech" not in signals()
    assert Feedback.NONE not in signals().values()
