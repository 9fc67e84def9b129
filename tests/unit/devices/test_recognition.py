from dataclasses import replace

import pytest

from traitortrack_desktop.devices.recognition import distinct, the_paired_one
from traitortrack_desktop.domain.scanners import DeviceIdentity

GUN = DeviceIdentity(vendor=1, product=2, serial="A17", location="1-1.2")
WITHOUT_SERIAL = replace(GUN, serial=None)


def found(paired, *attached):
    return the_paired_one(paired, [(each, number) for number, each in enumerate(attached)])


def test_a_gun_is_found_by_its_serial_number_in_another_place():
    assert found(GUN, replace(GUN, serial="B"), replace(GUN, location="2-1")) == 1


def test_a_gun_without_serial_number_is_found_by_its_place():
    assert found(WITHOUT_SERIAL, replace(WITHOUT_SERIAL, location="2-1"), WITHOUT_SERIAL) == 1


def test_a_gun_that_was_paired_beside_its_double_is_found_by_its_place():
    assert found(WITHOUT_SERIAL, GUN) == 0


@pytest.mark.parametrize(
    "other",
    [replace(GUN, product=3), replace(GUN, serial="B"), WITHOUT_SERIAL, DeviceIdentity(name="COM3")],
)
def test_another_device_is_never_taken_for_it(other):
    assert found(GUN, other) is None


def test_doubles_in_places_that_say_nothing_are_all_refused():
    assert found(GUN, replace(GUN, location="3-1"), replace(GUN, location="3-2")) is None


def test_only_serial_numbers_that_several_carry_are_taken_away():
    other = replace(GUN, serial="B")

    assert distinct([GUN, other, replace(GUN, location="2-1")]) == [
        WITHOUT_SERIAL,
        other,
        replace(WITHOUT_SERIAL, location="2-1"),
    ]
