"""Strokes of keys into frames: what every reader of a keyboard wedge uses. Pure.

Characters come from the key's place on a US keyboard, as scanners send it, so that the computer's
layout and Caps Lock do not matter; keys without a known place give their text.
"""

from traitortrack_desktop.devices.key_characters import KeyStroke, character_of
from traitortrack_desktop.devices.key_readings import (
    MAX_FRAME_CHARACTERS,
    KeyCollector,
    ReadingRules,
)
from traitortrack_desktop.devices.key_senders import OneSender, Senders, senders_of
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import KEYBOARD, KeyLine, ScannerRole

__all__ = [
    "MAX_FRAME_CHARACTERS",
    "PARTIAL_AFTER_MS",
    "KeyStroke",
    "KeystrokeFramer",
    "character_of",
    "senders_of",
]

_ANY_LINE = KeyLine()
PARTIAL_AFTER_MS = _ANY_LINE.partial_gap_ms


class KeystrokeFramer:
    """Collects strokes into frames of one *source*, or of the *senders* behind one stream.

    Not thread-safe; one for each stream of keys.
    """

    def __init__(
        self,
        source: str = KEYBOARD.key,
        *,
        line: KeyLine = _ANY_LINE,
        role: ScannerRole = ScannerRole.ANY,
        senders: Senders | None = None,
    ) -> None:
        self._senders = senders or OneSender(source, line, role)
        self._collector = KeyCollector(ReadingRules.for_lines(self._senders.lines))

    @property
    def is_collecting(self) -> bool:
        """Whether a reading has begun and not ended."""
        return self._collector.is_collecting

    @property
    def silence_ms(self) -> int:
        """How long a silence makes the reading partial: when to :meth:`give_up`."""
        return self._collector.silence_ms

    def press(self, stroke: KeyStroke) -> tuple[ScanFrame, ...]:
        """Take a key that went down; return the frames it ends: none, one, or a partial one and one."""
        return tuple(map(self._senders.frame, self._collector.press(stroke)))

    def release(self, stroke: KeyStroke) -> tuple[ScanFrame, ...]:
        """Take a key that came up, which ends a character typed with Alt and shows keys that were missed.

        Who calls it calls it for every key that was pressed.
        """
        return tuple(map(self._senders.frame, self._collector.release(stroke)))

    def give_up(self) -> tuple[ScanFrame, ...]:
        """Return what was begun as a partial frame, because nothing more comes."""
        return tuple(map(self._senders.frame, self._collector.give_up()))
