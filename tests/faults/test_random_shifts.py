"""Anything at all is scanned, asked for, answered and cut off at a station: what it promised still holds."""

import random
import tempfile
from contextlib import closing
from pathlib import Path

from fakes.random_shift import RandomShift
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

STEPS = 120


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), steps=st.integers(STEPS // 2, STEPS))
def test_whatever_happens_at_a_station_its_journal_says_what_was_done_and_nothing_unmeant(
    seed: int, steps: int
) -> None:
    """A seed rather than drawn steps: one shift is many choices, and each depends on those before."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, closing(RandomShift(Path(folder), chance)) as shift:
        for _ in range(steps):
            shift.step()
