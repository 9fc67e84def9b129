import itertools
import wave

import pytest
from fakes.decisions import added, asked, refused
from fakes.fake_station import FakeStation
from fakes.scanning import entry_of
from fakes.shown_screens import CHILDREN, SITUATIONS, packed, pour, read, scan, station_for

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import QuestionKind, Remark
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import OpenParent, WorkState
from traitortrack_desktop.environment.resources import resource
from traitortrack_desktop.presentation.sound_roles import SoundPicker, SoundRole, sound_for
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    OperatorChanged,
    ScanDecided,
    ScannerChanged,
    ScannerGone,
    ScannerProblem,
    StorageFailed,
)


@pytest.fixture
def station():
    station = station_for(None)
    station.sounds = []
    station.subscribe(lambda event: station.sounds.append(sound_for(event)))
    return station


@pytest.mark.parametrize(
    ("situation", "role"),
    [
        ("empty_parent", SoundRole.PARENT_OPENED),
        ("accepted", SoundRole.OK),
        ("complete", SoundRole.COMPLETE),
        ("already_counted", SoundRole.ATTENTION),
        ("unreadable", SoundRole.ATTENTION),
        ("asked_to_close", SoundRole.ATTENTION),
        ("in_other_parent", SoundRole.STOP),
        ("scans_while_stopped", SoundRole.ATTENTION),
        ("understood", SoundRole.OK),
        ("taken_out", SoundRole.OK),
        ("late_refusals", SoundRole.STOP),
        ("cannot_store", SoundRole.STOP),
        ("scanner_lost", SoundRole.SYSTEM),
    ],
)
def test_each_situation_has_its_sound(station, situation, role):
    SITUATIONS[situation](station)
    assert [sound for sound in station.sounds if sound][-1] is role


def test_closing_a_parent_sounds_complete(station):
    packed(station, 2)
    scan(station, Command.CLOSE, Command.CLOSE)
    assert station.sounds[-1] is SoundRole.COMPLETE


def test_receipts_that_confirm_are_silent(station):
    packed(station, 2)
    assert station.sounds[-1] is None


@pytest.mark.parametrize(
    ("event", "role"),
    [
        (DeliveryChanged(online=False), SoundRole.SYSTEM),
        (DeliveryChanged(online=True), None),
        (ScannerChanged(source="1", name="1", ready=True), None),
        (StorageFailed(problem="full"), SoundRole.STOP),
        (OperatorChanged(person=None), None),
    ],
)
def test_the_stations_own_events_have_their_sounds(event, role):
    assert sound_for(event) is role


def test_a_restart_into_a_stop_sounds(station):
    packed(station, 1)
    scan(station, CHILDREN[40])
    restarted = FakeStation()
    restarted.state = station.state
    heard = []
    restarted.subscribe(lambda event: heard.append(sound_for(event)))
    restarted.start()
    assert heard == [SoundRole.STOP]


# -- many at once


@pytest.fixture
def heard():
    """A station and what is heard of it, without the silences."""
    station = station_for(None)
    picker, station.heard = SoundPicker(), []
    station.subscribe(lambda event: station.heard.append(picker.sound_of(event)))
    station.sounds_since = lambda: [station.heard.pop(0) for _ in range(len(station.heard))]
    return station


def sounds(station):
    return [sound for sound in station.sounds_since() if sound is not None]


def test_a_memory_that_pours_sounds_once_and_the_next_one_again(heard):
    pour(heard, "left", *(f"C{number:04}" for number in range(500)))
    assert sounds(heard) == [SoundRole.ATTENTION]
    heard.pass_time(minutes=1)
    pour(heard, "left", *(f"D{number:04}" for number in range(500)))
    assert sounds(heard) == [SoundRole.ATTENTION]


def test_two_memories_at_once_sound_one_each(heard):
    for number in range(50):
        pour(heard, "left", f"C{number:04}")
        pour(heard, "right", f"D{number:04}")
    assert sounds(heard) == [SoundRole.ATTENTION] * 2


def test_live_scans_between_sound_as_always(heard):
    scan(heard, "SB10001")
    sounds(heard)
    for number in range(3):
        pour(heard, "left", f"C{number:04}")
        read(heard, "right", CHILDREN[number])
    assert sounds(heard).count(SoundRole.OK) == 3


def decided(station, decision, remarks, *, milliseconds=5):
    station.pass_time(milliseconds=milliseconds)
    entry = entry_of(decision, 1, at=station.clock, source="left", remarks=remarks)
    state = WorkState(parent=OpenParent(code="SB10001", capacity=30))
    station.tell(ScanDecided(entry=entry, state=state, backlog=station.backlog()))


def test_a_batch_sounds_once_and_again_only_for_worse(heard):
    batch = (Remark.BATCH,)
    good, bad = added("SB10001", "AB12C"), refused("AB12D", Reason.CHILD_IN_OTHER_PARENT)
    for decision in (
        good,
        good,
        refused("?", Reason.UNKNOWN_CODE),
        good,
        refused("?", Reason.NOT_COUNTED),
        bad,
        bad,
    ):
        decided(heard, decision, batch)
    assert sounds(heard) == [SoundRole.OK, SoundRole.ATTENTION, SoundRole.STOP]
    decided(heard, good, batch, milliseconds=2500)
    assert sounds(heard) == [SoundRole.OK]


def test_who_scans_five_bags_in_a_second_hears_each_of_them(heard):
    for number in range(20):
        decided(heard, added("SB10001", f"C{number:03}"), (Remark.BATCH,), milliseconds=200)
    assert sounds(heard) == [SoundRole.OK] * 20


def test_what_is_placed_sounds_once_and_at_the_question_that_stops_it(heard):
    placed = (Remark.PLACED,)
    for number in range(20):
        decided(heard, added("SB10001", f"C{number:03}"), placed)
    decided(heard, asked(QuestionKind.SWITCH, "SB10002", parent="SB10001"), placed)
    assert sounds(heard) == [SoundRole.OK, SoundRole.ATTENTION]


def test_a_repeat_that_is_not_counted_is_heard_but_no_bounce(heard):
    decided(heard, refused("AB12C", Reason.READ_TWICE), ())
    decided(heard, refused("AB12C", Reason.NOT_A_SCAN), ())
    assert sounds(heard) == []
    decided(heard, refused("AB12C", Reason.READ_TWICE), (Remark.REPEAT,))
    assert sounds(heard) == [SoundRole.ATTENTION]


def test_a_scanner_in_trouble_sounds_once_until_it_is_well_again(heard):
    def light(*, ready, problem=None):
        heard.tell(ScannerChanged(source="usb:1", name="left", ready=ready, problem=problem))

    light(ready=True)
    for problem in (ScannerProblem.LOST, ScannerProblem.BUSY, ScannerProblem.LOST):
        light(ready=False, problem=problem)
    assert sounds(heard) == [SoundRole.SYSTEM]
    light(ready=True)
    light(ready=True, problem=ScannerProblem.GARBLED)
    light(ready=False, problem=ScannerProblem.LOST)
    assert sounds(heard) == [SoundRole.SYSTEM]
    heard.tell(ScannerGone(source="usb:1"))
    light(ready=False, problem=ScannerProblem.MISSING)
    assert sounds(heard) == [SoundRole.SYSTEM]


def test_a_scanner_that_is_let_go_of_for_the_set_up_makes_no_sound_and_is_in_no_trouble(heard):
    for ready in (True, False, True, False):
        heard.tell(ScannerChanged(source="usb:1", name="left", ready=ready))
    assert sounds(heard) == []
    heard.tell(ScannerChanged(source="usb:1", name="left", ready=False, problem=ScannerProblem.LOST))
    assert sounds(heard) == [SoundRole.SYSTEM]


def rhythm(role):
    """The lengths in hundredths of a second of sound and silence in turn."""
    with wave.open(str(resource("sounds", f"{role}.wav"))) as file:
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
        step = file.getframerate() // 100
    loud = [max(abs(s) for s in samples[i : i + step]) > 800 for i in range(0, len(samples) - step, step)]
    turns = [1]
    for before, after in itertools.pairwise(loud):
        turns = [*turns[:-1], turns[-1] + 1] if before == after else [*turns, 1]
    return tuple(turns)


def test_there_are_exactly_six_sounds_and_each_has_its_file():
    files = {path.stem for path in resource("sounds").glob("*.wav")}
    assert files == {str(role) for role in SoundRole}
    assert len(files) == 6


def test_no_two_sounds_have_the_same_rhythm():
    assert len({rhythm(role) for role in SoundRole}) == 6


def test_every_sound_is_over_before_the_stop_sound_repeats():
    assert all(sum(rhythm(role)) < 150 for role in SoundRole)
