"""Returns: parent bags that a dealer gives back at a depot, ticket by ticket. Pure.

The web application calls them inter-party transfers.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

LONGEST_NOTES = 500
_TICKET = re.compile(r"RTN-[0-9]{8}-[0-9A-F]{4,}", re.ASCII)


class TicketStatus(StrEnum):
    """The states of a return, as the web application stores them."""

    OPEN = "open"
    COMMITTED = "committed"
    """Finalised."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFact:
    """What is known of a return. *bags* parents stand on it with *kilograms* in them; *as_of* is aware UTC.

    One *from_centre* without *status* says that there is no such return.
    """

    code: str
    status: TicketStatus | None = None
    area: str | None = None
    bags: int | None = None
    kilograms: int | None = None
    as_of: datetime | None = None
    from_centre: bool = False
    opened_by: UUID | None = None
    """The entry of this station that made it: it stays that one, whatever code it gets at the centre."""
    waits: bool = False
    """Something that was done at it here still waits for the centre."""

    @property
    def is_absent(self) -> bool:
        """Whether the centre has no such return."""
        return self.from_centre and self.status is None


def ticket_code(text: str) -> str | None:
    """Return *text* as the code of a return, ``None`` when it is none."""
    folded = text.strip().upper()
    return folded if _TICKET.fullmatch(folded) else None


def new_ticket_code(at: datetime, bits: int) -> str:
    """Return a code for a return opened *at* (aware), with the lower 16 of *bits*.

    Two stations may come to the same one on a day: the centre then gives the later another.
    """
    return f"RTN-{at.astimezone(UTC):%Y%m%d}-{bits & 0xFFFF:04X}"
