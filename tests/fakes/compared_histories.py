"""Stations between their journals and one centre: what it answers is held against ``domain``."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from fakes.entry_chain import EntryChain
from fakes.known_bags import Answer, Bag, KnownBags
from fakes.web_rows import WebRows
from hypothesis.stateful import RuleBasedStateMachine

from traitortrack_desktop.domain.codes import Command, code_rules, parse_frame
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
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

OPERATORS = ["asha", "ravi"]
UNNAMED = {None, Reason.PARENT_MISSING, Reason.BAG_UNKNOWN, Reason.CENTRE_COULD_NOT_STORE}
"""With these no bag that is there is in the way; who else has a parent open is another matter."""

JUNK = ["???", "BILL-1", "TT-CMD-DANCE"]


@dataclass
class Run:
    """What all examples of one test share: a database, two enrolled stations, and what was met."""

    offices: list[CentralPostingOffice]
    chains: list[EntryChain]
    web: WebRows
    sessions: list[UUID]
    """Of a biller at each station."""
    numbers: Iterator[int] = field(default_factory=itertools.count)
    met: set[Reason] = field(default_factory=set)
    kinds: set[EntryKind] = field(default_factory=set)
    moves_within_a_batch: int = 0
    """Child bags taken out and put in again by the same batch."""


@dataclass
class Station:
    """A station between its journal and the centre."""

    office: CentralPostingOffice
    chain: EntryChain
    operator: str
    session: UUID
    capacity: int
    state: WorkState = field(default_factory=WorkState)
    waiting: list[JournalEntry] = field(default_factory=list)
    unsaid: set[Any] = field(default_factory=set)
    """Entries that its work state knows nothing of."""
    delivered: list[JournalEntry] = field(default_factory=list)
    known: KnownBags | None = None
    """Where every bag will be once what it still has to post is posted; ``None`` when that changed."""

    def __post_init__(self) -> None:
        self._rules = code_rules(parent="N[0-9]+P[0-9]", child="N[0-9]+C[0-9]", capacity=self.capacity)

    def decide(self, text: str, fact: BagFact | None) -> Decision:
        """Return what the station does about *text* when it knows *fact*, which the centre said of late."""
        scanned = parse_frame(ScanFrame(source="gun", raw=text.encode()), self._rules)
        known = replace(fact, from_centre=True) if fact is not None else None
        return decide(self.state, scanned, known, rules=self._rules)

    def keep(self, decision: Decision, *, said: bool = True) -> JournalEntry:
        entry = self.chain.entry(decision, operator=self.operator, session=self.session)
        self.waiting.append(entry)
        if self.known is not None:
            self.known.post(entry.decision, entry.operator)
        if said:
            self.state = after_entry(self.state, entry)
        else:
            self.unsaid.add(entry.id)
        return entry

    def hear(self, entry: JournalEntry, receipt: Receipt) -> None:
        if entry.id not in self.unsaid:
            self.state = after_receipt(self.state, entry, receipt)


class Histories(RuleBasedStateMachine):
    """What both kinds of history have in common."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.prefix = f"N{next(run.numbers)}"
        self.centre = KnownBags()
        self.answers: dict[Any, Answer] = {}
        self.stations: list[Station] = []

    def code(self, name: str) -> str:
        return self.prefix + name

    def sign_on(self, *capacities: int) -> None:
        for number, (operator, capacity) in enumerate(zip(OPERATORS, capacities, strict=False)):
            station = Station(
                self.run.offices[number],
                self.run.chains[number],
                operator,
                self.run.sessions[number],
                capacity,
            )
            self.stations.append(station)

    # -- scanning

    def scanned_text(self, station: Station, name: str) -> str:
        if name == "answer":
            question = station.state.question
            return question.code if question is not None else Command.CLOSE
        return name if name in {*JUNK, *Command} else self.code(name)

    def known_to(self, station: Station) -> KnownBags:
        if station.known is None:
            station.known = self.centre.copy()
            for entry in station.waiting:
                if entry.id not in self.answers:
                    station.known.post(entry.decision, entry.operator)
        return station.known

    def changed(self) -> None:
        """Somebody changed the centre."""
        for station in self.stations:
            station.known = None

    # -- delivering

    def deliver_first(self, station: Station, size: int, *, lose_reply: bool = False) -> None:
        entries = station.waiting[:size]
        if not entries:
            return
        receipts = self.post(station, entries)
        if lose_reply:
            return
        del station.waiting[:size]
        station.delivered = [*station.delivered, *entries][-20:]
        for entry, receipt in zip(entries, receipts, strict=True):
            station.hear(entry, receipt)
        self.shown_is_what_was_answered(station, entries[-1], receipts[-1])

    def post(self, station: Station, entries: list[JournalEntry]) -> tuple[Receipt, ...]:
        """Post *entries* and compare every receipt with the answer that ``domain`` gives."""
        receipts = station.office.post(entries).receipts
        self.changed()
        self.note(entries, receipts)
        for entry, receipt in zip(entries, receipts, strict=True):
            before = self.answers.get(entry.id)
            answer = before or self.centre.post(entry.decision, entry.operator)
            self.answers[entry.id] = answer
            posted = Outcome.POSTED if before is None else Outcome.ALREADY_POSTED
            outcome = posted if answer.reason is None else Outcome.REFUSED
            expected = (outcome, answer.reason, answer.count, answer.completed)
            told = (receipt.outcome, receipt.reason, receipt.count, receipt.completed)
            assert told == expected, f"{told} instead of {expected} for {entry.decision}"
            told_about, about = plainly(receipt.fact), plainly(answer.about)
            if answer.reason not in UNNAMED:
                assert told_about == about, f"{told_about} instead of {about} for {entry.decision}"
            if entry.decision.verdict is Verdict.ACCEPTED and answer.reason is not None:
                self.run.met.add(answer.reason)
        return receipts

    def note(self, entries: list[JournalEntry], receipts: tuple[Receipt, ...]) -> None:
        taken_out: set[str | None] = set()
        for entry, receipt in zip(entries, receipts, strict=True):
            kind, child = entry.decision.kind, entry.decision.child
            self.run.kinds.add(kind)
            if receipt.outcome is Outcome.POSTED and kind is EntryKind.REMOVE_CHILD:
                taken_out.add(child)
            elif receipt.outcome is Outcome.POSTED and kind is EntryKind.ADD_CHILD:
                self.run.moves_within_a_batch += child in taken_out

    def shown_is_what_was_answered(self, station: Station, entry: JournalEntry, receipt: Receipt) -> None:
        parent = station.state.parent
        if parent is None or station.waiting or entry.id in station.unsaid or receipt.count is None:
            return
        if entry.decision.parent == parent.code:
            assert (parent.count, parent.completed) == (receipt.count, receipt.completed)

    # -- the web application

    def web_leaves(self, name: str, kind: str, status: str | None, *, lower: bool) -> None:
        code = self.code(name)
        if code not in self.centre.bags:
            self.run.web.leave(code, kind=kind, status=status, lower=lower)
            self.centre.bags[code] = Bag(kind, completed=status == "completed", stale=True)
            self.changed()

    def web_links(self, parent_name: str, child_name: str) -> None:
        parent, child = self.code(parent_name), self.code(child_name)
        if self.centre.kind(parent) != "parent" or parent == child:
            return
        self.web_leaves(child_name, "child", None, lower=False)
        if self.centre.bags[child].inside is None:
            self.run.web.link(parent, child)
            self.centre.bags[child].inside = parent
            self.centre.bags[parent].stale = True
            self.changed()

    def web_unlinks(self, name: str) -> None:
        code = self.code(name)
        bag = self.centre.bags.get(code)
        if bag is not None and bag.kind == "child" and bag.inside is not None:
            self.run.web.delete([code])
            self.run.web.reopen(bag.inside)
            del self.centre.bags[code]
            parent = self.centre.bags[bag.inside]
            parent.completed, parent.stale = False, True
            self.changed()

    def web_deletes(self, name: str) -> None:
        code = self.code(name)
        if self.centre.kind(code) == "parent" and self.centre.bags[code].inside is None:
            gone = {code, *self.centre.inside(code)}
            gone |= {inner for parent in gone for inner in self.centre.inside(parent)}
            self.run.web.delete(gone)
            for each in gone:
                del self.centre.bags[each]
            self.changed()

    def web_leaves_bags_in_the_wrong_place(self) -> None:
        """A parent bag, and one of no known type, inside a parent."""
        row: dict[str, Any] = {"status": None, "lower": False}
        self.web_leaves("P1", "parent", **row)
        for name, kind in (("C0", "parent"), ("C1", "pallet")):
            self.web_leaves(name, kind, **row)
            self.web_links("P1", name)

    # -- the end

    def teardown(self) -> None:
        for station in self.stations:
            self.deliver_first(station, 500)
        rows = self.run.web.bags(f"{self.prefix}[PC]")
        stale = {code for code, bag in self.centre.bags.items() if bag.stale}
        found, expected = shown(rows, stale), shown(rows_of(self.centre), stale)
        assert found == expected, f"{found} instead of {expected}"


def plainly(fact: BagFact | None) -> BagFact | None:
    """Return what both sides tell of a bag in the way."""
    if fact is None or fact.kind is None:
        return None
    fact = replace(fact, since=None, as_of=None, from_centre=False, holder=None)
    return replace(fact, parent=None, by=None) if fact.kind == "parent" else fact


Row = tuple[str, str | None, int | None, bool]


def rows_of(known: KnownBags) -> dict[str, Row]:
    """Return the rows that belong to *known*: type, parent, stored count, whether complete."""
    return {
        code: (
            bag.kind,
            bag.inside,
            len(known.inside(code)) if bag.kind == "parent" else None,
            bag.completed,
        )
        for code, bag in known.bags.items()
    }


def shown(rows: dict[str, Row], stale: set[str]) -> dict[str, Row]:
    """Return *rows* without the counts that nobody refreshed since the web application left them."""
    return {
        code: (kind, inside, None if code in stale else count, completed)
        for code, (kind, inside, count, completed) in rows.items()
    }
