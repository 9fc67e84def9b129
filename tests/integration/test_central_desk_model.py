"""The rules of bills and returns exist twice too: random shifts at their desks find both sides equal.

A station that knows what the centre's rows say decides each scan by ``domain``; what it does is posted at
once. What it accepts is done, with the figures that it shows; what it refuses for a bag, a bill or a return
the centre refuses for the same reason, when a station that knows less offers it. The same shifts in every
run; ``HISTORIES=500`` goes through so many others.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from fakes import bill_decisions
from fakes.bill_desk import BillDesk
from fakes.desk_scanning import DESKS, person
from fakes.entry_chain import item
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople

from traitortrack_desktop.domain.bills import BillFact, BillStatus, bill_fact_from_payload
from traitortrack_desktop.domain.codes import CodeKind, Command, code_rules, parse_frame
from traitortrack_desktop.domain.entries import (
    BagFact,
    Decision,
    EntryKind,
    Outcome,
    QuestionKind,
    Receipt,
    Verdict,
    fact_from_payload,
)
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.reasons import ABOUT_BAGS, Reason
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting_reply import posting_reply

SHIFTS = int(os.environ.get("HISTORIES", "0")) or 24
SCANS = 50
RULES = code_rules(bill_capacity=2)
AT_BILL = [Command.UNDO, Command.REMOVE, Command.REMOVE, Command.COMPLETE, Command.REOPEN, Command.DELETE]
AT_RETURN = [Command.UNDO, Command.REMOVE, Command.CLOSE, Command.CANCEL_RETURN, Command.CANCEL]
KINDS = {
    EntryKind.CREATE_BILL,
    EntryKind.ATTACH_PARENT,
    EntryKind.DETACH_PARENT,
    EntryKind.COMPLETE_BILL,
    EntryKind.REOPEN_BILL,
    EntryKind.DELETE_BILL,
    EntryKind.OPEN_RETURN,
    EntryKind.RETURN_BAG,
    EntryKind.UNRETURN_BAG,
    EntryKind.FINALISE_RETURN,
    EntryKind.CANCEL_RETURN,
}
REASONS = {
    Reason.PARENT_MISSING,
    Reason.CHILD_NOT_BILLABLE,
    Reason.PARENT_ON_THIS_BILL,
    Reason.PARENT_ON_OTHER_BILL,
    Reason.PARENT_NOT_ON_BILL,
    Reason.BILL_COMPLETED,
    Reason.BILL_NOT_COMPLETED,
    Reason.BILL_FULL,
    Reason.BILL_NOT_FULL,
    Reason.ALREADY_RETURNED,
    Reason.PARENT_NOT_BILLED,
    Reason.NOT_RETURNED,
    Reason.TICKET_EMPTY,
}
"""What both sides know; what only the centre can find has tests of its own."""


@dataclass
class Met:
    """What came about in all shifts."""

    done: Counter[EntryKind] = field(default_factory=Counter)
    refused: Counter[Reason] = field(default_factory=Counter)


class Shift:
    """One station at work, on bags and bills of its own."""

    def __init__(self, people: PostedPeople, luck: random.Random, met: Met) -> None:
        self._desk = BillDesk(people, "admin")
        self._luck, self._met = luck, met
        self._by = person("admin", area="indore")
        self._state = WorkState()
        self._parents = [self._desk.filled(number, luck.randint(0, 3)) for number in range(1, 4)]
        self._parents.append(self._desk.filled(4, 2, kind="M"))
        self._parents.append(self._desk.parent(9))
        self._child = self._desk.filled(5, 1)[-5:] + "C00"
        self._bills = [f"{self._desk.bill}-{letter}" for letter in "AB"]

    def scan(self) -> None:
        text = self._some_text()
        scanned = parse_frame(ScanFrame(source="test", raw=text.encode()), RULES)
        known = KnownHere(
            by=self._by,
            bill=self._bill(scanned.text) if scanned.kind is CodeKind.BILL else None,
            now=self._now(),
            bits=self._luck.getrandbits(60),
        )
        fact = self._bag(scanned.text) if scanned.kind in {CodeKind.PARENT, CodeKind.CHILD} else None
        decision = next(
            (
                made
                for desk in DESKS
                if (made := desk(self._state, scanned, fact, rules=RULES, known=known, deliberate=True))
            ),
            None,
        )
        if decision is not None:
            self._take(decision, scanned.text)

    def _some_text(self) -> str:
        state, luck = self._state, self._luck
        if state.question is not None and luck.random() < 0.6:
            if state.question.kind in {QuestionKind.DETACH, QuestionKind.UNRETURN}:
                return luck.choice(self._parents)
            if state.question.kind is QuestionKind.DELETE_BILL and state.bill is not None:
                return state.bill.code
            if state.question.kind is QuestionKind.COMPLETE_BILL:
                return Command.COMPLETE
            return state.question.code or Command.CLOSE
        elsewhere = [luck.choice(self._bills), Command.NEW_RETURN]
        if luck.random() < 0.12 or state.desk is None:
            return luck.choice(elsewhere)
        if luck.random() < 0.6:
            return luck.choice([*self._parents, *self._parents, self._child])
        return luck.choice(AT_BILL if state.bill is not None else AT_RETURN)

    def _take(self, decision: Decision, text: str) -> None:
        if decision.verdict is Verdict.REFUSED and decision.reason in ABOUT_BAGS:
            self._offer_blindly(decision, text)
        receipt = self._post(decision, follows=True)
        if decision.verdict is Verdict.ACCEPTED:
            self._met.done[decision.kind] += 1
            assert receipt.reason is None, (decision, receipt)
            self._shows_what_was_answered(receipt)

    def _shows_what_was_answered(self, receipt: Receipt) -> None:
        bill = self._state.bill
        if bill is None or receipt.bill is None or receipt.bill.code != bill.code:
            return
        fact = receipt.bill
        shown = (bill.linked, bill.actual_kg, bill.expected_kg, bill.capacity, bill.status)
        assert shown == (fact.linked, fact.children, fact.expected_kg, fact.capacity, fact.status)
        page = self._desk.web.bill(fact.code)
        assert page is not None
        assert page.figures == (fact.status, fact.capacity, fact.linked, fact.children, fact.expected_kg)

    def _offer_blindly(self, decision: Decision, text: str) -> None:
        """What a station would have done that knew nothing of what is in the way."""
        blind = self._blind(decision, text)
        if blind is None:
            return
        receipt = self._post(blind, follows=False)
        told = receipt.reason
        if decision.reason is Reason.PARENT_NOT_ON_BILL and told is Reason.PARENT_MISSING:
            told = Reason.PARENT_NOT_ON_BILL  # that there is no such bag the centre says with authority
        assert told is decision.reason, (decision, receipt)
        assert decision.reason is not None
        self._met.refused[decision.reason] += 1

    def _blind(self, decision: Decision, text: str) -> Decision | None:
        question = self._state.question.kind if self._state.question is not None else None
        bill, ticket = self._state.bill, self._state.ticket
        if bill is not None:
            if text in {*self._parents, self._child}:
                made = bill_decisions.detached if question is QuestionKind.DETACH else bill_decisions.attached
                return made(bill.code, text)
            acts = {
                Command.COMPLETE: bill_decisions.completed_bill,
                Command.REOPEN: bill_decisions.reopened_bill,
            }
            return acts[Command(text)](bill.code) if text in acts else None
        if ticket is None:
            return None
        if text in {*self._parents, self._child}:
            made_at = (
                bill_decisions.unreturned if question is QuestionKind.UNRETURN else bill_decisions.returned
            )
            return made_at(ticket.code, text, ticket.opened_by)
        return (
            bill_decisions.finalised_return(ticket.code, ticket.opened_by)
            if decision.reason is Reason.TICKET_EMPTY
            else None
        )

    def _post(self, decision: Decision, *, follows: bool) -> Receipt:
        (entry,) = self._desk.entries(decision)
        reply = self._desk.station.send([item(entry)])
        (receipt,) = posting_reply(reply, None, [entry]).receipts
        if follows:
            self._state = after_receipt(after_entry(self._state, entry), entry, receipt)
        assert receipt.outcome in {Outcome.POSTED, Outcome.REFUSED}
        return receipt

    # -- what the station knows, of the centre's rows

    def _bag(self, code: str) -> BagFact:
        (row,) = self._desk.query("SELECT station.bag_fact(station.bag_named(%s)) AS fact", code)
        fact = fact_from_payload(row["fact"]) if row["fact"] else BagFact(code=code)
        return replace(fact, from_centre=True)

    def _bill(self, code: str) -> BillFact:
        (row,) = self._desk.query(
            """SELECT coalesce(station.bill_fact(station.bill_named(%s)), station.absent_bill(%s)) AS fact""",
            *(code, code),
        )
        return bill_fact_from_payload(row["fact"])

    def _now(self) -> Any:
        return self._desk.query("SELECT now() AS now")[0]["now"]


@pytest.fixture(scope="module")
def url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    postgres_server.create_database("desk_model", "migrated")
    yield HiddenAddress(postgres_server.url("desk_model"))
    postgres_server.drop_database("desk_model")


@pytest.fixture
def people(url: str) -> Iterator[PostedPeople]:
    people = PostedPeople(url)
    yield people
    people.close()


def test_at_the_desks_the_centre_answers_by_the_rules_of_the_station(people: PostedPeople, url: str):
    met = Met()
    for number in range(SHIFTS):
        shift = Shift(people, random.Random(number), met)
        for _ in range(SCANS):
            shift.scan()

    assert met.done.keys() >= KINDS
    assert met.refused.keys() >= REASONS
    assert BillStatus.COMPLETED in {row["status"] for row in people.owner.query("SELECT status FROM bill")}
    assert consistency(url).holds
