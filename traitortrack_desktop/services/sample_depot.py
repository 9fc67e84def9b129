"""A made-up depot, as values: what a demonstration or a load test puts into an empty centre.

The simulation invents it, the central storage writes it. All datetimes are aware UTC; ``None``
stands for a NULL that the web application would have left.
"""

from dataclasses import dataclass
from datetime import datetime

from traitortrack_desktop.domain.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleUser:
    """Someone with an account. Nobody's password is part of a depot."""

    username: str
    role: Role
    area: str | None
    created_at: datetime

    @property
    def email(self) -> str:
        """An address that can never be anybody's (RFC 2606)."""
        return f"{self.username}@depot.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBag:
    """A bag. *code* is stored as it stands, also in lower case."""

    code: str
    kind: str
    status: str | None
    owner: str | None
    area: str | None
    created_at: datetime | None
    child_count: int | None
    weight_kg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLink:
    """A child bag in a parent bag."""

    parent: str
    child: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleScan:
    """One row of the scan history; *code* names a parent or a child by *kind*."""

    code: str
    kind: str
    user: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBill:
    """A bill with the parents on it. *capacity* is how many it is meant to take."""

    code: str
    description: str
    capacity: int
    parents: tuple[str, ...]
    child_count: int
    status: str
    created_by: str
    created_at: datetime
    destination: str
    vehicle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDepot:
    """Everything in the depot, oldest first."""

    users: tuple[SampleUser, ...]
    bags: tuple[SampleBag, ...]
    links: tuple[SampleLink, ...]
    scans: tuple[SampleScan, ...]
    bills: tuple[SampleBill, ...]
