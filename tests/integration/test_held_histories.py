"""Two guns, memories that pour out at any moment, restarts: whatever happens, every code is accounted for.

Random histories through the real journal and the real centre. What was told OK is at the centre, in
its parent and once; what came out of a memory is held, or placed once, or set aside, or refused.
"""

import random
from dataclasses import dataclass, field

import pytest
from fakes.central_owner import children_by_parent
from fakes.intake_bench import IntakeBench
from fakes.memory_journal import DEVICE, SteppingClock

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import EntryKind, Outcome, Remark, Verdict
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.events import ScanDecided
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries
from traitortrack_desktop.storage.local.verify import verify_journal

PARENTS = [f"SB{number:05}" for number in range(5)]
CHILDREN = [f"C{number:03}" for number in range(30)]
STEPS = 250


@dataclass
class Account:
    """What the journal says, read from its entries alone."""

    inside: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    settled: list = field(default_factory=list)

    def take(self, entry):
        decision = entry.decision
        if decision.reason is Reason.HELD:
            self.held[entry.seq] = (decision.code, entry.source)
        elif Remark.PLACED in entry.remarks:
            self._placed(decision)
        elif decision.code == Command.ASIDE and decision.kind is EntryKind.ACKNOWLEDGE:
            self.held = {seq: reading for seq, reading in self.held.items() if seq > decision.resolves}
        if decision.verdict is Verdict.ACCEPTED and decision.kind is EntryKind.ADD_CHILD:
            assert decision.child not in self.inside
            self.inside[decision.child] = decision.parent
        if decision.verdict is Verdict.ACCEPTED and decision.kind is EntryKind.REMOVE_CHILD:
            assert self.inside.pop(decision.child) == decision.parent

    def _placed(self, decision):
        if decision.resolves is None:
            return
        code, source = self.held[decision.resolves]
        of_memory = [seq for seq, (_, other) in self.held.items() if other == source]
        assert decision.resolves == min(of_memory), "the oldest of a memory is placed first"
        assert code == decision.code
        del self.held[decision.resolves]
        assert decision.kind is not EntryKind.ACKNOWLEDGE


class History:
    def __init__(self, directory, url, luck):
        self.directory, self.luck = directory, luck
        self.clock = SteppingClock()
        self.account = Account()
        self.bench = IntakeBench(self._opened(), capacity=7)
        self.office = CentralPostingOffice(url, device=DEVICE, station_name="s", version="1")
        self.waiting = SqliteWaitingEntries(directory)
        self.outcomes = []
        self._seen = 0

    def _opened(self):
        return SqliteJournal.open(self.directory, device=DEVICE, station="s", clock=self.clock)

    def see_every_bag(self):
        """Put every child in and out once: of a bag never seen the station cannot say where it is not."""
        self.bench.scan("SB90000")
        for child in CHILDREN:
            self.bench.scan_all(f"{child} {Command.UNDO}")

    def close(self):
        self.office.close()
        self.waiting.close()
        self.bench.journal.close()

    def step(self):
        act = self.luck.choices(
            [self._scan, self._pour, self._place, self._restart, self._deliver, self._scan_of_sheet],
            weights=[12, 2, 3, 1, 2, 3],
        )[0]
        act()
        self._check()

    def _code(self):
        return self.luck.choice(self.luck.choices([CHILDREN, PARENTS], weights=[5, 1])[0])

    def _scan(self):
        state = self.bench.state
        code = Command.UNDERSTOOD if state.stop or state.attention else self._code()
        if state.question is not None and self.luck.random() < 0.5:
            code = state.question.code
        self.bench.scan(code, source=self.luck.choice(["left", "right"]), after_ms=self._pause())

    def _scan_of_sheet(self):
        code = self.luck.choice([*Command, "???", "BILL-7"])
        self.bench.scan(code, source=self.luck.choice(["left", "right"]), after_ms=self._pause())

    def _pause(self):
        return self.luck.choice([40, 250, 400, 1200, 1800, 3000])

    def _pour(self):
        before = self.bench.state
        codes = [self._code() for _ in range(self.luck.randint(1, 9))]
        codes.insert(self.luck.randint(0, len(codes)), self.luck.choice(["C000", "???", *Command]))
        sources = self.luck.choice([["left"], ["right"], ["left", "right"]])
        for code in codes:
            damaged = self.luck.random() < 0.05
            kind = FrameKind.PARTIAL if damaged else FrameKind.COMPLETE
            self.bench.scan(
                code, source=self.luck.choice(sources), after_ms=1, kind=kind, after_reconnect=True
            )
        after = self.bench.state
        assert (after.parent, after.question, after.stop) == (before.parent, before.question, before.stop)

    def _place(self):
        before = {reading.seq: reading for reading in self.bench.state.held}
        decisions = self.bench.press(self.luck.choices([Command.PLACE, Command.ASIDE], weights=[4, 1])[0])
        placed = [before[d.resolves] for d in decisions if d.resolves in before]
        assert len({reading.source for reading in placed}) <= 1, "one memory at a time"
        assert not any(reading.problem for reading in placed[:-1]), "nothing behind a gap"

    def _restart(self):
        before = self.bench.state
        self.bench.journal.close()
        self.bench.restart(self._opened())
        assert self.bench.state == before

    def _deliver(self):
        entries = self.waiting.first(500)
        if entries:
            reply = self.office.post(entries)
            assert self.bench.intake.take_receipts(entries, reply)
            self.outcomes += zip(entries, reply.receipts, strict=True)

    def _check(self):
        told, self._seen = self.bench.told[self._seen :], len(self.bench.told)
        for event in told:
            if isinstance(event, ScanDecided):
                self.account.take(event.entry)
        state = self.bench.state
        assert {reading.seq: (reading.code, reading.source) for reading in state.held} == self.account.held

    def end(self):
        self._deliver()
        assert self.bench.journal.backlog().pending == 0


@pytest.mark.parametrize("number", range(4))
def test_every_code_of_every_history_is_accounted_for(central_url, tmp_path, number):
    history = History(tmp_path, central_url, random.Random(20260301 + number))
    try:
        history.see_every_bag()
        for _ in range(STEPS):
            history.step()
        history.end()
        refused = [
            (entry.decision, receipt.reason)
            for entry, receipt in history.outcomes
            if entry.decision.verdict is Verdict.ACCEPTED and receipt.outcome is Outcome.REFUSED
        ]
        assert refused == []
        inside = history.account.inside
        assert {parent: set(found) for parent, found in children_by_parent(central_url).items()} == {
            parent: {child for child, place in inside.items() if place == parent}
            for parent in set(inside.values())
        }
        assert consistency(central_url).holds
        assert verify_journal(tmp_path).problems == ()
        placed = [entry for entry, _ in history.outcomes if Remark.PLACED in entry.remarks]
        assert any(entry.decision.verdict is Verdict.ACCEPTED for entry in placed)
    finally:
        history.close()
