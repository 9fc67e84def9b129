from dataclasses import replace

import pytest

from traitortrack_desktop.devices.keystrokes import (
    MAX_FRAME_CHARACTERS,
    KeyStroke,
    KeystrokeFramer,
    character_of,
)
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

ENTER, TAB, KEYPAD_ENTER = 28, 15, 96
CODE_OF = {char: 2 + i for i, char in enumerate("1234567890")}
CODE_OF |= {char: 16 + i for i, char in enumerate("QWERTYUIOP")}
CODE_OF |= {char: 30 + i for i, char in enumerate("ASDFGHJKL")}
CODE_OF |= {char: 44 + i for i, char in enumerate("ZXCVBNM")}


def strokes(text, *, start_ms=1000, gap_ms=5, end=ENTER):
    keys = [
        KeyStroke(code=CODE_OF[char], text="?", shift=char.isalpha(), at_ms=(start_ms + i * gap_ms) % 2**32)
        for i, char in enumerate(text)
    ]
    if end is not None:
        keys.append(KeyStroke(code=end, text="\r", at_ms=(start_ms + len(text) * gap_ms) % 2**32))
    return keys


def frames_of(keys, framer=None):
    framer = framer or KeystrokeFramer()
    return [plain(frame) for key in keys for frame in framer.press(key)]


def plain(frame):
    """The frame without its times, which have a test of their own."""
    return replace(frame, started_ms=None, ended_ms=None)


def whole(text):
    return ScanFrame(source="keyboard", raw=text.encode())


def part(text):
    return ScanFrame(source="keyboard", raw=text.encode(), kind=FrameKind.PARTIAL)


@pytest.mark.parametrize("end", [ENTER, TAB, KEYPAD_ENTER])
def test_enter_keypad_enter_and_tab_end_a_scan(end):
    assert frames_of(strokes("SB10001", end=end)) == [whole("SB10001")]


def test_characters_come_from_the_place_of_the_key_and_not_from_the_layout():
    hindi = [KeyStroke(code=31, text="ौ", shift=True), KeyStroke(code=2, text="१"), KeyStroke(code=ENTER)]
    assert frames_of(hindi) == [whole("S1")]


def test_caps_lock_does_not_change_what_a_key_means():
    assert character_of(KeyStroke(code=30, text="A")) == "a"


def test_a_key_without_a_known_place_gives_its_text():
    assert frames_of([KeyStroke(code=0, text="Q"), KeyStroke(code=0, text="7"), KeyStroke(code=ENTER)]) == [
        whole("Q7")
    ]


def test_keypad_digits_count_also_without_num_lock():
    assert frames_of([KeyStroke(code=71), KeyStroke(code=82), KeyStroke(code=ENTER)]) == [whole("70")]


def test_control_and_a_bracket_is_the_group_separator():
    assert character_of(KeyStroke(code=27, text="\x1d", control=True)) == "\x1d"


def test_control_and_j_ends_a_scan_like_a_line_feed():
    assert frames_of([*strokes("AB12", end=None), KeyStroke(code=36, control=True)]) == [whole("AB12")]


def test_enter_alone_is_no_scan():
    assert frames_of([KeyStroke(code=ENTER), KeyStroke(code=ENTER)]) == []


def test_a_slow_scan_is_still_one_scan_but_called_typed():
    assert frames_of(strokes("SB10001", gap_ms=599)) == [replace(whole("SB10001"), kind=FrameKind.TYPED)]


def test_a_long_silence_makes_a_partial_reading_that_is_never_joined_to_the_next():
    keys = [*strokes("SB10", end=None), *strokes("SB10002", start_ms=3000)]
    assert frames_of(keys) == [part("SB10"), whole("SB10002")]


def test_a_lone_terminator_after_a_long_silence_does_not_complete_the_part():
    keys = [*strokes("SB10", end=None), KeyStroke(code=ENTER, at_ms=9000)]
    assert frames_of(keys) == [part("SB10")]


def test_what_was_begun_can_be_given_up():
    framer = KeystrokeFramer()
    frames_of(strokes("SB10", end=None), framer)
    assert [plain(frame) for frame in framer.give_up()] == [part("SB10")]


def test_giving_up_nothing_gives_nothing():
    assert KeystrokeFramer().give_up() == ()


def test_the_clock_of_the_events_may_wrap_inside_a_scan():
    assert frames_of(strokes("SB10001", start_ms=2**32 - 12)) == [whole("SB10001")]


def test_a_long_silence_across_the_wrap_is_noticed():
    keys = [*strokes("SB10", start_ms=2**32 - 40, end=None), *strokes("AB12", start_ms=900)]
    assert frames_of(keys) == [part("SB10"), whole("AB12")]


@pytest.mark.parametrize("start_ms", [650, 750])
def test_what_follows_a_silence_at_once_is_its_rest_and_no_code_of_its_own(start_ms):
    keys = [*strokes("SB1", start_ms=-40, end=None), *strokes("0001", start_ms=start_ms)]
    assert frames_of(keys) == [part("SB1"), part("0001")]
    assert frames_of([*keys, *strokes("SB10001", start_ms=start_ms + 100)])[-1] == whole("SB10001")


def test_endless_digits_with_alt_are_no_character_and_take_no_memory():
    framer = KeystrokeFramer()
    for at_ms in range(5000):
        framer.press(KeyStroke(code=79, alt=True, at_ms=at_ms))
    framer.release(KeyStroke(code=56, at_ms=5001))
    (frame,) = framer.press(KeyStroke(code=ENTER, at_ms=5002))
    assert frame.kind is FrameKind.GARBLED


def test_an_event_a_little_older_than_the_one_before_is_no_silence():
    keys = [KeyStroke(code=2, at_ms=1000), KeyStroke(code=3, at_ms=998), KeyStroke(code=ENTER, at_ms=1001)]
    assert frames_of(keys) == [whole("12")]


def test_events_without_a_time_are_never_taken_for_a_silence():
    keys = [KeyStroke(code=2, at_ms=5), KeyStroke(code=3), KeyStroke(code=4, at_ms=9_000_000)]
    assert frames_of([*keys, KeyStroke(code=ENTER)]) == [whole("123")]


def test_an_endless_reading_is_told_as_too_long_and_cut():
    frames = frames_of(strokes("7" * (MAX_FRAME_CHARACTERS + 500), gap_ms=1))
    assert [(frame.kind, len(frame.raw)) for frame in frames] == [(FrameKind.OVERSIZE, MAX_FRAME_CHARACTERS)]


def test_delete_pressed_for_itself_is_no_reading():
    assert frames_of([KeyStroke(code=0, text="\x7f"), *strokes("AB12")]) == [whole("AB12")]


def test_delete_inside_a_reading_spoils_it():
    keys = [*strokes("AB12", end=None), KeyStroke(code=0, text="\x7f"), *strokes("3", start_ms=1030)]
    assert frames_of(keys) == [whole("AB12\x7f3")]


def test_letters_of_other_scripts_keep_their_bytes():
    assert frames_of([KeyStroke(code=0, text="क"), KeyStroke(code=ENTER)]) == [whole("क")]


def test_a_reading_lasts_from_its_first_key_to_its_last():
    framer = KeystrokeFramer()
    frames = [frame for key in strokes("AB12", start_ms=5000, gap_ms=10) for frame in framer.press(key)]
    assert [(frame.started_ms, frame.ended_ms) for frame in frames] == [(5000, 5040)]
