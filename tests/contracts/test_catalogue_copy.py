"""What every copy of the catalogue promises, asked of the real one and of the fake."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.memory_catalogue import MemoryCatalogue

from traitortrack_desktop.services.catalogue import (
    UNKNOWN,
    UNKNOWN_BILL,
    CatalogueCopy,
    CatalogueUnusableError,
    LoadProgress,
    LoadStart,
)
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue

THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LATER = THEN + timedelta(hours=1)
START = LoadStart(cursor="c0", centre="1/1", highest=3, rows=3)
BAGS: list[CatalogueRow] = [
    ["1", "SB10001", "parent", None, None, "1", None, None],
    ["2", "C1", "child", "1", "1772352000", None, None, None],
    ["3", "FREE", "child", None, None, None, None, None],
]


@pytest.fixture(params=[lambda _: MemoryCatalogue(), SqliteCatalogue], ids=["memory", "SQLite"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CatalogueCopy]:
    make: Callable[[Path], CatalogueCopy] = request.param
    copy = make(tmp_path)
    yield copy
    copy.close()
    copy.known("")


@pytest.fixture
def complete(copy: CatalogueCopy) -> CatalogueCopy:
    load(copy, BAGS)
    copy.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=4)
    return copy


def load(copy: CatalogueCopy, bags: list[CatalogueRow]) -> None:
    copy.open()
    copy.begin(START)
    copy.add(bags)
    copy.finish([["9", "BILL", "new", "5", "1"]])


HOLDER = {
    "station": "Station 9",
    "device": "00000000-0000-4000-8000-000000000009",
    "by": "asha",
    "since": "2026-03-01T07:50:00+00:00",
    "until": "2026-03-01T08:20:00+00:00",
}


def with_bill(copy: CatalogueCopy) -> None:
    """Load a parent on a bill, with details and a holder."""
    copy.open()
    copy.begin(START)
    copy.add([["1", "SB10001", "parent", None, None, "12", None, "9"], *BAGS[1:]])
    copy.finish(
        [["9", "Bill-7", "processing", "5", "1"]],
        details=[["9", "1772352000", "ravi", "to the north", "Jaipur", "RJ13", "12", "30"]],
        holders={1: HOLDER},
    )
    copy.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=4)


def parent_of(copy: CatalogueCopy, code: str) -> str | None:
    fact = copy.known(code).fact
    return fact.parent if fact is not None else None


def test_a_new_one_knows_nothing_and_has_nothing_to_follow(copy: CatalogueCopy):
    progress = copy.open()

    assert progress == LoadProgress()
    assert copy.cursor() is None
    assert copy.known("C1") == UNKNOWN


def test_a_load_counts_its_bags_and_is_done_when_it_is_finished(copy: CatalogueCopy):
    copy.open()
    copy.begin(START)
    progress = copy.add(BAGS[:2])

    assert (progress.after, progress.loaded, progress.total, progress.done) == (2, 2, 3, False)
    assert copy.cursor() is None
    copy.add(BAGS[2:])
    copy.finish([])
    assert copy.open().done
    assert copy.cursor() == "c0"


def test_a_page_without_a_load_is_refused(copy: CatalogueCopy):
    copy.open()

    with pytest.raises(CatalogueUnusableError):
        copy.add(BAGS)


def test_the_first_whole_round_makes_it_complete_and_says_so_once(copy: CatalogueCopy):
    load(copy, BAGS)

    assert not copy.follow(CentreChanges(cursor="c1", more=True), as_of=THEN, posted_seq=4)
    assert copy.known("C1") == UNKNOWN
    assert copy.follow(CentreChanges(cursor="c2"), as_of=LATER, posted_seq=5)
    assert not copy.follow(CentreChanges(cursor="c3"), as_of=LATER, posted_seq=5)


def test_a_round_counts_as_of_its_beginning(copy: CatalogueCopy):
    load(copy, BAGS)
    copy.follow(CentreChanges(cursor="c1", more=True), as_of=THEN, posted_seq=4)
    copy.follow(CentreChanges(cursor="c2"), as_of=LATER, posted_seq=5)

    assert (copy.known("C1").as_of, copy.known("C1").posted_seq) == (THEN, 4)


def test_what_is_not_there_is_known_not_to_be_there(complete: CatalogueCopy):
    assert (complete.known("NEVER").fact, complete.known("NEVER").as_of) == (None, THEN)


def test_changes_are_taken(complete: CatalogueCopy):
    changes = CentreChanges(
        cursor="c2",
        bags=((3, "FREE", "child", 8, None, None, None, None),),
        parents={8: "SB10008"},
        gone=(2,),
    )
    complete.follow(changes, as_of=LATER, posted_seq=None)

    assert parent_of(complete, "FREE") == "SB10008"
    assert (complete.known("C1").fact, complete.known("C1").posted_seq) == (None, 4)
    assert complete.cursor() == "c2"


def test_a_bag_without_a_code_costs_nothing_but_itself(copy: CatalogueCopy):
    load(copy, [*BAGS, ["4", None, "child", None, None, None, None, None]])
    copy.follow(
        CentreChanges(cursor="c1", bags=((3, "", "child", None, None, None, None, None),)),
        as_of=THEN,
        posted_seq=None,
    )

    assert parent_of(copy, "C1") == "SB10001"


def test_what_has_to_be_loaded_anew_is_used_as_of_its_time_until_the_new_one_is_complete(
    complete: CatalogueCopy,
):
    complete.follow(CentreChanges(reload=True), as_of=LATER, posted_seq=None)
    assert complete.cursor() is None
    assert complete.open() == LoadProgress(again=True)

    load(complete, BAGS[:1])
    assert parent_of(complete, "C1") == "SB10001"
    assert complete.known("C1").as_of == THEN
    assert complete.cursor() == "c0"

    assert complete.follow(CentreChanges(cursor="c9"), as_of=LATER, posted_seq=7)
    assert (complete.known("C1").fact, complete.known("C1").as_of) == (None, LATER)
    assert complete.known("C1").posted_seq == 7


def test_a_load_that_the_centre_cannot_continue_leaves_the_earlier_list(complete: CatalogueCopy):
    complete.follow(CentreChanges(reload=True), as_of=LATER, posted_seq=None)
    load(complete, BAGS[:1])
    complete.follow(CentreChanges(reload=True), as_of=LATER, posted_seq=None)

    assert complete.open() == LoadProgress(again=True)
    assert parent_of(complete, "C1") == "SB10001"
    assert complete.cursor() is None


def test_a_closed_one_knows_nothing_and_complains_of_nothing(complete: CatalogueCopy):
    complete.close()

    assert complete.known("C1") == UNKNOWN
    assert complete.cursor() is None
    assert not complete.follow(CentreChanges(cursor="c2", gone=(1,)), as_of=LATER, posted_seq=None)


def test_a_parent_is_known_with_its_bill_and_who_has_it_open(copy: CatalogueCopy):
    with_bill(copy)
    fact = copy.known("SB10001").fact

    assert fact is not None
    assert fact.holder is not None
    assert (fact.bill, fact.bill_completed, fact.holder.station) == ("Bill-7", False, "Station 9")


def test_a_bill_is_known_in_any_case_with_what_stands_on_it(copy: CatalogueCopy):
    with_bill(copy)
    known = copy.known_bill("BILL-7")

    assert known.fact is not None
    bill = known.fact
    assert (bill.code, bill.status, bill.capacity, bill.linked) == ("Bill-7", "processing", 5, 1)
    assert (bill.children, bill.expected_kg, bill.destination, bill.vehicle) == (12, 30, "Jaipur", "RJ13")
    assert (known.as_of, known.posted_seq) == (THEN, 4)


def test_a_bill_that_is_not_there_is_known_not_to_be_there(complete: CatalogueCopy):
    assert (complete.known_bill("NEVER").fact, complete.known_bill("NEVER").as_of) == (None, THEN)


def test_before_it_is_complete_it_knows_no_bill(copy: CatalogueCopy):
    assert copy.known_bill("BILL") == UNKNOWN_BILL


def test_changes_of_a_bill_and_of_who_has_a_parent_open_are_taken(copy: CatalogueCopy):
    with_bill(copy)
    changes = CentreChanges(
        cursor="c2",
        bags=((1, "SB10001", "parent", None, None, 12, None, 9),),
        bills=((9, "Bill-7", "completed", 5, 1),),
        bill_details={9: {"created": 1772352000, "by": "ravi", "destination": "Ajmer"}},
        holders={1: None},
    )
    copy.follow(changes, as_of=LATER, posted_seq=None)
    fact, bill = copy.known("SB10001").fact, copy.known_bill("bill-7").fact

    assert fact is not None
    assert bill is not None
    assert (fact.bill_completed, fact.holder) == (True, None)
    assert (bill.status, bill.destination, bill.vehicle) == ("completed", "Ajmer", None)


def test_a_bill_of_a_centre_of_the_last_release_keeps_what_was_known_of_it(copy: CatalogueCopy):
    with_bill(copy)
    copy.follow(
        CentreChanges(cursor="c2", bills=((9, "Bill-7", "completed", 5, 1),)), as_of=LATER, posted_seq=None
    )
    bill = copy.known_bill("Bill-7").fact

    assert bill is not None
    assert (bill.status, bill.destination) == ("completed", "Jaipur")
