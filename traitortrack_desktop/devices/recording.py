"""Writes what scanners send to a file that can be played again: a line for each reading.

The methods of :class:`RawTap` are called on the reading threads of all scanners. None of them ever
raises there: a recording that cannot be written ends.
"""

import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from traitortrack_desktop.devices.case_format import case_line
from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.devices.recorded_case import InputSource, RecordedCase
from traitortrack_desktop.devices.recorded_input import RecordedInput, blank_case
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import KEYBOARD, ScannerProfile

LARGEST_RECORDING_BYTES = 64 * 1024 * 1024
"""About 200,000 readings. A recording that was left on must not take the journal's disk."""

_BINARY = getattr(os, "O_BINARY", 0)

_log = logging.getLogger(__name__)


class Recorder:
    """A recording. Thread-safe.

    *profiles* gives the scanners of the station, *ended* is told once when the recording ended before it was
    closed; *now* is the wall clock, *seconds* one that never goes back. Raises ``OSError`` when the file
    cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        profiles: Callable[[], Sequence[ScannerProfile]] = tuple,
        ended: Callable[[str], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._profiles = profiles
        self._ended = ended
        self._now = now
        self._seconds = seconds
        self._began = seconds()
        self._session = _utc(now())
        self._lines = 0
        self._inputs: dict[str, RecordedInput] = {}
        self._lock = threading.Lock()
        self._file: int | None = _private_file(path)

    def bytes_came(self, source: str, data: bytes, at_ms: int) -> None:
        """Keep some bytes until their frame comes."""

        def keep() -> None:
            known = self._input(source, InputSource.BYTES)
            known.keep_bytes(data, known.clock.recorded(at_ms, self._elapsed_ms()))

        self._safely(keep)

    def key_came(self, source: str, stroke: KeyStroke, *, down: bool) -> None:
        """Keep a key until its frame comes."""

        def keep() -> None:
            known = self._input(source, InputSource.KEYS)
            known.keep_key(stroke, known.clock.recorded(stroke.at_ms, self._elapsed_ms()), down=down)

        self._safely(keep)

    def framed(self, frame: ScanFrame) -> None:
        """Write what became *frame*."""
        self._safely(lambda: self._write(self._case(frame)))

    def close(self) -> None:
        """End the recording; what has not become a frame is left out."""
        with self._lock:
            self._close()

    def _safely(self, act: Callable[[], None]) -> None:
        """Whatever goes wrong ends the recording and nothing else."""
        with self._lock:
            if self._file is None:
                return
            try:
                act()
                return
            except Exception as error:  # noqa: BLE001 - the scanner must be read on
                problem = f"The recording {self.path} ended: {error}"
                self._close()
        _log.warning("%s", problem)
        self._ended(problem)

    def _input(self, source: str, kind: InputSource) -> RecordedInput:
        known = self._inputs.get(source)
        if known is None:
            blank = blank_case(source, kind, self._profiles(), self._session)
            known = self._inputs[source] = RecordedInput(blank)
        return known

    def _case(self, frame: ScanFrame) -> RecordedCase:
        source = frame.source
        if source not in self._inputs and source.startswith(f"{KEYBOARD.key}:"):
            source = KEYBOARD.key
        self._lines += 1
        known = self._input(source, InputSource.KEYS if source == KEYBOARD.key else InputSource.BYTES)
        case = known.take(frame, self._elapsed_ms())
        return replace(case, id=f"{self._session}/{self._lines}", at=_utc(self._now()))

    def _write(self, case: RecordedCase) -> None:
        """Append a whole line, or nothing of it."""
        line = case_line(case).encode("ascii") + b"\n"
        assert self._file is not None
        before = os.lseek(self._file, 0, os.SEEK_END)
        if before + len(line) > LARGEST_RECORDING_BYTES:
            raise OSError(f"it would be larger than {LARGEST_RECORDING_BYTES} bytes")
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None
            self._inputs.clear()

    def _elapsed_ms(self) -> int:
        return int((self._seconds() - self._began) * 1000)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _private_file(path: Path) -> int:
    """Return the descriptor of a file that is appended to and that nobody else reads."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
    if sys.platform != "win32":
        os.fchmod(descriptor, 0o600)
    return descriptor
