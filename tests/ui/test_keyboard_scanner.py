import sys

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPushButton

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.ui.keyboard_scanner import set_1_code

FRENCH = {"1": "&", "2": "é", "a": "q", "A": "Q"}
HINDI = {"S": "ौ", "B": "ब", "1": "१", "0": "०"}


def codes(station):
    return [frame.raw.decode() for frame in station.submitted]


def test_a_scan_is_one_frame_of_the_keyboard(station, keyboard):
    keyboard.scan("SB10001")
    (frame,) = station.submitted
    assert (frame.source, frame.raw, frame.kind) == ("keyboard", b"SB10001", FrameKind.COMPLETE)


@pytest.mark.parametrize("layout", [FRENCH, HINDI], ids=["french", "hindi"])
def test_the_layout_of_the_computer_does_not_matter(station, keyboard, layout):
    keyboard.scan("SB10021", layout=layout)
    assert codes(station) == ["SB10021"]


def test_a_scan_is_one_frame_also_when_a_button_has_the_focus(station, keyboard, window, settle):
    button = QPushButton(window)
    pressed = []
    button.clicked.connect(lambda: pressed.append(True))
    button.show()
    button.setFocus()
    settle()
    assert button.hasFocus()
    keyboard.scan("AB 12")
    assert codes(station) == ["AB 12"]
    assert pressed == []


def test_enter_and_space_press_nothing_on_the_scan_screen(station, keyboard, window, settle):
    keyboard.enter()
    keyboard.stroke(Qt.Key.Key_Space, 57, " ")
    keyboard.enter()
    settle()
    assert all(not button.isDown() for button in window.scan_screen.keys.buttons)
    assert not window.controller.around.menu_open
    assert codes(station) == [" "]


def test_no_button_takes_the_focus_from_a_mouse(window, qtbot, settle):
    for button in window.scan_screen.keys.buttons:
        assert button.focusPolicy() == Qt.FocusPolicy.NoFocus
    qtbot.mouseClick(window.scan_screen.keys.buttons[0], Qt.MouseButton.LeftButton)
    assert window.focusWidget() is None


def test_a_shortcut_eats_no_character(station, keyboard, window):
    fired = []
    shortcut = QShortcut(QKeySequence("B"), window)
    shortcut.activated.connect(lambda: fired.append(True))
    keyboard.scan("SB10001")
    assert codes(station) == ["SB10001"]
    assert fired == []


def test_a_text_field_with_the_focus_keeps_its_keys(station, keyboard, window, settle):
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    settle()
    keyboard.scan("ab12")
    assert field.text() == "ab12"
    assert station.submitted == []


def test_a_key_held_down_counts_once(station, keyboard):
    keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_7, 8, "7")
    keyboard.at_ms += 250
    for _ in range(30):
        keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_7, 8, "7", repeat=True)
    keyboard.send(QEvent.Type.KeyRelease, Qt.Key.Key_7, 8, "7")
    keyboard.enter()
    assert codes(station) == ["7"]


def test_the_same_character_twice_in_a_row_counts_twice(station, keyboard):
    keyboard.scan("AA0000AA")
    assert codes(station) == ["AA0000AA"]


@pytest.mark.parametrize("called_repeat", [True, False])
def test_a_character_typed_twice_within_a_millisecond_counts_twice(station, keyboard, called_repeat):
    zero = Qt.Key.Key_0, 11, "0"
    keyboard.send(QEvent.Type.KeyPress, *zero)
    keyboard.at_ms -= 4
    keyboard.send(QEvent.Type.KeyRelease, *zero, repeat=called_repeat)
    keyboard.at_ms -= 4
    keyboard.send(QEvent.Type.KeyPress, *zero, repeat=called_repeat)
    keyboard.send(QEvent.Type.KeyRelease, *zero)
    keyboard.enter()
    assert codes(station) == ["00"]


def test_a_held_character_counts_once_also_when_qt_does_not_know_that_it_repeats(station, keyboard):
    seven = Qt.Key.Key_7, 8, "7"
    keyboard.send(QEvent.Type.KeyPress, *seven)
    keyboard.at_ms += 250
    for called_repeat in (False, True, False, False, True):
        keyboard.send(QEvent.Type.KeyRelease, *seven, repeat=called_repeat)
        keyboard.at_ms -= 4
        keyboard.send(QEvent.Type.KeyPress, *seven, repeat=called_repeat)
        keyboard.at_ms += 30
    keyboard.send(QEvent.Type.KeyRelease, *seven)
    keyboard.enter()
    assert "".join(codes(station)) == "7"


def test_releases_of_taken_keys_reach_nobody(keyboard, window):
    seen = []

    class Watcher(QObject):
        def eventFilter(self, watched, event):  # noqa: N802
            if event.type() == QEvent.Type.KeyRelease:
                seen.append(event.key())
            return False

    watcher = Watcher()
    window.installEventFilter(watcher)
    keyboard.scan("AB12")
    assert seen == []


def test_a_silence_inside_a_scan_makes_it_partial(station, keyboard):
    keyboard.type_text("SB10")
    keyboard.at_ms += 900
    keyboard.scan("SB10002")
    assert [(frame.raw, frame.kind) for frame in station.submitted] == [
        (b"SB10", FrameKind.PARTIAL),
        (b"SB10002", FrameKind.COMPLETE),
    ]


def test_a_reading_that_never_ends_is_told_as_partial(station, keyboard, qtbot):
    keyboard.type_text("SB10")
    qtbot.waitUntil(lambda: len(station.submitted) == 1)
    assert station.submitted[0].kind is FrameKind.PARTIAL


def test_the_clock_of_the_events_may_wrap(station, keyboard):
    keyboard.at_ms = 2**32 - 20
    keyboard.scan("SB10001")
    assert codes(station) == ["SB10001"]


def test_fifty_scans_that_queue_while_the_window_is_busy_arrive_in_order(station, keyboard, qapp, settle):
    wanted = [f"AB12C{i:05d}" for i in range(50)]
    for code in wanted:
        keyboard.scan(code)
    settle()
    assert codes(station) == wanted


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (Qt.Key.Key_F2, Command.UNDO),
        (Qt.Key.Key_F4, Command.CLOSE),
        (Qt.Key.Key_F6, Command.REMOVE),
        (Qt.Key.Key_F9, Command.CANCEL),
        (Qt.Key.Key_Escape, Command.CANCEL),
    ],
)
def test_function_keys_are_their_command_codes(station, keyboard, key, command):
    keyboard.stroke(key)
    (frame,) = station.submitted
    assert (frame.source, frame.raw.decode()) == ("keys", command)


def test_a_held_function_key_counts_once(station, keyboard):
    keyboard.press(Qt.Key.Key_F2)
    for _ in range(5):
        keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_F2, 0, repeat=True)
    keyboard.release(Qt.Key.Key_F2)
    assert codes(station) == [Command.UNDO]


def test_understood_counts_after_its_key_was_held_for_a_second(station, keyboard, qtbot):
    keyboard.press(Qt.Key.Key_F12)
    assert station.submitted == []
    qtbot.waitUntil(lambda: codes(station) == [Command.UNDERSTOOD])
    keyboard.release(Qt.Key.Key_F12)
    assert codes(station) == [Command.UNDERSTOOD]


def test_understood_pressed_for_a_moment_does_not_count(station, keyboard, window, qtbot):
    keyboard.stroke(Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: not window._actions.is_held)
    assert station.submitted == []


def test_alt_and_a_function_key_belong_to_the_desktop(station, keyboard):
    alt = Qt.KeyboardModifier.AltModifier
    keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_F4, 0, "", alt)
    assert station.submitted == []


def test_a_character_typed_with_alt_spoils_the_code_and_is_not_lost_from_it(station, keyboard):
    keyboard.type_text("AB1")
    keyboard.send(QEvent.Type.KeyPress, Qt.Key.Key_E, 18, "€", Qt.KeyboardModifier.AltModifier)
    keyboard.scan("2")
    assert codes(station) == ["AB1\ufffd2"]


def test_a_key_that_qt_has_no_name_for_is_read_by_its_place(station, keyboard):
    keyboard.stroke(0x094C, 31, "ौ")
    keyboard.enter()
    assert codes(station) == ["s"]


@pytest.mark.parametrize(
    ("native", "platform", "code"),
    [(38, "linux", 30), (0, "linux", 0), (30, "win32", 30), (12, "darwin", 0)],
)
def test_native_codes_become_those_of_a_pc_keyboard(native, platform, code):
    assert set_1_code(native, platform) == code


def test_nothing_is_taken_before_somebody_signed_in(open_window, station, settle):
    from conftest import Keyboard

    window = open_window()
    settle()
    Keyboard(window).scan("AB12")
    assert station.submitted == []
    assert window.sign_in_screen.username.text() == "AB12"


def test_void_calls_of_qt_take_no_reference_off_none(window):
    before = sys.getrefcount(None)
    for _ in range(20_000):
        window.scan_screen.status.update()
    assert abs(sys.getrefcount(None) - before) < 1000


def repeat(keyboard, key):
    """Repeat a held key as X11 does: release and press with one time stamp, not called a repetition."""
    keyboard.release(key)
    keyboard.at_ms -= 4
    keyboard.press(key)


def test_a_held_key_counts_once_also_when_qt_does_not_know_that_it_repeats(station, keyboard):
    keyboard.press(Qt.Key.Key_F4)
    for _ in range(5):
        repeat(keyboard, Qt.Key.Key_F4)
    keyboard.release(Qt.Key.Key_F4)
    assert codes(station) == [Command.CLOSE]


def test_a_key_pressed_twice_counts_twice(station, keyboard):
    keyboard.stroke(Qt.Key.Key_F2)
    keyboard.stroke(Qt.Key.Key_F2)
    assert codes(station) == [Command.UNDO, Command.UNDO]


def test_repetitions_do_not_interrupt_the_second_for_which_understood_is_held(keyboard, window, qtbot):
    keyboard.press(Qt.Key.Key_F12)
    shares = []
    window._actions.hold_progressed.connect(shares.append)
    qtbot.waitUntil(lambda: len(shares) > 2)
    repeat(keyboard, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: shares[-1] > 0.5)
    assert shares == sorted(shares)
