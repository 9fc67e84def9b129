"""Which of the six sounds an event deserves: a pure function, so that it can be read and tested."""

from datetime import datetime, timedelta
from enum import StrEnum

from traitortrack_desktop.domain.entries import EntryKind, JournalEntry, Remark, Verdict
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.work import WorkState, needs_attention
from traitortrack_desktop.presentation.messages import fills_the_bill
from traitortrack_desktop.presentation.screen_facts import is_badge_being_checked, is_silent_bounce
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    ReceiptsRecorded,
    ScanDecided,
    ScannerChanged,
    ScannerGone,
    StationEvent,
    StorageFailed,
    WorkResumed,
)

STOP_REPEATS_EVERY_SECONDS = 2.0


class SoundRole(StrEnum):
    """The six signals, told apart by their rhythm."""

    OK = "ok"
    PARENT_OPENED = "parent_opened"
    """Something begins: a parent, or the work of whoever scanned a badge. Never that a bag was counted."""
    COMPLETE = "complete"
    ATTENTION = "attention"
    STOP = "stop"
    """Repeats until the operator has acknowledged."""
    SYSTEM = "system"


_LOUDNESS = {
    SoundRole.OK: 0,
    SoundRole.PARENT_OPENED: 0,
    SoundRole.COMPLETE: 1,
    SoundRole.ATTENTION: 2,
    SoundRole.STOP: 3,
}
_BEGINS = frozenset(
    {
        EntryKind.OPEN_PARENT,
        EntryKind.SIGN_IN,
        EntryKind.OPEN_BILL,
        EntryKind.CREATE_BILL,
        EntryKind.OPEN_RETURN,
        EntryKind.RESUME_RETURN,
        EntryKind.FIND,
    }
)
_FILLS = frozenset({EntryKind.ADD_CHILD, EntryKind.MOVE_CHILDREN})
_ENDS = frozenset({EntryKind.CLOSE_PARENT, EntryKind.COMPLETE_BILL, EntryKind.FINALISE_RETURN})
_BATCH_ENDS_AFTER = timedelta(seconds=2)
_FASTEST_HAND = timedelta(milliseconds=150)
"""Nobody pulls a trigger again sooner; who scans five bags in a second hears each of them."""


class SoundPicker:
    """Chooses what is heard of a row of events: one sound for many readings at once, and more only for worse.

    A scanner that is in trouble sounds once, until it is well again.
    """

    def __init__(self) -> None:
        self._troubled: set[str] = set()
        self._batches: dict[str, tuple[datetime, int]] = {}
        """Of every scanner in a batch when its last reading came, and how loud the loudest was."""

    def sound_of(self, event: StationEvent) -> SoundRole | None:
        """Return the sound that *event* makes after those before it."""
        role = sound_for(event)
        match event:
            case ScannerChanged():
                return self._sound_of_scanner(event)
            case ScannerGone():
                self._troubled.discard(event.source)
            case ScanDecided() if {Remark.BATCH, Remark.PLACED} & set(event.entry.remarks):
                return self._sound_in_batch(event.entry, role)
            case ScanDecided():
                self._batches.pop(event.entry.source, None)
            case _:
                pass
        return role

    def _sound_of_scanner(self, event: ScannerChanged) -> SoundRole | None:
        known = event.source in self._troubled
        if event.ready and event.problem is None:
            self._troubled.discard(event.source)
            return None
        if event.problem is None:
            return None  # we let go of it ourselves and take it up again
        self._troubled.add(event.source)
        return None if known else SoundRole.SYSTEM

    def _sound_in_batch(self, entry: JournalEntry, role: SoundRole | None) -> SoundRole | None:
        last_at, loudest = self._batches.get(entry.source, (entry.at, -1))
        pause = abs(entry.at - last_at)
        if pause >= _FASTEST_HAND and Remark.PLACED not in entry.remarks:
            loudest = -1
        if pause > _BATCH_ENDS_AFTER:
            loudest = -1
        loudness = _LOUDNESS[role] if role is not None else -1
        self._batches[entry.source] = entry.at, max(loudest, loudness)
        return role if loudness > loudest else None


def sound_for(event: StationEvent) -> SoundRole | None:
    """Return the sound of *event* by itself, or ``None`` when it is silent."""
    match event:
        case ScanDecided():
            return _sound_of_scan(event)
        case ReceiptsRecorded(answered=answered):
            refused_late = any(needs_attention(entry, receipt) for entry, receipt in answered)
            return SoundRole.STOP if refused_late else None
        case WorkResumed(state=state):
            return SoundRole.STOP if is_stopped(state) else None
        case StorageFailed():
            return SoundRole.STOP
        case DeliveryChanged(online=False) | ScannerChanged(ready=False):
            return SoundRole.SYSTEM
        case _:
            return None


def is_stopped(state: WorkState) -> bool:
    """Whether something waits to be acknowledged, and the stop sound therefore repeats."""
    return state.stop is not None or bool(state.attention)


def _sound_of_scan(event: ScanDecided) -> SoundRole | None:
    decision = event.entry.decision
    if is_silent_bounce(event.entry) or decision.reason is Reason.NOT_A_SCAN:
        return None
    if is_badge_being_checked(decision):
        return None
    if decision.verdict is Verdict.CONFIRM:
        return SoundRole.ATTENTION
    if decision.verdict is Verdict.REFUSED:
        assert decision.reason is not None
        blocking = decision.reason.severity is Severity.BLOCKING
        return SoundRole.STOP if blocking else SoundRole.ATTENTION
    if decision.kind is EntryKind.SIGN_OUT:
        return None
    if decision.kind is EntryKind.PARENT_TAKEN:
        return SoundRole.ATTENTION
    if decision.kind in _BEGINS:
        return SoundRole.PARENT_OPENED
    filled = decision.kind in _FILLS and event.state.parent is None
    if filled or decision.kind in _ENDS or fills_the_bill(decision, event.state):
        return SoundRole.COMPLETE
    return SoundRole.OK
