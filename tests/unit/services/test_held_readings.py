"""What comes out of a scanner's memory is held until a person places it, or sets it aside."""

import pytest
from fakes.intake_bench import IntakeBench

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import EntryKind, Outcome, QuestionKind, Receipt, Remark, Verdict
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.services.events import StorageFailed
from traitortrack_desktop.services.ports import PostingReply

PLACE, ASIDE, UNDERSTOOD = Command.PLACE, Command.ASIDE, Command.UNDERSTOOD


@pytest.fixture
def bench():
    return IntakeBench(capacity=4)


def held(bench):
    return [reading.code for reading in bench.state.held]


def inside(bench):
    bag = bench.state.parent or bench.state.finished
    return [change.child for change in bag.children]


def told(decisions):
    return [
        (decision.code, decision.kind if decision.reason is None else decision.reason)
        for decision in decisions
    ]


# -- holding


def test_a_memory_is_never_poured_into_the_open_parent(bench):
    bench.scan("SB10001")
    decisions = bench.pour("C001 C002 SB10002 C003")
    assert {(decision.reason, decision.parent) for decision in decisions} == {(Reason.HELD, None)}
    assert (bench.state.parent.code, bench.state.parent.count) == ("SB10001", 0)
    assert held(bench) == ["C001", "C002", "SB10002", "C003"]


def test_a_memory_is_held_also_when_nobody_is_signed_in():
    bench = IntakeBench(sign_in_required=True)
    assert bench.pour("C001")[0].reason is Reason.HELD


def test_a_memory_is_held_beside_a_stop_and_does_not_end_it(bench):
    bench.scan_all(f"SB10009 C001 {Command.CLOSE} {Command.CLOSE} SB10001 C001")
    assert bench.pour("C001")[0].reason is Reason.HELD
    assert bench.state.stop.code == "C001"


def test_the_same_code_twice_in_a_memory_is_held_twice(bench):
    bench.pour("C001 C001 C001")
    assert held(bench) == ["C001"] * 3


def test_what_cannot_be_used_is_held_in_its_place(bench):
    bench.pour("??? BILL-7")
    bench.scan("C0", kind=FrameKind.PARTIAL, after_reconnect=True)
    bench.pour("SB10001 C001", role=ScannerRole.CHILDREN)
    assert {decision.reason for decision in bench.decisions} == {Reason.HELD}
    assert [(reading.code, reading.problem) for reading in bench.state.held] == [
        ("???", Reason.UNKNOWN_CODE),
        ("BILL-7", None),
        ("C0", Reason.INCOMPLETE),
        ("SB10001", Reason.WRONG_SCANNER),
        ("C001", None),
    ]


def test_noise_among_a_memory_is_no_reading(bench):
    bench.scan("AT", kind=FrameKind.NOISE, after_reconnect=True)
    assert (bench.decisions[-1].reason, held(bench)) == (Reason.NOT_A_SCAN, [])


def test_scans_of_the_other_gun_go_on_between(bench):
    bench.scan("SB10001", source="right")
    bench.pour("C001")
    assert bench.scan("C900", source="right").kind is EntryKind.ADD_CHILD
    bench.pour("C002")
    bench.scan("C901", source="right")
    assert (inside(bench), held(bench)) == (["C900", "C901"], ["C001", "C002"])


def test_a_question_stands_while_a_memory_pours(bench):
    bench.scan_all("SB10001 C900")
    bench.scan(Command.REMOVE)
    bench.pour("C001 C002")
    assert bench.scan("C900").kind is EntryKind.REMOVE_CHILD


def test_a_memory_does_not_answer_or_acknowledge_anything(bench):
    bench.scan_all("SB10001 C900 SB10002")
    bench.pour("SB10002 TT-CMD-UNDERSTOOD TT-CMD-ASIDE TT-CMD-PLACE TT-CMD-CANCEL")
    assert bench.state.question.code == "SB10002"
    assert len(held(bench)) == 5


# -- placing


def test_held_codes_are_placed_in_their_order_into_the_open_parent(bench):
    bench.pour("C001 C002")
    bench.scan("SB10001")
    decisions = bench.press(PLACE)
    assert told(decisions) == [("C001", EntryKind.ADD_CHILD), ("C002", EntryKind.ADD_CHILD)]
    assert (inside(bench), held(bench)) == (["C001", "C002"], [])


def test_each_placed_code_settles_its_held_entry_and_is_remarked(bench):
    bench.pour("C001 C002")
    bench.scan("SB10001")
    bench.press(PLACE)
    placed = bench.journal.entries[-2:]
    assert [entry.decision.resolves for entry in placed] == [1, 2]
    assert {(entry.remarks, entry.source) for entry in placed} == {((Remark.PLACED,), "keys")}


def test_without_a_parent_everything_stays_held(bench):
    bench.pour("C001 C002")
    assert told(bench.press(PLACE)) == [("C001", Reason.NO_PARENT)]
    assert held(bench) == ["C001", "C002"]


def test_a_full_parent_stops_it_and_the_next_parent_lets_it_go_on(bench):
    bench.pour("C001 C002 C003 C004 C005 C006")
    bench.scan("SB10001")
    assert told(bench.press(PLACE))[-1] == ("C005", Reason.PARENT_FULL)
    assert (inside(bench), held(bench)) == (["C001", "C002", "C003", "C004"], ["C005", "C006"])
    bench.scan("SB10002")
    bench.press(PLACE)
    assert (inside(bench), held(bench)) == (["C005", "C006"], [])


def test_bags_that_are_inside_already_do_not_stop_it(bench):
    bench.pour("C001 C001 C002")
    bench.scan("SB10001")
    assert [decision.reason for decision in bench.press(PLACE)] == [None, Reason.ALREADY_IN_THIS_PARENT, None]
    assert held(bench) == []


def test_a_parent_in_the_memory_asks_and_placing_again_answers(bench):
    bench.pour("C001 SB10002 C002")
    bench.scan("SB10001")
    asked = bench.press(PLACE)[-1]
    assert (asked.verdict, asked.reason, asked.resolves) == (Verdict.CONFIRM, Reason.OTHER_PARENT_OPEN, None)
    assert held(bench) == ["SB10002", "C002"]
    decisions = bench.press(PLACE)
    assert told(decisions) == [("SB10002", EntryKind.OPEN_PARENT), ("C002", EntryKind.ADD_CHILD)]
    assert (decisions[0].closes, held(bench)) == ("SB10001", [])


def test_a_memory_of_whole_parents_is_placed_without_any_open(bench):
    bench.pour("SB10001 C001 C002 C003 C004 SB10002 C005")
    assert {decision.verdict for decision in bench.press(PLACE)} == {Verdict.ACCEPTED}
    assert (bench.state.parent.code, inside(bench)) == ("SB10002", ["C005"])


def test_the_question_it_asked_may_be_answered_by_a_scan_too(bench):
    bench.pour("SB10002 C002")
    bench.scan_all("SB10001 C001")
    bench.press(PLACE)
    bench.scan("SB10002")
    assert told(bench.press(PLACE)) == [
        ("SB10002", Reason.PARENT_ALREADY_OPEN),
        ("C002", EntryKind.ADD_CHILD),
    ]


def test_placing_answers_no_question_about_another_parent(bench):
    bench.pour("SB10002 C002")
    bench.scan_all("SB10001 C001 SB10003")
    assert [decision.reason for decision in bench.press(PLACE)] == [Reason.ANSWER_FIRST]
    assert held(bench) == ["SB10002", "C002"]


def test_a_bag_that_is_elsewhere_stops_and_leaves_as_that_refusal(bench):
    bench.scan_all("SB10009 C001")
    bench.scan_all(f"{Command.CLOSE} {Command.CLOSE} SB10001")
    bench.pour("C000 C001 C002")
    refused = bench.press(PLACE)[-1]
    assert (refused.code, refused.reason, refused.fact.parent) == (
        "C001",
        Reason.CHILD_IN_OTHER_PARENT,
        "SB10009",
    )
    assert held(bench) == ["C002"]


def test_nothing_is_placed_while_the_station_is_stopped(bench):
    test_a_bag_that_is_elsewhere_stops_and_leaves_as_that_refusal(bench)
    assert [decision.reason for decision in bench.press(PLACE)] == [Reason.NOT_COUNTED]
    bench.press(UNDERSTOOD)
    assert told(bench.press(PLACE)) == [("C002", EntryKind.ADD_CHILD)]


def test_the_commands_of_a_memory_are_carried_out_in_their_place(bench):
    bench.pour(f"C001 C002 {Command.UNDO} C003 {Command.REMOVE} C001")
    bench.scan("SB10001")
    assert bench.press(PLACE)[-1].reason is Reason.CONFIRM_REMOVE
    bench.press(PLACE)
    assert (inside(bench), held(bench)) == (["C003"], [])


def test_closing_in_a_memory_takes_a_second_look(bench):
    bench.pour(f"C001 {Command.CLOSE} {Command.CLOSE}")
    bench.scan("SB10001")
    assert bench.press(PLACE)[-1].reason is Reason.CONFIRM_CLOSE
    assert bench.press(PLACE)[-1].kind is EntryKind.CLOSE_PARENT
    assert held(bench) == []


@pytest.mark.parametrize("command", Command)
def test_no_command_in_a_memory_keeps_the_rest_from_being_placed(bench, command):
    bench.pour(f"{command} C001")
    bench.scan("SB10001")
    bench.press(PLACE)
    bench.press(PLACE)
    assert held(bench) == []


def test_a_live_question_is_not_answered_by_what_is_held(bench):
    bench.scan_all("SB10001 C001")
    bench.pour("C001 C002")
    bench.scan(Command.REMOVE)
    assert [decision.kind for decision in bench.press(PLACE)] == [EntryKind.REFUSAL, EntryKind.ADD_CHILD]
    assert inside(bench) == ["C001", "C002"]


def test_what_is_placed_acknowledges_no_late_refusal(bench):
    bench.scan_all("SB10001 C001")
    entry = bench.journal.entries[-1]
    receipt = Receipt(seq=entry.seq, outcome=Outcome.REFUSED, reason=Reason.PARENT_FULL, count=0)
    bench.intake.take_receipts([entry], PostingReply(receipts=(receipt,), server_time=None, centre=None))
    bench.pour(f"{UNDERSTOOD} C001")
    assert bench.press(PLACE)[0].reason is Reason.NOTHING_TO_ACKNOWLEDGE
    assert [item.code for item in bench.state.attention] == ["C001"]


@pytest.mark.parametrize("command", [PLACE, ASIDE])
def test_with_nothing_held_there_is_nothing_to_do(bench, command):
    bench.scan("SB10001")
    assert [decision.reason for decision in bench.press(command)] == [Reason.NOTHING_HELD]


def test_nobody_signed_in_places_nothing():
    bench = IntakeBench(sign_in_required=True)
    bench.pour("SB10001")
    assert [decision.reason for decision in bench.press(PLACE)] == [Reason.NOT_SIGNED_IN]
    assert held(bench) == ["SB10001"]


def test_place_read_by_both_guns_places_once(bench):
    bench.pour("SB10002")
    bench.scan_all("SB10001 C001")
    bench.scan(PLACE, source="left")
    assert bench.scan(PLACE, source="right", after_ms=200).reason is Reason.READ_BY_BOTH
    assert bench.state.parent.code == "SB10001"


# -- gaps


@pytest.mark.parametrize(
    "kind", [FrameKind.PARTIAL, FrameKind.GARBLED, FrameKind.OVERSIZE, FrameKind.COMPLETE]
)
def test_nothing_behind_a_gap_is_placed_before_a_person_has_seen_it(bench, kind):
    bench.pour("SB10001 C001")
    bench.scan("SB1", kind=kind, after_reconnect=True)
    bench.pour("C002 C003")
    decisions = bench.press(PLACE)
    assert (decisions[-1].code, decisions[-1].verdict) == ("SB1", Verdict.REFUSED)
    assert decisions[-1].reason is not Reason.HELD
    assert (inside(bench), held(bench)) == (["C001"], ["C002", "C003"])
    bench.scan("SB10002")
    bench.scan("SB10002")
    bench.press(PLACE)
    assert (bench.state.parent.code, inside(bench), held(bench)) == ("SB10002", ["C002", "C003"], [])


def test_a_parent_in_the_memory_of_the_gun_for_children_stops_placing(bench):
    bench.scan("SB10001", source="right")
    bench.pour("C001 SB10002 C002", role=ScannerRole.CHILDREN)
    assert bench.press(PLACE)[-1].reason is Reason.WRONG_SCANNER
    assert (inside(bench), held(bench)) == (["C001"], ["C002"])


def test_a_gap_is_seen_also_without_an_open_parent(bench):
    bench.pour("??? C001")
    assert told(bench.press(PLACE)) == [("???", Reason.UNKNOWN_CODE)]
    assert told(bench.press(PLACE)) == [("C001", Reason.NO_PARENT)]


def test_a_question_of_a_memory_is_not_answered_over_a_gap(bench):
    bench.scan_all("SB10001 C001")
    bench.pour(f"{Command.REMOVE} ??? C001")
    assert [bench.press(PLACE)[-1].reason for _ in range(3)] == [
        Reason.CONFIRM_REMOVE,
        Reason.UNKNOWN_CODE,
        Reason.ALREADY_IN_THIS_PARENT,
    ]
    assert inside(bench) == ["C001"]


def test_what_could_not_be_stored_of_a_memory_is_a_gap(bench):
    bench.pour("SB10001 C001")
    bench.journal.failing = True
    bench.pour("SB10002 C002")
    bench.journal.failing = False
    bench.pour("C003")
    assert held(bench) == ["SB10001", "C001", "SB10002", "C003"]
    decision = bench.press(PLACE)[-1]
    assert (decision.code, decision.reason) == ("SB10002", Reason.NOT_STORED)
    assert (inside(bench), held(bench)) == (["C001"], ["C003"])


def test_a_gap_of_one_gun_is_kept_also_when_the_other_one_finds_the_disk_well_again(bench):
    bench.pour("C001")
    bench.journal.failing = True
    bench.pour("C002")
    bench.journal.failing = False
    bench.scan("SB10001", source="right")
    bench.pour("C003")
    assert [(reading.code, reading.source) for reading in bench.state.held] == [
        ("C001", "left"),
        ("C002", "left"),
        ("C003", "left"),
    ]


def test_what_met_a_defect_is_a_gap_too(bench):
    append = bench.journal.append

    def defect(*_args, **_rest):
        raise RuntimeError

    bench.journal.append = defect
    with pytest.raises(RuntimeError):
        bench.pour("SB10002")
    bench.journal.append = append
    bench.intake.fail("an unexpected error")  # as the intake's loop does
    bench.pour("C001")
    assert [(reading.code, reading.problem) for reading in bench.state.held] == [
        ("SB10002", Reason.NOT_STORED),
        ("C001", None),
    ]


def test_what_a_gun_scanned_and_could_not_be_stored_is_no_gap(bench):
    bench.journal.failing = True
    bench.scan("C001")
    bench.journal.failing = False
    bench.scan("SB10001")
    assert held(bench) == []


# -- two memories


def pour_both(bench, left, right):
    for one, other in zip(left.split(), right.split(), strict=True):
        bench.pour(one, source="left")
        bench.pour(other, source="right")


def test_two_memories_at_once_are_placed_one_after_the_other(bench):
    pour_both(bench, "SB10001 C001 C002", "SB10002 C003 C004")
    bench.press(PLACE)
    assert (bench.state.parent.code, inside(bench)) == ("SB10001", ["C001", "C002"])
    assert held(bench) == ["SB10002", "C003", "C004"]
    assert bench.press(PLACE)[-1].reason is Reason.OTHER_PARENT_OPEN
    bench.press(PLACE)
    assert (bench.state.parent.code, inside(bench), held(bench)) == ("SB10002", ["C003", "C004"], [])


def test_a_memory_that_was_begun_is_finished_before_another_one(bench):
    pour_both(bench, "C001 ??? C002", "C003 C004 C005")
    bench.scan("SB10001", source="hand")
    bench.press(PLACE)
    bench.pour("C006", source="left")
    bench.pour("C007", source="another")
    assert [reading.source for reading in bench.state.held] == ["left"] * 2 + ["right"] * 3 + ["another"]
    bench.press(PLACE)
    assert inside(bench) == ["C001", "C002", "C006"]


def test_a_memory_that_was_placed_begins_anew_behind_the_others(bench):
    pour_both(bench, "C001", "C002")
    bench.scan("SB10001", source="hand")
    bench.press(PLACE)
    bench.pour("C003", source="left")
    assert held(bench) == ["C002", "C003"]


def test_a_question_of_one_memory_is_not_answered_by_another(bench):
    bench.scan_all("SB10001 C001")
    bench.pour(Command.CLOSE, source="left")
    bench.pour(Command.CLOSE, source="right")
    assert [bench.press(PLACE)[-1].reason for _ in range(2)] == [Reason.CONFIRM_CLOSE] * 2
    assert bench.state.parent.code == "SB10001"


def test_setting_aside_is_for_every_memory(bench):
    pour_both(bench, "C001 C002", "C003 C004")
    bench.press(ASIDE)
    bench.pour("C005", source="left")
    bench.press(ASIDE)
    assert held(bench) == ["C005"]


def test_a_restart_keeps_the_order_of_two_memories(bench):
    pour_both(bench, "C001 ??? C002", "C003 C004 C005")
    bench.scan("SB10001", source="hand")
    bench.press(PLACE)
    before = bench.state
    bench.restart(bench.journal)
    assert bench.state == before
    assert held(bench) == ["C002", "C003", "C004", "C005"]


# -- undoing


def test_undo_in_a_memory_takes_out_what_was_placed_just_before_it(bench):
    bench.scan("SB10001")
    bench.pour(f"C001 C002 {Command.UNDO}")
    bench.press(PLACE)
    assert inside(bench) == ["C001"]


@pytest.mark.parametrize(
    "memory",
    [f"{Command.UNDO} C002", f"C001 {Command.UNDO} C002", f"C003 {Command.UNDO} {Command.UNDO} C002"],
)
def test_undo_in_a_memory_takes_out_nothing_else(bench, memory):
    bench.scan_all("SB10001 C001")
    bench.pour(memory)
    assert bench.press(PLACE)[-1].reason is Reason.NOTHING_TO_UNDO
    assert (inside(bench), held(bench)) == (["C001"], ["C002"])


def test_undo_behind_a_refused_bag_takes_out_nothing(bench):
    bench.scan_all(f"SB10009 C009 {Command.CLOSE} {Command.CLOSE} SB10001 C001")
    bench.pour(f"C009 {Command.UNDO} C002")
    bench.press(PLACE)
    bench.press(UNDERSTOOD)
    assert bench.press(PLACE)[-1].reason is Reason.NOTHING_TO_UNDO
    assert (inside(bench), held(bench)) == (["C001"], ["C002"])


def test_undo_of_one_memory_takes_out_nothing_of_another(bench):
    bench.scan("SB10001", source="hand")
    bench.pour("C001", source="left")
    bench.pour(Command.UNDO, source="right")
    bench.press(PLACE)
    assert bench.press(PLACE)[-1].reason is Reason.NOTHING_TO_UNDO
    assert inside(bench) == ["C001"]


def test_undo_behind_the_bag_that_filled_the_parent_takes_it_out_again(bench):
    bench.pour(f"C001 C002 C003 C004 {Command.UNDO}")
    bench.scan("SB10001", source="hand")
    bench.press(PLACE)
    assert inside(bench) == ["C001", "C002", "C003"]


def test_setting_aside_in_a_memory_sets_nothing_aside(bench):
    bench.scan("SB10001")
    bench.pour(f"{ASIDE} {ASIDE} C001")
    assert [decision.reason for decision in bench.press(PLACE)] == [Reason.NOTHING_HELD] * 2 + [None]
    assert (inside(bench), held(bench)) == (["C001"], [])


def test_the_command_to_place_read_again_at_once_does_not_go_on(bench):
    bench.scan_all("SB10001 C001")
    bench.pour("SB10002 C002", source="right")
    assert bench.scan(PLACE).reason is Reason.OTHER_PARENT_OPEN
    assert bench.scan(PLACE, after_ms=400).reason is Reason.READ_TWICE
    assert bench.state.parent.code == "SB10001"
    assert bench.scan(PLACE, after_ms=600).kind is EntryKind.ADD_CHILD


def test_what_one_command_places_is_told_as_one_answer(bench):
    bench.scan("SB10001")
    bench.pour("C001 C002 C003", source="right")
    before = len(bench.told)
    bench.press(PLACE)
    assert [event.is_answer for event in bench.told[before:]] == [False, False, True]


def test_500_held_codes_lose_none():
    bench = IntakeBench(capacity=500)
    codes = [f"C{number:04}" for number in range(500)]
    bench.pour(" ".join(codes))
    assert held(bench) == codes
    bench.scan("SB10001")
    bench.press(PLACE)
    assert (inside(bench), held(bench)) == (codes, [])


def test_a_disk_that_fills_up_between_two_codes_leaves_the_rest_held(bench):
    bench.pour("C001 C002 C003")
    bench.scan("SB10001")
    append = bench.journal.append

    def fails_after_two(decision, **rest):
        bench.journal.failing = decision.code == "C003"
        return append(decision, **rest)

    bench.journal.append = fails_after_two
    bench.press(PLACE)
    assert isinstance(bench.told[-1], StorageFailed)
    bench.journal.append, bench.journal.failing = append, False
    decisions = bench.press(PLACE)
    assert (told(decisions), held(bench)) == ([("C003", EntryKind.ADD_CHILD)], [])


# -- setting aside


def test_setting_aside_asks_first_and_then_settles_everything_with_one_entry(bench):
    bench.scan("SB10001")
    bench.pour("C001 C002 C003")
    asked, done = *bench.press(ASIDE), *bench.press(ASIDE)
    assert (asked.question, asked.verdict) == (QuestionKind.ASIDE, Verdict.CONFIRM)
    assert (done.kind, done.resolves) == (EntryKind.ACKNOWLEDGE, 4)
    assert (held(bench), bench.state.question) == ([], None)
    assert inside(bench) == []


def test_what_came_after_the_question_is_not_set_aside_with_the_rest(bench):
    bench.pour("C001")
    bench.press(ASIDE)
    bench.pour("C002", source="right")
    bench.press(ASIDE)
    assert held(bench) == ["C002"]


def test_another_scan_after_the_question_means_no(bench):
    bench.scan("SB10001")
    bench.pour("C001")
    bench.press(ASIDE)
    bench.scan("C900")
    assert bench.press(ASIDE)[0].verdict is Verdict.CONFIRM
    assert held(bench) == ["C001"]


def test_cancel_keeps_everything_held(bench):
    bench.pour("C001")
    bench.press(ASIDE)
    bench.press(Command.CANCEL)
    assert (held(bench), bench.state.question) == (["C001"], None)


def test_a_restart_holds_what_was_held(bench):
    bench.scan("SB10001")
    bench.pour("C001 SB10002 C002 C003")
    bench.press(PLACE)
    before = bench.state
    bench.restart(bench.journal)
    assert bench.state == before
    assert held(bench) == ["SB10002", "C002", "C003"]
