"""How many changes to ask the centre for at once: a poor line has to bring an answer before its time is over.

Used by the delivery thread.
"""

CHANGES_AT_ONCE = 4_000
FEWEST_CHANGES = 50

FAST_SECONDS = 1.0
SLOW_SECONDS = 2.0
"""A full page within the first is followed by one twice as large, a slower one than the second by half of it:
meanwhile receipts wait."""


class PageSize:
    """The size that the next page should have at most."""

    def __init__(self) -> None:
        self.changes = CHANGES_AT_ONCE

    def was_answered(self, *, asked: int, full: bool, seconds: float) -> None:
        """Learn from a page of up to *asked* changes; one that was not *full* says nothing of the line."""
        if full and seconds <= FAST_SECONDS:
            self.changes = min(CHANGES_AT_ONCE, max(self.changes, asked * 2))
        elif full and seconds > SLOW_SECONDS:
            self.changes = max(FEWEST_CHANGES, min(self.changes, asked // 2))

    def was_not_answered(self) -> None:
        """Ask for much less: each attempt in vain costs the whole time of one."""
        self.changes = max(FEWEST_CHANGES, self.changes // 4)
