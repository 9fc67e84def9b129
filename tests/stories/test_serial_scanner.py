"""A serial scanner, as a pseudo-terminal gives it: bytes in, central rows out."""

import contextlib
import os
import pty
import signal
import sys
import time

import pytest
from fakes.central_rows import children_by_parent
from fakes.headless_station import HeadlessStation

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


class Gun:
    """The scanner's end of a pseudo-terminal."""

    def __init__(self):
        self.end, station_end = pty.openpty()
        self.path = os.ttyname(station_end)
        os.close(station_end)

    def send(self, *parts):
        for part in parts:
            os.write(self.end, part)

    def unplug(self):
        os.close(self.end)


class SerialStation(HeadlessStation):
    """A headless station that reads a port instead of standard input."""

    def __init__(self, url, data_dir, port):
        super().__init__(url, data_dir, source=port)
        self.wait_for_light(ready=True)

    def wait_for_light(self, *, ready):
        """Return when the light is so; it may have been told between scans already."""
        told = [event["ready"] for event in self.events if event["event"] == "scanner"]
        if told[-1:] != [ready]:
            self.wait_for(lambda event: event["event"] == "scanner" and event["ready"] is ready)

    def next_scan(self):
        return self.wait_for(lambda event: event["event"] == "scan")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.finish()


@pytest.fixture
def gun():
    gun = Gun()
    yield gun
    with contextlib.suppress(OSError):
        gun.unplug()


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_scans_of_any_terminator_reach_the_centre(central_url, tmp_path, gun, end):
    with SerialStation(central_url, tmp_path, gun.path) as station:
        gun.send(b"SB10001" + end, b"AB1", b"2C" + end + b"AB12D", end)
        scans = [station.next_scan() for _ in range(3)]
        code, summary = station.end()
    assert [scan["verdict"] for scan in scans] == ["accepted"] * 3
    assert (code, summary["posted"]) == (0, 3)
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}


def test_a_burst_of_five_hundred_codes_is_whole_and_in_order(central_url, tmp_path, gun):
    codes = [f"BURST{number:04}" for number in range(500)]
    with SerialStation(central_url, tmp_path, gun.path) as station:
        gun.send(*(code.encode() + b"\r" for code in codes))
        assert [station.next_scan()["code"] for _ in codes] == codes
        station.end()


def test_a_scan_cut_by_unplugging_is_a_part_and_never_a_bag(central_url, tmp_path, gun):
    with SerialStation(central_url, tmp_path, gun.path) as station:
        gun.send(b"SB10001\r")
        station.next_scan()
        gun.send(b"AB12")
        time.sleep(0.3)  # a hang-up throws away what the reader has not taken yet
        gun.unplug()
        assert station.next_scan()["reason"] == "incomplete"
        station.wait_for_light(ready=False)
        station.end()
    assert children_by_parent(central_url) == {"SB10001": []}


def test_noise_on_the_line_is_refused(central_url, tmp_path, gun):
    with SerialStation(central_url, tmp_path, gun.path) as station:
        gun.send(b"\x8f\xfe\x00\xe0\r", b"AT+GCAP\r", b"x" * 3000 + b"\r")
        assert [station.next_scan()["verdict"] for _ in range(3)] == ["refused"] * 3
        station.end()
