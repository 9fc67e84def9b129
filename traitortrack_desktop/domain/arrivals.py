"""How a reading came: once, twice at once, by both scanners, or among many. Pure; used by one thread.

Time comes from the frames, on the clock of their own source (32-bit milliseconds that wrap after 49.7
days). Only two sources at once are compared by the intake's clock, since theirs may differ. A frame
without time (files, pipes, keys) is never compared: there the same text twice in a row is meant.
"""

from dataclasses import dataclass, field

from traitortrack_desktop.domain.codes import CodeKind, ParsedCode
from traitortrack_desktop.domain.entries import Decision, EntryKind, Remark, Verdict
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason, Severity, severity_of
from traitortrack_desktop.domain.scanners import ScannerRole

BOUNCE_MS = 300
"""The same text from the same scanner within this time is one label read twice."""

DELIBERATE_MS = 1000
"""Nobody hears a stop, understands it and reads the label again in less."""

REPEAT_MS = 2000
CROSS_MS = 1500
BATCH_READINGS = 5
BATCH_MS = 1000
"""So many readings in this time come out of a memory; as long a silence ends it."""

POURING_PAUSE_MS = 30
POURING_READINGS = 8
"""No hand goes from one label to the next in so short a pause; so many in a row pour out of a memory."""

_FORGET_AFTER_MS = 3_600_000
_LABELS = 32
_SCANNERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How one reading came. *problem* says why it must not be decided as a scan of its own."""

    remarks: tuple[Remark, ...] = ()
    problem: Reason | None = None
    role: ScannerRole = ScannerRole.ANY
    from_memory: bool = False
    """It came out of a scanner's memory: a person has to place it."""

    @property
    def is_deliberate(self) -> bool:
        """Whether somebody pulled the trigger now, and so may mean it as "understood"."""
        return not {Remark.BATCH, Remark.PLACED} & set(self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A label that a scanner read lately, and what its first reading did."""

    raw: bytes
    label: str | bytes
    ended_ms: int
    stored_ms: int
    did: Decision
    crossed: bool
    """It was itself refused as read by both."""

    @property
    def stands(self) -> bool:
        """Whether it did something that the same label must not do again."""
        return not self.crossed and _stands(self.did)


@dataclass(slots=True, kw_only=True)
class _Scanner:
    readings: list[_Reading] = field(default_factory=list)
    """The last of each label, newest at the end."""
    times: list[int] = field(default_factory=list)
    """When its last readings ended, without those read twice at once."""
    in_batch: bool = False
    poured: int = 0
    """Readings in a row without a hand's pause between them."""
    poured_until_ms: int | None = None


class Arrivals:
    """Remembers what every scanner read lately. What was not stored is never remembered.

    With *holds_pouring* readings that follow each other faster than a hand can scan are taken for a memory,
    also where nobody saw that the scanner was connected again. For people; a script may be as fast.
    """

    def __init__(self, *, holds_pouring: bool = False) -> None:
        self._holds_pouring = holds_pouring
        self._scanners: dict[str, _Scanner] = {}

    def look_at(self, frame: ScanFrame, scanned: ParsedCode, now_ms: int) -> Arrival:
        """Return how *frame* came; *scanned* is its meaning, *now_ms* the intake's own clock."""
        typed = (Remark.TYPED,) if frame.kind is FrameKind.TYPED else ()
        pours = self._holds_pouring and self._pours(frame)
        if frame.after_reconnect or pours:
            return Arrival(remarks=(Remark.BATCH, *typed), role=frame.role, from_memory=True)
        if frame.ended_ms is None or not _is_whole(frame):
            return Arrival(remarks=typed, role=frame.role)
        own, other = self._own(frame, now_ms), self._other(frame, scanned, now_ms)
        gap_ms = _gap(own.ended_ms, frame.ended_ms) if own is not None else REPEAT_MS + 1
        batch = self._is_batch(frame.source, frame.ended_ms, bounced=gap_ms < BOUNCE_MS)
        remarks = {
            Remark.REPEAT: BOUNCE_MS <= gap_ms <= REPEAT_MS,
            Remark.CROSS: other is not None,
            Remark.BATCH: batch,
        }
        return Arrival(
            remarks=(*(remark for remark, is_so in remarks.items() if is_so), *typed),
            problem=_problem(own, other, scanned, gap_ms, batch=batch),
            role=frame.role,
        )

    def keep(
        self, frame: ScanFrame, scanned: ParsedCode, arrival: Arrival, decision: Decision, now_ms: int
    ) -> None:
        """Remember *frame*, of which *decision* was stored; *now_ms* is when that was done."""
        if arrival.from_memory or frame.ended_ms is None or not _is_whole(frame):
            return
        crossed = decision.reason is Reason.READ_BY_BOTH
        before = self._own(frame, now_ms)
        if before is None and crossed:
            before = self._other(frame, scanned, now_ms)
        carries = before is not None and (crossed or decision.reason is Reason.READ_TWICE)
        reading = _Reading(
            raw=frame.raw,
            label=_label(frame, scanned),
            ended_ms=frame.ended_ms,
            stored_ms=now_ms,
            did=before.did if carries and before is not None else decision,
            crossed=crossed,
        )
        scanner = self._scanner(frame.source)
        scanner.readings = [kept for kept in scanner.readings if kept.raw != frame.raw][1 - _LABELS :]
        scanner.readings.append(reading)
        scanner.in_batch = Remark.BATCH in arrival.remarks
        if decision.reason is not Reason.READ_TWICE or scanner.in_batch:
            scanner.times = [*scanner.times[1 - BATCH_READINGS :], frame.ended_ms]

    def _pours(self, frame: ScanFrame) -> bool:
        """Whether *frame* is one of many that came without a pause between them, until it is quiet again."""
        if frame.started_ms is None or frame.ended_ms is None or not _is_whole(frame):
            return False
        scanner = self._scanner(frame.source)
        since, scanner.poured_until_ms = scanner.poured_until_ms, frame.ended_ms
        pause_ms = _gap(since, frame.started_ms) if since is not None else BATCH_MS + 1
        goes_on = pause_ms < POURING_PAUSE_MS
        if scanner.poured >= POURING_READINGS:
            goes_on = pause_ms <= BATCH_MS
        scanner.poured = scanner.poured + 1 if goes_on else 1
        return scanner.poured >= POURING_READINGS

    def _own(self, frame: ScanFrame, now_ms: int) -> _Reading | None:
        """Return the last reading of the same by the same scanner, if it was lately."""
        scanner = self._scanners.get(frame.source)
        for kept in scanner.readings if scanner is not None else ():
            lately = now_ms - kept.stored_ms < _FORGET_AFTER_MS
            if kept.raw == frame.raw and lately and _gap(kept.ended_ms, frame.ended_ms) <= REPEAT_MS:
                return kept
        return None

    def _other(self, frame: ScanFrame, scanned: ParsedCode, now_ms: int) -> _Reading | None:
        """Return a reading of the same label by another scanner a moment before, at best one that stands."""
        label = _label(frame, scanned)
        found = [
            kept
            for source, scanner in self._scanners.items()
            if source != frame.source
            for kept in scanner.readings
            if kept.label == label and now_ms - kept.stored_ms < CROSS_MS
        ]
        return min(found, key=lambda kept: not kept.stands, default=None)

    def _is_batch(self, source: str, ended_ms: int, *, bounced: bool) -> bool:
        scanner = self._scanners.get(source)
        if scanner is None or not scanner.times or _gap(scanner.times[-1], ended_ms) > BATCH_MS:
            return False
        if scanner.in_batch:
            return True
        recent = [at for at in scanner.times if _gap(at, ended_ms) < BATCH_MS]
        return not bounced and len(recent) + 1 >= BATCH_READINGS

    def _scanner(self, source: str) -> _Scanner:
        """Return what is known of *source*; those that were quiet longest are forgotten."""
        self._scanners[source] = scanner = self._scanners.pop(source, None) or _Scanner()
        while len(self._scanners) > _SCANNERS:
            self._scanners.pop(next(iter(self._scanners)))
        return scanner


def _problem(
    own: _Reading | None, other: _Reading | None, scanned: ParsedCode, gap_ms: int, *, batch: bool
) -> Reason | None:
    bounced = own is not None and gap_ms < BOUNCE_MS
    # In a batch times say nothing about bags. But a question is not answered, and no command given twice.
    acts = scanned.command is not None or (own is not None and own.did.verdict is Verdict.CONFIRM)
    if bounced and (acts or not batch):
        return Reason.READ_TWICE
    if own is not None and _would_reverse(own.did, scanned, gap_ms):
        return Reason.READ_TWICE
    return Reason.READ_BY_BOTH if other is not None and other.stands else None


def _is_whole(frame: ScanFrame) -> bool:
    return frame.kind in {FrameKind.COMPLETE, FrameKind.TYPED}


def _label(frame: ScanFrame, scanned: ParsedCode) -> str | bytes:
    """Return what is the same for both scanners; the text of a badge does not say whose it is."""
    return frame.raw if scanned.kind is CodeKind.BADGE else scanned.text


def _stands(decision: Decision) -> bool:
    """Whether a reading did something: it counted, asked, or stopped the station."""
    if decision.verdict is not Verdict.REFUSED:
        return True
    return decision.reason is not None and severity_of(decision.reason) is Severity.BLOCKING


def _would_reverse(did: Decision, scanned: ParsedCode, gap_ms: int) -> bool:
    """Whether a repeat would undo, or acknowledge before anybody can have read it, what *did* was."""
    if did.verdict is Verdict.REFUSED:
        return _stands(did) and gap_ms < DELIBERATE_MS
    if did.kind is EntryKind.ACKNOWLEDGE:
        return scanned.command is None or gap_ms < DELIBERATE_MS
    return did.kind is EntryKind.REMOVE_CHILD and did.child == scanned.text


def _gap(earlier_ms: int, later_ms: int | None) -> int:
    """Return the milliseconds between, over the wrap of a 32-bit clock."""
    assert later_ms is not None
    return (later_ms - earlier_ms) & 0xFFFFFFFF


def placing(arrival: Arrival) -> Arrival:
    """Return how a held reading comes when the command that came as *arrival* places it."""
    return Arrival(remarks=(*arrival.remarks, Remark.PLACED))
