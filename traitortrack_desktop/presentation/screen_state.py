"""What one look at the scan screen shows: values only, so that a test can make any screen."""

from dataclasses import dataclass
from enum import StrEnum

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.presentation.code_text import CodeText
from traitortrack_desktop.presentation.phrases import Plural


class Tone(StrEnum):
    """The state of the screen; each has its own colours, icon and word."""

    READY = "ready"
    ACCEPTED = "accepted"
    ATTENTION = "attention"
    STOP = "stop"
    NOT_LISTENING = "not_listening"
    CANNOT_STORE = "cannot_store"


class Icon(StrEnum):
    """Shapes that say the same as the colours."""

    DOT = "dot"
    CHECK = "check"
    FULL = "full"
    MINUS = "minus"
    QUESTION = "question"
    TRIANGLE = "triangle"
    OCTAGON = "octagon"
    DISK = "disk"


class Mark(StrEnum):
    """How far an entry has come."""

    RECORDED = "recorded"
    POSTED = "posted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The count zone. *fill* tells how far each bag inside has come, in the order they went in.

    *capacity* 0 means that there is no end to it. At a desk *left_text* stands under *capacity_text*, and
    *details* are lines below all else; *beside* is a quiet word beside the code.
    """

    count: int
    capacity: int
    count_text: str
    capacity_text: str
    left_text: str
    parent_label: str
    parent: CodeText | None
    fill: tuple[Mark, ...] = ()
    full: bool = False
    beside: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The last result. *note* is a short line of its own, for what piles up behind it."""

    tone: Tone
    icon: Icon
    word: str
    code: CodeText | None
    lines: tuple[str, str]
    mark: Mark | None = None
    mark_text: str = ""
    note: str = ""
    meanwhile: str = ""
    """What became of the last scan, while something more urgent is shown."""
    held: str = ""
    """What came out of a scanner's memory and waits for a person, on a ground of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bag in the list. *counts* is false for one that the centre refused. *amount* is what is in it."""

    seq: int
    number: str
    counts: bool
    code: CodeText
    time: str
    mark: Mark
    mark_text: str
    amount: str = ""


class MenuItem(StrEnum):
    """What the menu offers, beside the commands of the work."""

    MENU = "menu"
    THEME = "theme"
    SCANNERS = "scanners"
    SIGN_OUT = "sign_out"
    QUIT = "quit"
    LOCK = "lock"
    OWN_RIGHTS = "own_rights"
    """PIN or password for more rights, or the own password: whichever can be done now."""
    OVERRIDE = "override"
    OFFICE = "office"
    """Accounts and audit."""
    CARD = "card"
    """What can be scanned now."""
    BILLS = "bills"
    RETURNS = "returns"
    BAGS = "bags"
    SHEET = "sheet"
    """The own commands as a sheet of barcodes, in English; ``SHEET_HINDI`` in Hindi."""
    SHEET_HINDI = "sheet_hindi"
    REFUSALS = "refusals"
    """What was refused here today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A key at the lower edge. *usable* only says whether it makes sense now; it always answers."""

    act: Command | MenuItem | str
    """A text is that of a code: it is submitted as if it were scanned."""
    key: str
    label: str
    usable: bool
    hold_label: str = ""
    """Not empty when the key has to be held for a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """A scanner in the status strip. *quiet*: it is heard, but nobody scanned with it for long."""

    text: str
    ready: bool
    quiet: bool = False

    @property
    def mark(self) -> Mark:
        """The sign at its name."""
        return Mark.REFUSED if not self.ready else Mark.RECORDED if self.quiet else Mark.POSTED


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusStrip:
    """The lowest line. *delivery_mark* is ``POSTED`` only when nothing waits for the centre."""

    operator: str
    station: str
    lights: tuple[Light, ...]
    delivery: str
    delivery_mark: Mark
    sound: str
    version: str
    hint: str = ""
    """That the keys sleep, while the scanners are heard."""
    catalogue: str = ""
    """How far the first load of the list of bags is; empty when it is there."""
    catalogue_short: str = ""
    """The same for a strip that has little room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanScreenState:
    """The whole screen. *rows* are the newest first; *inside* counts also bags that have no row."""

    tone: Tone
    instruction: str
    counter: Counter
    result: Result
    rows: tuple[Row, ...]
    inside: int
    empty_rows_text: str
    more_rows: Plural
    """How many more there are than rows have room."""
    actions: tuple[Action, ...]
    menu_open: bool
    status: StatusStrip
    repeats_stop_sound: bool
