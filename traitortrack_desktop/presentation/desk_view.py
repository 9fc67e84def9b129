"""What a desk has of its own on the scan screen: everything but the last result, the keys and the status."""

from dataclasses import dataclass

from traitortrack_desktop.domain.desks import DeskChange
from traitortrack_desktop.presentation.bag_rows import mark_of, mark_text
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.phrases import Plural
from traitortrack_desktop.presentation.screen_state import Counter, Mark, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """Zones 1, 2 and 4. *inside* counts also the bags that have no row."""

    instruction: str
    counter: Counter
    rows: tuple[Row, ...]
    inside: int
    empty_rows_text: str
    more_rows: Plural


def desk_rows(
    changes: tuple[DeskChange, ...], standing: tuple[DeskChange, ...], count: int, tongue: Tongue
) -> tuple[Row, ...]:
    """Return the parents that this station put on, newest first; *count* is how many are on it in all.

    One that the centre refused keeps its row, without a number.
    """
    there = {change.seq for change in standing}
    number, rows = count, []
    for change in reversed(changes):
        if change.step < 0 or (change.counts and change.seq not in there):
            continue
        rows.append(_row(change, number if change.counts else None, tongue))
        number -= change.counts
    return tuple(rows)


def standing_marks(standing: tuple[DeskChange, ...], count: int) -> tuple[Mark, ...]:
    """Return how far each parent on it has come; those from before are at the centre."""
    before = max(0, count - len(standing))
    return (Mark.POSTED,) * before + tuple(mark_of(change.receipt, change.reason) for change in standing)


def _row(change: DeskChange, number: int | None, tongue: Tongue) -> Row:
    mark, wording = mark_of(change.receipt, change.reason), tongue.wording
    known = change.children is not None
    return Row(
        seq=change.seq,
        counts=number is not None,
        number=str(number) if number is not None else wording.labels.unnumbered,
        code=code_text(change.parent),
        time=tongue.exact_time(change.at),
        mark=mark,
        mark_text=mark_text(mark, wording.marks),
        amount=wording.desk.bags_in.text(change.children or 0) if known else "",
    )
