"""The demo's printed sheet: which codes, with which words."""

from pathlib import Path

from traitortrack_desktop.documents.code_sheet import SheetCode, SheetSection, write_code_sheet
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.presentation.phrases import CodeSheetWords
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.presentation.wording.sheet_words import ENGLISH_SHEETS
from traitortrack_desktop.simulation import sheet_codes
from traitortrack_desktop.simulation.shift import ShiftBags


def write_demo_sheet(path: Path, bags: ShiftBags, words: CodeSheetWords = ENGLISH.code_sheet) -> None:
    """Write the sheet to *path*; *bags* are the ones of the depot that mistakes are made with.

    Raises ``OSError`` when it cannot be written.
    """
    parents = sheet_codes.SHEET_PARENTS
    sections = [_parents(words), _commands(words)]
    sections += [_children(words, number, parent) for number, parent in enumerate(parents)]
    write_code_sheet(path, title=words.title, sections=[*sections, _mistakes(words, bags)])


def _parents(words: CodeSheetWords) -> SheetSection:
    codes = tuple(SheetCode(text=parent, caption=words.parent) for parent in sheet_codes.SHEET_PARENTS)
    return SheetSection(title=words.parents.title, hint=words.parents.hint, codes=codes)


def _commands(words: CodeSheetWords) -> SheetSection:
    captions = ENGLISH_SHEETS.commands
    codes = tuple(SheetCode(text=command, caption=captions[command]) for command in Command)
    return SheetSection(title=words.commands.title, hint=words.commands.hint, codes=codes)


def _children(words: CodeSheetWords, parent_number: int, parent: str) -> SheetSection:
    return SheetSection(
        title=words.children.title.format(parent=parent),
        hint=words.children.hint.format(parent=parent),
        codes=tuple(
            SheetCode(text=child, caption=words.child.format(number=number))
            for number, child in enumerate(sheet_codes.children_of(parent_number), start=1)
        ),
        starts_page=True,
    )


def _mistakes(words: CodeSheetWords, bags: ShiftBags) -> SheetSection:
    return SheetSection(
        title=words.mistakes.title,
        hint=words.mistakes.hint,
        codes=(
            SheetCode(text=sheet_codes.ONE_TOO_MANY, caption=words.one_too_many),
            SheetCode(text=bags.taken_children[0], caption=words.already_elsewhere),
            SheetCode(text=bags.taken_children[1], caption=words.already_elsewhere),
            SheetCode(text=bags.loose_parent, caption=words.parent_like_a_child),
            SheetCode(text=sheet_codes.A_BILL, caption=words.a_bill),
            SheetCode(text=sheet_codes.NOT_A_BAG, caption=words.not_a_bag),
        ),
        starts_page=True,
    )
