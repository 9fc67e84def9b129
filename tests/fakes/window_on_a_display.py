"""Run as a program on a real display: a window with a fake station that prints what it is given.

Reads orders from standard input, one a line: ``stall MS`` keeps the window busy, ``stall-after N MS``
does so inside the reading of the next scan, ``measure`` has the gaps of the next keys printed, once
Enter came up behind them and nothing of them waits any more, ``look`` prints the instruction, ``field``,
``box``, ``combo`` and ``menu`` open a widget, ``shut`` closes it and prints what became of it, ``end`` ends.
"""

import sys
import threading
import time
from itertools import pairwise

from fakes.fake_station import FakeStation
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMenu, QMessageBox

from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.presentation.sound_roles import SoundRole
from traitortrack_desktop.ui.application import build_application
from traitortrack_desktop.ui.main_window import MainWindow


class PrintingStation(FakeStation):
    def submit(self, frame):
        say(f"frame {frame.kind} {frame.raw.decode()}")
        super().submit(frame)


class PrintingSound:
    def play(self, role):
        if role is SoundRole.SYSTEM:
            say(f"sound {role}")

    def tell_silence(self, listener):
        pass


class Orders(QObject):
    came = Signal(str)


class Stumble(QObject):
    """Keeps the window busy when so many keys have come."""

    def __init__(self):
        super().__init__()
        self.keys, self.seconds = 0, 0.0

    def eventFilter(self, watched, event):  # noqa: N802
        if self.keys and event.type() == QEvent.Type.KeyPress and isinstance(watched, QWindow):
            self.keys -= 1
            if not self.keys:
                time.sleep(self.seconds)
        return False


class Measure(QObject):
    """Says which gaps were between the keys that the window was sent, by the clock of the display."""

    _MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_CapsLock})

    def __init__(self, window):
        super().__init__(window)
        self._window, self._on, self._pressed_ms = window, False, []

    def begin(self):
        self._on, self._pressed_ms = True, []

    def eventFilter(self, watched, event):  # noqa: N802
        if self._on and isinstance(watched, QWindow):
            if event.type() == QEvent.Type.KeyPress and event.key() not in self._MODIFIERS:
                self._pressed_ms.append(event.timestamp())
            elif event.type() == QEvent.Type.KeyRelease and event.key() == Qt.Key.Key_Return:
                self._on = False
                self._say_when_nothing_waits()
        return False

    def _say_when_nothing_waits(self):
        keyboard = self._window._keyboard
        if keyboard._text.wait_ms is not None or keyboard._collector.is_collecting:
            QTimer.singleShot(5, self, self._say_when_nothing_waits)
            return
        QTimer.singleShot(0, self, self._say)

    def _say(self):
        gaps_ms = [later - earlier for earlier, later in pairwise(self._pressed_ms)]
        say(f"settled {max(gaps_ms)} {sum(gaps_ms) / len(gaps_ms):.1f}")


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Opened:
    """A widget that has the keyboard beside the station's window."""

    def __init__(self, window):
        self._window, self._widget, self._chosen = window, None, "-"
        self._over = False

    def open(self, kind):
        self._chosen = "-"
        getattr(self, f"_{kind}")()
        self._say_when_it_has_the_keyboard(kind)

    def shut(self):
        state, self._over = self._state(), isinstance(self._widget, QMessageBox)
        if isinstance(self._widget, QComboBox):
            self._widget.hidePopup()
        self._widget.close()
        self._widget.deleteLater()
        self._window.activateWindow()
        self._say_when_the_window_has_the_keyboard(state)

    def _say_when_the_window_has_the_keyboard(self, state):
        back = not self._over or QApplication.focusWindow() is self._window.windowHandle()
        if back:
            self._window._keyboard._since_other_window.invalidate()
            say(f"became {state}")
        else:
            QTimer.singleShot(20, self._window, lambda: self._say_when_the_window_has_the_keyboard(state))

    def _state(self):
        if isinstance(self._widget, QLineEdit):
            return self._widget.text() or "-"
        if isinstance(self._widget, QComboBox):
            return self._widget.currentText()
        return self._chosen if self._chosen != "-" or self._widget.isVisible() else "gone"

    def _choose(self, what):
        self._chosen = str(what)

    def _say_when_it_has_the_keyboard(self, kind):
        has = {"field": self._widget.hasFocus, "box": self._box_has_the_keyboard}.get(
            kind, lambda: QApplication.focusWindow() is not None
        )
        if has() and self._widget.isVisible():
            self._window._keyboard._since_other_window.invalidate()
            say(f"opened {kind}")
        else:
            QTimer.singleShot(20, self._window, lambda: self._say_when_it_has_the_keyboard(kind))

    def _box_has_the_keyboard(self):
        return QApplication.focusWindow() is self._widget.windowHandle()

    def _field(self):
        self._widget = QLineEdit(self._window)
        self._widget.show()
        self._widget.setFocus()

    def _box(self):
        buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No
        self._widget = QMessageBox(QMessageBox.Icon.Question, "", "Delete?", buttons, self._window)
        self._widget.finished.connect(self._choose)
        self._widget.open()

    def _combo(self):
        self._widget = QComboBox(self._window)
        self._widget.addItems(["Zero", "AB12", "Bill", "Item"])
        self._widget.show()
        self._widget.setFocus()
        self._widget.showPopup()

    def _menu(self):
        self._widget = QMenu(self._window)
        for name in ("&Add", "&Bill", "&Item"):
            self._widget.addAction(name).triggered.connect(self._choose)
        self._widget.popup(self._window.pos())


def main():
    application = build_application(sys.argv, theme=Theme.LIGHT)
    station = PrintingStation()
    window = MainWindow(
        station,
        tongue=Tongue(),
        theme=Theme.LIGHT,
        now=station.now,
        sound=PrintingSound(),
        version="1",
        sign_in_required=False,
    )
    orders, opened, stumble, measure = Orders(), Opened(window), Stumble(), Measure(window)
    application.installEventFilter(stumble)
    application.installEventFilter(measure)

    def obey(order):
        name, *words = order.split()
        if name == "open-now":
            opened.open(words[0])
            say("opening")
            return
        if name == "stall":
            say("stalling")
            time.sleep(int(words[0]) / 1000)
        elif name == "stall-after":
            stumble.keys, stumble.seconds = int(words[0]), int(words[1]) / 1000
            say("will stall")
        elif name == "measure":
            measure.begin()
            say("measuring")
        elif name == "look":
            say(f"shown {window.scan_screen.instruction.accessibleName()}")
        elif name == "shut":
            opened.shut()
        elif name == "end":
            window.close()
        else:
            opened.open(name)

    orders.came.connect(obey, Qt.ConnectionType.QueuedConnection)
    threading.Thread(
        target=lambda: [orders.came.emit(line.strip()) for line in sys.stdin], daemon=True
    ).start()
    window.showMaximized()

    def tell_when_active():
        if window.isActiveWindow() and not window._keyboard.may_have_missed_keys:
            timer.stop()
            say("ready")

    timer = QTimer()
    timer.timeout.connect(tell_when_active)
    timer.start(20)
    application.exec()


if __name__ == "__main__":
    main()
