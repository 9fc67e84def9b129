from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from fakes.decisions import added, opened, refused
from fakes.scanning import START, Scanning

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import AttentionItem
from traitortrack_desktop.presentation.messages import (
    Tongue,
    message_for,
    message_for_refusal,
)
from traitortrack_desktop.presentation.phrases import first_known

KOLKATA = timezone(timedelta(hours=5, minutes=30))
LOCAL = Tongue(zone=KOLKATA)
SINCE = datetime(2026, 1, 5, 3, 42, tzinfo=UTC)
ELSEWHERE = BagFact(code="AB12C", kind="child", parent="SB20002", since=SINCE, by="R. Sharma")


def shown(scanning, code):
    decision = scanning.scan(code)
    return message_for(decision, state=scanning.state, now=START, tongue=LOCAL)


def test_a_bag_that_is_elsewhere_is_told_with_place_time_and_person():
    scanning = Scanning(facts={"AB12C": ELSEWHERE})
    scanning.scan("SB10001")
    assert shown(scanning, "AB12C").what == "AB12C is in SB20002 since 09:12, put there by R. Sharma."


@pytest.mark.parametrize(
    ("ago", "known"),
    [
        (timedelta(hours=1), " (known at 12:30)"),
        (timedelta(days=1), " (known at 04.01.2026 13:30)"),
        (timedelta(seconds=2), ""),
        (-timedelta(hours=1), ""),
    ],
)
def test_what_is_known_since_a_while_is_told_with_as_of_when(ago, known):
    fact = replace(ELSEWHERE, as_of=START - ago, from_centre=True)
    scanning = Scanning(facts={"AB12C": fact})
    scanning.scan("SB10001")
    told = f"AB12C is in SB20002 since 09:12, put there by R. Sharma{known}."
    assert shown(scanning, "AB12C").what == told


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        (BagFact(code="AB12C", parent="SB20002", since=SINCE), "AB12C is in SB20002 since 09:12."),
        (BagFact(code="AB12C", parent="SB20002"), "AB12C is in parent bag SB20002."),
        (None, "AB12C is in another parent bag."),
    ],
)
def test_what_is_not_known_is_left_out_of_the_sentence(fact, sentence):
    decision = refused("AB12C", Reason.CHILD_IN_OTHER_PARENT, parent="SB10001")
    decision = type(decision)(
        kind=decision.kind,
        verdict=decision.verdict,
        code=decision.code,
        capacity=30,
        reason=decision.reason,
        parent=decision.parent,
        fact=fact,
    )
    assert message_for(decision, now=START, tongue=LOCAL).what == sentence


@pytest.mark.parametrize("reason", [Reason.INCOMPLETE, Reason.WRONG_SCANNER, Reason.NOTHING_TO_UNDO])
def test_where_placing_stopped_the_operator_is_told_to_look_at_what_comes_next(reason):
    decision = refused("AB12C", reason)
    assert "PLACE" not in message_for(decision, tongue=LOCAL).now
    assert "which parent comes next" in message_for(replace(decision, resolves=7), tongue=LOCAL).now


@pytest.mark.parametrize("reason", [Reason.ALREADY_IN_THIS_PARENT, Reason.CHILD_IN_OTHER_PARENT])
def test_where_it_goes_on_or_stands_still_what_is_to_be_done_is_as_ever(reason):
    decision = refused("AB12C", reason)
    assert message_for(replace(decision, resolves=7), tongue=LOCAL) == message_for(decision, tongue=LOCAL)


def test_a_time_of_another_day_is_told_with_its_date():
    assert LOCAL.moment(SINCE - timedelta(days=3), START) == "02.01.2026 09:12"


def test_the_same_bag_again_is_told_with_when_it_was_counted():
    scanning = Scanning()
    scanning.scan_all("SB10001 AB12C")
    message = shown(scanning, "AB12C")
    assert message.heading == "ALREADY COUNTED"
    assert message.what == "AB12C is in SB10001 since 13:30."


def test_an_added_bag_is_told_with_its_number():
    scanning = Scanning()
    scanning.scan("SB10001")
    assert shown(scanning, "AB12C").what == "Bag 1 of 30 in SB10001."


def test_the_last_bag_is_told_as_complete():
    scanning = Scanning(capacity=1)
    scanning.scan("SB10001")
    assert shown(scanning, "AB12C").heading == "COMPLETE"


def test_a_changed_parent_is_told_with_the_one_it_closed():
    scanning = Scanning()
    scanning.scan_all("SB10001 AB12C SB10002")
    assert shown(scanning, "SB10002").what == "SB10001 is closed, SB10002 is open. Inside: 0."


def test_a_parent_that_holds_bags_already_is_told_with_how_many():
    assert message_for(opened("SB10001", base_count=7)).what == "SB10001 is open. Inside already: 7."


def test_the_question_whether_to_close_names_the_count():
    scanning = Scanning()
    scanning.scan_all("SB10001 AB12C")
    message = shown(scanning, Command.CLOSE)
    assert (message.heading, message.what) == ("CLOSE IT?", "SB10001 has 1 of 30 bags.")


def test_an_over_long_code_does_not_fill_the_sentence():
    assert len(message_for(refused("X" * 255, Reason.UNKNOWN_CODE)).what) < 60


def test_a_sentence_for_a_script_has_what_is_so_and_what_to_do():
    scanning = Scanning()
    scanning.scan("AB12C")
    sentence = message_for(scanning.entries[0].decision, state=scanning.state).one_line
    assert sentence == "No parent bag is open. Scan a parent bag first."


def test_without_a_state_a_decision_still_has_its_sentence():
    assert message_for(added("SB10001", "AB12C")).what == "It is in SB10001."


def test_a_late_refusal_tells_both_stories():
    item = AttentionItem(
        seq=3,
        code="AB12C",
        reason=Reason.CHILD_IN_OTHER_PARENT,
        parent="SB10001",
        child="AB12C",
        at=SINCE + timedelta(minutes=30),
        operator="asha",
        fact=ELSEWHERE,
    )
    message = message_for_refusal(item, now=START, tongue=LOCAL)
    assert message.what == (
        "asha put AB12C into SB10001 at 09:42. It is in SB20002 since 09:12, put there by R. Sharma."
    )
    assert message.now == "Take it out of SB10001 and scan it again, or hold F12."


def test_the_richest_pattern_whose_names_are_all_known_is_taken():
    assert first_known(("{a} {b}", "{a}", "none"), {"a": 1, "b": None}) == "1"


def test_patterns_of_which_none_fits_are_a_defect():
    with pytest.raises(LookupError):
        first_known(("{a}",), {})
