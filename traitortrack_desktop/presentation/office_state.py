"""What one look at the office shows, and what it is made from: values only. No secret is among them but a
one-time code of enrolment while it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from traitortrack_desktop.domain.accounts import (
    AccountProblem,
    AccountsPage,
    AuditFilter,
    AuditPage,
    PasswordPart,
    SessionRecord,
    StationProblem,
    StationRecord,
)
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.presentation.office_acts import FormKind, OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_notes import FormProblem, OfficeNote
from traitortrack_desktop.presentation.screen_state import Icon, Mark, Tone
from traitortrack_desktop.services.people_desk import PeopleTrouble

OfficeProblem = FormProblem | AccountProblem | StationProblem

# -- what is known


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeForm:
    """What is being filled in. *values* are those it begins with, and what was typed that is no secret."""

    kind: FormKind
    about: str = ""
    values: Mapping[OfficeField, str] = field(default_factory=dict)
    missing: tuple[PasswordPart, ...] | None = None
    """What the new password lacks, ``None`` before anything is typed."""
    differs: bool = False
    problem: OfficeProblem | None = None
    number: int = 0
    """Another one for each form that is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """A one-time code while it is shown. *name* is that of the station it is for, if one was given."""

    code: str = field(repr=False)
    until: datetime
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeFile:
    """The card of a badge that was made; it holds the code."""

    path: Path
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFacts:
    """What is known while the office is open.

    *cursors* are those of the pages before this one, the last one being this page's.
    """

    now: datetime
    own: OperatorSession | None = None
    only_own_password: bool = False
    tab: OfficeTab = OfficeTab.PASSWORD
    asking: bool = False
    trouble: PeopleTrouble | None = None
    """Why there is no list."""
    deed_trouble: PeopleTrouble | None = None
    """Why what was asked for last was not done."""
    armed: OfficeAct | None = None
    armed_at: datetime | None = None
    note: OfficeNote | None = None
    note_name: str = ""
    note_problem: OfficeProblem | None = None
    form: OfficeForm | None = None
    chosen: str = ""
    """The key of the row that is chosen."""
    search: Mapping[OfficeField, str] = field(default_factory=dict)
    cursors: tuple[str | None, ...] = (None,)
    accounts: AccountsPage | None = None
    sessions: tuple[SessionRecord, ...] | None = None
    stations: tuple[StationRecord, ...] | None = None
    audit: AuditPage | None = None
    code: EnrolmentCode | None = None
    card: BadgeFile | None = None
    audit_filter: AuditFilter = field(default_factory=AuditFilter)


# -- what is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePress:
    """A button. *armed*: the next press does it."""

    act: OfficeAct
    label: str
    key: str = ""
    value: str = ""
    chosen: bool = False
    primary: bool = False
    usable: bool = True
    armed: bool = False


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a name
    DIGITS = "digits"
    SECRET_DIGITS = "secret_digits"  # noqa: S105
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A field with what it begins with; *choices* are value and label."""

    field: OfficeField
    label: str
    kind: FieldKind = FieldKind.TEXT
    value: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    wide: bool = False
    """Takes a whole line of the form."""
    usable: bool = True
    longest: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form in the place of the card. *hint* changes while somebody types."""

    number: int
    title: str
    fields: tuple[FieldView, ...]
    hint: str
    hint_mark: Mark | None
    problem: str
    submit: OfficePress
    cancel: OfficePress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One place of a row: a text, and a smaller one under it."""

    text: str
    under: str = ""
    mark: Mark | None = None
    strong: bool = False


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
class CardView:
    """What is known of the chosen row, and what may be done. *big* is a code to read out."""

    title: str = ""
    big: str = ""
    facts: tuple[Fact, ...] = ()
    presses: tuple[OfficePress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSaying:
    """The line that says what happened, what is asked, or what is wrong."""

    tone: Tone
    icon: Icon
    heading: str
    what: str = ""
    presses: tuple[OfficePress, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeView:
    """The whole screen. *filters_wide*: the search fields span list and card."""

    tabs: tuple[OfficePress, ...]
    filters: tuple[FieldView, ...] = ()
    filters_wide: bool = False
    page: str = ""
    rows: ListView | None = None
    card: CardView = field(default_factory=CardView)
    form: FormView | None = None
    saying: OfficeSaying | None = None
    keys: tuple[OfficePress, ...] = ()
