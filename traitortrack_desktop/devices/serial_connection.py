"""One open port of a scanner, from its opening to its end: bytes in, frames out. On the reading thread."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable

from traitortrack_desktop.devices.reconnect_hold import ReconnectHold
from traitortrack_desktop.devices.scanner_health import ScannerHealth
from traitortrack_desktop.devices.serial_port import Port
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.devices.ssi import SsiFramer
from traitortrack_desktop.devices.timed_framing import TimedFramer
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.services.events import ScannerProblem

_MOST_BYTES_WAITING = 65536
"""More than systems keep for a port; who sends on and on must not hold up its own end."""

_log = logging.getLogger(__name__)


class SerialConnection:
    """Moves what comes from *port* through the framer and the hold to the outlets.

    *read_on* lets a scanner that waits for an answer to each reading go on while its reading is held:
    without it no second one would come that shows what the first was.
    """

    def __init__(
        self,
        port: Port,
        *,
        framer: TimedFramer,
        hold: ReconnectHold | None,
        health: ScannerHealth,
        outlets: Outlets,
        source: str,
        read_on: bytes = b"",
    ) -> None:
        self._port = port
        self._framer = framer
        self._hold = hold
        self._holds = False
        self._health = health
        self._outlets = outlets
        self._source = source
        self._read_on = read_on
        self._unanswered = 0

    @property
    def problem(self) -> ScannerProblem | None:
        """What is wrong although the scanner is heard."""
        return self._health.problem

    @property
    def is_ready(self) -> bool:
        """Whether a reading that begins now is taken for a whole one."""
        return self._framer.counts(monotonic_ms())

    def read(self) -> None:
        """Take what is there, or wait for it a moment."""
        data = self._port.read_what_comes()
        if data:
            self._take(data)
        elif not self._port.in_waiting:
            # Only now is it quiet: this thread may have been held up since the read gave up.
            now_ms = monotonic_ms()
            self._pass_on(self._framer.quiet(now_ms), now_ms)
            if self._hold is not None:
                is_under_way = self._framer.framer.holds_part
                self._submit(self._hold.passed(now_ms, is_under_way=is_under_way))
        self._reply()

    def write(self, data: bytes, *, is_answer: bool) -> None:
        """Write to the scanner. What it sent before a failure is kept; raises what pyserial raises."""
        if not data:
            return
        try:
            self._port.write(data)
        except Exception:
            self._drain()
            raise
        if is_answer and isinstance(self._framer.framer, SsiFramer):
            self._framer.framer.answered()

    def end(self, *, lost: bool) -> None:
        """Report what is held: no more comes of it, because it was *lost* or is let go of."""
        now_ms = monotonic_ms()
        self._pass_on(self._framer.gone(), now_ms)
        if self._hold is not None:
            self._submit(self._hold.release(lost=lost))

    def _take(self, data: bytes) -> None:
        now_ms = monotonic_ms()
        call_listener(lambda: self._outlets.tap.bytes_came(self._source, data, now_ms))
        self._health.came(len(data))
        self._pass_on(self._framer.came(data, now_ms), now_ms)

    def _drain(self) -> None:
        """Take what waits at a port that is given up."""
        taken = 0
        with contextlib.suppress(Exception):
            while self._port.in_waiting and taken < _MOST_BYTES_WAITING:
                data = self._port.read_what_comes()
                taken += len(data)
                self._take(data)

    def _reply(self) -> None:
        if isinstance(self._framer.framer, SsiFramer):
            self.write(self._framer.framer.take_replies(), is_answer=False)
        while self._unanswered:
            self._unanswered -= 1
            self.write(self._read_on, is_answer=True)

    def _pass_on(self, frames: Iterable[ScanFrame], now_ms: int) -> None:
        for frame in frames:
            self._health.framed(frame)
            self._note(frame)
            self._submit([frame] if self._hold is None else self._hold.take(frame, now_ms))
            if self._hold is not None and self._hold.is_holding and self._read_on:
                self._unanswered += 1
        self._health.rests(holds_part=self._framer.framer.holds_part)

    def _note(self, frame: ScanFrame) -> None:
        call_listener(lambda: self._outlets.tap.framed(frame))

    def _submit(self, frames: Iterable[ScanFrame]) -> None:
        for frame in frames:
            self._submit_one(frame)
        holds = self._hold is not None and self._hold.is_holding
        if holds != self._holds:
            self._holds = holds
            call_listener(lambda: self._outlets.holds(self._source, holds))

    def _submit_one(self, frame: ScanFrame) -> None:
        call_listener(lambda: self._outlets.submit(frame))


def call_listener(listener: Callable[[], None]) -> None:
    """Call a listener; what it raises must not end the reading."""
    try:
        listener()
    except Exception:  # noqa: BLE001 - the top of the reading loop, as far as listeners are concerned
        _log.exception("A listener of a scanner failed")


def monotonic_ms() -> int:
    """Return the milliseconds of the clock that stamps frames."""
    return time.monotonic_ns() // 1_000_000
