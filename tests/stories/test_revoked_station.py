"""A station that an administrator lets in, revokes and restores loses nothing that is scanned meanwhile."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.central_rows import children_by_parent
from fakes.enrolled_stations import one_time_code

from traitortrack_desktop.assembly import ENROLMENT_CODE, running_station
from traitortrack_desktop.domain.accounts import StationAct
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.runtime.station import Station
from traitortrack_desktop.services import delivery
from traitortrack_desktop.services.events import DeliveryChanged, StationEvent
from traitortrack_desktop.services.ports import CentreTrouble
from traitortrack_desktop.storage.central.station_administration import change_station

PATIENCE_SECONDS = 20


class Watched:
    """A running station and what it tells of its way to the centre."""

    def __init__(self, settings: Settings) -> None:
        self.device = str(device_identity(settings.data_dir))
        self.station: Station
        self._changes: queue.SimpleQueue[DeliveryChanged] = queue.SimpleQueue()

    def __call__(self, event: StationEvent) -> None:
        if isinstance(event, DeliveryChanged):
            self._changes.put(event)

    def scan(self, *codes: str) -> None:
        for code in codes:
            self.station.submit(ScanFrame(source="gun", raw=code.encode()))

    def wait_for(self, trouble: CentreTrouble) -> str:
        """Wait until the station says so, and return its sentence for IT."""
        while True:
            change = self._changes.get(timeout=PATIENCE_SECONDS)
            if change.trouble is trouble:
                return change.problem or ""

    def wait_until_delivered(self) -> bool:
        return bool(self.station.wait_until_nothing_waits(PATIENCE_SECONDS))


@pytest.fixture(autouse=True)
def _asks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MISMATCH_PAUSE_SECONDS", 0.1)


@pytest.fixture
def settings(station_url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "station", station="Bench 3", database_url=station_url)


@pytest.fixture
def watched(settings: Settings) -> Iterator[Watched]:
    watched = Watched(settings)
    with running_station(settings, listeners=[watched]) as watched.station:
        watched.station.set_operator(Person(username="ravi", role=""))
        yield watched


@pytest.fixture
def let_in(central_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The station has a code in its environment."""
    monkeypatch.setenv(ENROLMENT_CODE, one_time_code(central_url).lower())


@pytest.mark.usefixtures("let_in")
def test_what_is_scanned_while_it_is_revoked_is_at_the_centre_when_it_is_restored(
    watched: Watched, central_url: str
):
    watched.scan("SB10001", "CHILD1")
    assert watched.wait_until_delivered()
    change_station(central_url, StationAct.REVOKE, watched.device)

    watched.scan("CHILD2", "CHILD3")
    said = watched.wait_for(CentreTrouble.REVOKED)
    meanwhile = children_by_parent(central_url)
    change_station(central_url, StationAct.RESTORE, watched.device)

    assert watched.wait_until_delivered()
    assert "what is scanned stays stored here" in said
    assert meanwhile == {"SB10001": ["CHILD1"]}
    assert children_by_parent(central_url) == {"SB10001": ["CHILD1", "CHILD2", "CHILD3"]}


def test_a_station_without_a_code_stores_and_says_what_it_needs(watched: Watched, central_url: str):
    watched.scan("SB10001", "CHILD1")

    assert "stations enrol" in watched.wait_for(CentreTrouble.NOT_ENROLLED)
    assert children_by_parent(central_url) == {}
