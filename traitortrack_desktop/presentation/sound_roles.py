"""Which of the six sounds an event deserves: a pure function, so that it can be read and tested."""

from enum import StrEnum

from traitortrack_desktop.domain.entries import EntryKind, Verdict
from traitortrack_desktop.domain.reasons import Reason, Severity, severity_of
from traitortrack_desktop.domain.work import WorkState, needs_attention
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    ReceiptsRecorded,
    ScanDecided,
    ScannerChanged,
    StationEvent,
    StorageFailed,
    WorkResumed,
)

STOP_REPEATS_EVERY_SECONDS = 2.0


class SoundRole(StrEnum):
    """The six signals, told apart by their rhythm."""

    OK = "ok"
    PARENT_OPENED = "parent_opened"
    COMPLETE = "complete"
    ATTENTION = "attention"
    STOP = "stop"
    """Repeats until the operator has acknowledged."""
    SYSTEM = "system"


def sound_for(event: StationEvent) -> SoundRole | None:
    """Return the sound of *event*, or ``None`` when it is silent."""
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
    if decision.reason is Reason.READ_TWICE:
        return None
    if decision.verdict is Verdict.CONFIRM:
        return SoundRole.ATTENTION
    if decision.verdict is Verdict.REFUSED:
        assert decision.reason is not None
        blocking = severity_of(decision.reason) is Severity.BLOCKING
        return SoundRole.STOP if blocking else SoundRole.ATTENTION
    if decision.kind is EntryKind.OPEN_PARENT:
        return SoundRole.PARENT_OPENED
    filled = decision.kind is EntryKind.ADD_CHILD and event.state.parent is None
    if filled or decision.kind is EntryKind.CLOSE_PARENT:
        return SoundRole.COMPLETE
    return SoundRole.OK
