"""A station with a real journal where anything happens: scans of every kind, people, restarts, answers.

After every step the promises are checked that hold whatever happens.
"""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from fakes.asked_badges import AskedBadges
from fakes.memory_journal import DEVICE, START, SteppingClock
from fakes.sign_ins import signed_in

from traitortrack_desktop.domain.bills import BillDetails, BillFact, BillStatus
from traitortrack_desktop.domain.codes import CodeKind, Command, code_rules, parse_frame
from traitortrack_desktop.domain.deeds import (
    CreateBill,
    Deed,
    EditBill,
    EditChildren,
    OpenReturn,
    WorkAtBill,
    WorkAtReturn,
)
from traitortrack_desktop.domain.entries import (
    BagFact,
    EntryKind,
    Holder,
    JournalEntry,
    Outcome,
    QuestionKind,
    Receipt,
    Verdict,
)
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import ABOUT_BAGS, Reason
from traitortrack_desktop.domain.roles import Operation, Person
from traitortrack_desktop.domain.work import WorkState, after_entry, after_receipt
from traitortrack_desktop.services.catalogue import UNKNOWN_BILL
from traitortrack_desktop.services.known_bills import merged_bill
from traitortrack_desktop.services.ports import PostingReply
from traitortrack_desktop.services.scan_intake import ScanIntake
from traitortrack_desktop.storage.local.journal import SqliteJournal

PARENTS = ("SB10001", "SB10002", "SB10003")
CHILDREN = ("AB01", "AB02", "AB03", "AB04", "AB05")
BILLS = ("BILL-1", "BILL-2")
TICKETS = ("RTN-20260105-00AB", "RTN-20260105-00AC")
OTHERS = ("TT-NUM-2", "2", "TT-AREA-INDORE", "???", "TT-CMD-DANCE", "ZZZZ!")
DEVICE_ELSEWHERE = UUID(int=77)
PEOPLE = (
    Person(username="mina", role="admin"),
    Person(username="ravi", role="biller"),
    Person(username="asha", role="dispatcher", area="indore"),
)

CONFIRMED_BY = {
    EntryKind.DELETE_BAG: {QuestionKind.DELETE_AGAIN},
    EntryKind.DELETE_BILL: {QuestionKind.DELETE_BILL},
    EntryKind.REPLACE_LABEL: {QuestionKind.NEW_LABEL_AGAIN},
    EntryKind.COMPLETE_BILL: {QuestionKind.COMPLETE_BILL},
    EntryKind.REOPEN_BILL: {QuestionKind.REOPEN_BILL},
    EntryKind.FINALISE_RETURN: {QuestionKind.FINALISE_RETURN},
    EntryKind.CANCEL_RETURN: {QuestionKind.CANCEL_RETURN},
}
"""What cannot be taken back, and the question that it answers."""
BY_COMMAND_OR_QUESTION = {
    EntryKind.REMOVE_CHILD: QuestionKind.REMOVE,
    EntryKind.DETACH_PARENT: QuestionKind.DETACH,
    EntryKind.UNRETURN_BAG: QuestionKind.UNRETURN,
}
"""What takes something back: by UNDO, or as the answer to its question."""
NEEDED = {
    EntryKind.CREATE_BILL: Operation.MANAGE_BILLS,
    EntryKind.OPEN_BILL: Operation.MANAGE_BILLS,
    EntryKind.ATTACH_PARENT: Operation.MANAGE_BILLS,
    EntryKind.DETACH_PARENT: Operation.MANAGE_BILLS,
    EntryKind.COMPLETE_BILL: Operation.MANAGE_BILLS,
    EntryKind.REOPEN_BILL: Operation.MANAGE_BILLS,
    EntryKind.EDIT_BILL: Operation.MANAGE_BILLS,
    EntryKind.DELETE_BILL: Operation.DELETE_BILL,
    EntryKind.DELETE_BAG: Operation.DELETE_BAG,
    EntryKind.EDIT_CHILDREN: Operation.EDIT_CHILDREN,
    EntryKind.OPEN_RETURN: Operation.RETURNS,
    EntryKind.RESUME_RETURN: Operation.RETURNS,
    EntryKind.RETURN_BAG: Operation.RETURNS,
    EntryKind.UNRETURN_BAG: Operation.RETURNS,
    EntryKind.FINALISE_RETURN: Operation.RETURNS,
    EntryKind.CANCEL_RETURN: Operation.RETURNS,
}
AT_A_BILL = {
    EntryKind.ATTACH_PARENT,
    EntryKind.DETACH_PARENT,
    EntryKind.COMPLETE_BILL,
    EntryKind.REOPEN_BILL,
    EntryKind.DELETE_BILL,
}
AT_A_RETURN = {
    EntryKind.RETURN_BAG,
    EntryKind.UNRETURN_BAG,
    EntryKind.FINALISE_RETURN,
    EntryKind.CANCEL_RETURN,
}


class RandomShift:
    """One station; every :meth:`step` does something and checks what always holds."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        self._clock = SteppingClock()
        self._rules = code_rules(capacity=3, bill_capacity=2, close_reason_below=chance.choice([0, 2]))
        self._happened: list[JournalEntry | tuple[JournalEntry, Receipt]] = []
        self._waiting: list[JournalEntry] = []
        self._at_ms = 0
        self._state = WorkState()
        self._refreshed = False
        self._bits = 0xAB
        self._last = PARENTS[0]
        self._begin()
        self._sign_in(chance.choice(PEOPLE))

    def _begin(self) -> None:
        self._journal = SqliteJournal.open(self._folder, device=DEVICE, station="7", clock=self._clock)
        self.intake = ScanIntake(
            journal=self._journal,
            rules=self._rules,
            tell=self._told,
            known_about=self._known_about,
            badges=AskedBadges(),
            sign_in_required=True,
            for_people=True,
            monotonic_ms=lambda: self._at_ms,
            known_bill=self._known_bill,
            known_ticket=lambda code: self._journal.ticket_memory(code),  # noqa: PLW0108 - another one later
            device=DEVICE,
            clock=lambda: START,
            bits=lambda: self._bits,
        )
        self.intake.resume()

    def close(self) -> None:
        self.intake.close()

    # -- what happens

    def step(self) -> None:
        doing = self._chance.choices(
            [
                self._scan,
                self._deed,
                self._answer,
                self._change_people,
                self._restart,
                self._pour,
                self._taken,
            ],
            [70, 5, 12, 2, 1, 1, 1],
        )[0]
        doing()
        self._check_where_it_stands()

    def _scan(self) -> None:
        kinds = [PARENTS, CHILDREN, BILLS, TICKETS, OTHERS, tuple(Command), (self._last,), self._asked()]
        weights = [15, 20, 6, 2, 3, 24, 6, 60 if self._state.question is not None else 3]
        code = self._chance.choice(self._chance.choices(kinds, weights)[0])
        if self._state.stop is not None and self._chance.random() < 0.7:
            code = Command.UNDERSTOOD
        self._take(code, after_ms=self._chance.choice([2500, 2500, 2500, 2500, 700, 100]))

    def _asked(self) -> tuple[str, ...]:
        """What would answer the question, mostly."""
        question = self._state.question
        if question is None:
            return (self._last,)
        return (question.code, question.about or question.code)

    def _pour(self) -> None:
        source = self._chance.choice(["left", "right"])
        kinds = [PARENTS, CHILDREN, BILLS, tuple(Command)]
        for _ in range(self._chance.randint(1, 4)):
            code = self._chance.choice(self._chance.choices(kinds, [3, 4, 1, 2])[0])
            self._take(code, after_ms=5, source=source, after_reconnect=True)
        for _ in range(self._chance.randint(0, 3)):
            self._take(Command.PLACE, after_ms=2500)

    def _take(self, code: str, *, after_ms: int, source: str = "", **how: bool) -> None:
        self._at_ms += after_ms
        self._last = code
        source = source or self._chance.choice(["left", "left", "right"])
        frame = ScanFrame(
            source=source, raw=code.encode(), started_ms=self._at_ms - 4, ended_ms=self._at_ms, **how
        )
        self.intake.take(frame)

    def _deed(self) -> None:
        parent, bill = self._chance.choice(PARENTS), self._chance.choice(BILLS)
        details = BillDetails(capacity=self._chance.randint(1, 4))
        some = tuple(self._chance.sample(CHILDREN, 2))
        deeds: list[Deed] = [
            WorkAtBill(bill=bill),
            CreateBill(bill=bill, details=details),
            EditBill(bill=bill, details=details),
            OpenReturn(area="indore"),
            WorkAtReturn(ticket=self._chance.choice(TICKETS)),
            EditChildren(parent=parent, added=some[:1], removed=some[1:]),
        ]
        self._at_ms += 2500
        self.intake.do(self._chance.choice(deeds))

    def _change_people(self) -> None:
        if self._chance.random() < 0.2:
            self.intake.people.sign_out()
            self._take(self._chance.choice(PARENTS), after_ms=2500)
        self._sign_in(self._chance.choice(PEOPLE))

    def _sign_in(self, person: Person) -> None:
        self.intake.people.begin(signed_in(person))

    def _restart(self) -> None:
        self.intake.close()
        self._begin()
        self._sign_in(self._chance.choice(PEOPLE))

    def _taken(self) -> None:
        if self._state.parent is not None:
            self.intake.take_holders({self._state.parent.code: self._other_holder()})

    def _other_holder(self) -> Holder:
        return Holder(
            station="8",
            device=DeviceId(DEVICE_ELSEWHERE),
            by="kiran",
            since=START,
            until=START + timedelta(minutes=30),
        )

    # -- what the centre answers

    def _answer(self) -> None:
        """Answer what waits, mostly in order and all of it."""
        count = self._chance.choice([1, 2, len(self._waiting)])
        entries = self._waiting[:count]
        if self._waiting and self._chance.random() < 0.1:
            entries = [self._chance.choice(self._waiting)]
        if not entries:
            return
        receipts = tuple(self._receipt(entry) for entry in entries)
        for entry, receipt in zip(entries, receipts, strict=True):
            self._happened.append((entry, receipt))
            self._waiting.remove(entry)
        self.intake.take_receipts(entries, PostingReply(receipts=receipts, server_time=None, centre=None))

    def _receipt(self, entry: JournalEntry) -> Receipt:
        decision, chance = entry.decision, self._chance
        refused = decision.verdict is Verdict.ACCEPTED and chance.random() < 0.3
        reasons = [*sorted(ABOUT_BAGS - {Reason.SAME_AS_PARENT}), Reason.CENTRE_COULD_NOT_STORE]
        likely = [Reason.PARENT_FULL, Reason.BILL_EXISTS, Reason.LABEL_IN_USE, Reason.CHILD_IN_OTHER_PARENT]
        code = decision.child or decision.parent or decision.code
        replaced = decision.kind is EntryKind.OPEN_RETURN and chance.random() < 0.3
        return Receipt(
            seq=entry.seq,
            outcome=Outcome.REFUSED if refused else chance.choice(list(Outcome)[:2]),
            reason=chance.choice([*reasons, *likely]) if refused else None,
            count=chance.choice([None, 0, 1, 2, 3]) if decision.parent else None,
            completed=chance.choice([None, False, False, True]) if decision.parent else None,
            fact=self._fact(code) if refused and chance.random() < 0.5 else None,
            notice=Reason.PARENT_OPEN_ELSEWHERE
            if decision.kind is EntryKind.OPEN_PARENT and chance.random() < 0.1
            else None,
            bill=self._told_bill(decision.bill) if decision.bill and chance.random() < 0.8 else None,
            ticket=TICKETS[1] if replaced and not refused else None,
        )

    def _fact(self, code: str) -> BagFact:
        chance = self._chance
        return BagFact(
            code=code,
            kind=chance.choice([None, "child" if code in CHILDREN else "parent"]),
            parent=chance.choice([None, *PARENTS]),
            count=chance.choice([None, 0, 2]),
            bill=chance.choice([None, None, *BILLS]),
            bill_completed=chance.random() < 0.2,
            holder=self._other_holder() if chance.random() < 0.2 else None,
        )

    def _told_bill(self, code: str) -> BillFact:
        status = self._chance.choice([None, *BillStatus, BillStatus.PROCESSING])
        return BillFact(
            code=code,
            status=status,
            capacity=2 if status else None,
            linked=self._chance.randint(0, 2) if status else None,
            from_centre=True,
        )

    # -- what is known

    def _known_about(self, code: str) -> BagFact | None:
        memory = self._journal.bag_memory(code)
        return memory.fact if memory is not None else None

    def _known_bill(self, code: str) -> BillFact | None:
        memory = self._journal.bill_memory(code)
        return merged_bill(code, memory, UNKNOWN_BILL, now=self._clock.now, trust=timedelta(days=9))

    # -- what holds

    def _told(self, event: object) -> None:
        entry = getattr(event, "entry", None)
        before, self._state = self._state, getattr(event, "state", self._state)
        if entry is None:
            return
        self._happened.append(entry)
        self._waiting.append(entry)
        if entry.decision.verdict is Verdict.ACCEPTED:
            self._check_names(entry)
            self._check_is_meant(before, entry)

    def _check_where_it_stands(self) -> None:
        state = self._state
        assert state == self._journal.work_state()
        assert state == self._folded()
        assert state.desk is None or state.parent is None
        if state.bill is not None:
            assert state.bill.linked >= 0
        for parent in (state.parent, state.finished):
            assert parent is None or parent.count >= 0

    def _folded(self) -> WorkState:
        state = WorkState()
        for event in self._happened:
            if isinstance(event, JournalEntry):
                state = after_entry(state, event)
            else:
                state = after_receipt(state, *event)
        return state

    def _check_names(self, entry: JournalEntry) -> None:
        """Every entry names what it is about, each by a code of its own kind."""
        decision, rules = entry.decision, self._rules
        kinds = {
            code: parse_frame(ScanFrame(source="x", raw=code.encode()), rules).kind
            for code in (decision.parent, decision.child, decision.bill, decision.ticket, decision.bag)
            if code is not None
        }
        known = {
            (decision.parent, CodeKind.PARENT),
            (decision.child, CodeKind.CHILD),
            (decision.bill, CodeKind.BILL),
            (decision.ticket, CodeKind.TICKET),
        }
        for code, kind in known:
            told = decision.fact.kind if decision.fact is not None and decision.fact.code == code else None
            # What the centre has of a bag counts more than what its code looks like.
            assert code is None or kinds[code] is kind or told == str(kind), decision
        for code in (*decision.children, *decision.removed):
            assert parse_frame(ScanFrame(source="x", raw=code.encode()), rules).kind is CodeKind.CHILD
        if decision.kind in {EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD}:
            assert decision.parent, decision
            assert decision.child, decision
        if decision.kind is EntryKind.MOVE_CHILDREN:
            assert decision.parent, decision
            assert decision.children, decision
            assert decision.parent != decision.origin, decision
        if decision.kind in AT_A_BILL:
            assert decision.bill, decision
        if decision.kind in AT_A_RETURN:
            assert decision.ticket, decision

    def _check_is_meant(self, before: WorkState, entry: JournalEntry) -> None:
        decision, question = entry.decision, before.question
        asked = question.kind if question is not None else None
        if decision.kind in CONFIRMED_BY:
            assert asked in CONFIRMED_BY[decision.kind], decision
            assert question is not None
            assert decision.code in {question.code, question.about, Command.CLOSE, Command.COMPLETE}, decision
            asker = next(e for e in self._happened if isinstance(e, JournalEntry) and e.seq == question.seq)
            assert asker.operator == entry.operator, (asker.operator, decision)
        if decision.kind in BY_COMMAND_OR_QUESTION and decision.code != Command.UNDO:
            assert asked is BY_COMMAND_OR_QUESTION[decision.kind], decision
        if decision.kind in NEEDED:
            person = next(person for person in PEOPLE if person.username == entry.operator)
            assert signed_in(person).session.may(NEEDED[decision.kind]), (person, decision)
        if decision.kind is EntryKind.ADD_CHILD and before.parent is not None:
            assert before.parent.code == decision.parent
            assert before.parent.count < before.parent.capacity, decision
        if decision.kind is EntryKind.ATTACH_PARENT:
            assert before.bill is not None
            assert before.bill.code == decision.bill
            assert not before.bill.is_full, decision
        if decision.kind in AT_A_RETURN:
            assert before.ticket is not None
