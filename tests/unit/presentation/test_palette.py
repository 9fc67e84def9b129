import itertools

import pytest

from traitortrack_desktop.presentation.palette import PALETTES
from traitortrack_desktop.presentation.screen_state import Mark, Tone


def contrast(one, other):
    """Return the contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def surfaces():
    for theme, palette in PALETTES.items():
        named = {"window": palette.window, "panel": palette.panel, "key": palette.key} | dict(palette.tones)
        for name, surface in named.items():
            yield pytest.param(surface, id=f"{theme}-{name}")


@pytest.mark.parametrize("surface", list(surfaces()))
def test_text_has_a_contrast_of_seven_on_every_ground(surface):
    assert min(contrast(surface.ground, surface.text), contrast(surface.ground, surface.quiet)) >= 7


@pytest.mark.parametrize("surface", list(surfaces()))
def test_icons_have_a_contrast_of_three_on_every_ground(surface):
    assert contrast(surface.ground, surface.sign) >= 3


@pytest.mark.parametrize("palette", list(PALETTES.values()), ids=list(PALETTES))
def test_marks_have_a_contrast_of_three_on_the_list_and_on_the_strip(palette):
    grounds = (palette.panel.ground, palette.window.ground)
    assert min(contrast(mark, ground) for mark in palette.marks.values() for ground in grounds) >= 3


@pytest.mark.parametrize("palette", list(PALETTES.values()), ids=list(PALETTES))
def test_a_key_that_makes_no_sense_now_can_still_be_read(palette):
    assert contrast(palette.window.ground, palette.key.quiet) >= 7


@pytest.mark.parametrize("palette", list(PALETTES.values()), ids=list(PALETTES))
def test_the_border_of_a_field_can_be_seen(palette):
    assert min(contrast(palette.edge, palette.key.ground), contrast(palette.edge, palette.panel.ground)) >= 3


@pytest.mark.parametrize("palette", list(PALETTES.values()), ids=list(PALETTES))
def test_the_sign_in_button_can_be_read(palette):
    assert contrast(palette.highlight, palette.panel.ground) >= 4.5


@pytest.mark.parametrize("palette", list(PALETTES.values()), ids=list(PALETTES))
def test_accepted_attention_and_stop_differ_also_in_grey(palette):
    grounds = [palette.tones[tone].ground for tone in (Tone.ACCEPTED, Tone.STOP)]
    assert contrast(*grounds) >= 1.5
    assert contrast(palette.tones[Tone.ATTENTION].ground, palette.tones[Tone.STOP].ground) >= 3


def test_every_tone_and_mark_has_its_own_colours():
    for palette in PALETTES.values():
        assert set(palette.tones) == set(Tone)
        assert set(palette.marks) == set(Mark)
        assert all(a != b for a, b in itertools.combinations(palette.marks.values(), 2))


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
