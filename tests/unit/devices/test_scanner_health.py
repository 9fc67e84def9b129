"""What readings say about their scanner."""

import pytest

from traitortrack_desktop.devices.scanner_health import ScannerHealth
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.services.events import ScannerProblem


def after(*kinds, health=None):
    health = health or ScannerHealth()
    for kind in kinds:
        health.framed(ScanFrame(source="t", raw=b"x", kind=kind))
    return health.problem


G, P, N, C = FrameKind.GARBLED, FrameKind.PARTIAL, FrameKind.NOISE, FrameKind.COMPLETE


@pytest.mark.parametrize(
    ("kinds", "problem"),
    [
        ((G, G), None),
        ((G, P, G), ScannerProblem.GARBLED),
        ((G, P, FrameKind.OVERSIZE), ScannerProblem.GARBLED),
        ((G, G, C, G), None),
        ((G, G, N, G), ScannerProblem.GARBLED),
        ((N,), ScannerProblem.MODEM),
        ((N, C), None),
        ((G, G, G, C), None),
    ],
)
def test_what_readings_say(kinds, problem):
    assert after(*kinds) is problem


def test_more_bytes_than_any_code_has_without_a_frame_are_endless_until_a_good_reading():
    health = ScannerHealth()
    health.came(8192)
    health.rests(holds_part=True)
    assert health.problem is None
    health.came(1)
    health.rests(holds_part=True)
    assert health.problem is ScannerProblem.ENDLESS
    assert after(FrameKind.OVERSIZE, health=health) is ScannerProblem.ENDLESS
    assert after(C, health=health) is None


def test_many_readings_at_once_are_not_endless():
    health = ScannerHealth()
    health.came(100_000)
    health.rests(holds_part=False)
    health.came(10)
    health.rests(holds_part=True)
    assert health.problem is None


def test_a_port_that_was_shared_stays_so_until_a_good_reading():
    health = ScannerHealth(shared=True)
    assert after(P, health=health) is ScannerProblem.SHARED
    assert after(C, health=health) is None
