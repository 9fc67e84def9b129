import ctypes

import pytest

from traitortrack_desktop.devices.raw_input import Message
from traitortrack_desktop.ui.keyboard_scanner import KeyboardScanner
from traitortrack_desktop.ui.windows_key_time import WindowsKeyTime, windows_key_time

KEY_DOWN, KEY_UP, SYSTEM_KEY_DOWN, MOUSE_MOVE = 0x100, 0x101, 0x104, 0x200
A, B = 30, 48


class Queue:
    """Windows' messages, as Qt shows them to a filter: without their time."""

    def __init__(self):
        self.now_ms = 0
        self.key_time = WindowsKeyTime(lambda: self.now_ms)

    def show(self, message, code, at_ms, kind=b"windows_generic_MSG"):
        self.now_ms = at_ms
        told = Message(message=message, lParam=code << 16 | 1)
        return self.key_time.nativeEventFilter(kind, ctypes.addressof(told))

    def asked(self, *keys):
        return [self.key_time.at_ms(code, down) for code, down in keys]


@pytest.fixture
def queue():
    return Queue()


@pytest.mark.parametrize("message", [KEY_DOWN, SYSTEM_KEY_DOWN])
@pytest.mark.parametrize("at_ms", [0, 5000, 2**32 - 1])
def test_the_time_of_a_key_is_that_of_its_message(queue, message, at_ms):
    assert queue.show(message, A, at_ms) == (False, 0)
    assert queue.asked((A, True)) == [at_ms]


def test_keys_that_qt_handles_together_after_a_stall_have_times_of_their_own(queue):
    for at_ms, message, code in ((10, KEY_DOWN, A), (20, KEY_UP, A), (700, KEY_DOWN, B), (710, KEY_UP, B)):
        queue.show(message, code, at_ms)
    assert queue.asked((A, True), (A, True), (A, False), (B, True), (B, False)) == [10, 10, 20, 700, 710]


def test_the_same_key_again_has_its_second_time(queue):
    for at_ms, message in ((10, KEY_DOWN), (20, KEY_UP), (30, KEY_DOWN)):
        queue.show(message, A, at_ms)
    assert queue.asked((A, True), (A, False), (A, True)) == [10, 20, 30]


def test_a_key_beside_the_main_block_is_another_one(queue):
    queue.show(KEY_DOWN, 0x11C, 10)
    assert queue.asked((0x1C, True), (0x11C, True)) == [None, 10]


def test_other_messages_are_no_keys(queue):
    queue.show(MOUSE_MOVE, A, 6000)
    queue.show(KEY_DOWN, A, 7000, kind=b"xcb_generic_event_t")
    assert queue.asked((A, True)) == [None]


def test_keys_that_nobody_asks_for_take_no_memory(queue):
    for at_ms in range(5000):
        queue.show(KEY_DOWN, A, at_ms)
    assert queue.asked((A, True)) == [5000 - 1024]


def test_only_windows_needs_it(qapp):
    assert windows_key_time(qapp) is None


def test_a_scan_whose_events_qt_stamps_late_is_judged_by_the_times_of_its_messages(
    window, station, keyboard, qapp
):
    times = iter((2**32 - 20 + 8 * place) % 2**32 for place in range(100))
    frames = []
    scanner = KeyboardScanner(frames.append, window._actions, window, key_time=lambda code, down: next(times))
    window._keyboard.remove(qapp)
    scanner.install(qapp)
    scanner.listen(on=True)
    scanner.reveal(on=True)
    for char in "SB10001":
        keyboard.at_ms += 5000
        keyboard.type_text(char)
    keyboard.enter()
    scanner.remove(qapp)
    assert [frame.raw for frame in frames] == [b"SB10001"]
