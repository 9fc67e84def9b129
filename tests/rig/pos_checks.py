"""The station's source for HID-POS scanners, on real raw devices."""

import time

from bench import Bench, as_ordinary_user
from guns import LEFT, RIGHT, PosGun, UsbPosGun, pos_reports, wait_for
from witness import Witness

from traitortrack_desktop.devices.hid_devices import attached_hid_pos
from traitortrack_desktop.devices.hid_pos import HidPosScanner
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Connection, ScannerProfile
from traitortrack_desktop.services.events import ScannerProblem

COMPLETE, PARTIAL = FrameKind.COMPLETE, FrameKind.PARTIAL
LONG = "0123456789" * 20
"""Takes four reports."""

_DOUBT_SECONDS = 0.7
"""What a scanner sends sooner after it was opened may be the end of a reading, and is no whole one."""


def a_code_in_several_reports_comes_whole_over_bluetooth(bench: Bench) -> None:
    _gives_whole_codes(bench, bench.pos_gun("P1"))


def a_code_in_several_reports_comes_whole_over_usb(bench: Bench) -> None:
    _gives_whole_codes(bench, bench.usb_pos_gun("P1", LEFT))


def a_hid_pos_gun_unplugged_between_two_reports_leaves_a_part_and_comes_back(bench: Bench) -> None:
    gun = bench.pos_gun("P1")
    witness = _listening(bench, gun)
    gun.report(*pos_reports(LONG)[:2])
    wait_for(lambda: len(witness.bytes) >= 128)

    gun.unplug()
    witness.sees((PARTIAL, "]C0" + LONG[:112]))
    witness.sees_light(ready=False, problem=ScannerProblem.LOST, seconds=1)
    gun.plug()

    witness.sees_light(ready=True)
    time.sleep(_DOUBT_SECONDS)
    gun.report(*pos_reports("AFTER"))
    witness.sees((PARTIAL, "]C0" + LONG[:112]), (COMPLETE, "]C0AFTER"))


def two_equal_hid_pos_guns_that_change_places_keep_their_sources(bench: Bench) -> None:
    guns = [bench.usb_pos_gun("P1", LEFT), bench.usb_pos_gun("P2", RIGHT)]
    witnesses = [_listening(bench, gun) for gun in guns]

    for gun in guns:
        gun.unplug()
    for gun, witness, port in zip(guns, witnesses, (RIGHT, LEFT), strict=True):
        witness.sees_light(ready=False, problem=ScannerProblem.LOST)
        gun.plug(port)

    for gun, witness in zip(guns, witnesses, strict=True):
        witness.sees_light(ready=True)
        time.sleep(_DOUBT_SECONDS)
        gun.report(*pos_reports(gun.serial))
        witness.sees((COMPLETE, "]C0" + gun.serial))


def fifty_readings_at_once_come_whole_and_in_order(bench: Bench) -> None:
    gun = bench.usb_pos_gun("P1", LEFT)
    witness = _listening(bench, gun)
    codes = [f"CODE-{number:03}" for number in range(50)]

    gun.report(*(report for code in codes for report in pos_reports(code)))

    witness.sees(*((COMPLETE, "]C0" + code) for code in codes))


def an_ordinary_user_is_told_that_the_permission_for_hid_pos_is_missing(bench: Bench) -> None:
    gun = bench.pos_gun("P1")

    def light() -> object:
        with Bench() as own:
            witness = _started(own, gun)
            witness.sees_light(ready=False, problem=ScannerProblem.NO_PERMISSION)
            return witness.lights

    assert "no_permission" in as_ordinary_user(light)


def _gives_whole_codes(bench: Bench, gun: PosGun | UsbPosGun) -> None:
    witness = _listening(bench, gun)

    gun.report(*pos_reports("SHORT"), *pos_reports(LONG))

    witness.sees((COMPLETE, "]C0SHORT"), (COMPLETE, "]C0" + LONG))


def _started(bench: Bench, gun: PosGun | UsbPosGun) -> Witness:
    """Start a source for *gun*, as the set-up saw it."""
    identity = next(device.identity for device in attached_hid_pos() if device.place in gun.nodes)
    witness = Witness()
    profile = ScannerProfile(name=gun.serial, connection=Connection.HID_POS, identity=identity)
    bench.start(HidPosScanner(profile, witness.outlets))
    return witness


def _listening(bench: Bench, gun: PosGun | UsbPosGun) -> Witness:
    """Start a source for *gun*, and wait until what it sends counts."""
    witness = _started(bench, gun)
    witness.sees_light(ready=True)
    time.sleep(_DOUBT_SECONDS)
    return witness


CHECKS = (
    a_code_in_several_reports_comes_whole_over_bluetooth,
    a_code_in_several_reports_comes_whole_over_usb,
    a_hid_pos_gun_unplugged_between_two_reports_leaves_a_part_and_comes_back,
    two_equal_hid_pos_guns_that_change_places_keep_their_sources,
    fifty_readings_at_once_come_whole_and_in_order,
    an_ordinary_user_is_told_that_the_permission_for_hid_pos_is_missing,
)
