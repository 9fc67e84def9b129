"""Run as a program on a real display: a window with a fake station that prints what it is given.

Reads orders from standard input, one a line: ``stall`` keeps the window busy for a second,
``look`` prints the instruction, ``end`` ends.
"""

import sys
import threading
import time

from fakes.fake_station import FakeStation
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.ui.application import build_application
from traitortrack_desktop.ui.main_window import MainWindow


class PrintingStation(FakeStation):
    def submit(self, frame):
        say(f"frame {frame.kind} {frame.raw.decode()}")
        super().submit(frame)


class NoSound:
    def play(self, role):
        pass

    def tell_silence(self, listener):
        pass


class Orders(QObject):
    came = Signal(str)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main():
    application = build_application(sys.argv, theme=Theme.LIGHT)
    station = PrintingStation()
    window = MainWindow(
        station,
        tongue=Tongue(),
        theme=Theme.LIGHT,
        now=station.now,
        sound=NoSound(),
        version="1",
        sign_in_required=False,
    )
    orders = Orders()

    def obey(order):
        if order == "stall":
            say("stalling")
            time.sleep(1.0)
        elif order == "look":
            say(f"shown {window.scan_screen.instruction.accessibleName()}")
        else:
            window.close()

    orders.came.connect(obey, Qt.ConnectionType.QueuedConnection)
    threading.Thread(
        target=lambda: [orders.came.emit(line.strip()) for line in sys.stdin], daemon=True
    ).start()
    window.showMaximized()

    def tell_when_active():
        if window.isActiveWindow():
            timer.stop()
            say("ready")

    timer = QTimer()
    timer.timeout.connect(tell_when_active)
    timer.start(20)
    application.exec()


if __name__ == "__main__":
    main()
