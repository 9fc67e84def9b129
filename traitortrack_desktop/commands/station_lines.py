"""What a station without a window prints: one line for each event, as JSON or for people.

Lines are printed on whatever thread the event happens on, whole and in order.
"""

import contextlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TextIO

from traitortrack_desktop.domain.entries import JournalEntry, Outcome, Receipt
from traitortrack_desktop.domain.work import WorkState, attention_item, needs_attention
from traitortrack_desktop.presentation.messages import message_for, message_for_refusal
from traitortrack_desktop.services.events import (
    CatalogueChanged,
    DeliveryChanged,
    ReceiptsRecorded,
    ScanDecided,
    ScannerChanged,
    StationEvent,
    StorageFailed,
    StorageRecovered,
    WorkResumed,
)


class StationLines(ABC):
    """A station listener that prints; *out* is usually standard output."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._captured = 0
        self._answers = dict.fromkeys(Outcome, 0)
        self.pending = 0

    def __call__(self, event: StationEvent) -> None:
        """Take one event."""
        with self._lock:
            match event:
                case WorkResumed() | StorageRecovered():
                    self.pending = event.backlog.pending
                case ScanDecided():
                    self._captured += 1
                    self.pending = event.backlog.pending
                    self.scan(event.entry, event.state)
                case ReceiptsRecorded():
                    self.pending = event.backlog.pending
                    for entry, receipt in event.answered:
                        self._answers[receipt.outcome] += 1
                        self.receipt(entry, receipt)
                case DeliveryChanged():
                    self.delivery(event)
                case StorageFailed():
                    self.storage_failed(event)
                case ScannerChanged():
                    self.scanner(event)
                case CatalogueChanged():
                    self.catalogue(event)
                case _:
                    pass

    def summarise(self) -> None:
        """Print the last line."""
        posted = self._answers[Outcome.POSTED] + self._answers[Outcome.ALREADY_POSTED]
        with self._lock:
            self.summary(self._captured, posted, self._answers[Outcome.REFUSED])

    @abstractmethod
    def scan(self, entry: JournalEntry, state: WorkState) -> None:
        """Print a decision."""

    @abstractmethod
    def receipt(self, entry: JournalEntry, receipt: Receipt) -> None:
        """Print the centre's answer."""

    @abstractmethod
    def delivery(self, event: DeliveryChanged) -> None:
        """Print whether the centre is reached."""

    @abstractmethod
    def storage_failed(self, event: StorageFailed) -> None:
        """Print that a scan could not be stored."""

    @abstractmethod
    def scanner(self, event: ScannerChanged) -> None:
        """Print a scanner's state."""

    @abstractmethod
    def catalogue(self, event: CatalogueChanged) -> None:
        """Print how far the first load of the catalogue is."""

    @abstractmethod
    def summary(self, captured: int, posted: int, refused: int) -> None:
        """Print the totals."""

    def _print(self, line: str) -> None:
        # A reader that went away, or a full disk under the output, must not stop the station.
        with contextlib.suppress(OSError, ValueError):
            self._out.write(line + "\n")
            self._out.flush()


class JsonLines(StationLines):
    """The stable form for scripts."""

    def scan(self, entry: JournalEntry, state: WorkState) -> None:
        """Print ``scan``."""
        decision = entry.decision
        parent = state.parent or state.finished
        count_of = parent if parent is not None and parent.code == decision.parent else None
        self._object(
            {
                "event": "scan",
                "seq": entry.seq,
                "code": decision.code,
                "verdict": decision.verdict,
                "reason": decision.reason,
                "message": message_for(entry.decision, state=state, now=entry.at).one_line,
                "parent": decision.parent,
                "count": count_of.count if count_of is not None else None,
                "capacity": count_of.capacity if count_of is not None else decision.capacity,
                "kind": decision.kind,
                "child": decision.child,
                "source": entry.source,
            }
            | _of_desk(entry, state)
            | ({"remarks": list(entry.remarks)} if entry.remarks else {})
        )

    def receipt(self, entry: JournalEntry, receipt: Receipt) -> None:
        """Print ``receipt``."""
        self._object(
            {"event": "receipt", "seq": entry.seq, "outcome": receipt.outcome, "reason": receipt.reason}
            | ({"notice": receipt.notice} if receipt.notice is not None else {})
        )

    def delivery(self, event: DeliveryChanged) -> None:
        """Print ``delivery``."""
        state = "online" if event.online else "offline"
        self._object({"event": "delivery", "state": state, "pending": self.pending, "problem": event.problem})

    def storage_failed(self, event: StorageFailed) -> None:
        """Print ``storage``."""
        self._object(
            {"event": "storage", "state": "failed", "problem": event.problem, "source": event.source}
        )

    def scanner(self, event: ScannerChanged) -> None:
        """Print ``scanner``."""
        self._object(
            {
                "event": "scanner",
                "source": event.source,
                "name": event.name,
                "ready": event.ready,
                "problem": event.problem,
            }
        )

    def catalogue(self, event: CatalogueChanged) -> None:
        """Print ``catalogue``."""
        self._object(
            {
                "event": "catalogue",
                "loaded": event.loaded,
                "total": event.total,
                "complete": event.complete,
            }
            | ({"stopped": True} if event.stopped else {})
        )

    def summary(self, captured: int, posted: int, refused: int) -> None:
        """Print ``summary``."""
        self._object(
            {
                "event": "summary",
                "captured": captured,
                "posted": posted,
                "refused": refused,
                "pending": self.pending,
            }
        )

    def _object(self, values: Mapping[str, Any]) -> None:
        self._print(json.dumps(values, ensure_ascii=False))


def _of_desk(entry: JournalEntry, state: WorkState) -> dict[str, Any]:
    """Return the bill of a decision with how many more parents it takes, or its return; else nothing."""
    decision, bill = entry.decision, state.bill
    is_open = bill is not None and bill.code == decision.bill
    told = {
        "bill": decision.bill,
        "remaining": bill.remaining if is_open and bill is not None else None,
        "ticket": decision.ticket,
    }
    return {key: value for key, value in told.items() if value is not None}


class PlainLines(StationLines):
    """The form for people."""

    def scan(self, entry: JournalEntry, state: WorkState) -> None:
        """Print the message of a decision."""
        message = message_for(entry.decision, state=state, now=entry.at)
        self._print(f"{entry.seq:>6}  {entry.decision.verdict:<8}  {message.one_line}")

    def receipt(self, entry: JournalEntry, receipt: Receipt) -> None:
        """Print only what a person has to know: what was accepted and does not hold."""
        if needs_attention(entry, receipt):
            message = message_for_refusal(attention_item(entry, receipt))
            self._print(f"{entry.seq:>6}  {message.heading}  {message.one_line}")

    def delivery(self, event: DeliveryChanged) -> None:
        """Print whether the centre is reached."""
        state = "reached" if event.online else "not reached"
        problem = f" ({event.problem})" if event.problem else ""
        self._print(f"        the centre is {state}{problem}, {self.pending} waiting")

    def storage_failed(self, event: StorageFailed) -> None:
        """Print that a scan could not be stored."""
        self._print(f"        NOT STORED: {event.problem}")

    def scanner(self, event: ScannerChanged) -> None:
        """Print a scanner's state."""
        self._print(f"        scanner {event.name}: {'ready' if event.ready else event.problem}")

    def catalogue(self, event: CatalogueChanged) -> None:
        """Print only that it is complete."""
        if event.complete:
            self._print(f"        the list of bags is complete: {event.loaded}")

    def summary(self, captured: int, posted: int, refused: int) -> None:
        """Print the totals."""
        self._print(f"captured {captured}, posted {posted}, refused {refused}, waiting {self.pending}")
