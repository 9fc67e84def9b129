"""Whole shifts of packers and billers, as tables: scanned → told. With and without a line, beside the web.

At the end of each the centre's audit finds no difference, and the web application's own pages show the
same figures.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from fakes.central_owner import OwnerSession
from fakes.central_rows import children_by_parent, rows
from fakes.peopled_station import PeopledStation, peopled_station
from fakes.signing_in import person
from fakes.web_application import Ending, WebApplication
from fakes.web_reads import WebReads
from sqlalchemy.engine import make_url

from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment import secrets
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.events import CatalogueChanged, DeliveryChanged
from traitortrack_desktop.services.scan_intake import monotonic_ms
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.storage.central.consistency import consistency

PASSWORD = "Correct-horse-9"
CLOSE, UNDO, REMOVE, MOVE = "TT-CMD-CLOSE", "TT-CMD-UNDO", "TT-CMD-REMOVE", "TT-CMD-MOVE"
WRONG_PARENT, RELABEL, REOPEN = "TT-CMD-WRONG-PARENT", "TT-CMD-RELABEL", "TT-CMD-REOPEN"
COMPLETE, LEAVE, DELETE, FIND = "TT-CMD-COMPLETE", "TT-CMD-LEAVE", "TT-CMD-DELETE", "TT-CMD-FIND"
UNDERSTOOD, NEW_RETURN = "TT-CMD-UNDERSTOOD", "TT-CMD-NEW-RETURN"


class Depot:
    """One centre with stations at it, each with a line of its own that can be cut."""

    def __init__(self, url: str, folder: Path, stack: ExitStack) -> None:
        self.url, self._folder, self._stack = url, folder, stack
        self.lines: dict[str, NetworkLine] = {}
        self._owner = stack.enter_context(closing(OwnerSession(url)))
        self.web = stack.enter_context(closing(WebApplication(url)))
        self.pages = WebReads(self._owner)
        for role in ("admin", "biller", "dispatcher"):
            person(url, role, PASSWORD, role=role, dispatch_area="indore" if role == "dispatcher" else None)

    def station(self, name: str, who: str = "biller") -> PeopledStation:
        """Return a running station with *who* signed in, which has loaded what the centre knows."""
        port = make_url(self.url).port
        line = self._stack.enter_context(NetworkLine(target_host="127.0.0.1", target_port=port))
        self.lines[name] = line
        url = make_url(self.url).set(port=line.port).render_as_string(hide_password=False)
        settings = Settings(data_dir=self._folder / name, station=name, database_url=url)
        station = self._stack.enter_context(peopled_station(settings))
        station.wait_for(lambda event: isinstance(event, CatalogueChanged) and event.complete)
        station.sign_in(who, PASSWORD)
        return station

    def sql(self, statement: str) -> None:
        """Do at the centre what neither a station nor the web application does here."""
        self._owner.query(statement)

    def cut(self, name: str, station: PeopledStation) -> None:
        told = len(station.told)
        self.lines[name].cut()
        with station.changed:
            assert station.changed.wait_for(
                lambda: any(isinstance(e, DeliveryChanged) and not e.online for e in station.told[told:]), 30
            )

    def restore(self, name: str) -> None:
        self.lines[name].restore()

    def bill(self, code: str) -> tuple[str, int, int, int, int]:
        """Status, capacity, parents, children and expected kilograms, as every page of the web shows them."""
        page = self.pages.bill(code)
        assert page is not None
        return page.figures

    def on_bill(self, code: str) -> list[str]:
        page = self.pages.bill(code)
        assert page is not None
        return [row["qr_id"] for row in page.parents]

    def assert_sound(self) -> None:
        """No stored figure differs from its rows, anywhere, and no page of the web from another."""
        found = consistency(self.url)
        assert found.holds, found
        inside = {parent: len(bags) for parent, bags in children_by_parent(self.url).items()}
        assert {parent: count for parent, (count, _) in self.pages.parents().items()} == inside


@pytest.fixture
def depot(central_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Depot]:
    monkeypatch.setattr(secrets, "usable_back_end", lambda: None)
    with ExitStack() as stack:
        yield Depot(central_url, tmp_path, stack)


def told(decision: Decision) -> str:
    """What was told, as the tables have it: a reason, or the kind of entry."""
    return str(decision.reason or decision.kind)


def play(station: PeopledStation, table: list[tuple[str, str]]) -> None:
    """Scan each code of *table* and compare what is told; several codes in one line are all told the same."""
    for scanned, expected in table:
        for code in scanned.split():
            _let_a_moment_pass()
            assert (code, told(station.scan(code))) == (code, expected)


def _let_a_moment_pass() -> None:
    """A question is not answered in the millisecond in which it was stored: nobody can have seen it."""
    since = monotonic_ms()
    while monotonic_ms() - since < 2:
        pass


def look_until(station: PeopledStation, code: str, wanted: Callable[[BagFact | None], bool]) -> None:
    """Look *code* up until *wanted* holds of what is known: what others did comes with the feed."""
    play(station, [(FIND, "find")])
    while not wanted(station.scan(code).fact):
        _let_a_moment_pass()
    play(station, [(LEAVE, "leave")])


def children(prefix: str, count: int) -> str:
    return " ".join(f"{prefix}{number:02}" for number in range(1, count + 1))


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_wrong_parent_is_discovered_ten_children_later(depot: Depot, offline: bool) -> None:
    station = depot.station("7", "dispatcher")
    if offline:
        depot.cut("7", station)
    play(
        station,
        [
            ("SB10001", "open_parent"),
            (children("AB", 3), "add_child"),
            (f"{CLOSE}", "confirm_close"),
            (f"{CLOSE}", "close_parent"),
            ("SB10009", "open_parent"),
            (children("CD", 10), "add_child"),
            (WRONG_PARENT, "confirm_wrong_parent"),
            ("SB10001", "move_children"),
            ("CD11", "add_child"),
            (UNDO, "remove_child"),
            (REMOVE, "confirm_remove"),
            ("AB02", "remove_child"),
        ],
    )
    parent = station.state.parent
    assert (parent.code, parent.count) == ("SB10001", 12)
    depot.restore("7") if offline else None
    station.deliver()

    expected = sorted(["AB01", "AB03", *children("CD", 10).split()])
    assert children_by_parent(depot.url) == {"SB10001": expected, "SB10009": []}
    assert station.state.attention == ()
    depot.assert_sound()


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_day_of_corrections(depot: Depot, offline: bool) -> None:
    station = depot.station("7")
    play(
        station,
        [
            ("SB10001", "open_parent"),
            (children("AB", 4), "add_child"),
            (CLOSE, "confirm_close"),
            (CLOSE, "close_parent"),
            ("SB10002", "open_parent"),
        ],
    )
    station.deliver()
    if offline:
        depot.cut("7", station)
    play(
        station,
        [
            ("AB01", "child_in_other_parent"),
            (UNDERSTOOD, "acknowledge"),
            (MOVE, "confirm_move"),
            ("AB01 AB02", "move_children"),
            (RELABEL, "confirm_relabel"),
            ("AB02", "confirm_new_label"),
            ("NEW02", "confirm_new_label_again"),
            ("NEW02", "replace_label"),
            (CLOSE, "confirm_close"),
            (CLOSE, "close_parent"),
            (REOPEN, "open_parent"),
            ("AB05", "add_child"),
            (FIND, "find"),
            ("NEW02 SB10001", "look_up"),
            (LEAVE, "leave"),
            (DELETE, "confirm_delete"),
            ("AB03", "child_has_parent"),
        ],
    )
    depot.restore("7") if offline else None
    station.deliver()

    assert children_by_parent(depot.url) == {
        "SB10001": ["AB03", "AB04"],
        "SB10002": ["AB01", "AB05", "NEW02"],
    }
    history = rows(depot.url, "SELECT count(*) AS n FROM station.entry WHERE kind = 'replace_label'")
    assert (history[0]["n"], station.state.attention) == (1, ())
    depot.assert_sound()


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_billers_day(depot: Depot, offline: bool) -> None:
    station = depot.station("7")
    for parent, prefix in (("SB10001", "AB"), ("SB10002", "CD"), ("M444-00003", "EF")):
        play(station, [(parent, "open_parent"), (children(prefix, 4), "add_child")])
        play(station, [(CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    station.deliver()
    if offline:
        depot.cut("7", station)
    play(
        station,
        [
            ("BILL-1", "confirm_new_bill"),
            ("3", "create_bill"),
            ("SB10001 SB10002", "attach_parent"),
            ("SB10001", "parent_on_this_bill"),
            ("AB01", "child_not_billable"),
            (UNDO, "detach_parent"),
            ("SB10002 M444-00003", "attach_parent"),
            ("SB10099", "parent_missing"),
        ],
    )
    if offline:
        play(station, [(COMPLETE, "bill_waits")])
        depot.restore("7")
    station.deliver()
    play(
        station,
        [
            (COMPLETE, "confirm_complete_bill"),
            (COMPLETE, "complete_bill"),
            (REMOVE, "bill_completed"),
            (LEAVE, "leave"),
        ],
    )
    station.deliver()

    assert depot.bill("BILL-1") == ("completed", 3, 3, 12, 75)
    assert depot.on_bill("BILL-1") == ["M444-00003", "SB10001", "SB10002"]
    assert station.state.attention == ()
    depot.assert_sound()


def test_a_parent_is_billed_at_two_stations_at_once(depot: Depot) -> None:
    first = depot.station("1")
    play(first, [("SB10001", "open_parent"), ("AB01", "add_child"), (CLOSE, "confirm_close")])
    play(first, [(CLOSE, "close_parent"), ("BILL-1", "confirm_new_bill"), ("BILL-1", "create_bill")])
    first.deliver()
    second = depot.station("2")
    depot.cut("2", second)
    play(second, [("BILL-2", "confirm_new_bill"), ("BILL-2", "create_bill"), ("SB10001", "attach_parent")])
    play(first, [("SB10001", "attach_parent")])
    first.deliver()
    depot.restore("2")
    second.deliver()

    assert (depot.on_bill("BILL-1"), depot.on_bill("BILL-2")) == (["SB10001"], [])
    (item,) = second.state.attention
    assert (item.reason, item.fact.bill, second.state.bill.linked) == (
        Reason.PARENT_ON_OTHER_BILL,
        "BILL-1",
        0,
    )
    depot.assert_sound()


def test_a_bill_is_completed_while_a_late_child_arrives(depot: Depot) -> None:
    packer, biller = depot.station("1", "dispatcher"), depot.station("2")
    play(packer, [("SB10001", "open_parent"), (children("AB", 3), "add_child")])
    packer.deliver()
    depot.cut("1", packer)
    look_until(biller, "SB10001", lambda fact: fact is not None)
    play(biller, [("BILL-1", "confirm_new_bill"), ("1", "create_bill"), ("SB10001", "attach_parent")])
    biller.deliver()
    play(biller, [(COMPLETE, "confirm_complete_bill"), (COMPLETE, "complete_bill")])
    biller.deliver()
    play(packer, [("AB04", "add_child")])
    depot.restore("1")
    packer.deliver()

    (item,) = packer.state.attention
    assert (item.reason, item.child, item.fact.bill) == (Reason.PARENT_ON_COMPLETED_BILL, "AB04", "BILL-1")
    assert depot.bill("BILL-1") == ("completed", 1, 1, 3, 30)
    play(biller, [(REOPEN, "confirm_reopen_bill"), (REOPEN, "reopen_bill")])
    biller.deliver()
    play(packer, [("AB04", "acknowledge"), (CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    look_until(packer, "SB10001", lambda fact: fact is not None and not fact.bill_completed)
    play(packer, [("SB10001", "open_parent"), ("AB04", "add_child")])
    packer.deliver()
    assert depot.bill("BILL-1") == ("processing", 1, 1, 4, 30)
    depot.assert_sound()


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_parent_whose_bill_is_completed_comes_back(depot: Depot, offline: bool) -> None:
    station = depot.station("7")
    for parent, prefix in (("SB10001", "AB"), ("SB10002", "CD")):
        play(station, [(parent, "open_parent"), (children(prefix, 3), "add_child")])
        play(station, [(CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    play(
        station, [("BILL-1", "confirm_new_bill"), ("2", "create_bill"), ("SB10001 SB10002", "attach_parent")]
    )
    station.deliver()
    play(station, [(COMPLETE, "confirm_complete_bill"), (COMPLETE, "complete_bill")])
    station.deliver()
    if offline:
        depot.cut("7", station)
    play(
        station,
        [
            (NEW_RETURN, "where_returned"),
            ("TT-AREA-JAIPUR", "open_return"),
            ("SB10001 SB10002", "return_bag"),
            (UNDO, "unreturn_bag"),
            ("AB01", "child_not_billable"),
        ],
    )
    if offline:
        play(station, [(COMPLETE, "bill_waits")])
        depot.restore("7")
    station.deliver()
    ticket = station.state.ticket.code
    play(station, [(COMPLETE, "confirm_finalise_return"), (COMPLETE, "finalise_return")])
    station.deliver()

    assert depot.bill("BILL-1") == ("completed", 2, 1, 3, 30)
    assert depot.on_bill("BILL-1") == ["SB10002"]
    page = depot.pages.ticket(ticket)
    shown = (
        page["status"],
        page["cf_location"],
        page["bags_scanned_count"],
        page["total_weight_returned_kg"],
    )
    assert shown == ("committed", "jaipur", 1, 3.0)
    assert [row["qr_id"] for row in depot.pages.on_ticket(ticket)] == ["SB10001"]
    play(station, [("BILL-2", "confirm_new_bill"), ("BILL-2", "create_bill"), ("SB10001", "attach_parent")])
    station.deliver()
    assert depot.on_bill("BILL-2") == ["SB10001"]
    assert station.state.attention == ()
    depot.assert_sound()


def test_bill_work_without_a_line_collides_with_the_web_application(depot: Depot) -> None:
    station = depot.station("7")
    for number in range(1, 4):
        play(station, [(f"SB1000{number}", "open_parent"), (f"AB0{number}", "add_child")])
        play(station, [(CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    play(station, [("BILL-1", "confirm_new_bill"), ("2", "create_bill")])
    station.deliver()
    depot.cut("7", station)
    play(station, [("SB10001 SB10002", "attach_parent"), (LEAVE, "leave")])
    play(station, [("BILL-9", "confirm_new_bill"), ("5", "create_bill"), ("SB10003", "attach_parent")])
    # Meanwhile the web application fills the bill, and makes one of the same name.
    assert depot.web.bill_locked("BILL-1", "SB10003").ending is Ending.DONE
    made = """
        INSERT INTO bill (bill_id, description, parent_bag_count, linked_parent_count, total_weight_kg,
            expected_weight_kg, total_child_bags, status, created_at, updated_at)
        VALUES ('bill-9', '', 1, 0, 0, 30, 0, 'new', timezone('UTC', now()), timezone('UTC', now()))
    """
    depot.sql(made)
    depot.restore("7")
    station.deliver()

    assert depot.on_bill("BILL-1") == ["SB10001", "SB10003"]
    refused = {(item.reason, item.code) for item in station.state.attention}
    assert refused == {
        (Reason.BILL_FULL, "SB10002"),
        (Reason.BILL_EXISTS, "BILL-9"),
        (Reason.PARENT_ON_OTHER_BILL, "SB10003"),
    }
    assert (station.state.bill.code, station.state.bill.capacity, station.state.bill.linked) == (
        "BILL-9",
        1,
        0,
    )
    depot.assert_sound()


def test_a_parent_that_another_station_has_open_is_taken_over_and_both_see_it(depot: Depot) -> None:
    first, second = depot.station("1", "dispatcher"), depot.station("2")
    play(first, [("SB10001", "open_parent"), ("AB01", "add_child")])
    first.deliver()
    look_until(second, "SB10001", lambda fact: fact is not None and fact.holder is not None)
    known = second.scan("SB10001")
    assert (known.verdict, known.reason) == (Verdict.CONFIRM, Reason.PARENT_OPEN_ELSEWHERE)
    assert (known.fact.holder.station, known.fact.holder.by) == ("1", "dispatcher")
    play(second, [("SB10001", "open_parent"), ("AB02", "add_child")])
    second.deliver()
    taken = first.wait_for(
        lambda event: (
            getattr(event, "entry", None) is not None and event.entry.decision.kind is EntryKind.PARENT_TAKEN
        )
    )
    assert (taken.entry.decision.parent, taken.entry.decision.fact.holder.station) == ("SB10001", "2")
    assert first.state.parent is None
    assert children_by_parent(depot.url) == {"SB10001": ["AB01", "AB02"]}
    depot.assert_sound()


def test_a_label_is_replaced_while_another_station_packs_by_the_old_one(depot: Depot) -> None:
    first, second = depot.station("1"), depot.station("2")
    play(first, [("SB10001", "open_parent"), (children("AB", 3), "add_child")])
    play(first, [(CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    first.deliver()
    look_until(second, "SB10001", lambda fact: fact is not None and fact.count == 3)
    depot.cut("2", second)
    play(first, [(RELABEL, "confirm_relabel"), ("SB10001", "confirm_new_label")])
    play(first, [("SB10009", "confirm_new_label_again"), ("SB10009", "replace_label")])
    first.deliver()
    play(second, [("SB10001", "open_parent"), ("CD01", "add_child"), ("AB01", "already_in_this_parent")])
    depot.restore("2")
    second.deliver()

    # Nothing is taken out of the bag that has the new label, and what was told OK is under what was scanned.
    assert children_by_parent(depot.url) == {"SB10001": ["CD01"], "SB10009": ["AB01", "AB02", "AB03"]}
    depot.assert_sound()


def test_a_child_is_moved_that_another_station_has_just_taken_out(depot: Depot) -> None:
    first, second = depot.station("1"), depot.station("2")
    play(first, [("SB10001", "open_parent"), ("AB01 AB02", "add_child")])
    first.deliver()
    look_until(second, "AB01", lambda fact: fact is not None and fact.parent == "SB10001")
    depot.cut("2", second)
    play(first, [(REMOVE, "confirm_remove"), ("AB01", "remove_child")])
    first.deliver()
    play(second, [("SB10002", "open_parent"), (MOVE, "confirm_move"), ("AB01 AB02", "move_children")])
    play(second, [("CD01", "child_not_elsewhere"), (UNDO, "move_children"), (MOVE, "confirm_move")])
    play(second, [("AB02", "move_children")])
    depot.restore("2")
    second.deliver()

    (item,) = second.state.attention
    assert (item.kind, item.child, second.state.parent.count) == (EntryKind.MOVE_CHILDREN, "AB01", 1)
    assert children_by_parent(depot.url) == {"SB10001": [], "SB10002": ["AB02"]}
    depot.assert_sound()


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_billers_right_is_taken_away_in_the_middle_of_a_bill(depot: Depot, offline: bool) -> None:
    station = depot.station("7")
    for parent in ("SB10001", "SB10002"):
        play(station, [(parent, "open_parent"), (f"C{parent}", "add_child")])
        play(station, [(CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    play(station, [("BILL-1", "confirm_new_bill"), ("2", "create_bill"), ("SB10001", "attach_parent")])
    station.deliver()
    if offline:
        depot.cut("7", station)
    depot.sql("UPDATE \"user\" SET role = 'dispatcher' WHERE username = 'biller'")
    play(station, [("SB10002", "attach_parent")])
    depot.restore("7") if offline else None
    station.deliver()

    (item,) = station.state.attention
    assert (item.reason, item.parent, item.bill) == (Reason.NOT_PERMITTED, "SB10002", "BILL-1")
    assert depot.on_bill("BILL-1") == ["SB10001"]
    assert station.state.bill.linked == 1
    depot.assert_sound()


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_bag_a_bill_and_a_return_are_given_up(depot: Depot, offline: bool) -> None:
    station = depot.station("7", "admin")
    play(station, [("SB10001", "open_parent"), ("SB10002", "other_parent_open")])
    play(station, [("SB10002", "open_parent"), ("AB01", "add_child")])
    play(station, [(CLOSE, "confirm_close"), (CLOSE, "close_parent")])
    station.deliver()
    if offline:
        depot.cut("7", station)
    play(
        station,
        [
            (DELETE, "confirm_delete"),
            ("SB10002", "parent_has_children"),
            ("SB10001", "confirm_delete_again"),
            ("SB10001", "delete_bag"),
            ("BILL-1", "confirm_new_bill"),
            ("BILL-1", "create_bill"),
            ("SB10002", "attach_parent"),
            (DELETE, "confirm_delete_bill"),
            ("BILL-1", "delete_bill"),
            (NEW_RETURN, "where_returned"),
            ("TT-AREA-JAIPUR", "open_return"),
            ("TT-CMD-CANCEL-RETURN", "confirm_cancel_return"),
            ("TT-CMD-CANCEL-RETURN", "cancel_return"),
        ],
    )
    depot.restore("7") if offline else None
    station.deliver()

    assert children_by_parent(depot.url) == {"SB10002": ["AB01"]}
    assert depot.pages.bill("BILL-1") is None
    assert [row["status"] for row in rows(depot.url, "SELECT status FROM return_ticket")] == ["cancelled"]
    assert station.state.attention == ()
    depot.assert_sound()
