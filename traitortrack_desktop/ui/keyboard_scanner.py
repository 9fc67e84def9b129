"""A keyboard-wedge scanner: an application-wide key filter, active only on the scan screen.

It acts where a key first arrives, at the window (``QWindow``): there every key comes once, while
widgets see it again for each parent. Nothing it takes reaches a widget, so that Enter and Space
press nothing and no shortcut eats a character. GUI thread.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from traitortrack_desktop.devices.keystrokes import PARTIAL_AFTER_MS, KeyStroke, KeystrokeFramer
from traitortrack_desktop.domain.frames import ScanFrame

_KEY_EVENTS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride})
_TEXT_FIELDS = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_BARE_MODIFIERS: frozenset[int] = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_ScrollLock,
    }
)
_ACTION_KEYS: Mapping[int, str] = {Qt.Key.Key_F1 + i: f"F{i + 1}" for i in range(12)} | {
    Qt.Key.Key_Escape: "Esc"
}
_CODES_OF_ENDING_KEYS: Mapping[int, int] = {Qt.Key.Key_Return: 28, Qt.Key.Key_Enter: 28, Qt.Key.Key_Tab: 15}
_UNDECODABLE = "\ufffd"
"""Stands for a character typed with Alt, which would be missing from the code unnoticed otherwise."""

_LATE_MS, _GRACE_MS, _MOST_GRACES = 20, 10, 2
_RELEASE_SURE_AFTER_MS = 30
"""X11 repeats a held key as release and press with one time stamp, and Qt does not always say that they
are a repetition. A release that no such press has followed for so long is a real one.
"""
_HELD_KEY_REPEATS_AFTER_MS = 100
"""No held key repeats sooner. What comes sooner is a fast scanner's second character of the same kind,
which Qt calls a repetition when both fall into one millisecond.
"""


class KeyListener(Protocol):
    """Who is told about the action keys."""

    def key_down(self, key: str) -> None:
        """``F1`` … ``F12`` or ``Esc`` went down."""
        ...

    def key_up(self, key: str) -> None:
        """It came up again."""
        ...


def set_1_code(native: int, platform: str = sys.platform) -> int:
    """Return the PC set-1 scan code of Qt's native one (0 where there is none).

    X11 and Wayland report the kernel's code plus 8, which for the main keys is set 1; Windows
    reports set 1 itself.
    """
    if platform.startswith("linux"):
        return native - 8 if native > 8 else 0
    return native if platform == "win32" else 0


class KeyboardScanner(QObject):
    """Turns key events into frames and action keys while :meth:`listen` is on."""

    def __init__(self, submit: Callable[[ScanFrame], None], listener: KeyListener, parent: QObject) -> None:
        super().__init__(parent)
        self._submit = submit
        self._listener = listener
        self._framer = KeystrokeFramer()
        self._listening = False
        self._taken: set[int] = set()
        self._pressed_at_ms: dict[int, int] = {}
        self._released_at_ms: dict[int, int] = {}
        self._since_key = QElapsedTimer()
        self._graces = 0
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setTimerType(Qt.TimerType.PreciseTimer)
        self._silence.timeout.connect(self._silence_passed)
        self._released: int | None = None
        self._release_is_sure = QTimer(self)
        self._release_is_sure.setSingleShot(True)
        self._release_is_sure.setInterval(_RELEASE_SURE_AFTER_MS)
        self._release_is_sure.timeout.connect(self._pass_release_on)

    def install(self, application: QGuiApplication) -> None:
        """Begin to see the application's keys."""
        application.installEventFilter(self)

    def remove(self, application: QGuiApplication) -> None:
        """See no keys any more."""
        application.removeEventFilter(self)
        self._silence.stop()
        self._release_is_sure.stop()

    def listen(self, *, on: bool) -> None:
        """Take the keys as a scanner's, or leave them to the widgets; what was begun is given up."""
        if not on:
            self._give_up()
            self._taken.clear()
            self._pressed_at_ms.clear()
            self._released_at_ms.clear()
        self._listening = on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key at the window stage; leave everything else alone."""
        if event.type() not in _KEY_EVENTS or not self._listening or not isinstance(watched, QWindow):
            return False
        if not isinstance(event, QKeyEvent) or isinstance(QApplication.focusWidget(), _TEXT_FIELDS):
            return False
        return self._take(event)

    def _take(self, event: QKeyEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyRelease:
            return self._release(event)
        if event.key() in _BARE_MODIFIERS or _belongs_to_the_desktop(event):
            return False
        event.accept()
        if kind == QEvent.Type.KeyPress:
            self._taken.add(_identity(event))
            if self._is_repetition(event):
                self._forget_release(event)
            else:
                self._press(event)
        return True

    def _is_repetition(self, event: QKeyEvent) -> bool:
        """Whether the key is only held. A character lost here would make another code of the scan."""
        identity, at_ms = _identity(event), event.timestamp()
        seems = event.isAutoRepeat() or (at_ms and at_ms == self._released_at_ms.get(identity))
        held_ms = at_ms - self._pressed_at_ms.get(identity, 0) if at_ms else _HELD_KEY_REPEATS_AFTER_MS
        if seems and (event.key() in _ACTION_KEYS or held_ms >= _HELD_KEY_REPEATS_AFTER_MS):
            return True
        self._pressed_at_ms[identity] = at_ms
        return False

    def _release(self, event: QKeyEvent) -> bool:
        identity = _identity(event)
        if identity not in self._taken:
            return False
        self._released_at_ms[identity] = event.timestamp()
        if not event.isAutoRepeat():
            self._taken.discard(identity)
            if event.key() in _ACTION_KEYS:
                self._pass_release_on()
                self._released = event.key()
                self._release_is_sure.start()
        return True

    def _forget_release(self, event: QKeyEvent) -> None:
        """The key was held all the time."""
        if self._released == event.key():
            self._released = None
            self._release_is_sure.stop()

    def _pass_release_on(self) -> None:
        self._release_is_sure.stop()
        if self._released is not None:
            key, self._released = _ACTION_KEYS[self._released], None
            self._listener.key_up(key)

    def _press(self, event: QKeyEvent) -> None:
        key = _ACTION_KEYS.get(event.key())
        if key is not None:
            self._pass_release_on()
            self._listener.key_down(key)
            return
        for frame in self._framer.press(_stroke(event)):
            self._submit(frame)
        self._graces = 0
        if self._framer.is_collecting:
            self._since_key.start()
            self._silence.start(PARTIAL_AFTER_MS)
        else:
            self._silence.stop()

    def _silence_passed(self) -> None:
        """Give up, but after a stall of the window first let the keys through that wait behind it."""
        late_ms = self._since_key.elapsed() - PARTIAL_AFTER_MS - self._graces * _GRACE_MS
        if late_ms > _LATE_MS and self._graces < _MOST_GRACES:
            self._graces += 1
            self._silence.start(_GRACE_MS)
            return
        self._give_up()

    def _give_up(self) -> None:
        self._silence.stop()
        for frame in self._framer.give_up():
            self._submit(frame)


def _belongs_to_the_desktop(event: QKeyEvent) -> bool:
    """Whether a key is one such as Alt+F4, which the window system answers to."""
    alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    meta = bool(event.modifiers() & Qt.KeyboardModifier.MetaModifier)
    return meta or (alt and (event.key() in _ACTION_KEYS or not event.text()))


def _identity(event: QKeyEvent) -> int:
    """Return what press and release of one key have in common."""
    return event.nativeScanCode() or -int(event.key())


def _stroke(event: QKeyEvent) -> KeyStroke:
    modifiers = event.modifiers()
    at_ms = event.timestamp() or None
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return KeyStroke(code=0, text=_UNDECODABLE, at_ms=at_ms)
    return KeyStroke(
        code=set_1_code(event.nativeScanCode()) or _CODES_OF_ENDING_KEYS.get(event.key(), 0),
        text=event.text(),
        shift=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
        control=bool(modifiers & Qt.KeyboardModifier.ControlModifier),
        at_ms=at_ms,
    )
