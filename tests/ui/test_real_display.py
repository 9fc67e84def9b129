"""The keyboard scanner with real X11 events; skipped where Xvfb, openbox or xdotool are absent."""

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import fakes
import pytest
from fakes.wedge_keys import CONTROL, SHIFT, scan

PROGRAM = Path(fakes.__path__[0]) / "window_on_a_display.py"
PATIENCE_SECONDS = 15
HOLD_GAP_MS, SCAN_MEAN_MS = 50, 40
"""Slower than that nothing is a scan to a text field (``devices.text_mode``)."""
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
        self._printed = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def next_line(self):
        """Return what the window prints next."""
        try:
            return self._printed.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            raise AssertionError("the window printed nothing more") from None

    def wait_for(self, line):
        """Read what the window prints until *line* comes; return what came before it."""
        before = []
        while (printed := self.next_line()) != line:
            before.append(printed)
        return before

    def until(self, beginning):
        """Read what the window prints up to a line that begins so, and return it all."""
        lines = [self.next_line()]
        while not lines[-1].startswith(beginning):
            lines.append(self.next_line())
        return lines

    def _read(self):
        for line in self._window.stdout:
            self._printed.put(line.removesuffix("\n"))

    def order(self, order):
        self._window.stdin.write(order + "\n")
        self._window.stdin.flush()

    def keys(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self._env, check=True)

    def scan(self, code, delay_ms=4):
        self.keys("type", "--delay", str(delay_ms), code + "\n")

    def gun(self, keys, *, delay_ms=2):
        """Press and release keys by their places, as a scanner does."""
        words = []
        for code, down in keys:
            if code in {SHIFT, CONTROL}:
                words += ["keydown" if down else "keyup", "--delay", "0", str(code + 8)]
            elif down:
                words += ["key", "--delay", str(delay_ms), str(code + 8)]
        self.keys(*words)

    def layout(self, name):
        subprocess.run(["setxkbmap", name], env=self._env, check=True)

    def end(self):
        for process in (self._window, self._manager):
            process.terminate()
            process.wait(10)
        self._reader.join(10)
        self._window.stdin.close()
        self._window.stdout.close()


@pytest.fixture
def desk(tmp_path):
    with a_desk(tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def lasting_desk(tmp_path_factory):
    """One window for the many scans that leave it as it was."""
    with a_desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@contextmanager
def a_desk(folder):
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
    desk = Desk(f":{number}", folder)
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
    desk.order("stall 1000")
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


@pytest.fixture(params=["minimised", "behind another"])
def lose_the_keyboard(request, desk):
    """Takes the keyboard from the window and returns when it was gone, in seconds."""
    other = OtherWindow(desk) if request.param == "behind another" else None

    def lose():
        gone_at = time.monotonic()
        if other is None:
            desk.keys("getactivewindow", "windowminimize")
            return gone_at
        return other.come()

    yield lose
    if other is not None:
        other.end()


class OtherWindow:
    """A window of another program, which says when it has the keyboard."""

    _PROGRAM = """
import sys, time
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
def tell(state):
    if state == Qt.ApplicationState.ApplicationActive:
        print(time.monotonic(), flush=True)
application.applicationStateChanged.connect(tell)
window = QWidget()
sys.stdin.readline()
window.show()
application.exec()
"""

    def __init__(self, desk):
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._PROGRAM],
            env=desk._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def come(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self):
        self._process.terminate()
        self._process.wait(10)
        self._process.stdin.close()
        self._process.stdout.close()


def test_a_window_that_loses_the_keyboard_says_so_within_300_milliseconds(desk, lose_the_keyboard):
    gone_at = lose_the_keyboard()
    desk.wait_for("sound system")
    heard_at = time.monotonic()
    desk.order("look")
    assert desk.next_line().startswith("shown NOT LISTENING")
    assert heard_at - gone_at < 0.3


LAYOUTS = ["us", "gb", "fr", "de", "ru", "in"]
CODE = 'Item-0042/AB_c~d:9|x@"#'
PLAIN_CODE = "AB12C04F7K"


@pytest.fixture(params=LAYOUTS, scope="module")
def layout(request, lasting_desk):
    """Set once for all tests that are done under it; others say that theirs is the US one."""
    lasting_desk.layout(request.param)
    return request.param


@pytest.fixture(params=[False, True], ids=["caps off", "caps on"], scope="module")
def caps_lock(request, lasting_desk):
    if request.param:
        lasting_desk.keys("key", "66")
    yield request.param
    if request.param:
        lasting_desk.keys("key", "66")


us_layout = pytest.mark.parametrize(
    ("layout", "caps_lock"), [pytest.param("us", False, id="us")], indirect=True
)


@pytest.mark.usefixtures("layout", "caps_lock")
@pytest.mark.parametrize(
    ("where", "untouched"),
    [("scan", None), ("box", "became -"), ("combo", "became Zero"), ("menu", "became -")],
)
def test_a_scan_is_read_under_every_layout_whatever_is_open(lasting_desk, where, untouched):
    if untouched:
        lasting_desk.order(where)
        lasting_desk.wait_for(f"opened {where}")
    lasting_desk.gun(scan(CODE))
    assert lasting_desk.next_line() == f"frame complete {CODE}"
    if untouched:
        lasting_desk.order("shut")
        assert lasting_desk.next_line() == untouched


def scanned_into_a_field(desk, code, *, before=None):
    """Scan *code* into a text field; return what was told of it and what became of the field.

    Only a scan whose keys this computer really sent slower than a gun does is played again, and however
    slow it was, nothing wrong may be told as complete.
    """
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        desk.order("field")
        desk.wait_for("opened field")
        if before is not None:
            desk.order(before)
            desk.wait_for("will stall")
        desk.order("measure")
        desk.wait_for("measuring")
        desk.gun(scan(code), delay_ms=1)
        *frames, settled = desk.until("settled ")
        desk.order("shut")
        frames += desk.until("became ")
        assert {line for line in frames if "complete" in line} <= {f"frame complete {code}"}
        longest_ms, mean_ms = map(float, settled.split()[1:])
        if longest_ms <= HOLD_GAP_MS and mean_ms <= SCAN_MEAN_MS:
            return frames
    raise AssertionError("this computer is too busy to play a gun")


@pytest.mark.usefixtures("layout", "caps_lock")
@pytest.mark.parametrize("code", [PLAIN_CODE, "a=[`1~{;'_|9"])
def test_a_scan_into_a_text_field_is_read_or_refused_and_never_typed(lasting_desk, code):
    """Dead keys of a layout go to the input method before the window sees them: then it is refused."""
    told, became = scanned_into_a_field(lasting_desk, code)
    assert became == "became -"
    if code == PLAIN_CODE:
        assert told == f"frame complete {code}"
    else:
        assert told == f"frame complete {code}" or told.startswith("frame garbled ")


@pytest.mark.usefixtures("layout", "caps_lock")
@us_layout
def test_a_scan_into_a_field_is_whole_when_the_window_is_busy_in_the_middle_of_it(lasting_desk):
    told = scanned_into_a_field(lasting_desk, PLAIN_CODE, before="stall-after 4 800")
    assert told == [f"frame complete {PLAIN_CODE}", "became -"]


@pytest.mark.usefixtures("layout", "caps_lock")
@us_layout
@pytest.mark.parametrize("where", ["scan", "box"])
def test_a_scan_is_whole_when_the_window_is_busy_in_the_middle_of_it(lasting_desk, where):
    if where != "scan":
        lasting_desk.order(where)
        lasting_desk.wait_for(f"opened {where}")
    lasting_desk.order("stall-after 4 800")
    lasting_desk.wait_for("will stall")
    lasting_desk.gun(scan(PLAIN_CODE))
    assert lasting_desk.next_line() == f"frame complete {PLAIN_CODE}"
    if where != "scan":
        lasting_desk.order("shut")
        assert lasting_desk.next_line() == "became -"


@pytest.mark.usefixtures("layout", "caps_lock")
@us_layout
def test_a_person_who_types_while_the_window_is_busy_is_no_scanner(lasting_desk):
    lasting_desk.order("field")
    lasting_desk.wait_for("opened field")
    lasting_desk.order("measure")
    lasting_desk.wait_for("measuring")
    lasting_desk.order("stall 1200")
    lasting_desk.wait_for("stalling")
    lasting_desk.keys("type", "--delay", "150", "amina7")
    lasting_desk.keys("key", "Return")
    assert len(lasting_desk.until("settled ")) == 1
    lasting_desk.order("shut")
    assert lasting_desk.next_line() == "became amina7"


@pytest.mark.usefixtures("layout", "caps_lock")
@us_layout
def test_group_separators_are_read_by_their_place(lasting_desk):
    lasting_desk.gun(scan("0112\x1d21AB"))
    assert lasting_desk.next_line() == "frame complete 0112\x1d21AB"


@pytest.mark.usefixtures("layout", "caps_lock")
@us_layout
@pytest.mark.parametrize("attempt", range(3))
def test_a_scan_that_a_box_opens_upon_is_whole_or_refused_but_never_shortened(lasting_desk, attempt):
    lasting_desk.order("open-now box")
    lasting_desk.wait_for("opening")
    lasting_desk.gun(scan(PLAIN_CODE))
    lasting_desk.order("shut")
    lines = lasting_desk.wait_for("became -")
    assert [line for line in lines if "complete" in line] in ([], [f"frame complete {PLAIN_CODE}"])
