"""Who works in the run of stations and web application together: one connection and one thread each."""

import contextlib
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fakes import bag_acts
from fakes.bill_decisions import (
    attached,
    completed_bill,
    detached,
    edited,
    reopened_bill,
    returned,
    unreturned,
)
from fakes.decisions import added, closed, opened, removed
from fakes.entry_chain import EntryChain
from fakes.posted_people import PostedPeople
from fakes.web_application import Ending, Outcome, WebApplication

from traitortrack_desktop.domain.entries import Decision, JournalEntry, Receipt
from traitortrack_desktop.domain.entries import Outcome as Posted
from traitortrack_desktop.services.ports import CentreUnreachableError
from traitortrack_desktop.storage.central import posting
from traitortrack_desktop.storage.central.failures import sqlstate
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

MOST_IN_A_BATCH = 40
MOST_OFFERS = 500
AT_BILLS = 0.15
"""Of the batches, how many are work at bills and returns; packing goes on among it."""
CORRECTED = 0.1
"""Of the batches, how many are corrections of bags, among packing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The few bags and bills that everybody wants. *small* parents take only *few* children."""

    parents: tuple[str, ...]
    children: tuple[str, ...]
    small: tuple[str, ...]
    few: tuple[str, ...]
    bills: tuple[str, ...]
    ticket: str

    def parent(self, luck: random.Random) -> str:
        return luck.choice(self.small if luck.random() < 0.08 else self.parents)

    def child_for(self, parent: str, luck: random.Random) -> str:
        """Return a child that may be put into *parent*."""
        return luck.choice(self.few if parent in self.small else self.children)

    def pair(self, luck: random.Random) -> tuple[str, str]:
        """Return a parent and a child that may be put into it."""
        parent = self.parent(luck)
        return parent, self.child_for(parent, luck)


@dataclass(slots=True)
class Tally:
    """What one worker met; added up at the end."""

    transactions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """Of the entries that stations offered."""
    lost_races: Counter[str] = field(default_factory=Counter)
    """By SQLSTATE; the posting office tries at once again."""
    offered_again: Counter[str] = field(default_factory=Counter)
    deadlocks: list[tuple[str, str]] = field(default_factory=list)
    """Whose work it was that the server gave up, and the processes in it."""
    posted: dict[UUID, str] = field(default_factory=dict)
    """Outcome of every entry that was answered."""
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.transactions += other.transactions
        self.reasons += other.reasons
        self.kinds += other.kinds
        self.lost_races += other.lost_races
        self.offered_again += other.offered_again
        self.deadlocks += other.deadlocks
        self.posted |= other.posted
        self.wrong += other.wrong


_working = threading.local()


@contextlib.contextmanager
def lost_races_counted() -> Iterator[None]:
    """Listen to the posting offices: what they try again at once they tell nobody."""

    def counted(error: Any) -> str | None:
        state = sqlstate(error)
        tally: Tally | None = getattr(_working, "tally", None)
        if tally is not None and getattr(_working, "last", None) is not error:
            _working.last = error
            tally.lost_races[str(state)] += 1
            if state == "40P01":
                tally.deadlocks.append(("station", str(error)))
        return state

    posting.sqlstate = counted  # type: ignore[assignment]
    try:
        yield
    finally:
        posting.sqlstate = sqlstate


class StationWorker:
    """A station: posts batches of 1 to 40 entries, and now and then one a second time.

    An administrator is at it, who works at bills and returns too.
    """

    def __init__(self, url: str, floor: Floor, luck: random.Random, number: int) -> None:
        self.tally = Tally()
        self._floor = floor
        self._luck = luck
        self._chain = EntryChain()
        self._office = CentralPostingOffice(
            url, device=self._chain.device, station_name=f"Together {number}", version="1"
        )
        self._office.probe()
        with contextlib.closing(PostedPeople(url)) as people:
            self._name = people.person("admin", name=f"together{number}")
            self._session = people.session_at(self._name, self._chain.device)

    def work(self) -> None:
        _working.tally = self.tally
        size = 1 if self._luck.random() < 0.5 else self._luck.randint(2, MOST_IN_A_BATCH)
        at_hand = [self._floor.parent(self._luck) for _ in range(1 + size // 10)]
        luck = self._luck.random()
        acts = self._bill_decision if luck < AT_BILLS else self._correction
        often = 0.5 if luck < AT_BILLS + CORRECTED else 0
        entries = [self._entry(self._luck.choice(at_hand), acts, often) for _ in range(size)]
        receipts = self._offer(entries)
        self.tally.transactions["station: batch" if size > 1 else "station: one entry"] += 1
        self.tally.transactions["station: at bills"] += luck < AT_BILLS
        self.tally.transactions["station: corrections"] += AT_BILLS <= luck < AT_BILLS + CORRECTED
        for entry, receipt in zip(entries, receipts, strict=True):
            self.tally.posted[entry.id] = "refused" if receipt.outcome is Posted.REFUSED else "posted"
            self.tally.reasons[receipt.reason.value if receipt.reason else "posted"] += 1
        if self._luck.random() < 0.05:
            self._repeat(entries, receipts)

    def close(self) -> None:
        self._office.close()

    def _entry(self, parent: str, acts: Callable[[str], Decision], often: float) -> JournalEntry:
        decision = (acts if self._luck.random() < often else self._decision)(parent)
        self.tally.kinds[str(decision.kind)] += 1
        return self._chain.entry(decision, operator=self._name, session=self._session)

    def _bill_decision(self, parent: str) -> Decision:
        bill, ticket = self._luck.choice(self._floor.bills), self._floor.ticket
        choices = [
            (attached(bill, parent), 6),
            (detached(bill, parent), 2),
            (completed_bill(bill), 1),
            (reopened_bill(bill), 3),
            (edited(bill, capacity=self._luck.randint(3, 6)), 1),
            (returned(ticket, parent), 2),
            (unreturned(ticket, parent), 1),
        ]
        return self._luck.choices([one for one, _ in choices], [weight for _, weight in choices])[0]

    def _correction(self, parent: str) -> Decision:
        """Corrections of bags wherever they are: others are at them at the same moment."""
        child, other = (self._floor.child_for(parent, self._luck) for _ in range(2))
        few = self._luck.sample(self._floor.few if parent in self._floor.small else self._floor.children, 3)
        choices = [
            (bag_acts.moved(parent, child), 6),
            (bag_acts.moved(parent, *few[:2], base_count=0), 2),
            (bag_acts.relabelled(child, child=other), 3),
            (bag_acts.edited(parent, few[:2]), 2),
            (bag_acts.edited(parent, (), [child]), 2),
            (bag_acts.deleted(child), 2),
            (bag_acts.deleted(parent), 0.2),
        ]
        return self._luck.choices([one for one, _ in choices], [weight for _, weight in choices])[0]

    def _decision(self, parent: str) -> Decision:
        child = self._floor.child_for(parent, self._luck)
        choices = [
            (added(parent, child), 20),
            (removed(parent, child), 4),
            (opened(parent), 3),
            (closed(parent), 1),
            (added(parent, self._floor.parent(self._luck)), 1),
            (opened(child), 0.2),
        ]
        return self._luck.choices([one for one, _ in choices], [weight for _, weight in choices])[0]

    def _repeat(self, entries: list[JournalEntry], receipts: Sequence[Receipt]) -> None:
        again = self._offer(entries)
        self.tally.transactions["station: the same once more"] += 1
        for first, second in zip(receipts, again, strict=True):
            same = (first.outcome is Posted.REFUSED) == (second.outcome is Posted.REFUSED)
            if not same or second.outcome is Posted.POSTED or first.reason is not second.reason:
                self.tally.wrong.append(f"a repeat was answered {second}, after {first}")

    def _offer(self, entries: list[JournalEntry]) -> Sequence[Receipt]:
        for _ in range(MOST_OFFERS):
            try:
                return self._office.post(entries).receipts
            except CentreUnreachableError as error:
                state = _sqlstate(error)
                self.tally.offered_again[state] += 1
                time.sleep(self._luck.random() * 0.02)
        raise AssertionError(f"never answered, of late because of {state}")


def _sqlstate(error: CentreUnreachableError) -> str:
    """Return the SQLSTATE that *error* tells of."""
    state = getattr(error.__cause__, "pgcode", None) or re.search(r"\((\w{5})\)", str(error))
    if isinstance(state, re.Match):
        return str(state.group(1))
    return str(state or error)


class WebWorker:
    """The web application at any of its work. *careful*: only what leaves every figure right."""

    def __init__(
        self,
        url: str,
        floor: Floor,
        luck: random.Random,
        *,
        user_id: int,
        careful: bool,
        pause_seconds: float,
    ) -> None:
        self.tally = Tally()
        self._floor = floor
        self._luck = luck
        self._web = WebApplication(url, user_id=user_id, pause_seconds=pause_seconds, luck=luck)
        self._works = self._careful() if careful else self._all()
        self.pid = self._web.pid

    def work(self) -> None:
        name = self._luck.choices(list(self._works), [weight for weight, _ in self._works.values()])[0]
        outcome = self._works[name][1]()
        self.tally.transactions[f"web: {name}, {outcome.ending}"] += 1
        if outcome.state == "40P01":
            self.tally.deadlocks.append((name, outcome.detail))
        if outcome.ending is Ending.GAVE_UP and outcome.state != "40P01":
            self.tally.wrong.append(f"{name}: {outcome}")

    def close(self) -> None:
        self._web.close()

    def _careful(self) -> dict[str, tuple[float, Callable[[], Outcome]]]:
        web, floor, luck = self._web, self._floor, self._luck
        return {
            "parent scan": (4, lambda: web.scan_parent(floor.parent(luck))),
            "bill scan, locked": (4, lambda: web.bill_locked(luck.choice(floor.bills), floor.parent(luck))),
            "detach": (2, lambda: web.detach(luck.choice(floor.bills), floor.parent(luck))),
            "recalculation": (2, lambda: web.recalculate(luck.choice(floor.bills))),
            "reopen bill": (1, lambda: web.reopen_bill(luck.choice(floor.bills))),
        }

    def _all(self) -> dict[str, tuple[float, Callable[[], Outcome]]]:
        web, floor, luck = self._web, self._floor, self._luck
        return {
            "parent scan": (4, lambda: web.scan_parent(floor.parent(luck))),
            "child scan": (14, lambda: web.scan_child(*floor.pair(luck))),
            "unlink": (8, lambda: web.unlink(*self._linked())),
            "delete child scan": (2, lambda: web.delete_child_scan(self._linked()[1])),
            "edit children": (1, self._edit),
            "bag deletion by id": (1, lambda: web.delete_bag_by_id(floor.parent(luck))),
            "bag deletion by code": (1, lambda: web.delete_bag_by_code(self._some_bag())),
            "bill scan, fast": (4, lambda: web.bill_fast(luck.choice(floor.bills), floor.parent(luck))),
            "bill scan, locked": (2, lambda: web.bill_locked(luck.choice(floor.bills), floor.parent(luck))),
            "detach": (3, lambda: web.detach(luck.choice(floor.bills), floor.parent(luck))),
            "recalculation": (2, lambda: web.recalculate(luck.choice(floor.bills))),
            "complete bill": (1, lambda: web.complete_bill(luck.choice(floor.bills))),
            "reopen bill": (1, lambda: web.reopen_bill(luck.choice(floor.bills))),
            "return scan": (2, lambda: web.return_scan(floor.ticket, floor.parent(luck))),
        }

    def _linked(self) -> tuple[str, str]:
        """Return a parent and a child that is in it, as a user finds them on the page; else any two."""
        return self._web.a_link(self._floor.parent(self._luck)) or self._floor.pair(self._luck)

    def _some_bag(self) -> str:
        return self._linked()[1] if self._luck.random() < 0.3 else self._floor.parent(self._luck)

    def _edit(self) -> Outcome:
        children = self._luck.sample(self._floor.few, 5)
        return self._web.edit_children(self._luck.choice(self._floor.small), children)
