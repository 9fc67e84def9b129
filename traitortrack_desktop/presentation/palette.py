"""Colours by role, light and dark. Text on the scan screen has a contrast of at least 7:1.

Accepted is blue and attention amber, so that nobody needs to tell red from green; colour never
stands alone (icon, word, place and sound say the same).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from traitortrack_desktop.presentation.screen_state import Mark, Tone


class Theme(StrEnum):
    """The two looks."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A ground and what may stand on it, as ``#rrggbb``."""

    ground: str
    text: str
    quiet: str
    """Secondary text."""
    sign: str
    """Icons and marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One theme. *marks* stand on *panel*; *line* and *track* only separate and fill."""

    theme: Theme
    window: Surface
    panel: Surface
    key: Surface
    tones: Mapping[Tone, Surface]
    marks: Mapping[Mark, str]
    line: str
    track: str
    edge: str
    """The border of a text field."""

    def ground_of(self, tone: Tone) -> Surface:
        """Return what lies between the zones: the whole screen is red when nothing can be stored."""
        return self.tones[tone] if tone is Tone.CANNOT_STORE else self.window

    @property
    def highlight(self) -> str:
        """The one strong colour: what is chosen, focused, or posted."""
        return self.marks[Mark.POSTED]


_LIGHT_PANEL = Surface(ground="#ffffff", text="#10161c", quiet="#424d58", sign="#10161c")
LIGHT = Palette(
    theme=Theme.LIGHT,
    window=Surface(ground="#e9ecef", text="#10161c", quiet="#3a4550", sign="#10161c"),
    panel=_LIGHT_PANEL,
    key=Surface(ground="#f7f8f9", text="#10161c", quiet="#424d58", sign="#10161c"),
    tones={
        Tone.READY: _LIGHT_PANEL,
        Tone.ACCEPTED: Surface(ground="#d6e8fb", text="#06203c", quiet="#0e3358", sign="#0a559e"),
        Tone.ATTENTION: Surface(ground="#ffcf70", text="#1f1400", quiet="#3a2600", sign="#5c3800"),
        Tone.STOP: Surface(ground="#a60f1b", text="#ffffff", quiet="#ffffff", sign="#ffffff"),
        Tone.NOT_LISTENING: Surface(ground="#10161c", text="#ffffff", quiet="#dfe4e8", sign="#ffcf70"),
        Tone.CANNOT_STORE: Surface(ground="#7d0b14", text="#ffffff", quiet="#ffe9ea", sign="#ffffff"),
    },
    marks={Mark.RECORDED: "#7a4a00", Mark.POSTED: "#0a559e", Mark.REFUSED: "#a60f1b"},
    line="#d0d6dc",
    track="#dde2e7",
    edge="#7d8894",
)

_DARK_PANEL = Surface(ground="#171c22", text="#f2f5f7", quiet="#b4bec8", sign="#f2f5f7")
DARK = Palette(
    theme=Theme.DARK,
    window=Surface(ground="#0d1115", text="#f2f5f7", quiet="#b4bec8", sign="#f2f5f7"),
    panel=_DARK_PANEL,
    key=Surface(ground="#1f262d", text="#f2f5f7", quiet="#b4bec8", sign="#f2f5f7"),
    tones={
        Tone.READY: _DARK_PANEL,
        Tone.ACCEPTED: Surface(ground="#0e2e50", text="#f0f7ff", quiet="#c9e0f7", sign="#7cbcff"),
        Tone.ATTENTION: Surface(ground="#f0b23a", text="#1a1000", quiet="#2c1c00", sign="#4a2d00"),
        Tone.STOP: Surface(ground="#ab121e", text="#ffffff", quiet="#ffffff", sign="#ffffff"),
        Tone.NOT_LISTENING: Surface(ground="#f2f5f7", text="#10161c", quiet="#333d47", sign="#7a4a00"),
        Tone.CANNOT_STORE: Surface(ground="#8a0d17", text="#ffffff", quiet="#ffe9ea", sign="#ffffff"),
    },
    marks={Mark.RECORDED: "#f0b23a", Mark.POSTED: "#7cbcff", Mark.REFUSED: "#ff8f95"},
    line="#2b333b",
    track="#2a323a",
    edge="#76828e",
)

PALETTES = {Theme.LIGHT: LIGHT, Theme.DARK: DARK}
