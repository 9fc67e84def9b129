"""A gun with a beep of its own at a real station: it sounds when the bag is on disk, and not before."""

import sys
import time

import pytest
from fakes.enrolled_stations import enrolled
from fakes.serial_gun import PtyGun
from fakes.windowed_station import OPERATOR, PASSWORD, WindowedStation

from traitortrack_desktop.domain.scanners import (
    Connection,
    DeviceIdentity,
    Feedback,
    ScannerProfile,
    ScannerRole,
    SerialLine,
)
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.storage.central.user_administration import add_user
from traitortrack_desktop.storage.local.answered import answered_entries
from traitortrack_desktop.storage.local.scanner_profiles import ScannerProfilesFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

GOOD, BAD = b"\a", b"\a\a\a"
HOLD_SECONDS = 4.2  # a scanner's first readings wait until it shows whether they come out of its memory


def stored_codes(data_dir):
    return [entry.decision.code for entry, _receipt in answered_entries(data_dir)]


@pytest.mark.slow
def test_the_gun_beeps_when_its_reading_is_on_disk_and_razzes_when_it_is_refused(
    central_url, station_url, tmp_path
):
    add_user(central_url, username=OPERATOR, password=PASSWORD, role="dispatcher", area="jaipur")
    gun = PtyGun()
    folder = tmp_path / "station"
    enrolled(central_url, device_identity(folder))
    profile = ScannerProfile(
        name="left",
        connection=Connection.SERIAL,
        identity=DeviceIdentity(name=gun.path),
        role=ScannerRole.ANY,
        serial=SerialLine(feedback=Feedback.BEL),
    )
    ScannerProfilesFile(folder).write([profile])
    with WindowedStation(station_url, folder) as station:
        time.sleep(HOLD_SECONDS)
        for code, signal in ((b"SB10001", GOOD), (b"AB12C0001", GOOD), (b"???", BAD)):
            gun.send(code + b"\r")
            assert gun.heard(len(signal), seconds=5) == signal
            assert code.decode() in stored_codes(folder)
        assert station.finish() == 0
    gun.gone()
