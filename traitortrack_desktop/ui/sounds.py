"""Plays the six sounds with whatever this computer has. A missing device never fails a scan.

GUI thread. The way of playing is chosen once: QtMultimedia where it is installed, the system's
own call on Windows, a player program on Linux, otherwise the plain beep.
"""

import importlib
import itertools
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment, Qt, QUrl
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.environment.child_environment import is_for_us_alone
from traitortrack_desktop.environment.resources import resource
from traitortrack_desktop.presentation.sound_roles import SoundRole

_PROCESSES, _GONE_WITHIN_MS = 4, 500
_LINUX_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"))


class Sound(Protocol):
    """Something that makes the six sounds."""

    def play(self, role: SoundRole) -> None:
        """Begin *role* at once, cutting off what still sounds."""
        ...

    def tell_silence(self, listener: Callable[[bool], None]) -> None:
        """Tell *listener* now and later whether no sound can be made."""
        ...


class Player(Protocol):
    """One way to play a file; *failed* is called when it turns out not to work."""

    def play(self, role: SoundRole) -> None:
        """Begin *role* at once."""
        ...


Failed = Callable[[], None]


def sound_file(role: SoundRole) -> Path:
    """Return the file of *role*."""
    return resource("sounds", f"{role}.wav")


class SoundBoard:
    """Plays with the best player; moves on to the next one when a player fails."""

    def __init__(self, players: Sequence[Callable[[Failed], Player | None]] | None = None) -> None:
        self._makers = list(players if players is not None else ways_to_play())
        self._listeners: list[Callable[[bool], None]] = []
        self._silent = False
        self._player: Player | None = None
        self._spent: list[Player] = []
        self._next_player()

    def play(self, role: SoundRole) -> None:
        """Begin *role* at once, cutting off what still sounds."""
        if self._player is not None:
            self._player.play(role)
        else:
            QApplication.beep()

    def tell_silence(self, listener: Callable[[bool], None]) -> None:
        """Tell *listener* now and later whether only the plain beep is left."""
        self._listeners.append(listener)
        listener(self._silent)

    def _next_player(self) -> None:
        if self._player is not None:
            # It is this player that calls: it may only go when the call is over.
            self._spent.append(self._player)
        self._player = None
        while self._makers and self._player is None:
            self._player = self._makers.pop(0)(self._next_player)
        if self._player is None:
            self._silent = True
            for listener in self._listeners:
                listener(True)


def ways_to_play() -> list[Callable[[Failed], Player | None]]:
    """Return how this computer may make sounds, best first; each gives ``None`` when it is not there."""
    programs = [_program_maker(command) for command in _LINUX_PLAYERS] if sys.platform == "linux" else []
    return [QtPlayer.make, windows_player, *programs]


class QtPlayer:
    """QtMultimedia's sound effects, loaded beforehand. It is not part of PySide6 Essentials."""

    def __init__(self, multimedia: Any) -> None:
        self._effects = {role: self._effect(multimedia, role) for role in SoundRole}

    @staticmethod
    def make(failed: Failed) -> Player | None:  # noqa: ARG004 - one shape for all
        """Return a player when QtMultimedia is installed and there is a device."""
        try:
            multimedia = importlib.import_module("PySide6.QtMultimedia")
        except ImportError:
            return None
        return QtPlayer(multimedia) if multimedia.QMediaDevices.audioOutputs() else None

    def play(self, role: SoundRole) -> None:
        """Begin *role* at once."""
        for effect in self._effects.values():
            effect.stop()
        self._effects[role].play()

    @staticmethod
    def _effect(multimedia: Any, role: SoundRole) -> Any:
        effect = multimedia.QSoundEffect()
        effect.setSource(QUrl.fromLocalFile(str(sound_file(role))))
        return effect


def windows_player(failed: Failed) -> Player | None:
    """Return a player over the Windows call that plays a file in the background."""
    if sys.platform == "win32":
        import winsound  # noqa: PLC0415 - exists on Windows only

        class WindowsPlayer:
            def play(self, role: SoundRole) -> None:
                flags = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
                try:
                    winsound.PlaySound(str(sound_file(role)), flags)
                except RuntimeError:
                    failed()

        return WindowsPlayer()
    return None


class ProgramPlayer(QObject):
    """A player program, one process for a sound; a new sound ends the one before.

    The processes are made once and used in turn, and their ends are looked at from the event loop:
    a ``QProcess`` must not be deleted, and nobody may let go of this player, inside its own signal.
    """

    def __init__(self, command: Sequence[str], failed: Failed) -> None:
        super().__init__()
        self._program, *self._arguments = command
        self._failed = failed
        self._processes = [self._process() for _ in range(_PROCESSES)]
        self._turns = itertools.cycle(self._processes)
        self._current: QProcess | None = None
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    @property
    def is_playing(self) -> bool:
        """Whether a sound is being made."""
        return self._current is not None

    def play(self, role: SoundRole) -> None:
        """Begin *role* at once. Silent when so many sounds came at once that none has ended yet."""
        self._end_current()
        process = next(self._turns)
        if process.state() != QProcess.ProcessState.NotRunning:
            return
        process.setArguments([*self._arguments, str(sound_file(role))])
        self._current = process
        process.start()

    def close(self) -> None:
        """End every sound and wait until the processes are gone."""
        self._end_current()
        for process in self._processes:
            if process.state() != QProcess.ProcessState.NotRunning:
                process.kill()
                process.waitForFinished(_GONE_WITHIN_MS)

    def _process(self) -> QProcess:
        process = QProcess(self)
        process.setProgram(self._program)
        process.setProcessEnvironment(_surroundings())
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        process.stateChanged.connect(self._look, Qt.ConnectionType.QueuedConnection)
        return process

    def _end_current(self) -> None:
        previous, self._current = self._current, None
        if previous is not None:
            previous.kill()

    def _look(self) -> None:
        """See whether the current sound ended, and how."""
        current = self._current
        if current is None or current.state() != QProcess.ProcessState.NotRunning:
            return
        self._current = None
        started = current.error() == QProcess.ProcessError.UnknownError
        if not started or current.exitCode() != 0:
            self._failed()


def _surroundings() -> QProcessEnvironment:
    """Return this program's environment without secrets: the player is a program like any other."""
    surroundings = QProcessEnvironment.systemEnvironment()
    for name in filter(is_for_us_alone, surroundings.keys()):
        surroundings.remove(name)
    return surroundings


def _program_maker(command: Sequence[str]) -> Callable[[Failed], Player | None]:
    def make(failed: Failed) -> Player | None:
        return ProgramPlayer(command, failed) if shutil.which(command[0]) else None

    return make
