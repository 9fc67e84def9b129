"""The rules exist twice: in the station's workflow and at the centre. Random histories find them equal.

The station of these tests knows everything about its bags. So the centre must never refuse what the
station accepted, must count what it counts, and must refuse for the same reason what the station
refused, when that scan is posted by a station that knew nothing ("blind").
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened, removed
from fakes.entry_chain import EntryChain

from traitortrack_desktop.domain.codes import CodeRules, Command, code_rules, parse_frame
from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    JournalEntry,
    Outcome,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.domain.workflow import decide
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

CAPACITY = 4
PARENTS = [f"SB{number:05}" for number in range(4)]
CHILDREN = [f"C{number:03}" for number in range(14)]
SCANS = 150

ODD_PARENT = "C900"
"""A parent bag whose code looks like a child's."""

ODD_CHILD = "SB90000"
"""A child bag whose code looks like a parent's."""

ABOUT_BAGS = {
    Reason.ALREADY_IN_THIS_PARENT,
    Reason.PARENT_FULL,
    Reason.CHILD_IS_PARENT,
    Reason.CHILD_IN_OTHER_PARENT,
    Reason.CHILD_NOT_IN_PARENT,
    Reason.PARENT_IS_CHILD,
}


@dataclass
class World:
    """Where every bag really is."""

    inside: dict[str, str] = field(default_factory=dict)
    parents: set[str] = field(default_factory=set)

    def count(self, parent: str) -> int:
        return sum(place == parent for place in self.inside.values())

    def fact(self, code: str) -> BagFact:
        if code in self.parents:
            count = self.count(code)
            return BagFact(code=code, kind="parent", count=count, completed=count >= CAPACITY)
        if code in self.inside:
            return BagFact(code=code, kind="child", parent=self.inside[code])
        return BagFact(code=code)

    def apply(self, decision: Decision) -> None:
        if decision.verdict is not Verdict.ACCEPTED:
            return
        if decision.kind is EntryKind.OPEN_PARENT:
            self.parents.add(decision.parent)
        elif decision.kind is EntryKind.ADD_CHILD:
            self.inside[decision.child] = decision.parent
        elif decision.kind is EntryKind.REMOVE_CHILD:
            del self.inside[decision.child]


class History:
    """A station that scans at random and posts in batches of random size."""

    def __init__(self, office: CentralPostingOffice, chain: EntryChain, luck: random.Random) -> None:
        self._office = office
        self._chain = chain
        self._luck = luck
        self._rules: CodeRules = code_rules(capacity=CAPACITY)
        self.world = World()
        self.state = WorkState()
        self.reasons: set[Reason] = set()
        self._entries: list[tuple[JournalEntry, Reason | None, Decision]] = []

    def scan(self, code: str) -> None:
        parsed = parse_frame(ScanFrame(source="keyboard", raw=code.encode()), self._rules)
        decision = decide(self.state, parsed, self.world.fact(code), rules=self._rules)
        if decision.reason is not None:
            self.reasons.add(decision.reason)
        blind = self._blind(decision)
        if blind is not None:
            self._keep(blind, expected=decision.reason)
        entry = self._keep(
            decision, expected=decision.reason if decision.verdict is Verdict.REFUSED else None
        )
        self.world.apply(decision)
        self.state = after_entry(self.state, entry)

    def _blind(self, decision: Decision) -> Decision | None:
        """Return what a station would have posted that knew nothing of the bags."""
        if decision.reason not in ABOUT_BAGS:
            return None
        if decision.reason is Reason.PARENT_IS_CHILD:
            return _with_capacity(opened(decision.code))
        if decision.parent is None:
            return None
        if decision.reason is Reason.CHILD_NOT_IN_PARENT:
            return _with_capacity(removed(decision.parent, decision.code))
        return _with_capacity(added(decision.parent, decision.code))

    def _keep(self, decision: Decision, *, expected: Reason | None):
        entry = self._chain.entry(decision)
        self._entries.append((entry, expected, decision))
        return entry

    def deliver(self) -> None:
        entries = [entry for entry, _, _ in self._entries]
        receipts = self._office.post(entries).receipts
        for (entry, expected, decision), receipt in zip(self._entries, receipts, strict=True):
            told = (receipt.outcome, receipt.reason)
            assert told == ((Outcome.REFUSED, expected) if expected else (Outcome.POSTED, None)), decision
            if decision.kind is not EntryKind.REFUSAL and expected is not None:
                continue  # posted blindly: the station never said OK to it
            self.state = after_receipt(self.state, entry, receipt)
        self._check_the_last(receipts[-1])
        self._entries.clear()

    def _check_the_last(self, receipt: Receipt) -> None:
        decision = self._entries[-1][2]
        if decision.parent in self.world.parents:
            assert receipt.count == self.world.count(decision.parent), decision
            assert receipt.completed == (receipt.count >= CAPACITY), decision
        open_parent = self.state.parent
        if open_parent is not None:
            assert open_parent.count == self.world.count(open_parent.code)

    def step(self) -> None:
        self.scan(self._next_code())
        if self._luck.random() < 0.2:
            self.deliver()

    def _next_code(self) -> str:
        if self.state.stop is not None or self.state.attention:
            return Command.UNDERSTOOD
        if self.state.question is not None and self._luck.random() < 0.5:
            return self.state.question.code
        groups = [CHILDREN, PARENTS, list(Command), ["???", "BILL-1"], [ODD_PARENT, ODD_CHILD]]
        return self._luck.choice(self._luck.choices(groups, weights=[12, 4, 4, 1, 1])[0])


def _with_capacity(decision: Decision) -> Decision:
    return replace(decision, capacity=CAPACITY)


@pytest.fixture
def history(central_url: str) -> Iterator[History]:
    query(
        central_url,
        "INSERT INTO bag (qr_id, type) VALUES (%s, 'parent'), (%s, 'child')",
        ODD_PARENT,
        ODD_CHILD,
    )
    query(central_url, "INSERT INTO link (parent_bag_id, child_bag_id) VALUES (1, 2)")
    query(central_url, "UPDATE bag SET child_count = 1, weight_kg = 1 WHERE type = 'parent'")
    chain = EntryChain()
    office = CentralPostingOffice(central_url, device=chain.device, station_name="s", version="1")
    history = History(office, chain, random.Random(random.randrange(1 << 32)))
    history.world.parents.add(ODD_PARENT)
    history.world.inside[ODD_CHILD] = ODD_PARENT
    yield history
    office.close()


@pytest.mark.parametrize("number", range(6))
def test_station_and_centre_come_to_the_same(history: History, central_url: str, number: int):
    for _ in range(SCANS):
        history.step()
    history.scan(Command.CANCEL)
    history.deliver()

    inside = history.world.inside
    assert {code: set(bags) for code, bags in children_by_parent(central_url).items()} == {
        parent: {child for child, place in inside.items() if place == parent}
        for parent in set(inside.values())
    }
    assert consistency(central_url).holds


def test_the_histories_meet_every_reason_about_bags(history: History):
    for _ in range(5000):
        history.step()
        if history.reasons >= ABOUT_BAGS:
            return
    raise AssertionError(f"never met: {ABOUT_BAGS - history.reasons} {history.state} {history.world}")
