from dataclasses import replace
from datetime import UTC

import pytest
from fakes.decisions import refused
from fakes.fake_station import FakeStation
from fakes.scanning import entry_of
from fakes.shown_screens import CHILDREN, SITUATIONS, answered, packed, pour, scan, station_for

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import Remark
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import Stop, WorkState
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.scan_screen import scan_screen_state
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings, after_event
from traitortrack_desktop.presentation.screen_state import Icon, Mark, MenuItem, Tone
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    DeliveryChanged,
    ScanDecided,
    ScannerChanged,
    ScannerGone,
    ScannerProblem,
    StorageFailed,
    StorageRecovered,
    WorkResumed,
)

TONGUE = Tongue(zone=UTC)
AROUND = Surroundings(station="7", version="1.4.0")


class Watched:
    """A fake station and the facts that follow from its events."""

    def __init__(self, station=None):
        self.station = station or station_for(None)
        self.facts = ScreenFacts()
        self.station.subscribe(self._take)

    def _take(self, event):
        self.facts = after_event(self.facts, event, self.station.now())

    def shown(self, *, around=AROUND):
        return scan_screen_state(self.facts, around, self.station.now(), TONGUE)


@pytest.fixture
def watched():
    return Watched()


def test_at_first_a_parent_is_wanted(watched):
    state = watched.shown()
    assert (state.tone, state.instruction) == (Tone.READY, "Scan a parent bag")
    assert (state.counter.count_text, state.counter.capacity_text) == ("0", "/ 30")


def test_the_next_child_is_named_by_its_number(watched):
    packed(watched.station, 12)
    state = watched.shown()
    assert state.instruction == "Scan child bag 13"
    assert (state.counter.count_text, state.counter.left_text) == ("12", "18 left")
    assert state.counter.parent.text == "SB10001"


def test_an_accepted_scan_is_calm_again_after_a_moment(watched):
    packed(watched.station, 1)
    assert watched.shown().tone is Tone.ACCEPTED
    watched.station.pass_time(seconds=2)
    assert watched.shown().tone is Tone.READY
    assert watched.shown().result.word == "ADDED"


def test_a_verdict_is_shown_as_recorded_until_the_receipt_comes(watched):
    scan(watched.station, "SB10001", CHILDREN[0])
    assert (watched.shown().result.mark, watched.shown().rows[0].mark) == (Mark.RECORDED, Mark.RECORDED)
    answered(watched.station)
    assert (watched.shown().result.mark, watched.shown().rows[0].mark) == (Mark.POSTED, Mark.POSTED)


def test_being_online_does_not_make_anything_posted(watched):
    scan(watched.station, "SB10001", CHILDREN[0])
    watched.station.tell(DeliveryChanged(online=True))
    state = watched.shown()
    assert state.rows[0].mark is Mark.RECORDED
    assert state.status.delivery_mark is Mark.RECORDED


def test_attention_stays_until_the_next_valid_scan(watched):
    packed(watched.station, 2)
    scan(watched.station, CHILDREN[0])
    watched.station.pass_time(minutes=9)
    assert watched.shown().tone is Tone.ATTENTION
    scan(watched.station, CHILDREN[5])
    assert watched.shown().tone is Tone.ACCEPTED


def test_a_stop_survives_twenty_further_scans_and_counts_them(watched):
    packed(watched.station, 2)
    scan(watched.station, CHILDREN[40])
    scan(watched.station, *CHILDREN[5:25])
    state = watched.shown()
    assert (state.tone, state.result.word) == (Tone.STOP, "STOP")
    assert state.result.code.text == CHILDREN[40]
    assert state.result.note == "20 scans not counted"
    assert state.counter.count == 2
    assert state.repeats_stop_sound


def test_after_a_stop_the_operator_is_told_what_to_scan_again(watched):
    SITUATIONS["scans_while_stopped"](watched.station)
    scan(watched.station, Command.UNDERSTOOD)
    state = watched.shown()
    assert state.result.word == "UNDERSTOOD"
    assert state.result.lines[0] == "3 scans meanwhile were not counted: scan those bags again."
    assert not state.repeats_stop_sound


def test_the_hint_to_scan_again_is_gone_with_the_next_bag(watched):
    SITUATIONS["scans_while_stopped"](watched.station)
    scan(watched.station, Command.UNDERSTOOD, CHILDREN[20])
    assert watched.shown().result.lines[0] == "Bag 13 of 30 in SB10001."


def test_a_stop_by_the_station_names_where_the_bag_is_also_after_further_scans(watched):
    SITUATIONS["scans_while_stopped"](watched.station)
    assert "SB20002 since 09:12, put there by R. Sharma" in watched.shown().result.lines[0]


def test_a_stop_that_the_screen_did_not_see_is_shown_after_a_restart(watched):
    stop = Stop(seq=4, code="AB12C", reason=Reason.CHILD_IN_OTHER_PARENT)
    watched.station.tell(WorkResumed(state=WorkState(stop=stop), backlog=watched.station.backlog()))
    state = watched.shown()
    assert (state.tone, state.result.code.text) == (Tone.STOP, "AB12C")
    assert state.result.lines[0] == "AB12C is in another parent bag."


def test_late_refusals_stop_the_screen_and_say_how_many_there_are(watched):
    SITUATIONS["late_refusals"](watched.station)
    state = watched.shown()
    assert state.tone is Tone.STOP
    assert state.result.note == "Refused by the centre · 1 of 3"
    assert state.instruction == f"Find {CHILDREN[9]} and scan it"


def test_late_refusals_stay_while_scanning_goes_on(watched):
    SITUATIONS["late_refusals"](watched.station)
    scan(watched.station, *CHILDREN[20:25])
    state = watched.shown()
    assert (state.tone, state.result.code.text) == (Tone.STOP, CHILDREN[9])
    assert state.counter.count == 16


def test_an_acknowledged_late_refusal_gives_way_to_the_next(watched):
    SITUATIONS["late_refusals"](watched.station)
    scan(watched.station, CHILDREN[9])
    assert watched.shown().result.code.text == CHILDREN[10]
    assert watched.shown().result.note == "Refused by the centre · 1 of 2"


def test_a_refused_bag_keeps_its_row_without_a_number(watched):
    SITUATIONS["late_refusals"](watched.station)
    rows = [(row.number, row.mark) for row in watched.shown().rows[:5]]
    assert rows == [
        ("11", Mark.POSTED),
        ("–", Mark.REFUSED),
        ("10", Mark.POSTED),
        ("–", Mark.REFUSED),
        ("–", Mark.REFUSED),
    ]


def test_a_bag_that_the_centre_already_held_here_is_not_told_as_refused(watched):
    scan(watched.station, "SB10001", CHILDREN[0])
    watched.station.centre_answers(refusing={CHILDREN[0]: Reason.ALREADY_IN_THIS_PARENT})
    state = watched.shown()
    assert (state.rows[0].mark, state.rows[0].mark_text) == (Mark.POSTED, "was inside")
    assert state.result.mark is Mark.POSTED


def test_rows_are_the_newest_first_and_in_local_time(watched):
    packed(watched.station, 3)
    assert [(row.number, row.code.text, row.time) for row in watched.shown().rows] == [
        ("3", CHILDREN[2], "10:40:08"),
        ("2", CHILDREN[1], "10:40:06"),
        ("1", CHILDREN[0], "10:40:04"),
    ]


def test_a_bag_taken_out_has_no_row(watched):
    packed(watched.station, 3)
    scan(watched.station, Command.UNDO)
    assert [row.code.text for row in watched.shown().rows] == [CHILDREN[1], CHILDREN[0]]


def test_a_full_parent_is_complete_and_the_next_one_is_wanted(watched):
    SITUATIONS["complete"](watched.station)
    state = watched.shown()
    assert (state.counter.count_text, state.counter.left_text) == ("30", "complete")
    assert (state.instruction, state.result.word) == ("Scan the next parent bag", "COMPLETE")
    assert state.result.icon is Icon.FULL


@pytest.mark.parametrize(
    ("situation", "instruction"),
    [
        ("asked_to_close", "Scan CLOSE again to close it"),
        ("asked_to_switch", "Scan M444-10018 again to change"),
        ("asked_to_take_out", "Scan the bag to take out"),
    ],
)
def test_a_question_is_the_next_act(watched, situation, instruction):
    SITUATIONS[situation](watched.station)
    state = watched.shown()
    assert (state.instruction, state.result.icon) == (instruction, Icon.QUESTION)


def test_a_label_that_arrived_twice_changes_nothing_that_was_told(watched):
    packed(watched.station, 2)
    before = watched.shown()
    twice = entry_of(refused(CHILDREN[1], Reason.READ_TWICE), 9)
    state, backlog = watched.station.state, watched.station.backlog()
    watched.station.tell(ScanDecided(entry=twice, state=state, backlog=backlog))
    assert watched.shown() == before


def test_a_broken_reading_shows_what_arrived(watched):
    watched.station.submit(ScanFrame(source="keyboard", raw=b"AB1", kind=FrameKind.PARTIAL))
    result = watched.shown().result
    assert (result.word, result.code.text, result.tone) == ("NOT READ", "AB1", Tone.ATTENTION)


@pytest.mark.parametrize("code", [b"", b"\x00\xff", "🎒".encode(), b"x" * 9000, b"TT-CMD-NOPE"])
def test_nothing_that_can_be_read_breaks_the_screen(watched, code):
    watched.station.submit(ScanFrame(source="keyboard", raw=code))
    assert watched.shown().tone is Tone.ATTENTION


def test_a_window_without_the_keyboard_says_so_above_everything(watched):
    packed(watched.station, 2)
    state = watched.shown(around=Surroundings(station="7", version="1", listening=False))
    assert state.tone is Tone.NOT_LISTENING
    assert state.instruction.startswith("NOT LISTENING")
    assert not state.status.lights[0].ready


def test_a_station_that_cannot_store_says_so_above_everything(watched):
    SITUATIONS["in_other_parent"](watched.station)
    watched.station.tell(StorageFailed(problem="disk full"))
    state = watched.shown(around=Surroundings(station="7", version="1", listening=False))
    assert (state.tone, state.result.word) == (Tone.CANNOT_STORE, "CANNOT STORE")


def test_a_station_that_stores_again_goes_on_where_it_stood(watched):
    SITUATIONS["cannot_store"](watched.station)
    event = StorageRecovered(state=watched.station.state, backlog=watched.station.backlog())
    watched.station.tell(event)
    assert watched.shown().instruction == "Scan child bag 13"


def test_an_outage_is_calm_and_says_how_much_waits_since_when(watched):
    SITUATIONS["offline"](watched.station)
    status = watched.shown().status
    assert status.delivery == "Working locally: 214 waiting, oldest 12 min"
    assert status.delivery_mark is Mark.RECORDED


@pytest.mark.parametrize(
    ("waited", "text"),
    [
        ({"seconds": 1}, "1 on the way"),
        ({"seconds": 40}, "1 waiting, for 40 s"),
        ({"minutes": 59}, "1 waiting, for 59 min"),
        ({"hours": 5}, "1 waiting, for 5 h"),
        ({"days": 3}, "1 waiting, for 3 days"),
        ({"days": -1}, "1 on the way"),
    ],
)
def test_what_waits_is_told_with_its_age(watched, waited, text):
    watched.station.tell(DeliveryChanged(online=True))
    scan(watched.station, "SB10001")
    watched.station.pass_time(**waited)
    assert watched.shown().status.delivery == text


def test_all_at_the_centre_is_said_only_when_everything_was_answered(watched):
    packed(watched.station, 2)
    status = watched.shown().status
    assert (status.delivery, status.delivery_mark) == ("All at the centre", Mark.POSTED)


def test_a_centre_that_does_not_fit_is_a_case_for_it(watched):
    scan(watched.station, "SB10001")
    watched.station.tell(DeliveryChanged(online=False, problem="schema 3 is not 4"))
    assert watched.shown().status.delivery == "Sending needs IT: 1 waiting, for 0 s"


def test_a_scanner_that_is_lost_says_what_to_do_in_its_place(watched):
    watched.station.tell(ScannerChanged(source="usb:1", name="Scanner 1", ready=True))
    watched.station.tell(ScannerChanged(source="usb:2", name="Scanner 2", ready=True))
    watched.station.tell(
        ScannerChanged(source="usb:1", name="Scanner 1", ready=False, problem=ScannerProblem.LOST)
    )
    lights = [(light.text, light.ready) for light in watched.shown().status.lights]
    assert lights == [("Keyboard", True), ("Scanner 1: plug it in again", False), ("Scanner 2", True)]


def lights(watched, *, around=AROUND):
    return [(light.text, light.mark) for light in watched.shown(around=around).status.lights]


def test_each_scanner_has_its_own_count_and_its_role(watched):
    SITUATIONS["two_scanners"](watched.station)
    assert lights(watched)[1:] == [("left (parents) 1", Mark.POSTED), ("right (children) 14", Mark.POSTED)]


def test_a_scanner_that_is_not_used_for_long_says_so_and_is_amber_while_somebody_is_signed_in(watched):
    watched.station.be_operated_by("asha")
    SITUATIONS["two_scanners"](watched.station)
    watched.station.pass_time(minutes=5)
    assert lights(watched)[2] == ("right (children) 14, 5 min ago", Mark.POSTED)
    watched.station.pass_time(minutes=25)
    assert lights(watched)[2] == ("right (children) 14, 30 min ago", Mark.RECORDED)
    watched.station.sign_out()
    assert lights(watched)[2][1] is Mark.POSTED


def test_a_pause_without_anybody_signed_in_makes_no_scanner_amber(watched):
    SITUATIONS["two_scanners"](watched.station)
    watched.station.pass_time(minutes=300)
    watched.station.be_operated_by("asha")
    assert {mark for _, mark in lights(watched)} == {Mark.POSTED}


def test_a_keyboard_that_never_scanned_is_not_waited_for(watched):
    watched.station.be_operated_by("asha")
    watched.station.pass_time(minutes=300)
    assert lights(watched) == [("Keyboard", Mark.POSTED)]
    scan(watched.station, "SB10001")
    watched.station.pass_time(minutes=30)
    assert lights(watched) == [("Keyboard 1, 30 min ago", Mark.RECORDED)]


def test_a_scanner_that_was_plugged_in_again_begins_anew(watched):
    watched.station.be_operated_by("asha")
    watched.station.tell(ScannerChanged(source="usb:1", name="left", ready=True))
    watched.station.pass_time(minutes=31)
    assert lights(watched)[1] == ("left", Mark.RECORDED)
    lost = ScannerChanged(source="usb:1", name="left", ready=False, problem=ScannerProblem.LOST)
    watched.station.tell(lost)
    assert lights(watched)[1] == ("left: plug it in again", Mark.REFUSED)
    watched.station.tell(ScannerChanged(source="usb:1", name="left", ready=True))
    assert lights(watched)[1] == ("left", Mark.POSTED)


def test_a_scanner_that_is_gone_has_no_light(watched):
    watched.station.tell(ScannerChanged(source="usb:1", name="left", ready=True))
    watched.station.tell(ScannerGone(source="usb:1"))
    assert lights(watched) == [("Keyboard", Mark.POSTED)]


def test_without_a_keyboard_scanner_an_inactive_window_only_loses_its_keys(watched):
    packed(watched.station, 2)
    around = replace(AROUND, listening=False, keyboard_scans=False)
    state = watched.shown(around=around)
    assert (state.tone, state.instruction) == (Tone.ACCEPTED, "Scan child bag 3")
    assert state.status.hint == "Keys asleep: touch here"
    assert lights(watched, around=around) == []
    assert watched.shown(around=replace(around, listening=True)).status.hint == ""
    assert watched.shown(around=replace(AROUND, listening=False)).status.hint == ""


def test_keyboard_scanners_that_their_prefix_tells_apart_have_lights_of_their_own(watched):
    watched.station.tell(ScannerChanged(source="keyboard:~1", name="left", ready=True))
    watched.station.tell(ScannerChanged(source="keyboard:~2", name="right", ready=True))
    assert lights(watched) == [("left", Mark.POSTED), ("right", Mark.POSTED)]
    deaf = lights(watched, around=replace(AROUND, listening=False))
    assert deaf == [("left", Mark.REFUSED), ("right", Mark.REFUSED)]


# -- held readings


def test_what_is_held_is_said_in_amber_beside_everything_else(watched):
    SITUATIONS["held"](watched.station)
    state = watched.shown()
    assert state.result.held == "12 held from left: scan their parent, then PLACE, or ASIDE"
    assert (state.result.word, state.tone) == ("ADDED", Tone.ACCEPTED)


def test_a_memory_that_pours_does_not_replace_what_the_last_scan_was_told(watched):
    packed(watched.station, 2)
    scan(watched.station, CHILDREN[0])
    pour(watched.station, "usb:1", *CHILDREN[20:30])
    assert watched.shown().result.word == "ALREADY COUNTED"


def test_keys_to_place_and_set_aside_are_there_only_while_something_is_held(watched):
    acts = lambda: [action.act for action in watched.shown().actions]  # noqa: E731
    SITUATIONS["held"](watched.station)
    assert acts()[5:] == [Command.PLACE, Command.ASIDE, MenuItem.CARD, MenuItem.MENU]
    scan(watched.station, Command.ASIDE)
    assert watched.shown().instruction == "Scan ASIDE again to set aside"
    scan(watched.station, Command.ASIDE)
    assert not {Command.PLACE, Command.ASIDE} & set(acts())
    assert (watched.shown().result.word, watched.shown().result.held) == ("SET ASIDE", "")


def test_while_the_station_is_stopped_nothing_can_be_placed(watched):
    SITUATIONS["held_of_two_beside_a_stop"](watched.station)
    usable = {action.act for action in watched.shown().actions if action.usable}
    assert not usable & {Command.PLACE, Command.ASIDE}
    assert watched.shown().result.held.startswith("500 held from left, then right:")


def told_of(watched, *, reason, remarks=()):
    entry = entry_of(refused(CHILDREN[0], reason), 99, remarks=remarks)
    watched.station.tell(
        ScanDecided(entry=entry, state=watched.station.state, backlog=watched.station.backlog())
    )
    return watched.shown().result.word


@pytest.mark.parametrize(
    ("reason", "remarks", "word"),
    [
        (Reason.READ_TWICE, (), "ADDED"),
        (Reason.NOT_A_SCAN, (), "ADDED"),
        (Reason.READ_TWICE, (Remark.REPEAT,), "READ TWICE"),
        (Reason.READ_BY_BOTH, (Remark.CROSS,), "READ BY BOTH"),
        (Reason.WRONG_SCANNER, (), "OTHER SCANNER"),
    ],
)
def test_only_what_arrived_twice_at_once_and_noise_are_not_shown(watched, reason, remarks, word):
    packed(watched.station, 2)
    assert told_of(watched, reason=reason, remarks=remarks) == word


def test_an_operator_who_signed_out_is_not_named(watched):
    watched.station.be_operated_by("asha")
    assert watched.shown().status.operator == "asha"
    watched.station.sign_out()
    assert watched.shown().status.operator == "Nobody signed in"


def test_actions_always_stand_in_the_same_places(watched):
    keys = [(action.key, action.act) for action in watched.shown().actions]
    SITUATIONS["late_refusals"](watched.station)
    assert [(action.key, action.act) for action in watched.shown().actions] == keys


def test_actions_that_make_sense_now_are_marked(watched):
    usable = lambda: {action.key for action in watched.shown().actions if action.usable}  # noqa: E731
    assert usable() == {"F8", "F10", "F11"}
    packed(watched.station, 2)
    assert usable() == {"F2", "F4", "F6", "F7", "F8", "F10", "F11"}
    scan(watched.station, Command.CLOSE)
    assert usable() == {"F2", "F4", "F6", "F7", "F8", "F9", "F10", "F11"}


def test_the_work_shares_with_the_menu_only_keys_that_change_nothing_by_themselves(watched):
    menu = watched.shown(around=Surroundings(station="7", version="1", menu_open=True)).actions
    keys = {action.key for action in menu} - {"F10"}
    shared = {action.act for action in watched.shown().actions if action.key in keys}
    assert shared == {Command.MOVE, Command.FIND, MenuItem.CARD}


def test_a_resumed_parent_is_told(watched):
    packed(watched.station, 3)
    fresh = Watched(FakeStation())
    fresh.station.tell(WorkResumed(state=watched.station.state, backlog=watched.station.backlog()))
    assert fresh.shown().result.lines[0] == "SB10001 stands as it stood: 3 of 30 inside."


def test_the_centres_count_is_the_one_that_is_shown(watched):
    scan(watched.station, "SB10001", CHILDREN[0])
    watched.facts = after_event(
        watched.facts,
        WorkResumed(state=_with_base(watched.station.state, 5), backlog=watched.station.backlog()),
        watched.station.now(),
    )
    state = watched.shown()
    assert (state.counter.count, state.rows[0].number, len(state.counter.fill)) == (6, "6", 6)


def _with_base(state, count):
    return replace(state, parent=replace(state.parent, base_count=count))


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_every_situation_has_a_word_and_an_instruction(situation):
    watched = Watched(station_for(situation))
    situation(watched.station)
    state = watched.shown()
    assert state.instruction
    assert state.result.word
    assert len(state.result.lines) == 2


def opened_again(watched, *children):
    """A parent that had three bags when this station opened it."""
    packed(watched.station, 0)
    scan(watched.station, *children)
    bag = replace(watched.facts.work.parent, base_count=3)
    watched.facts = replace(watched.facts, work=replace(watched.facts.work, parent=bag))
    return watched.shown()


def test_the_rows_and_the_count_agree_also_for_bags_that_have_no_row(watched):
    state = opened_again(watched, CHILDREN[3])
    assert (state.counter.count, state.inside, sum(row.counts for row in state.rows)) == (4, 4, 1)


def test_a_parent_opened_again_says_that_bags_are_inside(watched):
    state = opened_again(watched)
    assert state.empty_rows_text == "3 bags were inside before; new ones appear here"


def test_a_refused_bag_keeps_its_row_and_counts_nothing(watched):
    SITUATIONS["late_refusals"](watched.station)
    state = watched.shown()
    assert [row.counts for row in state.rows].count(False) == 3
    assert state.inside == sum(row.counts for row in state.rows)


def test_a_late_refusal_does_not_hide_what_became_of_the_next_scan(watched):
    SITUATIONS["late_refusals"](watched.station)
    scan(watched.station, CHILDREN[20])
    result = watched.shown().result
    assert (result.word, result.meanwhile) == ("STOP", f"Last scan: ADDED {CHILDREN[20]}")


def test_a_late_refusal_does_not_hide_a_question(watched):
    SITUATIONS["late_refusals"](watched.station)
    scan(watched.station, Command.CLOSE)
    state = watched.shown()
    assert (state.tone, state.instruction) == (Tone.STOP, "Scan CLOSE again to close it")
    assert state.result.meanwhile == "Last scan: CLOSE IT? SB10001"


@pytest.mark.parametrize(("name", "shown"), [("7", "Station 7"), ("Station 7", "Station 7")])
def test_a_station_is_not_called_station_twice(watched, name, shown):
    assert watched.shown(around=replace(AROUND, station=name)).status.station == shown


def test_the_first_load_of_the_list_of_bags_is_shown_until_it_is_complete(watched):
    for loaded, complete, text in [(0, False, "bag list 0 %"), (43, False, "bag list 43 %"), (100, True, "")]:
        watched.station.tell(CatalogueChanged(loaded=loaded, total=100, complete=complete))
        status = watched.shown().status
        assert (status.catalogue, status.catalogue_short) == (f"loading the {text}" if text else "", text)


def test_a_load_of_the_list_of_bags_that_stopped_is_not_shown_as_going_on(watched):
    watched.station.tell(CatalogueChanged(loaded=31, total=100, complete=False))
    watched.station.tell(CatalogueChanged(loaded=31, total=100, complete=False, stopped=True))
    assert watched.shown().status.catalogue == ""


def test_a_load_that_outgrows_its_estimate_is_not_called_complete(watched):
    watched.station.tell(CatalogueChanged(loaded=120, total=120, complete=False))
    assert watched.shown().status.catalogue_short == "bag list 99 %"
