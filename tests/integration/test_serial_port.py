"""A serial source on real pseudo-terminals: what a port does to it, and what it makes of that."""

import os
import pty
import sys
import threading
import time
import tty

import pytest
from fakes.serial_gun import PtyGun, Told, scanning, try_again_soon

from traitortrack_desktop.devices.serial_port import ScannerPort
from traitortrack_desktop.devices.timed_framing import REST_WITHIN_MS
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Feedback, ScannerRole, SerialLine, Terminator
from traitortrack_desktop.services.events import ScannerProblem

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture
def gun():
    gun = PtyGun()
    yield gun
    gun.gone()


@pytest.fixture
def told():
    return Told()


def test_five_hundred_codes_in_fifty_milliseconds_are_whole_and_in_order(gun, told):
    codes = [f"BURST{number:04}é".encode() for number in range(500)]
    with scanning(told, gun.place):
        gun.send(*(code + b"\r\n" for code in codes))
        told.wait_for_frames(500)
    assert [frame.raw for frame in told.frames] == codes
    assert {(frame.kind, frame.after_reconnect) for frame in told.frames} == {(FrameKind.COMPLETE, False)}


def test_a_frame_says_where_from_for_what_and_when(gun, told):
    before = time.monotonic() * 1000
    with scanning(told, gun.place):
        gun.send(b"AB1")
        told.wait_for_bytes(3)
        gun.send(b"2C\r")
        told.wait_for_frames(1)
    frame = told.frames[0]
    assert (frame.source, frame.role) == ("usb:left", ScannerRole.CHILDREN)
    assert before - 1 <= frame.started_ms <= frame.ended_ms <= time.monotonic() * 1000


def test_a_scan_is_told_at_once_and_not_when_the_time_out_of_the_port_passed(gun, told):
    with scanning(told, gun.place):
        sent_ms = time.monotonic() * 1000
        gun.send(b"AB12\r")
        told.wait_for_frames(1)
    assert told.frames[0].ended_ms - sent_ms < 100


def test_the_tap_sees_every_byte_and_every_frame(gun, told):
    with scanning(told, gun.place):
        gun.send(b"AB12\r\n", b"\x00~", b"X\r")
        told.wait_for_frames(2)
    assert b"".join(told.chunks) == b"AB12\r\n\x00~X\r"
    assert told.tapped == told.frames


def test_what_was_sent_before_anybody_opened_the_port_is_read(told):
    end, station_end = pty.openpty()
    tty.setraw(station_end)
    os.write(end, b"KEPT01\rKEPT02\r")
    with scanning(told, lambda: os.ttyname(station_end)):
        assert told.wait_for_frames(2) == [("complete", b"KEPT01"), ("complete", b"KEPT02")]
    os.close(station_end)
    os.close(end)


def test_a_plug_pulled_inside_a_scan_leaves_a_part_and_a_lost_scanner_at_once(gun, told):
    with scanning(told, gun.place):
        gun.send(b"AB12")
        told.wait_for_bytes(4)
        pulled = time.monotonic()
        gun.unplug()
        told.wait_for_light(ready=False, problem=ScannerProblem.LOST)
        assert time.monotonic() - pulled < 0.7
    assert [(frame.kind, frame.raw) for frame in told.frames] == [(FrameKind.PARTIAL, b"AB12")]


def test_what_comes_after_a_replug_under_another_name_is_glued_to_nothing(gun, told, monkeypatch):
    try_again_soon(monkeypatch)
    with scanning(told, gun.place) as scanner:
        gun.send(b"AB12")
        told.wait_for_bytes(4)
        old, _ = gun.path, gun.unplug()
        told.wait_for_light(ready=False, problem=ScannerProblem.LOST)
        blocker = pty.openpty()  # takes the name that was free
        gun.plug_in()
        told.wait_for_light(ready=True)
        gun.send(b"CD34\r")
        told.wait_until(lambda: len(told.frames) == 2)
        assert scanner.last_alive is not None
    assert gun.path != old
    assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
        ("partial", b"AB12"),
        ("complete", b"CD34"),
    ]
    for end in blocker:
        os.close(end)


def test_a_port_whose_name_went_to_another_scanner_while_it_was_opened_is_not_read(gun, told):
    names = iter([gun.path])
    with scanning(told, lambda: next(names, None), ready=False):
        told.wait_for_light(ready=False, problem=ScannerProblem.MISSING)
        gun.send(b"AB12\r")
    assert told.frames == []
    assert [light.ready for light in told.lights] == [False]


def test_two_ports_at_ten_scans_a_second_lose_nothing_while_a_thread_hogs_the_interpreter():
    guns, tolds = [PtyGun(), PtyGun()], [Told(), Told()]
    codes = [[f"GUN{side}N{number:03}".encode() for number in range(20)] for side in (0, 1)]
    with scanning(tolds[0], guns[0].place, name="left"), scanning(tolds[1], guns[1].place, name="right"):
        pulling = [
            threading.Thread(target=pull_trigger, args=(gun, mine))
            for gun, mine in zip(guns, codes, strict=True)
        ]
        hog = threading.Thread(target=hog_interpreter)
        for thread in (*pulling, hog):
            thread.start()
        for thread in (*pulling, hog):
            thread.join()
        for told in tolds:
            told.wait_for_frames(20)
    for gun in guns:
        gun.gone()
    for told, mine, name in zip(tolds, codes, ("left", "right"), strict=True):
        assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
            ("complete", code) for code in mine
        ]
        assert {frame.source for frame in told.frames} == {f"usb:{name}"}


def pull_trigger(gun, codes):
    for code in codes:
        gun.send(code + b"\r")
        time.sleep(0.1)  # the rate is what is asked for


def hog_interpreter():
    time.sleep(0.5)
    sum(range(60_000_000))  # one call of C, which lets no other thread run for about a second


def test_a_port_that_another_program_holds_is_busy_and_taken_when_it_is_free(gun, told):
    holder = ScannerPort(gun.path, exclusive=True)
    with scanning(told, gun.place, ready=False) as scanner:
        told.wait_for_light(ready=False, problem=ScannerProblem.BUSY)
        holder.close()
        scanner.look_again()
        told.wait_for_light(ready=True)
    assert len(told.lights) == 2


def test_a_second_source_on_the_same_port_is_busy_and_takes_nothing(gun, told):
    second = Told()
    with scanning(told, gun.place), scanning(second, gun.place, ready=False):
        second.wait_for_light(ready=False, problem=ScannerProblem.BUSY)
        gun.send(b"AB12\r")
        told.wait_for_frames(1)
    assert second.chunks == []


def test_a_scanner_that_was_never_there_is_missing_and_read_when_it_comes(gun, told):
    attached = threading.Event()
    with scanning(told, lambda: gun.path if attached.is_set() else None, ready=False) as scanner:
        told.wait_for_light(ready=False, problem=ScannerProblem.MISSING)
        attached.set()
        scanner.look_again()
        told.wait_for_light(ready=True)
        gun.send(b"AB12\r")
        told.wait_for_frames(1)
    assert [(light.ready, light.problem) for light in told.lights] == [
        (False, ScannerProblem.MISSING),
        (True, None),
    ]


def test_a_port_that_vanished_between_looking_and_opening_is_missing(tmp_path, told):
    with scanning(told, lambda: str(tmp_path / "ttyACM9"), ready=False):
        told.wait_for_light(ready=False, problem=ScannerProblem.MISSING)


def test_a_megabyte_without_end_is_an_endless_scanner_until_a_good_reading_comes(gun, told):
    with scanning(told, gun.place):
        sender = threading.Thread(target=gun.send, args=(b"x" * 1_000_000, b"\r"))
        sender.start()
        told.wait_for_light(ready=True, problem=ScannerProblem.ENDLESS)
        sender.join()
        gun.send(b"AB12\r")
        told.wait_for_light(ready=True)
    assert [(frame.kind, len(frame.raw)) for frame in told.frames] == [
        (FrameKind.OVERSIZE, 8192),
        (FrameKind.COMPLETE, 4),
    ]


def test_garbage_of_a_wrong_baud_is_garbled_and_three_times_a_problem_until_a_good_reading(gun, told):
    with scanning(told, gun.place):
        for count in (1, 2):
            gun.send(b"\xf8\x00\xe6\x9e\x98\r")
            told.wait_for_frames(count)
        assert told.lights[-1].problem is None
        gun.send(b"\xff\x80\x1e\xe6")  # has no terminator: a pause ends it
        told.wait_for_light(ready=True, problem=ScannerProblem.GARBLED)
        time.sleep(REST_WITHIN_MS / 1000)  # what came sooner would be the rest of it
        gun.send(b"AB12\r")
        told.wait_for_light(ready=True)
    assert [frame.kind.value for frame in told.frames] == ["garbled"] * 3 + ["complete"]


def test_modem_talk_is_noise_and_has_a_light_of_its_own(gun, told):
    with scanning(told, gun.place):
        gun.send(b"AT\r", b"AT+GCAP\r\n")
        told.wait_for_light(ready=True, problem=ScannerProblem.MODEM)
        told.wait_for_frames(2)
        gun.send(b"AT12345\r")
        told.wait_for_light(ready=True)
    assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
        ("noise", b"AT"),
        ("noise", b"AT+GCAP"),
        ("complete", b"AT12345"),
    ]


def test_a_listener_that_fails_is_logged_and_the_next_scan_comes(gun, told, caplog):
    heard = []

    def fails_once(frame):
        heard.append(frame.raw)
        if len(heard) == 1:
            raise ValueError("the intake is broken")

    told.submits = fails_once
    with scanning(told, gun.place) as scanner:
        gun.send(b"AB12\rCD34\r")
        told.wait_until(lambda: len(heard) == 2)
        assert scanner.last_alive is not None
    assert heard == [b"AB12", b"CD34"]
    assert "the intake is broken" in caplog.text


@pytest.mark.parametrize(("good", "signal"), [(True, b"\x07"), (False, b"\x07\x07\x07")])
def test_the_scanner_hears_its_own_signal_within_300_ms(gun, told, good, signal):
    with scanning(told, gun.place, line=SerialLine(feedback=Feedback.BEL)) as scanner:
        scanner.answer(good=good)
        assert gun.heard(len(signal), seconds=0.3) == signal


def test_a_scanner_without_back_channel_is_written_nothing(gun, told):
    with scanning(told, gun.place) as scanner:
        scanner.answer(good=True)
        gun.send(b"AB12\r")
        told.wait_for_frames(1)
        assert gun.heard(1, seconds=0.1) == b""


def test_what_no_terminator_ends_is_whole_after_a_pause_where_nothing_else_ends_it(gun, told):
    with scanning(told, gun.place, line=SerialLine(terminator=Terminator.SILENCE)):
        gun.send(b"AB12")
        assert told.wait_for_frames(1) == [("complete", b"AB12")]


def test_a_memory_dump_after_a_replug_is_marked_and_in_order(gun, told, monkeypatch):
    try_again_soon(monkeypatch)
    with scanning(told, gun.place):
        gun.send(b"BEFORE\r")
        told.wait_for_frames(1)
        gun.unplug()
        told.wait_for_light(ready=False, problem=ScannerProblem.LOST)
        gun.plug_in()
        told.wait_for_light(ready=True)
        gun.send(*(f"KEPT{number}\r".encode() for number in range(6)))
        told.wait_for_frames(7)
    assert [(frame.raw, frame.after_reconnect) for frame in told.frames] == [
        (b"BEFORE", False),
        *((f"KEPT{number}".encode(), True) for number in range(6)),
    ]


def test_a_single_scan_after_a_replug_goes_on_unmarked(gun, told):
    with scanning(told, gun.place, reconnect_hold=True):
        gun.send(b"AB12\r")
        told.wait_for_frames(1)
    assert [frame.after_reconnect for frame in told.frames] == [False]


def test_what_is_held_goes_on_when_the_source_is_stopped(gun, told):
    with scanning(told, gun.place, reconnect_hold=True):
        gun.send(b"AB12\r", b"CD3")
        told.wait_for_bytes(8)
    assert [(frame.kind.value, frame.raw) for frame in told.frames] == [
        ("complete", b"AB12"),
        ("partial", b"CD3"),
    ]
