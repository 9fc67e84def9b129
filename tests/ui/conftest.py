"""A window with a fake station behind it, and a keyboard that types into it as a scanner does."""

import os

import pytest
from fakes.shown_screens import started, station_for
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.ui.main_window import MainWindow
from traitortrack_desktop.ui.theme import dress

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

US = {char: 2 + i for i, char in enumerate("1234567890-=")}
US |= {char: 16 + i for i, char in enumerate("qwertyuiop[]")}
US |= {char: 30 + i for i, char in enumerate("asdfghjkl;'`")}
US |= {char: 44 + i for i, char in enumerate("zxcvbnm,./")}
US[" "] = 57
X11 = 8


class Keyboard:
    """Sends native-coded key events to a window, with time stamps of its own."""

    def __init__(self, window, *, at_ms=100_000):
        self._window = window
        self.at_ms = at_ms

    def send(self, kind, key, code, text="", modifiers=Qt.KeyboardModifier.NoModifier, *, repeat=False):
        self.at_ms += 4
        event = QKeyEvent(kind, key, modifiers, code + X11 if code else 0, 0, 0, text, repeat)
        event.setTimestamp(self.at_ms % 2**32)
        QCoreApplication.sendEvent(self._window.windowHandle(), event)
        return event.isAccepted()

    def stroke(self, key, code=0, text="", modifiers=Qt.KeyboardModifier.NoModifier):
        self.send(QEvent.Type.ShortcutOverride, key, code, text, modifiers)
        self.send(QEvent.Type.KeyPress, key, code, text, modifiers)
        self.send(QEvent.Type.KeyRelease, key, code, text, modifiers)

    def type_text(self, text, *, layout=None):
        for char in text:
            shifted = Qt.KeyboardModifier.ShiftModifier if char.isupper() else Qt.KeyboardModifier.NoModifier
            shown = (layout or {}).get(char, char)
            self.stroke(ord(shown[0].upper()), US[char.lower()], shown, shifted)

    def enter(self):
        self.stroke(Qt.Key.Key_Return, 28, "\r")

    def scan(self, text, **how):
        self.type_text(text, **how)
        self.enter()

    def press(self, key):
        self.send(QEvent.Type.KeyPress, key, 0)

    def release(self, key):
        self.send(QEvent.Type.KeyRelease, key, 0)


class HeardSounds:
    def __init__(self):
        self.played = []
        self._listeners = []

    def play(self, role):
        self.played.append(role)

    def tell_silence(self, listener):
        self._listeners.append(listener)
        listener(False)

    def lose_the_device(self):
        for listener in self._listeners:
            listener(True)


@pytest.fixture
def station():
    return station_for(None)


@pytest.fixture
def sound():
    return HeardSounds()


@pytest.fixture
def open_window(qtbot, qapp, station, sound):
    def open_window(*, size=(1366, 768), theme=Theme.LIGHT, **choices):
        dress(qapp, theme)
        window = MainWindow(
            station,
            tongue=Tongue(zone=choices.pop("zone", None)),
            theme=theme,
            now=station.now,
            sound=sound,
            version="1.4.0",
            **choices,
        )
        qtbot.addWidget(window)
        window.setFixedSize(*size)
        with qtbot.waitExposed(window):
            window.show()
        return window

    return open_window


@pytest.fixture
def window(qtbot, open_window, station):
    """A window on the scan screen, an operator signed in."""
    window = open_window()
    started(station)
    qtbot.waitUntil(lambda: window.is_scanning)
    window._keyboard._since_other_window.invalidate()
    return window


@pytest.fixture
def keyboard(window):
    return Keyboard(window)


@pytest.fixture
def keyboard_of():
    return Keyboard


@pytest.fixture
def settle(qapp):
    """Let everything that waits happen, and be painted."""

    def settle():
        for _ in range(4):
            QApplication.processEvents()

    return settle
