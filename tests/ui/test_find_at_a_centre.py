"""Finding in the real window with a real centre, by keys, buttons and a serial scanner; the line is cut too.

One window and one centre for all: each test works at bags, bills and returns of its own.
"""

from contextlib import closing

import pytest
from fakes.central_owner import OwnerSession
from fakes.found_window import BADGE, found_window, people_and_bags
from fakes.hidden_address import HiddenAddress
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.domain.entries import EntryKind
from traitortrack_desktop.environment import secrets
from traitortrack_desktop.presentation.find_acts import FindAct, FindField, FindTab
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.ui.simulated_scanner import SimulatedScanner

WORDS = ENGLISH.find
DATABASE = "find_at_a_centre"


@pytest.fixture(scope="module")
def centre(postgres_server):
    postgres_server.create_database(DATABASE, "migrated")
    url = HiddenAddress(postgres_server.url(DATABASE))
    people_and_bags(url)
    with closing(OwnerSession(url)) as owner:
        yield owner
    postgres_server.drop_database(DATABASE)


@pytest.fixture(scope="module")
def whole(qapp, postgres_server, centre, tmp_path_factory):
    folder = tmp_path_factory.mktemp("a station that finds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "usable_back_end", lambda: None)
        url = HiddenAddress(postgres_server.url(DATABASE))
        with found_window(url, folder, who="admin") as window:
            yield window


@pytest.fixture
def found(whole):
    """The window, at packing."""
    yield whole
    whole.line.restore()
    whole.leave()


@pytest.fixture
def alone(found):
    """The window for a test that changes who works there; afterwards the administrator does again.

    There is one window only: a second one in the same process brought Qt down now and then.
    """
    yield found
    found.station.sign_out()
    found.sign_in("admin")


def history(found, code):
    found.look(code)
    found.press(FindAct.HISTORY)
    found.answered()
    return [(row.cells[1].text, row.cells[2].text) for row in found.place.rows.model.rows]


@pytest.mark.parametrize(
    ("typed", "told", "rows"),
    [
        ("sb10001", "Parent bag SB10001", ["GRAIN1001", "GRAIN1002", "GRAIN1003"]),
        ("GRAIN1002", "Child bag GRAIN1002", []),
        ("bill-1001", "Bill BILL-1001", []),
        ("RTN-20260301-0001", "Return RTN-20260301-0001", []),
        ("PALLET0001", "Bag PALLET0001", []),
        ("GRAIN100", "GRAIN100", ["GRAIN1001", "GRAIN1002", "GRAIN1003"]),
        ("1003", "1003", ["GRAIN1003"]),
        ("NOBODY4711", "NOBODY4711", []),
    ],
)
def test_what_is_typed_is_found_at_the_centre(found, typed, told, rows):
    found.look(typed)

    assert (found.title, found.rows) == (told, rows)
    assert found.source.startswith("From the centre")
    assert found.facts.look.chosen == (rows[0] if rows else "")


def test_a_serial_scan_is_looked_up(found):
    found.find()
    decision = found.scan("SB10002")
    found.looked_up("SB10002")

    assert (decision.kind, found.title) == (EntryKind.LOOK_UP, "Parent bag SB10002")


def test_keys_of_a_scanner_in_the_box_are_a_scan_and_no_text(found):
    found.find()
    found.box.setFocus()
    found.box.setText("left over")
    found.decided(lambda: SimulatedScanner(found.window.windowHandle()).type_code("SB10006"))
    found.looked_up("SB10006")

    assert (found.title, found.box.text()) == ("Parent bag SB10006", "SB10006")


def test_the_key_of_finding_goes_there_and_the_key_of_leaving_back(found):
    found.key(Qt.Key.Key_F8)
    found.until(lambda: found.is_finding)
    found.key(Qt.Key.Key_F10)
    found.until(lambda: not found.is_finding)


def test_work_at_a_bill_asks_about_the_open_parent_and_a_second_press_closes_it(found):
    found.scan("SB10004")
    found.look("BILL-1002")
    asked = found.decided(lambda: found.press(FindAct.WORK_AT_BILL))
    found.until(lambda: found.saying is not None)
    armed = next(press for press in found.place.view.card.presses if press.act is FindAct.WORK_AT_BILL)

    assert (asked.parent, found.saying.tone) == ("SB10004", Tone.ATTENTION)
    assert found.saying.what == WORDS.leave_first.format(code="SB10004")
    assert armed.label == WORDS.again[FindAct.WORK_AT_BILL]

    went = found.press_again(FindAct.WORK_AT_BILL)
    found.until(lambda: not found.is_finding)

    assert (went.kind, went.closes) == (EntryKind.OPEN_BILL, "SB10004")
    assert found.scan("SB10004").kind is EntryKind.ATTACH_PARENT
    found.delivered()
    assert found.give("TT-CMD-LEAVE").kind is EntryKind.LEAVE


def test_a_new_label_is_found_under_both_codes_with_one_history(found):
    found.look("SB10005")
    found.decided(lambda: found.press(FindAct.RELABEL))
    found.scan("SB19999")
    assert found.scan_again("SB19999").kind is EntryKind.REPLACE_LABEL
    found.delivered()
    renamed = ("New label", "SB10005 is called SB19999 now")

    found.look("SB10005")
    assert (found.title, found.rows) == ("Parent bag SB19999", ["GRAIN5001", "GRAIN5002", "GRAIN5003"])
    assert WORDS.found.now_called.format(code="SB10005", other="SB19999") in found.card
    assert history(found, "SB10005")[0] == history(found, "SB19999")[0] == renamed


def test_a_move_stands_in_the_history_of_the_child_and_of_both_parents(found):
    found.scan("SB10007")
    found.give("TT-CMD-MOVE")
    assert found.scan("GRAIN8001").kind is EntryKind.MOVE_CHILDREN
    found.give("TT-CMD-CANCEL")
    found.give("TT-CMD-CLOSE")
    found.give("TT-CMD-CLOSE")
    found.delivered()

    for code in ("GRAIN8001", "SB10007", "SB10008"):
        moved = [text for what, text in history(found, code) if what == "Moved"]
        assert len(moved) == 1
        assert moved[0].endswith("in SB10007 out of SB10008")


def test_a_bag_is_deleted_by_a_second_press_and_is_nothing_then(found, centre):
    centre.query("INSERT INTO bag (qr_id, type) VALUES ('DOOMED0001', 'child')")
    found.look("DOOMED0001")
    found.decided(lambda: found.press(FindAct.DELETE))
    found.until(lambda: found.saying is not None)
    assert found.press_again(FindAct.DELETE).kind is EntryKind.DELETE_BAG
    found.delivered()
    found.look("DOOMED0001")

    assert found.facts.look.found.is_nothing
    assert centre.query("SELECT 1 FROM bag WHERE qr_id = 'DOOMED0001'") == []


def test_the_form_of_a_listed_bill_shows_what_is_stored_and_empties_it(found, centre):
    found.find(FindTab.BILLS)
    found.place._search({FindField.TEXT: "1003"})
    found.answered()
    found.press(FindAct.EDIT_BILL)
    form = found.place.form
    assert form.values()[FindField.DESCRIPTION] == "Rice for the north"
    form.box_of(FindField.DESCRIPTION).line.setText("")
    form.box_of(FindField.VEHICLE).line.setText("")
    found.decided(form.buttons.buttons[0].click)
    found.delivered()

    [stored] = centre.query("SELECT * FROM bill WHERE bill_id = 'BILL-1003'")
    assert (stored["description"] or "", stored["vehicle_number"] or "") == ("", "")
    assert stored["parent_bag_count"] == 20


def test_bills_come_in_pages(found):
    found.find(FindTab.BILLS)
    found.place._search({})
    found.answered()
    first = found.rows
    found.press(FindAct.NEXT)
    found.answered()

    assert (len(first), len(set(found.rows) & set(first))) == (50, 0)
    assert WORDS.page.format(number=2) in found.source


def test_returns_are_searched_by_code_and_by_status(found):
    found.find(FindTab.RETURNS)
    found.place._search({FindField.TEXT: "0002", FindField.STATUS: "open"})
    found.answered()
    assert found.rows == ["RTN-20260301-0002"]
    found.place._search({FindField.STATUS: "cancelled"})
    found.answered()
    assert found.rows == []
    found.place._search({})


def test_without_the_line_the_copy_answers_with_what_waits_here_and_the_centre_when_it_is_back(found):
    found.find()
    found.line.cut()
    found.leave()
    found.scan("SB10002")
    found.scan("NEWGRAIN01")
    found.look("SB10002")

    assert "The centre cannot be reached now" in found.source
    assert WORDS.found.waiting.format(count=2) in found.card
    assert found.rows == ["GRAIN2001", "GRAIN2002", "GRAIN2003", "NEWGRAIN01"]

    found.line.restore()
    found.delivered()
    found.until(lambda: found.facts.look.found.from_centre and not found.facts.look.found.waiting)
    assert found.rows == ["GRAIN2001", "GRAIN2002", "GRAIN2003", "NEWGRAIN01"]
    found.leave()
    found.give("TT-CMD-CLOSE")
    found.give("TT-CMD-CLOSE")


def test_a_late_refusal_comes_before_finding_and_finding_goes_on_behind_it(found, centre):
    found.scan("SB10003")
    found.line.cut()
    found.scan("CLASH00001")
    centre.query(
        """INSERT INTO bag (qr_id, type) VALUES ('CLASH00001', 'child');
           INSERT INTO link (parent_bag_id, child_bag_id)
           SELECT p.id, c.id FROM bag AS p, bag AS c WHERE p.qr_id = 'SB10006' AND c.qr_id = 'CLASH00001'"""
    )
    found.find()
    found.line.restore()
    found.delivered()
    found.until(lambda: not found.is_finding)
    assert "CLASH00001" in found.window.scan_screen.result.accessibleName()

    found.give("TT-CMD-UNDERSTOOD")
    found.give("TT-CMD-ASIDE")
    found.until(lambda: found.is_finding)
    found.leave()
    found.give("TT-CMD-CLOSE")
    found.give("TT-CMD-CLOSE")


def test_a_locked_station_shows_nothing_of_what_was_found(alone):
    alone.look("SB10001")
    alone.station.lock()
    alone.until(lambda: not alone.is_finding)

    assert alone.facts.look.found is None


def test_a_badge_in_the_box_changes_the_operator_and_leaves_no_trace_there(alone):
    alone.find()
    alone.box.setFocus()
    SimulatedScanner(alone.window.windowHandle()).type_code(BADGE)
    alone.until(lambda: alone.facts.session.person.username == "dispatcher")

    assert QApplication.focusWidget() is None or BADGE not in alone.box.text()
    alone.find(FindTab.BILLS)
    assert alone.place.view.rows.empty == WORDS.office_list
    assert alone.place.view.source.text == ""
    alone.find(FindTab.BAGS)
    assert alone.rows
    assert not any(code.startswith("PALLET") for code in alone.rows)
