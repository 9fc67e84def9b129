"""How many changes are asked for at once."""

import pytest

from traitortrack_desktop.storage.central.page_size import CHANGES_AT_ONCE, FEWEST_CHANGES, PageSize


@pytest.mark.parametrize(
    ("asked", "full", "seconds", "then"),
    [
        (400, True, 0.3, 800),
        (400, True, 1.5, 400),
        (400, True, 2.5, 200),
        (400, False, 0.3, 400),
        (400, False, 2.5, 400),
        (60, True, 2.5, FEWEST_CHANGES),
        (100, True, 0.3, 400),
        (CHANGES_AT_ONCE, True, 0.3, CHANGES_AT_ONCE),
    ],
)
def test_a_full_page_tells_how_many_the_line_brings(asked: int, full: bool, seconds: float, then: int):
    page = PageSize()
    page.changes = 400
    page.was_answered(asked=asked, full=full, seconds=seconds)
    assert page.changes == then


def test_what_is_not_answered_is_soon_small_and_never_nothing():
    page = PageSize()
    sizes = [page.changes]
    for _ in range(5):
        page.was_not_answered()
        sizes.append(page.changes)
    assert sizes == [CHANGES_AT_ONCE, 1000, 250, 62, FEWEST_CHANGES, FEWEST_CHANGES]
