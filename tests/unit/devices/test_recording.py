import errno
import json
import os
import stat
import sys
import threading
from datetime import UTC, datetime

import pytest
from fakes.recorded_scanner import Clock, RecordedKeyboard, RecordedPort
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices import recording
from traitortrack_desktop.devices.key_senders import senders_of
from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.devices.recording import Recorder
from traitortrack_desktop.devices.replay import play, read_recording, replay
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    DeviceIdentity,
    KeyLine,
    ScannerProfile,
    ScannerRole,
    SerialLine,
    Terminator,
)

ENTER = 28
CODE_OF = {char: 2 + i for i, char in enumerate("1234567890-")}
for first, row in ((16, "QWERTYUIOP"), (30, "ASDFGHJKL"), (44, "ZXCVBNM")):
    CODE_OF |= {char: first + i for i, char in enumerate(row)}
BADGE = b"TT-BADGE-4711X\r"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "recording.jsonl"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def recorder(path, clock):
    recorder = Recorder(path, seconds=clock.seconds)
    yield recorder
    recorder.close()


@pytest.fixture
def port(recorder, clock):
    return RecordedPort(recorder, clock)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def replayed(path):
    frames = []
    replay(path, frames.append, wait=lambda _: None)
    return frames


def essence(frames):
    return [(frame.source, frame.kind, frame.raw, frame.role) for frame in frames]


def strokes(text, *, start_ms=1000, gap_ms=5, end=True):
    times = range(start_ms, start_ms + (len(text) + 1) * gap_ms, gap_ms)
    keys = [
        KeyStroke(code=CODE_OF[char.upper()], text=char, shift=char.isupper(), at_ms=at_ms % 2**32)
        for char, at_ms in zip(text, times, strict=False)
    ]
    return [*keys, KeyStroke(code=ENTER, text="\r", at_ms=times[-1] % 2**32)] if end else keys


# -- what a line holds


def test_a_reading_is_one_line_with_its_bytes_times_and_frame(path, clock):
    recorder = Recorder(
        path, seconds=clock.seconds, now=lambda: datetime(2026, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC)
    )
    port = RecordedPort(recorder, clock)
    port.pause(120)
    port.send(b"SB10")
    port.pause(30)
    port.send(b"001\r")
    (line,) = lines_of(path)
    recorder.close()
    assert line == {
        "id": "2026-03-01T09:30:00.250Z/1",
        "session": "2026-03-01T09:30:00.250Z",
        "source": "bytes",
        "device": "/dev/ttyS0",
        "at": "2026-03-01T09:30:00.250Z",
        "events": [[120, b"SB10".hex()], [150, b"001\r".hex()]],
        "expect": [{"kind": "complete", "text": "SB10001"}],
    }


def test_times_count_from_the_beginning_of_the_recording_so_that_pauses_stay(port, path):
    port.send(b"SB10001\r")
    port.pause(2500)
    port.send(b"AB12C\r")
    assert [line["events"][0][0] for line in lines_of(path)] == [0, 2500]


def test_a_line_is_in_the_file_when_the_frame_was_told(port, path):
    port.send(b"SB10001\r")
    assert len(lines_of(path)) == 1


@pytest.mark.parametrize(
    "line",
    [
        SerialLine(terminator=Terminator.STX_ETX),
        SerialLine(terminator=Terminator.CR, wireless=True, baud=115200),
    ],
)
def test_what_replay_has_to_know_of_the_line_is_written_where_it_is_not_the_default(path, clock, line):
    profile = ScannerProfile(
        name="left", connection=Connection.SERIAL, identity=DeviceIdentity(name="COM3"), serial=line
    )
    recorder = Recorder(path, seconds=clock.seconds, profiles=lambda: [profile])
    RecordedPort(recorder, clock, source="COM3", line=line).send(b"\x02AB12C\x03\r")
    recorder.close()
    (case,) = read_recording(path)
    assert case.line == line


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_readable_for_its_owner_alone(path):
    path.touch(mode=0o644)
    Recorder(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_recording_is_appended_to_what_is_there(path, clock):
    for code in (b"SB10001\r", b"AB12C\r"):
        recorder = Recorder(path, seconds=clock.seconds)
        RecordedPort(recorder, clock).send(code)
        recorder.close()
        clock.ms += 1000
    assert [frame.raw for frame in replayed(path)] == [b"SB10001", b"AB12C"]


def test_a_folder_that_is_not_there_is_an_error_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        Recorder(tmp_path / "no" / "recording.jsonl")


def test_after_it_was_closed_nothing_is_written(port, recorder, path):
    recorder.close()
    port.send(b"SB10001\r")
    assert path.read_bytes() == b""


# -- what comes out again


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([b"SB10001", b"AB", b"\r", b"\n", b"\r\n", b"\x00", b"\xff", b"AT\r"])),
            st.sampled_from([0, 10, 200, 480, 520, 3000]),
        ),
        max_size=12,
    ),
    st.sampled_from([Terminator.ANY_LINE_END, Terminator.CR, Terminator.CR_LF, Terminator.STX_ETX]),
)
def test_whatever_comes_gives_the_same_frames_again(tmp_path_factory, reads, terminator):
    path, clock = tmp_path_factory.mktemp("recording") / "file.jsonl", Clock()
    line = SerialLine(terminator=terminator)
    profile = ScannerProfile(
        name="x", connection=Connection.SERIAL, identity=DeviceIdentity(name="COM1"), serial=line
    )
    recorder = Recorder(path, seconds=clock.seconds, profiles=lambda: [profile])
    port = RecordedPort(recorder, clock, source="COM1", line=line)
    for pieces, pause_ms in reads:
        if pieces:
            port.send(b"".join(pieces))
        port.pause(pause_ms)
    port.fall_silent()
    recorder.close()
    assert essence(replayed(path)) == essence(port.frames)


NO_BADGE = st.binary(min_size=1, max_size=20).map(
    lambda data: data.translate(None, b"Bb\xc2\xe2-\xad") + b"x"
)


@given(st.lists(st.tuples(st.integers(0, 1), NO_BADGE, st.integers(0, 700))))
def test_two_ports_at_once_give_the_same_frames_again(tmp_path_factory, reads):
    path, clock = tmp_path_factory.mktemp("recording") / "file.jsonl", Clock()
    recorder = Recorder(path, seconds=clock.seconds)
    ports = [RecordedPort(recorder, clock, source=f"COM{number}") for number in range(2)]
    for number, data, pause_ms in reads:
        ports[number].send(data)
        for _ in range(0, pause_ms, 10):
            clock.ms += 10
            for port in ports:
                port.look()
    for port in ports:
        port.fall_silent()
    recorder.close()
    frames = replayed(path)
    for number, port in enumerate(ports):
        mine = [frame for frame in frames if frame.source == f"COM{number}"]
        assert essence(mine) == essence(port.frames)


@given(
    st.lists(
        st.tuples(st.text("AB12", min_size=1, max_size=6), st.integers(1, 300), st.integers(0, 900)),
        max_size=8,
    )
)
def test_keys_give_the_same_frames_again_but_those_that_may_be_typed(tmp_path_factory, readings):
    path, clock = tmp_path_factory.mktemp("recording") / "file.jsonl", Clock()
    recorder = Recorder(path, seconds=clock.seconds)
    keyboard = RecordedKeyboard(recorder)
    at_ms = 2**32 - 2000
    for text, gap_ms, pause_ms in readings:
        keys = strokes(text, start_ms=at_ms, gap_ms=gap_ms)
        keyboard.press(*keys)
        passed_ms = len(keys) * gap_ms + pause_ms
        at_ms += passed_ms
        clock.ms += passed_ms
    recorder.close()
    wanted = [frame for frame in keyboard.frames if frame.kind not in {FrameKind.PARTIAL, FrameKind.TYPED}]
    assert essence(replayed(path)) == essence(wanted)


def test_a_part_that_the_next_reading_ended_leaves_that_one_whole(recorder, path):
    keyboard = RecordedKeyboard(recorder)
    keyboard.press(*strokes("sb10", end=False), *strokes("sb10002", start_ms=3000))
    assert [line.get("withheld", False) for line in lines_of(path)] == [True, False]
    assert [frame.raw for frame in replayed(path)] == [b"sb10002"]


def test_a_scanner_unplugged_inside_a_reading_and_back_at_once_is_cut_there_again(port, path):
    port.send(b"SB100")
    port.unplug()
    port.pause(100)
    port.send(b"AB12C\r")
    assert essence(replayed(path)) == essence(port.frames)
    assert [frame.kind for frame in port.frames] == [FrameKind.PARTIAL, FrameKind.COMPLETE]


def test_a_reading_that_was_told_as_a_part_because_the_reader_was_held_up_is_a_part_again(port, path, clock):
    port.send(b"AB1")
    clock.ms += 900  # nobody looked
    port.send(b"2C\r")
    port.pause(100)
    port.send(b"AB12D\r")
    assert [frame.kind for frame in port.frames] == [FrameKind.PARTIAL, FrameKind.COMPLETE]
    assert essence(replayed(path)) == essence(port.frames)


def test_a_part_that_looks_whole_because_its_beginning_is_in_doubt_is_a_part_again(recorder, path):
    recorder.bytes_came("COM1", b"AB12C\r", 0)
    recorder.framed(ScanFrame(source="COM1", raw=b"AB12C", kind=FrameKind.PARTIAL))
    assert [(frame.kind, frame.raw) for frame in replayed(path)] == [(FrameKind.PARTIAL, b"AB12C")]


@pytest.mark.parametrize(
    "sent",
    [
        [b"SB10001\r", b"\nAB12C\r\n"],
        [b"SB10001\r\nAB12C\r\n"],
        [b"SB10001\n", b"AB12C\n"],
        [b"SB10001\r", None, b"AB12C\r\n"],
        [b"SB10001\r\n", None, b"AB12C\r\n"],
    ],
)
@pytest.mark.parametrize("terminator", [Terminator.CR_LF, Terminator.CR])
def test_what_came_before_the_first_look_at_a_port_just_opened_comes_out_again(path, clock, terminator, sent):
    line = SerialLine(terminator=terminator)
    profile = ScannerProfile(
        name="left", connection=Connection.SERIAL, identity=DeviceIdentity(name="COM3"), serial=line
    )
    recorder = Recorder(path, seconds=clock.seconds, profiles=lambda: [profile])
    port = RecordedPort(recorder, clock, source="COM3", line=line, opened_as_terminal=True)
    for data in sent:
        if data is None:
            port.pause(100)
        else:
            port.send(data)
    recorder.close()
    assert [frame.raw for frame in port.frames if frame.kind is FrameKind.COMPLETE]
    assert essence(replayed(path)) == essence(port.frames)


def test_wedges_told_apart_by_prefix_are_told_apart_again(path, clock):
    profiles = [
        ScannerProfile(
            name=prefix,
            connection=Connection.KEYBOARD,
            identity=KEYBOARD,
            role=role,
            keys=KeyLine(prefix=prefix),
        )
        for prefix, role in (("-1", ScannerRole.PARENTS), ("-2", ScannerRole.CHILDREN))
    ]
    recorder = Recorder(path, seconds=clock.seconds, profiles=lambda: profiles)
    keyboard = RecordedKeyboard(recorder, senders=senders_of(profiles))
    keyboard.press(*strokes("-1ab12", start_ms=0), *strokes("-2ab13", start_ms=1000))
    recorder.close()
    assert {frame.source for frame in keyboard.frames} == {"keyboard:-1", "keyboard:-2"}
    assert essence(replayed(path)) == essence(keyboard.frames)


def test_role_and_reconnection_of_a_frame_come_out_again(recorder, path):
    recorder.bytes_came("COM1", b"AB12C\r", 0)
    recorder.framed(ScanFrame(source="COM1", raw=b"AB12C", role=ScannerRole.CHILDREN, after_reconnect=True))
    (frame,) = replayed(path)
    assert (frame.role, frame.after_reconnect) == (ScannerRole.CHILDREN, True)


def test_a_reading_that_began_before_the_recording_is_withheld_and_the_next_is_not(path, clock):
    recorder = Recorder(path, seconds=clock.seconds)
    recorder.bytes_came("COM1", b"0001\r", 0)
    recorder.framed(ScanFrame(source="COM1", raw=b"SB10001"))
    recorder.bytes_came("COM1", b"AB12C\r", 500)
    recorder.framed(ScanFrame(source="COM1", raw=b"AB12C"))
    recorder.close()
    assert [line.get("withheld", False) for line in lines_of(path)] == [True, False]


@pytest.mark.parametrize("stamp", [0, 2**32 - 1003, 5_000_000_000])
def test_the_clock_of_a_scanner_may_stand_anywhere_and_wrap(recorder, path, clock, stamp):
    for wait_ms in (0, 2000):
        recorder.bytes_came("COM1", b"AB12C\r", (stamp + wait_ms) % 2**32)
        recorder.framed(ScanFrame(source="COM1", raw=b"AB12C"))
        clock.ms += 2100  # the reading thread was late
    assert [line["events"][0][0] for line in lines_of(path)] == [0, 2000]


# -- secrets


@pytest.mark.parametrize(
    "reads",
    [
        [BADGE],
        [BADGE[:3], BADGE[3:]],
        [bytes([byte]) for byte in BADGE],
        [BADGE.lower()],
        [b"]C0" + BADGE],
        [b"AB12C\r" + BADGE],
        [b"AB12C\rTT-BADGE-47", b"11X\rAB12D\r"],
        [b"AB12C\rTT-BAD", b"GE-4711X\rAB12D\r"],
        [b"TT-\x00BADGE-4711X\r"],
        [bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in BADGE[:-1]) + b"\r"],
        [b"x" * 30_000 + BADGE],
    ],
)
def test_a_badge_is_withheld_however_its_bytes_were_cut(port, path, reads):
    for data in reads:
        port.send(data)
        port.pause(10)
    port.pause(3000)
    port.send(b"SB10001\r")
    kept = "".join(
        bytes.fromhex(event).decode("latin-1")
        for case in lines_of(path)
        for _, event in case.get("events", [])
    )
    assert b"4711X" not in b"".join(path.read_bytes().split())
    assert "11X" not in "".join(chr(ord(char) & 0x7F) for char in kept)
    assert any(line.get("withheld") for line in lines_of(path))
    assert replayed(path)[-1].raw == b"SB10001"


def test_a_badge_cut_by_a_silence_is_withheld_in_both_parts(port, path):
    port.send(b"TT-BADGE-47")
    port.fall_silent()
    port.send(b"11X\r")
    port.send(b"SB10001\r")
    port.send(b"SB10002\r")
    assert [line.get("withheld", False) for line in lines_of(path)] == [True, True, True, False]


def test_a_badge_cut_by_a_silence_before_its_secret_is_withheld(port, path):
    port.send(b"TT-BA")
    port.fall_silent()
    port.send(b"DGE-4711X\r")
    assert [line.get("withheld", False) for line in lines_of(path)] == [False, True]


def test_a_badge_mixed_with_another_scanners_keys_is_withheld(recorder, path):
    for number, char in enumerate("ATBT-1BA2DG3E-44711X"):
        recorder.key_came("keyboard", KeyStroke(code=0, text=char, at_ms=number), down=True)
    recorder.framed(ScanFrame(source="keyboard", raw=b"ATBT-1BA2DG3E-44711X", kind=FrameKind.GARBLED))
    (line,) = lines_of(path)
    assert line["withheld"]
    assert "events" not in line


def test_a_badge_read_from_keys_is_withheld(recorder, path):
    keyboard = RecordedKeyboard(recorder)
    keyboard.press(*strokes("tt-badge-4711x"), *strokes("SB10001", start_ms=2000))
    assert [line.get("withheld", False) for line in lines_of(path)] == [True, False]
    assert "code:45:" not in path.read_text()


def test_keys_that_nothing_ended_are_withheld_since_they_may_be_a_password(recorder, path):
    keyboard = RecordedKeyboard(recorder)
    keyboard.press(*strokes("hunter2", end=False))
    keyboard.give_up()
    (line,) = lines_of(path)
    assert line["withheld"]
    assert not line.keys() & {"events", "expect"}


def test_keys_as_slow_as_typing_are_withheld_and_their_pace_is_told(recorder, path):
    keyboard = RecordedKeyboard(recorder)
    keyboard.press(*strokes("hunter2", gap_ms=180))
    (line,) = lines_of(path)
    assert not line.keys() & {"events", "expect"}
    assert line["note"] == "typed, a key every 180 ms"


# -- what goes wrong


def test_an_endless_reading_is_kept_at_both_ends_and_told_to_be_cut(port, path):
    for _ in range(400):
        port.send(b"x" * 5000)
        port.pause(10)
    port.send(b"\rAB12C\r")
    assert path.stat().st_size < 120_000
    cut, *_ = lines_of(path)
    assert cut["dropped"] > 1_900_000
    assert essence(replayed(path)) == essence(port.frames)
    assert [frame.kind for frame in port.frames] == [FrameKind.OVERSIZE, FrameKind.COMPLETE]


def test_a_stream_that_never_becomes_a_frame_takes_no_more_memory_than_its_ends(recorder):
    for number in range(100):
        recorder.bytes_came("COM1", b"x" * 100_000, number)
    (known,) = recorder._inputs.values()
    kept = sum(len(event.data) for event in known._kept.events)
    assert kept <= 21 * 1024


def test_a_full_disk_ends_the_recording_and_nothing_else(path, clock, monkeypatch, caplog):
    told = []
    recorder = Recorder(path, seconds=clock.seconds, ended=told.append)
    port = RecordedPort(recorder, clock)
    port.send(b"SB10001\r")

    def disk_full(descriptor, data):
        os.pwrite(descriptor, data[:7], os.fstat(descriptor).st_size)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(recording.os, "write", disk_full)
        port.send(b"AB12C\r")
    port.send(b"AB12D\r")
    assert [frame.raw for frame in port.frames] == [b"SB10001", b"AB12C", b"AB12D"]
    assert len(told) == 1
    assert "No space left" in told[0]
    assert caplog.text.count("No space left") == 1
    assert [frame.raw for frame in replayed(path)] == [b"SB10001"]


def test_a_recording_that_was_left_on_ends_before_it_fills_the_disk(path, clock, monkeypatch):
    monkeypatch.setattr(recording, "LARGEST_RECORDING_BYTES", 1000)
    told = []
    recorder = Recorder(path, seconds=clock.seconds, ended=told.append)
    port = RecordedPort(recorder, clock)
    for _ in range(20):
        port.send(b"SB10001\r")
    assert path.stat().st_size <= 1000
    assert len(told) == 1


def test_a_defect_in_what_it_asks_ends_the_recording_and_not_the_reading(path, clock):
    told = []

    def broken():
        raise LookupError("no profiles")

    recorder = Recorder(path, seconds=clock.seconds, ended=told.append, profiles=broken)
    port = RecordedPort(recorder, clock)
    port.send(b"SB10001\r")
    assert [frame.raw for frame in port.frames] == [b"SB10001"]
    assert len(told) == 1


def test_many_threads_write_whole_lines_in_the_order_of_each_scanner(path):
    recorder = Recorder(path)

    def scan(source):
        for number in range(200):
            code = f"AB{number:05}".encode()
            recorder.bytes_came(source, code + b"\r", number)
            recorder.framed(ScanFrame(source=source, raw=code))

    threads = [threading.Thread(target=scan, args=[f"COM{number}"]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    frames = [each.frame for each in play(read_recording(path))]
    for number in range(4):
        mine = [frame.raw for frame in frames if frame.source == f"COM{number}"]
        assert mine == [f"AB{n:05}".encode() for n in range(200)]
