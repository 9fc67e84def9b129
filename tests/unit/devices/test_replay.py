import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.case_format import MalformedCaseError, case_line, parse_case
from traitortrack_desktop.devices.replay import RecordingError, play, read_recording, replay
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import ScannerRole, Terminator


def line(events, **more):
    values = {"id": "x", "source": "bytes"} | more
    return json.dumps(values | {"events": [[at_ms, data.hex()] for at_ms, data in events]})


def keys(events, **more):
    return json.dumps({"id": "x", "source": "keys", "events": events} | more)


@pytest.fixture
def play_lines(tmp_path):
    """Play some lines; return the frames and the pauses before them in seconds."""

    def play_lines(*lines, speed=1.0):
        path = tmp_path / "recording.jsonl"
        path.write_text("\n".join(lines) + "\n")
        frames, told = [], []
        replayed = replay(
            path, lambda frame: frames.append((sum(told), frame)), speed=speed, wait=told.append
        )
        return frames, replayed

    return play_lines


def raws(frames):
    return [frame.raw for _, frame in frames]


# -- what is played


def test_frames_carry_the_device_the_role_and_the_recorded_times(play_lines):
    frames, _ = play_lines(line([(70, b"AB1"), (90, b"2C\r")], device="left", role="children"))
    ((_, frame),) = frames
    assert (frame.source, frame.raw, frame.started_ms, frame.ended_ms) == ("left", b"AB12C", 70, 90)
    assert frame.role is ScannerRole.CHILDREN


def test_a_device_that_falls_silent_gives_a_part_when_it_would_have(play_lines):
    frames, _ = play_lines(line([(0, b"AB1"), (2000, b"AB12C\r")]))
    assert [(at, frame.kind) for at, frame in frames] == [(0.5, FrameKind.PARTIAL), (2.0, FrameKind.COMPLETE)]


def test_what_the_end_leaves_is_a_part(play_lines):
    frames, _ = play_lines(line([(0, b"AB12C\rAB1")]))
    assert [frame.kind for _, frame in frames] == [FrameKind.COMPLETE, FrameKind.PARTIAL]


def test_the_line_of_a_case_is_that_of_its_framer(play_lines):
    frames, _ = play_lines(line([(0, b"\x02AB12C\x03")], line={"terminator": Terminator.STX_ETX}))
    assert raws(frames) == [b"AB12C"]


def test_shift_and_control_hold_between_their_own_events(play_lines):
    held = ["code:42:1", "code:30:1", "code:30:0", "code:42:0", "code:30:1", "code:30:0"]
    control = ["code:29:1", "code:27:1", "code:27:0", "code:29:0", "code:28:1"]
    frames, _ = play_lines(keys([[at_ms, key] for at_ms, key in enumerate(held + control)]))
    assert raws(frames) == [b"Aa\x1d"]


def test_a_key_may_say_its_modifiers_and_its_text_itself(play_lines):
    frames, _ = play_lines(keys([[0, "code:30:1:s:ф"], [5, "code:0:1::क:"], [9, "code:28:1::\r"]]))
    assert raws(frames) == ["Aक:".encode()]


def test_reports_are_joined_by_their_own_framer(play_lines):
    report = bytes([2, 5]) + b"AB12C".ljust(61, b"\0") + b"\0"
    frames, _ = play_lines(line([(0, report)], source="reports"))
    assert raws(frames) == [b"AB12C"]


def test_a_pause_that_nobody_looked_at_makes_a_reading_doubtful(play_lines):
    frames, _ = play_lines(line([(0, b"AB1"), (900, b"2C\r")], held_up=True))
    assert [(frame.kind, frame.raw) for _, frame in frames] == [(FrameKind.PARTIAL, b"AB12C")]


def test_what_was_doubted_is_a_part(play_lines):
    frames, _ = play_lines(line([(0, b"AB12C\r")], doubted=True))
    assert [(frame.kind, frame.raw) for _, frame in frames] == [(FrameKind.PARTIAL, b"AB12C")]


def test_two_devices_of_a_session_are_played_by_time_and_framed_apart(play_lines):
    frames, _ = play_lines(
        line([(100, b"AB1"), (300, b"2C\r")], id="1", session="s", device="left"),
        line([(0, b"SB1"), (200, b"0001\r")], id="2", session="s", device="right"),
    )
    assert [(frame.source, frame.raw) for _, frame in frames] == [("right", b"SB10001"), ("left", b"AB12C")]


def test_cases_of_a_session_share_a_framer(play_lines):
    frames, _ = play_lines(
        line([(0, b"AB12C\rAB1")], id="1", session="s"), line([(50, b"2D\r")], id="2", session="s")
    )
    assert raws(frames) == [b"AB12C", b"AB12D"]


def test_cases_without_session_are_played_one_after_the_other_and_never_joined(play_lines):
    frames, _ = play_lines(line([(0, b"AB1")], id="1"), line([(0, b"2C\r")], id="2"))
    assert [frame.kind for _, frame in frames] == [FrameKind.PARTIAL, FrameKind.COMPLETE]
    (_, first), (_, second) = frames
    assert second.ended_ms - first.ended_ms > 2000, "so that no rule takes one for the echo of the other"


def test_a_withheld_reading_is_left_out_and_what_stood_around_it_is_not_joined(play_lines):
    frames, replayed = play_lines(
        line([(0, b"AB12C\rTT-BA")], id="1", session="s", expect=[{"kind": "complete", "text": "AB12C"}]),
        line([], id="2", session="s", withheld=True),
        line([(90, b"AB12D\r")], id="3", session="s"),
    )
    assert raws(frames) == [b"AB12C", b"AB12D"]
    assert (replayed.frames, replayed.withheld) == (2, 1)


def test_a_part_recorded_before_a_withheld_reading_is_still_a_part(play_lines):
    frames, _ = play_lines(
        line([(0, b"AB1")], id="1", session="s", expect=[{"kind": "partial", "text": "AB1"}]),
        line([], id="2", session="s", withheld=True),
        line([(9000, b"AB12D\r")], id="3", session="s"),
    )
    assert raws(frames) == [b"AB1", b"AB12D"]


def test_a_thousandfold_event_is_written_once(play_lines):
    frames, _ = play_lines('{"id":"x","source":"bytes","events":[[0,"4142*1000"],[1,"0d"]],"expect":[]}')
    assert raws(frames) == [b"AB" * 1000]


# -- when


def test_the_pauses_between_readings_are_kept(play_lines):
    frames, _ = play_lines(line([(500, b"AB12C\r"), (2000, b"AB12D\r"), (2250, b"AB12E\r")]))
    assert [at for at, _ in frames] == [0, 1.5, 1.75]


@pytest.mark.parametrize(("speed", "seconds"), [(2.0, 0.75), (0.5, 3.0), (math.inf, 0)])
def test_the_speed_changes_the_pauses_and_nothing_else(play_lines, speed, seconds):
    usual, _ = play_lines(line([(0, b"AB12C\r"), (1500, b"AB1")]))
    frames, _ = play_lines(line([(0, b"AB12C\r"), (1500, b"AB1")]), speed=speed)
    assert frames[1][0] == pytest.approx(usual[1][0] / speed)
    assert [frame for _, frame in frames] == [frame for _, frame in usual]
    assert frames[1][0] >= seconds


def test_a_recording_whose_clock_stands_high_does_not_wait_for_it(play_lines):
    frames, _ = play_lines(line([(4_294_967_290, b"AB12C\r"), (4_294_967_400, b"AB12D\r")]))
    assert [at for at, _ in frames] == [0, 0.11]


# -- what is no recording


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("AB12C", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"source":"bytes"}', "'id' is missing"),
        ('{"id":"x"}', "'source' is missing"),
        ('{"id":7,"source":"bytes"}', "'id' cannot be"),
        ('{"id":"x","source":"ether"}', "'source' cannot be 'ether'"),
        ('{"id":"x","source":"bytes","evnts":[]}', "unknown field 'evnts'"),
        ('{"id":"x","source":"bytes","events":{}}', "'events' cannot be"),
        ('{"id":"x","source":"bytes","events":["0d"]}', "an event is"),
        ('{"id":"x","source":"bytes","events":[[-1,"0d"]]}', "an event is"),
        ('{"id":"x","source":"bytes","events":[[true,"0d"]]}', "an event is"),
        ('{"id":"x","source":"bytes","events":[[1e400,"0d"]]}', "an event is"),
        ('{"id":"x","source":"bytes","events":[[99999999999999999,"0d"]]}', "an event is"),
        ('{"id":"x","source":"bytes","events":[[0,"0d0"]]}', "hexadecimal"),
        ('{"id":"x","source":"bytes","events":[[0,"41*999999999"]]}', "too long"),
        ('{"id":"x","source":"bytes","events":[[0,"code:28:1"]]}', "hexadecimal"),
        ('{"id":"x","source":"keys","events":[[0,"28"]]}', "code:CODE:1"),
        ('{"id":"x","source":"keys","events":[[0,"code:28:1:z:a"]]}', "unknown key flag 'z'"),
        ('{"id":"x","source":"bytes","expect":[{"kind":"whole"}]}', "'kind' cannot be 'whole'"),
        ('{"id":"x","source":"bytes","expect":[{"kind":"complete","raw":"4"}]}', "cannot be"),
        ('{"id":"x","source":"bytes","expect":[{"kind":"complete","code":"4"}]}', "a frame is"),
        ('{"id":"x","source":"bytes","expect":[{"kind":"complete","text":"\\ud800"}]}', "cannot be"),
        ('{"id":"x","source":"bytes","line":{"speed":1}}', "unknown field 'speed' in line"),
        ('{"id":"x","source":"bytes","line":{"baud":"1"}}', "int is needed"),
        ('{"id":"x","source":"bytes","line":{"terminator":"nl"}}', "nl"),
        ('{"id":"x","source":"keys","line":{"terminator_codes":["28"]}}', "a list of numbers"),
        ('{"id":"x","source":"keys","line":{"separator":"key:F8"}}', "F8"),
        ('{"id":"x","source":"keys","senders":[7]}', "a sender is"),
        ('{"id":"x","source":"bytes","role":"all"}', "'role' cannot be 'all'"),
        ('{"id":"x","source":"bytes","withheld":1}', "'withheld' cannot be"),
        ("[" * 100_000, "not JSON"),
        ('{"id":"x","source":"bytes","dropped":' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_a_line_that_is_not_in_the_format_is_named_and_nothing_is_submitted(tmp_path, text, problem):
    path = tmp_path / "recording.jsonl"
    path.write_text(line([(0, b"AB12C\r")]) + "\n\n" + text + "\n")
    submitted = []
    with pytest.raises(RecordingError) as error:
        replay(path, submitted.append, wait=lambda _: None)
    assert f"{path}, line 3: " in str(error.value)
    assert problem in str(error.value)
    assert "\n" not in str(error.value)
    assert submitted == []


def test_bytes_that_are_no_text_are_named_too(tmp_path):
    path = tmp_path / "recording.jsonl"
    path.write_bytes(b"\xff\xfe\n")
    with pytest.raises(RecordingError, match="line 1"):
        read_recording(path)


@given(st.text())
def test_no_text_at_all_ends_in_another_error(text):
    with contextlib.suppress(MalformedCaseError):
        parse_case(text)


@given(
    st.dictionaries(
        st.sampled_from(["id", "source", "events", "expect", "line", "role", "senders", "dropped", "device"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["keys"]),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=6,
        ),
    )
)
def test_no_object_at_all_ends_in_another_error(values):
    with contextlib.suppress(MalformedCaseError):
        parse_case(json.dumps({"id": "x", "source": "bytes"} | values))


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"x","source":"keys","device":"keyboard","line":{"prefix":"\\u0002","terminator_codes":[15]},'
        '"role":"parents","events":[[4,"code:28:1:sca:A:"],[9,"code:28:0"]],'
        '"expect":[{"kind":"garbled","raw":"ff","source":"y"}],"note":"n"}',
        '{"id":"x","source":"bytes","device":"d","at":"a","session":"s","after_reconnect":true,'
        '"unplugged":true,"held_up":true,"doubted":true,"dropped":4,'
        '"expect":[{"kind":"partial","text":"t","means":"child T"}]}',
        '{"id":"x","source":"keys","device":"keyboard","senders":[{"line":{"prefix":"~1"},"role":"parents"},{}],'
        '"expect":[{"kind":"oversize","length":8192}]}',
        '{"id":"x","source":"reports","device":"d","withheld":true}',
    ],
)
def test_a_case_is_written_as_it_was_read(text):
    assert json.loads(case_line(parse_case(text))) == json.loads(text)


def test_playing_says_which_case_a_frame_came_from():
    cases = [parse_case(line([(0, b"AB12C\r")], id=name)) for name in "ab"]
    assert [each.case.id for each in play(cases)] == ["a", "b"]
