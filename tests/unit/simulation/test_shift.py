from collections import Counter
from dataclasses import replace

import pytest
from fakes.scanning import Scanning

from traitortrack_desktop.domain.entries import BagFact, EntryKind, Outcome, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.simulation.shift import (
    AwaitDelivery,
    CutLine,
    Mistake,
    Pause,
    Press,
    RestoreLine,
    Scan,
    ShiftBags,
    recorded_shift,
    steps_to_an_empty_bench,
)

BAGS = ShiftBags(taken_children=("0016587", "0017001"), loose_parent="SB1234", bill="BILL-202603-001")
SEEDS = range(8)


class PlayedShift:
    """The shift, decided by the domain's rules and answered by a centre that knows only BAGS."""

    def __init__(self, seed, *, known=()):
        self.station = Scanning()
        self.station.facts.update({fact.code: fact for fact in known})
        self.inside = {}
        self.answered = 0
        self.reasons = {}
        self.waiting_at_return = 0
        self.line_is_up = True
        for step in recorded_shift(seed=seed, bags=BAGS):
            self.do(step)

    def do(self, step):
        match step:
            case Scan(whole=True):
                decision = self.station.scan(step.text)
                self.reasons.setdefault(step.mistake, set()).add(decision.reason)
                if decision.kind is EntryKind.ADD_CHILD:
                    self.station.facts[decision.child] = BagFact(code=decision.child, parent=decision.parent)
            case Press():
                self.station.facts.pop(self.station.scan(step.command).child, None)
            case CutLine():
                self.line_is_up = False
            case RestoreLine():
                self.line_is_up = True
                self.waiting_at_return = len(self.station.entries) - self.answered
            case AwaitDelivery():
                assert self.line_is_up
                self.answer_everything()
            case _:
                pass

    def answer_everything(self):
        for entry in self.station.entries[self.answered :]:
            self.answer(entry.seq, entry.decision)
        self.answered = len(self.station.entries)

    def answer(self, seq, decision):
        children = self.inside.setdefault(decision.parent, set())
        child = decision.child
        if decision.kind is EntryKind.ADD_CHILD and child in BAGS.taken_children:
            self.refuse(seq, decision, Reason.CHILD_IN_OTHER_PARENT)
        elif decision.kind is EntryKind.ADD_CHILD and child == BAGS.loose_parent:
            self.refuse(seq, decision, Reason.CHILD_IS_PARENT)
        elif decision.verdict is Verdict.ACCEPTED:
            if decision.kind is EntryKind.ADD_CHILD:
                children.add(child)
            elif decision.kind is EntryKind.REMOVE_CHILD:
                children.discard(child)
            self.station.answer(seq, count=len(children))
        self.know_count_of(decision.parent)

    def refuse(self, seq, decision, reason):
        self.station.facts.pop(decision.child, None)
        self.station.answer(
            seq, Outcome.REFUSED, reason=reason, count=len(self.inside[decision.parent]), completed=False
        )

    def know_count_of(self, parent):
        if parent is not None:
            self.station.facts[parent] = BagFact(code=parent, kind="parent", count=len(self.inside[parent]))

    @property
    def full_parents(self):
        return [parent for parent, children in self.inside.items() if len(children) == 30]


@pytest.fixture(scope="module", params=SEEDS)
def played(request):
    return PlayedShift(request.param)


@pytest.mark.parametrize("mistake", Mistake)
def test_a_shift_contains_every_mistake(mistake):
    steps = recorded_shift(seed=1, bags=BAGS)
    assert mistake in {step.mistake for step in steps if isinstance(step, Scan)}


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        (Mistake.NO_PARENT, Reason.NO_PARENT),
        (Mistake.SAME_CHILD_AGAIN, Reason.ALREADY_IN_THIS_PARENT),
        (Mistake.UNKNOWN_CODE, Reason.UNKNOWN_CODE),
        (Mistake.WRONG_TYPE, Reason.BILL_NOT_HERE),
        (Mistake.CHILD_ELSEWHERE_HERE, Reason.CHILD_IN_OTHER_PARENT),
        (Mistake.SCANNED_WHILE_STOPPED, Reason.NOT_COUNTED),
        (Mistake.TOO_MANY, Reason.PARENT_FULL),
        (Mistake.OTHER_PARENT, Reason.OTHER_PARENT_OPEN),
        (Mistake.ANSWERED_WITH_A_CHILD, Reason.ANSWER_FIRST),
        (Mistake.PARENT_AS_CHILD, None),
        (Mistake.CHILD_ELSEWHERE_AT_CENTRE, None),
        (Mistake.WRONG_BAG_PUT_IN, None),
        (Mistake.UNDERSTOOD_IN_CASE, Reason.NOTHING_TO_ACKNOWLEDGE),
    ],
)
def test_each_mistake_is_answered_by_the_station_as_it_should_be(played, mistake, reason):
    assert played.reasons[mistake] == {reason}


def test_plain_work_is_never_refused(played):
    assert played.reasons[None] == {None, Reason.CONFIRM_CLOSE, Reason.CONFIRM_REMOVE}


def test_it_fills_four_parents(played):
    assert len(played.full_parents) == 4


@pytest.mark.parametrize("seed", SEEDS)
def test_a_station_that_knows_where_the_bags_are_fills_them_too_and_is_left_with_nothing_open(seed):
    elsewhere = [BagFact(code=code, kind="child", parent="SB00001") for code in BAGS.taken_children]
    played = PlayedShift(seed, known=[*elsewhere, BagFact(code=BAGS.loose_parent, kind="parent")])
    state = played.station.state
    assert (len(played.full_parents), state.attention, state.stop, state.question) == (4, (), None, None)


def test_everything_the_centre_refuses_is_understood_in_the_end(played):
    assert played.station.state.attention == ()
    assert played.station.state.stop is None
    assert played.station.state.question is None


def test_the_line_is_away_in_the_middle_of_a_parent_for_forty_scans_or_more(played):
    assert played.waiting_at_return >= 40


def test_a_parent_is_closed_early_after_the_question(played):
    kinds = [entry.decision.question or entry.decision.kind for entry in played.station.entries]
    asked = kinds.index(QuestionKind.CLOSE)
    assert kinds[asked + 1] is EntryKind.CLOSE_PARENT


def test_a_switch_is_refused_once_and_taken_once(played):
    answers = [
        after.decision.kind
        for asked, after in zip(played.station.entries, played.station.entries[1:], strict=False)
        if asked.decision.question is QuestionKind.SWITCH or asked.decision.reason is Reason.ANSWER_FIRST
    ]
    assert Counter(answers) == {EntryKind.REFUSAL: 1, EntryKind.CANCEL: 1, EntryKind.OPEN_PARENT: 1}


def test_it_is_worked_at_hand_speed():
    pauses = [step.milliseconds for step in recorded_shift(seed=3, bags=BAGS) if isinstance(step, Pause)]
    assert min(pauses) >= 400
    assert 120_000 < sum(pauses) < 300_000


def test_the_same_seed_gives_the_same_shift():
    assert recorded_shift(seed=5, bags=BAGS) == recorded_shift(seed=5, bags=BAGS)


def test_another_seed_uses_other_bags():
    def codes(seed):
        steps = recorded_shift(seed=seed, bags=BAGS)
        fixed = {*BAGS.taken_children, BAGS.loose_parent, BAGS.bill}
        return {
            step.text
            for step in steps
            if isinstance(step, Scan) and step.text not in fixed and not step.text.startswith("TT-")
        }

    assert codes(5).isdisjoint(codes(6))


def test_the_line_is_restored_as_often_as_it_is_cut():
    kinds = Counter(type(step) for step in recorded_shift(seed=2, bags=BAGS))
    assert kinds[CutLine] == kinds[RestoreLine] == 1


def test_somebody_with_a_badge_takes_over_amid_the_last_parent_and_is_waited_for():
    badge = f"TT-BADGE-{'7' * 24}"
    steps = recorded_shift(seed=2, bags=replace(BAGS, badge=badge))
    places = [place for place, step in enumerate(steps) if isinstance(step, Scan) and step.text == badge]
    assert len(places) == 1
    behind = steps[places[0] + 1 :]
    assert AwaitDelivery() in behind[:2]
    assert sum(isinstance(step, Scan) for step in behind) == 18


def test_without_a_badge_nobody_takes_over():
    steps = recorded_shift(seed=2, bags=BAGS)
    assert not [step for step in steps if isinstance(step, Scan) and step.text.startswith("TT-BADGE")]


def test_an_empty_bench_needs_no_tidying():
    assert steps_to_an_empty_bench(Scanning().state) == ()


@pytest.mark.parametrize(
    "left_open",
    [
        "SB10001",
        "SB10001 AAAA1 AAAA2",
        "SB10001 AAAA1 SB10002",
        "SB10001 AAAA1 TT-CMD-CLOSE",
        "SB10001 AAAA1 TT-CMD-REMOVE",
        "SB10001 AAAA1 STRAY1",
    ],
)
def test_whatever_was_left_open_the_bench_can_be_tidied(left_open):
    station = Scanning(facts={"STRAY1": BagFact(code="STRAY1", kind="child", parent="SB99999")})
    station.scan_all(left_open)
    for step in steps_to_an_empty_bench(station.state):
        if isinstance(step, Scan):
            assert station.scan(step.text).verdict is not Verdict.REFUSED
    state = station.state
    assert (state.parent, state.question, state.stop, state.attention) == (None, None, None, ())


def test_late_refusals_are_understood_one_by_one():
    station = Scanning()
    station.scan_all("SB10001 AAAA1 AAAA2")
    for seq in (2, 3):
        station.answer(seq, Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    for step in steps_to_an_empty_bench(station.state):
        if isinstance(step, Scan):
            station.scan(step.text)
    assert station.state.attention == ()
