import errno
from dataclasses import replace

import pytest
from fakes.heard_outlets import HeardOutlets
from fakes.input_devices import FakeDevice, FakeInputDevices

from traitortrack_desktop.devices import evdev_scanner
from traitortrack_desktop.devices.evdev_scanner import EvdevScanner
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    Connection,
    DeviceIdentity,
    KeyLine,
    ScannerProfile,
    ScannerRole,
)
from traitortrack_desktop.services.events import ScannerProblem

LEFT = DeviceIdentity(vendor=0x1EAB, product=0x0022, serial="A17", location="usb-1-1.2")
RIGHT = DeviceIdentity(vendor=0x1EAB, product=0x0022, serial="B18", location="usb-1-1.3")
KEYBOARD = DeviceIdentity(vendor=0x046D, product=0xC31C, location="usb-1-1.4")
SOON = KeyLine(partial_gap_ms=50)
"""So long a gun is not ready after it was grabbed."""


def profile_of(identity, **more):
    return ScannerProfile(
        name=more.pop("name", "left"),
        connection=Connection.INPUT_DEVICE,
        identity=identity,
        keys=more.pop("keys", SOON),
        **more,
    )


@pytest.fixture
def left():
    return FakeDevice(LEFT)


@pytest.fixture
def right():
    return FakeDevice(RIGHT, paths=("/dev/input/event9",))


@pytest.fixture
def keyboard():
    return FakeDevice(KEYBOARD, paths=("/dev/input/event3",))


@pytest.fixture
def heard():
    return HeardOutlets()


@pytest.fixture
def start():
    running = []

    def start(profile, devices, heard, **more):
        scanner = EvdevScanner(profile, heard.outlets, devices=devices, first_retry_seconds=0.01, **more)
        running.append(scanner)
        scanner.start()
        return scanner

    yield start
    for scanner in running:
        scanner.stop()


@pytest.fixture
def reading(start, left, heard):
    """The left gun, paired and heard."""
    devices = FakeInputDevices(left)
    start(profile_of(LEFT, role=ScannerRole.PARENTS), devices, heard)
    heard.wait_ready()
    return devices


def test_a_scan_is_one_frame_of_the_paired_scanner(reading, left, heard):
    left.type_text("Sb-10_A\n")

    frame = heard.frame()

    assert (frame.source, frame.raw, frame.kind) == ("usb:1eab:0022:A17", b"Sb-10_A", FrameKind.COMPLETE)
    assert frame.role is ScannerRole.PARENTS


def test_a_frame_carries_the_times_of_the_kernel(reading, left, heard):
    began = left.at_ms + 2
    left.type_text("AB12\n", gap_ms=2)

    frame = heard.frame()

    assert (frame.started_ms, frame.ended_ms) == (began, began + 8)


def test_a_composite_gun_is_grabbed_and_read_through_every_node_that_can_press_enter(start, heard):
    gun = FakeDevice(LEFT, paths=("/dev/input/event5", "/dev/input/event6"))
    devices = FakeInputDevices(gun)
    start(profile_of(LEFT), devices, heard)
    heard.wait_ready()

    gun.type_text("AB1\n", node=1)

    assert heard.frame().raw == b"AB1"
    assert devices.grabbed == ["/dev/input/event5", "/dev/input/event6"]


def test_only_what_was_paired_is_ever_opened_or_grabbed(start, left, right, keyboard, heard):
    devices = FakeInputDevices(keyboard, right, left)
    scanner = start(profile_of(LEFT), devices, heard)
    heard.wait_ready()
    left.unplug()
    assert heard.problem() is ScannerProblem.LOST
    left.plug_in("/dev/input/event12")
    heard.wait_ready()
    scanner.stop()

    assert devices.grabbed == ["/dev/input/event12", "/dev/input/event7"]
    assert (keyboard.opened, right.opened) == ([], [])


def test_a_path_that_became_another_device_meanwhile_is_not_grabbed(start, left, keyboard, heard):
    devices = FakeInputDevices(left, keyboard)
    opened = devices.open
    devices.open = lambda path: opened("/dev/input/event3")  # The keyboard, after all was renumbered.
    start(profile_of(LEFT), devices, heard)

    assert heard.problem() is ScannerProblem.MISSING
    assert devices.grabbed == []


def test_the_scanner_is_let_go_of_at_the_end(start, left, heard):
    scanner = start(profile_of(LEFT), FakeInputDevices(left), heard)
    heard.wait_ready()

    scanner.stop()

    assert (left.grabbed, left.nodes) == (set(), [])


def test_two_equal_guns_are_read_each_by_its_own_serial_number(start, left, right, heard):
    other = HeardOutlets()
    devices = FakeInputDevices(right, left)
    start(profile_of(LEFT), devices, heard)
    start(profile_of(RIGHT, name="right"), devices, other)
    heard.wait_ready()
    other.wait_ready()

    left.type_text("AAAA-1111111111")
    right.type_text("BBBB-2222222222\n")
    left.type_text("\n")

    assert (heard.frame().raw, other.frame().raw) == (b"AAAA-1111111111", b"BBBB-2222222222")


def test_two_guns_that_changed_their_paths_are_not_swapped(start, left, right, heard):
    devices = FakeInputDevices(left, right)
    start(profile_of(LEFT), devices, heard)
    heard.wait_ready()
    left.unplug()
    right.unplug()
    assert heard.problem() is ScannerProblem.LOST
    right.plug_in("/dev/input/event7")
    left.plug_in("/dev/input/event9")
    heard.wait_ready()

    assert left.grabbed == {"/dev/input/event9"}
    assert right.grab_history == []


def test_guns_with_one_serial_number_are_told_apart_by_their_place(start, heard):
    one = FakeDevice(replace(LEFT, serial="000000"), paths=("/dev/input/event4",))
    other = FakeDevice(replace(RIGHT, serial="000000"), paths=("/dev/input/event5",))
    start(profile_of(replace(RIGHT, serial="000000")), FakeInputDevices(one, other), heard)
    heard.wait_ready()

    assert (one.grab_history, other.grab_history) == ([], ["/dev/input/event5"])


def test_a_held_key_is_one_character(reading, left, heard):
    left.hold("a", 60)
    left.type_text("b\n")

    assert heard.frame().raw == b"ab"


def test_a_pause_inside_makes_a_part_and_never_joins_the_next(reading, left, heard):
    left.type_text("400")
    left.at_ms += 700
    left.type_text("SB10001\n")

    assert [(heard.frame().raw, kind) for kind in ("part", "whole")] == [
        (b"400", "part"),
        (b"SB10001", "whole"),
    ]


def test_what_no_enter_ends_is_a_part_after_a_silence(start, left, heard):
    start(profile_of(LEFT), FakeInputDevices(left), heard)
    heard.wait_ready()
    left.at_ms -= 10_000 - 100

    left.type_text("4006381")

    frame = heard.frame()
    assert (frame.raw, frame.kind) == (b"4006381", FrameKind.PARTIAL)


def test_events_that_the_kernel_dropped_spoil_the_reading_they_belong_to(reading, left, heard):
    left.type_text("SB100")
    left.drop()
    left.type_text("01\n")  # What is left of it looks like a whole code.
    left.at_ms += 700
    left.type_text("SB10002\n")

    frames = [heard.frame() for _ in range(3)]

    assert [(frame.raw, frame.kind) for frame in frames] == [
        (b"SB100", FrameKind.PARTIAL),
        (b"01", FrameKind.PARTIAL),
        (b"SB10002", FrameKind.COMPLETE),
    ]


def test_whole_readings_that_the_kernel_dropped_are_told(reading, left, heard):
    left.drop()

    frame = heard.frame()

    assert (frame.raw, frame.kind) == (b"", FrameKind.PARTIAL)


def test_a_shift_whose_release_was_dropped_does_not_stay_down(reading, left, heard):
    left.nodes[0].put([left._key(42, 1), left._syn()])
    left.drop()
    heard.frame()
    left.at_ms += 700
    left.type_text("ab\n")

    assert heard.frame().raw == b"ab"


def test_a_gun_unplugged_inside_a_reading_leaves_a_part_and_is_lost(reading, left, heard):
    left.type_text("SB1")
    left.type_text("\n")
    assert heard.frame().raw == b"SB1"
    left.type_text("400638")
    wait_until_read(left)
    left.unplug()

    assert heard.problem() is ScannerProblem.LOST
    frame = heard.frame()
    assert (frame.raw, frame.kind) == (b"400638", FrameKind.PARTIAL)


def wait_until_read(device):
    while device.nodes[0]._events:
        pass


def test_a_gun_that_came_back_is_heard_again(reading, left, heard):
    left.unplug()
    assert heard.problem() is ScannerProblem.LOST
    left.plug_in("/dev/input/event20")
    heard.wait_ready()

    left.type_text("SB10002\n")

    assert heard.frame().raw == b"SB10002"


def test_a_memory_that_pours_out_after_a_replug_is_marked(reading, left, heard):
    left.unplug()
    assert heard.problem() is ScannerProblem.LOST
    left.plug_in()
    heard.wait_ready()
    left.at_ms -= 19_000  # A second after the grab.

    for number in range(6):
        left.type_text(f"SB1000{number}\n")

    assert [heard.frame().after_reconnect for _ in range(6)] == [True] * 6


def test_a_memory_whose_keys_come_as_slowly_as_a_person_types_is_marked_too(start, left, heard):
    start(profile_of(LEFT, keys=KeyLine()), FakeInputDevices(left), heard)
    heard.wait_ready()
    left.unplug()
    assert heard.problem() is ScannerProblem.LOST
    left.plug_in()
    heard.wait_ready()
    left.at_ms -= 18_500  # Less than two seconds after the grab.

    for number in range(6):
        left.type_text(f"SB1000{number}\n", gap_ms=110)

    frames = [heard.frame() for _ in range(6)]
    assert {(frame.kind, frame.after_reconnect) for frame in frames} == {(FrameKind.TYPED, True)}


def test_the_end_of_a_reading_whose_beginning_went_to_the_desktop_is_no_code(start, left, heard):
    start(profile_of(LEFT), FakeInputDevices(left), heard)
    heard.wait_ready()
    left.at_ms -= 10_000
    left.type_text("0001\n")
    left.type_text("SB10002\n")

    kinds = [heard.frame().kind for _ in range(2)]

    assert kinds == [FrameKind.PARTIAL, FrameKind.COMPLETE]


def test_it_is_not_grabbed_while_a_key_is_down_whose_release_the_desktop_would_miss(start, left, heard):
    left.active_keys = [[30], [30], []]
    start(profile_of(LEFT), FakeInputDevices(left), heard)
    heard.wait_ready()

    assert left.active_keys == []


def test_what_came_before_the_grab_is_the_desktops(start, left, heard):
    devices = FakeInputDevices(left)
    opened = devices.open

    def open_and_type(path):
        node = opened(path)
        left.type_text("SB1\n")
        return node

    devices.open = open_and_type
    start(profile_of(LEFT), devices, heard)
    heard.wait_ready()
    left.at_ms += 1000
    left.type_text("SB2\n")

    assert heard.frame().raw == b"SB2"


def test_without_the_grab_nothing_is_read_because_it_would_come_twice(start, left, heard):
    left.grabbed_elsewhere = True
    start(profile_of(LEFT), FakeInputDevices(left), heard)

    assert heard.problem() is ScannerProblem.BUSY
    assert left.nodes == []
    assert heard.untold == []


def test_a_gun_of_which_one_node_is_taken_is_let_go_of_whole(start, heard):
    gun = FakeDevice(LEFT, paths=("/dev/input/event5", "/dev/input/event6"))
    gun.grabbed.add("/dev/input/event6")
    start(profile_of(LEFT), FakeInputDevices(gun), heard)

    assert heard.problem() is ScannerProblem.BUSY
    wait_until(lambda: gun.grabbed == {"/dev/input/event6"})


def wait_until(true):
    while not true():
        pass


def test_a_missing_permission_is_not_a_missing_scanner(start, left, heard):
    left.may_be_read = False
    start(profile_of(LEFT), FakeInputDevices(left), heard)

    assert heard.problem() is ScannerProblem.NO_PERMISSION


def test_a_scanner_that_never_was_there_is_missing(start, keyboard, heard):
    start(profile_of(LEFT), FakeInputDevices(keyboard), heard)

    assert heard.problem() is ScannerProblem.MISSING


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.EACCES, ScannerProblem.NO_PERMISSION),
        (errno.ENOENT, ScannerProblem.MISSING),
        (errno.EMFILE, ScannerProblem.FAILED),
    ],
)
def test_what_the_kernel_says_at_opening_is_named(start, left, heard, number, problem):
    devices = FakeInputDevices(left)
    devices.open_error = number
    start(profile_of(LEFT), devices, heard)

    assert heard.problem() is problem


def test_without_evdev_the_scanner_is_not_supported(start, left, heard, monkeypatch):
    monkeypatch.setattr(evdev_scanner, "is_evdev_there", lambda: False)
    start(profile_of(LEFT), FakeInputDevices(left), heard)

    assert heard.problem() is ScannerProblem.UNSUPPORTED


def test_a_defect_turns_the_light_off_and_the_thread_lives_on(start, left, heard):
    devices = FakeInputDevices(left)
    described = devices.described
    answers = [ValueError("odd")]

    def describe():
        if answers:
            raise answers.pop()
        return described()

    devices.described = describe
    start(profile_of(LEFT), devices, heard)

    assert heard.problem() is ScannerProblem.FAILED
    heard.wait_ready()


def test_it_ends_although_no_key_comes(reading, left, heard, start):
    scanner = start(profile_of(RIGHT), FakeInputDevices(FakeDevice(RIGHT)), HeardOutlets())

    scanner.stop()
