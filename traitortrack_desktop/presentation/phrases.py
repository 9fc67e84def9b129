"""The shape of what an operator reads, the same for every language; the sentences are in ``wording``.

A sentence is a whole pattern, never put together from pieces. Where it depends on what is known
(who, since when) there are several patterns, richest first; the first whose every name is known
is the one shown. Names in patterns: ``code`` what was scanned, ``parent`` the parent bag the scan
was about, ``child``, ``other`` the parent bag where it really is, ``since``, ``by``, ``count``,
``capacity``, ``left``, ``closes``, ``at`` when the operator scanned it, ``operator``, ``age``, ``known``
as of when the station knows, where that is a while ago.

Of corrections: ``bag`` what a bag was called before, or that is deleted, ``origin`` where moved bags come out
of, ``moved`` how many of them, where they are several, ``holder`` the station that has a parent open. Of
desks: ``bill`` and ``ticket`` the bill and the return it is about, ``other_bill`` the bill that a parent is
on, ``linked`` parents on it, of ``places``, of which ``remaining`` are free; ``area``; ``here`` the bill or
the return that is worked at after it. ``about`` is what a question is about beside its code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.codes import CodeKind, Command
from traitortrack_desktop.domain.entries import EntryKind, QuestionKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import Connection, ScannerRole, ScannerSetting, Terminator
from traitortrack_desktop.presentation.find_phrases import FindWords
from traitortrack_desktop.presentation.office_phrases import OfficeWords
from traitortrack_desktop.presentation.own_steps import OverrideState, OwnStep
from traitortrack_desktop.presentation.scanner_acts import GuideCheck, ScannerAct
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.ports import CentreTrouble
from traitortrack_desktop.services.scanner_learning import ScannerTrouble
from traitortrack_desktop.services.scanner_set_up import ScannerStep
from traitortrack_desktop.services.set_up import SetUpField, SetUpProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A heading, what is so, and what to do now; each of the two at most one line."""

    heading: str
    what: tuple[str, ...]
    now: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plural:
    """A sentence for one and for any other number, which it calls ``count``."""

    one: str
    other: str

    def text(self, count: int) -> str:
        """Return the sentence for *count*."""
        return (self.one if count == 1 else self.other).format(count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The next physical act, one for each situation of the work."""

    sign_in: str
    first_parent: str
    next_parent: str
    child: str
    stopped: str
    refused_late: str
    checking_badge: str
    noticed: str
    """Something about a person: there is no bag to look for."""
    not_listening: str
    cannot_store: str
    questions: Mapping[QuestionKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How far an entry has come, and the state of delivery in the status strip."""

    recorded: str
    posted: str
    refused: str
    was_inside: str
    nothing_waits: str
    all_posted: str
    on_the_way: Plural
    waiting: Plural
    offline_empty: str
    offline_waiting: Plural
    stopped: Plural
    troubles: Mapping[CentreTrouble, Plural]
    seconds: str
    minutes: str
    hours: str
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Short words on the scan screen beside the sentences."""

    window_title: str
    of_capacity: str
    left: Plural
    complete: str
    parent: str
    finished_parent: str
    no_parent: str
    more_rows: Plural
    inside_before: Plural
    no_rows: str
    station: str
    version: str
    no_operator: str
    operator_without_centre: str
    operator_by_badge: str
    """Somebody whose role may more than the badge that was scanned."""
    keyboard_scanner: str
    scanner_of_role: Mapping[ScannerRole, str]
    scanner_used: str
    scanner_used_before: str
    keys_asleep: str
    held: Plural
    held_then: str
    """The scanner whose memory is placed first, and the others."""
    held_behind: str
    """What to do when placing stopped at a reading that is settled now."""
    no_sound: str
    catalogue_loading: str
    """While the list of bags is loaded for the first time; ``percent`` of it is there."""
    catalogue_loading_short: str
    """The same where there is little room."""
    unnumbered: str
    late_of: str
    notice_of: str
    meanwhile: str
    uncounted: Plural
    uncounted_then: Plural
    menu: str
    more: str
    back: str
    scanners: str
    sign_out: str
    sign_out_for_long: str
    light_theme: str
    dark_theme: str
    quit: str
    hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWords:
    """The scan screen at a bill, at a return, while finding; and what packing says of bills and of keys."""

    next_parent: str
    bill_full: str
    bill_completed: str
    next_returned: str
    not_yours: str
    """At a bill or a return, for a person who may not go on with it."""
    finding: str
    look_at: str
    open_twice: str
    bill: str
    ticket: str
    of_places: str
    places_left: Plural
    places_unknown: str
    """Behind the number of parents on a bill whose capacity nobody here knows."""
    returned: Plural
    kilograms: str
    weight: str
    too_light: str
    too_heavy: str
    weight_right: str
    area: str
    statuses: Mapping[BillStatus, str]
    status_unknown: str
    waits: Plural
    all_there: str
    as_of: str
    """As of when a bill is known, as ``known``, where what others do at it cannot be heard of."""
    as_known_here: str
    bags_in: Plural
    no_parents: str
    no_returned: str
    on_before: Plural
    more_on_it: Plural
    on_bill: str
    on_completed_bill: str
    from_other: str
    bill_commands: Mapping[Command, str]
    """Commands that are called otherwise at a bill."""
    return_commands: Mapping[Command, str]
    help: str
    lists_bills: str
    lists_returns: str
    lists_bags: str
    lists_refusals: str
    card: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCardWords:
    """The card of what can be scanned now. *numbers* and *answers* are for what a question asks."""

    title: str
    hint: str
    scans: str
    close: str
    packing: Mapping[CodeKind, str]
    at_bill: Mapping[CodeKind, str]
    at_return: Mapping[CodeKind, str]
    finding: Mapping[CodeKind, str]
    stopped: str
    answers: str
    sheets: Mapping[str, str]
    """What prints the commands, by language."""
    sheet_made: str
    """Where the sheet is, as ``path``."""
    no_sheet: str
    numbers: str
    scans_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInWords:
    """The sign-in screen."""

    title: str
    hint: str
    username: str
    password: str
    submit: str
    asking: str
    wrong: str
    locked: str
    not_verified: str
    unreachable: str
    unreachable_and_unknown: str
    without_centre: str
    mismatch: str
    incomplete: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWords:
    """Badge, code, PIN, lock and override. *after_badge* stands behind a badge that leaves rights open."""

    scan_badge: str
    badge_signs_in: str
    or_type: str
    code_title: str
    code_line: str
    code_form: str
    code: str
    code_wrong: str
    code_incomplete: str
    cancel: str
    delete: str
    ended: Mapping[Reason, str]
    troubles: Mapping[CentreTrouble, str]
    locked: str
    locked_by: str
    nothing_lost: str
    parent_stays: str
    or_type_password: str
    type_password: str
    unlock: str
    rights_title: str
    rights_line: str
    rights_submit: str
    pin_title: str
    pin_line: str
    pin: str
    pin_submit: str
    pin_wrong: str
    pin_incomplete: str
    pin_locked: str
    pin_unreachable: str
    after_badge: Mapping[OwnStep, str]
    goes_on: str
    lock_now: str
    own_steps: Mapping[OwnStep, str]
    overrides: Mapping[OverrideState, str]
    office: str
    office_rights_first: str
    office_no_right: str
    override_by_menu: str
    override_title: str
    override_line: str
    override_kept: str
    override_reasons: tuple[str, ...]
    override_own_words: str
    override_submit: str
    override_missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpWords:
    """The set-up screen of the first run."""

    title: str
    hint: str
    labels: Mapping[SetUpField, str]
    example: str
    code_example: str
    submit: str
    trying: str
    wrong: Mapping[SetUpField, str]
    problems: Mapping[SetUpProblem, str]
    not_kept: str
    go_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWords:
    """One check of the guide: what to look at, and what is so when it is well, when not, when unknown."""

    text: str
    well: str = ""
    bad: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabasePasswordWords:
    """The question for the database password alone. *label* has a place for ``name``, the account."""

    title: str
    hint: str
    label: str
    submit: str
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSetUpWords:
    """The set-up of scanners. ``code`` is what a scanner sent, ``at`` a place or a file, for IT.

    *pair* is for a scanner that has a name already. *facts* beside the troubles are for IT.
    """

    title: str
    hint: str
    here: str
    attached: str
    nothing_here: str
    nothing_attached: str
    more_rows: Plural
    left: str
    right: str
    step: str
    pair: str
    pair_unnamed: str
    instructions: Mapping[ScannerStep, str]
    heard_of: Plural
    nothing_heard: str
    waiting: Phrase
    not_paired: str
    begin_here: Phrase
    try_them: Phrase
    not_listening: Phrase
    recording_to: str
    save_now: str
    test_again_now: str
    presses: Mapping[ScannerAct, str]
    connections: Mapping[Connection, str]
    roles: Mapping[ScannerRole, str]
    terminators: Mapping[Terminator, str]
    problems: Mapping[ScannerProblem, str]
    troubles: Mapping[ScannerTrouble, Phrase]
    facts: Mapping[ScannerTrouble, str]
    received: str
    not_found: str
    lesson_good: Phrase
    enough_learned: Phrase
    test_running: Phrase
    test_good: Phrase
    saved: Phrase
    forgotten: Phrase
    not_forgotten: Phrase
    printed: Phrase
    not_printed: Phrase
    recording: Phrase
    not_recording: Phrase
    recorded: Phrase
    ask_forget: Phrase
    name_label: str
    name_hint: str
    role_label: str
    signal_label: str
    learned_label: str
    learned_line: str
    learned_keys: str
    learned_reports: str
    learned_times: str
    learned_prefix: str
    learned_separator: str
    learned_wireless: str
    note_caps_lock: str
    note_layout: str
    note_by_text: str
    note_separator_lost: str
    note_separator_unknown: str
    note_silence: str
    tally: str
    guide_title: str
    guide_hint: str
    signs_of_life: str
    unreadable: str
    checks: Mapping[GuideCheck, CheckWords]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingWords:
    """A title and one line under it."""

    title: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSheetWords:
    """The printed sheet of barcodes, in a font that holds ASCII only.

    *children* has a place for ``parent``, *child* one for ``number``.
    """

    title: str
    parents: HeadingWords
    commands: HeadingWords
    children: HeadingWords
    mistakes: HeadingWords
    parent: str
    child: str
    one_too_many: str
    already_elsewhere: str
    parent_like_a_child: str
    a_bill: str
    not_a_bag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationSheetWords:
    """The printed sheet to set a scanner up with, in a font that holds ASCII only.

    *settings* say what to switch on in a scanner; *keyboard* heads those of a keyboard scanner.
    """

    title: str
    steps: tuple[str, ...]
    code_caption: str
    code_with_separator_caption: str
    tests: HeadingWords
    makers: HeadingWords
    keyboard: str
    keyboard_settings: str
    settings: Mapping[ScannerSetting, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeCardWords:
    """The printed badges. *until* has a place for ``at``, a date.

    *notes* are two short lines at the foot of a card; *name_by_hand* stands where a name cannot be printed.
    """

    title: str
    hint: str
    maker: str
    until: str
    without_end: str
    name_by_hand: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language."""

    time_today: str
    time_other_day: str
    time_exact: str
    reasons: Mapping[Reason, Phrase]
    accepted: Mapping[EntryKind, Phrase]
    complete: Phrase
    late: Mapping[Reason, Phrase]
    ready: Phrase
    resumed: Phrase
    set_aside: Phrase
    """What was held is set aside."""
    moved_full: Phrase
    """Bags were moved, and their new parent is full with them."""
    bill_is_full: Phrase
    never_packed: Phrase
    """Of a parent that a bill or a return is to take, and that the centre does not know."""
    """A parent went onto a bill, which is full with it."""
    cannot_store: Phrase
    instructions: Instructions
    commands: Mapping[Command, str]
    marks: Marks
    labels: Labels
    desk: DeskWords
    card: ScanCardWords
    sign_in: SignInWords
    people: PeopleWords
    set_up: SetUpWords
    scanner_set_up: ScannerSetUpWords
    already_running: str
    scanner_problems: Mapping[ScannerProblem, str]
    """At the scanner's light, as short as can be; ``name`` is what people call it."""
    code_sheet: CodeSheetWords
    calibration_sheet: CalibrationSheetWords
    database_password: DatabasePasswordWords
    badge_card: BadgeCardWords
    office: OfficeWords
    find: FindWords


def first_known(patterns: tuple[str, ...], names: Mapping[str, object]) -> str:
    """Return the first of *patterns* whose every name is known (not ``None``), filled in.

    Raises ``LookupError`` when none fits: the last pattern of a tuple must always fit.
    """
    known = {name: value for name, value in names.items() if value is not None}
    for pattern in patterns:
        if all(name in known for _, name, _, _ in Formatter().parse(pattern) if name is not None):
            return pattern.format_map(known)
    raise LookupError(f"nothing fits of {patterns}")
