"""What happens at a station, told to whoever shows or prints it.

Listeners are called on the thread where it happened (intake or delivery) and must not block.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from traitortrack_desktop.domain.entries import JournalEntry, Receipt
from traitortrack_desktop.domain.operators import Badge, OperatorSession
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.services.ports import Backlog, CentreTrouble


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
    is_answer: bool = True
    """What its scanner is told: not each reading that one command places, only the last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsRecorded:
    """The centre answered; *answered* pairs each entry with its receipt, in order."""

    answered: tuple[tuple[JournalEntry, Receipt], ...]
    state: WorkState
    backlog: Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged:
    """The way to the centre opened or closed. *problem* is a sentence for IT when it needs a person.

    *trouble* says what of it the operator has to know; its sentence lives in ``presentation.wording``.
    """

    online: bool
    problem: str | None = None
    trouble: CentreTrouble | None = None
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageFailed:
    """The journal cannot store; nothing is acknowledged until it can. *problem* is for IT.

    *source* names the scanner whose reading it was, if it was one.
    """

    problem: str
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRecovered:
    """The journal stores again; *state* is folded anew."""

    state: WorkState
    backlog: Backlog


class ScannerProblem(StrEnum):
    """Why a scanner is not heard, or not understood; its sentence lives in ``presentation.wording``."""

    MISSING = "missing"
    """It was never there."""
    LOST = "lost"
    """It was unplugged, or out of reach."""
    BUSY = "busy"
    NO_PERMISSION = "no_permission"
    SHARED = "shared"
    """Another program reads the same port and takes parts of the readings."""
    MODEM = "modem"
    """Another program treats the scanner as a modem and writes to it."""
    GARBLED = "garbled"
    """Several readings in a row that no code has: wrong line settings, or a set-up code was scanned."""
    ENDLESS = "endless"
    """It sends without end."""
    UNSUPPORTED = "unsupported"
    """A part of the program that it needs is not installed."""
    FAILED = "failed"
    """Anything else; the log has the details."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerChanged:
    """A scanner's light. *source* is that of its frames, *name* what people call it.

    *ready* says whether it is heard; a *problem* may stand beside it (``garbled``), and always stands
    where it is not.
    """

    source: str
    name: str
    ready: bool
    problem: ScannerProblem | None = None
    role: ScannerRole = ScannerRole.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerGone:
    """A scanner belongs to this station no more."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorChanged:
    """Someone signed in (*person*), perhaps *without_centre*, or out (``None``).

    *session* is that person's, ``None`` for a script that only names somebody. *badge* is the one that was
    scanned. *ended* says why the centre ended the session before, if it did.
    """

    person: Person | None
    without_centre: bool = False
    session: OperatorSession | None = None
    badge: Badge | None = None
    ended: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationLockChanged:
    """Nobody did anything for a while, or somebody is back: locked, nothing is shown and no bag counts."""

    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StationNamed:
    """What the centre calls this station, when it is told for the first time and when it changes."""

    name: str
    area: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChanged:
    """The load of the catalogue goes on, or is *complete* (then *as_of* says as of when).

    *total* is an estimate until then. *stopped*: it does not go on for a while, and nothing is shown of it.
    """

    loaded: int
    total: int
    complete: bool
    stopped: bool = False
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRefreshed:
    """Others changed what is worked at here: *state* has it as the centre has it by now."""

    state: WorkState
    backlog: Backlog


StationEvent = (
    WorkResumed
    | WorkRefreshed
    | ScanDecided
    | ReceiptsRecorded
    | DeliveryChanged
    | StorageFailed
    | StorageRecovered
    | ScannerChanged
    | ScannerGone
    | OperatorChanged
    | StationLockChanged
    | StationNamed
    | CatalogueChanged
)

StationListener = Callable[[StationEvent], None]
