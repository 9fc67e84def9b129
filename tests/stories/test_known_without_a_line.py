"""What others did is known here, soon and with every receipt, and still when the line is cut."""

import queue
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.central_owner import query
from fakes.central_rows import children_by_parent
from fakes.decisions import added, opened
from fakes.enrolled_stations import enrolled
from fakes.entry_chain import EntryChain
from sqlalchemy import make_url

from traitortrack_desktop import assembly
from traitortrack_desktop.assembly import running_station
from traitortrack_desktop.domain.entries import Decision, Verdict
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.presentation.messages import message_for
from traitortrack_desktop.runtime.station import Station
from traitortrack_desktop.services import delivery
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    DeliveryChanged,
    ReceiptsRecorded,
    ScanDecided,
)
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue

PATIENCE_SECONDS = 30
ASK_SECONDS = 0.1
"""How often an idle station asks for changes here; what it then does is the same as every 1.5 s."""

Taken = queue.SimpleQueue[Any]
"""The changes that the station took into its copy of the centre's bags, in their order."""


class Clock:
    """The station's clock, which can be set."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Watcher:
    """A station's events, to wait for."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.station: Station | None = None

    def __call__(self, event: object) -> None:
        self._events.put(event)

    def wait_for(self, kind: type, wanted: Callable[[Any], bool] = lambda _event: True) -> Any:
        while True:
            event = self._events.get(timeout=PATIENCE_SECONDS)
            if isinstance(event, kind) and wanted(event):
                return event

    def scan(self, text: str) -> Decision:
        assert self.station is not None
        self.station.submit(ScanFrame(source="gun", raw=text.encode()))
        decision: Decision = self.wait_for(ScanDecided).entry.decision
        return decision


class Other:
    """Another station's postings, and its centre's address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._chain = EntryChain()
        self._office = CentralPostingOffice(url, device=self._chain.device, station_name="b", version="1")

    def post(self, *decisions: Decision) -> None:
        receipts = self._office.post(self._chain.entries(decisions)).receipts
        assert [receipt.reason for receipt in receipts] == [None] * len(decisions)

    def close(self) -> None:
        self._office.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(assembly, "station_time", clock)
    return clock


@pytest.fixture
def line(central_url: str) -> Iterator[NetworkLine]:
    with NetworkLine(target_host="127.0.0.1", target_port=make_url(central_url).port) as line:
        yield line


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    taken: Taken = queue.SimpleQueue()

    class Watched(SqliteCatalogue):
        """Tells what it takes."""

        def follow(self, changes: Any, **when: Any) -> bool:
            complete = super().follow(changes, **when)
            taken.put(changes)
            return complete

    monkeypatch.setattr(assembly, "SqliteCatalogue", Watched)
    return taken


@pytest.fixture
def other(central_url: str) -> Iterator[Other]:
    other = Other(central_url)
    yield other
    other.close()


@pytest.fixture(autouse=True)
def _asks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "ASK_SECONDS", ASK_SECONDS)


@pytest.fixture
def settings(line: NetworkLine, central_url: str, station_url: str, tmp_path: Path) -> Settings:
    """Of a station that was let in, and reaches the centre by the line."""
    url = make_url(station_url).set(port=line.port).render_as_string(hide_password=False)
    enrolled(central_url, device_identity(tmp_path / "a"))
    return Settings(data_dir=tmp_path / "a", station="A", database_url=url)


@pytest.fixture
def watcher(clock: Clock, settings: Settings, taken: Taken) -> Iterator[Watcher]:
    """A running station that has loaded all bags."""
    watcher = Watcher()
    with running_station(settings, listeners=[watcher]) as watcher.station:
        watcher.wait_for(CatalogueChanged, lambda event: event.complete)
        yield watcher


def wait_until_taken(taken: Taken, code: str) -> None:
    while not any(bag[1] == code for bag in taken.get(timeout=PATIENCE_SECONDS).bags):
        pass


def cut(line: NetworkLine, watcher: Watcher, clock: Clock) -> None:
    line.cut()
    watcher.wait_for(DeliveryChanged, lambda event: not event.online)
    clock.ahead += timedelta(hours=1)


def test_an_idle_station_without_a_line_refuses_what_another_linked_an_hour_ago(
    watcher: Watcher, other: Other, taken: Taken, line: NetworkLine, clock: Clock
):
    other.post(opened("SB10001"), added("SB10001", "CHILD1"), added("SB10001", "CHILD2"))
    wait_until_taken(taken, "CHILD2")
    known_at = clock()
    cut(line, watcher, clock)

    assert watcher.scan("SB20001").verdict is Verdict.ACCEPTED
    refused = watcher.scan("CHILD1")

    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, Reason.CHILD_IN_OTHER_PARENT)
    assert refused.fact.parent == "SB10001"
    assert abs(refused.fact.as_of - known_at) < timedelta(minutes=1)
    assert "SB10001" in message_for(refused, now=clock()).what
    assert "known at" in message_for(refused, now=clock()).what


def test_without_a_line_what_was_unlinked_is_taken_again_and_counts_are_the_centres(
    watcher: Watcher, other: Other, taken: Taken, line: NetworkLine, clock: Clock
):
    watcher.scan("SB20001")
    watcher.scan("CHILD1")
    watcher.wait_for(ReceiptsRecorded, lambda event: event.answered[-1][0].decision.child == "CHILD1")
    other.post(opened("SB10001"), *(added("SB10001", f"CHILD{number}") for number in range(2, 7)))
    wait_until_taken(taken, "CHILD6")
    query(other.url, "DELETE FROM link WHERE child_bag_id = (SELECT id FROM bag WHERE qr_id = 'CHILD1')")
    query(other.url, "DELETE FROM scan; DELETE FROM bag WHERE qr_id IN ('CHILD1', 'SB20001')")
    while not taken.get(timeout=PATIENCE_SECONDS).gone:
        pass
    cut(line, watcher, clock)

    watcher.scan("TT-CMD-CLOSE")
    watcher.scan("TT-CMD-CLOSE")
    again = watcher.scan("SB10001")
    child = watcher.scan("CHILD1")

    assert (again.verdict, again.base_count) == (Verdict.ACCEPTED, 5)
    assert (child.verdict, child.parent) == (Verdict.ACCEPTED, "SB10001")
    line.restore()
    watcher.wait_for(ReceiptsRecorded, lambda event: event.answered[-1][0].decision.child == "CHILD1")
    assert len(children_by_parent(other.url)["SB10001"]) == 6


def test_a_busy_station_learns_with_its_next_receipt(
    watcher: Watcher, other: Other, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delivery, "ASK_SECONDS", 60.0)
    watcher.scan("SB20001")
    watcher.wait_for(ReceiptsRecorded)
    other.post(opened("SB10001"), added("SB10001", "CHILD1"))

    watcher.scan("CHILD9")
    watcher.wait_for(ReceiptsRecorded)
    refused = watcher.scan("CHILD1")

    assert (refused.reason, refused.fact.parent) == (Reason.CHILD_IN_OTHER_PARENT, "SB10001")
