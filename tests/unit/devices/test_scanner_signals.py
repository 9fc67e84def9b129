"""What a scanner's own signal says: that its reading counts, and nothing else."""

import pytest
from fakes.intake_bench import IntakeBench

from traitortrack_desktop.devices.scanner_signals import ScannerSignals
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import Feedback


class Bench(IntakeBench):
    def __init__(self, feedback):
        self.answers = []
        self._signals = ScannerSignals(
            lambda source, good: self.answers.append((source, good)), lambda _source: feedback
        )
        super().__init__(capacity=4)

    def tell(self, event):
        super().tell(event)
        self._signals.take(event)

    def answered(self, *args, **how):
        """Scan and return the answers that it brought."""
        before = len(self.answers)
        self.scan(*args, **how)
        return self.answers[before:]


@pytest.fixture(params=[Feedback.BEL, Feedback.SSI, Feedback.HONEYWELL])
def bench(request):
    return Bench(request.param)


def test_a_bag_read_twice_at_once_is_as_good_as_its_first_reading(bench):
    bench.scan("SB10001")
    bench.scan("C001")
    assert bench.answered("C001", after_ms=100) == [("left", True)]


def test_a_refused_bag_read_twice_at_once_is_not_good(bench):
    bench.scan("C001")
    assert bench.answered("C001", after_ms=100) == [("left", False)]


def test_a_bag_that_both_guns_read_is_as_good_at_the_second(bench):
    bench.scan("SB10001")
    bench.scan("C001")
    assert bench.answered("C001", source="right", after_ms=100) == [("right", True)]


def test_a_bag_that_stopped_the_station_is_not_good_at_the_other_gun(bench):
    bench.scan_all(f"SB10009 C001 {Command.CLOSE} {Command.CLOSE} SB10001 C001")
    assert bench.state.stop is not None
    assert bench.answered("C001", source="right", after_ms=400) == [("right", False)]
    assert bench.decisions[-1].reason is Reason.READ_BY_BOTH


def test_a_parent_that_asked_is_not_good_when_it_is_read_twice(bench):
    bench.scan_all("SB10001 C001 SB10002")
    assert bench.answered("SB10002", after_ms=200) == [("left", False)]


def test_the_gun_that_places_is_answered_once_at_the_end(bench):
    bench.scan("SB10001")
    bench.pour("C001 C002 C003", source="right")
    assert bench.answered(Command.PLACE) == [("left", True)]


def test_the_gun_that_places_hears_that_a_person_has_to_look(bench):
    bench.scan("SB10001")
    bench.pour("C001 ??? C003", source="right")
    assert bench.answered(Command.PLACE) == [("left", False)]


def test_a_disk_that_fails_while_it_places_is_one_answer(bench):
    bench.scan("SB10001")
    bench.pour("C001 C002 C003", source="right")
    append = bench.journal.append

    def fails_at_the_second(decision, **rest):
        bench.journal.failing = decision.code == "C002"
        return append(decision, **rest)

    bench.journal.append = fails_at_the_second
    assert bench.answered(Command.PLACE) == [("left", False)]


def test_a_gap_that_is_held_later_is_no_answer_to_anything(bench):
    bench.pour("C001")
    bench.journal.failing = True
    bench.pour("C002")
    bench.journal.failing = False
    assert bench.answered("SB10001", source="right") == [("right", True)]
