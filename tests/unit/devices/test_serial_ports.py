"""Ports that come and go are noticed, and asked for no oftener than their system bears."""

import queue
import sys
import threading

import pytest

from traitortrack_desktop.devices.port_listing import SerialPort
from traitortrack_desktop.devices.port_process import PortsUnknownError
from traitortrack_desktop.devices.serial_ports import (
    PortsOfLinux,
    PortsOfWindows,
    PortWatch,
    attached_ports,
    place_of,
    ports_of_this_computer,
)
from traitortrack_desktop.domain.scanners import DeviceIdentity

LEFT = SerialPort(
    place="/dev/ttyACM0", label="Gun", vendor=0x1EAB, product=0x22, serial="A17", location="1-1"
)
RIGHT = SerialPort(
    place="/dev/ttyACM1", label="Gun", vendor=0x1EAB, product=0x22, serial="B18", location="1-2"
)


class Ports:
    """A system whose ports a test plugs in and pulls out."""

    def __init__(self, *ports, seconds=0.01, signature=None):
        self.now = ports
        self.seconds = seconds
        self.named = signature
        self.error = None
        self.asked = 0
        self.looked = threading.Semaphore(0)
        self.closed = False

    def signature(self):
        self.looked.release()
        return self.named

    def list_ports(self):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.now

    def place_of(self, identity, last_seen):
        return [port.place for port in last_seen]

    def give_up(self):
        pass

    def close(self):
        self.closed = True

    def after_looks(self, count):
        for _ in range(count):
            assert self.looked.acquire(timeout=10)


class Heard:
    def __init__(self):
        self.changes = queue.SimpleQueue()

    def __call__(self, devices):
        self.changes.put([device.place for device in devices])

    def next(self):
        return self.changes.get(timeout=10)


@pytest.fixture
def watching():
    started = []

    def start(ports, heard=None):
        watch = PortWatch(heard or Heard(), ports=ports)
        watch.start()
        started.append((watch, ports))
        return watch

    yield start
    for watch, ports in started:
        watch.stop()
        assert ports.closed


def test_the_first_look_is_told_also_when_nothing_is_there(watching):
    heard = Heard()
    watching(Ports(), heard)
    assert heard.next() == []


def test_a_port_that_comes_or_goes_is_told_once(watching):
    heard, ports = Heard(), Ports(LEFT)
    watch = watching(ports, heard)
    assert heard.next() == [LEFT.place]
    ports.now = (LEFT, RIGHT)
    assert heard.next() == [LEFT.place, RIGHT.place]
    assert [device.place for device in watch.attached()] == [LEFT.place, RIGHT.place]
    ports.now = (RIGHT,)
    assert heard.next() == [RIGHT.place]
    ports.after_looks(5)
    assert heard.changes.empty()


def test_another_scanner_under_the_same_name_is_a_change(watching):
    heard, ports = Heard(), Ports(LEFT)
    watching(ports, heard)
    heard.next()
    ports.now = (SerialPort(place=LEFT.place, label="Gun", vendor=0x1EAB, product=0x22, serial="B18"),)
    assert heard.next() == [LEFT.place]


@pytest.mark.parametrize("error", [OSError("no list"), PortsUnknownError("not in time"), ZeroDivisionError()])
def test_a_look_that_fails_changes_nothing_and_the_next_one_counts(watching, error):
    heard, ports = Heard(), Ports(LEFT)
    watch = watching(ports, heard)
    heard.next()
    ports.error = error
    ports.after_looks(4)
    assert [device.place for device in watch.attached()] == [LEFT.place]
    ports.now, ports.error = (RIGHT,), None
    assert heard.next() == [RIGHT.place]


def test_a_listener_that_fails_ends_no_watch(watching):
    told = queue.SimpleQueue()

    def fails(devices):
        told.put(devices)
        raise ValueError("a broken listener")

    ports = Ports(LEFT)
    watching(ports, fails)
    told.get(timeout=10)
    ports.now = ()
    assert told.get(timeout=10) == ()


def test_a_costly_system_is_asked_only_when_its_names_changed(watching):
    heard, ports = Heard(), Ports(LEFT, signature=frozenset({"COM3"}))
    watching(ports, heard)
    heard.next()
    ports.after_looks(6)
    assert ports.asked == 1
    ports.now, ports.named = (LEFT, RIGHT), frozenset({"COM3", "COM4"})
    assert heard.next() == [LEFT.place, RIGHT.place]
    assert ports.asked == 2


def test_a_costly_system_that_did_not_answer_is_asked_again(watching):
    heard, ports = Heard(), Ports(LEFT, signature=frozenset({"COM3"}))
    ports.error = PortsUnknownError("not in time")
    watching(ports, heard)
    ports.after_looks(3)
    ports.error = None
    assert heard.next() == [LEFT.place]


def test_it_looks_at_once_when_told_to_also_where_the_names_are_the_same(watching):
    heard, ports = Heard(), Ports(LEFT, seconds=600, signature=frozenset({"COM3"}))
    watch = watching(ports, heard)
    heard.next()
    ports.now = (RIGHT,)
    watch.look_again()
    assert heard.next() == [RIGHT.place]


def test_a_place_is_asked_for_with_what_was_seen_last(watching):
    heard, ports = Heard(), Ports(LEFT)
    watch = watching(ports, heard)
    heard.next()
    assert watch.place_of(DeviceIdentity(name="x")) == [LEFT.place]


def test_linux_is_asked_anew_for_a_place_since_names_are_given_again(monkeypatch):
    monkeypatch.setattr("traitortrack_desktop.devices.serial_ports.list_ports", lambda: (RIGHT,))
    left = DeviceIdentity(vendor=0x1EAB, product=0x22, serial="A17")
    assert PortsOfLinux().place_of(left, (LEFT,)) is None


def test_windows_keeps_names_and_is_not_asked_again():
    left = DeviceIdentity(vendor=0x1EAB, product=0x22, serial="A17")
    assert PortsOfWindows().place_of(left, (LEFT,)) == LEFT.place


def test_each_system_is_asked_its_own_way_and_as_often_as_it_bears(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    windows = ports_of_this_computer()
    monkeypatch.setattr("sys.platform", "linux")
    linux = ports_of_this_computer()
    assert (type(windows), windows.seconds) == (PortsOfWindows, 5.0)
    assert (type(linux), linux.seconds) == (PortsOfLinux, 1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="may take a minute there")
def test_this_computer_answers_at_once(tmp_path):
    assert isinstance(attached_ports(), tuple)
    assert place_of(DeviceIdentity(name=str(tmp_path))) == str(tmp_path)
    assert place_of(DeviceIdentity(vendor=1, product=2, serial="nowhere")) is None
