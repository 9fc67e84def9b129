"""Lists of bags, bills and returns at the centre: filters, pages to their end, and who sees what."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fakes.found_centre import FoundCentre, minutes
from fakes.hidden_address import HiddenAddress

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.findings import PAGE, BagFilter, BillFilter, FoundKind, TicketFilter
from traitortrack_desktop.domain.returns import TicketStatus
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import NotPermittedError

DAY = date(2026, 3, 4)
"""The day of ``minutes``."""


@pytest.fixture(scope="module")
def centre(postgres_server: EmbeddedPostgres) -> Iterator[FoundCentre]:
    postgres_server.create_database("finding_lists", "migrated")
    centre = FoundCentre(HiddenAddress(postgres_server.url("finding_lists")))
    yield centre
    centre.close()
    postgres_server.drop_database("finding_lists")


def bags(centre: FoundCentre, **wanted: Any) -> list[str]:
    """Return the codes of the first page."""
    page = centre.finder.bags(BagFilter(**wanted), session=centre.boss)
    return [bag.code for bag in page.bags]


def all_pages(ask: Callable[[str | None], tuple[list[str], str | None]], most: int = 100) -> list[str]:
    """Return what *ask* gives, page by page, to its end."""
    seen, after = [], None
    for _ in range(most):
        found, after = ask(after)
        seen += found
        if after is None:
            return seen
    raise AssertionError("the pages have no end")


def test_a_bag_in_the_list_says_where_it_is_and_whose(centre: FoundCentre):
    by = centre.person()
    area = centre.new("area")
    parent, code, [child] = centre.filled(
        children=1, status="completed", user_id=centre.user_id(by), dispatch_area=area, created_at=minutes(1)
    )
    name = centre.new("BILL")
    centre.bill(name, parent)
    [listed] = centre.finder.bags(BagFilter(area=area), session=centre.boss).bags
    assert (listed.code, listed.kind, listed.count, listed.completed) == (code, FoundKind.PARENT, 1, True)
    assert (listed.bill, listed.parent, listed.area, listed.by) == (name, None, area, by)
    assert listed.made_at == minutes(1).replace(tzinfo=UTC)
    [listed] = centre.finder.bags(BagFilter(text=child), session=centre.boss).bags
    assert (listed.parent, listed.bill, listed.count) == (code, name, None)


def test_bags_are_listed_newest_first_whatever_is_unknown_of_them(centre: FoundCentre):
    area = centre.new("area")
    codes = [centre.new("N") for _ in range(3)]
    for code, at in zip(codes, (minutes(5), None, minutes(1)), strict=True):
        centre.bag(code, created_at=at, dispatch_area=area)
    assert bags(centre, area=area) == codes[::-1]


def test_each_filter_of_bags_leaves_what_it_says(centre: FoundCentre):
    by, area = centre.person(), centre.new("area")
    start = centre.new("FIL")
    mine = {"user_id": centre.user_id(by), "dispatch_area": area}
    full = centre.bag(f"{start}-FULL", "parent", **mine, created_at=minutes(0))
    centre.bag(f"{start}-EMPTY", "parent", **mine, created_at=minutes(0) + timedelta(days=1))
    inside = centre.bag(f"{start}-INSIDE", **mine)
    centre.bag(f"{start}-LOOSE", **mine)
    centre.bag(f"{start}-ODD", "pallet", **mine)
    centre.link(full, inside)
    centre.bill(centre.new("BILL"), full)
    centre.scan(child_bag_id=inside)
    centre.scan(parent_bag_id=full)

    def left(**wanted: Any) -> set[str]:
        return {code.removeprefix(f"{start}-") for code in bags(centre, text=start, **wanted)}

    everything = {"FULL", "EMPTY", "INSIDE", "LOOSE", "ODD"}
    assert left() == left(by=by) == left(area=area) == everything
    assert left(by=centre.person()) == left(by="nobody") == left(area="elsewhere") == set()
    assert left(kind=FoundKind.PARENT) == {"FULL", "EMPTY"}
    assert left(kind=FoundKind.CHILD) == {"INSIDE", "LOOSE"}
    assert left(kind=FoundKind.OTHER) == {"ODD"}
    assert left(linked=True) == left(billed=True) == {"FULL", "INSIDE"}
    assert left(linked=False) == left(billed=False) == left(never_scanned=True) == {"EMPTY", "LOOSE", "ODD"}
    assert left(since=DAY, until=DAY) == {"FULL"}
    assert left(since=DAY + timedelta(days=1)) == {"EMPTY"}
    assert left(until=DAY + timedelta(days=1)) == {"FULL", "EMPTY"}
    assert left(since=DAY, kind=FoundKind.PARENT, linked=False, by=by) == {"EMPTY"}


def test_the_end_of_a_code_is_enough_from_four_characters_on(centre: FoundCentre):
    code = f"{centre.new('TAIL')}WXYZ"
    centre.bag(code)
    assert bags(centre, text="wxyz") == [code]
    assert bags(centre, text="XYZ") == []


@pytest.mark.parametrize("wanted", ["area", "text", "days"])
def test_bags_have_pages_to_the_end_without_loss_or_doubles_while_others_make_bags(
    centre: FoundCentre, wanted: str
):
    area, start = centre.new("area"), centre.new("PAGES")
    day = DAY + timedelta(days=100 + ord(wanted[0]))
    at = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001
    codes = {f"{start}-{number}" for number in range(3 * PAGE + 1)}
    for number, code in enumerate(sorted(codes)):
        centre.bag(code, dispatch_area=area, created_at=at + timedelta(minutes=number // 60))
    filtered = {
        "area": BagFilter(area=area),
        "text": BagFilter(text=start),
        "days": BagFilter(since=day, until=day),
    }[wanted]

    def ask(after: str | None) -> tuple[list[str], str | None]:
        centre.bag(f"{start}-LATER{after}", dispatch_area=area, created_at=at + timedelta(hours=1))
        page = centre.finder.bags(filtered, session=centre.boss, after=after)
        return [bag.code for bag in page.bags], page.after

    seen = [code for code in all_pages(ask) if "LATER" not in code]
    assert (len(seen), set(seen)) == (len(codes), codes)


def test_a_page_that_would_look_at_too_many_bags_says_where_to_go_on(centre: FoundCentre):
    area = centre.new("area")
    rare = centre.new("RARE")
    centre.bag(rare, "pallet")
    centre.query(
        """INSERT INTO bag (qr_id, type, dispatch_area) SELECT %s || '-' || n, 'child', %s
           FROM generate_series(1, 51000) AS n""",
        *(area, area),
    )
    first = centre.finder.bags(BagFilter(kind=FoundKind.OTHER), session=centre.boss)
    assert (first.bags, first.after is None) == ((), False)

    def ask(after: str | None) -> tuple[list[str], str | None]:
        page = centre.finder.bags(BagFilter(kind=FoundKind.OTHER), session=centre.boss, after=after)
        return [bag.code for bag in page.bags], page.after

    assert rare in all_pages(ask, most=5)
    centre.query("DELETE FROM bag WHERE dispatch_area = %s", area)


def test_a_dispatcher_sees_the_bags_of_the_own_depot_alone(centre: FoundCentre):
    area = centre.new("area")
    here, elsewhere = centre.new("HERE"), centre.new("THERE")
    centre.bag(here, dispatch_area=area)
    centre.bag(elsewhere, dispatch_area="jaipur")
    session = centre.signed_in("dispatcher", area=area)
    page = centre.finder.bags(BagFilter(), session=session)
    assert ([bag.code for bag in page.bags], page.area) == ([here], area)
    asked = centre.finder.bags(BagFilter(text=elsewhere, area="jaipur"), session=session)
    assert (asked.bags, asked.after, asked.area) == ((), None, area)


@pytest.mark.parametrize(("role", "rights"), [("dispatcher", "full"), ("biller", "operator"), (None, "full")])
def test_whoever_counts_as_a_dispatcher_and_has_no_depot_sees_no_bags(
    centre: FoundCentre, role: str | None, rights: str
):
    centre.bag(centre.new("K"))
    page = centre.finder.bags(BagFilter(), session=centre.signed_in(role, rights=rights))
    assert (page.bags, page.after, page.area) == ((), None, "")


def test_a_biller_sees_the_bags_of_every_depot(centre: FoundCentre):
    code = centre.new("K")
    centre.bag(code, dispatch_area="jaipur")
    page = centre.finder.bags(BagFilter(text=code), session=centre.signed_in("biller"))
    assert ([bag.code for bag in page.bags], page.area) == ([code], None)


def test_bills_are_listed_newest_first_and_those_without_a_time_are_not_lost(centre: FoundCentre):
    start = centre.new("ORDER")
    for name, at in (("A", None), ("B", minutes(1)), ("C", minutes(9)), ("D", None), ("E", minutes(1))):
        centre.bill(f"{start}-{name}", created_at=at)
    page = centre.finder.bills(BillFilter(text=start.lower()), session=centre.boss)
    assert [bill.fact.code[-1] for bill in page.bills] == ["C", "E", "B", "D", "A"]


def test_a_bill_in_the_list_has_totals_counted_anew(centre: FoundCentre):
    parent, _, _ = centre.filled(children=2)
    name = centre.new("BILL")
    by = centre.person("biller")
    centre.bill(name, parent, total_child_bags=77, created_by_id=centre.user_id(by), created_at=minutes(1))
    [bill] = centre.finder.bills(BillFilter(text=name), session=centre.boss).bills
    assert (bill.fact.linked, bill.fact.children, bill.fact.expected_kg, bill.by) == (1, 2, 30, by)


def test_each_filter_of_bills_leaves_what_it_says(centre: FoundCentre):
    start, by = centre.new("FIL"), centre.person("biller")
    centre.bill(f"{start}-N", status=None)
    centre.bill(f"{start}-P", status="active", created_at=minutes(0))
    centre.bill(f"{start}-C", status="completed", created_by_id=centre.user_id(by))

    def left(**wanted: Any) -> set[str]:
        page = centre.finder.bills(BillFilter(text=start, **wanted), session=centre.boss)
        return {bill.fact.code[-1] for bill in page.bills}

    assert left() == {"N", "P", "C"}
    assert left(status=BillStatus.NEW) == {"N"}
    assert left(status=BillStatus.PROCESSING) == left(since=DAY, until=DAY) == {"P"}
    assert left(status=BillStatus.COMPLETED) == left(own=by) == {"C"}
    assert left(own="nobody") == left(since=DAY + timedelta(days=1)) == set()


def test_bills_have_pages_to_the_end_without_loss_or_doubles_while_others_make_bills(centre: FoundCentre):
    start = centre.new("PAGES")
    names = {f"{start}-{number}" for number in range(2 * PAGE + 1)}
    for number, name in enumerate(sorted(names)):
        centre.bill(name, created_at=minutes(number // 20) if number % 2 else None)

    def ask(after: str | None) -> tuple[list[str], str | None]:
        centre.bill(f"{start}-LATER{after}", created_at=minutes(9999))
        page = centre.finder.bills(BillFilter(text=start), session=centre.boss, after=after)
        return [bill.fact.code for bill in page.bills], page.after

    seen = [name for name in all_pages(ask) if "LATER" not in name]
    assert (len(seen), set(seen)) == (len(names), names)


def test_returns_have_pages_to_the_end(centre: FoundCentre):
    start = centre.new("RTN-20260304-")
    codes = {f"{start}-{number:03}" for number in range(PAGE + 1)}
    for code in sorted(codes):
        centre.ticket(code, status="committed")

    def ask(after: str | None) -> tuple[list[str], str | None]:
        page = centre.finder.tickets(session=centre.boss, after=after)
        assert {ticket.fact.status for ticket in page.tickets} == {TicketStatus.COMMITTED}
        return [ticket.fact.code for ticket in page.tickets], page.after

    seen = all_pages(ask)
    assert seen == sorted(codes, reverse=True)
    seventh = TicketFilter(text=f"{start}-007".lower(), status=TicketStatus.COMMITTED)
    page = centre.finder.tickets(seventh, session=centre.boss)
    assert ([ticket.fact.code for ticket in page.tickets], page.after) == ([f"{start}-007"], None)
    cancelled = TicketFilter(text=start, status=TicketStatus.CANCELLED)
    assert centre.finder.tickets(cancelled, session=centre.boss).tickets == ()


@pytest.mark.parametrize(("role", "rights"), [("dispatcher", "full"), ("admin", "operator")])
def test_the_lists_of_bills_and_returns_are_for_those_who_work_at_them(
    centre: FoundCentre, role: str, rights: str
):
    session = centre.signed_in(role, area="indore", rights=rights)
    with pytest.raises(NotPermittedError):
        centre.finder.bills(BillFilter(), session=session)
    with pytest.raises(NotPermittedError):
        centre.finder.tickets(session=session)
