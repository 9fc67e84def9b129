"""The scan screen while a return is worked at: how many parents came back is the big number. Pure."""

from traitortrack_desktop.domain.desks import OpenTicket
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.desk_view import DeskView, desk_rows, standing_marks
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.screen_state import Counter


def return_desk_view(ticket: OpenTicket, tongue: Tongue, *, follows: bool = True) -> DeskView:
    """Return what the screen shows of the return *ticket*; *follows* as for a bill."""
    words = tongue.wording.desk
    return DeskView(
        instruction=words.next_returned,
        counter=_counter(ticket, tongue, follows=follows),
        rows=desk_rows(ticket.changes, ticket.bags, ticket.count, tongue),
        inside=ticket.count,
        empty_rows_text=words.on_before.text(ticket.count) if ticket.count else words.no_returned,
        more_rows=words.more_on_it,
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counter(ticket: OpenTicket, tongue: Tongue, *, follows: bool) -> Counter:
    words, waiting = tongue.wording.desk, len(ticket.unanswered)
    area = tongue.wording.office.areas.get(ticket.area or "", ticket.area)
    parts = [words.area.format(area=area)] if area else []
    if waiting or follows:
        parts.append(words.waits.text(waiting) if waiting else words.all_there)
    if not follows:
        parts.append(words.as_known_here)
    return Counter(
        count=ticket.count,
        capacity=0,
        count_text=str(ticket.count),
        capacity_text=words.returned.text(ticket.count),
        left_text=words.kilograms.format(kilograms=ticket.kilograms),
        parent_label=words.ticket,
        parent=code_text(ticket.code),
        fill=standing_marks(ticket.bags, ticket.count),
        details=(_sentence(" · ".join(parts)),),
    )
