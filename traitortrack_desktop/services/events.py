"""What happens at a station, told to whoever shows or prints it.

Listeners are called on the thread where it happened (intake or delivery) and must not block.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from traitortrack_desktop.domain.entries import JournalEntry, Receipt
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.services.ports import Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkResumed:
    """The intake started; *state* is the fold of the journal."""

    state: WorkState
    backlog: Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanDecided:
    """A scan was decided **and is on disk**; *state* is the state after it."""

    entry: JournalEntry
    state: WorkState
    backlog: Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsRecorded:
    """The centre answered; *answered* pairs each entry with its receipt, in order."""

    answered: tuple[tuple[JournalEntry, Receipt], ...]
    state: WorkState
    backlog: Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged:
    """The way to the centre opened or closed. *problem* is a sentence for IT when it needs a person."""

    online: bool
    problem: str | None = None
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageFailed:
    """The journal cannot store; nothing is acknowledged until it can. *problem* is for IT."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRecovered:
    """The journal stores again; *state* is folded anew."""

    state: WorkState
    backlog: Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerChanged:
    """A scanner's light. *problem* says what to do when it is not ready."""

    name: str
    ready: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorChanged:
    """Someone signed in (*person*), perhaps *without_centre*, or out (``None``)."""

    person: Person | None
    without_centre: bool = False


StationEvent = (
    WorkResumed
    | ScanDecided
    | ReceiptsRecorded
    | DeliveryChanged
    | StorageFailed
    | StorageRecovered
    | ScannerChanged
    | OperatorChanged
)

StationListener = Callable[[StationEvent], None]
