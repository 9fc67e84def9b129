"""Every case of every file in ``tests/corpus``, played as the program plays a recording."""

import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from traitortrack_desktop.devices.case_format import parse_case
from traitortrack_desktop.devices.replay import play, read_recording
from traitortrack_desktop.domain.codes import code_rules, parse_frame

FILES = sorted((Path(__file__).parents[2] / "corpus").glob("*.jsonl"))
PITFALLS = {
    "bytes": {"B01", "B02", "B03", "B06", "B07", "B08", "B09", "B10", "B11", "B12", "B13", "S01"}
    | {f"T{number:02}" for number in range(1, 13)},
    "keys": {f"K{number:02}" for number in (2, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24)},
}


def cases_of(file):
    """The cases of a file; those recorded together are one test."""
    numbered = enumerate(read_recording(file))
    for session, together in groupby(numbered, lambda pair: pair[1].session or pair[0]):
        cases = [case for _, case in together]
        name = cases[0].id if isinstance(session, int) else f"session {session}"
        yield pytest.param(cases, id=f"{file.stem}:{name}")


def meaning_of(frame):
    code = parse_frame(frame, code_rules())
    return f"{code.kind} {code.problem or code.text}"


def told(kind, raw, length, source, means):
    shown = raw if raw is None or len(raw) < 200 else raw[:200] + b"..."
    return (str(kind), shown, length, source, means)


def got_and_wanted(cases):
    """What came and what is expected of each device, told as far as it is expected."""
    devices = {case.device for case in cases}
    frames = {device: [] for device in devices}
    for each in play(cases):
        frames[each.case.device].append(each.frame)
    got, wanted = [], []
    for device in sorted(devices):
        expected = [frame for case in cases if case.device == device for frame in case.expect]
        wanted += [told(e.kind, e.raw, e.length, e.source or device, e.means) for e in expected]
        padded = expected + [None] * (len(frames[device]) - len(expected))
        got += [
            told(
                frame.kind,
                frame.raw if want is None or want.raw is not None else None,
                len(frame.raw) if want is not None and want.length is not None else None,
                frame.source,
                meaning_of(frame) if want is not None and want.means else "",
            )
            for frame, want in zip(frames[device], padded, strict=False)
        ]
    return got, wanted


@pytest.mark.parametrize("cases", [case for file in FILES for case in cases_of(file)])
def test_a_recorded_case_gives_the_frames_that_are_expected(cases):
    got, wanted = got_and_wanted(cases)
    assert got == wanted


@pytest.mark.parametrize("source", PITFALLS)
def test_every_pitfall_that_shows_in_the_input_has_a_case(source):
    found = {
        re.match("[A-Z][0-9]*", case.id)[0]
        for file in FILES
        for case in read_recording(file)
        if case.source == source
    }
    assert PITFALLS[source] - found == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_cases_of_a_file_have_ids_of_their_own(file):
    counted = Counter(case.id for case in read_recording(file))
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_case_of_a_file_expects_something(file):
    assert [case.id for case in read_recording(file) if not case.expect and not case.note] == []


def test_a_case_that_is_not_met_is_noticed():
    case = parse_case(
        '{"id":"x","source":"bytes","events":[[0,"41420d"]],"expect":[{"kind":"complete","text":"AC"}]}'
    )
    got, wanted = got_and_wanted([case])
    assert got != wanted


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_whole_file_played_in_one_go_gives_what_its_cases_give(file):
    cases = read_recording(file)
    played = list(play(cases))
    assert [each.frame.raw for each in played] == [each.frame.raw for case in cases for each in play([case])]
    assert played[-1].at_ms < 3_600_000, "nothing waits for a clock that stands high"
