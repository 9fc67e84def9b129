"""Framing: any chunking of the same bytes gives the same frames, and parts are never glued."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.framing import (
    LONGEST_FRAME_BYTES,
    LineFramer,
    SilenceFramer,
    StxEtxFramer,
    framer_for,
)
from traitortrack_desktop.devices.ssi import SsiFramer
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import ScannerRole, SerialLine, Terminator

LINE_ENDS = [Terminator.ANY_LINE_END, Terminator.CR, Terminator.LF, Terminator.CR_LF]
BYTE_TERMINATORS = [*LINE_ENDS, Terminator.STX_ETX, Terminator.SILENCE]


def raws(frames):
    return [frame.raw for frame in frames]


def told(frames):
    return [(frame.kind.value, frame.raw) for frame in frames]


def framed(terminator, *chunks, cut=True):
    framer = framer_for(SerialLine(terminator=terminator), "t")
    frames = [frame for chunk in chunks for frame in framer.feed(chunk)]
    return told(frames + (framer.cut_off() if cut else []))


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


def test_lines_of_a_file_are_not_judged():
    frames = LineFramer("t", keep_empty=True).feed(b"AT\n\xff\x00\n")
    assert told(frames) == [("complete", b"AT"), ("complete", b"\xff\x00")]


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


@pytest.mark.parametrize(
    ("terminator", "chunks", "expected"),
    [
        # Another line end than the learned one: its other half goes with it at the edge of a reading …
        (Terminator.CR, (b"AB12\r\nCD34\r\n",), [("complete", b"AB12"), ("complete", b"CD34")]),
        (Terminator.CR, (b"AB12\r", b"\n", b"CD34\r", b"\n"), [("complete", b"AB12"), ("complete", b"CD34")]),
        (Terminator.LF, (b"AB12\r", b"\nCD34\r\n"), [("complete", b"AB12"), ("complete", b"CD34")]),
        (Terminator.CR_LF, (b"AB12\r", b"\nCD34\r\n"), [("complete", b"AB12"), ("complete", b"CD34")]),
        (Terminator.CR_LF, (b"AB12\r",), [("partial", b"AB12")]),
        # … and two readings that it would glue are none.
        (Terminator.CR, (b"AB12\n", b"CD34\r"), [("garbled", b"AB12\nCD34")]),
        (Terminator.LF, (b"AB12\r", b"CD34\n"), [("garbled", b"AB12\rCD34")]),
        (Terminator.CR_LF, (b"AB12\r", b"CD34\r\n"), [("garbled", b"AB12\rCD34")]),
        (Terminator.CR_LF, (b"AB12\n", b"CD34\r\n"), [("garbled", b"AB12\nCD34")]),
        (Terminator.CR_LF, (b"AB12\r", b"CD34\r"), [("garbled", b"AB12\rCD34")]),
        (Terminator.CR_LF, (b"AB12\r", b"\r\n"), [("complete", b"AB12")]),
        # Two readings without terminator are one part, never a code.
        (Terminator.CR, (b"AB12", b"CD34"), [("partial", b"AB12CD34")]),
        # STX/ETX
        (
            Terminator.STX_ETX,
            (b"\x02AB", b"12\x03\x02CD34\x03"),
            [("complete", b"AB12"), ("complete", b"CD34")],
        ),
        (
            Terminator.STX_ETX,
            (b"\x02AB12\x03\r\n\x02CD34\x03\r\n",),
            [("complete", b"AB12"), ("complete", b"CD34")],
        ),
        (Terminator.STX_ETX, (b"\x02AB1", b"\x02CD34\x03"), [("partial", b"AB1"), ("complete", b"CD34")]),
        (Terminator.STX_ETX, (b"B12\x03\x02CD34\x03"), [("garbled", b"B12"), ("complete", b"CD34")]),
        (Terminator.STX_ETX, (b"XY\x02CD34\x03",), [("garbled", b"XY"), ("complete", b"CD34")]),
        (Terminator.STX_ETX, (b"\x00\x06\x02CD34\x03\x15",), [("complete", b"CD34")]),
        (Terminator.STX_ETX, (b"\x02\x03\x02\x02AB12\x03\x03",), [("complete", b"AB12")]),
        (Terminator.STX_ETX, (b"\x02AB1",), [("partial", b"AB1")]),
        (Terminator.STX_ETX, (b"AB12\r",), [("garbled", b"AB12")]),
        (Terminator.STX_ETX, (b"\x02AB12\nCD\x03",), [("complete", b"AB12\nCD")]),
        # No terminator at all
        (Terminator.SILENCE, (b"AB12",), [("partial", b"AB12")]),
        # Garbage
        (Terminator.ANY_LINE_END, (b"\x00AB12\r",), [("garbled", b"\x00AB12")]),
        (Terminator.ANY_LINE_END, (b"\xffAB12\r",), [("garbled", b"\xffAB12")]),
        (Terminator.ANY_LINE_END, (b"A\x00B12",), [("garbled", b"A\x00B12")]),
        (Terminator.ANY_LINE_END, (b"\x02AB12\x03\r",), [("garbled", b"\x02AB12\x03")]),
        (Terminator.ANY_LINE_END, (b"caf\xe9\r",), [("garbled", b"caf\xe9")]),
        (Terminator.ANY_LINE_END, (b"A\x7fB12\r",), [("garbled", b"A\x7fB12")]),
        (Terminator.ANY_LINE_END, (b"A\xc2\x85B12\r",), [("garbled", b"A\xc2\x85B12")]),
        (Terminator.ANY_LINE_END, (b"\x11AB\x1312\r",), [("garbled", b"\x11AB\x1312")]),
        # No garbage
        (Terminator.ANY_LINE_END, (b"caf\xc3", b"\xa9\r"), [("complete", "café".encode())]),
        (
            Terminator.ANY_LINE_END,
            (b"]C101\x1d\x04\x1c\x1e\tA\r",),
            [("complete", b"]C101\x1d\x04\x1c\x1e\tA")],
        ),
        (Terminator.ANY_LINE_END, (b" \\000026AB \r",), [("complete", b" \\000026AB ")]),
    ],
)
def test_what_becomes_of_it(terminator, chunks, expected):
    assert framed(terminator, *((chunks,) if isinstance(chunks, bytes) else chunks)) == expected


def test_a_pause_makes_a_reading_without_terminator_whole():
    framer = SilenceFramer("t")
    framer.feed(b"AB")
    framer.feed(b"12\r")
    assert told(framer.pause()) == [("complete", b"AB12")]
    assert (framer.pause(), framer.holds_part) == ([], False)


def test_two_readings_in_one_pause_are_none_where_their_line_ends_show_it():
    framer = SilenceFramer("t")
    framer.feed(b"AB12\rCD34\r")
    assert told(framer.pause()) == [("garbled", b"AB12\rCD34")]


@pytest.mark.parametrize("terminator", BYTE_TERMINATORS)
def test_a_framer_holds_a_part_until_it_is_cut_off(terminator):
    framer = framer_for(SerialLine(terminator=terminator), "t")
    framer.feed(b"\x02AB1\r" if terminator is Terminator.CR_LF else b"\x02AB1")
    held = framer.holds_part
    framer.cut_off()
    assert (held, framer.holds_part, framer.cut_off()) == (True, False, [])


def test_a_terminator_half_that_came_before_a_pause_is_not_completed_after_it():
    framer = LineFramer("t", end=Terminator.CR_LF)
    framer.feed(b"AB12\r")
    assert told(framer.cut_off()) == [("partial", b"AB12")]
    assert told(framer.feed(b"\nCD34\r\n")) == [("complete", b"CD34")]


@pytest.mark.parametrize("terminator", BYTE_TERMINATORS)
def test_frames_say_when_they_began_and_ended_and_for_what_the_scanner_is(terminator):
    framer = framer_for(SerialLine(terminator=terminator), "usb:1", ScannerRole.PARENTS)
    framer.feed(b"\x02XY\x03\r\n", ended_ms=5)
    framer.cut_off(ended_ms=6)
    frames = framer.feed(b"\x02A", ended_ms=10)
    frames += framer.feed(b"B12\x03\r\n", ended_ms=30)
    frames += framer.pause(ended_ms=30) if isinstance(framer, SilenceFramer) else []
    assert [(frame.started_ms, frame.ended_ms) for frame in frames] == [(10, 30)]
    assert [(frame.source, frame.role) for frame in frames] == [("usb:1", ScannerRole.PARENTS)]


def test_the_second_reading_of_one_read_does_not_begin_with_the_first():
    framer = LineFramer("t")
    framer.feed(b"AB", ended_ms=10)
    frames = framer.feed(b"12\rCD34\r", ended_ms=30)
    assert [(frame.started_ms, frame.ended_ms) for frame in frames] == [(10, 30), (30, 30)]


def test_a_doubted_reading_is_a_part_and_the_next_one_is_whole():
    framer = LineFramer("t")
    framer.feed(b"AB12")
    framer.doubt()
    assert told(framer.feed(b"CD34\rEF56\r")) == [("partial", b"AB12CD34"), ("complete", b"EF56")]


def test_doubt_without_a_part_is_forgotten():
    framer = LineFramer("t")
    framer.doubt()
    assert told(framer.feed(b"CD34\r")) == [("complete", b"CD34")]


def test_zebras_packets_have_their_own_framer():
    assert isinstance(framer_for(SerialLine(terminator=Terminator.SSI), "t"), SsiFramer)


@pytest.mark.parametrize(("terminator", "end"), [(t, e) for t in LINE_ENDS for e in (b"\r\n",)])
def test_a_megabyte_without_terminator_is_one_oversize_frame_and_the_next_is_whole(terminator, end):
    framer = LineFramer("t", end=terminator)
    frames = [frame for _ in range(16) for frame in framer.feed(b"x" * 65536)]
    frames += framer.feed(end + b"AB12" + end)
    assert [frame.kind for frame in frames] == [FrameKind.OVERSIZE, FrameKind.COMPLETE]
    assert len(frames[0].raw) == LONGEST_FRAME_BYTES


def test_the_longest_frame_is_whole_and_one_byte_more_is_not():
    kinds = [
        frame.kind for frame in LineFramer("t").feed(b"x" * LONGEST_FRAME_BYTES + b"\r" + b"x" * 8193 + b"\r")
    ]
    assert kinds == [FrameKind.COMPLETE, FrameKind.OVERSIZE]


@pytest.mark.parametrize("terminator", BYTE_TERMINATORS)
def test_memory_stays_flat_on_a_hundred_megabytes_of_noise(terminator):
    noise = bytes(byte for byte in range(256) if byte not in b"\r\n\x02\x03") * 4161  # about one MB
    framer = framer_for(SerialLine(terminator=terminator), "t")
    framer.feed(noise)
    tracemalloc.start()
    for _ in range(100):
        framer.feed(noise)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(noise) > 1_000_000
    assert peak < 3 * len(noise)


@given(
    st.lists(st.binary(max_size=40).filter(lambda line: b"\r" not in line and b"\n" not in line)), st.data()
)
def test_any_chunking_gives_the_same_frames(lines, data):
    stream = b"".join(line + data.draw(st.sampled_from([b"\r\n", b"\n"])) for line in lines)
    framer = LineFramer("t", keep_empty=True)
    pieces = chunked(stream, data)
    assert raws([frame for piece in pieces for frame in framer.feed(piece)]) == lines


def chunked(stream, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


ALPHABET = st.sampled_from(
    [b"\r", b"\n", b"\x02", b"\x03", b"\x00", b"\xff", b"\xc3", b"\xa9", b"A", b"T", b"I", b"1", b"+"]
)


@pytest.mark.parametrize("terminator", BYTE_TERMINATORS)
@given(st.lists(ALPHABET, max_size=60).map(b"".join), st.data())
def test_any_bytes_in_any_chunks_give_the_same_frames(terminator, stream, data):
    assert framed(terminator, *chunked(stream, data)) == framed(terminator, stream)


@pytest.mark.parametrize("terminator", BYTE_TERMINATORS)
@given(st.lists(ALPHABET, max_size=60).map(b"".join))
def test_no_byte_of_a_reading_is_lost_but_line_ends_and_marks(terminator, stream):
    kept = b"".join(raw for _, raw in framed(terminator, stream))
    marks = b"\r\n\x02\x03\x00" if terminator is Terminator.STX_ETX else b"\r\n"
    assert kept.translate(None, marks) == stream.translate(None, marks)


@pytest.mark.parametrize("terminator", LINE_ENDS)
@given(st.lists(ALPHABET, max_size=60).map(b"".join))
def test_what_is_whole_stood_between_two_line_ends(terminator, stream):
    lines = stream.replace(b"\r", b"\n").split(b"\n")
    whole = [raw for kind, raw in framed(terminator, stream) if kind == "complete"]
    assert all(raw in lines for raw in whole)


CODES = st.lists(st.text("ABT012", min_size=4, max_size=8).map(str.encode), min_size=1, max_size=12)


@given(CODES, st.data())
def test_codes_between_stx_and_etx_come_whole_through_any_junk(codes, data):
    junk = st.sampled_from([b"", b"\r\n", b"\x00", b"?", b"\xff\x00~", b"\x03"])
    stream = b"".join(data.draw(junk) + b"\x02" + code + b"\x03" for code in codes)
    framer = StxEtxFramer("t")
    frames = [frame for piece in chunked(stream, data) for frame in framer.feed(piece)]
    assert [frame.raw for frame in frames if frame.kind is FrameKind.COMPLETE] == codes
