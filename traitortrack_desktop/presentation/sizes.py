"""Sizes on the scan screen in logical pixels, from the window's size and the viewing distance.

The figures are those for 1366 x 768 and grow with the smaller side. A character needs at least 16 minutes
of arc (ISO 9241-3), its height times 200 is the distance: on a 24-inch screen instruction, count, word and
code are read from 2 m, the list and the lines from 1.4 m, the status strip from 1 m.
"""

from dataclasses import dataclass

DESIGN_WIDTH, DESIGN_HEIGHT, DESIGN_DISTANCE_METRES = 1366, 768, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Font sizes and lengths in logical pixels."""

    instruction: int
    count: int
    capacity: int
    word: int
    code: int
    line: int
    left: int
    row: int
    label: int
    status: int
    row_height: int
    key_height: int
    status_height: int
    instruction_height: int
    middle_height: int
    gap: int
    padding: int
    radius: int


def sizes_for(width: int, height: int, *, viewing_distance_metres: float = DESIGN_DISTANCE_METRES) -> Sizes:
    """Return the sizes for a window of *width* x *height* logical pixels.

    A greater distance enlarges what is read in passing (list, lines, keys) by at most a quarter;
    the large texts already fill their zones.
    """
    scale = max(0.6, min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT))
    near = min(1.25, max(0.8, viewing_distance_metres / DESIGN_DISTANCE_METRES))

    def px(length: float, factor: float = 1.0) -> int:
        return round(length * scale * factor)

    return Sizes(
        instruction=px(46),
        count=px(150),
        capacity=px(56),
        word=px(52),
        code=px(42),
        line=px(26, near),
        left=px(34),
        row=px(26, near),
        label=px(22, near),
        status=px(19, near),
        row_height=px(42, near),
        key_height=px(56),
        status_height=px(38),
        instruction_height=px(84),
        middle_height=px(322),
        gap=px(10),
        padding=px(22),
        radius=px(10),
    )
