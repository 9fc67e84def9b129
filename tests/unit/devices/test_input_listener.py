import queue

import pytest
from fakes.input_devices import FakeDevice, FakeInputDevices

from traitortrack_desktop.devices.input_listener import InputDeviceListener
from traitortrack_desktop.devices.input_nodes import attached_input_devices
from traitortrack_desktop.domain.scanners import SET_UP_CODE, DeviceIdentity


@pytest.fixture
def gun():
    return FakeDevice(
        DeviceIdentity(vendor=1, product=2, serial="A17"), paths=("/dev/input/event7", "/dev/input/event8")
    )


@pytest.fixture
def heard():
    return queue.Queue()


@pytest.fixture
def listening(gun, heard):
    devices = FakeInputDevices(gun)
    listener = InputDeviceListener(attached_input_devices(devices)[0], heard.put, devices=devices)
    listener.start()
    while len(gun.nodes) < 2:
        pass
    yield listener
    listener.stop()


def test_a_set_up_code_from_any_node_is_heard(listening, gun, heard):
    gun.type_text(f"{SET_UP_CODE}\n", node=1)

    reading = heard.get(timeout=20)

    assert (reading.device.place, reading.raw) == ("/dev/input/event7", f"{SET_UP_CODE}\r".encode())


def test_listening_grabs_nothing(listening, gun, heard):
    gun.type_text(f"{SET_UP_CODE}\n")
    heard.get(timeout=20)
    listening.stop()

    assert gun.grab_history == []


def test_the_device_is_closed_at_the_end(listening, gun):
    listening.stop()

    assert gun.nodes == []


def test_what_the_kernel_dropped_teaches_nothing(listening, gun, heard):
    gun.type_text(SET_UP_CODE[:8])
    gun.drop()
    gun.at_ms += 2000
    gun.type_text(f"{SET_UP_CODE}\n")

    assert heard.get(timeout=20).raw == f"{SET_UP_CODE}\r".encode()


def test_an_unplugged_device_ends_the_thread(listening, gun):
    gun.unplug()
    listening._thread.join(20)

    assert not listening._thread.is_alive()


def test_a_listener_that_was_never_started_can_be_stopped(gun):
    devices = FakeInputDevices(gun)

    InputDeviceListener(attached_input_devices(devices)[0], print, devices=devices).stop()

    assert gun.opened == []
