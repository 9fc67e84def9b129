import pytest

from traitortrack_desktop.presentation.sizes import sizes_for


def test_the_sizes_at_the_smallest_usual_screen_are_those_of_the_design():
    sizes = sizes_for(1366, 768)
    assert sizes.instruction >= 40
    assert sizes.count >= 140
    assert sizes.word >= 52
    assert sizes.code >= 40
    assert sizes.row >= 26
    assert sizes.key_height >= 48


@pytest.mark.parametrize("window", [(1366, 768), (1366, 700), (1024, 768), (1920, 1080), (3840, 2160)])
def test_four_rows_of_bags_have_room_in_every_window(window):
    sizes = sizes_for(*window)
    fixed = sizes.instruction_height + sizes.middle_height + sizes.key_height + sizes.status_height
    room = window[1] - fixed - 6 * sizes.gap - sizes.padding
    assert room >= 4 * sizes.row_height


def test_sizes_grow_with_the_window():
    assert sizes_for(1920, 1080).count > sizes_for(1366, 768).count


def test_a_greater_viewing_distance_enlarges_the_list():
    assert sizes_for(1366, 768, viewing_distance_metres=2.5).row > sizes_for(1366, 768).row
