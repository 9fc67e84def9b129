"""A scan while a dialog, a list, a menu or a field is open: read or refused, and nothing else happens."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from traitortrack_desktop.devices.sources import NoTap
from traitortrack_desktop.devices.tapped_keys import TappedKeys
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    KeyLine,
    ScannerProfile,
    ScannerRole,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CODE = "AB12C04F7K"


def codes(station):
    return [(frame.kind.value, frame.raw.decode()) for frame in station.submitted]


@pytest.fixture
def text_field(window, settle):
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    settle()
    return field


@pytest.fixture
def dialog(qtbot, window, settle):
    """A dialog with a field and two buttons, the first of which Qt makes the one for Enter."""

    class Asking(QDialog):
        def __init__(self, parent):
            super().__init__(parent)
            self.pressed = []
            column = QVBoxLayout(self)
            self.field = QLineEdit()
            self.delete = QPushButton("&Delete")
            self.keep = QPushButton("&Keep")
            for widget in (self.field, self.delete, self.keep):
                column.addWidget(widget)
            for button in (self.delete, self.keep):
                button.clicked.connect(lambda *_, button=button: self.pressed.append(button.text()))

    dialog = Asking(window)
    dialog.setModal(True)
    with qtbot.waitExposed(dialog):
        dialog.show()
    window._keyboard._since_other_window.invalidate()
    yield dialog
    dialog.close()


def with_profiles(window, *prefixes):
    window._keyboard.take_profiles(
        [
            ScannerProfile(
                name=prefix,
                connection=Connection.KEYBOARD,
                identity=KEYBOARD,
                role=ScannerRole.PARENTS,
                keys=KeyLine(prefix=prefix),
            )
            for prefix in prefixes
        ]
    )


def test_a_scan_answers_no_message_box(qtbot, window, station, keyboard_of):
    buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No
    box = QMessageBox(QMessageBox.Icon.Question, "", "Delete?", buttons, window)
    answers = []
    box.finished.connect(answers.append)
    with qtbot.waitExposed(box):
        box.open()
    window._keyboard._since_other_window.invalidate()
    keyboard_of(box).scan("aby n 12")
    assert (codes(station), answers, box.isVisible()) == ([("complete", "aby n 12")], [], True)
    box.close()


def test_a_scan_into_a_dialogs_field_presses_no_button_and_types_nothing(dialog, station, keyboard_of):
    dialog.field.setFocus()
    keyboard_of(dialog).scan(CODE)
    assert (codes(station), dialog.field.text(), dialog.pressed) == ([("complete", CODE)], "", [])


def test_a_scan_with_two_ends_presses_no_button(dialog, station, keyboard_of):
    dialog.field.setFocus()
    keyboard = keyboard_of(dialog)
    keyboard.scan(CODE)
    keyboard.enter()
    assert dialog.pressed == []


def test_a_scan_on_a_focused_button_does_not_press_it(dialog, station, keyboard_of):
    dialog.keep.setFocus()
    keyboard = keyboard_of(dialog)
    keyboard.scan(" k d ")
    keyboard.enter()
    assert (codes(station), dialog.pressed) == ([("complete", " k d ")], [])


def test_enter_typed_by_a_person_in_a_dialogs_field_still_presses_the_button_of_the_dialog(
    dialog, station, keyboard_of
):
    dialog.field.setFocus()
    keyboard = keyboard_of(dialog)
    for char in "left":
        keyboard.type_text(char)
        keyboard.at_ms += 150
    keyboard.enter()
    assert (dialog.field.text(), dialog.pressed, station.submitted) == ("left", ["&Delete"], [])


def test_a_person_can_walk_through_a_dialog_with_tab(dialog, keyboard_of, settle):
    dialog.field.setFocus()
    keyboard = keyboard_of(dialog)
    keyboard.stroke(Qt.Key.Key_Tab, 15, "\t")
    keyboard.at_ms += 900
    assert dialog.delete.hasFocus()
    keyboard.stroke(Qt.Key.Key_Tab, 15, "\t")
    assert dialog.keep.hasFocus()


def test_escape_still_closes_a_dialog(dialog, station, keyboard_of):
    keyboard_of(dialog).stroke(Qt.Key.Key_Escape, 1, "\x1b")
    assert not dialog.isVisible()
    assert station.submitted == []


def test_space_on_a_button_of_a_dialog_is_no_reading(window, dialog, station, keyboard_of, qtbot):
    window._keyboard.listen(on=False)
    dialog.keep.setFocus()
    keyboard_of(dialog).stroke(Qt.Key.Key_Space, 57, " ")
    qtbot.waitUntil(lambda: not window._keyboard._collector.is_collecting)
    assert station.submitted == []


@pytest.mark.parametrize("editable", [False, True])
def test_a_scan_changes_no_choice_neither_closed_nor_open(window, station, keyboard, settle, editable):
    combo = QComboBox(window)
    combo.addItems(["Alpha", "AB12", "Beta"])
    combo.setEditable(editable)
    combo.show()
    combo.setFocus()
    settle()
    keyboard.scan(CODE)
    combo.showPopup()
    settle()
    keyboard.at_ms += 2000
    keyboard.scan("B" + CODE)
    assert (combo.currentIndex(), combo.currentText()) == (0, "Alpha")
    assert codes(station) == [("complete", CODE), ("complete", "B" + CODE)]
    combo.hidePopup()


def test_a_scan_chooses_nothing_of_an_open_menu(window, station, keyboard_of, settle):
    menu, chosen = QMenu(window), []
    for name in ("&Add", "&Bill", "&Close"):
        menu.addAction(name).triggered.connect(lambda *_, name=name: chosen.append(name))
    menu.popup(window.pos())
    settle()
    keyboard_of(menu).scan("abc 12")
    assert (codes(station), chosen, menu.isVisible()) == ([("complete", "abc 12")], [], True)
    menu.close()


@pytest.mark.parametrize("kind", [QSpinBox, QPlainTextEdit])
def test_a_scan_changes_no_number_and_no_text(window, station, keyboard, settle, kind):
    field = kind(window)
    field.show()
    field.setFocus()
    settle()
    before = field.property("text") if kind is QSpinBox else field.toPlainText()
    keyboard.scan("4006381")
    after = field.property("text") if kind is QSpinBox else field.toPlainText()
    assert (before, codes(station)) == (after, [("complete", "4006381")])


def test_what_a_person_types_comes_to_the_field_a_moment_later(text_field, station, keyboard, qtbot):
    keyboard.type_text("x")
    assert text_field.text() == ""
    qtbot.waitUntil(lambda: text_field.text() == "x")
    assert station.submitted == []


def test_backspace_and_arrows_and_paste_work_in_a_field(text_field, keyboard, qapp):
    qapp.clipboard().setText("7")
    control = Qt.KeyboardModifier.ControlModifier
    for char in "abc":
        keyboard.type_text(char)
        keyboard.at_ms += 150
    keyboard.stroke(Qt.Key.Key_Backspace, 14, "\b")
    keyboard.stroke(Qt.Key.Key_Left, 105)
    keyboard.at_ms += 300
    keyboard.stroke(Qt.Key.Key_V, 47, "\x16", control)
    assert text_field.text() == "a7b"


def test_a_person_who_types_faster_than_the_screen_follows_is_no_scanner(text_field, station, keyboard):
    """All keys arrive at once behind a stall; only their times are a person's."""
    for char in "amina07":
        keyboard.at_ms += 150
        keyboard.type_text(char)
    keyboard.at_ms += 200
    keyboard.enter()
    assert (text_field.text(), station.submitted) == ("amina07", [])


def test_a_fast_beginning_without_an_end_is_told_as_a_part_and_not_typed(
    text_field, station, keyboard, qtbot
):
    keyboard.type_text(CODE)
    qtbot.waitUntil(lambda: codes(station) == [("partial", CODE)])
    assert text_field.text() == ""


def test_a_shortcut_takes_nothing_of_a_scan_into_a_field(text_field, window, station, keyboard):
    fired = []
    for keys in ("B", "Ctrl+J", "Ctrl+]"):
        QShortcut(QKeySequence(keys), window).activated.connect(lambda: fired.append(True))
    keyboard.type_text("AB12")
    keyboard.stroke(Qt.Key.Key_BracketRight, 27, "\x1d", Qt.KeyboardModifier.ControlModifier)
    keyboard.scan("34")
    assert (codes(station), fired, text_field.text()) == ([("complete", "AB12\x1d34")], [], "")


def test_stx_begins_a_reading_in_a_field_too(text_field, window, station, keyboard):
    with_profiles(window, "\x02")
    control = Qt.KeyboardModifier.ControlModifier
    keyboard.stroke(Qt.Key.Key_B, 48, "\x02", control)
    for char in "AB1":
        keyboard.at_ms += 300
        keyboard.type_text(char)
    keyboard.stroke(Qt.Key.Key_C, 46, "\x03", control)
    assert (codes(station), text_field.text()) == ([("complete", "AB1")], "")


def test_a_scan_that_begins_in_a_field_and_goes_on_outside_is_whole(text_field, station, keyboard, settle):
    keyboard.type_text("AB12")
    text_field.clearFocus()
    settle()
    keyboard.scan("C04F7K")
    assert (codes(station), text_field.text()) == ([("complete", CODE)], "")


def test_a_scan_whose_beginning_was_typed_into_a_field_that_closed_is_garbled(
    text_field, station, keyboard, settle, qtbot
):
    keyboard.type_text("AB1")
    qtbot.waitUntil(lambda: text_field.text() == "AB1")
    text_field.clearFocus()
    settle()
    keyboard.scan("2C04F7K")
    assert codes(station) == [("garbled", "2C04F7K")]


def test_a_scan_that_goes_on_in_a_field_that_opened_is_whole(window, station, keyboard, settle):
    keyboard.type_text("AB12")
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    settle()
    keyboard.scan("C04F7K")
    assert (codes(station), field.text()) == ([("complete", CODE)], "")


def test_a_character_that_an_input_method_made_spoils_the_scan_and_is_not_typed(
    text_field, station, keyboard
):
    keyboard.type_text("AB12")
    composed = QInputMethodEvent()
    composed.setCommitString("\xea")
    QCoreApplication.sendEvent(text_field, composed)
    keyboard.scan("34")
    assert (codes(station), text_field.text()) == ([("garbled", "AB1234")], "")


def test_a_character_that_an_input_method_made_for_a_person_is_typed_in_its_place(
    text_field, keyboard, qtbot
):
    keyboard.type_text("a")
    composed = QInputMethodEvent()
    composed.setCommitString("\xea")
    QCoreApplication.sendEvent(text_field, composed)
    keyboard.type_text("b")
    qtbot.waitUntil(lambda: text_field.text() == "a\xeab")


def test_what_is_scanned_into_a_passwords_field_is_refused_without_being_told(text_field, station, keyboard):
    text_field.setEchoMode(QLineEdit.EchoMode.Password)
    keyboard.scan("Sesame77")
    assert (codes(station), text_field.text()) == ([("garbled", "")], "")


def test_a_badge_scanned_into_a_passwords_field_is_read(text_field, station, keyboard):
    text_field.setEchoMode(QLineEdit.EchoMode.Password)
    keyboard.scan("TT-BADGE-7")
    assert codes(station) == [("complete", "TT-BADGE-7")]


def test_a_recording_sees_scans_and_never_what_is_typed(window, text_field, keyboard, settle):
    class Tap(NoTap):
        def __init__(self):
            self.codes, self.frames = [], []

        def key_came(self, source, stroke, *, down):
            self.codes.append((stroke.code, down))

        def framed(self, frame):
            self.frames.append(frame.raw)

    tap = Tap()
    window._keyboard._tapped = TappedKeys(tap)
    for char in "secret":
        keyboard.at_ms += 150
        keyboard.type_text(char)
    keyboard.enter()
    assert (tap.codes, tap.frames) == ([], [])
    keyboard.at_ms += 2000
    keyboard.scan("1234567")
    assert [code for code, down in tap.codes if down] == [2, 3, 4, 5, 6, 7, 8, 28]
    assert tap.frames == [b"1234567"]


def test_during_set_up_readings_are_heard_with_everything_and_not_submitted(window, station, keyboard):
    heard = []
    window._keyboard.hear(heard.append)
    keyboard.scan("Ab1")
    window._keyboard.hear(None)
    (reading,) = heard
    assert (reading.raw, reading.codes, reading.text) == (b"Ab1\r", (30, 48, 2, 28), "Ab1\r")
    assert (reading.gaps_ms, reading.terminated) == ((12, 12, 12), True)
    assert station.submitted == []


def test_a_reading_that_nothing_ended_is_heard_as_such(window, keyboard, qtbot):
    heard = []
    window._keyboard.hear(heard.append)
    keyboard.type_text("Ab1")
    qtbot.waitUntil(lambda: len(heard) == 1)
    assert (heard[0].terminated, heard[0].kind) == (False, FrameKind.PARTIAL)


def test_two_scanners_are_told_apart_by_their_prefixes(window, station, keyboard):
    with_profiles(window, "`1", "`2")
    keyboard.scan("`1AB12")
    keyboard.scan("`2AB12")
    keyboard.scan("AB12")
    assert [(frame.source, frame.kind.value) for frame in station.submitted] == [
        ("keyboard:`1", "complete"),
        ("keyboard:`2", "complete"),
        ("keyboard", "garbled"),
    ]


def test_a_function_key_inside_a_scan_is_the_scanners_and_spoils_it(station, keyboard):
    keyboard.type_text("AB1")
    keyboard.stroke(Qt.Key.Key_F2, 60)
    keyboard.scan("2")
    assert codes(station) == [("garbled", "AB12")]


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_F4, Qt.Key.Key_F10, Qt.Key.Key_Escape])
@pytest.mark.parametrize("gap_ms", [55, 88])
def test_a_function_key_inside_a_slow_scan_does_nothing_and_spoils_it(window, station, keyboard, key, gap_ms):
    """A key goes up 4 ms after it went down, and its shortcut comes 4 ms before it does."""
    for char in "ab1":
        keyboard.type_text(char)
        keyboard.at_ms += gap_ms
    keyboard.stroke(key, 60)
    for char in "cd3":
        keyboard.at_ms += gap_ms
        keyboard.type_text(char)
    keyboard.enter()
    assert codes(station) == [("garbled", "ab1cd3")]
    assert not window.controller.around.menu_open


def test_an_action_key_that_a_person_presses_amid_a_reading_acts_and_spoils_it(station, keyboard):
    keyboard.type_text("ab1")
    keyboard.at_ms += 300
    keyboard.stroke(Qt.Key.Key_F2, 60)
    keyboard.scan("cd3")
    assert codes(station) == [("complete", "TT-CMD-UNDO"), ("garbled", "ab1cd3")]


def test_a_function_key_that_stands_for_a_separator_is_one(window, station, keyboard):
    window._keyboard.take_profiles(
        [
            ScannerProfile(
                name="left",
                connection=Connection.KEYBOARD,
                identity=KEYBOARD,
                keys=KeyLine(separator="key:66"),
            )
        ]
    )
    keyboard.type_text("01")
    keyboard.stroke(Qt.Key.Key_F8, 66)
    keyboard.scan("21")
    assert codes(station) == [("complete", "01\x1d21")]


@pytest.mark.parametrize("event", [QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress])
def test_alt_typed_digits_reach_no_menu(window, keyboard, event):
    alt = Qt.KeyboardModifier.AltModifier
    assert keyboard.send(event, Qt.Key.Key_1, 79, "1", alt)


def beside(qtbot, window):
    """A dialog that has just opened. Qt drops keys that still arrive for the window behind it."""
    dialog = QDialog(window)
    dialog.setModal(True)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def test_a_scan_that_begins_as_a_dialog_opens_is_refused(window, station, keyboard_of, qtbot):
    dialog = beside(qtbot, window)
    keyboard_of(dialog).scan("4F7K")
    assert codes(station) == [("garbled", "4F7K")]
    dialog.close()


def test_a_scan_that_a_dialog_opens_upon_is_refused(window, station, keyboard, qtbot):
    keyboard.type_text("AB12")
    dialog = beside(qtbot, window)
    keyboard._window = dialog
    keyboard.scan("7K")
    assert codes(station) == [("garbled", "AB127K")]
    dialog.close()
