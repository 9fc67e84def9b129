"""Finding without the centre: the catalogue's file and the journal's, as one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fakes.decisions import added, closed, moved, opened, refused, relabelled, removed
from fakes.desk_decisions import (
    attached,
    bill_completed,
    bill_created,
    detached,
    finalised,
    return_opened,
    return_resumed,
    returned,
)
from fakes.memory_journal import DEVICE, START, SteppingClock

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, Outcome, Receipt
from traitortrack_desktop.domain.findings import (
    PAGE,
    BagFilter,
    BillFilter,
    FoundKind,
    Suggestion,
    TicketFilter,
)
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketStatus
from traitortrack_desktop.services.catalogue import LoadStart
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local import catalogue_lists
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue
from traitortrack_desktop.storage.local.finder import SqliteFinder
from traitortrack_desktop.storage.local.journal import SqliteJournal

THEN = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
SINCE = int(datetime(2026, 2, 28, 9, 0, tzinfo=UTC).timestamp())
TICKET = "RTN-20260301-00A1"
BAGS: list[CatalogueRow] = [
    [1, "SB10001", "parent", None, None, 2, None, 9],
    [2, "AB12C0001", "child", 1, SINCE, None, None, None],
    [3, "AB12C0002", "child", 1, SINCE + 60, None, None, None],
    [4, "SB10002", "parent", None, None, 30, "t", None],
    [5, "FREE4711", "child", None, None, None, None, None],
    [6, "M444-10001", "parent", None, None, 15, None, 9],
    [7, "ODD0001", "pallet", None, None, None, None, None],
]
BILLS: list[CatalogueRow] = [
    [9, "Bill-A/7", "processing", 5, 2],
    [10, "BILL-B", "completed", 1, 1],
    [11, "BILL-C", "new", 1, 0],
]
DETAILS: list[CatalogueRow] = [
    [9, SINCE, "ravi", "to the north", "Jaipur", "RJ13", 17, 45],
    [10, SINCE + 86_400, "asha", None, None, None, 0, 0],
    [11, SINCE + 60, "asha", None, None, None, 0, 0],
]


class Depot:
    """A station's folder with a catalogue, a journal and a finder."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.clock = directory, SteppingClock()
        self.catalogue = SqliteCatalogue(directory)
        self.journal = SqliteJournal.open(directory, device=DEVICE, station="Station 7", clock=self.clock)
        self.finder = SqliteFinder(directory, catalogue=self.catalogue, clock=self.clock, zone=UTC)

    def load(self, bags: list[CatalogueRow] = BAGS, bills: list[CatalogueRow] = BILLS) -> None:
        self.catalogue.open()
        self.catalogue.begin(LoadStart(cursor="c0", centre="1/1", highest=len(bags), rows=len(bags)))
        self.catalogue.add(bags)
        self.catalogue.finish(bills, details=DETAILS)
        self.catalogue.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=0)

    def put(self, *decisions: Decision) -> None:
        for decision in decisions:
            self.journal.append(decision, operator="ravi", source="gun", raw=b"")

    def answer(self, *seqs: int, outcome: Outcome = Outcome.POSTED, **rest: object) -> None:
        self.journal.record_receipts(
            [Receipt(seq=seq, outcome=outcome, **rest) for seq in seqs]  # type: ignore[arg-type]
        )

    def close(self) -> None:
        self.finder.close()
        self.journal.close()
        self.catalogue.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Depot]:
    depot = Depot(tmp_path)
    yield depot
    depot.close()


@pytest.fixture
def depot(empty: Depot) -> Depot:
    empty.load()
    return empty


# -- one code


def test_a_parent_is_found_with_its_bags_bill_and_as_of_when(depot: Depot):
    found = depot.finder.look("sb10001")

    assert found.bag is not None
    assert found.bag.parent_bill is not None
    assert (found.bag.kind, found.bag.fact.count, found.bag.fact.bill) == (FoundKind.PARENT, 2, "Bill-A/7")
    assert [line.code for line in found.bag.children] == ["AB12C0001", "AB12C0002"]
    assert found.bag.children[0].since == datetime(2026, 2, 28, 9, 0, tzinfo=UTC)
    assert (found.bag.parent_bill.linked, found.as_of, found.from_centre) == (2, THEN, False)


def test_a_child_is_found_with_its_parent_and_that_one_s_bill(depot: Depot):
    bag = depot.finder.look("AB12C0001").bag

    assert bag is not None
    assert bag.parent_bill is not None
    assert (bag.kind, bag.fact.parent, bag.parent_bill.code) == (FoundKind.CHILD, "SB10001", "Bill-A/7")


def test_a_bag_of_another_type_is_found_as_what_it_is(depot: Depot):
    bag = depot.finder.look("ODD0001").bag

    assert bag is not None
    assert (bag.kind, bag.fact.kind) == (FoundKind.OTHER, "pallet")


def test_a_bill_is_found_in_any_case_with_its_parents_and_totals(depot: Depot):
    story = depot.finder.look("bill-a/7").bill

    assert story is not None
    assert [(line.code, line.count) for line in story.parents] == [("SB10001", 2), ("M444-10001", 15)]
    assert (story.fact.linked, story.fact.children, story.fact.expected_kg) == (2, 17, 45)
    assert (story.description, story.by, story.fact.destination) == ("to the north", "ravi", "Jaipur")
    assert story.made_at == datetime(2026, 2, 28, 9, 0, tzinfo=UTC)


def test_own_scans_that_wait_are_laid_over_what_the_catalogue_says(depot: Depot):
    depot.put(opened("SB10001", base_count=2), removed("SB10001", "AB12C0001"), added("SB10001", "NEW00001"))
    found = depot.finder.look("SB10001")

    assert found.bag is not None
    assert {line.code for line in found.bag.children} == {"AB12C0002", "NEW00001"}
    assert found.bag.fact.count == 2
    assert [line.seq for line in found.waiting] == [3, 2, 1]
    assert all(line.waits for line in found.waiting)


def test_what_the_centre_answered_does_not_wait_any_more(depot: Depot):
    depot.put(opened("SB10001", base_count=2), added("SB10001", "NEW00001"))
    depot.answer(1, 2, count=3)

    assert depot.finder.look("SB10001").waiting == ()


def test_a_bag_that_was_moved_is_no_more_in_the_parent_it_came_from(depot: Depot):
    depot.put(opened("SB10002"), moved("SB10002", "AB12C0001", origin="SB10001", base_count=1))

    assert [line.code for line in depot.finder.look("SB10001").bag.children] == ["AB12C0002"]  # type: ignore[union-attr]
    assert [line.code for line in depot.finder.look("SB10002").bag.children] == ["AB12C0001"]  # type: ignore[union-attr]


def test_own_work_at_a_bill_is_laid_over_it(depot: Depot):
    depot.put(
        detached("Bill-A/7", "SB10001", count=2),
        attached("Bill-A/7", "SB10002", count=30),
        attached("Bill-A/7", "NEVER1", count=None),
    )
    found = depot.finder.look("BILL-A/7")

    assert found.bill is not None
    assert [line.code for line in found.bill.parents] == ["M444-10001", "SB10002", "NEVER1"]
    assert (found.bill.fact.linked, found.bill.fact.children) == (3, 45)
    assert len(found.waiting) == 3


def test_a_bill_that_waits_to_be_made_is_found(depot: Depot):
    depot.put(bill_created("BILL-NEW", 7, destination="Ajmer"), attached("BILL-NEW", "SB10002", count=30))
    found = depot.finder.look("bill-new")

    assert found.bill is not None
    assert (found.bill.fact.capacity, found.bill.fact.linked, found.bill.by) == (7, 1, "ravi")
    assert [line.code for line in found.bill.parents] == ["SB10002"]


def test_a_label_that_was_replaced_here_leads_to_the_new_one(depot: Depot):
    fact = BagFact(code="SB10001", kind="parent", count=2, bill="Bill-A/7")
    depot.put(replace(relabelled("SB10001", "SB99999", parent=True), fact=fact))
    found, child = depot.finder.look("SB10001"), depot.finder.look("AB12C0001")

    assert found.bag is not None
    assert child.bag is not None
    assert (found.new_code, found.bag.fact.code, found.bag.fact.count) == ("SB99999", "SB99999", 2)
    assert {line.code for line in found.bag.children} == {"AB12C0001", "AB12C0002"}
    assert (found.bag.called_before, child.bag.fact.parent) == (("SB10001",), "SB99999")
    assert [line.code for line in depot.finder.look("Bill-A/7").bill.parents] == ["SB99999", "M444-10001"]  # type: ignore[union-attr]


def test_an_old_label_that_another_bag_has_by_now_leads_to_that_one(depot: Depot):
    depot.put(relabelled("SB10001", "SB99999", parent=True))
    depot.answer(1, count=2)
    depot.catalogue.follow(
        CentreChanges(
            cursor="c2",
            bags=(
                (1, "SB99999", "parent", None, None, 2, None, 9),
                (50, "SB10001", "parent", None, None, 1, None, None),
                (51, "AFTER0001", "child", 50, SINCE, None, None, None),
            ),
        ),
        as_of=THEN,
        posted_seq=1,
    )
    found, child = depot.finder.look("SB10001"), depot.finder.look("AFTER0001")

    assert found.bag is not None
    assert child.bag is not None
    assert (found.new_code, [line.code for line in found.bag.children]) == (None, ["AFTER0001"])
    assert child.bag.fact.parent == "SB10001"
    assert [line.code for line in depot.finder.look("SB99999").bag.children] == ["AB12C0001", "AB12C0002"]  # type: ignore[union-attr]


def test_the_last_five_scans_of_a_bag_are_told(depot: Depot):
    depot.put(opened("SB10001"), *(added("SB10001", f"NEW{number:05}") for number in range(6)))
    bag = depot.finder.look("SB10001").bag

    assert bag is not None
    assert [scan.child for scan in bag.scans] == [f"NEW{number:05}" for number in (5, 4, 3, 2, 1)]
    assert (bag.scans[0].by, bag.scans[0].station) == ("ravi", "Station 7")


def test_a_return_is_found_by_own_work_at_it(depot: Depot):
    depot.put(
        return_opened(TICKET, notes="wet"),
        returned(TICKET, "SB10001", count=2, fact=BagFact(code="SB10001", kind="parent", bill="Bill-A/7")),
    )
    found = depot.finder.look(TICKET.lower())

    assert found.ticket is not None
    assert (found.ticket.fact.bags, found.ticket.fact.kilograms, found.ticket.notes) == (1, 2, "wet")
    assert [(line.code, line.bill) for line in found.ticket.parents] == [("SB10001", "Bill-A/7")]
    assert len(found.waiting) == 2


# -- what is not known exactly


def test_what_begins_alike_is_suggested_by_code_and_with_where_it_is(depot: Depot):
    assert depot.finder.look("SB1").suggestions == (
        Suggestion(code="SB10001", kind=FoundKind.PARENT, under="Bill-A/7"),
        Suggestion(code="SB10002", kind=FoundKind.PARENT),
    )


def test_what_ends_alike_is_suggested(depot: Depot):
    assert [each.code for each in depot.finder.look("C0002").suggestions] == ["AB12C0002"]
    assert [each.code for each in depot.finder.look("0001").suggestions] == [
        "SB10001",
        "AB12C0001",
        "M444-10001",
        "ODD0001",
    ]


def test_bills_that_begin_alike_are_suggested_in_any_case(depot: Depot):
    assert [each.code for each in depot.finder.look("bill-").suggestions] == ["Bill-A/7", "BILL-B", "BILL-C"]


@pytest.mark.parametrize("text", ["", "  ", "SB", "%001", "____", "_0001"])
def test_too_little_and_signs_of_no_code_suggest_nothing(depot: Depot, text: str):
    assert depot.finder.look(text).is_nothing


def test_there_are_never_more_than_twenty_suggestions(empty: Depot):
    empty.load([[number, f"MANY{number:04}", "child", *[None] * 5] for number in range(1, 60)])

    assert [each.code for each in empty.finder.look("MANY").suggestions] == [
        f"MANY{number:04}" for number in range(1, 21)
    ]


# -- history


def test_history_is_told_newest_first_and_page_by_page(depot: Depot):
    depot.put(opened("SB10001"), *(added("SB10001", f"N{number:05}") for number in range(PAGE + 9)))
    first = depot.finder.history("SB10001")
    second = depot.finder.history("SB10001", first.before)

    assert [line.seq for line in first.lines] == list(range(PAGE + 10, 10, -1))
    assert [line.seq for line in second.lines] == list(range(10, 0, -1))
    assert (second.before, second.lines[-1].kind) == (None, EntryKind.OPEN_PARENT)


def test_the_history_of_a_bag_goes_on_under_its_new_label(depot: Depot):
    depot.put(opened("SB10001"), added("SB10001", "C1"), relabelled("C1", "N1", parent=False))
    depot.put(removed("SB10001", "N1"))

    for code in ("C1", "N1"):
        kinds = [line.kind for line in depot.finder.history(code).lines]
        assert kinds == [EntryKind.REMOVE_CHILD, EntryKind.REPLACE_LABEL, EntryKind.ADD_CHILD]


def test_history_tells_what_the_centre_answered(depot: Depot):
    depot.put(opened("SB10001"), added("SB10001", "C1"))
    depot.answer(2, outcome=Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    (line,) = depot.finder.history("C1").lines

    assert (line.outcome, line.reason, line.waits) == (
        Outcome.REFUSED,
        Reason.CHILD_IN_OTHER_PARENT,
        False,
    )


# -- lists


def codes(depot: Depot, **wanted: object) -> list[str]:
    return [bag.code for bag in depot.finder.bags(BagFilter(**wanted)).bags]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["ODD0001", "M444-10001", "FREE4711", "SB10002", "AB12C0002", "AB12C0001", "SB10001"]),
        ({"kind": FoundKind.PARENT}, ["M444-10001", "SB10002", "SB10001"]),
        ({"kind": FoundKind.OTHER}, ["ODD0001"]),
        ({"kind": FoundKind.CHILD, "linked": False}, ["FREE4711"]),
        ({"billed": True}, ["M444-10001", "SB10001"]),
        ({"kind": FoundKind.PARENT, "billed": False}, ["SB10002"]),
        ({"text": "sb1"}, ["SB10002", "SB10001"]),
        ({"text": "4711"}, ["FREE4711"]),
        ({"text": "none"}, []),
    ],
)
def test_bags_are_listed_newest_first(depot: Depot, wanted: dict[str, object], found: list[str]):
    assert codes(depot, **wanted) == found


@pytest.mark.parametrize("wanted", [{"by": "ravi"}, {"area": "hisar"}, {"never_scanned": True}])
def test_what_the_copy_knows_nothing_about_is_left_to_the_centre(depot: Depot, wanted: dict[str, object]):
    page = depot.finder.bags(BagFilter(**wanted))  # type: ignore[arg-type]

    assert (page.bags, page.as_of) == ((), None)


@pytest.mark.parametrize("few", [2_000, 3])
def test_pages_of_bags_follow_one_another_without_a_gap(
    empty: Depot, monkeypatch: pytest.MonkeyPatch, few: int
):
    monkeypatch.setattr(catalogue_lists, "FEW", few)
    empty.load([[number, f"MANY{number:04}", "child", *[None] * 5] for number in range(1, 121)])
    for text in ("", "MANY"):
        found, after = [], None
        while True:
            page = empty.finder.bags(BagFilter(text=text), after)
            found += [bag.code for bag in page.bags]
            after = page.after
            if after is None:
                break
        assert found == [f"MANY{number:04}" for number in range(120, 0, -1)]


def test_a_page_looks_at_so_many_bags_and_goes_on_there(empty: Depot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalogue_lists, "WALKED_ROWS", 10)
    rows: list[CatalogueRow] = [[number, f"C{number:04}", "child", *[None] * 5] for number in range(1, 36)]
    rows[0][2] = "pallet"  # type: ignore[index]
    empty.load(rows)
    pages, after = [], None
    for _ in range(4):
        page = empty.finder.bags(BagFilter(kind=FoundKind.OTHER), after)
        pages.append(len(page.bags))
        after = page.after

    assert (pages, after) == ([0, 0, 0, 1], None)


def test_bags_are_listed_as_own_work_left_them(depot: Depot):
    depot.put(opened("SB10002"), moved("SB10002", "AB12C0001", origin="SB10001", base_count=1))
    bags = {bag.code: bag for bag in depot.finder.bags(BagFilter()).bags}

    assert bags["AB12C0001"].parent == "SB10002"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["BILL-B", "BILL-C", "Bill-A/7"]),
        ({"text": "bill-a"}, ["Bill-A/7"]),
        ({"text": "/7"}, ["Bill-A/7"]),
        ({"status": "completed"}, ["BILL-B"]),
        ({"status": "new"}, ["BILL-C"]),
        ({"status": "processing"}, ["Bill-A/7"]),
        ({"own": "asha"}, ["BILL-B", "BILL-C"]),
        ({"since": date(2026, 3, 1)}, ["BILL-B"]),
        ({"until": date(2026, 2, 28)}, ["BILL-C", "Bill-A/7"]),
    ],
)
def test_bills_are_listed_newest_first(depot: Depot, wanted: dict[str, object], found: list[str]):
    page = depot.finder.bills(BillFilter(**wanted))  # type: ignore[arg-type]

    assert ([bill.fact.code for bill in page.bills], page.as_of) == (found, THEN)


def test_bills_are_listed_with_what_waits_and_those_made_here_first(depot: Depot):
    depot.put(bill_created("BILL-NEW"), attached("Bill-A/7", "SB10002", count=30))
    bills = depot.finder.bills(BillFilter()).bills

    assert [(bill.fact.code, bill.waiting) for bill in bills] == [
        ("BILL-NEW", 1),
        ("BILL-B", 0),
        ("BILL-C", 0),
        ("Bill-A/7", 1),
    ]
    assert bills[-1].fact.linked == 3


def test_a_bill_completed_here_is_not_listed_as_open(depot: Depot):
    depot.put(bill_completed("Bill-A/7"))

    assert depot.finder.bills(BillFilter(status="processing")).bills == ()
    assert depot.finder.bill("bill-a/7").status is BillStatus.COMPLETED  # type: ignore[union-attr]


def test_pages_of_bills_follow_one_another_also_where_times_are_alike_or_missing(empty: Depot):
    empty.load(bills=[[number, f"BILL-{number:03}", "new", 5, 0] for number in range(9, 130)])
    found, after = [], None
    while True:
        page = empty.finder.bills(BillFilter(), after)
        found += [bill.fact.code for bill in page.bills]
        after = page.after
        if after is None:
            break

    assert (len(found), len(set(found))) == (121, 121)
    assert found[:3] == ["BILL-010", "BILL-011", "BILL-009"]


def test_returns_are_listed_once_each_the_newest_work_first(depot: Depot):
    other = "RTN-20260301-00A2"
    depot.put(return_opened(TICKET), return_opened(other), finalised(other), return_resumed(TICKET))
    tickets = depot.finder.tickets().tickets

    assert [(each.fact.code, each.fact.status) for each in tickets] == [
        (TICKET, TicketStatus.OPEN),
        (other, TicketStatus.COMMITTED),
    ]
    assert depot.finder.ticket(other.lower()).status is TicketStatus.COMMITTED  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (TicketFilter(status=TicketStatus.OPEN), [TICKET]),
        (TicketFilter(text="00a2"), ["RTN-20260301-00A2"]),
        (TicketFilter(text="00A2", status=TicketStatus.OPEN), []),
    ],
)
def test_returns_are_filtered_by_status_and_a_part_of_the_code(
    depot: Depot, wanted: TicketFilter, codes: list[str]
):
    depot.put(return_opened(TICKET), return_opened("RTN-20260301-00A2"), finalised("RTN-20260301-00A2"))
    assert [each.fact.code for each in depot.finder.tickets(wanted).tickets] == codes


def test_refusals_are_those_of_the_day_with_counts_by_reason(depot: Depot):
    depot.put(refused("BEFORE", Reason.UNKNOWN_CODE))
    depot.clock.now = START + timedelta(days=1)
    depot.put(refused("X1", Reason.UNKNOWN_CODE), opened("SB10001"), refused("X2", Reason.UNKNOWN_CODE))
    depot.put(refused("C1", Reason.CHILD_IN_OTHER_PARENT), closed("SB10001"))
    depot.clock.now = START + timedelta(days=2)
    depot.put(refused("AFTER", Reason.UNKNOWN_CODE))
    page = depot.finder.refusals(date(2026, 3, 2))

    assert [line.code for line in page.lines] == ["C1", "X2", "X1"]
    assert page.counts == {Reason.UNKNOWN_CODE: 2, Reason.CHILD_IN_OTHER_PARENT: 1}
    assert depot.finder.refusals(date(2026, 3, 9)).lines == ()


def test_refusals_come_page_by_page(depot: Depot):
    depot.put(*(refused(f"X{number}", Reason.UNKNOWN_CODE) for number in range(PAGE + 5)))
    first = depot.finder.refusals(START.date())
    second = depot.finder.refusals(START.date(), first.before)

    assert (len(first.lines), len(second.lines), second.before) == (PAGE, 5, None)


# -- what cannot be read


def everything(finder: SqliteFinder) -> None:
    finder.look("SB10001")
    finder.look("bill-a/7")
    finder.look(TICKET)
    finder.look("nothing")
    finder.history("SB10001")
    finder.bags(BagFilter(text="SB1"))
    finder.bills(BillFilter())
    finder.tickets()
    finder.refusals(START.date())


def test_without_any_file_nothing_is_known(tmp_path: Path):
    catalogue = SqliteCatalogue(tmp_path)
    finder = SqliteFinder(tmp_path, catalogue=catalogue, clock=SteppingClock())
    everything(finder)

    assert finder.look("SB10001").is_nothing
    assert finder.bags(BagFilter()).as_of is None
    finder.close()


def test_without_a_catalogue_own_work_is_found(empty: Depot):
    empty.put(opened("SB10001"), added("SB10001", "C1"))
    found = empty.finder.look("SB10001")

    assert found.bag is not None
    assert [line.code for line in found.bag.children] == ["C1"]


def test_a_catalogue_that_is_loaded_anew_is_found_in_at_once(depot: Depot):
    everything(depot.finder)
    depot.catalogue.follow(CentreChanges(reload=True), as_of=THEN, posted_seq=None)
    depot.load(BAGS[:1])

    assert depot.finder.look("AB12C0001").bag is None
    assert depot.finder.look("SB10001").bag is not None


def test_a_damaged_catalogue_gives_empty_answers(depot: Depot, tmp_path: Path):
    file = tmp_path / "catalogue.sqlite"
    depot.catalogue.close()
    file.write_bytes(file.read_bytes()[:4096] + bytes(8 * 4096))
    again = SqliteCatalogue(tmp_path)
    again.open()
    finder = SqliteFinder(tmp_path, catalogue=again, clock=SteppingClock())
    everything(finder)

    assert finder.look("SB10001").is_nothing
    finder.close()
    again.close()


def test_a_damaged_journal_gives_empty_answers(depot: Depot, tmp_path: Path):
    depot.put(opened("SB10001"))
    depot.journal.close()
    for file in tmp_path.glob("journal*"):
        if file.is_file():
            file.write_bytes(b"no journal at all" * 500)
    everything(depot.finder)

    assert depot.finder.history("SB10001").lines == ()
    assert depot.finder.look("AB12C0001").bag is not None
