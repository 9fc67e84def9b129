"""What the scan screen shows at a bill, at a return, while finding, and of the corrections."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes.decisions import refused
from fakes.fake_station import MORNING
from fakes.shown_desks import DESKS, HELD, PARENTS, TICKET, administrator, biller, desk_station, parent_of
from fakes.shown_screens import CHILDREN, answered, packed, scan

from traitortrack_desktop.domain.codes import WHY_COMMANDS, Command
from traitortrack_desktop.domain.entries import EntryKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.domain.work import AttentionItem
from traitortrack_desktop.presentation.actions import KEYS, MENU_KEYS, acts_by_key
from traitortrack_desktop.presentation.bill_desk import bill_desk_view
from traitortrack_desktop.presentation.messages import Tongue, message_for, message_for_refusal
from traitortrack_desktop.presentation.return_desk import return_desk_view
from traitortrack_desktop.presentation.scan_card import scan_card_state
from traitortrack_desktop.presentation.scan_screen import scan_screen_state
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings, after_event
from traitortrack_desktop.presentation.screen_state import Icon, Mark, MenuItem, Tone
from traitortrack_desktop.presentation.sound_roles import SoundRole, sound_for
from traitortrack_desktop.services.events import ScanDecided

TONGUE = Tongue(zone=UTC)
AROUND = Surroundings(station="7", version="1.4.0", has_find=True)


class Watched:
    def __init__(self):
        self.station = desk_station()
        self.facts = ScreenFacts()
        self.events = []
        self.station.subscribe(self._take)

    def _take(self, event):
        self.events.append(event)
        self.facts = after_event(self.facts, event, self.station.now())

    def shown(self, situation=None, *, around=AROUND):
        if situation is not None:
            DESKS[situation](self.station)
        return scan_screen_state(self.facts, around, self.station.now(), TONGUE)

    def card(self, situation=None):
        if situation is not None:
            DESKS[situation](self.station)
        return scan_card_state(self.facts, TONGUE)

    @property
    def sound(self):
        return sound_for([event for event in self.events if isinstance(event, ScanDecided)][-1])


@pytest.fixture
def watched():
    return Watched()


# -- what stands where


@pytest.mark.parametrize(
    ("situation", "instruction"),
    [
        ("new_bill_asked", "Scan BILL-NEW-1 again to make it"),
        ("new_bill", "Scan parent bag 1"),
        ("bill_opened", "Scan parent bag 13"),
        ("bill_attached", "Scan parent bag 18"),
        ("bill_filled", "Bill full: scan COMPLETE"),
        ("complete_asked", "Scan COMPLETE again to complete it"),
        ("bill_completed", "Bill completed: scan the next bill"),
        ("reopen_asked", "Scan REOPEN again to reopen it"),
        ("delete_bill_asked", "Scan bill BILL-LUCKN…1234/B to delete it"),
        ("leave_for_a_bill_asked", "Scan BILL-LUCKN…1234/B again to leave the bag"),
        ("parent_on_other_bill", "Lay SB20031 aside and scan UNDERSTOOD"),
        ("late_refusal_of_the_bill", "Find SB20004 and scan it"),
        ("area_asked", "Scan the area of the return"),
        ("returned", "Scan a returned parent bag"),
        ("finish_asked", "Scan COMPLETE again to finish it"),
        ("moving", "Scan each bag to move"),
        ("moved", "Scan each bag to move"),
        ("wrong_parent_asked", "Scan the right parent bag"),
        ("label_asked", "Scan the new label"),
        ("label_again_asked", "Scan PUNJABSTORE2026N0001 again to use it"),
        ("take_over_asked", "Scan SB10007 again to take it over"),
        ("taken_over", "Scan a parent bag"),
        ("open_twice", "Ask who goes on with SB10001"),
        ("why_asked", "Why is it closed? Choose below"),
        ("delete_again_asked", "Scan SB30001 again to delete it"),
        ("finding", "Scan a bag, bill or return to find it"),
    ],
)
def test_the_next_act_is_said(watched, situation, instruction):
    assert watched.shown(situation).instruction == instruction


@pytest.mark.parametrize(
    ("situation", "word", "what"),
    [
        ("bill_opened", "BILL OPEN", "BILL-5 has 12 of 20 parents."),
        ("new_bill", "NEW BILL", "Bill BILL-NEW-1 is made. It takes 20 parents."),
        ("bill_attached", "ON THE BILL", "SB20005 is on BILL-5. Places left: 3."),
        ("bill_filled", "BILL FULL", "SB20001 is on BILL-6. All 3 places are taken."),
        ("bill_waits", "WAIT FIRST", "Something on BILL-6 still waits for the centre."),
        ("detached", "TAKEN OFF", "SB20002 is off BILL-5. Places left: 4."),
        ("parent_on_other_bill", "STOP", "SB20031 is on bill BILL-77."),
        ("child_at_the_bill", "CHILD BAG", f"{CHILDREN[1]} is a child bag. Only parent bags go here."),
        ("returned", "RETURNED", "SB20035 with 29 bags is back from bill BILL-5."),
        ("on_no_bill", "ON NO BILL", "SB20002 is on no bill, so it cannot come back from one."),
        ("moved", "MOVED", f"{CHILDREN[40]} moved from SB20002 to SB10001."),
        ("wrong_parent", "MOVED", "10 bags moved from SB10001 to M444-10017."),
        ("new_label", "NEW LABEL", f"{CHILDREN[1]} is called PUNJABSTORE2026N0001 now."),
        (
            "take_over_asked",
            "OPEN ELSEWHERE",
            "SB10007 is open at Packing hall 2 since 09:59, with Lakshminarayanan Venkatasubramanian.",
        ),
        (
            "taken_over",
            "TAKEN OVER",
            "Lakshminarayanan Venkatasubramanian at Packing hall 2 has SB10001 now. It is closed here.",
        ),
        ("on_a_completed_bill", "STOP", "SB10008 is on bill BILL-5, which is completed."),
        ("finding", "FOUND", f"{CHILDREN[1]} was looked up. Nothing is changed."),
    ],
)
def test_what_became_of_the_scan_is_told(watched, situation, word, what):
    result = watched.shown(situation).result
    assert (result.word, result.lines[0]) == (word, what)


def test_the_big_number_of_a_bill_is_what_is_free_on_it(watched):
    counter = watched.shown("bill_attached").counter
    assert (counter.count_text, counter.capacity_text, counter.left_text) == ("3", "of 20", "places left")
    assert (counter.parent_label, counter.parent.text) == ("Bill", "BILL-5")


def test_a_bill_says_its_state_what_waits_and_its_weight(watched):
    assert watched.shown("bill_attached").counter.details == (
        "In work · 3 wait for the centre",
        "487 kg of 510 kg · 23 kg less",
    )


def test_the_cells_of_a_bill_tell_what_is_at_the_centre(watched):
    fill = watched.shown("bill_attached").counter.fill
    assert fill == (Mark.POSTED,) * 14 + (Mark.RECORDED,) * 3


def test_the_parents_put_on_here_are_listed_newest_first_with_what_is_in_them(watched):
    shown = watched.shown("bill_attached")
    assert [(row.number, row.code.text, row.amount) for row in shown.rows[:2]] == [
        ("17", "SB20005", "29 bags"),
        ("16", "SB20004", "30 bags"),
    ]
    assert shown.more_rows.text(shown.inside - len(shown.rows)) == "and 12 more on it"


def test_a_parent_that_the_centre_refused_keeps_its_row_without_a_number(watched):
    row = watched.shown("late_refusal_of_the_bill").rows[1]
    assert (row.number, row.code.text, row.mark) == ("–", "SB20004", Mark.REFUSED)


def test_a_return_counts_bags_and_kilograms_and_names_its_area(watched):
    counter = watched.shown("returned").counter
    assert (counter.count_text, counter.capacity_text, counter.left_text) == ("4", "bags back", "99 kg")
    assert counter.details == ("At Sri Ganganagar · 4 wait for the centre",)


def test_the_bill_of_an_open_parent_stands_beside_it(watched):
    assert watched.shown("on_a_completed_bill").counter.beside == "on BILL-5, completed"


def test_a_command_is_never_shown_as_the_code_of_a_result(watched):
    assert watched.shown("return_opened").result.code.text.startswith("RTN-")


def test_a_parent_taken_over_stays_on_the_screen_until_the_next_scan(watched):
    watched.shown("taken_over")
    watched.station.pass_time(minutes=5)
    shown = watched.shown()
    assert (shown.tone, shown.result.icon) == (Tone.ATTENTION, Icon.TRIANGLE)


# -- sounds


@pytest.mark.parametrize(
    ("situation", "role"),
    [
        ("bill_opened", SoundRole.PARENT_OPENED),
        ("new_bill", SoundRole.PARENT_OPENED),
        ("return_opened", SoundRole.PARENT_OPENED),
        ("bill_attached", SoundRole.OK),
        ("detached", SoundRole.OK),
        ("bill_filled", SoundRole.COMPLETE),
        ("bill_completed", SoundRole.COMPLETE),
        ("complete_asked", SoundRole.ATTENTION),
        ("child_at_the_bill", SoundRole.ATTENTION),
        ("parent_on_other_bill", SoundRole.STOP),
        ("taken_over", SoundRole.ATTENTION),
        ("moved", SoundRole.OK),
        ("returned", SoundRole.OK),
    ],
)
def test_each_has_its_sound(watched, situation, role):
    watched.shown(situation)
    assert watched.sound is role


# -- keys


def usable(state):
    return {action.act for action in state.actions if action.usable}


def test_at_a_bill_the_keys_are_those_of_the_bill(watched):
    shown = watched.shown("bill_filled")
    labels = {action.key: action.label for action in shown.actions}
    assert labels["F4"] == "Complete"
    assert labels["F6"] == "Take off"
    assert labels["Esc"] == "Leave"
    assert Command.COMPLETE in usable(shown)


def test_a_completed_bill_offers_to_reopen_it(watched):
    keys = {action.act: action.key for action in watched.shown("completed_bill_opened").actions}
    assert keys[Command.REOPEN] == "Shift+F4"


def test_the_five_reasons_are_keys_while_they_are_asked_for(watched):
    shown = watched.shown("why_asked")
    acts = acts_by_key(watched.facts.work)
    for action in shown.actions[:5]:
        assert action.act in WHY_COMMANDS
        assert acts[action.key] is action.act


def test_no_key_that_was_just_pressed_to_close_is_a_reason(watched):
    watched.shown("why_asked")
    acts = acts_by_key(watched.facts.work)
    assert not {acts[key] for key in ("F2", "F4", "F6", "F9")} & set(WHY_COMMANDS)


@pytest.mark.parametrize("situation", DESKS)
def test_every_key_of_the_bar_does_what_stands_on_it(watched, situation):
    shown = watched.shown(situation)
    acts = acts_by_key(watched.facts.work)
    wrong = [action for action in shown.actions if action.usable and acts[action.key] != action.act]
    assert wrong == []


@pytest.mark.parametrize("situation", DESKS)
def test_escape_never_does_more_than_go_back(watched, situation):
    watched.shown(situation)
    assert acts_by_key(watched.facts.work)["Esc"] in {Command.CANCEL, Command.LEAVE}


def test_a_menu_that_a_scan_closed_leaves_no_key_that_says_why(watched):
    watched.shown("why_asked")
    acts = acts_by_key(watched.facts.work, asleep=True)
    assert not {acts.get(key) for key in MENU_KEYS} & set(WHY_COMMANDS)


def test_every_command_has_a_key():
    assert set(Command) <= set(KEYS)


def test_finding_is_left_by_the_key_that_began_it(watched):
    watched.shown("finding")
    assert acts_by_key(watched.facts.work)["F8"] is Command.LEAVE


@pytest.mark.parametrize(("who", "may"), [(biller, True), (administrator, True)], ids=["biller", "admin"])
def test_lists_are_for_whoever_may_see_them(watched, who, may):
    page = replace(AROUND, menu_open=True, menu_page=2)
    assert {MenuItem.BAGS, MenuItem.REFUSALS, MenuItem.CARD} <= usable(watched.shown(around=page))
    assert MenuItem.BILLS not in usable(watched.shown(around=page))
    who(watched.station)
    assert ({MenuItem.BILLS, MenuItem.RETURNS} <= usable(watched.shown(around=page))) is may


def test_the_keys_of_the_lists_are_keys_of_the_menu(watched):
    page = replace(AROUND, menu_open=True, menu_page=2)
    assert {action.key for action in watched.shown(around=page).actions} <= MENU_KEYS | {"F10"}


# -- the card


def on_the_card(card):
    return {button.action.act for button in card.buttons}


@pytest.mark.parametrize("situation", DESKS)
def test_the_card_offers_every_command_that_makes_sense_now(watched, situation):
    bar = usable(watched.shown(situation)) & set(Command)
    asks_for_codes = any(act not in set(Command) for act in on_the_card(watched.card()))
    assert asks_for_codes or bar <= on_the_card(watched.card())


def test_every_command_is_on_a_card_at_some_moment():
    seen = set()
    for situation in DESKS:
        watched = Watched()
        biller(watched.station)
        seen |= on_the_card(watched.card())
        seen |= on_the_card(watched.card(situation))
    rest = set(Command) - seen
    assert rest <= {Command.PLACE, Command.ASIDE, Command.REOPEN, Command.DELETE}


def test_the_card_of_a_bill_names_it_and_what_goes_onto_it(watched):
    card = watched.card("bill_opened")
    assert card.scans[0] == "Parent bag: goes onto bill BILL-5"
    assert "Child bag" not in " ".join(card.scans)


def test_the_card_offers_no_bill_to_whoever_may_not(watched):
    assert not any(line.startswith(("Bill", "Return")) for line in watched.card().scans)


def test_the_card_says_first_what_a_question_wants(watched):
    assert watched.card("moving").scans[0] == "First: Scan each bag to move"


def test_the_areas_of_a_return_can_be_touched(watched):
    labels = [button.action.label for button in watched.card("area_asked").buttons]
    assert labels[:2] == ["Lucknow", "Indore"]
    assert labels[-1] == "Cancel"


def test_the_size_of_a_new_bill_can_be_touched(watched):
    assert "TT-NUM-25" in on_the_card(watched.card("new_bill_asked"))


# -- what the centre says later


def late(reason, **parts):
    item = AttentionItem(
        seq=1,
        code=parts.get("parent") or "X",
        reason=reason,
        parent=parts.pop("parent", None),
        child=parts.pop("child", None),
        at=MORNING,
        operator="lakshmi",
        fact=parts.pop("fact", None),
        **parts,
    )
    return message_for_refusal(item, now=MORNING, tongue=TONGUE).what


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            late(Reason.PARENT_ON_OTHER_BILL, parent="SB1", bill="BILL-5", fact=parent_of("SB1", bill="B-7")),
            "You put SB1 on bill BILL-5 at 10:40. It is on bill B-7.",
        ),
        (
            late(Reason.PARENT_MISSING, parent="SB1", bill="BILL-5"),
            "You put SB1 on bill BILL-5 at 10:40. The centre could not take it.",
        ),
        (
            late(Reason.PARENT_OPEN_ELSEWHERE, parent="SB1", fact=parent_of("SB1", holder=HELD)),
            "SB1 is open here and at Packing hall 2 since 09:59, with Lakshminarayanan Venkatasubramanian.",
        ),
        (
            late(Reason.CHILD_IN_OTHER_PARENT, parent="SB1", moved=10, kind=EntryKind.MOVE_CHILDREN),
            "You moved 10 bags to SB1 at 10:40. It could not be done: none was moved.",
        ),
        (
            late(
                Reason.PARENT_ON_COMPLETED_BILL, parent="SB1", child="AB12", fact=parent_of("SB1", bill="B-7")
            ),
            "You put AB12 into SB1 at 10:40. SB1 is on bill B-7, which is completed.",
        ),
        (
            late(Reason.PARENT_NOT_BILLED, parent="SB1", ticket=TICKET),
            f"You returned SB1 on {TICKET} at 10:40. It is on no bill.",
        ),
    ],
)
def test_both_stories_of_a_late_refusal_are_told(told, sentence):
    assert told == sentence


def test_a_bill_that_was_refused_late_is_looked_at_and_not_scanned(watched):
    watched.shown("new_bill")
    watched.station.centre_answers(refusing={"BILL-NEW-1": Reason.NOT_PERMITTED})
    assert watched.shown().instruction == "Look at BILL-NEW-1, scan UNDERSTOOD"


def test_a_parent_packed_here_is_no_parent_of_a_bill(watched):
    biller(watched.station)
    packed(watched.station, 2)
    scan(watched.station, Command.CLOSE, Command.CLOSE, "BILL-5")
    answered(watched.station)
    assert watched.shown().rows == ()
    assert watched.shown().empty_rows_text == "12 parents were on it before"
    assert PARENTS[0] not in {row.code.text for row in watched.shown().rows}


def test_figures_of_a_bill_say_as_of_when_while_others_cannot_be_heard_of(watched):
    situation = watched.shown("bill_attached").counter.details[0]
    assert "as of" not in situation
    bill = replace(
        watched.facts.work.bill,
        unanswered=frozenset(),
        fact=replace(watched.facts.work.bill.fact, as_of=datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
    )
    now, tongue = datetime(2026, 3, 4, 10, tzinfo=UTC), Tongue(zone=UTC)
    view = bill_desk_view(bill, tongue, now, follows=False)
    assert view.counter.details[0] == "In work · as of 09:30"
    unknown = replace(bill, fact=None)
    assert bill_desk_view(unknown, tongue, now, follows=False).counter.details[0].endswith("as known here")


def test_figures_of_a_return_say_that_they_are_what_is_known_here(watched):
    watched.shown("returned")
    ticket = replace(watched.facts.work.ticket, unanswered=frozenset())
    assert return_desk_view(ticket, Tongue(), follows=False).counter.details[0].endswith("as known here")


def test_a_child_bag_of_digits_is_shown_as_itself(watched):
    scan(watched.station, "SB10001", "0100003")
    assert watched.shown().result.code.text == "0100003"


def test_a_parent_that_was_never_packed_is_laid_aside_at_a_bill():
    message = message_for(replace(refused("SB10077", Reason.PARENT_MISSING), bill="BILL-5"))
    assert (message.heading, message.now) == ("NOT KNOWN", "Lay it aside. It goes on after it is packed.")


def test_whoever_may_not_work_at_a_bill_is_told_to_leave_it(watched):
    watched.shown("bill_attached")
    session = replace(watched.facts.session, rights=Rights.OPERATOR)
    watched.facts = replace(watched.facts, session=session)
    assert watched.shown().instruction == "Scan LEAVE, or a biller signs in"
