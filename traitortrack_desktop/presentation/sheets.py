"""Which barcodes stand on which printed sheet, with which words: pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from traitortrack_desktop.domain.codes import NUMBER_PREFIX, PRACTICE_PREFIX, WHY_COMMANDS, Command, area_code
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Operation, Rights, Role, may
from traitortrack_desktop.presentation.sheet_phrases import HeadingWords, SheetWords

PLACES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)
"""How many parents a new bill takes, as far as there is a barcode; any other number is typed."""

_PACKING = (
    Command.UNDO,
    Command.REMOVE,
    Command.CLOSE,
    Command.CANCEL,
    Command.UNDERSTOOD,
    Command.MOVE,
    Command.WRONG_PARENT,
    Command.REOPEN,
    Command.RELABEL,
)
PRACTICE_PARENTS = ("SB99001", "SB99002", "SB99003", "SB99004")
PRACTICE_BILL = "BILL-99001"
_CHILDREN_OF_A_STEP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """Barcodes that belong together: what a scanner reads, and what a person reads."""

    title: str
    hint: str
    codes: tuple[tuple[str, str], ...]
    starts_page: bool = False


def command_sheet(role: Role, words: SheetWords) -> tuple[SheetPart, ...]:
    """Return the commands that *role* may use, those of every day first."""
    parts = [
        _commands(words.packing, _PACKING, words),
        _commands(words.why, WHY_COMMANDS, words),
        _commands(words.finding, (Command.FIND, Command.LEAVE), words),
        _commands(words.memory, (Command.PLACE, Command.ASIDE), words),
    ]
    if may(role, Rights.FULL, Operation.MANAGE_BILLS):
        bill = (Command.COMPLETE, Command.REMOVE, Command.UNDO, Command.REOPEN, Command.LEAVE)
        parts += [_commands(words.bills, bill, words, starts_page=True), _places(words)]
    if may(role, Rights.FULL, Operation.RETURNS):
        given_back = (Command.NEW_RETURN, Command.COMPLETE, Command.CANCEL_RETURN)
        parts += [_commands(words.returns, given_back, words, starts_page=True), _areas(words)]
    if may(role, Rights.FULL, Operation.DELETE_BAG):
        parts.append(_commands(words.deleting, (Command.DELETE,), words))
    return tuple(parts)


def training_sheet(role: Role, words: SheetWords) -> tuple[SheetPart, ...]:
    """Return the steps that *role* tries, with bags that only a practice station takes."""
    steps = words.training
    first, second, third, fourth = PRACTICE_PARENTS
    parts = [
        _step(steps.pack, words, parents=(first,), children=range(1, 5)),
        _step(steps.undo, words, children=range(5, 6), commands=(Command.UNDO, Command.REMOVE)),
        _step(steps.full, words, commands=(Command.CLOSE, Command.REOPEN)),
        _step(steps.elsewhere, words, parents=(second,), children=range(1, 2), commands=_ELSEWHERE),
        _step(
            steps.wrong_parent,
            words,
            parents=(third, fourth),
            children=range(11, 11 + _CHILDREN_OF_A_STEP),
            commands=(Command.WRONG_PARENT,),
        ),
        _relabelling(words),
        _step(steps.find, words, children=range(2, 3), commands=(Command.FIND, Command.LEAVE)),
    ]
    if may(role, Rights.FULL, Operation.MANAGE_BILLS):
        bill = ((practice(PRACTICE_BILL), steps.bill_code),)
        at_bill = (Command.REMOVE, Command.COMPLETE, Command.LEAVE)
        parts.append(_step(steps.bill, words, codes=bill, parents=(first, second), commands=at_bill))
    if may(role, Rights.FULL, Operation.RETURNS):
        given_back = (Command.NEW_RETURN, Command.COMPLETE)
        area = ((area_code(DISPATCH_AREAS[0]), words.area_names[DISPATCH_AREAS[0]]),)
        parts.append(_step(steps.returns, words, codes=area, parents=(first,), commands=given_back))
    return tuple(parts)


_ELSEWHERE = (Command.UNDERSTOOD, Command.MOVE, Command.CANCEL)


def practice(code: str) -> str:
    """Return *code* as a practice station alone takes it."""
    return PRACTICE_PREFIX + code


def _commands(
    heading: HeadingWords, commands: Iterable[Command], words: SheetWords, *, starts_page: bool = False
) -> SheetPart:
    codes = tuple((str(command), words.commands[command]) for command in commands)
    return SheetPart(title=heading.title, hint=heading.hint, codes=codes, starts_page=starts_page)


def _places(words: SheetWords) -> SheetPart:
    codes = tuple((f"{NUMBER_PREFIX}{number}", words.place.format(number=number)) for number in PLACES)
    return SheetPart(title=words.places.title, hint=words.places.hint, codes=codes)


def _areas(words: SheetWords) -> SheetPart:
    codes = tuple((area_code(area), words.area_names[area]) for area in DISPATCH_AREAS)
    return SheetPart(title=words.areas.title, hint=words.areas.hint, codes=codes)


def _step(
    heading: HeadingWords,
    words: SheetWords,
    *,
    codes: tuple[tuple[str, str], ...] = (),
    parents: Iterable[str] = (),
    children: Iterable[int] = (),
    commands: Iterable[Command] = (),
) -> SheetPart:
    training = words.training
    shown = [*codes]
    shown += [(practice(parent), training.parent.format(parent=parent)) for parent in parents]
    shown += [(practice(_child(number)), training.child.format(number=number)) for number in children]
    shown += [(str(command), words.commands[command]) for command in commands]
    return SheetPart(title=heading.title, hint=heading.hint, codes=tuple(shown))


def _relabelling(words: SheetWords) -> SheetPart:
    new = ((practice(_child(99)), words.training.new_label),)
    part = _step(words.training.relabel, words, children=range(3, 4), commands=(Command.RELABEL,))
    return SheetPart(title=part.title, hint=part.hint, codes=(*part.codes, *new))


def _child(number: int) -> str:
    return f"TRAIN{number:02}"
