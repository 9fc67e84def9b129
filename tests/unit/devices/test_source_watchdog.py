"""A scanner whose thread stands still or has ended does not keep its light."""

from dataclasses import replace

import pytest

from traitortrack_desktop.devices.source_watchdog import STANDS_STILL_AFTER_SECONDS, SourceWatchdog
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem

UNKNOWN = ScannerChanged(source="usb:1", name="left", ready=False)
READY = replace(UNKNOWN, ready=True)
FAILED = replace(UNKNOWN, problem=ScannerProblem.FAILED)


class Source:
    source = "usb:1"
    last_alive = 0.0


class Watched:
    def __init__(self):
        self.scanner, self.now, self.told, self.deaths = Source(), 0.0, [], 0
        self.dog = SourceWatchdog(
            lambda: [(self.scanner, UNKNOWN)],
            tell=self.told.append,
            died=self._died,
            seconds=lambda: self.now,
        )

    def _died(self):
        self.deaths += 1

    def stand_still(self):
        self.now += STANDS_STILL_AFTER_SECONDS + 1
        self.dog.look()


@pytest.fixture
def watched():
    return Watched()


def test_a_source_that_goes_round_keeps_its_light(watched):
    watched.dog.changed(READY)
    for now in range(60):
        watched.now = watched.scanner.last_alive = now
        watched.dog.look()
    assert watched.told == [READY]


def test_one_that_stands_still_is_told_once_and_has_its_light_again_when_it_goes_on(watched):
    watched.dog.changed(READY)
    watched.stand_still()
    watched.stand_still()
    assert watched.told == [READY, FAILED]
    watched.scanner.last_alive = watched.now
    watched.dog.look()
    assert watched.told == [READY, FAILED, READY]


def test_one_that_hangs_before_it_said_anything_is_told_too(watched):
    watched.stand_still()
    assert watched.told == [FAILED]


def test_a_light_that_a_still_source_tells_itself_stands(watched):
    watched.stand_still()
    watched.dog.changed(READY)
    watched.scanner.last_alive = watched.now
    watched.dog.look()
    assert watched.told == [FAILED, READY]


def test_one_that_has_ended_is_told_and_made_anew(watched):
    watched.dog.changed(READY)
    watched.scanner.last_alive = None
    watched.dog.look()
    assert (watched.told, watched.deaths) == ([READY, FAILED], 1)
