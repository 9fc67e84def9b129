"""Entry ids: UUIDv7 that never go backwards."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.domain.identifiers import following_entry_id

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def test_an_entry_id_is_a_uuid_of_version_7_carrying_its_millisecond():
    made = following_entry_id(None, NOON, 12345)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


@given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 2**74 - 1)), min_size=2))
def test_ids_only_grow_whatever_the_clock_does(steps):
    previous, made = None, []
    for seconds, random_bits in steps:
        previous = following_entry_id(previous, NOON + timedelta(seconds=seconds), random_bits)
        made.append(previous)
    assert all(earlier < later for earlier, later in pairwise(made))
    assert {one.version for one in made} == {7}
