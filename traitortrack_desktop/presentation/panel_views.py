"""What the panels of office and find screens show, tabs, lists, cards and forms: values only.

*A* names acts and *F* fields: each place has its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from traitortrack_desktop.presentation.screen_state import Icon, Mark, Tone

A = TypeVar("A", bound=StrEnum)
F = TypeVar("F", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Generic[A]):
    """A button. *armed*: the next press does it. *why* says in a word or two why it cannot be pressed."""

    act: A
    label: str
    key: str = ""
    value: str = ""
    chosen: bool = False
    primary: bool = False
    usable: bool = True
    armed: bool = False
    why: str = ""


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a name
    DIGITS = "digits"
    SECRET_DIGITS = "secret_digits"  # noqa: S105
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView(Generic[F]):
    """A field with what it begins with; *choices* are value and label."""

    field: F
    label: str
    kind: FieldKind = FieldKind.TEXT
    value: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    wide: bool = False
    """Takes a whole line of the form."""
    usable: bool = True
    longest: int = 120
    share: int = 1
    """Of the width of a row of search fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView(Generic[A, F]):
    """A form in the place of the card. *hint* changes while somebody types."""

    number: int
    title: str
    fields: tuple[FieldView[F], ...]
    hint: str
    hint_mark: Mark | None
    problem: str
    submit: Press[A]
    cancel: Press[A] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One place of a row: a text, and a smaller one under it."""

    text: str
    under: str = ""
    mark: Mark | None = None
    strong: bool = False
    is_code: bool = False
    """Written as codes are: its tail, which the eye compares, apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list and its share of the width."""

    title: str
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A row; *faded* rows do not count any more."""

    key: str
    cells: tuple[Cell, ...]
    faded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A list, or *empty* in its place."""

    columns: tuple[Column, ...]
    rows: tuple[ListRow, ...]
    chosen: str = ""
    empty: str = ""


class FactStyle(StrEnum):
    """How a fact of the card is written."""

    PLAIN = "plain"
    HEADING = "heading"
    CODE = "code"
    """In letters of equal width."""
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of the card: what it is called, and what it is."""

    label: str
    text: str = ""
    mark: Mark | None = None
    style: FactStyle = FactStyle.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView(Generic[A]):
    """What is known of the chosen row, and what may be done. *big* is a code to read out."""

    title: str = ""
    big: str = ""
    facts: tuple[Fact, ...] = ()
    presses: tuple[Press[A], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying(Generic[A]):
    """The line that says what happened, what is asked, or what is wrong."""

    tone: Tone
    icon: Icon
    heading: str
    what: str = ""
    presses: tuple[Press[A], ...] = ()
