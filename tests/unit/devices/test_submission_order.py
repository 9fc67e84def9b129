"""Readings of several scanners stay in order while one of them holds some back."""

import pytest

from traitortrack_desktop.devices.submission_order import LONGEST_SECONDS, SubmissionOrder
from traitortrack_desktop.domain.frames import ScanFrame


class Bench:
    def __init__(self):
        self.codes, self.now = [], 0.0
        self.order = SubmissionOrder(
            lambda frame: self.codes.append(frame.raw.decode()), seconds=lambda: self.now
        )

    def scan(self, source, code):
        self.order.submit(ScanFrame(source=source, raw=code.encode()))


@pytest.fixture
def bench():
    return Bench()


def test_readings_pass_at_once_while_nobody_holds_any(bench):
    bench.scan("left", "SB10001")
    bench.scan("right", "AAAA1")
    assert bench.codes == ["SB10001", "AAAA1"]


def test_a_child_does_not_overtake_the_parent_that_the_other_scanner_holds(bench):
    bench.order.holds("left", True)
    bench.scan("right", "AAAA1")
    assert bench.codes == []
    bench.scan("left", "SB10001")
    bench.order.holds("left", False)
    assert bench.codes == ["SB10001", "AAAA1"]


def test_what_waits_keeps_its_order_until_the_last_holds_nothing(bench):
    bench.order.holds("left", True)
    bench.order.holds("right", True)
    bench.scan("keyboard", "AAAA1")
    bench.scan("keyboard", "AAAA2")
    bench.order.holds("left", False)
    assert bench.codes == []
    bench.order.holds("right", False)
    bench.scan("keyboard", "AAAA3")
    assert bench.codes == ["AAAA1", "AAAA2", "AAAA3"]


def test_one_that_held_nothing_ends_no_waiting(bench):
    bench.order.holds("left", True)
    bench.scan("keyboard", "AAAA1")
    bench.order.holds("right", False)
    assert bench.codes == []


def test_nobody_waits_for_a_scanner_whose_thread_stands_still(bench):
    bench.order.holds("left", True)
    bench.scan("keyboard", "AAAA1")
    bench.now = LONGEST_SECONDS - 0.1
    bench.order.expire()
    assert bench.codes == []
    bench.now = LONGEST_SECONDS
    bench.order.expire()
    assert bench.codes == ["AAAA1"]


def test_at_the_end_what_waits_for_a_scanner_that_hangs_is_passed_on(bench):
    bench.order.holds("left", True)
    bench.scan("keyboard", "AAAA1")
    bench.order.close()
    assert bench.codes == ["AAAA1"]
