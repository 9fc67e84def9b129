"""Which ports there are, and on which of them a certain scanner is."""

from types import SimpleNamespace

import pytest

from traitortrack_desktop.devices import port_listing
from traitortrack_desktop.devices.port_listing import (
    SerialPort,
    devices_of,
    list_ports,
    place_among,
    place_of_name,
)
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity
from traitortrack_desktop.services.events import ScannerProblem


def usb(place, *, serial=None, location=None, product=0x22):
    return SerialPort(
        place=place, label="Gun", vendor=0x1EAB, product=product, serial=serial, location=location
    )


def identities(*ports):
    return [device.identity for device in devices_of(ports)]


def test_a_scanner_is_known_by_its_serial_number_wherever_it_is_plugged_in():
    (saved,) = identities(usb("/dev/ttyACM0", serial="A17", location="1-1"))
    assert place_among(saved, [usb("/dev/ttyACM5", serial="A17", location="1-2.3")]) == "/dev/ttyACM5"
    assert place_among(saved, [usb("/dev/ttyACM0", serial="B99", location="1-1")]) is None
    assert place_among(saved, [usb("/dev/ttyACM0", serial="A17", product=0x23)]) is None


def test_without_serial_number_a_scanner_is_known_by_its_usb_place():
    (saved,) = identities(usb("/dev/ttyACM0", location="1-1"))
    ports = [usb("/dev/ttyACM0", location="1-2"), usb("/dev/ttyACM1", location="1-1")]
    assert place_among(saved, ports) == "/dev/ttyACM1"
    assert place_among(saved, ports[:1]) is None


def test_two_scanners_with_the_same_serial_number_are_told_apart_by_their_usb_places():
    first, second = (
        usb("/dev/ttyACM0", serial="0123", location="1-1"),
        usb("/dev/ttyACM1", serial="0123", location="1-2"),
    )
    left, right = identities(first, second)
    assert left.key != right.key
    moved = [
        usb("/dev/ttyACM1", serial="0123", location="1-1"),
        usb("/dev/ttyACM0", serial="0123", location="1-2"),
    ]
    assert (place_among(left, moved), place_among(right, moved)) == ("/dev/ttyACM1", "/dev/ttyACM0")
    assert (place_among(left, moved[:1]), place_among(right, moved[:1])) == ("/dev/ttyACM1", None)


def test_one_paired_before_its_twin_came_is_found_at_its_old_place_or_not_at_all():
    (saved,) = identities(usb("/dev/ttyACM0", serial="0123", location="1-1"))
    twins = [
        usb("/dev/ttyACM0", serial="0123", location="1-2"),
        usb("/dev/ttyACM1", serial="0123", location="1-1"),
    ]
    assert place_among(saved, twins) == "/dev/ttyACM1"
    moved = [
        usb("/dev/ttyACM0", serial="0123", location="1-3"),
        usb("/dev/ttyACM1", serial="0123", location="1-4"),
    ]
    assert place_among(saved, moved) is None


def test_two_ports_that_say_the_same_of_themselves_are_taken_for_neither():
    saved = DeviceIdentity(vendor=0x1EAB, product=0x22, location="1-1")
    assert (
        place_among(saved, [usb("/dev/ttyUSB0", location="1-1"), usb("/dev/ttyUSB1", location="1-1")]) is None
    )


def test_a_usb_port_that_tells_nothing_of_itself_is_known_by_name_and_model():
    (saved,) = identities(usb("COM5"))
    assert place_among(saved, [usb("COM4"), usb("COM5")]) == "COM5"
    assert place_among(saved, [usb("COM5", product=0x23)]) is None


def test_a_port_that_is_no_usb_device_is_known_by_its_name(tmp_path):
    place = tmp_path / "rfcomm0"
    place.touch()
    (saved,) = identities(SerialPort(place=str(place), label="rfcomm0"))
    assert saved == DeviceIdentity(name=str(place))
    assert place_among(saved, []) == str(place)
    place.unlink()
    assert place_among(saved, []) is None


def test_on_windows_a_name_is_tried_without_looking(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    assert place_of_name("COM7") == "COM7"


def test_a_port_is_shown_as_its_maker_calls_it():
    (device,) = devices_of([usb("/dev/ttyACM0", serial="A17", location="1-1")])
    assert (device.connection, device.place, device.label) == (Connection.SERIAL, "/dev/ttyACM0", "Gun")


@pytest.fixture
def system(monkeypatch):
    def has(*ports):
        listed = [
            SimpleNamespace(
                **{
                    "product": None,
                    "description": "n/a",
                    "vid": None,
                    "pid": None,
                    "serial_number": None,
                    "location": None,
                    **port,
                }
            )
            for port in ports
        ]
        monkeypatch.setattr(port_listing, "comports", lambda: listed)

    return has


def test_ports_without_hardware_are_left_out(system, tmp_path):
    for name, kind in {"ttyS0": "4\n", "ttyS1": "0\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "type").write_text(kind)
    system(*({"device": f"/dev/{name}"} for name in ("ttyS0", "ttyS1", "ttyGS0", "ttyACM0")))
    assert [port.place for port in list_ports(tmp_path)] == ["/dev/ttyACM0", "/dev/ttyS0"]


def test_a_port_that_this_user_may_not_open_says_so(system, tmp_path, monkeypatch):
    for name in ("ttyACM0", "ttyACM1"):
        (tmp_path / name).touch()
    system({"device": str(tmp_path / "ttyACM0")}, {"device": str(tmp_path / "ttyACM1")})
    monkeypatch.setattr("os.access", lambda place, _mode: place.endswith("0"))
    problems = [device.problem for device in devices_of(list_ports())]
    assert problems == [None, ScannerProblem.NO_PERMISSION]


def test_ports_come_in_the_order_of_their_numbers_and_with_names_people_know(system, tmp_path):
    system(
        {"device": "COM10", "description": "USB serial (COM10)"},
        {
            "device": "COM9",
            "product": "Gun",
            "description": "x",
            "vid": 1,
            "pid": 2,
            "serial_number": "",
            "location": "1-1",
        },
        {"device": "COM1"},
    )
    assert list_ports(tmp_path) == (
        SerialPort(place="COM1", label="COM1"),
        SerialPort(place="COM9", label="Gun", vendor=1, product=2, location="1-1"),
        SerialPort(place="COM10", label="USB serial (COM10)"),
    )


def test_this_computer_answers():
    assert all(port.place for port in list_ports())
