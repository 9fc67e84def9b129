"""Bills, on which parent bags are dispatched: the web application's rules, and what is known of one. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

LEAST_CAPACITY = 1
MOST_CAPACITY_AT_CREATION = 50
MOST_CAPACITY = 500
LONGEST_NAME = 50
"""Characters of a bill's name, as the central database has room for."""
LONGEST_DESTINATION = 200
LONGEST_VEHICLE = 50
LONGEST_DESCRIPTION = 1000
MINI_BAG_KG = 15
STANDARD_BAG_KG = 30
_MINI_BAG = re.compile(r"M[0-9]{3,4}-[0-9]+", re.ASCII | re.IGNORECASE)


class BillStatus(StrEnum):
    """The states that the web application knows. Any other text in the database counts as ``PROCESSING``."""

    NEW = "new"
    PROCESSING = "processing"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDetails:
    """What a person says of a bill; ``None`` for what stays as it is, empty text for nothing.

    *capacity* is how many parent bags it takes. *destination* and *vehicle* are kept where the central
    database has columns for them.
    """

    capacity: int | None = None
    description: str | None = None
    destination: str | None = None
    vehicle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFact:
    """What is known of a bill. *linked* parents stand on it, with *children* bags in them.

    *expected_kg* is 15 for each mini bag on it and 30 for each other; the actual weight is one kilogram a
    child. *as_of* is aware UTC. One *from_centre* without *status* says that there is no such bill.
    """

    code: str
    status: BillStatus | None = None
    capacity: int | None = None
    linked: int | None = None
    children: int | None = None
    expected_kg: int | None = None
    destination: str | None = None
    vehicle: str | None = None
    as_of: datetime | None = None
    from_centre: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether the centre has no such bill, which is more than not to know of one."""
        return self.from_centre and self.status is None

    @property
    def is_completed(self) -> bool:
        """Whether it is closed: nothing goes onto it or off it."""
        return self.status is BillStatus.COMPLETED


def bill_status(text: str | None) -> BillStatus:
    """Return what a stored status means: unknown ones are open, none is new."""
    if text is None:
        return BillStatus.NEW
    return BillStatus(text) if text in set(BillStatus) else BillStatus.PROCESSING


def bill_name(text: str) -> str | None:
    """Return what a person typed as a bill is called at the centre, ``None`` when that is no usable name.

    As the web application cleans it: no control or invisible characters, one blank for many.
    """
    visible = "".join(char for char in text if char.isspace() or not _is_invisible(char))
    name = " ".join(visible.split()).upper()
    return name if 1 <= len(name) <= LONGEST_NAME else None


def same_bill(one: str | None, other: str | None) -> bool:
    """Whether both are names of one bill: the central database may have it in any case."""
    return one is not None and other is not None and one.upper() == other.upper()


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def expected_kg_of(parent: str) -> int:
    """Return how much a full parent bag of that code should weigh, in kilograms."""
    return MINI_BAG_KG if _MINI_BAG.match(parent) else STANDARD_BAG_KG


def details_payload(details: BillDetails) -> dict[str, Any]:
    """Return *details* as JSON values, without what stays as it is."""
    payload = {
        "capacity": details.capacity,
        "description": details.description,
        "destination": details.destination,
        "vehicle": details.vehicle,
    }
    return {key: value for key, value in payload.items() if value is not None}


def details_from_payload(payload: Mapping[str, Any]) -> BillDetails:
    """Return the details that :func:`details_payload` made *payload* of."""
    return BillDetails(
        capacity=payload.get("capacity"),
        description=payload.get("description"),
        destination=payload.get("destination"),
        vehicle=payload.get("vehicle"),
    )


def bill_fact_payload(fact: BillFact) -> dict[str, Any]:
    """Return *fact* as JSON values, without what is not known."""
    payload = {
        "code": fact.code,
        "status": fact.status and str(fact.status),
        "capacity": fact.capacity,
        "linked": fact.linked,
        "children": fact.children,
        "expected_kg": fact.expected_kg,
        "destination": fact.destination,
        "vehicle": fact.vehicle,
        "as_of": fact.as_of and fact.as_of.astimezone(UTC).isoformat(timespec="microseconds"),
        "from_centre": fact.from_centre or None,
    }
    return {key: value for key, value in payload.items() if value is not None}


def bill_fact_from_payload(payload: Mapping[str, Any]) -> BillFact:
    """Return the fact that :func:`bill_fact_payload`, or the centre, made *payload* of."""
    as_of, status = payload.get("as_of"), payload.get("status")
    return BillFact(
        code=payload["code"],
        status=bill_status(status) if status is not None else None,
        capacity=payload.get("capacity"),
        linked=payload.get("linked"),
        children=payload.get("children"),
        expected_kg=payload.get("expected_kg"),
        destination=payload.get("destination"),
        vehicle=payload.get("vehicle"),
        as_of=datetime.fromisoformat(as_of) if as_of else None,
        from_centre=payload.get("from_centre", False),
    )
