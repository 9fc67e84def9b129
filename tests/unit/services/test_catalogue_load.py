"""The load of the catalogue: pages that fit the line, pauses, and an end when there is nothing to load."""

from datetime import UTC, datetime

import pytest
from fakes.memory_catalogue import MemoryCatalogue, MemorySource

from traitortrack_desktop.services.catalogue import LoadProgress
from traitortrack_desktop.services.catalogue_load import (
    FIRST_PAGE,
    FIRST_PAUSE_SECONDS,
    LARGEST_PAGE,
    LONGEST_PAUSE_SECONDS,
    NO_FEED_PAUSE_SECONDS,
    SMALLEST_PAGE,
    SPREAD_SECONDS,
    CatalogueLoad,
)
from traitortrack_desktop.services.events import CatalogueChanged, StationEvent
from traitortrack_desktop.services.ports import (
    CentreChanges,
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
)

THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class Bench:
    """A load of *count* bags; each page takes ``page_seconds``, at most *most* bags come on one."""

    def __init__(self, count: int = 6, most: int = 10**9) -> None:
        rows = [[str(number), f"C{number}", "child", *[None] * 5] for number in range(1, count + 1)]
        self.source = MemorySource(rows)
        self.source.most = most
        self.source.when_asked = self._take_time
        self.copy = MemoryCatalogue()
        self.now = 0.0
        self.page_seconds = 2.0
        self.told: list[StationEvent] = []
        self.load = CatalogueLoad(
            copy=self.copy,
            source=self.source,
            tell=self.told.append,
            seconds=lambda: self.now,
            spread=lambda: SPREAD_SECONDS / 2,
        )

    def _take_time(self) -> None:
        self.now += self.page_seconds

    def run(self) -> float | None:
        return self.load.run(lambda: False)

    def complete(self) -> None:
        self.run()
        self.copy.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)

    @property
    def pages(self) -> list[int]:
        return [limit for _, limit in self.source.asked]

    @property
    def shown(self) -> list[tuple[int, bool]]:
        """How many bags each event told of, and whether the load goes on."""
        return [
            (event.loaded, not event.stopped) for event in self.told if isinstance(event, CatalogueChanged)
        ]


def test_all_pages_are_kept_and_told_and_nothing_is_left_to_do():
    bench = Bench(most=2)

    assert bench.run() is None
    assert bench.shown == [(0, True), (2, True), (4, True), (6, True)]
    assert bench.copy.open().done
    assert bench.source.closed == 1


def test_pages_grow_while_they_come_fast_and_no_further_than_the_largest():
    bench = Bench(count=20, most=1)
    bench.page_seconds = 0.1
    bench.run()

    assert bench.pages[:3] == [FIRST_PAGE, 2 * FIRST_PAGE, 4 * FIRST_PAGE]
    assert bench.pages[-1] == LARGEST_PAGE


def test_pages_shrink_while_they_come_slowly_and_no_further_than_the_smallest():
    bench = Bench(count=20, most=1)
    bench.page_seconds = 5.0
    bench.run()

    assert bench.pages[:3] == [FIRST_PAGE, FIRST_PAGE // 2, FIRST_PAGE // 4]
    assert bench.pages[-1] == SMALLEST_PAGE


def test_a_page_that_does_not_come_is_tried_smaller_after_pauses_that_grow():
    bench = Bench()
    bench.source.pages = 0
    pauses = [bench.run() for _ in range(9)]

    assert pauses[:3] == [FIRST_PAUSE_SECONDS, 2 * FIRST_PAUSE_SECONDS, 4 * FIRST_PAUSE_SECONDS]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS
    bench.source.pages = 1
    bench.run()
    assert bench.pages == [SMALLEST_PAGE]


def test_after_a_page_the_pauses_begin_small_again_and_the_load_goes_on_where_it_was():
    bench = Bench(most=2)
    for pages in (0, 0, 1):
        bench.source.pages = pages
        pause = bench.run()

    assert pause == FIRST_PAUSE_SECONDS
    bench.source.pages = 99
    assert bench.run() is None
    assert [after for after, _ in bench.source.asked] == [0, 2, 4]
    assert bench.source.starts == 1


def test_bags_that_were_deleted_at_the_end_of_the_list_do_not_keep_it_from_ending():
    bench = Bench(most=2)
    bench.source.when_asked = lambda: bench.source.rows.__delitem__(slice(2, None))

    assert bench.run() is None
    assert bench.copy.open().done


def test_a_centre_without_a_feed_is_asked_seldom_and_complained_of_once(caplog: pytest.LogCaptureFixture):
    bench = Bench()
    bench.source.start = lambda: None  # type: ignore[method-assign]

    assert [bench.run(), bench.run()] == [NO_FEED_PAUSE_SECONDS] * 2
    assert caplog.text.count("db upgrade") == 1
    assert bench.told == []


@pytest.mark.parametrize("trouble", [CentreMismatchError("no right"), EntriesNotAcceptableError("odd")])
def test_a_load_that_may_not_go_on_is_not_shown_as_going_on(
    trouble: Exception, caplog: pytest.LogCaptureFixture
):
    bench = Bench(most=2)
    bench.source.pages, bench.source.trouble = 1, trouble

    assert bench.run() == NO_FEED_PAUSE_SECONDS
    assert bench.shown[-2:] == [(2, True), (2, False)]
    assert caplog.text.count(str(trouble)) == 1


def test_a_full_disk_is_told_once_and_tried_again_in_a_minute(caplog: pytest.LogCaptureFixture):
    bench = Bench(most=2)
    bench.source.when_asked = lambda: setattr(bench.copy, "fails", "disk full")

    assert [bench.run() for _ in range(3)] == [LONGEST_PAUSE_SECONDS] * 3
    assert caplog.text.count("disk full") == 1
    assert bench.shown[-1] == (0, False)
    bench.copy.fails, bench.source.when_asked = None, lambda: None
    assert bench.run() is None


def test_a_load_ends_between_two_pages_when_the_station_stops():
    bench = Bench(most=2)
    bench.load.run(lambda: len(bench.source.asked) == 1)

    assert len(bench.source.asked) == 1
    assert bench.copy.progress().loaded == 2
    assert bench.source.closed == 1


def test_a_load_anew_begins_after_a_random_while_and_a_first_one_at_once():
    bench = Bench()
    bench.complete()
    bench.copy.follow(CentreChanges(reload=True), as_of=THEN, posted_seq=None)
    began = bench.now

    assert bench.run() == SPREAD_SECONDS / 2
    bench.now += SPREAD_SECONDS / 4
    assert bench.run() == SPREAD_SECONDS / 4
    assert bench.source.starts == 1
    bench.now = began + SPREAD_SECONDS / 2
    assert bench.run() is None
    assert bench.source.starts == 2


def test_the_random_while_is_within_its_limit():
    bench = Bench()
    bench.load = CatalogueLoad(
        copy=bench.copy, source=bench.source, tell=bench.told.append, seconds=lambda: bench.now
    )
    bench.complete()
    bench.copy.follow(CentreChanges(reload=True), as_of=THEN, posted_seq=None)

    assert 0.0 < (bench.run() or 0.0) <= SPREAD_SECONDS


def test_damage_is_looked_for_once_and_after_the_copy_was_opened():
    bench = Bench()
    bench.load.open()
    bench.run()
    bench.run()

    assert bench.copy.calls[:3] == ["open", "open", "check"]
    assert bench.copy.calls.count("check") == 1


def test_a_copy_that_does_not_open_keeps_no_station_from_starting():
    bench = Bench()
    bench.copy.fails = "the file is busy"

    bench.load.open()

    assert bench.copy.progress() == LoadProgress()


def test_an_unreachable_centre_keeps_showing_how_far_the_load_is():
    bench = Bench(most=2)
    bench.source.pages, bench.source.trouble = 1, CentreUnreachableError()
    bench.run()

    assert bench.shown[-1] == (2, True)
