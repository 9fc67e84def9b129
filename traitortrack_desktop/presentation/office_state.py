"""What one look at the office shows, and what it is made from: values only. No secret is among them but a
one-time code of enrolment while it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
from traitortrack_desktop.presentation.panel_views import (
    CardView,
    FieldView,
    FormView,
    ListView,
    Press,
    Saying,
)
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
class OfficePress(Press[OfficeAct]):
    """A button of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFieldView(FieldView[OfficeField]):
    """A field of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFormView(FormView[OfficeAct, OfficeField]):
    """A form of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCard(CardView[OfficeAct]):
    """A card of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSaying(Saying[OfficeAct]):
    """The line below of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeView:
    """The whole screen. *filters_wide*: the search fields span list and card."""

    tabs: tuple[OfficePress, ...]
    filters: tuple[OfficeFieldView, ...] = ()
    filters_wide: bool = False
    page: str = ""
    rows: ListView | None = None
    card: OfficeCard = field(default_factory=OfficeCard)
    form: OfficeFormView | None = None
    saying: OfficeSaying | None = None
    keys: tuple[OfficePress, ...] = ()
