"""The window over a real station and a real centre: in by password, locked, on by another's badge and PIN."""

import os

import pytest
from fakes.asked_badges import RAVIS
from fakes.central_rows import children_by_parent
from fakes.signing_in import badge, person, pin

from traitortrack_desktop.assembly import assemble_station, station_time
from traitortrack_desktop.domain.entries import EntryKind, Outcome, Verdict
from traitortrack_desktop.environment import secrets
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.storage.local.answered import answered_entries
from traitortrack_desktop.ui.main_window import MainWindow
from traitortrack_desktop.ui.simulated_scanner import SimulatedScanner

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
PASSWORD, PIN = "Correct-horse-9", "493716"
PATIENCE_MS = 20_000


class NoSound:
    def play(self, role):
        pass

    def tell_silence(self, listener):
        pass


@pytest.fixture
def settings(central_url, tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "usable_back_end", lambda: None)
    person(central_url, "asha", PASSWORD, role="dispatcher")
    ravi = person(central_url, "ravi", PASSWORD, role="biller")
    badge(central_url, ravi, RAVIS)
    pin(central_url, ravi, PIN)
    return Settings(data_dir=tmp_path / "data", station="7", database_url=central_url)


@pytest.fixture
def station(settings):
    station = assemble_station(settings, sign_in_required=True, for_people=True)
    yield station
    station.stop()


@pytest.fixture
def window(station, qtbot):
    window = MainWindow(
        station, tongue=Tongue(), theme=Theme.LIGHT, now=station_time, sound=NoSound(), version="1"
    )
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    station.start()
    return window


@pytest.fixture
def wait_for(qtbot):
    return lambda true: qtbot.waitUntil(true, timeout=PATIENCE_MS)


def choose(window, item):
    for each in (MenuItem.MENU, MenuItem.MENU, item):
        window._actions.menu_chosen.emit(each)


def test_people_change_at_the_window(window, station, settings, central_url, *, wait_for):
    people, screen = window.people, window.scan_screen
    scan = SimulatedScanner(window.windowHandle()).type_code
    people.sign_in.username.setText("asha")
    people.sign_in.password.setText(PASSWORD)
    people.sign_in.submit.click()
    wait_for(lambda: "SIGNED IN" in screen.result.painted)
    for code in ("SB10001", "AB12C001"):
        scan(code)
    wait_for(lambda: "AB12C001" in screen.result.painted)
    choose(window, MenuItem.LOCK)
    wait_for(people.lock.isVisible)
    scan("AB12C002")
    wait_for(lambda: "station is locked" in people.lock.problem.text)
    scan(RAVIS)
    wait_for(lambda: "ravi (badge only)" in screen.status.painted)
    scan("AB12C003")
    wait_for(lambda: "AB12C003" in screen.result.painted)
    choose(window, MenuItem.OWN_RIGHTS)
    people.pin.pin.setText(PIN)
    people.pin.submit.click()
    wait_for(lambda: "ravi" in screen.status.painted)
    assert station.wait_until_nothing_waits(PATIENCE_MS / 1000)

    assert children_by_parent(central_url) == {"SB10001": ["AB12C001", "AB12C003"]}
    done = [
        (entry.decision.kind, entry.operator)
        for entry, receipt in answered_entries(settings.data_dir)
        if entry.decision.verdict is Verdict.ACCEPTED and receipt.outcome is not Outcome.REFUSED
    ]
    assert done == [
        (EntryKind.SIGN_IN, "asha"),
        (EntryKind.OPEN_PARENT, "asha"),
        (EntryKind.ADD_CHILD, "asha"),
        (EntryKind.SIGN_IN, "ravi"),
        (EntryKind.ADD_CHILD, "ravi"),
        (EntryKind.SIGN_IN, "ravi"),
    ]
