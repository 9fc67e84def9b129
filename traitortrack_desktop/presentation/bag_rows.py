"""The list of child bags on the scan screen, newest first."""

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import Change, OpenParent, WorkState
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.phrases import Marks
from traitortrack_desktop.presentation.screen_state import Mark, Row


def bag_rows(work: WorkState, tongue: Tongue) -> tuple[Row, ...]:
    """Return the bags this station put into the open (or last closed) parent, newest first.

    A bag that the centre refused keeps its row, without a number, until its parent is left.
    """
    parent = work.parent or work.finished
    if parent is None:
        return ()
    inside = {change.seq for change in parent.children}
    number = parent.count
    rows = []
    for change in reversed(parent.changes):
        if change.step < 0 or (change.counts and change.seq not in inside):
            continue
        rows.append(_row(change, number if change.counts else None, tongue))
        number -= change.counts
    return tuple(rows)


def counted_marks(parent: OpenParent) -> tuple[Mark, ...]:
    """Return how far each bag inside has come, in the order they went in."""
    unlisted = max(0, parent.count - len(parent.children))
    return (Mark.POSTED,) * unlisted + tuple(_mark(change) for change in parent.children)


def mark_of(outcome: Outcome | None, reason: Reason | None) -> Mark:
    """Return how far an entry with this receipt has come; a bag that was inside before is at the centre."""
    if outcome is None:
        return Mark.RECORDED
    held = outcome is not Outcome.REFUSED or reason is Reason.ALREADY_IN_THIS_PARENT
    return Mark.POSTED if held else Mark.REFUSED


def mark_text(mark: Mark, words: Marks) -> str:
    """Return *mark* in words."""
    return {Mark.RECORDED: words.recorded, Mark.POSTED: words.posted, Mark.REFUSED: words.refused}[mark]


def _row(change: Change, number: int | None, tongue: Tongue) -> Row:
    mark, marks = _mark(change), tongue.wording.marks
    was_inside = change.reason is Reason.ALREADY_IN_THIS_PARENT
    return Row(
        seq=change.seq,
        counts=number is not None,
        number=str(number) if number is not None else tongue.wording.labels.unnumbered,
        code=code_text(change.child),
        time=tongue.exact_time(change.at),
        mark=mark,
        mark_text=marks.was_inside if was_inside else mark_text(mark, marks),
    )


def _mark(change: Change) -> Mark:
    return mark_of(change.receipt, change.reason)
