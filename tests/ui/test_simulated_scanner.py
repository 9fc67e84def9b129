import itertools

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QWindow

from traitortrack_desktop.devices.keystrokes import KeyStroke, KeystrokeFramer
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.simulation.shift import (
    AwaitDelivery,
    CutLine,
    Pause,
    Press,
    RestoreLine,
    Scan,
)
from traitortrack_desktop.ui.shift_player import ShiftPlayer
from traitortrack_desktop.ui.simulated_scanner import SimulatedScanner


class Keyboard(QObject):
    """Sees the key events that arrive at a window."""

    def __init__(self):
        super().__init__()
        self.presses = []
        self.releases = []

    def eventFilter(self, _watched, event):  # noqa: N802 - Qt names it
        if event.type() is QEvent.Type.KeyPress:
            self.presses.append(event.clone())
        elif event.type() is QEvent.Type.KeyRelease:
            self.releases.append(event.clone())
        return False


class RecordedLine:
    def __init__(self):
        self.orders = []

    def cut(self):
        self.orders.append("cut")

    def restore(self):
        self.orders.append("restored")


@pytest.fixture
def window(qapp):
    window = QWindow()
    yield window
    window.destroy()


@pytest.fixture
def keyboard(window):
    keyboard = Keyboard()
    window.installEventFilter(keyboard)
    return keyboard


@pytest.fixture
def scanner(window):
    return SimulatedScanner(window)


def frames_of(events):
    framer = KeystrokeFramer()
    frames = []
    for event in events:
        frames += framer.press(
            KeyStroke(
                code=event.nativeScanCode() - 8,
                text="ignored" if event.text() else "",
                shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
                at_ms=event.timestamp(),
            )
        )
    return frames, framer.is_collecting


PRINTABLE = "".join(chr(number) for number in range(0x20, 0x7F))


def test_every_printable_character_can_be_read_from_the_native_codes(scanner, keyboard):
    scanner.type_code(PRINTABLE)
    frames, _collecting = frames_of(keyboard.presses)
    assert [frame.raw.decode() for frame in frames] == [PRINTABLE]


def test_the_events_also_carry_the_text_of_a_us_layout(scanner, keyboard):
    scanner.type_code("M444-20001")
    assert "".join(event.text() for event in keyboard.presses) == "M444-20001\r"


def test_keys_come_a_few_milliseconds_apart(scanner, keyboard):
    scanner.type_code("SB10001")
    times = [event.timestamp() for event in keyboard.presses if event.text()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 2
    assert max(gaps) <= 8


def test_every_key_is_released(scanner, keyboard):
    scanner.type_code("SB10001")
    assert sorted(event.key() for event in keyboard.presses) == sorted(
        event.key() for event in keyboard.releases
    )


def test_a_broken_reading_has_no_end(scanner, keyboard):
    scanner.type_code("SB100", whole=False)
    assert frames_of(keyboard.presses) == ([], True)


def test_a_rest_after_a_broken_reading_keeps_it_apart_from_the_next(scanner, keyboard):
    scanner.type_code("SB100", whole=False)
    scanner.rest(900)
    scanner.type_code("SB10001")
    frames, _collecting = frames_of(keyboard.presses)
    assert [(frame.raw, frame.kind) for frame in frames] == [
        (b"SB100", FrameKind.PARTIAL),
        (b"SB10001", FrameKind.COMPLETE),
    ]


def test_a_character_no_keyboard_has_is_refused_before_anything_is_typed(scanner, keyboard):
    with pytest.raises(ValueError, match="cannot type"):
        scanner.type_code("SBé")
    assert keyboard.presses == []


def played(qtbot, steps, **choices):
    player = ShiftPlayer(
        steps, **{"line": RecordedLine(), "settled": lambda: True, "speed": 1000.0, **choices}
    )
    with qtbot.waitSignal(player.finished):
        player.start()


def test_a_shift_is_typed_in_order(qtbot, scanner, keyboard):
    steps = [Scan(text="SB10001"), Pause(milliseconds=900), Scan(text="0016587")]
    played(qtbot, steps, scanner=scanner)
    assert [frame.raw for frame in frames_of(keyboard.presses)[0]] == [b"SB10001", b"0016587"]


def test_time_stamps_keep_hand_speed_at_any_speed(qtbot, scanner, keyboard):
    steps = [Scan(text="AAAA1"), Pause(milliseconds=5000), Scan(text="BBBB1")]
    played(qtbot, steps, scanner=scanner)
    assert keyboard.presses[-1].timestamp() - keyboard.presses[0].timestamp() >= 5000


def test_a_command_is_pressed_as_its_key(qtbot, scanner, keyboard):
    played(qtbot, [Press(command=Command.UNDO)], scanner=scanner)
    assert [(event.key(), event.text()) for event in keyboard.presses] == [(Qt.Key.Key_F2, "")]


def test_the_line_is_cut_and_restored(qtbot, scanner):
    line = RecordedLine()
    played(qtbot, [CutLine(), RestoreLine()], scanner=scanner, line=line)
    assert line.orders == ["cut", "restored"]


def test_it_waits_until_everything_is_delivered(qtbot, scanner, keyboard):
    answers = iter([False, False, True])
    played(qtbot, [AwaitDelivery(), Scan(text="AAAA1")], scanner=scanner, settled=lambda: next(answers))
    assert next(answers, "asked until it was so") == "asked until it was so"
    assert frames_of(keyboard.presses)[0]


def test_a_stopped_player_types_nothing_more(qtbot, scanner, keyboard):
    steps = [Scan(text="AAAA1"), Scan(text="BBBB1")]
    player = ShiftPlayer(steps, scanner=scanner, line=RecordedLine(), settled=lambda: True)
    player.progressed.connect(lambda _left: player.stop())
    with qtbot.waitSignal(player.progressed):
        player.start()
    assert len(frames_of(keyboard.presses)[0]) == 1


def test_it_holds_its_hand_while_nobody_is_signed_in(qtbot, scanner, keyboard):
    signed_in = iter([False, False, True, True])
    played(qtbot, [Scan(text="AAAA1")], scanner=scanner, may_type=lambda: next(signed_in))
    assert list(signed_in) == [True]
    assert frames_of(keyboard.presses)[0]
