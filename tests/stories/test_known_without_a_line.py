"""What others did is known here, soon and with every receipt, and still when the line is cut."""

import queue
from datetime import UTC, datetime, timedelta

import pytest
from fakes.central_owner import query
from fakes.central_rows import children_by_parent
from fakes.decisions import added, opened
from fakes.entry_chain import EntryChain
from sqlalchemy import make_url

from traitortrack_desktop import assembly
from traitortrack_desktop.assembly import running_station
from traitortrack_desktop.domain.entries import Verdict
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.presentation.messages import message_for
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


class Clock:
    """The station's clock, which can be set."""

    def __init__(self):
        self.ahead = timedelta(0)

    def __call__(self):
        return datetime.now(UTC) + self.ahead


class Watched(SqliteCatalogue):
    """Tells what it takes."""

    taken = queue.SimpleQueue()

    def follow(self, changes, **when):
        complete = super().follow(changes, **when)
        self.taken.put(changes)
        return complete


class Watcher:
    """A station's events, to wait for."""

    def __init__(self):
        self._events = queue.SimpleQueue()
        self.station = None

    def __call__(self, event):
        self._events.put(event)

    def wait_for(self, kind, wanted=lambda _event: True):
        while True:
            event = self._events.get(timeout=PATIENCE_SECONDS)
            if isinstance(event, kind) and wanted(event):
                return event

    def scan(self, text):
        self.station.submit(ScanFrame(source="gun", raw=text.encode()))
        return self.wait_for(ScanDecided).entry.decision


class Other:
    """Another station's postings."""

    def __init__(self, url):
        self._chain = EntryChain()
        self._office = CentralPostingOffice(url, device=self._chain.device, station_name="b", version="1")

    def post(self, *decisions):
        receipts = self._office.post(self._chain.entries(decisions)).receipts
        assert [receipt.reason for receipt in receipts] == [None] * len(decisions)

    def close(self):
        self._office.close()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(assembly, "station_time", clock)
    return clock


@pytest.fixture
def line(central_url):
    with NetworkLine(target_host="127.0.0.1", target_port=make_url(central_url).port) as line:
        yield line


@pytest.fixture
def taken(monkeypatch):
    monkeypatch.setattr(assembly, "SqliteCatalogue", Watched)
    Watched.taken = queue.SimpleQueue()
    return Watched.taken


@pytest.fixture
def other(central_url):
    other = Other(central_url)
    yield other
    other.close()


@pytest.fixture
def watcher(clock, line, station_url, taken, tmp_path):
    watcher = Watcher()
    url = make_url(station_url).set(port=line.port).render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path / "a", station="A", database_url=url)
    with running_station(settings, listeners=[watcher]) as watcher.station:
        watcher.wait_for(CatalogueChanged, lambda event: event.complete)
        yield watcher


def wait_until_taken(taken, code):
    while not any(bag[1] == code for bag in taken.get(timeout=PATIENCE_SECONDS).bags):
        pass


def cut(line, watcher, clock):
    line.cut()
    watcher.wait_for(DeliveryChanged, lambda event: not event.online)
    clock.ahead += timedelta(hours=1)


def test_an_idle_station_without_a_line_refuses_what_another_linked_an_hour_ago(
    watcher, other, taken, line, clock
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
    watcher, other, line, clock, central_url
):
    watcher.scan("SB20001")
    watcher.scan("CHILD1")
    watcher.wait_for(ReceiptsRecorded, lambda event: event.answered[-1][0].decision.child == "CHILD1")
    other.post(opened("SB10001"), *(added("SB10001", f"CHILD{number}") for number in range(2, 7)))
    taken = Watched.taken
    wait_until_taken(taken, "CHILD6")
    query(central_url, "DELETE FROM link WHERE child_bag_id = (SELECT id FROM bag WHERE qr_id = 'CHILD1')")
    query(central_url, "DELETE FROM scan; DELETE FROM bag WHERE qr_id IN ('CHILD1', 'SB20001')")
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
    assert len(children_by_parent(central_url)["SB10001"]) == 6


def test_a_busy_station_learns_with_its_next_receipt(watcher, other):
    watcher.scan("SB20001")
    watcher.wait_for(ReceiptsRecorded)
    other.post(opened("SB10001"), added("SB10001", "CHILD1"))
    watcher.scan("CHILD9")
    watcher.wait_for(ReceiptsRecorded)
    refused = watcher.scan("CHILD1")
    assert (refused.reason, refused.fact.parent) == (Reason.CHILD_IN_OTHER_PARENT, "SB10001")
