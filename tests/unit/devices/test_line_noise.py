"""Talk to a modem is told from codes, also from codes that begin like it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.framing import LineFramer, StxEtxFramer
from traitortrack_desktop.devices.line_noise import is_modem_talk
from traitortrack_desktop.domain.frames import FrameKind


def kinds(*parts, framer=None, at_ms=1000):
    framer = framer or LineFramer("t")
    return [frame.kind for part in parts for frame in framer.feed(part, ended_ms=at_ms)]


@pytest.mark.parametrize(
    "talk",
    [
        b"AT",
        b"ATI",
        b"AT+GCAP",
        b"AT+CGMI",
        b"AT+GMI",
        b"AT+CGMM",
        b"AT+GMM",
        b"AT+XACT=?",
        b"AT%IPSYS?",
        b"AT$NWDMAT=1",
        b"ATE1 E0",
        b"ATE0+CPMS?",
        b"+GCAP: +CGSM,+DS",
        b"+CME ERROR: 100",
        b"~\x00x\xf0~",
        b"~\x00x\xf0~~\x00x\xf0~",
        b"~\x00xp~",
    ],
)
def test_what_programs_say_to_a_modem_is_noise(talk):
    assert kinds(talk + b"\r") == [FrameKind.NOISE]


@pytest.mark.parametrize(
    "code",
    [b"AT12", b"ATI0", b"ATE0", b"ERROR", b"OK", b"ATIATI", b"+A123BJC5D6E71G", b"AT+HOME", b"AT-1", b"at"],
)
def test_a_code_that_begins_like_it_is_none(code):
    assert kinds(code + b"\r") == [FrameKind.COMPLETE]


@given(st.from_regex(re.compile(r"[A-Z0-9]{4,20}", re.ASCII), fullmatch=True))
def test_no_bag_code_is_modem_talk(code):
    assert not is_modem_talk(code.encode(), whole=True)


@pytest.mark.parametrize("answer", [b"OK", b"ERROR", b"ATE0"])
def test_an_answer_is_noise_only_soon_after_noise(answer):
    framer = LineFramer("t")
    assert kinds(b"AT\r", framer=framer, at_ms=1000) == [FrameKind.NOISE]
    assert kinds(answer + b"\r", framer=framer, at_ms=5000) == [FrameKind.NOISE]
    assert kinds(answer + b"\r", framer=framer, at_ms=5001) == [FrameKind.COMPLETE]


def test_a_part_that_could_begin_a_code_is_a_part():
    framer = LineFramer("t")
    framer.feed(b"AT")
    assert [frame.kind for frame in framer.cut_off()] == [FrameKind.PARTIAL]


def test_the_probe_of_a_modem_that_has_no_terminator_is_noise():
    framer = LineFramer("t")
    framer.feed(b"~\x00x\xf0~")
    assert [frame.kind for frame in framer.cut_off()] == [FrameKind.NOISE]


def test_a_probe_that_ran_into_a_code_makes_it_garbled():
    assert kinds(b"~\x00x\xf0~AB12\r") == [FrameKind.GARBLED]


def test_talk_outside_of_frames_is_noise_too():
    assert kinds(b"AT\r\x02AB12\x03", framer=StxEtxFramer("t")) == [FrameKind.NOISE, FrameKind.COMPLETE]
