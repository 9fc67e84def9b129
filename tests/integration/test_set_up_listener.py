"""The set-up listener on a pseudo-terminal, with a scanner that speaks only over its own line."""

import os
import threading
from queue import Queue

import pytest

from traitortrack_desktop.devices import line_detection
from traitortrack_desktop.devices.line_detection import SetUpListener
from traitortrack_desktop.devices.serial_port import open_port
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    SET_UP_CODE,
    Connection,
    DeviceIdentity,
    Parity,
    SerialLine,
    Terminator,
)
from traitortrack_desktop.services.scanner_desk import AttachedDevice

CODE = SET_UP_CODE.encode()
GARBAGE = b"\xf0\x80\xff"
PATIENCE_SECONDS = 20

pty = pytest.importorskip("pty", reason="needs pseudo-terminals")
termios = pytest.importorskip("termios", reason="needs pseudo-terminals")


@pytest.fixture
def _impatient(monkeypatch):
    """What has no end is judged soon, where all of it comes at once."""
    monkeypatch.setattr(line_detection, "_QUIET_SECONDS", 0.1)


class FakeGun:
    """Sends the set-up code each time its port was opened, or garbage while the line is not its own.

    A pseudo-terminal keeps the speed and whether parity is odd, but not the number of data bits.
    """

    def __init__(self, *, speed=None, odd=False, suffix=b"\r"):
        self.master, self._slave = pty.openpty()
        self.place = os.ttyname(self._slave)
        self.opened_with = []
        self._speed = termios.B9600 if speed is None else speed
        self._odd = odd
        self._suffix = suffix
        self._triggers = Queue()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def open_port(self, place, line, *, read_timeout_seconds):
        port = open_port(place, line, read_timeout_seconds=read_timeout_seconds)
        self.opened_with.append(line)
        self.pull_trigger()
        return port

    def pull_trigger(self):
        self._triggers.put(True)

    def close(self):
        self._triggers.put(False)
        self._thread.join()
        os.close(self.master)
        os.close(self._slave)

    def _run(self):
        while self._triggers.get():
            os.write(self.master, CODE + self._suffix if self._is_understood() else GARBAGE)

    def _is_understood(self):
        attributes = termios.tcgetattr(self.master)
        is_odd = bool(attributes[2] & termios.PARODD)
        return attributes[4] == self._speed and is_odd is self._odd


class SetUp:
    """The listener on a gun, and what it heard."""

    def __init__(self, gun):
        self.gun = gun
        self.heard = Queue()
        identity = DeviceIdentity(name=gun.place)
        self.device = AttachedDevice(
            connection=Connection.SERIAL, identity=identity, place=gun.place, label="gun"
        )
        self._listener = SetUpListener(self.device, self.heard.put, open_port=gun.open_port)

    def __enter__(self):
        self._listener.start()
        return self

    def __exit__(self, *error):
        self._listener.stop()
        self.gun.close()

    def next(self):
        return self.heard.get(timeout=PATIENCE_SECONDS)

    def until_whole(self):
        readings = [self.next()]
        while readings[-1].kind is FrameKind.GARBLED:
            readings.append(self.next())
        return readings


def test_the_first_line_works_at_once():
    with SetUp(FakeGun()) as set_up:
        reading = set_up.next()
    assert (reading.raw, reading.kind, reading.device) == (CODE + b"\r", FrameKind.COMPLETE, set_up.device)
    assert reading.line == SerialLine(terminator=Terminator.CR)
    assert len(set_up.gun.opened_with) == 1


@pytest.mark.usefixtures("_impatient")
def test_another_speed_is_found_by_trying():
    with SetUp(FakeGun(speed=termios.B19200, suffix=b"\r\n")) as set_up:
        *garbled, reading = set_up.until_whole()
    assert reading.line == SerialLine(baud=19200, terminator=Terminator.CR_LF)
    assert [each.line.baud for each in garbled] == [9600, 115200, 38400]


@pytest.mark.usefixtures("_impatient")
def test_odd_parity_is_found_by_trying():
    with SetUp(FakeGun(odd=True)) as set_up:
        reading = set_up.until_whole()[-1]
    assert reading.line == SerialLine(data_bits=7, parity=Parity.ODD, terminator=Terminator.CR)


def test_a_code_without_an_end_is_heard_after_a_pause():
    with SetUp(FakeGun(suffix=b"")) as set_up:
        reading = set_up.next()
    assert (reading.raw, reading.terminated) == (CODE, False)


@pytest.mark.usefixtures("_impatient")
def test_the_line_that_was_found_is_kept_for_the_next_readings():
    with SetUp(FakeGun(speed=termios.B115200)) as set_up:
        set_up.until_whole()
        set_up.gun.pull_trigger()
        assert set_up.next().raw == CODE + b"\r"
    assert [line.baud for line in set_up.gun.opened_with] == [9600, 115200]


def test_a_pause_between_cr_and_lf_does_not_hide_the_lf():
    with SetUp(FakeGun(suffix=b"\r")) as set_up:
        set_up.next()
        os.write(set_up.gun.master, CODE + b"\r")
        os.write(set_up.gun.master, b"\n")
        assert set_up.next().line.terminator is Terminator.CR_LF


@pytest.mark.usefixtures("_impatient")
def test_nothing_is_written_to_the_device():
    with SetUp(FakeGun(speed=termios.B115200)) as set_up:
        set_up.until_whole()
        os.set_blocking(set_up.gun.master, False)
        with pytest.raises(BlockingIOError):
            os.read(set_up.gun.master, 1)


def test_an_endless_stream_is_told_of_once():
    with SetUp(FakeGun(suffix=b"")) as set_up:
        set_up.next()
        for _ in range(20):
            os.write(set_up.gun.master, b"A" * 1000)
        assert set_up.next().kind is FrameKind.OVERSIZE
        set_up.gun.pull_trigger()
    assert set_up.heard.empty()


def test_a_listener_that_fails_does_not_end_the_listening(caplog):
    gun = FakeGun()
    heard = Queue()

    def fail_once(reading):
        heard.put(reading)
        if heard.qsize() == 1:
            raise RuntimeError("a screen went away")

    device = AttachedDevice(
        connection=Connection.SERIAL, identity=DeviceIdentity(name=gun.place), place=gun.place, label="gun"
    )
    listener = SetUpListener(device, fail_once, open_port=gun.open_port)
    listener.start()
    try:
        heard.get(timeout=PATIENCE_SECONDS)
        gun.pull_trigger()
        assert heard.get(timeout=PATIENCE_SECONDS).raw == CODE + b"\r"
    finally:
        listener.stop()
        gun.close()


def test_a_port_that_cannot_be_opened_is_given_up_when_the_set_up_ends():
    device = AttachedDevice(
        connection=Connection.SERIAL, identity=DeviceIdentity(name="none"), place="/dev/none", label="gun"
    )
    tried = threading.Event()

    def refuse(place, line, *, read_timeout_seconds):
        tried.set()
        raise OSError(2, "no such port")

    listener = SetUpListener(device, lambda reading: None, open_port=refuse)
    listener.start()
    assert tried.wait(PATIENCE_SECONDS)
    listener.stop()
