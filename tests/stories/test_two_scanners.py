"""Two serial guns at one station's real window, the centre behind it."""

import sys
import threading
import time
from contextlib import contextmanager

import pytest
from fakes.central_rows import children_by_parent, wrong_counters
from fakes.enrolled_stations import enrolled
from fakes.serial_gun import PtyGun
from fakes.windowed_station import OPERATOR, PASSWORD, WindowedStation

from traitortrack_desktop.devices.reconnect_hold import HOLD_MS
from traitortrack_desktop.domain.entries import Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.storage.central.user_administration import add_user

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

BETWEEN_SCANS_SECONDS = 0.1
HOLD_SECONDS = (HOLD_MS + 500) / 1000
"""So long after a gun was connected ten scans a second are taken for its memory."""
LEFT, RIGHT = ([f"{side}{number:05}" for number in range(20)] for side in ("AB12L", "AB12R"))


@pytest.fixture
def guns():
    both = PtyGun(), PtyGun()
    yield both
    for gun in both:
        gun.gone()


@pytest.fixture
def open_station(central_url, station_url, tmp_path):
    add_user(central_url, username=OPERATOR, password=PASSWORD, role="dispatcher", area="jaipur")
    enrolled(central_url, device_identity(tmp_path / "station"))

    @contextmanager
    def opened(*ports):
        with WindowedStation(
            station_url, tmp_path / "station", SERIAL_PORTS=" ".join(ports), CAPACITY="30"
        ) as station:
            for port in ports:
                wait_for_light(station, port, ready=True)
            yield station

    return opened


def wait_for_light(station, port, *, ready):
    told = [said["ready"] for said in station.said if said.get("scanner") == port]
    if told[-1:] != [ready]:
        station.wait_for(lambda said: said.get("scanner") == port and said["ready"] is ready)


def scan_all(gun, codes):
    for code in codes:
        gun.send(code.encode() + b"\r")
        time.sleep(BETWEEN_SCANS_SECONDS)


@pytest.mark.slow
def test_two_guns_at_ten_scans_a_second_lose_nothing_while_the_window_stalls(guns, open_station, central_url):
    left, right = guns
    with open_station(left.path, right.path) as station:
        left.send(b"SB10001\r")
        station.wait_for_decided("SB10001")
        time.sleep(HOLD_SECONDS)
        hands = [
            threading.Thread(target=scan_all, args=(left, LEFT[:15])),
            threading.Thread(target=scan_all, args=(right, RIGHT[:15])),
        ]
        for hand in hands:
            hand.start()
        station.order("stall", "1")
        for hand in hands:
            hand.join()
        assert station.finish() == 0

    decided = [
        (entry.source, entry.decision.code, entry.decision.verdict) for entry, _ in station.entries[1:]
    ]
    for gun, codes in ((left, LEFT), (right, RIGHT)):
        assert [each for each in decided if each[0] == gun.path] == [
            (gun.path, code, Verdict.ACCEPTED) for code in codes[:15]
        ]
    assert {code: sorted(inside) for code, inside in children_by_parent(central_url).items()} == {
        "SB10001": sorted(LEFT[:15] + RIGHT[:15])
    }
    assert wrong_counters(central_url) == []
    during = station.said[station.said.index({"stalled": True}) : station.said.index({"stalled": False})]
    assert len([said for said in during if "decided" in said]) >= 10


@pytest.mark.slow
def test_what_a_gun_remembered_out_of_reach_is_not_poured_into_the_open_bag(guns, open_station, central_url):
    left, right = guns
    memory = [f"AB12M{number:05}" for number in range(200)]
    with open_station(left.path, right.path) as station:
        right.send(b"SB10001\r")
        station.wait_for_decided("SB10001")
        left.unplug()
        wait_for_light(station, left.path, ready=False)
        right.send(b"AB12R00000\r")
        station.wait_for_decided("AB12R00000")
        name = left.path
        left.plug_in()
        assert left.path == name  # the system gives the free name again
        wait_for_light(station, name, ready=True)
        left.send(b"".join(code.encode() + b"\r" for code in memory))
        station.wait_for_decided(memory[-1])
        right.send(b"AB12R00001\r")
        station.wait_for_decided("AB12R00001")
        right.send(b"SB10002\r")
        station.wait_for_decided("SB10002")
        time.sleep(0.65)  # or the second scan would be the same label read twice
        right.send(b"SB10002\r")
        station.wait_for_decided("SB10002")
        right.send(b"TT-CMD-PLACE\r")
        station.wait_for_decided(memory[30])
        assert station.finish() == 0

    assert children_by_parent(central_url) == {
        "SB10001": ["AB12R00000", "AB12R00001"],
        "SB10002": memory[:30],
    }
    held = [entry for entry, _ in station.entries if entry.decision.reason is Reason.HELD]
    assert [entry.decision.code for entry in held] == memory
    assert wrong_counters(central_url) == []
