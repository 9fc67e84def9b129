"""Whatever a serial port does, its source says what is wrong, loses nothing that came, and tries again."""

import errno
import sys
import threading
import time

import pytest
import serial
from fakes.faulty_port import FaultyPort, FaultyPorts
from fakes.serial_gun import Told, scanning, try_again_soon, until

from traitortrack_desktop.devices import ssi
from traitortrack_desktop.devices.serial_port import (
    first_reading_may_lack_its_beginning,
    problem_of_opening,
    problem_of_reading,
)
from traitortrack_desktop.devices.serial_scanner import SerialScanner
from traitortrack_desktop.domain.scanners import Feedback, SerialLine, Terminator
from traitortrack_desktop.services.events import ScannerProblem

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the guns of these tests are pseudo-terminals"
)

UNPLUGGED = serial.SerialException(
    "device reports readiness to read but returned no data (device disconnected or multiple access on port?)"
)


@pytest.fixture
def told():
    return Told()


def terminal_error():
    import termios

    return termios.error(5, "Input/output error")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error"),
        serial.SerialException("ClearCommError failed (PermissionError(13, 'Access is denied.', None, 5))"),
        serial.SerialException(errno.EIO, "write failed"),
        terminal_error(),
        TypeError("'NoneType' object cannot be interpreted as an integer"),
    ],
)
def test_a_port_that_fails_is_closed_lost_and_opened_again(told, error, monkeypatch):
    try_again_soon(monkeypatch)
    first, second = FaultyPort(b"AB1", error), FaultyPort()
    with scanning(told, lambda: "COM3", ready=False, open_port=FaultyPorts(first, second)):
        told.wait_until(lambda: len(told.lights) == 3)
        second.comes.put(b"CD34\r")
        told.wait_for_frames(2)
    assert first.closed_times == 1
    assert [(light.ready, light.problem) for light in told.lights] == [
        (True, None),
        (False, ScannerProblem.LOST),
        (True, None),
    ]
    assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
        ("partial", b"AB1"),
        ("complete", b"CD34"),
    ]


def test_a_defect_of_ours_is_a_failure_and_tried_again(told, caplog, monkeypatch):
    try_again_soon(monkeypatch)
    ports = FaultyPorts(FaultyPort(ZeroDivisionError("a defect")), FaultyPort())
    with scanning(told, lambda: "COM3", ready=False, open_port=ports):
        told.wait_until(lambda: len(told.lights) == 3)
    assert [light.problem for light in told.lights] == [None, ScannerProblem.FAILED, None]
    assert "Traceback" in caplog.text


def test_a_port_that_cannot_even_be_closed_is_opened_again(told, monkeypatch):
    try_again_soon(monkeypatch)
    first = FaultyPort(OSError(errno.EIO, "gone"))
    first.close_error = OSError(errno.EIO, "gone")
    with scanning(told, lambda: "COM3", ready=False, open_port=FaultyPorts(first, FaultyPort())):
        told.wait_until(lambda: len(told.lights) == 3)


def test_a_reading_during_which_the_reader_was_held_up_is_neither_cut_nor_glued(told):
    port = FaultyPort(b"AB", 0.6, b"12\rCD34\r")
    with scanning(told, lambda: "COM3", open_port=FaultyPorts(port)):
        told.wait_for_frames(2)
    assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
        ("partial", b"AB12"),
        ("complete", b"CD34"),
    ]


@pytest.mark.parametrize(
    ("place", "kind"), [("/dev/ttyS0", "partial"), ("/dev/ttyUSB1", "partial"), ("/dev/ttyACM0", "complete")]
)
def test_what_comes_the_moment_a_port_is_open_is_whole_only_where_nothing_was_lost(told, place, kind):
    with scanning(told, lambda: place, open_port=FaultyPorts(FaultyPort(b"B12\r"))):
        told.wait_for_frames(1)
    assert [frame.kind for frame in told.frames] == [kind]


def test_on_windows_the_input_is_emptied_in_the_middle_of_opening(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    assert first_reading_may_lack_its_beginning("COM3")


def test_a_port_is_closed_when_it_cannot_be_made_sure_whose_it_is(told):
    port, asked = FaultyPort(), []

    def place():
        asked.append(True)
        if len(asked) == 2:
            raise OSError(errno.EIO, "the list is gone")
        return "COM3" if len(asked) == 1 else None

    with scanning(told, place, ready=False, open_port=FaultyPorts(port)):
        told.wait_for_light(ready=False, problem=ScannerProblem.MISSING)
    assert port.closed_times == 1


def test_being_told_to_look_while_it_reads_makes_no_haste_after_a_loss(told, monkeypatch):
    port, waited = FaultyPort(), []
    wait = SerialScanner._wait

    def _wait(self, seconds):
        began = time.monotonic()
        wait(self, seconds)
        waited.append(time.monotonic() - began)

    monkeypatch.setattr(SerialScanner, "_wait", _wait)
    with scanning(told, lambda: "COM3", open_port=FaultyPorts(port, FaultyPort())) as scanner:
        scanner.look_again()
        port.comes.put(OSError(errno.EIO, "gone"))
        until(lambda: waited)
    assert waited[0] > 0.4


def test_a_place_that_cannot_be_found_out_ends_nothing(told):
    errors = [OSError(errno.EIO, "the list is gone"), ZeroDivisionError("a defect")]

    def place():
        if errors:
            raise errors[0]
        return "COM3"

    with scanning(told, place, ready=False, open_port=FaultyPorts(FaultyPort())) as scanner:
        told.wait_for_light(ready=False, problem=ScannerProblem.MISSING)
        errors.pop(0)
        scanner.look_again()
        told.wait_for_light(ready=False, problem=ScannerProblem.FAILED)
        errors.pop(0)
        scanner.look_again()
        told.wait_for_light(ready=True)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (serial.SerialException(errno.EACCES, "Permission denied"), ScannerProblem.NO_PERMISSION),
        (serial.SerialException(errno.EBUSY, "Device or resource busy"), ScannerProblem.BUSY),
        (serial.SerialException(errno.EAGAIN, "Could not exclusively lock port"), ScannerProblem.BUSY),
        (serial.SerialException(errno.ENOENT, "No such file"), ScannerProblem.MISSING),
        (
            serial.SerialException("could not open port 'COM3': FileNotFoundError(2, …)"),
            ScannerProblem.MISSING,
        ),
        (serial.SerialException("could not open port 'COM3': PermissionError(13, …)"), ScannerProblem.BUSY),
        (
            serial.SerialException("could not open port: OSError(22, 'The semaphore timeout …', None, 121)"),
            ScannerProblem.MISSING,
        ),
        (ValueError("Not a valid baudrate: 7"), ScannerProblem.FAILED),
    ],
)
def test_a_port_that_cannot_be_opened_says_why_once(told, error, problem):
    ports = FaultyPorts(error)
    with scanning(told, lambda: "COM3", ready=False, open_port=ports) as scanner:
        told.wait_for_light(ready=False, problem=problem)
        for _ in range(3):
            tries = len(ports.opened)
            scanner.look_again()
            until(lambda: len(ports.opened) > tries)  # noqa: B023
    assert len(told.lights) == 1


def test_a_scanner_that_was_there_is_lost_and_not_missing():
    error = OSError(errno.ENOENT, "No such file")
    assert problem_of_opening(error, seen_before=True) is ScannerProblem.LOST


def test_a_port_that_stands_and_gives_nothing_is_read_by_another_program(told):
    second = FaultyPort()
    ports = FaultyPorts(FaultyPort(UNPLUGGED), second)
    with scanning(told, lambda: "/dev/null", ready=False, open_port=ports):
        told.wait_for_light(ready=False, problem=ScannerProblem.SHARED)
        told.wait_for_light(ready=True, problem=ScannerProblem.SHARED)
        second.comes.put(b"AB12\r")
        told.wait_for_light(ready=True)


def test_the_same_without_the_port_is_an_unplugged_scanner():
    assert problem_of_reading(UNPLUGGED, still_there=False) is ScannerProblem.LOST


def test_a_bluetooth_scanner_that_gives_nothing_is_out_of_reach(told, monkeypatch):
    try_again_soon(monkeypatch)
    ports = FaultyPorts(FaultyPort(UNPLUGGED), FaultyPort())
    with scanning(told, lambda: "/dev/null", ready=False, line=SerialLine(wireless=True), open_port=ports):
        told.wait_until(lambda: len(told.lights) == 3)
    assert told.lights[1].problem is ScannerProblem.LOST


def test_a_signal_that_cannot_be_written_loses_the_port_and_no_reading(told):
    first = FaultyPort()
    first.write_error = serial.SerialTimeoutException("Write timeout")
    line = SerialLine(feedback=Feedback.BEL)
    with scanning(told, lambda: "COM3", line=line, open_port=FaultyPorts(first, FaultyPort())) as scanner:
        first.comes.put(b"AB12\r")
        told.wait_for_frames(1)
        scanner.answer(good=True)
        first.comes.put(b"CD34\r")
        told.wait_until(lambda: ScannerProblem.LOST in [light.problem for light in told.lights])
        assert first.closed_times == 1
    assert [frame.raw for frame in told.frames] == [b"AB12", b"CD34"]


def test_what_waited_when_a_signal_could_not_be_written_is_taken(told, monkeypatch):
    try_again_soon(monkeypatch)
    first = FaultyPort()
    line = SerialLine(feedback=Feedback.BEL)
    with scanning(told, lambda: "COM3", line=line, open_port=FaultyPorts(first, FaultyPort())) as scanner:

        def answer_at_once(frame):
            told.frames.append(frame)
            if len(told.frames) > 1:
                return
            first.write_error = OSError(errno.EIO, "gone")
            scanner.answer(good=True)
            first.comes.put(b"CD34\rEF")

        told.submits = answer_at_once
        first.comes.put(b"AB12\r")
        told.wait_until(lambda: len(told.lights) == 3)
    assert [frame.raw for frame in told.frames[:3]] == [b"AB12", b"CD34", b"EF"]


def test_an_answer_to_a_reading_of_an_earlier_connection_is_not_given(told):
    first, second = FaultyPort(), FaultyPort()
    line = SerialLine(feedback=Feedback.BEL)
    ports = FaultyPorts(first, second)
    with scanning(told, lambda: "COM3", line=line, open_port=ports) as scanner:
        first.comes.put(OSError(errno.EIO, "gone"))
        told.wait_for_light(ready=False, problem=ScannerProblem.LOST)
        scanner.answer(good=True)
        told.wait_for_light(ready=True)
        second.comes.put(b"AB12\r")
        told.wait_for_bytes(5)
        scanner.answer(good=False)
        second.comes.put(b"CD34\r")
        told.wait_for_bytes(10)
    assert second.written == [b"\x07\x07\x07"]


def test_a_port_that_just_appeared_is_given_time_to_get_its_rights(told):
    appeared, opened = [], []
    attached = threading.Event()

    def place():
        if not attached.is_set():
            return None
        appeared.append(time.monotonic())
        return "COM3"

    def open_port(*_, **__):
        opened.append(time.monotonic())
        return FaultyPort()

    with scanning(told, place, ready=False, open_port=open_port) as scanner:
        told.wait_for_light(ready=False, problem=ScannerProblem.MISSING)
        attached.set()
        scanner.look_again()
        told.wait_for_light(ready=True)
    assert opened[0] - appeared[0] >= 0.3


def test_a_port_that_stood_there_from_the_start_is_opened_at_once(told):
    started = time.monotonic()
    with scanning(told, lambda: "COM3", open_port=FaultyPorts(FaultyPort())):
        assert time.monotonic() - started < 0.3


def test_it_tries_again_after_half_a_second_a_second_and_then_every_two(told, monkeypatch):
    waited = []
    monkeypatch.setattr(SerialScanner, "_wait", lambda _, seconds: waited.append(seconds) or time.sleep(0))
    with scanning(told, lambda: None, ready=False):
        until(lambda: len(waited) >= 5)
    assert waited[:5] == [0.5, 1.0, 2.0, 2.0, 2.0]


def test_being_told_to_look_begins_the_waiting_anew(told, monkeypatch):
    waited = []
    wait = SerialScanner._wait

    def nudged_wait(self, seconds):
        waited.append(seconds)
        self.look_again()
        wait(self, seconds)

    monkeypatch.setattr(SerialScanner, "_wait", nudged_wait)
    with scanning(told, lambda: None, ready=False):
        until(lambda: len(waited) >= 4)
    assert waited[:4] == [0.5, 1.0, 1.0, 1.0]


def test_after_a_connection_it_tries_again_soon(told, monkeypatch):
    waited = []
    monkeypatch.setattr(SerialScanner, "_wait", lambda _, seconds: waited.append(seconds) or time.sleep(0))
    gone = OSError(errno.EIO, "gone")
    ports = FaultyPorts(OSError(errno.ENOENT, ""), OSError(errno.ENOENT, ""), FaultyPort(gone), FaultyPort())
    with scanning(told, lambda: "COM3", ready=False, open_port=ports):
        until(lambda: len(waited) >= 3)
    assert waited[:3] == [0.5, 1.0, 0.5]


def test_answers_go_out_in_the_order_of_their_readings(told):
    port = FaultyPort()
    line = SerialLine(feedback=Feedback.HONEYWELL)
    with scanning(told, lambda: "COM3", line=line, open_port=FaultyPorts(port)) as scanner:
        for good in (True, False, True):
            scanner.answer(good=good)
        port.comes.put(b"AB12\r")
        told.wait_for_bytes(5)
    assert port.written == [b"0\x1b7,", b"0\x1b8,", b"0\x1b7,"]


def test_a_packet_is_acknowledged_by_the_answer_and_what_the_protocol_wants_at_once(told):
    port = FaultyPort(ssi.encode(ssi.Opcode.EVENT, b"\x01", source=0))
    line = SerialLine(terminator=Terminator.SSI, feedback=Feedback.SSI)
    reading = ssi.encode(ssi.Opcode.DECODE_DATA, b"\x01AB12", source=0)
    again = ssi.encode(ssi.Opcode.DECODE_DATA, b"\x01AB12", source=0, status=1)
    with scanning(told, lambda: "COM3", line=line, open_port=FaultyPorts(port)) as scanner:
        port.comes.put(reading)
        assert told.wait_for_frames(1) == [("complete", b"AB12")]
        assert port.written == [ssi.ACK]  # of the event
        scanner.answer(good=True)
        until(lambda: len(port.written) == 2)
        port.comes.put(again)
        told.wait_for_bytes(2 * len(reading))
    assert port.written == [ssi.ACK] * 3
    assert len(told.frames) == 1


@pytest.mark.parametrize(
    ("line", "at_most_seconds"),
    [
        (SerialLine(), 0.2),
        (SerialLine(feedback=Feedback.BEL), 0.1),
        (SerialLine(terminator=Terminator.SILENCE), 0.03),
    ],
)
def test_a_read_ends_soon_enough_for_what_must_follow(told, line, at_most_seconds):
    ports = FaultyPorts(FaultyPort())
    with scanning(told, lambda: "COM3", line=line, open_port=ports):
        pass
    assert [place for place, _ in ports.opened] == ["COM3"]
    assert all(seconds <= at_most_seconds for _, seconds in ports.opened)


def test_listeners_that_fail_in_every_way_end_nothing(told, caplog):
    def fails(*_):
        raise OSError(errno.EIO, "broken listener")

    told.submits = told.bytes_came = told.framed = fails
    port = FaultyPort(b"AB12\r")
    with scanning(told, lambda: "COM3", open_port=FaultyPorts(port)) as scanner:
        until(port.comes.empty)
        port.comes.put(b"CD34\r")
        until(port.comes.empty)
        assert scanner.last_alive is not None
    assert [light.ready for light in told.lights] == [True]
    assert "broken listener" in caplog.text


def test_a_thread_that_died_all_the_same_is_seen(told, monkeypatch):
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    ports = FaultyPorts(FaultyPort(SystemExit()))
    with scanning(told, lambda: "COM3", ready=False, open_port=ports) as scanner:
        told.wait_for_light(ready=False, problem=ScannerProblem.FAILED)
        scanner._thread.join()
        assert scanner.last_alive is None


def test_its_last_round_is_told_to_whoever_watches(told):
    with scanning(told, lambda: "COM3", open_port=FaultyPorts(FaultyPort())) as scanner:
        before = scanner.last_alive
        until(lambda: scanner.last_alive > before)
