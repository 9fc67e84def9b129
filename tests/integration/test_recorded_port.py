"""A scanner on a pseudo-terminal, recorded and played again: the same frames come out."""

import contextlib
import os
import queue
import sys

import pytest

from traitortrack_desktop.devices.recording import Recorder
from traitortrack_desktop.devices.replay import replay
from traitortrack_desktop.devices.serial_scanner import SerialScanner
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    Connection,
    DeviceIdentity,
    ScannerProfile,
    ScannerRole,
    SerialLine,
    Terminator,
)

pty = pytest.importorskip("pty", reason="needs pseudo-terminals")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

WAIT_SECONDS = 20


class RecordedScanner:
    """A gun's end of a pseudo-terminal, and the reader at the other with a recorder in between."""

    def __init__(self, path, line):
        self.gun, station_end = pty.openpty()
        self._place = os.ttyname(station_end)
        os.close(station_end)
        profile = ScannerProfile(
            name="left", connection=Connection.SERIAL, identity=DeviceIdentity(name="left"), serial=line
        )
        self.frames = []
        self._heard = queue.SimpleQueue()
        self._lights = queue.SimpleQueue()
        self._recorder = Recorder(path, profiles=lambda: [profile])
        self._scanner = SerialScanner(
            source="left",
            name="left",
            role=ScannerRole.CHILDREN,
            line=line,
            place=lambda: self._place,
            outlets=Outlets(submit=self._heard.put, changed=self._lights.put, tap=self._recorder),
            reconnect_hold=False,
        )

    def __enter__(self):
        self._scanner.start()
        while not self._lights.get(timeout=WAIT_SECONDS).ready:
            pass
        return self

    def __exit__(self, *_):
        self.unplug()
        self._scanner.stop()
        self._recorder.close()
        while not self._heard.empty():
            self.frames.append(self._heard.get())

    def send(self, *parts):
        for part in parts:
            os.write(self.gun, part)

    def wait_for_frames(self, count):
        for _ in range(count):
            self.frames.append(self._heard.get(timeout=WAIT_SECONDS))

    def unplug(self):
        with contextlib.suppress(OSError):
            os.close(self.gun)


def essence(frames):
    return [(frame.source, frame.kind, frame.raw, frame.role) for frame in frames]


def replayed(path):
    frames = []
    replay(path, frames.append, wait=lambda _: None)
    return frames


def test_a_session_at_a_port_gives_the_same_frames_when_it_is_played(tmp_path):
    path = tmp_path / "recording.jsonl"
    codes = [f"BURST{number:03}".encode() for number in range(100)]
    with RecordedScanner(path, SerialLine()) as scanner:
        scanner.send(b"SB10001\r", b"AB1", b"2C\r\n", b"CAF\xc3", b"\x89\r", b"\x00\x8f\xfe\r", b"AT\r")
        scanner.wait_for_frames(5)
        scanner.send(*(code + b"\r" for code in codes))
        scanner.wait_for_frames(len(codes))
        scanner.send(b"AB12")  # falls silent
        scanner.wait_for_frames(1)
        scanner.send(b"AB12D\r")
        scanner.wait_for_frames(1)
    assert [frame.raw for frame in scanner.frames[5:105]] == codes
    assert {frame.kind for frame in scanner.frames} == {
        FrameKind.COMPLETE,
        FrameKind.GARBLED,
        FrameKind.NOISE,
        FrameKind.PARTIAL,
    }
    assert essence(replayed(path)) == essence(scanner.frames)


@pytest.mark.parametrize(
    ("terminator", "sent"),
    [
        (Terminator.STX_ETX, [b"\x02SB10001\x03", b"\x02AB\x02AB12C\x03"]),
        (Terminator.CR_LF, [b"SB10001\r", b"\nAB12C\r\n"]),
    ],
)
def test_the_line_of_a_scanner_is_played_too(tmp_path, terminator, sent):
    path = tmp_path / "recording.jsonl"
    with RecordedScanner(path, SerialLine(terminator=terminator)) as scanner:
        scanner.send(*sent)
        scanner.wait_for_frames(3 if terminator is Terminator.STX_ETX else 2)
    assert essence(replayed(path)) == essence(scanner.frames)


def test_a_badge_at_a_port_is_not_in_the_recording(tmp_path):
    path = tmp_path / "recording.jsonl"
    with RecordedScanner(path, SerialLine()) as scanner:
        for data in (b"SB10001\r", b"TT-BADGE-4711X\r"):
            scanner.send(data)
            scanner.wait_for_frames(1)
        scanner.send(b"AB12C\r")
        scanner.wait_for_frames(1)
    text = path.read_text()
    assert "4711X" not in text
    assert b"4711".hex() not in text
    assert [frame.raw for frame in replayed(path)] == [b"SB10001", b"AB12C"]
