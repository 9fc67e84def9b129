"""Where a recording is plugged in while the scanners go on. Called on the reading threads."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.devices.recording import Recorder
from traitortrack_desktop.devices.sources import NoTap, RawTap
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import ScannerProfile

_log = logging.getLogger(__name__)


class TapSwitch:
    """A ``RawTap`` that passes everything on to a recording in *folder* while there is one.

    *ended* is called when a recording ended before it was switched off.
    """

    def __init__(
        self, folder: Path, *, profiles: Callable[[], Sequence[ScannerProfile]], ended: Callable[[], None]
    ) -> None:
        self._folder = folder
        self._profiles = profiles
        self._ended = ended
        self._recorder: Recorder | None = None
        self._to: RawTap = NoTap()

    @property
    def records_to(self) -> Path | None:
        """The file that is written to, ``None`` while nothing is recorded."""
        recorder = self._recorder
        return recorder.path if recorder is not None else None

    def record(self, *, on: bool) -> Path | None:
        """Begin or end a recording; return its file, ``None`` where it cannot be written."""
        self._end()
        if not on:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = f"scans-{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl"
            self._recorder = Recorder(
                self._folder / name, profiles=self._profiles, ended=lambda _: self._ended_by_itself()
            )
        except OSError as problem:
            _log.warning("Scans cannot be recorded: %s", problem)
            return None
        self._to = self._recorder
        return self._recorder.path

    def bytes_came(self, source: str, data: bytes, at_ms: int) -> None:
        """Pass on some bytes."""
        self._to.bytes_came(source, data, at_ms)

    def key_came(self, source: str, stroke: KeyStroke, *, down: bool) -> None:
        """Pass on a key."""
        self._to.key_came(source, stroke, down=down)

    def framed(self, frame: ScanFrame) -> None:
        """Pass on a frame."""
        self._to.framed(frame)

    def _ended_by_itself(self) -> None:
        self._recorder, self._to = None, NoTap()
        self._ended()

    def _end(self) -> None:
        recorder, self._recorder = self._recorder, None
        self._to = NoTap()
        if recorder is not None:
            recorder.close()
