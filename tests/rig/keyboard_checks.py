"""The station's source for scanners that type, on real input devices."""

import threading
import time

from bench import Bench, as_ordinary_user
from evdev import InputDevice, UInput, ecodes
from guns import LEFT, RIGHT, KeyboardGun, wait_for
from witness import Witness

from traitortrack_desktop.devices.evdev_scanner import EvdevScanner
from traitortrack_desktop.devices.input_listener import InputDeviceListener
from traitortrack_desktop.devices.input_nodes import attached_input_devices
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import SET_UP_CODE, Connection, ScannerProfile
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

COMPLETE, PARTIAL = FrameKind.COMPLETE, FrameKind.PARTIAL

_DOUBT_SECONDS = 0.7
"""What a scanner sends sooner after it was opened may be the end of a reading, and is no whole one."""


def what_a_grabbed_gun_types_comes_whole_and_reaches_nobody_else(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    desktop = _desktop(bench, gun)
    witness = _listening(bench, gun)

    gun.type("Bag-0042-xYz")
    gun.type(SET_UP_CODE)

    witness.sees((COMPLETE, "Bag-0042-xYz"), (COMPLETE, SET_UP_CODE))
    assert desktop.read_one() is None


def readings_are_stamped_by_the_monotonic_clock(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    witness = _listening(bench, gun)

    before = time.monotonic_ns() // 1_000_000
    gun.type("123")

    witness.sees((COMPLETE, "123"))
    started, ended = witness.frames[0].started_ms, witness.frames[0].ended_ms
    assert started is not None
    assert ended is not None
    assert before <= started <= ended <= time.monotonic_ns() // 1_000_000


def two_guns_that_type_at_the_same_moment_give_both_scans_whole(bench: Bench) -> None:
    guns = [bench.keyboard_gun("A17", LEFT), bench.keyboard_gun("B04", RIGHT)]
    witnesses = [_listening(bench, gun) for gun in guns]
    codes = [["AAAA-1111111111"] * 10, ["bbbb-2222222222"] * 10]

    threads = [
        threading.Thread(target=lambda gun=gun, texts=texts: [gun.type(text) for text in texts])
        for gun, texts in zip(guns, codes, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for witness, texts in zip(witnesses, codes, strict=True):
        witness.sees(*((COMPLETE, text) for text in texts))
    (first, last), (other_first, other_last) = (
        (witness.frames[0].started_ms or 0, witness.frames[-1].ended_ms or 0) for witness in witnesses
    )
    assert max(first, other_first) < min(last, other_last), "they did not overlap"


def a_gun_that_another_program_has_grabbed_is_told_and_taken_when_it_is_free(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    other = _desktop(bench, gun)
    other.grab()
    witness = _started(bench, gun)
    witness.sees_light(ready=False, problem=ScannerProblem.BUSY)

    other.ungrab()

    witness.sees_light(ready=True)


def a_plug_pulled_inside_a_scan_leaves_a_part_and_a_lost_wedge(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    witness = _listening(bench, gun)
    gun.type("123", enter=False)
    wait_for(lambda: witness.keys == 3)

    gun.unplug()

    witness.sees((PARTIAL, "123"))
    witness.sees_light(ready=False, problem=ScannerProblem.LOST, seconds=1)


def a_gun_comes_back_although_its_twin_has_got_its_name(bench: Bench) -> None:
    gun, twin = bench.keyboard_gun("A17", LEFT), bench.keyboard_gun("B04", RIGHT)
    twin.unplug()
    before = gun.nodes
    witness = _listening(bench, gun)
    gun.unplug()
    witness.sees_light(ready=False, problem=ScannerProblem.LOST)

    twin.plug(LEFT)
    assert twin.nodes == before
    desktop = _desktop(bench, twin)
    gun.plug(RIGHT)
    witness.sees_light(ready=True)
    time.sleep(_DOUBT_SECONDS)
    twin.type("222")
    gun.type("111")

    witness.sees((COMPLETE, "111"))
    wait_for(desktop.read_one)


def keys_that_the_kernel_dropped_make_a_part_and_never_a_scan(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    witness = _listening(bench, gun)
    witness.may_go_on.clear()
    bench.callback(witness.may_go_on.set)
    gun.type("1")
    wait_for(lambda: witness.frames)

    gun.type("7" * 101)
    gun.type("8" * 101)
    time.sleep(_DOUBT_SECONDS)
    witness.may_go_on.set()
    wait_for(lambda: len(witness.frames) > 1)
    time.sleep(_DOUBT_SECONDS)
    gun.type("9-WHOLE")
    wait_for(lambda: witness.readings[-1] == (COMPLETE, "9-WHOLE"))

    assert [kind for kind, _ in witness.readings[1:-1]] == [PARTIAL] * (len(witness.frames) - 2)


def keyboards_and_guns_that_were_not_paired_are_left_alone(bench: Bench) -> None:
    gun, twin = bench.keyboard_gun("A17", LEFT), bench.keyboard_gun("B04", RIGHT)
    keyboard = UInput({ecodes.EV_KEY: list(range(1, 100))}, name="Clerk's keyboard")
    bench.callback(keyboard.close)
    wait_for(lambda: "Clerk's keyboard" in {device.label for device in attached_input_devices()})
    _listening(bench, gun)
    clerk, other = InputDevice(keyboard.device), _desktop(bench, twin)
    bench.callback(clerk.close)

    keyboard.write(ecodes.EV_KEY, ecodes.KEY_A, 1)
    keyboard.syn()
    twin.type("222")

    wait_for(clerk.read_one)
    wait_for(other.read_one)


def a_gun_with_two_keyboards_inside_is_one_gun(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT, interfaces=2)
    wait_for(lambda: len(gun.nodes) == 2)
    witness = _listening(bench, gun)

    gun.type("111", interface=1)
    witness.sees((COMPLETE, "111"))
    gun.type("222", interface=0)

    witness.sees((COMPLETE, "111"), (COMPLETE, "222"))


def guns_with_the_same_serial_number_are_told_apart_by_their_ports(bench: Bench) -> None:
    guns = [bench.keyboard_gun("0000", LEFT), bench.keyboard_gun("0000", RIGHT)]
    witnesses = [_listening(bench, gun) for gun in guns]

    for gun, witness in zip(guns, witnesses, strict=True):
        gun.type(f"{gun.port}{gun.port}")
        witness.sees((COMPLETE, f"{gun.port}{gun.port}"))


def the_set_up_hears_a_gun_and_so_does_the_desktop(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    desktop = _desktop(bench, gun)
    heard: list[HeardReading] = []
    listener = InputDeviceListener(_as_attached(gun), heard.append)
    listener.start()
    bench.callback(listener.stop)
    time.sleep(_DOUBT_SECONDS)

    gun.type(SET_UP_CODE)

    wait_for(lambda: heard)
    assert (heard[0].raw, heard[0].terminated) == (f"{SET_UP_CODE}\r".encode(), True), heard
    assert desktop.read_one() is not None


def a_stopped_source_gives_the_gun_back_to_the_desktop(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)
    desktop = _desktop(bench, gun)
    with Bench() as short:
        _listening(short, gun)

    gun.type("1")

    wait_for(desktop.read_one)


def an_ordinary_user_is_told_that_the_permission_for_a_wedge_is_missing(bench: Bench) -> None:
    gun = bench.keyboard_gun("A17", LEFT)

    def light() -> object:
        with Bench() as own:
            witness = _started(own, gun)
            witness.sees_light(ready=False, problem=ScannerProblem.NO_PERMISSION)
            return attached_input_devices()[-1].problem

    assert "no_permission" in as_ordinary_user(light)


def _desktop(bench: Bench, gun: KeyboardGun) -> InputDevice[str]:
    """Return a reader without a grab, as the desktop is one."""
    device = InputDevice(gun.nodes[0])
    bench.callback(device.close)
    return device


def _as_attached(gun: KeyboardGun) -> AttachedDevice:
    return next(device for device in attached_input_devices() if device.place in gun.nodes)


def _started(bench: Bench, gun: KeyboardGun) -> Witness:
    """Start a source for *gun*, as the set-up saw it."""
    witness = Witness()
    profile = ScannerProfile(
        name=gun.serial, connection=Connection.INPUT_DEVICE, identity=_as_attached(gun).identity
    )
    bench.start(EvdevScanner(profile, witness.outlets))
    return witness


def _listening(bench: Bench, gun: KeyboardGun) -> Witness:
    """Start a source for *gun*, and wait until what it sends counts."""
    witness = _started(bench, gun)
    witness.sees_light(ready=True)
    time.sleep(_DOUBT_SECONDS)
    return witness


CHECKS = (
    what_a_grabbed_gun_types_comes_whole_and_reaches_nobody_else,
    readings_are_stamped_by_the_monotonic_clock,
    two_guns_that_type_at_the_same_moment_give_both_scans_whole,
    a_gun_that_another_program_has_grabbed_is_told_and_taken_when_it_is_free,
    a_plug_pulled_inside_a_scan_leaves_a_part_and_a_lost_wedge,
    a_gun_comes_back_although_its_twin_has_got_its_name,
    keys_that_the_kernel_dropped_make_a_part_and_never_a_scan,
    a_gun_with_two_keyboards_inside_is_one_gun,
    guns_with_the_same_serial_number_are_told_apart_by_their_ports,
    the_set_up_hears_a_gun_and_so_does_the_desktop,
    keyboards_and_guns_that_were_not_paired_are_left_alone,
    a_stopped_source_gives_the_gun_back_to_the_desktop,
    an_ordinary_user_is_told_that_the_permission_for_a_wedge_is_missing,
)
