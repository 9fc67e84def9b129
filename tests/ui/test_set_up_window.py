import threading
import tomllib
from uuid import uuid4

import pytest
from fakes.enrolled_stations import one_time_code
from fakes.memory_key_ring import MemoryKeyRing
from PySide6.QtCore import QRect, Qt

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.environment.secrets import DatabasePasswords
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.runtime.background_set_up import BackgroundSetUp
from traitortrack_desktop.services.set_up import FirstSetUp, SetUpDone, SetUpField, SetUpProblem
from traitortrack_desktop.storage.central.addresses import central_address
from traitortrack_desktop.storage.central.first_contact import CentralDoor
from traitortrack_desktop.ui.set_up_window import SetUpWindow
from traitortrack_desktop.ui.theme import dress

WORDS = ENGLISH.set_up
TYPED = {
    SetUpField.SERVERS: "db1:5432, db2:5432",
    SetUpField.DATABASE: "depot",
    SetUpField.ACCOUNT: "station_7",
    SetUpField.PASSWORD: "pw-4711",
}
KEPT = SetUpDone(database_url="postgresql://x", station="7", password_kept=True)
NOT_KEPT = SetUpDone(database_url="postgresql://x", station="7", password_kept=False)


class Controls:
    """Implements ``SetUpControls``; answers when told to."""

    def __init__(self):
        self.asked = []
        self.answered = None

    def connect(self, access, answered):
        self.asked.append(access)
        self.answered = answered


@pytest.fixture
def controls():
    return Controls()


@pytest.fixture
def open_set_up(qtbot, qapp):
    def open_set_up(controls, *, size=(1366, 768), theme=Theme.LIGHT):
        dress(qapp, theme)
        window = SetUpWindow(controls, ENGLISH, theme=theme, station="depot-pc", version="1.4.0")
        qtbot.addWidget(window)
        window.setFixedSize(*size)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return window

    return open_set_up


@pytest.fixture
def window(open_set_up, controls):
    return open_set_up(controls)


def type_in(qtbot, window, typed=TYPED):
    """Type as a person does, with Enter after every field."""
    for name, text in typed.items():
        line = window.screen_.lines[name]
        line.clear()
        qtbot.keyClicks(line, text)
        qtbot.keyClick(line, Qt.Key.Key_Return)


def test_enter_leads_from_field_to_field_and_then_connects(window, controls, qtbot):
    type_in(qtbot, window)
    (access,) = controls.asked
    assert access.servers == "db1:5432,db2:5432"
    assert (access.database, access.account, access.password) == ("depot", "station_7", "pw-4711")
    assert access.station == "depot-pc"


def test_the_cursor_waits_in_the_first_field(window, qtbot):
    qtbot.waitUntil(window.screen_.lines[SetUpField.SERVERS].hasFocus)


def test_the_button_connects(window, controls, qtbot):
    for name, text in TYPED.items():
        window.screen_.lines[name].setText(text)
    qtbot.mouseClick(window.screen_.submit, Qt.MouseButton.LeftButton)
    assert len(controls.asked) == 1


def test_nothing_can_be_asked_twice_while_it_tries(window, controls, qtbot):
    type_in(qtbot, window)
    qtbot.mouseClick(window.screen_.submit, Qt.MouseButton.LeftButton)
    assert len(controls.asked) == 1
    assert window.screen_.problem.text == WORDS.trying


@pytest.mark.parametrize("name", [SetUpField.SERVERS, SetUpField.DATABASE, SetUpField.ACCOUNT])
def test_a_wrong_field_is_named_and_nobody_asked(window, controls, qtbot, name):
    for each, text in TYPED.items():
        window.screen_.lines[each].setText("" if each is name else text)
    qtbot.mouseClick(window.screen_.submit, Qt.MouseButton.LeftButton)
    assert window.screen_.problem.text == WORDS.wrong[name]
    assert window.screen_.lines[name].hasFocus()
    assert controls.asked == []


@pytest.mark.parametrize("problem", SetUpProblem)
def test_every_problem_is_said_and_can_be_corrected(window, controls, qtbot, problem):
    type_in(qtbot, window)
    controls.answered(problem)
    qtbot.waitUntil(lambda: window.screen_.problem.text == WORDS.problems[problem])
    assert window.screen_.submit.isEnabled()
    assert window.screen_.lines[SetUpField.PASSWORD].text() == "pw-4711"
    assert window.isVisible()


def test_a_password_is_never_shown(window):
    line = window.screen_.lines[SetUpField.PASSWORD]
    assert line.echoMode() == line.EchoMode.Password


def test_the_window_goes_when_all_is_kept(window, controls, qtbot):
    type_in(qtbot, window)
    threading.Thread(target=controls.answered, args=(KEPT,)).start()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert window.done == KEPT


def test_a_password_that_could_not_be_kept_is_said_until_enter(window, controls, qtbot):
    type_in(qtbot, window)
    controls.answered(NOT_KEPT)
    qtbot.waitUntil(lambda: window.screen_.problem.text == WORDS.not_kept)
    assert window.isVisible()
    qtbot.keyClick(window.screen_.submit, Qt.Key.Key_Return)
    assert not window.isVisible()
    assert window.done == NOT_KEPT


def test_an_answer_after_the_person_left_changes_nothing(window, controls, qtbot, settle):
    type_in(qtbot, window)
    window.close()
    controls.answered(KEPT)
    settle()
    assert window.done is None


def test_a_defect_does_not_leave_the_person_waiting(open_set_up, qtbot, caplog):
    def defect(access):
        raise ValueError("password=pw-4711")

    window = open_set_up(BackgroundSetUp(defect))
    type_in(qtbot, window)
    qtbot.waitUntil(lambda: window.screen_.problem.text == WORDS.problems[SetUpProblem.DEFECT])
    assert "pw-4711" not in caplog.text


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768), (1920, 1080)])
def test_everything_has_its_place(open_set_up, controls, settle, size):
    window = open_set_up(controls, size=size)
    screen = window.screen_
    settle()
    shown = [screen.title, screen.hint, *screen.lines.values(), screen.submit, screen.problem]
    places = [QRect(widget.mapTo(screen, widget.rect().topLeft()), widget.size()) for widget in shown]
    assert all(screen.rect().contains(place) for place in places)
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[:i])


def test_a_code_that_is_needed_is_typed_after_it_was_asked_for(window, controls, qtbot):
    type_in(qtbot, window)
    controls.answered(SetUpProblem.CODE_NEEDED)
    qtbot.waitUntil(window.screen_.lines[SetUpField.CODE].hasFocus)

    type_in(qtbot, window, {SetUpField.CODE: "3nyg k3qq hpnq"})

    assert [access.code for access in controls.asked] == ["", "3nyg k3qq hpnq"]


def test_what_is_no_code_is_pointed_at_and_nobody_asked(window, controls, qtbot):
    for name, text in TYPED.items():
        window.screen_.lines[name].setText(text)
    type_in(qtbot, window, {SetUpField.CODE: "3nyg"})
    assert window.screen_.problem.text == WORDS.wrong[SetUpField.CODE]
    assert controls.asked == []


def test_a_real_centre_is_tried_and_kept(open_set_up, qtbot, central_url, station_url, tmp_path):
    centre, ring, file = central_address(station_url), MemoryKeyRing(), tmp_path / "station.toml"
    first = FirstSetUp(
        door=CentralDoor(DeviceId(uuid4())),
        passwords=DatabasePasswords(find=lambda: ring),
        settings_file=file,
    )
    window = open_set_up(BackgroundSetUp(first.connect))
    typed = {
        SetUpField.SERVERS: f"{centre.host}:{centre.port}",
        SetUpField.DATABASE: centre.database,
        SetUpField.ACCOUNT: centre.username,
        SetUpField.PASSWORD: "wrong",
    }
    type_in(qtbot, window, typed)
    refused = WORDS.problems[SetUpProblem.ACCOUNT_REFUSED]
    qtbot.waitUntil(lambda: window.screen_.problem.text == refused, timeout=15_000)

    type_in(qtbot, window, {SetUpField.PASSWORD: centre.password})
    needed = WORDS.problems[SetUpProblem.CODE_NEEDED]
    qtbot.waitUntil(lambda: window.screen_.problem.text == needed, timeout=15_000)

    type_in(qtbot, window, {SetUpField.CODE: one_time_code(central_url)})
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=15_000)

    assert ring.kept == {centre.username: centre.password}
    assert tomllib.loads(file.read_text()) == {
        "database_url": f"postgresql://{centre.username}@{centre.host}:{centre.port}/{centre.database}",
        "station": "depot-pc",
    }
