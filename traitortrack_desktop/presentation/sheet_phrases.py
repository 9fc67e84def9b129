"""The shape of what stands on command and training sheets, the same for every language."""

from collections.abc import Mapping
from dataclasses import dataclass

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingWords:
    """A title, and a line under it that says what the codes are for."""

    title: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWords:
    """The steps of the training sheet, in the order of the sheet, and the captions of its bags.

    ``number`` is that of a child bag, ``parent`` that of a parent bag.
    """

    title: str
    pack: HeadingWords
    undo: HeadingWords
    full: HeadingWords
    elsewhere: HeadingWords
    wrong_parent: HeadingWords
    relabel: HeadingWords
    find: HeadingWords
    bill: HeadingWords
    returns: HeadingWords
    parent: str
    child: str
    bill_code: str
    new_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWords:
    """All that stands on the sheets. *title* has a place for ``role``."""

    title: str
    roles: Mapping[Role, str]
    packing: HeadingWords
    why: HeadingWords
    memory: HeadingWords
    finding: HeadingWords
    bills: HeadingWords
    places: HeadingWords
    returns: HeadingWords
    areas: HeadingWords
    deleting: HeadingWords
    commands: Mapping[Command, str]
    place: str
    """A number of parents, as ``number``."""
    area_names: Mapping[str, str]
    training: TrainingWords
