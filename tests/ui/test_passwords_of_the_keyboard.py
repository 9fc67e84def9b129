"""A password that the keyboard scanner reads, typed or scanned, is refused and told to nobody."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from traitortrack_desktop.devices.recording import Recorder
from traitortrack_desktop.devices.tapped_keys import TappedKeys

PASSWORD = "s3cretpass"


@pytest.fixture
def recorder(tmp_path):
    recorder = Recorder(tmp_path / "recording.jsonl")
    yield recorder
    recorder.close()


class KeyTap:
    def __init__(self):
        self.typed, self.frames = "", []

    def key_came(self, source, stroke, *, down):
        self.typed += stroke.text if down else ""

    def framed(self, frame):
        self.frames.append((frame.kind.value, frame.raw.decode()))


@pytest.fixture
def tap():
    return KeyTap()


@pytest.fixture
def signing_in(open_window, tap):
    window = open_window()
    window._keyboard._since_other_window.invalidate()
    window._keyboard._tapped = TappedKeys(tap)
    return window


@pytest.fixture
def keyboard(signing_in, keyboard_of):
    return keyboard_of(signing_in)


def told(station):
    return [(frame.kind.value, frame.raw.decode()) for frame in station.submitted]


def busy(screen):
    screen.set_busy(busy=True)


def on_the_button(screen):
    screen.submit.setFocus()


def nowhere(screen):
    QApplication.focusWidget().clearFocus()


PLACES = [busy, on_the_button, nowhere]


@pytest.mark.parametrize("gap_ms", [0, 180], ids=["scanned", "typed"])
@pytest.mark.parametrize("place", PLACES)
def test_beside_the_fields_of_the_sign_in(signing_in, station, keyboard, *, tap, place, gap_ms):
    place(signing_in.sign_in_screen)
    for char in PASSWORD:
        keyboard.at_ms += gap_ms
        keyboard.type_text(char)
    keyboard.at_ms += gap_ms
    keyboard.enter()
    assert told(station) == tap.frames == [("garbled", "")]
    assert tap.typed == ""


@pytest.mark.parametrize("place", PLACES)
def test_without_an_end(signing_in, station, keyboard, tap, place):
    place(signing_in.sign_in_screen)
    keyboard.type_text(PASSWORD)
    signing_in._keyboard._let_go()
    assert (told(station), tap.typed) == ([("garbled", "")], "")


def test_in_a_login_barcode_with_the_name(signing_in, station, keyboard, tap):
    signing_in.sign_in_screen.username.setFocus()
    keyboard.type_text("roperator")
    keyboard.stroke(Qt.Key.Key_Tab, 15, "\t")
    keyboard.scan(PASSWORD)
    assert told(station) == tap.frames == [("garbled", "")] * 2
    assert tap.typed == ""


@pytest.mark.parametrize("password", ["TT-Secretpass", "tt-cmd-7", "TT-CMDpass", "TT-TESTpass", "TT-badge-1"])
def test_that_begins_nearly_like_our_own_codes(signing_in, station, keyboard, tap, password):
    signing_in.sign_in_screen.password.setFocus()
    keyboard.scan(password)
    assert (told(station), tap.typed) == ([("garbled", "")], "")


def test_into_a_field_that_goes_in_the_middle(signing_in, station, keyboard, tap):
    signing_in.sign_in_screen.password.setFocus()
    keyboard.type_text("s3cret")
    busy(signing_in.sign_in_screen)
    keyboard.scan("pass")
    assert (told(station), tap.typed) == ([("garbled", "")], "")


def test_into_a_passwords_field_that_goes_in_the_middle_beside_scans(window, station, keyboard_of, settle):
    field = QLineEdit(window)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.show()
    field.setFocus()
    settle()
    keyboard = keyboard_of(window)
    keyboard.type_text("s3cret")
    field.clearFocus()
    settle()
    keyboard.scan("pass")
    assert told(station) == [("garbled", "")]


@pytest.mark.parametrize("gap_ms", [0, 180], ids=["scanned", "typed"])
def test_while_the_answer_to_the_sign_in_comes(signing_in, station, keyboard, *, tap, settle, gap_ms):
    station.start()
    busy(signing_in.sign_in_screen)
    for place, char in enumerate(PASSWORD):
        if place == 4:
            station.be_operated_by("r.operator")
            settle()
        keyboard.at_ms += gap_ms
        keyboard.type_text(char)
    keyboard.enter()
    assert (told(station), tap.typed) == ([("garbled", "")], "")


def test_the_rest_of_it_after_a_part_was_refused(signing_in, station, keyboard, tap, settle):
    station.start()
    busy(signing_in.sign_in_screen)
    keyboard.type_text("s3cr")
    signing_in._keyboard._let_go()
    station.be_operated_by("r.operator")
    settle()
    keyboard.at_ms += 400
    keyboard.scan("etpass")
    assert (told(station), tap.typed) == ([("garbled", "")] * 2, "")


def test_in_a_recording_that_goes_on(signing_in, station, keyboard, *, recorder, settle, tmp_path):
    signing_in._keyboard._tapped = TappedKeys(recorder)
    nowhere(signing_in.sign_in_screen)
    keyboard.scan(PASSWORD)
    station.start()
    station.be_operated_by("r.operator")
    settle()
    keyboard.at_ms += 3000
    for code in ("sb10001", "sb10002"):
        keyboard.scan(code)
    recorder.close()
    recorded = (tmp_path / "recording.jsonl").read_text()
    assert "sb10002" in recorded
    assert "::p" not in recorded
    assert "3cre" not in recorded


@pytest.mark.parametrize("code", ["TT-CMD-UNDO", "TT-SETUP 1", "TT-TEST-3"])
def test_our_own_codes_are_no_passwords(signing_in, station, keyboard, tap, code):
    signing_in.sign_in_screen.password.setFocus()
    keyboard.scan(code)
    assert told(station) == tap.frames == [("complete", code)]
    assert tap.typed == code + "\r"


@pytest.mark.parametrize("place", [*PLACES, lambda screen: screen.password.setFocus()])
def test_a_badge_is_read_and_not_recorded(signing_in, station, keyboard, tap, place):
    place(signing_in.sign_in_screen)
    keyboard.scan("TT-BADGE-7")
    assert told(station) == [("complete", "TT-BADGE-7")]
    assert (tap.frames, tap.typed) == ([("garbled", "")], "")


def test_part_of_a_badge_is_refused_without_content(signing_in, station, keyboard):
    nowhere(signing_in.sign_in_screen)
    keyboard.type_text("TT-BADGE-77")
    signing_in._keyboard._let_go()
    assert told(station) == [("garbled", "")]


def test_after_the_sign_in_scans_are_told_again(signing_in, station, keyboard, tap, settle):
    keyboard.scan(PASSWORD)
    station.start()
    station.be_operated_by("r.operator")
    settle()
    keyboard.at_ms += 900
    keyboard.scan("SB10001")
    assert told(station)[-1] == ("complete", "SB10001")
    assert tap.typed == "SB10001\r"
