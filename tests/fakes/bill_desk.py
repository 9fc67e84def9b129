"""A biller at a station, the web application's pages beside it, and what the centre's audit says. For tests.

Codes are new in every desk, so that many may share one database.
"""

import itertools
from dataclasses import replace
from typing import Any
from uuid import UUID

from fakes.bill_decisions import attached, created
from fakes.decisions import added, opened
from fakes.posted_people import PostedPeople, PostingStation
from fakes.web_reads import WebReads

from traitortrack_desktop.domain.entries import Decision, JournalEntry

_NUMBERS = itertools.count(1)


class BillDesk:
    """One station with a signed-in *role*; everything it names begins with :attr:`mark`."""

    def __init__(self, people: PostedPeople, role: str = "biller", mark: str | None = None) -> None:
        self.people = people
        self.station = PostingStation(people)
        self.name = people.person(role)
        self.session: UUID | None = people.session(self.name, self.station)
        self.mark = mark or f"{next(_NUMBERS):03}"
        self.web = WebReads(people.owner)
        self.bill = f"BILL-{self.mark}"
        self.ticket = f"RTN-20260105-A{self.mark}"

    def parent(self, number: int, *, kind: str = "SB") -> str:
        """Return the code of the parent of that number, standard or mini."""
        return f"SB{self.mark}{number:02}" if kind == "SB" else f"M444-{self.mark}{number:02}"

    def filled(self, number: int, children: int, *, kind: str = "SB", capacity: int = 30) -> str:
        """Pack so many children into a parent, and return its code."""
        parent = self.parent(number, kind=kind)
        decisions = [opened(parent), *(added(parent, f"{parent[-5:]}C{n:02}") for n in range(children))]
        self.post(*(replace(one, capacity=capacity) for one in decisions))
        return parent

    def billed(self, capacity: int, *counts: int, kind: str = "SB") -> list[str]:
        """Make the desk's bill with parents of so many children each on it, and return these."""
        parents = [self.filled(number, count, kind=kind) for number, count in enumerate(counts, 1)]
        answers = self.post(
            created(self.bill, capacity), *(attached(self.bill, parent) for parent in parents)
        )
        assert [answer["outcome"] for answer in answers] == ["posted"] * len(answers), answers
        return parents

    def entries(self, *decisions: Decision) -> list[JournalEntry]:
        return self.station.entries(*decisions, by=self.name, session=self.session)

    def post(self, *decisions: Decision) -> list[dict[str, Any]]:
        return self.station.offer(self.entries(*decisions))

    def one(self, decision: Decision) -> dict[str, Any]:
        """Post one entry and return its receipt."""
        (receipt,) = self.post(decision)
        return receipt

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return self.people.owner.query(statement, *values)

    def actions(self, entries: list[JournalEntry]) -> list[tuple[str, str, str | None]]:
        """Return action, entity and person of each row of the audit that belongs to *entries*."""
        return [(row["action"], row["entity_type"], row["username"]) for row in self.people.audit(entries)]


def told(receipt: dict[str, Any]) -> tuple[str, str | None]:
    """Return outcome and reason."""
    return receipt["outcome"], receipt.get("reason")


def figures(receipt: dict[str, Any]) -> tuple[str, int, int, int, int]:
    """Return status, capacity, parents, children and expected kilograms of the receipt's bill."""
    bill = receipt["bill"]
    return (bill["status"], bill["capacity"], bill["linked"], bill["children"], bill["expected_kg"])
