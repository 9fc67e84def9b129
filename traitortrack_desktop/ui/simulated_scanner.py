"""A scanner gun without the gun: types codes as key events, exactly as a keyboard wedge delivers them.

The events carry native scan codes, Shift as keys of its own, and time stamps a few milliseconds
apart, and they enter at the window, so that nothing behind can tell them from a gun's. GUI thread only.
"""

import random
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

_NATIVE_OFFSET = 8 if sys.platform.startswith("linux") else 0
"""X11 and Wayland report the kernel's key codes plus 8, Windows reports the codes themselves."""

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
"""A US keyboard by kernel key codes: the first code of a row, then its keys without and with Shift."""


def _us_keys() -> Mapping[str, tuple[int, bool]]:
    """Return, for every character a gun types, its kernel key code and whether Shift is held."""
    keys = {" ": (57, False)}
    for first, plain, shifted in _ROWS:
        keys.update({character: (first + place, False) for place, character in enumerate(plain)})
        keys.update({character: (first + place, True) for place, character in enumerate(shifted)})
    return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """One key: what Qt calls it, its kernel code, its X11 key symbol and what it types."""

    qt: Qt.Key
    code: int
    keysym: int
    text: str = ""


_ENTER = _Key(qt=Qt.Key.Key_Return, code=28, keysym=0xFF0D, text="\r")
_SHIFT = _Key(qt=Qt.Key.Key_Shift, code=42, keysym=0xFFE1)


class SimulatedScanner:
    """Types into the window that has the keyboard, or into *window* when none has."""

    def __init__(self, window: QWindow, *, seed: int = 0) -> None:
        self._window = window
        self._keys = _us_keys()
        self._random = random.Random(seed)  # noqa: S311 - only the rhythm of the keys
        self._clock_ms = 0
        self._held = Qt.KeyboardModifier.NoModifier

    def rest(self, milliseconds: int) -> None:
        """Let the time stamps of the next keys be so much later, however short the real pause was."""
        self._clock_ms += milliseconds

    def type_code(self, text: str, *, whole: bool = True) -> None:
        """Pull the trigger once. Without *whole* the terminator never comes.

        Raises ``ValueError`` for a character that a US keyboard does not have.
        """
        missing = [character for character in text if character not in self._keys]
        if missing:
            raise ValueError(f"a keyboard gun cannot type {missing[0]!r}")
        self._catch_up()
        for character in text:
            self._type_character(character)
        if whole:
            self._stroke(_ENTER)

    def press(self, key: Qt.Key) -> None:
        """Press and release one key by hand; it has no text."""
        self._catch_up()
        self._stroke(_Key(qt=key, code=_FUNCTION_KEY_CODES.get(key, 0), keysym=0))

    def _catch_up(self) -> None:
        self._clock_ms = max(self._clock_ms, time.monotonic_ns() // 1_000_000)

    def _type_character(self, character: str) -> None:
        code, shifted = self._keys[character]
        key = _Key(qt=Qt.Key(ord(character.upper())), code=code, keysym=ord(character), text=character)
        if not shifted:
            self._stroke(key)
            return
        self._send(QEvent.Type.KeyPress, _SHIFT)
        self._held = Qt.KeyboardModifier.ShiftModifier
        self._stroke(key)
        self._send(QEvent.Type.KeyRelease, _SHIFT)
        self._held = Qt.KeyboardModifier.NoModifier

    def _stroke(self, key: _Key) -> None:
        self._send(QEvent.Type.KeyPress, key)
        self._send(QEvent.Type.KeyRelease, key)

    def _send(self, kind: QEvent.Type, key: _Key) -> None:
        self._clock_ms += self._random.randint(1, 2)
        native_code = key.code + _NATIVE_OFFSET if key.code else 0
        event = QKeyEvent(kind, key.qt, self._held, native_code, key.keysym, 0, key.text)
        event.setTimestamp(self._clock_ms & 0xFFFFFFFF)
        QCoreApplication.sendEvent(QGuiApplication.focusWindow() or self._window, event)


_FUNCTION_KEY_CODES = {
    **{Qt.Key(Qt.Key.Key_F1 + number): 59 + number for number in range(10)},
    Qt.Key.Key_F11: 87,
    Qt.Key.Key_F12: 88,
}
