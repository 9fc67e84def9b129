from itertools import pairwise, zip_longest

import pytest
from fakes.wedge_keys import ALT, CONTROL, ENTER, KEYPAD, PLACES, SHIFT, scan, with_alt
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.keystrokes import KeyStroke, KeystrokeFramer, senders_of
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    KeyDecoding,
    KeyLine,
    ScannerProfile,
    ScannerRole,
)

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def wedge(name, prefix, role=ScannerRole.ANY, **line):
    return ScannerProfile(
        name=name,
        connection=Connection.KEYBOARD,
        identity=KEYBOARD,
        role=role,
        keys=KeyLine(prefix=prefix, **line),
    )


def play(keys, framer=None, *, start_ms=1000, gap_ms=4):
    """Press and release *keys*; return the frames."""
    framer, held, frames = framer or KeystrokeFramer(), HeldKeys(), []
    for place, (code, down) in enumerate(keys):
        stroke = held.stroke(code, down=down, at_ms=(start_ms + place * gap_ms) % 2**32)
        frames += framer.press(stroke) if down else framer.release(stroke)
    return frames


def told(frames):
    return [(frame.kind.value, frame.raw.decode()) for frame in frames]


@given(st.text(PRINTABLE, min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_every_text_of_a_us_keyboard_is_read_as_it_was_sent_at_any_time(text, start_ms):
    assert told(play(scan(text), start_ms=start_ms)) == [("complete", text)]


@pytest.mark.parametrize("text", ["ab\x1dcd", "ab\x1ecd\x1d", "ab\x04", "ab\x1ccd"])
def test_separators_come_as_control_and_a_key(text):
    assert told(play(scan(text))) == [("complete", text)]


@pytest.mark.parametrize(("separator", "key"), [("key:66", 66), ("|", None)])
def test_what_a_scanner_sends_for_the_group_separator_is_one(separator, key):
    framer = KeystrokeFramer(line=KeyLine(separator=separator))
    sent = [(key, True), (key, False)] if key else scan("|", end=None)
    assert told(play([*scan("01", end=None), *sent, *scan("21")], framer)) == [("complete", "01\x1d21")]


@pytest.mark.parametrize("leading_zero", [True, False])
@pytest.mark.parametrize("text", ["Item-42", "\xfc\xdf"])
def test_characters_typed_with_alt_and_the_keypad_are_composed(text, leading_zero):
    keys = [*with_alt(text, leading_zero=leading_zero), (ENTER, True), (ENTER, False)]
    assert told(play(keys)) == [("complete", text)]


def test_the_character_that_windows_composes_itself_is_not_read_twice():
    framer, held = KeystrokeFramer(), HeldKeys()
    for code, down in with_alt("A"):
        stroke = held.stroke(code, down=down, at_ms=None)
        (framer.press if down else framer.release)(stroke)
    framer.press(KeyStroke(code=0, text="A"))
    assert told(framer.press(KeyStroke(code=ENTER))) == [("complete", "A")]


def test_a_carriage_return_typed_with_alt_ends_the_reading():
    assert told(play(with_alt("AB\r"))) == [("complete", "AB")]


def test_an_alt_that_came_up_unseen_still_ends_its_character():
    keys = [*with_alt("A")[:-1], *scan("B")]
    framer = KeystrokeFramer()
    for code, down in keys[:-6]:
        framer.press(KeyStroke(code=code, alt=code in KEYPAD.values())) if down else None
    frames = [frame for key in (PLACES["b"][0], ENTER) for frame in framer.press(KeyStroke(code=key))]
    assert told(frames) == [("complete", "Ab")]


@pytest.mark.parametrize("number", ["0129", "256", "0999"])
def test_a_number_that_is_no_character_garbles_the_reading(number):
    digits = [(KEYPAD[digit], down) for digit in number for down in (True, False)]
    keys = [*scan("AB", end=None), (ALT, True), *digits, (ALT, False), *scan("C")]
    assert told(play(keys)) == [("garbled", "AB\ufffdC")]


def test_half_a_character_typed_with_alt_makes_the_part_incomplete():
    framer = KeystrokeFramer()
    play([*scan("AB", end=None), *with_alt("C")[:-1]], framer)
    assert told(framer.give_up()) == [("partial", "AB\ufffd")]


def test_a_key_whose_press_was_never_seen_garbles_the_reading():
    assert told(play([*scan("AB", end=None), (PLACES["c"][0], False), *scan("D")])) == [("garbled", "ABD")]


def test_a_release_before_the_first_key_means_nothing():
    assert told(play([(ENTER, False), *scan("AB")])) == [("complete", "AB")]


def test_a_key_that_is_no_character_garbles_the_reading():
    assert told(play([*scan("AB", end=None), (66, True), (66, False), *scan("C")])) == [("garbled", "ABC")]


def test_keys_that_are_never_released_are_all_read():
    keys = [key for key in scan("AABBAA") if key[1] or key[0] == SHIFT]
    assert told(play(keys)) == [("complete", "AABBAA")]


def test_a_key_that_is_held_counts_once():
    seven = PLACES["7"][0]
    keys = [(seven, True)] * 4 + [(seven, False), *scan("8")]
    assert told(play(keys, gap_ms=110)) == [("typed", "78")]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ([(SHIFT, True), (30, True), (SHIFT, False), (30, False), (48, True), (48, False)], "Ab"),
        ([(SHIFT, True), (30, True), (30, False), (48, True), (SHIFT, False), (48, False)], "AB"),
        ([(30, True), (SHIFT, True), (30, False), (48, True), (48, False), (SHIFT, False)], "aB"),
    ],
)
def test_shift_counts_while_it_is_down_whenever_the_key_comes_up(keys, text):
    assert told(play([*keys, (ENTER, True), (ENTER, False)])) == [("complete", text)]


def test_only_the_learned_key_ends_a_reading():
    framer = KeystrokeFramer(line=KeyLine(terminator_codes=frozenset({ENTER})))
    assert told(play([*scan("AB", end=15), *scan("C")], framer)) == [("complete", "AB\tC")]
    tabbed = KeystrokeFramer(line=KeyLine(terminator_codes=frozenset({15})))
    assert told(play(scan("AB", end=15), tabbed)) == [("complete", "AB")]


@pytest.mark.parametrize(("gap_ms", "kind"), [(50, "complete"), (52, "typed")])
def test_keys_slower_than_the_line_was_measured_are_called_typed(gap_ms, kind):
    """Each key goes up as well, so that characters come at twice the gap."""
    assert told(play(scan("12345678"), gap_ms=gap_ms)) == [(kind, "12345678")]


def test_the_silence_that_makes_a_reading_partial_is_that_of_the_line():
    framer = KeystrokeFramer(line=KeyLine(partial_gap_ms=1000, typed_mean_ms=900))
    frames = play(scan("12"), framer, gap_ms=400)
    assert told(frames) == [("complete", "12")]


def test_a_scanner_set_to_the_layout_of_the_computer_is_read_by_its_text():
    framer = KeystrokeFramer(line=KeyLine(decoding=KeyDecoding.TEXT))
    strokes = [
        KeyStroke(code=16, text="a"),
        KeyStroke(code=2, text="1", shift=True),
        KeyStroke(code=3, text="~", control=True, alt=True),
        KeyStroke(code=ENTER, text="\r"),
    ]
    assert told(frame for stroke in strokes for frame in framer.press(stroke)) == [("complete", "a1~")]


@pytest.mark.parametrize(
    ("text", "shift", "wanted"), [("A", False, "a"), ("a", True, "A"), ("ß", False, "ß")]
)
def test_caps_lock_changes_no_letter_that_is_read_by_its_text(text, shift, wanted):
    framer = KeystrokeFramer(line=KeyLine(decoding=KeyDecoding.TEXT))
    framer.press(KeyStroke(code=30, text=text, shift=shift))
    assert told(framer.press(KeyStroke(code=ENTER))) == [("complete", wanted)]


# -- prefixes


@pytest.mark.parametrize("prefix", ["~1", "\x02"])
def test_the_prefix_of_a_single_scanner_is_taken_off(prefix):
    framer = KeystrokeFramer(senders=senders_of([wedge("left", prefix)]))
    assert told(play(scan(prefix + "SB10001"), framer)) == [("complete", "SB10001")]


def test_without_the_prefix_of_the_only_scanner_it_is_a_strangers_scan():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "~1")]))
    assert told(play(scan("SB10001"), framer)) == [("garbled", "SB10001")]


def test_a_person_types_no_prefix():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "~1")]))
    assert told(play(scan("SB10001"), framer, gap_ms=150)) == [("typed", "SB10001")]


def mixed_by_the_bus(*scans):
    """The keys of guns that type at once: each reports one change of its keys in every turn of the bus."""
    return [key for turn in zip_longest(*scans) for key in turn if key is not None]


@pytest.mark.parametrize("profiles", [[], [wedge("left", "~1")]], ids=["nobody set up", "one set up"])
@pytest.mark.parametrize("late", [0, 1, 5])
def test_two_guns_that_nobody_told_apart_are_refused_and_never_mixed(profiles, late):
    prefix = "~1" if profiles else ""
    keys = mixed_by_the_bus(scan(prefix + "1111111111"), [None] * late + scan("2222222222"))
    framer = KeystrokeFramer(senders=senders_of(profiles))
    frames = play(keys, framer)
    assert {frame.kind for frame in frames} == {FrameKind.GARBLED}
    assert told(play(scan(prefix + "SB10001"), framer, start_ms=9000)) == [("complete", "SB10001")]


def test_stx_and_etx_frame_a_reading_however_slowly_it_comes():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "\x02")]))
    assert told(play(scan("\x02SB10001\x03", end=None), framer, gap_ms=1000)) == [("complete", "SB10001")]


def test_a_second_stx_begins_anew_and_the_first_is_a_part():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "\x02")]))
    keys = scan("\x02SB1\x02SB10001\x03", end=None)
    assert told(play(keys, framer)) == [("partial", "SB1"), ("complete", "SB10001")]


PAIRS = [("~1", "~2"), ("`1", "`2"), ("[[", "]]"), ("\x021", "\x022")]


@pytest.fixture(params=PAIRS, ids=repr)
def pair(request):
    left, right = request.param
    return [wedge("left", left, ScannerRole.PARENTS), wedge("right", right, ScannerRole.CHILDREN)]


def test_the_prefix_says_which_scanner_it_was(pair):
    framer = KeystrokeFramer(senders=senders_of(pair))
    frames = play([key for each in pair for key in scan(each.keys.prefix + "SZ10001")], framer)
    assert [(frame.source, frame.role) for frame in frames] == [(each.source, each.role) for each in pair]
    assert told(frames) == [("complete", "SZ10001")] * 2


def test_without_a_prefix_two_scanners_cannot_be_told_apart_and_nothing_counts(pair):
    framer = KeystrokeFramer(senders=senders_of(pair))
    (frame,) = play(scan("SZ10001"), framer)
    assert (frame.kind, frame.source, frame.role) == (FrameKind.GARBLED, "keyboard", ScannerRole.ANY)


def test_two_scanners_with_the_same_prefix_are_never_told_apart():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "~1"), wedge("right", "~1")]))
    assert told(play(scan("~1SB10001"), framer)) == [("garbled", "~1SB10001")]


def test_keys_that_overlap_are_two_scanners():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "`1"), wedge("right", "`2")]))
    keys = [*scan("`1a", end=None), (3, True), (4, True), (3, False), (4, False), *scan("")]
    assert told(play(keys, framer)) == [("garbled", "a23")]


class SharedKeyboard:
    """What a system makes of two keyboards: modifiers are common, and a second press is not told."""

    def __init__(self):
        self._modifiers = set()

    def passes(self, code, down):
        if code not in {SHIFT, CONTROL}:
            return True
        known = (code in self._modifiers) == down
        (self._modifiers.add if down else self._modifiers.discard)(code)
        return not known


@st.composite
def interleaved(draw):
    """Two prefixed scans, their keys in any order that keeps each scan's own."""
    prefixes = draw(st.sampled_from(PAIRS))
    sign = characters_apart_from(prefixes)
    texts = [draw(st.text(sign, min_size=1, max_size=6)) for _ in prefixes]
    streams = [scan(prefix + text) for prefix, text in zip(prefixes, texts, strict=True)]
    keys, shared = [], SharedKeyboard()
    while any(streams):
        stream = draw(st.sampled_from([each for each in streams if each]))
        for _ in range(draw(st.integers(1, 8))):
            if stream:
                key = stream.pop(0)
                if shared.passes(*key):
                    keys.append(key)
    return prefixes, texts, keys


def characters_apart_from(prefixes):
    """Printable characters without those of the prefixes' own keys."""
    own = {PLACES[chr(ord(p[0]) | 0x60) if p[0] < " " else p[0]][0] for p in prefixes}
    return [char for char in "aAbBzZ019-_[]`~!@" if PLACES[char][0] not in own]


@given(interleaved())
def test_no_interleaving_of_two_scanners_is_read_as_anything_but_one_of_the_two_codes(case):
    prefixes, texts, keys = case
    profiles = [wedge("left", prefixes[0]), wedge("right", prefixes[1])]
    sent = {(each.source, text) for each, text in zip(profiles, texts, strict=True)}
    frames = play(keys, KeystrokeFramer(senders=senders_of(profiles)))
    counted = [frame for frame in frames if frame.kind in {FrameKind.COMPLETE, FrameKind.TYPED}]
    assert {(frame.source, frame.raw.decode()) for frame in counted} <= sent
    assert frames


@given(st.lists(st.sampled_from(["~1AB", "~2CD", "~1", "~", "AB"]), max_size=8), st.data())
def test_what_follows_a_mixed_reading_at_once_is_refused_as_well(scans, data):
    """A code that itself holds a prefix must not be cut out of the rest of a mixed reading."""
    streams = [scan("~1AB12"), scan("~2X~1Y7")]
    cut = data.draw(st.integers(1, len(streams[1]) - 1))
    keys = [*streams[1][:cut], *streams[0], *streams[1][cut:]]
    for each in scans:
        keys += scan(each)
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "~1"), wedge("right", "~2")]))
    complete = {frame.raw.decode() for frame in play(keys, framer) if frame.kind is FrameKind.COMPLETE}
    assert complete <= {"AB12", "AB", "CD"}


def test_a_pause_makes_two_mixed_scanners_readable_again():
    framer = KeystrokeFramer(senders=senders_of([wedge("left", "~1"), wedge("right", "~2")]))
    play([*scan("~2X", end=None), *scan("~1A"), *scan("Y")], framer)
    assert told(play(scan("~1AB"), framer, start_ms=9000)) == [("complete", "AB")]


def test_the_stamps_of_a_scan_stand_in_its_frame_across_the_wrap():
    (frame,) = play(scan("123"), start_ms=2**32 - 8)
    assert (frame.started_ms, frame.ended_ms) == (2**32 - 8, 16)
    assert all(later != earlier for earlier, later in pairwise([frame.started_ms, frame.ended_ms]))
