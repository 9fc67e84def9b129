"""Run as a program: the station with a key ring in a file, and a person who types at the set-up.

Arguments are the program's own. ``KEY_RING`` names the key ring's file (none without it), ``TYPED`` is
what the person types, as JSON by field. Prints which windows were shown, and closes the last.
"""

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.environment import secrets
from traitortrack_desktop.launch import launch
from traitortrack_desktop.services.set_up import SetUpField
from traitortrack_desktop.ui import application
from traitortrack_desktop.ui.main_window import MainWindow
from traitortrack_desktop.ui.password_screen import PasswordScreen
from traitortrack_desktop.ui.set_up_window import SetUpWindow

run_event_loop = application.run_event_loop


class KeyRingInAFile:
    def __init__(self, path):
        self._path = Path(path)

    def get_password(self, service, username):
        return json.loads(self._path.read_text()).get(username)

    def set_password(self, service, username, password):
        self._path.write_text(json.dumps({username: password}))


def attended_event_loop():
    timer = QTimer()
    timer.timeout.connect(lambda: attend(timer))
    timer.start(20)
    return run_event_loop()


def attend(timer):
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow) and window.isVisible():
            print("station", window._station.name, flush=True)
            timer.stop()
            window.close()
        elif isinstance(window, SetUpWindow) and window.isVisible():
            fill_in(window, timer)


def fill_in(window, timer):
    screen, typed = window.screen_, json.loads(os.environ.get("TYPED", "null"))
    if typed is None:
        print("left", flush=True)
        timer.stop()
        window.close()
    elif isinstance(screen, PasswordScreen):
        answer(screen, typed["password"])
    elif not screen.lines[SetUpField.SERVERS].text():
        print("set-up", flush=True)
        for name, text in typed.items():
            screen.lines[SetUpField(name)].setText(text)
        screen.submit.click()
    elif screen.submit.isEnabled():
        print("said", screen.problem.text, flush=True)
        screen.submit.click()


def answer(screen, password):
    if not screen.submit.isEnabled():
        return
    if screen.problem.text:
        print("said", screen.problem.text, flush=True)
    else:
        print("password", flush=True)
        screen.password.setText(password)
    screen.submit.click()


if __name__ == "__main__":
    ring = os.environ.get("KEY_RING")
    secrets.usable_back_end = lambda: KeyRingInAFile(ring) if ring else None
    application.run_event_loop = attended_event_loop
    sys.exit(launch(sys.argv[1:]))
