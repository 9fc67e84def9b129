"""The station is killed and started again: every accepted code is at the centre exactly once."""

import random
import sys
from pathlib import Path

import pytest
from fakes.central_rows import children_by_parent, wrong_counters
from fakes.headless_station import HeadlessStation
from fakes.killed_station import STEPS

PROGRAM = Path(__file__).parents[1] / "fakes" / "killed_station.py"


def shift(*sizes):
    """Return the parents of a shift with their children; the number at each place is how many."""
    return {
        f"SB{20000 + parent}": [f"K{parent:03}C{child:03}" for child in range(size)]
        for parent, size in enumerate(sizes)
    }


class Operator:
    """Scans a shift and carries on after every kill with the first code that was not answered."""

    def __init__(self, bags):
        self.codes = [code for parent, children in bags.items() for code in (parent, *children)]
        self.done = 0
        self.told_ok = []

    @property
    def finished(self):
        return self.done == len(self.codes)

    def work(self, station, limit=None):
        """Scan until the station dies, the shift ends or *limit* codes are done."""
        until = len(self.codes) if limit is None else min(len(self.codes), self.done + limit)
        while self.done < until:
            answer = station.scan(self.codes[self.done])
            if answer is None:
                return
            if answer["verdict"] == "confirm":
                continue
            if answer["verdict"] == "accepted":
                self.told_ok.append(answer["code"])
            self.done += 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 4])
def test_a_kill_between_two_stages_loses_and_doubles_nothing(central_url, tmp_path, step, nth):
    bags = shift(3, 3)
    operator = Operator(bags)
    with HeadlessStation(central_url, tmp_path, program=[sys.executable, PROGRAM, step, str(nth)]) as station:
        while not operator.finished and station.process.poll() is None:
            operator.work(station, limit=1)
            station.wait_until_posted()  # so that each scan is a delivery of its own
        assert station.process.wait(30) == -9
    with HeadlessStation(central_url, tmp_path) as station:
        operator.work(station)
        code, summary = station.finish()
    assert (code, summary["pending"]) == (0, 0)
    assert children_by_parent(central_url) == bags
    assert len(operator.told_ok) == len(set(operator.told_ok))
    assert wrong_counters(central_url) == []


@pytest.mark.slow
def test_fifty_kills_at_random_moments_of_a_shift_of_300_codes(central_url, tmp_path):
    bags = shift(*[30] * 9, 20)
    operator = Operator(bags)
    moments = random.Random(20260105)
    for _ in range(50):
        with HeadlessStation(central_url, tmp_path) as station:
            operator.work(station, limit=moments.randint(1, 8))
    with HeadlessStation(central_url, tmp_path) as station:
        operator.work(station)
        code, summary = station.finish()
    assert (code, summary["pending"]) == (0, 0)
    assert children_by_parent(central_url) == bags
    assert wrong_counters(central_url) == []
