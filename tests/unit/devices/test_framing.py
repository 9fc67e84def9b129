"""Framing: any chunking of the same bytes gives the same frames, and parts are never glued."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.framing import LONGEST_FRAME_BYTES, LineFramer
from traitortrack_desktop.domain.frames import FrameKind


def raws(frames):
    return [frame.raw for frame in frames]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_each_terminator_ends_one_frame(end):
    assert raws(LineFramer("t").feed(b"AB12" + end + b"CD34" + end)) == [b"AB12", b"CD34"]


def test_a_terminator_split_over_two_reads_is_one():
    framer = LineFramer("t", keep_empty=True)
    assert raws(framer.feed(b"AB12\r") + framer.feed(b"\nCD34\r")) == [b"AB12", b"CD34"]


def test_doubled_terminators_of_a_scanner_are_no_frames():
    assert raws(LineFramer("t").feed(b"\r\rAB12\r\r\n\n")) == [b"AB12"]


def test_empty_lines_of_a_file_are_frames():
    assert raws(LineFramer("t", keep_empty=True).feed(b"\n\nAB12\n")) == [b"", b"", b"AB12"]


def test_what_falls_silent_is_a_part_and_the_next_reading_is_whole():
    framer = LineFramer("t")
    assert framer.feed(b"AB1") == []
    (part,) = framer.cut_off()
    (whole,) = framer.feed(b"CD34\r")
    assert (part.kind, part.raw) == (FrameKind.PARTIAL, b"AB1")
    assert (whole.kind, whole.raw) == (FrameKind.COMPLETE, b"CD34")


def test_the_last_line_of_a_file_needs_no_terminator():
    framer = LineFramer("t")
    framer.feed(b"AB12\nCD34")
    (last,) = framer.end_of_file()
    assert (last.kind, last.raw) == (FrameKind.COMPLETE, b"CD34")


def test_a_megabyte_without_terminator_is_one_oversize_frame_and_the_next_is_whole():
    framer = LineFramer("t")
    frames = [frame for _ in range(16) for frame in framer.feed(b"x" * 65536)]
    frames += framer.feed(b"\rAB12\r")
    assert [frame.kind for frame in frames] == [FrameKind.OVERSIZE, FrameKind.COMPLETE]
    assert len(frames[0].raw) == LONGEST_FRAME_BYTES


@given(
    st.lists(st.binary(max_size=40).filter(lambda line: b"\r" not in line and b"\n" not in line)), st.data()
)
def test_any_chunking_gives_the_same_frames(lines, data):
    stream = b"".join(line + data.draw(st.sampled_from([b"\r\n", b"\n"])) for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    framer = LineFramer("t", keep_empty=True)
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert raws([frame for piece in pieces for frame in framer.feed(piece)]) == lines
