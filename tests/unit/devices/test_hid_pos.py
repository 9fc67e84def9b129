import sys

import pytest
from fakes.heard_outlets import HeardOutlets
from fakes.hid_library import FakeHidLibrary, FakeHidScanner, aim_report, plain_report

from traitortrack_desktop.devices import hid_devices
from traitortrack_desktop.devices.hid_devices import attached_hid_pos, hidapi
from traitortrack_desktop.devices.hid_pos import HidPosScanner
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity, ScannerProfile, ScannerRole
from traitortrack_desktop.services.events import ScannerProblem

GUN = DeviceIdentity(vendor=0x0C2E, product=0x0B07, serial="A17")
PROFILE = ScannerProfile(name="left", connection=Connection.HID_POS, identity=GUN, role=ScannerRole.CHILDREN)


@pytest.fixture
def gun():
    return FakeHidScanner()


@pytest.fixture
def heard():
    return HeardOutlets(tap=SeenBytes())


class SeenBytes:
    def __init__(self):
        self.data = []

    def bytes_came(self, source, data, at_ms):
        self.data.append(data)

    def key_came(self, source, stroke, *, down):
        raise AssertionError("no keys here")

    def framed(self, frame):
        pass


@pytest.fixture
def start(heard):
    running = []

    def start(library, profile=PROFILE):
        scanner = HidPosScanner(profile, heard.outlets, library=lambda: library, first_retry_seconds=0.01)
        running.append(scanner)
        scanner.start()
        return scanner

    yield start
    for scanner in running:
        scanner.stop()


@pytest.fixture
def settled(start, gun, heard):
    """The gun is heard, and its first reading, which may have begun before, is behind it."""
    scanner = start(FakeHidLibrary(gun))
    heard.wait_ready()
    gun.send(aim_report(b"FIRST"))
    heard.frame()
    return scanner


def test_a_reading_comes_with_source_and_role(settled, gun, heard):
    gun.send(aim_report(b"SB10001"))

    frame = heard.frame()

    assert (frame.source, frame.raw, frame.kind, frame.role) == (
        "usb:0c2e:0b07:A17",
        b"]C1SB10001",
        FrameKind.COMPLETE,
        ScannerRole.CHILDREN,
    )


def test_a_reading_that_began_before_the_scanner_was_opened_is_no_code(start, gun, heard):
    gun.send(aim_report(b"the rest of a long code"))
    start(FakeHidLibrary(gun))

    assert heard.frame().kind is FrameKind.PARTIAL


def test_a_scanner_that_does_not_describe_its_reports_is_read_by_the_known_layouts(start, gun, heard):
    gun.descriptor = None
    start(FakeHidLibrary(gun))
    gun.send(aim_report(b"FIRST"), plain_report(b"SB1"), aim_report(b"SB2"))

    assert [heard.frame().raw for _ in range(3)] == [b"]C1FIRST", b"SB1", b"]C1SB2"]


def test_what_is_not_continued_is_a_part_after_a_silence(settled, gun, heard):
    gun.send(aim_report(b"A" * 56, continued=True))

    assert heard.frame().kind is FrameKind.PARTIAL


def test_an_unplugged_scanner_is_lost_and_what_it_began_is_a_part(settled, gun, heard):
    gun.send(aim_report(b"A" * 56, continued=True))
    gun.unplug()

    assert heard.problem() is ScannerProblem.LOST
    assert heard.frame().kind is FrameKind.PARTIAL
    assert not gun.is_held


def test_a_scanner_that_came_back_is_heard_again(settled, gun, heard):
    gun.unplug()
    assert heard.problem() is ScannerProblem.LOST
    gun.plugged_in = True
    heard.wait_ready()
    gun.send(aim_report(b"FIRST"), aim_report(b"SB10001"))

    assert [heard.frame().raw for _ in range(2)] == [b"]C1FIRST", b"]C1SB10001"]


def test_everything_that_came_is_shown_to_the_recorder(settled, gun, heard):
    gun.send(aim_report(b"SB1"))
    heard.frame()

    assert heard.outlets.tap.data == [aim_report(b"FIRST"), aim_report(b"SB1")]


def test_the_scanner_is_closed_at_the_end(settled, gun):
    settled.stop()

    assert not gun.is_held


def test_another_gun_of_the_same_kind_is_not_opened(start, heard):
    other = FakeHidScanner(b"/dev/no-hidraw1", serial="B18")
    start(FakeHidLibrary(other))

    assert heard.problem() is ScannerProblem.MISSING
    assert other.handles == []


def test_a_scanner_that_somebody_else_keeps_is_busy(start, gun, heard, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    gun.may_be_opened = False
    start(FakeHidLibrary(gun))

    assert heard.problem() is ScannerProblem.BUSY


def test_without_hidapi_the_scanner_is_not_supported(heard, monkeypatch):
    monkeypatch.setattr(hid_devices, "is_hidapi_there", lambda: False)
    scanner = HidPosScanner(PROFILE, heard.outlets)
    scanner.start()

    assert heard.problem() is ScannerProblem.UNSUPPORTED
    scanner.stop()


def test_without_hidapi_none_are_attached(monkeypatch):
    monkeypatch.setattr(hid_devices, "is_hidapi_there", lambda: False)

    assert attached_hid_pos() == ()


def test_only_devices_of_the_scanners_usage_page_are_attached():
    library = FakeHidLibrary(FakeHidScanner(), FakeHidScanner(b"/dev/no-hidraw1", page=1))

    (attached,) = attached_hid_pos(library)

    assert (attached.connection, attached.place, attached.identity.serial) == (
        Connection.HID_POS,
        "/dev/no-hidraw0",
        "A17",
    )


def test_a_scanner_of_windows_is_told_by_the_instance_in_its_path(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    path = rb"\\?\HID#VID_0C2E&PID_0B07&Col01#7&1A2B3C&0&0000#{4d1e55b2-f16f-11cf-88cb-001111000030}"

    (attached,) = attached_hid_pos(FakeHidLibrary(FakeHidScanner(path, serial="")))

    assert attached.identity.location == "7&1a2b3c&0&0000"


def test_the_real_library_can_be_asked():
    pytest.importorskip("hidraw")

    assert all("usage_page" in entry for entry in hidapi().enumerate())
