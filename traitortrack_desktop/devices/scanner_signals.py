"""When a scanner gives its own good or bad signal: what it read is stored, or refused. The event's thread."""

from collections.abc import Callable

from traitortrack_desktop.domain.entries import Decision, Remark, Verdict
from traitortrack_desktop.domain.reasons import Reason, Severity, severity_of
from traitortrack_desktop.domain.scanners import Feedback
from traitortrack_desktop.services.events import ScanDecided, StationEvent, StorageFailed

_WAITING = frozenset({Feedback.SSI, Feedback.HONEYWELL})
"""Scanners that do nothing until they are answered, or send again."""


class ScannerSignals:
    """Calls *answer* with a source and whether its reading was good; *feedback_of* tells how it answers."""

    def __init__(self, answer: Callable[[str, bool], None], feedback_of: Callable[[str], Feedback]) -> None:
        self._answer = answer
        self._feedback_of = feedback_of
        self._held_before: set[str] = set()

    def take(self, event: StationEvent) -> None:
        """Answer the scanner whose reading *event* is about."""
        if isinstance(event, ScanDecided):
            source, decision = event.entry.source, event.entry.decision
            behind_another = self._is_behind_another(source, decision)
            waits = self._feedback_of(source) in _WAITING
            if Remark.PLACED not in event.entry.remarks and (waits or not behind_another):
                self._answer(source, _is_good(decision))
        elif isinstance(event, StorageFailed) and event.source is not None:
            self._answer(event.source, False)

    def _is_behind_another(self, source: str, decision: Decision) -> bool:
        """Whether it came out of the scanner's memory behind others: one signal is enough for all."""
        if decision.reason is not Reason.HELD:
            self._held_before.discard(source)
            return False
        behind = source in self._held_before
        self._held_before.add(source)
        return behind


def _is_good(decision: Decision) -> bool:
    """Whether it counts, or counted before; a question needs eyes."""
    if decision.verdict is Verdict.ACCEPTED:
        return True
    return decision.reason is not None and severity_of(decision.reason) is Severity.INFO
