"""The station's serial source on real USB ports."""

import os
import threading
import time

import serial
from bench import Bench, as_ordinary_user
from guns import LEFT, RIGHT, SerialGun, wait_for
from witness import Witness

from traitortrack_desktop.devices.serial_ports import PortWatch, attached_ports, place_of
from traitortrack_desktop.devices.serial_scanner import SerialScanner
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Feedback, ScannerRole, SerialLine, Terminator
from traitortrack_desktop.services.events import ScannerProblem

COMPLETE, PARTIAL, NOISE = FrameKind.COMPLETE, FrameKind.PARTIAL, FrameKind.NOISE


def a_gun_is_heard_as_soon_as_it_is_plugged_in(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    witness = Witness()
    scanner = _scanner(witness, gun, SerialLine(), reconnect_hold=False)
    gun.unplug()
    bench.start(scanner)
    witness.sees_light(ready=False, problem=ScannerProblem.MISSING)

    gun.plug()

    witness.sees_light(ready=True)
    gun.send(b"PARENT-1\r")
    witness.sees((COMPLETE, "PARENT-1"))


def a_plug_pulled_inside_a_scan_leaves_a_part_and_a_lost_scanner(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    witness = _listening(bench, gun)
    witness.sees_light(ready=True)
    gun.send(b"BAG-")
    wait_for(lambda: witness.bytes == b"BAG-")

    gun.unplug()

    witness.sees((PARTIAL, "BAG-"))
    witness.sees_light(ready=False, problem=ScannerProblem.LOST, seconds=1)


def a_gun_that_comes_back_under_another_name_is_known_by_its_serial_number(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    before = gun.nodes
    witness = _listening(bench, gun)
    witness.sees_light(ready=True)
    bench.callback(os.close, os.open(before[0], os.O_RDWR | os.O_NOCTTY))

    gun.unplug()
    witness.sees_light(ready=False, problem=ScannerProblem.LOST)
    gun.plug()

    witness.sees_light(ready=True)
    assert gun.nodes != before
    gun.send(b"BAG-2\r")
    witness.sees((COMPLETE, "BAG-2"))


def two_equal_guns_that_change_places_keep_their_sources(bench: Bench) -> None:
    guns = [bench.serial_gun("A17", LEFT), bench.serial_gun("B04", RIGHT)]
    witnesses = [_listening(bench, gun) for gun in guns]
    for witness in witnesses:
        witness.sees_light(ready=True)

    for gun in guns:
        gun.unplug()
    for gun, witness, port in zip(guns, witnesses, (RIGHT, LEFT), strict=True):
        witness.sees_light(ready=False, problem=ScannerProblem.LOST)
        gun.plug(port)

    for gun, witness in zip(guns, witnesses, strict=True):
        witness.sees_light(ready=True)
        gun.send(gun.serial.encode() + b"\r")
        witness.sees((COMPLETE, gun.serial))


def guns_with_the_same_serial_number_are_told_apart_by_their_places(bench: Bench) -> None:
    guns = [bench.serial_gun("0000", LEFT), bench.serial_gun("0000", RIGHT)]
    witnesses = [_listening(bench, gun) for gun in guns]

    for gun, witness in zip(guns, witnesses, strict=True):
        witness.sees_light(ready=True)
        gun.send(b"%d%d\r" % (gun.port, gun.port))
        witness.sees((COMPLETE, f"{gun.port}{gun.port}"))


def the_watch_tells_of_a_gun_that_comes_and_goes(bench: Bench) -> None:
    seen: list[set[str]] = []
    watch = PortWatch(lambda ports: seen.append({port.place for port in ports}))
    watch.start()
    bench.callback(watch.stop)
    wait_for(lambda: seen)

    gun = bench.serial_gun("A17", LEFT)
    (place,) = gun.nodes
    wait_for(lambda: place in seen[-1])
    gun.unplug()

    wait_for(lambda: place not in seen[-1])


def five_hundred_codes_at_once_come_whole_and_in_order(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    witness = _listening(bench, gun)
    witness.sees_light(ready=True)
    codes = [f"CODE-{number:06}" for number in range(500)]

    began = time.monotonic()
    gun.send("".join(f"{code}\r\n" for code in codes).encode())
    print(f"        500 codes sent in {1000 * (time.monotonic() - began):.0f} ms")

    witness.sees(*((COMPLETE, code) for code in codes))


def what_waits_in_the_gun_when_its_port_is_opened_is_kept_whole(bench: Bench) -> None:
    codes = [f"CODE-{number:03}" for number in range(40)]
    # The port translates line ends from each plug until it is set up: a race, so more than one try.
    for _ in range(4):
        with Bench() as attempt:
            gun = attempt.serial_gun("A17", LEFT)
            gun.send("".join(f"{code}\r" for code in codes).encode())

            witness = _listening(attempt, gun, SerialLine(terminator=Terminator.CR), reconnect_hold=True)

            witness.sees(*((COMPLETE, code) for code in codes))
            assert all(frame.after_reconnect for frame in witness.frames)


def an_ordinary_user_is_told_that_the_permission_is_missing(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)

    def light() -> object:
        with Bench() as own:
            witness = _listening(own, gun)
            witness.sees_light(ready=False, problem=ScannerProblem.NO_PERMISSION)
            return witness.lights

    assert "no_permission" in as_ordinary_user(light)


def a_port_in_use_is_told_and_taken_when_it_is_free(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    with serial.Serial(gun.nodes[0], exclusive=True):
        witness = _listening(bench, gun)
        witness.sees_light(ready=False, problem=ScannerProblem.BUSY)

    witness.sees_light(ready=True)


def a_program_that_takes_the_gun_for_a_modem_makes_noise_and_no_scans(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    witness = _listening(bench, gun)
    witness.sees_light(ready=True)
    modem_manager = os.open(gun.nodes[0], os.O_RDWR | os.O_NOCTTY)  # as root, whom no lock keeps out
    bench.callback(os.close, modem_manager)

    os.write(modem_manager, b"AT\r")
    assert gun.heard() == b"AT\r"
    gun.send(b"AT\r\r\nOK\r\n")
    witness.sees((NOISE, "AT"), (NOISE, "OK"))
    witness.sees_light(ready=True, problem=ScannerProblem.MODEM)
    gun.send(b"BAG-7\r")

    witness.sees((NOISE, "AT"), (NOISE, "OK"), (COMPLETE, "BAG-7"))
    witness.sees_light(ready=True)


def a_gun_hears_its_own_signal(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    witness = Witness()
    scanner = _scanner(witness, gun, SerialLine(feedback=Feedback.BEL), reconnect_hold=False)
    bench.start(scanner)
    witness.sees_light(ready=True)

    scanner.answer(good=True)

    assert b"\x07" in gun.heard()


def a_stopped_source_lets_go_of_its_port(bench: Bench) -> None:
    gun = bench.serial_gun("A17", LEFT)
    with Bench() as short:
        _listening(short, gun).sees_light(ready=True)

    serial.Serial(gun.nodes[0], exclusive=True).close()
    assert not [thread for thread in threading.enumerate() if thread is not threading.main_thread()]


def _listening(
    bench: Bench, gun: SerialGun, line: SerialLine | None = None, *, reconnect_hold: bool = False
) -> Witness:
    witness = Witness()
    bench.start(_scanner(witness, gun, line or SerialLine(), reconnect_hold=reconnect_hold))
    return witness


def _scanner(witness: Witness, gun: SerialGun, line: SerialLine, *, reconnect_hold: bool) -> SerialScanner:
    """Return a source for *gun*, which the set-up saw while it was plugged in."""
    identity = next(port.identity for port in attached_ports() if port.place in gun.nodes)
    return SerialScanner(
        source=identity.key,
        name=gun.serial,
        role=ScannerRole.ANY,
        line=line,
        place=lambda: place_of(identity),
        outlets=witness.outlets,
        reconnect_hold=reconnect_hold,
    )


CHECKS = (
    a_gun_is_heard_as_soon_as_it_is_plugged_in,
    a_plug_pulled_inside_a_scan_leaves_a_part_and_a_lost_scanner,
    a_gun_that_comes_back_under_another_name_is_known_by_its_serial_number,
    two_equal_guns_that_change_places_keep_their_sources,
    guns_with_the_same_serial_number_are_told_apart_by_their_places,
    the_watch_tells_of_a_gun_that_comes_and_goes,
    five_hundred_codes_at_once_come_whole_and_in_order,
    what_waits_in_the_gun_when_its_port_is_opened_is_kept_whole,
    an_ordinary_user_is_told_that_the_permission_is_missing,
    a_port_in_use_is_told_and_taken_when_it_is_free,
    a_program_that_takes_the_gun_for_a_modem_makes_noise_and_no_scans,
    a_gun_hears_its_own_signal,
    a_stopped_source_lets_go_of_its_port,
)
