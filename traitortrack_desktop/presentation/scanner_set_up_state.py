"""What one look at the set-up screen of the scanners shows, and what it is made from: values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from traitortrack_desktop.domain.scanners import Feedback, ScannerProfile
from traitortrack_desktop.presentation.scanner_acts import ScannerAct
from traitortrack_desktop.presentation.screen_state import Icon, Mark, Tone
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading
from traitortrack_desktop.services.scanner_set_up import ScannerSetUp


class Note(StrEnum):
    """What was just done, said until the next act."""

    SAVED = "saved"
    FORGOTTEN = "forgotten"
    NOT_FORGOTTEN = "not_forgotten"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    RECORDING = "recording"
    NOT_RECORDING = "not_recording"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpFacts:
    """What is known while the screen is open. *signals* is what each maker's scanners can answer with."""

    profiles: tuple[ScannerProfile, ...] = ()
    attached: tuple[AttachedDevice, ...] = ()
    signals: Mapping[str, Feedback] = field(default_factory=dict)
    set_up: ScannerSetUp | None = None
    guide_open: bool = False
    readings: Mapping[str, int] = field(default_factory=dict)
    """How many readings each source gave since the screen was opened."""
    heard: int = 0
    last: HeardReading | None = None
    signs_of_life: int = 0
    """Keys and bytes that came, whether or not they became a reading."""
    listening: bool = True
    to_forget: str = ""
    note: Note | None = None
    note_about: str = ""
    recording_to: Path | None = None


class ScannerPage(StrEnum):
    """What fills the middle of the screen."""

    LIST = "list"
    CODE = "code"
    NAME = "name"
    TEST = "test"
    GUIDE = "guide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button. *value* says what the act is about, *chosen* that it is the one of several that counts."""

    act: ScannerAct
    label: str
    value: str = ""
    chosen: bool = False
    primary: bool = False
    usable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """The panel that says what happened. *fact* is for IT."""

    tone: Tone
    icon: Icon
    heading: str
    what: str
    now: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerRow:
    """A scanner of this station, or a device that is not set up (*presses* empty)."""

    ready: bool
    name: str
    place: str
    """What it is for, how it is connected, and where."""
    count: str = ""
    """How many readings it gave."""
    problem: str = ""
    presses: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A line of the guide; *mark* is ``None`` where only a person can tell."""

    text: str
    fact: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """One question of the name page and what can be pressed to answer it."""

    label: str
    presses: tuple[Press, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSetUpView:
    """The whole screen. *boxes* fill as scans come in; *test_code* is the next one of the test."""

    page: ScannerPage
    step: str
    instruction: str
    saying: Saying | None = None
    here_title: str = ""
    here: tuple[ScannerRow, ...] = ()
    here_empty: str = ""
    attached_title: str = ""
    attached: tuple[ScannerRow, ...] = ()
    attached_empty: str = ""
    boxes: tuple[bool, ...] = ()
    box_lines: tuple[str, ...] = ()
    test_code: str = ""
    choices: tuple[Choices, ...] = ()
    name: str = ""
    learned_title: str = ""
    learned: str = ""
    checks: tuple[Check, ...] = ()
    presses: tuple[Press, ...] = ()
