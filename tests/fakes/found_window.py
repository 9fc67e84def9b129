"""The station's real window in this process, with a real centre behind a line that can be cut. For tests."""

import time
from contextlib import ExitStack, closing, contextmanager

from fakes.central_owner import OwnerSession
from fakes.serial_gun import PtyGun
from fakes.signing_in import badge, person
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy.engine import make_url

from traitortrack_desktop.assembly import station_window
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.presentation.find_acts import FindAct, FindTab
from traitortrack_desktop.services.events import CatalogueChanged, ScanDecided, ScannerChanged
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.ui.panels.buttons import PanelButton

PASSWORD = "Correct-horse-9"
BADGE = "TT-BADGE-" + "012345678901" * 2
PATIENCE_SECONDS = 6
PEOPLE = {
    "admin": ("admin", None),
    "biller": ("biller", None),
    "dispatcher": ("dispatcher", "indore"),
    "homeless": ("dispatcher", None),
}
"""Role and area of everybody."""


class FoundWindow:
    """Finding in the whole window: keys, buttons, a serial scanner, and the line to the centre."""

    def __init__(self, window, station, gun, line, told):
        self.window, self.station, self.gun, self.line, self.told = window, station, gun, line, told

    @property
    def place(self):
        return self.window.find_place

    @property
    def facts(self):
        return self.place.controller.facts

    @property
    def box(self):
        return self.place.filters.boxes[0].line

    @property
    def title(self):
        return self.place.card.accessibleName()

    @property
    def card(self):
        return self.place.card.facts.accessibleName()

    @property
    def source(self):
        return self.place.source.accessibleName()

    @property
    def saying(self):
        return self.place.view.saying

    @property
    def is_finding(self):
        return self.window._is_finding_shown

    @property
    def rows(self):
        return [row.key for row in self.place.rows.model.rows]

    def until(self, holds):
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, (self.title, self.source, self.saying, self.facts.look.asked)
            QApplication.processEvents()
            time.sleep(0.002)

    def sign_in(self, name):
        screen = self.window.sign_in_screen
        self.until(screen.isVisible)
        screen.username.setText(name)
        screen.password.setText(PASSWORD)
        screen.submit.click()
        self.until(lambda: not screen.isVisible())

    def decided(self, what):
        """Do *what* and return what the station decided of it."""
        before = len(self.told)
        what()
        found = []

        def is_there():
            found[:] = [e.entry.decision for e in self.told[before:] if isinstance(e, ScanDecided)]
            return found

        self.until(is_there)
        return found[0]

    def scan(self, code):
        """Scan *code* with the serial scanner, when a person can have seen what was asked before."""
        self.moment()
        return self.decided(lambda: self.gun.send(code.encode() + b"\r"))

    def scan_again(self, code):
        """Scan what was asked about once more, as late as a person does."""
        self.moment(0.7)
        return self.scan(code)

    def give(self, code):
        """Give the station a command as a key does."""
        self.moment()
        return self.decided(lambda: self.station.submit(ScanFrame(source="keys", raw=code.encode())))

    def moment(self, seconds=0.02):
        """Let so much time pass that what comes next is no half of a double click, nor a bounce."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.005)

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        """Press a key as the system tells of it: of the window, which then finds who it is for."""
        QTest.keyClick(self.window.windowHandle(), key, modifier)
        QApplication.processEvents()

    def type_in(self, text):
        for character in text:
            QTest.keyClick(self.window.windowHandle(), character)
        self.key(Qt.Key.Key_Return)

    def find(self, tab=FindTab.FIND):
        if not self.is_finding:
            self.moment(0.35)
            self.window._find(tab)
            self.until(lambda: self.is_finding)
        if self.facts.tab is not tab:
            self.press_tab(tab)
        self.answered()

    def press_tab(self, tab):
        button = next(b for b in self.place.tabs.buttons if b.press_.value == tab)
        button.click()
        QApplication.processEvents()

    def look(self, code):
        """Type *code* into the box and wait until the centre has answered, or cannot."""
        self.find()
        self.box.setText(code)
        self.box.setFocus()
        self.key(Qt.Key.Key_Return)
        self.answered()

    def looked_up(self, code):
        """Wait until the window knows that *code* is looked up, and has its answer."""
        self.until(lambda: self.facts.look.asked == code)
        self.answered()

    def answered(self):
        """Wait until nothing is asked any more."""

        def is_still():
            tab, look = self.facts.tab, self.facts.look
            paged = look.history if tab is FindTab.FIND else self.facts.list_of(tab)
            return not look.asking and (paged is None or not paged.asking)

        QApplication.processEvents()
        self.until(is_still)
        QApplication.processEvents()

    def press(self, act):
        button = next(
            b for b in self.place.findChildren(PanelButton) if b.isVisible() and b.press_.act is act
        )
        assert button.isEnabled(), button.press_
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def can(self, act):
        return any(
            b.isEnabled()
            for b in self.place.findChildren(PanelButton)
            if b.isVisible() and b.press_.act is act
        )

    def press_again(self, act):
        """Press once more what was asked about, as late as a person does."""
        self.moment(0.45)
        return self.decided(lambda: self.press(act))

    def leave(self):
        """Go back to work."""
        if self.is_finding:
            self.press(FindAct.LEAVE)
        self.until(lambda: not self.is_finding)

    def delivered(self):
        """Wait until the centre has answered everything, and the window knows."""
        assert self.station.wait_until_nothing_waits(PATIENCE_SECONDS)
        QApplication.processEvents()


@contextmanager
def found_window(url, folder, *, size=(1366, 768), who="biller"):
    """Give a window at the centre of the owner's address *url*, *who* signed in, a serial gun at it."""
    with ExitStack() as stack:
        line = stack.enter_context(NetworkLine(target_host="127.0.0.1", target_port=make_url(url).port))
        there = make_url(url).set(port=line.port).render_as_string(hide_password=False)
        gun, told = PtyGun(), []
        settings = Settings(
            data_dir=folder, station="Station 7", database_url=there, serial_ports=(gun.path,)
        )
        station, window = stack.enter_context(station_window(settings, listeners=[told.append]))
        window.showNormal()
        window.setFixedSize(*size)
        found = FoundWindow(window, station, gun, line, told)
        found.until(lambda: any(isinstance(e, CatalogueChanged) and e.complete for e in told))
        found.until(lambda: any(isinstance(e, ScannerChanged) and e.ready for e in told))
        found.sign_in(who)
        window.activateWindow()
        yield found


def people_and_bags(url):
    """Make everybody, parents with three children each, bills, and a return, as the web application does."""
    for name, (role, area) in PEOPLE.items():
        number = person(url, name, PASSWORD, role=role, dispatch_area=area)
        if name == "dispatcher":
            badge(url, number, BADGE)
    with closing(OwnerSession(url)) as owner:
        owner.query(
            """INSERT INTO bag (qr_id, type, dispatch_area, created_at)
               SELECT 'SB1000' || n, 'parent', 'indore', now() AT TIME ZONE 'UTC' - n * interval '1 hour'
               FROM generate_series(1, 8) AS n;
               INSERT INTO bag (qr_id, type, dispatch_area, created_at)
               SELECT 'GRAIN' || n || '00' || m, 'child', 'lucknow', now() AT TIME ZONE 'UTC'
               FROM generate_series(1, 8) AS n, generate_series(1, 3) AS m;
               INSERT INTO bag (qr_id, type, dispatch_area) VALUES ('PALLET0001', 'pallet', 'lucknow');
               INSERT INTO link (parent_bag_id, child_bag_id, created_at)
               SELECT p.id, c.id, now() AT TIME ZONE 'UTC' - interval '1 minute' + c.id * interval '1 second'
               FROM bag AS p JOIN bag AS c ON c.qr_id LIKE 'GRAIN' || right(p.qr_id, 1) || '%'
               WHERE p.type = 'parent';
               UPDATE bag SET child_count = 3, weight_kg = 3 WHERE type = 'parent';
               INSERT INTO bill (bill_id, parent_bag_count, status, description, vehicle_number,
                                 created_by_id, created_at)
               SELECT 'BILL-' || n, 20, 'new', 'Rice for the north', 'UP78', (SELECT min(id) FROM "user"),
                      now() AT TIME ZONE 'UTC' - n * interval '1 hour'
               FROM generate_series(1001, 1060) AS n;
               INSERT INTO return_ticket (ticket_code, cf_location, status, created_by_id, created_at)
               SELECT 'RTN-20260301-000' || n, 'indore', 'open', (SELECT min(id) FROM "user"),
                      now() AT TIME ZONE 'UTC' FROM generate_series(1, 2) AS n""".replace("%", "%%")
        )
