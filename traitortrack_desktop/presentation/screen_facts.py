"""What the scan screen knows: a fold over the station's events, in the GUI thread, pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from traitortrack_desktop.domain.codes import SHOWN_OF_A_BADGE
from traitortrack_desktop.domain.entries import Decision, JournalEntry, Receipt, Remark
from traitortrack_desktop.domain.operators import Badge, OperatorSession
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.scanner_use import Uses, after_change, after_reading
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    DeliveryChanged,
    OperatorChanged,
    ReceiptsRecorded,
    ScanDecided,
    ScannerChanged,
    ScannerGone,
    StationEvent,
    StationLockChanged,
    StationNamed,
    StorageFailed,
    StorageRecovered,
    WorkRefreshed,
    WorkResumed,
)
from traitortrack_desktop.services.ports import Backlog, CentreTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class LastScan:
    """The scan decided last, when this screen learned of it, and the centre's answer if there is one."""

    entry: JournalEntry
    seen_at: datetime
    receipt: Receipt | None = None
    not_counted_before: int = 0
    """For an acknowledgement: scans that were not counted while the station was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFacts:
    """Everything the screen is made of, except the time of day and the window's own state."""

    work: WorkState = field(default_factory=WorkState)
    backlog: Backlog = field(default_factory=lambda: Backlog(pending=0, oldest_at=None))
    last: LastScan | None = None
    stopped_by: JournalEntry | None = None
    """The entry behind ``work.stop``, when this screen saw it."""
    not_counted: int = 0
    online: bool | None = None
    delivery_problem: str | None = None
    trouble: CentreTrouble | None = None
    """What the operator has to know of that problem."""
    storage_problem: str | None = None
    scanners: tuple[ScannerChanged, ...] = ()
    uses: Uses = ()
    """How much each scanner was used since the program started."""
    operator: Person | None = None
    operator_since: datetime | None = None
    without_centre: bool = False
    """The operator signed in while the centre could not be asked."""
    session: OperatorSession | None = None
    badge: Badge | None = None
    """The badge that the operator signed in with, if it was one."""
    locked: bool = False
    named: str | None = None
    """What the centre calls this station, once it has said so."""
    loading: CatalogueChanged | None = None
    """How far the first load of the catalogue is, while it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the screen depends on beside the work. *capacity* counts before any parent is open."""

    station: str
    version: str
    capacity: int = 30
    listening: bool = True
    """The window has the keyboard."""
    keyboard_scans: bool = True
    """A scanner of this station types; otherwise a window without keyboard only loses its keys."""
    menu_open: bool = False
    menu_page: int = 0
    """Which page of the open menu is shown, counted from 0."""
    card_open: bool = False
    """The card of what can be scanned now is shown."""
    has_sheets: bool = False
    """The program can print the commands."""
    has_find: bool = False
    """The program has the screens to find things."""
    has_office: bool = False
    """The program has the screens for accounts and audit."""
    has_own_password: bool = False
    """The program has the screen for the own password."""
    dark: bool = False
    silent: bool = False
    """No sound can be made on this computer."""

    @property
    def hears_scans(self) -> bool:
        """Whether what is scanned reaches the station."""
        return self.listening or not self.keyboard_scans


def after_event(facts: ScreenFacts, event: StationEvent, now: datetime) -> ScreenFacts:
    """Return what is known after *event*, learned at *now* (aware UTC)."""
    match event:
        case WorkResumed() | StorageRecovered():
            return replace(facts, work=event.state, backlog=event.backlog, storage_problem=None)
        case WorkRefreshed():
            return replace(facts, work=event.state, backlog=event.backlog)
        case ScanDecided():
            return _after_scan(facts, event, now)
        case ReceiptsRecorded():
            return _after_receipts(facts, event)
        case DeliveryChanged():
            return replace(facts, online=event.online, delivery_problem=event.problem, trouble=event.trouble)
        case StorageFailed():
            return replace(facts, storage_problem=event.problem)
        case ScannerChanged():
            return replace(
                facts,
                scanners=_with_scanner(facts.scanners, event),
                uses=after_change(facts.uses, event, now),
            )
        case ScannerGone():
            left = tuple(scanner for scanner in facts.scanners if scanner.source != event.source)
            return replace(facts, scanners=left)
        case CatalogueChanged():
            return replace(facts, loading=None if event.complete or event.stopped else event)
        case OperatorChanged():
            return _after_operator(facts, event, now)
        case StationLockChanged():
            return replace(facts, locked=event.locked)
        case StationNamed():
            return replace(facts, named=event.name)


def _after_operator(facts: ScreenFacts, event: OperatorChanged, now: datetime) -> ScreenFacts:
    return replace(
        facts,
        operator=event.person,
        operator_since=now,
        without_centre=event.without_centre,
        session=event.session,
        badge=event.badge,
    )


def _after_scan(facts: ScreenFacts, event: ScanDecided, now: datetime) -> ScreenFacts:
    entry, stop = event.entry, event.state.stop
    facts = replace(facts, uses=after_reading(facts.uses, entry))
    if leaves_the_last_result(entry):
        return replace(facts, work=event.state, backlog=event.backlog)
    stopped_by = entry if stop is not None and stop.seq == entry.seq else facts.stopped_by
    ignored = entry.decision.reason is Reason.NOT_COUNTED
    released = facts.work.stop is not None and stop is None
    return replace(
        facts,
        work=event.state,
        backlog=event.backlog,
        storage_problem=None,
        stopped_by=stopped_by if stop is not None else None,
        not_counted=facts.not_counted + 1 if ignored else facts.not_counted if stop is not None else 0,
        last=LastScan(entry=entry, seen_at=now, not_counted_before=facts.not_counted if released else 0),
    )


def is_silent_bounce(entry: JournalEntry) -> bool:
    """Whether it is one trigger pull that arrived twice: nobody did anything that needs an answer."""
    return entry.decision.reason is Reason.READ_TWICE and not {Remark.REPEAT, Remark.BATCH} & set(
        entry.remarks
    )


def is_badge_being_checked(decision: Decision) -> bool:
    """Whether it is a badge that the centre is being asked about, and no bag that came meanwhile."""
    return decision.reason is Reason.BADGE_BEING_CHECKED and decision.code == SHOWN_OF_A_BADGE


def leaves_the_last_result(entry: JournalEntry) -> bool:
    """Whether what was told before still holds: a trigger pull that arrived twice, noise, a memory."""
    return is_silent_bounce(entry) or entry.decision.reason in {Reason.NOT_A_SCAN, Reason.HELD}


def _after_receipts(facts: ScreenFacts, event: ReceiptsRecorded) -> ScreenFacts:
    last = facts.last
    if last is not None:
        receipt = next((r for entry, r in event.answered if entry.id == last.entry.id), None)
        last = replace(last, receipt=receipt or last.receipt)
    return replace(facts, work=event.state, backlog=event.backlog, last=last)


def _with_scanner(
    scanners: tuple[ScannerChanged, ...], changed: ScannerChanged
) -> tuple[ScannerChanged, ...]:
    """Replace the scanner of that source in its place, or put a new one last."""
    if any(scanner.source == changed.source for scanner in scanners):
        return tuple(changed if scanner.source == changed.source else scanner for scanner in scanners)
    return (*scanners, changed)
