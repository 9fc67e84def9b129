"""Run as a program: the station's window, and a scanner in it that obeys orders from standard input.

Argument: the data folder. The centre, the operator and the password come from the environment. Orders,
one a line: ``scan A B …`` types the codes, five a second; ``click COMMAND`` presses a button with
the mouse; ``mash`` presses Enter, Space and Tab; ``stall S`` keeps the window busy for S seconds; ``end``
waits until the centre has everything and ends. SERIAL_PORTS names ports to read, separated by spaces. Prints
one JSON object a line for what was typed, painted, decided and learned of the centre and the scanners.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.assembly import station_window
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.environment import secrets
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.events import DeliveryChanged, ScanDecided, ScannerChanged
from traitortrack_desktop.ui.application import run_event_loop
from traitortrack_desktop.ui.simulated_scanner import SimulatedScanner

BETWEEN_SCANS_MS = 200
MASHED = 3 * (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Enter)


def say(**what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def hear(event):
    """Called on the station's threads."""
    if isinstance(event, DeliveryChanged):
        say(online=event.online)
    if isinstance(event, ScanDecided):
        say(decided=event.entry.decision.code)
    if isinstance(event, ScannerChanged):
        say(scanner=event.source, ready=event.ready)


class Painted(QObject):
    """Says what a zone shows after each painting of it that shows something else."""

    def __init__(self, zone, name):
        super().__init__(zone)
        self._zone, self._name, self._last = zone, name, None
        zone.installEventFilter(self)

    def eventFilter(self, _watched, event):  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self._look)
        return False

    def _look(self):
        if self._zone.painted != self._last:
            self._last = list(self._zone.painted)
            say(**{self._name: self._last})


class Hand(QObject):
    """Obeys the orders, one after the other, in the GUI thread."""

    came = Signal(str)

    def __init__(self, station, window):
        super().__init__()
        self._station, self._window = station, window
        self._scanner = SimulatedScanner(window.windowHandle())
        self._codes = []
        self._pace = QTimer(self, interval=BETWEEN_SCANS_MS, timerType=Qt.TimerType.PreciseTimer)
        self._pace.timeout.connect(self._scan_one)
        self._end = QTimer(self, interval=50)
        self._end.timeout.connect(self._end_when_delivered)
        self.came.connect(self._obey, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in sys.stdin:
            self.came.emit(line.strip())

    def _obey(self, line):
        order, *words = line.split()
        if order == "scan":
            self._codes += words
            self._pace.start()
        elif order == "click":
            QTest.mouseClick(
                self._window.scan_screen.keys.button_of(Command(words[0])), Qt.MouseButton.LeftButton
            )
        elif order == "stall":
            say(stalled=True)
            time.sleep(float(words[0]))
            say(stalled=False)
        elif order == "mash":
            for key in MASHED:
                QTest.keyClick(self._window.windowHandle(), key)
            say(mashed=len(MASHED))
        else:
            self._end.start()

    def _scan_one(self):
        code = self._codes.pop(0)
        self._scanner.type_code(code)
        say(typed=code)
        if not self._codes:
            self._pace.stop()

    def _end_when_delivered(self):
        if self._station.wait_until_nothing_waits(0):
            self._end.stop()
            self._window.close()
            QApplication.quit()


def sign_in(window):
    """Enter the name and the password as a person does; they stand in the environment."""
    window.sign_in_screen.username.setText(os.environ["TRAITORTRACK_USER"])
    window.sign_in_screen.password.setText(os.environ["TRAITORTRACK_PASSWORD"])
    window.sign_in_screen.submit.click()


def tell_when_scanning(window, timer):
    if window.is_scanning:
        timer.stop()
        say(scanning=True)


def main():
    secrets.usable_back_end = lambda: None
    settings = Settings(
        data_dir=Path(sys.argv[1]),
        station="7",
        database_url=os.environ["TRAITORTRACK_DATABASE_URL"],
        capacity=int(os.environ.get("CAPACITY", "30")),
        serial_ports=tuple(os.environ.get("SERIAL_PORTS", "").split()),
    )
    with station_window(settings, listeners=[hear]) as (station, window):
        QTimer.singleShot(0, window, lambda: sign_in(window))
        _watching = [
            Painted(window.scan_screen.result, "result"),
            Painted(window.scan_screen.counter, "counter"),
            Painted(window.scan_screen.bag_list, "rows"),
        ]
        _hand = Hand(station, window)
        ready = QTimer(interval=20)
        ready.timeout.connect(lambda: tell_when_scanning(window, ready))
        ready.start()
        return run_event_loop()


if __name__ == "__main__":
    sys.exit(main())
