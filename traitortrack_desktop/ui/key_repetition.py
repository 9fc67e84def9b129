"""Which key presses are only a key that is held down. GUI thread."""

from PySide6.QtGui import QKeyEvent

from traitortrack_desktop.ui.key_events import ACTION_KEYS, identity_of

_HELD_KEY_REPEATS_AFTER_MS = 100
"""No held key repeats sooner. What comes sooner is a fast scanner's second character of the same kind,
which Qt calls a repetition when both fall into one millisecond.
"""


class KeyRepetition:
    """Remembers presses and releases by their times.

    X11 repeats a held key as release and press with one time stamp, and Qt does not always say that
    they are a repetition.
    """

    def __init__(self) -> None:
        self._pressed_at_ms: dict[int, int] = {}
        self._released_at_ms: dict[int, int] = {}

    def is_repetition(self, event: QKeyEvent, at_ms: int | None) -> bool:
        """Whether the key is only held. A character lost here would make another code of the scan."""
        identity, at_ms = identity_of(event), at_ms or 0
        seems = event.isAutoRepeat() or (at_ms and at_ms == self._released_at_ms.get(identity))
        held_ms = at_ms - self._pressed_at_ms.get(identity, 0) if at_ms else _HELD_KEY_REPEATS_AFTER_MS
        if seems and (event.key() in ACTION_KEYS or held_ms >= _HELD_KEY_REPEATS_AFTER_MS):
            return True
        self._pressed_at_ms[identity] = at_ms
        return False

    def released(self, event: QKeyEvent, at_ms: int | None) -> None:
        """The key came up, or seems to."""
        self._released_at_ms[identity_of(event)] = at_ms or 0

    def forget(self) -> None:
        """Begin anew."""
        self._pressed_at_ms.clear()
        self._released_at_ms.clear()
