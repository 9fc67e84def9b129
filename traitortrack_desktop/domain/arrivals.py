"""How a reading came: once, twice at once, by both scanners, or among many. Pure; used by one thread.

Time comes from the frames, on the clock of their own source (32-bit milliseconds that wrap after 49.7
days). Only two sources at once are compared by the intake's clock, since theirs may differ. A frame
without time (files, pipes, keys) is never compared: there the same text twice in a row is meant.
"""

import hashlib
from dataclasses import dataclass, field

from traitortrack_desktop.domain.codes import CodeKind, Command, ParsedCode
from traitortrack_desktop.domain.entries import Decision, EntryKind, Remark, Verdict
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.domain.work import WorkState

BOUNCE_MS = 300
"""The same text from the same scanner within this time is one label read twice."""

DELIBERATE_MS = 1000
"""Nobody hears a stop, understands it and reads the label again in less."""

REPEAT_MS = 2000
CROSS_MS = 1500
BATCH_READINGS = 5
BATCH_MS = 1000
"""So many readings in this time come out of a memory; as long a silence ends it."""

ANSWER_MS = 600
"""A label that lies before a gun is read again after 300 to 500 ms: that is nobody's answer."""

POURING_PAUSE_MS = 15
POURING_READINGS = 8
"""What pours out of a memory follows as fast as characters do, which no hand does; so many in a row."""

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
    """It came out of the memory of scanner *source*: a person has to place it."""
    source: str = ""

    @property
    def is_deliberate(self) -> bool:
        """Whether somebody pulled the trigger now, and so may mean it as "understood"."""
        return not {Remark.BATCH, Remark.PLACED} & set(self.remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A label that a scanner read lately, and what its first reading did."""

    raw: bytes
    """What came; of what may hold a badge only a digest, here as in the label."""
    label: str | bytes
    ended_ms: int
    came_ms: int
    did: Decision
    crossed: bool
    """It was itself refused as read by both."""

    @property
    def stood(self) -> bool:
        """Whether it did something that the same label must not do again."""
        return not self.crossed and _stands(self.did)

    def stands(self, state: WorkState | None) -> bool:
        """Whether it did something that still is so in *state*; ``None`` where that does not matter."""
        return self.stood and (state is None or _is_still_so(self.did, state))

    @property
    def repeats_after_ms(self) -> int:
        """How long the same label is still the same pull of the trigger."""
        return ANSWER_MS if _waits_for_answer(self.did, self.label) else BOUNCE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The reading that asked last: another one of its *label* says yes, once the question was stored."""

    label: str | bytes
    source: str
    ended_ms: int | None
    came_ms: int
    stored_ms: int

    def is_answered_too_early(self, frame: ScanFrame, label: str | bytes, came_ms: int) -> bool:
        """Whether *frame* began before anybody can have seen the question."""
        if label != self.label:
            return False
        if came_ms <= self.stored_ms:
            return True
        if frame.source != self.source or self.ended_ms is None or frame.started_ms is None:
            return False
        return _gap(self.ended_ms, frame.started_ms) <= self.stored_ms - self.came_ms


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

    With *for_people* readings that follow each other faster than a hand can scan are taken for a memory,
    also where nobody saw that the scanner was connected again, and a key pressed before a question was
    asked does not answer it. A script may be as fast as it likes.
    """

    def __init__(self, *, for_people: bool = False) -> None:
        self._for_people = for_people
        self._scanners: dict[str, _Scanner] = {}
        self._asked: _Asked | None = None

    def look_at(self, frame: ScanFrame, scanned: ParsedCode, came_ms: int, state: WorkState) -> Arrival:
        """Return how *frame* came, on the intake's own clock *came_ms*.

        *scanned* is its meaning; *state* is where the work stands now.
        """
        typed = (Remark.TYPED,) if frame.kind is FrameKind.TYPED else ()
        pours = self._for_people and self._pours(frame)
        if frame.after_reconnect or pours:
            return Arrival(
                remarks=(Remark.BATCH, *typed), role=frame.role, from_memory=True, source=frame.source
            )
        label = _label(frame, scanned)
        early = self._asked is not None and self._asked.is_answered_too_early(frame, label, came_ms)
        if frame.ended_ms is None or not _is_whole(frame):
            problem = Reason.READ_TWICE if early and self._for_people else None
            return Arrival(remarks=typed, role=frame.role, problem=problem)
        own = self._own(frame, scanned, came_ms)
        other = self._other(frame, scanned, came_ms, state)
        gap_ms = _gap(own.ended_ms, frame.ended_ms) if own is not None else REPEAT_MS + 1
        bounce_ms = own.repeats_after_ms if own is not None else BOUNCE_MS
        batch = self._is_batch(frame.source, frame.ended_ms, bounced=gap_ms < BOUNCE_MS)
        problem = _problem(own, scanned, gap_ms, batch=batch)
        # The same badge at another scanner is no harm, and somebody else may have signed in between.
        if problem is None and scanned.badge is None and other is not None and other.stands(state):
            problem = Reason.READ_BY_BOTH
        if problem is None and early:
            problem = Reason.READ_TWICE
        remarks = {
            Remark.REPEAT: bounce_ms <= gap_ms <= REPEAT_MS,
            Remark.CROSS: other is not None,
            Remark.BATCH: batch,
        }
        return Arrival(
            remarks=(*(remark for remark, is_so in remarks.items() if is_so), *typed),
            problem=problem,
            role=frame.role,
        )

    def keep(
        self,
        frame: ScanFrame,
        scanned: ParsedCode,
        arrival: Arrival,
        decision: Decision,
        *,
        came_ms: int,
        stored_ms: int,
    ) -> None:
        """Remember *frame*, which came at *came_ms*, and of which *decision* was stored by *stored_ms*."""
        if not arrival.from_memory and _waits_for_answer(decision, _label(frame, scanned)):
            self._asked = _Asked(
                label=_label(frame, scanned),
                source=frame.source,
                ended_ms=frame.ended_ms,
                came_ms=came_ms,
                stored_ms=stored_ms,
            )
        if arrival.from_memory or frame.ended_ms is None or not _is_whole(frame):
            return
        crossed = decision.reason is Reason.READ_BY_BOTH
        before = self._own(frame, scanned, came_ms)
        if before is None and crossed:
            before = self._other(frame, scanned, came_ms, None)
        carries = before is not None and (crossed or decision.reason is Reason.READ_TWICE)
        reading = _Reading(
            raw=_kept(frame, scanned),
            label=_label(frame, scanned),
            ended_ms=frame.ended_ms,
            came_ms=came_ms,
            did=before.did if carries and before is not None else decision,
            crossed=crossed,
        )
        scanner = self._scanner(frame.source)
        scanner.readings = [kept for kept in scanner.readings if kept.raw != reading.raw][1 - _LABELS :]
        scanner.readings.append(reading)
        scanner.in_batch = Remark.BATCH in arrival.remarks
        if decision.reason is not Reason.READ_TWICE or scanner.in_batch:
            scanner.times = [*scanner.times[1 - BATCH_READINGS :], frame.ended_ms]

    def _pours(self, frame: ScanFrame) -> bool:
        """Whether *frame* is one of many that came without a pause between them, until it is quiet again."""
        if frame.started_ms is None or frame.ended_ms is None or frame.kind is FrameKind.NOISE:
            return False
        scanner = self._scanner(frame.source)
        if not _is_whole(frame) and scanner.poured < POURING_READINGS:
            return False
        since, scanner.poured_until_ms = scanner.poured_until_ms, frame.ended_ms
        pause_ms = _gap(since, frame.started_ms) if since is not None else BATCH_MS + 1
        character_ms = _gap(frame.started_ms, frame.ended_ms) / max(1, len(frame.raw))
        goes_on = pause_ms < POURING_PAUSE_MS and pause_ms <= max(2, 2 * character_ms)
        if scanner.poured >= POURING_READINGS:
            goes_on = pause_ms <= BATCH_MS
        scanner.poured = scanner.poured + 1 if goes_on else 1
        return scanner.poured >= POURING_READINGS

    def _own(self, frame: ScanFrame, scanned: ParsedCode, now_ms: int) -> _Reading | None:
        """Return the last reading of the same by the same scanner, if it was lately."""
        raw, scanner = _kept(frame, scanned), self._scanners.get(frame.source)
        for kept in scanner.readings if scanner is not None else ():
            lately = now_ms - kept.came_ms < _FORGET_AFTER_MS
            if kept.raw == raw and lately and _gap(kept.ended_ms, frame.ended_ms) <= REPEAT_MS:
                return kept
        return None

    def _other(
        self, frame: ScanFrame, scanned: ParsedCode, came_ms: int, state: WorkState | None
    ) -> _Reading | None:
        """Return a reading of the same label by another scanner a moment before, at best one that stands."""
        label = _label(frame, scanned)
        found = [
            kept
            for source, scanner in self._scanners.items()
            if source != frame.source
            for kept in scanner.readings
            if kept.label == label and abs(came_ms - kept.came_ms) < CROSS_MS
        ]
        return min(found, key=lambda kept: not kept.stands(state), default=None)

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


def _problem(own: _Reading | None, scanned: ParsedCode, gap_ms: int, *, batch: bool) -> Reason | None:
    bounced = own is not None and gap_ms < own.repeats_after_ms
    # In a batch times say nothing about bags. But a question is not answered, and no command given twice.
    acts = scanned.command is not None or (own is not None and own.did.verdict is Verdict.CONFIRM)
    if bounced and (acts or not batch):
        return Reason.READ_TWICE
    if own is not None and _would_reverse(own.did, scanned, gap_ms):
        return Reason.READ_TWICE
    return None


def _is_whole(frame: ScanFrame) -> bool:
    return frame.kind in {FrameKind.COMPLETE, FrameKind.TYPED}


def _label(frame: ScanFrame, scanned: ParsedCode) -> str | bytes:
    """Return what is the same for both scanners; the text of a badge does not say whose it is."""
    if scanned.badge is not None:
        return _digest(scanned.badge.encode())
    return _kept(frame, scanned) if scanned.kind is CodeKind.BADGE else scanned.text


def _kept(frame: ScanFrame, scanned: ParsedCode) -> bytes:
    """Return what may be remembered of *frame*: a badge's code is a secret."""
    return _digest(frame.raw) if scanned.kind is CodeKind.BADGE else frame.raw


def _digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _stands(decision: Decision) -> bool:
    """Whether a reading did something: it counted, asked, or stopped the station."""
    if decision.verdict is not Verdict.REFUSED:
        return True
    return decision.reason is not None and decision.reason.severity is Severity.BLOCKING


def _is_still_so(did: Decision, state: WorkState) -> bool:
    """Whether the work stands as *did* left it: it may have been undone, answered or acknowledged since."""
    bags = [bag for bag in (state.parent, state.finished) if bag is not None and bag.code == did.parent]
    match did.kind:
        case EntryKind.ADD_CHILD:
            return any(bag.holds(did.child or "") for bag in bags)
        case EntryKind.REMOVE_CHILD:
            return not any(bag.holds(did.child or "") for bag in bags)
        case EntryKind.OPEN_PARENT:
            return bool(bags)
        case EntryKind.MOVE_CHILDREN:
            return any(all(bag.holds(child) for child in did.children) for bag in bags)
        case EntryKind.QUESTION:
            return state.question is not None and state.question.code == did.code
        case EntryKind.REFUSAL:
            return state.stop is not None and state.stop.code == did.code
        case EntryKind.FIND:
            return state.finding
        case EntryKind.LOOK_UP:
            return state.finding and state.found == did.code
        case _:
            return _is_so_at_desk(did, state)


def _is_so_at_desk(did: Decision, state: WorkState) -> bool:
    bill, ticket = state.bill, state.ticket
    at_bill = bill is not None and bill.code == did.bill
    at_return = ticket is not None and ticket.code == did.ticket
    match did.kind:
        case EntryKind.OPEN_BILL | EntryKind.CREATE_BILL:
            return at_bill
        case EntryKind.OPEN_RETURN | EntryKind.RESUME_RETURN:
            return at_return
        case EntryKind.ATTACH_PARENT | EntryKind.DETACH_PARENT:
            is_on = at_bill and bill is not None and bill.holds(did.parent or "")
            return is_on is (did.kind is EntryKind.ATTACH_PARENT)
        case EntryKind.RETURN_BAG | EntryKind.UNRETURN_BAG:
            is_back = at_return and ticket is not None and ticket.holds(did.parent or "")
            return is_back is (did.kind is EntryKind.RETURN_BAG)
        case EntryKind.COMPLETE_BILL | EntryKind.REOPEN_BILL:
            is_completed = at_bill and bill is not None and bill.is_completed
            return is_completed is (did.kind is EntryKind.COMPLETE_BILL)
        case _:
            return True


def _waits_for_answer(did: Decision, label: str | bytes) -> bool:
    """Whether the same label again says yes: to a question, or to placing what a person has looked at.

    What begins and ends finding, and leaves a desk, undoes itself, or goes on to the next thing to leave.
    """
    toggles = did.kind in {EntryKind.FIND, EntryKind.LEAVE}
    return did.verdict is Verdict.CONFIRM or toggles or label == Command.PLACE


def _would_reverse(did: Decision, scanned: ParsedCode, gap_ms: int) -> bool:
    """Whether a repeat would undo, or acknowledge before anybody can have read it, what *did* was."""
    if did.verdict is Verdict.REFUSED:
        return _stands(did) and gap_ms < DELIBERATE_MS
    if did.kind is EntryKind.ACKNOWLEDGE:
        return scanned.command is None or gap_ms < DELIBERATE_MS
    if did.kind is EntryKind.OPEN_RETURN:
        return scanned.command is Command.NEW_RETURN
    return scanned.text in _gone_by(did)


def _gone_by(did: Decision) -> set[str | None]:
    """Return what *did* took away or renamed: the same label again would put it back, or mean another bag."""
    match did.kind:
        case EntryKind.REMOVE_CHILD:
            return {did.child}
        case EntryKind.DETACH_PARENT | EntryKind.UNRETURN_BAG:
            return {did.parent}
        case EntryKind.DELETE_BAG:
            return {did.bag}
        case EntryKind.DELETE_BILL:
            return {did.bill}
        case EntryKind.REPLACE_LABEL:
            return {did.parent, did.child}
        case _:
            return set()


def _gap(earlier_ms: int, later_ms: int | None) -> int:
    """Return the milliseconds between, over the wrap of a 32-bit clock."""
    assert later_ms is not None
    return (later_ms - earlier_ms) & 0xFFFFFFFF


def placing(arrival: Arrival) -> Arrival:
    """Return how a held reading comes when the command that came as *arrival* places it."""
    return Arrival(remarks=(*arrival.remarks, Remark.PLACED))
