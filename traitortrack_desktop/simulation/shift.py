"""A recorded shift, as data: what a packer scans and presses, with the pauses between.

Pure. It holds every mistake that the floor knows and a lost connection in the middle of a parent.
Nothing says what should come of it: whoever plays it compares the journal with the centre.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.simulation.depot import CAPACITY

_LABELS_PER_SHIFT = 250
_FIRST_LABEL = 1_000_000
_ROLLS = 35_000
PARENT_NUMBERS = range(50000, 99990)
"""Numbers of the parents that shifts use; the depot and the printed sheet stay below."""


class Mistake(StrEnum):
    """Why a step is there, when it is not plain work."""

    NO_PARENT = "no_parent"
    SAME_CHILD_AGAIN = "same_child_again"
    UNKNOWN_CODE = "unknown_code"
    BROKEN_READING = "broken_reading"
    WRONG_TYPE = "wrong_type"
    PARENT_AS_CHILD = "parent_as_child"
    CHILD_ELSEWHERE_AT_CENTRE = "child_elsewhere_at_centre"
    CHILD_ELSEWHERE_HERE = "child_elsewhere_here"
    SCANNED_WHILE_STOPPED = "scanned_while_stopped"
    TOO_MANY = "too_many"
    OTHER_PARENT = "other_parent"
    ANSWERED_WITH_A_CHILD = "answered_with_a_child"
    WRONG_BAG_PUT_IN = "wrong_bag_put_in"
    UNDERSTOOD_IN_CASE = "understood_in_case"
    """Whether the station stopped depends on whether it has loaded the list of bags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One trigger pull. Without *whole* the reading breaks off before its terminator."""

    text: str
    whole: bool = True
    mistake: Mistake | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """The key of a command, by hand."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Time at hand speed, in milliseconds."""

    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLine:
    """The connection to the centre breaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreLine:
    """The connection to the centre is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitDelivery:
    """Wait until everything so far is answered by the centre."""


Step = Scan | Press | Pause | CutLine | RestoreLine | AwaitDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBags:
    """Bags of the depot that the shift stumbles over.

    *taken_children* are in other parents already, *loose_parent* is a parent whose code reads like
    a child's, *bill* a bill's code. Somebody takes over with *badge* amid the last parent, if there is one.
    """

    taken_children: tuple[str, str]
    loose_parent: str
    bill: str
    badge: str = field(default="", repr=False)


def recorded_shift(*, seed: int, bags: ShiftBags) -> tuple[Step, ...]:
    """Return the shift of *seed*: the same mistakes at other places, with other codes and rhythm."""
    return tuple(_ShiftWriter(seed, bags).write())


def steps_to_an_empty_bench(state: WorkState) -> tuple[Step, ...]:
    """Return what a packer does first when somebody left work open: *state* is where it stands."""
    commands = [Command.UNDERSTOOD] if state.stop is not None else []
    commands += [Command.UNDERSTOOD for _ in state.attention]
    if state.question is not None:
        commands.append(Command.CANCEL)
    if state.parent is not None:
        commands += [Command.CLOSE] if state.parent.is_full else [Command.CLOSE, Command.CLOSE]
    steps: list[Step] = []
    for command in commands:
        steps += [Scan(text=str(command)), Pause(milliseconds=1500)]
    return tuple(steps)


class _ShiftWriter:
    """Writes the steps down in the order of the shift."""

    def __init__(self, seed: int, bags: ShiftBags) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up data, not a secret
        self._bags = bags
        self._steps: list[Step] = []
        first = _FIRST_LABEL + self._random.randrange(_ROLLS) * _LABELS_PER_SHIFT
        self._labels = iter(range(first, first + _LABELS_PER_SHIFT))
        numbers = self._random.sample(PARENT_NUMBERS, 6)
        self._mustard = [f"SB{number}" for number in numbers[:4]]
        self._moong = [f"M444-{number}" for number in numbers[4:]]

    def write(self) -> list[Step]:
        self._first_parent_with_every_small_mistake()
        self._stop_by_a_child_of_the_first_parent()
        self._two_parents_across_an_outage()
        self._closed_early()
        self._switched_then_finished()
        self._steps.append(AwaitDelivery())
        return self._steps

    # -- the chapters

    def _first_parent_with_every_small_mistake(self) -> None:
        children = self._children(CAPACITY)
        self._scan(self._new_child(), mistake=Mistake.NO_PARENT)
        self._scan(self._mustard[0])
        places = self._random.sample(range(3, 28), 7)
        slips = dict(zip(places, self._small_slips(), strict=True))
        for number, child in enumerate(children):
            self._scan(self._as_label(child) if number == 2 else child)
            if number in slips:
                slips[number](child)
        self._scan(children[-1], mistake=Mistake.SAME_CHILD_AGAIN)
        self._scan(self._new_child(), mistake=Mistake.TOO_MANY)
        self._first_children = children

    def _small_slips(self) -> list[Callable[[str], None]]:
        return [
            self._same_child_again,
            self._unknown_code,
            self._broken_reading,
            self._bill_instead_of_a_bag,
            self._parent_as_child,
            self._child_elsewhere,
            self._wrong_bag_undone,
        ]

    def _stop_by_a_child_of_the_first_parent(self) -> None:
        children = self._children(12)
        self._scan(self._moong[0])
        self._work(children[:6])
        stray = self._random.choice(self._first_children)
        self._scan(stray, mistake=Mistake.CHILD_ELSEWHERE_HERE)
        self._scan(children[6], mistake=Mistake.SCANNED_WHILE_STOPPED)
        self._scan(stray)
        self._work(children[6:])

    def _two_parents_across_an_outage(self) -> None:
        self._steps.append(CutLine())
        self._work(self._children(8))
        self._scan(self._mustard[1], mistake=Mistake.OTHER_PARENT)
        self._scan(self._new_child(), mistake=Mistake.ANSWERED_WITH_A_CHILD)
        self._scan(self._moong[0])
        self._work(self._children(CAPACITY - 12 - 8))
        self._scan(self._mustard[1])
        children = self._children(CAPACITY - 1)
        self._work(children[:20])
        self._scan(self._bags.taken_children[1], mistake=Mistake.CHILD_ELSEWHERE_AT_CENTRE)
        self._scan(Command.UNDERSTOOD, mistake=Mistake.UNDERSTOOD_IN_CASE)
        self._work(children[20:])
        self._steps += [Pause(milliseconds=2500), RestoreLine(), AwaitDelivery()]
        self._scan(Command.UNDERSTOOD)
        # The refused child left a place, which the station may have taken for filled.
        self._scan(self._mustard[1])
        self._scan(self._new_child())

    def _closed_early(self) -> None:
        self._scan(self._moong[1])
        children = self._children(9)
        self._work(children)
        self._scan(Command.REMOVE)
        self._scan(self._random.choice(children))
        self._scan(Command.CLOSE)
        self._scan(Command.CLOSE)

    def _switched_then_finished(self) -> None:
        self._scan(self._mustard[2])
        self._work(self._children(5))
        self._scan(self._mustard[3], mistake=Mistake.OTHER_PARENT)
        self._scan(self._mustard[3])
        children = self._children(CAPACITY)
        self._work(children[:12])
        self._taken_over()
        self._work(children[12:])

    def _taken_over(self) -> None:
        if self._bags.badge:
            self._scan(self._bags.badge)
            self._steps.append(AwaitDelivery())
            self._rest(1500, 2500)

    # -- the small slips, each after a child that was put in

    def _same_child_again(self, child: str) -> None:
        self._scan(child, mistake=Mistake.SAME_CHILD_AGAIN)

    def _unknown_code(self, child: str) -> None:
        self._scan(f"#{child}?", mistake=Mistake.UNKNOWN_CODE)

    def _broken_reading(self, child: str) -> None:
        self._scan(child[:5], whole=False, mistake=Mistake.BROKEN_READING)

    def _bill_instead_of_a_bag(self, _child: str) -> None:
        self._scan(self._bags.bill, mistake=Mistake.WRONG_TYPE)

    def _parent_as_child(self, _child: str) -> None:
        self._scan(self._bags.loose_parent, mistake=Mistake.PARENT_AS_CHILD)
        self._steps.append(AwaitDelivery())
        self._scan(self._bags.loose_parent)

    def _child_elsewhere(self, _child: str) -> None:
        self._scan(self._bags.taken_children[0], mistake=Mistake.CHILD_ELSEWHERE_AT_CENTRE)
        self._steps.append(AwaitDelivery())
        self._scan(Command.UNDERSTOOD)

    def _wrong_bag_undone(self, _child: str) -> None:
        self._scan(self._new_child(), mistake=Mistake.WRONG_BAG_PUT_IN)
        self._steps.append(Press(command=Command.UNDO))
        self._rest(800, 1600)

    # -- scanning

    def _scan(self, text: str, *, whole: bool = True, mistake: Mistake | None = None) -> None:
        self._steps.append(Scan(text=str(text), whole=whole, mistake=mistake))
        if mistake is None:
            self._rest(450, 1100)
        else:
            self._rest(1800, 3000)

    def _work(self, children: Iterable[str]) -> None:
        for child in children:
            self._scan(child)
            if self._random.random() < 0.05:
                self._rest(1500, 3500)

    def _rest(self, shortest: int, longest: int) -> None:
        self._steps.append(Pause(milliseconds=self._random.randint(shortest, longest)))

    def _children(self, number: int) -> list[str]:
        return [self._new_child() for _ in range(number)]

    def _new_child(self) -> str:
        return f"{next(self._labels):07}"

    def _as_label(self, child: str) -> str:
        return f"LABEL NO.:{child} LOT NO.:STAR44GG24611, D.O.T.:30/09/2025"
