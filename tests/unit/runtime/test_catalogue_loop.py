"""The loader thread: known from the first scan on, woken when it is needed, and ended without waiting."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fakes.memory_catalogue import MemoryCatalogue, MemorySource

from traitortrack_desktop.runtime.catalogue_loop import STOP_SECONDS, CatalogueLoop
from traitortrack_desktop.services.catalogue import LoadProgress
from traitortrack_desktop.services.catalogue_load import CatalogueLoad
from traitortrack_desktop.services.events import DeliveryChanged
from traitortrack_desktop.services.ports import CentreChanges, CentreUnreachableError

PATIENCE_SECONDS = 20
THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class Bench:
    """A loop over two pages; a page is held back while ``hold`` is not set."""

    def __init__(self) -> None:
        self.copy = MemoryCatalogue()
        self.source = MemorySource([[str(number), f"C{number}", "child", *[None] * 5] for number in (1, 2)])
        self.source.most = 1
        self.hold = threading.Event()
        self.hold.set()
        self.asked = threading.Semaphore(0)
        self.loaded = threading.Semaphore(0)
        self.tries = threading.Semaphore(0)
        self.source.when_asked = self._page
        close = self.source.close

        def closed() -> None:
            close()
            self.tries.release()

        self.source.close = closed  # type: ignore[method-assign]
        load = CatalogueLoad(copy=self.copy, source=self.source, tell=lambda _: None, seconds=lambda: 0.0)
        self.loop = CatalogueLoop(load, loaded=self.loaded.release)

    def _page(self) -> None:
        self.asked.release()
        self.hold.wait(PATIENCE_SECONDS)

    def fill(self) -> None:
        """Have a complete list, as after an earlier start."""
        start = self.source.start()
        assert start is not None
        self.copy.begin(start)
        self.copy.add(self.source.rows)
        self.copy.finish([])
        self.copy.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)

    @property
    def ended(self) -> bool:
        self.loop._thread.join(PATIENCE_SECONDS)
        return not self.loop._thread.is_alive()


def reached(semaphore: threading.Semaphore) -> bool:
    return semaphore.acquire(timeout=PATIENCE_SECONDS)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.hold.set()
    bench.loop.stop()


def test_it_is_open_when_the_start_returns_and_damage_is_looked_for_afterwards(bench: Bench):
    bench.fill()
    checking, go_on = threading.Event(), threading.Event()

    def check() -> None:
        checking.set()
        go_on.wait(PATIENCE_SECONDS)

    opened_by: list[int] = []
    opening = bench.copy.open

    def opened() -> LoadProgress:
        opened_by.append(threading.get_ident())
        return opening()

    bench.copy.open = opened  # type: ignore[method-assign]
    bench.copy.when_checked = check
    bench.loop.start()

    assert opened_by[0] == threading.get_ident()
    assert checking.wait(PATIENCE_SECONDS)
    assert bench.copy.known("C1").as_of == THEN
    go_on.set()
    assert reached(bench.loaded)


def test_when_all_is_loaded_it_says_so_and_sleeps_until_it_is_needed(bench: Bench):
    bench.loop.start()
    assert reached(bench.loaded)

    bench.copy._loading = None  # as after damage
    bench.loop.load_anew()

    assert reached(bench.loaded)
    assert bench.source.starts == 2


def test_it_tries_again_at_once_when_the_centre_answers_again(bench: Bench):
    bench.source.pages, bench.source.trouble = 0, CentreUnreachableError()
    bench.loop._load._pause = 1000.0
    bench.loop.start()
    assert reached(bench.tries)

    bench.source.pages = 99
    bench.loop.take(DeliveryChanged(online=True))

    assert reached(bench.loaded)


def test_a_centre_that_went_away_wakes_nobody(bench: Bench):
    bench.loop.take(DeliveryChanged(online=False))

    assert not bench.loop._wake.is_set()


def test_it_ends_after_the_page_that_was_on_its_way(bench: Bench):
    bench.hold.clear()
    bench.loop.start()
    assert reached(bench.asked)
    bench.loop.ask_to_stop()
    bench.hold.set()

    assert bench.ended
    assert len(bench.source.asked) == 1
    assert bench.copy.calls[-1] == "close"


class Hanging:
    """A thread that waits for a dead network; notes how long it was waited for."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def is_alive(self) -> bool:
        return True

    def join(self, seconds: float) -> None:
        self.waited.append(seconds)


def test_nobody_waits_longer_than_the_limit_since_it_was_asked_to_stop():
    loop, hanging = Bench().loop, Hanging()
    loop._thread = hanging  # type: ignore[assignment]
    loop.ask_to_stop()
    assert loop._asked_to_stop_at is not None
    loop._asked_to_stop_at -= STOP_SECONDS - 0.5

    loop.stop()
    loop._asked_to_stop_at -= 60.0
    loop.stop()

    assert 0.0 < hanging.waited[0] <= 0.5
    assert hanging.waited[1] == 0.0


def test_an_unexpected_error_is_logged_and_ends_nothing(bench: Bench, caplog: pytest.LogCaptureFixture):
    rows = bench.source.rows
    bench.source.rows = None  # type: ignore[assignment]
    bench.loop.start()
    assert reached(bench.tries)

    bench.source.rows = rows
    bench.loop.load_anew()

    assert reached(bench.loaded)
    assert "unexpected error" in caplog.text
