"""Corrections of bags at the centre: what each comes to, and every reason it is refused for.

One database for all of them; every test names its bags anew.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from fakes.bag_acts import closed_because, deleted, done, edited, moved, relabelled
from fakes.decisions import added, closed, opened, overridden, removed
from fakes.entry_chain import filled, item
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople, PostingStation

from traitortrack_desktop.domain.entries import WITHOUT_EFFECT, EntryKind, WhyClosed
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.consistency import consistency

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def people(postgres_server: EmbeddedPostgres) -> Iterator[PostedPeople]:
    postgres_server.create_database("bag_acts", "migrated")
    url = HiddenAddress(postgres_server.url("bag_acts"))
    people = PostedPeople(url)
    yield people
    assert consistency(url).holds
    people.close()
    postgres_server.drop_database("bag_acts")


class Depot:
    """A station at which an administrator works, and the owner's view of the centre."""

    def __init__(self, people: PostedPeople) -> None:
        self.people = people
        self.query = people.owner.query
        self.station = PostingStation(people)
        self.by = people.person("admin")
        self.session: UUID = people.session(self.by, self.station)
        self.n = f"N{next(NUMBERS)}"
        self.p, self.q = f"{self.n}P1", f"{self.n}P2"
        self.c = [f"{self.n}C{number:03}" for number in range(40)]
        self.last: list[Any] = []

    def entries(self, *decisions: Any) -> list[Any]:
        return self.station.entries(*decisions, by=self.by, session=self.session)

    def post(self, *decisions: Any) -> list[dict[str, Any]]:
        self.last = self.entries(*decisions)
        return self.station.offer(self.last)

    def answer(self, *decisions: Any) -> dict[str, Any]:
        return self.post(*decisions)[-1]

    def refusal(self, *decisions: Any) -> tuple[str | None, dict[str, Any]]:
        """Return why the last one was refused, and what is told of the bag in the way."""
        receipt = self.answer(*decisions)
        return receipt.get("reason"), receipt.get("fact") or {}

    def bag(self, code: str) -> dict[str, Any]:
        found = self.query("SELECT * FROM bag WHERE upper(qr_id) = %s", code)
        return found[0] if found else {}

    def inside(self, parent: str) -> list[str]:
        rows = self.query(
            """SELECT c.qr_id FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id
               JOIN bag AS c ON c.id = l.child_bag_id WHERE upper(p.qr_id) = %s ORDER BY c.qr_id""",
            parent,
        )
        return [row["qr_id"] for row in rows]

    def bill(self, *parents: str, status: str = "processing") -> str:
        code = f"BILL-{self.n}"
        number = self.query(
            "INSERT INTO bill (bill_id, parent_bag_count, status) VALUES (%s, 10, %s) RETURNING id",
            *(code, status),
        )[0]["id"]
        for parent in parents:
            self.query(
                "INSERT INTO bill_bag (bill_id, bag_id) SELECT %s, id FROM bag WHERE qr_id = %s",
                *(number, parent),
            )
        self.query("SELECT station.refresh_bills(ARRAY[%s], now()::timestamp)", number)
        return code

    def totals(self) -> tuple[int, int, float]:
        row = self.query("SELECT * FROM bill WHERE bill_id = %s", f"BILL-{self.n}")[0]
        return row["linked_parent_count"], row["total_child_bags"], row["expected_weight_kg"]

    def scans(self, code: str) -> int:
        return self.query(
            "SELECT count(*) FROM scan JOIN bag ON bag.id IN (child_bag_id, parent_bag_id) WHERE qr_id = %s",
            code,
        )[0]["count"]

    def audited(self) -> list[str]:
        return [row["action"] for row in self.people.audit(self.last)]


@pytest.fixture
def depot(people: PostedPeople) -> Depot:
    return Depot(people)


# -- moving


def test_a_moved_child_is_in_the_other_parent_and_both_counts_follow(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:3]), *filled(depot.q, depot.c[3:5]))

    receipt = depot.answer(moved(depot.q, depot.c[0], origin=depot.p))

    assert (receipt["outcome"], receipt["count"], receipt["completed"]) == ("posted", 3, False)
    assert (depot.bag(depot.p)["child_count"], depot.bag(depot.q)["child_count"]) == (2, 3)
    assert depot.inside(depot.q) == [depot.c[0], *depot.c[3:5]]
    assert depot.audited() == ["unlink_child", "link_child"]


def test_a_moved_child_keeps_its_row_and_follows_the_area_and_was_scanned_once_more(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:1]), opened(depot.q))
    depot.query("UPDATE bag SET dispatch_area = 'akola' WHERE qr_id = %s", depot.q)
    before = depot.bag(depot.c[0])

    depot.post(moved(depot.q, depot.c[0]))

    after = depot.bag(depot.c[0])
    assert (after["id"], after["dispatch_area"]) == (before["id"], "akola")
    assert depot.scans(depot.c[0]) == 2


def test_wherever_children_are_they_come_when_no_origin_is_given(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:2]), *filled(depot.q, depot.c[2:4]), opened(f"{depot.n}P3"))
    assert depot.answer(moved(f"{depot.n}P3", depot.c[0], depot.c[2]))["count"] == 2
    assert (depot.inside(depot.p), depot.inside(depot.q)) == ([depot.c[1]], [depot.c[3]])


def test_the_right_parent_is_made_by_the_entry_that_moves_everything_into_it(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:3]))

    receipt = depot.answer(moved(depot.q, *depot.c[:3], origin=depot.p, base_count=0))

    assert (receipt["count"], depot.inside(depot.q)) == (3, depot.c[:3])
    assert (depot.bag(depot.q)["type"], depot.bag(depot.q)["dispatch_area"]) == ("parent", "lucknow")
    assert depot.scans(depot.q) == 1
    assert depot.bag(depot.p)["child_count"] == 0


def test_a_move_that_fills_a_parent_completes_it_and_one_out_of_a_full_one_opens_it(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:30]), *filled(depot.q, depot.c[30:39]))
    receipt = depot.answer(moved(depot.q, depot.c[0], origin=depot.p, capacity=10))
    assert receipt["completed"]
    assert (depot.bag(depot.p)["status"], depot.bag(depot.q)["status"]) == ("pending", "completed")
    assert sorted(depot.audited()) == ["complete_parent", "link_child", "reopen_parent", "unlink_child"]


def test_the_bills_of_both_parents_follow_a_move(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:3]), *filled(depot.q, depot.c[3:5]))
    depot.bill(depot.q)
    depot.post(moved(depot.q, *depot.c[:3]))
    assert depot.totals() == (1, 5, 30)
    assert "bill_weight_recalculated" in depot.audited()


def moving_refused(depot: Depot) -> dict[str, tuple[list[Any], Any, str, dict[str, Any]]]:
    p, q, c = depot.p, depot.q, depot.c
    two = [*filled(p, c[:3]), opened(q)]
    return {
        "it is elsewhere": (
            [*two, *filled(f"{depot.n}P3", c[3:4])],
            *(moved(q, c[0], c[3], origin=p), "child_in_other_parent"),
            {"code": c[3], "parent": f"{depot.n}P3"},
        ),
        "it is nowhere": (two, moved(q, c[9]), "bag_unknown", {"code": c[9]}),
        "it is there": (two, moved(p, c[0]), "already_in_this_parent", {"code": c[0], "parent": p}),
        "a parent": (two, moved(q, p), "child_is_parent", {"code": p, "count": 3}),
        "itself": (two, moved(q, q), "same_as_parent", {"code": q}),
        "no parent": (two, moved(f"{depot.n}P4", c[0], base_count=2), "parent_missing", {}),
        "into a child": (two, moved(c[1], c[0]), "parent_is_child", {"code": c[1]}),
        "into a full one": (two, moved(q, *c[:3], capacity=2), "parent_full", {"code": q, "count": 0}),
        "a new one too small": (
            *(two, moved(f"{depot.n}P4", *c[:3], base_count=0, capacity=2), "parent_full"),
            {"code": f"{depot.n}P4", "count": 0},
        ),
        "nothing": (two, moved(q), "centre_could_not_store", {}),
    }


@pytest.mark.parametrize(
    "case",
    [
        "it is elsewhere", "it is nowhere", "it is there", "a parent", "itself", "no parent",
        "into a child", "into a full one", "a new one too small", "nothing",
    ],
)  # fmt: skip
def test_a_move_is_refused_as_a_whole(depot: Depot, case: str):
    before, act, reason, told = moving_refused(depot)[case]
    depot.post(*before)
    found, fact = depot.refusal(act)
    assert found == reason
    assert {name: fact.get(name) for name in told} == told
    assert depot.inside(depot.p) == depot.c[:3]
    assert depot.bag(f"{depot.n}P4") == {}


def test_a_parent_that_is_held_as_completed_takes_no_moved_child(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:1]), opened(depot.q))
    depot.query("UPDATE bag SET status = 'completed' WHERE qr_id = %s", depot.q)
    assert depot.refusal(moved(depot.q, depot.c[0]))[0] == "parent_completed"
    depot.query("UPDATE bag SET status = 'pending' WHERE qr_id = %s", depot.q)


def test_a_child_that_an_old_fault_left_outside_every_parent_is_moved_in(depot: Depot):
    depot.post(opened(depot.p))
    depot.query("INSERT INTO bag (qr_id, type) VALUES (%s, 'child')", depot.c[0].lower())
    assert depot.answer(moved(depot.p, depot.c[0]))["count"] == 1
    assert depot.refusal(moved(depot.p, depot.c[0], origin=depot.q))[0] == "already_in_this_parent"


def test_who_moved_a_child_is_who_put_it_where_it_is(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:1]), opened(depot.q), opened(f"{depot.n}P3"))
    mover = depot.people.person("dispatcher")
    depot.station.post(moved(depot.q, depot.c[0]), by=mover)
    _, fact = depot.refusal(added(f"{depot.n}P3", depot.c[0]))
    assert (fact["parent"], fact["by"]) == (depot.q, mover)


# -- completed bills


SETTLED = {
    "add": lambda d: added(d.p, d.c[9]),
    "remove": lambda d: removed(d.p, d.c[0]),
    "override": lambda d: overridden(d.p),
    "move out": lambda d: moved(d.q, d.c[0]),
    "move in": lambda d: moved(d.p, d.c[5]),
    "edit": lambda d: edited(d.p, [], [d.c[0]]),
}


@pytest.mark.parametrize("act", SETTLED)
def test_what_is_in_a_parent_on_a_completed_bill_stays(depot: Depot, act: str):
    depot.post(*filled(depot.p, depot.c[:2]), *filled(depot.q, depot.c[5:6]))
    code = depot.bill(depot.p, status="completed")
    reason, fact = depot.refusal(SETTLED[act](depot))
    assert reason == "parent_on_completed_bill"
    assert (fact["code"], fact["bill"], fact["bill_completed"]) == (depot.p, code, True)
    assert (depot.inside(depot.p), depot.totals()) == (depot.c[:2], (1, 2, 30))


@pytest.mark.parametrize("act", SETTLED)
def test_on_a_bill_that_is_not_completed_it_may_change(depot: Depot, act: str):
    depot.post(*filled(depot.p, depot.c[:2]), *filled(depot.q, depot.c[5:6]))
    depot.bill(depot.p)
    assert depot.refusal(SETTLED[act](depot))[0] is None
    assert depot.totals()[1] == len(depot.inside(depot.p))


def test_a_parent_on_a_completed_bill_may_be_opened_and_closed(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:2]))
    depot.bill(depot.p, status="completed")
    assert [one["outcome"] for one in depot.post(opened(depot.p), closed(depot.p))] == ["posted"] * 2


# -- labels


def test_a_bag_with_a_new_label_is_the_same_bag(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:2]))
    before, old = depot.bag(depot.p)["id"], depot.last[0]

    receipt = depot.answer(relabelled(depot.p.lower(), parent=depot.q))

    assert (receipt["outcome"], receipt["count"]) == ("posted", 2)
    assert (depot.bag(depot.q)["id"], depot.bag(depot.p)) == (before, {})
    assert depot.inside(depot.q) == depot.c[:2]
    (row,) = depot.people.audit(depot.last)
    assert (row["action"], row["before_state"], row["after_state"]) == (
        "replace_label",
        f'{{"id": {before}, "type": "parent", "qr_id": "{depot.p}"}}',
        f'{{"id": {before}, "type": "parent", "qr_id": "{depot.q}"}}',
    )
    assert depot.query("SELECT parent FROM station.entry WHERE id = %s", str(old.id))[0]["parent"] == depot.p


def test_a_child_with_a_new_label_stays_in_its_parent(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:2]))
    assert depot.answer(relabelled(depot.c[0], child=depot.c[7]))["outcome"] == "posted"
    assert depot.inside(depot.p) == [depot.c[1], depot.c[7]]
    assert depot.refusal(added(depot.p, depot.c[7]))[0] == "already_in_this_parent"


def test_the_feed_shows_a_new_label(depot: Depot):
    depot.post(opened(depot.p))
    cursor = depot.query("SELECT station.catalogue_start() AS start")[0]["start"]["cursor"]
    depot.post(relabelled(depot.p, parent=depot.q))
    changes = depot.query("SELECT station.changes_since(%s, 500) AS page", cursor)[0]["page"]
    assert depot.q in {bag[1] for bag in changes["bags"]}


def test_a_bill_expects_of_a_parent_what_its_new_label_says(depot: Depot):
    depot.post(opened(depot.p))
    depot.bill(depot.p)
    mini = f"M444-{depot.n[1:]}"
    depot.post(relabelled(depot.p, parent=mini))
    assert depot.totals() == (1, 0, 15)


@pytest.mark.parametrize("taken", ["upper", "lower"])
def test_a_label_that_another_bag_has_in_any_case_is_in_use(depot: Depot, taken: str):
    depot.post(opened(depot.p), *filled(depot.q, depot.c[:1]))
    depot.query(f"UPDATE bag SET qr_id = {taken}(qr_id) WHERE qr_id = %s", depot.q)
    reason, fact = depot.refusal(relabelled(depot.p, parent=depot.q))
    assert (reason, fact["code"], fact["count"]) == ("label_in_use", depot.q, 1)


def test_a_label_of_the_other_kind_and_of_an_unknown_bag_is_refused(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:1]))
    assert depot.refusal(relabelled(depot.p, child=depot.c[7]))[0] == "label_of_other_kind"
    assert depot.refusal(relabelled(depot.c[0], parent=depot.q))[0] == "label_of_other_kind"
    assert depot.refusal(relabelled(depot.c[8], child=depot.c[7]))[0] == "bag_unknown"
    assert depot.refusal(relabelled(depot.p, parent=depot.p))[0] == "label_in_use"
    assert depot.refusal(relabelled(depot.p))[0] == "centre_could_not_store"


def test_what_is_scanned_under_the_old_label_afterwards_is_another_bag(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:1]))
    old = depot.bag(depot.p)["id"]
    receipts = depot.post(relabelled(depot.p, parent=depot.q), added(depot.p, depot.c[1]), opened(depot.p))
    assert [one.get("reason") for one in receipts] == [None, "parent_missing", None]
    assert depot.bag(depot.p)["id"] != old


# -- edited lists


def test_an_edited_list_takes_out_and_puts_in_at_once(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:30]))
    receipt = depot.answer(edited(depot.p, depot.c[30:32], depot.c[:3]))
    assert (receipt["outcome"], receipt["count"], receipt["completed"]) == ("posted", 29, False)
    assert depot.inside(depot.p) == depot.c[3:32]
    assert depot.bag(depot.c[0]) == {}
    assert depot.bag(depot.c[30])["type"] == "child"
    assert sorted(set(depot.audited())) == ["link_child", "reopen_parent", "unlink_child"]


def test_a_list_may_stay_full(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:30]))
    assert depot.answer(edited(depot.p, depot.c[30:31], depot.c[:1]))["completed"]


EDITS = {
    "no parent": (lambda d: edited(f"{d.n}P9", d.c[5:6]), "parent_missing", None),
    "a child": (lambda d: edited(d.c[0], d.c[5:6]), "parent_is_child", 0),
    "too many": (lambda d: edited(d.p, d.c[5:8], capacity=4), "parent_full", "p"),
    "not inside": (lambda d: edited(d.p, [], [d.c[4]]), "child_not_in_parent", 4),
    "not there": (lambda d: edited(d.p, [], [d.c[9]]), "child_not_in_parent", 9),
    "elsewhere": (lambda d: edited(d.p, [d.c[5], d.c[4]]), "child_in_other_parent", 4),
    "inside": (lambda d: edited(d.p, [d.c[1]]), "already_in_this_parent", 1),
    "a parent bag": (lambda d: edited(d.p, [d.q]), "child_is_parent", "q"),
    "itself": (lambda d: edited(d.p, [d.p]), "same_as_parent", "p"),
    "nothing": (lambda d: edited(d.p), "centre_could_not_store", None),
    "in and out": (lambda d: edited(d.p, [d.c[0]], [d.c[0]]), "centre_could_not_store", None),
}


@pytest.mark.parametrize("case", EDITS)
def test_an_edited_list_is_refused_as_a_whole_and_the_bag_is_named(depot: Depot, case: str):
    make, reason, bag = EDITS[case]
    depot.post(*filled(depot.p, depot.c[:2]), *filled(depot.q, depot.c[4:5]))
    found, fact = depot.refusal(make(depot))
    assert found == reason
    if bag is not None:
        assert fact["code"] == (getattr(depot, bag) if isinstance(bag, str) else depot.c[bag])
    assert (depot.inside(depot.p), depot.inside(depot.q)) == (depot.c[:2], depot.c[4:5])
    assert depot.bag(depot.c[5]) == {}


# -- deleting


def test_a_bag_in_nothing_with_nothing_in_it_is_deleted_with_its_scans(depot: Depot):
    depot.post(opened(depot.p))
    number = depot.bag(depot.p)["id"]
    assert depot.answer(deleted(depot.p))["outcome"] == "posted"
    assert depot.bag(depot.p) == {}
    assert depot.query("SELECT count(*) FROM scan WHERE parent_bag_id = %s", number)[0]["count"] == 0
    (row,) = depot.people.audit(depot.last)
    assert (row["action"], row["entity_id"], row["after_state"]) == ("delete_bag", number, None)
    assert f'"qr_id": "{depot.p}"' in row["before_state"]


def test_a_bag_that_is_somewhere_is_not_deleted(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:1]), opened(depot.q))
    assert depot.refusal(deleted(depot.p))[0] == "parent_has_children"
    assert depot.audited() == ["delete_bag_prevented"]
    reason, fact = depot.refusal(deleted(depot.c[0]))
    assert (reason, fact["parent"]) == ("child_has_parent", depot.p)
    depot.bill(depot.q)
    assert depot.refusal(deleted(depot.q))[0] == "bag_on_bill"
    assert depot.refusal(deleted(depot.c[9]))[0] == "bag_unknown"


def test_a_bag_that_stands_on_a_return_is_not_deleted(depot: Depot):
    depot.post(opened(depot.p))
    depot.query(
        """WITH t AS (INSERT INTO return_ticket (ticket_code, cf_location) VALUES (%s, 'akola') RETURNING id)
           INSERT INTO return_ticket_bag (return_ticket_id, bag_id)
           SELECT t.id, bag.id FROM t, bag WHERE qr_id = %s""",
        *(f"RTN-{depot.n}", depot.p),
    )
    assert depot.refusal(deleted(depot.p))[0] == "bag_was_returned"
    depot.query("DELETE FROM return_ticket WHERE ticket_code = %s", f"RTN-{depot.n}")


# -- in one message with packing


def test_packing_and_corrections_are_posted_in_the_order_of_the_journal(depot: Depot):
    receipts = depot.post(
        *filled(depot.p, depot.c[:3]),
        moved(depot.q, *depot.c[:3], origin=depot.p, base_count=0),
        added(depot.q, depot.c[3]),
        deleted(depot.p),
        relabelled(depot.c[3], child=depot.c[4]),
        removed(depot.q, depot.c[4]),
        edited(depot.q, [depot.c[3]], [depot.c[0]]),
        closed(depot.q),
    )
    assert [one["outcome"] for one in receipts] == ["posted"] * 11
    assert [one.get("count") for one in receipts[4:]] == [3, 4, None, None, 3, 3, 3]
    assert depot.inside(depot.q) == depot.c[1:4]
    assert depot.bag(depot.p) == {}


def test_a_repeat_of_a_whole_batch_answers_as_the_first_and_does_nothing(depot: Depot):
    entries = depot.entries(
        *filled(depot.p, depot.c[:2]),
        moved(depot.q, depot.c[0], origin=depot.p, base_count=0),
        moved(depot.q, depot.c[0]),
        relabelled(depot.c[1], child=depot.c[5]),
        deleted(depot.q),
    )
    first = depot.station.offer(entries)
    again = depot.station.offer(entries)
    one_by_one = depot.station.offer(entries, isolate=True)
    expected = [
        {**one, "outcome": "already_posted" if one["outcome"] == "posted" else "refused"} for one in first
    ]
    assert again == one_by_one == expected
    assert [one.get("reason") for one in first[3:]] == [
        None, "already_in_this_parent", None, "parent_has_children",
    ]  # fmt: skip
    assert depot.scans(depot.c[0]) == 2


def test_a_repeat_with_new_entries_behind_it_posts_only_those(depot: Depot):
    entries = depot.entries(*filled(depot.p, depot.c[:2]), moved(depot.q, depot.c[0], base_count=0))
    depot.station.offer(entries)
    more = depot.entries(added(depot.q, depot.c[2]), moved(depot.p, depot.c[2]))
    receipts = depot.station.offer([*entries, *more])
    assert [one["outcome"] for one in receipts] == ["already_posted"] * 4 + ["posted"] * 2
    assert (depot.inside(depot.p), depot.inside(depot.q)) == ([depot.c[1], depot.c[2]], [depot.c[0]])


def test_an_act_that_cannot_be_stored_is_set_aside_and_the_others_go_on(depot: Depot):
    made = [item(entry) for entry in depot.entries(*filled(depot.p, depot.c[:1]), moved(depot.q, depot.c[0]))]
    made[2]["payload"]["base_count"] = "many"
    made += [item(entry) for entry in depot.entries(moved(depot.q, depot.c[0], base_count=0))]
    receipts = depot.station.send(made, isolate=True)["receipts"]
    assert [one.get("reason") for one in receipts] == [None, None, "centre_could_not_store", None]
    assert depot.inside(depot.q) == depot.c[:1]


def test_500_entries_with_corrections_between_them_keep_every_figure(depot: Depot):
    parents = [f"{depot.n}X{number}" for number in range(20)]
    decisions: list[Any] = []
    for number, parent in enumerate(parents):
        children = [f"{parent}C{count}" for count in range(20)]
        decisions += filled(parent, children)
        if number:
            decisions += [
                moved(parent, f"{parents[number - 1]}C0", origin=parents[number - 1]),
                relabelled(children[1], child=f"{parent}R1"),
                edited(parent, [f"{parent}N1"], [children[2]]),
            ]
    receipts = depot.post(*decisions[:500])
    assert {one["outcome"] for one in receipts} == {"posted"}
    assert depot.bag(parents[5])["child_count"] == 20


@pytest.mark.parametrize("kind", sorted(WITHOUT_EFFECT))
def test_what_is_only_the_stations_own_work_is_posted_and_changes_nothing(depot: Depot, kind: EntryKind):
    depot.post(opened(depot.p))
    depot.query("UPDATE bag SET child_count = 7 WHERE qr_id = %s", depot.p)
    receipt = depot.answer(done(kind, parent=depot.p))
    stored = depot.bag(depot.p)["child_count"]
    depot.query("UPDATE bag SET child_count = 0 WHERE qr_id = %s", depot.p)
    assert (receipt["outcome"], stored, depot.audited()) == ("posted", 7, [])


def test_the_centre_and_the_stations_name_the_same_kinds_without_effect(depot: Depot):
    found = depot.query(
        "SELECT kind FROM unnest(%s::text[]) AS k (kind) WHERE station.is_without_effect(kind)",
        [str(kind) for kind in EntryKind],
    )
    assert {row["kind"] for row in found} == {str(kind) for kind in WITHOUT_EFFECT}


def test_why_a_parent_was_closed_early_is_in_the_audit(depot: Depot):
    depot.post(*filled(depot.p, depot.c[:2]), closed_because(depot.p, WhyClosed.LOT_ENDED))
    row = depot.people.audit(depot.last)[-1]
    assert row["action"] == "close_parent"
    assert '"why": "lot_ended"' in row["details"]


def test_a_parent_for_15_bags_is_complete_with_15(depot: Depot):
    decisions = [replace(one, capacity=15) for one in filled(depot.p, depot.c[:16])]
    receipts = depot.post(*decisions)
    assert (receipts[15]["completed"], receipts[16]["reason"]) == (True, "parent_full")
    out = depot.answer(replace(removed(depot.p, depot.c[0]), capacity=15))
    assert (out["count"], out["completed"]) == (14, False)
