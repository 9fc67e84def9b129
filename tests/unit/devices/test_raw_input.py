import ctypes
import struct

import pytest
from fakes.windows_keys import BREAK, E0, key_data, message, raw_input
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.raw_input import (
    LegacyPairing,
    Message,
    RawInputDevice,
    RawInputDeviceListEntry,
    RawInputHeader,
    RawKey,
    RawKeyboardInput,
    UnwrappedTime,
    every_keyboard,
    identity_of,
    legacy_code,
    raw_key,
)

DEVICE = 0x0001_2345_6789


@pytest.mark.parametrize(
    ("structure", "size"),
    [
        (RawInputHeader, 24),
        (RawKeyboardInput, 40),
        (RawInputDevice, 16),
        (RawInputDeviceListEntry, 16),
        (Message, 48),
    ],
)
def test_the_structures_are_as_large_as_on_64_bit_windows(structure, size):
    assert ctypes.sizeof(structure) == size


@pytest.mark.parametrize(("window", "flags"), [(0x5_0001, 0x2100), (0, 0x0001)])
def test_every_keyboard_is_asked_for_and_none_is_silenced(window, flags):
    asked = every_keyboard(window)

    assert bytes(asked) == struct.pack("<HHIQ", 0x01, 0x06, flags, window)
    assert not flags & 0x0030, "RIDEV_NOLEGACY"


def test_a_key_going_down_names_its_device():
    assert raw_key(raw_input(DEVICE, 30)) == RawKey(device=DEVICE, code=30, down=True)


def test_a_key_coming_up_is_told_by_its_flag():
    assert raw_key(raw_input(DEVICE, 30, flags=BREAK)) == RawKey(device=DEVICE, code=30, down=False)


def test_the_second_set_of_keys_has_codes_of_its_own():
    key = raw_key(raw_input(DEVICE, 28, flags=E0 | BREAK))

    assert key == RawKey(device=DEVICE, code=0x11C, down=False)


def test_without_the_focus_no_ordinary_message_follows():
    key = raw_key(raw_input(DEVICE, 30, sink=1))

    assert key is not None
    assert not key.in_foreground


def test_an_overrun_says_that_keys_are_missing():
    key = raw_key(raw_input(DEVICE, 0xFF))

    assert key is not None
    assert key.lost_before


@pytest.mark.parametrize(
    "data",
    [
        raw_input(DEVICE, 30)[:39],
        raw_input(DEVICE, 30, kind=0),
        raw_input(DEVICE, 30, kind=2),
        raw_input(DEVICE, 0),
        raw_input(DEVICE, 0x1D, flags=4),
        b"",
    ],
    ids=["cut", "mouse", "hid", "no code", "pause key", "empty"],
)
def test_what_is_no_key_is_none(data):
    assert raw_key(data) is None


def test_a_message_is_read_where_its_fields_are():
    buffer = ctypes.create_string_buffer(message(0x100, wparam=65, lparam=key_data(30), time=123456, hwnd=77))

    read = Message.from_address(ctypes.addressof(buffer))

    assert (read.hwnd, read.message, read.wParam, read.lParam, read.time) == (
        77,
        0x100,
        65,
        key_data(30),
        123456,
    )


@pytest.mark.parametrize("code", [30, 28, 0x11C, 0x135])
@pytest.mark.parametrize("up", [False, True])
def test_the_ordinary_message_has_the_same_code(code, up):
    assert legacy_code(key_data(code, up=up)) == code


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (
            r"\\?\HID#VID_1EAB&PID_0022&MI_00#7&1A2B3C&0&0000#{884b96c3-56ef-11d1-bc8c-00a0c91405dd}",
            "usb:1eab:0022@7&1a2b3c&0&0000",
        ),
        (r"\\?\HID#VID_0C2E&PID_0B61#6&2b&0&0000#{884b96c3}", "usb:0c2e:0b61@6&2b&0&0000"),
        (
            r"\\?\HID#{00001124-0000-1000-8000-00805f9b34fb}_VID&00020525_PID&a4a7#9&5&1&0000#{884b96c3}",
            "usb:0525:a4a7@9&5&1&0000",
        ),
    ],
)
def test_a_device_is_told_by_maker_product_and_place(name, key):
    identity = identity_of(name)

    assert identity is not None
    assert identity.key == key


@pytest.mark.parametrize("name", ["", r"\\?\ACPI#PNP0303#4&1a&0#{884b96c3}", r"\\?\Root#RDP_KBD#0000#{8}"])
def test_a_keyboard_that_is_not_usb_has_no_identity(name):
    assert identity_of(name) is None


def came(pairing, code, *, is_scanner, at_ms=0, down=True, in_foreground=True):
    key = RawKey(device=1, code=code, down=down, in_foreground=in_foreground)
    pairing.came(key, is_scanner=is_scanner, at_ms=at_ms)


def test_each_ordinary_message_belongs_to_the_key_before_it():
    pairing = LegacyPairing()
    came(pairing, 30, is_scanner=True)
    came(pairing, 30, is_scanner=False)

    assert [pairing.is_scanners(30, down=True, at_ms=0) for _ in range(3)] == [True, False, False]


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.booleans()), max_size=200))
def test_however_devices_mix_exactly_the_scanners_keys_are_swallowed(keys):
    pairing = LegacyPairing()
    for code, down, is_scanner in keys:
        came(pairing, code, is_scanner=is_scanner, down=down)

    answers = [pairing.is_scanners(code, down=down, at_ms=0) for code, down, _ in keys]

    assert answers == [is_scanner for _, _, is_scanner in keys]


def test_press_and_release_are_told_apart():
    pairing = LegacyPairing()
    came(pairing, 30, is_scanner=True, down=False)

    assert not pairing.is_scanners(30, down=True, at_ms=0)


def test_an_ordinary_message_that_no_device_sent_is_left_alone():
    assert not LegacyPairing().is_scanners(30, down=True, at_ms=0)


def test_a_key_whose_message_went_elsewhere_does_not_swallow_a_later_one():
    pairing = LegacyPairing()
    came(pairing, 30, is_scanner=True, in_foreground=False)
    came(pairing, 31, is_scanner=True, at_ms=0xFFFFFFF0)

    assert not pairing.is_scanners(30, down=True, at_ms=0xFFFFFFF0)
    assert not pairing.is_scanners(31, down=True, at_ms=600)


def test_pairing_goes_on_when_the_clock_of_windows_wraps():
    pairing = LegacyPairing()
    came(pairing, 30, is_scanner=True, at_ms=0xFFFFFFF0)

    assert pairing.is_scanners(30, down=True, at_ms=0x10)


def test_times_go_on_when_the_clock_of_windows_wraps():
    time = UnwrappedTime()

    assert [time.of(stamp) for stamp in (0xFFFFFFF0, 0x10, 0x0F, 0x20)] == [
        0xFFFFFFF0,
        0x1_0000_0010,
        0x1_0000_000F,
        0x1_0000_0020,
    ]
