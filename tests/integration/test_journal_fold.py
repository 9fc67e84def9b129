"""The quick fold and the quick memory equal the plain ones over any history, also after reopening."""

import tempfile
from dataclasses import replace
from pathlib import Path

from fakes.decisions import (
    acknowledged,
    added,
    asked,
    cancelled,
    closed,
    opened,
    overridden,
    refused,
    removed,
    signed_in,
    signed_out,
)
from fakes.memory_journal import DEVICE, MemoryJournal, SteppingClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traitortrack_desktop.domain.entries import BagFact, Decision, Outcome, QuestionKind, Receipt
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries

PARENTS = ("SB10001", "SB10002")
CHILDREN = ("AB12C", "AB12D", "AB12E")
CODES = (*PARENTS, *CHILDREN, "ZZ99")


def settling(decision: Decision, seq: int) -> Decision:
    return replace(decision, resolves=seq)


parents, children = st.sampled_from(PARENTS), st.sampled_from(CHILDREN)
facts = st.builds(
    BagFact,
    code=st.sampled_from(CODES),
    kind=st.sampled_from(["parent", "child", None]),
    parent=st.one_of(st.none(), parents),
    count=st.one_of(st.none(), st.integers(0, 31)),
    completed=st.booleans(),
)
decisions = st.one_of(
    st.builds(opened, parents, base_count=st.integers(0, 30), fact=st.one_of(st.none(), facts)),
    st.builds(added, parents, children),
    st.builds(added, parents, children),
    st.builds(removed, parents, children),
    st.builds(closed, parents),
    st.builds(cancelled, st.one_of(st.none(), parents)),
    st.builds(acknowledged, st.integers(1, 30)),
    st.builds(refused, st.sampled_from(CODES), st.sampled_from(list(Reason))),
    st.builds(refused, st.sampled_from(CODES), st.just(Reason.HELD)),
    st.builds(settling, st.builds(added, parents, children), st.integers(1, 30)),
    st.builds(settling, st.builds(cancelled), st.integers(1, 30)),
    st.builds(asked, st.sampled_from(list(QuestionKind)), parents, parent=parents),
    st.builds(overridden, parents),
    st.builds(signed_in),
    st.builds(signed_out),
)
receipts = st.builds(
    Receipt,
    seq=st.integers(1, 30),
    outcome=st.sampled_from([Outcome.POSTED, Outcome.ALREADY_POSTED, Outcome.REFUSED, Outcome.REFUSED]),
    reason=st.one_of(st.none(), st.sampled_from(list(Reason))),
    count=st.one_of(st.none(), st.integers(0, 31)),
    completed=st.one_of(st.none(), st.booleans()),
    fact=st.one_of(st.none(), facts),
    notice=st.sampled_from([None, None, Reason.OPERATOR_DISABLED]),
)
histories = st.lists(
    st.one_of(decisions, decisions, st.lists(receipts, min_size=1, max_size=4), st.just("reopen")),
    max_size=30,
)


def play(history: list[object], journal: SqliteJournal, plain: MemoryJournal) -> None:
    for event in history:
        if event == "reopen":
            journal.reopen()
        elif isinstance(event, Decision):
            source = "left" if event.code in PARENTS else "right"
            for each in (journal, plain):
                each.append(event, operator="ravi", source=source, raw=b"")
        elif isinstance(event, list):
            known = [receipt for receipt in event if receipt.seq <= len(plain.entries)]
            for each in (journal, plain):
                each.record_receipts(known, received_at=plain.entries[-1].at if plain.entries else None)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories)
def test_a_journal_on_disk_and_one_in_memory_agree_about_everything(history: list[object]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        clock = SteppingClock()
        journal = SqliteJournal.open(Path(directory), device=DEVICE, station="s", clock=lambda: clock.now)
        waiting = SqliteWaitingEntries(Path(directory))
        plain = MemoryJournal(clock=lambda: clock.now)
        try:
            play(history, journal, plain)
            assert journal.work_state() == plain.work_state()
            assert journal.backlog() == plain.backlog()
            assert [entry.seq for entry in waiting.first(99)] == [entry.seq for entry in plain.first(99)]
            assert waiting.answered_up_to() == plain.answered_up_to()
            for code in CODES:
                assert journal.bag_memory(code) == plain.bag_memory(code)
        finally:
            waiting.close()
            journal.close()
