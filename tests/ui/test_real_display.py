"""The keyboard scanner with real X11 events; skipped where Xvfb, openbox or xdotool are absent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import fakes
import pytest

PROGRAM = Path(fakes.__path__[0]) / "window_on_a_display.py"
TOOLS = ("Xvfb", "openbox", "xdotool", "setxkbmap")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}"),
]


class Desk:
    """An X server with a window manager and the station's window."""

    def __init__(self, display, folder):
        self._env = {
            **os.environ,
            "DISPLAY": display,
            "PYTHONPATH": os.pathsep.join(map(str, PROGRAM.parents[1:3])),
            "QT_QPA_PLATFORM": "xcb",
            "XDG_RUNTIME_DIR": str(folder),
            "QT_LOGGING_RULES": "*.debug=false",
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._manager = subprocess.Popen(["openbox", "--sm-disable"], env=self._env, **quiet)
        self._window = subprocess.Popen(
            [sys.executable, str(PROGRAM)],
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def wait_for(self, line):
        """Read what the window prints until *line* comes; return what came before it."""
        before = []
        for printed in self._window.stdout:
            if printed.strip() == line:
                return before
            before.append(printed.strip())
        raise AssertionError(f"the window ended without {line!r} after {before}")

    def order(self, order):
        self._window.stdin.write(order + "\n")
        self._window.stdin.flush()

    def keys(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self._env, check=True)

    def scan(self, code, delay_ms=4):
        self.keys("type", "--delay", str(delay_ms), code + "\n")

    def layout(self, name):
        subprocess.run(["setxkbmap", name], env=self._env, check=True)

    def end(self):
        for process in (self._window, self._manager):
            process.terminate()
            process.wait(10)
        self._window.stdin.close()
        self._window.stdout.close()


@pytest.fixture
def desk(tmp_path):
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    desk = Desk(f":{number}", tmp_path)
    try:
        desk.wait_for("ready")
        yield desk
    finally:
        desk.end()
        server.terminate()
        server.wait(10)


def test_scans_arrive_whole_and_once(desk):
    codes = [f"SB1{i:04d}" for i in range(10)]
    for code in codes:
        desk.scan(code)
    assert desk.wait_for("frame complete SB10009") == [f"frame complete {code}" for code in codes[:-1]]


def test_a_scan_that_arrives_while_the_window_is_busy_is_whole(desk):
    desk.order("stall")
    desk.wait_for("stalling")
    desk.scan("SB10001")
    desk.scan("AB12C04F7K")
    assert desk.wait_for("frame complete AB12C04F7K") == ["frame complete SB10001"]


def test_a_key_is_held_for_its_second_although_the_display_repeats_it(desk):
    desk.keys("keydown", "F12")
    assert desk.wait_for("frame complete TT-CMD-UNDERSTOOD") == []
    desk.keys("keyup", "F12")


def test_characters_typed_twice_as_fast_as_a_display_can_tell_are_all_read(desk):
    desk.scan("AA00110022", delay_ms=0)
    assert desk.wait_for("frame complete AA00110022") == []


def test_letters_and_digits_are_read_by_their_places_on_a_french_keyboard(desk):
    desk.layout("fr")
    desk.keys("key", "38", "24", "Return")
    assert desk.wait_for("frame complete aq") == []


def test_a_window_that_loses_the_keyboard_says_so(desk):
    desk.keys("getactivewindow", "windowminimize")
    desk.order("look")
    while not desk_says_not_listening(desk):
        desk.order("look")


def desk_says_not_listening(desk):
    return next(desk._window.stdout).startswith("shown NOT LISTENING")
