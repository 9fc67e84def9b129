"""The rules exist twice: in the station's workflow and at the centre. Random histories find them equal.

What the centre has to answer is worked out from ``domain`` (``fakes.known_bags``): verdict, reason, count,
whether the parent is complete, and what is told about the bag in the way. The first histories have a
station that knows everything: what it accepted the centre accepts, what it refused the centre refuses for
the same reason. The second have two stations on the same bags, one of which knows nothing, and the web
application between them.

The same histories in every run; ``HISTORIES=2000`` explores so many others, and makes what fails shorter
(with ``--timeout 0``, for that takes minutes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from fakes.bag_acts import deleted, moved, relabelled
from fakes.compared_histories import JUNK, OPERATORS, Histories, Run, Station
from fakes.decisions import added, closed, opened, overridden, removed
from fakes.entry_chain import EntryChain, sealed
from fakes.posted_people import PostedPeople
from fakes.web_rows import WebRows
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import (
    ABOUT_PEOPLE,
    Decision,
    EntryKind,
    JournalEntry,
    Outcome,
    QuestionKind,
    Verdict,
)
from traitortrack_desktop.domain.reasons import ABOUT_BAGS, DECIDED_BY_CENTRE, About, Reason
from traitortrack_desktop.domain.work import Question
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

HISTORIES = int(os.environ.get("HISTORIES", "0"))
SETTINGS = settings(
    derandomize=not HISTORIES,
    max_examples=HISTORIES or 40,
    stateful_step_count=60,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate, *([Phase.shrink] if HISTORIES else [])],
    suppress_health_check=list(HealthCheck),
)

ONLY_OF_OTHERS = {Reason.PARENT_MISSING, Reason.SAME_AS_PARENT}
"""Reasons that a station which knows everything never gives cause for."""

OF_CORRECTIONS = {
    Reason.BAG_UNKNOWN,
    Reason.LABEL_IN_USE,
    Reason.LABEL_OF_OTHER_KIND,
    Reason.PARENT_HAS_CHILDREN,
    Reason.CHILD_HAS_PARENT,
}
"""Of new labels and deleted bags, which no scan here comes to."""

OF_PACKING = {
    Reason.SAME_AS_PARENT,
    Reason.PARENT_MISSING,
    Reason.PARENT_IS_CHILD,
    Reason.PARENT_COMPLETED,
    Reason.PARENT_FULL,
    Reason.CHILD_IS_PARENT,
    Reason.ALREADY_IN_THIS_PARENT,
    Reason.CHILD_IN_OTHER_PARENT,
    Reason.CHILD_NOT_IN_PARENT,
    Reason.UNKNOWN_BAG_TYPE,
}
"""No bag here is on a bill or a return: those have tests of their own."""

AT_DESKS = {
    EntryKind.OPEN_BILL,
    EntryKind.CREATE_BILL,
    EntryKind.ATTACH_PARENT,
    EntryKind.DETACH_PARENT,
    EntryKind.COMPLETE_BILL,
    EntryKind.REOPEN_BILL,
    EntryKind.EDIT_BILL,
    EntryKind.DELETE_BILL,
    EntryKind.OPEN_RETURN,
    EntryKind.RESUME_RETURN,
    EntryKind.RETURN_BAG,
    EntryKind.UNRETURN_BAG,
    EntryKind.FINALISE_RETURN,
    EntryKind.CANCEL_RETURN,
    EntryKind.EDIT_CHILDREN,
    EntryKind.PARENT_TAKEN,
}
"""What nothing comes to that is scanned while packing."""

ONLY_OF_THE_ENTRY = {reason for reason in DECIDED_BY_CENTRE if reason.about is About.ENTRY}
"""What may be wrong with who it was has tests of its own."""

CORRECTING = {
    QuestionKind.WRONG_PARENT,
    QuestionKind.RELABEL,
    QuestionKind.NEW_LABEL,
    QuestionKind.NEW_LABEL_AGAIN,
    QuestionKind.DELETE,
    QuestionKind.DELETE_AGAIN,
}
"""What answers these is refused for more than the bag that was scanned."""

ACTS = [opened, closed, *[added] * 4, removed, overridden, moved, moved, *[relabelled] * 3, *[deleted] * 2]
CHANGES = ["leave", "leave", "link", "link", "unlink", "delete"]
PACKING = [Command.UNDO, Command.REMOVE, Command.REMOVE, Command.CLOSE, Command.CANCEL, Command.MOVE]
TOO_LONG = "X" * 300
parent_codes = [f"P{number}" for number in range(3)]
child_codes = [f"C{number}" for number in range(6)]
codes = st.sampled_from([*parent_codes, *child_codes])
parents = st.sampled_from([*parent_codes, *parent_codes, *parent_codes, *child_codes[:2]])
children = st.one_of(codes, codes, codes, codes, codes, codes, st.sampled_from([None, TOO_LONG]))
scans = st.lists(
    st.one_of(
        codes,
        codes,
        st.sampled_from(["answer", *PACKING]),
        st.sampled_from(["answer", "answer", *Command]),
        st.sampled_from(JUNK),
    ),
    min_size=1,
    max_size=8,
)
sizes = st.sampled_from([1, 2, 3, 5, 8, 500])
capacities = st.integers(1, 4)
web_rows = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["parent", "parent", "child", "pallet", "pallet"]),
        "status": st.sampled_from([None, "pending", "completed", "completed", "in_progress"]),
        "lower": st.booleans(),
    }
)


class KnowingStation(Histories):
    """One station that knows where every bag is, on rows that the web application left before."""

    @initialize(
        capacity=capacities,
        rows=st.lists(st.tuples(codes, web_rows), min_size=2, max_size=8),
        links=st.lists(st.tuples(parents, codes), max_size=8),
        odd=st.booleans(),
    )
    def begin(self, capacity: int, rows: list[Any], links: list[Any], odd: bool) -> None:
        self.sign_on(capacity)
        if odd:
            self.web_leaves_bags_in_the_wrong_place()
        for name, row in rows:
            self.web_leaves(name, **row)
        for parent, child in links:
            self.web_links(parent, child)

    @rule(names=scans)
    def scan(self, names: list[str]) -> None:
        (station,) = self.stations
        pack_again(station)
        for name in names:
            if station.state.stop is not None:
                station.keep(station.decide(Command.UNDERSTOOD, None))
            known, text = self.known_to(station), self.scanned_text(station, name)
            question = station.state.question
            decision = station.decide(text, known.fact(text))
            blind = blindly(decision, question)
            refusal = decision.reason if decision.verdict is Verdict.REFUSED else None
            assert known.copy().post(blind or decision, None).reason == refusal, decision
            if blind is not None:
                station.keep(blind, said=False)
            station.keep(decision)

    @rule(really=st.sampled_from([False, False, False, True]))
    def override(self, really: bool) -> None:
        (station,) = self.stations
        parent = station.state.parent
        if really and parent is not None and station.state.stop is None:
            station.keep(replace(overridden(parent.code), capacity=parent.capacity))

    @rule(size=sizes, lose_reply=st.sampled_from([False, False, False, True]))
    def deliver(self, size: int, lose_reply: bool) -> None:
        self.deliver_first(self.stations[0], size, lose_reply=lose_reply)

    @invariant()
    def it_shows_what_is_so(self) -> None:
        for station in self.stations:
            parent = station.state.parent
            assert not station.state.attention
            if parent is not None:
                fact = self.known_to(station).fact(parent.code)
                assert parent.count == fact.count
                takes_no_more = parent.is_full or parent.completed
                assert takes_no_more == (fact.count >= parent.capacity or fact.completed)


def blindly(decision: Decision, question: Question | None) -> Decision | None:
    """Return what a station would have said OK to that knew nothing of the bags which *decision* refuses."""
    reason, parent, code = decision.reason, decision.parent, decision.code
    if decision.verdict is not Verdict.REFUSED or reason not in ABOUT_BAGS:
        return None
    if code in set(Command) or (question is not None and question.kind in CORRECTING):
        return None
    if question is not None and question.kind is QuestionKind.MOVE and not is_parent_code(code):
        blind = moved(parent, code)
    elif is_parent_code(code):
        blind = opened(code)
    elif reason is Reason.CHILD_NOT_IN_PARENT:
        blind = removed(parent, code)
    else:
        blind = added(parent, code)
    return replace(blind, capacity=decision.capacity)


def pack_again(station: Station) -> None:
    """Let nobody who looks something up look up everything that follows."""
    if station.state.finding and station.state.stop is None:
        station.keep(station.decide(Command.LEAVE, None))


def is_parent_code(code: str) -> bool:
    return code[-2] == "P"


class SeveralWriters(Histories):
    """Two stations on the same bags, one of which knows nothing, and the web application at any time."""

    @initialize(capacities=st.tuples(capacities, capacities), odd=st.booleans())
    def begin(self, capacities: tuple[int, int], odd: bool) -> None:
        self.sign_on(*capacities)
        if odd:
            self.web_leaves_bags_in_the_wrong_place()

    @rule(names=scans, knows=st.booleans())
    def scan(self, names: list[str], knows: bool) -> None:
        station = self.stations[0 if knows else 1]
        pack_again(station)
        for name in names:
            while station.state.stop is not None or station.state.attention:
                station.keep(station.decide(Command.UNDERSTOOD, None))
            text = self.scanned_text(station, name)
            station.keep(station.decide(text, self.known_to(station).fact(text) if knows else None))

    @rule(acts=st.lists(st.tuples(st.sampled_from(ACTS), parents, children), min_size=1, max_size=4))
    def post_what_no_station_would_scan(self, acts: list[Any]) -> None:
        """Other code rules, a journal that lost its beginning, and what cannot be stored at all."""
        station = self.stations[1]
        for act, parent, child in acts:
            bag = self.code(parent)
            other = self.code(child if child not in {None, TOO_LONG} else "C0")
            odd = other == self.code("C0")  # a parent's label for a child, and a child's for a parent
            if act is moved:
                decision = moved(bag, other)
            elif act is deleted:
                decision = deleted(bag)
            elif act is relabelled:
                decision = relabelled(bag, **{"parent" if is_parent_code(bag) != odd else "child": other})
            else:
                decision = act(bag, "X") if act in {added, removed} else act(bag)
            if act in {added, removed}:
                decision = replace(decision, child=child and self.code(child))
            station.keep(replace(decision, capacity=station.capacity), said=False)

    @rule(number=st.integers(0, 1), size=sizes, lose_reply=st.sampled_from([False, False, False, True]))
    def deliver(self, number: int, size: int, lose_reply: bool) -> None:
        self.deliver_first(self.stations[number], size, lose_reply=lose_reply)

    @rule(number=st.integers(0, 1), first=st.integers(0, 19), size=st.integers(1, 20))
    def repeat(self, number: int, first: int, size: int) -> None:
        station = self.stations[number]
        again = station.delivered[first : first + size]
        if again:
            self.post(station, again)
            self.post_another_of_the_same_number(station, again[0])

    def post_another_of_the_same_number(self, station: Station, entry: JournalEntry) -> None:
        other = sealed(replace(entry, operator="somebody else"))
        (receipt,) = station.office.post([other]).receipts
        told = (receipt.outcome, receipt.reason, receipt.count, receipt.fact)
        assert told == (Outcome.REFUSED, Reason.CONFLICTING_REPEAT, None, None)
        self.run.met.add(Reason.CONFLICTING_REPEAT)

    @rule(
        changes=st.lists(
            st.tuples(st.sampled_from(CHANGES), parents, codes, web_rows), min_size=1, max_size=3
        )
    )
    def the_web_application_changes(self, changes: list[Any]) -> None:
        for change, parent, code, row in changes:
            if change == "leave":
                self.web_leaves(code, **row)
            elif change == "link":
                self.web_links(parent, code)
            elif change == "unlink":
                self.web_unlinks(code)
            else:
                self.web_deletes(parent)


@pytest.fixture
def run(central_url: str) -> Iterator[Run]:
    chains = [EntryChain(), EntryChain()]
    offices = [
        CentralPostingOffice(central_url, device=chain.device, station_name="s", version="1")
        for chain in chains
    ]
    with closing(PostedPeople(central_url)) as people:
        sessions = [
            people.session_at(people.person("biller", name=name), chain.device)
            for name, chain in zip(OPERATORS, chains, strict=True)
        ]
    with closing(WebRows(central_url)) as web:
        yield Run(offices, chains, web, sessions)
    for office in offices:
        office.close()


def test_a_station_that_knows_everything_is_never_contradicted(run: Run, central_url: str):
    run_state_machine_as_test(lambda: KnowingStation(run), settings=SETTINGS)

    assert run.met >= OF_PACKING - ONLY_OF_OTHERS
    assert run.kinds >= {
        EntryKind.MOVE_CHILDREN,
        EntryKind.LOOK_UP,
        EntryKind.OVERRIDE,
        EntryKind.CLOSE_PARENT,
    }
    assert run.moves_within_a_batch
    assert not consistency(central_url).children_in_two_parents


def test_whoever_writes_and_posts_the_centre_answers_by_the_rules_of_the_station(run: Run, central_url: str):
    run_state_machine_as_test(lambda: SeveralWriters(run), settings=SETTINGS)

    assert run.met >= ONLY_OF_THE_ENTRY | ONLY_OF_OTHERS | OF_CORRECTIONS
    assert run.kinds == set(EntryKind) - ABOUT_PEOPLE - AT_DESKS
    assert run.moves_within_a_batch
    assert not consistency(central_url).children_in_two_parents
