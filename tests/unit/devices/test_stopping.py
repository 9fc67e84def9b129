"""Readers are stopped together, whatever one of them does."""

import threading

import pytest

from traitortrack_desktop.devices.source_thread import SourceThread
from traitortrack_desktop.devices.sources import NoTap, Outlets
from traitortrack_desktop.devices.stopping import stop_all
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity, ScannerProfile

PROFILE = ScannerProfile(name="left", connection=Connection.HID_POS, identity=DeviceIdentity(name="left"))


class Reader:
    def __init__(self, said, name, fails=()):
        self.said, self.name, self.fails = said, name, fails

    def ask_to_stop(self):
        self._say("asked")

    def stop(self, *, within_seconds):
        assert within_seconds <= 2
        self._say("stopped")

    def _say(self, word):
        self.said.append((word, self.name))
        if word in self.fails:
            raise OSError("gone")


def test_all_are_asked_before_one_is_waited_for():
    said = []
    stop_all([Reader(said, "left"), Reader(said, "right")], within_seconds=2)
    assert said == [("asked", "left"), ("asked", "right"), ("stopped", "left"), ("stopped", "right")]


@pytest.mark.parametrize("fails", ["asked", "stopped"])
def test_one_that_fails_leaves_no_other_running(fails, caplog):
    said = []
    stop_all([Reader(said, "left", (fails,)), Reader(said, "right")], within_seconds=2)
    assert said[-1] == ("stopped", "right")
    assert "gone" in caplog.text


def test_a_source_that_hangs_in_its_device_is_left_alone_and_tells_nothing_any_more(caplog):
    begun, may_end, told = threading.Event(), threading.Event(), []

    def hang():
        begun.set()
        may_end.wait(20)
        raise OSError("it gives up")

    thread = SourceThread(PROFILE, Outlets(submit=told.append, changed=told.append, tap=NoTap()), hang)
    thread.start()
    assert begun.wait(10)
    assert not thread.stop(within_seconds=0.01)
    may_end.set()
    assert thread.stop(within_seconds=10)
    assert told == []
    assert "left alone" in caplog.text


def test_a_source_that_was_never_started_can_be_stopped():
    thread = SourceThread(PROFILE, Outlets(submit=print, changed=print, tap=NoTap()), lambda: None)
    assert thread.stop(within_seconds=1)
