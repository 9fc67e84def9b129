import sys

import pytest

from traitortrack_desktop.presentation.sound_roles import SoundRole
from traitortrack_desktop.ui.sounds import ProgramPlayer, SoundBoard, sound_file


class RecordingPlayer:
    def __init__(self, failed):
        self.failed = failed
        self.played = []

    def play(self, role):
        self.played.append(role)


def test_the_first_player_that_is_there_plays():
    made = []

    def there(failed):
        made.append(RecordingPlayer(failed))
        return made[-1]

    SoundBoard([lambda _: None, there]).play(SoundRole.OK)
    assert made[0].played == [SoundRole.OK]


def test_a_player_that_fails_gives_way_to_the_next():
    made = []

    def there(failed):
        made.append(RecordingPlayer(failed))
        return made[-1]

    board = SoundBoard([there, there])
    made[0].failed()
    board.play(SoundRole.STOP)
    assert (made[0].played, made[1].played) == ([], [SoundRole.STOP])


def test_without_any_player_the_listener_is_told(qapp):
    told = []
    board = SoundBoard([])
    board.tell_silence(told.append)
    board.play(SoundRole.OK)
    assert told == [True]


def test_a_listener_learns_later_that_the_last_player_failed():
    players = []
    board = SoundBoard([lambda failed: players.append(RecordingPlayer(failed)) or players[-1]])
    told = []
    board.tell_silence(told.append)
    players[0].failed()
    assert told == [False, True]


@pytest.fixture
def failures():
    return []


@pytest.fixture
def player_of(qapp, tmp_path, failures):
    """Makes a player whose program is a Python script; without a script the program is missing."""
    players = []

    def player_of(source=None):
        program = tmp_path / "player.py"
        if source is not None:
            program.write_text(source)
        command = [sys.executable if source is not None else str(tmp_path / "missing"), str(program)]
        players.append(ProgramPlayer(command, lambda: failures.append(True)))
        return players[-1]

    yield player_of
    for player in players:
        player.close()


def test_a_player_program_is_given_the_file(qtbot, tmp_path, player_of):
    heard = tmp_path / "heard"
    player = player_of(f"import pathlib, sys; pathlib.Path({str(heard)!r}).write_text(sys.argv[1])")
    player.play(SoundRole.COMPLETE)
    qtbot.waitUntil(lambda: heard.exists() and heard.read_text() == str(sound_file(SoundRole.COMPLETE)))


@pytest.mark.parametrize("source", ["raise SystemExit(1)", None], ids=["broken", "missing"])
def test_a_player_program_that_does_not_work_says_so_once(qtbot, player_of, failures, source):
    player_of(source).play(SoundRole.OK)
    qtbot.waitUntil(lambda: failures == [True])


def test_a_sound_that_is_cut_off_by_the_next_is_no_failure(qtbot, tmp_path, player_of, failures):
    done = tmp_path / "done"
    player = player_of(
        "import pathlib, sys, time\n"
        "if 'stop' in sys.argv[1]: time.sleep(60)\n"
        f"pathlib.Path({str(done)!r}).write_text('x')"
    )
    player.play(SoundRole.STOP)
    player.play(SoundRole.OK)
    qtbot.waitUntil(lambda: done.exists() and not player.is_playing)
    assert failures == []


def test_forty_sounds_at_once_harm_nobody(qtbot, player_of, failures):
    player = player_of("import time; time.sleep(60)")
    for _ in range(40):
        player.play(SoundRole.ATTENTION)
    player.close()
    assert failures == []


def test_a_board_whose_programs_all_fail_is_silent_in_the_end(qtbot, qapp, tmp_path):
    missing = str(tmp_path / "missing")
    board = SoundBoard([lambda failed: ProgramPlayer([missing], failed)] * 3)
    told = []
    board.tell_silence(told.append)

    def silent_after_playing():
        board.play(SoundRole.OK)
        return told[-1]

    qtbot.waitUntil(silent_after_playing)
    assert told == [False, True]


@pytest.mark.parametrize("role", SoundRole)
def test_every_sound_has_its_file(role):
    assert sound_file(role).read_bytes().startswith(b"RIFF")
