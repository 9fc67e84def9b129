"""Pauses: what they end, and what somebody who was held up must not conclude from them."""

import pytest

from traitortrack_desktop.devices.timed_framing import TimedFramer, pause_of
from traitortrack_desktop.domain.scanners import SerialLine, Terminator

CR = SerialLine(terminator=Terminator.CR)
WIRELESS = SerialLine(terminator=Terminator.CR, wireless=True)
SILENCE = SerialLine(terminator=Terminator.SILENCE)
SILENCE_WIRELESS = SerialLine(terminator=Terminator.SILENCE, wireless=True)


def told(frames):
    return [(frame.kind.value, frame.raw) for frame in frames]


def quiet_until(framer, start_ms, end_ms):
    """Look every 20 ms, as somebody does who is not held up."""
    return [frame for now_ms in range(start_ms, end_ms, 20) for frame in framer.quiet(now_ms)]


@pytest.mark.parametrize(
    ("line", "pause_ms", "kind"),
    [
        (CR, 500, "partial"),
        (WIRELESS, 1500, "partial"),
        (SILENCE, 60, "complete"),
        (SILENCE_WIRELESS, 300, "complete"),
    ],
)
def test_a_pause_ends_a_reading(line, pause_ms, kind):
    framer = TimedFramer(line, "t")
    framer.came(b"AB12", 1000)
    assert quiet_until(framer, 1000, 1000 + pause_ms) == []
    (frame,) = framer.quiet(1000 + pause_ms)
    assert (frame.kind.value, frame.raw, frame.ended_ms) == (kind, b"AB12", 1000)
    assert pause_of(line) == pause_ms


def test_a_shorter_pause_inside_a_reading_leaves_it_whole():
    framer = TimedFramer(CR, "t")
    framer.came(b"AB", 1000)
    quiet_until(framer, 1000, 1490)
    assert told(framer.came(b"12\r", 1499)) == [("complete", b"AB12")]


def test_a_pause_begins_anew_with_every_byte():
    framer = TimedFramer(CR, "t")
    framer.came(b"AB", 1000)
    quiet_until(framer, 1000, 1400)
    framer.came(b"12", 1400)
    assert quiet_until(framer, 1400, 1900) == []


def test_what_somebody_who_was_held_up_finds_is_not_glued_to_what_he_had():
    framer = TimedFramer(CR, "t")
    framer.came(b"AB12", 1000)
    assert told(framer.came(b"CD34\rEF56\r", 2000)) == [("partial", b"AB12CD34"), ("complete", b"EF56")]


def test_somebody_who_was_held_up_with_nothing_in_hand_takes_what_he_finds_as_whole():
    framer = TimedFramer(CR, "t")
    framer.quiet(1000)
    assert told(framer.came(b"CD34\r", 9000)) == [("complete", b"CD34")]


def test_without_terminator_what_is_found_after_being_held_up_may_be_two_readings():
    framer = TimedFramer(SILENCE, "t")
    framer.quiet(1000)
    framer.came(b"AB12CD34", 1100)
    assert told(quiet_until(framer, 1100, 1200)) == [("partial", b"AB12CD34")]
    framer.came(b"EF56", 1200)
    assert told(quiet_until(framer, 1200, 1300)) == [("complete", b"EF56")]


def test_the_first_bytes_of_all_are_in_no_doubt():
    framer = TimedFramer(SILENCE, "t")
    framer.came(b"AB12", 5_000_000)
    assert told(framer.quiet(5_000_060)) == [("complete", b"AB12")]


@pytest.mark.parametrize("line", [CR, SILENCE])
def test_what_is_held_when_the_port_vanishes_is_a_part(line):
    framer = TimedFramer(line, "t")
    framer.came(b"AB12", 1000)
    assert told(framer.gone()) == [("partial", b"AB12")]
    assert framer.gone() == []


@pytest.mark.parametrize("line", [CR, SILENCE])
def test_a_first_reading_that_may_have_begun_unheard_is_a_part_and_the_next_one_is_whole(line):
    framer = TimedFramer(line, "t", doubted_until_ms=1050)
    frames = framer.came(b"B12\r", 1049) + quiet_until(framer, 1049, 1200)
    frames += framer.came(b"CD34\r", 1200) + quiet_until(framer, 1200, 1300)
    assert told(frames) == [("partial", b"B12"), ("complete", b"CD34")]


def test_a_first_reading_that_began_while_somebody_listened_is_whole():
    framer = TimedFramer(CR, "t", doubted_until_ms=1050)
    assert told(framer.came(b"AB12\r", 1050)) == [("complete", b"AB12")]


@pytest.mark.parametrize(("line", "again_ms"), [(CR, 590), (WIRELESS, 1590)])
def test_a_pause_that_ended_between_two_looks_glues_nothing(line, again_ms):
    framer = TimedFramer(line, "t")
    framer.came(b"AB1", 0)
    for now_ms in range(200, pause_of(line), 200):
        framer.quiet(now_ms)
    assert told(framer.came(b"AB12C\rAB12D\r", again_ms)) == [
        ("partial", b"AB1AB12C"),
        ("complete", b"AB12D"),
    ]


def test_an_stx_without_its_etx_takes_nothing_of_a_later_reading():
    framer = TimedFramer(SerialLine(terminator=Terminator.STX_ETX), "t")
    framer.came(b"\x02AB1", 0)
    assert told(framer.came(b"AB12C\x03", 9000)) == [("partial", b"AB1AB12C")]


@pytest.mark.parametrize("learned", [Terminator.CR, Terminator.CR_LF])
def test_what_waited_while_the_port_was_a_terminal_is_framed_at_its_lf(learned):
    """A terminal turns CR into LF, CR LF into two, until the opening sets it raw in the middle of it all."""
    framer = TimedFramer(SerialLine(terminator=learned), "t", opened_as_terminal=True)
    lf, end = (b"\n", b"\r") if learned is Terminator.CR else (b"\n\n", b"\r\n")
    waited = framer.came(b"AB12" + lf + b"CD34" + lf + b"EF", 0)
    assert told(waited + framer.came(b"56" + end, 5)) == [
        ("complete", b"AB12"),
        ("complete", b"CD34"),
        ("complete", b"EF56"),
    ]
    framer.quiet(200)
    assert told(framer.came(b"AB\n12" + end, 300)) == [("garbled", b"AB\n12")]


@pytest.mark.parametrize(("line", "again_ms"), [(CR, 690), (WIRELESS, 1690)])
def test_what_follows_a_pause_at_once_is_the_rest_of_the_part_and_no_code_of_its_own(line, again_ms):
    framer = TimedFramer(line, "t")
    framer.came(b"SB1", 0)
    assert told(quiet_until(framer, 20, again_ms)) == [("partial", b"SB1")]
    assert told(framer.came(b"0001\rSB10001\r", again_ms)) == [("partial", b"0001"), ("complete", b"SB10001")]


def test_a_scan_a_little_later_is_whole():
    framer = TimedFramer(CR, "t")
    framer.came(b"SB1", 0)
    quiet_until(framer, 20, 700)
    assert told(framer.came(b"SB10001\r", 700)) == [("complete", b"SB10001")]


def test_a_reading_counts_from_when_it_is_in_no_doubt_or_when_the_doubtful_one_has_begun():
    framer = TimedFramer(CR, "t", doubted_until_ms=1500)
    assert [framer.counts(now_ms) for now_ms in (1499, 1500)] == [False, True]
    framer.came(b"0001\r", 1100)
    assert framer.counts(1101)
    assert TimedFramer(CR, "t").counts(0)
