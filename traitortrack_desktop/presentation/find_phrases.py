"""The shape of what an operator reads while finding; the sentences are in ``wording.find_words``.

Names in patterns: ``code``, ``name``, ``number``, ``count``, ``capacity``, ``at`` and ``since`` (times),
``by`` (a person), ``parent``, ``other``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.entries import EntryKind
from traitortrack_desktop.domain.findings import FoundKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import TicketStatus
from traitortrack_desktop.presentation.find_acts import (
    FindAct,
    FindField,
    FindForm,
    FindProblem,
    FindTab,
    Which,
    Why,
)
from traitortrack_desktop.services.people_desk import PeopleTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class FindFormWords:
    """A form: title, button, and what to know."""

    title: str
    submit: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWords:
    """Names of what is known of a bag, a bill or a return."""

    kinds: Mapping[FoundKind, str]
    state: str
    parent: str
    no_parent: str
    since_by: str
    since: str
    at_by: str
    since_when: str
    bill: str
    no_bill: str
    bill_with: str
    """``code`` the bill, ``name`` its status."""
    count: str
    count_of: str
    weight: str
    kilograms: str
    held: str
    held_by: str
    owner: str
    area: str
    made: str
    completed: str
    open: str
    called_before: str
    now_called: str
    scans: str
    no_scans: str
    scan_at: str
    waiting: str
    places: str
    places_left: str
    """``count`` of ``capacity``, and ``left``."""
    places_full: str
    expected: str
    actual: str
    variance: str
    destination: str
    vehicle: str
    description: str
    notes: str
    by: str
    finalised: str
    bags: str
    not_known: str
    unknown: str
    children_columns: tuple[str, ...]
    parents_columns: tuple[str, ...]
    suggestion_columns: tuple[str, ...]
    history_columns: tuple[str, ...]
    no_children: str
    no_parents: str
    child_holds_nothing: str
    no_history: str
    from_bill: str
    nothing: str
    nothing_short: str
    nothing_copy: str
    nothing_no_copy: str
    suggestions: str
    begin: str
    title_begin: str
    how: tuple[str, ...]
    history_of: str
    in_parent: str
    on_bill: str
    on_return: str
    out_of: str
    waits: str
    renamed: str
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindListWords:
    """The lists."""

    bill_columns: tuple[str, ...]
    ticket_columns: tuple[str, ...]
    bag_columns: tuple[str, ...]
    refusal_columns: tuple[str, ...]
    empty: Mapping[FindTab, str]
    nothing_fits: Mapping[FindTab, str]
    own_area_only: str
    no_area: str
    asking_centre: str
    counts: str
    all_refusals: str
    refusals_title: str
    what_was: str
    where: str
    when: str
    who: str
    waiting_here: str
    statuses: Mapping[BillStatus, str]
    ticket_statuses: Mapping[TicketStatus, str]
    all: str
    mine: str
    which: Mapping[Which, str]
    billed: Mapping[str, str]
    any_area: str
    choose_area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftWords:
    """The panel in which children are edited."""

    title: str
    hint: tuple[str, ...]
    now: str
    then: str
    columns: tuple[str, ...]
    stays: str
    goes_in: str
    goes_out: str
    put_back: str
    sure: str
    sure_what: str
    empty: str
    add: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindWords:
    """The screens of finding."""

    tabs: Mapping[FindTab, str]
    presses: Mapping[FindAct, str]
    again: Mapping[FindAct, str]
    """The label of the second press that does it."""
    why: Mapping[Why, str]
    fields: Mapping[FindField, str]
    examples: Mapping[FindField, str]
    forms: Mapping[FindForm, FindFormWords]
    problems: Mapping[FindProblem, str]
    problem_heading: str
    kinds: Mapping[EntryKind, str]
    """What an entry did, in the history."""
    from_centre: str
    from_centre_without: str
    from_here: str
    from_here_asking: str
    from_here_without: Mapping[PeopleTrouble, str]
    asking: str
    nothing_yet: str
    stays: str
    """Of a field that is left empty."""
    refusals_from: str
    leave_first: str
    """Of a parent that is open while work elsewhere is to begin."""
    office_list: str
    page: str
    not_known_when: str
    reasons: Mapping[Reason, str]
    """Why something was refused, in a few words."""
    found: FoundWords
    lists: FindListWords
    draft: DraftWords
