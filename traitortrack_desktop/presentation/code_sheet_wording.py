"""The words on the printed sheet of barcodes. They are printed with a font that holds ASCII only."""

from collections.abc import Mapping
from dataclasses import dataclass

from traitortrack_desktop.domain.codes import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingWords:
    """A title and one line under it."""

    title: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSheetWording:
    """One language. *children* has a place for ``parent``, *child* one for ``number``."""

    title: str
    parents: HeadingWords
    commands: HeadingWords
    children: HeadingWords
    mistakes: HeadingWords
    parent: str
    child: str
    command_captions: Mapping[Command, str]
    one_too_many: str
    already_elsewhere: str
    parent_like_a_child: str
    a_bill: str
    not_a_bag: str


ENGLISH_CODE_SHEET = CodeSheetWording(
    title="Barcodes to try the station with",
    parents=HeadingWords(
        title="1. Parent bags", hint="Scan one to open it. Cover the barcodes beside it with your hand."
    ),
    commands=HeadingWords(title="Commands", hint="Each does the same as its key."),
    children=HeadingWords(
        title="2. Child bags for {parent}", hint="With {parent} open, scan them one after the other."
    ),
    mistakes=HeadingWords(
        title="3. Mistakes", hint="With a parent bag open, see what the station says to each of these."
    ),
    parent="parent bag",
    child="child bag {number}",
    command_captions={
        Command.UNDO: "take back the last child bag",
        Command.CLOSE: "close the bag early: scan it twice",
        Command.REMOVE: "take a bag out: then scan the bag",
        Command.CANCEL: "answer no to a question",
        Command.UNDERSTOOD: "go on after a stop",
    },
    one_too_many="one bag more than fits",
    already_elsewhere="is in another parent bag already",
    parent_like_a_child="a parent bag, read like a child bag",
    a_bill="a bill, not a bag",
    not_a_bag="the code of nothing",
)
