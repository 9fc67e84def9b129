"""What comes after a connection: a person at work, or a memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.reconnect_hold import QUIET_MS_WIRELESS, ReconnectHold
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

OPENED = 10_000
LOOKS_EVERY_MS = 200


def frame(number, kind=FrameKind.COMPLETE, *, started_ms=None, ended_ms=None):
    return ScanFrame(source="t", raw=b"%d" % number, kind=kind, started_ms=started_ms, ended_ms=ended_ms)


def told(frames):
    return [(int(frame.raw), frame.after_reconnect) for frame in frames]


class Line:
    """A scanner and somebody who looks often enough, after *opened_ms*."""

    def __init__(self, **more):
        self.hold = ReconnectHold(OPENED, **more)
        self.now_ms = OPENED
        self.out = []
        self.came_ms, self.left_ms = [], []

    def wait(self, ms, *, is_under_way=False):
        until_ms = self.now_ms + ms
        while self.now_ms + LOOKS_EVERY_MS <= until_ms:
            self.now_ms += LOOKS_EVERY_MS
            self._pass_on(self.hold.passed(self.now_ms, is_under_way=is_under_way))
        self.now_ms = until_ms

    def stall(self, ms):
        self.now_ms += ms

    def read(self, lasts_ms=0, kind=FrameKind.COMPLETE):
        began_ms = self.now_ms
        self.wait(lasts_ms, is_under_way=True)
        one = frame(len(self.came_ms), kind, started_ms=began_ms, ended_ms=self.now_ms)
        self.came_ms.append(self.now_ms)
        self._pass_on(self.hold.take(one, self.now_ms))

    def _pass_on(self, frames):
        self.out += frames
        self.left_ms += [self.now_ms] * len(frames)

    def ended(self):
        self.wait(3000)
        self._pass_on(self.hold.release(lost=False))
        return told(self.out)


def test_five_readings_are_a_memory_and_go_on_together():
    hold = ReconnectHold(OPENED)
    assert [hold.take(frame(n), OPENED + n) for n in range(4)] == [[], [], [], []]
    assert hold.is_holding
    assert told(hold.take(frame(4), OPENED + 4)) == [(n, True) for n in range(5)]
    assert not hold.is_holding


@given(
    gap_ms=st.integers(0, 299),
    lasts_ms=st.integers(0, 2000),
    count=st.integers(5, 60),
    begins_ms=st.integers(0, 2999),
    kind=st.sampled_from([FrameKind.COMPLETE, FrameKind.TYPED]),
)
def test_a_memory_of_any_speed_is_held_whole(gap_ms, lasts_ms, count, begins_ms, kind):
    line = Line()
    line.wait(begins_ms)
    for _ in range(count):
        line.read(lasts_ms, kind)
        line.wait(gap_ms)
    assert line.ended() == [(n, True) for n in range(count)]


@given(
    pauses_ms=st.lists(st.integers(500, 3000), min_size=1, max_size=40),
    lasts_ms=st.integers(0, 400),
    begins_ms=st.integers(0, 2999),
    after_loss=st.booleans(),
    quiet_ms=st.sampled_from([1000, QUIET_MS_WIRELESS]),
)
def test_a_hand_is_never_held_and_waits_a_second_at_most(
    pauses_ms, lasts_ms, begins_ms, after_loss, quiet_ms
):
    line = Line(after_loss=after_loss, quiet_ms=quiet_ms)
    line.wait(begins_ms)
    for pause_ms in pauses_ms:
        line.read(lasts_ms)
        line.wait(pause_ms)
    assert line.ended() == [(n, False) for n in range(len(pauses_ms))]
    assert all(left - came <= 1000 for came, left in zip(line.came_ms, line.left_ms, strict=True))


def test_forty_scans_at_a_steady_pace_from_the_start_are_a_person_at_work():
    line = Line()
    for _ in range(40):
        line.read()
        line.wait(900)
    assert line.ended() == [(n, False) for n in range(40)]


def test_fewer_go_on_unmarked_and_in_order_after_a_hands_pause():
    line = Line(after_loss=True)
    for _ in range(4):
        line.read()
        line.wait(50)
    line.wait(600)
    assert told(line.out) == [(n, False) for n in range(4)]


def test_a_hands_pause_begins_the_count_anew():
    line = Line()
    for _ in range(3):
        for _ in range(4):
            line.read()
            line.wait(100)
        line.wait(500)
    assert line.ended() == [(n, False) for n in range(12)]


@pytest.mark.parametrize(("quiet_ms", "pause_ms"), [(1000, 990), (QUIET_MS_WIRELESS, 1900)])
def test_a_pause_of_the_line_does_not_end_a_memory(quiet_ms, pause_ms):
    line = Line(quiet_ms=quiet_ms)
    for _ in range(20):
        line.read()
        line.wait(50)
    line.wait(pause_ms - 50)
    for _ in range(3):
        line.read()
        line.wait(50)
    assert line.ended() == [(n, True) for n in range(23)]


def test_what_pours_again_after_a_memory_was_quiet_is_a_memory_too():
    line = Line()
    for _ in range(2):
        for _ in range(60):
            line.read()
            line.wait(50)
        line.wait(1100)
    assert line.ended() == [(n, True) for n in range(120)]


def test_a_person_at_work_after_a_memory_is_not_held():
    line = Line()
    for _ in range(20):
        line.read()
        line.wait(50)
    line.wait(1500)
    for _ in range(5):
        line.read()
        line.wait(600)
    assert line.ended()[20:] == [(n, False) for n in range(20, 25)]


def test_a_pause_in_which_nobody_looked_is_no_hands_pause():
    line = Line()
    for _ in range(4):
        line.read()
    line.stall(2000)
    for _ in range(4):
        line.read()
    assert line.ended() == [(n, True) for n in range(8)]


def test_a_reading_under_way_is_no_pause():
    line = Line()
    for _ in range(5):
        line.read(lasts_ms=1400)
        line.wait(60)
    assert line.ended() == [(n, True) for n in range(5)]


def test_after_three_seconds_readings_go_straight_on():
    line = Line()
    line.wait(3000)
    for _ in range(10):
        line.read()
    assert told(line.out) == [(n, False) for n in range(10)]


def test_no_reading_overtakes_those_that_are_held():
    line = Line()
    line.wait(2999)
    line.read()
    line.wait(300)
    line.read()
    assert line.out == []
    assert line.ended() == [(0, False), (1, False)]


def test_parts_keep_their_place_and_make_no_memory():
    hold = ReconnectHold(OPENED)
    for n in range(6):
        assert hold.take(frame(n, FrameKind.PARTIAL if n in {1, 3} else FrameKind.COMPLETE), OPENED) == []
    assert told(hold.take(frame(6), OPENED)) == [(n, True) for n in range(7)]


@pytest.mark.parametrize(("after_loss", "lost"), [(False, False), (True, False), (False, True)])
def test_what_is_held_when_the_connection_ends_is_for_a_person_to_place_beside_a_loss(after_loss, lost):
    hold = ReconnectHold(OPENED, after_loss=after_loss)
    for n in range(4):
        hold.take(frame(n), OPENED + 50 * n)
    assert told(hold.release(lost=lost)) == [(n, after_loss or lost) for n in range(4)]
    assert hold.release(lost=lost) == []


@given(
    st.lists(st.tuples(st.integers(0, 2500), st.booleans(), st.booleans(), st.booleans()), max_size=40),
    st.booleans(),
)
def test_nothing_is_lost_or_overtaken_whatever_the_times(steps, after_loss):
    hold, now_ms, out = ReconnectHold(OPENED, after_loss=after_loss), OPENED, []
    for number, (gap, is_looked, is_under_way, is_part) in enumerate(steps):
        now_ms += gap
        if is_looked:
            out += hold.passed(now_ms, is_under_way=is_under_way)
        out += hold.take(frame(number, FrameKind.PARTIAL if is_part else FrameKind.COMPLETE), now_ms)
    out += hold.release(lost=False)
    assert [int(one.raw) for one in out] == list(range(len(steps)))
