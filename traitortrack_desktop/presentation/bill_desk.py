"""The scan screen while a bill is worked at: what is free on it is the big number. Pure."""

from datetime import datetime

from traitortrack_desktop.domain.desks import OpenBill
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.desk_view import DeskView, desk_rows, standing_marks
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.phrases import DeskWords
from traitortrack_desktop.presentation.screen_state import Counter


def bill_desk_view(
    bill: OpenBill, tongue: Tongue, now: datetime | None = None, *, follows: bool = True
) -> DeskView:
    """Return what the screen shows of *bill* at *now*.

    *follows* says that what others do at it reaches the station at once; if not, as of when is told.
    """
    words = tongue.wording.desk
    return DeskView(
        instruction=_instruction(bill, words),
        counter=_counter(bill, words, "" if follows else _known(bill, tongue, now)),
        rows=desk_rows(bill.changes, bill.parents, bill.linked, tongue),
        inside=bill.linked,
        empty_rows_text=words.on_before.text(bill.linked) if bill.linked else words.no_parents,
        more_rows=words.more_on_it,
    )


def _instruction(bill: OpenBill, words: DeskWords) -> str:
    if bill.is_completed:
        return words.bill_completed
    if bill.is_full:
        return words.bill_full
    return words.next_parent.format(number=bill.linked + 1)


def _counter(bill: OpenBill, words: DeskWords, known_since: str) -> Counter:
    known = bill.remaining is not None
    return Counter(
        count=bill.linked,
        capacity=bill.capacity or 0,
        count_text=str(bill.remaining if known else bill.linked),
        capacity_text=words.of_places.format(places=bill.capacity) if known else words.places_unknown,
        left_text=words.places_left.text(bill.remaining or 0) if known else "",
        parent_label=words.bill,
        parent=code_text(bill.code),
        fill=standing_marks(bill.parents, bill.linked),
        full=bill.is_full or bill.is_completed,
        details=(_status_line(bill, words, known_since), weight_line(bill, words)),
    )


def _known(bill: OpenBill, tongue: Tongue, now: datetime | None) -> str:
    """Return as of when the bill is known; one that was made here, and never told of, says only that."""
    moment = tongue.moment(bill.fact.as_of if bill.fact is not None else None, now)
    words = tongue.wording.desk
    return words.as_of.format(known=moment) if moment is not None else words.as_known_here


def _status_line(bill: OpenBill, words: DeskWords, known_since: str) -> str:
    status = words.statuses[bill.status] if bill.status is not None else words.status_unknown
    waiting = len(bill.unanswered)
    parts = [status, *([words.waits.text(waiting)] if waiting else [] if known_since else [words.all_there])]
    return " · ".join([*parts, *([known_since] if known_since else [])])


def weight_line(bill: OpenBill, words: DeskWords) -> str:
    """Return the actual and the expected weight, and by how much they differ."""
    actual, expected = bill.actual_kg, bill.expected_kg
    weight = words.weight.format(kilograms=actual, expected=expected)
    if actual == expected:
        return f"{weight} · {words.weight_right}" if expected else weight
    differs = words.too_light if actual < expected else words.too_heavy
    return f"{weight} · {differs.format(kilograms=abs(expected - actual))}"
