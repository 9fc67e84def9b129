"""What comes after a connection: a person at work, or a memory."""

from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.reconnect_hold import ReconnectHold
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

OPENED = 10_000


def frame(number, kind=FrameKind.COMPLETE):
    return ScanFrame(source="t", raw=b"%d" % number, kind=kind)


def told(frames):
    return [(int(frame.raw), frame.after_reconnect) for frame in frames]


def test_five_readings_are_a_memory_and_go_on_together():
    hold = ReconnectHold(OPENED)
    assert [hold.take(frame(n), OPENED + n) for n in range(4)] == [[], [], [], []]
    assert told(hold.take(frame(4), OPENED + 4)) == [(n, True) for n in range(5)]


def test_every_later_reading_is_of_the_memory_until_a_second_is_quiet():
    hold = ReconnectHold(OPENED)
    for n in range(5):
        hold.take(frame(n), OPENED)
    for n in range(5, 20):
        assert told(hold.take(frame(n), OPENED + 900 * n)) == [(n, True)]
    hold.passed(OPENED + 900 * 19 + 999)
    assert told(hold.take(frame(20), OPENED + 900 * 19 + 999)) == [(20, True)]
    hold.passed(OPENED + 900 * 19 + 1999)
    assert told(hold.take(frame(21), OPENED + 900 * 19 + 1999)) == [(21, False)]


def test_fewer_go_on_unmarked_and_in_order_after_a_quiet_second():
    hold = ReconnectHold(OPENED)
    for n in range(4):
        hold.take(frame(n), OPENED + 100)
    assert hold.passed(OPENED + 1099) == []
    assert told(hold.passed(OPENED + 1100)) == [(n, False) for n in range(4)]


def test_the_count_begins_anew_after_a_quiet_second():
    hold = ReconnectHold(OPENED)
    for n in range(4):
        hold.take(frame(n), OPENED)
    hold.passed(OPENED + 1000)
    assert hold.take(frame(4), OPENED + 1001) == []


def test_after_three_seconds_readings_go_straight_on():
    hold = ReconnectHold(OPENED)
    assert hold.take(frame(0), OPENED + 2999) == []
    hold.passed(OPENED + 3999)
    assert told(hold.take(frame(1), OPENED + 3999)) == [(1, False)]


def test_no_reading_overtakes_those_that_are_held():
    hold = ReconnectHold(OPENED)
    hold.take(frame(0), OPENED + 2999)
    assert hold.take(frame(1), OPENED + 3500) == []
    assert told(hold.passed(OPENED + 4500)) == [(0, False), (1, False)]


def test_parts_keep_their_place_and_make_no_memory():
    hold = ReconnectHold(OPENED)
    for n in range(6):
        assert hold.take(frame(n, FrameKind.PARTIAL if n in {1, 3} else FrameKind.COMPLETE), OPENED) == []
    assert told(hold.take(frame(6), OPENED)) == [(n, True) for n in range(7)]


def test_all_go_on_when_the_connection_ends():
    hold = ReconnectHold(OPENED)
    hold.take(frame(0), OPENED)
    assert told(hold.release()) == [(0, False)]
    assert hold.release() == []


@given(st.lists(st.tuples(st.integers(0, 1500), st.booleans(), st.booleans()), max_size=40))
def test_nothing_is_lost_or_overtaken_whatever_the_times(steps):
    hold, now_ms, out = ReconnectHold(OPENED), OPENED, []
    for number, (gap, is_looked, is_part) in enumerate(steps):
        now_ms += gap
        if is_looked:
            out += hold.passed(now_ms)
        out += hold.take(frame(number, FrameKind.PARTIAL if is_part else FrameKind.COMPLETE), now_ms)
    out += hold.release()
    assert [int(one.raw) for one in out] == list(range(len(steps)))
