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


def player_program(tmp_path, source):
    program = tmp_path / "player.py"
    program.write_text(source)
    return [sys.executable, str(program)]


def test_a_player_program_is_given_the_file(qtbot, tmp_path):
    heard = tmp_path / "heard"
    source = f"import pathlib, sys; pathlib.Path({str(heard)!r}).write_text(sys.argv[1])"
    player = ProgramPlayer(player_program(tmp_path, source), lambda: None)
    player.play(SoundRole.COMPLETE)
    qtbot.waitUntil(lambda: heard.exists() and heard.read_text() == str(sound_file(SoundRole.COMPLETE)))


@pytest.mark.parametrize("source", ["raise SystemExit(1)"])
def test_a_player_program_that_fails_says_so(qtbot, tmp_path, source):
    failures = []
    player = ProgramPlayer(player_program(tmp_path, source), lambda: failures.append(True))
    player.play(SoundRole.OK)
    qtbot.waitUntil(lambda: failures == [True])


def test_a_player_program_that_does_not_exist_says_so(qtbot, tmp_path):
    failures = []
    player = ProgramPlayer([str(tmp_path / "missing")], lambda: failures.append(True))
    player.play(SoundRole.OK)
    qtbot.waitUntil(lambda: failures == [True])


def test_a_sound_that_is_cut_off_by_the_next_is_no_failure(qtbot, tmp_path):
    failures = []
    done = tmp_path / "done"
    source = (
        "import pathlib, sys, time\n"
        "if 'stop' in sys.argv[1]: time.sleep(60)\n"
        f"pathlib.Path({str(done)!r}).write_text('x')"
    )
    player = ProgramPlayer(player_program(tmp_path, source), lambda: failures.append(True))
    player.play(SoundRole.STOP)
    player.play(SoundRole.OK)
    qtbot.waitUntil(lambda: done.exists() and not player.is_playing)
    assert failures == []


@pytest.mark.parametrize("role", SoundRole)
def test_every_sound_has_its_file(role):
    assert sound_file(role).read_bytes().startswith(b"RIFF")
