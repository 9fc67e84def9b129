"""Delivery: in order, repeated until answered, never blocked by one bad entry."""

from collections import deque
from uuid import uuid4

from fakes.scanning import Scanning

from traitortrack_desktop.domain.entries import Outcome, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.delivery import (
    FIRST_BATCH,
    FULL_PROBE_SECONDS,
    LARGEST_BATCH,
    LONGEST_PAUSE_SECONDS,
    PROBE_SECONDS,
    Delivery,
    Step,
)
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreTrouble,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    PostingReply,
    StationStanding,
)


class Waiting:
    def __init__(self, entries):
        self.entries = list(entries)

    def first(self, limit):
        return self.entries[:limit]

    def answered_up_to(self):
        return self.entries[0].seq - 1 if self.entries else 0

    def close(self):
        pass


class Centre:
    """Answers every batch; ``failures`` are raised first, ``poison`` makes a batch unacceptable."""

    def __init__(self, *, failures=(), poison=(), answer=Outcome.POSTED):
        self.failures = deque(failures)
        self.poison = set(poison)
        self.batches = []
        self.named = []
        """The session that each question named."""
        self.standing = None

    def post(self, entries, cursor=None, *, session=None):
        self.named.append(session)
        if self.failures:
            raise self.failures.popleft()
        if self.poison & {entry.seq for entry in entries}:
            raise EntriesNotAcceptableError
        self.batches.append([entry.seq for entry in entries])
        receipts = tuple(Receipt(seq=entry.seq, outcome=Outcome.POSTED) for entry in entries)
        return PostingReply(
            receipts=receipts, server_time=entries[0].at, centre="1/1", standing=self.standing
        )

    def probe(self, *, session=None):
        self.named.append(session)
        if self.failures:
            raise self.failures.popleft()
        return self.standing

    def close(self):
        pass


class Bench:
    def __init__(self, count=0, **centre):
        scanning = Scanning(capacity=500)
        scanning.scan_all(" ".join(["SB10001", *(f"C{number:04}" for number in range(count - 1))][:count]))
        self.waiting = Waiting(scanning.entries)
        self.centre = Centre(**centre)
        self.told = []
        self.receipts = []
        self.can_store = True
        self.now = 0.0
        self.session = None
        self.standings = []
        self.delivery = Delivery(
            waiting=self.waiting,
            office=self.centre,
            store=self.store,
            tell=self.told.append,
            seconds=lambda: self.now,
            session=lambda: self.session,
            standing=self.standings.append,
        )

    def store(self, entries, reply):
        if self.can_store:
            self.receipts += reply.receipts
            answered = {receipt.seq for receipt in reply.receipts}
            self.waiting.entries = [entry for entry in self.waiting.entries if entry.seq not in answered]
        return self.can_store

    def run(self):
        while self.delivery.step() is Step.SENT:
            pass


def test_everything_waiting_is_sent_once_in_order():
    bench = Bench(count=400)
    bench.run()
    assert [seq for batch in bench.centre.batches for seq in batch] == list(range(1, 401))


def test_batches_grow_while_the_centre_is_fast_and_stay_bounded():
    bench = Bench(count=400)
    bench.run()
    sizes = [len(batch) for batch in bench.centre.batches]
    assert sizes[:3] == [FIRST_BATCH, 2 * FIRST_BATCH, 4 * FIRST_BATCH]
    assert max(sizes) <= LARGEST_BATCH


def test_an_unreachable_centre_postpones_and_the_same_entries_are_offered_again():
    bench = Bench(count=3, failures=[CentreUnreachableError(), CentreUnreachableError()])
    assert [bench.delivery.step() for _ in range(3)] == [Step.POSTPONED, Step.POSTPONED, Step.SENT]
    assert bench.centre.batches == [[1, 2, 3]]


def test_the_pause_never_exceeds_its_limit():
    bench = Bench(count=1, failures=[CentreUnreachableError()] * 50)
    pauses = []
    for _ in range(50):
        bench.delivery.step()
        pauses.append(bench.delivery.pause_seconds)
    assert min(pauses) > 0
    assert max(pauses) <= LONGEST_PAUSE_SECONDS


def test_the_state_of_the_line_is_told_once_for_each_change():
    bench = Bench(count=2, failures=[CentreUnreachableError(), CentreUnreachableError()])
    for _ in range(5):
        bench.delivery.step()
    assert [event.online for event in bench.told] == [False, True]


def test_a_mismatch_is_told_with_its_problem_and_nothing_is_given_up():
    bench = Bench(count=1, failures=[CentreMismatchError("run db upgrade")])
    bench.delivery.step()
    assert bench.told[-1].problem == "run db upgrade"
    assert len(bench.waiting.entries) == 1


def test_what_the_operator_has_to_know_is_told_with_it():
    bench = Bench(count=1, failures=[CentreMismatchError("restore it", trouble=CentreTrouble.REVOKED)])
    bench.delivery.step()
    bench.delivery.step()
    assert [event.trouble for event in bench.told] == [CentreTrouble.REVOKED, None]


def test_a_centre_that_does_not_accept_even_the_question_needs_a_person():
    bench = Bench(count=0, failures=[EntriesNotAcceptableError("a trigger refuses")])
    assert bench.delivery.step() is Step.POSTPONED
    assert bench.told[-1].problem == "a trigger refuses"


def test_an_entry_that_the_centre_cannot_read_is_set_apart_and_the_others_are_posted():
    bench = Bench(count=20, poison={7})
    bench.run()
    assert {receipt.seq for receipt in bench.receipts if receipt.outcome is Outcome.POSTED} == (
        set(range(1, 21)) - {7}
    )
    assert [(r.seq, r.reason) for r in bench.receipts if r.outcome is Outcome.REFUSED] == [
        (7, Reason.CENTRE_COULD_NOT_STORE)
    ]


def test_receipts_that_cannot_be_stored_leave_the_entries_waiting():
    bench = Bench(count=2)
    bench.can_store = False
    assert bench.delivery.step() is Step.POSTPONED
    assert bench.delivery.pause_seconds == LONGEST_PAUSE_SECONDS
    bench.can_store = True
    bench.run()
    assert bench.centre.batches == [[1, 2], [1, 2]]


def test_an_idle_station_probes_the_centre():
    bench = Bench(failures=[CentreUnreachableError()])
    assert [bench.delivery.step(), bench.delivery.step()] == [Step.POSTPONED, Step.NOTHING_WAITS]
    assert [event.online for event in bench.told] == [False, True]


def test_the_centre_is_not_probed_right_after_it_answered():
    bench = Bench(count=1)
    bench.run()
    bench.centre.failures.append(CentreUnreachableError())
    assert bench.delivery.step() is Step.NOTHING_WAITS
    bench.now += PROBE_SECONDS
    assert bench.delivery.step() is Step.POSTPONED


def test_a_centre_that_is_too_slow_for_a_batch_gets_smaller_ones_down_to_one_entry():
    bench = Bench(count=100, failures=[CentreUnreachableError() for _ in range(8)])
    for _ in range(8):
        bench.delivery.step()
    bench.delivery.step()
    assert bench.centre.batches == [[1]]


def test_postings_and_probes_name_whoever_works_here_now():
    bench = Bench(count=2)
    bench.delivery.step()
    bench.session = uuid4()
    bench.delivery.step()
    bench.now += FULL_PROBE_SECONDS
    bench.delivery.step()
    assert bench.centre.named == [None, bench.session]


def test_what_the_centre_says_of_the_station_is_passed_on_once_the_receipts_are_stored():
    bench = Bench(count=2)
    bench.centre.standing = StationStanding(name="Gate 3")
    bench.can_store = False
    bench.delivery.step()
    assert bench.standings == []
    bench.can_store = True
    bench.delivery.step()
    bench.now += FULL_PROBE_SECONDS
    bench.delivery.step()
    assert bench.standings == [bench.centre.standing] * 2
