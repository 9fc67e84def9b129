import pytest
from fakes.heard_outlets import HeardOutlets
from fakes.input_devices import US
from fakes.windows_keys import WM_INPUT, WM_KEYDOWN, FakeWindows, key_data

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import SET_UP_CODE, Connection, DeviceIdentity, ScannerProfile
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.ui.windows_raw_input import WindowsRawInput

LEFT, RIGHT, KEYBOARD = 0x1_0001, 0x1_0002, 0x1_0003
NAME = r"\\?\HID#VID_1EAB&PID_0022#7&{place}&0&0000#{{884b96c3-56ef-11d1-bc8c-00a0c91405dd}}"
KEYBOARD_NAME = r"\\?\HID#VID_046D&PID_C31C#8&aa&0&0000#{884b96c3-56ef-11d1-bc8c-00a0c91405dd}"
CODES = {**US, "\n": 28}


def profile(name, place):
    identity = DeviceIdentity(vendor=0x1EAB, product=0x22, location=f"7&{place}&0&0000")
    return ScannerProfile(name=name, connection=Connection.INPUT_DEVICE, identity=identity)


PROFILES = [profile("left", "1"), profile("right", "2")]


@pytest.fixture
def heard():
    return HeardOutlets()


@pytest.fixture
def windows():
    return FakeWindows()


@pytest.fixture
def raw_input(qapp, heard, windows):
    raw_input = WindowsRawInput(heard.outlets, windows)
    windows.filter = raw_input
    raw_input.start(qapp, 0x5_0001)
    yield raw_input
    raw_input.stop(qapp)


@pytest.fixture
def guns(raw_input, windows, heard):
    """Two paired guns of one kind and the keyboard, long enough attached."""
    raw_input.use(PROFILES)
    windows.plug_in(LEFT, NAME.format(place="1"))
    windows.plug_in(RIGHT, NAME.format(place="2"))
    windows.plug_in(KEYBOARD, KEYBOARD_NAME)
    windows.now += 10_000
    return raw_input


def told(heard):
    changes = [heard.changes.get_nowait() for _ in range(heard.changes.qsize())]
    return [(change.name, change.ready, change.problem) for change in changes]


def frames(heard):
    return [(frame.source, frame.raw, frame.kind) for frame in heard.untold]


def test_it_asks_for_the_keys_of_all_keyboards_and_gives_that_back(qapp, raw_input, windows):
    asked = windows.registered
    raw_input.stop(qapp)

    assert (asked, windows.registered) == (0x5_0001, None)
    raw_input.start(qapp, 0x5_0001)


def test_a_scan_is_a_frame_and_none_of_it_reaches_a_widget(guns, windows, heard):
    swallowed = windows.type_text(LEFT, "sb10001\n", CODES)

    assert frames(heard) == [("usb:1eab:0022@7&1&0&0000", b"sb10001", FrameKind.COMPLETE)]
    assert swallowed == 2 * len("sb10001\n")


def test_the_keyboard_stays_a_keyboard(guns, windows, heard):
    swallowed = windows.type_text(KEYBOARD, "hunter2\n", CODES)

    assert (swallowed, frames(heard)) == (0, [])


def test_two_guns_at_once_are_two_whole_readings(guns, windows, heard):
    left, right = "aaaa-111\n", "bbbb-222\n"
    for one, other in zip(left, right, strict=True):
        windows.type_text(LEFT, one, CODES)
        windows.type_text(RIGHT, other, CODES)

    assert [raw for _, raw, _ in frames(heard)] == [b"aaaa-111", b"bbbb-222"]


def test_a_gun_and_the_keyboard_at_once_are_told_apart_key_by_key(guns, windows, heard):
    swallowed = []
    for one, other in zip("aa1\n", "aa1a", strict=True):
        swallowed.append(windows.type_text(LEFT, one, CODES))
        swallowed.append(windows.type_text(KEYBOARD, other, CODES))

    assert swallowed == [2, 0] * 4


def test_a_scan_while_another_program_has_the_focus_is_heard(guns, windows, heard):
    windows.type_text(LEFT, "sb10001\n", CODES, focused=False)

    assert [raw for _, raw, _ in frames(heard)] == [b"sb10001"]


def test_what_was_heard_without_the_focus_swallows_nothing_later(guns, windows):
    windows.type_text(LEFT, "a", CODES, focused=False)

    assert windows.type_text(KEYBOARD, "a", CODES) == 0


def test_a_message_that_only_the_window_sees_is_taken_there(guns, windows, heard):
    """In a loop of Windows' own, while a window is moved, the dispatcher does not run."""
    windows_send = windows.send
    windows.send = lambda number, **how: windows_send(number, stages=("windows_generic_MSG",), **how)

    swallowed = windows.type_text(LEFT, "sb1\n", CODES)

    assert (swallowed, [raw for _, raw, _ in frames(heard)]) == (8, [b"sb1"])


def test_no_message_is_taken_twice(guns, windows, heard):
    windows.type_text(LEFT, "aabb\n", CODES)

    assert [raw for _, raw, _ in frames(heard)] == [b"aabb"]


def test_a_key_whose_data_are_gone_is_passed_over(guns, windows, heard):
    windows.send(WM_INPUT, lparam=1)
    windows.type_text(LEFT, "sb1\n", CODES)

    assert [raw for _, raw, _ in frames(heard)] == [b"sb1"]


def test_a_made_up_key_of_another_program_is_left_alone(guns, windows):
    assert not windows.send(WM_KEYDOWN, wparam=0x41, lparam=key_data(30))


def test_a_silence_makes_a_part(guns, windows, heard):
    windows.type_text(LEFT, "4006", CODES)
    windows.now += 601
    guns._time_passed()

    assert frames(heard) == [("usb:1eab:0022@7&1&0&0000", b"4006", FrameKind.PARTIAL)]


def test_a_stall_of_the_window_is_no_silence(guns, windows, heard):
    windows.type_text(LEFT, "4006", CODES)
    windows.now += 601
    windows.waits = True
    guns._time_passed()

    assert frames(heard) == []


def test_scanners_are_told_missing_there_and_lost(raw_input, windows, heard):
    raw_input.use(PROFILES)
    windows.plug_in(LEFT, NAME.format(place="1"))
    windows.unplug(LEFT)

    assert told(heard) == [
        ("left", False, ScannerProblem.MISSING),
        ("right", False, ScannerProblem.MISSING),
        ("left", True, None),
        ("left", False, ScannerProblem.LOST),
    ]


def test_a_gun_unplugged_inside_a_reading_leaves_a_part(guns, windows, heard):
    windows.type_text(LEFT, "4006", CODES)
    windows.unplug(LEFT)

    assert frames(heard) == [("usb:1eab:0022@7&1&0&0000", b"4006", FrameKind.PARTIAL)]


def test_guns_that_changed_their_handles_are_not_swapped(guns, windows, heard):
    windows.unplug(LEFT)
    windows.unplug(RIGHT)
    windows.plug_in(LEFT, NAME.format(place="2"))
    windows.now += 10_000
    windows.type_text(LEFT, "sb1\n", CODES)

    assert [source for source, _, _ in frames(heard)] == ["usb:1eab:0022@7&2&0&0000"]


def test_a_scanner_that_is_forgotten_types_again(guns, windows, heard):
    guns.use(PROFILES[1:])

    assert windows.type_text(LEFT, "a", CODES) == 0


def test_during_the_set_up_codes_are_heard_with_their_device_and_nothing_is_swallowed(guns, windows, heard):
    readings = []
    guns.listen_for_set_up(readings.append)
    shifted = {
        **CODES,
        **{char.upper(): code for char, code in US.items()},
        ":": 39,
        "_": 12,
        "~": 41,
        "#": 4,
        "@": 3,
    }

    swallowed = windows.type_text(KEYBOARD, "TT-SETUP\n", shifted)

    assert swallowed == 0
    assert [(reading.device.place, reading.raw) for reading in readings] == [(KEYBOARD_NAME, b"tt-setup\r")]
    assert len(SET_UP_CODE) > len("TT-SETUP")


def test_after_the_set_up_scanners_are_read_as_before(guns, windows, heard):
    guns.listen_for_set_up(lambda reading: None)
    guns.listen_for_set_up(None)
    windows.now += 10_000
    windows.type_text(LEFT, "sb1\n", CODES)

    assert [raw for _, raw, _ in frames(heard)] == [b"sb1"]


def test_every_usb_keyboard_is_attached(guns):
    assert [device.label for device in guns.attached()] == ["1EAB:0022", "1EAB:0022", "046D:C31C"]
