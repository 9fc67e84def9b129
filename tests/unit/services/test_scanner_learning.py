import pytest
from fakes.heard_readings import CODE, CODE_WITH_SEPARATOR, WINDOW_KEYBOARD, key_gun, keyed, sent
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import KeyDecoding, SerialLine, Terminator
from traitortrack_desktop.services.scanner_learning import (
    Learned,
    Lesson,
    ScannerTrouble,
    content_of,
    learn_from,
    lesson_of,
)

UK_ON_US = CODE.replace("~", "|").replace("#", "\\").replace("@", '"')
FRENCH_ON_US = "TT6SETUP Qq)6+>:<.23"


def learned(*readings):
    lessons = [lesson_of(reading) for reading in readings]
    assert all(isinstance(lesson, Lesson) for lesson in lessons)
    found = learn_from(lessons)
    assert isinstance(found, Learned)
    return found


@pytest.mark.parametrize(
    ("reading", "trouble"),
    [
        pytest.param(keyed("4006381333931"), ScannerTrouble.OTHER_CODE, id="another code"),
        pytest.param(keyed("hello"), ScannerTrouble.OTHER_CODE, id="something typed"),
        pytest.param(
            sent(b"\xf3\x80\xb1\x90", kind=FrameKind.GARBLED), ScannerTrouble.GARBLED, id="wrong baud"
        ),
        pytest.param(keyed(UK_ON_US), ScannerTrouble.LAYOUT, id="UK signs"),
        pytest.param(keyed(CODE.replace("@", '"')), ScannerTrouble.LAYOUT, id="only one sign swapped"),
        pytest.param(keyed(CODE_WITH_SEPARATOR.replace("@", '"')), ScannerTrouble.LAYOUT, id="swapped in QR"),
        pytest.param(keyed(FRENCH_ON_US), ScannerTrouble.LAYOUT, id="French gun"),
        pytest.param(keyed("~1" + UK_ON_US), ScannerTrouble.LAYOUT, id="UK signs after a prefix"),
        pytest.param(keyed(CODE.swapcase()), ScannerTrouble.CAPS_LOCK, id="Caps Lock"),
        pytest.param(keyed(CODE.upper()), ScannerTrouble.LETTER_CASE, id="capitals only"),
        pytest.param(sent(CODE.lower()), ScannerTrouble.LETTER_CASE, id="small letters only"),
        pytest.param(
            keyed(CODE[:11], kind=FrameKind.PARTIAL, end=None), ScannerTrouble.CUT_OFF, id="partial"
        ),
        pytest.param(keyed(CODE[3:]), ScannerTrouble.CUT_OFF, id="head lost"),
        pytest.param(keyed(CODE[:-1]), ScannerTrouble.CUT_OFF, id="last sign lost"),
        pytest.param(sent(CODE[:9] + CODE[11:]), ScannerTrouble.CUT_OFF, id="lost in the middle"),
        pytest.param(keyed(CODE, gap_ms=180), ScannerTrouble.TYPED, id="typed by a person"),
        pytest.param(
            keyed(CODE, gaps_ms=(), kind=FrameKind.TYPED), ScannerTrouble.TYPED, id="typed, no times"
        ),
        pytest.param(keyed(CODE, end=None), ScannerTrouble.NO_END, id="keys without Enter"),
        pytest.param(sent("N:" + CODE), ScannerTrouble.MORE_AROUND_IT, id="serial prefix"),
        pytest.param(sent(CODE + "#09"), ScannerTrouble.MORE_AROUND_IT, id="suffix"),
        pytest.param(keyed("]C0~1" + CODE), ScannerTrouble.MORE_AROUND_IT, id="prefix after the identifier"),
        pytest.param(sent(b"A" * 8192, kind=FrameKind.OVERSIZE), ScannerTrouble.ENDLESS, id="endless"),
        pytest.param(sent(b"AT\r", kind=FrameKind.NOISE), None, id="no reading at all"),
    ],
)
def test_what_is_not_the_set_up_code_teaches_nothing_and_says_why(reading, trouble):
    assert lesson_of(reading) is trouble


@pytest.mark.parametrize(
    ("before", "end", "terminator"),
    [
        (b"", b"\r", Terminator.CR),
        (b"", b"\n", Terminator.LF),
        (b"", b"\r\n", Terminator.CR_LF),
        (b"\x02", b"\x03", Terminator.STX_ETX),
        (b"\x02", b"\x03\r", Terminator.STX_ETX),
        (b"", b"", Terminator.SILENCE),
        (b"]C0", b"\r", Terminator.CR),
    ],
)
def test_the_end_of_a_serial_reading_is_learned(before, end, terminator):
    reading = sent(before + CODE.encode(), end=end)
    assert learned(reading).serial.terminator is terminator


def test_packets_of_a_scanner_stay_packets():
    reading = sent(CODE, end=b"", line=SerialLine(terminator=Terminator.SSI))
    assert learned(reading).serial.terminator is Terminator.SSI


def test_the_line_is_the_one_that_the_code_was_understood_with():
    line = SerialLine(baud=115_200, data_bits=7)
    assert (learned(sent(CODE, line=line)).serial.baud, learned(sent(CODE, line=line)).serial.data_bits) == (
        115_200,
        7,
    )


def test_a_whole_serial_reading_without_an_end_is_a_lesson_though_it_is_called_partial():
    assert learned(sent(CODE, end=b"", kind=FrameKind.PARTIAL)).serial.terminator is Terminator.SILENCE


def test_keys_are_decoded_by_place_when_that_is_exact_whatever_the_layout_makes_of_them():
    found = learned(keyed(CODE, text="ौैोॆ१२"))
    assert found.keys.decoding is KeyDecoding.SCAN_CODE
    assert found.other_layout


def test_caps_lock_does_not_matter_when_keys_are_decoded_by_place_but_is_known():
    found = learned(keyed(CODE, text=CODE.swapcase()))
    assert found.keys.decoding is KeyDecoding.SCAN_CODE
    assert found.caps_lock


def test_a_scanner_set_to_the_computers_own_layout_is_decoded_by_text():
    assert learned(keyed(FRENCH_ON_US, text=CODE)).keys.decoding is KeyDecoding.TEXT


def test_both_ways_to_decode_must_hold_for_every_reading():
    lessons = [lesson_of(keyed(CODE, text="x")), lesson_of(keyed("x", text=CODE))]
    assert learn_from(lessons) is ScannerTrouble.NOT_ALIKE


@pytest.mark.parametrize("prefix", ["", "~1", "\x02"])
def test_a_prefix_is_learned(prefix):
    assert learned(keyed(prefix + CODE)).keys.prefix == prefix


def test_an_identifier_of_the_symbology_is_no_prefix():
    assert learned(keyed("~1]C0" + CODE), keyed("~1]Q1" + CODE_WITH_SEPARATOR)).keys.prefix == "~1"


def test_readings_with_different_prefixes_are_not_alike():
    lessons = [lesson_of(keyed("~1" + CODE)), lesson_of(keyed("~2" + CODE))]
    assert learn_from(lessons) is ScannerTrouble.NOT_ALIKE


@pytest.mark.parametrize("key", [28, 96, 0x11C, 15])
def test_only_the_key_that_ended_the_readings_ends_one_from_now_on(key):
    assert learned(keyed(CODE, end=key)).keys.terminator_codes == {key}


@pytest.mark.parametrize(
    ("came", "codes", "separator", "lost"),
    [
        ("\x1d", (), "", False),
        ("|", (), "|", False),
        ("", (30, 66, 31), "key:66", False),
        ("", (30, 31), "", True),
    ],
)
def test_what_comes_for_the_group_separator_is_learned(came, codes, separator, lost):
    found = learned(keyed(CODE_WITH_SEPARATOR.replace("\x1d", came), codes=codes))
    assert found.keys.separator == separator
    assert found.separator_known
    assert found.separator_lost == lost


def test_a_code_without_separator_teaches_nothing_about_it():
    assert not learned(keyed(CODE)).separator_known


def test_the_separator_of_one_square_code_counts_for_all():
    found = learned(keyed(CODE), keyed(CODE_WITH_SEPARATOR.replace("\x1d", "|")), keyed(CODE))
    assert found.keys.separator == "|"


@pytest.mark.parametrize(
    ("gap_ms", "hold_gap_ms", "typed_mean_ms", "partial_gap_ms"),
    [(1, 30, 60, 600), (24, 36, 60, 600), (40, 60, 80, 600), (60, 90, 120, 1000), (90, 90, 150, 1000)],
)
def test_times_follow_the_scanner(gap_ms, hold_gap_ms, typed_mean_ms, partial_gap_ms):
    keys = learned(*(keyed(CODE, gap_ms=gap_ms) for _ in range(5))).keys
    assert (keys.hold_gap_ms, keys.typed_mean_ms, keys.partial_gap_ms) == (
        hold_gap_ms,
        typed_mean_ms,
        partial_gap_ms,
    )


def test_one_long_gap_among_many_does_not_make_a_scanner_slow():
    gaps = [10] * 19 + [300]
    found = learned(keyed(CODE, gaps_ms=gaps), *(keyed(CODE, gap_ms=10) for _ in range(5)))
    assert found.keys.hold_gap_ms == 30
    assert not found.wireless


def test_without_times_the_usual_ones_hold():
    assert learned(keyed(CODE, gaps_ms=())).keys.hold_gap_ms == 50


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_times_stay_within_their_bounds(gaps):
    keys = learned(keyed(CODE, gaps_ms=gaps)).keys
    assert 30 <= keys.hold_gap_ms <= 90
    assert 60 <= keys.typed_mean_ms <= 150


@given(st.binary(max_size=60), st.text(max_size=60))
def test_nothing_but_the_exact_code_is_ever_a_lesson(raw, text):
    reading = keyed("", text=text)
    lesson = lesson_of(sent(raw))
    assert not isinstance(lesson, Lesson) or CODE.encode() in raw
    assert not isinstance(lesson_of(reading), Lesson) or CODE in text


@given(st.integers(0, len(CODE) - 1), st.characters(codec="utf-8"))
def test_a_single_wrong_character_is_never_a_lesson(place, char):
    spoiled = CODE[:place] + char + CODE[place + 1 :]
    lesson = lesson_of(keyed(spoiled))
    assert isinstance(lesson, Lesson) == (spoiled == CODE)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (keyed("~1" + CODE), keyed("~1TT-TEST-01")),
        (keyed("~1" + CODE), keyed("~1]C0TT-TEST-01")),
        (keyed(FRENCH_ON_US, text=CODE), keyed("TT6TEST6)&", text="TT-TEST-01")),
        (sent(b"\x02" + CODE.encode(), end=b"\x03"), sent(b"\x02TT-TEST-01", end=b"\x03")),
        (sent(CODE), sent("]C0TT-TEST-01")),
        (keyed(CODE, key_gun()), keyed("TT-TEST-01", key_gun())),
    ],
)
def test_the_content_of_a_later_reading_is_found_as_it_was_learned(first, then):
    assert content_of(then, learned(first)) == "TT-TEST-01"


def test_a_reading_without_the_prefix_is_not_of_this_scanner():
    assert content_of(keyed("TT-TEST-01", WINDOW_KEYBOARD), learned(keyed("~1" + CODE))) is None
