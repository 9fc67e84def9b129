from dataclasses import replace
from pathlib import Path

import pytest
from fakes.heard_readings import CODE, CODE_WITH_SEPARATOR, WINDOW_KEYBOARD, key_gun, keyed, sent, serial_gun

from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    Feedback,
    KeyLine,
    ScannerProfile,
    ScannerRole,
)
from traitortrack_desktop.presentation.scanner_acts import GuideCheck, ScannerAct
from traitortrack_desktop.presentation.scanner_set_up import not_set_up, scanner_set_up_view
from traitortrack_desktop.presentation.scanner_set_up_state import Note, ScannerPage, SetUpFacts
from traitortrack_desktop.presentation.screen_state import Mark, Tone
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_learning import ScannerTrouble
from traitortrack_desktop.services.scanner_set_up import (
    TEST_CODES,
    ScannerStep,
    Trouble,
    after_reading,
    begin,
    go_on,
)

WORDS = ENGLISH.scanner_set_up
LEFT = ScannerProfile(
    name="left", connection=Connection.SERIAL, identity=serial_gun().identity, role=ScannerRole.PARENTS
)
RIGHT = ScannerProfile(
    name="right", connection=Connection.KEYBOARD, identity=KEYBOARD, keys=KeyLine(prefix="~2")
)


def view(**facts):
    return scanner_set_up_view(SetUpFacts(**facts), WORDS)


def after(set_up, *readings):
    for reading in readings:
        set_up = after_reading(set_up, reading)
    return set_up


def named(reading, count=5):
    return after(begin((), name="left"), *[reading] * count)


def acts(shown):
    return [press.act for press in shown.presses]


# -- words


@pytest.mark.parametrize("trouble", ScannerTrouble)
def test_every_trouble_says_what_is_wrong_and_what_to_do_in_a_sentence_each(trouble):
    phrase = WORDS.troubles[trouble]
    shown = view(set_up=replace(begin((), name=""), trouble=Trouble(kind=trouble, sent="x", other="left")))
    assert phrase.heading.isupper()
    assert shown.saying.what.endswith((".", "”."))
    assert shown.saying.now.endswith(".")
    assert "{" not in shown.saying.what + shown.saying.now + shown.saying.fact


def test_sentences_are_short_enough_to_be_read_in_passing():
    said = [text for phrase in WORDS.troubles.values() for text in (*phrase.what, *phrase.now)]
    assert max(map(len, said)) <= 75


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (WORDS.presses, ScannerAct),
        (WORDS.connections, Connection),
        (WORDS.roles, ScannerRole),
        (WORDS.problems, ScannerProblem),
        (WORDS.checks, GuideCheck),
        (WORDS.instructions, ScannerStep),
    ],
)
def test_every_name_has_its_words(words, names):
    assert set(words) == set(names)


@pytest.mark.parametrize("note", Note)
def test_every_note_has_its_words(note):
    assert view(note=note, note_about="left").saying.heading == getattr(WORDS, note).heading


# -- the list


def test_a_row_says_name_role_connection_place_and_count():
    (row,) = view(profiles=(LEFT,), attached=(serial_gun(),), readings={LEFT.source: 3}).here
    assert (row.ready, row.name, row.count) == (True, "left", "3 readings")
    assert row.place == "parent bags · serial port · /dev/ttyACM0"


def test_the_light_of_a_scanner_that_is_not_there_is_out_and_says_what_to_do():
    (row,) = view(profiles=(LEFT,), attached=()).here
    assert not row.ready
    assert row.problem == WORDS.problems[ScannerProblem.LOST]


def test_a_wedge_of_the_window_is_there_without_being_attached_and_shows_its_prefix():
    (row,) = view(profiles=(RIGHT,), attached=()).here
    assert row.ready
    assert row.place.endswith("~2")


def test_the_problem_of_an_attached_scanner_stands_at_its_row():
    (row,) = view(profiles=(LEFT,), attached=(serial_gun(problem=ScannerProblem.BUSY),)).here
    assert (row.ready, row.problem) == (False, WORDS.problems[ScannerProblem.BUSY])


def test_what_belongs_to_the_station_is_not_offered_as_attached():
    facts = SetUpFacts(profiles=(LEFT,), attached=(WINDOW_KEYBOARD, serial_gun(), key_gun()))
    assert not_set_up(facts) == (key_gun(),)


def test_names_that_are_taken_are_not_offered_to_be_set_up():
    assert ScannerAct.ADD_LEFT not in acts(view(profiles=(LEFT,)))
    assert {ScannerAct.ADD_LEFT, ScannerAct.ADD_RIGHT, ScannerAct.ADD} <= set(acts(view()))


def test_a_recording_is_always_said_on_the_list():
    shown = view(recording_to=Path("/data/record.jsonl"))
    assert "/data/record.jsonl" in shown.saying.fact
    assert ScannerAct.RECORD_END in acts(shown)


# -- the steps


def test_the_instruction_names_the_scanner_to_take():
    assert view(set_up=begin((), name="left")).instruction == "Scan this code with the LEFT scanner now"
    assert view(set_up=begin((), name="")).instruction == WORDS.pair_unnamed


def test_the_boxes_count_what_was_learned():
    shown = view(set_up=named(sent(CODE), 2))
    assert shown.boxes == (True, True, False, False, False)
    assert shown.instruction == "Scan it again, 3 more"
    assert shown.box_lines == ("Gryphon GD4500", "Serial port · /dev/ttyACM0")


def test_a_scanner_without_a_name_of_its_own_is_named_by_its_connection():
    nameless = replace(WINDOW_KEYBOARD, label="")
    shown = view(set_up=named(keyed(CODE, nameless, text=CODE), 1))
    assert shown.box_lines == ("Shared keyboard",)


def test_a_trouble_is_amber_and_says_for_it_what_was_sent():
    shown = view(set_up=after(begin((), name="left"), sent("4006381333931")))
    assert shown.saying.tone is Tone.ATTENTION
    assert shown.saying.fact == "Sent: 4006381333931"


def test_the_scanners_own_signal_is_asked_of_serial_scanners_only():
    signals = {"Datalogic": Feedback.DATALOGIC}
    assert len(view(set_up=named(sent(CODE)), signals=signals).choices) == 3
    assert len(view(set_up=named(keyed(CODE)), signals=signals).choices) == 2


def test_the_signal_is_off_unless_it_was_chosen():
    signals = view(set_up=named(sent(CODE)), signals={"Datalogic": Feedback.DATALOGIC}).choices[2]
    assert [press.act for press in signals.presses if press.chosen] == [ScannerAct.SIGNAL_OFF]


@pytest.mark.parametrize(
    ("reading", "part"),
    [
        (sent(CODE), "9600 baud 8N1, ends with CR."),
        (sent(CODE, end=b""), WORDS.note_silence),
        (sent(CODE), WORDS.note_separator_unknown),
        (keyed("~1" + CODE), "Prefix ~1."),
        (keyed("\x02" + CODE), "Prefix <02>."),
        (keyed(CODE_WITH_SEPARATOR.replace("\x1d", "|")), "| stands for GS."),
        (keyed(CODE_WITH_SEPARATOR.replace("\x1d", "")), WORDS.note_separator_lost),
        (keyed(CODE, gap_ms=60), WORDS.learned_wireless),
        (keyed(CODE, text=CODE.swapcase()), WORDS.note_caps_lock),
        (keyed(CODE, text="ौैोॆ"), WORDS.note_layout),
        (keyed("x", text=CODE), WORDS.note_by_text),
        (keyed(CODE, end=15), "ends with key Tab."),
    ],
)
def test_what_was_learned_is_told_to_it(reading, part):
    assert part in view(set_up=named(reading)).learned


def test_the_test_shows_the_next_code_that_is_missing():
    set_up = after(go_on(named(sent(CODE))), sent(TEST_CODES[0]), sent(TEST_CODES[2]))
    shown = view(set_up=set_up)
    assert shown.page is ScannerPage.TEST
    assert shown.test_code == TEST_CODES[1]
    assert [number for number, filled in enumerate(shown.boxes, 1) if filled] == [1, 3]


def test_saving_is_offered_after_ten_good_scans_only():
    at_test = go_on(named(sent(CODE)))
    passed = after(at_test, *(sent(code) for code in TEST_CODES))
    (early,) = [press for press in view(set_up=at_test).presses if press.act is ScannerAct.SAVE]
    (late,) = [press for press in view(set_up=passed).presses if press.act is ScannerAct.SAVE]
    assert (early.usable, late.usable) == (False, True)


# -- the guide


def marks(**facts):
    return [check.mark for check in view(guide_open=True, **facts).checks]


def test_the_guide_has_its_checks_in_order():
    shown = view(guide_open=True)
    assert [check.text for check in shown.checks] == [WORDS.checks[check].text for check in GuideCheck]


def test_the_guide_says_what_is_attached_and_what_stands_in_the_way():
    devices = (serial_gun(problem=ScannerProblem.NO_PERMISSION), key_gun())
    shown = view(guide_open=True, attached=devices)
    assert "Gryphon GD4500 (serial port)" in shown.checks[1].fact
    assert WORDS.problems[ScannerProblem.NO_PERMISSION] in shown.checks[2].fact
    assert [check.mark for check in shown.checks][1:3] == [Mark.POSTED, Mark.REFUSED]


def test_the_guide_does_not_call_it_wrong_that_nothing_was_scanned_yet():
    assert marks()[3:5] == [None, None]


def test_a_reading_whose_content_is_kept_private_counts_as_heard():
    hidden = keyed("", key_gun(), gaps_ms=())
    shown = view(guide_open=True, last=hidden, heard=1)
    assert [check.mark for check in shown.checks][3:5] == [Mark.POSTED, Mark.POSTED]
    assert WORDS.unreadable in shown.checks[4].fact
