"""When a scanner gives its own good or bad signal: what it read is stored, or refused. The event's thread."""

from collections.abc import Callable

from traitortrack_desktop.domain.entries import Decision, Verdict
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.scanners import Feedback
from traitortrack_desktop.services.events import ScanDecided, StationEvent, StorageFailed

_WAITING = frozenset({Feedback.SSI, Feedback.HONEYWELL})
"""Scanners that do nothing until they are answered, or send again."""

_AGAIN = frozenset({Reason.READ_TWICE, Reason.READ_BY_BOTH})
_CODES = 64


class ScannerSignals:
    """Calls *answer* with a source and whether its reading was good; *feedback_of* tells how it answers."""

    def __init__(self, answer: Callable[[str, bool], None], feedback_of: Callable[[str], Feedback]) -> None:
        self._answer = answer
        self._feedback_of = feedback_of
        self._held_before: set[str] = set()
        self._was_good: dict[str, bool] = {}
        """What became of the last codes, newest at the end."""

    def take(self, event: StationEvent) -> None:
        """Answer the scanner whose reading *event* is about."""
        if isinstance(event, ScanDecided):
            source, decision = event.entry.source, event.entry.decision
            good = self._is_good(decision)
            behind_another = self._is_behind_another(source, decision)
            waits = self._feedback_of(source) in _WAITING
            if event.is_answer and (waits or not behind_another):
                self._answer(source, good)
        elif isinstance(event, StorageFailed) and event.source is not None:
            self._answer(event.source, False)

    def _is_good(self, decision: Decision) -> bool:
        """Whether it counts, or counted before; the same label read again is worth what it was before."""
        if decision.reason in _AGAIN:
            return self._was_good.get(decision.code, False)
        good = _is_good(decision)
        self._was_good.pop(decision.code, None)
        self._was_good[decision.code] = good
        while len(self._was_good) > _CODES:
            del self._was_good[next(iter(self._was_good))]
        return good

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
    return decision.reason is not None and decision.reason.severity is Severity.INFO
