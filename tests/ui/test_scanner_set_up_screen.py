import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from fakes.fake_scanner_desk import (
    LEFT,
    PLAIN,
    RECORDING,
    RIGHT,
    SITUATIONS,
    FakeScannerDesk,
    press,
    screen_with,
    ten_passed,
)
from fakes.heard_readings import CODE, CODE_WITH_SEPARATOR, key_gun, keyed, sent, serial_gun
from PySide6.QtCore import Qt, QThread
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Feedback, ScannerRole
from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.scanner_acts import ScannerAct
from traitortrack_desktop.presentation.sound_roles import SoundRole
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_set_up import TEST_CODES, ScannerStep
from traitortrack_desktop.ui.scanner_set_up_presses import SMALLEST_TARGET, PressButton
from traitortrack_desktop.ui.theme import dress

WORDS = ENGLISH.scanner_set_up


@pytest.fixture
def desk():
    return FakeScannerDesk()


@pytest.fixture
def open_screen(qtbot, qapp, desk):
    def open_screen(*, size=(1366, 768), theme=Theme.LIGHT, **more):
        dress(qapp, theme)
        screen = screen_with(desk, PALETTES[theme], **more)
        qtbot.addWidget(screen, before_close_func=lambda screen: screen.end())
        screen.setFixedSize(*size)
        with qtbot.waitExposed(screen):
            screen.show()
        screen.begin()
        return screen

    return open_screen


@pytest.fixture
def screen(open_screen):
    return open_screen()


@pytest.fixture
def click(qtbot, screen, settle):
    """Press the visible button of an act, as a mouse does."""

    def click(act, value=None):
        settle()
        (button,) = [
            button
            for button in screen.findChildren(PressButton)
            if button.isVisible() and button.press_.act is act and value in {None, button.press_.value}
        ]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        settle()

    return click


def said(screen):
    return screen.saying.saying


# -- the whole way


def test_a_scanner_is_set_up_with_the_mouse_and_the_scanner_alone(screen, desk, click, settle):
    desk.plug(serial_gun())
    click(ScannerAct.ADD_LEFT)
    assert "LEFT" in screen.heading.accessibleName()
    desk.send(*[sent(CODE)] * 5)
    click(ScannerAct.ROLE, ScannerRole.CHILDREN)
    click(ScannerAct.SIGNAL, "Datalogic")
    click(ScannerAct.TEST)
    desk.send(*(sent(code) for code in TEST_CODES))
    click(ScannerAct.SAVE)
    (profile,) = desk.kept
    assert (profile.name, profile.role) == ("left", ScannerRole.CHILDREN)
    assert (profile.maker, profile.serial.feedback) == ("Datalogic", Feedback.DATALOGIC)
    assert said(screen).heading == WORDS.saved.heading
    assert "left" in screen.list_page.here.painted


def test_the_boxes_fill_as_scans_come_in(screen, desk, click, settle):
    click(ScannerAct.ADD_LEFT)
    desk.send(sent(CODE), sent(CODE))
    settle()
    assert screen.code_page.boxes.boxes == (True, True, False, False, False)


def test_a_name_may_be_typed(screen, desk, click, qtbot, settle):
    click(ScannerAct.ADD)
    desk.send(*[sent(CODE)] * 5)
    settle()
    line = screen.name_page.line
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(line, "dock 3")
    click(ScannerAct.TEST)
    assert screen.controller.facts.set_up.name == "dock 3"
    assert screen.controller.facts.set_up.step is ScannerStep.TEST


def test_a_typed_name_may_begin_like_a_suggested_one(screen, desk, click, qtbot, settle):
    click(ScannerAct.ADD)
    desk.send(*[sent(CODE)] * 5)
    settle()
    qtbot.keyClicks(screen.name_page.line, "left dock")
    assert screen.name_page.line.text() == "left dock"
    assert screen.controller.facts.set_up.name == "left dock"


def test_every_reading_of_the_set_up_is_heard(screen, desk, click, settle):
    sounds = []
    screen.sounded.connect(sounds.append)
    desk.send(sent("SB10001"))
    click(ScannerAct.ADD_LEFT)
    desk.send(*[sent(CODE)] * 5, sent("ignored"))
    click(ScannerAct.TEST)
    desk.send(*(sent(code) for code in TEST_CODES[:9]), sent("TT-TEST-0"), sent(TEST_CODES[9]))
    click(ScannerAct.TEN_AGAIN)
    desk.send(*(sent(code) for code in TEST_CODES))
    settle()
    ok, attention, complete = SoundRole.OK, SoundRole.ATTENTION, SoundRole.COMPLETE
    assert sounds == [*[ok] * 4, complete, *[ok] * 9, attention, attention, *[ok] * 9, complete]


def test_a_press_takes_the_place_of_a_typed_name(screen, desk, click, qtbot, settle):
    click(ScannerAct.ADD)
    desk.send(*[sent(CODE)] * 5)
    settle()
    qtbot.keyClicks(screen.name_page.line, "dock")
    click(ScannerAct.NAME_RIGHT)
    assert screen.name_page.line.text() == ""
    assert screen.controller.facts.set_up.name == "right"


def test_without_a_name_it_does_not_go_on(screen, desk, click):
    click(ScannerAct.ADD)
    desk.send(*[sent(CODE)] * 5)
    click(ScannerAct.TEST)
    assert said(screen).heading == "NO NAME"
    assert screen.controller.facts.set_up.step is ScannerStep.NAME


def test_a_scanner_cannot_be_saved_before_ten_good_scans(screen, desk, click, qtbot, settle):
    click(ScannerAct.ADD_LEFT)
    desk.send(*[sent(CODE)] * 5)
    click(ScannerAct.TEST)
    desk.send(*(sent(code) for code in TEST_CODES[:9]))
    click(ScannerAct.SAVE)
    assert desk.kept == []


def test_what_could_not_be_saved_is_said_and_saved_at_the_next_press(screen, desk, click):
    ten_passed(desk, screen)
    desk.unwritable = True
    click(ScannerAct.SAVE)
    assert said(screen).heading == "NOT SAVED"
    desk.unwritable = False
    click(ScannerAct.SAVE)
    assert [profile.name for profile in desk.kept] == ["left"]


def test_a_scanner_set_up_again_under_another_name_is_there_once(screen, desk, click, settle):
    desk.kept = [LEFT]
    desk.plug(serial_gun(), key_gun())
    click(ScannerAct.SET_UP_AGAIN)
    desk.send(*[keyed(CODE, key_gun())] * 5)
    click(ScannerAct.NAME_RIGHT)
    click(ScannerAct.TEST)
    desk.send(*(keyed(code, key_gun()) for code in TEST_CODES))
    click(ScannerAct.SAVE)
    assert [(profile.name, profile.source) for profile in desk.kept] == [("right", RIGHT.source)]


def test_a_second_plain_wedge_is_refused_with_what_to_do(screen, desk, click, settle):
    desk.kept = [PLAIN]
    desk.plug()
    click(ScannerAct.ADD_RIGHT)
    desk.send(*[keyed(CODE)] * 5)
    settle()
    assert screen.controller.facts.set_up.step is ScannerStep.PAIR
    assert "=1" in said(screen).now
    assert said(screen).fact


# -- threads and the desk


def test_a_reading_of_another_thread_is_taken_on_the_gui_thread(screen, desk, click, qtbot):
    click(ScannerAct.ADD_LEFT)
    threads = []
    screen.controller.facts_changed.connect(lambda: threads.append(QThread.currentThread()))
    thread = threading.Thread(target=desk.send, args=[sent(CODE)] * 5)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: screen.controller.facts.set_up.step is ScannerStep.NAME)
    assert set(threads) == {screen.thread()}


def test_it_looks_when_it_begins_and_listens_until_it_ends(screen, desk):
    assert desk.looked == 1
    assert desk.listening is not None
    screen.end()
    screen.end()
    assert desk.listening is None


def test_what_comes_after_the_end_changes_nothing(screen, desk, settle):
    heard, changed = desk.listening
    screen.end()
    heard(sent(CODE))
    changed()
    settle()
    assert screen.controller.facts.heard == 0


def test_a_reading_on_its_way_when_it_ended_is_not_heard_by_the_next_set_up(screen, desk, settle):
    desk.send(sent(CODE))
    screen.end()
    screen.begin()
    settle()
    assert screen.controller.facts.heard == 0


def test_leaving_gives_the_scanners_back(screen, desk, click, qtbot):
    with qtbot.waitSignal(screen.left):
        click(ScannerAct.LEAVE)
    assert desk.listening is None


def test_an_unplugged_scanner_is_said_and_goes_on_when_it_is_back(screen, desk, click, settle):
    desk.plug(serial_gun())
    click(ScannerAct.ADD_LEFT)
    desk.send(sent(CODE))
    settle()
    desk.plug()
    settle()
    assert said(screen).heading == "UNPLUGGED"
    desk.plug(serial_gun(place="/dev/ttyACM1"))
    settle()
    assert said(screen).heading == "GOOD"


# -- nothing but a finger presses


@pytest.mark.parametrize("situation", SITUATIONS)
def test_neither_enter_nor_space_nor_tab_presses_anything(screen, desk, qtbot, settle, situation):
    SITUATIONS[situation](desk, screen)
    settle()
    before = (screen.controller.facts.set_up, screen.controller.facts.guide_open, list(desk.kept))
    screen.activateWindow()
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_L):
        qtbot.keyClick(screen.window(), key)
    settle()
    assert (screen.controller.facts.set_up, screen.controller.facts.guide_open, desk.kept) == before
    assert not any(button.hasFocus() for button in screen.findChildren(QAbstractButton))


def test_there_is_one_text_field_that_only_a_click_gives_the_focus(screen):
    (line,) = screen.findChildren(QLineEdit)
    assert line.focusPolicy() == Qt.FocusPolicy.ClickFocus
    assert screen.findChildren(QPushButton) == []


def test_the_text_field_keeps_no_focus_when_its_page_is_left(screen, desk, click, qtbot, settle):
    click(ScannerAct.ADD_LEFT)
    desk.send(*[sent(CODE)] * 5)
    settle()
    screen.name_page.line.setFocus()
    click(ScannerAct.TEST)
    assert not screen.name_page.line.hasFocus()


# -- the list


def test_readings_are_counted_at_the_scanner_they_came_from(screen, desk, settle):
    desk.kept = [LEFT, RIGHT]
    desk.plug(serial_gun(), key_gun())
    settle()
    desk.send(sent("SB10001"), sent("AB12C"), keyed("AB12C", key_gun()), sent("x", serial_gun("B2")))
    settle()
    painted = screen.list_page.here.painted
    assert "2 readings" in painted
    assert "1 reading" in painted


@pytest.mark.parametrize("problem", ScannerProblem)
def test_every_problem_of_a_device_has_its_sentence_at_the_device(screen, desk, settle, problem):
    desk.plug(serial_gun(problem=problem))
    settle()
    assert WORDS.problems[problem] in screen.list_page.attached.painted


def test_a_scanner_is_forgotten_at_the_second_press(screen, desk, click, settle):
    desk.kept = [LEFT, RIGHT]
    desk.plug(serial_gun(), key_gun())
    click(ScannerAct.FORGET, LEFT.source)
    assert desk.kept == [LEFT, RIGHT]
    click(ScannerAct.FORGET_NOW, LEFT.source)
    assert desk.kept == [RIGHT]
    assert said(screen).heading == WORDS.forgotten.heading


def test_any_other_press_takes_the_first_one_back(screen, desk, click):
    desk.kept = [LEFT]
    desk.plug(serial_gun())
    click(ScannerAct.FORGET)
    click(ScannerAct.RECORD)
    assert screen.controller.facts.to_forget == ""
    assert desk.kept == [LEFT]


def test_a_scanner_that_could_not_be_forgotten_is_still_there(screen, desk, click):
    desk.kept = [LEFT]
    desk.plug(serial_gun())
    desk.unwritable = True
    click(ScannerAct.FORGET)
    click(ScannerAct.FORGET_NOW)
    assert said(screen).heading == WORDS.not_forgotten.heading
    assert "left" in screen.list_page.here.painted


def test_recording_says_where_its_file_is_and_goes_on_after_the_set_up(screen, desk, click):
    click(ScannerAct.RECORD)
    assert said(screen).fact == str(RECORDING)
    screen.end()
    screen.begin()
    assert str(RECORDING) in said(screen).fact
    click(ScannerAct.RECORD_END)
    assert desk.recording is None


def test_a_recording_that_could_not_begin_is_said(screen, desk, click):
    desk.recordable = False
    click(ScannerAct.RECORD)
    assert said(screen).heading == WORDS.not_recording.heading


@pytest.mark.parametrize(
    ("written", "heading"),
    [(Path("/tmp/sheet.pdf"), WORDS.printed.heading), (None, WORDS.not_printed.heading)],
)
def test_printing_says_how_it_went(open_screen, settle, written, heading):
    screen = open_screen(printed=written)
    press(screen, ScannerAct.PRINT)
    assert said(screen).heading == heading


def test_printing_in_the_middle_of_a_set_up_says_how_it_went_too(screen, desk, click, settle):
    click(ScannerAct.ADD_LEFT)
    click(ScannerAct.PRINT)
    assert said(screen).heading == WORDS.printed.heading
    desk.send(sent(CODE))
    settle()
    assert said(screen).heading == "GOOD"


# -- the guide


def test_the_guide_shows_at_once_that_something_came(screen, desk, click, settle):
    click(ScannerAct.GUIDE)
    desk.send(sent(b"\xf3\x80", kind=FrameKind.GARBLED))
    settle()
    facts = [check.fact for check in screen.guide_page.checks.checks]
    assert WORDS.checks["heard"].well.format(count="1 reading", name="Gryphon GD4500") in facts
    assert WORDS.checks["understood"].bad in facts


def test_a_key_that_becomes_no_reading_is_a_sign_of_life(screen, click, qtbot):
    click(ScannerAct.GUIDE)
    qtbot.keyClick(screen, Qt.Key.Key_A)
    assert WORDS.signs_of_life in [check.fact for check in screen.guide_page.checks.checks]


def test_the_guide_says_when_another_window_is_in_front(screen, click):
    click(ScannerAct.GUIDE)
    screen.set_listening(listening=False)
    assert WORDS.checks["window"].bad in [check.fact for check in screen.guide_page.checks.checks]


def test_scans_for_the_guide_do_not_go_into_the_set_up_behind_it(screen, desk, click, settle):
    click(ScannerAct.ADD_LEFT)
    click(ScannerAct.GUIDE)
    desk.send(sent("4006381333931"))
    click(ScannerAct.BACK)
    assert screen.controller.facts.set_up.trouble is None


# -- looks


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_nothing_of_the_set_up_is_cut_off(open_screen, desk, settle, situation, size):
    screen = open_screen(size=size)
    SITUATIONS[situation](desk, screen)
    settle()
    screen.grab()
    assert screen.cut_off() == []
    for button in screen.findChildren(PressButton):
        if button.isVisible():
            assert button.height() >= SMALLEST_TARGET
            assert button.parentWidget().rect().contains(button.geometry())


@pytest.mark.parametrize("looks", [((1366, 768), Theme.LIGHT), ((1920, 1080), Theme.DARK)])
@pytest.mark.skipif(not shutil.which("zbarimg"), reason="needs zbar-tools")
def test_the_codes_can_be_scanned_from_the_screen(open_screen, settle, tmp_path, looks):
    screen = open_screen(size=looks[0], theme=looks[1])
    press(screen, ScannerAct.ADD_LEFT)
    settle()
    assert screen.grab().save(str(tmp_path / "shot.png"))
    read = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "shot.png"], capture_output=True, check=True)
    assert set(read.stdout.decode().split("\n")) >= {CODE, CODE_WITH_SEPARATOR}


def test_another_theme_reaches_every_part(screen, desk, settle):
    screen.take_palette(PALETTES[Theme.DARK])
    settle()
    image = screen.grab().toImage()
    assert image.pixelColor(2, 2).name() == PALETTES[Theme.DARK].window.ground
    assert image.pixelColor(100, 300).name() == PALETTES[Theme.DARK].panel.ground


def test_a_recording_that_ended_by_itself_is_not_said_to_go_on(desk, screen, qtbot):
    SITUATIONS["recording"](desk, screen)
    assert screen.controller.facts.recording_to is not None
    desk.recording = None
    desk.listening[1]()
    qtbot.waitUntil(lambda: screen.controller.facts.recording_to is None)
