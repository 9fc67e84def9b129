"""The line is down and the station starts anew: who signed in here lately works on under the own name."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from fakes.central_rows import children_by_parent, rows
from fakes.enrolled_stations import enrolled
from fakes.headless_station import run_program
from fakes.sign_ins import ASHA, who
from sqlalchemy.engine import make_url

from traitortrack_desktop import assembly
from traitortrack_desktop.assembly import running_station
from traitortrack_desktop.domain.accounts import AccountAct
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.environment import secrets
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.ports import SignedIn, SignInRefused
from traitortrack_desktop.services.station import SignInUnavailable
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.storage.central.user_administration import (
    add_user,
    change_account,
    hashed_password,
)
from traitortrack_desktop.storage.local.answered import answered_entries
from traitortrack_desktop.storage.local.remembered_sign_ins import FILE_NAME

PASSWORD = "Correct-horse-9"
AT_THE_CENTRE = (ASHA, SignInWay.PASSWORD, Rights.FULL)
WITHOUT_IT = (ASHA, SignInWay.REMEMBERED_PASSWORD, Rights.FULL)
PATIENCE_SECONDS = 30
UNKNOWN_HERE = SignInUnavailable(remembered_days=7)


@pytest.fixture
def line(central_url):
    with NetworkLine(target_host="127.0.0.1", target_port=make_url(central_url).port) as line:
        yield line


@pytest.fixture
def settings(central_url, station_url, line, tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "usable_back_end", lambda: None)
    add_user(central_url, username="asha", password=PASSWORD, role="dispatcher", area="jaipur")
    add_user(central_url, username="boss", password=PASSWORD, role="admin", area=None)
    url = make_url(station_url).set(port=line.port).render_as_string(hide_password=False)
    enrolled(central_url, device_identity(tmp_path / "data"))
    return Settings(data_dir=tmp_path / "data", station="7", database_url=url)


@pytest.fixture
def ask(settings):
    """Sign in at a station that starts for this and ends."""

    def ask(username="asha", password=PASSWORD):
        with running_station(settings, sign_in_required=True) as station:
            return station.sign_in_and_wait(username, password, timeout_seconds=PATIENCE_SECONDS)

    return ask


def test_the_operator_packs_on_and_the_centre_learns_who_it_was(settings, ask, line, central_url):
    assert who(ask()) == AT_THE_CENTRE
    line.cut()
    with running_station(settings, sign_in_required=True) as station:
        answer = station.sign_in_and_wait("asha", PASSWORD, timeout_seconds=PATIENCE_SECONDS)
        for code in ("SB10001", "AB12C"):
            station.submit(ScanFrame(source="test", raw=code.encode()))
        assert not station.wait_until_nothing_waits(0)
        line.restore()
        assert station.wait_until_nothing_waits(PATIENCE_SECONDS)

    assert who(answer) == WITHOUT_IT
    assert [entry.operator for entry, _receipt in answered_entries(settings.data_dir)] == ["asha"] * 2
    assert children_by_parent(central_url) == {"SB10001": ["AB12C"]}
    assert rows(central_url, "SELECT DISTINCT operator FROM station.entry") == [{"operator": "asha"}]


def test_a_wrong_password_and_an_administrator_are_not_let_in(ask, line):
    assert isinstance(ask(), SignedIn)
    assert isinstance(ask("boss"), SignedIn)
    line.cut()
    assert ask(password="wrong") == ask("boss") == ask("nobody") == UNKNOWN_HERE


def test_a_memory_expires(ask, line, monkeypatch):
    ask()
    line.cut()
    monkeypatch.setattr(assembly, "station_time", lambda: datetime.now(UTC) + timedelta(days=7, minutes=1))
    assert ask() == UNKNOWN_HERE


def test_a_password_mistyped_at_the_centre_ends_no_memory(ask, line):
    ask()
    assert ask(password="wrong") == SignInRefused()
    line.cut()
    assert who(ask()) == WITHOUT_IT


def test_a_password_that_was_changed_at_the_centre_is_forgotten_once_it_is_typed_there(
    ask, line, central_url
):
    ask()
    change_account(
        central_url,
        AccountAct.RESET_PASSWORD,
        "asha",
        {"password_hash": hashed_password("Another-horse-8")},
    )
    assert ask() == SignInRefused()
    line.cut()
    assert ask() == UNKNOWN_HERE


def test_a_damaged_memory_stops_no_station(ask, line, settings):
    ask()
    (settings.data_dir / FILE_NAME).write_bytes(b"\x00" * 100)
    line.cut()
    assert ask() == UNKNOWN_HERE
    line.restore()
    assert who(ask()) == AT_THE_CENTRE


def test_neither_the_password_nor_what_scrypt_makes_of_it_is_in_any_file(ask, line, settings):
    ask()
    line.cut()
    ask(password="Wrong-horse-8")
    ask()
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files)
    (said,) = json.loads((settings.data_dir / FILE_NAME).read_bytes().split(b"\n", 1)[1])["people"]
    slow = hashlib.scrypt(
        PASSWORD.encode(), salt=bytes.fromhex(said["salt"]), n=2**15, r=8, p=1, maxmem=2**26
    )

    assert b"asha signed in without the centre" in written
    for secret in (PASSWORD.encode(), b"Wrong-horse-8", slow, slow.hex().encode()):
        assert secret not in written


@pytest.mark.parametrize(
    ("password", "said"), [(PASSWORD, b""), ("wrong", b"asha could not be checked at the centre")]
)
def test_a_station_without_a_window_records_the_work_either_way(ask, line, settings, password, said):
    ask()
    line.cut()
    done = run_program(
        *("station", "--headless", "--scans", "-", "--drain", "0"),
        url=settings.database_url,
        data_dir=settings.data_dir,
        stdin=b"SB10001\n",
        TRAITORTRACK_USER="asha",
        TRAITORTRACK_PASSWORD=password,
    )
    assert (b"could not be checked" in done.stderr) is bool(said)
    assert [entry.operator for entry, _receipt in answered_entries(settings.data_dir)] == ["asha"]
