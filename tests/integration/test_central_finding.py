"""What the centre answers to look-ups, of rows as they really are; and to whom."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fakes.found_centre import FoundCentre, minutes
from fakes.hidden_address import HiddenAddress

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.entries import EntryKind, Outcome
from traitortrack_desktop.domain.findings import Found, FoundKind
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketStatus
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreMismatchError, NotPermittedError
from traitortrack_desktop.storage.central.finder import CentralFinderOffice


@pytest.fixture(scope="module")
def centre(postgres_server: EmbeddedPostgres) -> Iterator[FoundCentre]:
    postgres_server.create_database("finding", "migrated")
    centre = FoundCentre(HiddenAddress(postgres_server.url("finding")))
    yield centre
    centre.close()
    postgres_server.drop_database("finding")


def look(centre: FoundCentre, text: str) -> Found:
    return centre.finder.look(text, session=centre.boss)


def test_a_parent_is_found_in_any_case_with_its_children_in_order(centre: FoundCentre):
    _, code, children = centre.filled(children=3)
    story = look(centre, f" {code.lower()} ").bag
    assert story is not None
    assert (story.fact.code, story.kind, story.fact.count) == (code, FoundKind.PARENT, 3)
    assert [child.code for child in story.children] == children


def test_a_child_names_its_parent_and_the_bill_that_the_parent_is_on(centre: FoundCentre):
    parent, code, [child] = centre.filled(children=1)
    name = centre.new("BILL")
    centre.bill(name, parent, status="completed", parent_bag_count=1)
    story = look(centre, child).bag
    assert story is not None
    assert story.parent_bill is not None
    assert (story.fact.parent, story.fact.bill, story.parent_bill.code) == (code, None, name)
    assert story.parent_bill.status is BillStatus.COMPLETED


def test_a_parent_names_its_own_bill_and_whether_that_is_completed(centre: FoundCentre):
    parent, code, _ = centre.filled(children=1)
    name = centre.new("BILL")
    centre.bill(name, parent, status="completed")
    fact = look(centre, code).bag.fact
    assert (fact.bill, fact.bill_completed) == (name, True)


def test_a_bag_of_which_nothing_but_its_code_is_known_is_found(centre: FoundCentre):
    code = centre.new("BARE")
    centre.bag(code)
    story = look(centre, code).bag
    assert story is not None
    assert (story.area, story.made_at, story.owner, story.weight_kg) == (None, None, None, None)
    assert (story.children, story.scans, story.called_before, story.parent_bill) == ((), (), (), None)


def test_a_bag_of_an_unknown_type_is_found_as_that(centre: FoundCentre):
    code = centre.new("ODD")
    centre.bag(code, "pallet")
    story = look(centre, code).bag
    assert (story.kind, story.fact.kind) == (FoundKind.OTHER, "pallet")


def test_a_code_with_blanks_that_looks_like_a_persons_name_is_found(centre: FoundCentre):
    code = centre.new("Ravi Kumar ")
    centre.bag(code)
    assert look(centre, code).bag.fact.code == code.upper()


def test_of_two_bags_whose_codes_differ_in_case_the_older_one_counts(centre: FoundCentre):
    code = centre.new("TWICE")
    centre.bag(code.lower(), dispatch_area="older")
    centre.bag(code, dispatch_area="younger")
    assert look(centre, code).bag.area == "older"


def test_a_child_in_two_parents_is_in_the_one_of_the_older_link(centre: FoundCentre):
    _, first, [child] = centre.filled(children=1)
    second, other, _ = centre.filled(children=0)
    centre.link(second, centre.query("SELECT id FROM bag WHERE qr_id = %s", child)[0]["id"])
    assert look(centre, child).bag.fact.parent == first
    assert [line.code for line in look(centre, other).bag.children] == [child]


def test_a_parent_on_two_bills_is_on_the_first(centre: FoundCentre):
    parent, code, _ = centre.filled(children=1)
    names = [centre.new("BILL"), centre.new("BILL")]
    for name in names:
        centre.bill(name, parent)
    assert look(centre, code).bag.fact.bill == names[0]


def test_the_last_five_scans_come_newest_first_and_those_without_a_time_last(centre: FoundCentre):
    parent, code, _ = centre.filled(children=0)
    by = centre.person()
    for minute in (3, 1, 6, 2, 5):
        centre.scan(parent_bag_id=parent, by=centre.user_id(by), at=minutes(minute))
    centre.scan(parent_bag_id=parent)
    centre.scan(parent_bag_id=parent, at=minutes(4))
    scans = look(centre, code).bag.scans
    assert [scan.at.minute for scan in scans] == [6, 5, 4, 3, 2]
    assert {scan.parent for scan in scans} == {code}
    assert [scan.by for scan in scans] == [by, by, None, by, by]


def test_a_scan_that_names_no_bag_belongs_to_none(centre: FoundCentre):
    parent, code, _ = centre.filled(children=0)
    centre.scan(at=minutes(1))
    centre.scan(parent_bag_id=parent)
    [scan] = look(centre, code).bag.scans
    assert (scan.at, scan.by, scan.child) == (None, None, None)


def test_a_scan_names_the_station_that_the_ledger_knows(centre: FoundCentre):
    _, code, [child] = centre.filled(children=1)
    number = centre.query("SELECT id FROM bag WHERE qr_id = %s", child)[0]["id"]
    centre.scan(child_bag_id=number, at=minutes(7))
    centre.scan(child_bag_id=number, at=minutes(8))
    centre.entry("add_child", parent=code, child=child, code=child, at=minutes(8).replace(tzinfo=UTC))
    assert [scan.station for scan in look(centre, child).bag.scans] == ["Station 7", None]


def test_who_put_a_child_in_is_said_by_the_ledger_or_else_by_its_last_scan(centre: FoundCentre):
    _, code, [first, second] = centre.filled(children=2)
    by = centre.person()
    centre.entry("add_child", parent=code, child=first, code=first, operator="ravi")
    number = centre.query("SELECT id FROM bag WHERE qr_id = %s", second)[0]["id"]
    centre.scan(child_bag_id=number, by=centre.user_id(by), at=minutes(1))
    assert [line.by for line in look(centre, code).bag.children] == ["ravi", by]


def test_a_child_that_was_moved_was_put_in_by_whoever_moved_it(centre: FoundCentre):
    first, second, child = centre.new("SB"), centre.new("SB"), centre.new("K")
    moved = datetime.now(UTC)
    centre.link(centre.bag(second, "parent"), centre.bag(child), moved.replace(tzinfo=None))
    before, after = moved - timedelta(hours=1), moved + timedelta(seconds=1)
    centre.entry("add_child", parent=first, child=child, code=child, operator="ravi", at=before)
    centre.entry(
        "move_children", parent=second, origin=first, children=[child], code=child, operator="meena", at=after
    )
    assert look(centre, child).bag.fact.by == "meena"


def test_bags_and_scans_of_somebody_who_was_deleted_are_nobodys(centre: FoundCentre):
    by = centre.person()
    parent, code, _ = centre.filled(children=0, user_id=centre.user_id(by))
    centre.scan(parent_bag_id=parent, by=centre.user_id(by))
    assert look(centre, code).bag.owner == by
    centre.query('DELETE FROM "user" WHERE username = %s', by)
    story = look(centre, code).bag
    assert (story.owner, story.scans[0].by) == (None, None)


def test_a_parent_with_more_children_than_any_sack_holds_shows_500_and_counts_all(centre: FoundCentre):
    parent, code, _ = centre.filled(children=0)
    centre.query(
        """WITH made AS (INSERT INTO bag (qr_id, type)
                         SELECT %s || '-' || n, 'child' FROM generate_series(1, 510) AS n RETURNING id)
           INSERT INTO link (parent_bag_id, child_bag_id) SELECT %s, id FROM made""",
        *(code, parent),
    )
    story = look(centre, code).bag
    assert (len(story.children), story.fact.count) == (500, 510)


def test_a_parent_that_is_open_at_a_station_names_it(centre: FoundCentre):
    parent, code, _ = centre.filled(children=0)
    device = centre.station("Station 9")
    centre.query(
        """INSERT INTO station.parent_hold (device, bag_id, operator, since, until)
           VALUES (%s, %s, 'ravi', now(), now() + interval '30 minutes')""",
        *(str(device), parent),
    )
    holder = look(centre, code).bag.fact.holder
    assert (holder.station, holder.device, holder.by) == ("Station 9", device, "ravi")


def test_a_replaced_label_leads_to_the_bag_that_has_another_one_now(centre: FoundCentre):
    codes = [centre.new("SB") for _ in range(3)]
    centre.bag(codes[2], "parent")
    for old, new in itertools.pairwise(codes):
        centre.entry("replace_label", bag=old, parent=new, code=new)
    found = look(centre, codes[0])
    assert (found.new_code, found.bag.fact.code) == (codes[2], codes[2])


def test_a_bag_names_what_it_was_called_before_newest_first(centre: FoundCentre):
    codes = [centre.new("K") for _ in range(3)]
    centre.bag(codes[2])
    for old, new in itertools.pairwise(codes):
        centre.entry("replace_label", bag=old, child=new, code=new)
    assert look(centre, codes[2]).bag.called_before == (codes[1], codes[0])


def test_a_refused_replacement_leads_nowhere(centre: FoundCentre):
    old, new = centre.new("K"), centre.new("K")
    centre.entry("replace_label", bag=old, child=new, code=new, outcome="refused")
    assert look(centre, old).new_code is None
    assert look(centre, old).is_nothing


def test_a_new_bag_under_an_old_label_is_found_itself(centre: FoundCentre):
    old, new = centre.new("K"), centre.new("K")
    centre.bag(new)
    centre.entry("replace_label", bag=old, child=new, code=new)
    centre.bag(old)
    found = look(centre, old)
    assert (found.new_code, found.bag.fact.code) == (None, old)


def test_a_bill_is_found_in_any_case_with_totals_counted_anew(centre: FoundCentre):
    standard, _, _ = centre.filled(children=2)
    mini = centre.bag(f"M444-{centre.new('')}", "parent")
    name = centre.new("Dealer bill ")
    by = centre.person("biller")
    centre.bill(
        name, standard, mini, status="processing", parent_bag_count=5, total_child_bags=99,
        expected_weight_kg=150, created_by_id=centre.user_id(by), created_at=minutes(1),
        description="two sorts", destination="Kota", vehicle_number="RJ14",
    )  # fmt: skip
    story = look(centre, name.lower()).bill
    fact = story.fact
    assert (fact.code, fact.status, fact.capacity, fact.linked) == (name, BillStatus.PROCESSING, 5, 2)
    assert (fact.children, fact.expected_kg, fact.destination, fact.vehicle) == (2, 45, "Kota", "RJ14")
    assert (story.description, story.by, story.made_at) == ("two sorts", by, minutes(1).replace(tzinfo=UTC))
    assert [parent.count for parent in story.parents] == [2, 0]


def test_a_bill_of_which_nothing_is_known_is_new_and_empty(centre: FoundCentre):
    name = centre.new("BILL")
    centre.bill(name)
    story = look(centre, name).bill
    assert (story.fact.status, story.fact.linked, story.fact.children) == (BillStatus.NEW, 0, 0)
    assert (story.fact.capacity, story.made_at, story.by, story.parents) == (None, None, None, ())


def test_a_bill_with_a_status_that_nobody_knows_is_open(centre: FoundCentre):
    name = centre.new("BILL")
    centre.bill(name, status="active")
    assert look(centre, name).bill.fact.status is BillStatus.PROCESSING


def test_a_bill_says_who_put_a_parent_onto_it_where_the_ledger_knows(centre: FoundCentre):
    first, code, _ = centre.filled(children=1)
    second, _, _ = centre.filled(children=1)
    name = centre.new("BILL")
    centre.bill(name, first, second)
    centre.entry("attach_parent", bill=name.lower(), parent=code, code=code, operator="meena")
    assert [parent.by for parent in look(centre, name).bill.parents] == ["meena", None]


def test_a_return_is_found_with_its_bags_and_the_bills_they_came_from(centre: FoundCentre):
    parent, code, _ = centre.filled(children=1)
    name = centre.new("BILL")
    bill = centre.bill(name)
    ticket = f"RTN-20260304-{centre.new('')}"
    number = centre.ticket(ticket, notes="wet", created_at=minutes(1), bags_scanned_count=7)
    centre.returned(number, parent, original_bill_id=bill, child_count_at_return=28)
    centre.returned(number, centre.bag(centre.new("SB"), "parent"))
    story = look(centre, ticket.lower()).ticket
    assert (story.fact.status, story.fact.area, story.fact.bags) == (TicketStatus.OPEN, "indore", 2)
    assert (story.fact.kilograms, story.notes) == (28, "wet")
    assert [(line.code, line.count, line.bill) for line in story.parents[:1]] == [(code, 28, name)]


def test_a_bag_that_has_the_name_of_a_bill_comes_first(centre: FoundCentre):
    code = centre.new("BOTH")
    centre.bag(code)
    centre.bill(code)
    assert look(centre, code).bag is not None


def test_what_begins_with_the_text_is_suggested_with_where_it_is(centre: FoundCentre):
    start = centre.new("QX")
    parent = centre.bag(f"{start}-P", "parent")
    centre.link(parent, centre.bag(f"{start}-c"))
    name = f"{start}-BILL"
    centre.bill(name, parent)
    suggested = look(centre, start.lower()).suggestions
    assert [(one.code, one.kind, one.under) for one in suggested] == [
        (name, FoundKind.BILL, None),
        (f"{start}-C", FoundKind.CHILD, f"{start}-P"),
        (f"{start}-P", FoundKind.PARENT, name),
    ]


def test_four_characters_of_the_end_are_enough_and_three_are_not(centre: FoundCentre):
    code = f"LONG{centre.new('')}ZQ7Y"
    centre.bag(code)
    assert [one.code for one in look(centre, "zq7y").suggestions] == [code]
    assert look(centre, "Q7Y").is_nothing


def test_signs_that_mean_something_to_a_search_mean_themselves(centre: FoundCentre):
    code = f"50%_{centre.new('')}"
    centre.bag(code)
    assert [one.code for one in look(centre, "50%_").suggestions] == [code]
    assert look(centre, "5_%").is_nothing


def test_no_more_than_twenty_are_suggested(centre: FoundCentre):
    start = centre.new("MANY")
    for number in range(25):
        centre.bag(f"{start}X{number:02}")
    assert len(look(centre, start).suggestions) == 20


@pytest.mark.parametrize("text", ["", "  ", "\x00", "\ud800", "x", "ж" * 300, "'; DROP TABLE bag; --"])
def test_any_text_may_be_asked_for(centre: FoundCentre, text: str):
    assert look(centre, text).is_nothing


def test_the_ledger_tells_of_a_bag_in_whatever_part_it_has(centre: FoundCentre):
    code, other, child = centre.new("SB"), centre.new("SB"), centre.new("K")
    start = datetime(2026, 3, 4, tzinfo=UTC)
    written = [
        ("open_parent", {"code": code, "parent": code}),
        ("add_child", {"code": child, "parent": code, "child": child}),
        ("refusal", {"code": code.lower(), "parent": other, "reason": "child_not_billable"}),
        ("move_children", {"code": child, "parent": other, "origin": code, "children": [child]}),
        ("edit_children", {"code": other, "parent": other, "children": [code], "removed": []}),
        ("edit_children", {"code": other, "parent": other, "children": [], "removed": [code]}),
        ("attach_parent", {"code": code, "parent": code, "bill": "B1"}),
        ("delete_bag", {"code": code, "bag": code}),
    ]
    for minute, (kind, named) in enumerate(written):
        centre.entry(kind, at=start + timedelta(minutes=minute), operator="ravi", **named)
    page = centre.finder.history(code.lower(), session=centre.boss)
    assert [str(line.kind) for line in page.lines] == [kind for kind, _ in reversed(written)]
    assert (page.lines[0].by, page.lines[0].station, page.before) == ("ravi", "Station 7", None)
    assert page.lines[4].origin == code
    assert page.lines[5].reason is Reason.CHILD_NOT_BILLABLE


def test_the_ledger_tells_of_a_bill_and_of_a_return(centre: FoundCentre):
    bill, ticket = centre.new("Bill "), centre.new("RTN-20260304-")
    centre.entry("complete_bill", code=bill, bill=bill)
    centre.entry("finalise_return", code=ticket, ticket=ticket)
    [completed] = centre.finder.history(bill, session=centre.boss).lines
    [finalised] = centre.finder.history(ticket, session=centre.boss).lines
    assert (completed.kind, completed.bill) == (EntryKind.COMPLETE_BILL, bill)
    assert (finalised.kind, finalised.outcome) == (EntryKind.FINALISE_RETURN, Outcome.POSTED)


def test_history_goes_on_under_an_earlier_label_up_to_when_that_was_replaced(centre: FoundCentre):
    old, new = centre.new("K"), centre.new("K")
    start = datetime(2026, 3, 4, tzinfo=UTC)
    centre.entry("add_child", code=old, child=old, at=start)
    centre.entry("replace_label", code=new, bag=old, child=new, at=start + timedelta(minutes=1))
    centre.entry("add_child", code=old, child=old, at=start + timedelta(minutes=2))
    centre.entry("remove_child", code=new, child=new, at=start + timedelta(minutes=3))
    lines = centre.finder.history(new, session=centre.boss).lines
    assert [line.kind for line in lines] == [
        EntryKind.REMOVE_CHILD,
        EntryKind.REPLACE_LABEL,
        EntryKind.ADD_CHILD,
    ]


def test_what_newer_stations_do_is_left_out_of_the_history(centre: FoundCentre):
    code = centre.new("K")
    centre.entry("teleport", code=code, child=code)
    centre.entry("add_child", code=code, child=code)
    assert len(centre.finder.history(code, session=centre.boss).lines) == 1


def test_history_has_pages_to_the_end_without_loss_while_entries_come_in(centre: FoundCentre):
    code = centre.new("SB")
    start = datetime(2026, 3, 4, tzinfo=UTC)
    written = [
        centre.entry("open_parent", code=code, parent=code, at=start + timedelta(seconds=number // 7))
        for number in range(120)
    ]
    seen, before = [], None
    while True:
        page = centre.finder.history(code, session=centre.boss, before=before)
        seen += [line.seq for line in page.lines]
        centre.entry("open_parent", code=code, parent=code)
        before = page.before
        if before is None:
            break
    numbers = centre.query(
        "SELECT seq FROM station.entry WHERE id = ANY (%s::uuid[])", [str(one) for one in written]
    )
    assert sorted(seen) == sorted(row["seq"] for row in numbers)


def test_whoever_is_signed_in_may_look_up_bags_and_bills(centre: FoundCentre):
    session = centre.signed_in("dispatcher", area="indore", rights="operator")
    code, name = centre.new("K"), centre.new("BILL")
    centre.bag(code, dispatch_area="jaipur")
    centre.bill(name)
    assert centre.finder.look(code, session=session).bag is not None
    assert centre.finder.look(name, session=session).bill is not None
    assert centre.finder.history(code, session=session).lines == ()


def test_a_return_is_not_shown_to_a_dispatcher(centre: FoundCentre):
    ticket = centre.new("RTN-20260304-")
    centre.ticket(ticket)
    session = centre.signed_in("dispatcher", area="indore")
    assert centre.finder.look(ticket, session=session).is_nothing
    assert centre.finder.look(ticket[:9], session=session).is_nothing
    assert ticket in {one.code for one in look(centre, ticket[:-1]).suggestions}


@pytest.mark.parametrize("ending", ["over", "account off", "another station", "nobody", "somebody else"])
def test_without_a_session_of_this_station_nothing_is_answered(centre: FoundCentre, ending: str):
    name = centre.person("admin")
    session = centre.session_of(name)
    if ending == "over":
        centre.query("UPDATE station.session SET ended_at = now() WHERE id = %s", str(session))
    elif ending == "account off":
        centre.query('UPDATE "user" SET verified = false WHERE username = %s', name)
    elif ending == "another station":
        session = centre.session_of(name, device=centre.station("Station 8"))
    elif ending == "nobody":
        session = uuid4()
    else:
        centre.query(
            """UPDATE station.session SET username = 'before', started_at = now() - interval '1 day'
               WHERE id = %s""",
            str(session),
        )
        centre.query("""UPDATE "user" SET created_at = now() AT TIME ZONE 'UTC' WHERE username = %s""", name)
    with pytest.raises(NotPermittedError):
        centre.finder.look("X", session=session)
    with pytest.raises(NotPermittedError):
        centre.finder.history("X", session=session)


def test_a_revoked_station_is_answered_nothing(centre: FoundCentre):
    device: DeviceId = centre.station("Station 8")
    session = centre.session_of(centre.person("admin"), device=device)
    centre.query("UPDATE station.device SET revoked_at = now() WHERE id = %s", str(device))
    finder = CentralFinderOffice(centre.station_url, device=device)
    with pytest.raises(CentreMismatchError, match="revoked"):
        finder.look("X", session=session)
    finder.close()
