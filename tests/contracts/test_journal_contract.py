"""One suite for the journal port, for the SQLite journal and for the fake that other tests use."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest
from fakes.decisions import acknowledged, added, asked, closed, opened, refused, removed
from fakes.memory_journal import DEVICE, START, MemoryJournal, SteppingClock

from traitortrack_desktop.domain.entries import (
    NO_HASH,
    BagFact,
    Decision,
    JournalEntry,
    MemoryPlace,
    Outcome,
    QuestionKind,
    Receipt,
    Remark,
    canonical_json,
    chained_hash,
    entry_payload,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.services.ports import Backlog, Journal, WaitingEntries
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries


class Kept(Protocol):
    clock: SteppingClock
    journal: Journal
    waiting: WaitingEntries


class _Sqlite:
    def __init__(self, directory: Path) -> None:
        self.clock = SteppingClock()
        self.journal: Journal = SqliteJournal.open(
            directory, device=DEVICE, station="Station 7", clock=self.clock
        )
        self.waiting: WaitingEntries = SqliteWaitingEntries(directory)


class _Memory:
    def __init__(self, _directory: Path) -> None:
        self.clock = SteppingClock()
        self.journal: Journal = MemoryJournal(clock=self.clock)
        self.waiting: WaitingEntries = self.journal  # type: ignore[assignment]


@pytest.fixture(params=[_Sqlite, _Memory], ids=["sqlite", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    make: Callable[[Path], Kept] = request.param
    made = make(tmp_path)
    yield made
    made.waiting.close()
    made.journal.close()


def put(kept: Kept, *decisions: Decision) -> list[JournalEntry]:
    return [
        kept.journal.append(decision, operator="ravi", source="keyboard", raw=decision.code.encode())
        for decision in decisions
    ]


def answer(kept: Kept, *seqs: int, outcome: Outcome = Outcome.POSTED, **rest: object) -> None:
    kept.journal.record_receipts(
        [Receipt(seq=seq, outcome=outcome, **rest) for seq in seqs]  # type: ignore[arg-type]
    )


def remembered(kept: Kept, code: str) -> BagFact | None:
    memory = kept.journal.bag_memory(code)
    return memory.fact if memory is not None else None


# -- entries


def test_numbers_begin_at_one_and_have_no_gap(kept: Kept) -> None:
    entries = put(kept, opened("SB10001"), added("SB10001", "AB12C"), refused("??", Reason.UNKNOWN_CODE))
    assert [entry.seq for entry in entries] == [1, 2, 3]


def test_each_entry_carries_the_hash_of_the_one_before(kept: Kept) -> None:
    first, second = put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    assert (first.previous_hash, second.previous_hash) == (NO_HASH, first.hash)


def test_ids_grow_when_the_clock_goes_back(kept: Kept) -> None:
    (before,) = put(kept, opened("SB10001"))
    kept.clock.now = START - timedelta(days=11)
    (after,) = put(kept, added("SB10001", "AB12C"))
    assert after.id > before.id
    assert after.at < before.at


def test_what_the_scanner_sent_is_cut_to_512_bytes(kept: Kept) -> None:
    entry = kept.journal.append(
        refused("x", Reason.TOO_LONG), operator=None, source="com3", raw=b"\x00\xff" * 400
    )
    assert entry.raw == b"\x00\xff" * 256


def test_what_was_noticed_about_a_reading_is_kept_with_its_entry(kept: Kept) -> None:
    entry = kept.journal.append(
        opened("SB10001"),
        operator=None,
        source="left",
        raw=b"SB10001",
        remarks=(Remark.REPEAT, Remark.TYPED),
    )
    assert entry.remarks == (Remark.REPEAT, Remark.TYPED)
    assert list(kept.waiting.first(1)) == [entry]


def test_an_entry_without_remarks_has_the_payload_it_always_had(kept: Kept) -> None:
    (entry,) = put(kept, opened("SB10001"))
    assert "remarks" not in entry_payload(entry)
    assert entry.hash == chained_hash(NO_HASH, canonical_json(entry_payload(entry)))


# -- waiting


def test_what_has_no_receipt_waits_oldest_first(kept: Kept) -> None:
    entries = put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    answer(kept, 1)
    assert list(kept.waiting.first(10)) == entries[1:]


def test_no_more_than_the_limit_is_given_out(kept: Kept) -> None:
    entries = put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    assert list(kept.waiting.first(1)) == entries[:1]


def test_a_receipt_out_of_order_leaves_the_earlier_entries_waiting(kept: Kept) -> None:
    entries = put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    answer(kept, 2)
    assert list(kept.waiting.first(10)) == [entries[0], entries[2]]


def test_backlog_counts_what_waits_and_knows_the_oldest(kept: Kept) -> None:
    entries = put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    answer(kept, 1)
    assert kept.journal.backlog() == Backlog(pending=2, oldest_at=entries[1].at)


def test_backlog_of_an_answered_journal_is_empty(kept: Kept) -> None:
    put(kept, opened("SB10001"))
    answer(kept, 1)
    assert kept.journal.backlog() == Backlog(pending=0, oldest_at=None)


def test_a_second_receipt_for_an_entry_changes_nothing(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    answer(kept, 1, 2)
    before = kept.journal.work_state(), kept.journal.backlog()
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL)
    assert (kept.journal.work_state(), kept.journal.backlog()) == before


def test_a_receipt_for_an_unknown_entry_is_an_error_and_nothing_of_its_batch_is_kept(kept: Kept) -> None:
    put(kept, opened("SB10001"))
    with pytest.raises(ValueError, match="no entry 7"):
        answer(kept, 1, 7)
    assert kept.journal.backlog().pending == 1


def test_after_that_error_the_journal_goes_on(kept: Kept) -> None:
    put(kept, opened("SB10001"))
    with pytest.raises(ValueError, match="no entry 7"):
        answer(kept, 7)
    assert put(kept, added("SB10001", "AB12C"))[0].seq == 2


# -- work state


def test_the_open_parent_and_its_children_come_from_the_entries(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    parent = kept.journal.work_state().parent
    assert parent is not None
    assert [change.child for change in parent.children] == ["AB12C", "AB12D"]


def test_a_refused_child_is_on_the_attention_list_until_acknowledged(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), opened("SB10002"))
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    assert [item.seq for item in kept.journal.work_state().attention] == [2]
    put(kept, acknowledged(2))
    assert kept.journal.work_state().attention == ()


def test_attention_stands_in_the_order_in_which_the_centre_answered(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"), opened("SB10002"))
    answer(kept, 3, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL)
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL)
    assert [item.seq for item in kept.journal.work_state().attention] == [3, 2]


def test_acknowledging_before_the_centre_refused_does_not_count(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), acknowledged(2), opened("SB10002"))
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    assert [item.seq for item in kept.journal.work_state().attention] == [2]


def test_entries_and_receipts_are_folded_in_the_order_in_which_they_came(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    answer(kept, 2, count=29)
    put(kept, added("SB10001", "AB12D"))
    state = kept.journal.work_state()
    assert state.parent is None
    assert state.finished is not None
    assert state.finished.count == 30


def test_a_stop_outlives_the_parent_it_happened_in(kept: Kept) -> None:
    put(kept, opened("SB10001"), refused("AB12C", Reason.CHILD_IN_OTHER_PARENT), opened("SB10002"))
    stop = kept.journal.work_state().stop
    assert stop is not None
    assert stop.seq == 2


def test_an_open_question_is_part_of_the_work_state(kept: Kept) -> None:
    put(kept, opened("SB10001"), asked(QuestionKind.SWITCH, "SB10002", parent="SB10001"))
    question = kept.journal.work_state().question
    assert question is not None
    assert question.code == "SB10002"


def held(kept: Kept) -> list[int]:
    return [reading.seq for reading in kept.journal.work_state().held]


def test_held_readings_stay_over_the_parents_opened_since(kept: Kept) -> None:
    put(kept, refused("AB12C", Reason.HELD), opened("SB10001"), refused("AB12D", Reason.HELD))
    put(kept, opened("SB10002"))
    assert held(kept) == [1, 3]
    assert [reading.code for reading in kept.journal.work_state().held] == ["AB12C", "AB12D"]


def test_a_placed_code_settles_its_held_reading_and_those_before_it(kept: Kept) -> None:
    put(kept, *(refused(code, Reason.HELD) for code in ("AB12C", "AB12D", "AB12E")), opened("SB10001"))
    put(kept, replace(added("SB10001", "AB12D"), resolves=2))
    assert held(kept) == [3]


def test_a_placed_code_settles_nothing_of_another_scanners_memory(kept: Kept) -> None:
    for source, code in (("left", "AB12C"), ("right", "AB12D"), ("left", "AB12E"), ("right", "AB12F")):
        kept.journal.append(refused(code, Reason.HELD), operator="ravi", source=source, raw=b"")
    put(kept, replace(added("SB10001", "AB12E"), resolves=3))
    assert held(kept) == [2, 4]


def test_where_a_reading_stood_in_its_memory_is_kept(kept: Kept) -> None:
    place = MemoryPlace(first=1, behind=1, since=1, problem=Reason.INCOMPLETE)
    put(kept, refused("AB12C", Reason.HELD), replace(refused("AB1", Reason.HELD), memory=place))
    kept.journal.reopen()
    reading = kept.journal.work_state().held[-1]
    assert (reading.memory, reading.behind, reading.problem) == (1, 1, Reason.INCOMPLETE)


def test_memories_stand_one_behind_the_other_in_the_order_in_which_they_began(kept: Kept) -> None:
    def held_behind(code: str, first: int | None) -> Decision:
        return replace(refused(code, Reason.HELD), memory=MemoryPlace(first=first, since=1))

    put(kept, held_behind("AB12C", None), held_behind("AB12D", None))
    put(kept, held_behind("AB12E", 1), held_behind("AB12F", 2))
    assert held(kept) == [1, 3, 2, 4]


def test_setting_aside_settles_everything_up_to_its_number(kept: Kept) -> None:
    put(kept, refused("AB12C", Reason.HELD), refused("AB12D", Reason.HELD))
    put(kept, replace(acknowledged(2), code="TT-CMD-ASIDE"), refused("AB12E", Reason.HELD))
    assert held(kept) == [4]


def test_acknowledging_a_refusal_settles_nothing_that_is_held(kept: Kept) -> None:
    put(kept, refused("AB12C", Reason.HELD), opened("SB10001"), added("SB10001", "AB12D"))
    answer(kept, 3, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL)
    put(kept, acknowledged(3))
    assert held(kept) == [1]


# -- what waits


def test_everything_before_the_first_waiting_entry_is_answered(kept: Kept) -> None:
    put(kept, opened("SB10001"))
    assert kept.waiting.answered_up_to() == 0
    put(kept, added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    answer(kept, 1, 3)
    assert kept.waiting.answered_up_to() == 1
    answer(kept, 2)
    assert kept.waiting.answered_up_to() == 3


# -- what is remembered about a child


def test_nothing_is_remembered_about_a_bag_never_seen(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    assert remembered(kept, "AB12D") is None


def test_codes_are_compared_exactly(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    assert remembered(kept, "ab12c") is None


def test_a_waiting_child_is_known_with_parent_time_and_person(kept: Kept) -> None:
    _, entry = put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    assert remembered(kept, "AB12C") == BagFact(
        code="AB12C", kind="child", parent="SB10001", since=entry.at, by="ravi", as_of=entry.at
    )


def test_a_posted_child_is_known_as_of_the_receipt_and_from_the_centre(kept: Kept) -> None:
    _, entry = put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    answer(kept, 1, 2)
    fact = remembered(kept, "AB12C")
    assert fact is not None
    assert fact.from_centre
    assert fact.as_of is not None
    assert fact.as_of > entry.at


def test_a_removed_child_is_in_no_parent(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), removed("SB10001", "AB12C"))
    fact = remembered(kept, "AB12C")
    assert fact is not None
    assert (fact.kind, fact.parent) == ("child", None)


def test_a_child_refused_as_in_another_parent_is_where_the_centre_says(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    told = BagFact(code="AB12C", kind="child", parent="SB77777", since=START, by="meena")
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT, fact=told)
    fact = remembered(kept, "AB12C")
    assert fact is not None
    assert (fact.parent, fact.by, fact.from_centre) == ("SB77777", "meena", True)


def test_a_child_refused_because_the_parent_was_full_stays_where_it_was_before(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), removed("SB10001", "AB12C"))
    put(kept, opened("SB10002"), added("SB10002", "AB12C"))
    answer(kept, 1, 2, 3, 4)
    answer(kept, 5, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL, count=30)
    fact = remembered(kept, "AB12C")
    assert fact is not None
    assert fact.parent is None


def test_a_contradicted_memory_is_given_up(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), removed("SB10001", "AB12C"))
    answer(kept, 1, 2)
    answer(kept, 3, outcome=Outcome.REFUSED, reason=Reason.CHILD_NOT_IN_PARENT)
    assert remembered(kept, "AB12C") is None


def test_a_child_that_is_a_parent_at_the_centre_is_remembered_as_one(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IS_PARENT)
    fact = remembered(kept, "AB12C")
    assert fact is not None
    assert fact.kind == "parent"


def test_when_the_centre_confirmed_it_is_remembered(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    before = kept.journal.bag_memory("AB12C")
    answer(kept, 1, 2)
    after = kept.journal.bag_memory("AB12C")
    assert before is not None
    assert after is not None
    assert after.fact is not None
    assert (before.seq, before.confirmed_at) == (2, None)
    assert (after.seq, after.confirmed_at) == (2, after.fact.as_of)


def test_what_still_waits_is_remembered_however_old(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    kept.clock.now += timedelta(days=40)
    assert remembered(kept, "AB12C") is not None


# -- what is remembered about a parent


def test_a_parent_counts_the_steps_that_wait_on_top_of_the_newest_receipt(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    answer(kept, 1, count=6)
    answer(kept, 2, count=7)
    fact = remembered(kept, "SB10001")
    assert fact is not None
    assert (fact.kind, fact.count, fact.from_centre) == ("parent", 8, False)


def test_a_parent_without_receipt_counts_from_what_was_inside_when_it_was_opened(kept: Kept) -> None:
    put(kept, opened("SB10001", base_count=4), added("SB10001", "AB12C"), removed("SB10001", "AB12C"))
    put(kept, added("SB10001", "AB12D"))
    fact = remembered(kept, "SB10001")
    assert fact is not None
    assert fact.count == 5


def test_a_refused_step_does_not_count(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), added("SB10001", "AB12D"))
    answer(kept, 2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    fact = remembered(kept, "SB10001")
    assert fact is not None
    assert fact.count == 1


def test_a_parent_complete_at_the_centre_is_known_as_complete(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"), closed("SB10001"))
    answer(kept, 1, 2, 3, count=30, completed=True)
    fact = remembered(kept, "SB10001")
    assert fact is not None
    assert (fact.count, fact.completed, fact.from_centre) == (30, True, True)


def test_a_complete_parent_is_open_again_once_a_child_was_taken_out(kept: Kept) -> None:
    put(kept, opened("SB10001"), added("SB10001", "AB12C"))
    answer(kept, 1, 2, count=30, completed=True)
    put(kept, removed("SB10001", "AB12C"))
    fact = remembered(kept, "SB10001")
    assert fact is not None
    assert (fact.count, fact.completed) == (29, False)


def test_a_parent_that_is_a_child_at_the_centre_is_remembered_as_one(kept: Kept) -> None:
    put(kept, opened("SB10001"))
    answer(kept, 1, outcome=Outcome.REFUSED, reason=Reason.PARENT_IS_CHILD)
    fact = remembered(kept, "SB10001")
    assert fact is not None
    assert (fact.kind, fact.from_centre) == ("child", True)
