"""The office against a real centre, asked in the background with a station's own database account."""

import secrets
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from fakes.fake_people_desk import ADMIN
from fakes.hidden_address import HiddenAddress
from fakes.kept_accounts import HASH, kept_accounts
from fakes.memory_sign_ins import MemorySignIns
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.presentation.office_acts import OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_state import OfficePress
from traitortrack_desktop.presentation.palette import PALETTES, Theme
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.runtime.background_people import BackgroundPeople
from traitortrack_desktop.services.unlocking import UnlockVerifier
from traitortrack_desktop.storage.central.people_office import CentralPeopleOffice
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.ui.office.office_screen import OfficeScreen
from traitortrack_desktop.ui.theme import dress

ACCOUNT = "office_window"
GOOD = "Abcdef1!"


@pytest.fixture
def centre(postgres_server):
    with kept_accounts(postgres_server, "office_window") as accounts:
        yield accounts


@pytest.fixture
def desk(centre):
    password, device = secrets.token_urlsafe(12), uuid4()
    create_station_login(centre.url, ACCOUNT, password)
    centre.query(
        "INSERT INTO station.device (id, name, version, role_name) VALUES (%s, 'Station 7', '1', %s)",
        str(device),
        ACCOUNT,
    )
    session = UUID(centre.session_of(centre.add("admin", "admin"), str(device), username="admin"))
    server = centre.url[centre.url.rindex("@") :]
    address = HiddenAddress(f"postgresql+psycopg2://{ACCOUNT}:{password}{server}")
    background = Background()
    with closing(CentralPeopleOffice(address, device=DeviceId(device))) as office:
        yield BackgroundPeople(
            office=office,
            background=background,
            current_session=lambda: replace(ADMIN, id=session),
            remembered=MemorySignIns(),
            verifier=UnlockVerifier(),
        )
        background.stop()


@pytest.fixture
def screen(qtbot, desk, tmp_path):
    dress(QApplication.instance(), Theme.LIGHT)
    screen = OfficeScreen(
        desk,
        ENGLISH,
        PALETTES[Theme.LIGHT],
        badge_folder=tmp_path,
        now=lambda: datetime.now(UTC),
        hashed=lambda _: HASH,
        open_file=lambda _: None,
    )
    qtbot.addWidget(screen, before_close_func=lambda screen: screen.end())
    screen.setFixedSize(1366, 768)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.begin(ADMIN)
    return screen


def act(screen, what, value=""):
    screen.controller.act(OfficePress(act=what, label="", value=value))


def test_an_account_is_made_seen_and_found_in_the_audit_with_its_station(screen, qtbot):
    facts = lambda: screen.controller.facts  # noqa: E731
    qtbot.waitUntil(lambda: facts().accounts is not None)
    act(screen, OfficeAct.NEW_ACCOUNT)
    for name, text in {
        OfficeField.USERNAME: "new_biller",
        OfficeField.PASSWORD: GOOD,
        OfficeField.AGAIN: GOOD,
    }.items():
        qtbot.keyClicks(screen.form.box_of(name).line, text)
    screen.form.box_of(OfficeField.ROLE).choice.setCurrentIndex(1)
    screen.form.buttons.buttons[0].click()
    qtbot.waitUntil(lambda: [each.username for each in facts().accounts.accounts] == ["new_biller"])
    assert screen.card.facts.accessibleName().count("Biller") == 1

    act(screen, OfficeAct.TAB, OfficeTab.SESSIONS)
    qtbot.waitUntil(lambda: facts().sessions is not None)
    act(screen, OfficeAct.TAB, OfficeTab.STATIONS)
    qtbot.waitUntil(lambda: facts().stations is not None)
    assert [station.name for station in facts().stations] == ["Station 7"]
    act(screen, OfficeAct.TAB, OfficeTab.AUDIT)
    qtbot.waitUntil(lambda: facts().audit is not None)
    assert [row.action for row in facts().audit.rows] == ["account_created"]
    assert HASH not in screen.card.facts.accessibleName()
