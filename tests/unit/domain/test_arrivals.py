"""How readings come: bounced, repeated, read by both scanners, poured out of a memory."""

import pytest
from fakes.decisions import (
    acknowledged,
    added,
    asked,
    cancelled,
    closed,
    deleted,
    finding,
    left,
    looked_up,
    moved,
    opened,
    refused,
    relabelled,
    removed,
)
from fakes.entry_chain import EntryChain
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.domain.arrivals import (
    ANSWER_MS,
    BOUNCE_MS,
    CROSS_MS,
    DELIBERATE_MS,
    POURING_PAUSE_MS,
    REPEAT_MS,
    Arrivals,
)
from traitortrack_desktop.domain.codes import code_rules, parse_frame
from traitortrack_desktop.domain.entries import Decision, EntryKind, QuestionKind, Remark, Verdict
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import WorkState, after_entry

RULES = code_rules()
ADDED = added("SB10001", "AB12C")
STOPPED = refused("AB12C", Reason.CHILD_IN_OTHER_PARENT)
SWITCH = asked(QuestionKind.SWITCH, "SB10002")


class Bench:
    """Two scanners whose clocks have nothing to do with the intake's, and with each other."""

    def __init__(self):
        self.arrivals = Arrivals()
        self.offsets = {"left": 0, "right": 123_456}
        self.state = WorkState()
        self._chain = EntryChain()

    def happens(self, decision):
        """Let something be decided that came from elsewhere."""
        self.state = after_entry(self.state, self._chain.entry(decision))

    def read(
        self, text, at_ms, *, source="left", decision=ADDED, kind=FrameKind.COMPLETE, takes_ms=0, **more
    ):
        """Read *text*, which came at *at_ms* and was decided *takes_ms* later."""
        ended_ms = (at_ms + self.offsets[source]) & 0xFFFFFFFF
        frame = ScanFrame(source=source, raw=text.encode(), kind=kind, ended_ms=ended_ms, **more)
        scanned = parse_frame(frame, RULES)
        arrival = self.arrivals.look_at(frame, scanned, at_ms, self.state)
        if arrival.problem is not None:
            decision = refused(text, arrival.problem)
        self.happens(decision)
        self.arrivals.keep(frame, scanned, arrival, decision, came_ms=at_ms, stored_ms=at_ms + takes_ms)
        return arrival


@pytest.fixture
def bench():
    return Bench()


@pytest.mark.parametrize(
    ("later_ms", "problem", "remarks"),
    [
        (0, Reason.READ_TWICE, ()),
        (BOUNCE_MS - 1, Reason.READ_TWICE, ()),
        (BOUNCE_MS, None, (Remark.REPEAT,)),
        (REPEAT_MS, None, (Remark.REPEAT,)),
        (REPEAT_MS + 1, None, ()),
    ],
)
def test_the_same_from_the_same_scanner(bench, later_ms, problem, remarks):
    bench.read("AB12C", 5000)
    arrival = bench.read("AB12C", 5000 + later_ms)
    assert (arrival.problem, arrival.remarks) == (problem, remarks)


def test_the_clock_of_a_scanner_may_wrap_between_two_readings(bench):
    bench.offsets["left"] = 0xFFFFFFF0
    bench.read("AB12C", 0)
    assert bench.read("AB12C", 32).problem is Reason.READ_TWICE
    assert bench.read("AB12C", 1032).remarks == (Remark.REPEAT,)


def test_a_label_read_between_does_not_hide_a_bounce(bench):
    bench.read("AB12C", 0)
    bench.read("AB12D", 100)
    assert bench.read("AB12C", 200).problem is Reason.READ_TWICE


def test_a_scanner_that_reads_one_label_all_the_time_counts_once(bench):
    bench.read("AB12C", 0)
    problems = {bench.read("AB12C", at_ms).problem for at_ms in range(200, 5000, 200)}
    assert problems == {Reason.READ_TWICE}


def test_another_label_is_neither(bench):
    bench.read("AB12C", 0)
    assert bench.read("AB12D", 50).remarks == ()


def test_a_part_of_a_label_makes_nothing_of_the_whole(bench):
    bench.read("AB12C", 0, kind=FrameKind.PARTIAL)
    assert bench.read("AB12C", 100).problem is None


def test_frames_without_time_are_never_compared(bench):
    frame = ScanFrame(source="left", raw=b"AB12C")
    bench.read("AB12C", 0)
    scanned = parse_frame(frame, RULES)
    for _ in range(20):
        arrival = bench.arrivals.look_at(frame, scanned, 10, bench.state)
        bench.arrivals.keep(frame, scanned, arrival, ADDED, came_ms=10, stored_ms=10)
        assert (arrival.problem, arrival.remarks) == (None, ())


def test_what_comes_as_slowly_as_a_person_types_is_remarked(bench):
    assert bench.read("AB12C", 0, kind=FrameKind.TYPED).remarks == (Remark.TYPED,)


# -- both scanners


@pytest.mark.parametrize(
    ("later_ms", "problem", "remarks"),
    [
        (0, Reason.READ_BY_BOTH, (Remark.CROSS,)),
        (CROSS_MS - 1, Reason.READ_BY_BOTH, (Remark.CROSS,)),
        (CROSS_MS, None, ()),
    ],
)
def test_the_same_from_the_other_scanner(bench, later_ms, problem, remarks):
    bench.read("AB12C", 0)
    arrival = bench.read("AB12C", later_ms, source="right")
    assert (arrival.problem, arrival.remarks) == (problem, remarks)


def test_what_the_first_scanner_was_refused_the_second_may_read(bench):
    bench.read("AB12C", 0, decision=refused("AB12C", Reason.WRONG_SCANNER))
    arrival = bench.read("AB12C", 200, source="right")
    assert (arrival.problem, arrival.remarks) == (None, (Remark.CROSS,))


def test_the_other_scanner_does_not_acknowledge_the_stop_that_the_first_one_raised(bench):
    bench.read("AB12C", 0, decision=STOPPED)
    assert bench.read("AB12C", 1400, source="right").problem is Reason.READ_BY_BOTH


@pytest.mark.parametrize("decision", [asked(QuestionKind.SWITCH, "SB10002"), removed("SB10001", "SB10002")])
def test_the_other_scanner_never_goes_on_with_what_the_first_one_did(bench, decision):
    bench.read("SB10002", 0, decision=decision)
    assert bench.read("SB10002", 600, source="right").problem is Reason.READ_BY_BOTH


def test_readings_by_both_are_told_apart_by_when_they_came_not_by_when_they_were_decided(bench):
    bench.read("AB12C", 0, takes_ms=4000)
    arrival = bench.read("AB12C", 3000, source="right", takes_ms=1001)
    assert (arrival.problem, arrival.remarks) == (None, ())


@pytest.mark.parametrize(
    ("label", "did", "then"),
    [
        ("AB12C", ADDED, removed("SB10001", "AB12C")),
        ("AB12C", ADDED, closed("SB10001")),
        ("AB12C", removed("SB10001", "AB12C"), ADDED),
        ("SB10001", opened("SB10001"), opened("SB10002")),
        ("SB10002", SWITCH, cancelled()),
    ],
)
def test_the_other_scanner_counts_where_what_the_first_one_did_was_undone(bench, label, did, then):
    bench.read(label, 0, decision=did)
    bench.happens(then)
    if then.kind is EntryKind.CLOSE_PARENT:
        bench.happens(opened("SB10002"))
    arrival = bench.read(label, 400, source="right")
    assert (arrival.problem, arrival.remarks) == (None, (Remark.CROSS,))


def test_the_other_scanner_counts_where_the_stop_of_the_first_one_was_understood(bench):
    bench.read("AB12C", 0, decision=STOPPED)
    bench.happens(acknowledged(bench.state.stop.seq))
    assert bench.read("AB12C", 1200, source="right").problem is None


def test_a_reading_refused_as_read_by_both_is_no_first_reading(bench):
    bench.read("AB12C", 0)
    bench.read("AB12C", 1000, source="right")
    assert bench.read("AB12C", 2100).problem is None


def test_one_gun_that_comes_in_by_two_ways_can_still_answer(bench):
    """Not grabbed, so every pull comes as a device and as keys: the second way never counts."""
    question = asked(QuestionKind.SWITCH, "SB10002")
    bench.read("SB10002", 0, decision=question)
    assert bench.read("SB10002", 5, source="right").problem is Reason.READ_BY_BOTH
    assert bench.read("SB10002", 900).problem is None
    assert bench.read("SB10002", 905, source="right").problem is Reason.READ_BY_BOTH


def test_scanners_that_send_the_label_differently_read_the_same(bench):
    bench.read("ab12c", 0)
    assert bench.read("]C0AB12C", 100, source="right").problem is Reason.READ_BY_BOTH


def test_two_badges_are_not_the_same_label(bench):
    bench.read("TT-BADGE-1", 0)
    assert bench.read("TT-BADGE-2", 100, source="right").remarks == ()


# -- a repeat never reverses


def test_a_bag_just_taken_out_is_not_put_in_by_the_same_gun(bench):
    bench.read("AB12C", 0, decision=removed("SB10001", "AB12C"))
    arrivals = [bench.read("AB12C", at_ms) for at_ms in (700, 1400, 3000)]
    assert {(a.problem, a.remarks) for a in arrivals} == {(Reason.READ_TWICE, (Remark.REPEAT,))}
    assert bench.read("AB12C", 5001).problem is None


def test_nor_by_the_other_gun_that_read_it_by_mistake_before(bench):
    bench.read("AB12C", 0, decision=removed("SB10001", "AB12C"))
    bench.read("AB12C", 1000, source="right")
    assert bench.read("AB12C", 1800, source="right").problem is Reason.READ_TWICE


def test_undo_may_be_repeated(bench):
    bench.read("TT-CMD-UNDO", 0, decision=removed("SB10001", "AB12C"))
    assert bench.read("TT-CMD-UNDO", BOUNCE_MS).problem is None


def test_a_question_may_be_answered_quickly(bench):
    bench.read("SB10002", 0, decision=SWITCH)
    arrival = bench.read("SB10002", ANSWER_MS)
    assert (arrival.problem, arrival.remarks) == (None, (Remark.REPEAT,))


def test_a_label_that_lies_before_the_gun_answers_no_question_and_shows_nothing(bench):
    bench.read("SB10002", 0, decision=SWITCH)
    arrivals = [bench.read("SB10002", at_ms) for at_ms in range(400, 5000, 400)]
    assert {(a.problem, a.remarks) for a in arrivals} == {(Reason.READ_TWICE, ())}
    assert bench.read("SB10002", 4800 + ANSWER_MS).problem is None


@pytest.mark.parametrize(("came_ms", "problem"), [(1500, Reason.READ_TWICE), (1501, None)])
def test_what_was_read_before_the_question_was_stored_does_not_answer_it(bench, came_ms, problem):
    bench.read("SB10002", 0, decision=SWITCH, takes_ms=1500)
    assert bench.read("SB10002", came_ms).problem is problem


def test_a_reading_that_began_before_the_question_was_stored_does_not_answer_it(bench):
    bench.read("SB10002", 0, decision=SWITCH, takes_ms=1500)
    assert bench.read("SB10002", 1600, started_ms=1450).problem is Reason.READ_TWICE


def test_nor_does_the_other_gun_that_read_it_before_the_question_was_stored(bench):
    bench.read("SB10002", 0, decision=SWITCH, takes_ms=5000)
    assert bench.read("SB10002", 4000, source="right").problem is Reason.READ_TWICE


def test_the_command_to_place_given_while_it_places_does_not_go_on(bench):
    bench.read("TT-CMD-PLACE", 0, takes_ms=1500)
    assert bench.read("TT-CMD-PLACE", 1000).problem is Reason.READ_TWICE
    assert bench.read("TT-CMD-PLACE", 2100).problem is None


@pytest.mark.parametrize(("for_people", "problem"), [(True, Reason.READ_TWICE), (False, None)])
def test_a_key_pressed_before_the_question_was_stored_answers_it_in_a_script_only(for_people, problem):
    arrivals = Arrivals(for_people=for_people)
    frame = ScanFrame(source="keys", raw=b"TT-CMD-CLOSE")
    scanned = parse_frame(frame, RULES)
    question = asked(QuestionKind.CLOSE, "TT-CMD-CLOSE")
    first = arrivals.look_at(frame, scanned, 0, WorkState())
    arrivals.keep(frame, scanned, first, question, came_ms=0, stored_ms=200)
    assert arrivals.look_at(frame, scanned, 100, WorkState()).problem is problem
    assert arrivals.look_at(frame, scanned, 201, WorkState()).problem is None


@pytest.mark.parametrize(
    ("later_ms", "problem"), [(DELIBERATE_MS - 1, Reason.READ_TWICE), (DELIBERATE_MS, None)]
)
def test_a_stop_is_acknowledged_only_when_somebody_can_have_heard_it(bench, later_ms, problem):
    bench.read("AB12C", 0, decision=STOPPED)
    assert bench.read("AB12C", later_ms).problem is problem


def test_the_bag_that_acknowledged_is_not_counted_by_the_next_reading(bench):
    bench.read("AB12C", 0, decision=acknowledged(7))
    assert bench.read("AB12C", 1500).problem is Reason.READ_TWICE


def test_understood_is_not_said_twice_at_once(bench):
    bench.read("TT-CMD-UNDERSTOOD", 0, decision=acknowledged(7))
    assert bench.read("TT-CMD-UNDERSTOOD", 500).problem is Reason.READ_TWICE
    assert bench.read("TT-CMD-UNDERSTOOD", 1600).problem is None


# -- batches


def codes(count):
    return [f"C{number:04}" for number in range(count)]


def test_the_fifth_reading_within_a_second_is_of_a_batch(bench):
    remarks = [bench.read(code, number * 249).remarks for number, code in enumerate(codes(5))]
    assert remarks == [(), (), (), (), (Remark.BATCH,)]


def test_four_readings_a_second_are_none(bench):
    remarks = [bench.read(code, number * 250).remarks for number, code in enumerate(codes(20))]
    assert set(remarks) == {()}


def test_a_batch_lasts_until_a_second_of_quiet(bench):
    for number, code in enumerate(codes(6)):
        bench.read(code, number * 10)
    assert bench.read("AB12C", 1050).remarks == (Remark.BATCH,)
    assert bench.read("AB12D", 2051).remarks == ()


def test_in_a_batch_the_time_between_two_of_the_same_says_nothing(bench):
    for number, code in enumerate(codes(6)):
        bench.read(code, number * 10)
    assert bench.read("C0005", 60).problem is None


def test_a_batch_does_not_answer_at_once_what_it_asked(bench):
    for number, code in enumerate(codes(6)):
        bench.read(code, number * 10)
    bench.read("SB10002", 60, decision=asked(QuestionKind.SWITCH, "SB10002"))
    assert bench.read("SB10002", 70).problem is Reason.READ_TWICE


def test_no_command_is_given_twice_by_one_reading_in_a_batch(bench):
    for number, code in enumerate(codes(6)):
        bench.read(code, number * 10)
    bench.read("TT-CMD-UNDO", 60, decision=removed("SB10001", "C0005"))
    assert bench.read("TT-CMD-UNDO", 70).problem is Reason.READ_TWICE


def test_a_gun_that_reads_one_label_all_the_time_is_no_batch(bench):
    remarks = {bench.read("AB12C", at_ms).remarks for at_ms in range(0, 4000, 100)}
    assert remarks == {()}


def test_a_batch_of_one_scanner_says_nothing_about_the_other(bench):
    for number, code in enumerate(codes(6)):
        bench.read(code, number * 10)
    assert bench.read("AB12C", 70, source="right").remarks == ()


def test_500_codes_at_once_and_once_more_pass_all_in_their_order(bench):
    arrivals = [bench.read(code, number // 10) for number, code in enumerate(codes(500) * 2)]
    assert {arrival.problem for arrival in arrivals} == {None}
    assert all(Remark.BATCH in arrival.remarks for arrival in arrivals[4:])


def test_what_came_out_of_a_memory_is_not_compared_with_anything(bench):
    bench.read("AB12C", 0)
    held = bench.read("AB12C", 10, after_reconnect=True)
    assert (held.from_memory, held.problem, held.remarks) == (True, None, (Remark.BATCH,))
    assert bench.read("AB12D", 20).remarks == ()


# -- memory


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 400), st.integers(0, 400)), max_size=300))
def test_what_is_remembered_stays_small(readings):
    arrivals, now_ms = Arrivals(), 0
    for source, code, pause_ms in readings:
        now_ms += pause_ms
        frame = ScanFrame(source=f"gun {source}", raw=b"C%04d" % code, ended_ms=now_ms)
        scanned = parse_frame(frame, RULES)
        arrival = arrivals.look_at(frame, scanned, now_ms, WorkState())
        arrivals.keep(frame, scanned, arrival, ADDED, came_ms=now_ms, stored_ms=now_ms)
    remembered = arrivals._scanners
    assert len(remembered) <= 16
    assert all(len(s.readings) <= 32 and len(s.times) <= 5 for s in remembered.values())


def test_a_reading_of_49_days_ago_is_no_bounce(bench):
    bench.read("AB12C", 0)
    assert bench.read("AB12C", (1 << 32) + 100).problem is None


def poured(arrivals, count, *, pause_ms, source="keyboard", long_ms=150):
    """Return whether each of *count* readings, typed one after the other, is held."""
    held, at_ms = [], 1000
    for number in range(count):
        frame = ScanFrame(
            source=source, raw=f"C{number:04}".encode(), started_ms=at_ms, ended_ms=at_ms + long_ms
        )
        held.append(arrivals.look_at(frame, parse_frame(frame, RULES), at_ms, WorkState()).from_memory)
        at_ms += long_ms + pause_ms
    return held


def test_what_pours_out_of_a_memory_without_a_reconnect_is_held_from_the_eighth_on():
    assert poured(Arrivals(for_people=True), 12, pause_ms=5) == [False] * 7 + [True] * 5


@pytest.mark.parametrize("pause_ms", [POURING_PAUSE_MS, 30, 90, 150])
def test_a_hand_however_fast_pours_nothing(pause_ms):
    assert not any(poured(Arrivals(for_people=True), 500, pause_ms=pause_ms, long_ms=10))


@pytest.mark.parametrize(("long_ms", "pause_ms"), [(5, 8), (10, 14), (5, 3)])
def test_a_pause_longer_than_between_characters_is_a_pause(long_ms, pause_ms):
    """Keys sent by a program, one command for each code: fast, but no memory."""
    assert not any(poured(Arrivals(for_people=True), 100, pause_ms=pause_ms, long_ms=long_ms))


def test_a_script_may_be_as_fast_as_it_likes():
    assert not any(poured(Arrivals(), 500, pause_ms=0, long_ms=0))


def test_what_is_damaged_while_a_memory_pours_came_out_of_it_too():
    arrivals = Arrivals(for_people=True)

    def read(number, kind=FrameKind.COMPLETE):
        frame = ScanFrame(source="left", raw=b"C%04d" % number, kind=kind, started_ms=number, ended_ms=number)
        return arrivals.look_at(frame, parse_frame(frame, RULES), number, WorkState()).from_memory

    assert not read(0, FrameKind.PARTIAL)
    assert [read(number) for number in range(1, 9)] == [False] * 7 + [True]
    assert read(10, FrameKind.PARTIAL)
    assert read(11)


def test_pouring_ends_with_a_second_of_quiet_and_the_next_scan_counts():
    arrivals = Arrivals(for_people=True)

    def read(text, started_ms):
        frame = ScanFrame(source="left", raw=text, started_ms=started_ms, ended_ms=started_ms)
        return arrivals.look_at(frame, parse_frame(frame, RULES), started_ms, WorkState()).from_memory

    assert [read(b"AAAA%d" % number, 0) for number in range(9)] == [False] * 7 + [True] * 2
    assert read(b"BBBB1", 1000)
    assert not read(b"BBBB2", 2001)


def test_two_scanners_that_take_turns_pour_nothing():
    arrivals = Arrivals(for_people=True)
    held = []
    for number in range(40):
        source = ("left", "right")[number % 2]
        frame = ScanFrame(
            source=source, raw=b"C%04d" % number, started_ms=number * 50, ended_ms=number * 50 + 40
        )
        held.append(arrivals.look_at(frame, parse_frame(frame, RULES), number * 50, WorkState()).from_memory)
    assert not any(held)


# -- corrections and desks


def beginning(kind, code, **parts):
    return Decision(kind=kind, verdict=Verdict.ACCEPTED, code=code, capacity=30, **parts)


@pytest.mark.parametrize(
    ("label", "did"),
    [
        ("AB12C", deleted("AB12C")),
        ("AB12D", relabelled("AB12C", "AB12D", parent=False)),
        ("SB10002", relabelled("SB10001", "SB10002", parent=True)),
        ("SB10001", beginning(EntryKind.DETACH_PARENT, "SB10001", parent="SB10001", bill="BILL-7")),
        ("SB10001", beginning(EntryKind.UNRETURN_BAG, "SB10001", parent="SB10001", ticket="RTN-1")),
        ("BILL-7", beginning(EntryKind.DELETE_BILL, "BILL-7", bill="BILL-7")),
        ("TT-CMD-NEW-RETURN", beginning(EntryKind.OPEN_RETURN, "TT-CMD-NEW-RETURN", ticket="RTN-1")),
    ],
)
def test_the_label_of_what_was_done_at_once_does_it_not_again_or_back(bench, label, did):
    bench.read(label, 0, decision=did)
    assert {bench.read(label, at_ms).problem for at_ms in (700, 1500)} == {Reason.READ_TWICE}
    assert bench.read(label, 1500 + REPEAT_MS + 1).problem is None


@pytest.mark.parametrize(
    ("label", "question"),
    [
        ("AB12C", QuestionKind.DELETE_AGAIN),
        ("AB12D", QuestionKind.NEW_LABEL_AGAIN),
        ("SB10002", QuestionKind.TAKE_OVER),
        ("BILL-7", QuestionKind.LEAVE_PARENT),
        ("BILL-7", QuestionKind.NEW_BILL),
        ("BILL-7", QuestionKind.DELETE_BILL),
        ("TT-CMD-COMPLETE", QuestionKind.COMPLETE_BILL),
        ("TT-CMD-CANCEL-RETURN", QuestionKind.CANCEL_RETURN),
    ],
)
def test_the_same_label_read_twice_at_once_confirms_nothing(bench, label, question):
    bench.read(label, 0, decision=asked(question, label))
    assert bench.read(label, ANSWER_MS - 1).problem is Reason.READ_TWICE
    assert bench.read(label, 2 * ANSWER_MS).problem is None


@pytest.mark.parametrize(("label", "did"), [("TT-CMD-FIND", finding()), ("TT-CMD-LEAVE", left())])
def test_what_begins_and_ends_finding_is_not_given_twice_by_a_sheet_before_the_gun(bench, label, did):
    bench.read(label, 0, decision=did)
    assert bench.read(label, ANSWER_MS - 1).problem is Reason.READ_TWICE


ON_BILL = beginning(EntryKind.ATTACH_PARENT, "SB10001", parent="SB10001", bill="BILL-7")
OFF_BILL = beginning(EntryKind.DETACH_PARENT, "TT-CMD-UNDO", parent="SB10001", bill="BILL-7")
AT_BILL = beginning(EntryKind.OPEN_BILL, "BILL-7", bill="BILL-7")
BACK = beginning(EntryKind.RETURN_BAG, "SB10001", parent="SB10001", ticket="RTN-1")
NOT_BACK = beginning(EntryKind.UNRETURN_BAG, "TT-CMD-UNDO", parent="SB10001", ticket="RTN-1")
AT_RETURN = beginning(EntryKind.RESUME_RETURN, "RTN-1", ticket="RTN-1")
COMPLETED = beginning(EntryKind.COMPLETE_BILL, "TT-CMD-COMPLETE", bill="BILL-7")
REOPENED = beginning(EntryKind.REOPEN_BILL, "TT-CMD-REOPEN", bill="BILL-7")
MOVED = moved("SB10001", "AB12C", origin="SB10002")


@pytest.mark.parametrize(
    ("before", "label", "did", "then"),
    [
        ((opened("SB10001"),), "AB12C", MOVED, removed("SB10001", "AB12C")),
        ((), "BILL-7", AT_BILL, left()),
        ((AT_BILL,), "SB10001", ON_BILL, OFF_BILL),
        ((AT_BILL, ON_BILL), "TT-CMD-UNDO", OFF_BILL, ON_BILL),
        ((AT_BILL, ON_BILL), "TT-CMD-COMPLETE", COMPLETED, REOPENED),
        ((), "RTN-1", AT_RETURN, left()),
        ((AT_RETURN,), "SB10001", BACK, NOT_BACK),
        ((), "TT-CMD-FIND", finding(), left()),
        ((finding(),), "AB12C", looked_up("AB12C"), looked_up("AB12D")),
    ],
)
def test_the_other_scanner_counts_only_where_what_the_first_one_did_is_not_so_any_more(
    bench, before, label, did, then
):
    for decision in before:
        bench.happens(decision)
    bench.read(label, 0, decision=did)
    assert bench.read(label, 200, source="right").problem is Reason.READ_BY_BOTH
    bench.happens(then)
    assert bench.read(label, 900, source="right").problem is None
