import itertools
import wave

import pytest
from fakes.fake_station import FakeStation
from fakes.shown_screens import CHILDREN, SITUATIONS, packed, scan, station_for

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.environment.resources import resource
from traitortrack_desktop.presentation.sound_roles import SoundRole, sound_for
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    OperatorChanged,
    ScannerChanged,
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
