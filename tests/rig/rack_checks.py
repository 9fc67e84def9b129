"""All kinds of scanners at one station: from their set-up to their scans."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bench import Bench
from guns import LEFT, RIGHT, pos_reports, wait_for

from traitortrack_desktop.devices.scanner_rack import ScannerRack
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import SET_UP_CODE, Connection, ScannerProfile
from traitortrack_desktop.services.events import ScannerChanged, StationEvent
from traitortrack_desktop.services.scanner_desk import HeardReading

_DOUBT_SECONDS = 0.7
"""What a scanner sends sooner after it was opened may be the end of a reading, and is no whole one."""


class _Station:
    """A rack whose profiles are kept in memory, and what it tells."""

    def __init__(self) -> None:
        self.saved: tuple[ScannerProfile, ...] = ()
        self.heard: list[HeardReading] = []
        self.frames: list[ScanFrame] = []
        self.ready: set[str] = set()
        self.rack = ScannerRack(
            profiles=self, submit=self.frames.append, tell=self._tell, recordings=Path("/nowhere")
        )

    def read(self) -> tuple[ScannerProfile, ...]:
        return self.saved

    def write(self, profiles: Sequence[ScannerProfile]) -> None:
        self.saved = tuple(profiles)

    def _tell(self, event: StationEvent) -> None:
        if isinstance(event, ScannerChanged) and event.ready:
            self.ready.add(event.name)


def every_kind_of_gun_is_set_up_by_a_scan_and_then_gives_scans(bench: Bench) -> None:
    station = _Station()
    station.rack.start()
    bench.callback(station.rack.stop)
    station.rack.listen_for_set_up(station.heard.append, lambda: None)
    serial, keyboard = bench.serial_gun("S1", LEFT), bench.keyboard_gun("K1", RIGHT)
    pos = bench.pos_gun("P1")
    station.rack.look_again()
    wait_for(lambda: {gun.nodes[0] for gun in (serial, keyboard, pos)} <= _places(station))
    time.sleep(1)

    serial.send(SET_UP_CODE.encode() + b"\r")
    keyboard.type(SET_UP_CODE)
    pos.report(*pos_reports(SET_UP_CODE))
    wait_for(lambda: len(station.heard) == 3)
    for reading in station.heard:
        assert SET_UP_CODE.encode() in reading.raw, reading
        station.rack.save(_profile(reading))
    station.rack.end_set_up()
    wait_for(lambda: len(station.ready) == 3)
    time.sleep(_DOUBT_SECONDS)
    serial.send(b"FROM-SERIAL\r")
    keyboard.type("FROM-KEYS")
    pos.report(*pos_reports("FROM-POS"))

    wait_for(lambda: len(station.frames) == 3)
    assert {(frame.source, frame.kind, frame.raw) for frame in station.frames} == {
        ("usb:1eab:0106:S1", FrameKind.COMPLETE, b"FROM-SERIAL"),
        ("usb:1eab:0022:K1", FrameKind.COMPLETE, b"FROM-KEYS"),
        ("usb:1eab:0010:P1", FrameKind.COMPLETE, b"]C0FROM-POS"),
    }, station.frames


def a_stopped_rack_leaves_no_thread_behind(bench: Bench) -> None:
    gun = bench.serial_gun("S1", LEFT)
    station = _Station()
    station.rack.start()
    wait_for(lambda: gun.nodes[0] in _places(station))

    station.rack.stop()

    assert threading.enumerate() == [threading.main_thread()]


def _places(station: _Station) -> set[str]:
    return {device.place for device in station.rack.attached()}


def _profile(reading: HeardReading) -> ScannerProfile:
    device = reading.device
    name = {Connection.SERIAL: "left", Connection.INPUT_DEVICE: "right"}.get(device.connection, "third")
    return ScannerProfile(name=name, connection=device.connection, identity=device.identity)


CHECKS = (
    every_kind_of_gun_is_set_up_by_a_scan_and_then_gives_scans,
    a_stopped_rack_leaves_no_thread_behind,
)
