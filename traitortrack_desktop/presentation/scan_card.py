"""The card "What can I scan?": what the station takes now, at this desk, to this question, from this person.

Pure. Everything on it can be touched too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from traitortrack_desktop.domain.bills import MOST_CAPACITY_AT_CREATION
from traitortrack_desktop.domain.codes import NUMBER_PREFIX, CodeKind, Command, area_code
from traitortrack_desktop.domain.entries import QuestionKind
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Operation
from traitortrack_desktop.domain.work import Question, WorkState
from traitortrack_desktop.presentation.actions import KEYS, SHEETS, command_action
from traitortrack_desktop.presentation.messages import Tongue, shown_code
from traitortrack_desktop.presentation.phrases import ScanCardWords, Wording
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.presentation.screen_state import Action, MenuItem
from traitortrack_desktop.presentation.usable_commands import is_usable, may

_NUMBERS = (10, 20, 25, 30, 40, MOST_CAPACITY_AT_CREATION)
_NEEDED = {CodeKind.BILL: Operation.MANAGE_BILLS, CodeKind.TICKET: Operation.RETURNS}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardButton:
    """Something to scan, to press or to touch. *scans* is what its barcode is called, where it has one."""

    action: Action
    scans: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCardState:
    """The whole card."""

    title: str
    hint: str
    scans_title: str
    scans: tuple[str, ...]
    buttons: tuple[CardButton, ...]
    close: Action


def scan_card_state(
    facts: ScreenFacts, tongue: Tongue, *, has_sheets: bool = False, told: str = ""
) -> ScanCardState:
    """Return what can be scanned now; *told* is what became of a sheet that was just made."""
    words = tongue.wording.card
    return ScanCardState(
        title=words.title,
        hint=told or words.hint,
        scans_title=words.scans,
        scans=_scans(facts, tongue.wording),
        buttons=(*_buttons(facts, tongue.wording), *(_sheets(facts, words) if has_sheets else ())),
        close=Action(act=MenuItem.CARD, key=KEYS[MenuItem.CARD], label=words.close, usable=True),
    )


def _buttons(facts: ScreenFacts, wording: Wording) -> tuple[CardButton, ...]:
    """Return the commands; or what a question takes instead of a bag, and the way out of it."""
    answers = _answers(facts.work.question, wording)
    ways_out = (Command.CANCEL, Command.UNDERSTOOD)
    return (*answers, *_commands(facts, wording, ways_out if answers else tuple(Command)))


def _sheets(facts: ScreenFacts, words: ScanCardWords) -> tuple[CardButton, ...]:
    """Return what prints the own commands, for whoever is signed in and is asked nothing."""
    if facts.operator is None or facts.work.question is not None or facts.work.stop is not None:
        return ()
    return tuple(
        CardButton(action=Action(act=item, key=KEYS[item], label=words.sheets[language], usable=True))
        for item, language in SHEETS.items()
    )


def _scans(facts: ScreenFacts, wording: Wording) -> tuple[str, ...]:
    work, words = facts.work, wording.card
    if work.stop is not None:
        return (words.stopped,)
    if work.question is not None:
        code, about = shown_code(work.question.code), shown_code(work.question.about or work.question.code)
        asked = wording.instructions.questions[work.question.kind].format(code=code, about=about)
        return (words.answers.format(answer=asked), _kinds(work, words)[CodeKind.BADGE])
    bill = shown_code(work.bill.code) if work.bill is not None else ""
    kinds = [kind for kind in _kinds(work, words) if kind not in _NEEDED or may(facts, _NEEDED[kind])]
    if work.finding:
        kinds = list(words.finding)
    return tuple(_kinds(work, words)[kind].format(bill=bill) for kind in kinds)


def _kinds(work: WorkState, words: ScanCardWords) -> Mapping[CodeKind, str]:
    if work.finding:
        return words.finding
    if work.bill is not None:
        return words.at_bill
    return words.at_return if work.ticket is not None else words.packing


def _answers(question: Question | None, wording: Wording) -> tuple[CardButton, ...]:
    """Return what a question takes that is neither a bag nor a command: areas, and numbers of parents."""
    kind = question.kind if question is not None else None
    if kind is QuestionKind.AREA:
        return tuple(
            CardButton(action=_code_action(area_code(area), wording.office.areas[area]))
            for area in DISPATCH_AREAS
        )
    if kind is QuestionKind.NEW_BILL:
        return tuple(
            CardButton(
                action=_code_action(f"{NUMBER_PREFIX}{number}", wording.card.numbers.format(number=number))
            )
            for number in _NUMBERS
        )
    return ()


def _code_action(code: str, label: str) -> Action:
    return Action(act=code, key="", label=label, usable=True)


def _commands(facts: ScreenFacts, wording: Wording, among: tuple[Command, ...]) -> tuple[CardButton, ...]:
    shown = [command for command in among if is_usable(command, facts) and _has_its_place(command, facts)]
    return tuple(
        CardButton(
            action=command_action(command, facts, wording, on_the_card=True),
            scans=wording.card.scans_as.format(code=shown_code(command)),
        )
        for command in shown
    )


def _has_its_place(command: Command, facts: ScreenFacts) -> bool:
    """Whether it is not the same as another one on the card: at a desk CLOSE does what COMPLETE does."""
    return not (command is Command.CLOSE and facts.work.desk is not None)
