from dataclasses import dataclass, field, replace

import pytest
from fakes.wedge_keys import ALT, CONTROL, ENTER, PLACES, SHIFT, scan, with_alt
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.key_characters import KeyStroke, character_of
from traitortrack_desktop.devices.key_senders import OneSender
from traitortrack_desktop.devices.text_mode import TextMode
from traitortrack_desktop.domain.scanners import KeyLine

BACKSPACE = 14


@dataclass
class Field:
    """A text field with a scanner and a person at it; *got* is every press it was given."""

    line: KeyLine = field(default_factory=KeyLine)
    at_ms: int = 100_000
    got: list = field(default_factory=list)
    frames: list = field(default_factory=list)
    scanned: list = field(default_factory=list)

    def __post_init__(self):
        self.mode = TextMode([self.line])
        self._held = HeldKeys()

    def key(self, code, down, *, gap_ms=0, repeated=False):
        self.wait(gap_ms)
        stroke = self._held.stroke(code, down=down, at_ms=self.at_ms % 2**32, repeated=repeated)
        stroke = replace(stroke, text=character_of(stroke))
        if code == BACKSPACE:
            stroke = KeyStroke(code=code, text="\b", at_ms=stroke.at_ms)
        token = ("" if code in {SHIFT, CONTROL, ALT} else character_of(stroke), down)
        settled = (self.mode.press if down else self.mode.release)(stroke, token)
        self._settle(settled)
        if settled.passes:
            self._give(token)

    def wait(self, milliseconds):
        """Let time pass as it does where nothing is late."""
        due = self.mode.wait_ms
        if due is not None and milliseconds > due:
            self._settle(self.mode.silence())
        self.at_ms += milliseconds

    def _settle(self, settled):
        for token in settled.replay:
            self._give(token)
        self.frames += map(OneSender("keyboard", self.line).frame, settled.readings)
        self.scanned += settled.scanned

    def _give(self, token):
        char, down = token
        if down and char:
            self.got.append(char)

    def scan(self, text, *, gap_ms=8, end=ENTER, end_gap_ms=None):
        last = end if end_gap_ms is not None else None
        for code, down in scan(text, end=end):
            is_character = down and code not in {SHIFT, CONTROL}
            gap = end_gap_ms if code == last and down else gap_ms
            self.key(code, down, gap_ms=gap if is_character else 0)

    type = scan

    @property
    def text(self):
        return "".join(self.got)

    @property
    def told(self):
        return [(frame.kind.value, frame.raw.decode()) for frame in self.frames]


def test_a_scan_never_reaches_the_field_nor_its_end():
    at = Field()
    at.scan("SB10001")
    assert (at.text, at.told) == ("", [("complete", "SB10001")])


def test_what_a_person_types_reaches_the_field_in_order_with_its_end():
    at = Field()
    at.type("Amina 7", gap_ms=120)
    assert (at.text, at.told) == ("Amina 7\r", [])


@given(st.lists(st.tuples(st.sampled_from("abAB1 "), st.integers(41, 400)), max_size=20))
def test_nothing_a_person_types_is_lost_or_reordered(typed):
    at = Field()
    for char, gap_ms in typed:
        at.type(char, gap_ms=gap_ms, end=None)
    at.wait(1000)
    assert (at.text, at.frames) == ("".join(char for char, _ in typed), [])


@given(st.text("AZaz09-", min_size=6, max_size=20), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_every_scan_fast_enough_is_taken_whole_at_any_time(text, gap_ms, at_ms):
    at = Field(at_ms=at_ms)
    at.scan(text, gap_ms=gap_ms)
    assert (at.text, at.told) == ("", [("complete", text)])


@given(
    st.text("AZaz09", min_size=1, max_size=20),
    st.lists(st.integers(0, 700), min_size=21, max_size=21),
)
def test_however_a_scan_stumbles_it_is_read_whole_or_refused_or_typed_but_never_shortened(text, gaps_ms):
    at = Field()
    for char, gap_ms in zip(text, gaps_ms, strict=False):
        at.scan(char, gap_ms=gap_ms, end=None)
    at.key(ENTER, True, gap_ms=gaps_ms[-1])
    at.wait(6000)
    assert [each for each in at.told if each[0] == "complete" and each[1] != text] == []


@pytest.mark.parametrize(("end_gap_ms", "taken"), [(120, True), (121, False)])
def test_the_end_of_a_scan_may_come_a_little_later(end_gap_ms, taken):
    at = Field()
    at.scan("SB10001", gap_ms=35, end_gap_ms=end_gap_ms)
    assert at.text == ("" if taken else "SB10001\r")


def test_a_fast_scan_without_an_end_is_a_part_and_no_text():
    at = Field()
    at.scan("SB10001", gap_ms=5, end=None)
    at.wait(130)
    assert (at.text, at.told) == ("", [("partial", "SB10001")])


@pytest.mark.parametrize("pause_ms", [60, 130, 500])
def test_the_rest_of_a_broken_scan_reaches_the_field_no_more_than_its_beginning(pause_ms):
    at = Field()
    at.scan("SB10001", gap_ms=5, end=None)
    at.wait(pause_ms)
    at.scan("234")
    assert (at.text, at.told) == ("", [("partial", "SB10001")])


def test_after_a_broken_scan_and_a_pause_a_person_can_type():
    at = Field()
    at.scan("SB10001", gap_ms=5, end=None)
    at.type("ab", gap_ms=900, end=None)
    at.wait(100)
    assert at.text == "ab"


def test_a_second_end_behind_a_scan_is_swallowed_too():
    at = Field()
    at.scan("SB10001")
    at.key(ENTER, True, gap_ms=10)
    assert at.text == ""


def test_a_scan_right_behind_another_one_is_taken_with_its_end():
    at = Field()
    for _ in range(3):
        at.scan("SB10001", gap_ms=1)
    assert (at.text, at.told) == ("", [("complete", "SB10001")] * 3)


@pytest.mark.parametrize(
    ("pause_ms", "kind"), [(590, None), (610, "partial"), (790, "partial"), (810, "complete")]
)
def test_what_begins_so_soon_behind_a_part_is_no_whole_scan(pause_ms, kind):
    at = Field()
    at.scan("SB10001", gap_ms=5, end=None)
    at.wait(pause_ms)
    at.scan("2345678", gap_ms=0)
    assert at.text == ""
    assert at.told[1:] == ([(kind, "2345678")] if kind else [])


def test_what_is_handed_over_says_that_its_beginning_went_elsewhere():
    at = Field()
    at.key(PLACES["["][0], False)
    at.scan("SB", end=None)
    assert at.mode.hand_over().lacks_a_key
    assert not at.mode.hand_over().lacks_a_key


def test_the_end_of_a_part_is_handed_over_once():
    at = Field()
    at.scan("SB10001", gap_ms=5, end=None)
    ended_ms = at.at_ms
    at.wait(130)
    assert [at.mode.hand_over().part_ended_ms for _ in range(2)] == [ended_ms, None]


def test_an_end_pressed_by_a_person_passes_at_once():
    at = Field()
    at.key(ENTER, True, gap_ms=500)
    assert at.text == "\r"


def test_backspace_comes_behind_what_was_typed_before_it():
    at = Field()
    at.type("ab", gap_ms=45, end=None)
    at.key(BACKSPACE, True, gap_ms=10)
    assert at.got == ["a", "b", "\b"]


def test_control_and_a_letter_pass_at_once():
    at = Field()
    at.type("\x16", gap_ms=500, end=None)
    assert at.got == ["\x16"]


def test_a_group_separator_inside_a_scan_belongs_to_it():
    at = Field()
    at.scan("0112345\x1d21AB")
    assert (at.text, at.told) == ("", [("complete", "0112345\x1d21AB")])


def test_a_held_key_is_a_persons():
    at = Field()
    code = PLACES["a"][0]
    at.key(code, True)
    for _ in range(10):
        at.key(code, True, gap_ms=40, repeated=True)
    at.key(ENTER, True, gap_ms=40)
    assert at.text == "a" * 11 + "\r"


def test_a_scan_typed_with_alt_and_the_keypad_is_taken():
    at = Field()
    for code, down in [*with_alt("SB1"), (ENTER, True), (ENTER, False)]:
        at.key(code, down, gap_ms=4)
    assert (at.text, at.told) == ("", [("complete", "SB1")])


def test_a_key_that_an_input_method_ate_garbles_the_scan():
    at = Field()
    at.scan("SB10", end=None)
    at.key(PLACES["["][0], False)
    at.scan("0017")
    assert (at.text, at.told) == ("", [("garbled", "SB100017")])


def test_a_key_that_an_input_method_ate_just_before_garbles_the_scan():
    at = Field()
    at.key(PLACES["["][0], False)
    at.scan("SB10001")
    assert at.told == [("garbled", "SB10001")]


def test_stx_begins_a_scan_whatever_its_times_are():
    at = Field(line=KeyLine(prefix="\x02"))
    at.scan("\x02AB1\x03", gap_ms=300, end=None)
    assert (at.text, at.told) == ("", [("complete", "AB1")])


def test_what_was_typed_before_stx_stays_typed():
    at = Field(line=KeyLine(prefix="\x02"))
    at.type("ab", gap_ms=45, end=None)
    at.scan("\x02AB1\x03", end=None)
    assert (at.text, at.told) == ("ab", [("complete", "AB1")])


@pytest.mark.parametrize(("hold_gap_ms", "taken"), [(50, False), (90, True)])
def test_a_slow_scanner_is_taken_after_calibration(hold_gap_ms, taken):
    at = Field(line=KeyLine(hold_gap_ms=hold_gap_ms))
    at.scan("SB10001", gap_ms=60)
    assert at.text == ("" if taken else "SB10001\r")


def test_only_what_was_scanned_is_told_to_a_recording():
    at = Field()
    at.type("secret", gap_ms=120)
    assert at.scanned == []
    at.wait(1000)
    at.scan("SB10001")
    assert [stroke.code for stroke, down in at.scanned if down][-1] == ENTER


def test_keys_of_events_without_a_time_pass_at_once():
    mode = TextMode([KeyLine()])
    assert mode.press(KeyStroke(code=30, text="a"), "a").passes


@pytest.mark.parametrize("seed", range(40))
def test_forty_fast_typists_are_never_taken_for_a_scanner(seed):
    import random

    chance, at = random.Random(seed), Field()
    words = "".join(chance.choice("abcdefghij") for _ in range(12))
    for char in words:
        rollover = chance.random() < 0.5
        at.type(char, gap_ms=max(5, int(chance.lognormvariate(4.1 if rollover else 4.8, 0.4))), end=None)
    at.key(ENTER, True, gap_ms=int(chance.lognormvariate(5.0, 0.3)))
    assert (at.text, at.frames) == (words + "\r", [])


@pytest.mark.parametrize("days", [1, 25, 30, 49])
def test_a_scan_long_after_something_was_typed_is_taken(days):
    at = Field()
    at.type("ab", gap_ms=120)
    at.got.clear()
    at.wait(days * 86_400_000)
    at.scan("SB10001")
    assert (at.text, at.told) == ("", [("complete", "SB10001")])
