"""What the posting function does with each kind of entry, and every reason it refuses one for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.central_owner import children_by_parent, query
from fakes.decisions import acknowledged, added, asked, cancelled, closed, opened, refused, removed
from fakes.entry_chain import OPERATOR, EntryChain, filled, sealed
from fakes.web_application import WebApplication

from traitortrack_desktop.domain.entries import Decision, EntryKind, Outcome, QuestionKind, Receipt, Remark
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice


class Station:
    """A station that posts at once, and the owner's view of the centre."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.chain = EntryChain()
        self.office = CentralPostingOffice(
            url, device=self.chain.device, station_name="Station 7", version="1.0"
        )

    def post(self, *decisions: Decision, at: datetime | None = None, operator: str | None = OPERATOR):
        entries = [self.chain.entry(decision, at=at, operator=operator) for decision in decisions]
        return list(self.office.post(entries).receipts)

    def answer(self, *decisions: Decision) -> Receipt:
        """Return the receipt of the last one."""
        return self.post(*decisions)[-1]

    def bag(self, code: str) -> dict:
        found = query(self.url, "SELECT * FROM bag WHERE upper(qr_id) = %s", code)
        return found[0] if found else {}


@pytest.fixture
def station(central_url: str) -> Iterator[Station]:
    query(
        central_url,
        """INSERT INTO "user" (username, email, password_hash, role, dispatch_area, verified)
           VALUES (%s, 'r@x', 'x', 'dispatcher', 'lucknow', true)""",
        OPERATOR,
    )
    station = Station(central_url)
    yield station
    station.office.close()


@pytest.mark.parametrize(
    "reason", [Reason.HELD, Reason.READ_BY_BOTH, Reason.WRONG_SCANNER, Reason.NOT_A_SCAN]
)
def test_what_the_station_refused_is_kept_for_its_own_reason(station: Station, reason: Reason):
    answer = station.answer(opened("SB00001"), refused("AAAA", reason))
    assert (answer.outcome, answer.reason) == (Outcome.REFUSED, reason)
    assert children_by_parent(station.url) == {}


def test_a_held_code_that_is_placed_is_posted_like_any_other(station: Station):
    answers = station.post(
        refused("AAAA", Reason.HELD),
        refused("BBBB", Reason.HELD),
        opened("SB00001"),
        replace(added("SB00001", "AAAA"), resolves=1),
        replace(refused("BBBB", Reason.CHILD_IN_OTHER_PARENT, parent="SB00001"), resolves=2),
    )
    assert [answer.outcome for answer in answers[2:]] == [Outcome.POSTED, Outcome.POSTED, Outcome.REFUSED]
    assert answers[-1].reason is Reason.CHILD_IN_OTHER_PARENT
    assert children_by_parent(station.url) == {"SB00001": ("AAAA",)}


def test_setting_aside_is_posted(station: Station):
    asked_aside = replace(asked(QuestionKind.ASIDE, "TT-CMD-ASIDE"), reason=Reason.CONFIRM_ASIDE)
    answers = station.post(
        refused("AAAA", Reason.HELD), asked_aside, replace(acknowledged(1), code="TT-CMD-ASIDE")
    )
    assert [answer.outcome for answer in answers[1:]] == [Outcome.POSTED, Outcome.POSTED]


def test_the_remarks_of_an_entry_are_kept_at_the_centre(station: Station):
    entry = sealed(replace(station.chain.entry(opened("SB00001")), remarks=(Remark.TYPED,)))
    assert station.office.post([entry]).receipts[0].outcome is Outcome.POSTED
    (row,) = query(station.url, "SELECT payload -> 'remarks' AS remarks FROM station.entry")
    assert row["remarks"] == ["typed"]


def children(count: int, prefix: str = "C") -> list[str]:
    return [f"{prefix}{number:04}" for number in range(1, count + 1)]


REFUSALS = {
    "the parent itself as a child": (
        [opened("SB00001")],
        added("SB00001", "SB00001"),
        Reason.SAME_AS_PARENT,
    ),
    "a parent that does not exist": ([], added("SB00001", "AAAA"), Reason.PARENT_MISSING),
    "a child as a parent": (
        filled("SB00001", ["AAAA"]),
        opened("AAAA"),
        Reason.PARENT_IS_CHILD,
    ),
    "a child into a child": (
        filled("SB00001", ["AAAA"]),
        added("AAAA", "BBBB"),
        Reason.PARENT_IS_CHILD,
    ),
    "the same child again": (
        filled("SB00001", ["AAAA"]),
        added("SB00001", "AAAA"),
        Reason.ALREADY_IN_THIS_PARENT,
    ),
    "the 31st child": (
        filled("SB00001", children(30)),
        added("SB00001", "AAAA"),
        Reason.PARENT_FULL,
    ),
    "the last child again, when the parent is full": (
        filled("SB00001", children(30)),
        added("SB00001", "C0030"),
        Reason.ALREADY_IN_THIS_PARENT,
    ),
    "a parent as a child": (
        [opened("SB00002"), opened("SB00001")],
        added("SB00001", "SB00002"),
        Reason.CHILD_IS_PARENT,
    ),
    "a child of another parent": (
        [*filled("SB00002", ["AAAA"]), opened("SB00001")],
        added("SB00001", "AAAA"),
        Reason.CHILD_IN_OTHER_PARENT,
    ),
    "taking out what is elsewhere": (
        [*filled("SB00002", ["AAAA"]), opened("SB00001")],
        removed("SB00001", "AAAA"),
        Reason.CHILD_NOT_IN_PARENT,
    ),
    "taking out what does not exist": (
        [opened("SB00001")],
        removed("SB00001", "AAAA"),
        Reason.CHILD_NOT_IN_PARENT,
    ),
    "closing what does not exist": ([], closed("SB00001"), Reason.PARENT_MISSING),
    "what the station refused": ([], refused("???", Reason.UNREADABLE), Reason.UNREADABLE),
}


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
@pytest.mark.parametrize("case", REFUSALS)
def test_refuses_and_names_the_reason(station: Station, case: str, together: bool):
    before, decision, reason = REFUSALS[case]
    if together:
        *earlier, receipt = station.post(*before, decision)
    else:
        earlier = [station.answer(one) for one in before]
        receipt = station.answer(decision)

    assert {one.outcome for one in earlier} <= {Outcome.POSTED}
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, reason)


def test_a_refused_entry_leaves_no_bag_behind(station: Station):
    station.post(*filled("SB00001", children(30)), added("SB00001", "AAAA"))

    assert station.bag("AAAA") == {}


def test_a_parent_of_another_type_is_refused(station: Station):
    query(station.url, "INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'crate')")

    receipt = station.answer(opened("SB00001"))

    assert (receipt.reason, receipt.fact.kind) == (Reason.UNKNOWN_BAG_TYPE, "crate")


def test_a_child_of_another_type_is_refused(station: Station):
    query(station.url, "INSERT INTO bag (qr_id, type) VALUES ('AAAA', 'crate')")

    receipt = station.answer(opened("SB00001"), added("SB00001", "AAAA"))

    assert (receipt.reason, receipt.fact.kind) == (Reason.UNKNOWN_BAG_TYPE, "crate")


def test_a_parent_that_somebody_completed_takes_no_more(station: Station):
    station.post(*filled("SB00001", ["AAAA"]))
    query(station.url, "UPDATE bag SET status = 'completed' WHERE qr_id = 'SB00001'")

    receipt = station.answer(opened("SB00001"), added("SB00001", "BBBB"))

    assert receipt.reason is Reason.PARENT_COMPLETED
    assert (receipt.count, receipt.completed, receipt.fact.completed) == (1, True, True)


def test_a_child_in_another_parent_says_where_since_when_and_who(station: Station):
    put_there = datetime.now(UTC) - timedelta(hours=2)
    station.post(*filled("SB00002", ["AAAA"]), at=put_there)

    fact = station.answer(opened("SB00001"), added("SB00001", "AAAA")).fact

    assert (fact.code, fact.kind, fact.parent, fact.since, fact.by) == (
        "AAAA", "child", "SB00002", put_there, OPERATOR,
    )  # fmt: skip
    assert fact.from_centre
    assert abs(fact.as_of - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_child_that_the_web_application_put_elsewhere_names_who_scanned_it(station: Station):
    station.post(opened("SB00001"))
    query(station.url, "INSERT INTO bag (qr_id, type) VALUES ('sb00002', 'parent'), ('aaaa', 'child')")
    query(
        station.url,
        """INSERT INTO link (parent_bag_id, child_bag_id)
           SELECT p.id, c.id FROM bag p, bag c WHERE p.qr_id = 'sb00002' AND c.qr_id = 'aaaa'""",
    )
    query(
        station.url,
        """INSERT INTO scan (child_bag_id, user_id)
           SELECT bag.id, "user".id FROM bag, "user" WHERE qr_id = 'aaaa'""",
    )

    fact = station.answer(added("SB00001", "AAAA")).fact

    assert (fact.code, fact.parent, fact.since, fact.by) == ("AAAA", "SB00002", None, OPERATOR)


def test_opening_writes_the_rows_that_the_web_application_would(station: Station):
    station.post(opened("SB00001"))

    bag = station.bag("SB00001")
    shown = ("type", "status", "dispatch_area", "child_count", "weight_kg")
    assert [bag[name] for name in shown] == ["parent", "pending", "lucknow", 0, 0]
    assert query(station.url, "SELECT parent_bag_id, child_bag_id FROM scan") == [
        {"parent_bag_id": bag["id"], "child_bag_id": None}
    ]


def test_adding_writes_the_rows_that_the_web_application_would(station: Station):
    at = datetime.now(UTC) - timedelta(minutes=5)
    station.post(opened("SB00001"), added("SB00001", "AAAA"), at=at)

    child, parent = station.bag("AAAA"), station.bag("SB00001")
    shown = ("type", "status", "dispatch_area", "child_count", "weight_kg")
    assert [child[name] for name in shown] == ["child", "pending", "lucknow", 0, 0]
    assert (parent["child_count"], parent["weight_kg"], parent["status"]) == (1, 1, "pending")
    assert query(station.url, "SELECT timestamp FROM scan WHERE child_bag_id = %s", child["id"]) == [
        {"timestamp": at.replace(tzinfo=None)}
    ]
    assert query(station.url, "SELECT parent_bag_id, created_at FROM link") == [
        {"parent_bag_id": parent["id"], "created_at": at.replace(tzinfo=None)}
    ]


@pytest.mark.parametrize("off", [timedelta(days=-400), timedelta(days=2)], ids=["long ago", "in the future"])
def test_a_wrong_station_clock_does_not_reach_the_bags(station: Station, off: timedelta):
    station.post(opened("SB00001"), at=datetime.now(UTC) + off)

    scanned = query(station.url, "SELECT timestamp FROM scan")[0]["timestamp"].replace(tzinfo=UTC)
    assert abs(scanned - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_thirtieth_child_completes_the_parent(station: Station):
    receipt = station.post(*filled("SB00001", children(30)))[-1]

    assert (receipt.count, receipt.completed) == (30, True)
    assert station.bag("SB00001")["status"] == "completed"


def test_the_sites_capacity_limits_what_a_station_believes(station: Station):
    query(station.url, "UPDATE station.setting SET value = '2' WHERE name = 'capacity'")

    receipts = station.post(*filled("SB00001", ["AAAA", "BBBB", "CCCC"]))

    assert [one.reason for one in receipts] == [None, None, None, Reason.PARENT_FULL]
    assert station.bag("SB00001")["status"] == "completed"


def test_taking_a_child_out_of_a_full_parent_opens_it_again(station: Station):
    station.post(*filled("SB00001", children(30)))

    receipt = station.answer(removed("SB00001", "C0030"))

    assert (receipt.count, receipt.completed) == (29, False)
    parent = station.bag("SB00001")
    assert (parent["child_count"], parent["weight_kg"], parent["status"]) == (29, 29, "pending")


def test_taking_a_child_out_deletes_the_bag_and_its_scans(station: Station):
    station.post(*filled("SB00001", ["AAAA"]))

    station.post(removed("SB00001", "AAAA"))

    assert station.bag("AAAA") == {}
    assert query(station.url, "SELECT * FROM scan WHERE child_bag_id IS NOT NULL") == []


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
@pytest.mark.parametrize(
    "decisions",
    [
        [added("SB00001", "AAAA"), removed("SB00001", "AAAA")],
        [added("SB00001", "AAAA"), removed("SB00001", "AAAA"), added("SB00001", "AAAA")],
        [removed("SB00001", "OLD1"), added("SB00002", "OLD1")],
        [removed("SB00001", "OLD1"), added("SB00001", "OLD1"), removed("SB00001", "OLD1")],
        [removed("SB00001", "OLD1"), removed("SB00001", "OLD1"), added("SB00002", "OLD1")],
        [added("SB00002", "OLD1"), removed("SB00001", "OLD1"), added("SB00002", "OLD1")],
        [added("SB00001", "AAAA"), removed("SB00001", "AAAA"), added("SB00002", "AAAA"), closed("SB00002")],
    ],
)
def test_a_batch_comes_to_the_same_as_its_entries_one_by_one(
    station: Station, decisions: list[Decision], together: bool
):
    station.post(*filled("SB00001", ["OLD1"]), opened("SB00002"))

    receipts = station.post(*decisions) if together else [station.answer(one) for one in decisions]

    inside = {"SB00001": {"OLD1"}, "SB00002": set()}
    for decision, receipt in zip(decisions, receipts, strict=True):
        parent = inside[decision.parent]
        if decision.kind is EntryKind.ADD_CHILD and not any(
            decision.child in bags for bags in inside.values()
        ):
            parent.add(decision.child)
        elif decision.kind is EntryKind.REMOVE_CHILD and decision.child in parent:
            parent.remove(decision.child)
        else:
            assert decision.kind is EntryKind.CLOSE_PARENT or receipt.outcome is Outcome.REFUSED
        assert receipt.count == len(parent)
    assert {code: set(bags) for code, bags in children_by_parent(station.url).items()} == {
        code: bags for code, bags in inside.items() if bags
    }
    assert consistency(station.url).holds
    scanned = query(station.url, "SELECT qr_id FROM scan JOIN bag ON bag.id = child_bag_id ORDER BY qr_id")
    assert [row["qr_id"] for row in scanned] == sorted(set.union(*inside.values()))
    assert query(station.url, "SELECT count(*) FROM bag WHERE type = 'child'") == [
        {"count": len(set.union(*inside.values()))}
    ]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
@pytest.mark.parametrize(
    ("before", "type_after"), [([], "child"), ([removed("SB00001", "AAAA")], "parent")], ids=["inside", "out"]
)
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_a_bag_that_is_opened_after_it_was_put_inside_another_is_one_of_the_two(
    station: Station, before: list[Decision], type_after: str, together: bool, known: bool
):
    station.post(*filled("SB00001", ["AAAA"] if known else []))
    decisions = [*([] if known else [added("SB00001", "AAAA")]), *before, opened("AAAA")]

    receipts = station.post(*decisions) if together else [station.answer(one) for one in decisions]

    assert receipts[-1].reason is (Reason.PARENT_IS_CHILD if type_after == "child" else None)
    assert station.bag("AAAA")["type"] == type_after
    assert children_by_parent(station.url) == ({"SB00001": ("AAAA",)} if type_after == "child" else {})
    assert consistency(station.url).holds


def test_a_child_refused_first_takes_the_area_of_the_parent_it_gets_into(station: Station):
    query(station.url, "INSERT INTO bag (qr_id, type, dispatch_area) VALUES ('SB00002', 'parent', 'akola')")
    full = filled("SB00001", children(30))

    station.post(*full, added("SB00001", "AAAA"), added("SB00002", "AAAA"))

    assert station.bag("AAAA")["dispatch_area"] == "akola"


def test_closing_leaves_the_bag_as_it_is(station: Station):
    receipt = station.answer(*filled("SB00001", ["AAAA"]), closed("SB00001"))

    assert (receipt.outcome, receipt.count, receipt.completed) == (Outcome.POSTED, 1, False)
    assert station.bag("SB00001")["status"] == "pending"


def test_questions_cancels_and_acknowledgements_are_only_remembered(station: Station):
    receipts = station.post(
        asked(QuestionKind.SWITCH, "SB00002", parent="SB00001"), cancelled("SB00001"), acknowledged(1)
    )

    assert [one.outcome for one in receipts] == [Outcome.POSTED] * 3
    assert query(station.url, "SELECT count(*) FROM bag") == [{"count": 0}]


def test_work_of_an_unknown_operator_is_not_lost(station: Station):
    receipts = station.post(*filled("SB00001", ["AAAA"]), operator="nobody")

    assert [one.outcome for one in receipts] == [Outcome.POSTED] * 2
    assert station.bag("SB00001")["user_id"] is None
    assert query(station.url, "SELECT DISTINCT operator FROM station.entry") == [{"operator": "nobody"}]


def test_rows_with_nothing_but_what_must_be_there_are_understood(station: Station):
    query(station.url, "INSERT INTO bag (qr_id, type) VALUES ('sb00001', 'parent'), ('aaaa', 'child')")

    receipt = station.answer(opened("SB00001"), added("SB00001", "AAAA"))

    assert (receipt.outcome, receipt.count) == (Outcome.POSTED, 1)
    parent = station.bag("SB00001")
    assert (parent["qr_id"], parent["child_count"], parent["status"]) == ("sb00001", 1, "pending")
    assert parent["user_id"] is not None
    assert query(station.url, "SELECT count(*) FROM bag") == [{"count": 2}]


def test_in_progress_stays_in_progress(station: Station):
    station.post(opened("SB00001"))
    query(station.url, "UPDATE bag SET status = 'in_progress' WHERE qr_id = 'SB00001'")

    station.post(added("SB00001", "AAAA"))

    assert station.bag("SB00001")["status"] == "in_progress"


def test_the_totals_of_a_bill_follow_its_parents(station: Station):
    station.post(opened("SB00001"), opened("M444-00001"))
    query(
        station.url, "INSERT INTO bill (bill_id, total_child_bags, expected_weight_kg) VALUES ('B1', NULL, 9)"
    )
    query(
        station.url,
        "INSERT INTO bill_bag (bill_id, bag_id) SELECT bill.id, bag.id FROM bill, bag WHERE type = 'parent'",
    )

    station.post(added("SB00001", "AAAA"), added("M444-00001", "BBBB"), removed("SB00001", "AAAA"))

    bill = query(station.url, "SELECT * FROM bill")[0]
    totals = ("linked_parent_count", "total_child_bags", "total_weight_kg", "expected_weight_kg")
    assert [bill[name] for name in totals] == [2, 1, 1, 45]


@pytest.mark.parametrize("status", ["'new'", "'active'", "'draft'", "NULL"])
@pytest.mark.parametrize("capacity", ["0", "NULL"])
def test_a_late_child_counts_on_a_bill_that_is_not_completed(station: Station, status: str, capacity: str):
    station.post(*filled("SB00001", ["AAAA"]))
    query(
        station.url,
        f"INSERT INTO bill (bill_id, parent_bag_count, status) VALUES ('B1', {capacity}, {status})",
    )
    query(station.url, "INSERT INTO bill_bag (bill_id, bag_id) SELECT 1, id FROM bag WHERE type = 'parent'")
    before = query(station.url, "SELECT parent_bag_count, status FROM bill")

    assert station.answer(added("SB00001", "BBBB")).count == 2

    assert query(station.url, "SELECT parent_bag_count, status FROM bill") == before
    assert query(station.url, "SELECT linked_parent_count, total_child_bags, total_weight_kg FROM bill") == [
        {"linked_parent_count": 1, "total_child_bags": 2, "total_weight_kg": 2}
    ]


# -- what only faults leave behind


@pytest.fixture
def faulty(station: Station) -> Station:
    """A centre without the rules that keep such rows away."""
    query(station.url, "ALTER TABLE link DROP CONSTRAINT IF EXISTS link_child_bag_id_unique")
    query(station.url, "DROP INDEX IF EXISTS idx_bag_qr_id_unique_ci, station_bill_bag_one_bill")
    return station


def in_two_parents(station: Station) -> None:
    station.post(*filled("SB00001", ["AAAA"]), opened("SB00002"))
    query(
        station.url,
        """INSERT INTO link (parent_bag_id, child_bag_id)
           SELECT p.id, c.id FROM bag p, bag c WHERE p.qr_id = 'SB00002' AND c.qr_id = 'AAAA'""",
    )
    query(station.url, "UPDATE bag SET child_count = 1, weight_kg = 1 WHERE type = 'parent'")


def test_a_child_in_two_parents_is_in_that_of_the_older_link(faulty: Station):
    in_two_parents(faulty)

    here = faulty.answer(added("SB00001", "AAAA"))
    there = faulty.answer(added("SB00002", "AAAA"))

    assert here.reason is Reason.ALREADY_IN_THIS_PARENT
    assert (there.reason, there.fact.parent) == (Reason.CHILD_IN_OTHER_PARENT, "SB00001")


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_a_child_in_two_parents_is_taken_out_of_one_after_the_other(faulty: Station, together: bool):
    in_two_parents(faulty)
    decisions = [removed("SB00002", "AAAA"), removed("SB00001", "AAAA"), removed("SB00002", "AAAA")]

    answers = faulty.post(*decisions) if together else [faulty.answer(one) for one in decisions]

    assert [(one.reason, one.count) for one in answers] == [
        (Reason.CHILD_NOT_IN_PARENT, 1), (None, 0), (None, 0),
    ]  # fmt: skip
    assert faulty.bag("AAAA") == {}
    assert consistency(faulty.url).holds


def test_a_child_taken_out_of_one_of_two_parents_is_in_the_other(faulty: Station):
    in_two_parents(faulty)

    faulty.post(removed("SB00001", "AAAA"))

    assert children_by_parent(faulty.url) == {"SB00002": ("AAAA",)}
    counts = query(faulty.url, "SELECT child_count FROM bag WHERE type = 'parent' ORDER BY qr_id")
    assert [row["child_count"] for row in counts] == [0, 1]
    assert faulty.answer(added("SB00001", "AAAA")).fact.parent == "SB00002"


def test_a_parent_on_two_bills_counts_on_both(faulty: Station):
    faulty.post(opened("SB00001"))
    query(faulty.url, "INSERT INTO bill (bill_id) VALUES ('B1'), ('B2')")
    query(faulty.url, "INSERT INTO bill_bag (bill_id, bag_id) SELECT bill.id, bag.id FROM bill, bag")

    faulty.post(added("SB00001", "AAAA"))

    totals = query(faulty.url, "SELECT total_child_bags AS n FROM bill ORDER BY id")
    assert [row["n"] for row in totals] == [1, 1]


def test_of_two_bags_that_differ_only_in_case_the_older_one_is_meant(faulty: Station):
    query(
        faulty.url,
        """INSERT INTO bag (qr_id, type) VALUES
               ('sb00001', 'parent'), ('SB00001', 'parent'), ('aaaa', 'child'), ('AAAA', 'child')""",
    )

    assert faulty.answer(added("SB00001", "AAAA")).count == 1

    assert children_by_parent(faulty.url) == {"sb00001": ("aaaa",)}
    assert query(faulty.url, "SELECT count(*) FROM bag") == [{"count": 4}]


def test_a_parent_that_lost_children_behind_its_back_is_still_complete(station: Station):
    station.post(*filled("SB00001", children(30)))
    web = WebApplication(station.url)
    web.delete_child_scan("C0030")
    web.close()

    receipt = station.answer(added("SB00001", "AAAA"))

    assert (receipt.reason, receipt.count) == (Reason.PARENT_COMPLETED, 29)


def test_a_child_on_a_bill_that_is_taken_out_leaves_the_bill_true(station: Station):
    station.post(*filled("SB00001", ["AAAA"]))
    query(station.url, "INSERT INTO bill (bill_id, linked_parent_count) VALUES ('B1', 1)")
    query(station.url, "INSERT INTO bill_bag (bill_id, bag_id) SELECT 1, id FROM bag WHERE qr_id = 'AAAA'")

    station.post(removed("SB00001", "AAAA"))

    assert consistency(station.url).holds


# -- repeats


def test_posting_again_says_so_and_changes_nothing(station: Station):
    entries = station.chain.entries([*filled("SB00001", ["AAAA"]), added("SB00001", "AAAA")])
    first = station.office.post(entries).receipts
    before = query(station.url, "SELECT * FROM bag ORDER BY id"), query(station.url, "SELECT * FROM scan")

    again = station.office.post(entries).receipts

    assert [one.outcome for one in again] == [Outcome.ALREADY_POSTED, Outcome.ALREADY_POSTED, Outcome.REFUSED]
    assert [(one.reason, one.count, one.fact) for one in again] == [
        (one.reason, one.count, one.fact) for one in first
    ]
    after = query(station.url, "SELECT * FROM bag ORDER BY id"), query(station.url, "SELECT * FROM scan")
    assert after == before
    assert query(station.url, "SELECT count(*) FROM station.entry") == [{"count": 3}]


def test_an_old_entry_amid_new_ones_is_answered_in_its_place(station: Station):
    first = station.chain.entry(opened("SB00001"))
    station.office.post([first])
    second = station.chain.entry(added("SB00001", "AAAA"))

    receipts = station.office.post([first, second]).receipts

    assert [one.outcome for one in receipts] == [Outcome.ALREADY_POSTED, Outcome.POSTED]


def test_the_same_id_with_another_content_is_never_applied(station: Station):
    first = station.chain.entry(opened("SB00001"))
    station.office.post([first])
    forged = sealed(replace(first, decision=opened("SB00002")))

    receipt = station.office.post([forged]).receipts[0]

    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, Reason.CONFLICTING_REPEAT)
    assert station.bag("SB00002") == {}


def test_the_same_number_with_another_id_is_never_applied(station: Station):
    station.office.post([station.chain.entry(opened("SB00001"))])
    clone = EntryChain()
    clone.device, clone.epoch = station.chain.device, station.chain.epoch

    receipt = station.office.post([clone.entry(opened("SB00002"))]).receipts[0]

    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, Reason.CONFLICTING_REPEAT)
    assert station.bag("SB00002") == {}


def test_the_same_entry_twice_in_a_batch_is_applied_once(station: Station):
    entry = station.chain.entry(opened("SB00001"))

    receipts = station.office.post([entry, entry]).receipts

    assert [one.outcome for one in receipts] == [Outcome.POSTED, Outcome.ALREADY_POSTED]
    assert query(station.url, "SELECT count(*) FROM scan") == [{"count": 1}]


# -- entries that cannot be stored


def test_a_poison_entry_is_set_aside_and_the_others_apply(station: Station):
    poison = added("SB00001", "X" * 300)

    receipts = station.post(opened("SB00001"), poison, added("SB00001", "AAAA"))

    assert [(one.outcome, one.reason) for one in receipts] == [
        (Outcome.POSTED, None),
        (Outcome.REFUSED, Reason.CENTRE_COULD_NOT_STORE),
        (Outcome.POSTED, None),
    ]
    kept = query(station.url, "SELECT seq, error_state FROM station.entry WHERE error_state IS NOT NULL")
    assert kept == [{"seq": 2, "error_state": "22001"}]


def test_a_poison_entry_posted_again_gets_the_same_answer(station: Station):
    entry = station.chain.entry(added("SB00001", "X" * 300))
    station.office.post([station.chain.entry(opened("SB00001"))])
    first = station.office.post([entry]).receipts

    assert station.office.post([entry]).receipts == first


def test_the_ledger_cannot_be_changed(station: Station):
    station.post(opened("SB00001"))

    with pytest.raises(Exception, match="append-only"):
        query(station.url, "UPDATE station.entry SET outcome = 'refused'")


def test_the_reply_names_cluster_database_and_ledger_and_the_time(station: Station):
    reply = station.office.post([station.chain.entry(opened("SB00001"))])

    named = query(
        station.url,
        """SELECT concat_ws('/', s.system_identifier, '00000001', d.oid, 'station.entry'::regclass::oid,
                            (SELECT value #>> '{}' FROM station.setting WHERE name = 'incarnation')) AS centre
           FROM pg_control_system() AS s, pg_database AS d WHERE d.datname = current_database()""",
    )
    assert named == [{"centre": reply.centre}]
    assert abs(reply.server_time - datetime.now(UTC)) < timedelta(minutes=1)
