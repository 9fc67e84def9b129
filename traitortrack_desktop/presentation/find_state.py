"""What one look at finding shows, and what it is made from: values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from traitortrack_desktop.domain.entries import Decision
from traitortrack_desktop.domain.findings import (
    BagsPage,
    BillsPage,
    Found,
    HistoryPage,
    RefusalsPage,
    TicketsPage,
)
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.questions import Question
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.find_acts import FindAct, FindField, FindForm, FindProblem, FindTab
from traitortrack_desktop.presentation.panel_views import (
    CardView,
    FieldView,
    FormView,
    ListView,
    Press,
    Saying,
)
from traitortrack_desktop.presentation.screen_state import Mark
from traitortrack_desktop.services.people_desk import PeopleTrouble

Page = HistoryPage | BillsPage | TicketsPage | BagsPage | RefusalsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page begins, in the order of this station's copy and in the centre's.

    ``None`` is the beginning. A page that one of them does not have is not asked of it.
    """

    here: str | None = None
    centre: str | None = None
    is_here: bool = True
    is_at_centre: bool = True


FIRST = Cursor()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """A list of many pages while it is shown. *cursors* are those up to this page, which is the last one's.

    *here_after* and *centre_after* ask for the next page. *trouble* says why the centre did not answer.
    """

    page: Page | None = None
    cursors: tuple[Cursor, ...] = (FIRST,)
    here_after: str | None = None
    centre_after: str | None = None
    trouble: PeopleTrouble | None = None
    asking: bool = False
    chosen: str = ""
    search: Mapping[FindField, str] = field(default_factory=dict)
    problem: FindProblem | None = None
    """What is wrong with the search."""

    @property
    def next_cursor(self) -> Cursor | None:
        """Where the next page begins, ``None`` when this is the last."""
        if self.here_after is None and self.centre_after is None:
            return None
        return Cursor(
            here=self.here_after,
            centre=self.centre_after,
            is_here=self.here_after is not None,
            is_at_centre=self.centre_after is not None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """What is looked up while it is shown."""

    asked: str = ""
    found: Found | None = None
    trouble: PeopleTrouble | None = None
    asking: bool = False
    chosen: str = ""
    trail: tuple[str, ...] = ()
    """What was looked up before, the last one last."""
    history: Paged | None = None
    """While the history is shown."""
    problem: FindProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """What is being filled in. *values* are those it begins with; *linked* parents stand on the bill."""

    kind: FindForm
    about: str = ""
    values: Mapping[FindField, str] = field(default_factory=dict)
    linked: int = 0
    problem: FindProblem | Decision | None = None
    sending: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenDraft:
    """The children of *parent* while they are edited: nothing is changed before it is saved."""

    parent: str
    children: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    chosen: str = ""
    sending: bool = False

    @property
    def count(self) -> int:
        """How many there will be."""
        return len(self.children) + len(self.added) - len(self.removed)

    @property
    def changes(self) -> bool:
        """Whether there is anything to save."""
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFacts:
    """What is known while finding is shown. *said* is the decision that is told now."""

    now: datetime
    today: date
    tab: FindTab = FindTab.FIND
    session: OperatorSession | None = None
    work: WorkState = field(default_factory=WorkState)
    look: LookUp = field(default_factory=LookUp)
    lists: Mapping[FindTab, Paged] = field(default_factory=dict)
    form: OpenForm | None = None
    draft: ChildrenDraft | None = None
    said: Decision | None = None
    asked: Decision | None = None
    """The question that the station told while finding was shown."""
    problem: FindProblem | None = None
    armed: FindAct | None = None
    armed_at: datetime | None = None

    @property
    def question(self) -> Question | None:
        """What the station asks now, while something is found."""
        return self.work.question

    @property
    def editing(self) -> ChildrenDraft | None:
        """The children that are edited, while that is shown."""
        return self.draft if self.tab is FindTab.FIND else None

    def list_of(self, tab: FindTab) -> Paged:
        """Return the list of *tab*."""
        return self.lists.get(tab, Paged())


# -- what is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPress(Press[FindAct]):
    """A button of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFieldView(FieldView[FindField]):
    """A field of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCard(CardView[FindAct]):
    """A card of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFormView(FormView[FindAct, FindField]):
    """A form of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSaying(Saying[FindAct]):
    """The line below of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """As of when what is shown is, and from where; at the right which page it is."""

    text: str
    mark: Mark | None = None
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindView:
    """The whole screen."""

    tabs: tuple[FindPress, ...]
    filters: tuple[FindFieldView, ...]
    rows: ListView
    source: SourceLine
    card: FindCard = field(default_factory=FindCard)
    form: FindFormView | None = None
    saying: FindSaying | None = None
    keys: tuple[FindPress, ...] = ()


def rows_of(page: Any) -> tuple[Any, ...]:
    """Return the rows of a page of any list."""
    for name in ("lines", "bills", "tickets", "bags"):
        if hasattr(page, name):
            return tuple(getattr(page, name))
    return ()


def key_of(row: Any) -> str:
    """Return what names a row for as long as it is there."""
    if hasattr(row, "fact"):
        return str(row.fact.code)
    if hasattr(row, "seq"):
        return f"{row.at.isoformat()} {row.kind} {row.code} {row.seq or ''}"
    return str(row.code)
