import pytest
from PySide6.QtCore import Qt

from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.password_question import PasswordWanted
from traitortrack_desktop.services.set_up import SetUpDone, SetUpProblem
from traitortrack_desktop.ui.set_up_window import SetUpWindow
from traitortrack_desktop.ui.theme import dress

WANTED = PasswordWanted(address="postgresql://station_7@db/depot", account="station_7", station="Gate 7")
WORDS = ENGLISH.database_password


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
def window(qtbot, qapp, controls):
    dress(qapp, Theme.LIGHT)
    window = SetUpWindow(
        controls, ENGLISH, theme=Theme.LIGHT, station="Gate 7", version="1.4.0", wanted=WANTED
    )
    qtbot.addWidget(window)
    window.setFixedSize(1366, 768)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


def type_password(qtbot, window, controls, text="pw-4711"):
    qtbot.keyClicks(window.screen_.password, text)
    qtbot.keyClick(window.screen_.password, Qt.Key.Key_Return)
    assert len(controls.asked) == 1


def test_the_password_is_asked_hidden_and_asked_for_once(qtbot, window, controls):
    type_password(qtbot, window, controls)
    assert (controls.asked[0].account, controls.asked[0].password) == ("station_7", "pw-4711")
    assert "pw" not in window.screen_.password.displayText()
    assert not window.screen_.submit.isEnabled()


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (SetUpProblem.ACCOUNT_REFUSED, WORDS.wrong),
        (SetUpProblem.UNREACHABLE, ENGLISH.set_up.problems[SetUpProblem.UNREACHABLE]),
    ],
)
def test_what_is_wrong_is_told_and_the_password_can_be_typed_again(qtbot, window, controls, problem, told):
    type_password(qtbot, window, controls)
    controls.answered(problem)
    qtbot.waitUntil(lambda: window.screen_.problem.text == told)
    assert window.screen_.submit.isEnabled()
    assert window.screen_.password.selectedText()


def test_what_works_closes_the_window(qtbot, window, controls):
    type_password(qtbot, window, controls)
    done = SetUpDone(database_url="postgresql://x", station="Gate 7", password_kept=True)
    controls.answered(done)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert window.done == done


def test_that_it_could_not_be_kept_is_read_before_the_station_opens(qtbot, window, controls):
    type_password(qtbot, window, controls)
    controls.answered(SetUpDone(database_url="postgresql://x", station="Gate 7", password_kept=False))
    qtbot.waitUntil(lambda: window.screen_.problem.text == ENGLISH.set_up.not_kept)
    assert window.isVisible()
    qtbot.keyClick(window.screen_.submit, Qt.Key.Key_Return)
    assert not window.isVisible()


def test_an_empty_field_is_an_answer_too(qtbot, window, controls):
    type_password(qtbot, window, controls, text="")
    assert controls.asked[0].password == ""
