"""The scanners of one station on real pseudo-terminals: recognised, answered, lent to the set-up."""

import json
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest
from fakes.decisions import added, refused
from fakes.entry_chain import EntryChain
from fakes.serial_gun import PtyGun, until

from traitortrack_desktop.devices import running_sources, scanner_kinds, scanner_rack, serial_scanner
from traitortrack_desktop.devices.port_listing import SerialPort, place_among
from traitortrack_desktop.devices.scanner_rack import ScannerRack
from traitortrack_desktop.devices.serial_ports import PortWatch
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    SET_UP_CODE,
    Connection,
    DeviceIdentity,
    Feedback,
    KeyLine,
    ScannerProfile,
    ScannerRole,
    SerialLine,
    Terminator,
)
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.services.events import (
    ScanDecided,
    ScannerChanged,
    ScannerGone,
    ScannerProblem,
    StorageFailed,
)
from traitortrack_desktop.services.ports import Backlog
from traitortrack_desktop.storage.local.scanner_profiles import FILE_NAME, ScannerProfilesFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


class Ports:
    """What is plugged in where, for a ``PortWatch``."""

    seconds = 0.05

    def __init__(self):
        self.plugged: dict[str, PtyGun] = {}

    def signature(self):
        return None

    def list_ports(self):
        return tuple(
            SerialPort(place=gun.path, label="Gun", vendor=0x1EAB, product=0x22, serial=serial)
            for serial, gun in self.plugged.items()
        )

    def place_of(self, identity, last_seen):
        return place_among(identity, self.list_ports())

    def give_up(self):
        pass

    def close(self):
        pass


class Bench:
    """A rack with everything it told."""

    def __init__(self, folder):
        self.folder, self.ports = folder, Ports()
        self.file = ScannerProfilesFile(folder)
        self.frames, self.told, self.heard = [], [], []
        self.named, self.ports_only = (), False

    @contextmanager
    def running(self):
        rack = ScannerRack(
            profiles=self.file,
            submit=self.frames.append,
            tell=self.told.append,
            recordings=self.folder / "recordings",
            ports=self.named,
            ports_only=self.ports_only,
            watch=partial(PortWatch, ports=self.ports),
        )
        rack.start()
        try:
            yield rack
        finally:
            rack.stop()

    def light(self, source):
        lights = [each for each in self.told if isinstance(each, ScannerChanged) and each.source == source]
        return (lights[-1].ready, lights[-1].problem) if lights else None

    def wait_for_light(self, profile, *, problem=None):
        until(lambda: self.light(profile.source) == (problem is None, problem))

    def texts(self):
        return [(frame.source, frame.raw.decode(), frame.role) for frame in self.frames]


def scanner(name, number, **changed):
    identity = DeviceIdentity(vendor=0x1EAB, product=0x22, serial=number)
    profile = ScannerProfile(name=name, connection=Connection.SERIAL, identity=identity)
    return replace(profile, **changed)


LEFT = scanner("left", "A17", role=ScannerRole.PARENTS, serial=SerialLine(feedback=Feedback.BEL))
RIGHT = scanner("right", "B42")


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture
def guns():
    with closing_all(PtyGun(), PtyGun()) as both:
        yield both


@contextmanager
def closing_all(*guns):
    try:
        yield guns
    finally:
        for gun in guns:
            gun.gone()


def decided(source, decision):
    (entry,) = EntryChain().entries([decision])
    backlog = Backlog(pending=1, oldest_at=None)
    return ScanDecided(entry=replace(entry, source=source), state=WorkState(), backlog=backlog)


def test_each_scanner_is_told_apart_by_what_it_is_and_keeps_its_role(bench, guns):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    with bench.running():
        bench.wait_for_light(LEFT)
        bench.wait_for_light(RIGHT)
        left.send(b"SB10001\r")
        until(lambda: bench.frames)
        right.send(b"AAAA1\r")
        until(lambda: len(bench.frames) == 2)

    assert bench.texts() == [
        (LEFT.source, "SB10001", ScannerRole.PARENTS),
        (RIGHT.source, "AAAA1", ScannerRole.ANY),
    ]


def test_two_equal_guns_that_change_places_are_not_taken_for_one_another(bench, guns):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    with bench.running():
        bench.wait_for_light(LEFT)
        bench.wait_for_light(RIGHT)
        bench.ports.plugged = {}
        left.unplug()
        right.unplug()
        bench.wait_for_light(LEFT, problem=ScannerProblem.LOST)
        bench.wait_for_light(RIGHT, problem=ScannerProblem.LOST)
        right.plug_in()
        left.plug_in()
        bench.ports.plugged = {"B42": right, "A17": left}
        bench.wait_for_light(LEFT)
        bench.wait_for_light(RIGHT)
        left.send(b"SB10001\r")
        until(lambda: bench.frames)

    assert bench.texts() == [(LEFT.source, "SB10001", ScannerRole.PARENTS)]


def test_a_scanner_gives_its_own_signal_when_its_reading_is_stored(bench, guns):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        rack.take(decided(LEFT.source, added("SB10001", "AAAA1")))
        assert left.heard(1, seconds=0.3) == b"\a"
        rack.take(decided(LEFT.source, refused("???", Reason.UNREADABLE)))
        assert left.heard(3, seconds=0.3) == b"\a\a\a"
        rack.take(StorageFailed(problem="disk full", source=LEFT.source))
        assert left.heard(3, seconds=0.3) == b"\a\a\a"
        rack.take(decided(RIGHT.source, added("SB10001", "AAAA2")))
        assert right.heard(1, seconds=0.2) == b""


def test_a_memory_of_hundreds_gives_one_signal(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([LEFT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        for _ in range(50):
            rack.take(decided(LEFT.source, refused("AAAA1", Reason.HELD)))
        assert left.heard(150, seconds=0.5) == b"\a\a\a"
        rack.take(decided(LEFT.source, added("SB10001", "AAAA1")))
        assert left.heard(1, seconds=0.3) == b"\a"


def test_a_gun_that_waits_for_each_answer_gets_one_for_each_of_its_memory(bench, guns):
    left, _ = guns
    profile = scanner("left", "A17", serial=SerialLine(feedback=Feedback.HONEYWELL))
    bench.ports.plugged = {"A17": left}
    bench.file.write([profile])
    with bench.running() as rack:
        bench.wait_for_light(profile)
        for _ in range(5):
            rack.take(decided(profile.source, refused("AAAA1", Reason.HELD)))
        assert left.heard(20, seconds=0.5).count(b"\x1b8,") == 5


def test_what_a_command_places_gives_one_signal_at_the_gun_that_gave_it(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([LEFT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        for child in ("AAAA1", "AAAA2"):
            rack.take(replace(decided(LEFT.source, added("SB10001", child)), is_answer=False))
        assert left.heard(1, seconds=0.2) == b""
        rack.take(decided(LEFT.source, added("SB10001", "AAAA3")))
        assert left.heard(1, seconds=0.2) == b"\a"


def test_a_port_that_was_named_is_read_as_its_scanner_was_set_up(bench, guns):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    bench.named, bench.ports_only = (left.path,), True
    with bench.running():
        bench.wait_for_light(LEFT)
        right.send(b"NOT READ\r")
        left.send(b"SB10001\r")
        until(lambda: bench.frames)

    assert bench.texts() == [(LEFT.source, "SB10001", ScannerRole.PARENTS)]
    assert bench.light(RIGHT.source) is None


def test_a_named_port_is_found_again_under_another_name(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.named = (left.path,)
    name = left.path
    with bench.running() as rack:
        until(lambda: rack.attached()[0].place == name and bench.light(name) == (True, None))
        bench.ports.plugged = {}
        left.unplug()
        until(lambda: bench.light(name) == (False, ScannerProblem.LOST))
        with closing_all(PtyGun()):  # takes the name of the port that is free again
            left.plug_in()
            assert left.path != name
            bench.ports.plugged = {"A17": left}
            until(lambda: bench.light(name) == (True, None))
            left.send(b"SB10001\r")
            until(lambda: bench.frames)

    assert bench.texts() == [(name, "SB10001", ScannerRole.ANY)]


def test_during_the_set_up_nothing_becomes_a_scan_and_afterwards_everything_does(bench, guns):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        changes = []
        rack.listen_for_set_up(bench.heard.append, lambda: changes.append(1))
        until(lambda: changes)
        until(lambda: len(rack.attached()) == 3)
        right.send(SET_UP_CODE.encode() + b"\r")
        left.send(b"SB10001\r")
        until(lambda: len(bench.heard) == 2)
        assert {(reading.device.identity.serial, reading.raw) for reading in bench.heard} == {
            ("B42", SET_UP_CODE.encode() + b"\r"),
            ("A17", b"SB10001\r"),
        }
        assert bench.frames == []
        rack.save(RIGHT)
        rack.end_set_up()
        bench.wait_for_light(RIGHT)
        right.send(b"AAAA1\r")
        until(lambda: bench.frames)

    assert bench.texts() == [(RIGHT.source, "AAAA1", ScannerRole.ANY)]
    assert len(bench.heard) == 2


def test_a_device_that_is_plugged_in_during_the_set_up_is_listened_to(bench, guns):
    left, _ = guns
    with bench.running() as rack:
        changes = []
        rack.listen_for_set_up(bench.heard.append, lambda: changes.append(1))
        until(lambda: changes)
        bench.ports.plugged = {"A17": left}
        until(lambda: [device.place for device in rack.attached()][:1] == [left.path])
        left.send(SET_UP_CODE.encode() + b"\r")
        until(lambda: bench.heard)
        rack.end_set_up()


def test_a_scanner_that_is_saved_again_takes_the_place_of_its_like(bench):
    with bench.running() as rack:
        rack.save(LEFT)
        rack.save(RIGHT)
        rack.save(replace(LEFT, name="front"))
        rack.save(scanner("right", "C99"))

    assert [(each.name, each.identity.serial) for each in bench.file.read()] == [
        ("front", "A17"),
        ("right", "C99"),
    ]


def test_a_scanner_that_is_forgotten_is_let_go_of_and_its_light_goes_out(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([LEFT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        rack.forget(LEFT.source)
        until(lambda: bench.told[-1] == ScannerGone(source=LEFT.source))

    assert bench.file.read() == ()


def test_wedges_that_only_their_prefix_tells_apart_have_lights_of_their_own(bench):
    wedges = [
        ScannerProfile(
            name=name, connection=Connection.KEYBOARD, identity=KEYBOARD, keys=KeyLine(prefix=prefix)
        )
        for name, prefix in (("left", "~1"), ("right", "~2"))
    ]
    bench.file.write(wedges)
    with bench.running():
        until(lambda: len(bench.told) == 2)

    assert [(light.source, light.name, light.ready) for light in bench.told] == [
        ("keyboard:~1", "left", True),
        ("keyboard:~2", "right", True),
    ]


def test_a_recording_has_what_the_scanners_sent_while_it_was_on(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([LEFT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        left.send(b"SB10001\r")
        until(lambda: bench.frames)
        path = rack.record(on=True)
        left.send(b"SB10002\r")
        until(lambda: len(bench.frames) == 2)
        assert rack.record(on=False) is None
        left.send(b"SB10003\r")
        until(lambda: len(bench.frames) == 3)

    (line,) = path.read_text().splitlines()
    assert b"SB10002".hex() in line


def test_a_folder_that_takes_no_recording_is_said_and_hurts_nobody(bench, guns, tmp_path):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([LEFT])
    (tmp_path / "recordings").write_text("in the way")
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        assert rack.record(on=True) is None
        left.send(b"SB10001\r")
        until(lambda: bench.frames)


CAREFUL = replace(LEFT, serial=SerialLine(terminator=Terminator.CR))


def kinds(bench):
    return [(frame.kind, frame.raw) for frame in bench.frames]


def test_a_scanner_that_is_saved_as_it_was_goes_on_reading_in_the_middle_of_a_scan(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([CAREFUL])
    with bench.running() as rack:
        bench.wait_for_light(CAREFUL)
        left.send(b"SB1")
        rack.save(CAREFUL)
        rack.save(RIGHT)
        until(lambda: any(isinstance(e, ScannerChanged) and e.source == RIGHT.source for e in bench.told))
        rack.forget(RIGHT.source)
        until(lambda: ScannerGone(source=RIGHT.source) in bench.told)
        left.send(b"0001\r")
        until(lambda: bench.frames)

    assert kinds(bench) == [(FrameKind.COMPLETE, b"SB10001")]


def test_what_comes_of_a_scan_after_its_scanner_was_changed_in_the_middle_is_no_code(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([CAREFUL])
    with bench.running() as rack:
        bench.wait_for_light(CAREFUL)
        left.send(b"SB1")
        rack.save(replace(CAREFUL, name="front"))
        until(lambda: bench.frames)
        assert bench.light(CAREFUL.source) == (False, None)
        left.send(b"0001\r")
        until(lambda: len(bench.frames) == 2)
        bench.wait_for_light(CAREFUL)
        left.send(b"SB10002\r")
        until(lambda: len(bench.frames) == 3)

    assert kinds(bench) == [
        (FrameKind.PARTIAL, b"SB1"),
        (FrameKind.PARTIAL, b"0001"),
        (FrameKind.COMPLETE, b"SB10002"),
    ]


def test_what_comes_of_a_scan_after_the_set_up_was_left_in_the_middle_is_no_code(bench, guns):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([CAREFUL])
    with bench.running() as rack:
        bench.wait_for_light(CAREFUL)
        changes = []
        rack.listen_for_set_up(bench.heard.append, lambda: changes.append(1))
        until(lambda: changes)
        assert bench.light(CAREFUL.source) == (False, None)
        rack.end_set_up()
        until(lambda: rack._sources.of(CAREFUL.source))  # it is being opened
        left.send(b"0001\r")
        until(lambda: bench.frames)
        bench.wait_for_light(CAREFUL)
        left.send(b"SB10002\r")
        until(lambda: len(bench.frames) == 2)

    assert kinds(bench) == [(FrameKind.PARTIAL, b"0001"), (FrameKind.COMPLETE, b"SB10002")]


def test_a_scanner_that_is_plugged_in_after_a_save_is_ready_at_once(bench, guns):
    left, _ = guns
    with bench.running() as rack:
        rack.save(CAREFUL)
        bench.wait_for_light(CAREFUL, problem=ScannerProblem.MISSING)
        bench.ports.plugged = {"A17": left}
        bench.wait_for_light(CAREFUL)
        left.send(b"SB10001\r")
        until(lambda: bench.frames)

    assert kinds(bench) == [(FrameKind.COMPLETE, b"SB10001")]


def test_one_damaged_scanner_in_the_file_stops_no_other(bench, guns, caplog):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([RIGHT, LEFT])
    path = bench.folder / FILE_NAME
    said = json.loads(path.read_text())
    said["scanners"][0]["identity"]["vendor"] = "1eab"
    path.write_text(json.dumps(said))
    with bench.running():
        bench.wait_for_light(LEFT)
        left.send(b"SB10001\r")
        until(lambda: bench.frames)
    assert "scanner 1: identity" in caplog.text


def test_a_scanner_that_cannot_even_be_made_has_a_light_and_stops_no_other(bench, guns, monkeypatch, caplog):
    left, _ = guns
    bench.ports.plugged = {"A17": left}
    bench.file.write([RIGHT, LEFT])
    source_for = scanner_kinds.source_for

    def of(profile, *arguments, **more):
        if profile == RIGHT:
            raise ZeroDivisionError("a defect")
        return source_for(profile, *arguments, **more)

    monkeypatch.setattr(scanner_rack, "source_for", of)
    with bench.running():
        bench.wait_for_light(LEFT)
        assert bench.light(RIGHT.source) == (False, ScannerProblem.FAILED)
    assert "a defect" in caplog.text


def test_a_thread_that_could_not_be_started_is_started_again_and_stops_nobody(
    bench, guns, monkeypatch, caplog
):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    start, refused = threading.Thread.start, []

    def start_but_once(thread):
        if thread.name == "scanner left" and not refused:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_but_once)
    with bench.running():
        bench.wait_for_light(RIGHT)
        bench.wait_for_light(LEFT)
    assert refused
    assert "could not be started" in caplog.text


class HangingPorts:
    """Every port but those of *guns* hangs while it is opened, as Bluetooth does, until let go.

    The others wait for it only half a second.
    """

    def __init__(self, monkeypatch, *guns):
        monkeypatch.setattr(running_sources, "_HANDS_OVER_WITHIN_SECONDS", 0.5)
        self.may_open = threading.Event()
        self.hanging = threading.Event()
        opens = serial_scanner.open_port

        def open_port(place, line, **more):
            if place in [gun.path for gun in guns]:
                return opens(place, line, **more)
            self.hanging.set()
            self.may_open.wait(30)
            raise OSError(121, "The semaphore timeout period has expired")

        class Scanner(serial_scanner.SerialScanner):
            def __init__(self, **more):
                super().__init__(**more, open_port=open_port)

        monkeypatch.setattr(scanner_kinds, "SerialScanner", Scanner)


@pytest.mark.parametrize("order", [(LEFT, RIGHT), (RIGHT, LEFT)])
def test_a_scanner_whose_port_hangs_holds_up_no_other(bench, guns, monkeypatch, order):
    left, right = guns
    ports = HangingPorts(monkeypatch, left)
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write(order)
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        assert ports.hanging.wait(10)
        rack.listen_for_set_up(bench.heard.append, lambda: None)
        until(lambda: bench.light(LEFT.source) == (False, None))
        until(lambda: "scanner left" not in thread_names())
        left.send(b"IN-SET-UP\r")
        until(lambda: bench.heard)
        assert bench.frames == []
        began = time.monotonic()
        rack.end_set_up()
        bench.wait_for_light(LEFT)
        assert time.monotonic() - began < 3.5
        left.send(b"SB10001\r")
        until(lambda: bench.frames)
        ports.may_open.set()

    assert bench.texts() == [(LEFT.source, "SB10001", ScannerRole.PARENTS)]


def test_a_scanner_that_was_left_alone_puts_out_no_light_when_its_port_gives_up(bench, guns, monkeypatch):
    left, right = guns
    ports = HangingPorts(monkeypatch, left)
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    with bench.running() as rack:
        assert ports.hanging.wait(10)
        rack.forget(RIGHT.source)
        until(lambda: ScannerGone(source=RIGHT.source) in bench.told)
        ports.may_open.set()
        until(lambda: "scanner right" not in thread_names())
        assert bench.told.index(ScannerGone(source=RIGHT.source)) == max(
            number for number, each in enumerate(bench.told) if each.source == RIGHT.source
        )


def test_the_end_of_the_rack_waits_for_no_port_that_hangs_for_ever(bench, guns, monkeypatch):
    left, right = guns
    ports = HangingPorts(monkeypatch, left)
    bench.ports.plugged = {"A17": left, "B42": right, "C99": right}
    bench.file.write([RIGHT, LEFT, scanner("third", "C99")])
    with bench.running():
        assert ports.hanging.wait(10)
        began = time.monotonic()
    assert time.monotonic() - began < 8
    ports.may_open.set()


def thread_names():
    return [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(("ports_only", "is_memory"), [(False, True), (True, False)])
def test_a_named_port_is_looked_at_for_a_memory_unless_a_script_may_feed_it(
    bench, guns, ports_only, is_memory
):
    left, _ = guns
    bench.named, bench.ports_only = (left.path,), ports_only
    with bench.running():
        until(lambda: bench.light(left.path) == (True, None))
        left.send(*(b"AAAA%d\r" % number for number in range(6)))
        until(lambda: len(bench.frames) == 6)

    assert [frame.after_reconnect for frame in bench.frames] == [is_memory] * 6


def test_a_child_does_not_overtake_the_parent_that_another_gun_read_after_its_return(bench, guns):
    left, right = guns
    bench.ports.plugged = {"A17": left, "B42": right}
    bench.file.write([LEFT, RIGHT])
    with bench.running() as rack:
        bench.wait_for_light(LEFT)
        bench.wait_for_light(RIGHT)
        bench.ports.plugged = {"B42": right}
        left.unplug()
        bench.wait_for_light(LEFT, problem=ScannerProblem.LOST)
        left.plug_in()
        bench.ports.plugged = {"A17": left, "B42": right}
        bench.wait_for_light(LEFT)
        left.send(b"SB10002\r")
        until(lambda: rack._order._holding)
        rack.submit(ScanFrame(source="keyboard", raw=b"AAAA1"))
        until(lambda: len(bench.frames) == 2)

    assert [frame.raw for frame in bench.frames] == [b"SB10002", b"AAAA1"]
