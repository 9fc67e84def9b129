"""What a serial gun kept while it was out of reach, also one that sends nothing more until it is answered."""

import sys

import pytest
from fakes.faulty_port import FaultyPort, FaultyPorts
from fakes.serial_gun import PtyGun, Told, scanning, try_again_soon, until

from traitortrack_desktop.devices import ssi
from traitortrack_desktop.devices.feedback import READ_ON, signal
from traitortrack_desktop.domain.scanners import Feedback, SerialLine, Terminator
from traitortrack_desktop.services.events import ScannerProblem

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the guns of these tests are pseudo-terminals"
)

SSI = SerialLine(terminator=Terminator.SSI, feedback=Feedback.SSI)
HOST_ACK = SerialLine(terminator=Terminator.CR, feedback=Feedback.HONEYWELL)


def sent(line, text):
    if line.terminator is Terminator.SSI:
        return ssi.encode(ssi.Opcode.DECODE_DATA, b"\x01" + text.encode(), source=0)
    return text.encode() + b"\r"


class WaitingGun(FaultyPort):
    """Has *texts* in its memory and sends the next one only when the one before was answered."""

    def __init__(self, line, *texts):
        super().__init__()
        self._line = line
        self._memory = list(texts)
        self._waits = False

    def send_next(self):
        self._waits = bool(self._memory)
        if self._memory:
            self.comes.put(sent(self._line, self._memory.pop(0)))

    def write(self, data):
        super().write(data)
        if self._waits:
            self.send_next()
        return len(data)


@pytest.fixture
def told():
    return Told()


def answering(told, scanner):
    """Answer each reading that is passed on, as a station that stores it does."""

    def submit(frame):
        told.frames.append(frame)
        scanner[0].answer(good=not frame.after_reconnect)

    told.submits = submit


@pytest.mark.parametrize("line", [SSI, HOST_ACK])
def test_the_memory_of_a_gun_that_waits_for_each_answer_is_held_whole(told, line):
    texts = [f"AAAA{number}" for number in range(12)]
    gun, scanner = WaitingGun(line, *texts), []
    answering(told, scanner)
    with scanning(told, lambda: "COM3", line=line, reconnect_hold=True, open_port=FaultyPorts(gun)) as it:
        scanner.append(it)
        gun.send_next()
        told.wait_for_frames(12)
    assert [(frame.raw.decode(), frame.after_reconnect) for frame in told.frames] == [
        (text, True) for text in texts
    ]


@pytest.mark.parametrize("line", [SSI, HOST_ACK])
def test_a_single_reading_of_such_a_gun_is_told_good_only_when_it_was_passed_on(told, line):
    gun, scanner, written_before = WaitingGun(line, "AAAA1"), [], []

    def submit(frame):
        told.frames.append(frame)
        written_before.extend(gun.written)
        scanner[0].answer(good=True)

    told.submits = submit
    good = signal(line.answers_with, good=True)
    with scanning(told, lambda: "COM3", line=line, reconnect_hold=True, open_port=FaultyPorts(gun)) as it:
        scanner.append(it)
        gun.send_next()
        told.wait_for_frames(1)
        until(lambda: len(gun.written) == 2)
    assert [frame.after_reconnect for frame in told.frames] == [False]
    assert written_before == [READ_ON[line.answers_with]]
    assert gun.written[-1] == good


def test_what_lets_a_gun_read_on_is_never_its_good_signal_where_that_is_heard():
    assert READ_ON[Feedback.HONEYWELL] == signal(Feedback.HONEYWELL, good=False)
    assert READ_ON[Feedback.SSI] == ssi.ACK
    assert {READ_ON[each] for each in (Feedback.NONE, Feedback.BEL, Feedback.DATALOGIC)} == {b""}


def test_a_gun_whose_link_flaps_while_it_empties_its_memory_pours_nothing(told, monkeypatch):
    try_again_soon(monkeypatch)
    gun = PtyGun()
    line = SerialLine(wireless=True)
    with scanning(told, gun.place, line=line, reconnect_hold=True):
        for count in (4, 8, 12):
            gun.send(*(f"MEM{number:02}\r".encode() for number in range(count - 4, count)))
            told.wait_for_bytes(6 * count)
            gun.unplug()
            told.wait_for_light(ready=False, problem=ScannerProblem.LOST)
            gun.plug_in()
            told.wait_for_light(ready=True)
    assert [(frame.raw, frame.after_reconnect) for frame in told.frames] == [
        (f"MEM{number:02}".encode(), True) for number in range(12)
    ]


def test_a_scanner_that_was_read_until_just_now_is_ready_when_its_first_reading_counts(told):
    first = FaultyPort(b"0001\r")
    with scanning(told, lambda: "/dev/ttyACM0", reopens=True, open_port=FaultyPorts(first)):
        first.comes.put(b"SB10002\r")
        told.wait_for_frames(2)
    assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
        ("partial", b"0001"),
        ("complete", b"SB10002"),
    ]


def test_it_is_not_ready_before_the_pause_of_its_line_is_over(told):
    with scanning(
        told, lambda: "/dev/ttyACM0", ready=False, reopens=True, open_port=FaultyPorts(FaultyPort())
    ) as scanner:
        told.wait_until(lambda: scanner.last_alive is not None)
        began = scanner.last_alive
        told.wait_for_light(ready=True)
        assert scanner.last_alive - began >= 0.45
    assert [light.ready for light in told.lights] == [True]
