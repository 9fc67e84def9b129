"""In which order the threads of a station begin and end."""

from types import SimpleNamespace
from typing import Any

import pytest

from traitortrack_desktop.runtime.station import EventHub, Station


class Part:
    """One of the station's threads; notes what it is told."""

    def __init__(self, name: str, calls: list[str]) -> None:
        self._name = name
        self._calls = calls

    def __getattr__(self, what: str) -> Any:
        return lambda *_: self._calls.append(f"{self._name} {what}")


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def station(calls: list[str]) -> Station:
    parts: dict[str, Any] = {
        name: Part(name, calls) for name in ("intake", "delivery", "catalogue", "accounts")
    }
    remembered: Any = SimpleNamespace()
    return Station(name="7", hub=EventHub(), remembered=remembered, **parts)


def test_what_is_known_is_open_before_the_first_scan_can_come(station: Station, calls: list[str]):
    station.start()

    assert calls == ["intake start", "catalogue start", "intake refresh_bill", "delivery start"]
    station.stop()


def test_both_threads_that_may_hang_are_asked_to_end_before_one_is_waited_for(
    station: Station, calls: list[str]
):
    station.stop()

    assert calls == [
        "intake finish_queued",
        "catalogue ask_to_stop",
        "delivery stop",
        "catalogue stop",
        "intake stop",
        "accounts close",
    ]
