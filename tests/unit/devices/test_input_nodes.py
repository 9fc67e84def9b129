import errno
import select
import sys

import pytest
from fakes.input_devices import FakeDevice, FakeInputDevices

from traitortrack_desktop.devices import input_nodes
from traitortrack_desktop.devices.input_nodes import LinuxInputDevices, attached_input_devices
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity
from traitortrack_desktop.services.events import ScannerProblem

KEYBOARD_KEYS = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
"""What the kernel says of an ordinary keyboard: words of 64 bits, the highest first."""
POWER_BUTTON_KEYS = "10000000000000 0"


@pytest.fixture
def computer(tmp_path):
    """A folder as /sys/class/input is one, and one as /dev/input is."""
    return Computer(tmp_path)


class Computer:
    def __init__(self, folder):
        self.sysfs, self.dev = folder / "sys", folder / "dev"
        self.sysfs.mkdir()
        self.dev.mkdir()

    def attach(
        self, number, *, name="A gun", vendor=0x1EAB, product=0x22, phys="", uniq="", keys=KEYBOARD_KEYS
    ):
        device = self.sysfs / f"event{number}" / "device"
        (device / "capabilities").mkdir(parents=True)
        (device / "id").mkdir()
        (device / "capabilities" / "key").write_text(f"{keys}\n")
        (device / "id" / "vendor").write_text(f"{vendor:04x}\n")
        (device / "id" / "product").write_text(f"{product:04x}\n")
        for attribute, text in (("name", name), ("phys", phys), ("uniq", uniq)):
            (device / attribute).write_text(f"{text}\n")
        (self.dev / f"event{number}").touch()

    @property
    def devices(self):
        return LinuxInputDevices(self.sysfs, self.dev)


def test_a_gun_is_described_by_its_serial_number_and_its_place(computer):
    computer.attach(7, phys="usb-0000:00:14.0-1.2/input0", uniq="A17")

    (gun,) = computer.devices.described()

    assert gun.identity == DeviceIdentity(
        vendor=0x1EAB, product=0x22, serial="A17", location="usb-0000:00:14.0-1.2", name="A gun"
    )
    assert gun.paths == (str(computer.dev / "event7"),)


def test_the_nodes_of_one_device_belong_together(computer):
    computer.attach(10, phys="usb-1-1.2/input1")
    computer.attach(9, phys="usb-1-1.2/input0")
    computer.attach(8, phys="usb-1-1.3/input0")

    described = computer.devices.described()

    assert [len(each.paths) for each in described] == [1, 2]


def test_what_cannot_press_enter_is_left_out(computer):
    computer.attach(0, name="Power Button", keys=POWER_BUTTON_KEYS)

    assert computer.devices.described() == []


def test_a_device_that_vanishes_while_it_is_described_is_left_out(computer):
    computer.attach(7)
    (computer.sysfs / "event7" / "device" / "uniq").unlink()

    assert computer.devices.described() == []


def test_a_computer_without_input_devices_has_none(tmp_path):
    assert LinuxInputDevices(tmp_path / "no", tmp_path / "no").described() == []


def test_the_attached_devices_are_listed_without_opening_one():
    gun = FakeDevice(DeviceIdentity(vendor=1, product=2, serial="A17"))

    (attached,) = attached_input_devices(FakeInputDevices(gun))

    assert (attached.connection, attached.place, attached.problem) == (
        Connection.INPUT_DEVICE,
        "/dev/input/event7",
        None,
    )
    assert gun.opened == []


def test_what_has_no_letters_is_not_listed():
    assert attached_input_devices(FakeInputDevices(FakeDevice(DeviceIdentity(), has_letters=False))) == ()


def test_a_serial_number_that_several_carry_tells_nothing_apart():
    guns = [
        FakeDevice(DeviceIdentity(vendor=1, product=2, serial="0000", location=place), paths=(place,))
        for place in ("1-1", "1-2")
    ]

    keys = [each.identity.key for each in attached_input_devices(FakeInputDevices(*guns))]

    assert keys == ["usb:0001:0002@1-1", "usb:0001:0002@1-2"]


def test_a_device_that_may_not_be_read_is_listed_with_the_reason():
    gun = FakeDevice(DeviceIdentity(vendor=1, product=2), may_be_read=False)

    (attached,) = attached_input_devices(FakeInputDevices(gun))

    assert attached.problem is ScannerProblem.NO_PERMISSION


def test_permission_is_asked_of_the_kernel_and_of_nobody_else(computer):
    computer.attach(7)
    before = computer.devices.described()[0].may_be_read
    (computer.dev / "event7").unlink()  # What root may not read either.

    assert (before, computer.devices.described()[0].may_be_read) == (True, False)


def test_without_evdev_devices_are_listed_as_not_supported(monkeypatch):
    monkeypatch.setitem(sys.modules, "evdev", None)
    monkeypatch.setattr(input_nodes, "is_evdev_there", lambda: False)

    (attached,) = attached_input_devices(FakeInputDevices(FakeDevice(DeviceIdentity(vendor=1, product=2))))

    assert attached.problem is ScannerProblem.UNSUPPORTED


def test_without_evdev_opening_says_so(monkeypatch, computer):
    monkeypatch.setitem(sys.modules, "evdev", None)

    with pytest.raises(ModuleNotFoundError):
        computer.devices.open("/dev/input/event7")


def test_outside_linux_none_are_listed(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")

    assert attached_input_devices(FakeInputDevices(FakeDevice(DeviceIdentity(vendor=1, product=2)))) == ()


# The fake must behave as the real thing: select says there is something, reading says what.


def test_the_fake_node_has_nothing_to_read_until_something_comes():
    device = FakeDevice(DeviceIdentity(vendor=1, product=2))
    node = FakeInputDevices(device).open("/dev/input/event7")

    assert select.select([node.fileno()], [], [], 0)[0] == []
    with pytest.raises(BlockingIOError):
        list(node.read())
    node.close()


def test_the_fake_node_that_was_unplugged_wakes_and_says_that_it_is_gone():
    device = FakeDevice(DeviceIdentity(vendor=1, product=2))
    node = FakeInputDevices(device).open("/dev/input/event7")
    device.unplug()

    assert select.select([node.fileno()], [], [], 0)[0] == [node.fileno()]
    with pytest.raises(OSError, match="No such device") as gone:
        list(node.read())
    assert gone.value.errno == errno.ENODEV
    node.close()
