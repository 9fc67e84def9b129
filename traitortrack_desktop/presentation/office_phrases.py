"""The shape of what is read on the screens of the office; the sentences are in ``wording``.

Names in patterns: ``name`` of a person or station, ``by`` somebody else, ``time``, ``days``, ``number``,
``at`` a file, ``other`` an area.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from traitortrack_desktop.domain.accounts import AccountProblem, PasswordPart, StationProblem
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.roles import Rights, Role
from traitortrack_desktop.presentation.office_acts import FormKind, OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_notes import FormProblem, OfficeNote
from traitortrack_desktop.services.people_desk import PeopleTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A heading and what there is to say; each a whole pattern."""

    heading: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """A form: its title, what to know before it is filled in, and the button."""

    title: str
    hint: str
    submit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWords:
    """The list and the card of accounts."""

    columns: tuple[str, ...]
    empty: str
    nothing_found: str
    role: str
    area: str
    email: str
    state: str
    usable: str
    disabled: str
    locked: str
    locked_short: str
    until: str
    short_badge: str
    short_badge_until: str
    short_badge_and_pin: str
    short_badge_and_pin_until: str
    two_factor: str
    with_two_factor: str
    without_two_factor: str
    badge: str
    badge_until: str
    badge_for_ever: str
    no_badge: str
    pin: str
    has_pin: str
    no_pin: str
    with_pin: str
    last_sign_in: str
    never: str
    open_sessions: str
    card_title: str
    card_kept: str
    card_steps: tuple[str, ...]
    """What to do with the card while the badge's file is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWords:
    """The list and the card of sessions."""

    columns: tuple[str, ...]
    empty: str
    nothing_found: str
    station: str
    way: str
    rights: str
    since: str
    last_seen: str
    state: str
    open: str
    this_one: str
    ended: str
    ended_short: str
    ended_by: str
    ways: Mapping[SignInWay, str]
    rights_names: Mapping[Rights, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationWords:
    """The list and the card of stations."""

    columns: tuple[str, ...]
    empty: str
    unnamed: str
    area: str
    version: str
    account: str
    enrolled: str
    last_seen: str
    operator: str
    nobody: str
    state: str
    in_use: str
    revoked_short: str
    revoked: str
    revoked_by: str
    code_title: str
    code_title_unnamed: str
    code_until: str
    code_hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditWords:
    """The list and the pane of the audit."""

    columns: tuple[str, ...]
    empty: str
    nothing_found: str
    at: str
    who: str
    act: str
    """How the act is called in the audit itself, and in the search."""
    nobody: str
    as_written: str
    """Whoever the details name, where the row itself names nobody."""
    thing: str
    number: str
    address: str
    entry: str
    changes: str
    before: str
    after: str
    details: str
    plain_text: str
    change: str
    """``code`` what it was, ``other`` what it is."""
    appeared: str
    gone: str
    unchanged: str
    nothing: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeWords:
    """The screens of the office."""

    tabs: Mapping[OfficeTab, str]
    presses: Mapping[OfficeAct, str]
    pressed_once: Mapping[OfficeAct, str]
    """The label of the second press that does it."""
    asks: Mapping[OfficeAct, Said]
    fields: Mapping[OfficeField, str]
    examples: Mapping[OfficeField, str]
    forms: Mapping[FormKind, FormWords]
    form_problems: Mapping[FormProblem, str]
    password_parts: Mapping[PasswordPart, str]
    missing: str
    enough: str
    differs: str
    problems: Mapping[AccountProblem, str]
    station_problems: Mapping[StationProblem, str]
    troubles: Mapping[PeopleTrouble, Said]
    """Why there is no list."""
    deed_troubles: Mapping[PeopleTrouble, Said]
    """Why it is not known to be done."""
    notes: Mapping[OfficeNote, Said]
    roles: Mapping[Role, str]
    areas: Mapping[str, str]
    no_area: str
    page: str
    asking: str
    own_password_title: str
    own_password_hint: str
    own_password_name: str
    own_password_role: str
    today: str
    other_day: str
    day: str
    exact: str
    accounts: AccountWords
    sessions: SessionWords
    stations: StationWords
    audit: AuditWords
