"""The codes of the printed sheet: always the same, so that a sheet printed once stays good.

Pure. They stay clear of the codes of the depot and of the recorded shifts.
"""

from traitortrack_desktop.simulation.depot import CAPACITY

SHEET_PARENTS = ("SB40001", "M444-40002")
_FIRST_LABEL = 900001


def children_of(parent_number: int) -> tuple[str, ...]:
    """Return the child bags printed for the parent at *parent_number* in ``SHEET_PARENTS``."""
    first = _FIRST_LABEL + parent_number * 100
    return tuple(f"{label:07}" for label in range(first, first + CAPACITY))


ONE_TOO_MANY = f"{_FIRST_LABEL + CAPACITY:07}"
"""A child more than the first parent takes."""

NOT_A_BAG = "AB#12?"
"""A code of no known shape."""

A_BILL = "BILL-2026-001"
"""A code that is not a bag's."""
