import pytest
from fakes.input_devices import SHIFTED, US
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.heard_keys import LONGEST_READING, HeardKeys
from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.domain.scanners import (
    SET_UP_CODE,
    SET_UP_CODE_WITH_SEPARATOR,
    Connection,
    DeviceIdentity,
)
from traitortrack_desktop.services.scanner_desk import AttachedDevice

DEVICE = AttachedDevice(
    connection=Connection.INPUT_DEVICE,
    identity=DeviceIdentity(vendor=1, product=2),
    place="/dev/input/event7",
    label="A gun",
)
SHIFT, CONTROL, F8 = 42, 29, 66


class Gun:
    """Presses keys into a listener and keeps what that hands on."""

    def __init__(self, gap_ms=8):
        self.heard = []
        self.listener = HeardKeys(DEVICE, self.heard.append)
        self._held = HeldKeys()
        self._gap_ms = gap_ms
        self.at_ms = 1000

    def press(self, code, *modifiers):
        self.at_ms += self._gap_ms
        for each, down in [
            *((m, True) for m in modifiers),
            (code, True),
            (code, False),
            *((m, False) for m in modifiers),
        ]:
            self.listener.take(self._held.stroke(each, down=down, at_ms=self.at_ms), down=down)

    def type_text(self, text):
        for char in text:
            if char == "\x1d":
                self.press(US["]"], CONTROL)
            else:
                shift = [SHIFT] if char.isupper() or char in SHIFTED else []
                self.press(US[SHIFTED.get(char, char.lower())], *shift)
        return self


def test_the_set_up_code_is_handed_on_with_its_keys_and_times():
    (reading,) = Gun(gap_ms=8).type_text(f"{SET_UP_CODE}\n").heard

    assert (reading.raw, reading.terminated) == (f"{SET_UP_CODE}\r".encode(), True)
    assert reading.codes[-1] == 28
    assert len(reading.codes) == len(SET_UP_CODE) + 1
    assert set(reading.gaps_ms) == {8}
    assert reading.text == ""


def test_the_group_separator_is_handed_on_as_it_came():
    (reading,) = Gun().type_text(f"{SET_UP_CODE_WITH_SEPARATOR}\n").heard

    assert reading.raw == f"{SET_UP_CODE_WITH_SEPARATOR}\r".encode()


def test_a_key_in_the_place_of_the_group_separator_is_among_the_codes():
    gun = Gun()
    head, tail = SET_UP_CODE_WITH_SEPARATOR.split("\x1d")
    gun.type_text(head)
    gun.press(F8)
    gun.type_text(f"{tail}\n")

    assert F8 in gun.heard[0].codes


@pytest.mark.parametrize("code", ["TT-TEST-07", "~1TT-SETUP Aa0", "tt-setup aA0", "TT/SETUP"])
def test_codes_of_the_set_up_are_known_with_what_a_scanner_makes_of_them(code):
    assert Gun().type_text(f"{code}\n").heard[0].raw.decode().rstrip() == code


def test_a_set_up_code_without_an_end_is_told_after_a_silence():
    gun = Gun().type_text(SET_UP_CODE)
    gun.listener.time_passed(gun.at_ms + 2000)

    assert (gun.heard[0].raw, gun.heard[0].terminated) == (SET_UP_CODE.encode(), False)


@pytest.mark.parametrize("gap_ms", [8, 60, 180])
def test_a_password_is_never_handed_on(gap_ms):
    gun = Gun(gap_ms=gap_ms).type_text("Tr0ub4dor&3horse\n")

    assert all(
        (reading.raw, reading.codes, reading.text, reading.gaps_ms) == (b"", (), "", ())
        for reading in gun.heard
    )


@given(st.text(alphabet=[*US, *SHIFTED, "A", "T", "S"], max_size=60), st.integers(0, 300))
def test_nothing_that_is_typed_is_handed_on_unless_it_is_a_code_of_the_set_up(text, gap_ms):
    gun = Gun(gap_ms=gap_ms).type_text(f"{text}\n")

    assert all(
        b"SETUP" in reading.raw.upper() or b"TEST" in reading.raw.upper() or not reading.raw
        for reading in gun.heard
    )


def test_what_a_person_types_is_not_even_mentioned():
    assert Gun(gap_ms=120).type_text("Left gun\n").heard == []


def test_that_some_other_code_was_scanned_is_told_without_the_code():
    (reading,) = Gun(gap_ms=8).type_text("SB10001\n").heard

    assert (reading.raw, reading.codes) == (b"", ())


@pytest.mark.parametrize("end", ["\n", ""])
def test_nothing_is_kept_longer_than_one_reading(end):
    gun = Gun(gap_ms=120).type_text(f"hunter2{end}")
    gun.listener.time_passed(gun.at_ms + 2000)

    assert not gun.listener.keeps_something


def test_a_reading_longer_than_any_code_of_the_set_up_is_forgotten_at_once():
    gun = Gun(gap_ms=120).type_text("a" * LONGEST_READING)
    kept_until_then = gun.listener.keeps_something
    gun.type_text("a")

    assert (kept_until_then, gun.listener.keeps_something) == (True, False)


def test_giving_up_forgets_without_telling():
    gun = Gun().type_text(SET_UP_CODE)
    gun.listener.forget()

    assert (gun.heard, gun.listener.keeps_something) == ([], False)
