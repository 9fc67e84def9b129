"""A list of bags that a scan finds damaged is loaded anew, while the station goes on."""

import queue
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fakes.enrolled_stations import enrolled

from traitortrack_desktop.assembly import running_station
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services import delivery
from traitortrack_desktop.services.events import CatalogueChanged, StationEvent

PATIENCE_SECONDS = 30


def wait_until_complete(events: "queue.SimpleQueue[StationEvent]") -> None:
    while True:
        event = events.get(timeout=PATIENCE_SECONDS)
        if isinstance(event, CatalogueChanged) and event.complete:
            return


def test_a_list_that_a_scan_finds_damaged_is_loaded_anew_by_itself(
    central_url: str, station_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delivery, "ASK_SECONDS", 0.1)
    events: queue.SimpleQueue[StationEvent] = queue.SimpleQueue()
    settings = Settings(data_dir=tmp_path, station="A", database_url=station_url)
    enrolled(central_url, device_identity(tmp_path))
    with running_station(settings, listeners=[events.put]) as station:
        wait_until_complete(events)
        with closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as connection:
            connection.execute("DROP TABLE bag")

        station.submit(ScanFrame(source="gun", raw=b"SB20001"))

        wait_until_complete(events)
