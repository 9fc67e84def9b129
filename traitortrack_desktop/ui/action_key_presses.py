"""The action keys of the keyboard going down and up, freed of their repetitions. GUI thread."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from traitortrack_desktop.ui.key_events import ACTION_KEYS, action_key

_RELEASE_SURE_AFTER_MS = 30
"""X11 repeats a held key as release and press. A release that no press of the same key has followed for
so long is a real one.
"""


class KeyListener(Protocol):
    """Who is told about the action keys."""

    def key_down(self, key: str) -> None:
        """``F1`` … ``F12``, ``Shift+F1`` … ``Shift+F11`` or ``Esc`` went down."""
        ...

    def key_up(self, key: str) -> None:
        """It came up again."""
        ...


class ActionKeyPresses:
    """Tells *listener* of each action key once when it goes down and once when it comes up."""

    def __init__(self, listener: KeyListener, parent: QObject) -> None:
        self._listener = listener
        self._released: int | None = None
        self._names: dict[int, str] = {}
        """Under what name each key went down: Shift may come up before it."""
        self._sure = single_shot(parent, self.settle)
        self._sure.setInterval(_RELEASE_SURE_AFTER_MS)

    def went_down(self, key: int, *, repeated: bool, shift: bool = False) -> None:
        """Take a press of the Qt key *key*, with Shift or without."""
        if not repeated:
            self.settle()
            self._names[key] = action_key(key, shift=shift)
            self._listener.key_down(self._names[key])
        elif self._released == key:
            self._released = None
            self._sure.stop()

    def came_up(self, key: int) -> None:
        """Take a release, which counts when no repetition follows."""
        self.settle()
        self._released = key
        self._sure.start()

    def settle(self) -> None:
        """Pass on the release that waits."""
        self._sure.stop()
        if self._released is not None:
            key, self._released = self._released, None
            self._listener.key_up(self._names.pop(key, ACTION_KEYS[key]))

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._sure.stop()


def single_shot(parent: QObject, passed: Callable[[], None]) -> QTimer:
    """Return a timer that calls *passed* once each time it is started."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(passed)
    return timer
