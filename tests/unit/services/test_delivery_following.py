"""Delivery and the catalogue: changes with each posting, and often enough in between."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fakes.memory_office import MemoryOffice
from fakes.scanning import Scanning

from traitortrack_desktop.services.catalogue import CatalogueUnusableError, LoadProgress
from traitortrack_desktop.services.catalogue_following import ASK_SECONDS, CatalogueFollowing
from traitortrack_desktop.services.delivery import FULL_PROBE_SECONDS, PROBE_SECONDS, Delivery, Step
from traitortrack_desktop.services.events import CatalogueChanged
from traitortrack_desktop.services.ports import CentreChanges

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class Copy:
    """A catalogue that remembers what it was told; ``cursor_now`` is ``None`` while it is not loaded."""

    def __init__(self):
        self.cursor_now = "c0"
        self.followed = []
        self.fails = False

    def cursor(self):
        return self.cursor_now

    def follow(self, changes, *, as_of, posted_seq):
        if self.fails:
            raise CatalogueUnusableError
        first = not self.followed
        self.followed.append((changes.cursor, as_of, posted_seq))
        self.cursor_now = changes.cursor or None
        return first

    def progress(self):
        return LoadProgress(loaded=7)


class Office(MemoryOffice):
    """A centre with a feed of *pages*; the last one is answered for ever."""

    def __init__(self, *pages):
        super().__init__()
        self.pages = list(pages) or [CentreChanges(cursor="c1")]
        self.asked, self.probes = [], 0

    def post(self, entries, cursor=None, *, session=None):
        reply = super().post(entries, session=session)
        self.probes -= 1
        return reply if cursor is None else _with(reply, self.changes_since(cursor))

    def changes_since(self, cursor):
        self.asked.append(cursor)
        return self.pages.pop(0) if len(self.pages) > 1 else self.pages[0]

    def probe(self, *, session=None):
        super().probe(session=session)
        self.probes += 1


def _with(reply, changes):
    return replace(reply, changes=changes)


class Bench:
    def __init__(self, *pages, count=0, answered=0):
        self.answered = answered
        scanning = Scanning()
        scanning.scan_all(" ".join(["SB10001", *(f"C{number:04}" for number in range(9))][:count]))
        self.entries = scanning.entries
        self.office, self.copy, self.told, self.loads = Office(*pages), Copy(), [], []
        self.now = 0.0
        self.order, self.held = [], []
        following = CatalogueFollowing(
            copy=self.copy,
            clock=lambda: START + timedelta(seconds=self.now),
            tell=self.told.append,
            load_anew=lambda: self.loads.append(self.now),
            held=self.held.append,
        )
        self.delivery = Delivery(
            waiting=self,
            office=self.office,
            store=self.store,
            tell=self.told.append,
            seconds=lambda: self.now,
            following=following,
        )

    def first(self, limit):
        return self.entries[:limit]

    def answered_up_to(self):
        return self.entries[0].seq - 1 if self.entries else self.answered

    def store(self, entries, _reply):
        self.order.append(len(self.copy.followed))
        self.entries = self.entries[len(entries) :]
        return True

    def idle(self, seconds):
        """Let *seconds* go by as the delivery thread would, without anything to send."""
        end = self.now + seconds
        while self.now < end:
            assert self.delivery.step() is Step.NOTHING_WAITS
            self.now += max(self.delivery.idle_seconds, 0.001)


def test_changes_are_asked_for_with_a_posting_and_taken_before_its_receipts_are_stored():
    bench = Bench(count=3)
    bench.delivery.step()
    assert bench.office.asked == ["c0"]
    assert bench.copy.followed == [("c1", START, 3)]
    assert bench.order == [1]


def test_what_was_answered_before_the_start_is_in_the_first_answer():
    bench = Bench(answered=70)
    bench.delivery.step()
    assert bench.copy.followed == [("c1", START, 70)]


def test_what_was_answered_since_the_start_is_in_the_next_answer():
    bench = Bench(answered=70)
    bench.delivery.step()
    bench.entries = Bench(count=3).entries
    bench.delivery.step()
    bench.idle(2)
    assert [posted for _, _, posted in bench.copy.followed] == [70, 3, 3]


def test_an_idle_station_asks_often_enough_to_know_within_two_seconds():
    bench = Bench()
    bench.idle(30)
    assert ASK_SECONDS <= 1.5
    assert len(bench.office.asked) >= 20
    times = [as_of for _, as_of, _ in bench.copy.followed]
    assert max(b - a for a, b in itertools.pairwise(times)) < timedelta(seconds=1.6)


def test_a_station_that_follows_still_finds_out_whether_its_entries_would_be_taken():
    bench = Bench()
    bench.idle(3 * FULL_PROBE_SECONDS)
    assert bench.office.probes in {3, 4}


def test_without_anything_to_follow_it_probes_as_ever():
    bench = Bench()
    bench.copy.cursor_now = None
    bench.idle(30)
    assert bench.office.asked == []
    assert bench.office.probes in {10, 11}
    assert bench.delivery.idle_seconds == PROBE_SECONDS


def test_a_round_of_several_pages_is_asked_for_without_a_pause():
    pages = [CentreChanges(cursor=f"c{number}", more=number < 5) for number in range(1, 6)]
    bench = Bench(*pages)
    bench.idle(0.01)
    assert [cursor for cursor, _, _ in bench.copy.followed][:5] == ["c1", "c2", "c3", "c4", "c5"]


def test_a_centre_without_a_feed_is_probed():
    bench = Bench(None)
    bench.idle(30)
    assert bench.copy.followed == []
    assert bench.office.probes >= 9


def test_when_nothing_can_be_followed_the_catalogue_is_loaded_anew():
    bench = Bench(CentreChanges(reload=True))
    bench.delivery.step()
    assert bench.loads == [0.0]


def test_a_catalogue_that_takes_no_changes_costs_no_posting():
    bench = Bench(count=3)
    bench.copy.fails = True
    assert bench.delivery.step() is Step.SENT
    assert (bench.entries, bench.loads) == ([], [0.0])


def test_that_the_catalogue_is_complete_is_told_once():
    bench = Bench()
    bench.idle(10)
    told = [event for event in bench.told if isinstance(event, CatalogueChanged)]
    assert told == [CatalogueChanged(loaded=7, total=7, complete=True, as_of=START)]


HELD = {
    "station": "Station 9",
    "device": "00000000-0000-4000-8000-000000000009",
    "since": "2026-03-01T07:50:00+00:00",
    "until": "2026-03-01T08:20:00+00:00",
}
ROWS = tuple((number, f"SB1000{number}", "parent", None, None, 1, None, None) for number in (1, 2, 3))


def test_parents_that_are_open_at_a_station_are_told_by_their_codes():
    bench = Bench(
        CentreChanges(cursor="c1", bags=ROWS, holders={1: HELD, 2: None, 3: {"station": "?"}, 4: HELD})
    )
    bench.delivery.step()

    (told,) = bench.held[:1]
    assert {code: holder.station for code, holder in told.items()} == {"SB10001": "Station 9"}


def test_without_a_parent_that_is_open_nothing_is_told():
    bench = Bench(CentreChanges(cursor="c1", bags=ROWS, holders={1: None}))
    bench.delivery.step()

    assert bench.held == []


def test_what_the_catalogue_could_not_take_is_not_told():
    bench = Bench(CentreChanges(cursor="c1", bags=ROWS, holders={1: HELD}))
    bench.copy.fails = True
    bench.delivery.step()

    assert bench.held == []
