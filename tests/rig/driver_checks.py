"""Facts about Linux's drivers that the station's devices are built on, seen with plain readers."""

import errno
from collections.abc import Callable

import hidraw
import pytest
import serial
from bench import Bench, as_ordinary_user
from evdev import InputDevice, ecodes, list_devices
from guns import LEFT, RIGHT, KeyboardGun, pos_reports, wait_for
from serial.tools import list_ports


def two_equal_serial_guns_are_listed_with_their_own_serial_numbers(bench: Bench) -> None:
    guns = [bench.serial_gun("A17", LEFT), bench.serial_gun("B04", RIGHT)]

    listed = {port.serial_number: port.device for port in list_ports.comports() if port.vid is not None}

    assert listed == {gun.serial: gun.nodes[0] for gun in guns}


def a_gun_that_comes_back_while_its_old_port_is_open_gets_another_name(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    before = gun.nodes
    with serial.Serial(before[0]):
        gun.unplug()
        gun.plug()
        assert gun.nodes != before


def pulling_the_plug_drops_what_nobody_has_read(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    with serial.Serial(gun.nodes[0], timeout=5) as port:
        gun.send(b"PART")
        wait_for(lambda: port.in_waiting == 4)
        gun.unplug()

        with pytest.raises(serial.SerialException):
            port.read(1)


def a_grab_hides_a_gun_from_other_readers_and_from_a_second_grab(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    ours, other = _opened(bench, gun), _opened(bench, gun)

    ours.grab()
    gun.type("123")

    assert _pressed(ours, 4) == ["KEY_1", "KEY_2", "KEY_3", "KEY_ENTER"]
    assert other.read_one() is None
    assert _error_of(other.grab) == errno.EBUSY


def two_equal_keyboard_guns_differ_by_serial_number_and_place(bench: Bench) -> None:
    guns = [bench.keyboard_gun("A17", LEFT), bench.keyboard_gun("B04", RIGHT)]
    devices = [_opened(bench, gun) for gun in guns]

    assert [device.uniq for device in devices] == ["A17", "B04"]
    assert len({device.phys for device in devices}) == 2


def a_reader_that_falls_behind_is_told_that_keys_were_dropped(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    device = _opened(bench, gun)

    gun.type("7" * 101, pause_seconds=0)

    assert (ecodes.EV_SYN, ecodes.SYN_DROPPED) in {(event.type, event.code) for event in device.read()}


def an_ordinary_user_sees_no_input_devices_at_all(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)

    assert as_ordinary_user(list_devices) == "[]"
    assert "PermissionError(13" in as_ordinary_user(lambda: InputDevice(gun.nodes[0]))


def an_unplugged_keyboard_gun_ends_with_no_such_device(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    device = _opened(bench, gun)

    gun.unplug()

    assert _error_of(device.read_one) == errno.ENODEV


def a_hid_pos_gun_is_no_keyboard_and_shows_its_usage_page(bench: Bench) -> None:
    keyboards = list_devices()
    bench.pos_gun("P1")

    assert [found["serial_number"] for found in hidraw.enumerate() if found["usage_page"] == 0x8C] == ["P1"]
    assert list_devices() == keyboards


def of_many_unread_reports_only_the_first_are_kept(bench: Bench) -> None:
    gun = bench.pos_gun("P1")
    device = hidraw.device()
    device.open_path(gun.nodes[0].encode())
    try:
        gun.report(*(report for number in range(100) for report in pos_reports(f"{number:03}")))
        kept = [bytes(report[2:5]) for report in iter(lambda: device.read(64, 500), [])]
    finally:
        device.close()

    assert kept == [b"%03d" % number for number in range(63)], kept


def _opened(bench: Bench, gun: KeyboardGun) -> InputDevice[str]:
    device = InputDevice(gun.nodes[0])
    bench.callback(device.close)
    return device


def _pressed(device: InputDevice[str], count: int) -> list[object]:
    """Return the names of the next *count* keys that go down."""
    names: list[object] = []

    def all_came() -> bool:
        while (event := device.read_one()) is not None:
            if event.type == ecodes.EV_KEY and event.value == 1:
                names.append(ecodes.KEY[event.code])
        return len(names) >= count

    wait_for(all_came)
    return names


def _error_of(call: Callable[[], object]) -> int | None:
    """Return the number of the error that *call* ends with at last."""

    def number() -> int | None:
        try:
            call()
        except OSError as error:
            return error.errno
        return None

    return wait_for(number)


CHECKS = (
    two_equal_serial_guns_are_listed_with_their_own_serial_numbers,
    a_gun_that_comes_back_while_its_old_port_is_open_gets_another_name,
    pulling_the_plug_drops_what_nobody_has_read,
    a_grab_hides_a_gun_from_other_readers_and_from_a_second_grab,
    two_equal_keyboard_guns_differ_by_serial_number_and_place,
    a_reader_that_falls_behind_is_told_that_keys_were_dropped,
    an_ordinary_user_sees_no_input_devices_at_all,
    an_unplugged_keyboard_gun_ends_with_no_such_device,
    a_hid_pos_gun_is_no_keyboard_and_shows_its_usage_page,
    of_many_unread_reports_only_the_first_are_kept,
)
